"""The base of every result, and how results become text, tables, JSON and files."""

from npskit.results.display import excerpt as excerpt
from npskit.results.display import html_table as html_table
from npskit.results.display import number as number
from npskit.results.display import one_line as one_line
from npskit.results.display import p_said as p_said
from npskit.results.display import p_value as p_value
from npskit.results.display import percent as percent
from npskit.results.display import text_table as text_table
from npskit.results.display import wrapped as wrapped
from npskit.results.files import undefused as undefused
from npskit.results.files import write_csv as write_csv
from npskit.results.files import write_json_lines as write_json_lines
from npskit.results.interval import LEVEL as LEVEL
from npskit.results.interval import Interval as Interval
from npskit.results.interval import intervals as intervals
from npskit.results.mergeable import Mergeable as Mergeable
from npskit.results.native import free_name as free_name
from npskit.results.native import key_columns as key_columns
from npskit.results.native import native_frame as native_frame
from npskit.results.result import Columns as Columns
from npskit.results.result import Result as Result
from npskit.results.result import Rows as Rows
from npskit.results.result import columns_of as columns_of
from npskit.results.result import records as records
from npskit.results.row_counts import NO_ROWS as NO_ROWS
from npskit.results.row_counts import CountedRows as CountedRows
from npskit.results.row_counts import MadeOfRows as MadeOfRows
from npskit.results.row_counts import RowCounts as RowCounts
from npskit.results.row_counts import RowsApart as RowsApart
from npskit.results.row_counts import RowsAside as RowsAside
from npskit.results.stored import as_counts as as_counts
from npskit.results.stored import as_list as as_list
from npskit.results.stored import as_whole as as_whole
from npskit.results.stored import checked as checked
from npskit.results.stored import damaged as damaged
from npskit.results.stored import get as get
from npskit.results.stored import get_array as get_array
from npskit.results.stored import get_each as get_each
from npskit.results.stored import get_size as get_size
from npskit.results.stored import get_time as get_time
from npskit.results.stored import read_json as read_json
from npskit.results.values import flat as flat
from npskit.results.values import json_safe as json_safe
from npskit.results.values import plain as plain

__all__: list[str]
