"""Comparing two scores, or all segments: signs, figures from other programs, and what cannot be compared."""

from __future__ import annotations

import json
import math
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, PrecisionWarning
from npskit.options import CompareMethod
from npskit.scorers import CES
from npskit.scores.comparison import Comparison, GroupComparison, compare, compare_groups
from npskit.scores.score import Score
from npskit.scores.score_table import ScoreTable
from npskit.scores.scoring import ces, csat, nps
from npskit.scores.segment_ranks import MOST_SEGMENTS
from npskit.survey import Survey

REFERENCE = Path(__file__).parent.parent / "reference" / "two_sample.json"
COUNTS = st.lists(st.integers(0, 60), min_size=3, max_size=3)
LEVELS = st.floats(0.5, 0.999)
METHODS = st.sampled_from(["score", "permutation"])


def of(counts: Any) -> Score:
    """Return the NPS of counts of detractors, passives and promoters."""
    return Score.of(Tally.from_counts(counts))


def table_of(answers: Any, groups: Any, **options: Any) -> ScoreTable:
    """Return the scores of answers by group."""
    table: ScoreTable = Survey({"score": answers, "group": groups}, **options).score(by="group")
    return table


AFTER, BEFORE = of([12, 18, 70]), of([20, 25, 55])


@given(COUNTS, COUNTS, LEVELS, METHODS)
@settings(max_examples=100, deadline=None)
def test_the_other_way_round(a: list[int], b: list[int], level: float, method: CompareMethod) -> None:
    """compare(a, b) is minus compare(b, a), to the last bit; the p-value is a probability."""
    one, other = compare(of(a), of(b), level=level, method=method), compare(of(b), of(a), level=level, method=method)
    assert np.array_equal(one.difference, -other.difference, equal_nan=True)
    assert np.array_equal(tuple(one.interval), (-other.interval.high, -other.interval.low), equal_nan=True)
    if sum(a) and sum(b):
        assert one.p_value == pytest.approx(other.p_value, rel=1e-9)
        assert 0 <= one.p_value <= 1
        assert -200 <= one.interval.low <= one.difference <= one.interval.high <= 200
    else:
        assert math.isnan(one.difference)
        assert math.isnan(one.p_value)


@given(COUNTS.filter(any), LEVELS, METHODS)
@settings(max_examples=30, deadline=None)
def test_with_itself(counts: list[int], level: float, method: CompareMethod) -> None:
    """A score does not differ from itself."""
    found = compare(of(counts), of(counts), level=level, method=method)
    assert found.difference == 0
    assert 0 in found.interval
    assert found.p_value == pytest.approx(1)


def test_figures() -> None:
    """The figures of an example worked out by hand: MOVER of the two score intervals, and the score test."""
    found = compare(AFTER, BEFORE)
    low, high = ((score.interval(), score.value) for score in (AFTER, BEFORE))
    (a, value_a), (b, value_b) = low, high
    assert found.difference == 23.0
    assert found.interval.low == pytest.approx(23 - math.hypot(value_a - a.low, b.high - value_b), abs=1e-9)
    assert found.interval.high == pytest.approx(23 + math.hypot(a.high - value_a, value_b - b.low), abs=1e-9)
    assert found.interval.method == "mover"
    assert found.p_value == pytest.approx(0.0321, abs=5e-5)
    assert found.method == "score"


@pytest.mark.parametrize("case", json.loads(REFERENCE.read_text(encoding="utf-8"))["tables"])
def test_reference_figures(case: dict[str, Any]) -> None:
    """Differences, intervals and p-values agree with independent implementations, on -100..100."""
    a, b = of(case["x"]), of(case["y"])
    found = compare(a, b)
    assert found.difference == pytest.approx(100 * case["diff"], abs=1e-9)
    assert tuple(found.interval) == pytest.approx([100 * limit for limit in case["mover_score_ci"]], abs=1e-7)
    assert found.p_value == pytest.approx(case["score_p_Nm1"], rel=1e-9)
    assert compare(a, b, method="permutation").p_value == pytest.approx(case["coin_exact_p"], rel=1e-8)


