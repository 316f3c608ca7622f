"""The same text of a duration means the same in every argument that takes one, and an m alone is refused in each."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.__main__ import main
from npskit.errors import InvalidValueError
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.follow_up import FollowUp
from npskit.followup.playbook.playbook import Playbook
from npskit.followup.playbook.rules import Rule
from npskit.followup.playbook.steps import Action
from npskit.times.business_calendar import BusinessCalendar
from npskit.tracking.live.tracker import Tracker
from tests.tracking.timeline.of_rows import timeline

HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
# The last hour of a day, and one answer in each of the hours before it: a window of whole days holds whole days.
NOW = dt.datetime(2026, 3, 31, 23)
HOURLY = np.array([NOW - HOUR * back for back in range(100)], dtype="M8[us]")
SPELLINGS = ["2d", "2 days", "48h", "48 Hours", "2880 min", "P2D", "PT48H", 2 * DAY]

TOML = """
[due]
clock = "calendar"
never_beyond = "{never}"
[due.channel]
chat = "{channel}"
[actions]
call = {{ after = "{after}" }}
[[rule]]
name = "all"
within = "{within}"
actions = ["call"]
"""


def window(value: Any) -> dt.timedelta:
    """The days that the last window of a timeline is of."""
    found = timeline(HOURLY, np.full(100, 9), every="day", window=value)
    days: dt.timedelta = (found.ends[-1] - found.begins[-1]).item()
    return days


def survey_window(value: Any) -> dt.timedelta:
    """How many hourly answers the last window of a survey's timeline holds."""
    survey = nk.Survey({"score": [9] * 100, "at": HOURLY}, time="at")
    return dt.timedelta(hours=int(survey.timeline("day", window=value).n[-1]))


def half_life(value: Any) -> dt.timedelta:
    """The age at which a faded answer weighs half as much, from the score of an old 10 and a new 0."""
    score = timeline(HOURLY[[72, 0]], [10, 0], every="day", half_life=value).values[-1] / 100
    return dt.timedelta(hours=round(72 * math.log(0.5) / math.log((1 + score) / (1 - score))))


def tracker(value: Any) -> dt.timedelta:
    """How many hourly answers a live window holds."""
    found = Tracker(window=value).update_many(np.full(100, 9), at=HOURLY[::-1])
    return dt.timedelta(hours=int(found.tally().n))


def target(value: Any) -> dt.timedelta:
    log = {"opened": ["2026-03-02 09:00"], "closed": ["2026-03-03 09:00"]}
    return dt.timedelta(hours=nk.closed_loop(log, targets={"close": value}).close.target)


def due(name: str) -> Callable[[Any], dt.timedelta]:
    def of(value: Any) -> dt.timedelta:
        times: dict[str, Any] = {"category": {}, "urgency": {}, "channel": {}, "never_beyond": 7 * DAY}
        key = {"category": "any", "urgency": "urgent", "channel": "fax"}.get(name)
        found = DueTimes(clock="calendar", **(times | {name: value if key is None else {key: value}}))
        return found.of(NOW, category="any", channel="fax", urgency=1)[0] - NOW

    return of


def calendar(value: Any) -> dt.timedelta:
    return BusinessCalendar("00:00", "24:00", weekend=()).add(NOW, value) - NOW


def _left_out(why: str, **options: Any) -> int:
    """How many of the customers of one hour each are left out."""
    data = {"score": [3] * 100, "at": HOURLY, "last_contact": HOURLY, "who": range(100)}
    terms = {"quiet": "0d", "max_age": None} | options
    return nk.Survey(data, time="at", customer="who").follow_up(now=NOW, **terms).counts[why]


def quiet(value: Any) -> dt.timedelta:
    """For how many hours customers are left alone."""
    return HOUR * _left_out("quiet", quiet=value)


def max_age(value: Any) -> dt.timedelta:
    """Until how many hours answers are not too old: the one of that very age is not."""
    return HOUR * (99 - _left_out("too old", max_age=value))


def toml(key: str) -> Callable[[Any], dt.timedelta]:
    def of(value: Any) -> dt.timedelta:
        keys = dict.fromkeys(("never", "channel", "after", "within"), "1 hour") | {key: value}
        found = Playbook.from_toml(TOML.format(**keys))
        (rule,) = found.strategies
        assert isinstance(rule, Rule)
        return {  # type: ignore[no-any-return]
            "never": found.due.never_beyond,
            "channel": found.due.channel["chat"],
            "after": rule.actions[0].after,
            "within": rule.within,
        }[key]

    return of


