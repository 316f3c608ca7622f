"""A table holds the score of each segment, whatever the segments are called and however many there are."""

from __future__ import annotations

import copy
import datetime as dt
import html
import json
import math
import pickle
from decimal import Decimal
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.counting.tally import Tally
from npskit.data.scale import Scale
from npskit.errors import ColumnNotFoundError, DataWarning, IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference.estimate import Estimate
from npskit.scores.score import Conventions
from npskit.scores.score_table import ScoreTable
from npskit.scores.scoring import nps
from npskit.scores.segment_labels import segment_names
from npskit.survey import Survey

NOON = dt.datetime(2026, 1, 1, 12)


@attrs.frozen
class Grades:
    """A scorer whose categories are named like columns of a table."""

    name = "Grades"
    questions = {"grade": Scale(1, 3)}  # noqa: RUF012
    categories = ("low", "n", "too_few")
    category_scores = (0.0, 1.0, 2.0)

    def categorize(self, grade: Any) -> Any:
        """Return the category of each grade."""
        return grade - 1


def table_of(keys: Any, counts: Any, by: tuple[str, ...] = ("region",), **options: Any) -> ScoreTable:
    """Return the table of counts of detractors, passives and promoters by segment."""
    tally = Tally.from_counts(np.asarray(counts).reshape(-1, 3))
    table = tally.table()
    estimate = Estimate.from_sums(table.counts, table.category_scores)
    return ScoreTable(by, keys, tally, Conventions("NPS()"), estimate, **options)


def scored(frame: Any, by: Any = "region", **options: Any) -> ScoreTable:
    """Return the scores of a frame with the columns `score` and `region`."""
    table: ScoreTable = Survey(frame).score(by=by, **options)
    return table


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")  # weights are drawn, and may be of next to nothing
@given(st.lists(st.tuples(st.integers(-1, 11), st.sampled_from(["N", "S", None, "ö"])), max_size=60), st.booleans())
@settings(deadline=None)
def test_each_segment_has_its_own_score(rows: list[tuple[int, Any]], weighted: bool) -> None:
    """The score of a segment is the score of its rows, and nothing is lost."""
    columns: dict[str, Any] = {"score": [s for s, _ in rows], "region": [r for _, r in rows]}
    weights = [1.0 + i % 3 for i in range(len(rows))]
    table: ScoreTable = Survey(columns | {"w": weights}, weight="w" if weighted else None).score(by="region")
    assert {key for (key,) in table} == {region for _, region in rows}
    for region in {region for _, region in rows}:
        inside = [i for i, row in enumerate(rows) if row[1] == region]
        alone = nps([rows[i][0] for i in inside], weights=[weights[i] for i in inside] if weighted else None)
        assert table[region].counts == alone.counts
        np.testing.assert_equal(table[region].value, alone.value)
        np.testing.assert_allclose(tuple(table.interval(region)), tuple(alone.interval()))
    assert int((table.n + table.tally.missing + table.tally.invalid).sum()) == len(rows)


FRAMES = {
    "lists": dict,
    "arrays": lambda data: {name: np.array(values, dtype=object) for name, values in data.items()},
    "pandas": pd.DataFrame,
    "pandas nullable": lambda data: pd.DataFrame(data).convert_dtypes(),
    "polars": pl.DataFrame,
    "polars lazy": pl.LazyFrame,
    "pyarrow": pa.table,
}


