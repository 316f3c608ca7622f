"""Laws of the contract suite and of the strategies: what is right passes, and what is broken is told why."""

from __future__ import annotations

import dataclasses
import itertools
import math
import pickle
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, ClassVar

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.data.response import Response, SCIAnswer, Segment
from npskit.data.scale import Scale
from npskit.errors import InvalidValueError, MissingDependencyError, NpskitError
from npskit.scorers import CES, CSAT, NPS, SCI, Retention, Scorer
from npskit.testing import (
    ContractError,
    answers,
    check_scorer,
    counts,
    responses,
    scales,
    sci_answers,
    scorers,
    segments,
)

# ---- scorers that keep the contract ----


@settings(deadline=None, max_examples=60)
@given(scorers())
def test_the_built_in_scorers_pass(scorer: Scorer) -> None:
    """Every built-in scorer keeps its contract, on every scale and with every cut."""
    check_scorer(scorer)


@pytest.mark.parametrize("scorer", [NPS(), SCI(), SCI((1, 10), top=10), CSAT(), CES(), CES(1, "net"), Retention()])
def test_the_usual_scorers_pass(scorer: Scorer) -> None:
    """So do those that everybody uses."""
    check_scorer(scorer)


@dataclasses.dataclass(frozen=True)
class Stars:
    """Someone else's scorer: a frozen dataclass without anything of npskit's but the scale."""

    bonus: float = 0.0
    name: ClassVar[str] = "Stars"
    questions: ClassVar[Mapping[str, Scale]] = {"stars": Scale(1, 5), "again": Scale(0, 1)}
    categories: ClassVar[tuple[str, ...]] = ("bad", "fair", "good", "great")

    @property
    def category_scores(self) -> tuple[float, ...]:
        return (-2, 0, 2, 2 + self.bonus)

    def categorize(self, stars: NDArray[np.int64], again: NDArray[np.int64]) -> list[int]:
        return [3 if s == 5 and a else min(int(s) // 2, 2) for s, a in zip(stars, again, strict=True)]


class Pair(tuple[int, ...]):
    """Someone else's scorer that is a tuple."""

    __slots__ = ()
    name = "Pair"
    questions: ClassVar = {"answer": Scale(0, 1)}
    categories = ("no", "yes")
    category_scores = (0, 1)

    def categorize(self, answer: NDArray[np.int64]) -> NDArray[np.bool_]:
        return answer > 0


@pytest.mark.parametrize("scorer", [Stars(), Stars(3.5), Pair(), Pair([7])])
def test_someone_elses_scorers_pass(scorer: Scorer) -> None:
    """Nothing of npskit's has to be inherited, and lists and booleans may be returned."""
    check_scorer(scorer)


# ---- scorers that break it ----


@attrs.frozen
class Good:
    """A scorer that keeps the contract, to be broken in one way each below."""

    name: ClassVar[str] = "Good"
    questions: ClassVar[Any] = {"answer": Scale(0, 4)}
    categories: ClassVar[Any] = ("low", "mid", "high")
    category_scores: ClassVar[Any] = (0.0, 1.0, 2.0)

    def categorize(self, answer: Any) -> Any:
        return answer // 2


@attrs.frozen
class Unordered(Good):
    category_scores: ClassVar[Any] = (0.0, 2.0, 1.0)


@attrs.frozen
class Lists(Good):
    categories: ClassVar[Any] = ["low", "mid", "high"]


@attrs.frozen
class ListedCategoryScores(Good):
    category_scores: ClassVar[Any] = [0.0, 1.0, 2.0]


@attrs.frozen
class Fails(Good):
    def categorize(self, answer: Any) -> Any:
        return answer.no_such_method()


@attrs.frozen
class Fractions(Good):
    def categorize(self, answer: Any) -> Any:
        return answer / 4


@attrs.frozen
class Nameless(Good):
    name: ClassVar[str] = ""


@attrs.frozen
class Fickle(Good):
    """Changes its category scores from one time to the next."""

    calls: ClassVar[Any] = itertools.count()

    @property
    def category_scores(self) -> Any:
        return (0.0, 1.0, 2.0 + next(self.calls))


@attrs.frozen
class Overwrites(Good):
    def categorize(self, answer: Any) -> Any:
        answer //= 2
        return answer.copy()


@attrs.frozen
class NeedsWritable(Good):
    """Restores its argument, but cannot do without writing to it."""

    def categorize(self, answer: Any) -> Any:
        answer += 1
        answer -= 1
        return answer // 2


@attrs.frozen
class Forgets(Good):
    """Gives another answer every other time."""

    calls: ClassVar[Any] = itertools.count()

    def categorize(self, answer: Any) -> Any:
        return answer // 2 if next(self.calls) % 2 == 0 else answer * 0


@attrs.frozen
class MindsReadOnly(Good):
    def categorize(self, answer: Any) -> Any:
        return answer // 2 if answer.flags.writeable else answer * 0


@attrs.frozen
class Ranks(Good):
    """Depends on the other answers: the highest one given is high."""

    def categorize(self, answer: Any) -> Any:
        return answer // 2 if answer.size != 1 else np.array([2])


@attrs.frozen
class ByPlace(Good):
    """Depends on the place of the answer."""

    def categorize(self, answer: Any) -> Any:
        return np.where(np.arange(len(answer)) < 2, 0, np.where(np.arange(len(answer)) < 4, 1, 2))


@attrs.frozen
class ByNeighbor(Good):
    """Depends on the answer before: right in rising order only."""

    def categorize(self, answer: Any) -> Any:
        return np.maximum.accumulate(answer // 2)


@attrs.frozen
class FailsOnNone(Good):
    def categorize(self, answer: Any) -> Any:
        return answer // 2 - (answer.max() - answer.max())


@attrs.frozen
class Deduplicates(Good):
    def categorize(self, answer: Any) -> Any:
        return np.unique(answer) // 2 if len(answer) > 5 else answer // 2


@attrs.frozen
class Turns(Good):
    """Returns fractions for a single answer."""

    def categorize(self, answer: Any) -> Any:
        return answer / 2 if len(answer) == 1 else answer // 2


class ByIdentity:
    """An ordinary class: equal to nothing but itself."""

    name = Good.name
    questions = Good.questions
    categories = Good.categories
    category_scores = Good.category_scores

    def categorize(self, answer: Any) -> Any:
        return answer // 2


class Mutable(ByIdentity):
    def __init__(self) -> None:
        self.cut = 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mutable) and other.cut == self.cut

    def __hash__(self) -> int:
        return hash(self.cut)


class MutableSlots:
    """Has no `__dict__`, but a slot that can be set."""

    __slots__ = ("cut",)
    name = Good.name
    questions = Good.questions
    categories = Good.categories
    category_scores = Good.category_scores

    def __init__(self) -> None:
        self.cut = 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MutableSlots) and other.cut == self.cut

    def __hash__(self) -> int:
        return hash(self.cut)

    def categorize(self, answer: Any) -> Any:
        return answer // self.cut


class Unhashable(ByIdentity):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unhashable)


