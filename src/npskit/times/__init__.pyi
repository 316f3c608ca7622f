"""Durations, time zones, calendar periods, spans and opening hours."""

from npskit.times.business_calendar import BusinessCalendar as BusinessCalendar
from npskit.times.day_spellings import AHEAD as AHEAD
from npskit.times.day_spellings import NO_DATE as NO_DATE
from npskit.times.day_spellings import Order as Order
from npskit.times.day_spellings import Spelling as Spelling
from npskit.times.durations import DAY as DAY
from npskit.times.durations import HOUR as HOUR
from npskit.times.durations import MINUTE as MINUTE
from npskit.times.durations import TICK as TICK
from npskit.times.durations import Duration as Duration
from npskit.times.durations import in_words as in_words
from npskit.times.durations import parse_duration as parse_duration
from npskit.times.durations import parse_fixed as parse_fixed
from npskit.times.durations import span_seconds as span_seconds
from npskit.times.durations import unit_seconds as unit_seconds
from npskit.times.moments import read_time as read_time
from npskit.times.periods import Days as Days
from npskit.times.periods import as_dates as as_dates
from npskit.times.periods import check_every as check_every
from npskit.times.periods import days_before as days_before
from npskit.times.periods import first_days as first_days
from npskit.times.periods import labels as labels
from npskit.times.periods import period_numbers as period_numbers
from npskit.times.periods import ticks as ticks
from npskit.times.spans import periods_around as periods_around
from npskit.times.spans import stretch as stretch
from npskit.times.time_spellings import Spellings as Spellings
from npskit.times.zones import EPOCH as EPOCH
from npskit.times.zones import WEEKDAYS as WEEKDAYS
from npskit.times.zones import find_zone as find_zone
from npskit.times.zones import in_zone as in_zone
from npskit.times.zones import instant as instant
from npskit.times.zones import instant_of as instant_of
from npskit.times.zones import instants as instants
from npskit.times.zones import moment_in as moment_in
from npskit.times.zones import time_in_words as time_in_words

__all__: list[str]
