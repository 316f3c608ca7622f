"""Laws of the live tracker: it says what the batch says, however the answers came in."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import threading
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.counting.tally import Tally
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.scorers.base import Scorer, codebook_of
from npskit.tracking.live.tracker import Tracker

few = settings(max_examples=40, deadline=None)
SCORERS: tuple[Scorer, ...] = (
    nk.NPS(),
    nk.NPS((1, 5), detractor=3, promoter=5),
    nk.CSAT(),
    nk.CES(1, "net"),
    nk.CES(),
    nk.SCI([(1, 5), (0, 10), (0, 10)], top=(5, 9, 9)),
)
JUNK: list[Any] = [
    None,
    float("nan"),
    "",
    11,
    -3,
    7.5,
    True,
    "x",
    "9",
    "10 - Extremely likely",
    np.int8(3),
    np.nan,
    4.0,
]
START = dt.datetime(2026, 3, 1, 12)


@attrs.frozen
class Thumbs:
    """A scorer that no registry knows."""

    name = "Thumbs"
    questions = {"thumb": Scale(0, 1)}  # noqa: RUF012
    categories = ("down", "up")
    category_scores = (-100, 100)

    def categorize(self, thumb: Any) -> Any:
        return thumb


def answer_of(scorer: Scorer) -> st.SearchStrategy[Any]:
    """One answer to a scorer's questions, among them missing and invalid ones."""
    each = [st.integers(s.low, s.high) | st.sampled_from(JUNK) for s in scorer.questions.values()]
    return each[0] if len(each) == 1 else st.tuples(*each)


def batch(scorer: Scorer, answers: list[Any]) -> Tally:
    """Count answers at once."""
    columns = [answers] if len(scorer.questions) == 1 else [list(c) for c in zip(*answers, strict=True)]
    one_by_one = codebook_of(scorer).without_words()
    return Tally.count(*(columns if answers else [[]] * len(scorer.questions)), scorer=one_by_one)


def feed(tracker: Tracker, answers: list[Any], cuts: list[int], **aside: list[Any]) -> Tracker:
    """Put answers in by turns one by one and many at once, cut anywhere."""
    edges = [0, *sorted(min(c, len(answers)) for c in cuts), len(answers)]
    several = len(tracker.tally().scorer.questions) > 1
    for turn, (start, stop) in enumerate(itertools.pairwise(edges)):
        part = answers[start:stop]
        if turn % 2:
            columns = [list(c) for c in zip(*part, strict=True)] if several and part else [part]
            columns = [[]] * len(tracker.tally().scorer.questions) if not part else columns
            tracker.update_many(*columns, **{name: values[start:stop] for name, values in aside.items()})
        else:
            for i in range(start, stop):
                one = {name.removesuffix("s"): values[i] for name, values in aside.items()}
                tracker.update(answers[i], **one)
    return tracker


cut_points = st.lists(st.integers(0, 30), max_size=5)


@st.composite
def streams(draw: st.DrawFn, scorers: tuple[Scorer, ...] = SCORERS) -> tuple[Scorer, list[Any]]:
    """A scorer and answers to its questions."""
    scorer = draw(st.sampled_from(scorers))
    return scorer, draw(st.lists(answer_of(scorer), max_size=25))


# ---- the stream is the batch ----


@few
@given(streams(), cut_points)
def test_a_stream_is_the_batch_in_any_chunking(stream: tuple[Scorer, list[Any]], cuts: list[int]) -> None:
    """The tally equals Tally.count of all answers; nothing that came in is lost."""
    scorer, answers = stream
    tracker = feed(Tracker(scorer), answers, cuts)
    assert tracker.tally() == batch(scorer, answers)
    assert tracker.seen == len(answers)
    assert int(tracker.tally().rows) == len(answers)
    assert tracker.score() == nk.Score.of(batch(scorer, answers))
    if min(scorer.category_scores) <= 0:
        everything = nk.Score.of(batch(scorer, answers), denominator="all")
        assert tracker.score(denominator="all") == everything


