"""Laws of the explanation of a change: mix and rate, their sum, their errors, and the sentence."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.clusters import cluster_totals
from npskit.inference.design_contrasts import design_contrast
from npskit.inference.estimate import Estimate
from npskit.inference.weighting import taylor_variance
from npskit.scorers.ces import CES
from npskit.scores.score import Conventions
from npskit.scores.score_table import ScoreTable
from npskit.survey import Survey
from npskit.tracking.change.change_explanation import ChangeExplanation
from npskit.tracking.change.explain import all_keys, explain_change
from npskit.tracking.change.mix_rate import MixRate, mix_and_rate

R = json.loads((Path(__file__).parents[2] / "reference" / "decomposition.json").read_text())
CATEGORY_SCORES = np.array([-1.0, 0.0, 1.0])
ATOL = 1e-12
NESTED = [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0]]


@st.composite
def periods(draw: st.DrawFn, least: int = 1, most: int = 5, low: int = 0) -> tuple[Any, Any]:
    """Counts of two periods, some segments perhaps empty, neither period."""
    segments = draw(st.integers(least, most))
    row = st.lists(st.integers(low, 40), min_size=3, max_size=3)
    table = st.lists(row, min_size=segments, max_size=segments).filter(lambda t: any(map(any, t)))
    return np.array(draw(table)), np.array(draw(table))


def exact(counts: Any) -> Any:
    """The same numbers as Python's own, which are counted with in fractions."""
    return np.asarray(counts).astype(object)


def table(by: tuple[str, ...] = ("region",), *, scorer: Any = None, **counts: Any) -> ScoreTable:
    """Return scores by segment from counts; an underscore parts the columns."""
    keys = tuple(tuple(name.split("_")) for name in counts)
    tally = Tally.from_counts(list(counts.values()), scorer)
    found = tally.table()
    return ScoreTable(by, keys, tally, Conventions("NPS()"), Estimate.from_sums(found.counts, found.category_scores))


def rows() -> tuple[Any, Any, list[str]]:
    """Return the reference counts before and after, and the names of the segments."""
    names = [row["segment"] for row in R["rows"]]
    before, after = (np.array([R[p].get(name, [0, 0, 0]) for name in names]) for p in ("period0", "period1"))
    return before, after, names


# ---- figures ----


def test_figures_in_floats_and_in_fractions() -> None:
    """Mix and rate of every segment are the published fractions, exactly; a new and a vanished one are mix."""
    before, after, _ = rows()
    found = mix_and_rate(before, after, CATEGORY_SCORES)
    wanted = [[row["mix"], row["rate"]] for row in R["rows"]]
    assert found.effects == pytest.approx(np.array(wanted), abs=ATOL)
    assert found.totals == pytest.approx([R["mix_total"], R["rate_total"]], abs=ATOL)
    assert (found.before, found.after) == pytest.approx((R["nps0"], R["nps1"]), abs=ATOL)
    whole = mix_and_rate(exact(before), exact(after), [-1, 0, 1])
    fractions = [[Fraction(row["mix_frac"]), Fraction(row["rate_frac"])] for row in R["rows"]]
    assert whole.effects.tolist() == fractions
    assert whole.totals.sum() == whole.after - whole.before
    for row, shares, scores in zip(R["rows"], found.shares.T, found.scores.T, strict=True):
        assert shares == pytest.approx([row["w0"], row["w1"]], abs=ATOL)
        filled = np.where(np.isnan(scores), scores[::-1], scores)
        assert filled == pytest.approx([row["r0"], row["r1"]], abs=ATOL)


def test_threefold_form() -> None:
    """Mix at old scores, rate at old shares and interaction are the published ones; with it, rate at new shares."""
    before, after, _ = rows()
    mix, rate, interaction = mix_and_rate(before, after, CATEGORY_SCORES).threefold
    assert mix == pytest.approx(R["laspeyres_mix_base_r0"], abs=ATOL)
    assert rate + interaction == pytest.approx(R["rate_at_w1"], abs=ATOL)
    assert interaction == pytest.approx(R["interaction_threefold"], abs=ATOL)


def test_three_factors() -> None:
    """Two nested dimensions and the rate: Shapley's values as enumerated."""
    ref = R["shapley3"]
    n0, n1, r0, r1 = (np.array(ref[name]).ravel() for name in ("n0", "n1", "r0", "r1"))
    before, after = (np.stack([n * (1 - r) / 2, 0 * n, n * (1 + r) / 2], axis=1) for n, r in ((n0, r0), (n1, r1)))
    found = mix_and_rate(before, after, CATEGORY_SCORES, [[0, 0], [0, 1], [1, 0], [1, 1]])
    assert found.totals == pytest.approx([ref["mixA"], ref["mixB_given_A"], ref["rate"]], abs=ATOL)
    assert found.after - found.before == pytest.approx(ref["total"], abs=ATOL)


