"""A driver, and its share of what all explain."""

from __future__ import annotations

import attrs

from npskit.results import Interval


@attrs.frozen
class Driver:
    """A driver, or a group of them.

    Args:
        driver: Its name.
        lmg: Its share of R², averaged over all orders in which drivers can enter (Lindeman, Merenda & Gold); the shares
            sum to R².
        interval: Of `lmg`.
        rank: 1 for the largest share.
        rank_low: The best rank that the answers allow.
        rank_high: The worst.
        pmvd: Its share by proportional marginal variance (Feldman 2005); NaN of more than 24 drivers.
        coefficient: By how much the outcome differs where the driver is one higher and all others are the same; NaN for
            groups and for kinds without an order.
        standardized: The same in standard deviations of both.
        p_value: Of the test that it has no coefficient: of its own effect, the others known.
        first: R² of it alone.
        last: What it adds to R² of all others.
        inflation: By how much the variance of its coefficient grows since others vary with it (VIF).
        mean: Its mean; NaN for groups and for kinds without an order.
        lowest: The lower end of its scale, as far as ratings show it: 1 for whole numbers, or the lowest below that; of
            other numbers the lowest that was seen. NaN where `mean` is.
        highest: The upper end: the highest that was seen.
        missing: Rows without it.
        mean_interval: Of `mean`; None where there is none.
    """

    driver: str
    lmg: float
    interval: Interval
    rank: int
    rank_low: int
    rank_high: int
    pmvd: float
    coefficient: float
    standardized: float
    p_value: float
    first: float
    last: float
    inflation: float
    mean: float
    lowest: float
    highest: float
    missing: int
    mean_interval: Interval | None = None
