"""Patterns with what takes them back: harmless neighbours, words for "not", and sentences about something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen
from npskit.comments.patterns.comment_patterns import Lists, just_before, without_gap
from npskit.comments.patterns.folded_texts import FoldedTexts
from npskit.comments.patterns.pattern_index import Matches, PatternIndex, touched

_LOOK_BACK = 120
_SENTENCE = re.compile(r"[.!?\n]")
_ROOM = 1 << 40  # more than a text has letters
_NEGATIONS, _ELSEWHERE, _DONE, _UNLESS = range(4)


class PatternKind(Protocol):
    """Patterns that say one thing, and phrases that take them back where they touch them."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """What says so."""

    @property
    def unless(self) -> tuple[str, ...]:
        """What takes it back where it touches it."""


@attrs.frozen(eq=False)
class FoundPatterns(Frozen):
    """Where patterns match in texts that no harmless neighbour touches, and what else may take them back.

    Args:
        texts: The texts.
        matches: The matches; their owners are the numbers of kinds.
        stops: Words for "not", what tells of something else and what is settled, in the texts with a match.
        before: What ends directly before something that is negated.
    """

    texts: FoldedTexts
    matches: Matches
    stops: Matches
    before: re.Pattern[str]

    def take(self, kept: Bools) -> FoundPatterns:
        """Return some of the matches."""
        return attrs.evolve(self, matches=self.matches.take(kept))

    def negated(self) -> Bools:
        """Whether a word for "not" stands before each match."""
        keys, which = np.unique(self.matches.rows * _ROOM + self.matches.begins, return_inverse=True)
        rows: Codes = np.asarray(keys // _ROOM)
        begins: Codes = np.asarray(keys % _ROOM)
        found = np.zeros(len(keys), np.bool_)
        own = self.stops.take(self.stops.owners == _NEGATIONS)
        known = np.unique(own.rows * _ROOM + own.begins)
        since: Codes = rows * _ROOM + np.maximum(begins - _LOOK_BACK, 0)
        low, high = (np.searchsorted(known, each) for each in (since, keys))
        for i in np.flatnonzero(high > low).tolist():
            text, begin = self.texts.texts[int(rows[i])], int(begins[i])
            places = [place % _ROOM for place in known[low[i] : high[i]].tolist()]
            found[i] = any(self.before.match(text, first, begin) is not None for first in places)
        return np.asarray(found[which.reshape(-1)])

    def elsewhere(self) -> Bools:
        """Whether the sentence of each match is about something else."""
        found = np.zeros(len(self.matches.rows), np.bool_)
        own = self.stops.take(self.stops.owners == _ELSEWHERE)
        low, high = (np.searchsorted(own.rows, self.matches.rows, side=side) for side in ("left", "right"))
        for i in np.flatnonzero(high > low).tolist():
            text = self.texts.texts[self.matches.rows[i]]
            since = max((stop.end() for stop in _SENTENCE.finditer(text, 0, int(self.matches.begins[i]))), default=0)
            stop = _SENTENCE.search(text, int(self.matches.ends[i]))
            until = len(text) if stop is None else stop.start()
            here = slice(int(low[i]), int(high[i]))
            found[i] = bool(((own.begins[here] >= since) & (own.ends[here] <= until)).any())
        return found

    def settled(self) -> Bools:
        """Whether the text of each match says that a matter is settled."""
        return np.isin(self.matches.rows, self.stops.rows[self.stops.owners == _DONE])


class PatternMatcher:
    """Finds patterns of several kinds in many comments.

    Args:
        kinds: The kinds, numbered from 0.
        negations: What takes the meaning from words that follow.
        elsewhere: What says that a sentence is about something else.
        done: What says that a matter is settled.
        lists: Lists of words that patterns name.
    """

    def __init__(
        self,
        kinds: Sequence[PatternKind],
        lists: Lists,
        *,
        negations: Sequence[str] = (),
        elsewhere: Sequence[str] = (),
        done: Sequence[str] = (),
    ) -> None:
        self._index = PatternIndex([kind.patterns for kind in kinds], lists)
        self._before = just_before(negations, lists)
        bare = tuple(without_gap(pattern)[0] for pattern in negations)
        self._stops = PatternIndex([bare, elsewhere, done, *(kind.unless for kind in kinds)], lists)

    def find(
        self,
        texts: FoldedTexts,
        among: Bools | None = None,
        wanted: Callable[[Codes, Codes], Bools] | None = None,
    ) -> FoundPatterns:
        """Return what matches and no harmless neighbour touches.

        Args:
            texts: The comments as they are folded.
            among: Which of them are searched; None for all.
            wanted: Which kinds, by their numbers, are looked for in which texts; None for all in all.
        """
        matches = self._index.find(texts, among)
        if wanted is not None:
            matches = matches.take(wanted(matches.rows, matches.owners))
        there = np.zeros(len(texts.texts), np.bool_)
        there[matches.rows] = True
        stops = self._stops.find(texts, there)
        stops = stops.take(np.argsort(stops.rows, kind="stable"))
        harmless = stops.owners >= _UNLESS
        own = stops.take(harmless)
        matches = matches.take(~touched(matches, attrs.evolve(own, owners=own.owners - _UNLESS)))
        return FoundPatterns(texts, matches, stops.take(~harmless), self._before)
