"""Small groups are hidden so that no subtraction brings them back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from npskit.report import hidden_groups

COUNTS = st.lists(st.integers(0, 80), max_size=12)


@given(COUNTS, st.integers(1, 40))
def test_what_is_hidden_cannot_be_had(counts: list[int], below: int) -> None:
    """No group under the limit is shown; whoever subtracts those shown from the total gets a sum of several groups that
    is at least the limit, unless nothing with answers is shown at all.
    """
    fates = hidden_groups(counts, below).tolist()
    hidden = [n for n, fate in zip(counts, fates, strict=True) if fate]
    shown = [n for n, fate in zip(counts, fates, strict=True) if not fate]
    assert all(n == 0 or n >= below for n in shown)
    assert all((fate == 1) == (0 < n < below) for n, fate in zip(counts, fates, strict=True))
    if hidden and any(shown):
        assert len(hidden) > 1
        assert sum(hidden) >= below


@given(COUNTS)
def test_no_more_than_needed(counts: list[int]) -> None:
    """Nothing is hidden where nothing is asked for, nor where all have answers enough."""
    assert not hidden_groups(counts, None).any()
    assert not hidden_groups([n + 10 for n in counts], 10).any()
    fates = hidden_groups(counts, 10).tolist()
    assert fates.count(2) <= 2 or 1 in fates
