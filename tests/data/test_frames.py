"""One law for every kind of source: the same data gives the same columns and the same counts."""

from __future__ import annotations

import datetime as dt
import functools
import sys
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import npskit as nk
from npskit.data import Column, Frame, as_column
from npskit.data.keys import factorize
from npskit.data.response import Response
from npskit.errors import (
    ColumnNotFoundError,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    MissingDependencyError,
    NpskitError,
)
from npskit.results.native import native_frame

BERLIN = ZoneInfo("Europe/Berlin")
NOON = dt.datetime(2026, 1, 1, 12)
Data = dict[str, list[Any]]
connection = functools.cache(duckdb.connect)  # kept, as relations of older versions do not keep it open

DATA: Data = {
    "whole": [10, 9, None, 10],
    "byte": [1, 2, 3, 1],
    "real": [1.5, None, 2.0, 1.5],
    "text": ["a", None, "ö", "a"],
    "truth": [True, None, False, True],
    "sure": [True, False, False, True],
    "nothing": [None, None, None, None],
    "day": [dt.date(2026, 1, 1), None, dt.date(2026, 1, 2), dt.date(2026, 1, 1)],
    "naive": [NOON, None, NOON + dt.timedelta(days=1), NOON],
    "clock": [dt.time(9, 30), None, dt.time(10), dt.time(9, 30)],
    "money": [Decimal("1.5"), None, Decimal("2.0"), Decimal("1.5")],
}
LENGTHS: Data = {"wait": [dt.timedelta(hours=1), None, dt.timedelta(days=2), dt.timedelta(hours=1)]}
# The lowest Polars that npskit allows has this type, but cannot give its cells.
INT128 = pl.Int128 if tuple(map(int, pl.__version__.split(".")[:2])) >= (1, 30) else pl.Int64
AWARE: Data = {"aware": [t and t.replace(tzinfo=BERLIN) for t in DATA["naive"]]}


def masked(data: Data) -> dict[str, Any]:
    """Columns as masked arrays, whose hidden values are nonsense."""
    columns = {}
    for name, values in data.items():
        hidden = [value is None for value in values]
        known = [value for value in values if value is not None]
        filled = [known[0] if known and value is None else value for value in values]
        columns[name] = np.ma.array(np.array(filled, dtype=object), mask=hidden)
    return columns


def categories(data: Data) -> pd.DataFrame:
    """Text as pandas' categoricals."""
    frame = pd.DataFrame(data)
    return frame.astype({name: "category" for name in ("text",) if name in frame})


SOURCES: dict[str, Callable[[Data], Any]] = {
    "lists": dict,
    "tuples": lambda data: {name: tuple(values) for name, values in data.items()},
    "arrays": lambda data: {name: np.array(values) for name, values in data.items()},
    "masked": masked,
    "series": lambda data: {name: pl.Series(pa.array(values)) for name, values in data.items()},
    "pandas": pd.DataFrame,
    "pandas nullable": lambda data: pd.DataFrame(data).convert_dtypes(),
    "pandas arrow": lambda data: pa.table(data).to_pandas(types_mapper=pd.ArrowDtype),
    "pandas categories": categories,
    "polars": lambda data: pl.DataFrame(pa.table(data)),
    "polars lazy": lambda data: pl.DataFrame(pa.table(data)).lazy(),
    "polars categories": lambda data: pl.DataFrame(pa.table(data)).with_columns(pl.col(pl.String).cast(pl.Categorical)),
    "pyarrow": pa.table,
    "duckdb": lambda data: connection().from_arrow(pa.table(data)),
}
DATAFRAMES = [name for name in SOURCES if name not in ("lists", "tuples", "arrays", "masked", "series")]


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest) -> Callable[[Data], Any]:
    """Make a source of one kind from lists."""
    return SOURCES[request.param]


@pytest.fixture(params=DATAFRAMES)
def dataframe(request: pytest.FixtureRequest) -> Callable[[Data], Any]:
    """Make a dataframe of one kind from lists."""
    return SOURCES[request.param]


def values_of(column: Column) -> list[Any]:
    """Return a column as Python's values, None where missing, by way of group keys."""
    codes, keys = factorize(column.filled())
    plain = [key.item() if isinstance(key, np.generic) else key for key in keys]
    return [plain[code] for code in codes]


@pytest.mark.parametrize("name", DATA)
def test_columns_are_what_went_in(source: Callable[[Data], Any], name: str) -> None:
    """Every kind of source gives back the values, and says which are missing."""
    column = Frame(source(DATA)).column(name)
    assert len(column) == 4
    assert values_of(column) == DATA[name]


