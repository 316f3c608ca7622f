"""Parting numbers before they are sorted gives what sorting gives: to the last bit, whatever the blocks and threads."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from npskit.data.keys import slices
from npskit.tracking.panel import sorting
from npskit.tracking.panel.sorting import in_threads, sort_blocks, workers


def sort(numbers: NDArray[np.int64], block: int, bits: int) -> NDArray[np.int64]:
    """The even numbers sorted; odd ones are dropped, as answers without a score are."""

    def make(part: slice) -> NDArray[np.int64]:
        return np.extract(numbers[part] % 2 == 0, numbers[part])

    kept = int(np.count_nonzero(numbers % 2 == 0))
    return sort_blocks(make, [*slices(numbers.size, block)], kept, bits)


@given(
    numbers=st.lists(st.one_of(st.integers(0, 2**12 - 1), st.integers(0, 40)), min_size=1, max_size=120),
    block=st.integers(1, 50),
    first=st.integers(1, 7),
    second=st.integers(1, 8),
    network=st.sampled_from([2, 4, 16]),
    cores=st.integers(1, 3),
)
@settings(max_examples=300, deadline=None)
def test_parted_as_sorted(numbers: list[int], block: int, first: int, second: int, network: int, cores: int) -> None:
    """Few digits and narrow networks, so that runs are short, long and all of one number; numbers are dropped."""
    held = np.array([*numbers, 0])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"PARTED": 1, "_FIRST": first, "_SECOND": second, "_NETWORK": network}.items():
            patch.setattr(sorting, name, value)
        patch.setattr(sorting, "cores", lambda: cores)
        patch.setattr(sorting, "_networks_win", lambda: True)
        found = sort(held, block, 12)
    assert found.tolist() == sorted(held[held % 2 == 0].tolist())


@pytest.mark.parametrize("bits", [3, 20, 30, 50, 62])
@pytest.mark.parametrize("skewed", [False, True])
@pytest.mark.parametrize("parted", [False, True])
def test_at_size(bits: int, skewed: bool, parted: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the size on at which it is used, with its own digits: numbers spread evenly, and most of them close by."""
    monkeypatch.setattr(sorting, "_networks_win", lambda: parted)
    rng, size = np.random.default_rng(bits), 3 * sorting.PARTED
    numbers = rng.integers(0, 2**bits, size)
    if skewed:
        numbers[: size // 2] >>= bits // 2
        numbers[size // 2 : size // 4 * 3] = 2 ** (bits - 1)
    np.testing.assert_array_equal(sort(numbers, 1 << 17, bits), np.sort(numbers[numbers % 2 == 0]))


def test_the_faster_way_is_found_once() -> None:
    """Whether parting pays is measured once in a process."""
    sorting._networks_win.cache_clear()
    assert sorting._networks_win() in (True, False)
    assert sorting._networks_win.cache_info().misses == 1
    assert sorting._networks_win() is sorting._networks_win()
    assert sorting._networks_win.cache_info().misses == 1


def test_work_is_shared_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results come in the order of the items, an error comes out as it is, and few rows are not shared at all."""
    items = list(range(100))
    assert in_threads(lambda item: item**2, items, 3) == in_threads(lambda item: item**2, items, 1)

    def refuse(item: int) -> Any:
        raise ValueError(f"item {item}")

    with pytest.raises(ValueError, match="item 0"):
        in_threads(refuse, items, 2)
    monkeypatch.setattr(sorting, "cores", lambda: 64)
    assert (workers(sorting.PARTED - 1), workers(sorting.PARTED)) == (1, 4)
