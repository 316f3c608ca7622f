"""Answers counted by the themes that their comments mention: all that the themes' points need, added up over shards."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Integers
from npskit.checks import several
from npskit.counting import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.results import Mergeable, as_list, as_whole, checked, get, get_each
from npskit.scorers import Scorer


@attrs.frozen(eq=False)
class ThemeCounts(Mergeable):
    """Counts of answers by the set of themes that their comments mention in words of their own; they merge by addition.

    Where themes have parents, a set holds what the words themselves mention: the parents follow from it.

    Args:
        themes: The names of T themes.
        parents: For each theme the number of the theme that it is part of, -1 for none.
        mentions: Which themes each of S sets holds, shape `(S, T)`.
        wrote: Whether the answers of each set came with a comment, shape `(S,)`; without one no theme is mentioned.
        tally: The counts of each set, shape `(S,)`.

    Example:
        >>> parts = [ThemeCounts.of(["noise"], [[True], [False]], [2, 9]), ThemeCounts.of(["noise"], [[True]], [6])]
        >>> (parts[0] + parts[1]).tally.counts.tolist()
        [[0, 0, 1], [2, 0, 0]]
    """

    themes: tuple[str, ...]
    parents: tuple[int, ...]
    mentions: Bools
    wrote: Bools
    tally: Tally

    @classmethod
    def of(
        cls,
        themes: Sequence[str],
        mentions: Any,
        answers: Any,
        *,
        wrote: Any = None,
        weights: Any = None,
        parents: Sequence[int] | None = None,
        scorer: Scorer | None = None,
    ) -> Self:
        """Return the counts of answers.

        Args:
            themes: The names of the themes.
            mentions: Whether each comment mentions each theme, shape `(n, T)`.
            answers: The answer beside each comment, shape `(n,)`.
            wrote: Whether there is a comment beside each answer, shape `(n,)`; None where there is.
            weights: Shape `(n,)`; None where all weigh alike.
            parents: See the class; None where no theme is part of another.
            scorer: What the answers mean. Default `NPS()`.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be counted.
        """
        names = _names(themes)
        table = _flags(mentions, "mentions", 2)
        if table.shape[1:] != (len(names),):
            raise IncompatibleError(f"mentions must have a column for each of {len(names)} themes: got {table.shape}")
        some = np.ones(len(table), np.bool_) if wrote is None else _flags(wrote, "wrote", 1)
        if len(some) != len(table):
            raise IncompatibleError(f"wrote must say of each of {len(table)} rows whether there is a comment")
        numbers, mentions, wrote = sets_of(table, some)
        tally = Tally.count(answers, scorer=scorer, weights=weights, groups=numbers, n_groups=len(mentions))
        return cls(names, _parents(parents, names), mentions, wrote, tally)

    @classmethod
    def of_groups(
        cls, themes: Sequence[str], parents: Sequence[int], mentions: Bools, wrote: Bools, tally: Tally
    ) -> Self:
        """Return the counts of groups of answers, several of which may mention the same.

        Args:
            themes: The names of the themes.
            parents: See the class.
            mentions: Which themes each of G groups mentions, shape `(G, T)`.
            wrote: Whether its answers have a comment, shape `(G,)`.
            tally: Their counts, shape `(G,)`.
        """
        numbers, sets, some = sets_of(mentions, wrote)
        return cls(tuple(themes), tuple(parents), sets, some, _spread(tally, numbers, len(some)))

    def __add__(self, other: Self) -> Self:
        """Return the counts of both.

        Raises:
            IncompatibleError: If they are of other themes, or of another scorer.
        """
        if (self.themes, self.parents) != (other.themes, other.parents):
            raise IncompatibleError(
                f"counts of the themes {list(self.themes)} and {list(other.themes)} cannot be added"
            )
        both = (np.concatenate(pair) for pair in ((self.mentions, other.mentions), (self.wrote, other.wrote)))
        numbers, mentions, wrote = sets_of(*both)
        size = len(self.wrote)
        tally = _spread(self.tally, numbers[:size], len(wrote)) + _spread(other.tally, numbers[size:], len(wrote))
        return type(self)(self.themes, self.parents, mentions, wrote, tally)

    @property
    def with_parents(self) -> Bools:
        """Which themes each set mentions, also through a theme that is part of another: shape `(S, T)`."""
        found = self.mentions.copy()
        for child in deepest_first(self.parents):
            if self.parents[child] >= 0:
                found[:, self.parents[child]] |= found[:, child]
        return found

    _SAYS = "themes, parents, sets: list[list[int]], wrote: list[bool], tally"

    def _kept(self) -> dict[str, Any]:
        return {
            "themes": list(self.themes),
            "parents": list(self.parents),
            "sets": [np.flatnonzero(row).tolist() for row in self.mentions],
            "wrote": self.wrote.tolist(),
            "tally": self.tally.to_dict(),
        }

    @classmethod
    def from_json(cls, text: str | bytes, *, scorer: Scorer | None = None) -> Self:
        """Return the counts that `to_json` wrote.

        Args:
            text: The JSON text.
            scorer: What the answers mean; default the scorer named in the text.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no JSON, or holds something else.
            IncompatibleError: If the scorer gives answers another meaning than when the text was written.

        Example:
            >>> counts = ThemeCounts.of(["noise"], [[True], [False]], [2, 9])
            >>> ThemeCounts.from_json(counts.to_json()) == counts
            True
        """
        found = cls._read(text)
        themes = tuple(get_each(found, "themes", lambda name: checked(name, "themes", isinstance(name, str))))
        checked(themes, "themes", len(set(themes)) == len(themes))
        most = len(themes) - 1
        parents = get_each(found, "parents", lambda number: as_whole(number, "parents", least=-1, most=most))
        as_list(parents, "parents", len(themes))
        checked(parents, "parents", _is_forest(parents))
        sets = get_each(found, "sets", lambda row: [as_whole(t, "sets", most=most) for t in checked_list(row, "sets")])
        wrote = get_each(found, "wrote", lambda flag: checked(flag, "wrote", isinstance(flag, bool)))
        as_list(wrote, "wrote", len(sets))
        mentions = np.zeros((len(sets), len(themes)), np.bool_)
        for row, held in enumerate(sets):
            mentions[row, held] = True
        tally = Tally.from_json(json.dumps(get(found, "tally", dict)), scorer=scorer)
        checked(tally, "tally", tally.shape == (len(sets),))
        numbers, mentions, flags = sets_of(mentions, np.array(wrote, np.bool_))
        return cls(themes, tuple(parents), mentions, flags, _spread(tally, numbers, len(flags)))


def sets_of(mentions: Bools, wrote: Bools) -> tuple[Codes, Bools, Bools]:
    """Return the number of each row's set of themes, which themes each holds, and whether its rows have a comment.

    The sets stand in one order, whatever that of the rows.

    Args:
        mentions: Shape `(n, T)`.
        wrote: Shape `(n,)`.
    """
    packed = np.packbits(np.column_stack([wrote, mentions]), axis=1)
    rows = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, first, numbers = np.unique(rows, return_index=True, return_inverse=True)
    return numbers.reshape(-1), mentions[first], wrote[first]


def deepest_first(parents: Sequence[int]) -> list[int]:
    """Return the numbers of themes, each before the one that it is part of.

    Example:
        >>> deepest_first([-1, 0, 1])
        [2, 1, 0]
    """
    depth = [0] * len(parents)
    for theme, parent in enumerate(parents):
        while parent >= 0:
            depth[theme], parent = depth[theme] + 1, parents[parent]
    return sorted(range(len(depth)), key=lambda theme: -depth[theme])


def checked_list(value: Any, name: str) -> list[Any]:
    """Return a list of any length that stood in a text."""
    found: list[Any] = checked(value, name, isinstance(value, list))
    return found


def _spread(tally: Tally, numbers: Codes, size: int) -> Tally:
    """Return a tally with each group at the place of its number."""

    def placed(array: NDArray[Any]) -> NDArray[Any]:
        found: Integers = np.zeros((size, *array.shape[1:]), array.dtype)
        np.add.at(found, numbers, array)
        return found

    return tally.mapped(placed)


def _names(themes: Any) -> tuple[str, ...]:
    names = several(themes, "themes")
    for name in names:
        if not isinstance(name, str) or not name.strip():
            raise InvalidTypeError(f"themes must hold names: got {quoted(name)}")
    if len(set(names)) < len(names):
        raise InvalidValueError(f"themes names one twice: {quoted(names)}")
    return names


def _flags(value: Any, name: str, axes: int) -> Bools:
    try:
        found = np.asarray(value)
    except Exception:  # what will be no array says so in many ways
        found = np.empty(0, object)
    if found.ndim != axes or (found.size and found.dtype != np.bool_):
        shape = "(n, T)" if axes > 1 else "(n,)"
        raise InvalidTypeError(f"{name} must be booleans of shape {shape}: got {quoted(value)}")
    return found.astype(np.bool_)


def _parents(parents: Sequence[int] | None, names: tuple[str, ...]) -> tuple[int, ...]:
    found = (-1,) * len(names) if parents is None else tuple(several(parents, "parents"))
    if len(found) != len(names) or not all(type(p) is int and -1 <= p < len(names) for p in found):
        raise InvalidValueError(f"parents must give each theme the number of another, or -1: got {quoted(parents)}")
    if not _is_forest(found):
        raise InvalidValueError(f"parents: a theme is part of itself: {quoted(parents)}")
    return found


def _is_forest(parents: Sequence[int]) -> bool:
    """Whether no theme is part of itself."""
    for start in range(len(parents)):
        theme, steps = start, 0
        while theme >= 0:
            theme, steps = parents[theme], steps + 1
            if steps > len(parents):
                return False
    return True
