"""The score over time: how it moved, why, and what moved it."""

from npskit.tracking.over_time import OverTime as OverTime
from npskit.tracking.sides import sides_of as sides_of

__all__: list[str]
