"""Drivers where rows stay on an engine: what it adds up gives the shares of memory, and tables stay small."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.data.frames import Frame

pa = pytest.importorskip("pyarrow")
pl = pytest.importorskip("polars")
duckdb = pytest.importorskip("duckdb")

NAMES = ["speed", "price", "size"]


def answers(n: int = 600) -> Any:
    """Answers with gaps, some off the scale, of customers who answered more than once."""
    rng = np.random.default_rng(0)
    speed, price = rng.integers(1, 6, n), rng.integers(1, 6, n)
    score = np.clip(np.round(1.2 * speed + 0.6 * price + 1 + rng.normal(size=n)), 0, 10).astype(int)
    return pa.table(
        {
            "score": pa.array([None if i % 50 == 0 else 11 if i % 70 == 0 else int(v) for i, v in enumerate(score)]),
            "speed": pa.array([None if i % 31 == 0 else int(v) for i, v in enumerate(speed)]),
            "price": np.where(np.arange(n) % 90 == 7, np.nan, price.astype(float)),
            "size": rng.normal(size=n) + 1e6,
            "who": rng.integers(-50, 300, n),
            "name": [f"c{i % 200}" for i in range(n)],
            "w": rng.uniform(0.5, 2, n),
        }
    )


@pytest.fixture(params=["Polars lazy", "DuckDB"])
def held(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The same rows, on an engine."""
    if request.param == "Polars lazy":
        yield pl.from_arrow(answers()).lazy()
    else:
        with duckdb.connect() as connection:
            yield connection.from_arrow(answers())


@pytest.mark.parametrize("outcome", ["answer", "category_score"])
@pytest.mark.parametrize("roles", [{"customer": "who"}, {"customer": "who", "weight": "w"}, {"cluster": "who"}])
def test_an_engine_gives_the_shares_of_memory(held: Any, roles: dict[str, Any], outcome: str) -> None:
    """Shares, coefficients, means, gaps and what is supposed are memory's to 1e-9, intervals about its bootstrap's."""
    memory = nk.Survey(answers(), score="score", **roles).drivers(NAMES, outcome=outcome, draws=400)
    found = nk.Survey(held, score="score", **roles).drivers(NAMES, outcome=outcome, draws=400)
    assert (memory.method, found.method) == ("bootstrap", "jackknife")
    assert (found.row_counts, found.units) == (memory.row_counts, memory.units)
    for name in NAMES:
        for part in ("lmg", "pmvd", "coefficient", "standardized", "inflation", "mean", "lowest", "highest", "missing"):
            assert getattr(found[name], part) == pytest.approx(getattr(memory[name], part), rel=1e-9, abs=1e-9), part
    assert found.r2_out_of_sample == pytest.approx(memory.r2_out_of_sample, abs=0.02)
    speed, other = found["speed"].interval, memory["speed"].interval
    assert speed.high - speed.low == pytest.approx(other.high - other.low, rel=0.35)
    ours, theirs = (each.what_if("speed", 1) for each in (found, memory))
    assert (ours.value, ours.difference) == pytest.approx((theirs.value, theirs.difference), abs=1e-9)
    assert ours.supposed == theirs.supposed


def test_groups_and_another_outcome(held: Any) -> None:
    """Groups of columns share as one; a column is explained where no answer is off the scale, else from rows."""
    groups = {"both": ["speed", "price"], "size": ["size"]}
    memory = nk.Survey(answers(), score="score", customer="who").drivers(groups, draws=100)
    found = nk.Survey(held, score="score", customer="who").drivers(groups, draws=100)
    assert found["both"].lmg == pytest.approx(memory["both"].lmg, abs=1e-9)
    assert found["both"].missing == memory["both"].missing
    other = nk.Survey(held, score="score", customer="who").drivers(["speed", "size"], outcome="price", draws=100)
    same = nk.Survey(answers(), score="score", customer="who").drivers(["speed", "size"], outcome="price", draws=100)
    assert (other.row_counts, other.method) == (same.row_counts, "bootstrap")
    assert other["speed"].lmg == pytest.approx(same["speed"].lmg, abs=1e-9)


def test_tables_that_leave_do_not_grow_with_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty times the customers, and no table that is sent is longer than 50 shards or the points of a scale."""
    sizes: dict[int, list[int]] = {}
    true = Frame.fetch
    for copies in (1, 20):
        table = pl.concat([pl.from_arrow(answers()).with_columns(pl.col("who") + 1_000 * k) for k in range(copies)])
        seen = sizes.setdefault(copies, [])

        def fetch(self: Frame, query: Any, purpose: str, seen: list[int] = seen) -> Any:
            answer = true(self, query, purpose)
            seen.append(max((len(column) for column in answer.values()), default=0))
            return answer

        monkeypatch.setattr(Frame, "fetch", fetch)
        nk.Survey(table.lazy(), score="score", customer="who").drivers(NAMES, draws=100)
    assert max(sizes[20]) <= 50
    assert len(sizes[1]) == len(sizes[20])


@pytest.mark.parametrize("roles", [{}, {"customer": "name"}])
def test_what_an_engine_cannot_add_up_comes_as_rows(held: Any, roles: dict[str, Any]) -> None:
    """Without customers, or with texts for them, the columns are fetched, and the result is memory's."""
    memory = nk.Survey(answers(), score="score", **roles).drivers(NAMES, draws=100)
    found = nk.Survey(held, score="score", **roles).drivers(NAMES, draws=100)
    assert found.method == "bootstrap"
    assert found.to_dict() == memory.to_dict()
