"""Which offers fit within money and hours: greedy with a bound, or exact."""

from npskit.followup.plan.allocation.by_priority import allocate_by_priority as allocate_by_priority
from npskit.followup.plan.allocation.by_value import Allocation as Allocation
from npskit.followup.plan.allocation.by_value import allocate as allocate

__all__: list[str]
