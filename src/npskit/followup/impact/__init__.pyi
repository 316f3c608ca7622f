"""Whether following up helped: treated customers against a holdout."""

from npskit.followup.impact.arm_contrasts import ArmContrast as ArmContrast
from npskit.followup.impact.arm_contrasts import ArmValue as ArmValue
from npskit.followup.impact.follow_up_effect import BeforeAfter as BeforeAfter
from npskit.followup.impact.follow_up_effect import FollowUpEffect as FollowUpEffect
from npskit.followup.impact.measuring import effect_of_follow_up as effect_of_follow_up
from npskit.followup.impact.outcomes import SetAside as SetAside
from npskit.followup.impact.regression_to_the_mean import ExpectedChange as ExpectedChange

__all__: list[str]
