"""Moments of shards merge to those of the whole, whatever their origins, and travel as JSON."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.drivers import Moments
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError

SEEDS = st.integers(0, 2**32 - 1)


def table(seed: int, n: int = 90) -> dict[str, np.ndarray]:
    """Columns of very different size, with gaps for every other seed."""
    rng = np.random.default_rng(seed)
    found = {f"x{i}": rng.normal(size=n) * 10.0**i + 1e4 * i for i in range(3)}
    for column in found.values() if seed % 2 else ():
        column[rng.random(n) < 0.1] = np.nan
    return found


@given(SEEDS, st.lists(st.integers(0, 90), max_size=3))
def test_shards_merge_to_the_whole(seed: int, cuts: list[int]) -> None:
    """Cut anywhere, also into shards without rows, and merged in any order, the covariances agree to 1e-12."""
    columns, w = table(seed), np.random.default_rng(seed).uniform(0.5, 2, 90)
    whole = Moments.of(columns, w)
    edges = [0, *sorted(cuts), 90]
    parts = [Moments.of({k: v[a:b] for k, v in columns.items()}, w[a:b]) for a, b in itertools.pairwise(edges)]
    for order in (parts, parts[::-1]):
        merged = order[0]
        for part in order[1:]:
            merged = merged + part
        assert merged.centred() == pytest.approx(whole.centred(), rel=1e-9)
        assert merged.means() == pytest.approx(whole.means(), rel=1e-12)
        assert merged.rows.tolist() == whole.rows.tolist()


@given(SEEDS)
def test_covariances_are_numpys(seed: int) -> None:
    """Of complete rows they are NumPy's with the same weights; of pairs those of the rows that have both."""
    columns, w = table(seed), np.random.default_rng(seed).uniform(0.5, 2, 90)
    found = Moments.of(columns, w).centred()
    for i, a in enumerate(columns.values()):
        for j, b in enumerate(columns.values()):
            both = np.isfinite(a) & np.isfinite(b)
            wanted = np.cov(a[both], b[both], aweights=w[both], ddof=0)[0, 1]
            assert found[i, j] == pytest.approx(wanted, rel=1e-6, abs=1e-9)


@given(SEEDS)
def test_shards_with_an_axis_are_shards_apart(seed: int) -> None:
    """All shards once are the whole; each by itself is what its rows say."""
    columns = table(seed)
    shards = np.random.default_rng(seed).integers(0, 5, 90)
    found = Moments.of(columns, None, shards)
    whole = found.resampled(np.ones((1, found.products.shape[2])))
    assert whole.centred()[:, :, 0] == pytest.approx(Moments.of(columns).centred(), rel=1e-9)
    own = Moments.of({k: v[shards == 2] for k, v in columns.items()})
    assert found.only(2).about(own.origin).products == pytest.approx(own.products, rel=1e-6, abs=1e-6)


def test_moments_travel_as_json() -> None:
    """What was written is read again; what is damaged, of another kind or version is named."""
    moments = Moments.of(table(1))
    assert Moments.from_json(moments.to_json()) == moments
    record = moments.to_dict()
    for name, bad in (("origin", [1]), ("rows", "x"), ("sums", [[1.0]]), ("products", [["x"]]), ("names", [1, 2, 3])):
        with pytest.raises(InvalidValueError, match=f"damaged: its part '{name}'"):
            Moments.from_json(json.dumps(record | {name: bad}))
    with pytest.raises(InvalidValueError, match="schema must be 'moments'"):
        Moments.from_json("{}")
    with pytest.raises(InvalidTypeError, match="JSON text"):
        Moments.from_json(3)  # type: ignore[arg-type]
    wrong: list[Any] = [{}, [1, 2], {"x": ["a"]}]
    for columns, why in zip(
        wrong, ("must map names", "must map names", r"columns\['x'\] must be numbers"), strict=True
    ):
        with pytest.raises(InvalidTypeError, match=why):
            Moments.of(columns)
    for more in ({"columns": {"x": [1, 2], "y": [1]}}, {"columns": {"x": [1, 2]}, "shards": np.zeros(3, int)}):
        with pytest.raises(IncompatibleError, match="one value for each of 2 rows"):
            Moments.of(**more)
    with pytest.raises(InvalidValueError, match="weights must be finite and at least 0"):
        Moments.of({"x": [1.0, 2.0]}, [1, -1])  # type: ignore[arg-type]
    with pytest.raises(IncompatibleError, match="cannot be added"):
        moments + Moments.of({"other": [1.0, 2.0]})
