"""Files from survey tools, with what was found out about them, and what was rejected and why."""

from npskit.arrays import Times
from npskit.reading.cells import SENTINELS, Answers, BadCell, Numbers, answers_of, find_decimal, numbers_of
from npskit.reading.loading import load
from npskit.reading.names import resolve
from npskit.reading.records import FileMissingError, FileReport, Loaded, Rejected
from npskit.reading.times import parse_times

__all__ = [
    "SENTINELS",
    "Answers",
    "BadCell",
    "FileMissingError",
    "FileReport",
    "Loaded",
    "Numbers",
    "Rejected",
    "Times",
    "answers_of",
    "find_decimal",
    "load",
    "numbers_of",
    "parse_times",
    "resolve",
]
