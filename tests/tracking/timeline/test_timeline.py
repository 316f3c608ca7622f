"""Laws of timelines: periods partition the rows, windows are recounts, and nothing is lost or guessed."""

from __future__ import annotations

import datetime as dt
import json
import math
from contextlib import nullcontext
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit import nps
from npskit.counting.tally import Tally
from npskit.data.scale import Scale
from npskit.errors import (
    ColumnNotFoundError,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    PrecisionWarning,
)
from npskit.inference.multiplicity import adjust
from npskit.options import EVERY, Backend, Every, Previous
from npskit.scorers.ces import CES
from npskit.scores.comparison import compare
from npskit.scores.score import Score
from npskit.survey import Survey
from npskit.times.periods import first_days, period_numbers
from npskit.tracking.timeline import score_periods as timeline_module
from npskit.tracking.timeline.against import TimelineComparison
from npskit.tracking.timeline.timeline_record import Timeline
from tests.tracking.timeline.of_rows import timeline

DAY = np.timedelta64(1, "D")
START = np.datetime64("2023-11-20", "D")
some = settings(max_examples=40, deadline=None)
everies = st.sampled_from(EVERY)

# day (None: not known), answer, group
rows = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(0, 450)),
        st.sampled_from([None, -1, 0, 5, 6, 7, 8, 9, 10, 11]),
        st.integers(0, 1),
    ),
    max_size=50,
)


def columns(drawn: list[tuple[Any, Any, int]]) -> tuple[Any, list[Any], Any]:
    """Times, answers and groups of drawn rows."""
    days = [np.datetime64("NaT", "us") if d is None else START + d * DAY for d, *_ in drawn]
    return np.array(days, dtype="M8[D]"), [a for _, a, _ in drawn], np.array([g for *_, g in drawn], int)


def simulated(n: int = 3000, days: int = 800, seed: int = 1) -> tuple[Any, Any]:
    """Times in no order, some of them not known, and answers."""
    rng = np.random.default_rng(seed)
    times = np.datetime64("2024-01-15", "s") + rng.integers(0, days * 86_400, n).astype("m8[s]")
    times[::97] = np.datetime64("NaT", "us")
    return times, rng.integers(0, 11, n)


def grouped(every: Every = "quarter", **options: Any) -> Timeline:
    """A timeline of two regions, one with a name that is markup."""
    times, answers = simulated(600)
    keys = [("North",), ("<b>",)]
    return timeline(times, answers, every=every, by=["region"], groups=np.arange(600) % 2, segments=keys, **options)


# ---- periods ----


@some
@given(drawn=rows, every=everies)
def test_periods_partition_the_rows(drawn: Any, every: Every) -> None:
    """The tallies of all periods and of the undated add up to the tally of all rows, and so does their score."""
    times, answers, _ = columns(drawn)
    found = timeline(times, answers, every=every)
    whole = Tally.count(answers)
    assert (found.tally.total() + found.undated).by_category() == whole.by_category()
    assert int(found.tally.rows.sum() + found.undated.rows) == len(drawn)
    assert (found.starts[1:] == found.ends[:-1]).all()


@some
@given(drawn=rows, every=everies)
def test_a_period_is_pooled_over_its_rows(drawn: Any, every: Every) -> None:
    """A period's score is that of its rows put together, and its interval too; without any it is NaN of n = 0."""
    times, answers, _ = columns(drawn)
    for label, score in (found := timeline(times, answers, every=every)):
        t = found.labels.index(label)
        kept = (times >= found.starts[t]) & (times < found.ends[t])
        alone = nps([a for a, keep in zip(answers, kept.tolist(), strict=True) if keep])
        assert score == found[label] == alone
        assert (score.n > 0) or math.isnan(score.value)
        low, high = (limit[t] for limit in found.intervals(0.9))
        np.testing.assert_array_equal([low, high], list(alone.interval(0.9)))