class EqualsAll(ByIdentity):
    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


class OddHash(Mutable):
    def __hash__(self) -> int:
        return id(self)


@attrs.frozen
class LosesItself(Good):
    """Comes back from a pickle with other category scores."""

    high: float = 2.0

    @property
    def category_scores(self) -> Any:
        return (0.0, 1.0, self.high)

    def __reduce__(self) -> Any:
        return (LosesItself, (3.0,))


def local_scorer() -> Good:
    """Return a scorer of a class that cannot be found by its name."""

    @attrs.frozen
    class Local(Good):
        pass

    return Local()


@pytest.mark.parametrize(
    ("scorer", "rule", "message"),
    [
        (Good, "shape", r"write Good\(\), not Good"),
        (5, "shape", "int lacks name, questions"),
        (Nameless(), "shape", "name must be a text"),
        (Unordered(), "shape", "category_scores must rise or fall"),
        (Fails(), "shape", "scorer Fails: categorize failed .*AttributeError: .*no_such_method"),
        (Fractions(), "shape", "whole numbers, not float64"),
        (Lists(), "constant", "categories must be a tuple, not a list"),
        (ListedCategoryScores(), "constant", "category_scores must be a tuple, not a list"),
        (Fickle(), "constant", r"category_scores is \(0.0, 1.0, .*\) and then"),
        (Overwrites(), "pure", "changes its arguments"),
        (NeedsWritable(), "pure", "fails on read-only arrays; work on a copy .ValueError"),
        (Forgets(), "pure", "other categories the second time"),
        (MindsReadOnly(), "pure", "other categories on read-only arrays"),
        (Ranks(), "elementwise", r"asked alone \(0\)"),
        (ByPlace(), "elementwise", "asked in reverse"),
        (ByNeighbor(), "elementwise", "asked in reverse"),
        (FailsOnNone(), "elementwise", "fails on answers asked none .ValueError"),
        (Deduplicates(), "elementwise", "asked each twice, 10 answers got 5"),
        (Turns(), "elementwise", r"asked alone \(0\)"),
        (Unhashable(), "hashable", "decorate the class with attrs.frozen .TypeError"),
        (local_scorer(), "picklable", "define its class on the top level of a module"),
        (LosesItself(), "picklable", "the copy does something else"),
        (ByIdentity(), "equality", "does not equal its pickled copy"),
        (OddHash(), "equality", "its hash is not that of its equal copy"),
        (EqualsAll(), "equality", "equals things that are no scorers"),
        (Mutable(), "immutable", "its attribute 'categorize' can be set"),
        (MutableSlots(), "immutable", "its attribute 'cut' can be set"),
    ],
    ids=lambda value: type(value).__name__ if hasattr(value, "categorize") else None,
)
def test_a_broken_scorer_is_told_which_rule_it_breaks(scorer: Any, rule: str, message: str) -> None:
    """Each way of breaking the contract is found, by its rule, with the fix in the message."""
    with pytest.raises(ContractError, match=message) as caught:
        check_scorer(scorer)
    assert caught.value.rule == rule
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, NpskitError)


