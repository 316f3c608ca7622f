"""Groups in which the same units answer: an engine's kinds of units say what the units say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import polars as pl
import pytest

import npskit as nk
from npskit.data import kind_query
from tests.sample.test_engines import agree

CHANGE = nk.Intervention("checkout", "2026-02-01")


def answers(times: int = 1) -> pl.DataFrame:
    """Return answers of some customers, of `times` as many who answer alike."""
    rng = np.random.default_rng(7)
    rows = [
        {
            "score": int(rng.integers(0, 11)),
            "region": "NSE"[int(rng.integers(3))],
            "day": int(rng.integers(60)),
            "who": who,
        }
        for who in range(60)
        for _ in range(1 + who % 3)
    ]
    frame = pl.concat(
        [pl.DataFrame(rows).with_columns(who=pl.lit(f"{k}-") + pl.col("who").cast(pl.String)) for k in range(times)]
    )
    return frame.with_columns(at=pl.lit(dt.datetime(2026, 1, 1)) + pl.duration(days="day")).drop("day")


def said(data: Any) -> list[dict[str, Any]]:
    """Return what a survey says of groups in which the same customers answer."""
    survey = nk.Survey(data, score="score", time="at", customer="who")
    effect = survey.effect(CHANGE, control={"region": "N"})
    return [
        each.to_dict()
        for each in (effect, survey.explain_change("2026-01", "2026-02", by="region"), survey.compare("region"))
    ]


def test_kinds_that_cannot_be_told_apart_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where different customers had the same signs, which chance all but excludes, rows are asked for instead."""
    held = said(answers())
    monkeypatch.setattr(kind_query, "_sign", lambda _zs, _shift: nw.col("place") * 0.0)
    assert agree(held, said(answers().lazy()))


def test_what_is_asked_does_not_grow_with_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times as many customers who answer alike make tables of the same size."""
    sizes: list[list[int]] = []
    fetch = kind_query.UnitKinds.__init__

    def counted(self: Any, *args: Any, **more: Any) -> None:
        fetch(self, *args, **more)
        sizes[-1].append(len(self.kinds))

    monkeypatch.setattr(kind_query.UnitKinds, "__init__", counted)
    for times in (1, 10):
        sizes.append([])
        said(answers(times).lazy())
    assert sum(sizes[0]) > 0
    assert sizes[1] == sizes[0]