def test_delta_method() -> None:
    """Standard errors of mix and rate are the published ones, and near those of its simulation."""
    ref = R["delta_method"]
    counts = np.array(ref["counts"])
    found = mix_and_rate(counts[:3], counts[3:], CATEGORY_SCORES)
    errors = np.sqrt(np.diag(found.covariance))
    assert found.totals == pytest.approx(ref["mix_rate"], abs=ATOL)
    assert errors == pytest.approx(ref["se"], rel=1e-7)
    assert errors == pytest.approx(ref["mc_se"], rel=0.01)


# ---- laws ----


@given(periods(5, 5))
@settings(max_examples=40)
def test_parts_sum_to_the_difference(pair: tuple[Any, Any]) -> None:
    """In fractions exactly, in floats up to rounding; for one dimension and for nested ones alike."""
    before, after = pair
    for codes in (None, NESTED, [[*row, i] for i, row in enumerate(NESTED)]):
        whole = mix_and_rate(exact(before), exact(after), [-100, 0, 100], codes)
        assert whole.totals.sum() == whole.after - whole.before
        floats = mix_and_rate(before, after, 100 * CATEGORY_SCORES, codes)
        assert floats.totals.sum() == pytest.approx(floats.after - floats.before, abs=1e-11)
        assert floats.effects == pytest.approx(whole.effects.astype(float), abs=1e-11)


@given(periods())
@settings(max_examples=40)
def test_the_other_way_round(pair: tuple[Any, Any]) -> None:
    """Swapping before and after negates every effect and keeps every error."""
    one, other = (mix_and_rate(*order, CATEGORY_SCORES) for order in (pair, pair[::-1]))
    assert one.effects == pytest.approx(-other.effects, abs=ATOL)
    assert one.covariances == pytest.approx(other.covariances, abs=ATOL)
    assert one.covariance == pytest.approx(other.covariance, abs=ATOL)


@given(periods(), st.integers(0, 4))
@settings(max_examples=40)
def test_identical_halves(pair: tuple[Any, Any], which: int) -> None:
    """Splitting a segment into two alike changes neither mix nor rate, and each half adds half of what it added."""
    before, after = (2.0 * counts for counts in pair)
    which %= len(before)
    whole = mix_and_rate(before, after, CATEGORY_SCORES)
    halved = []
    for counts in (before, after):
        split = np.insert(counts, which, counts[which] / 2, axis=0)
        split[which + 1] /= 2
        halved.append(split)
    found = mix_and_rate(halved[0], halved[1], CATEGORY_SCORES)
    assert found.totals == pytest.approx(whole.totals, abs=ATOL)
    assert found.effects[which] * 2 == pytest.approx(whole.effects[which], abs=ATOL)


@given(periods(), st.floats(0.1, 50), st.floats(-100, 100))
@settings(max_examples=40)
def test_scale_and_shift_of_category_scores(pair: tuple[Any, Any], scale: float, shift: float) -> None:
    """Category scores in other units: effects and errors scale, and do not feel a shift."""
    plain, other = mix_and_rate(*pair, CATEGORY_SCORES), mix_and_rate(*pair, scale * CATEGORY_SCORES + shift)
    assert other.effects == pytest.approx(scale * plain.effects, abs=1e-10)
    assert other.covariances == pytest.approx(scale**2 * plain.covariances, abs=1e-8)


@given(periods(), st.integers(2, 50))
@settings(max_examples=25)
def test_more_of_the_same(pair: tuple[Any, Any], times: int) -> None:
    """With `times` as many answers the effects are the same, and the variances that much smaller."""
    one, more = mix_and_rate(*pair, CATEGORY_SCORES), mix_and_rate(pair[0] * times, pair[1] * times, CATEGORY_SCORES)
    assert more.effects == pytest.approx(one.effects, abs=ATOL)
    assert more.covariances * times == pytest.approx(one.covariances, abs=ATOL)


