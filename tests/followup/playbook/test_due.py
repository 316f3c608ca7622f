"""Due times: the earliest limit decides, and says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.playbook import Playbook
from npskit.times.business_calendar import BusinessCalendar

FRIDAY = dt.datetime(2026, 3, 6, 16)
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("arguments", "due", "why"),
    [
        ({}, "03-13 16:00", "7 days, the longest anything may take"),
        ({"channel": "chat"}, "03-06 16:15", '15 minutes for channel "chat", in opening time'),
        ({"channel": "email"}, "03-09 09:00", 'the next working morning for channel "email"'),
        ({"channel": "email", "within": HOUR / 2}, "03-06 16:30", "30 minutes by the rule, in opening time"),
        ({"channel": "pigeon", "urgency": 2}, "03-09 12:00", "4 hours for a critical comment, in opening time"),
        ({"category": "detractor"}, "03-10 16:00", "48 hours for detractor, in opening time"),
        ({"own": FRIDAY + HOUR / 4}, "03-06 16:15", "set by the strategy"),
        ({"own": FRIDAY - DAY}, "03-06 16:00", "set by the strategy"),
        ({"own": FRIDAY + 30 * DAY}, "03-13 16:00", "7 days, the longest anything may take"),
        ({"channel": "review", "category": "detractor", "within": 3 * DAY}, "03-09 16:00", "24 hours for channel"),
    ],
)
def test_the_earliest_decides(arguments: dict[str, Any], due: str, why: str) -> None:
    """Of all limits the earliest decides, and the reason names it."""
    found, said = DueTimes().of(FRIDAY, **({"category": "promoter"} | arguments))
    assert f"{found:%m-%d %H:%M}" == due
    assert why in said
    assert said.startswith("due ")
    assert said.endswith(", from Fri 2026-03-06 16:00")


def test_closed_longer_than_anything_may_take() -> None:
    """Where the office is closed for longer than anything may take, the calendar decides; where it opens before, the
    last opening time does."""
    holidays = [FRIDAY.date() + day * DAY for day in range(1, 12)]
    due = DueTimes(calendar=BusinessCalendar(holidays=holidays))
    assert due.of(FRIDAY + 2 * HOUR, category="detractor")[0] == FRIDAY + 2 * HOUR + 7 * DAY
    found, why = due.of(FRIDAY, category="detractor")
    assert found == FRIDAY + HOUR
    assert "the last opening time within 7 days" in why


def test_days_when_clocks_change() -> None:
    """On the calendar clock 48 hours are hours that pass: over the change to summer time the clock shows one more."""
    from zoneinfo import ZoneInfo

    start = dt.datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    found, _ = DueTimes(clock="calendar").of(start, category="detractor")
    assert (found.day, found.hour) == (30, 13)
    assert found.astimezone(dt.UTC) - start.astimezone(dt.UTC) == 48 * HOUR


def test_defaults_are_those_of_the_default_playbook() -> None:
    """Due times made without arguments are those of the playbook that comes with npskit."""
    assert DueTimes() == Playbook.default().due


def test_a_limit_of_the_very_name_goes_first() -> None:
    """A limit holds for all names of its channel, but for those that have one of their own."""
    due = DueTimes(channel={"chat": "15 minutes", "WhatsApp": "5 minutes", "app": "1 hour"})

    def minutes(channel: str, kind: str | None = None) -> float:
        start = dt.datetime(2026, 3, 2, 9)
        return (due.of(start, category="x", channel=channel, kind=kind)[0] - start) / dt.timedelta(minutes=1)

    assert [minutes("Messenger"), minutes("whatsapp"), minutes("Portal", "app")] == [15, 5, 60]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: DueTimes(clock="sun"), "clock must be one of 'calendar', 'business'"),  # type: ignore[arg-type]
        (lambda: DueTimes(channel="15 minutes"), "channel must map names to durations"),
        (
            lambda: DueTimes(category={"detractor": "next morning"}),
            "category.detractor must be a number of s, min, h",
        ),
        (lambda: DueTimes(urgency={"urgnt": "1 hour"}), "urgency.urgnt means nothing; did you mean 'urgent'"),
        (lambda: DueTimes(never_beyond=7), "never_beyond must be a duration"),
        (lambda: DueTimes(calendar="always"), "calendar must be a BusinessCalendar"),  # type: ignore[arg-type]
        (lambda: DueTimes().of(FRIDAY, category="x", own=FRIDAY.replace(tzinfo=dt.UTC)), "need both a time zone"),
    ],
)
def test_wrong_limits(call: Any, words: str) -> None:
    """What cannot be used is refused, naming it."""
    with pytest.raises((InvalidTypeError, InvalidValueError, IncompatibleError), match=words):
        call()
