"""Cases of customers: what was done, when, and how the loop is closed."""

from npskit.followup.cases.case import Case as Case
from npskit.followup.cases.case import CaseEvent as CaseEvent
from npskit.followup.cases.case_log import CaseLog as CaseLog
from npskit.followup.cases.figures import Backlog as Backlog
from npskit.followup.cases.figures import LoopFigures as LoopFigures
from npskit.followup.cases.figures import LoopRate as LoopRate
from npskit.followup.cases.figures import LoopTime as LoopTime
from npskit.followup.cases.log import read_case_log as read_case_log
from npskit.followup.cases.loop import closed_loop as closed_loop
from npskit.followup.cases.loop_result import ClosedLoop as ClosedLoop
from npskit.followup.cases.survival import SurvivalCurve as SurvivalCurve
from npskit.followup.cases.survival import kaplan_meier as kaplan_meier

__all__: list[str]
