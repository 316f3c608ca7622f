"""The kernels count what a plain loop over Python objects counts, whatever the type, the order and the split."""

from __future__ import annotations

import array
import datetime
import math
import tracemalloc
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import npskit.counting.answer_columns as columns
import npskit.counting.count_table as tabulation
import npskit.counting.kernels as kernels
from npskit import arrays
from npskit.counting import INVALID, MISSING, Counts, encode, tabulate
from npskit.data import Column, Unusable, parse_answer
from npskit.data.keys import factorize, factorize_many
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.scorers.base import Codebook, codebook_of
from npskit.scorers.nps import NPS
from npskit.testing import scales

BOOK = codebook_of(NPS())
INTEGERS = ["i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", ">i2", ">i8", ">u4"]
FLOATS = ["f2", "f4", "f8", "g", ">f4", ">f8"]
NAN = float("nan")


@attrs.frozen
class Any3:
    """A scorer of any categories on one scale: the category of each point is `table`."""

    scale: Scale
    table: tuple[int, ...]

    name = "any"
    categories = ("a", "b", "c")
    category_scores = (0.0, 1.0, 3.0)

    @property
    def questions(self) -> Mapping[str, Scale]:
        return {"q": self.scale}

    def categorize(self, q: NDArray[np.int64]) -> NDArray[np.intp]:
        return np.array(self.table, np.intp)[q - self.scale.low]