@pytest.mark.parametrize("kind", FRAMES)
def test_every_kind_of_frame_gives_the_same_table(kind: str) -> None:
    """The source does not matter, not to the last bit."""
    rng = np.random.default_rng(7)
    answers = [None if answer > 11 else answer for answer in rng.integers(-1, 13, 500).tolist()]
    data = {"score": answers, "region": rng.choice(["N", "S", "ö"], 500).tolist()}
    data["region"][7] = None
    table = scored(FRAMES[kind](data))
    assert table == scored(data)
    assert int(table.tally.rows.sum()) == 500


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        (["b", "a", None], ["a", "b", "(missing)"]),
        ([2, 1, None], ["1", "2", "(missing)"]),
        ([2.0, float("nan"), 1.5], ["1.5", "2", "(missing)"]),
        ([True, False, True], ["False", "True"]),
        ([dt.date(2026, 1, 2), dt.date(2026, 1, 1), None], ["2026-01-01", "2026-01-02", "(missing)"]),
        ([NOON, None, NOON], ["2026-01-01 12:00:00", "(missing)"]),
        ([Decimal("1.50"), Decimal("1.00"), None], ["1.00", "1.50", "(missing)"]),
        (["x", 1, None], ["x", "1", "(missing)"]),
    ],
)
@pytest.mark.parametrize("kind", ["lists", "pandas", "polars"])
def test_keys_of_any_type(keys: list[Any], names: list[str], kind: str) -> None:
    """Segments keep their own values: they are found by them, shown readably, and go into JSON and frames."""
    if kind == "polars" and "x" in keys:
        pytest.skip("a Polars column is of one type")
    table = scored(FRAMES[kind]({"score": [10, 3, 9], "region": keys}))
    found = segment_names(table.keys)
    assert sorted(found) == sorted(names)
    assert sum(table[key].n for key in {None if key != key else key for key in keys}) == 3
    assert all(key in table for key in keys)
    assert sum(table[key].n for key in table) == 3
    assert json.loads(json.dumps(table.to_dict()))["by"] == ["region"]
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(table.to_frame(backend)) == len(table)
    assert all(name in str(table) for name in names)
    assert all(name in table._repr_html_() for name in names)


def test_times_are_found_by_any_type_of_time() -> None:
    """A time in the data is found by Python's, pandas' and numpy's; nanoseconds are not rounded away."""
    table = scored(
        pd.DataFrame(
            {
                "score": [10, 3],
                "region": pd.to_datetime(["2026-01-01 12:00", "2026-01-02"], format="mixed").as_unit("ns"),
            }
        )
    )
    for key in (NOON, pd.Timestamp(NOON), np.datetime64(NOON), np.datetime64(NOON, "ns")):
        assert table[key].value == 100
    assert table.keys == ((NOON,), (dt.datetime(2026, 1, 2),))
    exact = np.array(["2026-01-01T12:00:00.000000001", "2026-01-01T12:00:00.000000002"], "M8[ns]")
    fine = scored({"score": [10, 3], "region": exact})
    assert [fine[key].value for key in exact] == [100, -100]
    assert fine.to_dict()["segments"][0]["region"] == "2026-01-01T12:00:00.000000001"
    assert len(fine.to_frame("polars")) == 2
    months = np.array(["2026-01", "2026-02"], "M8[M]")
    assert dt.date(2026, 2, 1) in scored({"score": [10, 3], "region": months})
    waits = scored({"score": [10, 3], "region": np.array([60, 90], "m8[s]")})
    assert waits[dt.timedelta(seconds=90)].value == -100


def test_hostile_names() -> None:
    """Names of segments and of columns are data: escaped in HTML, one line in text, unchanged in frames."""
    names = ["<script>alert(1)</script>", "=cmd|'/c calc'!A1", "a\nb", "\x1b[2J", "#", "n", "'; DROP TABLE"]
    table = scored({"score": [1] * 7, "<b>": names}, by="<b>")
    page = table._repr_html_()
    assert "<script" not in page
    assert "<b>" not in page
    text = str(table)
    assert len(text.split("\n")) == 8
    assert "\x1b" not in text
    assert sorted(table.to_frame("polars")["<b>"].to_list()) == sorted(names)
    assert sorted(record["<b>"] for record in table.to_dict()["segments"]) == sorted(names)


def test_columns_named_like_ours() -> None:
    """A column of the data that is called like one of the table hides nothing, and is not hidden."""
    data = {"score": [10, 3], "n": ["a", "b"], "n (segment)": [1, 2], "detractor": ["x", "y"], "shrunken": [5, 6]}
    table = scored(data, by=["n", "n (segment)", "detractor", "shrunken"], shrink=True)
    frame = table.to_frame("polars")
    assert frame["n"].to_list() == [1, 1]
    assert frame["n (segment)"].to_list() == ["a", "b"]
    assert frame["n (segment) (segment)"].to_list() == [1, 2]
    assert frame["detractor (segment)"].to_list() == ["x", "y"]
    assert frame["detractor"].to_list() == [0, 1]
    assert frame["shrunken (segment)"].to_list() == [5, 6]
    graded: ScoreTable = Survey({"grade": [1, 2, 3], "low": ["a"] * 3}, scorer=Grades()).score(by="low")
    columns = graded.columns()
    assert columns["n"] == [3]
    assert columns["low (segment)"] == ["a"]
    assert [columns[f"{name} (count)"] for name in ("low", "n", "too_few")] == [[1], [1], [1]]
    assert columns["too_few"] == [True]


