"""Effect: what the score did when something was changed, with what must be true for it to mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from npskit.plots import Chart, Forest, ForestRow, Stack
from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, p_value, percent, wrapped
from npskit.tracking.effect.placebo import Placebo

if TYPE_CHECKING:
    from npskit.tracking.effect.intervention import Intervention


@attrs.frozen
class Cell:
    """One of the groups that were compared.

    Args:
        name: `"before"`, `"after"`, with a control `"control before"`, `"control after"`.
        n: Answers, or sum of weights.
        value: The score; NaN without answers.
        interval: The score interval, at effective counts where answers are clustered by customer.
    """

    name: str
    n: float
    value: float
    interval: Interval


@attrs.frozen
class Term:
    """An estimate.

    Args:
        name: What of.
        value: The estimate, in units of the score (per period for a slope).
        se: Its standard error.
        interval: Of the estimate.
        p_value: Two-sided, of nothing.
    """

    name: str
    value: float
    se: float
    interval: Interval
    p_value: float


@attrs.frozen(eq=False, repr=False)
class Effect(CountedRows):
    """What the score did when something was changed; the first term is the effect.

    What must be true for it to mean anything stands in `assumes`: no computation can find it out. The p-value is for a
    change, a date and a control that were decided on before looking at the answers.

    Args:
        score: The name of the score.
        method: `"before_after"`, `"difference_in_differences"` or `"interrupted_series"`.
        terms: The estimates.
        level: Confidence level of their limits.
        cells: The groups that were compared; for a series none.
        assumes: What must be true for the effect to mean anything.
        clustered: Whether the errors allow for customers who answer more than once.
        intervention: What was changed.
        placebo: The same estimate at dates when nothing happened, where there are periods to take them from.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows: answers of the treated and of the control, on either side, count; those
            without a time are set aside, and those of others, or of after the intervention's end, left out.
    """

    _TABLE = ("terms", Term)

    score: str
    method: str
    terms: tuple[Term, ...]
    level: float
    cells: tuple[Cell, ...]
    assumes: tuple[str, ...]
    clustered: bool = False
    intervention: Intervention | None = None
    placebo: Placebo | None = None
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    @property
    def value(self) -> float:
        """The effect, in units of the score."""
        return self.terms[0].value

    @property
    def se(self) -> float:
        """Its standard error."""
        return self.terms[0].se

    @property
    def p_value(self) -> float:
        """Its two-sided p-value."""
        return self.terms[0].p_value

    @property
    def interval(self) -> Interval:
        """Its interval."""
        return self.terms[0].interval

    def __repr__(self) -> str:
        what = "" if self.intervention is None else f"{self.intervention.name!r}, "
        parts = self._parts("interval", "p_value", "method")
        return self._said(f"{what}{self.score} {number(self.value)}", **parts)

    def _headline(self) -> str:
        return wrapped(repr(self), hang="  ")

    def _notes(self) -> list[str]:
        placebo = [] if self.placebo is None else [wrapped(str(self.placebo))]
        return [*placebo, "This assumes:", *(wrapped(f"- {assumed}", hang="  ") for assumed in self.assumes)]

    def _chart(self) -> Chart:
        """Return the scores of the groups, and below them the estimates against 0."""
        alpha = 1 - self.level
        terms = [ForestRow.of(t.name, t.value, t.interval, unsure=not t.p_value < alpha) for t in self.terms]
        effects = Forest(self.score, ("",), terms, level=self.level, signed=True, ordered=True, digits=1)
        if not self.cells:
            return effects
        cells = [ForestRow.of(c.name, c.value, c.interval, n=round(c.n)) for c in self.cells]
        return Stack((Forest(self.score, ("",), cells, level=self.level, ordered=True, digits=1), effects))

    def _rows(self) -> Rows:
        header = ["", self.score, f"{percent(self.level)} interval", "n", "p"]
        rows: list[list[Any]] = [[c.name, c.value, str(c.interval), f"{c.n:.10g}", ""] for c in self.cells]
        return header, rows + [[t.name, t.value, str(t.interval), "", p_value(t.p_value)] for t in self.terms]

    _SAYS = "*fields, value, se, interval, p_value"

    def _record(self) -> dict[str, Any]:
        return self._parts("score", "method", "value", "se", "interval", "p_value") | super()._record()
