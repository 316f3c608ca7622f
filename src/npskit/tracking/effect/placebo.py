"""The placebo check: the same estimate at dates when nothing happened."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import one_of, whole_number
from npskit.errors import IncompatibleError, InvalidValueError, counted, quoted
from npskit.inference import checked_counts, moments
from npskit.options import EFFECT_METHODS, EffectMethod
from npskit.results import Columns, Result, number
from npskit.tracking.effect.series import LEAST_PERIODS, interrupted_series


@attrs.frozen(eq=False, repr=False)
class Placebo(Result):
    """Estimates at dates before the intervention, beside the one at its date, all over windows of the same length.

    Windows of neighboring dates overlap, so the estimates are not independent: the share is a check of whether such an
    effect is unusual in this series, not a p-value. Over dates whose windows share no period it is flat when
    nothing happened; over all dates its mean is still about one half, but small shares are commoner than they look:
    in simulated surveys in which nothing happened, with windows of 15 weeks, 12-14 % had a share of at most 5 %.

    Args:
        actual: The estimate at the date of the intervention, over `window` periods before and after.
        periods: The periods treated as the first after an intervention.
        estimates: The estimate at each; NaN where a window has too few answers.
        window: Number of periods before and after.
    """

    actual: float
    periods: tuple[int, ...]
    estimates: tuple[float, ...]
    window: int

    @property
    def usable(self) -> int:
        """Number of dates with an estimate."""
        return int(np.isfinite(self.estimates).sum())

    @property
    def share(self) -> float:
        """The share of them at least as far from 0 as the actual one; NaN where there is nothing to compare."""
        if not self.usable or np.isnan(self.actual):
            return float("nan")
        return self._extreme / self.usable

    @property
    def _extreme(self) -> int:
        """Number of dates with an estimate at least as far from 0 as the actual one."""
        found = np.array(self.estimates)
        return int((np.abs(found[np.isfinite(found)]) >= abs(self.actual)).sum())

    def __repr__(self) -> str:
        return (
            f"Placebo(actual={number(self.actual)}, share={number(self.share, 2)}, dates={self.usable}, "
            f"window={self.window})"
        )

    def __str__(self) -> str:
        return self._notes()[0]

    def _notes(self) -> list[str]:
        return [self._said_in_words()]

    def _said_in_words(self) -> str:
        if not self.usable:
            return "Placebo check: the time before is too short for it."
        if np.isnan(self.actual):
            return (
                f"Placebo check: within {counted(self.window, 'period')} of the intervention there are too few "
                "answers for an estimate to compare."
            )
        return (
            f"Placebo check: at {self._extreme} of {counted(self.usable, 'date')} when nothing happened the "
            f"estimate is at least as far from 0 as {number(self.actual)}, that of the intervention (over "
            f"{counted(self.window, 'period')} before and after). Neighboring dates share their answers."
        )

    def columns(self) -> Columns:
        """Return the estimates as columns, one row for each period treated as the first after it."""
        return {"period": list(self.periods), "estimate": list(self.estimates)}

    _SAYS = "*fields, share"

    def _record(self) -> dict[str, Any]:
        return super()._record() | {"share": self.share}


def default_window(before: int, after: int, method: str) -> int:
    """Return a window that leaves half the periods before for placebo dates: a quarter of them, at most `after`.

    Example:
        >>> default_window(52, 20, "before_after"), default_window(52, 8, "before_after")
        (13, 8)
    """
    return max(_least_window(method), min(before // 4, after))


def _least_window(method: str) -> int:
    """Return how many periods an estimate needs on either side."""
    return LEAST_PERIODS if method == "interrupted_series" else 1


def placebo_check(
    counts: ArrayLike,
    category_scores: ArrayLike,
    at: int,
    *,
    method: EffectMethod = "before_after",
    control: ArrayLike | None = None,
    window: int | None = None,
) -> Placebo:
    """Return the estimate at every date whose window ends before the intervention, beside the actual one.

    What must be true: the time before was quiet, and as variable as the time after would have been.

    Args:
        counts: Answers per period and category, shape `(T, K)`, periods of equal length in order.
        category_scores: The score of each category, shape `(K,)`.
        at: The first period after the intervention.
        method: `"before_after"`, `"difference_in_differences"` (needs `control`) or `"interrupted_series"` (the
            change of the level).
        control: Answers of the control per period, shape `(T, K)`.
        window: Periods before and after each date; None for `default_window`.

    Raises:
        InvalidTypeError: If `at` or `window` is not a whole number.
        InvalidValueError: If counts and category scores do not fit, `at` is not within the periods, or `method` is
            unknown.
        IncompatibleError: If `control` does not go with the method, or with the counts.

    Example:
        >>> months = [[30, 40, 30], [31, 40, 29], [29, 40, 31], [30, 40, 30], [30, 40, 30], [20, 40, 40]]
        >>> placebo_check(months, [-100, 0, 100], 5)
        Placebo(actual=20.0, share=0.00, dates=4, window=1)
    """
    one_of(method, EFFECT_METHODS, "method")
    if (control is not None) != (method == "difference_in_differences"):
        raise IncompatibleError("control goes with method='difference_in_differences', and only with it")
    tables = [checked_counts(table, category_scores)[0] for table in (counts, control) if table is not None]
    shapes = [table.shape for table in tables]
    if len(shapes[0]) != 2 or len(set(shapes)) > 1:
        raise IncompatibleError(f"counts and control must have one row for each period: got shapes {shapes}")
    size, at = len(tables[0]), whole_number(at, "at")
    if not 0 < at < size:
        raise InvalidValueError(f"at must be a period after the first of {size} (1 to {size - 1}): got {quoted(at)}")
    reach = default_window(at, size - at, method)
    if window is not None:
        reach = whole_number(window, "window", least=_least_window(method))
    dates = np.arange(reach, at - reach + 1)
    estimate = _series_changes if method == "interrupted_series" else _pooled_changes
    w = np.asarray(category_scores, dtype=np.float64)
    moved, *by_itself = (estimate(table, w, np.append(dates, at), reach) for table in tables)
    *estimates, actual = (moved - sum(by_itself)).tolist()
    return Placebo(actual, tuple(dates.tolist()), tuple(estimates), reach)


def _pooled_changes(counts: Floats, category_scores: Floats, dates: NDArray[np.intp], window: int) -> Floats:
    """Return the score of the periods after each date less that of those before it, each pooled, shape (dates,)."""
    summed = np.concatenate([np.zeros((1, counts.shape[1])), counts.cumsum(axis=0)])
    first, last = np.maximum(dates - window, 0), np.minimum(dates + window, len(counts))
    scores = [moments(summed[j] - summed[i], category_scores)[1] for i, j in ((first, dates), (dates, last))]
    return np.asarray(scores[1] - scores[0])


def _series_changes(counts: Floats, category_scores: Floats, dates: NDArray[np.intp], window: int) -> Floats:
    """Return the change of the level at each date, shape (dates,); NaN where a line cannot be fitted."""

    def change(date: int) -> float:
        first = max(date - window, 0)
        part = counts[first : date + window]
        answered = part.sum(axis=1) > 0
        if min(answered[: date - first].sum(), answered[date - first :].sum()) < LEAST_PERIODS:
            return float("nan")
        return float(interrupted_series(part, category_scores, date - first, lags=0).coefficients[2])

    return np.array([change(date) for date in dates.tolist()], dtype=np.float64)
