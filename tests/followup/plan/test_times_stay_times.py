"""What is kept beside a plan, and what a strategy of one's own reads: times stay times, in their zone."""

from __future__ import annotations

import datetime as dt
import io
import json
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import npskit as nk

TEN = dt.datetime(2026, 3, 1, 10)
WARSAW = TEN.replace(tzinfo=ZoneInfo("Europe/Warsaw"))
THREE_HOURS = dt.timedelta(hours=3)


def _units(kind: str, value: Any) -> dict[str, Any]:
    return {
        f"{kind} {u}": np.array([np.timedelta64(value) if kind == "m8" else value, None], f"{kind}[{u}]") for u in UNITS
    }


ARROW = pd.ArrowDtype(pa.timestamp("ns", "Europe/Warsaw"))
UNITS = ("h", "m", "s", "ms", "us", "ns")
NAIVE: dict[str, Any] = {
    **_units("M8", TEN),
    "list": [TEN, None],
    "numpy in a list": [np.datetime64("2026-03-01T10", "ns"), None],
    "pandas": pd.DataFrame({"x": pd.Series([TEN, None], dtype="M8[ns]")}),
    "polars": lambda: pl.DataFrame({"x": pl.Series([TEN, None], dtype=pl.Datetime("ns"))}),
    "pyarrow": pa.table({"x": pa.array([TEN, None], pa.timestamp("ns"))}),
}
AWARE: dict[str, Any] = {
    "list": [WARSAW, None],
    "pandas": pd.DataFrame({"x": pd.Series([WARSAW, None])}),
    "pandas of Arrow": pd.DataFrame({"x": pd.Series([WARSAW, None]).astype(ARROW)}),
    "polars": lambda: pl.DataFrame({"x": pl.Series([WARSAW, None], dtype=pl.Datetime("ns", "Europe/Warsaw"))}),
    "pyarrow": pa.table({"x": pa.array([WARSAW, None], pa.timestamp("ns", "Europe/Warsaw"))}),
    "an offset": pa.table({"x": pa.array([WARSAW, None], pa.timestamp("us", "+01:00"))}),
}
DURATIONS: dict[str, Any] = {
    **_units("m8", THREE_HOURS),
    "list": [THREE_HOURS, None],
    "numpy in a list": [np.timedelta64(3 * 3600 * 10**9, "ns"), None],
    "pandas": pd.DataFrame({"x": pd.to_timedelta(pd.Series(["3h", None]))}),
    "polars": lambda: pl.DataFrame({"x": pl.Series([THREE_HOURS, None], dtype=pl.Duration("ns"))}),
    "pyarrow": pa.table({"x": pa.array([THREE_HOURS, None], pa.duration("ns"))}),
}
CASES = [
    pytest.param(held, expected, text, id=f"{name}: {holder}")
    for name, holders, expected, text in (
        ("naive", NAIVE, TEN, "2026-03-01 10:00:00"),
        ("aware", AWARE, WARSAW, "2026-03-01 10:00:00+01:00"),
        ("durations", DURATIONS, THREE_HOURS, "3:00:00"),
    )
    for holder, held in holders.items()
]


@attrs.define
class Reader:
    """A strategy that only reads."""

    name = "reader"
    read: dict[Any, Any] = attrs.field(factory=dict)

    def __call__(self, response: Any, context: Any) -> None:
        self.read[response.score] = response.attributes["x"]


def survey_of(held: Any) -> nk.Survey:
    score = [3, 4]
    held = held() if callable(held) else held  # Polars starts its threads with its first frame
    if isinstance(held, pd.DataFrame):
        return nk.Survey(held.assign(score=score), score="score")
    if isinstance(held, pl.DataFrame):
        return nk.Survey(held.with_columns(score=pl.Series(score)), score="score")
    if isinstance(held, pa.Table):
        return nk.Survey(held.append_column("score", pa.array(score)), score="score")
    return nk.Survey({"x": held, "score": score}, score="score")


@pytest.mark.parametrize(("held", "expected", "text"), CASES)
def test_times_stay_times(held: Any, expected: Any, text: str) -> None:
    """In the columns of a plan, its files, the details of letters, and the attributes that a strategy reads."""
    survey, reader = survey_of(held), Reader()
    plan = survey.follow_up(keep="x")
    survey.follow_up(nk.Playbook([reader, *nk.Playbook.default().strategies]))
    found = plan.columns()["x"]
    for value in (found[0], plan.follow_up(0).details["x"], reader.read[3]):
        assert value == expected
        assert isinstance(value, type(expected))
        if isinstance(expected, dt.datetime):
            assert value.utcoffset() == expected.utcoffset() or "UTC" in str(value.tzinfo)
    assert found[1] is None
    assert reader.read[4] is None
    table, lines = io.StringIO(), io.StringIO()
    plan.to_csv(table)
    plan.to_json_lines(lines)
    place = table.getvalue().splitlines()[0].split(",").index("x")
    written = table.getvalue().splitlines()[1].split(",")[place]
    said = json.loads(lines.getvalue().splitlines()[0])["x"]
    if expected == WARSAW and found[0].utcoffset() != WARSAW.utcoffset():
        text = "2026-03-01 09:00:00+00:00"  # a mere offset is told in UTC
    assert (written, said.replace("T", " ")) == (text, text)
