"""The score over time: how it moved, why, and what moved it."""

from npskit.tracking.over_time import OverTime as OverTime

__all__: list[str]
