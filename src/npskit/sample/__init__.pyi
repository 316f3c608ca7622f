"""A survey's rows bound, placed and counted: the one pipeline from data to estimates."""

from npskit.sample.asking import asked as asked
from npskit.sample.asking import counted as counted
from npskit.sample.asking import selected as selected
from npskit.sample.binding import Bindings as Bindings
from npskit.sample.binding import bind as bind
from npskit.sample.bound import BoundData as BoundData
from npskit.sample.by_steps import FoundSteps as FoundSteps
from npskit.sample.by_steps import find_steps as find_steps
from npskit.sample.by_unit_kinds import ask_by_kinds as ask_by_kinds
from npskit.sample.by_units import categories_of as categories_of
from npskit.sample.by_units import policy_of as policy_of
from npskit.sample.contrast_by_units import EngineGroups as EngineGroups
from npskit.sample.contrast_by_units import ask_by_groups as ask_by_groups
from npskit.sample.days import DayTable as DayTable
from npskit.sample.days import Span as Span
from npskit.sample.days import count_days as count_days
from npskit.sample.days import span_of as span_of
from npskit.sample.moving import DaySpans as DaySpans
from npskit.sample.moving import RowSpans as RowSpans
from npskit.sample.opening import SurveyArguments as SurveyArguments
from npskit.sample.places import Places as Places
from npskit.sample.sample import Measured as Measured
from npskit.sample.sample import Sample as Sample
from npskit.sample.segment_scores import correlate_segments as correlate_segments
from npskit.sample.segment_scores import count_segments as count_segments
from npskit.sample.segment_scores import measure_segments as measure_segments
from npskit.sample.share_of_rows import difference_of as difference_of
from npskit.sample.share_of_rows import shares_of_rows as shares_of_rows
from npskit.sample.small_segments import HidesSegments as HidesSegments
from npskit.sample.spans_by_units import MOST_PARTS as MOST_PARTS
from npskit.sample.spans_by_units import EngineSpans as EngineSpans
from npskit.sample.with_scores import WithScores as WithScores

__all__: list[str]
