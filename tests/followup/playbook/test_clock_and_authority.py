"""Due by the clock of the next working morning, and what may be spent at once."""

from __future__ import annotations

import datetime as dt

import pytest

import npskit as nk
from npskit.errors import InvalidValueError

UTC = dt.UTC
CASES = [
    (dt.datetime(2026, 3, 6, 16), "10:00", dt.datetime(2026, 3, 9, 10)),  # Friday afternoon: Monday
    (dt.datetime(2026, 3, 4, 3), "10:00", dt.datetime(2026, 3, 4, 10)),  # in the night: this morning
    (dt.datetime(2026, 3, 4, 12), "8:00", dt.datetime(2026, 3, 5, 9)),  # not before the office opens
    (dt.datetime(2026, 3, 4, 12, tzinfo=UTC), "10:30", dt.datetime(2026, 3, 5, 10, 30, tzinfo=UTC)),
]


@pytest.mark.parametrize(("at", "clock", "due"), CASES)
def test_by_the_clock_of_the_next_working_morning(at: dt.datetime, clock: str, due: dt.datetime) -> None:
    """Example: a rule and a channel say the same, of one response and of a survey."""
    rule = nk.Playbook([nk.Rule("call", due=clock, actions="listen")], due=nk.DueTimes(channel={}))
    channel = nk.Playbook(
        [nk.Rule("call", actions="listen")], due=nk.DueTimes(channel={"email": f"Next morning {clock}"})
    )
    for playbook in (rule, channel):
        found = nk.recommend(nk.Response(9, at=at), playbook=playbook, channel="email")
        assert found is not None
        assert found.due == due
        survey = nk.Survey({"score": [9], "at": [at], "channel": ["email"]}, score="score", time="at")
        assert survey.follow_up(playbook).columns()["due"][0].replace(tzinfo=due.tzinfo) == due


def test_what_is_no_time_of_day() -> None:
    """A time of day is one."""
    for wrong in ("25:00", "10", "noon"):
        with pytest.raises(InvalidValueError, match="time of day"):
            nk.Rule("call", due=wrong, actions="listen")
        with pytest.raises(InvalidValueError, match=r"channel\.email must be a time of day"):
            nk.DueTimes(channel={"email": f"next morning {wrong}"})


def test_what_may_be_spent_at_once() -> None:
    """Example: the plan says it, no budget counts it and no letter names it."""
    toml = "[actions]\nlisten = { amount = 50 }\n[[rule]]\nname = 'all'\nactions = ['listen']\n"
    found = nk.Survey({"score": [3]}, score="score").follow_up(nk.Playbook.from_toml(toml), budget=0, currency="EUR")
    columns = found.columns(messages=True)
    assert (columns["authority"], columns["cost"], found.limits.spent) == ([50.0], [0.0], 0)
    assert "listen at once, up to 50.00 EUR" in found.to_text()
    assert "50" not in columns["message"][0]
    assert "listen (at once, up to 50.00)" in str(found.follow_up(0))