@some
@given(drawn=rows, fine=everies, coarse=everies)
def test_coarser_periods_are_merged_finer_ones(drawn: Any, fine: Every, coarse: Every) -> None:
    """Days make weeks and months, months make quarters and years: the tally of one is the sum of the others'."""
    if EVERY.index(fine) >= EVERY.index(coarse) or (fine == "week"):
        return
    times, answers, _ = columns(drawn)
    parts, whole = (timeline(times, answers, every=every) for every in (fine, coarse))
    inside = period_numbers(parts.starts.astype(np.int64), coarse)
    for t, start in enumerate(whole.starts.astype(np.int64).tolist()):
        here = first_days(inside, coarse) == start
        assert parts.tally[here].total() == whole.tally[t]


@some
@given(drawn=rows, every=everies, order=st.randoms(use_true_random=False), window=st.sampled_from([None, "9d", 4]))
def test_the_order_of_rows_does_not_matter(drawn: Any, every: Every, order: Any, window: Any) -> None:
    """Rows in any order give the same timeline, windows and all."""
    found = []
    for part in (drawn, order.sample(drawn, len(drawn))):
        times, answers, _ = columns(part)
        found.append(timeline(times, answers, every=every, window=window))
    assert found[0].tally == found[1].tally
    assert found[0].labels == found[1].labels


def test_empty_periods_are_there() -> None:
    """A month without answers has its place, n = 0, no score and no interval; so has one of a missing answer."""
    days = np.array(["2026-01-31", "2026-04-01", "2026-05-01"], dtype="M8[D]")
    found = timeline(days, [10, 9, None])
    assert found.labels == ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05")
    assert found.n.tolist() == [1, 0, 0, 1, 0]
    assert found.missing.tolist() == [0, 0, 0, 0, 1]
    assert (
        np.isnan(found.values).tolist() == np.isnan(found.intervals()[0]).tolist() == [False, True, True, False, True]
    )


def test_the_clock_on_the_wall_decides() -> None:
    """The hour that winter time repeats, and the last second of a day, belong to the day the clock shows."""
    clock = [dt.datetime(2026, 10, 25, 2, 30), dt.datetime(2026, 10, 25, 2, 30, fold=1)]
    clock += [dt.datetime(2026, 10, 31, 23, 59, 59, 999_999), dt.datetime(2026, 11, 1)]
    assert timeline(clock, [10, 9, 8, 7]).n.tolist() == [3, 1]


@pytest.mark.parametrize(
    ("every", "unit"), [("day", "1d"), ("week", "1w"), ("month", "1mo"), ("quarter", "1q"), ("year", "1y")]
)
def test_periods_are_those_of_polars(every: Every, unit: str) -> None:
    """Truncated by Polars, and grouped, the same answers give the same scores of the same periods."""
    times, answers = simulated()
    frame = pl.DataFrame({"t": times.astype("M8[us]"), "a": answers}).drop_nulls()
    score = 100 * ((pl.col("a") >= 9).mean() - (pl.col("a") <= 6).mean())
    peer = frame.group_by(pl.col("t").dt.truncate(unit).dt.date()).agg(score.alias("nps"), pl.len()).sort("t")
    found = timeline(times, answers, every=every)
    kept = found.n > 0
    assert found.starts[kept].tolist() == peer["t"].to_list()
    assert found.n[kept].tolist() == peer["len"].to_list()
    np.testing.assert_allclose(found.values[kept], peer["nps"].to_numpy(), rtol=1e-12)


# ---- windows ----


@some
@given(drawn=rows, every=everies, many=st.integers(1, 40), unit=st.sampled_from(["d", "w", "mo", "q", "y"]))
def test_a_rolling_window_is_a_recount(drawn: Any, every: Every, many: int, unit: str) -> None:
    """Whatever the window, each score is that of the rows from where it begins to where it ends."""
    times, answers, _ = columns(drawn)
    found = timeline(times, answers, every=every, window=f"{many}{unit}")
    for t, label in enumerate(found.labels):
        kept = (times >= found.begins[t]) & (times < found.ends[t])
        assert found[label] == nps([a for a, keep in zip(answers, kept.tolist(), strict=True) if keep])


def test_thirty_days_at_each_day_are_those_of_pandas() -> None:
    """Rolling 30 days at each day, as pandas rolls the daily sums."""
    times, answers = simulated()
    found = timeline(times, answers, every="day", window="30d")
    frame = pd.DataFrame({"d": (answers >= 9).astype(int) - (answers <= 6), "n": 1}, index=pd.DatetimeIndex(times))
    daily = frame[frame.index.notna()].resample("D").sum().rolling(30, min_periods=1).sum()
    np.testing.assert_allclose(found.values, 100 * daily["d"] / daily["n"], rtol=1e-12)
    assert (found.ends - found.begins == 30 * DAY).all()


