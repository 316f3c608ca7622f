"""Files from survey tools, with what was found out about them, and what was rejected and why."""

from npskit.reading.aggregates import refuse_aggregates as refuse_aggregates
from npskit.reading.aggregates import telling_of_tables as telling_of_tables
from npskit.reading.aggregates import warn_of_counts as warn_of_counts
from npskit.reading.api_records import group_named as group_named
from npskit.reading.column_roles import accounts_in as accounts_in
from npskit.reading.column_roles import whole_ranges as whole_ranges
from npskit.reading.dialect import find_separator as find_separator
from npskit.reading.file_paths import names_of as names_of
from npskit.reading.file_paths import several_files as several_files
from npskit.reading.file_report import FileReport as FileReport
from npskit.reading.file_report import Loaded as Loaded
from npskit.reading.file_report import Rejected as Rejected
from npskit.reading.file_report import refuse_rejected as refuse_rejected
from npskit.reading.file_times import asked_clock as asked_clock
from npskit.reading.file_times import warn_of_no_time as warn_of_no_time
from npskit.reading.loading import load as load
from npskit.reading.loading import load_for as load_for
from npskit.reading.names import bare as bare
from npskit.reading.names import resolve as resolve
from npskit.reading.response_kinds import has_kinds as has_kinds
from npskit.reading.response_kinds import kind_columns as kind_columns
from npskit.reading.response_kinds import kinds_of as kinds_of
from npskit.reading.response_kinds import says as says
from npskit.reading.responses import Wanted as Wanted
from npskit.reading.responses import check_kinds as check_kinds
from npskit.reading.responses import refuse_kinds as refuse_kinds
from npskit.reading.responses import warn_of_foreign as warn_of_foreign
from npskit.reading.tools import find_tool as find_tool

__all__: list[str]
