"""The vectorised kernels that fill a tally: answers to codes, codes to counts.

Everything here takes sequences and numpy arrays. Columns of dataframes are turned into arrays before they come here.
Arrays are read in cache-sized blocks through buffers that are used again, so that counting 10⁸ answers takes a few
megabytes beside them, whatever their type. Only the longest arrays are shared among threads, at most four.
"""

from npskit.counting.coded_answers import CodedAnswers, read_columns
from npskit.counting.codes import encode
from npskit.counting.columns import INVALID, MISSING
from npskit.counting.table import Counts, tabulate

__all__ = [
    "INVALID",
    "MISSING",
    "CodedAnswers",
    "Counts",
    "encode",
    "read_columns",
    "tabulate",
]
