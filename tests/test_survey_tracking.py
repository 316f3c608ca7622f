"""What a survey and its timeline say about change: the planted truths are found, and the wiring loses nothing."""

from __future__ import annotations

import functools
from typing import Any

import attrs
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.datasets import hotels
from npskit.datasets.hotel_records import Dataset
from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference import calibrated_correlations, calibrated_estimate, post_stratify, score_test
from npskit.inference.clusters import cluster_totals
from npskit.inference.design_contrasts import cluster_robust
from npskit.options import EVERY, EffectMethod, Every
from npskit.tracking.change import explain
from npskit.tracking.charts.chart_kinds import cusum_chart, ewma_chart, laney_chart
from npskit.tracking.charts.segmentation import change_points
from npskit.tracking.effect.estimate_effect import contrast_effect

CATEGORY_SCORES = [-100.0, 0.0, 100.0]
BEFORE, AFTER = ("2024-01-01", "2025-03-01"), ("2025-03-01", "2026-01-01")
FALL = nk.Intervention("fewer staff", "2025-03-01")
METHODS = ("before_after", "difference_in_differences", "interrupted_series")


@functools.cache
def simulated(seed: int, shift: float = -25.0, n: int = 10_000) -> Dataset:
    """The hotel chain, with a fall in Bavaria on 1 March 2025."""
    return hotels(n, rng=seed, shift=shift, comments=False)


def hotel_survey(data: Dataset, **roles: Any) -> nk.Survey:
    """Bind the columns that are needed here."""
    columns = {name: data[name] for name in ("score", "date", "region", "customer", "weight")}
    return nk.Survey(columns, time="date", **roles)


# rows: day, answer, region, customer, weight
rows = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 11), st.sampled_from("NS"), st.integers(0, 6), st.integers(1, 3)),
    min_size=12,
    max_size=60,
)


def small(drawn: list[tuple[int, int, str, int, int]], **roles: Any) -> tuple[nk.Survey, dict[str, Any]]:
    """A survey in which every region has an answer on every side of the 30th day, and its columns."""
    corners = [(day, answer, region, 7, 1) for day in (0, 60) for answer in (0, 10) for region in "NS"]
    day, score, region, who, weight = (list(column) for column in zip(*drawn, *corners, strict=True))
    days = np.datetime64("2026-01-01") + np.array(day)
    data = {"score": score, "day": days, "region": region, "who": who, "w": weight}
    return nk.Survey(data, time="day", **roles), data


def counted(data: dict[str, Any], region: str | None, side: int) -> list[int]:
    """Detractors, passives and promoters of a region, before or from the 31st of January on."""
    kept = [
        answer
        for answer, day, where in zip(data["score"], data["day"], data["region"], strict=True)
        if region in (None, where) and (day >= np.datetime64("2026-01-31")) == side
    ]
    return nk.Tally.count(kept).counts.tolist()  # type: ignore[no-any-return]


END_OF_JANUARY = nk.Intervention("new checkout", "2026-01-31")


# ---- the simulator's planted truths ----


@pytest.mark.parametrize("customer", [None, "customer"])
@pytest.mark.parametrize("seed", range(5))
def test_the_planted_shift_is_found(seed: int, customer: str | None) -> None:
    """Of 10,000 answers, about 1,700 of Bavaria, these seeds find a fall within one month of the shift."""
    data = simulated(seed)
    survey = hotel_survey(data, **({} if customer is None else {"customer": customer}))
    line = survey.timeline("month", by="region").segment(data.truth.shift_region)
    found = line.change_points()
    at = line.labels.index(str(data.truth.shift_date)[:7])
    near = [change for change in found.changes if abs(change.index - at) <= 1]
    assert len(near) == 1
    assert near[0].interval.high < 0
    assert near[0].period == line.labels[near[0].index]


