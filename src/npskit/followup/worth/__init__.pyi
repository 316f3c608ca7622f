"""What customers at risk, a program and a point of retention are worth."""

from npskit.followup.worth.at_risk import RevenueAtRisk as RevenueAtRisk
from npskit.followup.worth.at_risk import SegmentAtRisk as SegmentAtRisk
from npskit.followup.worth.at_risk import revenue_at_risk as revenue_at_risk
from npskit.followup.worth.payback import Payback as Payback
from npskit.followup.worth.payback import ProgramPayback as ProgramPayback
from npskit.followup.worth.payback import program_payback as program_payback
from npskit.followup.worth.sensitivity import AtRate as AtRate
from npskit.followup.worth.sensitivity import RetentionSensitivity as RetentionSensitivity
from npskit.followup.worth.sensitivity import retention_sensitivity as retention_sensitivity

__all__: list[str]