@given(periods(1, 1, low=1))
@settings(max_examples=25)
def test_one_segment_is_all_rate(pair: tuple[Any, Any]) -> None:
    """With a single segment there is no mix, and the error is that of the difference of two scores."""
    found = mix_and_rate(*pair, CATEGORY_SCORES)
    assert found.effects[0, 0] == 0
    assert found.effects[0, 1] == pytest.approx(found.after - found.before, abs=ATOL)
    variance = sum(Estimate.from_sums(counts[0], CATEGORY_SCORES).variance for counts in pair)
    assert found.covariance[1, 1] == pytest.approx(variance, abs=ATOL)
    assert found.covariance[0] == pytest.approx(0, abs=ATOL)


@given(periods())
@settings(max_examples=40)
def test_error_of_the_sum(pair: tuple[Any, Any]) -> None:
    """The parts together have the variance of the difference of the two scores."""
    found = mix_and_rate(*pair, CATEGORY_SCORES)
    variance = sum(Estimate.from_sums(counts.sum(axis=0), CATEGORY_SCORES).variance for counts in pair)
    assert found.covariance.sum() == pytest.approx(variance, abs=ATOL)


@pytest.mark.parametrize("codes", [None, NESTED])
def test_errors_are_derivatives(codes: Any) -> None:
    """The covariances are those of numeric derivatives by every cell, also with segments in one period only."""
    rng = np.random.default_rng(3)
    before, after = rng.integers(1, 30, (2, 5, 3)).astype(np.float64)
    before[0], after[2:4] = 0, 0
    category_scores, step = np.array([-1.0, 0.3, 1.0]), 1e-4
    found = mix_and_rate(before, after, category_scores, codes)
    each, total = np.zeros_like(found.covariances), np.zeros_like(found.covariance)
    for t, counts in enumerate((before, after)):
        for place in np.argwhere(counts):
            moved = []
            for sign in (-step, step):
                tables = [before.copy(), after.copy()]
                tables[t][tuple(place)] += sign
                moved.append(mix_and_rate(tables[0], tables[1], category_scores, codes).effects)
            slope = (moved[1] - moved[0]) / (2 * step)
            each += counts[tuple(place)] * slope[:, :, np.newaxis] * slope[:, np.newaxis]
            total += counts[tuple(place)] * np.outer(slope.sum(axis=0), slope.sum(axis=0))
    assert found.covariances == pytest.approx(each, abs=1e-9)
    assert found.covariance == pytest.approx(total, abs=1e-9)


def test_weights() -> None:
    """Equal weights change nothing but n/(n - 1); with any, the whole has Taylor's variance."""
    before, after, _ = rows()
    n = (float(before.sum()), float(after.sum()))
    plain = mix_and_rate(before, after, CATEGORY_SCORES)
    found = mix_and_rate(3 * before, 3 * after, CATEGORY_SCORES, squares=(9 * before, 9 * after), n=n)
    assert found.effects == pytest.approx(plain.effects, abs=ATOL)
    assert found.covariance == pytest.approx(plain.covariance, rel=3e-3)
    weights = np.random.default_rng(1).uniform(0.5, 2, (2, *before.shape))
    sums, squares = weights * [before, after], weights**2 * [before, after]
    varied = mix_and_rate(sums[0], sums[1], CATEGORY_SCORES, squares=(squares[0], squares[1]), n=n)
    tables = zip((before, after), sums, squares, strict=True)
    variance = sum(
        float(taylor_variance(c.sum(axis=0), w.sum(axis=0), q.sum(axis=0), CATEGORY_SCORES)) for c, w, q in tables
    )
    assert varied.covariance.sum() == pytest.approx(variance, rel=1e-12)


def test_clusters() -> None:
    """With one answer per customer the errors are the plain ones; in any case the whole has that of the contrast."""
    rng = np.random.default_rng(5)
    size = 600
    categories, segment, period = rng.integers(0, 3, size), rng.integers(0, 4, size), rng.integers(0, 2, size)
    counts = np.zeros((2, 4, 3))
    np.add.at(counts, (period, segment, categories), 1)

    def found(customers: Any) -> MixRate:
        totals = cluster_totals(categories, 3, clusters=customers, groups=4 * period + segment, n_groups=8)
        return mix_and_rate(counts[0], counts[1], CATEGORY_SCORES, totals=totals)

    plain, alone = mix_and_rate(counts[0], counts[1], CATEGORY_SCORES), found(np.arange(size))
    assert alone.covariances == pytest.approx(plain.covariances * size / (size - 1), rel=1e-9)
    assert alone.covariance == pytest.approx(plain.covariance * size / (size - 1), rel=1e-9)
    customers = rng.integers(0, 90, size)
    whole = design_contrast(
        cluster_totals(categories, 3, clusters=customers, groups=period, n_groups=2), CATEGORY_SCORES, [-1, 1]
    )
    both = found(customers)
    assert (both.covariance.sum(), both.df) == pytest.approx((whole.variance, whole.df), rel=1e-12)
    assert both.effects == pytest.approx(plain.effects, abs=ATOL)
    few = np.array([[1, 0, 1]])
    one = cluster_totals([0, 2, 0, 2], 3, clusters=["a"] * 4, groups=[0, 0, 1, 1], n_groups=2)
    assert np.isnan(mix_and_rate(few, few, CATEGORY_SCORES, totals=one).covariance).all()
    with pytest.raises(InvalidValueError, match="8 groups"):
        mix_and_rate(counts[0], counts[1], CATEGORY_SCORES, totals=one)