ARGUMENTS: dict[str, Callable[[Any], Any]] = {
    "timeline(window=)": window,
    "Survey.timeline(window=)": survey_window,
    "timeline(half_life=)": half_life,
    "Tracker(window=)": tracker,
    "closed_loop(targets=)": target,
    "DueTimes(channel=)": due("channel"),
    "DueTimes(category=)": due("category"),
    "DueTimes(urgency=)": due("urgency"),
    "DueTimes(never_beyond=)": due("never_beyond"),
    "Rule(within=)": lambda value: Rule("all", within=value).within,
    "FollowUp(within=)": lambda value: FollowUp(category="any", strategy="all", within=value).within,
    "Action(after=)": lambda value: Action("call", after=value).after,
    "BusinessCalendar.add": calendar,
    "BusinessCalendar.opening_time": BusinessCalendar("00:00", "24:00").opening_time,
    "follow_up(quiet=)": quiet,
    "follow_up(max_age=)": max_age,
    "playbook: never_beyond": toml("never"),
    "playbook: channel": toml("channel"),
    "playbook: after": toml("after"),
    "playbook: within": toml("within"),
}


@pytest.mark.parametrize("argument", ARGUMENTS)
def test_the_same_everywhere(argument: str) -> None:
    """Two days are two days, however they are written and wherever.

    Was: "30 days" only in some arguments, "30d" only in the others, ISO 8601 and timedeltas in few or none.
    """
    for value in SPELLINGS:
        if not (argument.startswith("playbook") and isinstance(value, dt.timedelta)):
            assert ARGUMENTS[argument](value) == 2 * DAY, value


@pytest.mark.parametrize("argument", [name for name in ARGUMENTS if "(window=)" not in name or "Tracker" in name])
def test_an_m_alone_is_refused(argument: str) -> None:
    """Where it could be minutes, "3m" is refused; a window of a timeline is of whole days, so it is months."""
    for text in ("3m", "3 m"):
        with pytest.raises(InvalidValueError, match="may be minutes or months: write '3 min' or '3 mo'"):
            ARGUMENTS[argument](text)


@pytest.mark.parametrize("argument", [name for name in ARGUMENTS if "(window=)" not in name or "Tracker" in name])
def test_months_only_where_the_calendar_is(argument: str) -> None:
    """Months have no fixed length, so that only windows of a timeline can be of some."""
    for text in ("3 months", "P3M", "1q", "1y"):
        with pytest.raises(InvalidValueError, match="has a fixed length, months do not"):
            ARGUMENTS[argument](text)


def test_trackers_of_one_window_merge() -> None:
    """Windows of the same days are the same, however they were written."""
    whole = Tracker(window="30 days").update(9, at=NOW).merge(Tracker(window="P30D").update(3, at=NOW))
    assert whole.tally().n == 2
    assert json.loads(whole.to_json())["window"] == "30d"


def test_windows_of_months() -> None:
    """Three months back from the end of March is the new year, however they are written."""
    times = np.arange("2025-11-01", "2026-04-01", dtype="M8[D]")
    for text in ("3mo", "3m", "3 months", "P3M", "1q", "1 quarter"):
        found = timeline(times, np.full(len(times), 9), window=text)
        assert found.begins[-1] == dt.date(2026, 1, 1)
        assert found.window == ("1q" if "q" in text else "3mo")


@pytest.mark.parametrize("option", ["--quiet", "--max-age"])
def test_on_the_command_line(option: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command line reads durations as Python does, and refuses an m alone with the same hint."""
    path = tmp_path / "answers.csv"
    rows = [f"3,{at},{who},{at}" for who, at in enumerate(HOURLY.tolist())]
    path.write_text("\n".join(["score,at,who,last_contact", *rows]), encoding="utf-8")
    fixed = {"--quiet": "0d", "--max-age": "none", "--now": str(NOW), "--time": "at", "--customer": "who"}

    def run(text: str) -> int:
        words = [word for pair in (fixed | {option: text}).items() for word in pair]
        return main(["follow-up", str(path), "--score", "score", "--json", *words])

    for text in ("2d", "2 days", "48h", "P2D"):
        assert run(text) == 0
        counts = json.loads(capsys.readouterr().out)["counts"]
        assert (counts["quiet"] if option == "--quiet" else 99 - counts["too old"]) == 48
    assert run("3m") == 2
    assert "may be minutes or months: write '3 min' or '3 mo'" in capsys.readouterr().err
