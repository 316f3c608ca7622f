"""Answers of any kind become a score, a counted rejection or a clear error; never a wrong number."""

from __future__ import annotations

import datetime as dt
import math
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.response import Response
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI
from npskit.scores.scoring import ces, csat, measure, nps, retention, sci

KINDS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "tuple": tuple,
    "generator": iter,
    "deque": deque,
    "object array": lambda values: np.array(values, dtype=object),
    "float array": lambda values: np.array(values, dtype=float),
    "float32 array": lambda values: np.array(values, dtype=np.float32),
    "masked array": lambda values: np.ma.array([v or 0 for v in values], mask=[v is None for v in values]),
    "pandas": lambda values: pd.Series(values, dtype=float),
    "pandas Int64": lambda values: pd.Series(values, dtype="Int64"),
    "pandas object": lambda values: pd.Series(values, dtype=object),
    "pandas arrow": lambda values: pd.Series(values, dtype="int8[pyarrow]"),
    "pandas array": lambda values: pd.array(values, dtype="Int64"),
    "pandas index": lambda values: pd.Index(values, dtype=float),
    "pandas text": lambda values: pd.Series([None if v is None else str(v) for v in values], dtype="str"),
    "pandas category": lambda values: pd.Series(values, dtype="Int64").astype("category"),
    "polars": lambda values: pl.Series(values, dtype=pl.Int16),
    "polars float": lambda values: pl.Series(values, dtype=pl.Float32),
    "polars text": lambda values: pl.Series([None if v is None else str(v) for v in values], dtype=pl.String),
    "polars decimal": lambda values: pl.Series(
        [None if v is None else Decimal(v) for v in values], dtype=pl.Decimal(4)
    ),
    "pyarrow": lambda values: pa.chunked_array([pa.array(values, pa.int8())]),
    "pyarrow chunks": lambda values: pa.chunked_array([pa.array([v], pa.int64()) for v in values], pa.int64()),
    "pyarrow array": lambda values: pa.array(values, pa.int64()),
}


@pytest.mark.parametrize("kind", KINDS)
@given(values=st.lists(st.one_of(st.integers(0, 10), st.just(11), st.just(-1), st.none()), max_size=20))
@settings(max_examples=20, deadline=None)
def test_every_kind_of_column_gives_the_same_score(kind: str, values: list[Any]) -> None:
    """Lists, arrays and the columns of every library agree to the last bit."""
    assert nps(KINDS[kind](values)) == nps(values)


@pytest.mark.parametrize(
    "kind", ["list", "float32 array", "pandas", "pandas Int64", "polars", "pyarrow", "masked array"]
)
def test_weights_of_every_kind(kind: str) -> None:
    """Weights of every kind agree to the last bit."""
    weights = [1, 2, 3, 4]
    assert nps([10, 9, 7, 3], weights=KINDS[kind](weights)) == nps([10, 9, 7, 3], weights=weights)


@pytest.mark.parametrize(
    ("value", "missing"),
    [
        (11, 0), (-1, 0), (7.5, 0), ("x", 0), (True, 0), (np.True_, 0), (math.inf, 0), (-math.inf, 0), (10**30, 0),
        (1e300, 0), (Decimal("7.5"), 0), (Decimal("Infinity"), 0), (Fraction(15, 2), 0), (1 + 2j, 0), (range(9), 0),
        ({"a": 1}, 0), (dt.date(2026, 1, 1), 0), (dt.timedelta(9), 0), (b"x", 0), (object(), 0), (Response(9), 0),
        ("9-10", 0), ("10.5", 0), (265, 0), (2**32 + 9, 0), (np.datetime64("2026"), 0), (pd.Timestamp("2026"), 0),
        (None, 1), (math.nan, 1), ("", 1), ("NA", 1), (pd.NA, 1), (pd.NaT, 1), (np.ma.masked, 1), (Decimal("NaN"), 1),
    ],
)  # fmt: skip
def test_answers_that_cannot_be_scored(value: Any, missing: int) -> None:
    """Whatever stands among the answers is counted as missing or invalid, and the others are scored as ever."""
    for answers in ([10, value, 3], [value], np.fromiter(["10", value], dtype=object)):
        score = nps(answers)
        assert (score.n, score.missing, score.invalid) == (len(answers) - 1, missing, 1 - missing)
    assert nps([10, value, 3]).value == 0.0
    assert math.isnan(nps([value]).value)


