"""Which language each comment is in: guessed by its script and by words that stand in any comment."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from npskit.arrays import Bools, Codes
from npskit.comments.words.language_words import LANGUAGE_WORDS, SCRIPTS
from npskit.comments.words.stems import is_negation
from npskit.data import find_language, number

# Nothing is known of it: no stems, no words for "not".
UNKNOWN_LANGUAGE = ""
# Japanese has Chinese characters, too; a few of its own tell.
_KANA_TELLS = 10


def guessed_languages(rows: Codes, codes: Codes, words: Sequence[str], comments: int) -> tuple[Codes, list[str]]:
    """Return the language of each comment; where nothing tells, that of most others.

    Args:
        rows: The comment of each word, ascending.
        codes: Which of `words` each is.
        words: The distinct words in small letters.
        comments: How many comments there are.

    Returns:
        The code of each comment's language, shape `(comments,)`, and the languages: only those that there are.

    Example:
        >>> words = ["the", "room", "nicht", "gut"]
        >>> codes, languages = guessed_languages(np.array([0, 0, 1, 1, 2]), np.array([0, 1, 2, 3, 3]), words, 3)
        >>> [languages[code] for code in codes]
        ['en', 'de', 'en']
    """
    best, most = np.zeros(comments, dtype=np.intp), np.zeros(comments)
    languages = [UNKNOWN_LANGUAGE]
    counts = np.bincount(codes, minlength=len(words))
    signs = [(language, weights) for language, weights in _signs(words) if weights.any()]
    for language, weights in sorted(signs, key=lambda each: -(counts @ each[1])):  # of two as likely the commoner
        score = np.bincount(rows, weights[codes], minlength=comments)
        better = score > most
        best[better], most[better] = len(languages), score[better]
        languages.append(language)
    found = np.bincount(best[most > 0], minlength=len(languages))
    latin = np.array([language in LANGUAGE_WORDS and language not in SCRIPTS for language in languages])
    best[most == 0] = np.argmax(found * latin) if (found * latin).any() else 0
    return _those_there(best, languages)


def told_languages(told: Sequence[str | None], guessed: tuple[Codes, list[str]]) -> tuple[Codes, list[str], Bools]:
    """Return the language of each comment as it is told, else as it was guessed, and where it was.

    Args:
        told: The language of each comment as a column has it: `"de-AT"`, `"German"`.
        guessed: What `guessed_languages` returned.
    """
    codes, texts = number(told)
    found = [None if text is None else find_language(str(text)) for text in texts]
    tags = [None if tag is None else tag.split("-")[0] for tag in found]
    languages = list(dict.fromkeys([*guessed[1], *(tag for tag in tags if tag is not None)]))
    places = np.array([-1 if tag is None else languages.index(tag) for tag in tags], dtype=np.intp)[codes]
    unsaid = places < 0
    return *_those_there(np.where(unsaid, guessed[0], places), languages), unsaid


def _signs(words: Sequence[str]) -> Iterator[tuple[str, np.ndarray]]:
    """Yield languages with what each word says for them."""
    for language, known in LANGUAGE_WORDS.items():
        if language not in SCRIPTS:
            # a single letter is an initial as often as a word
            tells = [len(word) > 1 and (word in known.function or is_negation(word, language)) for word in words]
            yield language, np.array(tells, dtype=np.float64)
    beyond = {i: word for i, word in enumerate(words) if not word.isascii()}
    for language, characters in SCRIPTS.items():
        weights, script = np.zeros(len(words)), re.compile(f"[{characters}]")
        told = [i for i, word in beyond.items() if script.search(word)]
        weights[told] = _KANA_TELLS if language == "ja" else 1
        yield language, weights


def _those_there(codes: Codes, languages: Sequence[str]) -> tuple[Codes, list[str]]:
    there, again = np.unique(codes, return_inverse=True)
    return again.astype(np.intp), [languages[i] for i in there.tolist()]