def test_no_shift_is_found_where_none_is_planted() -> None:
    """In the four regions where nothing happens there is at most one change in three seeds: by chance, one in 50."""
    lines = [hotel_survey(simulated(seed)).timeline("month", by="region") for seed in range(3)]
    found = [line.segment(region).change_points() for line in lines for (region,) in line.segments[1:]]
    assert sum(len(each) for each in found) <= 1


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("weighted", [False, True])
def test_the_planted_mix_and_rate_are_recovered(seed: int, weighted: bool) -> None:
    """Each region's mix and rate are within four standard errors of the truth; weights give those of the guests."""
    data = simulated(seed)
    roles = {"customer": "customer"} | ({"weight": "weight"} if weighted else {})
    found = hotel_survey(data, **roles).explain_change(BEFORE, AFTER, "region")
    mix, rate = data.truth.mix_and_rate(weighted=weighted)
    for segment in found.segments:
        i = data.truth.regions.index(segment.segment)
        assert abs(segment.mix - mix[i]) < 4 * segment.mix_se
        assert abs(segment.rate - rate[i]) < 4 * segment.rate_se
    assert found.mix + found.rate == pytest.approx(found.difference, abs=1e-10)
    assert abs(found.mix - mix.sum()) < 4 * found.parts[0].se
    assert found.segments[0].segment == "Bavaria"
    assert found.interval.method == "clustered"


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(3))
def test_the_effect_of_the_planted_shift(seed: int, method: EffectMethod) -> None:
    """Every method is within four standard errors of the shift, and hardly a placebo date comes near it."""
    data = simulated(seed, n=40_000)
    survey = hotel_survey(data, customer="customer")
    others = {"region": ["Cornwall", "Phuket", "Rhineland"]} if method == "difference_in_differences" else None
    found = survey.effect(FALL, treated={"region": "Bavaria"}, control=others, method=method)
    # the mix of the control moves as well: its regions differ and grow unequally
    moved = 0.0
    if others is not None:
        i = [data.truth.regions.index(name) for name in others["region"]]
        waves = data.truth.before, data.truth.after
        moved = float(np.diff([wave.share[i] @ wave.score[i] / wave.share[i].sum() for wave in waves])[0])
    assert abs(found.value - (data.truth.shift - moved)) < 4 * found.se
    assert found.placebo is not None
    assert found.placebo.usable > 20
    # a line fitted to a few weeks is much less sure of itself
    assert found.placebo.share <= (0.1 if method == "interrupted_series" else 0)
    assert found.clustered == (method != "interrupted_series")
    assert found.intervention == FALL


def test_no_effect_without_a_shift() -> None:
    """Where nothing was planted, the effect is within four standard errors of 0 and the placebo dates say as much."""
    survey = hotel_survey(simulated(1, shift=0.0), customer="customer")
    found = survey.effect(FALL, treated={"region": "Bavaria"}, control={"region": "Phuket"}, every="month")
    assert abs(found.value) < 4 * found.se
    assert found.placebo is not None
    assert found.placebo.share > 0


# ---- effect ----


@settings(max_examples=30, deadline=None)
@given(drawn=rows, every=st.sampled_from(EVERY))
def test_an_effect_is_that_of_the_pooled_counts(drawn: Any, every: Every) -> None:
    """Whatever the periods, the estimate is that of all answers before and after, with and without a control."""
    survey, data = small(drawn)
    found = survey.effect(END_OF_JANUARY, every=every)
    assert found.terms == contrast_effect([counted(data, None, side) for side in (0, 1)], CATEGORY_SCORES).terms
    found = survey.effect(END_OF_JANUARY, control={"region": "S"}, every=every)
    first, second, third, fourth = (counted(data, region, i) for region in "NS" for i in (0, 1))
    alone = contrast_effect((first, second, third, fourth), CATEGORY_SCORES, score="NPS")
    assert (found.terms, found.cells, found.score) == (alone.terms, alone.cells, "NPS")


@settings(max_examples=30, deadline=None)
@given(drawn=rows)
def test_the_customers_of_an_effect(drawn: Any) -> None:
    """Where customers answer more than once the effect is the clustered contrast, also of those on both sides."""
    survey, data = small(drawn, customer="who")
    found = survey.effect(END_OF_JANUARY, control={"region": "S"})
    kinds = [-1 if a > 10 else 2 if a > 8 else 1 if a > 6 else 0 for a in data["score"]]
    after = data["day"] >= np.datetime64("2026-01-31")
    groups = 2 * (np.array(data["region"]) == "S") + after
    totals = cluster_totals(kinds, 3, clusters=data["who"], groups=groups, n_groups=4)
    contrast = cluster_robust(totals, CATEGORY_SCORES, [-1, 1, 1, -1])
    np.testing.assert_allclose([found.value, found.se], [contrast.value, contrast.se], atol=1e-9)
    assert found.clustered


