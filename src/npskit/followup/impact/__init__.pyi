"""Whether following up helped: treated customers against a holdout."""

from npskit.followup.impact.arm_contrasts import ArmContrast as ArmContrast

__all__: list[str]