def test_weights_and_clusters() -> None:
    """Weighted and clustered scores compare at their effective counts: weights that are all alike change nothing."""
    answers, others = [10, 9, 7, 3, 8, 10], [3, 4, 9, 10, 0, 6]
    plain = compare(nps(answers), nps(others))
    alike = compare(nps(answers, weights=[2.0] * 6), nps(others, weights=[3.0] * 6))
    assert alike.difference == pytest.approx(plain.difference)
    # the variance is estimated, so the interval is wider than with simple counts
    assert alike.interval.low <= plain.interval.low < plain.interval.high <= alike.interval.high
    clustered: Score = Survey({"score": answers, "who": [1, 1, 2, 2, 3, 3]}, customer="who").score()
    found = compare(clustered, nps(others))
    assert 0 < found.p_value <= 1
    for a, b in ((clustered, nps(others)), (nps(others), nps(answers, weights=[2.0] * 6))):
        with pytest.raises(IncompatibleError, match="cannot be permuted; use method='score'"):
            compare(a, b, method="permutation")


@pytest.mark.parametrize("value", [5, None, "x", [10, 9], Tally.from_counts([1, 2, 3])])
def test_what_is_no_score(value: Any) -> None:
    """Only scores compare, and the error names the argument."""
    with pytest.raises(InvalidTypeError, match="b must be a Score"):
        compare(AFTER, value)
    with pytest.raises(InvalidTypeError, match="a must be a Score"):
        compare(value, AFTER)


def test_what_does_not_compare() -> None:
    """Scores of different scorers or conventions do not compare; unknown methods and levels are refused."""
    with pytest.raises(IncompatibleError, match="scores of one scorer"):
        compare(AFTER, csat([5, 4]))
    with pytest.raises(IncompatibleError, match="same denominator compare: got 'valid' and 'all'"):
        compare(nps([10]), nps([10], denominator="all"))
    frame = {"score": [10, 3], "who": [1, 1]}
    mean: Score = Survey(frame, customer="who").score(repeats="mean")
    with pytest.raises(IncompatibleError, match="same repeats compare: got 'all' and 'mean'"):
        compare(nps([10, 3]), mean)
    with pytest.raises(InvalidValueError, match="did you mean 'permutation'"):
        compare(AFTER, BEFORE, method="permutations")  # type: ignore[arg-type]
    for level in (0, 1, 95, math.nan):
        with pytest.raises(InvalidValueError, match="level"):
            compare(AFTER, BEFORE, level=level)


def test_denominator_all() -> None:
    """Scores over all responses compare with each other, by either method."""
    a, b = nps([10, 9, None, 3], denominator="all"), nps([3, None, None, 10, 0], denominator="all")
    for method in ("score", "permutation"):
        found = compare(a, b, method=method)
        assert found.difference == 25 - -20
        assert 0 < found.p_value <= 1


def test_comparison_is_shown() -> None:
    """A comparison is shown in one line, in HTML and as plain Python."""
    found = compare(AFTER, BEFORE, level=0.999)
    assert repr(found).startswith("Comparison(difference=23.0, interval=(")
    assert "level=0.999" in repr(found)
    assert "99.9% interval" in found._repr_html_()
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["value"] == 23.0
    assert plain["a"]["value"] - plain["b"]["value"] == 23.0
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(found.to_frame(backend)) == 1
    assert found.to_frame("polars")["difference"].to_list() == [23.0]
    assert pickle.loads(pickle.dumps(found)) == found
    with pytest.raises(AttributeError):
        found.difference = 0.0  # type: ignore[misc]
    empty = compare(nps([]), nps([10]))
    assert "nan" in repr(empty)
    assert "nan" in empty._repr_html_()
    assert isinstance(empty, Comparison)


def test_the_default_comparison_needs_no_scipy() -> None:
    """Comparing two scores does not cost the import of scipy."""
    program = "import npskit as nk, sys; nk.compare(nk.nps([10, 9]), nk.nps([3])); assert 'scipy' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


GROUPS = ["a"] * 40 + ["b"] * 40 + ["c"] * 40
ANSWERS = [10] * 30 + [3] * 10 + [10] * 20 + [8] * 5 + [2] * 15 + [9] * 10 + [7] * 10 + [0] * 20


def test_pairs_are_comparisons() -> None:
    """Each pair of segments has the figures of `compare`, and the adjusted p-value is never smaller."""
    table = table_of(ANSWERS, GROUPS)
    found = compare_groups(table, correction="bh", level=0.9)
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b"), ("a", "c"), ("b", "c")]
    for pair in found.pairs:
        alone = compare(table[pair.a], table[pair.b], level=0.9)
        assert pair.difference == pytest.approx(alone.difference)
        assert tuple(pair.interval) == pytest.approx(tuple(alone.interval))
        assert pair.p_value == pytest.approx(alone.p_value)
        assert pair.p_adjusted >= pair.p_value
        assert (pair.n_a, pair.n_b, pair.too_few) == (40, 40, False)
    assert found.statistic == found.f > 0
    assert 0 < found.p_value < 0.05