def test_an_empty_period() -> None:
    """Nothing can be said of a period without answers: NaN, without a warning."""
    found = mix_and_rate([[0, 0, 0], [0, 0, 0]], [[1, 2, 3], [0, 0, 0]], CATEGORY_SCORES)
    assert np.isnan(found.before)
    assert found.after == pytest.approx(1 / 3)
    assert all(np.isnan(part).all() for part in (found.effects, found.covariance, found.covariances))
    assert np.isnan(found.shares[0]).all()


@pytest.mark.parametrize(
    ("before", "after", "options", "error", "message"),
    [
        (["a"], [[1, 2, 3]], {}, InvalidTypeError, "numbers"),
        ([[1, 2]], [[1, 2]], {}, InvalidValueError, "one column for each of 3"),
        ([[1, 2, -3]], [[1, 2, 3]], {}, InvalidValueError, "row 0, column 2"),
        ([[1, 2, 3]], [[1, 2, float("nan")]], {}, InvalidValueError, "after must be finite"),
        ([[1, 2, 3]], [[1, 2, 3]], {"category_scores": [0, 1, math.inf]}, InvalidValueError, "category_scores"),
        ([[1, 2, 3]] * 2, [[1, 2, 3]] * 2, {"codes": [[0, 0], [0, 0]]}, InvalidValueError, "same codes"),
        ([[1, 2, 3]], [[1, 2, 3]], {"codes": [[0.5]]}, InvalidValueError, "whole numbers"),
        ([[1, 2, 3]], [[1, 2, 3]], {"codes": [[0] * 7]}, InvalidValueError, "1 to 6"),
        ([[1, 2, 3]], [[1, 2, 3]], {"squares": ([1, 2, 3], [1, 2, 3])}, InvalidValueError, "squares"),
    ],
)
def test_refusals(before: Any, after: Any, options: Any, error: type[Exception], message: str) -> None:
    """What cannot be used is named, with what is wrong."""
    with pytest.raises(error, match=message):
        mix_and_rate(before, after, **{"category_scores": CATEGORY_SCORES, **options})


# ---- the record ----


def test_explanation_of_the_reference() -> None:
    """Scores, parts, segments by size and the sentence, in points."""
    found = explain_change(table(**R["period0"]), table(**R["period1"]))
    assert repr(found) == "ChangeExplanation(NPS by region, difference=19.6, mix=6.5, rate=13.1, segments=5)"
    assert (found.mix, found.rate) == pytest.approx((100 * R["mix_total"], 100 * R["rate_total"]))
    assert [s.segment for s in found.segments] == ["Basic", "Standard", "Premium", "New", "Legacy"]
    assert [part.name for part in found.parts] == ["mix", "rate"]
    assert sum(s.contribution for s in found.segments) == pytest.approx(found.difference)
    new = found.segments[3]
    assert (new.n_before, new.n_after, new.share_before, new.rate) == (0, 40, 0, 0)
    assert math.isnan(new.score_before)
    assert found.sentence == (
        "NPS rose 19.6 (from 18.2 to 37.8): 6.5 because the mix moved away from Basic (32% to 23%) and towards Premium "
        "(16% to 23%), 13.1 mainly because Standard (30.0 to 43.3) and Basic (-20.0 to -6.7) scored higher."
    )
    assert str(found).splitlines()[-1].split() == ["all", "18.2", "37.8", "6.5", "13.1", "19.6", "4.6"]
    low, high = found.interval
    assert low < found.difference < high
    for part in found.parts:
        assert part.interval.high - part.value == pytest.approx(1.959963984540054 * part.se)


