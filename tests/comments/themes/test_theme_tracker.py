"""A tracker of themes says what the batch says, merges, travels as JSON, and its alarms are seldom false."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.comments.themes import UrgentComment
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError

THEMES = {"noise": ["loud*", "nois*"], "food": ["food", "breakfast"], "staff": ["staff"]}
COMMENTS = ["So loud", "noisy food", "lovely staff", "Staff and FOOD", "fine", None, "n/a", ""]
ROWS = st.lists(st.tuples(st.sampled_from(COMMENTS), st.sampled_from([*range(11), None, 11])), max_size=40)
DAY = dt.datetime(2026, 1, 5, 12)


def any_kind(value: Any) -> Any:
    """Return a value of which a type checker knows nothing."""
    return value


def tracker(**options: Any) -> nk.ThemeTracker:
    return nk.ThemeTracker(THEMES, **{"urgency": False, **options})


@given(ROWS, st.integers(0, 40))
def test_one_by_one_at_once_and_merged_are_the_same(rows: list[tuple[str | None, int | None]], cut: int) -> None:
    """However answers come in, the counts are the same, and those of a copy that travelled as JSON."""
    comments, answers = [row[0] for row in rows], [row[1] for row in rows]
    one, many = tracker(), tracker().update_many(comments, answers)
    for comment, answer in rows:
        one.update(comment, answer)
    assert one == many
    parts = [tracker().update_many(comments[at], answers[at]) for at in (slice(0, cut), slice(cut, None))]
    assert parts[0] + parts[1] == sum(parts) == many
    for same in (
        nk.ThemeTracker.from_json(one.to_json(), urgency=False),
        copy.copy(one),
        pickle.loads(pickle.dumps(one)),
    ):
        assert same == many
    assert many.counts().tally.rows.sum() == len(rows)


def test_it_says_what_a_survey_says() -> None:
    """Shares, points and their intervals are those of the batch."""
    rng = np.random.default_rng(2)
    comments = [COMMENTS[i] for i in rng.integers(0, len(COMMENTS), 300)]
    answers = rng.integers(0, 11, 300).tolist()
    found = tracker().update_many(comments, answers).themes()
    wanted = nk.Survey({"score": answers, "said": comments}, score="score", comment="said").themes(THEMES, examples=0)
    assert found.columns() == wanted.columns()
    assert (found.base, found.n, found.commented) == (wanted.base, wanted.n, wanted.commented)


def test_parents_are_mentioned_by_what_is_part_of_them() -> None:
    """A theme's alarm counts comments on what is part of it."""
    listed = nk.ThemeList([nk.Theme("room"), nk.Theme("bath", ["shower"], part_of="room")])
    watched = nk.ThemeTracker(listed, baseline={"room": 0.05}, urgency=False)
    assert [alarm.theme for alarm in watched.update_many(["shower"] * 9, [3] * 9).alarms()] == ["room"]


def test_alarm_against_a_baseline() -> None:
    """A theme that is mentioned more than the baseline says is seen; the alarm stays as it was first seen."""
    watched = tracker(baseline={"noise": 0.1, "food": 0.5})
    watched.update_many(["loud"] * 8 + ["food"] * 8, [3] * 16, at=[DAY] * 16)
    (alarm,) = watched.alarms()
    assert (alarm.theme, alarm.share, alarm.before, alarm.comments, alarm.mentions) == ("noise", 0.5, 0.1, 16, 8)
    assert alarm.at == DAY
    assert alarm.p_value < 0.05
    watched.update_many(["fine"] * 500, [9] * 500)
    assert watched.alarms() == (alarm,)
    assert nk.ThemeTracker.from_json(watched.to_json()).alarms() == (alarm,)
    assert watched.columns()["alarm"] == [True, False, False]


def test_alarm_against_themes_of_before() -> None:
    """The uncertainty of a small sample before is allowed for: a large one sees the same rise earlier."""
    said = ["loud"] + ["fine"] * 9
    alarms = []
    for size in (2, 60):
        before = nk.Survey({"score": [9] * 10 * size, "said": said * size}, comment="said").themes(THEMES)
        alarms.append(tracker(baseline=before).update_many(["loud"] * 4 + ["fine"] * 8, [3] * 12).alarms())
    assert [[alarm.theme for alarm in each] for each in alarms] == [[], []]
    before = nk.Survey({"score": [9] * 600, "said": said * 60}, comment="said").themes(THEMES)
    found = tracker(baseline=before).update_many(["loud"] * 14 + ["fine"] * 14, [3] * 28).alarms()
    assert [(alarm.theme, alarm.before) for alarm in found] == [("noise", 0.1)]


def test_alarm_against_the_days_before() -> None:
    """A rise in the middle of a stream is seen some days later, and what stays as it is, is not."""
    rng, watched, seen = np.random.default_rng(5), tracker(every="day"), []
    for day in range(40):
        loud = rng.random(20) < (0.08 if day < 20 else 0.35)
        food = rng.random(20) < 0.3
        comments = [
            " ".join(["loud"] * a + ["food"] * b + ["x"]) for a, b in zip(loud.tolist(), food.tolist(), strict=True)
        ]
        at = [DAY + dt.timedelta(days=day)] * 20
        seen += [(alarm.theme, day) for alarm in watched.update_many(comments, [7] * 20, at=at).alarms()]
    assert {theme for theme, _ in seen} == {"noise"}
    assert 20 <= seen[0][1] <= 26
    (alarm,) = watched.alarms()
    assert alarm.before == pytest.approx(0.08, abs=0.03)


