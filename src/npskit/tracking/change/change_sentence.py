"""A change of the score in plain English: which way, how much of it by whom, and whether it may be chance."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import attrs

from npskit.results import number, one_line, percent
from npskit.scores import segment_names
from npskit.tracking.change.change_explanation import ChangeExplanation, Part, SegmentChange

_CLEAR = 0.1


@attrs.frozen
class _Cause:
    """A segment, or a part that several share: what it adds through one factor, and how it moved."""

    name: str = attrs.field(converter=one_line)
    adds: float
    before: float
    after: float


def explain_in_words(found: ChangeExplanation) -> str:
    """Return the explanation as one or two sentences."""
    digits = 1 if found.span >= 20 else 2 if found.span >= 2 else 3

    def shown(value: float) -> str:
        return number(value, digits)

    def nil(value: float) -> bool:
        return float(shown(value)) == 0

    if math.isnan(found.difference):
        empty = [name for name, value in (("before", found.before), ("after", found.after)) if math.isnan(value)]
        return f"{found.score} cannot be compared: there are no answers {' and none '.join(empty)}."
    up = found.difference > 0
    values = [part.value for part in found.parts]
    reasons = [(v, _reason(found, i, shown)) for i, v in enumerate(values) if not nil(v)]
    if nil(found.difference):
        start = f"{found.score} stayed at {shown(found.after)}"
        if not reasons:
            return f"{start}: neither the mix of {', '.join(found.by)} nor the scores within it moved it."
        listed = [f"{'+' if value > 0 else ''}{shown(value)} {why}" for value, why in reasons]
        return f"{start}: {', '.join(listed)}."
    start = f"{found.score} {'rose' if up else 'fell'} {shown(abs(found.difference))}"
    start += f" (from {shown(found.before)} to {shown(found.after)})"
    reasons.sort(key=lambda reason: (reason[0] > 0) != up)
    if len(reasons) == 1:
        text = f"{start} {reasons[0][1]}."
    else:
        listed = [f"{'' if (v > 0) == up else 'less '}{shown(abs(v))} {why}" for v, why in reasons]
        text = f"{start}: {', '.join(listed)}."
    low, high = found.interval
    if math.isnan(low):
        text += " How much of that is chance cannot be known from so few."
    elif low <= 0 <= high:
        level = percent(found.interval.level)
        text += f" That may be chance: the {level} interval is {shown(low)} to {shown(high)}."
    return text


def _reason(found: ChangeExplanation, part: int, shown: Callable[[float], str]) -> str:
    """Return why one part of the change is what it is."""
    value, depth = found.parts[part].value, len(found.by)
    if not _beyond_chance(found.parts[part]):
        what = f"the scores within {', '.join(found.by)}" if part == depth else _mix(found, part)
        return f"from {what}{'' if math.isnan(found.parts[part].interval.low) else ', which is within chance'}"
    if part == depth:
        causes = [_Cause(s.segment, s.rate, s.score_before, s.score_after) for s in found.segments]
    else:
        causes = _shares(found.segments, part)
    named = _main(causes, value)
    word = "because" if abs(sum(cause.adds for cause in named) - value) <= _CLEAR * abs(value) else "mainly because"
    if part == depth:
        moved = [f"{c.name} ({shown(c.before)} to {shown(c.after)})" for c in named]
        return f"{word} {' and '.join(moved)} scored {'higher' if value > 0 else 'lower'}"
    return f"{word} {_mix(found, part)} moved {' and '.join(map(_move, named))}"


def _beyond_chance(part: Part) -> bool:
    """Whether the interval of a part is on one side of 0, so that a reason may be given for it."""
    return part.interval.low > 0 or part.interval.high < 0


def _mix(found: ChangeExplanation, part: int) -> str:
    """Return what the mix of a column is called."""
    return "the mix" if len(found.by) == 1 else f"the {found.parts[part].name}"


def _move(cause: _Cause) -> str:
    """Return how a share moved."""
    old, new = cause.before, cause.after
    if old == 0:
        return f"towards {cause.name} (new, {_share(new)})"
    if new == 0:
        return f"away from {cause.name} (gone, {_share(old)} before)"
    finer = 0 if _share(old) != _share(new) else 1
    way = "towards" if new > old else "away from"
    return f"{way} {cause.name} ({_share(old, finer)} to {_share(new, finer)})"


def _share(value: float, digits: int = 0) -> str:
    return f"{number(100 * value, digits)}%"


def _main(causes: Sequence[_Cause], value: float) -> list[_Cause]:
    """Return the one or two that add most in the direction of the whole."""
    same = [c for c in causes if c.adds and (c.adds > 0) == (value > 0)]
    # rounded, so that what adds the same stays in one order: the one that gained first
    same.sort(key=lambda c: (-round(abs(c.adds), 6), c.after < c.before))
    return [c for c in same[:2] if abs(c.adds) >= abs(same[0].adds) / 2]


def _shares(segments: Sequence[SegmentChange], depth: int) -> list[_Cause]:
    """Return what the parts made by the first `depth + 1` columns add by their shares of the part they lie in."""
    sums: dict[tuple[object, ...], list[float]] = {}
    for s in segments:
        for length in {0, depth, depth + 1}:
            held = sums.setdefault(s.key[:length], [0.0, 0.0, 0.0])
            for i, value in enumerate((s.mixes[depth], s.share_before, s.share_after)):
                held[i] += value
    causes = []
    keys = [key for key in sums if len(key) == depth + 1]
    for key, name in zip(keys, segment_names(keys), strict=True):
        adds, *own = sums[key]
        of = sums[key[:-1]][1:]
        before, after = (part / whole if whole else 0.0 for part, whole in zip(own, of, strict=True))
        causes.append(_Cause(name, adds, before, after))
    return causes