def test_groups_of_two() -> None:
    """Of two segments there is one pair, whose p-value needs no adjustment."""
    found = compare_groups(table_of([10, 9, 3, 3, 10, 0], list("aaabbb")))
    (pair,) = found.pairs
    assert pair.p_adjusted == pair.p_value
    assert found.df == (1,)
    assert found.p_value == pytest.approx(pair.p_value)
    assert pair.too_few
    assert "3 and 3  too few" in str(found)
    assert "3 and 1  too few: one answer" in str(compare_groups(table_of([10, 9, 3, 3], list("aaab"))))


def test_welch_is_an_option() -> None:
    """Welch's F has two degrees of freedom; whatever else is asked for is refused."""
    table = table_of(ANSWERS, GROUPS)
    found = compare_groups(table, overall="welch")
    assert len(found.df) == 2
    assert "F=" in repr(found)
    assert "chi2=" in repr(compare_groups(table))
    with pytest.raises(InvalidValueError, match="overall"):
        compare_groups(table, overall="anova")  # type: ignore[arg-type]


def test_groups_that_are_left_out() -> None:
    """Segments without an answer are named, not compared; the missing segment is one where that is asked for."""
    table = table_of([10, 3, 10, 9, None, 4], ["a", "a", None, None, "z", "b"])
    found = compare_groups(table)
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b")]
    assert set(found.not_compared) == {"z", "(missing)"}
    assert (found.row_counts.n, found.row_counts.left_out) == (3, 2)
    found = compare_groups(table, missing=True)
    assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b"), ("a", "(missing)"), ("b", "(missing)")]
    assert found.not_compared == ("z",)
    for answers, groups in (([10, 3], ["a", "a"]), ([None, 3], ["a", "b"]), ([], [])):
        with pytest.raises(InvalidValueError, match="fewer than two segments of group can be compared"):
            compare_groups(table_of(answers, groups))


def test_groups_without_variance() -> None:
    """Segments whose answers are all alike are compared without a warning."""
    found = compare_groups(table_of([10, 10, 10, 0, 0, 0], list("aaabbb")))
    assert found.pairs[0].difference == 200
    assert 0 <= found.pairs[0].p_value < 0.05


