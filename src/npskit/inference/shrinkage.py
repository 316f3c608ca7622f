"""Small segments: scores drawn towards the whole by as much as chance alone would have thrown them apart."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidValueError
from npskit.inference.constrained import mean_variance
from npskit.inference.limits import checked_counts

# Σα that stands for infinity: segments do not differ, and 10^6 answers move a share by one part in 10^6.
MAX_PRECISION = 1e12
# Σα that stands for zero: within every segment all answers are the same.
MIN_PRECISION = 1e-9
_STEPS = 500


def dirichlet_multinomial(counts: ArrayLike) -> Floats:
    """Return the maximum-likelihood α of segments whose shares are drawn from one Dirichlet distribution.

    α/Σα are the shares of the whole and 1/(1 + Σα) is the intra-segment correlation (Mosimann, "On the compound
    multinomial distribution", Biometrika 49 (1962) 65-82). Newton's method on log α, damped where the likelihood is not
    concave. Where the segments differ by no more than chance would make them - Tarone's score statistic (Biometrika
    66 (1979) 585-590), extended to several categories, is not positive - the likelihood rises as Σα goes to infinity:
    the result then is the pooled shares times `MAX_PRECISION`, and everything is shrunk to the whole; likewise for
    a single segment. Where each segment gives one answer only, Σα stops at `MIN_PRECISION`, and nothing is shrunk.

    Args:
        counts: Shape `(G, K)`; need not be whole. Empty segments are ignored.

    Returns:
        α, shape `(K,)`; 0 for a category nobody chose, NaN where there are no answers at all.

    Raises:
        InvalidValueError: If the counts are negative, not finite or not of this shape.

    Example:
        >>> dirichlet_multinomial([[9, 1], [4, 6], [7, 3], [1, 9]]).round(4).tolist()
        [1.4442, 1.3297]
        >>> dirichlet_multinomial([[5, 5], [5, 5]]).tolist()
        [500000000000.0, 500000000000.0]
    """
    x = _segments(counts)
    total = x.sum(axis=0)
    if not total.any():
        return np.full(x.shape[1], np.nan)
    pooled, chosen = total / total.sum(), total > 0
    if _overdispersion(x[:, chosen], pooled[chosen]) <= 0:
        return np.asarray(pooled * MAX_PRECISION)
    alpha = np.zeros(x.shape[1])
    alpha[chosen] = _maximize(x[x.sum(axis=1) > 0][:, chosen], pooled[chosen])
    return alpha


def shrink_counts(counts: ArrayLike, alpha: ArrayLike) -> Floats:
    """Return the posterior mean shares (x + α)/(n + Σα) of segments.

    Args:
        counts: Shape `(..., K)`; need not be whole.
        alpha: Shape `(K,)`, from `dirichlet_multinomial`.

    Returns:
        Shares, shape `(..., K)`, each between its raw share and the whole's; the whole's for an empty segment.

    Raises:
        InvalidValueError: If counts and α do not fit each other.

    Example:
        >>> shrink_counts([[0, 1, 4]], [4.74, 6.46, 11.98]).round(4).tolist()
        [[0.1682, 0.2647, 0.5671]]
    """
    a = np.asarray(alpha, dtype=np.float64)
    c, _ = checked_counts(counts, a)
    if not (a >= 0).all():
        raise InvalidValueError(f"alpha must not be negative: got {a.tolist()}")
    with np.errstate(invalid="ignore"):
        return np.asarray((c + a) / (c.sum(axis=-1, keepdims=True) + a.sum()))


def pooled_variances(counts: ArrayLike, category_scores: ArrayLike) -> Floats:
    """Return the variance of each segment's score as if all answered like the whole: the whole's variance over n.

    For `shrink_scores`. A segment's own variance will not do: it is 0 where all of five are promoters.

    Args:
        counts: Shape `(G, K)`; effective counts where there are weights.
        category_scores: Shape `(K,)`.

    Returns:
        Shape `(G,)`, in squared units of the category scores; infinite for an empty segment.

    Raises:
        InvalidValueError: If counts and category scores do not fit.

    Example:
        >>> pooled_variances([[1, 2, 7], [5, 3, 2]], [-1, 0, 1]).round(4).tolist()
        [0.0728, 0.0728]
    """
    x = _segments(counts)
    _, w = checked_counts(x, category_scores)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = mean_variance(x.sum(axis=0) / x.sum(), w)
        return np.asarray(np.where(x.sum(axis=1) > 0, variance / x.sum(axis=1), np.inf))


@attrs.frozen(eq=False)
class ShrunkScores(Frozen):
    """Scores of segments drawn towards their mean.

    Args:
        mean: Mean of the segments, weighted by precision.
        tau_squared: Variance between segments beyond chance, in squared units of the scores.
        weight: The part of each that comes from the mean, shape `(G,)`: 0 is raw, 1 is pooled.
        scores: Shape `(G,)`.
        se: Posterior standard errors given mean and τ², shape `(G,)`.
    """

    mean: float
    tau_squared: float
    weight: Floats
    scores: Floats
    se: Floats


def paule_mandel(estimates: ArrayLike, variances: ArrayLike) -> tuple[float, float]:
    """Return the mean of several estimates and the variance τ² between them beyond their own variances.

    τ² makes Σ (y - μ)²/(v + τ²) equal its degrees of freedom; 0 where it is less already (Paule & Mandel, J. Res. Nat.
    Bur. Standards 87 (1982) 377-385). The sum falls and is convex in τ², so that Newton's method from 0 never
    overshoots (DerSimonian & Kacker, Contemp. Clin. Trials 28 (2007) 105-114).

    Args:
        estimates: Shape `(G,)`. An entry that is NaN, or whose variance is infinite, does not enter.
        variances: Shape `(G,)`, positive.

    Returns:
        μ and τ²; μ is NaN where nothing enters.

    Raises:
        InvalidValueError: If the shapes differ, or a variance is not positive.

    Example:
        >>> mu, tau_squared = paule_mandel([0.6, -0.3, 0.3, 0.8], [0.04, 0.046, 0.006, 0.055])
        >>> round(mu, 4), round(tau_squared, 4)
        (0.345, 0.1821)
    """
    y, v = _estimates(estimates, variances)
    enters = np.isfinite(y) & np.isfinite(v)
    y, v = y[enters], v[enters]
    if y.size < 2:
        return float(y[0]) if y.size else np.nan, 0.0
    tau_squared = 0.0
    for _ in range(_STEPS):
        weights = 1 / (v + tau_squared)
        mean = float(weights @ y / weights.sum())
        squares = weights * (y - mean) ** 2
        excess = float(squares.sum() - (y.size - 1))
        if excess <= 1e-14 * y.size:
            break
        tau_squared += excess / float((weights * squares).sum())
    weights = 1 / (v + tau_squared)
    return float(weights @ y / weights.sum()), tau_squared


def shrink_scores(estimates: ArrayLike, variances: ArrayLike) -> ShrunkScores:
    """Return the scores of segments shrunk towards their mean by the normal-normal model, for weighted data.

    Posterior means (τ²·y + v·μ)/(τ² + v) and standard errors √(τ²·v/(τ² + v)) with τ² by `paule_mandel` (Efron &
    Morris, "Data analysis using Stein's estimator and its generalizations", JASA 70 (1975) 311-319). For unweighted
    counts `dirichlet_multinomial` is better: it keeps the shares coherent.

    Args:
        estimates: Scores, shape `(G,)`; NaN for an empty segment, which gets the mean.
        variances: Of the scores, shape `(G,)`, positive: from `pooled_variances` or adjusted counts, never raw ones.

    Raises:
        InvalidValueError: If the shapes differ, or a variance is not positive.

    Example:
        >>> shrink_scores([60, -30, 30, 80], [400, 460, 60, 550]).scores.round(2).tolist()
        [55.41, -16.99, 30.14, 69.45]
    """
    y, v = _estimates(estimates, variances)
    mean, tau_squared = paule_mandel(y, v)
    v = np.where(np.isfinite(y), v, np.inf)
    with np.errstate(invalid="ignore"):
        weight = np.where(np.isinf(v), 1.0, v / (v + tau_squared))
    # from the raw score towards the mean, so that no rounding takes it past either
    scores = np.where(weight == 1, mean, np.where(np.isfinite(y), y, 0.0) * (1 - weight) + mean * weight)
    return ShrunkScores(mean, tau_squared, weight, scores, np.sqrt(tau_squared * weight))


def _segments(counts: ArrayLike) -> Floats:
    """Return counts as floats of shape `(G, K)`."""
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim != 2 or 0 in x.shape:
        raise InvalidValueError(f"counts must have shape (segments, categories): got {x.shape}")
    return checked_counts(x, np.zeros(x.shape[1]))[0]


def _estimates(estimates: ArrayLike, variances: ArrayLike) -> tuple[Floats, Floats]:
    """Return estimates and variances as floats of one shape `(G,)`."""
    y, v = np.asarray(estimates, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise InvalidValueError(f"estimates and variances must have one shape (G,): got {y.shape} and {v.shape}")
    if not (v[np.isfinite(y)] > 0).all():
        raise InvalidValueError(
            f"variances must be positive: got {v[~(v > 0)].tolist()} at {np.flatnonzero(~(v > 0)).tolist()}; raw "
            "variances of small segments can be 0, pooled_variances cannot"
        )
    return y, v


def _overdispersion(x: Floats, pooled: Floats) -> float:
    """Return the derivative of the log-likelihood in 1/Σα at 0, where the segments do not differ."""
    n = x.sum(axis=1)
    return float(((x * (x - 1) / pooled).sum() - (n * (n - 1)).sum()) / 2)


def _maximize(x: Floats, pooled: Floats) -> Floats:
    """Return the α that maximises the Dirichlet-multinomial likelihood, every category having been chosen."""
    n = x.sum(axis=1)
    theta = np.log(pooled * max(float(n.mean()), 1.0))
    value, damping = _log_likelihood(x, n, theta), 0.0
    for _ in range(_STEPS):
        gradient, hessian = _derivatives(x, n, theta)
        step = _ascent(gradient, hessian, damping * np.abs(np.diag(hessian)).max())
        # what there is to gain is below the noise of the likelihood: this step is the last
        if damping <= 1e-4 and float(gradient @ step) <= 1e-12 * (1 + abs(value)):
            theta = theta + step
            break
        proposal = theta + np.clip(step, -2, 2)
        new = _log_likelihood(x, n, proposal)
        if not new >= value:  # NaN as well: no step upwards
            damping = max(10 * damping, 1e-4)
            continue
        theta, value, damping = proposal, new, damping / 10 if damping > 1e-6 else 0.0
        precision = np.exp(theta).sum()
        if not MIN_PRECISION < precision < MAX_PRECISION:
            return np.asarray(np.exp(theta) * (np.clip(precision, MIN_PRECISION, MAX_PRECISION) / precision))
    return np.asarray(np.exp(theta))


def _ascent(gradient: Floats, hessian: Floats, damping: float) -> Floats:
    """Return the damped Newton step, NaN where the likelihood is not concave enough for it to lead upwards."""
    try:
        root = np.linalg.cholesky(damping * np.eye(gradient.size) - hessian)
    except np.linalg.LinAlgError:
        return np.full(gradient.size, np.nan)
    return np.asarray(np.linalg.solve(root.T, np.linalg.solve(root, gradient)))


def _log_likelihood(x: Floats, n: Floats, theta: Floats) -> float:
    """Return the Dirichlet-multinomial log-likelihood at log α, less its constant."""
    from scipy.special import gammaln

    alpha = np.exp(theta)
    precision = alpha.sum()
    categories = (gammaln(x + alpha) - gammaln(alpha)).sum()
    return float(categories - (gammaln(n + precision) - gammaln(precision)).sum())


def _derivatives(x: Floats, n: Floats, theta: Floats) -> tuple[Floats, Floats]:
    """Return gradient and Hessian of the log-likelihood in log α."""
    from scipy.special import digamma, polygamma

    alpha = np.exp(theta)
    precision = alpha.sum()
    slope = (digamma(x + alpha) - digamma(alpha)).sum(axis=0) - (digamma(n + precision) - digamma(precision)).sum()
    bend = (polygamma(1, x + alpha) - polygamma(1, alpha)).sum(axis=0)
    common = (polygamma(1, precision) - polygamma(1, n + precision)).sum()
    hessian = common * np.outer(alpha, alpha) + np.diag(alpha * slope + alpha * alpha * bend)
    return alpha * slope, hessian
