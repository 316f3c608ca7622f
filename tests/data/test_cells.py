from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data import INVALID, AnswerColumn, answers_of, parse_answer
from npskit.data.amounts import find_decimal, numbers_of
from npskit.data.cells import BadCell
from npskit.data.scale import Scale
from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError
from npskit.reading import resolve
from npskit.reading.names import usable_names

TEN = Scale(0, 10)
CELLS = st.sampled_from(
    ["9", "10 - Extremely likely", "9,0", None, "NA", "", "11", "7.5", "x", "99", "-1", 9, 9.0, True, 3.5, -99]
)


def missing_and_invalid(found: AnswerColumn) -> tuple[int, int]:
    """Return how many answers are missing, sentinels among them, and how many are invalid."""
    invalid = [cell for cell in found.rejected if cell.kind != "sentinel"]
    assert not np.isnan(found.values[[cell.position for cell in invalid]]).any()
    return int(np.isnan(found.values).sum()), len(invalid)


@given(st.lists(CELLS, max_size=40))
def test_nothing_is_lost(column: list[Any]) -> None:
    """Answered, missing and invalid are all there is, and each is what the rules for one answer say."""
    found = answers_of(column, TEN)
    on_scale = np.isin(found.values, np.arange(11))
    missing, invalid = missing_and_invalid(found)
    assert int(on_scale.sum()) + missing + invalid == len(column)
    for value, number in zip(column, found.values.tolist(), strict=True):
        answer = parse_answer(value)
        if answer is not None and answer is not INVALID and int(answer) in TEN:
            assert number == answer
        elif answer is None or answer in (99, -1, -99):
            assert number != number
        else:
            assert number == number
            assert number not in range(11)
    reported = {cell.position for cell in found.rejected}
    assert len(reported) == len(found.rejected) == invalid + sum(found.sentinels.values())


def test_reasons() -> None:
    """Each cell that is no answer says why, in the order of the rows; each sentinel is counted."""
    found = answers_of(["99", "11", "x", 7.5, "9", 99, -1, True], TEN)
    assert [(cell.position, cell.value, cell.reason) for cell in found.rejected] == [
        (0, "99", "the sentinel 99: taken as missing"),
        (1, "11", "outside 0..10"),
        (2, "x", "not a whole number"),
        (3, "7.5", "not a whole number"),
        (5, "99", "the sentinel 99: taken as missing"),
        (6, "-1", "the sentinel -1: taken as missing"),
        (7, "True", "not a whole number"),
    ]
    assert (found.sentinels, missing_and_invalid(found)) == ({-1: 1, 99: 2}, (3, 4))
    assert tuple(map(str, found.notes)) == (
        "-1 stands 1 times and was taken as missing.",
        "99 stands 2 times and was taken as missing.",
    )


def test_sentinels_on_the_scale_are_answers() -> None:
    """On a scale of 0..100 a 99 is an answer."""
    assert answers_of(["99", "-1"], Scale(0, 100)).sentinels == {-1: 1}


def test_missing_is_the_callers_to_say() -> None:
    """Given words and numbers replace the sentinels; none of them may be an answer."""
    found = answers_of(["refused", "88", "99"], TEN, missing=["refused", 88])
    assert (missing_and_invalid(found), found.sentinels) == ((2, 1), {88: 1})
    assert missing_and_invalid(answers_of(["99"], TEN, missing=[])) == (0, 1)
    with pytest.raises(InvalidValueError, match="missing=5"):
        answers_of(["99"], TEN, missing=[5])
    with pytest.raises(InvalidTypeError, match="missing must be a collection"):
        answers_of(["99"], TEN, missing="99")


@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float32, object])
def test_native_columns(dtype: Any) -> None:
    """Columns of numbers are read as texts of them would be."""
    found = answers_of(np.array([9, 11, 99], dtype=dtype), TEN)
    assert repr(found.values.tolist()) == "[9.0, 11.0, nan]"
    assert [cell.position for cell in found.rejected] == [1, 2]