def test_alarms_are_seldom_false() -> None:
    """Of 100 streams without a rise, looked at every 20 comments up to 300, at most 5 % ever raise an alarm."""
    rng, false = np.random.default_rng(7), 0
    for _ in range(100):
        watched = tracker(baseline={"noise": 0.2})
        for _ in range(15):
            watched.update_many(np.where(rng.random(20) < 0.2, "loud", "fine").tolist(), [7] * 20)
            watched.alarms()
        false += bool(watched.alarms())
    assert false <= 5


def test_urgent_comments_are_told_at_once() -> None:
    """Each is handed on as it arrives, masked, with what it mentions; a hint beside the best answer is none."""
    told: list[UrgentComment] = []
    words = nk.UrgencyWords(critical=["fire"], categories=[])
    watched = nk.ThemeTracker(THEMES, urgency=words, on_urgent=told.append)
    watched.update("All fine", 9)
    assert not told
    watched.update("Fire in the food hall, ask me@example.org", 2, at=DAY)
    (found,) = told
    assert found == UrgentComment(2, "critical", '"Fire in the food hall, ask [e-mail]"', ("food",), DAY)
    watched.update_many(["ok", "FIRE!", None], [9, 0, 3])
    assert [each.comment for each in watched.urgent] == [found.comment, '"FIRE!"']
    assert "example.org" not in watched.to_json()
    by_function = nk.ThemeTracker(THEMES, urgency=lambda comment: 1 if "now" in comment else 0).update("now!", 3)
    assert [(each.level, each.category) for each in by_function.urgent] == [(1, None)]
    pleased = nk.ThemeTracker(THEMES)
    assert pleased.update("The bus was on fire", 10).urgent[0].level == 2
    assert tracker().update("The bus was on fire", 0).urgent == ()


def test_scorers_of_several_questions() -> None:
    """The secure customer index takes three answers beside each comment."""
    watched = (
        nk.ThemeTracker(THEMES, scorer=nk.SCI(), urgency=False)
        .update("loud", (4, 4, 4))
        .update_many(["x"], [(1, 2, 1)])
    )
    assert watched.themes(rarest=0).n == 2


@pytest.mark.parametrize(
    ("ask", "kind", "said"),
    [
        (lambda: tracker().alarms(), InvalidValueError, "watches for nothing"),
        (lambda: tracker(baseline={"noise": 0.1}, every="day"), IncompatibleError, "not both"),
        (lambda: tracker(baseline={"nope": 0.1}), InvalidValueError, "no theme 'nope'"),
        (lambda: tracker(baseline={"noise": 1.5}), InvalidValueError, "baseline"),
        (lambda: tracker(baseline=[0.1]), InvalidTypeError, "baseline must map"),
        (lambda: tracker(alpha=0), InvalidValueError, "alpha"),
        (lambda: tracker(urgency=3), InvalidTypeError, "urgency must be"),
        (lambda: tracker(every="moth"), InvalidValueError, "every"),
        (lambda: tracker(every="day").update("x", 3), IncompatibleError, "needs its time"),
        (lambda: tracker(every="day").update_many(["x"], [3]), IncompatibleError, "needs its time"),
        (lambda: tracker().update_many(["x"], [3, 4]), IncompatibleError, "answers must have one"),
        (lambda: tracker().update(any_kind(3), 3), InvalidTypeError, "a comment"),
        (lambda: tracker().merge(any_kind(3)), InvalidTypeError, "must be a ThemeTracker"),
        (lambda: tracker() + nk.ThemeTracker({"x": ["x"]}), IncompatibleError, "same themes"),
        (lambda: tracker() + tracker(scorer=nk.CSAT()), IncompatibleError, "one scorer"),
        (lambda: tracker().themes(), InvalidValueError, "no answers"),
    ],
)  # fmt: skip
def test_what_is_refused(ask: Any, kind: type[Exception], said: str) -> None:
    """Bad input is named, and nothing is counted."""
    with pytest.raises(kind, match=said):
        ask()


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("themes", []), ("themes", [{"nome": "a"}]), ("every", "moth"), ("counts", {}), ("alpha", 2.0),
        ("baseline", {"nope": 0.1}), ("baseline", {"noise": 7.0}), ("baseline", {"noise": [1, 2]}),
        ("urgent", [{"themes": ["nope"]}]), ("alarms", [{"theme": "nope"}]), ("lists", []),
    ],
)  # fmt: skip
def test_damaged_trackers_are_refused(part: str, value: Any) -> None:
    """Every part of the text is checked."""
    record = tracker(baseline={"noise": 0.1}).update("loud", 3).to_dict()
    with pytest.raises(InvalidValueError):
        nk.ThemeTracker.from_json(json.dumps(record | {part: value}))
    foreign = nk.Tracker(by=("set", "period")).update(3, group=("99", 0)).to_dict()
    with pytest.raises(InvalidValueError, match="counts"):
        nk.ThemeTracker.from_json(json.dumps(record | {"counts": foreign}))
