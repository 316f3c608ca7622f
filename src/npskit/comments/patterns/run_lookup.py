"""Runs of letters by what begins in them: exactly, with an open end, or anywhere inside."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen
from npskit.comments.patterns.comment_patterns import FirstRun

_KEPT = 1 << 17  # words whose answer is remembered
_FIRST = 3


@attrs.frozen(eq=False)
class RunEntries(Frozen):
    """What begins in each of some words.

    Args:
        sizes: How much begins in each word, shape `(words,)`.
        firsts: Where its entries begin among all.
        numbers: What begins, entry by entry.
        offsets: Where in the word.
    """

    sizes: Codes
    firsts: Codes
    numbers: Codes
    offsets: Codes

    def expanded(self, words: Codes) -> tuple[Codes, Codes, Codes]:
        """Return all that begins in some words: which of these, what, and where in the word."""
        sizes = self.sizes[words]
        which = np.repeat(np.arange(len(words)), sizes)
        entries = np.arange(len(which)) + np.repeat(self.firsts[words] - (np.cumsum(sizes) - sizes), sizes)
        return which, self.numbers[entries], self.offsets[entries]


@attrs.frozen(eq=False)
class RunTable(Frozen):
    """Which of some words belong to which sets.

    Args:
        places: The row of each word in `belongs`, shape `(words,)`; the last for those that are in none.
        belongs: Whether the words of a row belong to a set, shape `(rows, sets)`.
    """

    places: Codes
    belongs: Bools

    def has(self, sets: Codes, words: Codes) -> Bools:
        """Whether each word belongs to its set."""
        return self.belongs[self.places[words], sets]

    def all_met(self, sets: Codes) -> Bools:
        """Whether each of the sets of a row, -1 for none, has a word at all."""
        met = np.append(self.belongs.any(axis=0), True)
        return np.asarray(met[sets].all(axis=1))


class RunLookup:
    """Finds what begins in a word.

    Args:
        runs: How each thing begins, by its number; several may begin alike.
    """

    def __init__(self, runs: Iterable[tuple[FirstRun, int]]) -> None:
        self._whole: dict[str, list[int]] = {}
        self._open: dict[str, list[int]] = {}
        self._ending: dict[str, list[int]] = {}
        self._inside: dict[str, dict[str, list[int]]] = {}
        self._size = 0
        for run, number in runs:
            self._size = max(self._size, number + 1)
            if run.inside and run.goes_on:
                near = self._inside.setdefault(run.letters[:_FIRST], {})
                near.setdefault(run.letters, []).append(number)
                continue
            table = self._ending if run.inside else self._open if run.goes_on else self._whole
            table.setdefault(run.letters, []).append(number)
        self._longest = max(map(len, (*self._open, *self._ending)), default=0)
        self._known: dict[str, tuple[list[int], list[int]]] = {}

    def of(self, words: Sequence[str], wanted: Bools | None = None) -> RunEntries:
        """Return what begins in each word.

        Args:
            words: The words.
            wanted: What is asked about, by its number; None for all.

        Example:
            >>> found = RunLookup([(FirstRun("art", True, True), 7), (FirstRun("part", False, False), 8)])
            >>> entries = found.of(["part", "arty", "fine"])
            >>> entries.sizes.tolist(), entries.numbers.tolist(), entries.offsets.tolist()
            ([2, 1, 0], [8, 7, 7], [0, 1, 0])
        """
        if len(self._known) > _KEPT:
            self._known.clear()
        found = []
        for word in words:
            own = self._known.get(word)
            if own is None:
                own = self._known[word] = self._entries(word)
            found.append(own)
        sizes = np.fromiter((len(numbers) for numbers, _ in found), np.intp, len(found))
        numbers, offsets = (
            np.fromiter((each for own in found for each in own[i]), np.intp, int(sizes.sum())) for i in (0, 1)
        )
        if wanted is not None:
            kept = wanted[numbers]
            sizes = np.bincount(np.repeat(np.arange(len(words)), sizes)[kept], minlength=len(words))
            numbers, offsets = numbers[kept], offsets[kept]
        return RunEntries(sizes, np.cumsum(sizes) - sizes, numbers, offsets)

    def table(self, words: Sequence[str]) -> RunTable:
        """Return which words belong to what they may begin with, each number taken for a set."""
        entries = self.of(words)
        any_ = entries.sizes > 0
        places = np.where(any_, np.cumsum(any_) - 1, int(any_.sum()))
        belongs = np.zeros((int(any_.sum()) + 1, self._size), np.bool_)
        belongs[np.repeat(places, entries.sizes), entries.numbers] = True
        return RunTable(places, belongs)

    def _entries(self, word: str) -> tuple[list[int], list[int]]:
        """Return what begins in a word, and where."""
        numbers = list(self._whole.get(word, ()))
        offsets = [0] * len(numbers)

        def found(own: Sequence[int], offset: int) -> None:
            numbers.extend(own)
            offsets.extend([offset] * len(own))

        for size in range(1, min(len(word), self._longest) + 1):
            if word[:size] in self._open:
                found(self._open[word[:size]], 0)
            if word[-size:] in self._ending:
                found(self._ending[word[-size:]], len(word) - size)
        for offset in range(len(word) if self._inside else 0):
            for size in range(1, _FIRST + 1):
                for letters, own in self._inside.get(word[offset : offset + size], {}).items():
                    if word.startswith(letters, offset):
                        found(own, offset)
                if offset + size >= len(word):
                    break
        return numbers, offsets
