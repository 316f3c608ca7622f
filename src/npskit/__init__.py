"""npskit turns customer-loyalty answers into decisions.

Net Promoter Score, Secure Customer Index, CSAT, CES and retention, from a list, a file, a dataframe or a database, with
intervals that can be trusted.

Example:
    >>> import npskit as nk
    >>> nk.nps([10, 9, 7, 3])
    Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95)
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from npskit import datasets as datasets
    from npskit import testing as testing
    from npskit.audit import LabelAudit as LabelAudit
    from npskit.comparison import Comparison as Comparison
    from npskit.comparison import GroupComparison as GroupComparison
    from npskit.comparison import compare as compare
    from npskit.errors import ColumnNotFoundError as ColumnNotFoundError
    from npskit.errors import IncompatibleError as IncompatibleError
    from npskit.errors import InvalidTypeError as InvalidTypeError
    from npskit.errors import InvalidValueError as InvalidValueError
    from npskit.errors import MissingDependencyError as MissingDependencyError
    from npskit.errors import NpskitError as NpskitError
    from npskit.errors import UnreadableFileError as UnreadableFileError
    from npskit.followup.cases.case import Case as Case
    from npskit.followup.cases.case import CaseEvent as CaseEvent
    from npskit.followup.cases.loop import closed_loop as closed_loop
    from npskit.followup.cases.result import ClosedLoop as ClosedLoop
    from npskit.followup.clock import BusinessCalendar as BusinessCalendar
    from npskit.followup.due import DueTimes as DueTimes
    from npskit.followup.impact.effect import FollowUpEffect as FollowUpEffect
    from npskit.followup.impact.measuring import effect_of_follow_up as effect_of_follow_up
    from npskit.followup.messages import Draft as Draft
    from npskit.followup.messages import Languages as Languages
    from npskit.followup.messages import draft as draft
    from npskit.followup.messages import list_fields as list_fields
    from npskit.followup.model import Context as Context
    from npskit.followup.model import FollowUp as FollowUp
    from npskit.followup.model import Strategy as Strategy
    from npskit.followup.plan import FollowUpPlan as FollowUpPlan
    from npskit.followup.playbook import Playbook as Playbook
    from npskit.followup.playbook import recommend as recommend
    from npskit.followup.points import Points as Points
    from npskit.followup.rules import Conditions as Conditions
    from npskit.followup.rules import Rule as Rule
    from npskit.followup.rules import Team as Team
    from npskit.followup.steps import Action as Action
    from npskit.followup.steps import Offer as Offer
    from npskit.followup.urgency import UrgencyWords as UrgencyWords
    from npskit.followup.worth.at_risk import RevenueAtRisk as RevenueAtRisk
    from npskit.followup.worth.at_risk import revenue_at_risk as revenue_at_risk
    from npskit.followup.worth.payback import ProgramPayback as ProgramPayback
    from npskit.followup.worth.payback import program_payback as program_payback
    from npskit.followup.worth.sensitivity import RetentionSensitivity as RetentionSensitivity
    from npskit.followup.worth.sensitivity import retention_sensitivity as retention_sensitivity
    from npskit.from_file import read as read
    from npskit.inference.planning import SampleSize as SampleSize
    from npskit.inference.planning import sample_size as sample_size
    from npskit.model import Response as Response
    from npskit.model import SCIAnswer as SCIAnswer
    from npskit.model import Segment as Segment
    from npskit.score import Conventions as Conventions
    from npskit.score import Interval as Interval
    from npskit.score import Score as Score
    from npskit.score_table import ScoreTable as ScoreTable
    from npskit.scorers import growth as growth
    from npskit.scorers.base import Scale as Scale
    from npskit.scorers.base import Scorer as Scorer
    from npskit.scorers.ces import CES as CES
    from npskit.scorers.csat import CSAT as CSAT
    from npskit.scorers.nps import NPS as NPS
    from npskit.scorers.registry import available as available
    from npskit.scorers.registry import get_scorer as get_scorer
    from npskit.scorers.registry import register as register
    from npskit.scorers.retention import Retention as Retention
    from npskit.scorers.sci import SCI as SCI
    from npskit.scoring import ces as ces
    from npskit.scoring import csat as csat
    from npskit.scoring import measure as measure
    from npskit.scoring import nps as nps
    from npskit.scoring import retention as retention
    from npskit.scoring import sci as sci
    from npskit.survey import Survey as Survey
    from npskit.tally import Tally as Tally
    from npskit.tracking.alarms import Alarm as Alarm
    from npskit.tracking.change_explanation import ChangeExplanation as ChangeExplanation
    from npskit.tracking.changes import ChangePoints as ChangePoints
    from npskit.tracking.control_chart import ControlChart as ControlChart
    from npskit.tracking.effect import Effect as Effect
    from npskit.tracking.intervention import Intervention as Intervention
    from npskit.tracking.live import Tracker as Tracker
    from npskit.tracking.timeline_record import Timeline as Timeline
    from npskit.tracking.transitions import Transitions as Transitions

__version__ = "0.1.0"

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "SCI",
    "Action",
    "Alarm",
    "BusinessCalendar",
    "Case",
    "CaseEvent",
    "ChangeExplanation",
    "ChangePoints",
    "ClosedLoop",
    "ColumnNotFoundError",
    "Comparison",
    "Conditions",
    "Context",
    "ControlChart",
    "Conventions",
    "Draft",
    "DueTimes",
    "Effect",
    "FollowUp",
    "FollowUpEffect",
    "FollowUpPlan",
    "GroupComparison",
    "IncompatibleError",
    "Interval",
    "Intervention",
    "InvalidTypeError",
    "InvalidValueError",
    "LabelAudit",
    "Languages",
    "MissingDependencyError",
    "NpskitError",
    "Offer",
    "Playbook",
    "Points",
    "ProgramPayback",
    "Response",
    "Retention",
    "RetentionSensitivity",
    "RevenueAtRisk",
    "Rule",
    "SCIAnswer",
    "SampleSize",
    "Scale",
    "Score",
    "ScoreTable",
    "Scorer",
    "Segment",
    "Strategy",
    "Survey",
    "Tally",
    "Team",
    "Timeline",
    "Tracker",
    "Transitions",
    "UnreadableFileError",
    "UrgencyWords",
    "__version__",
    "available",
    "ces",
    "closed_loop",
    "compare",
    "csat",
    "datasets",
    "draft",
    "effect_of_follow_up",
    "get_scorer",
    "growth",
    "list_fields",
    "measure",
    "nps",
    "program_payback",
    "read",
    "recommend",
    "register",
    "retention",
    "retention_sensitivity",
    "revenue_at_risk",
    "sample_size",
    "sci",
    "testing",
]

# Where each room's public names live; they are imported when first used, so that `import npskit` costs nothing.
_ROOMS = {
    "npskit.audit": ("LabelAudit",),
    "npskit.comparison": ("Comparison", "GroupComparison", "compare"),
    "npskit.errors": (
        "ColumnNotFoundError",
        "IncompatibleError",
        "InvalidTypeError",
        "InvalidValueError",
        "MissingDependencyError",
        "NpskitError",
        "UnreadableFileError",
    ),
    "npskit.followup.cases.case": ("Case", "CaseEvent"),
    "npskit.followup.cases.loop": ("closed_loop",),
    "npskit.followup.cases.result": ("ClosedLoop",),
    "npskit.followup.clock": ("BusinessCalendar",),
    "npskit.followup.due": ("DueTimes",),
    "npskit.followup.impact.effect": ("FollowUpEffect",),
    "npskit.followup.impact.measuring": ("effect_of_follow_up",),
    "npskit.followup.messages": ("Draft", "Languages", "draft", "list_fields"),
    "npskit.followup.model": ("Context", "FollowUp", "Strategy"),
    "npskit.followup.plan": ("FollowUpPlan",),
    "npskit.followup.playbook": ("Playbook", "recommend"),
    "npskit.followup.points": ("Points",),
    "npskit.followup.rules": ("Conditions", "Rule", "Team"),
    "npskit.followup.urgency": ("UrgencyWords",),
    "npskit.followup.steps": ("Action", "Offer"),
    "npskit.followup.worth.at_risk": ("RevenueAtRisk", "revenue_at_risk"),
    "npskit.followup.worth.payback": ("ProgramPayback", "program_payback"),
    "npskit.followup.worth.sensitivity": ("RetentionSensitivity", "retention_sensitivity"),
    "npskit.from_file": ("read",),
    "npskit.inference.planning": ("SampleSize", "sample_size"),
    "npskit.scoring": ("ces", "csat", "measure", "nps", "retention", "sci"),
    "npskit.model": ("Response", "SCIAnswer", "Segment"),
    "npskit.score": ("Conventions", "Interval", "Score"),
    "npskit.score_table": ("ScoreTable",),
    "npskit.scorers.base": ("Scale", "Scorer"),
    "npskit.scorers.ces": ("CES",),
    "npskit.scorers.csat": ("CSAT",),
    "npskit.scorers.nps": ("NPS",),
    "npskit.scorers.registry": ("available", "get_scorer", "register"),
    "npskit.scorers.retention": ("Retention",),
    "npskit.scorers.sci": ("SCI",),
    "npskit.survey": ("Survey",),
    "npskit.tally": ("Tally",),
    "npskit.tracking.alarms": ("Alarm",),
    "npskit.tracking.change_explanation": ("ChangeExplanation",),
    "npskit.tracking.changes": ("ChangePoints",),
    "npskit.tracking.control_chart": ("ControlChart",),
    "npskit.tracking.effect": ("Effect",),
    "npskit.tracking.intervention": ("Intervention",),
    "npskit.tracking.live": ("Tracker",),
    "npskit.tracking.timeline_record": ("Timeline",),
    "npskit.tracking.transitions": ("Transitions",),
}
_MODULES = {"datasets": "npskit.datasets", "growth": "npskit.scorers.growth", "testing": "npskit.testing"}
_WHERE = {name: room for room, names in _ROOMS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _WHERE:
        value = getattr(importlib.import_module(_WHERE[name]), name)
    elif name in _MODULES:
        value = importlib.import_module(_MODULES[name])
    else:
        raise AttributeError(f"module 'npskit' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