def test_several_columns() -> None:
    """A segment of several columns is found by the tuple of its values."""
    table = scored({"score": [10, 3, 9], "region": ["N", "N", "S"], "web": [1, 2, 1]}, by=["region", "web"])
    assert table["N", 2].value == table[("N", np.int64(2))].value == -100
    assert table.interval(("S", 1), 0.9).level == 0.9
    assert ("N", 1) in table
    assert ("N", 3) not in table
    assert "N" not in table
    assert segment_names(table.keys) == ["N / 1", "N / 2", "S / 1"]


@pytest.mark.parametrize("key", ["Norht", 0, slice(None), ["North"], {"a": 1}, ("North", "x"), None, np.array([1, 2])])
def test_segments_that_are_not_there(key: Any) -> None:
    """An unknown segment of any type is refused by name, never with a bare KeyError."""
    table = table_of([("North",), ("South",)], [[1, 2, 7], [3, 3, 4]])
    with pytest.raises(ColumnNotFoundError, match=r"there is no segment .* of region"):
        _ = table[key]
    assert key not in table


def test_a_close_name_is_suggested() -> None:
    """A misspelled segment names the one that was meant."""
    table = table_of([("North",), ("South",)], [[1, 2, 7], [3, 3, 4]])
    with pytest.raises(ColumnNotFoundError, match=r"no segment 'north' of region; did you mean 'North' or 'South'\?"):
        _ = table["north"]


def test_sort() -> None:
    """Segments are put in order of their scores, those without answers last, and each keeps what is its own."""
    counts = [[5, 0, 5], [0, 0, 0], [0, 0, 9], [9, 0, 0]]
    table = table_of([("a",), ("b",), ("c",), ("d",)], counts, shrunken=np.arange(4.0))
    for descending, order in ((True, "cadb"), (False, "dacb")):
        found = table.sort(descending=descending)
        assert "".join(key for (key,) in found) == order
        assert found.shrunken is not None
        assert found.shrunken.tolist() == [float("abcd".index(key)) for key in order]
        for key in order:
            assert found[key] == table[key]
    assert [key for (key,) in table] == list("abcd")


def test_too_few() -> None:
    """Small segments are marked in every output, and hidden in none."""
    table = table_of([("big",), ("small",), ("none",)], [[10, 10, 10], [1, 1, 1], [0, 0, 0]])
    assert table.few.tolist() == [False, True, True]
    assert table.columns()["too_few"] == [False, True, True]
    lines = str(table).split("\n")
    assert ["too few" in line for line in lines] == [False, False, True, True]
    assert "nan" in lines[3]
    assert ".." not in lines[3]
    assert not attrs.evolve(table, too_few=0).few.any()
    for wrong in (2.5, "30", None, True):
        with pytest.raises(InvalidTypeError, match="too_few must be a whole number"):
            attrs.evolve(table, too_few=wrong)


def test_shrunken() -> None:
    """Scores drawn towards the whole stand beside the plain ones wherever they were asked for."""
    data = {"score": [10] * 30 + [0] * 30 + [9, 2, 8], "region": ["a"] * 30 + ["b"] * 30 + ["c"] * 3}
    plain, shrunken = scored(data), scored(data, shrink=True)
    assert "shrunken" not in str(plain)
    assert "shrunken" not in plain.columns()
    assert "shrunken" in str(shrunken)
    assert len(shrunken.columns()["shrunken"]) == 3
    assert plain != shrunken
    assert shrunken == scored(data, shrink=True)


@pytest.mark.parametrize("table", [table_of([], []), scored({"score": [], "region": []})])
def test_empty(table: ScoreTable) -> None:
    """A table without segments is a table."""
    assert len(table) == 0
    assert list(table) == []
    assert repr(table) == "ScoreTable(NPS by region, segments=0, n=0)"
    assert str(table).startswith("region  NPS  95% interval  n")
    assert table.sort() == table
    assert table.to_dict()["segments"] == []
    assert "<table>" in table._repr_html_()
    for backend in ("pandas", "polars", "pyarrow"):
        assert len(table.to_frame(backend)) == 0
    with pytest.raises(ColumnNotFoundError, match="there are none"):
        _ = table["x"]