def test_windows_end_with_their_period() -> None:
    """Whether or not anybody answered on the last day, and whatever comes later; one that may grow is marked."""
    days = np.array(["2024-12-31", "2025-06-01", "2025-12-30", "2026-01-02"], dtype="M8[D]")
    found = timeline(days[:3], [0, 10, 10], window="12mo")
    assert found.begins[-1] == np.datetime64("2025-01-01")
    assert (found["2025-12"].value, found["2025-12"].n) == (100, 2)
    assert str(found).splitlines()[-1].endswith("data until 2025-12-30")
    later = timeline(days, [0, 10, 10, 9], window="12mo")
    assert later["2025-12"].tally == found["2025-12"].tally
    assert [line for line in str(later).splitlines() if "data until" in line and "2025-12" in line] == []


@pytest.mark.parametrize(("window", "weighted"), [(None, False), ("40d", False), ("1q", True), (None, True)])
def test_many_segments_are_counted_without_a_table_of_days(
    window: str | None, weighted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However the table is laid out, the timeline is the same."""
    times, answers = simulated(500)
    weights = np.arange(500) % 3 / 4 if weighted else None
    options: dict[str, Any] = {"by": ["k"], "segments": [(i,) for i in range(7)], "groups": np.arange(500) % 7}
    options |= {"weights": weights, "window": window, "every": "month"}
    with pytest.warns(PrecisionWarning, match="of 189 groups") if weighted else nullcontext():
        found = timeline(times, answers, **options)
        monkeypatch.setattr(timeline_module, "_SMALL", 0)
        again = timeline(times, answers, **options)
    np.testing.assert_allclose(again.values, found.values, rtol=1e-12)
    assert (again.n == found.n).all()


def test_fading_weights_say_how_many_answers_they_are_worth() -> None:
    """The score follows the recent answers, its n is all of them, and few effective ones are marked as such."""
    days = START + np.arange(400) * DAY
    answers = [0] * 200 + [10] * 200
    found = timeline(days, answers, every="day", half_life="5d")
    assert found.values[199] == -100
    assert found.values[399] > 99.9
    assert found.n[399] == 400
    # (sum of 2^(-i/5))^2 / sum of 4^(-i/5)
    q = 0.5**0.2
    np.testing.assert_allclose(found.estimates.n_effective[399], (1 + q) / (1 - q), rtol=1e-12)
    assert found.few.all()
    assert "effective n" in str(found)
    assert not timeline(days, answers, every="day", half_life="30d").few[399]


# ---- against ----


@some
@given(drawn=rows, every=st.sampled_from(["month", "quarter"]), previous=st.sampled_from(["previous", "year"]))
def test_against_is_compare(drawn: Any, every: Every, previous: Previous) -> None:
    """Each comparison is `compare` of the two scores: difference, interval and p-value; without answers it is NaN."""
    times, answers, _ = columns(drawn)
    found = timeline(times, answers, every=every)
    held = found.against(previous, level=0.9)
    back = 1 if previous == "previous" else {"month": 12, "quarter": 4}[every]
    assert held.before.tolist() == [max(t - back, -1) for t in range(len(found))]
    for t in range(len(found)):
        if t < back or not (found.n[t] and found.n[t - back]):
            assert np.isnan([held.difference[t], held.low[t], held.high[t], held.p_value[t]]).all()
            continue
        one = compare(found[found.labels[t]], found[found.labels[t - back]], level=0.9)
        figures = [held.difference[t], held.low[t], held.high[t], held.p_value[t]]
        np.testing.assert_allclose(figures, [one.difference, *one.interval, one.p_value], rtol=1e-9)
    np.testing.assert_array_equal(held.p_adjusted, adjust(held.p_value, "holm"))


@some
@given(
    drawn=rows,
    every=everies,
    window=st.sampled_from(["3d", "45d", "2mo", "1y", 3, 20]),
    which=st.sampled_from(["previous", "year"]),
)
def test_windows_are_compared_with_what_they_share_nothing_with(
    drawn: Any, every: Every, window: Any, which: str
) -> None:
    """The earlier window ended before the later one began, and `previous` is the latest such."""
    times, answers, _ = columns(drawn)
    found = timeline(times, answers, every=every, window=window)
    before = found.against(which).before  # type: ignore[arg-type]
    for t, i in enumerate(before.tolist()):
        if i >= 0:
            assert found.ends[i] <= found.begins[t]
        if which == "previous":
            assert i + 1 == np.count_nonzero(found.ends <= found.begins[t])


def test_a_year_before_is_the_period_of_the_same_name() -> None:
    """Weeks by their number, days by their date; a 53rd week and a leap day have none before them."""
    days = np.array(["2019-12-30", "2021-02-28"], dtype="M8[D]")
    for every, label, before in (
        ("week", "2021-W08", "2020-W08"),
        ("week", "2020-W53", None),
        ("day", "2021-02-28", "2020-02-28"),
        ("day", "2020-12-30", "2019-12-30"),
        ("quarter", "2020-Q4", "2019-Q4"),
        ("year", "2020", "2019"),
    ):
        columns = timeline(days, [10, 9], every=every).against("year").columns()  # type: ignore[arg-type]
        assert columns["against"][columns["period"].index(label)] == before
    leap = timeline(np.array(["2019-02-01", "2020-02-29"], dtype="M8[D]"), [10, 9], every="day").against("year")
    assert leap.columns()["against"][-2:] == ["2019-02-28", None]


def test_segments_are_compared_each_for_itself() -> None:
    """With `by` the comparisons of a segment are those of its own timeline, adjusted among themselves."""
    found = grouped()
    held = found.against()
    for g, (key,) in enumerate(found.segments):
        alone = found.segment(key).against()
        for name in ("difference", "low", "high", "p_value", "p_adjusted", "before"):
            np.testing.assert_array_equal(getattr(held, name)[g], getattr(alone, name))


def test_weighted_periods_are_compared_at_effective_counts() -> None:
    """With weights, a comparison is `compare` of the two weighted scores."""
    times, answers = simulated(400, 120)
    found = timeline(times, answers, weights=np.arange(400) % 5 + 0.5)
    held = found.against()
    one = compare(found["2024-03"], found["2024-02"])
    assert one.interval.low != compare(Score.of(found["2024-03"].tally.by_category()), found["2024-02"]).interval.high
    np.testing.assert_allclose([held.low[2], held.p_value[2]], [one.interval.low, one.p_value], rtol=1e-9)


def test_what_cannot_be_compared_is_refused() -> None:
    """Fading scores share their answers with all before; the names of comparisons are checked."""
    times, answers = simulated(50)
    with pytest.raises(IncompatibleError, match="fading"):
        timeline(times, answers, half_life="30d").against()
    found = timeline(times, answers)
    with pytest.raises(InvalidValueError, match="previous must be one of 'previous', 'year'"):
        found.against("month")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="level"):
        found.against(level=95)
    with pytest.raises(InvalidValueError, match="must be one of 'holm'"):
        found.against(correction="none")  # type: ignore[arg-type]


# ---- segments, scorers, arguments ----


@some
@given(drawn=rows, every=everies, window=st.sampled_from([None, "20d", 5]))
def test_a_segment_is_a_timeline_of_its_own_rows(drawn: Any, every: Every, window: Any) -> None:
    """Where a segment's line overlaps with the one of its rows alone, they are equal."""
    times, answers, groups = columns(drawn)
    found = timeline(times, answers, every=every, window=window, by=["g"], groups=groups, segments=[(0,), (1,)])
    mine = np.flatnonzero(groups == 1)
    alone = timeline(times[mine], [answers[i] for i in mine], every=every)
    one = found.segment(1)
    assert alone.undated == one.undated
    if window is None:
        assert [one.labels[t] for t in np.flatnonzero(one.tally.rows)] == [
            alone.labels[t] for t in np.flatnonzero(alone.tally.rows)
        ]
        assert all(one[label] == score for label, score in alone)
    assert dict(one).keys() == {label for key, label in dict(found) if key == 1}
    assert all(found[1, label] == score for label, score in one)


def test_any_scorer_has_a_timeline() -> None:
    """Categories and category scores are the scorer's; the denominator is a convention of the scores."""
    days = np.array(["2026-01-05", "2026-01-06", "2026-02-03"], dtype="M8[D]")
    found = timeline(days, [7, 4, None], scorer=CES(), too_few=2)
    assert (found.name, found.values[0], found.few.tolist()) == (CES().name, 5.5, [False, True])
    everything = timeline(days, [10, None, 9], denominator="all")
    assert everything.values.tolist() == [50.0, 100.0]
    assert everything["2026-01"].conventions.denominator == "all"


def test_what_does_not_fit_is_refused() -> None:
    """Arguments that cannot be used, or not together, are named."""
    times, answers = simulated(10)
    cases: list[tuple[type[Exception], str, dict[str, Any]]] = [
        (InvalidValueError, "every must be one of", {"every": "fortnight"}),
        (InvalidValueError, "exclude each other", {"window": "30d", "half_life": "30d"}),
        (InvalidValueError, "window must be at least 1: got 0", {"window": 0}),
        (InvalidTypeError, "window must be a whole number", {"window": 1.5}),
        (InvalidTypeError, "window must be a whole number", {"window": True}),
        (InvalidValueError, "half_life has a fixed length", {"half_life": "1mo"}),
        (InvalidValueError, "denominator", {"denominator": "some"}),
    ]
    for error, says, options in cases:
        with pytest.raises(error, match=says):
            timeline(times, answers, **options)


def test_shapes_that_contradict_each_other_are_refused() -> None:
    """A record of as many labels as scores cannot be made otherwise."""
    with pytest.raises(IncompatibleError, match="shape"):
        attrs.evolve(timeline(*simulated(10)), labels=("2026-01",))


def test_what_is_not_there_is_said() -> None:
    """A wrong period or segment is answered with those that are close."""
    found = grouped()
    with pytest.raises(ColumnNotFoundError, match="there is no period '2024Q1'; did you mean '2024-Q1'"):
        found["North", "2024Q1"]
    with pytest.raises(ColumnNotFoundError, match="there is no segment 'Nort'; did you mean 'North'"):
        found.segment("Nort")
    with pytest.raises(ColumnNotFoundError, match="there is no segment"):
        found["2024-Q1"]
    with pytest.raises(ColumnNotFoundError, match="there is no segment"):
        found.segment("North")["North", "2024-Q1"]


def test_a_clustered_estimate_is_what_scores_are_made_of() -> None:
    """Where the variance is another than that of independent answers, scores and comparisons follow it."""
    found = timeline(*simulated(900, 100))
    of_all = found.estimates
    wider = attrs.evolve(of_all, variance=4 * of_all.variance, size=of_all.size / 4, simple=False)
    conventions = attrs.evolve(found.conventions, variance="clustered")
    clustered = attrs.evolve(found, estimates=wider, conventions=conventions)
    assert clustered["2024-02"].se == pytest.approx(2 * found["2024-02"].se)
    for a, b in ((clustered.intervals(), found.intervals()), (_limits(clustered.against()), _limits(found.against()))):
        known = ~np.isnan(b[0])
        assert ((a[1] - a[0])[known] > 1.5 * (b[1] - b[0])[known]).all()


def _limits(held: TimelineComparison) -> tuple[Any, Any]:
    return held.low, held.high


# ---- as something to read ----


def test_it_reads_well() -> None:
    """One line as a repr, an aligned table as a text, and what is undated said beside it."""
    days = np.array(["2026-01-05"] * 30 + ["2026-03-05", "NaT"], dtype="M8[D]")
    found = timeline(days, [10] * 20 + [0] * 10 + [7, 8])
    assert repr(found) == "Timeline(NPS every month, '2026-01' to '2026-03', periods=3, n=31, undated=1)"
    assert str(found).splitlines() == [
        "month     NPS  95% interval    n",
        "2026-01  33.3  -2.4 .. 61.5   30  data from 2026-01-05",
        "2026-02   nan                  0  too few",
        "2026-03   0.0  -79.3 .. 79.3   1  too few, data until 2026-03-05",
        "1 without a time, in no month",
        "31 of 32 rows: 1 set aside",
    ]
    assert repr(timeline(days, [10] * 32, window="1q")) == (
        "Timeline(NPS every month, '2026-01' to '2026-03', periods=3, window='1q', undated=1)"
    )
    assert repr(found.against("year")) == (
        "TimelineComparison(NPS every month against 'year', compared=0, correction='holm', level=0.95, set_aside=1)"
    )
    assert str(found.against()).splitlines()[1:] == [
        "2026-01                  nan",
        "2026-02  2026-01         nan",
        "2026-03  2026-02         nan",
        "31 of 32 rows: 1 set aside",
    ]


def test_html_is_escaped() -> None:
    """What the data say is text, never markup."""
    found = grouped(window="1y")
    for page in (found._repr_html_(), found.against()._repr_html_()):
        assert "<b>" not in page
        assert "&lt;b&gt;" in page
    assert "window: 1y" in found._repr_html_()
    assert "7 without a time, in no quarter" in found._repr_html_()
    assert "region" in repr(found)
    assert "region" in repr(found.against())


def test_dicts_are_json() -> None:
    """Everything is plain Python: JSON holds it, and a person finds the figures in it."""
    found = grouped()
    record = json.loads(json.dumps(found.to_dict(level=0.9)))
    assert (record["undated"], record["level"], record["by"]) == (7, 0.9, ["region"])
    assert len(record["periods"]) == 2 * len(found)
    first = record["periods"][0]
    assert (first["region"], first["period"], first["start"]) == ("North", "2024-Q1", "2024-01-01")
    assert first["value"] == found.values[0, 0]
    held = json.loads(json.dumps(found.against().to_dict()))
    assert held["periods"][1]["against"] == "2024-Q1"
    assert held["previous"] == "previous"
    keyed = timeline(
        np.array([dt.date(2026, 1, 1)], "M8[D]"), [9], by=["d"], groups=[0], segments=[(dt.date(2026, 1, 1),)]
    )
    assert json.loads(json.dumps(keyed.to_dict()))["periods"][0]["d"] == "2026-01-01"


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_have_a_row_for_each_score(backend: Backend) -> None:
    """Segment, period and figures in any library; names that collide are kept apart."""
    days = np.array(["2026-01-05", "2026-02-03"], dtype="M8[D]")
    options: dict[str, Any] = {"by": ["n", "period"], "groups": [0, 1], "segments": [(1, "a"), (2, "b")]}
    found = timeline(days, [1, 3], scorer=_Grades(), **options, backend=backend)
    frame, held = found.to_frame(), found.against().to_frame()
    names = list(frame.columns if backend != "pyarrow" else frame.column_names)
    assert names[:4] == ["n (segment)", "period (segment)", "period", "start"]
    assert names[-4:] == ["low (count)", "n (count)", "period (count)", "too_few"]
    assert len(frame) == len(held) == 4


@attrs.frozen
class _Grades:
    """A scorer whose categories are named like columns of a table."""

    name = "Grades"
    questions = {"grade": Scale(1, 3)}  # noqa: RUF012
    categories = ("low", "n", "period")
    category_scores = (0.0, 1.0, 2.0)

    def categorize(self, grade: Any) -> Any:
        """Return the category of each grade."""
        return grade - 1


def test_arrays_cannot_be_written_to() -> None:
    """A record is a record."""
    found = timeline(*simulated(30))
    for array in (found.values, found.starts, found.begins, found.ends):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[-1]


def test_no_answers_are_a_timeline_too() -> None:
    """Without any row, or any time, there are no periods, and nothing fails."""
    for times in (np.array([], dtype="M8[us]"), np.array(["NaT"], dtype="M8[us]")):
        for options in ({}, {"window": "3d"}, {"window": 3}, {"half_life": "3d"}, {"by": ["g"], "segments": []}):
            if "by" in options and len(times):
                continue
            groups = np.array([], dtype=int) if "by" in options else None
            found = timeline(times, [10] * len(times), groups=groups, **options)
            assert len(found) == 0
            assert int(found.undated.rows.sum()) == len(times)
            assert list(found) == found.to_dict()["periods"] == []
            assert str(found).startswith("g" if "by" in options else "month")
            assert "periods=0" in repr(found)
            if "half_life" not in options:
                assert len(found.against()) == len(found.against("year")) == 0


@pytest.mark.parametrize(
    ("first", "last", "marks"),
    [
        ("2026-01-01", "2026-03-31", ["", "", ""]),
        ("2026-01-02", "2026-03-31", ["data from 2026-01-02", "", ""]),
        ("2026-01-01", "2026-03-30", ["", "", "data until 2026-03-30"]),
    ],
)
def test_periods_that_are_not_whole_are_marked(first: str, last: str, marks: list[str]) -> None:
    """A first or last period that data do not fill says from or until when there are any; a window the latter."""
    days = np.arange(first, np.datetime64(last) + DAY, dtype="M8[D]")
    found = timeline(np.repeat(days, 2), [9, 3] * len(days))
    lines = str(found).splitlines()[1:]
    assert [line[line.rfind("  ") :].strip() if "data" in line else "" for line in lines] == marks
    assert ("data" in str(timeline(days, [9] * len(days), window="30d"))) == bool(marks[-1])
    assert "data" not in str(timeline(days, [9] * len(days), every="day"))


def test_one_period_may_lack_both_ends() -> None:
    """A single period, few answers in its middle: all is said, of every segment."""
    days = np.array(["2026-01-10", "2026-01-20"], dtype="M8[D]")
    mark = "too few, data from 2026-01-10, data until 2026-01-20"
    assert str(timeline(days, [9, 3])).splitlines()[1].endswith(mark)
    parts = timeline(days, [9, 3], by=["city"], groups=[0, 1], segments=[("A",), ("B",)])
    assert [line.endswith(mark) for line in str(parts).splitlines()[1:]] == [True, True]


def _panel() -> dict[str, Any]:
    """Return sixty customers who answer in each of four months, mostly as before."""
    rng = np.random.default_rng(4)
    answers = [rng.choice([3, 8, 10], 60, p=[0.2, 0.3, 0.5])]
    for _ in range(3):
        answers.append(np.where(rng.random(60) < 0.7, answers[-1], rng.choice([3, 8, 10], 60)))
    months = np.repeat(np.arange("2025-11", "2026-03", dtype="M8[M]"), 60).astype("M8[D]")
    days = months + np.tile(np.arange(60) % 28, 4)
    return {
        "score": np.concatenate(answers),
        "day": days,
        "who": np.tile(np.arange(60), 4),
        "month": months.astype(str),
    }


def test_customers_of_both_periods_are_allowed_for() -> None:
    """A month against the one before is the pair of the same two months, with the customers who are in both."""
    data = _panel()
    options: dict[str, Any] = {"score": "score", "time": "day", "customer": "who"}
    found = Survey(data, **options).timeline("month").against()
    pairs = {(p.b[:7], p.a[:7]): p for p in Survey(data, **options).compare(by="month").pairs}
    apart = Survey(data, score="score", time="day").timeline("month").against()
    for t in (1, 2, 3):
        pair = pairs.get((found.labels[t], found.labels[t - 1])) or pairs[(found.labels[t - 1], found.labels[t])]
        assert found.p_value[t] == pytest.approx(pair.p_value, rel=1e-9)
        assert found.high[t] - found.low[t] == pytest.approx(pair.interval.high - pair.interval.low, rel=1e-9)
        assert found.high[t] - found.low[t] < apart.high[t] - apart.low[t]


def test_customers_of_both_windows_are_allowed_for() -> None:
    """Also of windows that overlap others: of two that do not, and by segment."""
    data = _panel() | {"side": np.tile(["x", "y"], 120)}
    survey = Survey(data, score="score", time="day", customer="who")
    for by in (None, "side"):
        line = survey.timeline("week", window="28d", by=by)
        assert line.shared is not None
        part = line if by is None else line.segment("y")
        found = part.against()
        t = len(found) - 1
        spans = [(part.begins[i], part.ends[i]) for i in (int(found.before[t]), t)]
        inside = np.array([any(a <= day < b for a, b in spans) for day in data["day"]])
        inside &= (data["side"] == "y") | (by is None)
        kept = {name: np.asarray(column)[inside] for name, column in data.items()}
        kept["part"] = np.where(kept["day"] < spans[1][0], "then", "now")
        (pair,) = Survey(kept, score="score", customer="who").compare(by="part").pairs
        assert found.p_value[t] == pytest.approx(pair.p_value, rel=1e-9)
