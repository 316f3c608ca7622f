"""Words for "not" kept with the word that they negate, and which words stand side by side in a phrase."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen

STOP, WORD, FUNCTION, NEGATION, BEHIND, PARTICLE = range(6)
"""Kinds of what a comment is made of: the end of a phrase; words; words without a matter of their own; words for "not",
those that also stand behind what they negate ("funktioniert nicht"); and French "ne", which announces one."""
# So many words without a matter of their own may stand between "not" and its word: "not a very clean room".
_BETWEEN = 3


@attrs.frozen(eq=False)
class Phrases(Frozen):
    """What comments are made of, in order.

    Args:
        rows: The comment of each piece, ascending, shape `(pieces,)`.
        codes: Which text it is.
        kinds: Which kind it is.
    """

    rows: Codes
    codes: Codes
    kinds: Codes


@attrs.frozen(eq=False)
class PhraseWords(Frozen):
    """The words of phrases, in order; a word for "not" is no word where it goes with another.

    Args:
        rows: The comment of each word, ascending, shape `(words,)`.
        codes: Which text it is.
        negations: The text that negates it, -1 where none does.
        behind: Whether that stands behind it.
        content: Whether it has a matter of its own.
        follows: Whether it stands directly behind the one before it, in the same phrase.
    """

    rows: Codes
    codes: Codes
    negations: Codes
    behind: Bools
    content: Bools
    follows: Bools


def words_of(phrases: Phrases) -> PhraseWords:
    """Return the words of phrases, those that are negated with their negation."""
    rows, codes, kinds = phrases.rows, phrases.codes, phrases.kinds
    negations = np.full(len(codes), -1, dtype=np.intp)
    at = np.flatnonzero((kinds == NEGATION) | (kinds == BEHIND))
    target = _targets(rows, kinds, at)
    found = np.flatnonzero(target >= 0)
    _, first = np.unique(target[found], return_index=True)
    found = found[first]
    negations[target[found]] = codes[at[found]]
    behind = np.zeros(len(codes), dtype=np.bool_)
    behind[target[found]] = target[found] < at[found]
    kept = kinds != STOP
    kept[at[found]] = False
    phrase = np.cumsum(kinds == STOP)[kept]
    same = np.diff(phrase, prepend=-1) == 0
    same &= np.diff(rows[kept], prepend=-1) == 0
    content = (kinds == WORD) | (negations >= 0)
    return PhraseWords(rows[kept], codes[kept], negations[kept], behind[kept], content[kept], same)


def _targets(rows: Codes, kinds: Codes, at: Codes) -> Codes:
    """Return what each negation negates, -1 for nothing: the next word of its phrase, or the one before it."""

    def kind(place: Codes) -> Codes:
        inside = (place >= 0) & (place < len(rows))
        place = np.where(inside, place, 0)
        return np.where(inside & (rows[place] == rows[at]), kinds[place], STOP)

    def next_word(step: int) -> Codes:
        place = at + step
        for _ in range(_BETWEEN):
            place = np.where(kind(place) == FUNCTION, place + step, place)
        return np.where(kind(place) == WORD, place, -1)

    if not len(at):
        return at
    ahead = next_word(1)
    back = np.where(kinds[at] == BEHIND, next_word(-1), -1)
    announced = (kind(at - 2) == PARTICLE) & (kind(at - 1) == WORD)  # ne fonctionne pas
    alone = np.where(kind(at + 1) == FUNCTION, at + 1, -1)  # never again
    found = np.where(announced, at - 1, ahead)
    found = np.where(found < 0, back, found)
    return np.where(found < 0, alone, found)