groups = st.lists(st.sampled_from(["north", "south", 3, None, float("nan"), np.float64(2.5)]), min_size=25, max_size=25)


@few
@given(streams(SCORERS[:3]), cut_points, groups)
def test_each_group_is_its_own_batch(stream: tuple[Scorer, list[Any]], cuts: list[int], names: list[Any]) -> None:
    """Each group's tally is that of its rows, and the groups together are the whole."""
    scorer, answers = stream
    names = names[: len(answers)]
    tracker = feed(Tracker(scorer, by="region"), answers, cuts, groups=names)
    table = tracker.score_table()
    clean = [None if n is None or n != n else n for n in names]
    assert set(table.keys) == {(n,) for n in clean}
    for key in table.keys:
        own = [a for a, n in zip(answers, clean, strict=True) if (n,) == key]
        assert table[key] == nk.Score.of(batch(scorer, own))
    assert tracker.tally() == batch(scorer, answers)


@few
@given(
    st.lists(st.tuples(st.integers(0, 12), st.sampled_from("NS"), st.integers(0, 90)), min_size=1, max_size=40),
    cut_points,
    st.integers(1, 40),
)
def test_a_stream_is_the_survey_of_its_rows(rows: list[tuple[int, str, int]], cuts: list[int], days: int) -> None:
    """Score, scores by group, and the last days are those of a survey of the same rows; 11 and 12 are invalid."""
    answers, regions, offsets = (list(column) for column in zip(*rows, strict=True))
    times = [START.replace(tzinfo=None) + dt.timedelta(days=offset) for offset in offsets]
    survey = nk.Survey({"score": answers, "region": regions, "date": times}, score="score", time="date")
    whole = feed(Tracker(), answers, cuts)
    grouped = feed(Tracker(by="region"), answers, cuts, groups=regions)
    latest = feed(Tracker(window=f"{days}d"), answers, cuts, at=times)
    assert whole.score() == survey.score()
    table, scores = grouped.score_table(), survey.score(by="region")
    assert set(table.keys) == set(scores.keys)
    assert all(table[key] == scores[key] for key in table.keys)
    assert latest.tally().by_category() == survey.timeline("day", window=f"{days}d").tally[-1].by_category()


def test_groups_by_two_columns_come_in_order() -> None:
    """A group of two columns is a tuple; the table sorts numbers, then text, then what is missing."""
    tracker = Tracker(by=("region", "year"))
    tracker.update(9, group=("south", 2026)).update(3, group=("north", None))
    tracker.update_many([10, 10], groups=[["north", "north"], [2026, 2025]])
    table = tracker.score_table()
    assert table.by == ("region", "year")
    assert table.keys == (("north", 2025), ("north", 2026), ("north", None), ("south", 2026))
    assert table["south", 2026].value == 100
    assert repr(tracker) == "Tracker(NPS=50.0, n=4, by=region, year)"
    assert len(Tracker(by="region").score_table()) == 0


# ---- windows ----


@few
@given(streams((SCORERS[0], SCORERS[-1])), cut_points, st.integers(1, 30), groups)
def test_the_last_answers_are_a_recount(
    stream: tuple[Scorer, list[Any]], cuts: list[int], size: int, names: list[Any]
) -> None:
    """A window of k holds the tally of the last k rows exactly, whatever came before, and knows how many that were."""
    scorer, answers = stream
    plain = feed(Tracker(scorer, window=size), answers, cuts)
    grouped = feed(Tracker(scorer, window=size, by="region"), answers, cuts, groups=names[: len(answers)])
    for tracker in (plain, grouped):
        assert tracker.tally() == batch(scorer, answers[-size:])
        assert tracker.seen == len(answers)
    last = {None if n is None or n != n else n for n in names[: len(answers)][-size:]}
    assert set(grouped.score_table().keys) == {(n,) for n in last}


lengths = st.sampled_from(["1d", "3d", "1w", "5h", "90min"])
moments = st.lists(st.integers(0, 15 * 1440), min_size=25, max_size=25)


