"""Comments, assembled from sentences by language, topic and sentiment."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

LANGUAGES = ("en", "de", "pl", "th")
TOPICS = ("room", "breakfast", "staff", "check_in", "price", "stay")
SENTIMENTS = ("negative", "mixed", "positive")


@functools.cache
def sentences() -> Any:
    """Return the phrase bank: language, then `topics` (topic, sentiment) and `closings` (sentiment), to sentences."""
    text = importlib.resources.files(__package__).joinpath("phrases.json").read_text(encoding="utf-8")
    return json.loads(text)


@functools.cache
def combinations() -> NDArray[np.object_]:
    """Return every comment, shape `(4 languages, 6 topics, 3 sentiments, variants)`: a sentence, alone or closed."""
    bank = sentences()
    comments = [
        f"{sentence} {closing}".strip()
        for language in LANGUAGES
        for topic in TOPICS
        for sentiment in SENTIMENTS
        for sentence in bank[language]["topics"][topic][sentiment]
        for closing in ["", *bank[language]["closings"][sentiment]]
    ]
    found = np.array(comments, dtype=object).reshape(len(LANGUAGES), len(TOPICS), len(SENTIMENTS), -1)
    found.setflags(write=False)
    return found
