"""How much the answers say: the rule behind every mark and headline."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.options import DOUBTS, Doubt
from npskit.report import Evidence, Look, judge
from npskit.report.evidence import strongest
from npskit.results import Interval

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def limits(low: float, high: float) -> Interval:
    return Interval(low, high, level=0.95, method="test")


@pytest.mark.parametrize(
    ("look", "strength", "doubts"),
    [
        (Look(0.001, 500), "clear", ()),
        (Look(0.049, 500, beforehand=True), "clear", ()),
        (Look(0.05, 500, beforehand=True), "none found", ()),
        (Look(0.001, 29, beforehand=True), "weak", ("few answers",)),
        (Look(0.001, 500, counted=False), "weak", ("after looking",)),
        (Look(0.001, 500, limits(-1, 9)), "weak", ("methods disagree",)),
        (Look(0.2, 500, limits(1, 9)), "none found", ()),
        (Look(float("nan"), 500, limits(1, 9)), "weak", ("after looking",)),
        (Look(float("nan"), 500, limits(-1, 9)), "none found", ()),
        (Look(float("nan"), 500), "none found", ()),
        (Look(0.001, 500, beforehand=True, doubts=("placebo",)), "weak", ("placebo",)),
        (Look(0.4, 500, doubts=("placebo",)), "none found", ()),
    ],
)
def test_one(look: Look, strength: str, doubts: tuple[str, ...]) -> None:
    """A single thing that was looked at."""
    (found,) = judge([look])
    assert (found.strength, found.doubts) == (strength, doubts)


def test_many() -> None:
    """Of six themes one with p = 0.04 does not hold for six; one that was declared is not counted among them."""
    later = [Look(p, 100) for p in (0.03, 0.0004, 0.5, 0.6, 0.7, 0.8)]
    found = judge([*later, Look(0.03, 100, beforehand=True)])
    assert [each.strength for each in found] == ["weak", "clear", *["none found"] * 4, "clear"]
    assert found[0].doubts == ("many looked at",)
    assert found[0].p_adjusted == pytest.approx(0.15)
    assert [each.looked_at for each in found] == [6] * 6 + [1]


@given(P_VALUES, st.integers(0, 500), st.booleans())
def test_never_more_than_the_test_says(p_values: list[float], answers: int, beforehand: bool) -> None:
    """Clear takes a small p-value, that stays small for all that were looked at, and 30 answers; looking at more
    things makes nothing clearer.
    """
    found = judge([Look(p, answers, beforehand=beforehand) for p in p_values])
    for p, each in zip(p_values, found, strict=True):
        assert (each.strength == "none found") == (not p < 0.05)
        if each.strength == "clear":
            assert each.p_adjusted < 0.05
            assert answers >= 30
    more = judge([*(Look(p, answers, beforehand=beforehand) for p in p_values), Look(0.5, answers)])
    order = ["clear", "weak", "none found"]
    assert all(order.index(a.strength) <= order.index(b.strength) for a, b in zip(found, more, strict=False))


@given(st.sampled_from(DOUBTS), st.floats(0, 0.04))
def test_a_doubt_is_never_clear(doubt: Doubt, p: float) -> None:
    """Whatever check speaks against it."""
    assert judge([Look(p, 1000, beforehand=True, doubts=(doubt,))])[0].strength == "weak"


def test_strongest() -> None:
    """Nothing was found where nothing was looked at."""
    assert strongest([]).strength == "none found"
    assert strongest([Evidence("none found"), Evidence("weak")]).found
