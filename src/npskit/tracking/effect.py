"""Effect: what the score did when something was changed, with what must be true for it to mean anything."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from npskit.results.display import html_table, number, p_value, percent, text_table, wrapped
from npskit.results.interval import Interval
from npskit.results.native import native_frame
from npskit.tracking.placebo import Placebo

if TYPE_CHECKING:
    from npskit.tracking.intervention import Intervention


@attrs.frozen
class Cell:
    """One of the groups that were compared.

    Args:
        name: `"before"`, `"after"`, with a control `"control before"`, `"control after"`.
        n: Answers, or sum of weights.
        value: The score; NaN without answers.
        low: Lower score limit, at effective counts where answers are clustered by customer.
        high: Upper score limit.
    """

    name: str
    n: float
    value: float
    low: float
    high: float


@attrs.frozen
class Term:
    """An estimate.

    Args:
        name: What of.
        value: The estimate, in units of the score (per period for a slope).
        se: Its standard error.
        low: Lower limit.
        high: Upper limit.
        p_value: Two-sided, of nothing.
    """

    name: str
    value: float
    se: float
    low: float
    high: float
    p_value: float


@attrs.frozen(repr=False)
class Effect:
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
    """

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
        method = "mover"
        if self.clustered:
            method = "clustered"
        elif self.method == "interrupted_series":
            method = "newey_west"
        return Interval(self.terms[0].low, self.terms[0].high, level=self.level, method=method)

    def __repr__(self) -> str:
        low, high = self.interval
        what = "" if self.intervention is None else f"{self.intervention.name!r}, "
        return (
            f"Effect({what}{self.score} {number(self.value)}, interval=({number(low)}, {number(high)}), "
            f"level={self.level}, p_value={self.p_value:.3g}, method={self.method!r})"
        )

    def __str__(self) -> str:
        lines = [wrapped(repr(self), hang="  "), text_table(*self._rows())]
        lines += [] if self.placebo is None else [wrapped(str(self.placebo))]
        listed = (wrapped(f"- {assumed}", hang="  ") for assumed in self.assumes)
        return "\n".join([*lines, "This assumes:", *listed])

    def _rows(self) -> tuple[list[str], list[list[Any]]]:
        header = ["", self.score, f"{percent(self.level)} interval", "n", "p"]
        rows: list[list[Any]] = [
            [c.name, c.value, f"{number(c.low)} .. {number(c.high)}", f"{c.n:.10g}", ""] for c in self.cells
        ]
        rows += [[t.name, t.value, f"{number(t.low)} .. {number(t.high)}", "", p_value(t.p_value)] for t in self.terms]
        return header, rows

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python; the effect is under `value`."""
        return {
            "score": self.score,
            "method": self.method,
            "value": self.value,
            "se": self.se,
            "interval": attrs.asdict(self.interval),
            "p_value": self.p_value,
            "terms": [attrs.asdict(term) for term in self.terms],
            "cells": [attrs.asdict(cell) for cell in self.cells],
            "clustered": self.clustered,
            "intervention": None if self.intervention is None else self.intervention.to_dict(),
            "placebo": None if self.placebo is None else self.placebo.to_dict(),
            "assumes": list(self.assumes),
        }

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the terms as a dataframe, one row each; `backend` as for `Score.to_frame`."""
        columns = {a.name: [getattr(t, a.name) for t in self.terms] for a in attrs.fields(Term)}
        return native_frame(columns, backend or self.backend)

    def _repr_html_(self) -> str:
        return html_table(*self._rows(), caption=f"{self!r}. This assumes: {' '.join(self.assumes)}")
