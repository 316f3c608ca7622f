"""The report: what is known, what is not, and whom to answer, on one page for people; from results alone."""

from npskit.counting import hidden_groups as hidden_groups
from npskit.report.evidence import Evidence as Evidence
from npskit.report.evidence import Look as Look
from npskit.report.evidence import judge as judge
from npskit.report.page import render as render
from npskit.report.page_parts import ReportParts as ReportParts
from npskit.report.page_parts import ReportTerms as ReportTerms
from npskit.report.with_report import WithReport as WithReport
from npskit.report.wording import LANGUAGES as LANGUAGES

__all__: list[str]
