"""What drives a score: the drivers with their shares of R², how sure these are, and what must be known to read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import attrs

from npskit.arrays import Bools
from npskit.checks import finite_number, share
from npskit.drivers.driver import Driver
from npskit.drivers.share_model import ShareModel
from npskit.errors import InvalidValueError, counted, plural
from npskit.options import Gaps, Resampling
from npskit.plots import Chart, Forest, ForestRow
from npskit.results import LEVEL, NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, p_value, percent, wrapped

if TYPE_CHECKING:
    from npskit.drivers.quadrants import Quadrants
    from npskit.scores import WhatIf

# A driver whose coefficient varies five times as much as it would alone is hardly told from others.
_INFLATED = 5.0
_FEW = 10

ASSUMES = (
    "A share says how the outcome goes with a driver among these customers, not what a change of it would do: whatever "
    "was not asked may lie behind both.",
    "LMG shares what drivers explain together, also with one that only goes along with others; PMVD gives a driver "
    "nothing that has no effect of its own once the others are known.",
)


@attrs.frozen(eq=False, repr=False)
class Drivers(CountedRows):
    """What the answers go with: each driver's share of the variance that all explain together, R².

    Args:
        outcome: What is explained.
        drivers: The largest share first.
        r2: Share of the outcome's variance that the drivers explain, 0..1.
        r2_interval: Of `r2`; like every interval of R² it lies a little high with few answers.
        r2_out_of_sample: R² of answers that the regression has not seen, pooled over ten folds against the means of the
            others; NaN where it cannot be had, below 0 where the drivers predict worse than the mean.
        dominates: Which driver adds more than which other, whatever others are in: complete dominance, shape `(G, G)`
            in the order of `drivers`; empty of more than 24.
        units: Customers, or other units that answers hang together by.
        missing_rule: `"listwise"`: rows count that have the outcome and every driver; `"pairwise"`: each covariance is
            of the rows that have both.
        method: How the intervals were found.
        drawn_error: The largest standard error of `lmg` because of more than 24 drivers not all orders were looked at.
        assumes: What must be true for this to mean anything.
        shares: How the shares of the score's categories go with the drivers, for `what_if`; None where something else
            than the score is explained.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("drivers", Driver)

    outcome: str
    drivers: tuple[Driver, ...]
    r2: float
    r2_interval: Interval
    r2_out_of_sample: float
    dominates: Bools
    units: int
    missing_rule: Gaps = "listwise"
    method: Resampling = "bootstrap"
    drawn_error: float = 0.0
    assumes: tuple[str, ...] = ASSUMES
    shares: ShareModel | None = None
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def _chart(self) -> Chart:
        """Return the shares of R² in points, LMG with its interval beside PMVD; hollow without an effect of its own."""
        alpha = 1 - self.r2_interval.level
        rows = [
            ForestRow.of(
                each.driver,
                100 * each.lmg,
                [100 * limit for limit in each.interval],
                unsure=not each.p_value < alpha,
                other=None if each.pmvd != each.pmvd else (100 * each.pmvd, math.nan, math.nan),
            )
            for each in self.drivers
        ]
        level, both = self.r2_interval.level, ("LMG", "PMVD")
        return Forest("LMG", ("driver",), rows, level, digits=1, ordered=True, marks=both)

    def __len__(self) -> int:
        return len(self.drivers)

    def __getitem__(self, driver: str) -> Driver:
        """Return a driver by its name."""
        for each in self.drivers:
            if each.driver == driver:
                return each
        raise KeyError(driver)

    def quadrants(self) -> Quadrants:
        """Return importance against performance: what to work on first, as a rule of thumb.

        Importance is the LMG share, performance the mean on the way from the lowest to the highest rating; each is high
        or low against its mean over drivers. It is a heuristic: the bounds depend on which drivers were asked for, and
        a share says nothing of what a change would do.

        Source: Martilla & James (1977), "Importance-performance analysis", Journal of Marketing 41(1).

        Raises:
            InvalidValueError: If fewer than two drivers have a mean: groups have none.

        Example:
            >>> import npskit as nk
            >>> data = nk.datasets.demo_survey().columns
            >>> found = nk.Survey(data, score="score").drivers(["room", "breakfast", "staff", "price"])
            >>> [(each.driver, each.quadrant) for each in found.quadrants().drivers][:2]
            [('staff', 'keep up the good work'), ('room', 'keep up the good work')]
        """
        from npskit.drivers.quadrants import quadrants_of

        return quadrants_of(self.drivers, outcome=self.outcome, backend=self.backend, row_counts=self.row_counts)

    def what_if(self, driver: str, by: float, *, level: float = LEVEL) -> WhatIf:
        """Return the expected shares of promoters, passives and detractors, and the score, were a driver rated better.

        Only were the association causal, and so it is labelled. The share of each category is regressed on all drivers
        (a linear probability model), and each customer's rating moved, but not past the ends of its scale: who gives a
        5 of 5 gives no more. So a share differs by its coefficient times the mean of what ratings move by; all shares
        sum to 1 again, and the score differs by its own coefficient times the same. A share ends at 0.

        No such line is straight, and with many answers an interval that believes in it is too narrow. So where there
        are five customers for each, every rating of every driver also is a step of its own, and intervals reach from
        the lower limit of either reading to the upper: the truth lies within where it is between what they expect, and
        within them at least as often as `level` says where one of them is right. How often that is was measured, in
        the page of studies. Where rows stay on an engine or gaps go by pairs, there is the straight line alone.

        Source: the standardization (g-formula) of Robins (1986), as in Hernán & Robins, "Causal Inference: What If"
        (2020), chapter 13, which for a linear model needs the means alone; Liang & Zeger (1986), "Longitudinal data
        analysis using generalized linear models", Biometrika 73(1), of the variance of steps.

        Args:
            driver: Of one column with an order.
            by: By how much it is rated higher, in its own units; below 0 for lower.
            level: Confidence level of the intervals, by the covariance of the same samples as those of the shares, and
                of steps by sums over customers.

        Raises:
            InvalidTypeError: If `by` is not a number.
            InvalidValueError: If the driver is a group, of kinds, or not there, or something else than the score is
                explained.

        Example:
            >>> import npskit as nk
            >>> data = nk.datasets.demo_survey().columns
            >>> found = nk.Survey(data, score="score", customer="customer").drivers(["room", "staff"])
            >>> then = found.what_if("room", 1)
            >>> print(f"{then.before:.0f} {then.value:.0f} {then.difference:+.1f}: {then.supposed}")
            22 30 +7.6: room were rated 1 higher, at most 10 (0.67 on average)
        """
        level, by = share(level, "level"), finite_number(by, "by")
        if self.shares is None:
            raise InvalidValueError(
                f"what_if speaks of the score's categories, and {self.outcome} is explained: ask for "
                "drivers(..., outcome='answer')"
            )
        return self.shares.what_if(driver, by, level, self.backend, self.row_counts)

    _SAYS = "*fields, shares: Never"

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        found = super()._record(**options)
        found.pop("shares")
        return found

    def __repr__(self) -> str:
        largest = ", ".join(each.driver for each in self.drivers[:3])
        return self._said(outcome=self.outcome, r2=round(self.r2, 3), n=self.n, largest=largest)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        seen = self.r2_out_of_sample
        unseen = "" if seen != seen else f"; of answers not seen {number(100 * seen)}%"
        return (
            f"What {self.outcome} goes with: {counted(len(self), 'driver')} {plural(len(self), 'explains', 'explain')} "
            f"{number(100 * self.r2)}% of its variance "
            f"({percent(self.r2_interval.level)} interval {_points(self.r2_interval)}; n = {self.n}{unseen})."
        )

    def _rows(self, *_: Any, **options: Any) -> Rows:
        level = percent(self.r2_interval.level)
        header = ["driver", "LMG", f"{level} interval", "rank", "PMVD", "per point", "p", "VIF", "mean"]
        rows = [
            [
                each.driver,
                number(100 * each.lmg),
                _points(each.interval)
                if each.p_value < 1 - each.interval.level
                else f"at most {number(100 * each.interval.high)}",
                _range(each),
                _or_blank(100 * each.pmvd, 1),
                _or_blank(each.coefficient, 2),
                p_value(each.p_value),
                number(each.inflation),
                _or_blank(each.mean, 2),
            ]
            for each in self.drivers
        ]
        return header, rows

    def _notes(self) -> Sequence[str]:
        notes = ["LMG and PMVD are points of R², in per cent of the variance; they sum to R²."]
        alpha = 1 - self.r2_interval.level
        alone = [each.driver for each in self.drivers if not each.p_value < alpha]
        if alone:
            notes.append(f"No effect of their own was found (p ≥ {alpha:.3g}): {', '.join(alone)}.")
        entangled = [each.driver for each in self.drivers if each.inflation > _INFLATED]
        if entangled:
            notes.append(
                f"Hardly told apart (VIF above {_INFLATED:g}): {', '.join(entangled)}. Ask fewer of them, or name them "
                "as a group."
            )
        if self.units < _FEW * len(self):
            notes.append(f"Few answers: fewer than {_FEW} for each driver.")
        if self.drawn_error:
            error = number(100 * self.drawn_error, 2)
            notes.append(f"Orders of entering were drawn: the standard error of LMG by that is at most {error} points.")
        return [wrapped(note) for note in [*notes, *self.assumes]]


def _points(interval: Interval) -> str:
    return f"{number(100 * interval.low)} .. {number(100 * interval.high)}"


def _range(driver: Driver) -> str:
    low, high = driver.rank_low, driver.rank_high
    return str(low) if low == high else f"{low}-{high}"


def _or_blank(value: float, digits: int) -> str:
    return "" if value != value else number(value, digits)
