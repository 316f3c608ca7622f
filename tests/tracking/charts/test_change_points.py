"""Laws of change points."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.arrays import Floats
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.intervals import score_interval
from npskit.inference.two_sample import difference_interval
from npskit.tracking.charts import partition as module
from npskit.tracking.charts.change_record import ChangePoints
from npskit.tracking.charts.segmentation import (
    change_points,
    default_penalty,
    period_dispersion,
    segment_starts,
    segmentation_cost,
)

# drawn series may look like anything
pytestmark = pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")

FILES = Path(__file__).parents[2] / "reference"
REFERENCE = json.loads((FILES / "change_points.json").read_text())
WEEKS = np.loadtxt(FILES / "weekly_counts.csv", delimiter=",", skiprows=1)[:, 1:]
NPS = np.array([-100.0, 0.0, 100.0])


few = settings(max_examples=40, deadline=None)
penalties = st.floats(0.5, 20)


@st.composite
def series(draw: st.DrawFn, most: int = 9, least: int = 1) -> Floats:
    """Counts of a few periods, thin and thick, in three categories, some of which may never occur."""
    row = st.lists(st.integers(0, 30), min_size=3, max_size=3).filter(any)
    return np.array(draw(st.lists(row, min_size=least, max_size=most)), dtype=np.float64)


def _cost(counts: Floats, starts: tuple[int, ...]) -> float:
    """-2 log-likelihood, written out."""
    total = 0.0
    for first, last in itertools.pairwise([0, *starts, len(counts)]):
        held = counts[first:last].sum(axis=0).tolist()
        total -= 2 * sum(c * math.log(c / sum(held)) for c in held if c)
    return total


def _all_segmentations(size: int, min_length: int) -> list[tuple[int, ...]]:
    """Every way to cut periods into segments that are long enough."""
    cuts = itertools.chain.from_iterable(itertools.combinations(range(1, size), k) for k in range(size))
    return [c for c in cuts if not c or min(b - a for a, b in itertools.pairwise([0, *c, size])) >= min_length]


@pytest.mark.parametrize("case", REFERENCE["penalized"])
def test_reference_segmentations(case: dict[str, Any]) -> None:
    """Under each penalty the changes and the objective are those that ruptures found by PELT."""
    starts = segment_starts(WEEKS, case["penalty"], min_length=1)
    assert starts.tolist() == case["starts"]
    objective = segmentation_cost(WEEKS, starts) + case["penalty"] * starts.size
    assert objective == pytest.approx(case["objective"], rel=1e-12)


def test_reference_costs() -> None:
    """The best segmentations into one to six segments cost what the reference says."""
    segments = _segment_costs()
    least = segments[0]
    for case in REFERENCE["segments"]:
        assert segmentation_cost(WEEKS, case["starts"]) == pytest.approx(case["cost"], rel=1e-12)
        assert least[-1] == pytest.approx(case["cost"], rel=1e-12)
        # one segment more, the last from s to t
        least = (least[:, None] + segments).min(axis=0)


def _segment_costs() -> Floats:
    """The cost of the segment from s to t, s before t, infinite elsewhere; shape (T + 1, T + 1)."""
    size = len(WEEKS)
    table = np.full((size + 1, size + 1), np.inf)
    for s, t in itertools.combinations(range(size + 1), 2):
        table[s, t] = segmentation_cost(WEEKS[s:t], [])
    return table


def test_reference_with_five_segments_is_reached() -> None:
    """Between its neighbors on the hull of costs, a penalty of 9.6 finds the reference's five segments."""
    assert segment_starts(WEEKS, 9.6, min_length=1).tolist() == REFERENCE["segments"][4]["starts"]


def test_weeks() -> None:
    """With the default penalty the reference weeks change at 31 and 55, as R's strucchange says by BIC."""
    found = change_points(WEEKS, NPS)
    assert [change.index for change in found.changes] == [31, 55]
    assert found.penalty == pytest.approx(3 * math.log(90) * found.dispersion, rel=1e-12)
    means = [WEEKS[a:b].sum(axis=0) @ NPS / WEEKS[a:b].sum() for a, b in [(0, 31), (31, 55), (55, 90)]]
    fall, rise = found.changes
    np.testing.assert_allclose([fall.before, fall.after, rise.before, rise.after], [*means[:2], *means[1:]], rtol=1e-12)
    assert fall.interval.high < 0 < rise.interval.low