def test_what_is_no_column_of_answers() -> None:
    """Dates and tables are refused; booleans are invalid answers; no rows are no answers."""
    with pytest.raises(InvalidTypeError, match="datetime64"):
        answers_of(np.array(["2026-01-01"], dtype="datetime64[D]"), TEN)
    with pytest.raises(InvalidValueError, match="one-dimensional"):
        answers_of(np.zeros((2, 2)), TEN)
    assert missing_and_invalid(answers_of(np.array([True, False]), TEN)) == (0, 2)
    empty = answers_of([], TEN)
    assert (empty.values.shape, empty.rejected) == ((0,), ())


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["0,5", "12"], ","),
        (["0.5"], "."),
        (["1.234,5"], ","),
        (["1,234.5"], "."),
        (["1,234"], None),
        (["0,234"], ","),
        (["12345,678"], ","),
        (["1.5", "1,5"], None),
        (["x", "", "1"], None),
    ],
)
def test_the_decimal_mark_is_found_where_it_is_certain(texts: list[str], mark: str | None) -> None:
    """A mark before three digits may group thousands: it does not decide."""
    assert find_decimal(texts) == mark


@pytest.mark.parametrize(
    ("texts", "decimal", "numbers"),
    [
        (["0,5", "1.234,75", "-2", "1e3"], None, [0.5, 1234.75, -2, 1000]),
        (["0.5", "1,234.75", "+3", "−4", ".5", "5."], None, [0.5, 1234.75, 3, -4, 0.5, 5]),
        (["1,234"], None, [1234]),
        (["1,234"], ",", [1.234]),
        (["1\u00a0234,5", "1\u202f000"], ",", [1234.5, 1000]),
    ],
)
def test_numbers(texts: list[str], decimal: str | None, numbers: Sequence[float]) -> None:
    """Numbers are read with either decimal mark and with grouped thousands."""
    assert numbers_of(texts, decimal=decimal).values.tolist() == numbers


@given(st.from_regex(r"[+-]?[.,]?[eE][+-]?\d{1,3}", fullmatch=True), st.sampled_from([None, ".", ","]))
def test_an_exponent_alone_is_no_number(text: str, decimal: str | None) -> None:
    """Such as the name of a room or a customer, "E1"."""
    found = numbers_of(["1.5", text, "x"], decimal=decimal)
    assert [cell.value for cell in found.rejected][-2:] == [text, "x"]


def test_what_is_no_number() -> None:
    """Missing words are missing, other text is listed; native numbers stay."""
    found = numbers_of(["1.5", "NA", None, "x", "1.2.3", "-", 2, True, "?"], missing=["?"])
    assert repr(found.values.tolist()) == "[1.5, nan, nan, nan, nan, nan, 2.0, nan, nan]"
    assert found.rejected == tuple(
        BadCell(i, v, "not a number", "no number") for i, v in ((3, "x"), (4, "1.2.3"), (7, "True"))
    )
    assert repr(numbers_of(np.array([1.5, np.nan, -9]), missing=[-9]).values.tolist()) == "[1.5, nan, nan]"
    assert numbers_of([]).values.tolist() == []
    with pytest.raises(InvalidValueError, match="decimal"):
        numbers_of([], decimal=";")
    with pytest.raises(InvalidTypeError, match="datetime64"):
        numbers_of(np.array([dt.date(2026, 1, 1)], dtype="datetime64[D]"))


def test_resolve() -> None:
    """A name finds itself first, then the one name that differs in case, white space or a mark alone."""
    assert resolve("nps", ["NPS", "nps"]) == "nps"
    assert resolve("nps  score", ["\ufeffNPS Score", "x"]) == "\ufeffNPS Score"
    with pytest.raises(InvalidValueError, match="'NPS', 'Nps'"):
        resolve("nps", ["NPS", "Nps"])
    with pytest.raises(ColumnNotFoundError, match="did you mean 'score'"):
        resolve("scroe", ["score"])
    with pytest.raises(InvalidTypeError, match="named by a str"):
        resolve(3, ["score"])  # type: ignore[arg-type]


@given(st.lists(st.sampled_from(["", "a", "a (1)", "a (2)", "column_1", " a", "b"]), max_size=8))
def test_names_are_made_distinct(header: list[str]) -> None:
    """However names repeat, there is one distinct name for each column, and a name that stands once stays."""
    names, _ = usable_names(header)
    assert len(set(names)) == len(names) == len(header)
    stripped = [cell.strip() for cell in header]
    for name, cell in zip(names, stripped, strict=True):
        if cell == "b" and stripped.count("b") == 1:
            assert name == "b"
