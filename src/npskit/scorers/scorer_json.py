"""A scorer as results keep it: how to make it again, and what its answers mean."""

from __future__ import annotations

import hashlib
import json
import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import Scale
from npskit.errors import IncompatibleError, InvalidValueError, NpskitError, quoted
from npskit.results import as_whole, checked, get, get_each
from npskit.scorers.base import Codebook, Scorer, codebook_of
from npskit.scorers.registry import get_scorer

# Of scorers that no registry knows, the category of each combination of answers is kept up to so many.
_MOST_KEPT = 10_000


@attrs.frozen
class KeptScorer:
    """A scorer that was kept by what its answers mean, because no registry knows it."""

    name: str
    scales: tuple[tuple[str, Scale], ...]
    categories: tuple[str, ...]
    category_scores: tuple[float, ...]
    grid: tuple[int, ...] = attrs.field(repr=False)

    @property
    def questions(self) -> dict[str, Scale]:
        """The questions, each with its scale."""
        return dict(self.scales)

    def categorize(self, *answers: NDArray[np.int64]) -> NDArray[np.intp]:
        """Look the categories up."""
        scales = [scale for _, scale in self.scales]
        grid = np.array(self.grid, dtype=np.intp).reshape([scale.size for scale in scales])
        found: NDArray[np.intp] = grid[tuple(a - scale.low for a, scale in zip(answers, scales, strict=True))]
        return found


def scorer_record(found: Codebook) -> dict[str, Any]:
    """Return how to make a scorer again and what its answers mean: by the registry, or else by its grid."""
    registered = _registered(found)
    kept = found.grid.ravel().tolist() if registered is None and found.grid.size <= _MOST_KEPT else None
    return {"registry": registered, **_meaning(found), "kept": kept}


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
        registered = record.get("registry") is not None
        scorer = _read_registered(get(record, "registry", dict)) if registered else _read_kept(record)
    found = codebook_of(scorer)
    for part, meaning in _meaning(found).items():
        if record.get(part) != meaning:
            raise IncompatibleError(
                f"scorer: {found.scorer!r} is not the one of the text: its {part} differ; give the one it was made with"
            )
    return found


def _read_registered(registry: dict[str, Any]) -> Scorer:
    """Return a scorer that the registry makes."""
    name, options = get(registry, "name", str), get(registry, "options", dict)
    try:
        return get_scorer(name, **options)
    except (NpskitError, TypeError, ValueError) as error:
        raise InvalidValueError(f"scorer: the text names {quoted(name)}, which cannot be made: {error}") from error


def _read_kept(record: dict[str, Any]) -> Scorer:
    """Return a scorer that was kept by what its answers mean."""
    if record.get("kept") is None:
        raise InvalidValueError(
            f"scorer must be given: the text names none of the registry, only that it is {quoted(record.get('name'))}"
        )
    try:
        scales = tuple((name, Scale(low, high)) for name, low, high in get(record, "questions", list))
        size = math.prod(scale.size for _, scale in scales)
        grid = get_each(record, "kept", lambda category: as_whole(category, "kept", most=len(record["categories"]) - 1))
        checked(grid, "kept", len(grid) == size)
        categories, scores = (tuple(get(record, part, list)) for part in ("categories", "category_scores"))
        return codebook_of(KeptScorer(get(record, "name", str), scales, categories, scores, tuple(grid))).scorer
    except (NpskitError, TypeError, ValueError, KeyError) as error:
        raise InvalidValueError(f"text is damaged: its part 'scorer' is none ({error})") from error