@pytest.mark.parametrize("name", DATA)
def test_distinct_counts_the_column(dataframe: Callable[[Data], Any], name: str) -> None:
    """What the engine counts is what is in the column."""
    found = Frame(dataframe(DATA)).distinct([name])
    counted: Counter[Any] = Counter()
    for value, count in zip(values_of(found.columns[name]), found.counts.tolist(), strict=True):
        counted[value] += int(count)
    assert counted == Counter(DATA[name])
    assert found.weights is None


def test_distinct_of_two_columns_with_weights(dataframe: Callable[[Data], Any]) -> None:
    """The engine sums weights and their squares for each combination."""
    frame = Frame(dataframe({"a": [1, 1, None, 1], "b": ["x", "x", "y", None], "w": [0.5, 2.0, 3.0, 0.0]}))
    found = frame.distinct(["a", "b"], "w")
    assert found.weights is not None
    a, b = (values_of(found.columns[name]) for name in ("a", "b"))
    rows = zip(a, b, found.counts.tolist(), *(w.tolist() for w in found.weights), strict=True)
    assert set(rows) == {(1, "x", 2, 2.5, 4.25), (None, "y", 1, 3, 9), (1, None, 1, 0, 0)}


def test_a_column_may_have_several_roles(dataframe: Callable[[Data], Any]) -> None:
    """The same column may be asked for twice, as an answer and as a weight."""
    found = Frame(dataframe({"a": [1, 2, 2]})).distinct(["a", "a"], "a")
    assert found.weights is not None
    assert sorted(zip(values_of(found.columns["a"]), found.weights[0].tolist(), strict=True)) == [(1, 1), (2, 4)]


def test_columns_of_an_engine_belong_together() -> None:
    """An engine that gives its rows in another order each time is asked once, so that rows stay rows."""
    table = pa.table({"score": list(range(2000)), "same": list(range(2000))})
    frame = Frame(connection().from_arrow(table).order("random()"))
    assert frame.column("score").values.tolist() == frame.column("same").values.tolist()
    assert frame.distinct(["score"]).counts.sum() == 2000


@pytest.mark.parametrize("kind", [name for name in SOURCES if name != "duckdb"])  # which has its session's zone only
def test_wall_clock(kind: str) -> None:
    """Times with a zone are read on the wall clock of that zone."""
    found = values_of(Frame(SOURCES[kind](AWARE)).column("aware"))
    assert [t and t.replace(tzinfo=None) for t in found] == DATA["naive"]


@pytest.mark.parametrize("kind", [name for name in SOURCES if name != "duckdb"])
def test_durations(kind: str) -> None:
    """Durations are read, so that a column of them can be refused as answers by name."""
    assert values_of(Frame(SOURCES[kind](LENGTHS)).column("wait")) == LENGTHS["wait"]


def test_nan_is_missing_wherever_it_is(source: Callable[[Data], Any]) -> None:
    """NaN counts as missing, beside nulls and without."""
    for values in ([1.0, float("nan"), 2.0], [1.0, float("nan"), None]):
        column = Frame(source({"x": values})).column("x")
        assert [value is None for value in values_of(column)] == [v is None or v != v for v in values]


def test_empty(source: Callable[[Data], Any]) -> None:
    """A source without rows has its columns, and they are empty."""
    column = Frame(source({"a": [], "b": []})).column("a")
    assert len(column) == 0
    assert values_of(column) == []


def test_empty_distinct(dataframe: Callable[[Data], Any]) -> None:
    """Without rows there are no combinations."""
    frame = dataframe({"a": [1, 2], "w": [1.0, 2.0]})
    empty = (
        frame.filter("a > 5")
        if isinstance(frame, duckdb.DuckDBPyRelation)
        else frame[:0]
        if isinstance(frame, (pd.DataFrame, pa.Table))
        else frame.head(0)
    )
    found = Frame(empty).distinct(["a"], "w")
    assert found.counts.tolist() == values_of(found.columns["a"]) == []


def test_names(source: Callable[[Data], Any]) -> None:
    """The names are in the order of the source; an unknown one says which is close."""
    frame = Frame(source({"score": [1], "Region": ["a"]}))
    assert frame.columns == ["score", "Region"]
    assert frame.require("score", "score") == "score"
    with pytest.raises(ColumnNotFoundError, match=r"by: there is no column 'region'; did you mean 'Region'\?"):
        frame.require("region", "by")
    with pytest.raises(InvalidTypeError, match=r"by must be the name of a column, not 3 \(int\)"):
        frame.require(3, "by")  # type: ignore[arg-type]