@settings(max_examples=20, deadline=None)
@given(drawn=rows)
def test_the_weights_of_an_effect(drawn: Any) -> None:
    """With weights the effect is that of the weighted scores; cells and placebo dates agree with it."""
    survey, data = small(drawn, weight="w")
    found = survey.effect(END_OF_JANUARY, every="month")
    frame = pd.DataFrame(data)
    sides = [frame[(frame.day >= "2026-01-31") == side] for side in (False, True)]
    scores = [nk.nps(side.score.tolist(), weights=side.w.tolist()).value for side in sides]
    assert found.value == pytest.approx(scores[1] - scores[0], abs=1e-9)
    assert [cell.value for cell in found.cells] == pytest.approx(scores, abs=1e-9)


def test_weights_of_a_series() -> None:
    """A factor that all weights have in common changes nothing about a series, nor does a weight of 1 for each."""
    data = small([(day, (3 * day) % 11, "N", day, 1) for day in range(60) for _ in range(2)])[1]
    found = [
        nk.Survey(data | {"w": [weight] * len(data["w"])}, time="day", weight="w").effect(
            END_OF_JANUARY, method="interrupted_series"
        )
        for weight in (1, 20)
    ]
    plain = nk.Survey(data, time="day").effect(END_OF_JANUARY, method="interrupted_series")
    for each in found:
        np.testing.assert_allclose([each.value, each.se], [plain.value, plain.se])


def test_who_was_treated() -> None:
    """Several columns and values narrow the treated and the control; everybody else is left out."""
    survey, data = small([(day, answer, "NS"[day % 2], day % 5, 1) for day in range(60) for answer in (3, 8, 10)])
    chosen = survey.effect(END_OF_JANUARY, treated={"region": "N", "who": [0, 1, 7]}, control={"region": ["S"]})
    kept = pd.DataFrame(data)
    kept = kept[(kept.region == "S") | kept.who.isin([0, 1, 7])]
    alone = nk.Survey(kept, time="day").effect(END_OF_JANUARY, control={"region": "S"})
    assert (chosen.cells, chosen.terms) == (alone.cells, alone.terms)


def test_answers_without_a_time_or_after_the_end_are_on_no_side() -> None:
    """They change nothing, and neither do answers that cannot be scored."""
    survey, data = small([(day, 10 - day % 7, "N", day, 1) for day in range(55)])
    until = nk.Intervention("trial", "2026-01-31", until="2026-02-20")
    found = survey.effect(until, every="day")
    late = data["day"] >= np.datetime64("2026-02-20")
    days = np.where(late, np.datetime64("NaT", "us"), data["day"])
    undated = nk.Survey(data | {"day": days}, time="day").effect(until, every="day")
    assert (found.left_out, undated.set_aside) == (9, 9)
    assert attrs.evolve(undated, row_counts=found.row_counts) == found
    with pytest.raises(InvalidValueError, match="row 3"):
        nk.Survey(data | {"score": [10, 9, 8, 11, *data["score"][4:]]}, time="day", on_invalid="raise").effect(until)


# ---- explain_change ----


@settings(max_examples=30, deadline=None)
@given(drawn=rows, by=st.sampled_from(["region", ["region", "who"]]))
def test_an_explanation_is_that_of_two_tables(drawn: Any, by: Any) -> None:
    """It is the explanation of the scores by segment of either stretch of time, each scored by itself."""
    survey, data = small(drawn)
    found = survey.explain_change(("2026-01-01", "2026-01-31"), ("2026-01-31", "2027-01-01"), by, level=0.9)
    frame = pd.DataFrame(data)
    tables = [nk.Survey(frame[(frame.day >= "2026-01-31") == side]).score(by=by) for side in (False, True)]
    alone = explain.explain_change(tables[0], tables[1], level=0.9)
    assert found.interval == alone.interval
    assert {s.segment: s for s in found.segments}.keys() == {s.segment: s for s in alone.segments}.keys()
    by_segment = [{s.segment: (s.mix, s.rate, s.mix_se, s.rate_se) for s in each.segments} for each in (found, alone)]
    for segment, values in by_segment[0].items():
        np.testing.assert_allclose(values, by_segment[1][segment], atol=1e-9)


