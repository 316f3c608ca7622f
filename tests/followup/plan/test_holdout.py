"""Laws of who is held out."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.words import is_nothing
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.plan.holdout import assign_holdout, scrambled, uniform

ids = st.lists(
    st.text().filter(lambda text: not is_nothing(text)) | st.integers() | st.sampled_from(["ä", "ลูกค้า", "\ud800"]),
    min_size=1,
    max_size=30,
)
salts = st.text() | st.integers()

GOLDEN = {
    "spring": [
        0.3949285463627613,
        0.04775990676281283,
        0.48399817834597403,
        0.25717261937139657,
        0.48859477274391894,
    ],
    "none": [0.2537936105758485, 0.5173761181772721],
    "long": [0.6594366772963421],
}


@settings(max_examples=50)
@given(ids, salts, st.randoms(use_true_random=False), st.floats(0, 1), st.floats(0, 1))
def test_the_customer_alone_decides(
    customers: list[Any], salt: str | int, random: Any, share: float, other: float
) -> None:
    """Other rows and their order make no difference; a larger share holds out everybody that a smaller one does."""
    numbers = uniform(customers, salt)
    assert ((numbers >= 0) & (numbers < 1)).all()
    order = random.sample(range(len(customers)), len(customers))
    np.testing.assert_array_equal(uniform([customers[i] for i in order], salt), numbers[order])
    assert uniform(customers[:1], salt)[0] == numbers[0]
    low, high = sorted((share, other))
    assert (assign_holdout(customers, low, salt) <= assign_holdout(customers, high, salt)).all()


def test_golden_values() -> None:
    """These numbers never change: an arm is for life, on every machine and in every version."""
    assert uniform(["a", "b", "7", "ä", "ลูกค้า"], "spring").tolist() == GOLDEN["spring"]
    assert uniform(["a", "b"]).tolist() == GOLDEN["none"]
    assert uniform(["a"], "x" * 100).tolist() == GOLDEN["long"]


def test_one_customer_has_one_number_however_the_id_is_stored() -> None:
    """A whole number as int, NumPy integer, float or text is one customer; another spelling is another one."""
    ways: list[Any] = [[7], [7.0], ["7"], [b"7"], [np.int64(7)], [np.float32(7)], iter([7])]
    ways += [
        np.array([7]),
        np.array([7.0]),
        np.array(["7"]),
        np.array([7], dtype=object),
        np.array([7], dtype=np.uint8),
    ]
    assert len({uniform(way, 1)[0] for way in ways}) == 1
    assert len({uniform([way], 1)[0] for way in ("7", "07", " 7", 7.5, -7)}) == 5
    assert uniform([7], 1)[0] == uniform([7], "1")[0]


def test_missing_ids_have_no_number_and_are_not_held_out() -> None:
    """Nobody has NaN, and stays out of the holdout."""
    customers = [None, math.nan, "NA", "a"]
    assert np.isnan(uniform(customers)).tolist() == [True, True, True, False]
    assert assign_holdout(customers, 1.0).tolist() == [False, False, False, True]
    assert uniform([]).shape == (0,)


@pytest.mark.parametrize("salt", ["a", "b", "spring 2026"])
def test_numbers_are_uniform(salt: str) -> None:
    """Of ids in a row, the numbers pass a Kolmogorov-Smirnov test and a holdout has its share."""
    from scipy.stats import kstest

    numbers = uniform(range(20_000), salt)
    assert kstest(numbers, "uniform").pvalue > 0.001
    assert assign_holdout(range(20_000), 0.1, salt).mean() == pytest.approx(0.1, abs=0.007)


def test_salts_are_independent() -> None:
    """Two experiments hold out whom they hold out independently of one another."""
    first, second = uniform(range(20_000), "a"), uniform(range(20_000), "b")
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.025
    assert ((first < 0.2) & (second < 0.2)).mean() == pytest.approx(0.04, abs=0.005)


def test_another_process_says_the_same() -> None:
    """The numbers do not depend on the hash seed of the process."""
    code = "from npskit.followup.plan.holdout import uniform; print(uniform(['a', 7], 'x').tolist())"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": "1"}
    )
    assert run.stdout.strip() == str(uniform(["a", 7], "x").tolist())


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: uniform("abc"), InvalidTypeError, "customers must be a column"),
        (lambda: uniform(7), InvalidTypeError, "customers must be a column"),  # type: ignore[arg-type]
        (lambda: uniform(["a"], True), InvalidTypeError, "salt must be text"),
        (lambda: uniform(["a"], 1.5), InvalidTypeError, "salt must be text"),  # type: ignore[arg-type]
        (lambda: assign_holdout(["a"], 10), InvalidValueError, "share must be a share from 0 to 1"),
        (lambda: assign_holdout(["a"], math.nan), InvalidValueError, "share must be finite"),
        (lambda: assign_holdout(["a"], "some"), InvalidTypeError, "share must be a number"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    """What cannot be used is refused by name."""
    with pytest.raises(error, match=message):
        call()


def test_ties_are_decided_by_numbers_that_know_nothing_of_the_arm() -> None:
    """Law: different customers have different numbers, alike in both arms; unknown ones have none."""
    arms = uniform(range(20_000), "spring")
    ties = scrambled(arms)
    assert len(np.unique(ties)) == len(np.unique(arms)) == 20_000
    assert ((ties >= 0) & (ties < 1)).all()
    held = ties[arms < 0.1]
    assert abs(held.mean() - 0.5) < 4 / math.sqrt(12 * len(held))
    assert abs(np.corrcoef(arms, ties)[0, 1]) < 4 / math.sqrt(20_000)
    np.testing.assert_array_equal(scrambled(np.array([0.5, np.nan])), [0.17550369150720035, np.nan])
