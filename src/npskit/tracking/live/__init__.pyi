"""Live scores: one answer at a time, windows, and alarms that hold however often one looks."""

from npskit.tracking.live.alarms import Alarm as Alarm
from npskit.tracking.live.alarms import Watch as Watch
from npskit.tracking.live.batch_alarms import cusum_alarm as cusum_alarm
from npskit.tracking.live.batch_alarms import first_alarm as first_alarm
from npskit.tracking.live.tracker import Tracker as Tracker

__all__: list[str]
