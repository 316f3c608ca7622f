"""Shares of R² sum to it, do not depend on order or scale, and are those of R's relaimpo and of PMVD's definition."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.drivers import shares as shares_module
from npskit.drivers import subsets
from npskit.drivers.importance import by_size, by_size_of_parts, dominates, first, last, lmg, pmvd
from npskit.drivers.moment_sums import Moments
from npskit.drivers.regression import out_of_sample, regression_of
from npskit.drivers.shares import lmg_of_samples, shares_of
from npskit.drivers.subsets import parts_of_subsets, r_squared_of_subsets

FOLDER = Path(__file__).parent.parent / "reference"
KNOWN = json.loads((FOLDER / "drivers.json").read_text())
SEEDS = st.integers(0, 2**32 - 1)
RNG = np.random.default_rng(0)


def alone(p: int) -> list[list[int]]:
    """Each driver by itself."""
    return [[i] for i in range(p)]


def columns(name: str) -> dict[str, Any]:
    """The columns of a reference file, the outcome last."""
    table = np.genfromtxt(FOLDER / f"drivers_{name}.csv", delimiter=",", names=True)
    names: Any = table.dtype.names
    return {each: table[each] for each in (*(n for n in names if n != "y"), "y")}


def weights() -> Any:
    """The weights of the weighted reference."""
    return np.genfromtxt(FOLDER / "drivers_p6_weights.csv", skip_header=1, delimiter=",").reshape(500, -1)[:, -1]


def moments(name: str) -> Moments:
    """The moments of a reference."""
    return Moments.of(columns(name[:2]), weights() if name.endswith("weighted") else None)


def made(seed: int, p: int = 5, n: int = 60) -> np.ndarray:
    """Covariances of drivers that go together, and an outcome."""
    rng = np.random.default_rng(seed)
    drivers = rng.normal(size=(n, p)) @ (np.eye(p) + rng.uniform(0, 0.6))
    outcome = drivers @ rng.normal(size=p) + rng.normal(size=n) * rng.uniform(0.1, 5)
    return np.cov(np.column_stack([drivers, outcome]), rowvar=False)


@pytest.mark.parametrize("name", ["p4", "p6", "p6_weighted"])
def test_shares_are_those_of_relaimpo_and_of_pmvd(name: str) -> None:
    """LMG, first, last, PMVD, coefficients and VIF equal the reference's to 1e-9."""
    covariances = moments(name).centred()
    groups = alone(len(covariances) - 1)
    r2 = r_squared_of_subsets(covariances, groups)
    found = {"R2": r2[-1], "lmg": lmg(r2), "first": first(r2), "last": last(r2), "pmvd": pmvd(r2)}
    regression = regression_of(covariances, groups)
    found |= {"beta_std": regression.standardized, "vif": regression.inflation}
    for key, value in found.items():
        if key in KNOWN[name]:
            assert value == pytest.approx(KNOWN[name][key], abs=1e-9), key
    if "coef" in KNOWN[name]:
        assert regression.coefficients == pytest.approx(KNOWN[name]["coef"][1:], abs=1e-9)


def test_groups_share_as_those_of_relaimpo() -> None:
    """Groups of drivers have the shares of relaimpo's groups."""
    r2 = r_squared_of_subsets(moments("p6").centred(), [[0, 1], [2, 3], [4], [5]])
    assert lmg(r2) == pytest.approx(KNOWN["p6_grouped"]["lmg"], abs=1e-9)


def test_out_of_sample_is_pooled_over_folds() -> None:
    """R² of what was not seen is that of the reference, whose folds are row numbers modulo ten."""
    shards = Moments.of(columns("p6"), None, np.arange(500) % 50)
    assert out_of_sample(shards) == pytest.approx(KNOWN["p6_out_of_sample"], abs=1e-9)


@given(SEEDS, st.integers(1, 5))
def test_every_subset_is_a_regression(seed: int, p: int) -> None:
    """R² of each subset is that of solving its normal equations, also with groups and for several samples at once."""
    tables = [made(seed + k, p) for k in range(3)]
    groups = alone(p) if seed % 2 else [list(range(0, p, 2)), list(range(1, p, 2))][: 1 + (p > 1)]
    side_by_side = r_squared_of_subsets(np.stack(tables, axis=-1), groups)
    for k, table in enumerate(tables):
        found = r_squared_of_subsets(table, groups)
        assert found == pytest.approx(side_by_side[:, k], abs=1e-12)
        for subset in range(1 << len(groups)):
            own = [i for g, group in enumerate(groups) if subset >> g & 1 for i in group]
            outer = table[own, -1]
            r2 = outer @ np.linalg.solve(table[np.ix_(own, own)], outer) / table[-1, -1] if own else 0.0
            assert found[subset] == pytest.approx(r2, abs=1e-9)


