"""Time: durations, time zones, periods of the calendar, and opening hours."""
