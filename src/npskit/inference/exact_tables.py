"""Fisher's exact test for many tables of two rows and two columns at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import InvalidValueError

# Tables are as likely as one another up to rounding.
_ALIKE = 1 + 1e-7


def fisher_p_values(first: ArrayLike, second: ArrayLike, first_total: int, second_total: int) -> Floats:
    """Return two-sided p-values of Fisher's exact test: whether something is as frequent in one group as in another.

    The sum of the probabilities of all tables with the same margins that are no likelier than the one at hand (Fisher,
    "Statistical Methods for Research Workers", 5th ed. (1934), section 21.02). Tables with equal margins share one
    distribution, so that a vocabulary takes about as long as its distinct frequencies.

    Args:
        first: How many of the first group have it, shape `(m,)`.
        second: How many of the second.
        first_total: How many there are in the first group.
        second_total: How many there are in the second.

    Raises:
        InvalidValueError: If more have it than there are.

    Example:
        >>> fisher_p_values([3, 2], [1, 10], 4, 12).round(4).tolist()
        [0.0269, 0.2445]
    """
    from scipy.special import gammaln

    a, b = np.asarray(first, dtype=np.intp), np.asarray(second, dtype=np.intp)
    outside = (a < 0) | (b < 0) | (a > first_total) | (b > second_total)
    if outside.any():
        at = int(np.argmax(outside))
        raise InvalidValueError(
            f"counts must lie in 0 to the size of their group, {first_total} and {second_total}: got {a[at]} and "
            f"{b[at]}"
        )
    logs = gammaln(np.arange(first_total + second_total + 1) + 1.0)  # of factorials
    sums = a + b
    found = np.ones(len(a))
    for margin in np.unique(sums).tolist():
        least = max(0, margin - second_total)
        k = np.arange(least, min(margin, first_total) + 1)
        chosen = logs[k] + logs[first_total - k] + logs[margin - k] + logs[second_total - margin + k]
        likely = np.exp(chosen.min() - chosen)
        order = np.argsort(likely, kind="stable")
        ranked = likely[order]
        reached = np.cumsum(ranked)
        own = np.flatnonzero(sums == margin)
        last = np.searchsorted(ranked, likely[a[own] - least] * _ALIKE, side="right") - 1
        found[own] = reached[last] / reached[-1]
    return np.minimum(found, 1.0)
