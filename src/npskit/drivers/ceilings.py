"""Necessary conditions: the ceiling over ratings, how large the empty zone above it is, and whether by chance alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen
from npskit.checks import finite_number
from npskit.drivers.bottlenecks import Bottleneck, Bottlenecks
from npskit.drivers.driver_rows import DriverRows
from npskit.errors import InvalidTypeError, InvalidValueError, counted, did_you_mean, quoted
from npskit.inference import adjust

# A ceiling over more different ratings or outcomes than that is one over single answers.
_MOST_VALUES = 200
# An outcome of at most so many points has a line for each in the bottleneck table, any other for each tenth.
_MOST_LINES, _LINES = 21, 11

# Numbers held at once for tables that are drawn, and what effects differ by in rounding alone.
_AT_ONCE, _ROUNDING = 1 << 22, 1e-12

Ends = tuple[float, float]


@attrs.frozen(eq=False)
class Ceiling(Frozen):
    """The highest outcome of all whose rating is at most so high: steps that never fall (CE-FDH).

    Args:
        ratings: The ratings that were given, ascending, shape `(X,)`.
        heights: The ceiling over each, shape `(..., X)`.
        x: The scope of ratings.
        y: The scope of outcomes.
    """

    ratings: Floats
    heights: Floats
    x: Ends
    y: Ends

    def zone(self) -> Floats:
        """Return the area of the scope above the ceiling; below the first rating that was given all of it is empty."""
        widths = np.diff(np.append(self.ratings, self.x[1]))
        before = (self.ratings[0] - self.x[0]) * (self.y[1] - self.y[0])
        return np.asarray((self.y[1] - self.heights) @ widths + before)

    def effect(self) -> Floats:
        """Return the empty zone as a share of the scope, 0..1."""
        return np.asarray(self.zone() / ((self.x[1] - self.x[0]) * (self.y[1] - self.y[0])))

    def peers(self) -> tuple[tuple[float, float], ...]:
        """Return the ratings at which the ceiling rises, with its height from there on."""
        rises = np.flatnonzero(np.diff(self.heights, prepend=-np.inf) > 0)
        return tuple((float(self.ratings[i]), float(self.heights[i])) for i in rises)

    def needed(self, levels: Floats) -> Floats:
        """Return the lowest rating with which each outcome was reached; NaN where the lowest of all will do.

        Infinite where no rating did.
        """
        place = np.searchsorted(self.heights, levels)
        found = np.append(self.ratings, np.inf)[place]
        return np.where(found <= self.x[0], np.nan, found)


def bottlenecks_of(rows: DriverRows, scale: Any, *, level: float, draws: int, rng: np.random.Generator) -> Bottlenecks:
    """Return the necessary conditions among drivers; the arguments are those of `Survey.bottlenecks`."""
    rows.refuse_low_is_good()
    ratings = rows.ratings()
    answered = np.isfinite(rows.outcome)
    if not answered.any():
        raise InvalidValueError("outcome: no row has one")
    scopes = {} if scale is None else _scopes(scale, rows, list(ratings))
    reached = scopes.get(rows.said, (rows.outcome[answered].min(), rows.outcome[answered].max()))
    lines = _lines(rows.outcome[answered], reached)
    ceilings, p_values, counts = [], [], []
    some = np.zeros(len(answered), dtype=np.bool_)
    for name, values in ratings.items():
        used = answered & np.isfinite(values)
        some |= used
        pairs = _Pairs.of(values[used], rows.outcome[used], rows.units(used), name)
        x = _scope(pairs.x, scopes.get(name), name)
        ceiling = Ceiling(pairs.x, pairs.heights(), x, _scope(pairs.y, scopes.get(rows.said), rows.said))
        effect = ceiling.effect()
        chance = attrs.evolve(ceiling, heights=pairs.drawn(draws, rng)).effect()
        ceilings.append(ceiling)
        p_values.append(float((1 + (chance >= effect - _ROUNDING).sum()) / (1 + draws)))
        counts.append(int(used.sum()))
    adjusted = adjust(p_values)
    conditions = tuple(
        Bottleneck(
            name,
            float(ceiling.effect()),
            p_values[i],
            float(adjusted[i]),
            float(ceiling.zone()),
            *ceiling.x,
            ceiling.peers(),
            tuple(ceiling.needed(lines).tolist()),
            counts[i],
        )
        for i, (name, ceiling) in enumerate(zip(ratings, ceilings, strict=True))
    )
    return Bottlenecks(
        rows.said,
        conditions,
        tuple(lines.tolist()),
        "empirical" if scale is None else "theoretical",
        level,
        draws,
        int(rows.units(some).max(initial=-1)) + 1,
        backend=rows.backend,
        row_counts=rows.counts(some),
    )


@attrs.frozen(eq=False)
class _Pairs(Frozen):
    """Ratings and outcomes of the same rows.

    Args:
        x: The different ratings, ascending.
        y: The different outcomes.
        x_codes: Which of the ratings each row has, shape `(rows,)`.
        y_codes: Which of the outcomes.
        units: Who gave it, numbered from 0.
    """

    x: Floats
    y: Floats
    x_codes: Codes
    y_codes: Codes
    units: Codes

    @classmethod
    def of(cls, ratings: Floats, outcome: Floats, units: Codes, name: str) -> _Pairs:
        """Read them, and refuse what no ceiling can be drawn over."""
        x, x_codes = np.unique(ratings, return_inverse=True)
        y, y_codes = np.unique(outcome, return_inverse=True)
        if len(x) < 2 or len(y) < 2:
            what = f"column {quoted(name)}" if len(x) < 2 else "the outcome"
            raise InvalidValueError(f"drivers: {what} is the same in all rows that have both, so that nothing is seen")
        if max(len(x), len(y)) > _MOST_VALUES:
            what = f"column {quoted(name)}" if len(x) > _MOST_VALUES else "the outcome"
            raise InvalidValueError(
                f"drivers: {what} has {counted(max(len(x), len(y)), 'different value')}, and a ceiling over each would "
                f"be one over single answers: round it to at most {_MOST_VALUES}"
            )
        return cls(x, y, x_codes, y_codes, units)

    def heights(self) -> Floats:
        """Return the ceiling over each rating."""
        best = np.zeros(len(self.x), dtype=np.intp)
        np.maximum.at(best, self.x_codes, self.y_codes)
        return self.y[np.maximum.accumulate(best)]

    def drawn(self, draws: int, rng: np.random.Generator) -> Floats:
        """Return the ceilings with outcomes handed around at random, shape `(draws, X)`."""
        if self.units.max() + 1 == len(self.units):
            best = self._best_of_tables(draws, rng)
        else:
            best = self._best_of_blocks(draws, rng)
        return self.y[np.maximum.accumulate(best, axis=1)]

    def _best_of_tables(self, draws: int, rng: np.random.Generator) -> Codes:
        """Return the best outcome of each rating, from tables with the same margins, whatever the number of rows."""
        from scipy.stats import random_table

        margins = random_table(np.bincount(self.x_codes), np.bincount(self.y_codes))
        at_once = max(_AT_ONCE // (len(self.x) * len(self.y)), 1)
        best = []
        for start in range(0, draws, at_once):
            tables = margins.rvs(min(at_once, draws - start), random_state=rng) > 0
            best.append(len(self.y) - 1 - tables[:, :, ::-1].argmax(axis=2))
        return np.concatenate(best)

    def _best_of_blocks(self, draws: int, rng: np.random.Generator) -> Codes:
        """Return the same where units gave several answers: their outcomes stay together."""
        size = np.bincount(self.units)[self.units]
        order = np.lexsort((self.units, size))
        outcomes = self.y_codes[order]
        by_rating = np.argsort(self.x_codes[order], kind="stable")
        starts = np.searchsorted(self.x_codes[order][by_rating], np.arange(len(self.x)))
        sizes, firsts = np.unique(size[order], return_index=True)
        blocks = [
            outcomes[first:last].reshape(-1, each)
            for each, first, last in zip(sizes, firsts, [*firsts[1:], len(order)], strict=True)
        ]
        best = np.empty((draws, len(self.x)), dtype=np.intp)
        for b in range(draws):
            handed = np.concatenate([rng.permutation(block).ravel() for block in blocks])
            best[b] = np.maximum.reduceat(handed[by_rating], starts)
        return best


def _lines(outcome: Floats, ends: Ends) -> Floats:
    """Return the outcomes that the bottleneck table has a line for."""
    whole = bool((outcome == np.round(outcome)).all()) and ends[1] - ends[0] < _MOST_LINES
    if whole:
        return np.arange(np.ceil(ends[0]), ends[1] + 1)
    known = np.unique(outcome)
    return known if len(known) <= _MOST_LINES else np.linspace(*ends, _LINES)


def _scope(values: Floats, ends: Ends | None, name: str) -> Ends:
    """Return the ends of what could be seen: those of the scale, else what was seen."""
    seen = float(values[0]), float(values[-1])
    if ends is None:
        return seen
    if seen[0] < ends[0] or seen[1] > ends[1]:
        raise InvalidValueError(
            f"scale: {name} is said to run from {ends[0]:g} to {ends[1]:g}, and {seen[0]:g} to {seen[1]:g} was seen"
        )
    return ends


def _scopes(scale: Any, rows: DriverRows, names: list[str]) -> dict[str, Ends]:
    """Return the ends of the scale of each driver and of the outcome, as said; the outcome's as its scorer has it."""
    given = scale if isinstance(scale, Mapping) else dict.fromkeys(names, scale)
    known = names if rows.ends is not None else [*names, rows.said]
    for name in given:
        if name not in known:
            raise InvalidValueError(f"scale names {quoted(name)}, which is no driver: {did_you_mean(name, known)}")
    found = {name: _ends(ends) for name, ends in given.items()}
    if rows.ends is not None:
        found[rows.said] = rows.ends
    missing = [name for name in [*names, rows.said] if name not in found]
    if missing:
        raise InvalidValueError(
            f"scale must say the ends of {quoted(missing[0])} too, as scale={{{missing[0]!r}: (1, 5), ...}}"
        )
    return found


def _ends(value: Any) -> Ends:
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise InvalidTypeError(f"scale must be two numbers, such as (1, 5), or a mapping of names: got {quoted(value)}")
    low, high = (finite_number(each, "scale") for each in value)
    if not low < high:
        raise InvalidValueError(f"scale must run from its lower to its higher end: got {quoted(value)}")
    return low, high