@few
@given(counts=series(), penalty=penalties, min_length=st.integers(1, 3))
def test_exact(counts: Floats, penalty: float, min_length: int) -> None:
    """No segmentation, of all there are, has a smaller criterion."""
    starts = segment_starts(counts, penalty, min_length)
    assert tuple(starts) in _all_segmentations(len(counts), min_length) or not starts.size
    least = min(_cost(counts, cuts) + penalty * len(cuts) for cuts in _all_segmentations(len(counts), min_length))
    found = segmentation_cost(counts, starts) + penalty * starts.size
    expected = segmentation_cost(counts, []) if len(counts) < min_length else least
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


def _by_the_textbook(counts: Floats, penalty: float, min_length: int) -> float:
    """The least criterion of all segmentations, each end by each start, nothing dropped."""
    size = len(counts)
    least = [-penalty, *[math.inf] * size]
    for end in range(min_length, size + 1):
        starts = range(end - min_length + 1)
        least[end] = min(least[s] + segmentation_cost(counts[s:end], []) for s in starts) + penalty
    return least[size]


@settings(max_examples=60, deadline=None)
@given(
    counts=series(most=40, least=7),
    penalty=penalties,
    min_length=st.integers(1, 7),
    ends=st.integers(1, 9),
    cells=st.sampled_from([1, 200, 1 << 16]),
)
def test_dropping_starts_loses_nothing(counts: Floats, penalty: float, min_length: int, ends: int, cells: int) -> None:
    """However many ends are weighed at a time, the criterion is as small as with every start kept for every end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_ENDS", ends)
        patch.setattr(module, "_CELLS", cells)
        starts = segment_starts(counts, penalty, min_length)
    assert (np.diff([0, *starts, len(counts)]) >= min_length).all()
    found = segmentation_cost(counts, starts) + penalty * starts.size
    assert found == pytest.approx(_by_the_textbook(counts, penalty, min_length), rel=1e-9, abs=1e-9)


@few
@given(counts=series(most=30), penalty=st.none() | penalties)
def test_never_worse_than_no_change(counts: Floats, penalty: float | None) -> None:
    """Under its own criterion a segmentation is never worse than none, and equal to it only if it is none."""
    found = change_points(counts, NPS, penalty=penalty)
    assert found.criterion <= found.criterion_without + 1e-9
    assert found.changes or found.criterion == found.criterion_without


@few
@given(counts=series(most=12), penalty=penalties)
def test_time_reversed(counts: Floats, penalty: float) -> None:
    """Reversing time mirrors the changes: they are as good as any, and the same where one segmentation is best."""
    size = len(counts)
    forth, back = segment_starts(counts, penalty), segment_starts(counts[::-1], penalty)
    mirrored = (size - back)[::-1]
    criteria = [segmentation_cost(counts, starts) + penalty * starts.size for starts in (forth, mirrored)]
    assert criteria[0] == pytest.approx(criteria[1], rel=1e-9, abs=1e-9)
    ranked = sorted(_cost(counts, cuts) + penalty * len(cuts) for cuts in _all_segmentations(size, 2))
    if len(ranked) > 1 and ranked[1] - ranked[0] > 1e-6:
        assert forth.tolist() == mirrored.tolist()


def test_weeks_reversed() -> None:
    """The reference weeks run backward change at the mirrored places, by the opposite differences."""
    forth, back = change_points(WEEKS, NPS), change_points(WEEKS[::-1], NPS)
    assert [90 - change.index for change in back.changes[::-1]] == [change.index for change in forth.changes]
    assert back.dispersion == pytest.approx(forth.dispersion, rel=1e-12)
    for there, here in zip(back.changes[::-1], forth.changes, strict=True):
        np.testing.assert_allclose(there.interval.low, -here.interval.high, rtol=1e-9)
        assert there.difference == pytest.approx(-here.difference, rel=1e-9)


@few
@given(counts=series(most=20), data=st.data())
def test_empty_periods_do_not_matter(counts: Floats, data: st.DataObject) -> None:
    """Periods without answers move the places, and change nothing else; a change is named by a period with answers."""
    gaps = data.draw(st.lists(st.integers(0, len(counts)), max_size=6))
    gapped = np.insert(counts, gaps, 0, axis=0)
    places = np.flatnonzero(gapped.sum(axis=1) > 0)
    found, expected = (change_points(c, NPS, penalty=4.0) for c in (gapped, counts))
    assert found.dispersion == expected.dispersion
    assert found.criterion == expected.criterion
    assert [c.index for c in found.changes] == [places[c.index] for c in expected.changes]
    assert [c.difference for c in found.changes] == [c.difference for c in expected.changes]
    assert change_points(gapped, NPS).penalty == change_points(counts, NPS).penalty


@few
@given(counts=series(most=20), scale=st.floats(0.01, 100), shift=st.floats(-100, 100))
def test_the_units_of_the_category_scores_do_not_matter(counts: Floats, scale: float, shift: float) -> None:
    """Rescaled category scores give the same changes, with scores in the new units."""
    found, expected = (change_points(counts, w, penalty=3.0) for w in (shift + scale * NPS, NPS))
    assert [c.index for c in found.changes] == [c.index for c in expected.changes]
    near = 1e-7 * (abs(shift) + 100 * scale)
    for here, there in zip(found.changes, expected.changes, strict=True):
        assert here.before == pytest.approx(shift + scale * there.before, abs=near)
        assert here.interval.low == pytest.approx(scale * there.interval.low, abs=near)


@few
@given(counts=series(most=20), factor=st.integers(2, 9))
def test_counts_and_penalty_scale_together(counts: Floats, factor: int) -> None:
    """m times the answers and m times the penalty give m times the criterion."""
    once, often = change_points(counts, NPS, penalty=4.0), change_points(factor * counts, NPS, penalty=factor * 4.0)
    assert often.criterion == pytest.approx(factor * once.criterion, rel=1e-9, abs=1e-9)


@few
@given(counts=series(most=20), order=st.permutations([0, 1, 2]))
def test_order_and_unused_categories_do_not_matter(counts: Floats, order: list[int]) -> None:
    """Categories may come in any order, and one that never occurs changes neither the penalty nor the changes."""
    wider = np.insert(counts, 1, 0, axis=1)
    expected = change_points(counts, NPS)
    shuffled = change_points(counts[:, order], NPS[order])
    widened = change_points(wider, np.insert(NPS, 1, -50))
    for found in (shuffled, widened):
        assert found.penalty == pytest.approx(expected.penalty, rel=1e-9)
        assert found.criterion == pytest.approx(expected.criterion, rel=1e-9, abs=1e-9)


def test_a_change_that_leaves_the_score_is_found() -> None:
    """The likelihood sees categories: polarized answers are a change, though the score stays."""
    (change,) = change_points([[10, 80, 10]] * 8 + [[40, 20, 40]] * 8, NPS).changes
    assert (change.index, change.difference) == (8, 0)
    assert change.interval.low < 0 < change.interval.high


def test_merging_categories_of_equal_worth_may_hide_a_change() -> None:
    """Categories worth the same are told apart until they are merged."""
    counts = np.array([[40, 10, 50]] * 8 + [[10, 40, 50]] * 8)
    merged = np.stack([counts[:, :2].sum(axis=1), counts[:, 2]], axis=1)
    assert len(change_points(counts, [0, 0, 1])) == 1
    assert len(change_points(merged, [0, 1])) == 0


@few
@given(counts=series(most=20), level=st.floats(0.5, 0.99))
def test_intervals_are_those_of_the_segments(counts: Floats, level: float) -> None:
    """Scores, intervals and differences are those of the pooled segments, each answer counting as 1/φ of one."""
    found = change_points(counts, NPS, penalty=2.0, level=level)
    edges = [0, *(c.index for c in found.changes), len(counts)]
    pooled = [counts[a:b].sum(axis=0) for a, b in itertools.pairwise(edges)]
    for change, before, after in zip(found.changes, pooled, pooled[1:], strict=False):
        effective = [before / found.dispersion, after / found.dispersion]
        limits = [float(x) for counts_of in effective for x in score_interval(counts_of, NPS, level)]
        limits += [float(x) for x in difference_interval(effective[1], effective[0], NPS, level)]
        held = [*change.before_interval, *change.after_interval, *change.interval]
        np.testing.assert_allclose(held, limits, rtol=1e-9, atol=1e-9)
        assert (change.n_before, change.n_after) == (before.sum(), after.sum())
        assert change.difference == change.after - change.before


@pytest.mark.parametrize("answers", [1, 3, 200])
def test_dispersion_is_one_where_only_sampling_varies(answers: int) -> None:
    """However few the answers, periods drawn from one set of shares have a φ of about 1."""
    rng = np.random.default_rng(answers)
    counts = rng.multinomial(answers, [0.2, 0.3, 0.5], 20_000)
    assert 1 <= period_dispersion(counts) < 1.03


def test_dispersion_of_varying_periods() -> None:
    """Shares that vary by a Dirichlet of sum a raise φ to the ratio of variances, 1 + (n - 1)/(a + 1)."""
    rng = np.random.default_rng(5)
    counts = rng.multinomial(100, rng.dirichlet([20, 30, 50], 20_000))
    assert period_dispersion(counts) == pytest.approx(1 + 99 / 101, rel=0.03)


def test_dispersion_of_two_periods_is_pearsons() -> None:
    """For one pair φ is Pearson's χ² over its degrees of freedom, times (N - 1)/N."""
    pair = np.array([[10.0, 20, 30], [25, 20, 15]])
    expected = np.outer(pair.sum(axis=1), pair.sum(axis=0)) / pair.sum()
    chi_square = ((pair - expected) ** 2 / expected).sum()
    assert period_dispersion(pair) == pytest.approx(chi_square / 2 * 119 / 120, rel=1e-12)
    for nothing in (pair[:1], [[0, 5, 0], [0, 7, 0]], np.zeros((4, 3)), np.zeros((0, 3))):
        assert period_dispersion(nothing) == 1


