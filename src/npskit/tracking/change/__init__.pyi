"""Why the score moved: mix and rate, by segment and in a sentence."""

from npskit.tracking.change.change_explanation import ChangeExplanation as ChangeExplanation
from npskit.tracking.change.explain import explain_change as explain_change

__all__: list[str]
