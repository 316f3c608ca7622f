"""Why the score moved: mix and rate, by segment and in a sentence."""

from npskit.tracking.change.change_explanation import ChangeExplanation as ChangeExplanation
from npskit.tracking.change.change_explanation import Part as Part
from npskit.tracking.change.change_explanation import SegmentChange as SegmentChange
from npskit.tracking.change.explain import explain_change as explain_change
from npskit.tracking.change.mix_rate import mix_and_rate as mix_and_rate

__all__: list[str]