def test_false_alarms_are_rare() -> None:
    """Of overdispersed series without a change at most one in ten shows one; without φ, most do."""
    rng = np.random.default_rng(11)
    found, unscaled = 0, 0
    for _ in range(100):
        counts = rng.multinomial(60, rng.dirichlet([12, 18, 30], 90))
        found += bool(change_points(counts, NPS).changes)
        unscaled += bool(segment_starts(counts, default_penalty(counts)).size)
    assert found <= 10
    assert unscaled >= 50


def test_a_planted_change_is_found() -> None:
    """A fall of 20 points in 60 overdispersed weeks of 150 answers is found within one week in 95 of 100 series."""
    rng = np.random.default_rng(12)
    shares = np.array([[0.15, 0.30, 0.55]] * 35 + [[0.27, 0.26, 0.47]] * 25)
    near = 0
    for _ in range(100):
        counts = np.array([rng.multinomial(150, rng.dirichlet(300 * p)) for p in shares])
        near += any(abs(change.index - 35) <= 1 for change in change_points(counts, NPS).changes)
    assert near >= 95


@pytest.mark.parametrize("counts", [np.zeros((0, 3)), np.zeros((5, 3)), [[1, 2, 3]], [[0, 4, 0]] * 8])
def test_nothing_to_find(counts: Any) -> None:
    """No periods, no answers, one period, or always the same answer: no change, and nothing breaks."""
    found = change_points(counts, NPS)
    assert (len(found), found.dispersion) == (0, 1)
    assert found.criterion == found.criterion_without
    assert found.penalty > 0


