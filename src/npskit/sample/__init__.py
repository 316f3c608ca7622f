"""A survey's rows bound, placed and counted: the one way from data to estimates.

`BoundData` reads columns by their roles; a `Sample` holds the rows, each answer read once; `Places` say which row
belongs where. What tracks a score over time or between groups makes places, and takes counts and estimates from here.
"""

from npskit.sample.binding import Bindings, bind_roles, bind_score
from npskit.sample.bound import BoundData
from npskit.sample.days import DayTable, Span, count_days, span_of
from npskit.sample.moving import DaySpans, estimate_spans
from npskit.sample.places import Places
from npskit.sample.repeats import REPEATS
from npskit.sample.sample import Measured, Sample

__all__ = [
    "REPEATS",
    "Bindings",
    "BoundData",
    "DaySpans",
    "DayTable",
    "Measured",
    "Places",
    "Sample",
    "Span",
    "bind_roles",
    "bind_score",
    "count_days",
    "estimate_spans",
    "span_of",
]
