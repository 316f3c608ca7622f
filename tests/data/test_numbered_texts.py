"""Laws of columns of text that are read by their distinct texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.cells import NumberedCells
from npskit.data.columns import column_of_series
from npskit.data.keys import ROWS, factorize
from npskit.data.numbered_texts import numbered_texts

# Without lone surrogates, which no dataframe library holds.
texts = st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=3), max_size=30)


def _split(values: list[Any], kind: Any = None) -> pa.ChunkedArray:
    half = len(values) // 2
    return pa.chunked_array([pa.array(part, kind or pa.string()) for part in (values[:half], values[half:])])


HOLDERS: dict[str, Callable[[list[Any]], Any]] = {
    "pandas": lambda values: pd.Series(values, dtype="string"),
    "pandas objects": lambda values: pd.Series(values, dtype=object),
    "pandas categories": lambda values: pd.Series(values, dtype=object).astype("category"),
    "pandas unused category": lambda values: pd.Series(
        pd.Categorical(values, [*dict.fromkeys(v for v in values if v is not None), "unused of five"])
    ),
    "polars": lambda values: pl.Series(values, dtype=pl.String),
    "polars categories": lambda values: pl.Series(values, dtype=pl.String).cast(pl.Categorical),
    "polars enum": lambda values: pl.Series(
        values, dtype=pl.Enum([*dict.fromkeys(v for v in values if v is not None), "unused of five"])
    ),
    "pyarrow": _split,
    "pyarrow large": lambda values: _split(values, pa.large_string()),
    "pyarrow dictionary": lambda values: _split(values).dictionary_encode(),
    "pyarrow dictionaries": lambda values: pa.chunked_array(
        [chunk.dictionary_encode() for chunk in _split(values).chunks], pa.dictionary(pa.int32(), pa.string())
    ),
    "pyarrow null in a dictionary": lambda values: pa.chunked_array(
        [pa.DictionaryArray.from_arrays(pa.array(range(len(values)), pa.int32()), pa.array(values, pa.string()))]
    ),
}


@pytest.mark.parametrize("holder", HOLDERS)
@given(values=texts)
def test_numbered_texts_are_the_texts(holder: str, values: list[str | None]) -> None:
    """Whoever holds them: the cells, the groups, and some rows of them are those of a list."""
    column = column_of_series(nw.from_native(HOLDERS[holder](values), series_only=True))
    assert [None if value is None or value != value else value for value in column.filled().tolist()] == values
    codes, keys = column.factorized()
    expected, known = factorize(values)
    assert keys == known
    assert codes.tolist() == expected.tolist()
    some = np.arange(len(values)) % 2 == 0
    assert column.take(some).factorized()[1] == factorize(values[::2])[1]
    codes += 1  # whoever has them may write to them
    assert column.factorized()[0].tolist() == expected.tolist()


@pytest.mark.parametrize("holder", HOLDERS)
def test_texts_are_read_by_number(holder: str) -> None:
    """No text is made of each row, in any library."""
    series = nw.from_native(HOLDERS[holder](["b", None, "a", "b"]), series_only=True)
    assert isinstance(column_of_series(series).held, NumberedCells)


def test_what_is_no_text_is_read_row_by_row() -> None:
    """Where numbers are among texts, where categories are numbers, or where most texts occur once."""
    mixed = pd.Series([*["a"] * 100, 1, True], dtype=object)
    for native in (mixed, pd.Series([1, 2, 1]).astype("category"), pl.Series(map(str, range(2 * ROWS)))):
        assert numbered_texts(nw.from_native(native, series_only=True)) is None
