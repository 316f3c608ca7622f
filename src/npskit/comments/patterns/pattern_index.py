"""Many patterns in many texts: words are looked up before any regular expression is tried."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen
from npskit.comments.patterns.comment_patterns import Beginning, FirstRun, Lists, beginnings
from npskit.comments.patterns.folded_texts import FoldedTexts
from npskit.comments.patterns.run_lookup import RunLookup, RunTable
from npskit.data import UNSPACED, slices

_BLOCK = 1 << 16  # runs of letters that are looked at together
_ORDERED = 4  # of patterns that begin with as many letters, up to so many, those of the first such are told first


@attrs.frozen(eq=False)
class Matches(Frozen):
    """Where patterns match in texts.

    Args:
        rows: The text of each match, shape `(matches,)`.
        owners: Whose pattern it is.
        begins: Where in the text it begins.
        ends: Where it ends.
    """

    rows: Codes
    owners: Codes
    begins: Codes
    ends: Codes

    def take(self, kept: Bools | Codes) -> Matches:
        """Return some of them."""
        return Matches(self.rows[kept], self.owners[kept], self.begins[kept], self.ends[kept])


@attrs.frozen(eq=False)
class _Ways(Frozen):
    """The ways in which patterns begin.

    Args:
        owners: Whose pattern each is.
        order: In which order matches at one place are told.
        lengths: How long its literal is where a run of letters is all of it, -1 for others: these need a look.
        goes_on: Whether such a match is to the end of the run.
        beyond: Whether it may go on behind what ends a sentence.
        needs: Which sets of words have to follow, -1 where no more is known, shape `(ways, sets)`.
        reaches: Within how many runs each.
    """

    owners: Codes
    order: Codes
    lengths: Codes
    goes_on: Bools
    beyond: Bools
    needs: Codes
    reaches: Codes


class PatternIndex:
    """Patterns of several owners, numbered from 0.

    Args:
        patterns: The patterns of each owner.
        lists: The lists that they name.
    """

    def __init__(self, patterns: Sequence[Sequence[str]], lists: Lists) -> None:
        found = [
            (owner, begin) for owner, own in enumerate(patterns) for each in own for begin in beginnings(each, lists)
        ]
        self._begins = [begin for _, begin in found]
        first = [FirstRun.of(begin.word) for begin in self._begins]
        self._odd = [way for way, run in enumerate(first) if run is None]
        self._starts = RunLookup((run, way) for way, run in enumerate(first) if run is not None)
        sets: dict[frozenset[FirstRun], int] = {}
        follows = [
            [(sets.setdefault(runs, len(sets)), reach) for runs, reach in begin.following()] for begin in self._begins
        ]
        self._needed = RunLookup((run, number) for runs, number in sets.items() for run in runs)
        self._ways = _Ways(
            np.array([owner for owner, _ in found], np.intp),
            np.array(list(_order(self._begins)), np.intp),
            np.array([_length(begin) for begin in self._begins], np.intp),
            np.array(
                [begin.word[-1] == "*" and not UNSPACED.match(begin.word[-2]) for begin in self._begins], np.bool_
            ),
            np.array([begin.has_stops for begin in self._begins], np.bool_),
            _level([[number for number, _ in own] for own in follows], -1),
            _level([[reach for _, reach in own] for own in follows], 0),
        )
        self._regexes: dict[int, re.Pattern[str]] = {}

    def find(self, texts: FoldedTexts, among: Bools | None = None) -> Matches:
        """Return what matches.

        Args:
            texts: The texts as they are folded.
            among: Which texts are searched, shape `(n,)`; None for all.
        """
        follows = self._needed.table(texts.words)
        known = self._starts.of(texts.words, follows.all_met(self._ways.needs))
        used = known.sizes[texts.codes] > 0
        if among is not None:
            used &= among[texts.rows]
        runs = np.flatnonzero(used)
        parts = [self._odd_in(texts, among)]
        for at in slices(len(runs), _BLOCK):
            which, ways, offsets = known.expanded(texts.codes[runs[at]])
            places = runs[at][which]
            kept = self._may_follow(texts, follows, places, ways)
            parts.append(self._matching(texts, places[kept], ways[kept], offsets[kept]))
        rows, ways, begins, ends = (np.concatenate(each) for each in zip(*parts, strict=True))
        order = np.lexsort((ways, begins, rows, self._ways.order[ways]))
        return Matches(rows[order], self._ways.owners[ways][order], begins[order], ends[order])

    def _may_follow(self, texts: FoldedTexts, follows: RunTable, places: Codes, ways: Codes) -> Codes:
        """Return behind which runs stands what has to follow them, as far as words alone tell."""
        kept = np.arange(len(places))
        for needs, reaches in zip(self._ways.needs.T, self._ways.reaches.T, strict=True):
            known = needs[ways[kept]] >= 0
            asked = kept[known]
            own = ways[asked]
            there = _stands(texts, follows, places[asked], (needs[own], reaches[own], self._ways.beyond[own]))
            known[known] = ~there
            kept = kept[~known]
        return kept

    def _matching(
        self, texts: FoldedTexts, places: Codes, ways: Codes, offsets: Codes
    ) -> tuple[Codes, Codes, Codes, Codes]:
        """Return text, way, begin and end of what matches, of what may."""
        rows, begins = texts.rows[places], texts.starts[places] + offsets
        lengths = self._ways.lengths[ways]
        ends = begins + np.where(self._ways.goes_on[ways], texts.lengths[texts.codes[places]] - offsets, lengths)
        asked = np.flatnonzero(lengths < 0)
        for i, row, way, begin in zip(
            asked.tolist(), rows[asked].tolist(), ways[asked].tolist(), begins[asked].tolist(), strict=True
        ):
            found = self._regex(way).match(texts.texts[row], begin)
            ends[i] = -1 if found is None else found.end()
        kept = ends >= 0
        return rows[kept], ways[kept], begins[kept], ends[kept]

    def _odd_in(self, texts: FoldedTexts, among: Bools | None) -> tuple[Codes, Codes, Codes, Codes]:
        """Return the same of patterns that begin with no letter, which are looked for everywhere."""
        found = []
        for row, text in enumerate(texts.texts if self._odd else ()):
            if among is not None and not among[row]:
                continue
            for way in self._odd:
                begin = text.find(self._begins[way].literal)
                while begin >= 0:
                    match = self._regex(way).match(text, begin)
                    if match is not None:
                        found.append((row, way, begin, match.end()))
                    begin = text.find(self._begins[way].literal, begin + 1)
        rows, ways, begins, ends = np.array(found, np.intp).reshape(-1, 4).T
        return rows, ways, begins, ends

    def _regex(self, way: int) -> re.Pattern[str]:
        if way not in self._regexes:
            self._regexes[way] = re.compile(self._begins[way].regex)
        return self._regexes[way]


def _stands(texts: FoldedTexts, follows: RunTable, places: Codes, wanted: tuple[Codes, Codes, Bools]) -> Bools:
    """Return whether what is wanted may stand behind each run.

    A number with a point in it is one word of a gap, and several runs: with one in between more may follow.

    Args:
        texts: The texts.
        follows: Which words belong to which sets.
        places: The runs.
        wanted: For each the set, how many runs away it stands at most, and whether in another sentence.
    """
    needs, reaches, beyond = wanted
    kept = np.zeros(len(places), np.bool_)
    last, left, step = len(texts.codes) - 1, np.arange(len(places)), 1
    while len(left):
        first = places[left]
        there = np.minimum(first + step, last)
        near = texts.sentences[there] == texts.sentences[first]
        near |= beyond[left] & (texts.rows[there] == texts.rows[first])
        near &= first + step <= last
        found = near & (follows.has(needs[left], texts.codes[there]) | (texts.joined[there] & (reaches[left] > 1)))
        kept[left[found]] = True
        step += 1
        left = left[near & ~found & (reaches[left] >= step)]
    return kept


def _level(lists: Sequence[Sequence[int]], none: int) -> Codes:
    """Return lists as the rows of a table, filled up."""
    table = np.full((len(lists), max(map(len, lists), default=0)), none, np.intp)
    for row, own in enumerate(lists):
        table[row, : len(own)] = own
    return table


def touched(matches: Matches, others: Matches) -> Bools:
    """Return which matches share a letter with another of the same owner.

    Args:
        matches: The matches.
        others: What may touch them.
    """
    found = np.zeros(len(matches.rows), np.bool_)
    owners = int(max(matches.owners.max(initial=0), others.owners.max(initial=0))) + 1
    keys, wanted = (each.rows * owners + each.owners for each in (others, matches))
    others, keys = others.take(np.argsort(keys, kind="stable")), np.sort(keys)
    low, high = (np.searchsorted(keys, wanted, side=side) for side in ("left", "right"))
    for i in np.flatnonzero(high > low).tolist():
        here = slice(int(low[i]), int(high[i]))
        found[i] = bool(((others.begins[here] < matches.ends[i]) & (matches.begins[i] < others.ends[here])).any())
    return found


def _length(begin: Beginning) -> int:
    """Return how long a match is that a run of letters tells by itself; -1 where a regular expression has to."""
    first = FirstRun.of(begin.word)
    literal = begin.word.strip("*")
    return -1 if first is None or begin.gaps or first.letters != literal else len(literal)


def _order(begins: Iterable[Beginning]) -> Iterator[int]:
    sizes: dict[int, int] = {}
    for begin in begins:
        yield sizes.setdefault(min(len(begin.literal), _ORDERED), len(sizes))
