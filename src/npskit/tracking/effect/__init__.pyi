"""What an intervention did: before and after, differences, interrupted series, placebo checks."""

from npskit.tracking.effect.effect_record import Effect as Effect
from npskit.tracking.effect.estimate_effect import effect_over_periods as effect_over_periods
from npskit.tracking.effect.intervention import Intervention as Intervention

__all__: list[str]
