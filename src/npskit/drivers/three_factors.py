"""Which drivers are basic, performance and excitement factors, and by what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.options import FactorKind
from npskit.plots import Chart, Forest, ForestRow
from npskit.results import LEVEL, NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped

ASSUMES = (
    "A class says how the outcome goes with low and with high ratings among these customers, not what a change of them "
    "would do.",
    "It depends on where ratings are cut: other cuts may give other classes.",
)


@attrs.frozen
class Factor:
    """What low and high ratings of a driver go with.

    Args:
        driver: Its name.
        kind: `"basic"`, `"performance"`, `"excitement"`, `"indifferent"`; `"not clear"` where the answers do not tell.
        low: Ratings up to this are low.
        high: Ratings from this on are high.
        count_low: Rows that count with a low rating.
        count_high: Rows that count with a high one.
        penalty: By how much the outcome differs where its rating is low instead of between, all else alike; negative
            where a low rating goes with less. NaN without a low rating.
        penalty_interval: Of `penalty`.
        reward: The same where its rating is high.
        reward_interval: Of `reward`.
        riocs: Range of impact on overall customer satisfaction: `reward - penalty`.
        riocs_interval: Of `riocs`.
        sgp: Satisfaction-generating potential: `reward / riocs`.
        dgp: Dissatisfaction-generating potential: `-penalty / riocs`.
        ia: Impact asymmetry: `sgp - dgp`, 1 where only high ratings count and -1 where only low ones do.
        ia_interval: Of `ia`; wide without end where `riocs` may be 0.
        asymmetry: `reward + penalty`.
        asymmetry_interval: Of `asymmetry`.
        mean: Its mean rating.
    """

    driver: str
    kind: FactorKind
    low: float
    high: float
    count_low: int
    count_high: int
    penalty: float
    penalty_interval: Interval
    reward: float
    reward_interval: Interval
    riocs: float
    riocs_interval: Interval
    sgp: float
    dgp: float
    ia: float
    ia_interval: Interval
    asymmetry: float
    asymmetry_interval: Interval
    mean: float


@attrs.frozen(eq=False, repr=False)
class ThreeFactors(CountedRows):
    """Basic, performance and excitement factors: what low and high ratings cost and win.

    Args:
        outcome: What is explained.
        factors: In the order in which the drivers were named.
        base: The outcome where no rating is low or high, by the regression.
        r2: Share of the outcome's variance that low and high ratings explain.
        ratio: One of penalty and reward dominates where it is more than so many times the other.
        negligible: Effects below this are none.
        units: Customers, or other units that answers hang together by.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("factors", Factor)

    outcome: str
    factors: tuple[Factor, ...]
    base: float
    r2: float
    ratio: float
    negligible: float
    units: int
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def _chart(self) -> Chart:
        """Return what low and high ratings go with as bars from 0, with the class."""
        rows = [
            ForestRow.of(
                each.driver,
                each.penalty,
                each.penalty_interval,
                other=(each.reward, each.reward_interval.low, each.reward_interval.high),
                said=each.kind,
            )
            for each in self.factors
            if each.penalty == each.penalty
        ]
        level = self.factors[0].penalty_interval.level if self.factors else LEVEL
        bars = Forest(self.outcome, ("driver",), rows, level, digits=1, signed=True, ordered=True, bars=True)
        return attrs.evolve(bars, marks=("penalty", "reward"))

    def __len__(self) -> int:
        return len(self.factors)

    def __getitem__(self, driver: str) -> Factor:
        """Return a driver by its name."""
        for each in self.factors:
            if each.driver == driver:
                return each
        raise KeyError(driver)

    def __repr__(self) -> str:
        kinds: dict[str, int] = {}
        for each in self.factors:
            name = each.kind.replace(" ", "_")
            kinds[name] = kinds.get(name, 0) + 1
        return self._said(outcome=self.outcome, n=self.n, **kinds)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        level = self.factors[0].ia_interval.level
        return (
            f"What low and high ratings go with: {self.outcome} is {number(self.base, 2)} where none is low or high "
            f"(n = {self.n}; {percent(level)} intervals)."
        )

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = ["driver", "class", "penalty", "interval", "reward", "interval", "IA", "interval", "low, high", "mean"]
        return header, [
            [
                each.driver,
                each.kind,
                *_with_limits(each.penalty, each.penalty_interval),
                *_with_limits(each.reward, each.reward_interval),
                *_with_limits(each.ia, each.ia_interval),
                f"≤ {each.low:g}, ≥ {each.high:g}",
                number(each.mean, 2),
            ]
            for each in self.factors
        ]

    def _notes(self) -> Sequence[str]:
        bound = (self.ratio - 1) / (self.ratio + 1)
        notes = [
            f"Classed where the intervals lie wholly within a class: basic has IA below {-bound:.2f}, excitement above "
            f"{bound:.2f} (penalty or reward more than {self.ratio:g} times the other), performance between; "
            f"indifferent has neither beyond {number(self.negligible, 2)}."
        ]
        if any(each.kind in ("basic", "excitement") and each.riocs_interval.low <= 0 for each in self.factors):
            notes.append("Where reward less penalty may be 0, IA has no meaning: which of both counts more decides.")
        return [wrapped(note) for note in [*notes, *self.assumes]]


def _with_limits(value: float, interval: Interval) -> list[str]:
    """Return a number and its limits as a person reads them."""
    return ["", ""] if value != value else [number(value, 2), interval.shown(2)]