def test_effective_counts_of_any_size() -> None:
    """Counts need not be whole: what rounding leaves of an empty category costs nothing."""
    counts = np.array([[0.1, 0.2, 0.0]] * 10 + [[0.3, 0.0, 0.7]] * 10) * 70
    starts = segment_starts(counts, 5.0)
    assert starts.tolist() == [10]
    assert segmentation_cost(counts, starts) == pytest.approx(_cost(counts, (10,)), rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"counts": [1, 2, 3]}, InvalidValueError, "counts must have shape"),
        ({"counts": [[1, -2, 3]]}, InvalidValueError, "not negative"),
        ({"category_scores": [0, 1]}, InvalidValueError, "counts must end in one axis per category"),
        ({"penalty": 0}, InvalidValueError, "penalty must be above 0: got 0"),
        ({"penalty": "high"}, InvalidTypeError, "penalty must be a number: got 'high'"),
        ({"min_length": 0}, InvalidValueError, "min_length must be at least 1: got 0"),
        ({"min_length": 1.5}, InvalidTypeError, "min_length must be a whole number"),
        ({"level": 95}, InvalidValueError, "for 95 % write 0.95"),
        ({"periods": "ab"}, IncompatibleError, "periods must name each of the 90 periods of counts: got 2 names"),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """What cannot be used is refused by name, also where there is no change to describe."""
    with pytest.raises(error, match=message):
        change_points(**({"counts": WEEKS, "category_scores": NPS} | arguments))


def _named() -> ChangePoints:
    """The changes of the reference weeks, by date."""
    mondays = [dt.date(2026, 1, 5) + dt.timedelta(weeks=week) for week in range(90)]
    return change_points(WEEKS, NPS, periods=mondays, score="NPS <b>")