def test_responses() -> None:
    """Responses become columns: their fields and their attributes; None where one has no such attribute."""
    responses = [Response(10, customer="c", attributes={"region": "N"}), Response(None, at=NOON, comment="x")]
    frame = Frame(iter(responses))
    assert frame.from_responses
    assert frame.columns == ["score", "customer", "at", "comment", "region"]
    assert values_of(frame.column("region")) == ["N", None]
    assert values_of(frame.column("at")) == [None, NOON]
    assert Frame([]).columns == ["score", "customer", "at", "comment"]


def test_describe() -> None:
    """A frame says how large it is, an engine that it is one."""
    assert Frame({"a": [1, 2]}).describe() == Frame(pl.DataFrame({"a": [1, 2]})).describe() == "2 rows"
    assert Frame({}).describe() == "0 rows"
    assert Frame(pl.LazyFrame({"a": [1]})).describe() == "Polars query"


@pytest.mark.parametrize(
    ("kind", "backend"),
    [("pandas", "pandas"), ("polars", "polars"), ("polars lazy", "polars"), ("pyarrow", "pyarrow"), ("duckdb", None)],
)
def test_backend(kind: str, backend: str | None) -> None:
    """A frame knows which library can hold its results."""
    assert Frame(SOURCES[kind]({"a": [1]})).backend == backend
    assert Frame({"a": [1]}).backend is None


@pytest.mark.parametrize(
    "data",
    [5, None, "export.csv", Path("export.csv"), b"x", object(), [1, 2], [Response(1), 9], pd.Series([1]),
     pl.Series([1]), np.zeros((2, 2)), {1: [2]}, {"a": "text"}, {"a": {1, 2}}, {"a": {"b": 1}}, {"a": 5},
     {"a": np.zeros((2, 2))}, {"a": np.array(5)}, {"a": iter([1])}, {"a": None}],
)  # fmt: skip
def test_no_data(data: Any) -> None:
    """What is no data is refused with what would be, never with a bare error."""
    with pytest.raises(InvalidTypeError, match=r"data must be|data: column"):
        Frame(data)


def test_a_path_names_the_way_out() -> None:
    """Whoever gives a file name learns how to read the file; a column, how to give it a name."""
    with pytest.raises(InvalidTypeError, match=r"npskit.read\(\) reads files"):
        Frame("export.csv")
    with pytest.raises(InvalidTypeError, match=r"give \{'score': column\}"):
        Frame(pd.Series([1]))


def test_columns_that_do_not_fit() -> None:
    """Columns of different lengths and of one name are refused by name."""
    with pytest.raises(IncompatibleError, match="'a' has 2, 'b' has 1"):
        Frame({"a": [1, 2], "b": [1]})
    with pytest.raises(InvalidValueError, match="'a' occurs more than once"):
        Frame(pd.DataFrame([[1, 2]], columns=["a", "a"]))
    with pytest.raises(InvalidValueError, match="'a' occurs more than once"):
        Frame(pa.table([[1], [2]], names=["a", "a"]))
    with pytest.raises(InvalidValueError, match="attribute 'score' has the name of a field"):
        Frame([Response(1, attributes={"score": 2})])


@pytest.mark.parametrize("weights", [[1.0, None], [1.0, -1.0], [1.0, float("inf")], [1.0, float("nan")]])
def test_weights_that_cannot_be(dataframe: Callable[[Data], Any], weights: list[Any]) -> None:
    """An engine counts the weights it cannot use, and they are refused."""
    with pytest.raises(InvalidValueError, match="weight: 1 value of column 'w' is missing, negative or not finite"):
        Frame(dataframe({"a": [1, 2], "w": weights})).distinct(["a"], "w")


def test_weights_are_numbers(dataframe: Callable[[Data], Any]) -> None:
    """An engine sums up numbers, also decimals; a column of text is read row by row."""
    frame = Frame(dataframe({"a": [1, 2], "w": ["1", "2"], "d": [Decimal("0.5"), Decimal("1.5")]}))
    assert not frame.is_numeric("w")
    if frame.is_numeric("d"):
        weights = frame.distinct(["a"], "d").weights
        assert weights is not None
        assert sorted(weights[0].tolist()) == [0.5, 1.5]