def test_weighted_and_clustered_groups() -> None:
    """Weighted and clustered segments are compared at their effective counts."""
    weights = [1.0 + i % 2 for i in range(len(ANSWERS))]
    customers = [i // 2 for i in range(len(ANSWERS))]
    plain = compare_groups(table_of(ANSWERS, GROUPS))
    for options in ({"weight": "w"}, {"customer": "who"}):
        survey = Survey({"score": ANSWERS, "group": GROUPS, "w": weights, "who": customers}, **options)  # type: ignore[arg-type]
        found = survey.compare(by="group")
        assert found.f != plain.f
        assert all(0 <= pair.p_value <= 1 for pair in found.pairs)


def test_the_p_value_does_not_depend_on_the_level() -> None:
    """The level is that of the interval: with weights or customers too, the p-value is the same at each."""
    weights = [1.0 + i % 2 for i in range(len(ANSWERS))]
    data = {"score": ANSWERS, "group": GROUPS, "w": weights, "who": [i // 9 for i in range(len(ANSWERS))]}
    for options in ({"weight": "w"}, {"customer": "who"}):
        table = Survey(data, **options).score(by="group")  # type: ignore[arg-type]
        ways = [(compare(table["a"], table["b"], level=q), compare_groups(table, level=q)) for q in (0.8, 0.95, 0.99)]
        assert len({one.p_value for one, _ in ways}) == len({every.p_value for _, every in ways}) == 1
        widths = []
        for one, every in ways:
            pair = every.pairs[0]
            assert pair.p_value == pytest.approx(one.p_value)
            assert tuple(pair.interval) == pytest.approx(tuple(one.interval))
            widths.append(pair.interval.high - pair.interval.low)
        assert widths[0] < widths[1] < widths[2]


def test_a_segment_of_one_customer_is_left_out() -> None:
    """How sure one may be of a single customer is not known, whether his answers differ or are all alike."""
    for last in ([10, 10, 10], [10, 0, 10]):
        data = {"score": [10, 3, 10, 9, 0, 8, *last], "group": list("aaabbbccc"), "who": [1, 1, 2, 3, 3, 4, 5, 5, 5]}
        found = Survey(data, customer="who").compare(by="group")
        assert [(pair.a, pair.b) for pair in found.pairs] == [("a", "b")]
        assert found.not_compared == ("c",)


def test_a_census_compares() -> None:
    """A census has no error of its own: only that of the other score is left, and two of them simply differ or not."""
    data = {"score": [10] * 30 + [0] * 20, "area": ["n"] * 25 + ["s"] * 25}
    census: Score = Survey(data, stratum="area", population=25).score()
    sample = nps([10, 8, 3, 10, 9, 9, 4])
    found, interval = compare(census, sample), sample.interval()
    assert tuple(found.interval) == pytest.approx((census.value - interval.high, census.value - interval.low))
    assert found.p_value == pytest.approx(sample.p_value(census.value), abs=0.05)
    assert compare(census, census).p_value == pytest.approx(1)
    assert tuple(compare(census, census).interval) == (0, 0)


def test_too_many_groups() -> None:
    """Pairs of thousands of segments are refused before they fill the memory."""
    size = MOST_SEGMENTS + 1
    table = table_of(np.tile([10, 3], size), np.repeat(np.arange(size), 2))
    with pytest.raises(InvalidValueError, match="group makes 1,001 segments"):
        compare_groups(table)


def test_bad_arguments_of_groups() -> None:
    """Unknown corrections and levels are refused."""
    table = table_of(ANSWERS, GROUPS)
    with pytest.raises(InvalidValueError, match=r"correction must be one of .* did you mean 'holm'"):
        compare_groups(table, correction="hollm")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="level"):
        compare_groups(table, level=2)


def test_groups_are_shown() -> None:
    """The comparison of groups is shown as a line, as text, as HTML with names escaped, as plain Python and a frame."""
    found = compare_groups(table_of(ANSWERS, [g.replace("a", "<script>") for g in GROUPS]), level=0.999)
    assert isinstance(found, GroupComparison)
    assert repr(found).startswith("GroupComparison(NPS by group, chi2=")
    assert str(found).count("\n") == 4
    assert "99.9% interval" in str(found)
    assert "<script" not in found._repr_html_()
    assert "&lt;script&gt;" in found._repr_html_()
    plain = found.to_dict()
    assert json.loads(json.dumps(plain)) == plain
    assert "backend" not in plain
    assert len(plain["pairs"]) == 3
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(found.to_frame(backend)) == 3
    assert pickle.loads(pickle.dumps(found)).to_dict() == plain


def panel() -> dict[str, list[Any]]:
    """Return a panel of 60 customers in two waves, of which six rise; and a third wave of others."""
    first = [10] * 30 + [8] * 15 + [3] * 15
    second = first[:30] + [10] * 6 + first[36:]
    return {
        "score": first + second + first,
        "wave": ["a"] * 60 + ["b"] * 60 + ["c"] * 60,
        "who": [*range(60), *range(60), *range(100, 160)],
    }


def test_customers_on_both_sides_are_allowed_for() -> None:
    """Six of sixty rise and nobody falls: of the same customers that is a change, of others it is none."""
    data = panel()
    same, apart = (Survey(data, score="score", customer=who).compare(by="wave") for who in ("who", None))
    (ab, _, bc), (ab_apart, _, bc_apart) = same.pairs, apart.pairs
    assert ab.p_value < 0.05 < ab_apart.p_value
    assert ab.interval.low > 0 or ab.interval.high < 0
    assert bc.p_value == pytest.approx(bc_apart.p_value, abs=0.03)
    assert same.p_value < apart.p_value
    with pytest.raises(IncompatibleError, match="share sampling units"):
        Survey(data, score="score", customer="who").compare(by="wave", overall="welch")


def test_the_same_answers_again_are_no_change() -> None:
    """Where everybody says the same again there is no difference, and no doubt about it."""
    data = panel()
    data["score"] = data["score"][:60] * 2 + data["score"][120:]
    found = Survey(data, score="score", customer="who").compare(by="wave")
    assert found.pairs[0].difference == 0
    assert found.pairs[0].p_value == 1
    assert 0 in found.pairs[0].interval


def test_means_of_answers_all_alike_are_warned_of() -> None:
    """Where a few answers are all alike equal means may be told apart too often; of three categories they are not."""
    top, mixed = ces([7] * 10), ces([6] * 6 + [7] * 4)
    with pytest.warns(PrecisionWarning, match="the few answers of a are all alike"):
        assert compare(top, mixed).p_value < 0.05
    data = {"score": [7] * 10 + [6] * 6 + [7] * 4, "by": ["x"] * 10 + ["y"] * 10}
    with pytest.warns(PrecisionWarning, match="the few answers of x are all alike"):
        Survey(data, score="score", scorer=CES()).compare("by")
    compare(nps([10] * 10), nps([0] * 10))
    compare(top, ces([7] * 9 + [6]))
