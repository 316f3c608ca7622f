"""The recursion of a cumulative sum, of charts and alarms alike."""

from __future__ import annotations

from itertools import accumulate

import numpy as np

from npskit.arrays import Floats


def cumulative_sum(steps: Floats) -> Floats:
    """Return S₀ = 0 and Sₜ = max(0, Sₜ₋₁ + xₜ): by how much a series has gone up since it last was at its lowest.

    Source: Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115. Added up step by step and not as a
    walk less its minimum, so that 0 is exactly 0 however long the series is.

    Args:
        steps: xₜ, such as z - k in standard errors for an allowance of k; shape `(T,)`.

    Returns:
        Shape `(T + 1,)`.

    Example:
        >>> cumulative_sum(np.array([1.0, -3.0, 2.0, 0.5])).tolist()
        [0.0, 1.0, 0.0, 2.0, 2.5]
    """
    return np.fromiter(accumulate(steps.tolist(), lambda s, x: max(0.0, s + x), initial=0.0), np.float64)
