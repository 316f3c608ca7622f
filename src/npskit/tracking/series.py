"""Interrupted series: did the level of the score, or its slope, change when something was changed?"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.constrained import Floats
from npskit.inference.limits import checked_counts, tail_of
from npskit.validation import whole_number

LEAST_PERIODS = 3
COEFFICIENTS = ("intercept", "trend", "level change", "slope change")


@attrs.frozen(eq=False)
class SeriesFit:
    """A line before the interruption and a line after it, fitted to the scores of periods.

    Args:
        coefficients: In the order of `COEFFICIENTS`: score at period 0, slope per period before, jump at the
            interruption, change of the slope per period; shape `(4,)`, in units of the worths.
        covariance: Their covariances by Newey and West, shape `(4, 4)`.
        df: Periods with answers less 4.
        lags: Up to how many periods apart errors may be correlated.
        at: The first period after the interruption.
        periods: Number of periods.
    """

    coefficients: Floats
    covariance: Floats
    df: float
    lags: int
    at: int
    periods: int

    @property
    def se(self) -> Floats:
        """Standard errors of the coefficients, shape `(4,)`."""
        return np.sqrt(np.diag(self.covariance))

    def contrast(self, weights: ArrayLike) -> tuple[float, float]:
        """Return Σ weightᵢ coefficientᵢ and its standard error.

        Args:
            weights: Shape `(4,)`.
        """
        w = np.asarray(weights, dtype=np.float64)
        return float(w @ self.coefficients), float(np.sqrt(w @ self.covariance @ w))

    def change_at(self, period: int) -> tuple[float, float]:
        """Return how far the line lies above the continued old one at a period after `at`, and its standard error."""
        return self.contrast([0, 0, 1, period - self.at])

    def limits(self, value: float, se: float, level: float) -> tuple[float, float]:
        """Return value ± t SE."""
        from scipy.special import stdtrit

        reach = -float(stdtrit(self.df, tail_of(level))) * se
        return value - reach, value + reach

    def p_value(self, value: float, se: float) -> float:
        """Return the two-sided p-value of Student's t; NaN where the standard error is 0 or unknown."""
        from scipy.special import stdtr

        return float(2 * stdtr(self.df, -abs(value) / se)) if se > 0 else float("nan")


def default_lags(periods: int) -> int:
    """Return ⌊4 (T/100)^(2/9)⌋, the bandwidth of Newey and West's rule for T periods.

    Source: Newey & West, "Automatic lag selection in covariance matrix estimation", Review of Economic Studies 61
    (1994) 631-653, section 3, as a fixed rule (their first step).

    Example:
        >>> default_lags(52), default_lags(104)
        (3, 4)
    """
    return int(4 * (periods / 100) ** (2 / 9))


def interrupted_series(
    counts: ArrayLike, worths: ArrayLike, at: int, *, lags: int | None = None, adjust: bool = True
) -> SeriesFit:
    """Fit score = b₀ + b₁ t + b₂ [t ≥ at] + b₃ (t - at)[t ≥ at] to periods t, weighted by their answers.

    The design is that of segmented regression (Wagner, Soumerai, Zhang & Ross-Degnan, "Segmented regression analysis of
    interrupted time series studies in medication use research", Journal of Clinical Pharmacy and Therapeutics 27 (2002)
    299-309). The covariances allow for errors correlated over `lags` periods and of any variance, with Bartlett's
    weights: Newey & West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55 (1987) 703-708; without prewhitening. They are too small in short series: in
    simulations of independent answers without any effect, 5 % tests of the level and the slope rejected in 13 and 14 %
    of series of 24 periods, and in 11 and 11 % of 52, with the default lags; with `lags=0` in 5 to 7 %.

    What must be true: the line before would have gone on straight; nothing else happened at the same time; there is no
    season that a line cannot follow. Periods without answers weigh nothing, and time passes in them all the same.

    Args:
        counts: Answers per period and category, shape `(T, K)`; need not be whole.
        worths: What each category is worth, shape `(K,)`.
        at: The first period after the interruption.
        lags: Up to how many periods apart errors may be correlated; None for `default_lags`.
        adjust: Whether to multiply the covariances by T/(T - 4), T the periods with answers.

    Raises:
        InvalidTypeError: If `at` or `lags` is not a whole number.
        InvalidValueError: If counts and worths do not fit, `lags` is negative or not below T, or fewer than
            `LEAST_PERIODS` periods have answers before `at` or from it on.

    Example:
        >>> weeks = [[30, 40, 30], [28, 40, 32], [31, 40, 29], [29, 41, 30], [20, 40, 40], [19, 40, 41], [18, 40, 42]]
        >>> found = interrupted_series(weeks, [-100, 0, 100], 4)
        >>> found.coefficients.round(2).tolist()
        [1.2, -0.3, 20.0, 2.3]
        >>> found.se.round(2).tolist()
        [1.17, 0.52, 1.37, 0.52]
    """
    c, w = checked_counts(counts, worths)
    if c.ndim != 2:
        raise InvalidValueError(f"counts must have one row for each period: got shape {c.shape}")
    n, at = c.sum(axis=1), whole_number(at, "at")
    answered = n > 0
    before, after = (int(answered[part].sum()) for part in (slice(0, max(at, 0)), slice(max(at, 0), None)))
    if min(before, after) < LEAST_PERIODS:
        raise InvalidValueError(
            f"at={at}: a line needs {LEAST_PERIODS} periods with answers on either side: there are {before} before and "
            f"{after} from it on; choose shorter periods"
        )
    periods = before + after
    width = default_lags(periods) if lags is None else whole_number(lags, "lags")
    if not 0 <= width < periods:
        raise InvalidValueError(f"lags must be at least 0 and below the {periods} periods with answers: got {lags!r}")
    if not isinstance(adjust, bool):
        raise InvalidTypeError(f"adjust must be True or False: got {adjust!r}")
    design = _design(len(c), at)
    score = np.divide(c @ w, n, out=np.zeros_like(n), where=answered)
    root = np.sqrt(n)[:, np.newaxis]
    # by orthogonal triangles: the normal equations would lose half the digits
    q, r = np.linalg.qr(design * root)
    coefficients = np.linalg.solve(r, q.T @ (score * root[:, 0]))
    moved = design * (n * (score - design @ coefficients))[:, np.newaxis]
    bread = np.linalg.solve(r, np.linalg.solve(r.T, _long_run(moved, width)))
    covariance = np.linalg.solve(r, np.linalg.solve(r.T, bread.T))
    if adjust:
        covariance *= periods / (periods - 4)
    return SeriesFit(coefficients, covariance, float(periods - 4), width, at, len(c))


def _design(periods: int, at: int) -> Floats:
    """Return the columns of `COEFFICIENTS`, shape (T, 4)."""
    t = np.arange(periods, dtype=np.float64)
    after = (t >= at).astype(np.float64)
    return np.stack([np.ones(periods), t, after, after * (t - at)], axis=1)


def _long_run(moved: NDArray[np.float64], lags: int) -> Floats:
    """Return Σ over lags of Bartlett's weight times the cross products of the scores, shape (4, 4)."""
    found = moved.T @ moved
    for lag in range(1, lags + 1):
        cross = moved[lag:].T @ moved[:-lag]
        found += (1 - lag / (lags + 1)) * (cross + cross.T)
    return np.asarray(found)
