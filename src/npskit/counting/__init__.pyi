"""Answers into tallies: the kernels, and the tally itself."""

from npskit.counting.answer_columns import INVALID as INVALID
from npskit.counting.answer_columns import MISSING as MISSING
from npskit.counting.category_sums import CategorySums as CategorySums
from npskit.counting.category_sums import check_denominator as check_denominator
from npskit.counting.coded_answers import CodedAnswers as CodedAnswers
from npskit.counting.coded_answers import read_columns as read_columns
from npskit.counting.codes import encode as encode
from npskit.counting.count_table import Counts as Counts
from npskit.counting.count_table import checked_groups as checked_groups
from npskit.counting.count_table import tabulate as tabulate
from npskit.counting.hiding import HIDDEN as HIDDEN
from npskit.counting.hiding import HIDDEN_WITH as HIDDEN_WITH
from npskit.counting.hiding import SHOWN as SHOWN
from npskit.counting.hiding import hidden_groups as hidden_groups
from npskit.counting.hiding import hidden_label as hidden_label
from npskit.counting.odd_answers import warn_of_scale as warn_of_scale
from npskit.counting.tally import Tally as Tally
from npskit.counting.tally import tally_rows as tally_rows

__all__: list[str]
