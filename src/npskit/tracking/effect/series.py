"""Interrupted series: did the level of the score, or its slope, change when something was changed?"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Frozen
from npskit.checks import whole_number
from npskit.errors import InvalidTypeError, InvalidValueError, plural, quoted
from npskit.inference import Contrast
from npskit.tracking.charts import checked_periods
from npskit.tracking.effect.short_series import Working

LEAST_PERIODS = 3
COEFFICIENTS = ("intercept", "trend", "level change", "slope change")


@attrs.frozen(eq=False)
class SeriesFit(Frozen):
    """A line before the interruption and a line after it, fitted to the scores of periods.

    Args:
        coefficients: In the order of `COEFFICIENTS`: score at period 0, slope per period before, jump at the
            interruption, change of the slope per period; shape `(4,)`, in units of the category scores.
        covariance: Their covariances by Newey and West, shape `(4, 4)`; what they miss in a short series is for
            `contrast` to add.
        adjustment: The factor that is in these covariances: T/(T - 4) for T periods with answers, or 1.
        triangle: R of the weighted design QR, shape `(4, 4)`.
        working: The working model by which `contrast` corrects for the length of the series.
        at: The first period after the interruption.
        periods: Number of periods.
    """

    coefficients: Floats
    covariance: Floats
    adjustment: float
    triangle: Floats
    working: Working
    at: int
    periods: int

    @property
    def se(self) -> Floats:
        """Standard errors of the coefficients by Newey and West, uncorrected, shape `(4,)`."""
        return np.sqrt(np.diag(self.covariance))

    @property
    def lags(self) -> int:
        """Up to how many periods apart errors may be correlated."""
        return len(self.working.kernel) - 1

    @property
    def correlation(self) -> float:
        """The correlation of the errors of neighboring periods in the working model, 0 to 0.9."""
        return self.working.correlation

    def contrast(self, weights: ArrayLike) -> Contrast:
        """Return Σ weightᵢ coefficientᵢ with its variance and degrees of freedom, corrected for a short series.

        The variance is Newey and West's, multiplied by what it is too small by under the working model of
        `npskit.tracking.effect.short_series`; intervals and p-values are those of t. See `interrupted_series` for the
        level that these tests hold.

        Args:
            weights: Shape `(4,)`.

        Example:
            >>> weeks = [[30, 40, 30], [28, 40, 32], [31, 40, 29], [29, 41, 30]] * 2 + [[20, 40, 40], [19, 40, 41]] * 4
            >>> fit = interrupted_series(weeks, [-100, 0, 100], 8)
            >>> jump = fit.contrast([0, 0, 1, 0])
            >>> round(jump.value, 2), round(float(fit.se[2]), 2), round(jump.se, 2), round(jump.df, 2)
            (20.24, 0.8, 1.12, 3.97)
        """
        w = np.asarray(weights, dtype=np.float64)
        factor, df = self.working.correction(self.working.basis @ np.linalg.solve(self.triangle.T, w))
        variance = float(w @ self.covariance @ w) / self.adjustment
        return Contrast(float(w @ self.coefficients), variance * factor, df)

    def change_at(self, period: int) -> Contrast:
        """Return how far the line after lies above the line before, continued, at a later period; see `contrast`."""
        return self.contrast([0, 0, 1, period - self.at])


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
    counts: ArrayLike, category_scores: ArrayLike, at: int, *, lags: int | None = None, adjust: bool = True
) -> SeriesFit:
    """Fit score = b₀ + b₁ t + b₂ [t ≥ at] + b₃ (t - at)[t ≥ at] to periods t, weighted by their answers.

    The design is that of segmented regression (Wagner, Soumerai, Zhang & Ross-Degnan, "Segmented regression analysis of
    interrupted time series studies in medication use research", Journal of Clinical Pharmacy and Therapeutics 27 (2002)
    299-309). The covariances allow for errors correlated over `lags` periods and of any variance, with Bartlett's
    weights: Newey & West, "A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix", Econometrica 55 (1987) 703-708; without prewhitening.

    These covariances are too small in short series: with t of T - 4 degrees of freedom, 5 % tests of the level and the
    slope reject in 14 to 21 % of series of 24 independent weeks, in 12 to 17 % of 52, and in 9 to 12 % of 104, although
    nothing happened; in 13 to 33 % of those with weeks correlated 0.4. `SeriesFit.contrast` corrects for it, see
    `npskit.tracking.effect.short_series` for how and the sources. With the default lags such tests then reject, in
    3,000 to 4,000 simulated series for each figure, with the interruption in the middle or after 70 % of the weeks:

    | weeks | independent | correlated 0.2 | correlated 0.4 |
    |---|---|---|---|
    | 24 | 2.5 to 3.6 % | 3.6 to 4.9 % | 4.6 to 6.2 % |
    | 52 | 3.5 to 4.7 % | 3.9 to 5.3 % | 4.2 to 5.7 % |
    | 104 | 4.2 to 4.6 % | 4.4 to 5.0 % | 4.4 to 5.5 % |

    Where the true score drifts (AR(1), correlated 0.6) and sampling adds to it, so that scores of weeks are correlated
    0.4 and those further apart by more than AR(1) has it, they reject in 7 to 10 % of series of 24 weeks, in 7 to 9 %
    of 52 and in 6 to 7 % of 104.

    What must be true: the line before would have continued straight; nothing else happened at the same time; there is
    no season that a line cannot follow; and correlation between periods fades with their distance. Periods without
    answers have no weight, but time passes in them too.

    Args:
        counts: Answers per period and category, shape `(T, K)`; need not be whole.
        category_scores: The score of each category, shape `(K,)`.
        at: The first period after the interruption.
        lags: Up to how many periods apart errors may be correlated; None for `default_lags`.
        adjust: Whether to multiply the covariances by T/(T - 4), T the periods with answers.

    Raises:
        InvalidTypeError: If `at` or `lags` is not a whole number.
        InvalidValueError: If counts and category scores do not fit, `lags` is negative or not below T, or fewer than
            `LEAST_PERIODS` periods have answers before `at` or from it on.

    Example:
        >>> weeks = [[30, 40, 30], [28, 40, 32], [31, 40, 29], [29, 41, 30], [20, 40, 40], [19, 40, 41], [18, 40, 42]]
        >>> found = interrupted_series(weeks, [-100, 0, 100], 4)
        >>> found.coefficients.round(2).tolist()
        [1.2, -0.3, 20.0, 2.3]
        >>> found.se.round(2).tolist()
        [1.17, 0.52, 1.37, 0.52]
    """
    c, w = checked_periods(counts, category_scores)
    n, at = c.sum(axis=1), whole_number(at, "at")
    answered = n > 0
    before, after = (int(answered[part].sum()) for part in (slice(0, max(at, 0)), slice(max(at, 0), None)))
    if min(before, after) < LEAST_PERIODS:
        raise InvalidValueError(
            f"at={at}: a line needs {LEAST_PERIODS} periods with answers on either side: there "
            f"{plural(before, 'is', 'are')} {before} before and {after} from it on; choose shorter periods"
        )
    periods = before + after
    width = default_lags(periods) if lags is None else whole_number(lags, "lags", least=0, most=periods - 1)
    if not isinstance(adjust, bool):
        raise InvalidTypeError(f"adjust must be True or False: got {quoted(adjust)}")
    design = _design(len(c), at)
    score = np.divide(c @ w, n, out=np.zeros_like(n), where=answered)
    root = np.sqrt(n)[:, np.newaxis]
    # by orthogonal triangles: the normal equations would lose half the digits
    q, r = np.linalg.qr(design * root)
    coefficients = np.linalg.solve(r, q.T @ (score * root[:, 0]))
    residuals = root[:, 0] * (score - design @ coefficients)
    kernel = 1 - np.arange(width + 1) / (width + 1)
    inner = _long_run(q * residuals[:, np.newaxis], kernel)
    factor = periods / (periods - 4) if adjust else 1.0
    covariance = factor * np.linalg.solve(r, np.linalg.solve(r, inner).T)
    working = Working.of(q, answered.astype(np.float64), kernel, residuals)
    return SeriesFit(coefficients, covariance, factor, r, working, at, len(c))


def _design(periods: int, at: int) -> Floats:
    """Return the columns of `COEFFICIENTS`, shape (T, 4)."""
    t = np.arange(periods, dtype=np.float64)
    after = (t >= at).astype(np.float64)
    return np.stack([np.ones(periods), t, after, after * (t - at)], axis=1)


def _long_run(scores: Floats, kernel: Floats) -> Floats:
    """Return Σ over lags of the kernel's weight times the cross products of the scores, shape (4, 4)."""
    found = scores.T @ scores
    for lag, weight in enumerate(kernel[1:].tolist(), 1):
        cross = scores[lag:].T @ scores[:-lag]
        found += weight * (cross + cross.T)
    return np.asarray(found)
