"""One way from rows to estimates: answers are read once, and every place has the score of its rows alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import npskit as nk
from npskit import sample as samples
from npskit.counting import answer_columns as columns
from npskit.counting import codes
from npskit.errors import IncompatibleError, InvalidValueError
from npskit.options import Denominator
from npskit.sample import BoundData, Places
from npskit.scorers.base import codebook_of

N = 300
RNG = np.random.default_rng(5)
DATA: dict[str, Any] = {
    "score": RNG.integers(0, 12, N),
    "day": np.datetime64("2026-01-01") + RNG.integers(0, 120, N),
    "region": RNG.choice(list("NSW"), N),
    "who": RNG.integers(0, 90, N),
    "w": RNG.integers(1, 4, N),
    "area": RNG.integers(0, 3, N),
}
CHANGE = nk.Intervention("new checkout", "2026-03-01")
ROLES: list[dict[str, Any]] = [{}, {"weight": "w"}, {"customer": "who"}, {"customer": "who", "weight": "w"}]
ROLES += [{"stratum": "area"}, {"stratum": "area", "cluster": "who"}]
CALLS: dict[str, Callable[[nk.Survey], Any]] = {
    "score": lambda survey: survey.score(by="region"),
    "score of all": lambda survey: survey.score(by="region", denominator="all"),
    "tally": lambda survey: survey.tally(by="region"),
    "timeline": lambda survey: survey.timeline(by="region"),
    "window": lambda survey: survey.timeline("week", window="30d"),
    "half-life": lambda survey: survey.timeline("week", half_life="30d"),
    "effect": lambda survey: survey.effect(CHANGE),
    "effect beside a control": lambda survey: survey.effect(CHANGE, control={"region": "N"}),
    "explain_change": lambda survey: survey.explain_change("2026-01", "2026-02", by="region"),
}
REPEATS = {
    "latest": lambda survey: survey.score(by="region", repeats="latest"),
    "mean": lambda survey: survey.score(by="region", repeats="mean"),
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many answers were looked at, by whatever reads them: arrays block by block, lists and texts one by one."""
    seen: list[int] = []
    for kind in (columns.Integers, columns.Floats):
        original = kind._read

        def spy(self: Any, at: slice, original: Any = original) -> Any:
            seen.append(at.stop - at.start)
            return original(self, at)

        monkeypatch.setattr(kind, "_read", spy)
    parsed = codes._parsed

    def parse(answers: Any, *rest: Any) -> Any:
        seen.append(len(answers))
        return parsed(answers, *rest)

    monkeypatch.setattr(codes, "_parsed", parse)
    return seen


@pytest.mark.parametrize(
    ("call", "roles"),
    [(call, roles) for call in (CALLS | REPEATS) for roles in ROLES if call in CALLS or "customer" in roles],
    ids=str,
)
@pytest.mark.parametrize("kind", ["array", "text"])
def test_answers_are_read_once(call: str, roles: dict[str, Any], kind: str, read: list[int]) -> None:
    """Whatever a call needs of them, it looks at each answer once (was: two to four times)."""
    score = DATA["score"] if kind == "array" else [str(answer) for answer in DATA["score"]]
    survey = nk.Survey(DATA | {"score": score}, time="day", **roles)
    (CALLS | REPEATS)[call](survey)
    assert sum(read) == N


def test_ten_million_rows_are_read_once(read: list[int]) -> None:
    """So it is with many rows, which are counted in blocks; without customers nothing is kept of them."""
    rows = 10_000_000
    answers = np.resize(np.arange(11, dtype=np.int8), rows)
    survey = nk.Survey({"score": answers, "region": np.resize(np.arange(7, dtype=np.int8), rows)})
    assert survey.score(by="region")[0].n == pytest.approx(rows / 7, abs=1)
    assert sum(read) == rows


@pytest.mark.parametrize("roles", ROLES, ids=str)
@pytest.mark.parametrize("denominator", ["valid", "all"])
def test_a_timeline_of_one_period_is_the_score(roles: dict[str, Any], denominator: Denominator) -> None:
    """A year that holds all rows has their score, its interval and its conventions, by segment and as a whole."""
    survey = nk.Survey(DATA, time="day", **roles)
    same: list[tuple[nk.Score, nk.Score]] = [
        (survey.timeline("year", denominator=denominator)["2026"], survey.score(denominator=denominator))
    ]
    line, table = (
        survey.timeline("year", by="region", denominator=denominator),
        survey.score(by="region", denominator=denominator),
    )
    same += [(line[region, "2026"], table[region]) for region in "NSW"]
    for found, wanted in same:
        assert found.tally == wanted.tally
        assert found.value == pytest.approx(wanted.value)
        assert tuple(found.interval()) == pytest.approx(tuple(wanted.interval()))
        assert found.conventions == wanted.conventions