def test_periods_of_the_calendar_and_weights() -> None:
    """A period is its first day to its last; equal weights change no part; who is in neither period is not shown."""
    days = ["2025-12-31", "2026-01-01", "2026-01-31", "2026-02-01", "2026-02-28", "2026-03-01"]
    data = {"score": [0, 10, 9, 3, 9, 0], "day": days, "city": list("abbbac"), "w": [2.0] * 6, "id": list("uvwvwx")}
    plain = nk.Survey(data, time="day").explain_change("2026-01", "2026-02", "city")
    assert (plain.before, plain.after) == (100.0, 0.0)
    assert {s.segment: (s.n_before, s.n_after) for s in plain.segments} == {"a": (0, 1), "b": (2, 1)}
    weighted = nk.Survey(data, time="day", weight="w").explain_change("2026-01", "2026-02", "city")
    assert [s.contribution for s in weighted.segments] == pytest.approx([s.contribution for s in plain.segments])
    clustered = nk.Survey(data, time="day", customer="id").explain_change("2026-02", "2026-01", "city")
    assert clustered.difference == -plain.difference
    assert (plain.interval.method, clustered.interval.method) == ("mover", "clustered")
    strata = nk.Survey(data | {"s": [1, 1, 1, 1, 1, 1]}, time="day", stratum="s")
    assert strata.explain_change("2026-01", "2026-02", "city").interval.method == "clustered"


def test_results_go_back_to_the_library_of_the_data() -> None:
    """A survey of a pandas frame explains in pandas frames."""
    survey = nk.Survey(pd.DataFrame(small([(day, 9, "N", 1, 1) for day in range(40)])[1]), time="day")
    assert isinstance(survey.effect(END_OF_JANUARY).to_frame(), pd.DataFrame)
    assert isinstance(survey.explain_change("2026-01", "2026-02", "region").to_frame(), pd.DataFrame)
    assert isinstance(survey.timeline("week").control_chart().to_frame(), pd.DataFrame)


# ---- charts and change points of a timeline ----


def test_charts_are_of_the_counts_of_the_periods() -> None:
    """A timeline's charts and change points are those of its counts; also with a denominator of all responses."""
    survey = nk.Survey(
        {"score": [10, 9, 3, None, 7] * 20, "day": np.arange(100) + np.datetime64("2026-01-01")}, time="day"
    )
    for line in (survey.timeline("week"), survey.timeline("week", denominator="all")):
        counts, category_scores = line.estimates.amounts, line.estimates.category_scores
        named: dict[str, Any] = {"periods": line.labels, "score": "NPS", "cycles": (365.25 / 7,)}
        rows = line.row_counts
        assert rows.as_dict() == {"n": 80, "missing": 20, "invalid": 0, "set_aside": 0, "left_out": 0}
        found_changes = change_points(counts, category_scores, min_length=1, **named)
        assert line.change_points(min_length=1) == attrs.evolve(found_changes, row_counts=rows)
        for found, alone in [
            (line.control_chart(width=2), laney_chart(counts, category_scores, width=2, **named)),
            (line.control_chart("ewma", weight=0.3), ewma_chart(counts, category_scores, weight=0.3, **named)),
            (
                line.control_chart("cusum", threshold=2, reference=slice(0, 5), dispersion=1),
                cusum_chart(counts, category_scores, threshold=2, reference=slice(0, 5), dispersion=1, **named),
            ),
        ]:
            assert found.to_dict() == attrs.evolve(alone, row_counts=rows).to_dict()


