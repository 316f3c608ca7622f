"""Whether a comment complains, whatever the answer: a word or phrase of a list that a user edits, not negated."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.checks import of_kind
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.playbook.part_checks import failed
from npskit.followup.playbook.response_table import Table
from npskit.followup.playbook.steps import as_tuple
from npskit.results import excerpt

ComplaintsOf: TypeAlias = Callable[[str], bool]

# Scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_APART = re.compile(r"[^\w*]+")
# But for the two dots of an umlaut: "hätte" is a wish, "hatte" is not.
_ACCENTS = re.compile("[\u0300-\u0307\u0309-\u036f]")
# So many words may stand between a word for "not" and what it negates.
_REACH = 2


def _folded(text: str) -> str:
    """Return text as it is compared: without case, accents and marks, "didn't" as "did not"."""
    text = text.casefold().replace("’", "'").replace("n't", " not").replace("ł", "l")
    if not text.isascii():
        text = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))
        # marks of scripts such as Thai belong to their words, and are no letters to a pattern
        return " ".join(re.sub(r"[\s!-)+-/:-@\[-`{-~«»“”„…–—]+", " ", text).split())
    return " ".join(_APART.sub(" ", text).split())


def _are_words(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    for word in value:
        if not isinstance(word, str):
            raise InvalidTypeError(f"{field.name} must hold texts: got {quoted(word)} ({type(word).__name__})")
        bare = word.strip().removesuffix("*")
        if not bare.strip() or "*" in bare:
            raise InvalidValueError(
                f"{field.name}: {word!r} is no word: write a word or a phrase, with * only at its end, for any ending"
            )


@attrs.frozen
class ComplaintWords:
    """Words that make a comment a complaint, also beside a good answer: who complains is not asked for a review.

    Compared without case and accents. A word counts as a whole, with `*` at its end for any ending, and not where one
    of `negations` stands up to two words before it. In scripts without spaces, such as Thai, it counts anywhere, and
    not where a negation stands right before it.

    Args:
        words: `"dirty"`, `"disappoint*"`, `"could be better"`.
        contrast: Words that turn praise around, which no negation takes back: `"but"`, `"unfortunately"`.
        negations: `"no"`, `"never"`, `"without"`.
        harmless: Phrases that are looked away from first: `"not only"`, `"can't wait"`.

    Raises:
        InvalidTypeError, InvalidValueError: If a word is no text, is empty, or holds a `*` not at its end.

    Example:
        >>> words = ComplaintWords(words=["dirty", "problem*"], contrast=["but"], negations=["no", "never"])
        >>> [words(text) for text in ("Lovely, but loud", "No problems", "A dirty room", "Lovely")]
        [True, False, True, False]
    """

    words: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=_are_words)
    contrast: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=_are_words)
    negations: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=_are_words)
    harmless: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=_are_words)
    _index: _Index = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("words", "contrast", "negations", "harmless"):
            for word in getattr(self, name):
                if not _folded(word).strip("* "):
                    raise InvalidValueError(f"{name}: {word!r} is no word: write a word or a phrase")
        object.__setattr__(self, "_index", _Index.of(self))

    def __call__(self, comment: str) -> bool:
        """Whether a comment complains."""
        return self.found(comment) is not None

    def found(self, comment: str) -> str | None:
        """Return the first word that says so, as the list has it; None where there is none.

        Example:
            >>> ComplaintWords(words=["disappoint*"]).found("So DISAPPOINTING!")
            'disappoint*'
        """
        return self._index.found(_folded(of_kind(comment, str, "comment")))


@attrs.frozen
class _Entry:
    """A word or phrase: what each of its words is, or begins with."""

    words: tuple[str, ...]
    open_ended: bool
    negatable: bool
    said: str

    @classmethod
    def of(cls, said: str, negatable: bool = True) -> _Entry:
        """Return the entry of what stands in a list."""
        folded = _folded(said)
        return cls(tuple(folded.removesuffix("*").split()), folded.endswith("*"), negatable, said)

    def begins(self, tokens: Sequence[str], place: int) -> bool:
        """Whether it stands at a place of a text."""
        found = tuple(tokens[place : place + len(self.words)])
        if not self.open_ended or len(found) < len(self.words):
            return found == self.words
        return found[:-1] == self.words[:-1] and found[-1].startswith(self.words[-1])


_Entries: TypeAlias = dict[str, list[_Entry]]


def _sorted_out(entries: Iterable[_Entry]) -> _Entries:
    """Return entries by their first two letters."""
    found: _Entries = {}
    for entry in entries:
        found.setdefault(entry.words[0][:2], []).append(entry)
    return found


@attrs.frozen(eq=False)
class _Index:
    """The words, sorted out: those with spaces between them by their first letters, and those of other scripts."""

    spaced: _Entries
    unspaced: tuple[_Entry, ...]
    negations: frozenset[str]
    stuck: tuple[str, ...]
    harmless: _Entries
    harmless_unspaced: tuple[str, ...]

    @classmethod
    def of(cls, words: ComplaintWords) -> _Index:
        """Return the index of all words."""
        entries = [_Entry.of(word) for word in words.words] + [_Entry.of(word, False) for word in words.contrast]
        harmless = list(map(_Entry.of, words.harmless))
        negations = list(map(_folded, words.negations))
        return cls(
            _sorted_out(entry for entry in entries if not _UNSPACED.match(entry.words[0])),
            tuple(entry for entry in entries if _UNSPACED.match(entry.words[0])),
            frozenset(each for each in negations if not _UNSPACED.match(each)),
            tuple(each for each in negations if _UNSPACED.match(each)),
            _sorted_out(entry for entry in harmless if not _UNSPACED.match(entry.words[0])),
            tuple(" ".join(entry.words) for entry in harmless if _UNSPACED.match(entry.words[0])),
        )

    def found(self, text: str) -> str | None:
        """Return the first word that a folded text holds."""
        tokens = text.split()
        for place, token in enumerate(tokens):
            for entry in self.harmless.get(token[:2], ()):
                if entry.begins(tokens, place):
                    tokens[place : place + len(entry.words)] = ["."] * len(entry.words)
        for place, token in enumerate(tokens):
            for entry in self.spaced.get(token[:2], ()):
                if entry.begins(tokens, place) and not (entry.negatable and self._negated(tokens, place)):
                    return entry.said
        return None if text.isascii() else self._found_unspaced(text)

    def _negated(self, tokens: Sequence[str], place: int) -> bool:
        return not self.negations.isdisjoint(tokens[max(0, place - 1 - _REACH) : place])

    def _found_unspaced(self, text: str) -> str | None:
        for phrase in self.harmless_unspaced:
            text = text.replace(phrase, ".")
        for entry in self.unspaced:
            word = " ".join(entry.words)
            place = text.find(word)
            while place >= 0:
                if not (entry.negatable and text[:place].rstrip().endswith(self.stuck)):
                    return entry.said
                place = text.find(word, place + 1)
        return None


def complains(comment: str | None, urgency: int, judge: ComplaintsOf) -> bool:
    """Whether a comment complains: it is urgent, or a judge says so.

    Raises:
        InvalidValueError: If the judge fails.
    """
    if urgency or comment is None:
        return bool(urgency)
    try:
        return bool(judge(comment))
    except Exception as error:
        raise failed(f"complaints failed at the comment {excerpt(comment)}", error) from error


def complaints_of(table: Table, urgency: NDArray[np.int8], judge: ComplaintsOf, asked: Bools) -> Bools:
    """Return whether each comment complains; a judge is asked once for each distinct one of the rows asked for."""
    comments = table.comment
    found = urgency > 0
    if comments is not None:
        known: dict[str, bool] = {}
        for row in np.flatnonzero(asked & ~found & table.commented).tolist():
            text = str(comments[row])
            if text not in known:
                known[text] = complains(text, 0, judge)
            found[row] = known[text]
    return found
