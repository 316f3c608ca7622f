"""A scorer as results keep it: how to make it again, and what its answers mean."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import attrs
import numpy as np

from npskit.data import Scale
from npskit.errors import IncompatibleError, InvalidValueError, NpskitError
from npskit.results import get
from npskit.scorers.base import Codebook, Scorer, codebook_of
from npskit.scorers.registry import get_scorer


def scorer_record(found: Codebook) -> dict[str, Any]:
    """Return how to make a scorer again, where the registry can, and what its answers mean."""
    return {"registry": _registered(found), **_meaning(found)}


def _meaning(found: Codebook) -> dict[str, Any]:
    """Return what answers are worth under a scorer; its grid, which may be large, as its digest."""
    questions = zip(found.questions, found.scales, strict=True)
    return {
        "name": found.name,
        "questions": [[name, scale.low, scale.high] for name, scale in questions],
        "categories": list(found.categories),
        "category_scores": found.category_scores.tolist(),
        "grid": hashlib.sha256(np.ascontiguousarray(found.grid, dtype="<i8").tobytes()).hexdigest(),
    }


def _registered(found: Codebook) -> dict[str, Any] | None:
    """Return the name and the options that make a scorer again; None where they do not."""
    kind = type(found.scorer)
    if not attrs.has(kind):
        return None
    fields = (f.name for f in attrs.fields(kind) if f.init)
    options = {name: _plain_option(getattr(found.scorer, name)) for name in fields}
    try:
        options = json.loads(json.dumps(options))
        same = codebook_of(get_scorer(kind.__name__, **options)) == found
    except (NpskitError, TypeError, ValueError):
        return None
    return {"name": kind.__name__.casefold(), "options": options} if same else None


def _plain_option(value: Any) -> Any:
    """Return an option of a scorer as JSON has it."""
    if isinstance(value, Scale):
        return [value.low, value.high]
    return list(map(_plain_option, value)) if isinstance(value, tuple) else value


def read_scorer(record: dict[str, Any], scorer: Scorer | None) -> Codebook:
    """Return the scorer that was kept, or the one given, seen to mean the same.

    Raises:
        InvalidValueError: If it has to be given, or cannot be made.
        IncompatibleError: If it gives answers another meaning.
    """
    if scorer is None:
        registry = record.get("registry")
        if not isinstance(registry, dict):
            raise InvalidValueError(
                f"scorer must be given: the text names none of the registry, only that it is {record.get('name')!r}"
            )
        name, options = get(registry, "name", str), get(registry, "options", dict)
        try:
            scorer = get_scorer(name, **options)
        except (NpskitError, TypeError, ValueError) as error:
            raise InvalidValueError(f"scorer: the text names {name!r}, which cannot be made: {error}") from error
    found = codebook_of(scorer)
    for part, meaning in _meaning(found).items():
        if record.get(part) != meaning:
            raise IncompatibleError(
                f"scorer: {found.scorer!r} is not the one of the text: its {part} differ; give the one it was made with"
            )
    return found