def test_clustered_and_weighted_periods_count_as_they_are_worth() -> None:
    """Answers of the same customers, and uneven weights, widen the limits; the scores stay those of the timeline."""
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(100), 6)
    data = {
        "score": np.where(rng.random(100) < 0.5, 3, 10)[who],
        "day": np.datetime64("2026-01-01") + np.tile(np.arange(100)[:, np.newaxis] % 50, 6).ravel(),
        "who": who,
        "w": np.tile([1, 1, 1, 1, 1, 6], 100),
    }
    alone = nk.Survey(data, time="day").timeline("week").control_chart(dispersion=1)
    for survey in (nk.Survey(data, time="day", customer="who"), nk.Survey(data, time="day", weight="w")):
        line = survey.timeline("week")
        chart = line.control_chart(dispersion=1)
        np.testing.assert_allclose(chart.values, line.values)
        assert (chart.n < alone.n).all()
        assert len(line.change_points()) == 0


def window_alone(data: dict[str, Any], line: nk.Timeline, t: int, fading: Any = None, **roles: Any) -> nk.ScoreTable:
    """Return the scores of one window by region, as those of a part of the whole sample."""
    inside = (data["day"] >= line.begins[0, t]) & (data["day"] < line.ends[t])
    part = data | {"inside": inside.tolist()} | ({} if fading is None else {"w": np.where(inside, fading, 1.0)})
    return nk.Survey(part, **roles).score(by=["region", "inside"])


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")  # samples are drawn, and may rest on one customer
@settings(max_examples=25, deadline=None)
@given(
    drawn=rows,
    window=st.sampled_from(["9d", "30d", "2mo"]),
    every=st.sampled_from(["week", "month"]),
    roles=st.sampled_from([{}, {"weight": "w"}, {"cluster": "who", "customer": None}, {"stratum": "half"}]),
)
def test_windows_are_clustered_by_customer(drawn: Any, window: str, every: Every, roles: dict[str, Any]) -> None:
    """Each window's score and interval are those of its answers alone, clustered, with weights and strata and all."""
    data = small(drawn)[1]
    data["half"] = [who % 2 for who in data["who"]]
    roles = {"customer": "who", "lonely": "adjust"} | roles
    line = nk.Survey(data, time="day", **roles).timeline(every, window=window, by="region")
    assert line.conventions.variance == "clustered"
    for t, label in enumerate(line.labels):
        alone = window_alone(data, line, t, **roles)
        for region in "NS":
            if (region, True) in alone.keys:
                found, wanted = line[region, label], alone[region, True]
                assert found.n == wanted.n
                assert found.value == pytest.approx(wanted.value, abs=1e-9, nan_ok=True)
                np.testing.assert_allclose(tuple(found.interval()), tuple(wanted.interval()), atol=1e-6)


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")  # samples are drawn, and may rest on one customer
@settings(max_examples=25, deadline=None)
@given(drawn=rows, weighted=st.booleans())
def test_fading_weights_are_clustered_by_customer(drawn: Any, weighted: bool) -> None:
    """All answers so far, with weights that fade: the score and interval of a survey with these weights."""
    data = small(drawn)[1]
    roles: dict[str, Any] = {"customer": "who"} | ({"weight": "w"} if weighted else {})
    line = nk.Survey(data, time="day", **roles).timeline("week", half_life="10d", by="region")
    for t, label in enumerate(line.labels):
        age = (line.ends[t] - data["day"]) / np.timedelta64(10, "D")
        fading = 0.5**age * (data["w"] if weighted else 1)
        alone = window_alone(data, line, t, fading, customer="who", weight="w")
        for region in "NS":
            found, wanted = line[region, label], alone[region, True]
            assert found.n == wanted.n
            assert found.value == pytest.approx(wanted.value, abs=1e-9)
            np.testing.assert_allclose(tuple(found.interval()), tuple(wanted.interval()), atol=1e-6)


def test_windows_of_whole_months_are_the_months() -> None:
    """A window of a month seen every month is the calendar month, clustered; so are those of all and valid answers."""
    data = simulated(2, n=3000)
    survey = hotel_survey(data, customer="customer", weight="weight")
    for denominator in ("valid", "all"):
        months = survey.timeline("month", denominator=denominator)
        moving = survey.timeline("month", window="1mo", denominator=denominator)
        for found, wanted in zip(moving.intervals(), months.intervals(), strict=True):
            np.testing.assert_allclose(found[:-1], wanted[:-1], atol=1e-9)
    assert str(moving.conventions).endswith("variance: clustered")