@attrs.frozen
class Both:
    """A scorer of two questions with scales of different size: 1 where both are above their lowest point."""

    name = "both"
    questions = {"first": Scale(-1, 1), "second": Scale(1, 5)}  # noqa: RUF012
    categories = ("no", "yes")
    category_scores = (0.0, 1.0)

    def categorize(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        return (first > -1) & (second > 1)


def codes_of(answers: list[Any], scale: Scale) -> list[int]:
    """The reference: one answer at a time."""

    def code(answer: Any) -> int:
        number = parse_answer(answer)
        if number is None:
            return MISSING
        return number - scale.low if not isinstance(number, Unusable) and number in scale else INVALID

    return [code(a) for a in answers]


def counts_of(
    codes: list[list[int]], codebook: Codebook, groups: list[int], n_groups: int, weights: list[float], by_answer: bool
) -> tuple[list[list[int]], list[int], list[int], list[list[float]], list[list[float]]]:
    """The reference: one row at a time. Cells, missing, invalid, weights and squares of each group."""
    size = codebook.grid.size if by_answer else len(codebook.categories)
    cells, missing, invalid = [[0] * size for _ in range(n_groups)], [0] * n_groups, [0] * n_groups
    sums, squares = [[0.0] * size for _ in range(n_groups)], [[0.0] * size for _ in range(n_groups)]
    for row, group, weight in zip(zip(*codes, strict=True), groups, weights, strict=True):
        if INVALID in row:
            invalid[group] += 1
        elif MISSING in row:
            missing[group] += 1
        else:
            cell = row[0] if by_answer else int(codebook.grid[row])
            cells[group][cell] += 1
            sums[group][cell] += weight
            squares[group][cell] += weight**2
    return cells, missing, invalid, sums, squares


def as_lists(found: Counts) -> tuple[Any, ...]:
    """Counts as lists, weights among them where there are any."""
    counts, missing, invalid = found.cells[..., :-2], found.cells[..., -2], found.cells[..., -1]
    sums = (None if part is None else part[..., :-2] for part in (found.weights, found.squares))
    return tuple(None if part is None else part.tolist() for part in (counts, missing, invalid, *sums))


ODD = st.sampled_from(
    [None, NAN, math.inf, -math.inf, 7.5, "x", "9", " 4 ", "", "NA", True, 10**30, -(10**400), "5 (fair)"]
)
ANSWERS = st.one_of(st.integers(-3, 13), st.integers(-3, 13).map(float), st.integers(), ODD)
RAW = st.lists(ANSWERS, max_size=30)


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a few rows, so that a few rows make many blocks."""
    monkeypatch.setattr(columns, "BYTES", 8)
    monkeypatch.setattr(columns, "INTEGERS", 5)
    monkeypatch.setattr(columns, "FLOATS", 6)
    monkeypatch.setattr(kernels, "ROWS", 4)
    monkeypatch.setattr(kernels, "_PAIRED", 8)
    monkeypatch.setattr(kernels, "_BLOCKWISE", 20)
    monkeypatch.setattr(kernels, "_THREADED", 16)
    monkeypatch.setattr(kernels, "cores", lambda: 3)
    monkeypatch.setattr("npskit.data.keys.ROWS", 4)


# ---- encode ----


@given(RAW, scales())
def test_encode_is_one_answer_at_a_time(answers: list[Any], scale: Scale) -> None:
    """Coding a list, a tuple, an iterator and an object array is coding one answer after the other."""
    expected = codes_of(answers, scale)
    objects = np.empty(len(answers), object)
    objects[:] = answers
    for same in (answers, tuple(answers), iter(answers), objects, pd.Series(objects)):
        codes = encode(same, scale)
        assert codes.dtype == np.uint8
        assert codes.tolist() == expected


@given(st.sampled_from(INTEGERS), st.data(), scales())
def test_encode_integers(kind: str, data: st.DataObject, scale: Scale) -> None:
    """An integer array of any width and byte order is coded as its values are; none is cast onto the scale."""
    limits = np.iinfo(kind)
    near = st.integers(max(limits.min, scale.low - 3), max(limits.min, min(limits.max, scale.high + 3)))
    around = near.flatmap(
        lambda v: st.sampled_from([v + 256 * k for k in range(-3, 4) if limits.min <= v + 256 * k <= limits.max])
    )
    values = data.draw(st.lists(st.one_of(near, around, st.integers(limits.min, limits.max)), max_size=20))
    whole = np.array(values, kind)
    assert encode(whole, scale).tolist() == codes_of(values, scale)
    assert encode(whole[::-2], scale).tolist() == codes_of(values[::-2], scale)
    assert encode(array.array("q", [v for v in values if abs(v) < 2**63]), scale).tolist() == codes_of(
        [v for v in values if abs(v) < 2**63], scale
    )


@given(st.sampled_from(FLOATS), st.data(), scales())
def test_encode_floats(kind: str, data: st.DataObject, scale: Scale) -> None:
    """A float array of any width and byte order is coded as its values are, to the last bit."""
    near = st.integers(scale.low - 3, scale.high + 3).map(float)
    beside = near.map(lambda v: np.nextafter(np.dtype(kind).type(v), np.dtype(kind).type(99)))
    around = near.flatmap(lambda v: st.sampled_from([v + 256.0 * k for k in range(-3, 4)] + [v + 2.0**32, v + 0.5]))
    wild = st.floats(width=16) if kind == "f2" else st.floats(width=32)
    with np.errstate(over="ignore"):
        values = np.array(data.draw(st.lists(st.one_of(near, beside, around, wild), max_size=20)), kind)
    expected = codes_of(list(values), scale)
    assert encode(values, scale).tolist() == expected
    assert encode(values[::-2], scale).tolist() == expected[::-2]


@pytest.mark.parametrize(
    "scale", [Scale(-3, 3), Scale(100, 300), Scale(1000, 1010), Scale(-(10**9), -(10**9) + 9), Scale(0, 249)]
)
@pytest.mark.parametrize("kind", [*INTEGERS, *FLOATS])
def test_scales_that_do_not_fit_a_byte(scale: Scale, kind: str) -> None:
    """A scale beyond the range of a byte, or of the array's own type, is read exactly."""
    edges = [*scale, scale.low - 1, scale.high + 1, *(v + 2**k for v in scale for k in (8, 16, 32, 63))]
    if np.dtype(kind).kind == "f":
        with np.errstate(over="ignore"):
            values = np.array(edges, np.float64).astype(kind)
    else:
        limits = np.iinfo(kind)
        values = np.array([limits.min, *(v for v in edges if v in range(limits.min, limits.max)), limits.max], kind)
    assert encode(values, scale).tolist() == codes_of(list(values), scale)


@given(st.lists(st.sampled_from(["9", "10 - great", "x", "", "7.5", "-1"]), max_size=20))
def test_encode_text_arrays(answers: list[str]) -> None:
    """Text in numpy's fixed-width, byte and variable-width arrays is read as Python's."""
    expected = codes_of(answers, Scale(0, 10))
    for kind in ("U", "S", np.dtypes.StringDType()):
        assert encode(np.array(answers, kind), Scale(0, 10)).tolist() == expected


@given(RAW.filter(len), st.data())
def test_masks(answers: list[Any], data: st.DataObject) -> None:
    """A masked row is missing whatever it holds, in numpy's masked arrays and in columns."""
    scale = Scale(0, 10)
    mask = data.draw(st.lists(st.booleans(), min_size=len(answers), max_size=len(answers)))
    expected = [MISSING if hidden else code for code, hidden in zip(codes_of(answers, scale), mask, strict=True)]
    objects = np.empty(len(answers), object)
    objects[:] = answers
    assert encode(Column(objects, np.array(mask)), scale).tolist() == expected
    assert encode(np.ma.MaskedArray(objects, mask), scale).tolist() == expected
    for kind in ("i1", "i8", "f8"):
        values = np.array([a if type(a) is int and abs(a) < 100 else 99 for a in answers], kind)
        expected = [MISSING if h else c for c, h in zip(codes_of(list(values), scale), mask, strict=True)]
        assert encode(Column(values, np.array(mask)), scale).tolist() == expected
        assert encode(np.ma.MaskedArray(values, mask), scale).tolist() == expected


@pytest.mark.parametrize("answers", [[], (), np.array([]), np.array([], "i1"), np.array([], object), iter([])])
def test_encode_nothing(answers: Any) -> None:
    """No answers have no codes."""
    assert encode(answers, Scale(0, 10)).shape == (0,)


def test_lists_numpy_would_misread() -> None:
    """Lists that numpy would turn into rounded floats are read exactly."""
    scale = Scale(0, 10)
    assert encode([2**63, -1, 9], scale).tolist() == [INVALID, INVALID, 9]
    assert encode([10**400, 9.0], scale).tolist() == [INVALID, 9]
    assert encode([np.int64(9), np.uint64(2**63 + 9), np.float32(7.5)], scale).tolist() == [9, INVALID, INVALID]
    assert encode([9, True, None, np.ma.masked, pd.NA, pd.NaT], scale).tolist() == [9, INVALID, *[MISSING] * 4]


def test_many_distinct_texts() -> None:
    """A column of comments is invalid and does not fill the memory with its texts."""
    many = [f"comment {i}" for i in range(20_000)] + ["9"] * 3
    assert encode(many, Scale(0, 10)).tolist() == [INVALID] * 20_000 + [9] * 3


BAD: list[tuple[Any, type[Exception], str]] = [
    ("10", InvalidTypeError, "text '10'"),
    (b"10", InvalidTypeError, "text"),
    (bytearray(b"10"), InvalidTypeError, "text"),
    ({"a": 9}, InvalidTypeError, "a dict: pass a list of its values"),
    ({9, 10}, InvalidTypeError, "a set"),
    (frozenset({9}), InvalidTypeError, "a frozenset"),
    (9, InvalidTypeError, "wrap one answer in a list"),
    (None, InvalidTypeError, "NoneType"),
    (np.int64(9), InvalidTypeError, "single value 9"),
    (np.array(9), InvalidTypeError, "single value 9"),
    (np.array([[9], [8]]), InvalidValueError, r"shape \(2, 1\)"),
    (np.zeros((2, 3)), InvalidValueError, r"shape \(2, 3\)"),
    ([[9], [8]], InvalidValueError, "one flat sequence"),
    ([np.array([9])], InvalidValueError, "one flat sequence"),
    (pd.DataFrame({"a": [9]}), InvalidValueError, "one-dimensional"),
    (np.array([True]), InvalidTypeError, "booleans are not answers"),
    (np.array(["2024-01-05"], "M8[D]"), InvalidTypeError, "dates are not answers"),
    (np.array([9], "m8[D]"), InvalidTypeError, "durations are not answers"),
    (np.array([9 + 0j]), InvalidTypeError, "complex"),
    (np.zeros(2, [("a", "i4")]), InvalidTypeError, "structured"),
    (pd.Series([datetime.datetime(2024, 1, 5)]), InvalidTypeError, "dates are not answers"),
]


@pytest.mark.parametrize(("answers", "error", "message"), BAD)
def test_bad_answers(answers: Any, error: type[Exception], message: str) -> None:
    """What is not a column of answers is refused by name, with what to do."""
    with pytest.raises(error, match=message) as caught:
        encode(answers, Scale(0, 10), name="score")
    assert "score" in str(caught.value)
    with pytest.raises(error, match=message):
        tabulate([answers], BOOK)


# ---- tabulate ----


@given(RAW)
def test_tabulate_is_one_row_at_a_time(answers: list[Any]) -> None:
    """Counts by answer and by category are those of a plain loop, and nothing is lost."""
    codes = [codes_of(answers, BOOK.scales[0])]
    for by_answer in (True, False):
        found = tabulate([answers], BOOK, distribution=by_answer)
        cells, missing, invalid, _, _ = counts_of(codes, BOOK, [0] * len(answers), 1, [1.0] * len(answers), by_answer)
        assert as_lists(found) == (cells[0], missing[0], invalid[0], None, None)
        assert found.by_answer is by_answer
        assert found.cells.dtype == np.int64
        assert found.cells.sum() == len(answers)


@settings(max_examples=60)
@given(RAW, st.data())
@pytest.mark.usefixtures("small_blocks")
def test_groups_and_weights(answers: list[Any], data: st.DataObject) -> None:
    """Grouped and weighted counts are those of a plain loop; whole weights make the sums exact."""
    n, n_groups = len(answers), data.draw(st.integers(1, 4))
    groups = data.draw(st.lists(st.integers(0, n_groups - 1), min_size=n, max_size=n))
    weights = data.draw(st.lists(st.integers(0, 9).map(float), min_size=n, max_size=n))
    codes = [codes_of(answers, BOOK.scales[0])]
    for by_answer in (True, False):
        cells, missing, invalid, sums, squares = counts_of(codes, BOOK, groups, n_groups, weights, by_answer)
        grouped = tabulate([answers], BOOK, groups=groups, n_groups=n_groups, distribution=by_answer)
        assert as_lists(grouped) == (cells, missing, invalid, None, None)
        both = tabulate([answers], BOOK, groups=groups, n_groups=n_groups, weights=weights, distribution=by_answer)
        assert as_lists(both) == (cells, missing, invalid, sums, squares)
        cells, missing, invalid, sums, squares = counts_of(codes, BOOK, [0] * n, 1, weights, by_answer)
        weighted = tabulate([answers], BOOK, weights=np.array(weights), distribution=by_answer)
        assert as_lists(weighted) == (cells[0], missing[0], invalid[0], sums[0], squares[0])


@given(st.lists(st.tuples(ANSWERS, ANSWERS), max_size=20), st.data())
@pytest.mark.usefixtures("small_blocks")
def test_several_questions(rows: list[tuple[Any, Any]], data: st.DataObject) -> None:
    """A row with an invalid answer is invalid, else one with a missing answer is missing, else it has a category."""
    codebook = codebook_of(Both())
    answers = [[first for first, _ in rows], [second for _, second in rows]]
    codes = [codes_of(a, s) for a, s in zip(answers, codebook.scales, strict=True)]
    groups = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    cells, missing, invalid, _, _ = counts_of(codes, codebook, groups, 3, [1.0] * len(rows), False)
    assert as_lists(tabulate(answers, codebook, groups=groups, n_groups=3)) == (cells, missing, invalid, None, None)
    found = tabulate(answers, codebook, distribution=True)
    assert not found.by_answer
    assert as_lists(found)[:3] == (np.sum(cells, axis=0).tolist(), sum(missing), sum(invalid))


@given(scales(min_size=3), st.data())
@pytest.mark.usefixtures("small_blocks")
def test_any_categories(scale: Scale, data: st.DataObject) -> None:
    """Categories may lie along the scale in any order, in one run or several; missing and invalid stay apart."""
    table = data.draw(st.lists(st.integers(0, 2), min_size=scale.size, max_size=scale.size))
    codebook = codebook_of(Any3(scale, tuple(table)))
    answers = data.draw(st.lists(st.integers(scale.low - 2, scale.high + 2), max_size=40))
    mask = [a == scale.low for a in answers]
    codes = [[MISSING if a == scale.low else c for a, c in zip(answers, codes_of(answers, scale), strict=True)]]
    for kind in ("i1", "i8", "f8"):
        found = tabulate([np.ma.MaskedArray(np.array(answers, kind), mask)], codebook, distribution=False)
        cells, missing, invalid, _, _ = counts_of(codes, codebook, [0] * len(answers), 1, [1.0] * len(answers), False)
        assert as_lists(found) == (cells[0], missing[0], invalid[0], None, None)


@given(st.lists(st.integers(-2, 12), max_size=40), st.integers(0, 40), st.randoms())
@pytest.mark.usefixtures("small_blocks")
def test_order_and_shards(answers: list[int], cut: int, random: Any) -> None:
    """The order of rows changes nothing, and the counts of two shards add up to those of the whole."""
    whole = tabulate([answers], BOOK)
    shuffled = random.sample(answers, len(answers))
    assert as_lists(tabulate([np.array(shuffled, "f4")], BOOK)) == as_lists(whole)
    parts = [tabulate([np.array(part, "i2")], BOOK) for part in (answers[:cut], answers[cut:])]
    assert np.array_equal(sum(p.cells for p in parts), whole.cells)


@pytest.mark.parametrize("rows", [0, 1, 3, 255, 257, 20_001, 70_001, 300_007])
@pytest.mark.parametrize("kind", ["i1", "u1", "i2", "i8", "f4", "f8"])
def test_types_and_lengths_agree(rows: int, kind: str) -> None:
    """Every type gives the same counts at any number of rows: around blocks, in them and past them."""
    values = np.random.default_rng(rows).integers(0, 13, rows)
    expected = np.bincount(values, minlength=13)
    for distribution in (True, False):
        found = tabulate([values.astype(kind)], BOOK, distribution=distribution)
        assert found.cells[-1] == expected[11:].sum()
        cells = expected[:11] if distribution else np.bincount(BOOK.grid, expected[:11], 3)
        np.testing.assert_array_equal(found.cells[:-2], cells)
    assert as_lists(tabulate([values.tolist()], BOOK)) == as_lists(tabulate([values.astype(kind)], BOOK))


def test_frames_agree() -> None:
    """Columns of pandas and Polars that are passed as they are count as the list does."""
    answers = [10, 9, None, 7, 11, 0]
    expected = as_lists(tabulate([answers], BOOK))
    for same in (pd.Series(answers), pd.Series(answers, dtype="Int8"), pl.Series(answers), np.array(answers, object)):
        assert as_lists(tabulate([same], BOOK)) == expected


def test_what_is_counted_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """By answer, except in large plain arrays and where the table would be larger than the data; never if refused."""
    answers, groups = np.arange(11), np.arange(11)
    assert tabulate([answers], BOOK, groups=groups).by_answer
    monkeypatch.setattr(tabulation, "LARGE", 11)
    monkeypatch.setattr(tabulation, "_LARGE_TABLE", 10)
    monkeypatch.setattr(tabulation, "_FEW", 0)
    assert not tabulate([answers], BOOK).by_answer
    assert tabulate([answers], BOOK, distribution=True).by_answer
    assert tabulate([answers], BOOK, weights=np.ones(11)).by_answer
    assert tabulate([answers[:10]], BOOK).by_answer
    assert not tabulate([answers], BOOK, groups=groups).by_answer
    assert tabulate([answers], BOOK, groups=groups * 0).by_answer
    alternating = codebook_of(Any3(Scale(0, 10), (0, 1) * 5 + (2,)))
    assert tabulate([answers], alternating).by_answer


@pytest.mark.parametrize("kind", INTEGERS)
def test_groups_of_every_kind(kind: str) -> None:
    """Group codes may be integers of any width and byte order."""
    expected = as_lists(tabulate([[10, 0, 7]], BOOK, groups=[0, 2, 0]))
    assert as_lists(tabulate([[10, 0, 7]], BOOK, groups=np.array([0, 2, 0], kind), n_groups=3)) == expected
    if np.dtype(kind).kind == "i":
        with pytest.raises(InvalidValueError, match="see row 2"):
            tabulate([[10, 0, 7]], BOOK, groups=np.array([0, 2, -1], kind))


def test_weights_of_every_kind() -> None:
    """Weights may be integers, floats, Python numbers or a list; a zero weight still is an answer."""
    answers = [10, 0, 10]
    expected = as_lists(tabulate([answers], BOOK, weights=[2.0, 0.0, 1.0]))
    assert expected[0][10] == 2
    assert expected[3][10], expected[4][10] == (3.0, 5.0)
    for same in (np.array([2, 0, 1]), np.array([2, 0, 1], "f4"), (2, 0, 1), np.array([2, 0.0, 1], object)):
        assert as_lists(tabulate([answers], BOOK, weights=same)) == expected


BAD_TABLES: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"weights": [1.0, -1.0, 1.0]}, InvalidValueError, "finite and at least 0: row 1 .from 0. has -1.0"),
    ({"weights": [1.0, NAN, math.inf]}, InvalidValueError, "row 1 .from 0. has nan, row 2 .from 0. has inf"),
    ({"weights": [1, None, 1]}, InvalidValueError, "row 1 .from 0. has None"),
    (
        {"weights": np.ma.MaskedArray([1.0, 1.0, 1.0], [False, False, True])},
        InvalidValueError,
        "row 2 .from 0. has nan",
    ),
    ({"weights": [True, False, True]}, InvalidValueError, "weights: row 0 .* True, which is not a number"),
    (
        {"weights": np.array([1, True, 1.5], dtype=object)},
        InvalidValueError,
        "row 1 .*holds True, which is not a number",
    ),
    ({"weights": ["1", "2", "x"]}, InvalidValueError, "row 2 .*holds 'x', which is not a number"),
    ({"weights": [1, object(), 1]}, InvalidValueError, "row 1 .*which is not a number"),
    ({"weights": [1.0, 2.0]}, IncompatibleError, "weights has 2 rows, the answers have 3"),
    ({"weights": [[1.0], [2.0], [3.0]]}, InvalidValueError, "weights: row 0 .* holds .1.0."),
    ({"weights": ["1", "", "n/a"]}, InvalidValueError, "row 1 .from 0. has '', row 2 .from 0. has 'n/a'"),
    ({"weights": 1.0}, InvalidTypeError, "single value"),
    ({"groups": [0, -1, 0]}, InvalidValueError, "negative: see row 1"),
    ({"groups": [0, 5, 0], "n_groups": 2}, InvalidValueError, "n_groups=2: see row 1"),
    ({"groups": [0, 1 << 40, 0]}, InvalidValueError, "without gaps"),
    ({"groups": [0, 1]}, IncompatibleError, "groups has 2 rows"),
    ({"groups": ["a", "b", "c"]}, InvalidTypeError, "factorize"),
    ({"groups": [0.0, 1.0, 2.0]}, InvalidTypeError, "groups must be whole numbers"),
    ({"groups": [True, False, True]}, InvalidTypeError, "groups must be whole numbers"),
    ({"groups": [[0], [1], [2]]}, InvalidValueError, "one-dimensional"),
    ({"n_groups": 3}, InvalidValueError, "without groups"),
    ({"groups": [0, 0, 0], "n_groups": -1}, InvalidValueError, "n_groups"),
    ({"groups": [0, 0, 0], "n_groups": True}, InvalidTypeError, "n_groups"),
    ({"groups": [0, 0, 0], "n_groups": 2.5}, InvalidTypeError, "n_groups"),
]


