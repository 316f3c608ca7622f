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
PLANTED = ("spam", "noise", "cancellation", "sales", "support", "suggestion", "question")
"""What comments may be instead of being about the stay; in the first two of the languages."""
SPOKEN = ("en", "de")


@functools.cache
def sentences(file: str = "phrases.json") -> Any:
    """Return the phrase bank: language, then `topics` (topic, sentiment) and `closings` (sentiment), to sentences."""
    text = importlib.resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
    return json.loads(text)


@functools.cache
def planted() -> NDArray[np.object_]:
    """Return what else comments may be, shape `(2 languages, 7 kinds, variants)`."""
    found = np.array([[_variants(language, kind) for kind in PLANTED] for language in SPOKEN], dtype=object)
    found.setflags(write=False)
    return found


def _variants(language: str, kind: str) -> list[str]:
    """Return the sentences of a kind, each as it stands and, where somebody wants something, with a greeting."""
    bank = sentences("requests.json")[language]
    said = kind not in ("spam", "noise")
    return [
        f"{opening} {sentence} {closing}".strip() if said else sentence
        for sentence in bank[kind]
        for opening in ["", *bank["openings"]]
        for closing in ["", *bank["closings"]]
    ]


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
