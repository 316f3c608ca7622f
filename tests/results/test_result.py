"""The base of every result: its laws, on results made up for it."""

from __future__ import annotations

import copy
import json
import math
import pickle
from collections.abc import Hashable
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.arrays import same
from npskit.errors import InvalidValueError
from npskit.options import Backend
from npskit.results import Interval, Result
from npskit.results.result import columns_of, records, schema_of
from npskit.results.values import json_safe

HOSTILE = "<script>|`=1+1`\n**"


@attrs.frozen
class Part:
    """A row of a made-up result."""

    name: str
    value: float
    interval: Interval | None


@attrs.frozen
class Holder:
    """A record that cannot say whether it equals another."""

    array: NDArray[Any]


@attrs.frozen(eq=False, repr=False)
class Made(Result):
    """A made-up result."""

    name: str
    values: NDArray[np.float64]
    parts: tuple[Part, ...] = ()
    backend: Backend | None = None

    def __repr__(self) -> str:
        return f"Made({self.name!r})"

    def columns(self, *, factor: float = 1.0) -> dict[str, list[Any]]:
        """Return the made-up values."""
        return {"name": [self.name] * len(self.values), "value": (factor * self.values).tolist()}


@attrs.frozen(eq=False)
class Flat(Result):
    """A result without arrays, lists and dicts."""

    name: str
    value: float
    interval: Interval | None = None


@attrs.frozen(eq=False)
class Plain(Result):
    """A result that says nothing of itself."""

    name: str
    value: float
    interval: Interval | None = None
    kinds: tuple[str, ...] = ()
    more: dict[str, int] | None = attrs.field(factory=dict)


def interval(low: float, high: float) -> Interval:
    """Return an interval."""
    return Interval(low, high, level=0.9, method="score")


VALUES = st.lists(st.floats(width=32) | st.just(math.nan), max_size=5)


@given(VALUES, st.text(max_size=5))
def test_equality_is_by_value(values: list[float], name: str) -> None:
    """Law: a result equals its copies, however made, with NaN and arrays in it, and wherever its frame came from."""
    made = Made(name, np.array(values), (Part(name, math.nan, interval(1.0, math.nan)),))
    for twin in (copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), attrs.evolve(made)):
        assert made == twin
    assert made == attrs.evolve(made, backend="polars")
    assert made != attrs.evolve(made, values=np.array([*values, 1.0]))
    assert made != attrs.evolve(made, parts=(Part(name, 0.0, None),))
    assert made != Plain(name, 1.0)


@given(st.floats() | st.just(math.nan), st.text(max_size=5))
def test_equal_results_have_one_hash(value: float, name: str) -> None:
    """Law: what is equal has one hash, also where it holds NaN; a class that holds arrays or dicts says it has none."""
    one, two = (Flat(name, float(str(value)), interval(math.nan, 1.0)) for _ in range(2))
    assert one == two
    assert hash(one) == hash(two)
    assert isinstance(one, Hashable)
    for other in (Made(name, np.zeros(1)), Plain(name, value)):
        assert not isinstance(other, Hashable)
        with pytest.raises(TypeError, match="unhashable"):
            hash(other)


def test_nothing_in_a_result_changes() -> None:
    """Law: neither arrays nor mappings of a result can be changed, also those of a copy; the caller's still can."""
    given, more = np.zeros(2), {"a": 1}
    made, plain = Made("a", given), Plain("a", 1.0, more=more)
    given[0], more["b"] = 1.0, 2
    for one in (made, copy.copy(made), copy.deepcopy(made), pickle.loads(pickle.dumps(made)), attrs.evolve(made)):
        with pytest.raises(ValueError, match="read-only"):
            one.values[0] = 2.0
    assert plain.more == {"a": 1}
    for other in (plain, copy.copy(plain), copy.deepcopy(plain), pickle.loads(pickle.dumps(plain))):
        assert other.more is not None
        for change in (other.more.clear, other.more.popitem, lambda held=other.more: held.update(c=3)):
            with pytest.raises(TypeError, match="cannot be changed"):
                change()
        with pytest.raises(TypeError, match="cannot be changed"):
            other.more["a"] = 2
        assert dict(other.more) == other.more == {"a": 1}


@given(st.floats(-1000, 1000) | st.just(math.nan), st.sampled_from([".1f", "+.2f", ">9.0f", ".3g", "e"]))
def test_format_is_that_of_the_number(value: float, spec: str) -> None:
    """Law: a score is formatted as its number, an interval as its limits; nothing is minus zero."""
    shown = format(Flat("a", value), spec)
    assert shown == format(value, spec) or (float(shown) == 0 and shown == format(0.0, spec))
    assert format(interval(value, 2.5), spec) == f"{shown} .. {format(2.5, spec)}"
    assert f"{interval(1.0, 2.0)}" == "1.0 .. 2.0"
    with pytest.raises(ValueError, match="format"):
        format(Flat("a", value), "q")