def test_record_leaves() -> None:
    """To JSON, dataframes and HTML, with what customers typed escaped."""
    by = ("region", "mix")
    found = explain_change(table(by, **{"<b>_x": [1, 2, 3]}), table(by, **{"<b>_x": [1, 2, 9], "N\n_y": [1, 1, 1]}))
    plain = json.loads(json.dumps(found.to_dict()))
    assert plain["value"] == found.difference
    assert plain["segments"][0]["key"] == list(found.segments[0].key)
    assert plain["sentence"] == found.sentence
    frame = found.to_frame("polars")
    assert frame.columns[:4] == ["region", "mix (segment)", "mix of region", "mix of mix"]
    assert frame["contribution"].sum() == pytest.approx(found.difference)
    html = found._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert "\n" not in found.sentence


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (
            {"X": [100, 200, 700]},
            {"X": [300, 200, 500]},
            "NPS fell 40.0 (from 60.0 to 20.0) because X (60.0 to 20.0) scored lower.",
        ),
        (
            {"X": [5, 5, 5], "Y": [1, 1, 4]},
            {"X": [5, 5, 5], "Y": [1, 1, 4]},
            "NPS stayed at 14.3: neither the mix of region nor the scores within it moved it.",
        ),
        ({"X": [0, 0, 0]}, {"X": [1, 2, 3]}, "NPS cannot be compared: there are no answers before."),
        ({"X": [1, 2, 3]}, {"X": [0, 0, 0]}, "NPS cannot be compared: there are no answers after."),
        ({"X": [0, 0, 0]}, {"Y": [0, 0, 0]}, "NPS cannot be compared: there are no answers before and none after."),
        (
            {"X": [10, 0, 90], "Y": [90, 0, 10]},
            {"X": [200, 0, 800], "Y": [90, 0, 10]},
            "NPS rose 47.3 (from 0.0 to 47.3): 61.4 mainly because the mix moved away from Y (50% to 9%), less 14.1 "
            "because X (80.0 to 60.0) scored lower.",
        ),
        (
            {"X": [0, 0, 100], "Old": [100, 0, 0]},
            {"X": [0, 0, 100], "New": [0, 100, 0]},
            "NPS rose 50.0 (from 0.0 to 50.0) mainly because the mix moved away from Old (gone, 50% before).",
        ),
        (
            {"X": [10, 20, 70]},
            {"X": [10, 20, 70], "New": [0, 0, 900]},
            "NPS rose 36.0 (from 60.0 to 96.0) because the mix moved towards New (new, 90%) and away from X "
            "(100% to 10%).",
        ),
        (
            {"X": [0, 50, 50], "Y": [50, 50, 0]},
            {"X": [0, 100, 50], "Y": [25, 25, 0]},
            "NPS rose 12.5 (from 0.0 to 12.5): 22.9 because the mix moved away from Y (50% to 25%) and towards X "
            "(50% to 75%), less 10.4 because X (50.0 to 33.3) scored lower. That may be chance: the 95% interval is "
            "-0.4 to 25.4.",
        ),
    ],
)
def test_sentences(before: Any, after: Any, sentence: str) -> None:
    """A person reads the right direction, the right segments and the right numbers, for rises, falls and neither."""
    assert explain_change(table(**before), table(**after)).sentence == sentence


def test_sentence_where_parts_cancel() -> None:
    """A score that stayed where it was while mix and rate moved says both, with their signs."""
    before = table(X=[0, 50, 50], Y=[50, 50, 0])
    found = explain_change(before, table(X=[25, 75, 50], Y=[25, 25, 0]))
    assert found.difference == 0
    assert found.sentence == (
        "NPS stayed at 0.0: +20.8 because the mix moved away from Y (50% to 25%) and towards X (50% to 75%), "
        "-20.8 because X (50.0 to 16.7) scored lower."
    )


def test_sentence_of_nested_columns() -> None:
    """The mix of the inner column names the part it moved in, with its share of that part."""
    by = ("region", "channel")
    before = table(by, N_web=[10, 10, 80], N_tel=[80, 10, 10], S_web=[30, 40, 30])
    found = explain_change(before, table(by, N_web=[15, 15, 120], N_tel=[40, 5, 5], S_web=[30, 40, 30]))
    assert [part.name for part in found.parts] == ["mix of region", "mix of channel within region", "rate"]
    assert found.parts[1].value == pytest.approx(found.difference)
    assert found.sentence == (
        "NPS rose 23.3 (from 0.0 to 23.3) because the mix of channel within region moved away from N / tel (50% "
        "to 25%) and towards N / web (50% to 75%)."
    )