def recount(answers: list[Any], times: list[dt.datetime], window: str) -> Tally:
    """Count again what lies in the window up to the latest time, from its definition."""
    number, unit = int(window.rstrip("dwhmin")), window.lstrip("0123456789")
    minutes = {"min": 1, "h": 60, "d": 1440, "w": 1440}[unit]
    number *= 7 if unit == "w" else 1
    period = [int((t - dt.datetime(2000, 1, 1)).total_seconds() // 60) // minutes for t in times]
    return Tally.count([a for a, p in zip(answers, period, strict=True) if p > max(period) - number])


@few
@given(streams(SCORERS[:1]), cut_points, lengths, moments)
def test_a_window_by_time_is_a_recount_in_any_order(
    stream: tuple[Scorer, list[Any]], cuts: list[int], window: str, offsets: list[int]
) -> None:
    """It holds the answers of the last periods up to the latest time, also where answers come late, and merges."""
    _, answers = stream
    times = [START + dt.timedelta(minutes=m) for m in offsets[: len(answers)]]
    expected = recount(answers, times, window) if answers else Tally.empty()
    tracker = Tracker(window=window)
    edges = [0, *sorted(min(c, len(answers)) for c in cuts), len(answers)]
    parts = [Tracker(window=window)]
    for turn, (start, stop) in enumerate(itertools.pairwise(edges)):
        chunk, at = answers[start:stop], times[start:stop]
        into = [tracker, parts[-1]]
        for one in into:
            if turn % 2:
                one.update_many(chunk, at=np.array(at, "M8[us]") if turn % 4 == 1 else at)
            else:
                for answer, when in zip(chunk, at, strict=True):
                    one.update(answer, at=when)
        parts.append(Tracker(window=window))
    assert tracker.tally() == expected
    assert tracker.seen == len(answers)
    merged, turned = sum(parts, Tracker(window=window)), sum(parts[::-1], Tracker(window=window))
    assert merged == tracker
    assert turned == tracker


@few
@given(st.lists(st.tuples(st.sampled_from(["n", "s"]), st.integers(0, 9)), min_size=1, max_size=20))
def test_groups_leave_a_window_by_time(rows: list[tuple[str, int]]) -> None:
    """A group without an answer in the window is not in the table, and nothing drifts."""
    names, days = [r[0] for r in rows], [START + dt.timedelta(days=r[1]) for r in rows]
    tracker = Tracker(by="region", window="2d").update_many([9] * len(rows), groups=names, at=days)
    inside = [n for n, d in zip(names, days, strict=True) if d > max(days) - dt.timedelta(days=2)]
    assert tracker.score_table().n.tolist() == [inside.count(n) for n in sorted(set(inside))]


def test_what_left_a_window_is_said() -> None:
    """Rows older than the window are left out of its score: as a number, in the text and in JSON."""
    days = ["2026-03-01", "2026-03-02", "2026-03-03"]
    tracker = Tracker(window="1d").update_many([9, 9, 3], at=np.array(days, "M8[D]"))
    score = tracker.score()
    assert (score.n, score.left_out, score.row_counts.rows, tracker.seen) == (1, 2, 3, 3)
    assert score.to_dict()["left_out"] == 2
    assert score.to_dict()["conventions"]["window"] == "1d"
    assert "the last 1d (older rows are left out)" in score.to_text()
    assert "1 of 3 rows: 2 left out" in score.to_text()
    assert "left_out=2" in repr(tracker)


def test_days_are_those_of_the_answers_own_zone_and_hours_of_the_clock() -> None:
    """At 23:30 in New York it is the same day there as at noon, while hours count by UTC."""
    zone = dt.timezone(dt.timedelta(hours=-5))
    noon, late = dt.datetime(2026, 3, 1, 12, tzinfo=zone), dt.datetime(2026, 3, 1, 23, 30, tzinfo=zone)
    assert Tracker(window="1d").update(9, at=noon).update(3, at=late).tally() == Tally.count([9, 3])
    next_hour = late.astimezone(dt.UTC) + dt.timedelta(hours=1)
    assert Tracker(window="2h").update(9, at=late).update(3, at=next_hour).tally() == Tally.count([9, 3])
    assert Tracker(window="1h").update(9, at=late).update(3, at=next_hour).tally() == Tally.count([3])


def test_times_of_many_kinds_are_the_same_times() -> None:
    """A date, a datetime, numpy's and pandas' times, one for all or one for each, give the same window."""
    day = dt.date(2026, 3, 1)
    expected = Tracker(window="30d").update(9, at=day).update(9, at=day)
    for at in (
        day,
        dt.datetime(2026, 3, 1),
        np.datetime64("2026-03-01"),
        [day, day],
        pd.Series(pd.to_datetime([day] * 2)),
    ):
        assert Tracker(window="30d").update_many([9, 9], at=at) == expected
    assert Tracker(window="30d").update_many([], at=day).seen == 0
    assert Tracker(window="30d").update_many(iter([9, 9]), at=[pd.Timestamp(day)] * 2) == expected


# ---- merging ----


@few
@given(streams(), cut_points, st.randoms(use_true_random=False))
def test_merging_is_addition(stream: tuple[Scorer, list[Any]], cuts: list[int], random: Any) -> None:
    """Parts merge to the whole in any order; an empty tracker changes nothing; the parts stay as they were."""
    scorer, answers = stream
    edges = [0, *sorted(min(c, len(answers)) for c in cuts), len(answers)]
    parts = [feed(Tracker(scorer), answers[a:b], []) for a, b in itertools.pairwise(edges)]
    whole = feed(Tracker(scorer), answers, [])
    first = parts[0].tally()
    random.shuffle(parts)
    assert sum(parts) == whole
    assert whole + Tracker(scorer) == Tracker(scorer) + whole == whole
    one, *others = parts
    both = one + Tracker(scorer)
    for other in others:
        both.merge(other)
    assert both == whole
    assert first in [part.tally() for part in parts]


def test_one_tracker_per_thread_and_a_merger_lose_nothing() -> None:
    """Four threads that each have their own tracker count as one would."""
    trackers = [Tracker(by="region") for _ in range(4)]

    def work(tracker: Tracker) -> None:
        for answer in [9, 3, 7, None] * 250:
            tracker.update(answer, group="north")

    threads = [threading.Thread(target=work, args=(t,)) for t in trackers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(trackers, Tracker(by="region")).tally() == Tally.count([9, 3, 7, None] * 1000)


def test_merging_keeps_the_last_answers_of_one_side_only() -> None:
    """A window of the last answers merges with an empty one, and with no other."""
    filled = Tracker(window=2).update_many([0, 9, 10])
    assert filled + Tracker(window=2) == filled == Tracker(window=2) + filled
    with pytest.raises(IncompatibleError, match="nobody knows which answers were the last"):
        filled + filled


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (Tracker(nk.CSAT()), "only trackers of one scorer merge"),
        (Tracker(by="region"), "only trackers of the same by merge"),
        (Tracker(window=5), "only trackers of the same window merge"),
        (Tracker(target=20), "only trackers that watch for the same merge"),
    ],
)
def test_what_does_not_belong_together_does_not_merge(other: Tracker, message: str) -> None:
    """Trackers of different kinds are refused, and nothing is counted."""
    tracker = Tracker(target=40).update(9)
    with pytest.raises(IncompatibleError, match=message):
        tracker.merge(other)
    with pytest.raises(IncompatibleError, match=message):
        tracker + other
    assert tracker.seen == 1
    with pytest.raises(InvalidTypeError, match="other must be a Tracker"):
        tracker.merge(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        tracker + "x"
    assert tracker != "x"


# ---- alarms ----


def test_the_alarm_is_latched_with_when_and_by_how_much() -> None:
    """The first alarm stays as it was first seen; it says when, and the interval excludes no difference."""
    tracker = Tracker(target=40)
    assert tracker.alarm is None
    tracker.update_many([9] * 20, at=START)
    assert tracker.alarm is None
    later = START + dt.timedelta(days=3)
    first = tracker.update_many([0] * 60, at=later).alarm
    assert first is not None
    assert (first.n, first.at, first.direction, first.against) == (80, later, "below", "target")
    assert first.value == -50
    assert first.difference == -90
    assert first.interval is not None
    assert first.interval.high < 0
    assert first.p_value is not None
    assert first.p_value <= 0.05
    assert tracker.update_many([10] * 500).alarm is first


@few
@given(st.lists(st.integers(0, 10), min_size=1, max_size=200), st.integers(1, 199), st.randoms(use_true_random=False))
def test_evidence_depends_on_neither_order_nor_merging(answers: list[int], cut: int, random: Any) -> None:
    """One look at the same answers, in any order and from any parts, gives the same alarm."""
    one = Tracker(target=60).update_many(answers)
    parts = Tracker(target=60).update_many(answers[:cut]) + Tracker().update_many(answers[cut:])
    random.shuffle(answers)
    other = Tracker(target=60).update_many(answers)
    assert one.alarm == parts.alarm == other.alarm
    assert one == parts == other


def test_a_reference_is_watched_with_its_own_uncertainty() -> None:
    """A large reference is left sooner than a small one of the same score; alarms say how far, with an interval."""
    large, small = (nk.nps([9] * 5 * k + [3] * 2 * k + [7] * 3 * k) for k in (200, 4))
    trackers = [Tracker(reference=r).update_many([3, 7, 9] * 50) for r in (large, small)]
    alarm = trackers[0].alarm
    assert alarm is not None
    assert alarm.limit == large.value == 30
    assert alarm.interval is not None
    assert alarm.interval.low == -200
    assert alarm.interval.high < 0
    assert trackers[1].alarm is None


def test_each_group_has_its_own_alarm() -> None:
    """Only the groups that are off are named; the whole is looked at for itself."""
    tracker = Tracker(by="region", target=0, direction="both")
    tracker.update_many([9] * 40 + [0] * 40, groups=["north"] * 40 + ["south"] * 40)
    tracker.update_many([9, 0] * 20, groups=["east"] * 40)
    found = tracker.alarms()
    assert {key: (a.direction, a.group) for key, a in found.items()} == {
        ("north",): ("above", ("north",)),
        ("south",): ("below", ("south",)),
    }
    assert tracker.alarm is None
    assert tracker.alarms() == found


def test_alarms_need_something_to_watch_for() -> None:
    """Without a target or groups the message says what to give; windows have no alarms."""
    with pytest.raises(InvalidValueError, match="watches for nothing"):
        Tracker().alarm  # noqa: B018
    with pytest.raises(InvalidValueError, match="no groups"):
        Tracker(target=40).alarms()
    with pytest.raises(InvalidValueError, match="window: an alarm is about all answers"):
        Tracker(target=40, window=100)


def test_equal_groups_are_called_alike_in_any_order() -> None:
    """Merged trackers and one that saw all answers write the same text, whichever of 1 and 1.0 came first."""
    one, other, all_of_them = (Tracker(by="shop") for _ in range(3))
    one.update(9, group=1)
    other.update(3, group=1.0).update(3, group=np.float64(2))
    all_of_them.update(3, group=1.0).update(9, group=1).update(3, group=2)
    assert (one + other).to_json() == (other + one).to_json() == all_of_them.to_json()
    assert Tracker.from_json((one + other).to_json()).to_json() == all_of_them.to_json()


# ---- files ----


def make(scorer: Scorer | None = None, **options: Any) -> Tracker:
    """A tracker with some of everything in it."""
    tracker = Tracker(scorer, **options)
    single = len(tracker.tally().scorer.questions) == 1
    rows: list[Any] = [9, 3, None, 11, 1] if single else [(5, 5, 5), (5, None, 5), (1, 2, 99)]
    for i, row in enumerate(rows * 4):
        aside: dict[str, Any] = {"group": ["north", None, 2.5, 7][i % 4]} if "by" in options else {}
        tracker.update(row, at=START + dt.timedelta(hours=9 * i), **aside)
    return tracker


KINDS: list[Callable[[], Tracker]] = [
    Tracker,
    make,
    lambda: make(nk.CES(1, "net")),
    lambda: make(nk.CES()),
    lambda: make(nk.SCI()),
    lambda: make(nk.Retention()),
    lambda: make(nk.NPS((1, 5), detractor=3, promoter=5), by="region"),
    lambda: make(window=7, by=["region"]),
    lambda: make(window=1000),
    lambda: make(window="2d", by="region"),
    lambda: make(window="4w"),
    lambda: Tracker(window="30d"),
    lambda: make(target=40, alpha=0.01, direction="both"),
    lambda: make(by="region", reference=nk.nps([9, 8, 2, None])),
    lambda: make(target=99, alpha=0.3),
]


@pytest.mark.parametrize("kind", range(len(KINDS)))
def test_json_brings_back_everything(kind: int) -> None:
    """A tracker read back equals the one written, goes on as it would, and is written the same."""
    tracker = KINDS[kind]()
    if tracker._watch is not None:
        tracker.alarm  # noqa: B018
    text = tracker.to_json()
    back = Tracker.from_json(text)
    assert back == tracker
    assert back.to_json() == text
    assert back.tally() == tracker.tally()
    assert back.seen == tracker.seen
    assert Tracker.from_json(text.encode()) == tracker
    if tracker._watch is not None:
        assert back.alarm == tracker.alarm
    assert json.loads(text)["version"] == 1
    if len(tracker.tally().scorer.questions) == 1:
        aside: dict[str, Any] = {"group": "north"} if tracker._by else {}
        for one in (tracker, back):
            one.update(1, at=START + dt.timedelta(days=30), **aside)
        assert back == tracker


def test_the_last_kind_has_an_alarm_to_bring_back() -> None:
    """The round trip above covers a tracker with an alarm."""
    assert KINDS[-1]().alarm is not None


def test_a_scorer_of_ones_own_comes_back() -> None:
    """One that no registry knows comes back by what it means; one that is given has to mean the same."""
    text = Tracker(Thumbs()).update(1).to_json()
    assert Tracker.from_json(text) == Tracker(Thumbs()).update(1)
    assert Tracker.from_json(text).update(0) == Tracker(Thumbs()).update(1).update(0)
    large = json.loads(text)
    large["scorer"]["kept"] = None  # as where there are too many combinations of answers
    with pytest.raises(InvalidValueError, match=r"scorer must be given: .* 'Thumbs'"):
        Tracker.from_json(json.dumps(large))
    assert Tracker.from_json(text, scorer=Thumbs()).score().value == 100
    plain = type(
        "Plain", (), {name: getattr(Thumbs(), name) for name in ("questions", "categories", "category_scores", "name")}
    )
    plain.categorize = lambda self, thumb: thumb  # type: ignore[attr-defined]
    assert Tracker(plain()).update(1).to_json() == text
    with pytest.raises(IncompatibleError, match="its name differ"):
        Tracker.from_json(text, scorer=nk.NPS())
    other = Tracker(nk.NPS(detractor=5)).to_json()
    with pytest.raises(IncompatibleError, match="its grid differ"):
        Tracker.from_json(other, scorer=nk.NPS())


def test_what_is_no_tracker_is_refused() -> None:
    """Other JSON, other versions and what is no text are refused with what is wrong."""
    text = Tracker().to_json()
    newer = text.replace('"version": 1', '"version": 2')
    with pytest.raises(InvalidValueError, match="version 2, and this npskit reads version 1"):
        Tracker.from_json(newer)
    for wrong in ("{", "[]", "3", '{"schema": "other"}', "[" * 100_000):
        with pytest.raises(InvalidValueError, match="text"):
            Tracker.from_json(wrong)
    with pytest.raises(InvalidTypeError, match="text must be JSON text"):
        Tracker.from_json({"schema": "tracker"})  # type: ignore[arg-type]
    alarmed = json.loads(text) | {"alarms": [[None, {}]]}
    with pytest.raises(InvalidValueError, match="its part 'alarms' is not as to_json writes it"):
        Tracker.from_json(json.dumps(alarmed))
    with pytest.raises(InvalidValueError, match="its part 'last' is not as to_json writes it"):
        Tracker.from_json(json.dumps(json.loads(text) | {"last": "yesterday"}))
    unknown = text.replace('"name": "nps"', '"name": "npz"')
    with pytest.raises(InvalidValueError, match="the text names 'npz', which cannot be made"):
        Tracker.from_json(unknown)


def _spoiled(value: Any, path: list[int], junk: Any) -> Any:
    """Return a JSON value with one part of it replaced."""
    if not path or not isinstance(value, dict | list) or not value:
        return junk
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    at = keys[path[0] % len(keys)]
    spoiled = _spoiled(value[at], path[1:], junk)
    if isinstance(value, dict):
        return value | {at: spoiled}
    return [*value[:at], spoiled, *value[at + 1 :]]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([7, 9, 13, 14]),
    st.lists(st.integers(0, 20), min_size=1, max_size=5),
    st.sampled_from([None, -5, 2**70, 1.5, "x", [], {}, [[]], True, [["a", "b"], 1], -1]),
)
def test_damaged_text_is_refused_or_still_a_tracker(kind: int, path: list[int], junk: Any) -> None:
    """Whatever part of a text is replaced by junk: an error of npskit, or a tracker in working order."""
    tracker = KINDS[kind]()
    if tracker._watch is not None:
        tracker.alarm  # noqa: B018
    text = json.dumps(_spoiled(json.loads(tracker.to_json()), path, junk))
    try:
        back = Tracker.from_json(text)
    except NpskitError:
        return
    assert int(back.tally().rows) <= back.seen
    assert Tracker.from_json(back.to_json()) == back


# ---- errors ----


@pytest.mark.parametrize(
    ("tracker", "change", "message"),
    [
        (Tracker(), lambda t: t.update(9, group="north"), "group: this tracker has no groups"),
        (Tracker(), lambda t: t.update_many([9], groups=["north"]), "groups: this tracker has no groups"),
        (Tracker(), lambda t: t.update_many([9], [9]), "NPS reads 1 column .*: got 2"),
        (Tracker(), lambda t: t.update(9, at="yesterday"), "at must be a datetime"),
        (Tracker(), lambda t: t.update(9, at=pd.NaT), "at must be given"),
        (Tracker(), lambda t: t.update_many([9, 9], at=[START]), "at must have a time for each of 2 rows"),
        (Tracker(), lambda t: t.update_many([9], at=np.array(["NaT"], "M8[s]")), "at must be a time in every row"),
        (Tracker(), lambda t: t.update_many("99"), "must be a sequence of answers"),
        (Tracker(nk.SCI()), lambda t: t.update(5), r"SCI reads 3 answers, \(.*\): got 5"),
        (Tracker(nk.SCI()), lambda t: t.update((5, 5)), "SCI reads 3 answers"),
        (
            Tracker(nk.SCI(), window=5),
            lambda t: t.update_many([5], [5, 5], [5]),
            "repurchase has 2 rows, satisfaction has 1",
        ),
        (Tracker(by="region"), lambda t: t.update(9, group=("a", "b")), "a part for each of region"),
        (Tracker(by="region"), lambda t: t.update(9, group=START), "group must be text"),
        (Tracker(by="region"), lambda t: t.update(9, group=float("inf")), "group must be text, a finite number"),
        (Tracker(by="vip"), lambda t: t.update(9, group=True), "group must not be a boolean"),
        (Tracker(by="vip"), lambda t: t.update_many([9, 1], groups=np.array([True, False])), "must not be a boolean"),
        (Tracker(by="region"), lambda t: t.update_many([9]), "groups must be given: this tracker is by region"),
        (Tracker(by="region"), lambda t: t.update_many([9], groups=["a", "b"]), "groups has 2 rows"),
        (Tracker(by=("a", "b")), lambda t: t.update_many([9], groups=[["x"]]), "a column for each of a, b: got 1"),
        (Tracker(window="30d"), lambda t: t.update(9), "at must be given"),
        (Tracker(window="30d"), lambda t: t.update_many([9]), "at must be given"),
        (Tracker(), lambda t: t.score_table(), "score_table: this tracker has no groups"),
        (Tracker(), lambda t: t.score(denominator="some"), "denominator must be one of"),
    ],
)
def test_a_refused_update_changes_nothing(tracker: Tracker, change: Callable[[Tracker], Any], message: str) -> None:
    """The message says what is wrong, and the tracker is as it was."""
    with pytest.raises(NpskitError, match=message):
        change(tracker)
    assert tracker.seen == 0


def test_the_latest_time_is_the_one_that_came_last() -> None:
    """In the hour that clocks show twice the second time is later, whatever the clock shows."""
    warsaw = ZoneInfo("Europe/Warsaw")
    early, late = (dt.datetime(2026, 10, 25, 2, m, tzinfo=warsaw, fold=fold) for m, fold in ((50, 0), (10, 1)))
    found = Tracker().update(9, at=early).update(9, at=late)
    assert json.loads(found.to_json())["last"] == "2026-10-25T02:10:00+01:00"


def test_times_with_and_without_a_zone_do_not_mix() -> None:
    """An answer with a time zone after one without is refused, and not counted."""
    tracker = Tracker().update(9, at=START)
    aware = START.replace(tzinfo=dt.UTC)
    refusals: list[Callable[[], Tracker]] = [
        lambda: tracker.update(9, at=aware),
        lambda: tracker.update_many([9, 9], at=[aware] * 2),
        lambda: tracker.merge(Tracker().update(9, at=aware)),
    ]
    for refused in refusals:
        with pytest.raises(IncompatibleError, match="times with a time zone and without do not mix"):
            refused()
    assert tracker.seen == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"window": "30"}, "window must be a number of s, min, h, d or w"),
        ({"window": "0d"}, "window must be a duration of a whole number of minutes"),
        ({"window": 0}, "window must be at least 1 and at most 100,000,000: got 0"),
        ({"window": True}, "window must be a whole number"),
        ({"by": ["a", "a"]}, "by must be the name of a column"),
        ({"by": ""}, "by must be the name of a column"),
        ({"target": 400}, "target must lie within -100 to 100, the range of NPS: got 400"),
        ({"target": "high"}, "target must be a number"),
        ({"target": 40, "alpha": 5}, "alpha must be at least 1e-15 and below 1: got 5"),
        ({"target": 40, "alpha": "x"}, "alpha must be a number"),
        ({"target": 40, "direction": "down"}, "direction must be one of .* got 'down'"),
        ({"target": 40, "reference": nk.nps([9])}, "exactly one"),
        ({"reference": 40}, "reference must be a Score"),
        ({"reference": nk.csat([5])}, "reference must be of the scorer watched"),
        ({"reference": nk.nps([])}, "reference has no answers"),
        ({"reference": nk.Score.of(Tally.count([9, 3], weights=[1, 2]))}, "simple counts of valid answers"),
        ({"reference": nk.Score.of(Tally.count([9, 3]), denominator="all")}, "simple counts of valid answers"),
    ],
)
def test_a_tracker_that_makes_no_sense_is_not_made(options: dict[str, Any], message: str) -> None:
    """Each message names the argument, the value and what would be right."""
    with pytest.raises(NpskitError, match=message):
        Tracker(**options)


def test_its_repr_says_what_it_is() -> None:
    """The score, what was set aside, and what it was made with."""
    assert repr(Tracker()) == "Tracker(NPS=nan, n=0)"
    tracker = Tracker(reference=nk.nps([9, 9]), alpha=0.01).update(9).update(None).update("x")
    assert repr(tracker) == "Tracker(NPS=100.0, n=1, missing=1, invalid=1, reference=100.0, alpha=0.01)"
    assert repr(Tracker(window="30d")) == "Tracker(NPS=nan, n=0, window=30d)"
    with pytest.raises(TypeError, match="unhashable"):
        hash(tracker)


def test_a_time_as_text_is_refused_as_such() -> None:
    """Not as a column of the wrong length."""
    with pytest.raises(InvalidTypeError, match="at must be a datetime"):
        Tracker().update_many([9, 10], at="2026-01-01")