def test_windows_of_a_raked_survey() -> None:
    """Each window is a part of the calibrated sample; fading weights of a raked survey count as independent."""
    data = small([(day, (7 * day) % 11, "NNS"[day % 3], day % 9, 1) for day in range(60)])[1]
    known = {"region": {"N": 0.5, "S": 0.5}}
    raked = nk.Survey(data, time="day", customer="who").rake(known)
    line = raked.timeline("month", window="30d")
    inside = (data["day"] >= line.begins[1]) & (data["day"] < line.ends[1])
    part = nk.Survey(data | {"inside": inside.tolist()}, customer="who").rake(known).score(by="inside")
    assert line["2026-02"].value == pytest.approx(part[True].value)
    assert tuple(line["2026-02"].interval()) == pytest.approx(tuple(part[True].interval()))
    assert line.conventions.variance == "calibrated"
    assert raked.timeline("month", half_life="30d").conventions.variance == "independent"


def test_raked_waves_of_the_same_customers() -> None:
    """What customers repeat because of their area is no chance where areas are raked, in comparisons and against."""
    rng, who = np.random.default_rng(0), np.tile(np.arange(40), 2)
    kinds = np.where(rng.random(80) < 0.3, 1, 2 * (who % 2))
    days = np.repeat(["2026-01-10", "2026-02-10"], 40)
    data = {"score": np.array([0, 7, 10])[kinds], "who": who, "day": days, "area": who % 2, "wave": days}
    raked = nk.Survey(data, score="score", customer="who", time="day").rake({"area": {0: 0.5, 1: 0.5}})
    pair = raked.compare(by="wave").pairs[0]
    calibration = post_stratify(np.ones(80), who % 2, {0: 0.5, 1: 0.5})
    wave = np.repeat([0, 1], 40)
    rho = calibrated_correlations(calibration, kinds, CATEGORY_SCORES, wave, clusters=who)[0, 1]
    one, other = (
        calibrated_estimate(
            calibration, np.where(wave == w, kinds, -1), CATEGORY_SCORES, clusters=who, customers="all"
        ).effective_counts()
        for w in range(2)
    )
    expected = score_test(one, other, CATEGORY_SCORES, correlation=rho)[1]
    assert pair.p_value == pytest.approx(float(expected))
    later = raked.timeline("month").against().to_dict()["periods"][1]
    assert later["p_value"] == pytest.approx(pair.p_value)


def test_windows_where_nobody_answers_twice() -> None:
    """With customers bound who answer once each, windows are those of independent answers; so they are without any."""
    data = small([(day, day % 11, "N", day, 1) for day in range(40)])[1] | {"who": list(range(48))}
    given: list[dict[str, Any]] = [{}, {"customer": "who"}]
    plain, bound = (nk.Survey(data, time="day", **roles).timeline("week", window="20d") for roles in given)
    assert (str(bound), bound.tally) == (str(plain), plain.tally)
    assert bound.conventions == attrs.evolve(plain.conventions, by_customer=True)
    empty = nk.Survey({"score": [9, 3], "day": [None, None], "who": [1, 1]}, time="day", customer="who")
    assert len(empty.timeline(window="20d")) == 0


def test_series_that_are_not_one() -> None:
    """Windows share answers and segments are several series: both are refused, with the way out."""
    survey = hotel_survey(simulated(0))
    for line in (survey.timeline(window="90d"), survey.timeline(window=100), survey.timeline(half_life="30d")):
        with pytest.raises(IncompatibleError, match="take a timeline of calendar periods"):
            line.change_points()
    with pytest.raises(IncompatibleError, match=r"a series for each region; take one with \.segment"):
        survey.timeline(by="region").control_chart()
    with pytest.raises(InvalidValueError, match="kind must be one of 'laney', 'ewma', 'cusum': got 'shewhart'"):
        survey.timeline().control_chart("shewhart")  # type: ignore[arg-type]
    with pytest.raises(IncompatibleError, match="threshold is no option of kind='laney'"):
        survey.timeline().control_chart(threshold=4)