@pytest.mark.parametrize("value", ["9", " 9 ", "9,0", "9 - likely", 9.0, np.float32(9), Decimal(9), Fraction(9), b"9"])
def test_answers_in_other_words(value: Any) -> None:
    """A nine is a nine, however it is written."""
    assert nps([value]).counts["promoter"] == 1


@pytest.mark.parametrize(
    "answers",
    ["10", b"10", {9, 10}, {"a": "b"}, 10, None, 7.5, object(), np.array(9), np.zeros((2, 2)), [[10], [9]],
     np.array([True, False]), np.array(["2026-01-01"], "M8[D]"), np.array([1], "m8[D]"), np.array([1j]),
     np.zeros(2, [("a", int)]), pd.Series([True, False]), pd.Series(pd.to_datetime(["2026-01-01"])),
     pd.DataFrame({"a": [10], "b": [9]}), pl.Series([True]), pl.Series([dt.timedelta(1)]),
     pl.DataFrame({"a": [10], "b": [9]}), pl.LazyFrame({"a": [10]})],
)  # fmt: skip
def test_what_is_no_column(answers: Any) -> None:
    """What cannot be a column of answers is refused, naming the argument, by an error of npskit."""
    with pytest.raises(NpskitError, match=r"score|counts must be"):
        nps(answers)


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([1, -1], "at least 0: row 1 .from 0. has -1"),
        ([1, math.nan], "row 1 .from 0. has nan"),
        ([1, math.inf], "finite"),
        ([1, None], "row 1 .from 0. has None"),
        ([1], "weights has 1 row, the answers have 2"),
        ([[1, 2]], "holds .1, 2., which is not a number"),
        (["a", "b"], r"weights: row 0 \(from 0\) holds 'a', which is not a number"),
        ([True, True], "True, which is not a number"),
        (5, "weights must be a sequence"),
        (pl.Series([1, None]), "row 1 .from 0. has (nan|None)"),
        (pd.Series(["1", "x"]), r"weights: row 1 \(from 0\) holds 'x', which is not a number"),
        (pd.Series([1.0, np.nan]), "row 1 .from 0. has (nan|None)"),
    ],
)
def test_weights_that_cannot_be(weights: Any, message: str) -> None:
    """Weights that cannot be used are refused with the rows."""
    with pytest.raises(NpskitError, match=message):
        nps([10, 3], weights=weights)


def test_weights_of_zero() -> None:
    """A weight of 0 counts the answer and moves nothing."""
    score = nps([10, 3], weights=[1, 0])
    assert (score.value, score.n) == (100.0, 2)


def test_columns_of_different_lengths() -> None:
    """The questions of a scorer have a row each for every customer."""
    with pytest.raises(IncompatibleError, match="repurchase has 1 row"):
        sci([5, 5], [5], [5, 5])
    with pytest.raises(IncompatibleError, match=r"reads 3 columns .*: got 1"):
        measure(SCI(), [5, 5])


def test_columns_of_different_kinds() -> None:
    """The questions may come as columns of different libraries, with gaps in different rows."""
    score = sci(pl.Series([5, None, 5, 4]), [5, 5, 9, 4], pd.Series([5, 5, 5, 4], dtype="Int64"))
    assert score.counts["secure"] == 1
    assert (score.n, score.missing, score.invalid) == (2, 1, 1)


