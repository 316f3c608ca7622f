"""Scores of calendar periods and moving windows, and each period against an earlier one."""

from npskit.tracking.timeline.against import TimelineComparison as TimelineComparison
from npskit.tracking.timeline.score_periods import timeline_of_sample as timeline_of_sample
from npskit.tracking.timeline.timeline_record import Timeline as Timeline
from npskit.tracking.timeline.windows import Periods as Periods
from npskit.tracking.timeline.windows import Window as Window

__all__: list[str]
