"""A table of scores that holds nothing any more of the segments that are hidden."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.counting import HIDDEN, HIDDEN_WITH, Tally
from npskit.errors import counted
from npskit.inference import Estimate
from npskit.results import Columns, free_name, wrapped

if TYPE_CHECKING:
    from npskit.plots import Forest

# What a row of scores always says, as `npskit.results.schemas` reads it; nothing of a segment that is hidden.
SCORE_ROW = (
    "'value': float, 'low': float, 'high': float, 'n': int | None, 'missing': int | None, 'invalid': int | None, "
    "'se': float, 'too_few': bool | None"
)
SAYS = (
    f"score: str, by, level, method, segments: list[TypedDict('SegmentRow', {{{SCORE_ROW}, "
    "'shrunken': NotRequired[float], 'hidden': NotRequired[str]})], conventions"
)
SAID = {HIDDEN: "hidden", HIDDEN_WITH: "hidden with it"}


def tally_without(tally: Tally, hidden: Bools) -> Tally:
    """Return a tally whose hidden places hold no answers."""
    names = [name for name in ("cells", "weights", "squares") if getattr(tally, name) is not None]
    return attrs.evolve(tally, **{name: _blank(getattr(tally, name), hidden, 0) for name in names})


def estimate_without(estimate: Estimate, hidden: Bools) -> Estimate:
    """Return an estimate that is of no answers at the hidden places."""
    worth = estimate.category_scores
    nothing = Estimate.from_sums(np.zeros(len(worth), np.int64), worth)
    names = [field.name for field in attrs.fields(Estimate) if field.name not in ("category_scores", "simple")]
    return attrs.evolve(
        estimate, **{name: _blank(getattr(estimate, name), hidden, getattr(nothing, name)) for name in names}
    )


def columns_without(columns: Columns, why: Sequence[str]) -> Columns:
    """Return columns without the numbers of hidden segments, and a column that says which these are."""
    found = {
        name: [None if hidden else value for value, hidden in zip(column, why, strict=True)]
        for name, column in columns.items()
    }
    return found | {free_name("hidden", tuple(found), "segment"): list(why)}


def forest_without(forest: Forest, why: Sequence[str], fewest: int | None) -> Forest:
    """Return the picture of a table with nothing but the names of hidden segments."""
    from npskit.plots import ForestRow  # a table should not wait for pictures

    rows = [ForestRow(row.name, hidden=said) if said else row for row, said in zip(forest.rows, why, strict=True)]
    return attrs.evolve(forest, rows=rows, hide_below=fewest)


def shown_counts(counts: Sequence[int], why: Sequence[str], fewest: int | None) -> list[Any]:
    """Return how many answers segments have, as far as that may be said."""
    instead = {SAID[HIDDEN]: f"< {fewest}", SAID[HIDDEN_WITH]: "–"}
    return [instead.get(said, n) for n, said in zip(counts, why, strict=True)]


def hidden_note(many: int, fewest: int | None) -> list[str]:
    """Return what is said of hidden segments, nothing where there are none."""
    if not many:
        return []
    why = f"fewer than {fewest} answers, and what would give them away; their rows are counted as left out."
    return [wrapped(f"{counted(many, 'segment')} hidden: {why}")]


def _blank(values: NDArray[Any], hidden: Bools, nothing: Any) -> Any:
    """Return values with others at the hidden places, along the first axis."""
    found = np.array(values)
    found[hidden] = nothing
    return found