@given(SEEDS, st.integers(1, 7), st.integers(0, 4))
def test_parts_are_the_whole(seed: int, p: int, size: int) -> None:
    """Parts of any size hold each subset once, with its R², and sum to the same averages, whatever is together."""
    table = made(seed, p)
    groups = alone(p) if seed % 2 else [list(range(0, p, 2)), list(range(1, p, 2))][: 1 + (p > 1)]
    whole = r_squared_of_subsets(table, groups)
    samples = np.stack([table, made(seed + 1, p)], axis=-1)
    expected = lmg_of_samples(samples, groups, rng=np.random.default_rng(0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subsets, "_AT_ONCE", 1 << size)
        patch.setattr(shares_module, "_AT_ONCE", 1 << size)
        parts = list(parts_of_subsets(table, groups))
        assert r_squared_of_subsets(table, groups) == pytest.approx(whole, abs=1e-12)
        found = lmg_of_samples(samples, groups, rng=np.random.default_rng(0))
    half = len(groups) // 2
    seen = [int(o | r << half) for part in parts for o in part.first for r in range(len(part.r2))]
    assert sorted(seen) == list(range(len(whole)))
    for part in parts:
        assert {int(o).bit_count() for o in part.first} == {part.size}
        for r, line in enumerate(part.r2):
            assert line == pytest.approx(whole[part.first | r << half], abs=1e-12)
    assert by_size_of_parts(parts, len(groups))[:, :, 0] == pytest.approx(by_size(whole), abs=1e-12)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, abs=1e-12)


@given(SEEDS, st.integers(1, 5))
def test_averages_by_size_are_of_every_subset(seed: int, p: int) -> None:
    """What a driver adds by how many others are in is the plain average over those subsets, of each sample."""
    tables = np.stack([made(seed, p), made(seed + 1, p)], axis=-1)
    r2 = r_squared_of_subsets(tables, alone(p))
    found = by_size(r2)
    for i, count in itertools.product(range(p), range(p)):
        others = [s for s in range(1 << p) if not s >> i & 1 and s.bit_count() == count]
        assert found[i, count] == pytest.approx(np.mean([r2[s | 1 << i] - r2[s] for s in others], axis=0), abs=1e-12)
    assert pmvd(r2) == pytest.approx(np.stack([pmvd(r2[:, k]) for k in range(2)], axis=-1), abs=1e-12)


@given(SEEDS, st.integers(1, 6))
def test_lmg_is_the_average_over_all_orders(seed: int, p: int) -> None:
    """LMG is what each driver adds, averaged over every order; PMVD weighs the orders by what is left of R²."""
    r2 = r_squared_of_subsets(made(seed, p), alone(p))
    added, weighed = [], []
    for order in itertools.permutations(range(p)):
        steps = np.cumsum([0, *(1 << i for i in order)])
        share = np.empty(p)
        share[list(order)] = np.diff(r2[steps])
        added.append(share)
        weighed.append(1 / np.prod(r2[-1] - r2[steps[1:-1]]))
    assert lmg(r2) == pytest.approx(np.mean(added, axis=0), abs=1e-12)
    assert pmvd(r2) == pytest.approx(np.average(added, axis=0, weights=weighed), rel=1e-6, abs=1e-9)


@given(SEEDS)
def test_shares_sum_to_r2_and_are_not_negative(seed: int) -> None:
    """So do both kinds of share, and what a driver adds alone is by the number of others."""
    r2 = r_squared_of_subsets(made(seed), alone(5))
    for shares in (lmg(r2), pmvd(r2)):
        assert shares.sum() == pytest.approx(r2[-1])
        assert (shares >= -1e-12).all()
    assert by_size(r2)[:, 0] == pytest.approx(first(r2))
    assert by_size(r2)[:, -1] == pytest.approx(last(r2))


@given(SEEDS, st.permutations(range(5)))
def test_order_and_scale_do_not_matter(seed: int, order: list[int]) -> None:
    """Drivers in another order and in other units have the same shares, and dominate the same others."""
    table = made(seed)
    scale = np.append(np.random.default_rng(seed).uniform(0.01, 100, 5), 3.0)
    places = [*order, 5]
    other = (table * np.outer(scale, scale))[np.ix_(places, places)]
    r2, moved = (r_squared_of_subsets(each, alone(5)) for each in (table, other))
    assert lmg(moved) == pytest.approx(lmg(r2)[order], abs=1e-10)
    assert pmvd(moved) == pytest.approx(pmvd(r2)[order], rel=1e-6, abs=1e-9)
    assert (dominates(moved) == dominates(r2)[np.ix_(order, order)]).all()