@pytest.mark.parametrize(("arguments", "error", "message"), BAD_TABLES)
def test_bad_tables(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    """Weights and groups that cannot be used are refused, with the first rows that say why."""
    with pytest.raises(error, match=message):
        tabulate([[10, 9, 3]], BOOK, **arguments)


def test_weights_and_groups_beyond_the_first_block() -> None:
    """Rows in messages are counted from the first row of all, and only the first few are named."""
    weights = np.ones(200_000)
    weights[150_000:] = -1.0
    with pytest.raises(InvalidValueError, match=r"row 150000 .from 0. has -1.0, row 150001 "):
        tabulate([np.zeros(200_000, "i1")], BOOK, weights=weights)


def test_bad_columns() -> None:
    """As many columns as questions, and all of one length."""
    with pytest.raises(IncompatibleError, match=r"both reads 2 columns \(first, second\): got 1"):
        tabulate([[1]], codebook_of(Both()))
    with pytest.raises(IncompatibleError, match="second has 2 rows, first has 1"):
        tabulate([[1], [1, 2]], codebook_of(Both()))


@pytest.mark.parametrize("cores", [1, 3, 64])
def test_threads(cores: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long column gives the same counts whatever the number of cores."""
    assert arrays.cores() >= 1
    monkeypatch.setattr(kernels, "cores", lambda: cores)
    values = np.tile(np.array([0, 6, 7, 8, 9, 10, 11, -1, np.nan, 7.5], "f4"), 420_001)
    found = tabulate([values], BOOK)
    assert not found.by_answer
    assert as_lists(found)[:3] == ([840_002, 840_002, 840_002], 420_001, 1_260_003)


@pytest.mark.filterwarnings("ignore::npskit.DataWarning")  # texts that stand for no answer
@given(st.lists(st.tuples(ANSWERS, st.integers(0, 2), st.integers(0, 9))))
def test_uncounted_weights(rows: list[tuple[Any, int, int]]) -> None:
    """The weights of the missing and the invalid are kept beside those of the answers."""
    answers, groups, weights = ([row[i] for row in rows] for i in range(3))
    found = tabulate([answers], BOOK, groups=groups, n_groups=3, weights=[float(w) for w in weights])
    assert found.weights is not None
    assert found.squares is not None
    codes = codes_of(answers, BOOK.scales[0])
    for group in range(3):
        for column, code in ((-2, MISSING), (-1, INVALID)):
            inside = [w for w, g, c in zip(weights, groups, codes, strict=True) if (g, c) == (group, code)]
            assert found.weights[group, column] == sum(inside)
            assert found.squares[group, column] == sum(w * w for w in inside)


@pytest.mark.parametrize("n_groups", [0, 2])
def test_no_rows(n_groups: int) -> None:
    """No rows make tables of zeros, in the shape of the groups."""
    found = tabulate([[]], BOOK, groups=[], n_groups=n_groups, weights=[])
    assert found.weights is not None
    assert found.cells.shape == found.weights.shape == (n_groups, 13)
    assert not found.cells.any()
    assert tabulate([[]], BOOK, groups=[]).cells.shape == (0, 13)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("i1", {}),
        ("i1", {"distribution": True}),
        ("i8", {}),
        ("f8", {}),
        ("i1", {"groups": True}),
        ("i1", {"weights": True}),
    ],
)
def test_memory(kind: str, arguments: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting with two threads needs less than five megabytes beside its rows: at 5·10⁷ rows 0.1 byte each."""
    monkeypatch.setattr(kernels, "cores", lambda: 2)
    rows = 5_000_000
    values = np.tile(np.arange(13), rows // 13 + 1)[:rows].astype(kind)
    given = {"groups": values.astype("i4"), "weights": np.ones(rows)}
    arguments = {k: given.get(k, v) for k, v in arguments.items()}
    tracemalloc.start()
    try:
        tabulate([values], BOOK, **arguments)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


# ---- factorize ----

KEYS = st.one_of(
    st.lists(st.integers()),
    st.lists(st.integers(-3, 3)),
    st.lists(st.one_of(st.text(max_size=2), st.none())),
    st.lists(st.one_of(st.floats(), st.none())),
    st.lists(st.booleans()),
    st.lists(st.dates()),
    st.lists(st.one_of(st.integers(0, 3), st.text(max_size=1), st.just(NAN))),
)


def missing_key(key: Any) -> bool:
    return key is None or key != key


@given(KEYS)
@pytest.mark.usefixtures("small_blocks")
def test_factorize(keys: list[Any]) -> None:
    """Each key is found at its code, codes are dense, keys are in order and distinct, what is missing is last."""
    objects = np.empty(len(keys), object)
    objects[:] = keys
    for same in (keys, objects, iter(keys)):
        codes, distinct = factorize(same)
        assert codes.dtype == np.intp
        for key, code in zip(keys, codes.tolist(), strict=True):
            assert distinct[code] is None if missing_key(key) else distinct[code] == key
        assert set(codes.tolist()) == set(range(len(distinct)))
        known = distinct[:-1] if None in distinct else distinct
        assert None not in known
        assert len(set(known)) == len(known)
        if len({str if isinstance(k, str) else float for k in known}) == 1:
            assert known == sorted(known)


@pytest.mark.parametrize("kind", [*INTEGERS, *FLOATS, "?", "M8[D]", "M8[ns]", "m8[s]", "U", "S", "O"])
def test_factorize_arrays(kind: str) -> None:
    """Arrays of every type have the codes of their sorted values."""
    values = np.random.default_rng(1).integers(0, 100, 1_000)
    keys = values.astype("M8[D]").astype(kind) if kind.startswith("M") else values.astype(kind)
    distinct, codes = np.unique(keys.tolist() if kind == "O" else keys, return_inverse=True)
    found, known = factorize(keys)
    np.testing.assert_array_equal(found, codes)
    np.testing.assert_array_equal(np.array(known, distinct.dtype), distinct)


@pytest.mark.parametrize("kind", ["i1", "i8", "u8"])
def test_factorize_extremes(kind: str) -> None:
    """Integers at both ends of their type keep apart and in order."""
    limits = np.iinfo(kind)
    keys = np.array([limits.max, limits.min, limits.max - 1, limits.min], kind)
    codes, known = factorize(keys)
    assert codes.tolist() == [2, 0, 1, 0]
    assert known == [limits.min, limits.max - 1, limits.max]


def test_factorize_missing() -> None:
    """Missing keys of any kind share the last group, which is None."""
    assert factorize([None, "b", NAN, pd.NA, "a"])[1] == ["a", "b", None]
    assert factorize(np.array([NAN, 2.0, NAN]))[0].tolist() == [1, 0, 1]
    assert factorize(np.array(["NaT", "2024-01-05"], "M8[D]"))[1] == [np.datetime64("2024-01-05"), None]
    assert factorize(np.ma.MaskedArray([3, 1], [True, False]))[1] == [1, None]
    assert factorize(np.ma.MaskedArray([NAN, 1.0, 2.0], [False, True, False]))[1] == [2.0, None]
    assert factorize(np.ma.MaskedArray([3, 1]))[1] == [1, 3]
    assert factorize(np.array([], "i8"))[1] == factorize([])[1] == []
    assert factorize([2**70, 1])[1] == [1, 2**70]


def test_factorize_mixed_keys_keep_their_order() -> None:
    """Keys that cannot be compared are numbered as first seen."""
    codes, known = factorize(["b", 2, "a", 2])
    assert codes.tolist() == [0, 1, 2, 1]
    assert known == ["b", 2, "a"]


@pytest.mark.parametrize("keys", ["north", b"north", {"a": 1}, {1, 2}, None, 5, [[1], [2]], np.array(5)])
def test_bad_keys(keys: Any) -> None:
    """Keys are a sequence of hashable things."""
    with pytest.raises(InvalidTypeError, match="group keys"):
        factorize(keys)


@given(st.lists(st.tuples(st.integers(-2, 2), st.sampled_from(["a", "b", None]), st.booleans())))
def test_factorize_many(rows: list[tuple[Any, ...]]) -> None:
    """Combinations are found at their codes, occur, and are in order, what is missing last."""
    codes, found = factorize_many([[row[i] for row in rows] for i in range(3)])
    assert [found[c] for c in codes.tolist()] == rows
    assert found == sorted(set(rows), key=lambda row: (row[0], row[1] is None, row[1] or "", row[2]))


def test_bad_key_columns() -> None:
    """One column at least, and all of one length."""
    with pytest.raises(InvalidValueError, match="at least one column"):
        factorize_many([])
    with pytest.raises(IncompatibleError, match="column 1 of the group keys has 2 rows, column 0 has 1"):
        factorize_many([["a"], [1, 2]])


@pytest.mark.parametrize("answers", [[-1, 0, 0, 1, 1, 1, 2], [0, 1, 1, -1]])
def test_the_lowest_point_is_a_category_of_its_own_and_may_be_negative(answers: list[int]) -> None:
    codebook = codebook_of(Any3(Scale(-1, 1), (0, 1, 2)))
    wanted = [answers.count(point) for point in (-1, 0, 1)] + [0, answers.count(2)]
    for distribution in (None, False):
        assert tabulate([answers], codebook, distribution=distribution).cells.tolist() == wanted
    assert tabulate([[0, 1, 1]], codebook).cells.tolist() == [0, 1, 2, 0, 0]