def test_what_a_column_is() -> None:
    """Series, indices and arrays of every library are columns; lists, NumPy's arrays, frames and scalars are not."""
    whole = pd.array([1], dtype="Int64")
    for series in (
        *(pd.Series([1]), pd.Series(whole), pd.Index([1]), whole),
        *(pl.Series([1]), pl.Series([1], dtype=INT128), pa.chunked_array([[1]]), pa.array([1])),
    ):
        column = as_column(series)
        assert column is not None
        assert column.values.tolist() == [1]
    for other in ([1], (1,), np.array([1]), pd.DataFrame({"a": [1]}), pl.LazyFrame({"a": [1]}), 5, None):
        assert as_column(other) is None


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2], "i"),
        ([1, 0.5], "f"),
        ([0.5], "f"),
        ([1, float("inf")], "f"),
        ([np.int8(3), np.int16(4)], "i"),
        ([2**70, 1], "O"),
        ([2**60 + 1, 0.5], "O"),
        ([2**63, 2], "O"),
        ([1, None], "O"),
        ([True, 1], "O"),
        ([[1, 2], [3, 4]], "O"),
        ([], "f"),
        (["a"], "O"),
    ],
)
def test_lists_lose_nothing(values: list[Any], kind: str) -> None:
    """A list becomes numbers only where each value stays what it is."""
    column = Frame({"a": values}).column("a")
    assert column.values.dtype.kind == kind
    assert column.values.tolist() == values
    assert len(column) == len(values)


def test_lists_in_frames() -> None:
    """A cell may hold a list, as in answers to a multiple choice; it stays one value."""
    for frame in (pl.DataFrame({"a": [[1, 2], [3, 4]]}), pa.table({"a": [[1, 2], [3, 4]]})):
        assert Frame(frame).column("a").values.shape == (2,)


def test_odd_columns_of_pandas() -> None:
    """Mixed objects and bins are read; a column whose name is no text cannot be asked for."""
    mixed = pd.DataFrame(
        {"a": pd.Series([1, "x", None, 7.5], dtype=object), "b": pd.cut([1, 5, 9, 5], [0, 4, 10]), 3: 1}
    )
    frame = Frame(mixed)
    assert values_of(frame.column("a")) == [1, "x", None, 7.5]
    assert values_of(frame.column("b")) == ["(0, 4]", "(4, 10]", "(4, 10]", "(4, 10]"]
    assert frame.columns == ["a", "b"]


def test_filled_does_not_copy_what_is_whole() -> None:
    """Nothing is copied where nothing is missing, and the column is never changed."""
    values = np.array([1, 2], np.int8)
    assert np.shares_memory(Column(values).filled(), values)
    assert np.shares_memory(Column(values, np.array([False, False])).filled(), values)
    assert Column(values, np.array([True, False])).filled().tolist() == [None, 2]
    assert values.tolist() == [1, 2]
    nanoseconds = Column(np.array(["2026-01-01", "2026-01-02"], "M8[ns]"), np.array([True, False]))
    assert np.isnat(nanoseconds.filled()).tolist() == [True, False]
    assert np.isnan(Column(np.array([1.0, 2.0]), np.array([True, False])).filled()).tolist() == [True, False]


@pytest.fixture
def without_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that has imported no dataframe library."""
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_results_as_frames(backend: str) -> None:
    """Results become frames of any library, also with columns of several types and without values."""
    columns: Data = {
        "mixed": [1, "a", None],
        "number": [1, 2.5, None],
        "none": [None, None, None],
        "day": [dt.date(2026, 1, 1), None, dt.date(2026, 1, 2)],
        "odd": [("a", 1), None, ("b", 2)],
    }
    made = native_frame(columns, backend)
    assert type(made).__module__.partition(".")[0] == backend
    frame = Frame(made)
    assert values_of(frame.column("mixed")) == ["1", "a", None]
    assert values_of(frame.column("number")) == [1.0, 2.5, None]
    assert values_of(frame.column("odd")) == ["('a', 1)", None, "('b', 2)"]


def test_results_in_the_library_at_hand() -> None:
    """Without a name the library that the program has imported is taken; a wrong name is refused."""
    assert isinstance(native_frame({"a": [1]}), pd.DataFrame)
    with pytest.raises(InvalidValueError, match="backend must be one of 'pandas', 'polars', 'pyarrow': got 'excel'"):
        native_frame({"a": [1]}, "excel")


@pytest.mark.usefixtures("without_libraries")
def test_results_without_a_library() -> None:
    """Where no dataframe library is imported, the error says what to do."""
    with pytest.raises(MissingDependencyError, match="import one of pandas, polars, pyarrow"):
        native_frame({"a": [1]})


def test_results_in_a_library_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that is not installed is named with the command that installs it."""
    import narwhals.stable.v2 as nw

    def absent(*_: Any, **__: Any) -> Any:
        raise ModuleNotFoundError

    monkeypatch.setattr(nw, "from_dict", absent)
    with pytest.raises(MissingDependencyError, match="pip install polars") as caught:
        native_frame({"a": [1]}, "polars")
    assert isinstance(caught.value, NpskitError)


