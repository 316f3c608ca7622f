"""Times stay times, durations durations, and zones zones: from any library at any unit to whatever is made of them."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import npskit as nk

BERLIN = ZoneInfo("Europe/Berlin")
WALL = [dt.datetime(2026, 3, 1, 12, 30, 5), None, dt.datetime(2026, 7, 2)]
ZONED = [None if at is None else at.replace(tzinfo=BERLIN) for at in WALL]
SPANS = [dt.timedelta(days=1, seconds=5), None, dt.timedelta(0)]
KEPT: dict[str, list[Any]] = {"at": WALL, "there": ZONED, "took": SPANS}
BASE: dict[str, list[Any]] = {"score": [0, 3, 6], "id": ["a", "b", "c"]}
GAP = [False, True, False]
UNITS = ("s", "ms", "us", "ns")


class Looks:
    """A strategy that has an answer to nobody, and remembers what it was asked of each customer."""

    name = "looks"

    def __init__(self) -> None:
        self.seen: dict[Any, Any] = {}

    def __call__(self, response: nk.Response, context: nk.Context) -> nk.FollowUp | None:
        """Remember the attributes."""
        self.seen[response.customer] = dict(response.attributes)
        return None


def arrow_of(unit: str) -> pa.Table:
    """Return the columns as a table of PyArrow."""
    kinds = {"at": pa.timestamp(unit), "there": pa.timestamp(unit, "Europe/Berlin"), "took": pa.duration(unit)}
    return pa.table(BASE | {name: pa.array(KEPT[name], kind) for name, kind in kinds.items()})


def arrays_of(unit: str) -> dict[str, Any]:
    """Return the columns without zones as arrays of NumPy."""
    return BASE | {"at": np.array(WALL, "M8[us]").astype(f"M8[{unit}]"), "took": np.array(SPANS, f"m8[{unit}]")}


def pandas_of(unit: str) -> pd.DataFrame:
    """Return the columns as a frame of pandas."""
    return pd.DataFrame(arrays_of(unit)).assign(there=lambda frame: frame["at"].dt.tz_localize("Europe/Berlin"))


def parquet_of(unit: str, folder: Path) -> nk.Survey:
    """Return the survey of the columns in a file."""
    pq.write_table(arrow_of(unit), folder / "times.parquet")
    return nk.read(folder / "times.parquet", score="score", customer="id")


HOLDERS: dict[str, Callable[[str], Any]] = {
    "numpy": arrays_of,
    "masked": lambda unit: {name: np.ma.array(cells, mask=GAP) for name, cells in arrays_of(unit).items()},
    "lists of numpy": lambda unit: {name: list(cells) for name, cells in arrays_of(unit).items()},
    "pandas": pandas_of,
    "pandas objects": lambda unit: pandas_of(unit).astype(object),
    "pandas categories": lambda unit: pandas_of(unit).astype(dict.fromkeys(KEPT, "category")),
    "pandas of arrow": lambda unit: arrow_of(unit).to_pandas(types_mapper=pd.ArrowDtype),
    "polars": lambda unit: pl.from_arrow(arrow_of(unit)),
    "arrow": arrow_of,
    "arrow dictionaries": lambda unit: pa.table(
        {name: cells.dictionary_encode() if name in KEPT else cells for name, cells in zip(
            arrow_of(unit).column_names, arrow_of(unit).columns, strict=True)}
    ),
}  # fmt: skip


PLAIN = ("numpy", "pandas", "polars", "arrow")
CASES = [(holder, unit) for holder in [*HOLDERS, "parquet"] for unit in (UNITS if holder in PLAIN else UNITS[-1:])]


@pytest.mark.parametrize(("holder", "unit"), CASES)
def test_times_stay_times(holder: str, unit: str, tmp_path: Path) -> None:
    """In `keep=`, in what a strategy sees, in files and as segments they are Python's own times, zone and all.

    What was read from a file is in UTC where the file knows its zone, as the report says.
    """
    survey = parquet_of(unit, tmp_path) if holder == "parquet" else None
    if survey is None:
        survey = nk.Survey(HOLDERS[holder](unit), score="score", customer="id")
    in_utc = [None if at is None else at.astimezone(dt.UTC).replace(tzinfo=None) for at in ZONED]
    known = KEPT | {"there": in_utc if holder == "parquet" else ZONED}
    names = [name for name in KEPT if name in survey.columns]
    looks = Looks()
    playbook = nk.Playbook([looks, *nk.Playbook.default().strategies])
    plan = survey.follow_up(playbook, keep=names)
    columns = plan.columns()
    order = ["abc".index(customer) for customer in columns["customer"]]
    for name in names:
        wanted = [known[name][i] for i in order]
        assert columns[name] == wanted
        assert all(isinstance(cell, type(value)) for cell, value in zip(columns[name], wanted, strict=True))
        assert [getattr(cell, "tzinfo", None) is None for cell in columns[name]] == [
            getattr(value, "tzinfo", None) is None for value in wanted
        ]
        attributes = [looks.seen[customer].get(name) for customer in columns["customer"]]
        assert attributes == wanted
        assert all(isinstance(cell, type(value)) for cell, value in zip(attributes, wanted, strict=True))
        assert sorted(key[0] for key in survey.score(by=name).keys if key[0] is not None) == sorted(
            value for value in known[name] if value is not None
        )
    back = pd.read_csv(io.StringIO(plan.to_csv() or ""))
    assert pd.to_datetime(back["at"]).dropna().tolist() == [w for i in order if (w := WALL[i])]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (np.array(["12026-03-01T12:30", "2026-03-02"], "M8[s]"), np.datetime64("12026-03-01T12:30:00")),
        (np.array(["-0044-03-15", "2026-03-02"], "M8[D]"), np.datetime64("-0044-03-15")),
        (np.array([10**12, 5], "m8[D]"), np.timedelta64(10**12, "D")),
        (np.array([3, 5], "m8[M]"), np.timedelta64(3, "M")),
    ],
)
def test_what_python_has_no_room_for(cells: Any, wanted: Any) -> None:
    """Years beyond 9999 or before 1, and durations without end, stay NumPy's times and never become numbers."""
    survey = nk.Survey({"score": [0, 0], "id": ["a", "b"], "x": cells}, customer="id")
    kept = dict(zip(*(survey.follow_up(keep="x").columns()[name] for name in ("customer", "x")), strict=True))
    assert (kept["a"], type(kept["a"])) == (wanted, type(wanted))
    assert (wanted,) in survey.score(by="x").keys
