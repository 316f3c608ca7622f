"""What Newey and West's variance misses in a short series, and how many degrees of freedom it has.

The variance v̂ of a contrast Σ αₜ yₜ of weighted least squares is a quadratic form in the residuals. Under a *working
model* of the errors everything about it is known: E v̂ is too small, because residuals are smaller than errors and
because correlation beyond the lags, and Bartlett's weights within them, leave some out; and v̂ varies, the more so the
more lags. Hence v = v̂ · Var(Σ αₜ yₜ)/E v̂, with Satterthwaite's 2 (E v̂)²/Var v̂ degrees of freedom. The working model is
used for this and for nothing else: the variance itself is still Newey and West's.

Sources: Bell & McCaffrey, "Bias reduction in standard errors for linear regression with multi-stage samples", Survey
Methodology 28 (2002) 169-181, who take independent errors; Imbens & Kolesár, "Robust standard errors in small samples:
some practical advice", Review of Economics and Statistics 98 (2016) 701-712, who estimate the correlation in it;
Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics Bulletin 2 (1946) 110-114.
Here errors are normal with a variance of σ²/nₜ and a correlation of ρ^|t - u| (AR(1)).
"""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.inference import falling_root

# The most that errors are taken to be correlated: beyond it they are a trend, and no short series tells the two apart.
_STRONGEST = 0.9
# Correlations below it are taken as none, and so closely ρ is found.
_NEGLIGIBLE = 1e-9


@attrs.frozen(eq=False)
class Working(Frozen):
    """The working model of a weighted least squares fit to T periods.

    What must be true for the corrected tests to hold their level: correlation fades with distance, about as in AR(1).
    Otherwise they are still closer to it than uncorrected ones.

    Args:
        basis: Orthonormal columns that span the weighted design, shape `(T, P)`; 0 in periods without answers.
        answered: Which periods have answers, 1 or 0, shape `(T,)`.
        kernel: The weight of the products of residuals so many periods apart, shape `(lags + 1,)`.
        correlation: ρ, of errors of neighboring periods.
    """

    basis: Floats
    answered: Floats
    kernel: Floats
    correlation: float

    @classmethod
    def of(cls, basis: Floats, answered: Floats, kernel: Floats, residuals: Floats) -> Working:
        """Return the model with the correlation that the residuals suggest.

        Residuals are less correlated than errors. So ρ is where their expected autocorrelation is the one found; at
        least 0, because errors that seem to alternate would narrow an interval, and at most 0.9. Without lags errors
        are taken as uncorrelated, and ρ is 0.

        Args:
            basis: Orthonormal columns that span the weighted design, shape `(T, P)`.
            answered: Which periods have answers, 1 or 0.
            kernel: The weight of each lag, from 0 on.
            residuals: Of each period, times the root of its number of answers, shape `(T,)`.
        """
        found = cls(basis, answered, kernel, 0.0)
        size = float(residuals @ residuals)
        if len(kernel) == 1 or not size > 0:
            return found
        wanted = float(residuals[1:] @ residuals[:-1]) / size
        if wanted <= found._expected_autocorrelation():
            return found

        def missing(rho: Floats) -> Floats:
            return wanted - np.array([attrs.evolve(found, correlation=r)._expected_autocorrelation() for r in rho])

        rho = falling_root(missing, np.zeros(1), np.full(1, _STRONGEST), _NEGLIGIBLE)
        return attrs.evolve(found, correlation=float(rho[0]))

    @property
    def _correlations(self) -> Floats:
        """ρ⁰, ρ¹, ... as far as they matter, shape (M + 1,)."""
        rho, most = self.correlation, len(self.basis) - 1
        reach = min(most, int(np.log(_NEGLIGIBLE) / np.log(rho))) if rho > 0 else 0
        return np.asarray(rho ** np.arange(reach + 1))

    def _expected_autocorrelation(self) -> float:
        """Return the ratio of expectations of Σ eₜ eₜ₋₁ and Σ eₜ², of weighted residuals."""
        q, there = self.basis, self.answered
        smoothed = _smooth(q, self._correlations) * there[:, np.newaxis]
        inner = q.T @ smoothed
        pairs = self.correlation * float(there[1:] @ there[:-1])
        near = (_smooth(q, np.array([0.0, 1.0])) * smoothed).sum()
        products = pairs - float(near) + float(((q[1:].T @ q[:-1]) * inner).sum())
        return products / (float(there.sum()) - float(np.trace(inner)))

    def correction(self, alpha: Floats) -> tuple[float, float]:
        """Return Var(Σ αₜ yₜ)/E v̂ and the degrees of freedom of v̂ for a contrast.

        Args:
            alpha: By how much each weighted score moves the contrast, shape `(T,)`.

        Example:
            >>> line = np.linalg.qr(np.stack([np.ones(12), np.arange(12.0)], axis=1))[0]
            >>> working = Working(line, np.ones(12), np.array([1.0, 0.5]), 0.2)
            >>> factor, df = working.correction(line[:, 1])
            >>> round(factor, 3), round(df, 2)
            (2.099, 4.38)
        """
        q, omega = self.basis, self._correlations
        smoothed = _smooth(q, omega)

        def form(table: Floats) -> Floats:
            return alpha[:, np.newaxis] * _smooth(alpha[:, np.newaxis] * table, self.kernel)

        # covariance of the residuals: Ω - U V', with 2 P columns
        left = np.concatenate([q, smoothed - q @ (q.T @ smoothed)], axis=1)
        right = np.concatenate([smoothed, q], axis=1)
        product = _band_product(alpha, self.kernel, omega)
        inner = right.T @ form(left)
        mean = float(product[:, product.shape[1] // 2].sum()) - float(np.trace(inner))
        cross = float((form(right) * _smooth(form(left), omega)).sum())
        half_variance = _trace_of_square(product) - 2 * cross + float((inner * inner.T).sum())
        true = float(alpha @ _smooth(alpha[:, np.newaxis], omega)[:, 0])
        return true / mean, mean * mean / half_variance


def _smooth(table: Floats, weights: Floats) -> Floats:
    """Return Σ over d of weights[|d|] times the rows d away, shape as `table`: a symmetric Toeplitz matrix times it."""
    both = np.concatenate([weights[:0:-1], weights])
    reach = len(weights) - 1
    columns = [np.convolve(column, both)[reach : reach + len(table)] for column in table.T]
    return np.stack(columns, axis=1)


def _band_product(alpha: Floats, kernel: Floats, omega: Floats) -> Floats:
    """Return the diagonals of diag(α) K diag(α) Ω, shape (T, 2 W + 1): column W + o has the elements (i, i + o)."""
    lags, reach = len(kernel) - 1, len(omega) - 1
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(alpha, lags), 2 * lags + 1)
    band = alpha[:, np.newaxis] * windows * np.concatenate([kernel[:0:-1], kernel])
    apart = np.abs(np.arange(-lags - reach, lags + reach + 1) - np.arange(-lags, lags + 1)[:, np.newaxis])
    return np.asarray(band @ np.where(apart <= reach, omega[np.minimum(apart, reach)], 0.0))


def _trace_of_square(band: Floats) -> float:
    """Return the trace of the square of a matrix of these diagonals."""
    size, middle = len(band), band.shape[1] // 2
    total = float(band[:, middle] @ band[:, middle])
    for o in range(1, min(middle, size - 1) + 1):
        total += 2 * float(band[: size - o, middle + o] @ band[o:, middle - o])
    return total
