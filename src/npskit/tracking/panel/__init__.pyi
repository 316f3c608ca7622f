"""The same customers again: who went from which category to which."""

from npskit.tracking.panel.answer_pairs import pair_steps as pair_steps
from npskit.tracking.panel.count_transitions import MOST_GROUPS as MOST_GROUPS
from npskit.tracking.panel.count_transitions import transitions as transitions
from npskit.tracking.panel.engine_steps import EngineSteps as EngineSteps
from npskit.tracking.panel.moved_share import count_moves as count_moves
from npskit.tracking.panel.transition_record import Transitions as Transitions

__all__: list[str]