@given(SEEDS)
def test_a_copy_splits_lmg_and_takes_nothing_of_pmvd(seed: int) -> None:
    """A driver that repeats another with noise takes of its LMG, hardly of its PMVD; an exact copy shares equally."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=5_000)
    y = x + rng.normal(size=5_000)
    noisy = np.cov([x, x + 0.3 * rng.normal(size=5_000), y])
    r2 = r_squared_of_subsets(noisy, alone(2))
    assert lmg(r2)[1] > 0.35 * r2[-1]
    assert pmvd(r2)[1] < 0.05 * r2[-1]
    same = r_squared_of_subsets(np.cov([x, x, y]), alone(2))
    for shares in (lmg(same), pmvd(same)):
        assert shares == pytest.approx([same[-1] / 2] * 2)


def test_of_twenty_drivers_the_copies_of_ten_share_theirs() -> None:
    """More subsets than are held at once: two exact copies of each of ten drivers have half of what it has alone."""
    table = made(5, 10)
    twice = [*range(10), *range(10), 10]
    r2, found = r_squared_of_subsets(table, alone(10)), shares_of(table[np.ix_(twice, twice)], alone(20), rng=RNG)
    assert found.lmg.sum() == pytest.approx(r2[-1], abs=1e-9)
    assert found.lmg[:10] == pytest.approx(found.lmg[10:], abs=1e-9)
    assert found.pmvd.sum() == pytest.approx(r2[-1], abs=1e-9)
    assert found.first[:10] == pytest.approx(first(r2), abs=1e-9)
    assert found.last == pytest.approx(np.zeros(20), abs=1e-9)
    pairs = shares_of(table[np.ix_(twice, twice)], [[i, i + 10] for i in range(10)], rng=RNG)
    assert pairs.lmg == pytest.approx(lmg(r2), abs=1e-9)
    noise = np.zeros((21, 21))
    noise[np.ix_([*range(10), 20], [*range(10), 20])] = table
    noise[np.arange(10, 20), np.arange(10, 20)] = 1.0
    beside = shares_of(noise, alone(20), rng=RNG)  # ten more that have nothing to do with anything
    assert beside.lmg == pytest.approx([*lmg(r2), *np.zeros(10)], abs=1e-9)
    assert beside.pmvd == pytest.approx([*pmvd(r2), *np.zeros(10)], abs=1e-6)
    assert (beside.dominates[:10, :10] == dominates(r2)).all()
    assert beside.dominates[:10, 10:].all()


def test_what_explains_nothing_has_nothing() -> None:
    """Where the drivers do not go with the outcome, or it does not vary, there is no share."""
    r2 = r_squared_of_subsets(np.diag([1.0, 2.0, 3.0]), alone(2))
    assert lmg(r2).tolist() == pmvd(r2).tolist() == [0.0, 0.0]
    assert np.isnan(r_squared_of_subsets(np.diag([1.0, 0.0]), alone(1))).all()


@given(SEEDS)
def test_dominance_holds_for_every_subset(seed: int) -> None:
    """A driver dominates another where it adds more to every subset of the others, and then has the larger share."""
    r2 = r_squared_of_subsets(made(seed, 4), alone(4))
    found, shares = dominates(r2), lmg(r2)
    for i, j in itertools.permutations(range(4), 2):
        others = [s for s in range(16) if not s >> i & 1 and not s >> j & 1]
        assert found[i, j] == all(r2[s | 1 << i] > r2[s | 1 << j] for s in others)
        assert not found[i, j] or shares[i] > shares[j]


def test_many_drivers_are_drawn_with_their_error() -> None:
    """Of more than 24 drivers orders are drawn: the shares sum to R², and are near those of groups that are exact."""
    rng = np.random.default_rng(0)
    drivers = rng.normal(size=(2_000, 26)) @ (np.eye(26) + 0.1)
    outcome = drivers[:, :5] @ [5, 4, 3, 2, 1] + 5 * rng.normal(size=2_000)
    table = np.cov(np.column_stack([drivers, outcome]), rowvar=False)
    found = shares_of(table, alone(26), rng=rng)
    assert found.lmg.sum() == pytest.approx(float(found.r2), rel=1e-6)
    assert np.isnan(found.pmvd).all()
    exact = shares_of(table, [*alone(5), list(range(5, 26))], rng=rng)
    drawn = shares_of(table, alone(26), rng=np.random.default_rng(1))
    assert (np.abs(found.lmg - drawn.lmg) < 6 * found.error + 1e-12).all()
    assert found.r2 == pytest.approx(float(exact.r2))
    r2, shares = lmg_of_samples(table[:, :, np.newaxis], alone(26), rng=rng)
    assert r2 == pytest.approx([float(found.r2)], rel=1e-6)
    assert shares[:, 0] == pytest.approx(found.lmg, abs=0.01)
