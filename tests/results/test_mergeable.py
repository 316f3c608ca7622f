"""What merges travels: JSON there and back is the same, shards that come as JSON add up to the whole."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit
from npskit import Score, Tally, Tracker
from npskit.arrays import same
from npskit.comments.themes import ThemeCounts
from npskit.drivers import Moments
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.cases import SurvivalCurve, kaplan_meier
from npskit.inference import ClusterTotals, cluster_totals
from npskit.results import RowCounts

REFERENCE = Path(__file__).parents[2] / "docs" / "reference"
TYPES = ["int8", "uint64", "float32", "bool", "str", "datetime64[s]"]


def _answers(seed: int, rows: slice) -> dict[str, np.ndarray]:
    """Return some of 40 answers, each with its category, customer, region and weight."""
    rng = np.random.default_rng(seed)
    found = {
        "score": rng.integers(0, 11, 40),
        "kind": rng.integers(-1, 3, 40),
        "customer": rng.integers(0, 2 if seed % len(TYPES) == 3 else 9, 40).astype(TYPES[seed % len(TYPES)]),
        "region": rng.integers(0, 2, 40),
        "weight": rng.integers(1, 9, 40) / 8,
    }
    return {name: column[rows] for name, column in found.items()}


def _totals(seed: int, rows: slice) -> ClusterTotals:
    of, by = _answers(seed, rows), dict[str, Any]()
    if seed % 2:
        by = {"groups": of["score"] % 3, "n_groups": 3}
    strata = of["region"].astype(str) if seed % 5 else None
    return cluster_totals(of["kind"], 3, clusters=of["customer"], strata=strata, weights=of["weight"], **by)


def _curve(seed: int, rows: slice) -> SurvivalCurve:
    of = _answers(seed, rows)
    return kaplan_meier(of["weight"], of["kind"] > 0)


def _row_counts(seed: int, rows: slice) -> RowCounts:
    kinds = _answers(seed, rows)["kind"]
    return RowCounts(n=(kinds >= 0).sum(), invalid=(kinds < 0).sum())


MADE: dict[type, Callable[[int, slice], Any]] = {
    ClusterTotals: _totals,
    SurvivalCurve: _curve,
    RowCounts: _row_counts,
    Tally: lambda seed, rows: Tally.count(_answers(seed, rows)["score"]),
    Score: lambda seed, rows: npskit.nps(_answers(seed, rows)["score"]),
    Tracker: lambda seed, rows: Tracker().update_many(_answers(seed, rows)["score"]),
    npskit.ThemeTracker: lambda seed, rows: npskit.ThemeTracker({"noise": ["loud"]}, urgency=False).update_many(
        ["loud" if region else None for region in _answers(seed, rows)["region"].tolist()],
        _answers(seed, rows)["score"].tolist(),
    ),
    ThemeCounts: lambda seed, rows: ThemeCounts.of(
        ["noise"], (_answers(seed, rows)["region"] > 0)[:, np.newaxis], _answers(seed, rows)["score"]
    ),
}


def _public() -> Iterator[type]:
    """Yield each class that the reference names and that has a `+` of its own or of its base."""
    pages = "\n".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    for found in pkgutil.walk_packages(npskit.__path__, "npskit."):
        if found.name.endswith("__main__"):
            continue
        for name, kind in inspect.getmembers(importlib.import_module(found.name), inspect.isclass):
            adds_up = kind.__module__ == found.name and hasattr(kind, "__add__") and not issubclass(kind, str | tuple)
            if adds_up and any(f"{name}{after}" in pages for after in ("\n", ",", "]")):
                yield kind


def test_all_that_merges_travels() -> None:
    """Every public class that adds up is tried here; `Moments`, whose sums round, in a file of its own."""
    found = set(_public())
    assert {ClusterTotals, Tally, Moments} <= found <= {*MADE, Moments}


@pytest.mark.parametrize("kind", MADE, ids=lambda kind: kind.__name__)
@given(seed=st.integers(0, 2**20), cut=st.integers(0, 40))
def test_shards_that_come_as_json_are_the_whole(kind: Any, seed: int, cut: int) -> None:
    """There and back nothing changes, dtypes of labels aside; what two machines counted is what one would have."""
    whole, parts = MADE[kind](seed, slice(None)), [MADE[kind](seed, slice(*at)) for at in ((0, cut), (cut, None))]
    sent = [part.to_json() for part in parts]
    assert [kind.from_json(text).to_json() for text in sent] == sent
    merged = kind.from_json(sent[0]) + kind.from_json(sent[1])
    assert same(merged.to_dict(), whole.to_dict())
    assert merged.to_dict()["version"] == 1


DAMAGE: list[tuple[Any, dict[str, Any]]] = [
    (_totals(1, slice(None)), {"units": [-1], "groups": "x", "counts": [[1.0]], "weights": None, "squares": [1.0]}),
    (_totals(1, slice(None)), {"strata": {}, "clusters": {"of": "O", "labels": ["a"]}, "n_groups": 1.5}),
    (_totals(1, slice(None)), {"n_categories": True}),
    (_totals(4, slice(None)), {"clusters": {"of": "str", "labels": ["a"]}}),
    (_totals(4, slice(None)), {"clusters": {"of": "datetime64[lots]", "labels": ["2026"]}}),
    (_totals(4, slice(None)), {"clusters": {"of": "bool", "labels": ["maybe"]}}),
    (_totals(4, slice(None)), {"clusters": {"of": "int64", "labels": [1]}}),
    (_curve(1, slice(None)), {"times": 2.0, "events": [1], "censored": [-1]}),
    (kaplan_meier([1.0, 2.0]), {"times": [2.0, 1.0], "events": [0, 1]}),
    (RowCounts(3), {"n": -1, "missing": None, "left_out": 0.5}),
]


@pytest.mark.parametrize(("made", "damage"), DAMAGE, ids=lambda value: type(value).__name__)
def test_damage_is_named(made: Any, damage: dict[str, Any]) -> None:
    """A part that is not as it was written is named; another schema, version or no text at all as well."""
    record = made.to_dict()
    for name, bad in damage.items():
        with pytest.raises(InvalidValueError, match=f"damaged: its part '{name}'"):
            type(made).from_json(json.dumps(record | {name: bad}))
    with pytest.raises(InvalidValueError, match="of version 2"):
        type(made).from_json(json.dumps(record | {"version": 2}))
    with pytest.raises(InvalidValueError, match="schema must be"):
        type(made).from_json("{}")
    with pytest.raises(InvalidTypeError, match="JSON text"):
        type(made).from_json(record)


def test_units_out_of_order_are_damage() -> None:
    """Units that are not in the order in which they are counted would be counted twice."""
    record = cluster_totals([0, 1, 2], 3, clusters=["ann", "bob", "eve"]).to_dict()
    for labels in (["bob", "ann", "eve"], ["ann", "ann", "eve"]):
        with pytest.raises(InvalidValueError, match="its part 'clusters'"):
            ClusterTotals.from_json(json.dumps(record | {"clusters": {"of": "str", "labels": labels}}))
    with pytest.raises(InvalidValueError, match="its part 'units'"):
        ClusterTotals.from_json(json.dumps(record | {"units": [1, 0, 2]}))
