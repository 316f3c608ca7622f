"""Precision, recall and F1 per class."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk

LABELS = st.sampled_from(["spam", "praise", "support", None])


@given(st.lists(st.tuples(LABELS, LABELS), max_size=30))
def test_counts_sum(pairs: list[tuple[str | None, str | None]]) -> None:
    """Each row with a label is of one class; a class is right no more often than it is there or predicted."""
    found = nk.label_report([a for a, _ in pairs], [b for _, b in pairs])
    assert found.n + found.missing == len(pairs)
    assert sum(each.n for each in found.labels) == found.n
    for each in found.labels:
        assert each.right <= min(each.n, each.predicted)
        if each.recall_interval is not None:
            assert each.recall_interval.low <= each.recall <= each.recall_interval.high
    if found.n:
        assert found.accuracy == pytest.approx(sum(each.right for each in found.labels) / found.n)


@given(st.lists(st.sampled_from(["spam", "praise"]), min_size=1))
def test_a_perfect_model(labels: list[str]) -> None:
    """Who is always right has an F1 of 1 in each class."""
    found = nk.label_report(labels, labels)
    assert (found.macro_f1, found.macro_recall, found.accuracy) == (1, 1, 1)


def test_a_known_table() -> None:
    """Of three of a class two are found, among four that are said to be of it."""
    found = nk.label_report(["a", "a", "a", "b", "b", "b"], ["a", "a", "b", "a", "a", "b"])["a"]
    assert (found.precision, found.recall, found.f1) == (0.5, 2 / 3, 4 / 7)
    assert found.recall_interval is not None
    # Wilson's interval of 2 of 3
    assert [*found.recall_interval] == pytest.approx([0.20765, 0.93851], abs=1e-4)


def test_nothing() -> None:
    """Without labels nothing is known; unequal lengths are refused."""
    assert math.isnan(nk.label_report([], []).macro_f1)
    with pytest.raises(nk.InvalidValueError, match="predicted must have an entry for each label: got 1 entry for 2"):
        nk.label_report(["a", "b"], ["a"])
