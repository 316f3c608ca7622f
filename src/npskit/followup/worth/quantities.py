"""Shares, amounts of money and periods, checked; and what later money is worth today."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number

MOST_PERIODS = 10_000


def discounted(retention: float, discount_rate: float, periods: int) -> NDArray[np.float64]:
    """Return what one unit of margin of a customer saved now is worth today, period by period: shape `(periods,)`.

    Example:
        >>> discounted(0.5, 0.0, 3).tolist()
        [1.0, 0.5, 0.25]
    """
    t = np.arange(periods)
    return np.asarray(retention**t / (1 + discount_rate) ** (t + 1), dtype=np.float64)


def horizon_of(periods: Any) -> int:
    """Return a number of periods as an int.

    Raises:
        InvalidTypeError: If it is not a whole number.
        InvalidValueError: If it is not within 1..10,000.

    Example:
        >>> horizon_of(np.int64(3))
        3
    """
    return whole_number(periods, "periods", least=1, most=MOST_PERIODS)
