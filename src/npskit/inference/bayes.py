"""The posterior of the mean category score under a Dirichlet prior: tail probabilities, quantiles, P(A > B).

Everything is computed, not simulated. The mean of Dirichlet shares lies below x exactly where Σ Gₖ(wₖ − x) < 0 for
independent Gₖ ~ Gamma(αₖ), whose generating function is M(s) = Π (1 − s·dₖ)^(−αₖ) with dₖ = wₖ − x (R. J. Hannum,
M. Hollander and N. A. Langberg, "Distributional results for random functionals of a Dirichlet process", Annals of
Probability 9 (1981) 665-670). Hence P = ±(1/2πi)∫ M(s)/s ds along a path that crosses the real line on either side of
0. The path crosses near the saddle point of M and leaves it as the steepest descent does, so that the integrand does
not oscillate and small tails keep their relative precision (R. Lugannani and S. Rice, "Saddle point approximation
for the distribution of the sum of independent random variables", Advances in Applied Probability 12 (1980) 475-490);
along a hyperbola in sinh(y) the trapezoidal rule converges exponentially. It works for any number of categories.
"""

from __future__ import annotations

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number
from npskit.errors import InvalidValueError, quoted
from npskit.inference.constrained import mean_variance
from npskit.inference.limits import MergedSample, sample_of, score_distances

Complex = NDArray[np.complex128]

# The trapezoidal rule: its step, halved down to the least where half the nodes disagree by more than the doubt.
_STEP, _LEAST_STEP, _DOUBT = 0.15, 0.002, 1e-6
# Nodes and rows worked on at a time; where sinh would overflow; the share of the sum at which to stop.
_NODES, _BLOCK, _REACH, _NEGLIGIBLE = 16, 2048, 700.0, 1e-18
# Where to look whether the integrand still counts far out, the logarithm at which it does not, and how to turn then.
_PROBES: Floats = np.append(0.0, np.arange(3.75, 42.0, 0.75)).astype(np.float64)
_FADED, _TURN = -36.0, 0.7
_MAX_STEPS = 200
# Tails below this may lose their relative precision.
_TINY = 1e-30


def mean_tails(alpha: ArrayLike, category_scores: ArrayLike, value: ArrayLike) -> tuple[Floats, Floats]:
    """Return the probabilities that the mean category score of Dirichlet shares lies below and above `value`.

    Args:
        alpha: The Dirichlet's parameters, positive, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`, rising and distinct.
        value: Where to cut, in the units of the category scores; broadcasts against the leading axes of `alpha`.

    Returns:
        P(mean < value) and P(mean > value), to about 1e-11; the smaller of them to ten digits down to 1e-25.

    Raises:
        InvalidValueError: If the parameters are not positive or the category scores do not rise, or are too uneven for
            the integral.

    Example:
        >>> below, above = mean_tails([1.5, 2.5, 7.5], [-1, 0, 1], 0)
        >>> round(float(above), 9)
        0.986626529
    """
    (a, w), x = _checked(alpha, category_scores), np.asarray(value, dtype=np.float64)
    span = w[-1] - w[0]
    shape = np.broadcast_shapes(a.shape[:-1], x.shape)
    rows = np.broadcast_to(a, (*shape, w.size)).reshape(-1, w.size)
    at = np.broadcast_to((x - w[0]) / span, shape).ravel()
    below, above, _ = _integrate(rows, (w - w[0]) / span, at)
    return below.reshape(shape)[()], above.reshape(shape)[()]


def _checked(alpha: ArrayLike, category_scores: ArrayLike) -> tuple[Floats, Floats]:
    """Return the parameters and category scores as arrays, or refuse them; NaN stands for no distribution."""
    a, w = np.asarray(alpha, dtype=np.float64), np.asarray(category_scores, dtype=np.float64)
    if w.ndim != 1 or w.size < 2 or not (np.diff(w) > 0).all():
        raise InvalidValueError(f"category_scores must rise without ties: got {w.tolist()}")
    if a.ndim == 0 or a.shape[-1] != w.size or (a <= 0).any():
        raise InvalidValueError(
            f"alpha must be positive and end in an axis of {w.size}, one per category: got {quoted(alpha)}"
        )
    return a, w


