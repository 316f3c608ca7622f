"""Files of survey tools: their columns, what was detected about them, and what was rejected and why."""

from npskit.data.amounts import Numbers, find_decimal, numbers_of
from npskit.data.answers import SENTINELS, AnswerColumn, answers_of
from npskit.data.cells import BadCell
from npskit.data.times import TimeColumn, parse_times
from npskit.reading.loading import load
from npskit.reading.names import resolve
from npskit.reading.records import FileMissingError, FileReport, Loaded, Rejected

__all__ = [
    "SENTINELS",
    "AnswerColumn",
    "BadCell",
    "FileMissingError",
    "FileReport",
    "Loaded",
    "Numbers",
    "Rejected",
    "TimeColumn",
    "answers_of",
    "find_decimal",
    "load",
    "numbers_of",
    "parse_times",
    "resolve",
]
