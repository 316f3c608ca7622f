"""Many tests at once: p-values adjusted so that looking at more of them does not find more by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.checks import one_of
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.options import Correction


def adjust(p_values: ArrayLike, method: Correction = "holm", *, name: str = "method") -> Floats:
    """Return p-values adjusted for how many there are: reject where the adjusted value is at most the level.

    `holm` (Holm 1979, Scand. J. Statist. 6:65), `hochberg` (1988, Biometrika 75:800), `hommel` (1988, Biometrika
    75:383) and `bonferroni` bound the chance of any false finding; `hochberg` and `hommel` assume tests that are
    independent or positively dependent. `benjamini_hochberg` (or `bh`; 1995, J. R. Statist. Soc. B 57:289) and
    `benjamini_yekutieli` (or `by`; 2001, Ann. Statist. 29:1165, under any dependence) bound the expected share of
    false ones among the findings.

    Args:
        p_values: Shape `(..., m)`; each family of tests is one last axis. NaN stays NaN and is not counted.
        method: One of the names above.
        name: What the argument is called where `method` was given.

    Returns:
        Adjusted p-values of the same shape, in the order given: at least the raw ones and at most 1.

    Raises:
        InvalidTypeError: If the p-values are not numbers.
        InvalidValueError: If a p-value lies outside 0..1 or the method is unknown.

    Example:
        >>> adjust([0.01, 0.04, 0.03]).tolist()
        [0.03, 0.06, 0.06]
        >>> adjust([0.01, float("nan"), 0.04], "bonferroni").tolist()
        [0.02, nan, 0.08]
    """
    one_of(method, _METHODS, name)
    try:
        p = np.asarray(p_values, dtype=np.float64)
    except Exception:  # whatever a class of the user's own does
        raise InvalidTypeError(f"p_values must be numbers: got {quoted(p_values)}") from None
    outside = (p < 0) | (p > 1)
    if outside.any():
        raise InvalidValueError(
            f"p_values must lie in 0..1: got {p[outside][:3].tolist()} at {np.argwhere(outside)[:3].tolist()}"
        )
    families = p.reshape(-1, p.shape[-1] if p.ndim else 1) if p.size else p[:0]
    adjusted = np.array([_family(row, _METHODS[method]) for row in families])
    return adjusted.reshape(p.shape)


def _family(p: Floats, adjusted: Callable[[Floats], Floats]) -> Floats:
    """Adjust one family: sort what is there, adjust it, put it back."""
    present = np.flatnonzero(~np.isnan(p))
    order = present[np.argsort(p[present], kind="stable")]
    result = np.full(p.shape, np.nan)
    if order.size:
        result[order] = np.minimum(adjusted(p[order]), 1.0)
    return result


def _step_down(p: Floats) -> Floats:
    """Holm: the smallest of m counts m times, the next m - 1 times."""
    return np.maximum.accumulate(p * np.arange(p.size, 0, -1))


def _step_up(values: Floats) -> Floats:
    """Return the running minimum from the largest p-value down."""
    return np.minimum.accumulate(values[::-1])[::-1]


def _benjamini_hochberg(p: Floats) -> Floats:
    # multiplied by a ratio that is exactly 1 at the end: the largest p-value stays what it is
    return _step_up(p * (p.size / np.arange(1, p.size + 1)))


def _benjamini_yekutieli(p: Floats) -> Floats:
    return _benjamini_hochberg(p) * np.sum(1 / np.arange(1, p.size + 1))


def _hommel(p: Floats) -> Floats:
    """Closed testing with Simes: the worst set of size k holds the hypothesis itself and the k - 1 largest others."""
    worst = p.copy()
    for k in range(2, p.size + 1):
        largest = np.min(k * p[p.size - k + 1 :] / np.arange(2, k + 1))
        np.maximum(worst, np.minimum(k * np.minimum(p, p[p.size - k]), largest), out=worst)
    return worst


_METHODS: dict[Correction, Callable[[Floats], Floats]] = {
    "holm": _step_down,
    "hochberg": lambda p: _step_up(p * np.arange(p.size, 0, -1)),
    "hommel": _hommel,
    "bonferroni": lambda p: p * p.size,
    "benjamini_hochberg": _benjamini_hochberg,
    "bh": _benjamini_hochberg,
    "benjamini_yekutieli": _benjamini_yekutieli,
    "by": _benjamini_yekutieli,
}