# ---- what cannot be done ----


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"control": {"regoin": "N"}}, ColumnNotFoundError, "did you mean 'region'"),
        ({"control": {"region": "nn"}}, InvalidValueError, "control: 'region' has no 'nn'; did you mean 'N'"),
        ({"control": {"region": []}}, InvalidValueError, "needs at least one value"),
        ({"control": {"region": [["N"]]}}, InvalidTypeError, "takes a value or a list"),
        ({"control": {}}, InvalidTypeError, "control says which values"),
        ({"treated": "N"}, InvalidTypeError, "treated says which values"),
        ({"treated": {"region": "N"}, "control": {"region": "N"}}, IncompatibleError, "overlap: row"),
        ({"control": {"region": ["N", "S"]}}, InvalidValueError, "treated: there is no scored answer before"),
        ({"control": {"region": "N"}, "method": "before_after"}, IncompatibleError, "control goes with"),
        ({"method": "magic"}, InvalidValueError, "method must be one of"),
        ({"every": "fortnight"}, InvalidValueError, "every must be one of"),
        ({"level": 2}, InvalidValueError, "level must lie strictly between 0 and 1"),
        ({"intervention": "2026-01-31"}, InvalidTypeError, "intervention must be an Intervention"),
        ({"intervention": nk.Intervention("x", "2025-01-01")}, InvalidValueError, "treated: .* before"),
        ({"intervention": nk.Intervention("x", "2027-01-01")}, InvalidValueError, "treated: .* after"),
    ],
)
def test_what_is_no_effect(arguments: dict[str, Any], error: type[Exception], says: str) -> None:
    """An error names the argument, the value and the fix."""
    survey, _ = small([(day, 9, "N", 1, 1) for day in range(40)])
    with pytest.raises(error, match=says):
        survey.effect(**({"intervention": END_OF_JANUARY} | arguments))


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("2026-01", "2026-Q1", "region"), IncompatibleError, "must not overlap"),
        (("2026-01", "2026-05", "region"), InvalidValueError, "after: there is no scored answer from 2026-05-01"),
        (("2026-01", "soon", "region"), InvalidValueError, "after must be a period"),
        (("2026-01", "2026-02", "regoin"), ColumnNotFoundError, "did you mean 'region'"),
        (("2026-01", "2026-02", []), InvalidValueError, "by must name at least one column"),
    ],
)
def test_what_is_no_explanation(arguments: Any, error: type[Exception], says: str) -> None:
    """An error names the argument, the value and the fix."""
    survey, _ = small([(day, 9, "N", 1, 1) for day in range(40)])
    with pytest.raises(error, match=says):
        survey.explain_change(*arguments)


def test_what_must_be_bound() -> None:
    """Without a time there is no before and after, and raked weights are refused rather than taken for fixed."""
    survey, data = small([(day, 9, "N", 1, 1) for day in range(40)])
    with pytest.raises(IncompatibleError, match=r"effect\(\) needs to know when"):
        nk.Survey(data).effect(END_OF_JANUARY)
    with pytest.raises(IncompatibleError, match=r"explain_change\(\) needs to know when"):
        nk.Survey(data).explain_change("2026-01", "2026-02", "region")
    raked = survey.rake({"region": {"N": 0.5, "S": 0.5}})
    with pytest.raises(IncompatibleError, match=r"rake\(\)"):
        raked.effect(END_OF_JANUARY)
    with pytest.raises(IncompatibleError, match=r"rake\(\)"):
        raked.explain_change("2026-01", "2026-02", "region")


def test_a_stratum_with_a_single_unit_is_refused() -> None:
    """Nothing is known of its variance: neither an effect nor an explanation makes one up."""
    data = small([(day, 9, "N", day, 1) for day in range(40)])[1]
    lonely = nk.Survey(data | {"s": ["one"] + ["rest"] * (len(data["score"]) - 1)}, time="day", stratum="s")
    with pytest.raises(InvalidValueError, match="one"):
        lonely.effect(END_OF_JANUARY)
    with pytest.raises(InvalidValueError, match="one"):
        lonely.explain_change("2026-01", "2026-02", "region")