def test_columns_that_their_library_cannot_make_an_array_of() -> None:
    """Whole numbers of 128 bits, unions, views and decimals are read cell by cell, wherever a column may stand."""
    numbers = pa.array([9, 10, 3])
    union = pa.UnionArray.from_dense(pa.array([0] * 3, pa.int8()), pa.array(range(3), pa.int32()), [numbers])
    view = pa.array(["9", "10", "3"], pa.string_view())
    for column in (union, view, pl.Series([9, 10, 3], dtype=INT128), pl.Series([9, 10, 3], dtype=pl.Decimal(9, 2))):
        assert nk.nps(column).counts == {"detractor": 1, "passive": 0, "promoter": 2}
        found = nk.Survey({"score": column, "weight": column}, score="score", weight="weight").score()
        assert found.n == 3
    matrix = np.ones((2, 2)).data
    for bad in (matrix, pd.Series(pd.period_range("2026-01", periods=3, freq="M")), _Refuses()):
        with pytest.raises(NpskitError, match=r"one-dimensional|periods|array"):
            nk.nps(bad)
        with pytest.raises(NpskitError, match=r"one-dimensional|number|array"):
            nk.nps([1, 2, 3], weights=bad)


class _Refuses:
    """Something that cannot be made an array of."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no array of this")


@pytest.mark.parametrize("unit", ["D", "s", "ms", "us", "ns"])
def test_times_stay_times(unit: str) -> None:
    """Carried along, read by a strategy, and in files: times, durations and zones are what they were, at every unit."""
    seen = []

    class Own:
        name = "own"

        def __call__(self, response: nk.Response, context: nk.Context) -> nk.FollowUp:
            seen.append(dict(response.attributes))
            return nk.FollowUp(category=context.category, strategy="own", actions=["call"])

    day, hours = np.array(["2026-03-01", "NaT"], f"M8[{unit}]"), np.array([24, 48], "m8[h]").astype(f"m8[{unit}]")
    zoned = pd.Series(pd.to_datetime(["2026-03-01 12:00"] * 2, utc=True)).dt.tz_convert("Europe/Warsaw")
    columns = {"day": day, "span": hours, "cells": [day[0], hours[0]], "zoned": zoned, "customer": [1, 2]}
    survey = nk.Survey({"score": [1, 2], **columns}, score="score", customer="customer")
    plan = survey.follow_up(nk.Playbook([Own()]), keep=["day", "span", "cells", "zoned"])
    noon = dt.datetime(2026, 3, 1, 13, tzinfo=ZoneInfo("Europe/Warsaw"))
    first = dt.date(2026, 3, 1) if unit == "D" else dt.datetime(2026, 3, 1)
    kept = plan.columns()
    for got in (seen[0], {name: cells[0] for name, cells in kept.items()}):
        assert (got["day"], got["span"], got["cells"], got["zoned"]) == (first, dt.timedelta(1), first, noon)
    assert kept["cells"][1] == dt.timedelta(1)
    assert kept["day"][1] is None
    text = plan.to_csv() or ""
    assert "2026-03-01 13:00:00+01:00" in text
    assert '"1 day, 0:00:00"' in text


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
@pytest.mark.parametrize(
    ("values", "shown"),
    [
        (["\ud800x", None], ["\\ud800x", None]),
        ([Decimal("Infinity"), Decimal(1)], ["Infinity", "1"]),
        ([1.5, 10**400], ["1.5", str(10**400)]),
        ([1.5, 10**5000], ["1.5", "<int>"]),
    ],
)
def test_what_a_library_has_no_room_for_becomes_text(backend: str, values: list[Any], shown: list[Any]) -> None:
    """A column that cannot be held as it is becomes text; the others stay, and a decimal NaN is missing."""
    made = native_frame({"a\ud800": values, "b": [1, 2], "c": [Decimal("sNaN"), Decimal(1)]}, backend)
    found = nw.from_native(made)
    cells = [
        None if pd.isna(value) else value.encode(errors="backslashreplace").decode() for value in found["a\\ud800"]
    ]
    assert cells == shown  # older pandas hold half a character as it is
    assert (found["b"].to_list(), found["c"].null_count()) == ([1, 2], 1)


def test_a_backend_that_is_no_name_is_refused() -> None:
    """Whatever is given as the library is refused as such, also a series, which is neither true nor false."""
    with pytest.raises(InvalidValueError, match="backend must be one of"):
        nk.Survey({"score": [9]}, score="score").to_frame(backend=pl.Series(["polars"]))  # type: ignore[arg-type]
