"""Segments: what says nothing is one of them, and numbers of a file are numbers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.data.columns import Column
from npskit.data.segments import coded, holding, segments_of

CELLS = ["South", "NA", "n/a", "", "  ", "North", "South", None]
HOLDERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "numpy": lambda cells: np.array(cells, dtype=object),
    "pandas": lambda cells: pd.Series(cells, dtype=object),
    "pandas categorical": lambda cells: pd.Series(cells, dtype="category"),
    "polars": pl.Series,
    "polars categorical": lambda cells: pl.Series(cells, dtype=pl.Categorical),
    "polars enum": lambda cells: pl.Series(
        cells, dtype=pl.Enum(list(dict.fromkeys(filter(lambda c: c is not None, cells))))
    ),
    "arrow": pa.array,
    "arrow dictionary": lambda cells: pa.array(cells).dictionary_encode(),
}


def frames(holder: str, column: Any, score: list[int]) -> list[Any]:
    """Return data with a column as a mapping, and as a dataframe of its library."""
    found: list[Any] = [{"score": score, "region": column}]
    if holder.startswith("pandas"):
        found.append(pd.DataFrame({"score": score, "region": column}))
    if holder.startswith("polars"):
        found += [pl.DataFrame({"score": score, "region": column}), pl.LazyFrame({"score": score, "region": column})]
    if holder.startswith("arrow"):
        found.append(pa.table({"score": pa.array(score), "region": column}))
    return found


@pytest.mark.parametrize("holder", HOLDERS)
def test_what_says_nothing_is_one_segment(holder: str) -> None:
    """Law: blank, "NA", "n/a" and null are one segment, the last, whatever holds them, in every method by segment."""
    score = [10, 0, 9, 3, 8, 7, 6, 10]
    for data in frames(holder, HOLDERS[holder](CELLS), score):
        survey = nk.Survey(data, score="score")
        table = survey.score(by="region")
        assert table.keys == (("North",), ("South",), (None,))
        assert table.n.tolist() == [1, 2, 5]
        assert table[None] == nk.nps([0, 9, 3, 8, 10]) or table[None].tally == nk.nps([0, 9, 3, 8, 10]).tally
        assert "(missing)" in str(table)
        assert survey.tally("region") == table.tally


@given(st.lists(st.sampled_from(["3", "10", "-2", "0", "", "n/a", None, "007", "x"]), min_size=1))
def test_whole_numbers_of_a_file(cells: list[str | None]) -> None:
    """Law: texts become numbers, in their order, where all that say something are whole numbers as they are written."""
    known = {cell for cell in cells if cell not in ("", "n/a", None)}
    column = Column(np.array([*cells, None], dtype=object))
    numbers, keys = segments_of([column], len(column), whole=True)
    whole = not known & {"007", "x"}
    assert {key[0] for key in keys[:-1]} == ({int(cell or 0) for cell in known} if whole else known)
    assert keys[-1] == (None,)
    if whole:
        assert list(keys[:-1]) == sorted(keys[:-1])
    for cell, number in zip(cells, numbers, strict=False):
        said = keys[number][0]
        assert (str(said) if said is not None else None) == (cell if cell in known else None)
    codes, labels = coded(column, whole=True)
    assert labels == [key[0] for key in keys[:-1]]
    assert (codes == np.where(numbers == len(keys) - 1, -1, numbers)).all()
    assert all(isinstance(key[0], str | None) for key in segments_of([column], len(column))[1])


def test_a_file_with_numbers(tmp_path: Path) -> None:
    """Keys of a file are numbers and sorted as such; numbers with leading zeros stay text."""
    path = tmp_path / "shops.csv"
    path.write_text("score,shop,zip\n10,10,01234\n9,9,01234\n3,NA,99999\n8,2,n/a\n7,10,01234\n", "utf-8")
    survey = nk.read(path, score="score")
    table = survey.score(by="shop")
    assert table.keys == ((2,), (9,), (10,), (None,))
    assert table[10].n == 2
    assert survey.score(by="zip").keys == (("01234",), ("99999",), (None,))
    assert survey.score(by=["zip", "shop"]).keys[0] == ("01234", 9)


def test_one_answer_is_marked() -> None:
    """A segment of a single answer says so, also where so few are not too few."""
    survey = nk.Survey({"score": [9, 9, 3], "r": ["a", "a", "b"]})
    assert "b  -100.0  -100.0 .. 58.7  1  one answer" in str(survey.score(by="r", too_few=0))
    assert "too few: one answer" in str(survey.score(by="r"))


@pytest.mark.parametrize(
    ("given", "rows"),
    [(1, [0, 1]), (1.0, [0, 1]), ([2, np.int64(1)], [0, 1, 2]), (range(2, 3), [2]), ("", [3]), (np.nan, [3])],
)
def test_a_number_is_what_it_is_worth(given: Any, rows: list[int]) -> None:
    """A number is found however its texts are written, and whatever says nothing finds what is missing."""
    column = Column(np.array(["1", "1.0", "2", None, "x"], dtype=object))
    assert np.flatnonzero(holding(column, given, "where")).tolist() == rows


@pytest.mark.parametrize(
    "given", ["2026-03-02", dt.date(2026, 3, 2), dt.datetime(2026, 3, 2), np.datetime64("2026-03-02")]
)
def test_a_day_is_found_as_text_and_as_a_date(given: Any) -> None:
    """A day is the same as a text, a date or a time at midnight, in a column of either."""
    for cells in (["2026-03-02", "2026-03-03"], [dt.date(2026, 3, 2), dt.date(2026, 3, 3)]):
        assert holding(Column(np.array(cells, dtype=object)), given, "where").tolist() == [True, False]
