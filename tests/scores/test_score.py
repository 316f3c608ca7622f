"""Laws of a single score: order, shards, scaling, mirrors, intervals, merging, and how it is shown and kept."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.intervals import score_p_value
from npskit.options import INTERVAL_METHODS, Backend, IntervalMethod
from npskit.results import Interval
from npskit.scorers.ces import CES
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI
from npskit.scores.comparison import compare
from npskit.scores.score import Conventions, Score
from npskit.scores.scoring import csat, measure, nps
from npskit.survey import Survey

VALID = st.lists(st.integers(0, 10), min_size=1, max_size=40)
RAW = st.lists(st.one_of(st.integers(-1, 11), st.none()), max_size=40)
COUNTS = st.tuples(*[st.integers(0, 60)] * 3).filter(any)
LEVELS = st.floats(0.5, 0.999)


@attrs.frozen
class Grades:
    """A scorer whose categories are named like columns of results."""

    name = "Grades"
    questions = {"grade": Scale(1, 3)}  # noqa: RUF012
    categories = ("low", "n", "high")
    category_scores = (0.0, 1.0, 2.0)

    def categorize(self, grade: Any) -> Any:
        """Return the category of each grade."""
        return grade - 1


def of(counts: Any) -> Score:
    """Return the NPS of counts of detractors, passives and promoters."""
    return Score.of(Tally.from_counts(list(counts)))


def by_customer(scores: list[int], customers: list[str]) -> Score:
    """Return the NPS of a survey in which customers are known."""
    score: Score = Survey({"score": scores, "who": customers}, customer="who").score()
    return score


@given(VALID)
def test_value(answers: list[int]) -> None:
    """The NPS is the percentage of promoters less that of detractors, exactly rounded, within -100..100."""
    score = nps(answers)
    promoters, detractors = sum(a >= 9 for a in answers), sum(a <= 6 for a in answers)
    assert score.value == float(Fraction(100 * (promoters - detractors), len(answers)))
    assert -100 <= score.value <= 100
    assert score.n == len(answers)
    assert score.counts == {
        "detractor": detractors,
        "passive": len(answers) - promoters - detractors,
        "promoter": promoters,
    }
    assert sum(score.shares.values()) == pytest.approx(1)
    assert score.distribution == {point: answers.count(point) for point in range(11)}


@given(RAW, st.randoms(use_true_random=False))
def test_order_does_not_matter(answers: list[Any], random: Any) -> None:
    """A score is the same in any order, bit for bit."""
    shuffled = answers.copy()
    random.shuffle(shuffled)
    assert nps(shuffled) == nps(answers)


@given(RAW, st.integers(0, 40))
def test_shards(answers: list[Any], cut: int) -> None:
    """The score of the whole is the sum of those of its shards."""
    whole = nps(answers)
    assert nps(answers[:cut]) + nps(answers[cut:]) == whole
    assert sum([nps([answer]) for answer in answers], nps([])) == whole
    assert sum([whole]) == whole


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")  # weights are drawn, and may be of next to nothing
@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 8)), min_size=1), st.integers(-8, 8))
def test_the_scale_of_weights_does_not_matter(rows: list[tuple[int, int]], power: int) -> None:
    """Weights times a constant change their sum and nothing else; a power of two not even the last bit."""
    answers, weights = [row[0] for row in rows], np.array([row[1] for row in rows], dtype=float)
    one, many = nps(answers, weights=weights), nps(answers, weights=weights * 2.0**power)
    np.testing.assert_equal(many.to_dict() | {"tally": None}, one.to_dict() | {"tally": None})
    assert many.tally.weights is not None
    assert one.tally.weights is not None
    assert many.tally.weights.sum() == one.tally.weights.sum() * 2.0**power


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")  # weights are drawn, and may be of next to nothing
@given(
    st.lists(st.tuples(st.integers(0, 10), st.integers(0, 5)), min_size=1).filter(lambda rows: any(w for _, w in rows))
)
def test_whole_weights_repeat(rows: list[tuple[int, int]]) -> None:
    """Whole weights give the value and the shares of the answers repeated that often."""
    weighted = nps([a for a, _ in rows], weights=[w for _, w in rows])
    repeated = nps([a for a, w in rows for _ in range(w)])
    assert weighted.value == pytest.approx(repeated.value, abs=1e-9)
    assert weighted.shares == pytest.approx(repeated.shares)
    assert weighted.n == len(rows)


@given(COUNTS, LEVELS, st.sampled_from(INTERVAL_METHODS))
@settings(max_examples=150, deadline=None)
def test_mirrored_scores_mirror(counts: tuple[int, int, int], level: float, method: IntervalMethod) -> None:
    """Promoters and detractors exchanged turn the score, its interval and nothing else around."""
    score, mirror = of(counts), of(counts[::-1])
    assert mirror.value == -score.value
    assert mirror.se == pytest.approx(score.se)
    low, high = score.interval(level, method)
    assert tuple(mirror.interval(level, method)) == pytest.approx((-high, -low), abs=1e-7)


@given(COUNTS, st.tuples(LEVELS, LEVELS).map(sorted))
@settings(max_examples=150, deadline=None)
def test_intervals_nest(counts: tuple[int, int, int], levels: list[float]) -> None:
    """The default interval lies on the scale, contains its score, and lies within that of a higher level."""
    score = of(counts)
    narrow, wide = (score.interval(level) for level in levels)
    assert -100 <= wide.low <= narrow.low <= score.value <= narrow.high <= wide.high <= 100
    assert score.value in narrow
    assert score.margin(levels[1]) == (wide.high - wide.low) / 2


@given(COUNTS, LEVELS, st.sampled_from(INTERVAL_METHODS))
@settings(max_examples=150, deadline=None)
def test_every_interval_lies_on_the_scale(counts: tuple[int, int, int], level: float, method: IntervalMethod) -> None:
    """An interval of any method is one, lies on the scale, and says how it was made."""
    interval = of(counts).interval(level, method)
    assert -100 <= interval.low <= interval.high <= 100
    assert (interval.level, interval.method) == (level, method)


@given(COUNTS, LEVELS, st.floats(-99.9, 99.9))
@settings(max_examples=150, deadline=None)
def test_duality(counts: tuple[int, int, int], level: float, null: float) -> None:
    """The one-sample p-value is below alpha exactly where the default interval leaves the null out."""
    score = of(counts)
    low, high = score.interval(level)
    if min(abs(null - low), abs(null - high)) > 1e-6:
        p = float(score_p_value(list(counts), [-100, 0, 100], null))
        assert (p < 1 - level) == (null not in Interval(low, high, level=level, method="score"))


def test_standard_error() -> None:
    """Promoters and detractors are not independent: the variance is p + d - (p - d)^2."""
    score = of([10, 40, 50])
    assert score.se == pytest.approx(100 * math.sqrt((0.5 + 0.1 - 0.4**2) / 100))
    assert score.n_effective == 100


@pytest.mark.parametrize("answers", [[], [None], [None, 11, "x"]])
@pytest.mark.parametrize("weighted", [False, True])
def test_no_data(answers: list[Any], weighted: bool) -> None:
    """Without answers there is no score, never one of 0, and nothing about it fails or warns."""
    score = nps(answers, weights=[1.0] * len(answers) if weighted else None)
    assert math.isnan(score.value)
    assert score.n == 0
    assert score.n + score.missing + score.invalid == len(answers)
    assert all(math.isnan(limit) for method in INTERVAL_METHODS for limit in score.interval(method=method))
    assert math.isnan(score.margin())
    assert math.isnan(score.se)
    assert all(math.isnan(share) for share in score.shares.values())
    assert repr(score).startswith("Score(NPS=nan, n=0")
    assert "interval" not in repr(score)
    assert "nan" in score._repr_html_()
    assert json.dumps(score.to_dict())
    assert score == nps(answers, weights=[1.0] * len(answers) if weighted else None)


def test_no_data_under_any_denominator() -> None:
    """Responses without a single answer have no score, even if all responses are the denominator."""
    assert math.isnan(nps([None, 11], denominator="all").value)


def test_weights_of_nothing() -> None:
    """Weights that are all 0 leave no score."""
    score = nps([10, 9], weights=[0, 0])
    assert math.isnan(score.value)
    assert score.n == 2
    assert repr(score) == "Score(NPS=nan, n=2, interval=(nan, nan), level=0.95)"


def test_denominator() -> None:
    """All responses in the denominator: the missing and invalid weigh in with a category score of 0."""
    score = nps([10, 10, 0, None, 99], denominator="all")
    assert score.value == 20.0
    assert (score.n, score.missing, score.invalid) == (3, 1, 1)
    assert sum(score.shares.values()) == pytest.approx(0.6)
    low, high = score.interval()
    assert low < 20 < high
    assert "of all responses" in str(score.conventions)


def test_merging_conventions() -> None:
    """Only scores of one scorer and the same conventions merge."""
    score = nps([10, 9])
    with pytest.raises(IncompatibleError, match="same denominator merge: got 'valid' and 'all'"):
        _ = score + nps([10], denominator="all")
    with pytest.raises(IncompatibleError, match="one scorer"):
        _ = score + csat([5])
    with pytest.raises(TypeError):
        _ = score + 1
    with pytest.raises(TypeError):
        _ = "x" + score
    merged = score + nps([3], weights=[2.0])
    assert merged.conventions.weighted
    assert merged.value == 0.0
    strict = nps([10], on_invalid="raise")
    assert (strict + strict).conventions.invalid == "raise"
    assert (strict + score).conventions.invalid == "count"


def test_scores_by_customer_do_not_merge() -> None:
    """The same customer may be in both, so that neither the count nor the variance would be right."""
    score = by_customer([10, 9, 3, 4], ["a", "a", "b", "c"])
    assert score.conventions.variance == "clustered"
    with pytest.raises(IncompatibleError, match="score the rows together"):
        _ = score + score
    frame = {"score": [10, 3], "who": ["a", "a"], "at": ["2026-01-01", "2026-01-02"]}
    latest: Score = Survey(frame, customer="who", time="at").score(repeats="latest")
    with pytest.raises(IncompatibleError, match="by customer do not merge"):
        _ = latest + latest


def test_scores_of_accounts_do_not_merge() -> None:
    """Nor do those of accounts, also where each has one row that counts; other rules for contacts mean other scores."""
    frame = {"score": [10, 8, 3], "company": ["a", "a", "b"], "at": ["2026-01-01", "2026-01-02", "2026-01-03"]}
    worst, latest = (Survey(frame, account="company", time="at", contacts=c).score() for c in ("worst", "latest"))
    assert worst.conventions.variance == "independent"
    with pytest.raises(IncompatibleError, match="by account do not merge"):
        _ = worst + worst
    for other, got in ((latest, "'worst' and 'latest'"), (nps([10, 3]), "'worst' and None")):
        with pytest.raises(IncompatibleError, match=f"same contacts compare: got {got}"):
            compare(worst, other)


def test_equality() -> None:
    """Scores are equal if their counts, conventions and estimates are; they are not hashed."""
    clustered = by_customer([10, 9, 3, 4], ["a", "a", "b", "c"])
    assert clustered == by_customer([10, 9, 3, 4], ["a", "a", "b", "c"])
    assert clustered != by_customer([10, 9, 3, 4], ["a", "b", "a", "c"])
    assert clustered != nps([10, 9, 3, 4])
    assert nps([10]) != nps([10], denominator="all")
    assert nps([10]) != nps([9])
    assert nps([10]) != 100.0
    with pytest.raises(TypeError, match="unhashable"):
        hash(nps([10]))


@pytest.mark.parametrize("score", [nps([10, 3, None]), nps([]), by_customer([10, 9, 3], ["a", "a", "b"])])
def test_kept(score: Score) -> None:
    """A score pickles and copies, before and after it was asked, and cannot be changed."""
    for kept in (pickle.loads(pickle.dumps(score)), copy.copy(score), copy.deepcopy(score)):
        assert kept == score
        assert repr(kept) == repr(score)
    for name in ("tally", "value", "n", "anything"):
        with pytest.raises(AttributeError):
            setattr(score, name, 1)


def test_shown() -> None:
    """A score is shown in one line, with what was left out only where something was."""
    assert repr(nps([10, 9, 7, 3])) == "Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95)"
    assert repr(nps([10, None, 11, "x"])).endswith("level=0.95, missing=1, invalid=2)")
    assert str(Interval(-0.04, 12.25, level=0.95, method="score")) == "0.0 .. 12.2"
    page = nps([10, 9, None], weights=[1.0, 2.0, 1.0])._repr_html_()
    assert '<td style="text-align:right">100.0</td>' in page
    assert "95% interval" in page
    assert "weighted" in page


def test_conventions_are_told() -> None:
    """The conventions name each choice that is not the common one."""
    assert str(nps([1]).conventions) == f"{NPS()!r}, of valid answers"
    told = Conventions("NPS()", repeats="latest", superseded=3, weighted=True, variance="clustered")
    assert str(told) == "NPS(), of valid answers, latest of each customer (3 superseded), weighted, variance: clustered"


@given(RAW, st.booleans())
@settings(deadline=None)
def test_to_dict(answers: list[Any], weighted: bool) -> None:
    """A result is plain Python all the way down; it comes back from JSON as it was."""
    score = nps(answers, weights=[0.5] * len(answers) if weighted else None)
    found = score.to_dict(level=0.9, method="wald")
    back = json.loads(json.dumps(found))
    np.testing.assert_equal(back, found)
    assert found["interval"]["level"] == 0.9
    assert found["value"] == (score.value if score.n else None)
    assert found["conventions"]["weighted"] is weighted


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_to_frame(backend: Backend) -> None:
    """A score is a frame of one row, and no category hides a figure."""
    frame = nps([10, 9, 3]).to_frame(backend)
    assert len(frame) == 1
    assert type(frame).__module__.startswith(backend)
    graded = measure(Grades(), [1, 2, 3, 3])
    names = list(graded.to_frame("polars").columns)
    assert names[-3:] == ["low (count)", "n (count)", "high (count)"]
    assert graded.to_frame("polars")["n"].to_list() == [4]
    assert graded.to_frame("polars")["high (count)"].to_list() == [2]


def test_several_questions() -> None:
    """A score of three questions has no distribution, and says so."""
    score = measure(SCI(), [5, 4], [5, 5], [5, 1])
    assert score.value == 50.0
    with pytest.raises(InvalidValueError, match="3 questions"):
        _ = score.distribution


def test_any_category_scores() -> None:
    """A mean of points has an interval on its own scale."""
    score = measure(CES(), [7, 6, 5, 2])
    low, high = score.interval()
    assert 1 <= low < score.value == 5.0 < high <= 7


@pytest.mark.parametrize("level", [0, 1, 95, -0.5, math.nan, "high", None, True])
def test_levels_that_are_none(level: Any) -> None:
    """A level is between 0 and 1."""
    with pytest.raises((InvalidValueError, InvalidTypeError), match="level"):
        nps([10, 3]).interval(level)


def test_methods_that_are_none() -> None:
    """An unknown method is refused with the one that was meant."""
    with pytest.raises(InvalidValueError, match="did you mean 'jeffreys'"):
        nps([10, 3]).interval(method="jefreys")  # type: ignore[arg-type]


def test_a_score_is_of_one_group() -> None:
    """Several groups are a table."""
    with pytest.raises(InvalidValueError, match="use ScoreTable"):
        Score.of(Tally.from_counts([[1, 2, 3]]))
    with pytest.raises(InvalidValueError, match="denominator must be one of 'valid', 'all'"):
        Score.of(Tally.from_counts([1, 2, 3]), denominator="some")  # type: ignore[arg-type]


DATA = {"score": [10, 9, 3, 8, 0, 7], "who": list("aabbcd"), "w": [1.0, 2, 1, 1, 3, 1], "g": list("xxxyyy")}
KEPT: dict[str, Callable[[], Score]] = {
    "plain": lambda: nps([10, 9, None, 12]),
    "nobody": lambda: nps([]),
    "effort": lambda: measure(CES(method="net"), [7, 6, None, 2], denominator="all"),
    "weighted": lambda: Survey(DATA, weight="w").score(),
    "customers": lambda: Survey(DATA, customer="who").score(),
    "mean of customers": lambda: Survey(DATA, customer="who").score(repeats="mean"),
    "worst of accounts": lambda: Survey(DATA, account="who", weight="w", contacts="worst").score(),
    "raked": lambda: Survey(DATA, weight="w").rake({"g": {"x": 0.5, "y": 0.5}}).score(),
    "census": lambda: Survey(DATA, cluster="who", population=4).score(),
    "segment": lambda: Survey(DATA, weight="w").score(by="g")["x"],
}


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
def test_json_brings_a_score_back(kind: str) -> None:
    """Law: what was kept of a score is that score again, with its interval, its rows and its conventions."""
    score = KEPT[kind]()
    again = Score.from_json(score.to_json())
    assert again == score
    assert again.to_dict() == score.to_dict()


def test_damaged_json_is_refused() -> None:
    """Whatever part is of another kind is refused by name; nothing else is raised."""
    found = Survey(DATA, customer="who").score().to_dict()
    for name, part in (("conventions", "conventions"), ("tally", "tally"), ("clustered", "clustered")):
        for junk in ("x", [1], {"a": 1}, -1):
            with pytest.raises((InvalidValueError, InvalidTypeError), match=r"damaged|text holds"):
                Score.from_json(json.dumps(found | {name: junk}))
        for key in found[part]:
            with pytest.raises(InvalidValueError):
                Score.from_json(json.dumps(found | {name: found[part] | {key: [{}]}}))
