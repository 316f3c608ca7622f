"""The exact permutation test of two samples, without drawing a single permutation."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Integers
from npskit.errors import InvalidValueError
from npskit.inference.constrained import distinct_category_scores, lattice
from npskit.inference.limits import checked_counts, falling_root

# Values of the characteristic function times categories; some seconds. Half a million answers with three categories.
MAX_WORK = 200_000_000
_BLOCK = 1 << 16
_ROUGH = 1e-4


class PermutationTest(NamedTuple):
    """Two-sided p-value, and mid-p, which counts the observed difference half."""

    p_value: float
    midp: float


def permutation_test(counts_a: ArrayLike, counts_b: ArrayLike, category_scores: ArrayLike) -> PermutationTest:
    """Return the exact p-value of the difference of two scores when answers are dealt to the samples at random.

    **The null is that both samples come from one distribution**, not that their scores are equal: at equal scores it
    rejects a wide sample of 10 against a narrow one of 50 in a quarter of all cases. It is right where the groups were
    assigned at random; to compare scores, take `npskit.inference.two_sample.score_test`.

    Given how often each answer was given in all, the counts of sample a are multivariate hypergeometric, and the score
    of a is a sum on a lattice. Its distribution is that of independent binomials given their total, so that it follows
    from their characteristic function by Fourier inversion, tilted to the observed score (Daniels, "Saddlepoint
    approximations in statistics", Ann. Math. Statist. 25 (1954) 631-650) so that also small p-values have ten correct
    digits. The p-value is the probability of a score of a at least as far from its expectation, on either side.

    Args:
        counts_a: Whole numbers, shape `(K,)`.
        counts_b: Whole numbers, shape `(K,)`.
        category_scores: Shape `(K,)`.

    Returns:
        The p-value and the mid-p; NaN where a sample is empty.

    Raises:
        InvalidValueError: If the counts are not whole or do not fit the category scores, the category scores do not lie
            on a common grid of at most 10,000 steps, or there are too many answers: some half a million with three
            categories.

    Example:
        >>> test = permutation_test([0, 2, 8], [3, 3, 4], [-100, 0, 100])
        >>> round(test.p_value, 9), round(test.midp, 9)
        (0.073350798, 0.042986425)
    """
    (a, w), (b, _) = checked_counts(counts_a, category_scores), checked_counts(counts_b, category_scores)
    for name, c in (("counts_a", a), ("counts_b", b)):
        if c.ndim != 1 or (c != np.rint(c)).any():
            raise InvalidValueError(f"{name} must be whole numbers, one per category, to be permuted: got {c.tolist()}")
    rising, merge = distinct_category_scores(w)
    a, margins = a @ merge, (a + b) @ merge
    size, total = int(a.sum()), int(margins.sum())
    if size in {0, total}:
        return PermutationTest(math.nan, math.nan)
    if np.count_nonzero(margins) == 1:  # every way of dealing gives the same
        return PermutationTest(1.0, 0.5)
    chosen = margins > 0  # a category that nobody chose has no place on the lattice
    a, margins, steps = a[chosen], margins[chosen], lattice(rising, "round them")[0][chosen]
    observed, everything = int(a @ steps), int(margins @ steps)
    # how far the score of a lies from its expectation, in whole numbers
    distance = abs(total * observed - size * everything)
    above, below = -(-(size * everything + distance) // total), (size * everything - distance) // total
    upper, at_upper = _upper_tail(margins, steps, size, above)
    lower, at_lower = _upper_tail(margins, -steps, size, -below)
    if distance == 0:
        return PermutationTest(1.0, 1 - at_upper / 2)
    at_upper *= total * above - size * everything == distance
    at_lower *= size * everything - total * below == distance
    p = min(upper + lower, 1.0)
    return PermutationTest(p, p - (at_upper + at_lower) / 2)


def _upper_tail(margins: Floats, steps: Integers, size: int, least: int) -> tuple[float, float]:
    """Return P(T >= least) and P(T = least) for T = Σ steps·X, X hypergeometric: `size` drawn from `margins`."""
    rising = np.argsort(steps)
    highest, lowest = (_extreme_sum(margins[order], steps[order], size) for order in (rising[::-1], rising))
    if least > highest:
        return 0.0, 0.0
    # with the size fixed, a common shift of the steps shifts T: steps about 0 make for fewer frequencies
    shift = round(float(margins @ steps) / float(margins.sum()))
    steps, least = steps - shift, least - shift * size
    highest, lowest = highest - shift * size, lowest - shift * size
    tilt, offset = _tilt(margins, steps, size, least)
    logits = offset + tilt * steps
    chance = 1 / (1 + np.exp(-np.clip(logits, -700, 700)))
    variances = margins * chance * (1 - chance)
    # what the windows fold back lies ten standard deviations out
    count_points = min(int(margins.sum()), math.ceil(12 * math.sqrt(variances.sum())) + 40) + 1
    reach = math.ceil(20 * math.sqrt((variances * steps * steps).sum())) + 40 * int(np.abs(steps).max())
    sum_points = min(highest - lowest, reach) + 1
    if count_points * (sum_points // 2 + 1) * steps.size > MAX_WORK:
        raise InvalidValueError(
            f"counts of {int(margins.sum()):,} answers with these category_scores are too many for an exact "
            f"permutation test; score_test of npskit.inference, which is method='score', has no limit"
        )
    density = _invert(margins, steps, chance, (size, least), (count_points, sum_points))
    ahead = min(highest - least, sum_points - 1 if sum_points > highest - lowest else sum_points // 2) + 1
    log_scale = (
        float(margins @ np.logaddexp(0, logits))
        - offset * size
        - tilt * least
        - (math.lgamma(margins.sum() + 1) - math.lgamma(size + 1) - math.lgamma(margins.sum() - size + 1))
    )
    parts = np.maximum(density[:ahead], 0) * np.exp(log_scale - tilt * np.arange(ahead))
    return float(parts.sum()), float(parts[0])


def _extreme_sum(margins: Floats, steps: Integers, size: int) -> int:
    """Return the sum of steps when `size` answers are taken from the first categories on."""
    taken = np.diff(np.minimum(np.cumsum(margins), size), prepend=0)
    return int(taken @ steps)


def _tilt(margins: Floats, steps: Integers, size: int, target: int) -> tuple[float, float]:
    """Return (η, λ) such that binomials with logits λ + η·step have a mean total of `size` and a mean sum of `target`.

    η lies in 0..40: at 40 a tilted distribution sits on its highest value as well as it ever will.
    """

    def expected(offset: Floats, tilt: Floats) -> Floats:
        """Return the mean numbers of answers, shape (1, categories)."""
        logits = offset[:, np.newaxis] + tilt[:, np.newaxis] * steps
        return np.asarray(margins / (1 + np.exp(np.clip(-logits, -700, 700))))

    def centered(tilt: Floats) -> Floats:
        """Return the offset that keeps the mean total."""
        wide = 40 + tilt * np.abs(steps).max() + math.log(margins.sum())
        return falling_root(lambda offset: size - expected(offset, tilt).sum(axis=1), -wide, wide, 1e-9)

    # a rough tilt will do: any is exact, this one only centers the window
    tilt = falling_root(
        lambda tilt: target - expected(centered(tilt), tilt) @ steps, np.zeros(1), np.full(1, 40.0), _ROUGH
    )
    return float(tilt[0]), float(centered(tilt)[0])


def _invert(margins: Floats, steps: Integers, chance: Floats, at: tuple[int, int], points: tuple[int, int]) -> Floats:
    """Return P(total = at[0], sum = at[1] + r) for r = 0, 1, ... (modulo the points) by Fourier inversion."""
    of_count = 2 * np.pi * np.arange(points[0]) / points[0]
    of_sum = 2 * np.pi * np.arange(points[1] // 2 + 1) / points[1]
    spectrum = np.empty(of_sum.size, dtype=np.complex128)
    rows = max(_BLOCK // points[0], 1)
    for start in range(0, of_sum.size, rows):
        block = of_sum[start : start + rows, None]
        log_size, angle = 0.0, -at[0] * of_count - at[1] * block
        for margin, step, p in zip(margins.tolist(), steps.tolist(), chance.tolist(), strict=True):
            theta = of_count + step * block
            with np.errstate(divide="ignore"):
                # modulus and angle of 1 - p + p·exp(iθ), without cancellation
                log_size = log_size + margin / 2 * np.log1p(np.maximum(-4 * p * (1 - p) * np.sin(theta / 2) ** 2, -1))
            angle = angle + margin * np.arctan2(p * np.sin(theta), 1 - p + p * np.cos(theta))
        spectrum[start : start + rows] = (np.exp(log_size) * np.exp(1j * angle)).mean(axis=1)
    return np.fft.irfft(spectrum.conj(), points[1])
