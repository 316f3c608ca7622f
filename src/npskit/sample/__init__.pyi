"""A survey's rows bound, placed and counted: the one pipeline from data to estimates."""

from npskit.sample.binding import Bindings as Bindings
from npskit.sample.binding import bind_roles as bind_roles
from npskit.sample.binding import bind_score as bind_score
from npskit.sample.binding import by_label as by_label
from npskit.sample.binding import repeated as repeated
from npskit.sample.bound import BoundData as BoundData
from npskit.sample.days import DayTable as DayTable
from npskit.sample.days import Span as Span
from npskit.sample.days import count_days as count_days
from npskit.sample.days import span_of as span_of
from npskit.sample.moving import DaySpans as DaySpans
from npskit.sample.moving import correlate_spans as correlate_spans
from npskit.sample.moving import estimate_spans as estimate_spans
from npskit.sample.opening import SurveyArguments as SurveyArguments
from npskit.sample.places import Places as Places
from npskit.sample.rows_meant import rows_meant_by as rows_meant_by
from npskit.sample.sample import Measured as Measured
from npskit.sample.sample import Sample as Sample

__all__: list[str]