def test_small_scales_show_more_decimals() -> None:
    """A mean of 1 to 7 moves in hundredths."""
    one, other = [1, 1, 1, 1, 1, 1, 94], [1, 1, 1, 1, 1, 6, 89]
    scorer = CES()
    found = explain_change(table(scorer=scorer, X=one), table(scorer=scorer, X=other))
    assert " fell 0.05 (from " in found.sentence


def test_from_surveys() -> None:
    """Weighted and clustered surveys explain themselves; clustered ones only with the sums per customer."""
    rng = np.random.default_rng(7)
    size = 400
    data = [
        {
            "score": rng.integers(0, 11, size).tolist(),
            "region": rng.choice(["N", "S"], size).tolist(),
            "w": rng.uniform(0.5, 2, size).tolist(),
            "who": rng.integers(0, 150, size).tolist(),
        }
        for _ in range(2)
    ]
    plain = [Survey({k: d[k] for k in ("score", "region")}).score(by="region") for d in data]
    weighted = [Survey({k: d[k] for k in ("score", "region", "w")}, weight="w").score(by="region") for d in data]
    found = explain_change(weighted[0], weighted[1])
    assert found.difference == pytest.approx(found.mix + found.rate)
    assert found.se > explain_change(plain[0], plain[1]).se * 0.9
    clustered = [Survey(d, customer="who").score(by="region") for d in data]
    with pytest.raises(IncompatibleError, match="totals"):
        explain_change(clustered[0], clustered[1])
    keys = all_keys(clustered[0], clustered[1])
    codes = [2 * t + keys.index((r,)) for t, d in enumerate(data) for r in d["region"]]
    answers = np.concatenate([np.digitize(d["score"], [7, 9]) for d in data])
    totals = cluster_totals(answers, 3, clusters=data[0]["who"] + data[1]["who"], groups=codes, n_groups=4)
    both = explain_change(clustered[0], clustered[1], totals=totals)
    assert both.interval.method == "clustered"
    assert both.difference == pytest.approx(explain_change(plain[0], plain[1]).difference)
    part = both.parts[-1]
    assert part.interval.high - part.value > 1.96 * part.se


def test_tables_that_do_not_compare() -> None:
    """Other scorers, columns and conventions are refused by name."""
    one = table(X=[1, 2, 3])
    with pytest.raises(InvalidTypeError, match="after must be a ScoreTable"):
        explain_change(one, 3)  # type: ignore[arg-type]
    with pytest.raises(IncompatibleError, match="one scorer"):
        explain_change(one, table(scorer=CES(), X=[1] * 7))
    with pytest.raises(IncompatibleError, match="same segments"):
        explain_change(one, table(("city",), X=[1, 2, 3]))
    answers = {"score": [9, None], "region": ["X", "X"]}
    everyone = Survey(answers).score(by="region", denominator="all")
    with pytest.raises(IncompatibleError, match="same denominator"):
        explain_change(one, everyone)
    assert explain_change(everyone, everyone).before == 50


@pytest.mark.slow
def test_planted_mix_and_rate() -> None:
    """Over many samples the estimates center on the planted mix and rate, and intervals cover them as often as said."""
    rng = np.random.default_rng(11)
    shares = np.array([[0.5, 0.3, 0.2], [0.35, 0.35, 0.3]])
    answers = np.array(
        [[[0.2, 0.3, 0.5], [0.4, 0.3, 0.3], [0.1, 0.2, 0.7]], [[0.2, 0.25, 0.55], [0.3, 0.3, 0.4], [0.1, 0.3, 0.6]]]
    )
    cells = shares[..., np.newaxis] * answers
    truth = mix_and_rate(cells[0], cells[1], CATEGORY_SCORES).totals
    inside, sums = np.zeros(2), np.zeros(2)
    for _ in range(2000):
        before, after = (rng.multinomial(800, p.ravel()).reshape(3, 3) for p in cells)
        found = mix_and_rate(before, after, CATEGORY_SCORES)
        sums += found.totals
        inside += np.abs(found.totals - truth) <= 1.96 * np.sqrt(np.diag(found.covariance))
    assert sums / 2000 == pytest.approx(truth, abs=0.003)
    assert (np.abs(inside / 2000 - 0.95) < 0.015).all()


def test_repr_is_one_line() -> None:
    """The result prints on one line."""
    found = explain_change(table(X=[1, 2, 3]), table(X=[3, 2, 1]))
    assert isinstance(found, ChangeExplanation)
    assert len(repr(found).splitlines()) == 1
