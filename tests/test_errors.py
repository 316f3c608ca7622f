"""Errors: what a program reads of them, and that they are short whatever they quote."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import FileMissingError, quoted

KINDS = [
    nk.InvalidValueError,
    nk.InvalidTypeError,
    nk.IncompatibleError,
    nk.ColumnNotFoundError,
    nk.UnreadableFileError,
    nk.MissingDependencyError,
    FileMissingError,
]


@pytest.mark.parametrize("kind", KINDS)
def test_errors_say_what_they_are_about(kind: type[nk.NpskitError]) -> None:
    """Argument, rows and hint, given or from the message; and a pickled error is the same error."""
    error = kind("level must be below 1: got 2; write 0.95", rows=[np.int64(3)])
    for one in (error, pickle.loads(pickle.dumps(error))):
        assert type(one) is kind
        assert str(one) == "level must be below 1: got 2; write 0.95"
        assert (one.argument, one.rows, one.hint) == ("level", (3,), "write 0.95")
    assert kind("something else").argument is None
    assert kind("no", argument="by", hint="yes").hint == "yes"


@given(st.text(max_size=5000) | st.integers(0, 400).map(lambda n: "word " * n) | st.just("9" * 4000))
def test_messages_are_short(text: str) -> None:
    """Whatever is quoted, a message can be read; one of usual length stays as it is."""
    said = str(nk.InvalidValueError(text))
    assert len(said) <= 1000
    if len(text) <= 160:
        assert said == text


@pytest.mark.parametrize("value", ["x" * 3000, 10**400, [10**5000], [1] * 999, np.ones(99)], ids=lambda _: "")
def test_quotes_are_short(value: object) -> None:
    """A value is quoted in a few words, also where Python cannot write it."""
    deep: object = value
    for _ in range(2000):
        deep = [deep]
    assert 0 < len(quoted(value)) <= 82
    assert 0 < len(quoted(deep)) <= 82


def test_a_message_does_not_warn() -> None:
    """What warns when it is shown, as a column of short floats does, is quoted in silence."""

    class Warns:
        def __repr__(self) -> str:
            warnings.warn("overflow", RuntimeWarning, stacklevel=2)
            return "shown"

    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert quoted(Warns()) == "shown"
    assert not warned


def test_errors_name_rows_of_weights_and_columns(tmp_path: Path) -> None:
    """The helpers that refuse rows say which, and those of files which column."""
    path = tmp_path / "a.csv"
    path.write_text("score\n11\n9\n")
    for act, wanted in (
        (lambda: nk.nps([9, 11, "x"], on_invalid="raise"), ("score", (1, 2), None)),
        (lambda: nk.read(path, score="score", on_invalid="raise").score(), ("score", (2,), None)),
        (lambda: nk.read(path, score="scor"), ("score", (), "did you mean 'score'?")),
        (lambda: nk.read(path, score="score", time="x"), ("time", (), None)),
    ):
        with pytest.raises(nk.NpskitError) as refused:
            act()
        assert (refused.value.argument, refused.value.rows, refused.value.hint) == wanted
    with pytest.raises(nk.InvalidValueError, match=r"row 1 .from 0. has -2") as found:
        nk.nps([9, 10, 1], weights=[1, -2, np.nan])
    assert found.value.argument == "weights"
    assert found.value.rows == (1, 2)
    with pytest.raises(nk.InvalidValueError) as found:
        nk.Survey({"score": [1, 2], "value": ["a", 3]}, score="score").follow_up(value="value")
    assert found.value.rows == (0,)
    with pytest.raises(nk.ColumnNotFoundError) as missing:
        nk.Survey({"score": [1, 2]}, score="scor")
    assert missing.value.argument == "score"
    assert missing.value.hint == "did you mean 'score'?"


def test_what_cannot_be_written_is_refused_as_what_it_is() -> None:
    """A value whose own text fails, such as lists in lists without end, is named by its type."""
    deep: list[object] = []
    for _ in range(10_000):
        deep = [deep]
    values: Any = deep
    tally = nk.nps([10, 9, 1]).tally
    calls: list[Callable[[], object]] = [
        lambda: nk.Score.of(values),
        lambda: nk.Score.of(tally).interval(method=values),
        lambda: nk.read(values),
        lambda: nk.revenue_at_risk([1], ["a"], {"a": 0.5}, moved=values),
        lambda: nk.concat([values]),
    ]
    for call in calls:
        with pytest.raises(nk.InvalidTypeError, match="<list>"):
            call()


def test_a_hint_is_advice() -> None:
    """What there is to choose from is none; where something can be done about it the message says what."""
    survey = nk.Survey({"score": [9, 10, 3], "id": list("abc"), "r": ["N", None, None]}, customer="id")
    for act, hint in (
        (lambda: survey.score("q"), None),
        (lambda: nk.Survey({}, score="x"), None),
        (lambda: survey.compare("r"), "to compare the rows without one as well, give missing=True"),
        (lambda: nk.effect_of_follow_up(survey.follow_up(), survey, customer="id"), "give its to_frame()"),
        (lambda: f"{survey.score():zzz}", "write it as in '.1f'"),
        (lambda: f"{survey.score().interval():d}", "write it as in '.1f'"),
    ):
        with pytest.raises(nk.NpskitError) as refused:
            act()
        assert refused.value.hint == hint