@given(VALUES)
def test_json_holds_no_nan(values: list[float]) -> None:
    """Law: `to_json` is `to_dict` as JSON, which says what it is and holds null where there is no number."""
    made = Made("a", np.array(values), (Part("b", math.inf, None),))
    found = made.to_dict()
    assert json.loads(made.to_json()) == found
    assert found["schema"] == "made"
    assert found["version"] == 1
    assert found["values"] == [v if math.isfinite(v) else None for v in values]
    assert found["parts"] == [{"name": "b", "value": None, "low": None, "high": None}]
    assert "backend" not in found


def test_plain_record() -> None:
    """A result that says nothing of itself is one row of its fields; what is too much for a cell is left out."""
    found = Plain("a", 1.5, interval(1.0, 2.0), ("x", "y"), {"n": 1})
    assert found.columns() == {"name": ["a"], "value": [1.5], "low": [1.0], "high": [2.0], "kinds": ["x; y"]}
    assert found.to_dict()["interval"] == {"low": 1.0, "high": 2.0, "level": 0.9, "method": "score"}
    assert "1.5  1.0   2.0  x; y" in str(found)
    for refuse in (found.to_dict, found.columns, found.to_frame):
        with pytest.raises(TypeError, match="level"):
            refuse(level=0.9)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_frames_hold_the_columns(backend: Backend) -> None:
    """Law: a dataframe of any library holds what `columns` says, options included."""
    found = Made("a", np.array([1.0, 2.0])).to_frame(backend, factor=3.0)
    columns = found.to_pydict() if backend == "pyarrow" else {name: list(found[name]) for name in found.columns}
    assert columns == {"name": ["a", "a"], "value": [3.0, 6.0]}


def test_hostile_text() -> None:
    """Law: no text in a result reaches a page, a table or a spreadsheet with a meaning."""
    made = Made(HOSTILE, np.array([0.5]))
    assert "<script>" not in made._repr_html_()
    assert "&lt;script&gt;" in made._repr_html_()
    assert made.to_markdown().count("\n") == 4
    assert r"&lt;script&gt;\|\`=1+1\`\\n\*\*" in made.to_markdown()
    assert len(str(made).splitlines()) == 3
    assert made.to_csv() == f'name,value\r\n"{HOSTILE}",0.5\r\n'
    assert attrs.evolve(made, name="=1+1").to_csv(separator=";", decimal=",") == "name;value\r\n'=1+1;0,5\r\n"
    with pytest.raises(InvalidValueError, match="separator"):
        made.to_csv(separator=",", decimal=",")


def test_csv_to_a_file(tmp_path: Any) -> None:
    """With a path the file is written, and nothing returned."""
    path = tmp_path / "made.csv"
    assert Made("a", np.array([0.5])).to_csv(path) is None
    assert path.read_text("utf-8-sig").splitlines() == ["name,value", "a,0.5"]


def test_rows_of_records() -> None:
    """Records are rows, with the limits of an interval as two cells; without records the names are there still."""
    columns = columns_of([Part("a", 1.0, interval(0.0, 2.0)), Part("b", 2.0, None)], Part)
    assert columns == {"name": ["a", "b"], "value": [1.0, 2.0], "low": [0.0, None], "high": [2.0, None]}
    assert records(columns)[1] == {"name": "b", "value": 2.0, "low": None, "high": None}
    assert columns_of([], Part) == {name: [] for name in columns}


def test_nested_results() -> None:
    """A result within a result is a mapping of its fields; only the outermost says what it is."""
    found = json_safe({"inner": Plain("a", math.nan)})
    assert found["inner"] == {"name": "a", "value": None, "interval": None, "kinds": [], "more": {}}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.array([1.0]), [1.0]),
        (np.array([1.0]), np.array([[1.0]])),
        (np.array([1.0, np.nan]), np.array([1.0, 2.0])),
        ({"a": 1}, {"b": 1}),
        ((1, 2), (1, 3)),
        ((1,), (1, 2)),
        (math.nan, None),
        (math.nan, 1.0),
    ],
)
def test_what_is_not_the_same(a: Any, b: Any) -> None:
    """Values that differ in shape, kind or content are not the same."""
    assert not same(a, b)
    assert not same(b, a)


def test_the_same() -> None:
    """NaN and NaT equal themselves, in arrays of objects and of dates too."""
    dates = np.array(["2026-03-01", "NaT"], dtype="M8[D]")
    assert same(dates, dates.copy())
    assert same(np.array([None, math.nan, "a"], dtype=object), np.array([None, math.nan, "a"], dtype=object))
    assert not same(Part("a", math.nan, None), Part("b", math.nan, None))
    assert not same(Holder(dates), Holder(dates[::-1]))
    assert same(Holder(dates), Holder(dates.copy()))
    assert same({"a": [math.nan]}, {"a": (math.nan,)})


def test_schema_names() -> None:
    """The name of a schema is that of the class, in small letters."""
    assert [schema_of(kind) for kind in (Made, Plain, Interval)] == ["made", "plain", "interval"]