def test_months_of_the_same_customers_do_not_merge() -> None:
    """As of scores, of periods by customer no sum is made: somebody may be in both (was: it was made)."""
    data = {"score": [9, 3], "day": ["2026-01-01", "2026-02-01"], "who": [1, 1]}
    line = nk.Survey(data, time="day", customer="who").timeline()
    with pytest.raises(IncompatibleError, match="the same customer may be in both"):
        line["2026-01"] + line["2026-02"]


@pytest.mark.parametrize("window", ["1w", "30d"])
def test_windows_of_a_raked_survey_are_parts_of_it(window: str) -> None:
    """Customers are its units, also of a window in which nobody answers twice (was: there each row was one)."""
    known = {"region": {"N": 0.3, "S": 0.3, "W": 0.4}}
    line = nk.Survey(DATA, time="day", customer="who").rake(known).timeline("month", window=window)
    for i, label in enumerate(line.labels):
        inside = (DATA["day"] >= line.begins[i]) & (DATA["day"] < line.ends[i])
        part = nk.Survey(DATA | {"inside": inside.tolist()}, customer="who").rake(known).score(by="inside")[True]
        assert line[label].value == pytest.approx(part.value)
        assert tuple(line[label].interval()) == pytest.approx(tuple(part.interval()))


@pytest.mark.parametrize("roles", [{}, {"weight": "w"}, {"customer": "who"}, {"stratum": "area"}], ids=str)
def test_an_engine_counts_what_the_rows_are(roles: dict[str, Any]) -> None:
    """Counts and scores asked of an engine are those of the rows, with their conventions."""
    frame = pl.DataFrame({name: values.tolist() for name, values in DATA.items()})
    asked, rows = nk.Survey(frame.lazy(), **roles), nk.Survey(DATA, **roles)
    assert asked.tally(by="region").counts.tolist() == rows.tally(by="region").counts.tolist()
    for name in "NSW":
        found, wanted = asked.score(by="region")[name], rows.score(by="region")[name]
        assert (found.counts, found.conventions) == (wanted.counts, wanted.conventions)
        assert tuple(found.interval()) == pytest.approx(tuple(wanted.interval()))


def where(kept: NDArray[np.bool_]) -> dict[str, Any]:
    """Return the columns of some of the rows."""
    return {name: values[kept] for name, values in DATA.items()}


@pytest.mark.parametrize("roles", ROLES, ids=str)
def test_both_sides_of_a_change_are_scores_of_their_rows(roles: dict[str, Any]) -> None:
    """Before and after are the scores of the rows of these months, and so are those of every segment."""
    found = nk.Survey(DATA, time="day", **roles).explain_change("2026-01", "2026-02", by="region")
    month = DATA["day"].astype("M8[M]")
    weights: dict[str, Any] = {name: column for name, column in roles.items() if name == "weight"}
    for side, start in (("before", "2026-01"), ("after", "2026-02")):
        alone = nk.Survey(where(month == np.datetime64(start)), **weights)
        assert getattr(found, side) == pytest.approx(alone.score().value)
        table = alone.score(by="region")
        for segment in found.segments:
            assert getattr(segment, f"score_{side}") == pytest.approx(table[segment.key].value)
            assert getattr(segment, f"n_{side}") == table[segment.key].n


@pytest.mark.parametrize("roles", ROLES[:4], ids=str)
def test_the_cells_of_an_effect_are_scores_of_their_rows(roles: dict[str, Any]) -> None:
    """Before and after, of the treated and of the control: each the score of its rows alone."""
    found = nk.Survey(DATA, time="day", **roles).effect(CHANGE, control={"region": ["N", "W"]})
    after, control = DATA["day"] >= np.datetime64("2026-03-01"), DATA["region"] != "S"
    weights: dict[str, Any] = {name: column for name, column in roles.items() if name == "weight"}
    sides = [(arm, side) for arm in (~control, control) for side in (~after, after)]
    for cell, (arm, side) in zip(found.cells, sides, strict=True):
        assert cell.value == pytest.approx(nk.Survey(where(arm & side), **weights).score().value)


