"""How the same customers moved from category to category: what is known of it, and whether it was chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import once
from npskit.errors import InvalidValueError, counted, did_you_mean, quoted, written
from npskit.inference import ChiSquareTest, Moves, PairedDifference, paired, paired_difference, stationary_shares
from npskit.options import Pairing
from npskit.plots import Chart
from npskit.results import (
    NO_ROWS,
    Columns,
    CountedRows,
    RowCounts,
    Rows,
    columns_of,
    number,
    one_line,
    p_said,
    p_value,
    percent,
)
from npskit.scorers import Codebook
from npskit.scores import Pair
from npskit.tracking.charts import band_numbers
from npskit.tracking.panel.answer_pairs import Steps
from npskit.tracking.panel.engine_steps import EngineSteps
from npskit.tracking.panel.move_pictures import picture_of_moves
from npskit.tracking.panel.moved_share import GroupTransitions, MovedShare, compare_shares, moved_share, moved_shares

_NAMED = 20
# More categories than this are shown as bands of neighbors.
_MOST_SHOWN = 12
_MODES = {
    "consecutive": "from each answer to the next",
    "first_last": "from the first answer to the last",
    "waves": "from wave to wave",
}


@attrs.frozen(eq=False, repr=False, slots=False)
class Transitions(CountedRows):
    """Steps of the same customers from category to category; made by `transitions`.

    What must be true for it to mean anything: customers are independent of each other; those who answered again stand
    for those one speaks of (who leaves does not answer); and for a difference between groups to be an effect of what
    was done to them, who got it must have been decided by lot. Customers picked because they answered low answer higher
    the next time by themselves (regression to the mean).

    Args:
        codebook: The scorer whose categories these are.
        steps: The steps.
        moves: Their counts.
        level: Level of the intervals.
        moved: The categories before and after whose share is asked about.
        ids: What each customer's code stands for, or None where the codes are the customers.
        by: What the groups are, or None.
        group_names: The names of the groups.
        backend: The dataframe library that `to_frame` gives by default.
        rows: What became of the rows: scored answers count where it is known who gave them and when, also of customers
            who answered once; where it is not known they are set aside.
    """

    codebook: Codebook
    steps: Steps | EngineSteps
    moves: Moves
    level: float
    moved: tuple[int, int]
    ids: Sequence[Any] | None = attrs.field(default=None, converter=attrs.converters.optional(tuple))
    by: str | None = None
    group_names: tuple[str, ...] = ()
    backend: str | None = None
    rows: RowCounts = NO_ROWS
    _SAYS = (
        "score: str, value: float, categories: list[str], steps: int, before, after, difference, mode, clustered, "
        "customers, counts, shares, stationary, stationary_score, by, groups, comparison, share, tests: dict[str, "
        "Any], unordered: int, undated: int, tied: dict[str, Any]"
    )

    # ---- counts ----

    @property
    def counts(self) -> NDArray[np.int64]:
        """Steps from each category (rows) to each (columns): int64, shape `(K, K)`."""
        return np.asarray(self._whole.counts[0])

    @property
    def shares(self) -> NDArray[np.float64]:
        """Of the steps that start in a category, the share that lead to each: shape `(K, K)`; NaN where none start."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.counts / self.counts.sum(axis=1, keepdims=True))

    @property
    def mode(self) -> Pairing:
        """From which answers to which steps lead: `"consecutive"`, `"first_last"` or `"waves"`."""
        return self.steps.mode

    @property
    def row_counts(self) -> RowCounts:
        """What became of the rows that came in."""
        return self.rows

    @property
    def customers(self) -> int:
        """The number of customers they are of."""
        return int(self.moves.customers)

    @property
    def clustered(self) -> bool:
        """Whether customers stepped more than once, so that everything is clustered by customer."""
        return self.moves.products is not None

    @once
    def _whole(self) -> Moves:
        return self.moves.merged()

    # ---- what moved ----

    @once
    def difference(self) -> PairedDifference:
        """By how much the score moved, with its interval and p-value: the primary test; see `paired_difference`."""
        return paired_difference(self._whole, self.codebook.category_scores, self.level)

    def _value(self) -> float:
        return self.difference.difference

    @property
    def before(self) -> float:
        """The score of the answers that steps start from."""
        return self._score(self.counts.sum(axis=1))

    @property
    def after(self) -> float:
        """The score of the answers that steps lead to."""
        return self._score(self.counts.sum(axis=0))

    def _score(self, counts: NDArray[np.int64]) -> float:
        return float(counts @ self.codebook.category_scores / counts.sum()) if counts.any() else float("nan")

    @once
    def stuart_maxwell(self) -> ChiSquareTest:
        """Test that no share of a category changed; see `npskit.inference.paired.stuart_maxwell`."""
        return paired.stuart_maxwell(self._whole)

    @once
    def bhapkar(self) -> ChiSquareTest:
        """The same with the covariance as observed; see `npskit.inference.paired.bhapkar`."""
        return paired.bhapkar(self._whole)

    @once
    def bowker(self) -> ChiSquareTest:
        """Test that as many moved one way as the other; see `npskit.inference.paired.bowker`."""
        return paired.bowker(self._whole)

    def share(self, before: str | None = None, after: str | None = None) -> MovedShare:
        """Return which share of those in one category moved to another, with its interval.

        Args:
            before: The category they were in. Default: as asked of `transitions`, else the second best: passives.
            after: The category they moved to. Default likewise: the best.

        Raises:
            InvalidValueError: If there is no such category.

        Example:
            >>> import npskit as nk
            >>> data = {"score": [7, 9, 8, 8], "id": ["ann"] * 2 + ["bob"] * 2, "day": ["2026-01-05", "2026-02-05"] * 2}
            >>> found = nk.Survey(data, customer="id", time="day").transitions()
            >>> print(found.share())
            passive to promoter: 50.0% (9.5 .. 90.5), 1 of 2
        """
        asked = zip((before, after), self.moved, strict=True)
        i, j = (at if name is None else category_index(self.codebook, name) for name, at in asked)
        return self._share(self._whole, i, j)

    def _share(self, moves: Moves, i: int, j: int) -> MovedShare:
        return moved_share(moves, self.codebook.categories, i, j, self.level)

    # ---- groups ----

    @once
    def groups(self) -> tuple[GroupTransitions, ...]:
        """The groups, each with its difference and its share of `moved`; empty without groups."""
        scores, moves = self.codebook.category_scores, map(self.moves.group, range(len(self.group_names)))
        return tuple(
            GroupTransitions(name, paired_difference(each, scores, self.level), self._share(each, *self.moved))
            for name, each in zip(self.group_names, moves, strict=True)
        )

    @once
    def comparison(self) -> tuple[Pair, ...]:
        """Every pair of groups by their share of `moved`, 0..1: followed up against not followed up.

        See `npskit.tracking.panel.moved_share.compare_shares`.
        """
        return compare_shares(self.moves, self.group_names, *self.moved, self.level)

    # ---- where it leads, and who ----

    @once
    def stationary(self) -> dict[str, float]:
        """The shares at which steps at these rates would come to rest, NaN where that is undefined.

        See `npskit.inference.paired.stationary_shares`: it assumes that rates stay and depend on nothing but the
        category. A summary of the table, not a forecast.
        """
        return dict(zip(self.codebook.categories, stationary_shares(self.counts).tolist(), strict=True))

    @property
    def stationary_score(self) -> float:
        """The score at `stationary`."""
        return float(np.array(list(self.stationary.values())) @ self.codebook.category_scores)

    def who(self, before: str, after: str) -> list[Any]:
        """Return the customers who stepped from one category to another, each once, in order.

        Raises:
            InvalidValueError: If there is no such category.

        Example:
            >>> import npskit as nk
            >>> data = {"score": [7, 9, 8, 8], "id": ["ann"] * 2 + ["bob"] * 2, "day": ["2026-01-05", "2026-02-05"] * 2}
            >>> found = nk.Survey(data, customer="id", time="day").transitions()
            >>> found.who("passive", "promoter")
            ['ann']
        """
        i, j = (category_index(self.codebook, name) for name in (before, after))
        return self._ids(self.steps.of_customers(i, j))

    @property
    def tied(self) -> list[Any]:
        """The customers with answers at the same time, in order: steps that touch these are left out, not guessed."""
        return self._ids(self.steps.tied)

    def _ids(self, codes: NDArray[Any]) -> list[Any]:
        """Return customers in an order that is not that of the rows: an engine has these in any."""
        found: list[Any] = codes.tolist()
        ids = found if self.ids is None else [self.ids[code] for code in found]
        try:
            return sorted(ids)
        except TypeError:  # numbers beside texts
            return sorted(ids, key=written)

    # ---- as a person reads it, and as a program does ----

    def __repr__(self) -> str:
        words = f"{self.codebook.name} {number(self.before)} to {number(self.after)}"
        moved = {name: getattr(self.difference, name) for name in ("difference", "interval", "p_value")}
        return self._said(words, **moved, steps=len(self.steps), customers=self.customers, tied=self.steps.n_tied)

    def _rows(self) -> Rows:
        names, table = self._shown()
        rows: list[list[Any]] = []
        for name, counts in zip(names, table.tolist(), strict=True):
            n = sum(counts)
            rows.append([name, *(f"{count} ({count / n:.0%})" if n else "0" for count in counts), n])
        return ["from \\ to", *names, "n"], rows

    def _chart(self) -> Chart:
        return picture_of_moves(self.codebook.name, *self._shown())

    def _shown(self) -> tuple[Sequence[str], NDArray[np.int64]]:
        """Return the names and the table of the categories, or of bands of neighbors where there are many."""
        names, counts = self.codebook.categories, self.counts
        if len(names) <= _MOST_SHOWN:
            return names, counts
        margins = (counts.sum(axis=0) + counts.sum(axis=1)).astype(np.float64)
        bands = band_numbers(margins, np.arange(len(names), dtype=np.float64))
        parts = [np.flatnonzero(bands == band) for band in range(bands.max(initial=-1) + 1)]
        shown = [names[p[0]] if len(p) == 1 else f"{names[p[0]]} .. {names[p[-1]]}" for p in parts]
        return shown, np.array([[counts[np.ix_(a, b)].sum() for b in parts] for a in parts], dtype=np.int64)

    def _group_rows(self) -> Rows:
        i, j = (self.codebook.categories[at] for at in self.moved)
        interval = f"{percent(self.level)} interval"
        header = [self.by or "group", "n", "difference", interval, "p", f"{i} to {j}", interval, "of"]
        rows = []
        for g in self.groups:
            d, s = g.difference, g.share
            row = [g.name, int(d.n), d.difference, str(d.interval), p_value(d.p_value)]
            rows.append([*row, f"{s.value:.1%}", f"{s.interval.low:.1%} .. {s.interval.high:.1%}", s.n])
        return header, rows

    def _notes(self) -> list[str]:
        """Return what stands below the tables, a line each."""
        if not len(self.steps):
            return ["no steps: nobody gave two answers whose order is known", *self._left_out()]
        named = {"Stuart-Maxwell": self.stuart_maxwell, "Bhapkar": self.bhapkar, "Bowker": self.bowker}
        known = {name: float(test.p_value) for name, test in named.items()}
        tests = ", ".join(f"{name} {p_said(p)}" for name, p in known.items() if p == p)
        notes = [
            _MODES[self.mode] + (", clustered by customer" if self.clustered else ""),
            tests,
            *([str(self.share())] if self.share().n else []),
        ]
        notes += [
            f"{one_line(pair.a)} less {one_line(pair.b)}: {100 * pair.difference:.1f} percentage points "
            f"({100 * pair.interval.low:.1f} .. {100 * pair.interval.high:.1f}), {p_said(pair.p_adjusted)}"
            for pair in self.comparison
            if not np.isnan(pair.difference)
        ]
        return notes + self._left_out()

    def _left_out(self) -> list[str]:
        """Return which steps and answers do not enter, a line each."""
        notes = []
        if self.steps.n_tied:
            notes.append(
                f"left out: {counted(self.steps.unordered, 'step')} of {counted(self.steps.n_tied, 'customer')} "
                "who answered more than once at the same time"
            )
        return notes + (
            [f"left out: {counted(self.steps.undated, 'answer')} without a time"] if self.steps.undated else []
        )

    def _more(self) -> list[tuple[str, Rows]]:
        return [("", self._group_rows())] if self.groups else []

    def columns(self) -> Columns:
        """Return a row for each category before and after as columns: count, share and its interval."""
        categories = self.codebook.categories
        rows = (moved_shares(self._whole, categories, i, self.level) for i in range(len(categories)))
        table = columns_of([share for row in rows for share in row], MovedShare)
        names = {"before": "before", "after": "after", "count": "moved", "share": "value", "low": "low", "high": "high"}
        return {name: table[field] for name, field in names.items()}

    def _record(self) -> dict[str, Any]:
        found = {"score": self.codebook.name, "value": self.difference.difference}
        found |= {"categories": self.codebook.categories, "steps": len(self.steps)}
        found |= self._parts("before", "after", "difference", "mode", "clustered", "customers", "counts", "shares")
        found |= self._parts("stationary", "stationary_score", "by", "groups", "comparison") | {"share": self.share()}
        found |= {"tests": self._parts("stuart_maxwell", "bhapkar", "bowker")}
        tied = {"customers": self.steps.n_tied, "first": self.tied[:_NAMED]}
        return found | {"unordered": self.steps.unordered, "undated": self.steps.undated, "tied": tied}


def category_index(codebook: Codebook, name: object) -> int:
    """Return which category has a name."""
    if not isinstance(name, str) or name not in codebook.categories:
        raise InvalidValueError(
            f"{quoted(name)} is no category of {codebook.name}; {did_you_mean(name, codebook.categories)}"
        )
    return codebook.categories.index(name)