def test_what_a_person_reads() -> None:
    """One line with the dates and sizes of the changes, and a table with the intervals."""
    found = _named()
    start = "ChangePoints(NPS <b>, periods=90, changes=[2026-08-10 (-14.2), 2027-01-25 (+33.8)], dispersion="
    assert repr(found).startswith(start)
    lines = str(found).splitlines()
    assert lines[0] == repr(found)
    assert len(lines) == 4
    assert lines[2].startswith("2026-08-10    31.3")
    many = change_points(np.tile([[9, 1, 0], [9, 1, 0], [0, 1, 9], [0, 1, 9]], (3, 1)), NPS, penalty=1.0)
    assert len(many) == 5
    assert ", ..." not in repr(many)
    more = change_points(np.tile([[9, 1, 0], [9, 1, 0], [0, 1, 9], [0, 1, 9]], (4, 1)), NPS, penalty=1.0)
    assert ", ...]" in repr(more)


def test_what_a_program_reads() -> None:
    """Everything as JSON can hold it, a dataframe with one row for each change, and HTML with every name escaped."""
    pandas = pytest.importorskip("pandas")
    found = _named()
    held = json.loads(json.dumps(found.to_dict()))
    assert json.dumps(change_points(WEEKS, NPS, min_length=np.int64(2)).to_dict())  # type: ignore[arg-type]
    assert [change["period"] for change in held["changes"]] == ["2026-08-10", "2027-01-25"]
    assert "backend" not in held
    frame = found.to_frame("pandas")
    assert isinstance(frame, pandas.DataFrame)
    assert frame["difference"].tolist() == [change.difference for change in found.changes]
    shown = found._repr_html_()
    assert "NPS &lt;b&gt;" in shown
    assert "<b>" not in shown


def test_no_change_is_said() -> None:
    """A table without rows would leave a reader alone."""
    assert "No change was found" in str(change_points([[30, 40, 30]] * 6, [-100, 0, 100]))


def test_thin_periods_do_not_hide_how_much_large_ones_vary() -> None:
    """φ of lively large periods is the same with thin ones between them; with equal sizes all pairs weigh alike."""
    rng = np.random.default_rng(2)
    shares = [0.2, 0.3, 0.5]
    large = np.array([rng.multinomial(200, rng.dirichlet(60 * np.array(shares))) for _ in range(40)])
    thin = rng.multinomial(5, shares, 40)
    mixed = np.stack([large, thin], axis=1).reshape(-1, 3)
    assert period_dispersion(large) > 3
    assert period_dispersion(mixed) == period_dispersion(large)
    assert period_dispersion(mixed[::-1]) == pytest.approx(period_dispersion(mixed), rel=1e-12)
    pairs = [period_dispersion(large[i : i + 2]) for i in range(39)]
    assert min(pairs) >= 1
    assert period_dispersion(large[:2]) == pytest.approx(pairs[0])


def test_pairs_weigh_what_they_know() -> None:
    """Of three periods φ is the mean of its two pairs, by n₁n₂/(n₁ + n₂)."""
    periods = np.array([[5.0, 20, 15], [60, 20, 20], [10, 30, 60]])
    ratios, weights = [], []
    for first, second in itertools.pairwise(periods):
        both = np.array([first, second])
        expected = np.outer(both.sum(axis=1), both.sum(axis=0)) / both.sum()
        n = both.sum(axis=1)
        ratios.append(((both - expected) ** 2 / expected).sum() / 2 * (1 - 1 / n.sum()))
        weights.append(n.prod() / n.sum())
    assert period_dispersion(periods) == pytest.approx(np.average(ratios, weights=weights), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("periods", "chance", "lively", "growing", "uneven"),
    [(6, 10, 21, 17, 22), (12, 10, 19, 16, 22), (24, 7, 13, 10, 17), (52, 4, 7, 7, 16)],
)
def test_false_changes_are_as_many_as_documented(
    periods: int, chance: int, lively: int, growing: int, uneven: int
) -> None:
    """Of series in which nothing happened the share that shows a change is that of the page, within 4 points."""
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "monitors.md").read_text()
    assert f"| {periods} | {chance} % | {lively} % | {growing} % | {uneven} % |" in page
    rng, shares = np.random.default_rng(1), np.array([0.2, 0.3, 0.5])
    for documented, vary, kind in ((chance, 0, ""), (lively, 1, ""), (growing, 1, "growing"), (uneven, 1, "uneven")):
        found = 0
        for _ in range(1500):
            sizes = np.full(periods, 100)
            if kind == "growing":
                sizes = np.linspace(2, 200, periods).astype(int)
            elif kind == "uneven":
                sizes = np.maximum(2, rng.lognormal(4, 1, periods)).astype(int)
            each = rng.dirichlet(60 * shares, periods) if vary else np.tile(shares, (periods, 1))
            counts = [rng.multinomial(n, p) for n, p in zip(sizes, each, strict=True)]
            found += bool(change_points(counts, [-100, 0, 100]).changes)
        assert abs(found / 15 - documented) < 4
