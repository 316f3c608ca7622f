"""What an intervention did: before and after, differences, interrupted series, placebo checks."""

from npskit.tracking.effect.effect_record import Cell as Cell
from npskit.tracking.effect.effect_record import Effect as Effect
from npskit.tracking.effect.effect_record import Term as Term
from npskit.tracking.effect.estimate_effect import COEFFICIENTS as COEFFICIENTS
from npskit.tracking.effect.estimate_effect import effect_over_periods as effect_over_periods
from npskit.tracking.effect.intervention import Intervention as Intervention
from npskit.tracking.effect.placebo import Placebo as Placebo
from npskit.tracking.effect.series import SeriesFit as SeriesFit
from npskit.tracking.effect.series import interrupted_series as interrupted_series
from npskit.tracking.effect.short_series import Working as Working

__all__: list[str]
