"""What the pictures of a score and of a table of scores show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from npskit.counting import Tally
from npskit.results import LEVEL, Interval
from npskit.scores.segment_labels import segment_names

if TYPE_CHECKING:
    from npskit.plots import AnswerBar, Forest


def answer_bar(tally: Tally, value: float, shares: dict[str, float], interval: Interval) -> AnswerBar:
    """Return the picture of a score; answers one by one where their counts say the same as the shares."""
    from npskit.plots import AnswerBar, BarCategory

    book, counts = tally.codebook, tally.counts.tolist()
    points: dict[str, list[int]] = {name: [] for name in book.categories}
    if book.scale is not None:
        for answer, category in zip(book.scale, book.grid.tolist(), strict=True):
            points[book.categories[category]].append(answer)
    categories = tuple(
        BarCategory(name, tuple(points[name]), count, shares[name])
        for name, count in zip(book.categories, counts, strict=True)
    )
    plain = bool(tally.n) and np.allclose([shares[name] for name in book.categories], np.array(counts) / tally.n)
    single = tally.by_answer and book.scale is not None and plain
    answers = dict(zip(book.scale or (), tally.distribution.tolist(), strict=True)) if single else {}
    worth = book.category_scores.tolist()
    ends = {"least": min(worth), "most": max(worth)}
    limits = {"low": interval.low, "high": interval.high, "level": interval.level}
    return AnswerBar(book.name, value, **limits, **ends, categories=categories, counts=answers)


def forest_of_segments(
    score: str,
    by: Sequence[str],
    keys: Sequence[tuple[Any, ...]],
    columns: dict[str, list[Any]],
    whole: tuple[float, float, float] | None,
    too_few: int,
) -> Forest:
    """Return the picture of a table of scores, from its own columns."""
    from npskit.plots import Forest, ForestRow

    cells = zip(*(columns[name] for name in ("value", "low", "high", "n", "too_few")), strict=True)
    rows = [
        ForestRow(name, value, low, high, n=n, few=few)
        for name, (value, low, high, n, few) in zip(segment_names(keys), cells, strict=True)
    ]
    return Forest(score, tuple(by), tuple(rows), level=LEVEL, whole=whole, too_few=too_few)


class _AgainstOthers(Protocol):
    """A segment against all the others."""

    @property
    def a(self) -> str: ...
    @property
    def difference(self) -> float: ...
    @property
    def interval(self) -> Interval: ...
    @property
    def p_adjusted(self) -> float: ...
    @property
    def n_a(self) -> int: ...
    @property
    def too_few(self) -> bool: ...


def forest_against_others(score: str, by: Sequence[str], found: Sequence[_AgainstOthers], level: float) -> Forest:
    """Return the picture of segments against all others: the largest difference first, few answers apart."""
    from npskit.plots import Forest, ForestRow

    rows = [
        ForestRow.of(
            each.a, each.difference, each.interval, n=each.n_a, few=each.too_few, unsure=not each.p_adjusted < 1 - level
        )
        for each in found
    ]
    return Forest(score, tuple(by), rows, level, signed=True, digits=1, headed="less all others ({level} interval)")


class _Difference(Protocol):
    """A difference of two scores."""

    @property
    def difference(self) -> float: ...

    @property
    def interval(self) -> Interval: ...


def forest_of_differences(
    score: str, names: Sequence[str], found: Sequence[_Difference], level: float, p_values: Sequence[float]
) -> Forest:
    """Return the picture of differences against 0, in the order given; hollow where the test finds none."""
    from npskit.plots import Forest, ForestRow

    rows = [
        ForestRow.of(name, each.difference, each.interval, unsure=not p < 1 - level)
        for name, each, p in zip(names, found, p_values, strict=True)
    ]
    return Forest(score, ("",), rows, level, signed=True, ordered=True, digits=1)
