"""How much the answers say, in words: clear, weak or none found, by one rule for every headline, mark and sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from npskit.inference import adjust
from npskit.options import Correction, Doubt, Strength
from npskit.results import Interval

# Below so many answers nothing is clear.
FEW = 30
ALPHA = 0.05
_ORDER: tuple[Strength, ...] = ("clear", "weak", "none found")


@attrs.frozen
class Look:
    """Something that was looked at, and what came of it.

    Args:
        p_value: Of nothing being there; NaN where there is no test, so that the interval decides.
        answers: How many answers it rests on, on the smaller side of a comparison.
        interval: Of what was found, if there is one; nothing is 0.
        beforehand: Whether it was asked for before the answers were seen: what a call names is, what is looked up in
            all that could be found is not.
        counted: Whether it is known how many things were looked at: of the best of countless ones nothing is clear.
        doubts: What speaks against it: checks that it did not pass.
    """

    p_value: float
    answers: float
    interval: Interval | None = None
    beforehand: bool = False
    counted: bool = True
    doubts: tuple[Doubt, ...] = ()


@attrs.frozen
class Evidence:
    """How much speaks for a finding.

    Args:
        strength: `"clear"`, `"weak"` or `"none found"`.
        p_value: As it was looked at alone.
        p_adjusted: Allowing for how many were looked at together; the same where it was declared beforehand.
        looked_at: How many these were.
        doubts: Why it is no more than weak.
    """

    strength: Strength
    p_value: float = float("nan")
    p_adjusted: float = float("nan")
    looked_at: int = 1
    doubts: tuple[Doubt, ...] = ()

    @property
    def found(self) -> bool:
        """Whether anything was found, clear or weak."""
        return self.strength != "none found"


NOTHING = Evidence("none found")


def judge(looks: Sequence[Look], *, correction: Correction = "holm", alpha: float = ALPHA) -> list[Evidence]:
    """Return how much speaks for each of the things that were looked at together.

    Clear is what has a p-value below `alpha` and an interval without 0, was asked for beforehand or keeps its p-value
    when all that were looked at are allowed for, rests on at least 30 answers, and has no doubt raised against it. Weak
    is what has the first, but fails in any of the others. Of all else nothing was found, which never means that there
    is nothing.

    Those declared beforehand are not counted among the many: they would have been looked at in any case.

    Example:
        >>> found = judge([Look(0.001, 200), Look(0.03, 200), Look(0.4, 200), Look(0.03, 200, beforehand=True)])
        >>> [(each.strength, round(each.p_adjusted, 3)) for each in found]
        [('clear', 0.003), ('weak', 0.06), ('none found', 0.4), ('clear', 0.03)]
    """
    raw = np.array([look.p_value for look in looks], dtype=np.float64)
    later = np.array([not look.beforehand for look in looks], dtype=np.bool_)
    adjusted = raw.copy()
    if later.any():
        adjusted[later] = adjust(raw[later], correction)
    many = int(later.sum())
    return [
        _of_one(look, p, 1 if look.beforehand else many, alpha)
        for look, p in zip(looks, adjusted.tolist(), strict=True)
    ]


def _of_one(look: Look, p_adjusted: float, looked_at: int, alpha: float) -> Evidence:
    tested = look.p_value == look.p_value
    excluded = look.interval is not None and 0 not in look.interval and look.interval.low == look.interval.low
    if not (look.p_value < alpha if tested else excluded):
        return Evidence("none found", look.p_value, p_adjusted, looked_at)
    doubts = list(look.doubts)
    if tested and look.interval is not None and not excluded:
        doubts.append("methods disagree")
    if not look.beforehand:
        if not (look.counted and tested):
            doubts.append("after looking")
        elif not p_adjusted < alpha:
            doubts.append("many looked at")
    if not look.answers >= FEW:
        doubts.append("few answers")
    strength: Strength = "weak" if doubts else "clear"
    return Evidence(strength, look.p_value, p_adjusted, looked_at, tuple(dict.fromkeys(doubts)))


def strongest(found: Iterable[Evidence]) -> Evidence:
    """Return the strongest, of equals the first; that of nothing where there is none.

    Example:
        >>> strongest([Evidence("weak"), Evidence("clear"), Evidence("none found")]).strength
        'clear'
    """
    return min(found, key=lambda each: _ORDER.index(each.strength), default=NOTHING)


def by_strength(evidence: Evidence) -> int:
    """Return where evidence stands in a list that has the clear first."""
    return _ORDER.index(evidence.strength)
