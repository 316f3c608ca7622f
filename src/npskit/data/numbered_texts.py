"""Columns of text as numbers of distinct texts, as their own library tells them apart: no text is made of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from npskit.data.cells import NumberedCells, table_at
from npskit.data.keys import ROWS

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

Numbered = tuple[NDArray[Any], list[Any]] | None


def numbered_texts(series: nw.Series[Any]) -> NumberedCells | None:
    """Return a column of texts, or of categories that are texts, by its distinct ones; None is among them if missing.

    Returns:
        None if its library does not tell texts apart, if something else is among them, or if most occur once.
    """
    head = series.head(ROWS)
    if len(series) > ROWS and 2 * int(head.n_unique()) > ROWS:
        return None
    native = series.to_native()
    number = {"pandas": _of_pandas, "polars": _of_polars, "pyarrow": _of_arrow}.get(series.implementation.value)
    try:
        found = None if number is None else number(native)
    except Exception:  # of kinds, or of versions, that do not: then each row is read
        return None
    if found is None or not set(map(type, found[1])) <= {str, type(None)}:
        return None
    codes, texts = found
    if codes.size and codes.min() < 0:  # what pandas says of what is missing
        codes, texts = np.where(codes < 0, len(texts), codes), [*texts, None]
    return NumberedCells(codes, texts)


def _of_pandas(series: Any) -> Numbered:
    if type(series.dtype).__name__ == "CategoricalDtype":
        return series.cat.codes.to_numpy(), series.cat.categories.tolist()
    codes, texts = series.factorize()
    return codes, texts.tolist()


def _of_polars(series: Any) -> Numbered:
    import polars as pl

    some = series.null_count() > 0  # each step costs as much as it does to number a hundred rows
    known = series.drop_nulls() if some else series
    if series.dtype == pl.String:
        series = series.cast(pl.Enum(known.unique()))
    physical = series.to_physical()
    codes = (physical.fill_null(0) if some else physical).to_numpy()
    if isinstance(series.dtype, pl.Enum):
        texts = series.dtype.categories.to_list()
    else:  # categories of other columns have numbers too
        known = known.unique()
        numbers, texts = known.to_physical().to_numpy(), known.cast(pl.String).to_list()
        places = np.zeros(int(numbers.max(initial=0)) + 1, np.intp)
        places[numbers] = np.arange(len(texts))
        codes = table_at(places, codes)
    if some:
        codes, texts = np.where(series.is_null().to_numpy(), len(texts), codes), [*texts, None]
    return codes, texts


def _of_arrow(chunked: Any) -> Numbered:
    import pyarrow as pa

    if not pa.types.is_dictionary(chunked.type):
        chunked = chunked.dictionary_encode()
    whole = chunked.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # without rows there are no chunks
        return None
    texts = whole.dictionary.to_pylist()
    codes = whole.indices
    if not codes.null_count:
        return np.from_dlpack(codes), texts
    return np.from_dlpack(codes.cast(pa.int64()).fill_null(len(texts))), [*texts, None]
