"""Without which drivers there is no good answer, as it is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.options import Scope
from npskit.results import NO_ROWS, CountedRows, RowCounts, Rows, number, p_value, wrapped

ASSUMES = (
    "A ceiling says what was not seen among these customers. That a better rating would be of use it does not say: "
    "it may be needed and not be enough.",
    "One answer alone can lift a ceiling, so a condition that holds for nearly all is not found.",
)


@attrs.frozen
class Bottleneck:
    """A driver as a necessary condition.

    Args:
        driver: Its name.
        effect_size: The empty zone above the ceiling as a share of the scope (d), 0..1; 0 where there is none.
        p_value: How often outcomes handed around at random leave a zone as large.
        adjusted_p_value: The same, adjusted for the number of drivers by Holm.
        ceiling_zone: The area of the empty zone.
        lowest: The lower end of the scope of its ratings.
        highest: The upper end.
        peers: Where the ceiling rises: the rating, and the best outcome up to the next.
        needed: For each of `Bottlenecks.levels` the lowest rating with which it was reached; NaN where the lowest of
            all will do, infinite where none did.
        n: Rows that have it and the outcome.
    """

    driver: str
    effect_size: float
    p_value: float
    adjusted_p_value: float
    ceiling_zone: float
    lowest: float
    highest: float
    peers: tuple[tuple[float, float], ...]
    needed: tuple[float, ...]
    n: int


@attrs.frozen(eq=False, repr=False)
class Bottlenecks(CountedRows):
    """Necessary conditions: which rating each outcome was never seen without.

    Args:
        outcome: What is explained.
        conditions: In the order in which the drivers were named.
        levels: The outcomes of the bottleneck table.
        scope: `"theoretical"`: the scales as said; `"empirical"`: from the lowest to the highest that was seen.
        level: 1 less the level of the tests.
        draws: How many times outcomes were handed around.
        units: Customers, or other units that answers hang together by.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("conditions", Bottleneck)

    outcome: str
    conditions: tuple[Bottleneck, ...]
    levels: tuple[float, ...]
    scope: Scope
    level: float
    draws: int
    units: int
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.conditions)

    def __getitem__(self, driver: str) -> Bottleneck:
        """Return a driver by its name."""
        for each in self.conditions:
            if each.driver == driver:
                return each
        raise KeyError(driver)

    def said(self, driver: str) -> str:
        """Return a condition in words: "no 9 without speed of at least 7"; empty where there is none."""
        parts: list[str] = []
        each = self[driver]
        for (_, height), (rating, _) in zip(each.peers, each.peers[1:], strict=False):
            above = [level for level in self.levels if level > height]
            reached = f"no {above[0]:g}" if above and height in self.levels else f"none above {height:.3g}"
            parts.append(f"{reached} without {f'{rating:g}' if parts else f'{driver} of at least {rating:g}'}")
        return ", ".join(parts)

    def necessary(self) -> tuple[str, ...]:
        """Return the drivers whose zone chance alone hardly leaves, after adjustment for the number of drivers."""
        return tuple(each.driver for each in self.conditions if each.adjusted_p_value < 1 - self.level)

    def __repr__(self) -> str:
        return self._said(outcome=self.outcome, n=self.n, scope=self.scope, necessary=", ".join(self.necessary()))

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        return (
            f"What {self.outcome} was not seen without (necessary conditions, CE-FDH ceiling, {self.scope} scope; "
            f"n = {self.n})."
        )

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = ["driver", "effect size", "p", "adjusted p", "scope", "n"]
        return header, [
            [
                each.driver,
                number(each.effect_size, 2),
                p_value(each.p_value),
                p_value(each.adjusted_p_value),
                f"{each.lowest:g} .. {each.highest:g}",
                each.n,
            ]
            for each in self.conditions
        ]

    def _more(self) -> Sequence[tuple[str, Rows]]:
        header = [self.outcome, *(each.driver for each in self.conditions)]
        rows = [
            [f"{level:g}", *(_needed(each.needed[i]) for each in self.conditions)]
            for i, level in enumerate(self.levels)
        ]
        return [("The lowest rating with which each was reached (blank: the lowest will do):", (header, rows))]

    def _notes(self) -> Sequence[str]:
        notes = [f"N{self.said(driver)[1:]}." for driver in self.necessary()]
        if not notes:
            notes = ["No driver was found to be necessary: chance alone leaves zones as large as these."]
        sizes = "Effect sizes: 0 to .1 small, to .3 medium, to .5 large, above very large (Dul 2016)."
        return [wrapped(note) for note in [*notes, sizes, *self.assumes]]


def _needed(rating: float) -> str:
    if rating != rating:
        return ""
    return "never" if rating == float("inf") else f"{rating:g}"