def _integrate(alpha: Floats, category_scores: Floats, x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return P(mean < x), P(mean > x) and the density at x; alpha (N, K), scores rising from 0 to 1, x (N,)."""
    inside = (x > 0) & (x < 1) & ~np.isnan(alpha).any(axis=-1)
    lower = x < alpha @ category_scores / alpha.sum(axis=-1)
    tail, density = np.zeros(x.size), np.zeros(x.size)
    todo, step = np.flatnonzero(inside), _STEP
    while todo.size and step > _LEAST_STEP:
        unsettled = []
        for start in range(0, todo.size, _BLOCK):
            rows = todo[start : start + _BLOCK]
            sign = np.where(lower[rows], -1.0, 1.0)[:, None]
            tail[rows], density[rows], doubt = _trapezoid(alpha[rows], sign * (category_scores - x[rows, None]), step)
            unsettled.append(rows[~(doubt <= _DOUBT * np.fmax(tail[rows], _TINY))])
        todo, step = np.concatenate(unsettled), step / 2
    if todo.size:
        raise InvalidValueError(
            f"the posterior of the mean cannot be computed for the Dirichlet parameters {alpha[todo[0]].tolist()} and "
            f"category_scores this uneven, {category_scores.tolist()} of their range: use method='score'"
        )
    tail = np.clip(tail, 0, 1)
    below = np.where(inside, np.where(lower, tail, 1 - tail), (x >= 1) + 0.0)
    above = np.where(inside, np.where(lower, 1 - tail, tail), (x <= 0) + 0.0)
    lost = np.where(np.isnan(x) | np.isnan(alpha).any(axis=-1), np.nan, 0.0)
    return below + lost, above + lost, density + lost


def _trapezoid(alpha: Floats, d: Floats, step: float) -> tuple[Floats, Floats, Floats]:
    """Return P(Σ Gd > 0), given that its mean is not positive, the density there, and what half the nodes would miss.

    The rule converges exponentially: where half the nodes agree to a millionth, all of them do to about its square.
    """
    path = _Contour.for_tail(alpha, d)
    sums = np.zeros((3, len(d)))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
        for chunk in range(int(_REACH / step) // _NODES):  # pragma: no branch
            nodes = np.arange(chunk * _NODES, (chunk + 1) * _NODES, dtype=np.float64)
            s, slope, g, base = path.at(nodes * step)
            terms = np.where(nodes == 0, 0.5, 1.0) * slope * np.exp(g) * (step / np.pi)
            factor = s * (path.alpha / base).sum(axis=-1)
            sums += (
                terms.imag.sum(axis=-1),
                (terms * factor).imag.sum(axis=-1),
                np.where(nodes % 2, -1.0, 1.0) @ terms.imag.T,
            )
            if not (np.abs(terms[:, -1]) > _NEGLIGIBLE * np.abs(sums[0])).any():
                break
    return sums[0], sums[1], np.abs(sums[2])


class _Contour(NamedTuple):
    """A hyperbola in the upper half plane from a point right of 0; shapes (N, 1, K) and (N, 1)."""

    alpha: Floats
    d: Floats
    start: Floats
    scale: Floats
    bend: Floats

    @classmethod
    def for_tail(cls, alpha: Floats, d: Floats) -> _Contour:
        """Return a path from near the saddle point of M, bent as the steepest descent is; Σ αd must not be positive."""
        with np.errstate(invalid="ignore", divide="ignore", over="ignore", under="ignore"):
            saddle = _saddle(alpha, d)
            pull = d / (1 - saddle * d)
            curvature = (alpha * pull**2).sum(axis=-1, keepdims=True)
            # M has branch points at 1/dₖ on both sides and M(s)/s a pole at 0: keep clear of them all.
            left, right = 1 / d.min(axis=-1, keepdims=True), 1 / d.max(axis=-1, keepdims=True)
            start = saddle + np.clip(1 / np.sqrt(curvature) - saddle, 0, (right - saddle) / 2)
            scale = np.fmin(start, np.fmin(start - left, right - start))
            bend = 2 / 3 * scale * (alpha * pull**3).sum(axis=-1, keepdims=True) / curvature
            path = cls(alpha[:, None], d[:, None], start, scale, bend.copy())
            # Where the integrand still counts far out, leave towards the side on which it fades soonest: there it
            # does not oscillate either.
            far = np.flatnonzero(path.reach() > 1)
            heavy = cls(*(part[far] for part in path))
            bends = np.stack([heavy.bend, np.full_like(heavy.bend, -_TURN), np.full_like(heavy.bend, _TURN)])
            reaches = np.stack([heavy._replace(bend=b).reach() for b in bends])
            path.bend[far] = np.take_along_axis(bends, reaches.argmin(axis=0)[None, :, None], axis=0)[0]
            return path

    def reach(self) -> NDArray[np.intp]:
        """Return how many of the probed places along the path, from its start, the integrand counts at, shape (N,)."""
        _, slope, g, _ = self.at(_PROBES)
        height = g.real + np.log(np.abs(slope))
        return np.asarray(np.count_nonzero(height - height[:, :1] > _FADED, axis=-1))

    def at(self, y: Floats) -> tuple[Complex, Complex, Complex, Complex]:
        """Return s, ds/dy, G(s), each (N, nodes), and 1 − s·d, (N, nodes, K)."""
        s = self.start + self.scale * (self.bend * (np.cosh(y) - 1) + 1j * np.sinh(y))
        slope = self.scale * (self.bend * np.sinh(y) + 1j * np.cosh(y))
        base = 1 - s[..., None] * self.d
        return s, slope, -(self.alpha * np.log(base)).sum(axis=-1) - np.log(s), base


def _saddle(alpha: Floats, d: Floats) -> Floats:
    """Return the minimum s >= 0 of the convex log M, shape (N, 1): the multiplier of the shares whose mean is x."""
    low, high = np.zeros((len(d), 1)), 1 / d.max(axis=-1, keepdims=True)
    s = np.fmin(-(alpha * d).sum(axis=-1, keepdims=True) / (alpha * d * d).sum(axis=-1, keepdims=True), high / 2)
    for _ in range(_MAX_STEPS):  # pragma: no branch
        pull = d / (1 - s * d)
        slope = (alpha * pull).sum(axis=-1, keepdims=True)
        low, high = np.where(slope < 0, s, low), np.where(slope < 0, high, s)
        curvature = (alpha * pull**2).sum(axis=-1, keepdims=True)
        new = s - slope / curvature
        new = np.where((new >= low) & (new <= high), new, (low + high) / 2)
        # Near enough, as seen from the width of the peak.
        moving = np.abs(new - s) * np.sqrt(curvature) > 1e-3
        s = new
        if not moving.any():
            break
    return np.asarray(s)


def mean_quantile(alpha: ArrayLike, category_scores: ArrayLike, probability: float) -> Floats:
    """Return the value the mean category score of Dirichlet shares stays below with the given probability.

    Args:
        alpha: The Dirichlet's parameters, positive, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`, rising and distinct.
        probability: Strictly between 0 and 1; small ones are exact, so ask for an upper quantile from the other side.

    Returns:
        Quantiles, shape `(...)`, in the units of the category scores, good to about 1e-13 of their range.

    Raises:
        InvalidValueError: If `probability` does not lie between 0 and 1, the parameters are not positive or the
            category scores do not rise, or are too uneven for the integral.

    Example:
        >>> round(float(mean_quantile([1.5, 2.5, 7.5], [-1, 0, 1], 0.025)), 9)
        0.069900801
    """
    from statistics import NormalDist

    finite_number(probability, "probability", above=0, below=1)
    a, w = _checked(alpha, category_scores)
    rows, unit = a.reshape(-1, w.size), (w - w[0]) / (w[-1] - w[0])
    n = rows.sum(axis=-1)
    guess = MergedSample(rows, unit, n, rows / n[:, None], rows @ unit / n)
    z = NormalDist().inv_cdf(probability)
    x = guess.mean - score_distances(guess, np.asarray(z))[0] if z < 0 else guess.mean
    low, high = np.zeros(n.size), np.ones(n.size)
    for _ in range(_MAX_STEPS):  # pragma: no branch
        below, _, density = _integrate(rows, unit, x)
        with np.errstate(invalid="ignore", divide="ignore"):
            # The logarithm of the distribution function bends little in the tail: Newton's method likes it.
            gap = np.log(below / probability)
            low, high = np.where(gap < 0, x, low), np.where(gap < 0, high, x)
            new = x - gap * below / density
        # A step of rounding size may leave the bracket, which rounding made.
        moving = ~(np.abs(new - x) <= 1e-15 + 1e-12 * np.fmin(x, 1 - x)) & ~np.isnan(below)
        x = np.where(~moving | ((new > low) & (new < high)), new, (low + high) / 2)
        if not moving.any():
            break
    return np.asarray(w[0] + (w[-1] - w[0]) * x).reshape(a.shape[:-1])[()]


def posterior_parameters(sample: MergedSample, prior: float) -> Floats:
    """Return the Dirichlet parameters after the answers, `prior` for each distinct score; NaN without answers."""
    return np.where(sample.n[..., None] > 0, sample.counts, np.nan) + finite_number(prior, "prior", least=0.01)


def probability_above(counts: ArrayLike, category_scores: ArrayLike, value: ArrayLike, prior: float = 0.5) -> Floats:
    """Return the posterior probability that the mean category score exceeds `value`.

    Args:
        counts: Answers per category, shape `(..., K)`.
        category_scores: What each category is worth, shape `(K,)`.
        value: In the units of the category scores; broadcasts against the leading axes of `counts`.
        prior: What the Dirichlet prior adds to the count of each distinct score: ½ is Jeffreys', 1 is uniform.

    Returns:
        Probabilities, shape of the broadcast; NaN where there are no answers.

    Raises:
        InvalidValueError: If `prior` is below 0.01, the category scores are too uneven for the integral, or counts and
            category scores do not fit.

    Example:
        >>> round(float(probability_above([30, 30, 40], [-100, 0, 100], 0)), 6)
        0.884116
    """
    sample = sample_of(counts, category_scores)
    return mean_tails(posterior_parameters(sample, prior), sample.category_scores, value)[1]


def probability_greater(counts: ArrayLike, other: ArrayLike, category_scores: ArrayLike, prior: float = 0.5) -> Floats:
    """Return the posterior probability that the mean category score behind `counts` exceeds the one behind `other`.

    The two posteriors are independent: P(A > B) = ∫ f_B(x)·P(A > x) dx, over the density of the narrower one.

    Args:
        counts: Answers per category of A, shape `(..., K)`.
        other: Answers per category of B, shape `(..., K)`; the leading axes broadcast.
        category_scores: What each category is worth, shape `(K,)`.
        prior: What the Dirichlet prior adds to the count of each distinct score: ½ is Jeffreys', 1 is uniform.

    Returns:
        Probabilities, shape of the broadcast, good to about 1e-9; NaN where A or B has no answers.

    Raises:
        InvalidValueError: If `prior` is below 0.01, the category scores are too uneven for the integral, or counts and
            category scores do not fit.

    Example:
        >>> round(float(probability_greater([10, 40, 50], [30, 30, 40], [-100, 0, 100])), 4)
        0.9974
    """
    first, second = sample_of(counts, category_scores), sample_of(other, category_scores)
    w = (first.category_scores - first.category_scores[0]) / (first.category_scores[-1] - first.category_scores[0])
    a, b = np.broadcast_arrays(posterior_parameters(first, prior), posterior_parameters(second, prior))
    shape = a.shape[:-1]
    a, b = a.reshape(-1, w.size), b.reshape(-1, w.size)
    swap = (_variance(a, w) < _variance(b, w))[:, None]
    wide, narrow = np.where(swap, b, a), np.where(swap, a, b)
    # Each half is integrated from its own end of the range, where the density may rise without bound.
    lower = _half(wide, narrow, w)
    upper = _half(wide[:, ::-1], narrow[:, ::-1], 1 - w[::-1])
    exceeds = np.clip(lower[1] + upper[0], 0, 1)
    falls_short = np.clip(lower[0] + upper[1], 0, 1)
    return np.asarray(np.where(swap[:, 0], falls_short, exceeds)).reshape(shape)[()]


def _variance(alpha: Floats, category_scores: Floats) -> Floats:
    """Return the variance of the mean category score of Dirichlet shares."""
    total = alpha.sum(axis=-1)
    return np.asarray(mean_variance(alpha / total[:, None], category_scores) / (total + 1))


def _half(wide: Floats, narrow: Floats, category_scores: Floats) -> Floats:
    """Return ∫ f(x)·P(wide < x) dx and ∫ f(x)·P(wide > x) dx, f the narrow one's density, x up to its mean; (2, N)."""
    mean = narrow @ category_scores / narrow.sum(axis=-1)
    start = np.asarray(mean_quantile(narrow, category_scores, _NEGLIGIBLE))
    start = np.where(start < 1e-12, 0.0, start)
    # Double exponential nodes (Takahasi and Mori 1974) on each piece: the density may bend at every category score.
    t = np.linspace(-4, 4, 109)
    place = 1 / (1 + np.exp(-np.pi * np.sinh(t)))
    weight = (t[1] - t[0]) * np.pi * np.cosh(t) * place * place[::-1]
    found = np.zeros((2, mean.size))
    for left, right in itertools.pairwise(category_scores):
        a, b = np.clip(left, start, mean), np.clip(right, start, mean)
        x = (a[:, None] + (b - a)[:, None] * place).ravel()
        density = _integrate(np.repeat(narrow, t.size, axis=0), category_scores, x)[2]
        below, above, _ = _integrate(np.repeat(wide, t.size, axis=0), category_scores, x)
        terms = density * np.stack([below, above])
        found += (terms.reshape(2, -1, t.size) * weight).sum(axis=-1) * (b - a)
    return found