@settings(max_examples=30, deadline=None)
@given(cut=st.integers(0, N), customers=st.booleans())
def test_what_was_counted_apart_adds_up(cut: int, customers: bool) -> None:
    """The tally of a place is the sum of the tallies of its parts, wherever the rows are cut; so are its totals."""
    bound = bind(customer="who") if customers else bind()
    sample, (places, _) = bound.sample(), bound.segments(("region",))
    first = np.arange(N) < cut
    parts = [(sample.take(kept), Places(places.numbers[kept], places.size)) for kept in (first, ~first) if kept.any()]
    whole = sum((part.count(where) for part, where in parts), start=nk.Tally.empty(shape=(places.size,)))
    assert whole == sample.count(places)
    assert sample.totals(places).counts.sum() == sum(part.totals(where).counts.sum() for part, where in parts)


def bind(data: Any = DATA, **roles: str) -> BoundData:
    """Bind columns as a survey does."""
    frame, codebook = nk.Survey(data)._data.frame, codebook_of(nk.NPS())
    return samples.bind(frame, codebook, None, {"customer": None, "label": None} | dict(roles), count=None, read=True)


def test_another_time_zone_is_another_clock() -> None:
    """What was read as times in one zone is not carried over to another (was: it was)."""
    times = pd.Series(pd.to_datetime(["2026-01-01 23:30", "2026-06-01 12:00"]).tz_localize("UTC"))
    survey = nk.Survey(pd.DataFrame({"score": [9, 3], "at": times}), time="at", time_zone="UTC")
    bound = survey._data
    assert bound.times("test")[0] == np.datetime64("2026-01-01T23:30")
    assert attrs.evolve(bound, time_zone="Asia/Tokyo").times("test")[0] == np.datetime64("2026-01-02T08:30")


@pytest.mark.parametrize("roles", [{}, {"customer": "who"}], ids=str)
def test_where_nobody_answered_there_is_no_score(roles: dict[str, Any]) -> None:
    """Of all responses, a segment or a month with open answers alone has no score (was: 0, with customers bound)."""
    data = {"score": [9, 9, None, None], "region": list("NNSS"), "who": [1, 1, 2, 2]}
    data["day"] = ["2026-01-01"] * 2 + ["2026-02-01"] * 2
    survey = nk.Survey(data, time="day", **roles)
    table = survey.score(by="region", denominator="all")
    assert (table["N"].value, np.isnan(table["S"].value)) == (100, True)
    for line in (survey.timeline(denominator="all"), survey.timeline(denominator="all", window="20d")):
        assert np.isnan(line.values[1])
        assert np.isnan(line.intervals()[0][1])


@pytest.mark.parametrize("call", [*CALLS, *REPEATS])
def test_answers_off_the_scale_are_refused_by_their_rows(call: str) -> None:
    """With on_invalid="raise" every call names the rows as they came (was: a timeline counted them in silence)."""
    survey = nk.Survey(DATA, time="day", customer="who", on_invalid="raise")
    row = int(np.flatnonzero(DATA["score"] == 11)[0])
    with pytest.raises(InvalidValueError, match=f"score must be a whole number on 0..10: row {row}: 11"):
        (CALLS | REPEATS)[call](survey)


def test_places_within_places() -> None:
    """A row is in both at once, or nowhere."""
    inner, outer = Places(np.array([0, 1, -1, 2]), 3), Places(np.array([1, 0, 1, -1]), 2)
    both = inner.within(outer)
    assert (both.numbers.tolist(), both.size, both.gaps) == ([3, 1, -1, -1], 6, True)


def test_customers_who_come_again_outside_of_the_places_are_seen_once() -> None:
    """Who answered twice, once at an unknown time, is one answer of the timeline: nothing hangs together there."""
    data = {"score": [10, 0, 9, 8, 3], "who": [1, 2, 3, 1, 4], "day": ["2026-01-01"] * 3 + [None, "2026-01-04"]}
    survey = nk.Survey(data, score="score", time="day", customer="who")
    assert survey.timeline("year").conventions.variance == "independent"
    assert survey.score().conventions.variance == "clustered"
