"""Patterns with what takes them back: harmless neighbours, words for "not", and sentences about something else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol, TypeAlias

import attrs

from npskit.comments.patterns.comment_patterns import Lists, just_before, without_gap
from npskit.comments.patterns.pattern_index import PatternIndex

_LOOK_BACK = 120
_SENTENCE = re.compile(r"[.!?\n]")
_Places: TypeAlias = dict[str, list[tuple[int, int]]]


class PatternKind(Protocol):
    """Patterns that say one thing, and phrases that take them back where they touch them."""

    @property
    def patterns(self) -> tuple[str, ...]:
        """What says so."""

    @property
    def unless(self) -> tuple[str, ...]:
        """What takes it back where it touches it."""


@attrs.frozen(eq=False)
class PatternMatch:
    """One place in a comment where a pattern matches.

    Args:
        row: The comment.
        kind: The number of the kind whose pattern it is.
        match: The match in `text`.
        text: The comment as it is folded.
        stops: Where in it stands what takes a match back, by name.
    """

    row: int
    kind: int
    match: re.Match[str]
    text: str
    stops: _Places


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
        stops = {
            "negations": tuple(without_gap(pattern)[0] for pattern in negations),
            "elsewhere": elsewhere,
            "done": done,
            **{f"unless {number}": kind.unless for number, kind in enumerate(kinds)},
        }
        self._stops = tuple(stops)
        self._stop_index = PatternIndex(tuple(stops.values()), lists)

    def matches(
        self, comments: Sequence[str], wanted: Callable[[int, int], bool] | None = None
    ) -> Iterator[PatternMatch]:
        """Yield what matches and no harmless neighbour touches.

        Args:
            comments: The comments as they are folded.
            wanted: Whether a kind, by its number, is looked for in a comment, by its row; None for all in all.
        """
        found = [each for each in self._index.in_folded(comments) if wanted is None or wanted(each[0], each[1])]
        texts = {row: text for row, _, _, text in found}
        stops: dict[int, _Places] = {row: {} for row in texts}
        rows = list(texts)
        for place, owner, match, _ in self._stop_index.in_folded(list(texts.values())):
            stops[rows[place]].setdefault(self._stops[owner], []).append(match.span())
        for row, kind, match, text in found:
            own = stops[row].get(f"unless {kind}")
            if own is not None:
                begin, end = match.span()
                if any(first < end and begin < last for first, last in own):
                    continue
            yield PatternMatch(row, kind, match, text, stops[row])

    def negated(self, found: PatternMatch) -> bool:
        """Whether a word for "not" stands before it."""
        if "negations" not in found.stops:
            return False
        begin = found.match.start()
        return any(
            self._before.match(found.text, first, begin) is not None
            for first, _ in found.stops["negations"]
            if begin - _LOOK_BACK <= first < begin
        )

    def elsewhere(self, found: PatternMatch) -> bool:
        """Whether its sentence is about something else."""
        if "elsewhere" not in found.stops:
            return False
        begin, end = found.match.span()
        since = max((stop.end() for stop in _SENTENCE.finditer(found.text, 0, begin)), default=0)
        stop = _SENTENCE.search(found.text, end)
        until = len(found.text) if stop is None else stop.start()
        return any(since <= first and last <= until for first, last in found.stops["elsewhere"])