def test_the_scorer_that_is_broken_above_is_right_before() -> None:
    """The broken scorers differ from this one in one thing each."""
    check_scorer(Good())


# ---- strategies ----


def sampled(strategy: Any) -> list[Any]:
    """Return two hundred examples, the same every time."""
    examples: list[Any] = []

    @settings(max_examples=200, derandomize=True, database=None)
    @given(strategy)
    def collect(example: Any) -> None:
        examples.append(example)

    collect()
    return examples


def test_every_kind_of_answer_is_made() -> None:
    """Answers are ints, None, NaN and, where asked for, what is invalid in each way."""
    made = [answer for column in sampled(answers((1, 5), invalid=True)) for answer in column]
    for kind in (None, math.inf, -math.inf, 1.5, "x", "", 1, 2, 3, 4, 5):
        assert kind in made
    whole = [answer for answer in made if type(answer) is int]
    assert min(whole) < 1
    assert max(whole) > 5
    assert any(isinstance(answer, float) and math.isnan(answer) for answer in made)
    assert not any(isinstance(answer, bool) for answer in made)


@given(scales().flatmap(lambda scale: st.tuples(st.just(scale), answers(scale, missing=False, min_size=2, max_size=4))))
def test_valid_answers_are_ints_on_the_scale(drawn: tuple[Scale, list[Any]]) -> None:
    """Without missing and invalid ones, every answer is an int of the scale, as many as asked for."""
    scale, column = drawn
    assert 2 <= len(column) <= 4
    assert all(type(answer) is int and answer in scale for answer in column)


@given(scales(min_size=3, max_size=5))
def test_scales_are_as_long_as_asked_for(scale: Scale) -> None:
    """The size of a scale is within the bounds."""
    assert 3 <= scale.size <= 5


@given(st.integers(1, 6).flatmap(lambda k: st.tuples(st.just(k), counts(k, max_count=9))))
def test_counts_are_a_row_of_whole_numbers(drawn: tuple[int, NDArray[np.int64]]) -> None:
    """int64, shape (k,), from 0 to the greatest."""
    k, table = drawn
    assert table.shape == (k,)
    assert table.dtype == np.int64
    assert ((table >= 0) & (table <= 9)).all()


@given(responses((1, 5), missing=False, aware=True), responses(), sci_answers(missing=False))
def test_responses_keep_to_what_was_asked_for(aware: Response, naive: Response, answer: SCIAnswer) -> None:
    """Scores lie on the scale, times all have a time zone or none has, and complete answers are complete."""
    assert aware.score in Scale(1, 5)
    assert aware.at is None or aware.at.tzinfo is not None  # type: ignore[attr-defined]
    assert naive.at is None or naive.at.tzinfo is None  # type: ignore[attr-defined]
    assert answer.complete
    assert {answer.satisfaction, answer.repurchase, answer.recommend} <= set(Scale(1, 5))


def test_strategies_reach_every_kind() -> None:
    """Each segment, each class of scorer, and each thing that may be missing is made."""
    every = sampled(st.tuples(segments(), scorers(), scorers(CES, SCI), responses(), sci_answers()))
    segment, scorer, either, made, answer = zip(*every, strict=True)
    assert set(segment) == set(Segment)
    assert set(map(type, scorer)) == {NPS, SCI, CSAT, CES, Retention}
    assert set(map(type, either)) == {CES, SCI}
    for field in ("score", "customer", "at", "comment"):
        assert {getattr(response, field) is None for response in made} == {True, False}
    assert {each.complete for each in answer} == {True, False}


def test_only_built_in_scorers_can_be_asked_for() -> None:
    """Of someone else's scorer there is no strategy."""
    with pytest.raises(InvalidValueError, match=r"\(NPS, SCI, CSAT, CES, Retention\): got .*Stars"):
        scorers(Stars)


def test_hypothesis_is_imported_only_by_a_strategy() -> None:
    """`check_scorer` works without Hypothesis, and importing the module does not load it."""
    code = (
        "import sys, npskit.testing as t; from npskit.scorers import NPS; t.check_scorer(NPS()); "
        "sys.exit('hypothesis' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_hypothesis_a_strategy_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the package."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    monkeypatch.setitem(sys.modules, "hypothesis.strategies", None)
    with pytest.raises(MissingDependencyError, match="need Hypothesis: pip install hypothesis"):
        segments()


def test_a_contract_error_travels() -> None:
    """The error can be pickled with its rule, as test runners that use several processes do."""
    error = pickle.loads(pickle.dumps(ContractError("broken", "pure")))
    assert (str(error), error.rule) == ("broken", "pure")


def test_a_scorer_whose_parts_fail() -> None:
    """A scorer that cannot even say its questions is told so, with the error it raised."""

    class Unanswerable(Good):
        @property
        def questions(self) -> Any:
            raise ZeroDivisionError("oops")

    with pytest.raises(ContractError, match=r"scorer Unanswerable fails when asked \(ZeroDivisionError: oops\)"):
        check_scorer(Unanswerable())