def test_kept() -> None:
    """A table pickles and copies, before and after it was asked, and cannot be changed, nor can its figures."""
    table = scored({"score": [10, 3, 8], "region": ["a", "b", None]}, shrink=True)
    for _ in range(2):
        for kept in (pickle.loads(pickle.dumps(table)), copy.copy(table), copy.deepcopy(table)):
            assert kept == table
            assert str(kept) == str(table)
            assert kept["a"] == table["a"]
    assert table != table.sort(descending=False)
    assert table != "table"
    with pytest.raises(AttributeError):
        table.too_few = 3  # type: ignore[misc]
    assert table.shrunken is not None
    for array in (table.values, table.shrunken):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
    with pytest.raises(TypeError, match="unhashable"):
        hash(table)


def test_parts_that_do_not_fit() -> None:
    """Keys, tallies and estimates are one for each segment."""
    with pytest.raises(IncompatibleError, match="1 keys need as many tallies"):
        table_of([("a",)], [[1, 2, 3], [1, 2, 3]])


def test_clustered_segments_keep_their_variance() -> None:
    """A segment taken out of the table has the interval it had there."""
    data = {"score": [10, 9, 3, 4, 10, 0], "region": list("aaabbb"), "who": [1, 1, 2, 3, 4, 4]}
    table: ScoreTable = Survey(data, customer="who").score(by="region")
    low, high = table.intervals()
    for i, (key,) in enumerate(table):
        assert table[key].clustered is not None
        np.testing.assert_allclose(tuple(table.interval(key)), (low[i], high[i]))


def test_shown() -> None:
    """A table is shown with its intervals and counts at the level asked for."""
    table = table_of([("North",), (None,)], [[10, 40, 50], [20, 20, 60]])
    header, north, missing = str(table).split("\n")
    assert header.split() == ["region", "NPS", "95%", "interval", "n"]
    assert north.split() == ["North", "40.0", "26.1", "..", "52.2", "100"]
    assert missing.split()[:2] == ["(missing)", "40.0"]
    assert "99.9% interval" in table.to_text(level=0.999)
    assert table.to_text(method="wald") != table.to_text()
    assert repr(table) == "ScoreTable(NPS by region, segments=2, n=200)"
    found = table.to_dict(level=0.9, method="wald")
    assert (found["level"], found["method"], found["segments"][1]["region"]) == (0.9, "wald", None)
    assert found["segments"][0]["value"] == 40.0
    with pytest.raises(InvalidValueError, match="method"):
        table.to_text(method="walt")


def test_frames_come_back_as_they_came() -> None:
    """Results are of the library the data came in, unless another is asked for."""
    data = {"score": [10, 3], "region": ["a", "b"]}
    assert isinstance(scored(pl.LazyFrame(data)).to_frame(), pl.DataFrame)
    assert isinstance(scored(pa.table(data)).to_frame(), pa.Table)
    assert isinstance(scored(pd.DataFrame(data)).to_frame(), pd.DataFrame)
    assert isinstance(scored(pd.DataFrame(data)).to_frame("polars"), pl.DataFrame)


def test_a_hundred_thousand_segments() -> None:
    """A hundred thousand segments are scored, looked up, sorted and shown, and a notebook is not flooded."""
    size = 100_000
    counts = np.random.default_rng(3).multinomial(40, [0.2, 0.3, 0.5], size)
    table = table_of([(i,) for i in range(size)], counts)
    low, high = table.intervals()
    assert ((low <= table.values) & (table.values <= high)).all()
    assert sum(i in table for i in range(0, 2 * size, 2)) == size // 2
    assert len(table.sort()) == size
    assert len(table._repr_html_()) < 1_000_000
    assert len(table.columns()["value"]) == size
    assert math.isclose(table[77].value, float(table.values[77]))


def test_segments_are_told_apart() -> None:
    """Law: different segments are never printed alike, in text, HTML or the names of pairs; spaces are warned of."""
    data = {"score": [9, 3, 10, 5, 9, 3], "by": np.array(["B", "B ", 1.0, "1", None, "(missing)"], object)}
    with pytest.warns(DataWarning, match="'B' and 'B ' of column 'by' differ only in spaces"):
        table = Survey(data).score("by")
    for printed in (str(table), html.unescape(table._repr_html_())):
        for name in ("'B'", "'B '", "1", "'1'", "(missing)", "'(missing)'"):
            assert name in printed
    assert len(set(segment_names(table.keys))) == 6
    assert segment_names([("B",), ("C",)]) == ["B", "C"]
