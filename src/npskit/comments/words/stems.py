"""Which words are one: by their stems, without accents, as they are typed."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Collection
from typing import Any, TypeAlias

from npskit.comments.patterns import folded, well_typed
from npskit.comments.words.language_words import LANGUAGE_WORDS, STEMMERS, LanguageWords
from npskit.errors import InvalidTypeError, MissingDependencyError, failed, optional, quoted

Stemmer: TypeAlias = Callable[[str], str]

_STRETCHED = re.compile(r"([^\W\d_])\1\1+")
_GENDERED = re.compile(r"[:*/].*")
_CLITIC = re.compile(r"'(?:s|t|re|ve|ll|d|m)$")
# Begins the key of a word that has no stem, and of one that is negated.
_APART, NEGATED = "=", "\u00ac"
_NOT_POLISH = re.compile("nie(?=.{4})")
_NONE = LanguageWords("", "")


def small(word: str) -> str:
    """Return a word in small letters, composed.

    Example:
        >>> small("FRU\u0308HSTU\u0308CK")
        'frühstück'
    """
    return unicodedata.normalize("NFC", well_typed(word.casefold()))


def of_language(language: str) -> LanguageWords:
    """Return what is known of a language's words."""
    return LANGUAGE_WORDS.get(language, _NONE)


def is_negation(word: str, language: str) -> bool:
    """Whether a word in small letters negates another.

    Example:
        >>> is_negation("don't", "en"), is_negation("nie", "pl"), is_negation("nie", "en")
        (True, True, False)
    """
    known = of_language(language).negations
    return word in known or ("*n't" in known and word.endswith("n't"))


@functools.cache
def snowball() -> Any | None:
    """Return snowballstemmer, None where it is not installed."""
    try:
        return optional("snowballstemmer", "word stems", "text")
    except MissingDependencyError:
        return None


@functools.cache
def _stemmer(language: str) -> Stemmer | None:
    package = snowball()
    if package is None or STEMMERS.get(language) not in package.algorithms():
        return None
    stem: Stemmer = package.stemmer(STEMMERS[language]).stemWord
    return stem


@functools.cache
def _apart(language: str) -> dict[str, str]:
    groups = (group.split() for group in of_language(language).apart)
    return {word: group[0] for group in groups for word in group}


class Keys:
    """Keys of words: words of one key are compared as one. They are never shown.

    Args:
        known: Words in small letters that are seen among others: a stretched word may be one of them.
        stemmer: The user's own, a function from a word in small letters to its stem; default Snowball's.
    """

    def __init__(self, known: Collection[str] = (), stemmer: Stemmer | None = None) -> None:
        self._known, self._own = known, stemmer
        self._found: dict[tuple[str, str], str] = {}

    def key(self, word: str, language: str) -> str:
        """Return the key of a word of a language.

        Example:
            >>> keys = Keys()
            >>> [keys.key(word, "de") for word in ("Nichte", "Frühstücke", "FRUEHSTUECK", "Mitarbeiter:innen")]
            ['=nichte', 'fruhstuck', 'fruhstuck', 'mitarbeit']
        """
        given = small(word), language
        if given not in self._found:  # most are met in small letters and with a capital
            self._found[given] = " ".join(self._key(part, language) for part in given[0].split()) or given[0]
        return self._found[given]

    def plain_key(self, word: str, language: str) -> str:
        """Return the key that a word has where it is written without accents, as many type it."""
        return self.key(folded(small(word)), language)

    def _key(self, word: str, language: str) -> str:
        word = self._unstretched(_GENDERED.sub("", word))
        apart = _apart(language).get(word)
        if apart or is_negation(word, language):
            return _APART + (apart or word)
        word = _CLITIC.sub("", word).replace("-", "")
        stem = self._stem(word, language)
        return folded(stem).replace(" ", "") or word

    def _unstretched(self, word: str) -> str:
        """Return a word without stretched letters: twice where that is a word that is seen, else once."""
        if not _STRETCHED.search(word):
            return word
        twice = _STRETCHED.sub(r"\1\1", word)
        return twice if twice in self._known else _STRETCHED.sub(r"\1", word)

    def _stem(self, word: str, language: str) -> str:
        if self._own is not None:
            return _own_stem(self._own, word)
        stem = _stemmer(language)
        if stem is None:
            return word
        begins = _NOT_POLISH.match(word) if language == "pl" else None
        return begins[0] + stem(word[len(begins[0]) :]) if begins else stem(word)


def _own_stem(stemmer: Stemmer, word: str) -> str:
    try:
        found = stemmer(word)
    except Exception as error:
        raise failed(f"stemmer failed at the word {quoted(word)}", error) from error
    if not isinstance(found, str):
        raise InvalidTypeError(f"stemmer must return a text: got {quoted(found)} for {quoted(word)}")
    return found
