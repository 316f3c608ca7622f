"""Small groups are hidden so that no subtraction brings them back."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from npskit.counting import HIDDEN, hidden_groups

COUNTS = st.lists(st.integers(0, 80), max_size=12)


@given(COUNTS, st.integers(1, 40))
def test_what_is_small_is_hidden(counts: list[int], below: int) -> None:
    """No group under the limit is shown, and no group is called small that is not."""
    fates = hidden_groups(counts, below).tolist()
    assert all(n == 0 or n >= below for n, fate in zip(counts, fates, strict=True) if not fate)
    assert all(0 < n < below for n, fate in zip(counts, fates, strict=True) if fate == HIDDEN)
    assert not any(fate for n, fate in zip(counts, fates, strict=True) if n == 0)


@given(st.lists(st.integers(0, 60), min_size=2, max_size=9), st.integers(3, 25))
def test_no_hidden_count_can_be_had(counts: list[int], below: int) -> None:
    """Of each hidden count at least two values agree with all that is shown: the total, the counts of the others, which
    are small, and that those hidden with them are no larger than what is shown; unless all groups have one answer.
    """
    fates = hidden_groups(counts, below).tolist()
    left = sum(n for n, fate in zip(counts, fates, strict=True) if fate)
    shown = [n for n, fate in zip(counts, fates, strict=True) if not fate and n]
    told = [fate for fate in fates if fate]
    if sum(counts) < below or left == len(told):
        return
    small, larger = (1, below - 1), (below if shown else 1, min(shown, default=math.inf))
    limits = [small if fate == HIDDEN else larger for fate in told]
    for i, (least, most) in enumerate(limits):
        others = limits[:i] + limits[i + 1 :]
        low = max(least, left - sum(high for _, high in others))
        high = min(most, left - sum(low for low, _ in others))
        assert low < high, (counts, fates)


@given(COUNTS)
def test_no_more_than_needed(counts: list[int]) -> None:
    """Nothing is hidden where nothing is asked for, nor where all have answers enough."""
    assert not hidden_groups(counts, None).any()
    assert not hidden_groups([n + 10 for n in counts], 10).any()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=9), st.integers(3, 25))
def test_neither_of_two_counts_can_be_had(counts: list[tuple[int, int]], below: int) -> None:
    """Of two periods with a total each, what is hidden is several groups with answers in each, or none, or is all."""
    fates = hidden_groups(counts, below).tolist()
    for column in zip(*counts, strict=True):
        hidden = [n for n, fate in zip(column, fates, strict=True) if fate and n]
        everything = not any(n for n, fate in zip(column, fates, strict=True) if not fate)
        assert all(n == 0 or n >= below for n, fate in zip(column, fates, strict=True) if not fate)
        assert not hidden or everything or (len(hidden) > 1 and sum(hidden) >= below)