@pytest.mark.parametrize("kind", ["list", "generator", "deque", "object array", "pandas object"])
def test_raise_names_the_rows(kind: str) -> None:
    """Asked to raise, the error names the first invalid answers with their rows; missing ones are none."""
    values = [10, None, 11, "x" * 99, 7.5, -1, True, 12, 3]
    with pytest.raises(InvalidValueError) as caught:
        nps(KINDS[kind](values), on_invalid="raise")
    expected = "score must be a whole number on 0..10: row 2: 11, row 3: 'xxx"
    assert str(caught.value).startswith(expected)
    assert str(caught.value).endswith("row 4: 7.5, row 5: -1, row 6: True and 1 more (rows count from 0)")
    assert len(str(caught.value)) < 200


def test_raise_on_arrays_and_columns() -> None:
    """Values of arrays are named as a person writes them, and hidden ones are not named."""
    for answers in (np.array([10.0, 7.5, np.nan]), pl.Series([10.0, 7.5, None]), pa.chunked_array([[10.0, 7.5, None]])):
        with pytest.raises(InvalidValueError, match=r"0\.\.10: row 1: 7\.5 \(rows count from 0\)$"):
            nps(answers, on_invalid="raise")
    with pytest.raises(InvalidValueError, match=r"satisfaction .* row 0: 6; recommend .* row 1: 0"):
        sci([6, 5], [5, None], [5, 0], on_invalid="raise")
    for fine in ([10, None], (a for a in [10, None])):
        score = nps(fine, on_invalid="raise")
        assert (score.value, score.missing, score.conventions.invalid) == (100.0, 1, "raise")
    with pytest.raises(InvalidValueError, match="row 0: 11"):
        nps({"a": 11}.values(), on_invalid="raise")


@pytest.mark.parametrize("options", [{"on_invalid": "drop"}, {"denominator": "some"}, {"on_invalid": None}])
def test_options_that_are_none(options: Any) -> None:
    """An unknown choice is refused by name."""
    with pytest.raises(InvalidValueError, match=f"{next(iter(options))} must be one of"):
        nps([10], **options)


def test_options_reach_the_tally() -> None:
    """The arguments of `measure` work on every score."""
    assert nps([10, 3], distribution=False).tally.by_answer is False
    assert csat([5, 1], weights=[3, 1]).value == 75
    assert csat([5, None], denominator="all").value == 50
    assert retention([1, 0, 2]).invalid == 1
    with pytest.raises(TypeError, match="weight"):
        nps([10], weight=[1])  # type: ignore[call-arg]


def test_scales() -> None:
    """Scale and cuts are explicit, in any form of two ends; the default is 0..10."""
    scales: list[Any] = [(1, 5), [1, 5], Scale(1, 5), np.array([1, 5])]
    for scale in scales:
        assert nps([5, 4, 1], scale=scale, detractor=3, promoter=5).value == 0.0
    assert nps([10, 3], scale=(0, 10)) == nps([10, 3]) == measure(NPS(), [10, 3])
    assert nps([10, 6], detractor=5).value == 50.0
    with pytest.raises(InvalidValueError, match=r"on a scale other than 0\.\.10 give both"):
        nps([5], scale=(1, 5))
    with pytest.raises(InvalidTypeError, match="scale must be a Scale or its two ends"):
        nps([5], scale=5)  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="promoter must be a whole number"):
        nps([5], promoter="9")  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="write NPS"):
        measure(NPS, [5])  # type: ignore[arg-type]


def test_each_score() -> None:
    """Each function is `measure` with its scorer."""
    assert csat([5, 4, 3, 1], top=5).value == 25.0
    assert ces([5, 1], version=1).name == ces([5, 1], version=1, method="mean").name
    assert ces([7, 6, 5, 1], method="top_box", easy=6).value == 50.0
    assert sci([10, 9], [10, 10], [10, 9], scale=(1, 10), top=9, second=7, bottom=4).value == 100.0
    assert retention([1, 1, 1, 0]).value == 75.0
