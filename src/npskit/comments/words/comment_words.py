"""The words of many comments, in their order: which are one word, which are negated, which stand side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Frozen
from npskit.comments.patterns import BETWEEN, quotation, said_beside
from npskit.comments.words.negated import (
    BEHIND,
    FUNCTION,
    NEGATION,
    PARTICLE,
    STOP,
    WORD,
    Phrases,
    PhraseWords,
    words_of,
)
from npskit.comments.words.splitting import is_stop, pieces
from npskit.comments.words.spoken import UNKNOWN_LANGUAGE, guessed_languages, told_languages
from npskit.comments.words.stems import NEGATED, Keys, Stemmer, is_negation, of_language, small, snowball
from npskit.comments.words.unspaced import segmenter, side_by_side
from npskit.data import UNSPACED, number, slices
from npskit.errors import InvalidTypeError, failed, quoted

Tokenizer: TypeAlias = Callable[[str], Sequence[str]]

_BLOCK = 20_000  # comments that are split at once


@attrs.frozen(eq=False)
class CommentWords(Frozen):
    """The words of comments, in their order.

    Args:
        comments: How many comments there are.
        rows: The comment of each word, ascending, shape `(words,)`.
        terms: Which term each is: words that are compared as one, shape `(words,)`.
        content: Whether it has a matter of its own: not "the", "and", shape `(words,)`.
        follows: Whether it stands directly behind the one before it, in the same phrase, shape `(words,)`.
        forms: Which of `written` each word is, shape `(words,)`.
        written: Words as they are written; a negated one with its "not".
        names: Each term as it is written most often, shape `(terms,)`; "not good" where it is negated.
        keys: What the words of each term have in common, the stem without accents; never to be shown.
        term_languages: The language of each term; the same letters are another word in another language.
        spoken: The language of each comment, by its place among `languages`, shape `(comments,)`.
        languages: The languages, `""` for one that is not known.
        guessed: Of which comments the language was guessed, shape `(comments,)`.
        stemmed: Whether words were stemmed at all.
        in_characters: Whether words of scripts without spaces are runs of characters, since budoux is not installed.
    """

    comments: int
    rows: Codes
    terms: Codes
    content: Bools
    follows: Bools
    forms: Codes
    written: tuple[str, ...]
    names: tuple[str, ...]
    keys: tuple[str, ...]
    term_languages: tuple[str, ...]
    spoken: Codes
    languages: tuple[str, ...]
    guessed: Bools
    stemmed: bool
    in_characters: bool

    def take(self, kept: Bools) -> CommentWords:
        """Return the words of some comments: True for each to keep, shape `(comments,)`."""
        places, own = np.cumsum(kept) - 1, kept[self.rows]
        parts = {name: getattr(self, name)[own] for name in ("terms", "content", "follows", "forms")}
        return attrs.evolve(
            self,
            comments=int(kept.sum()),
            rows=places[self.rows[own]],
            spoken=self.spoken[kept],
            guessed=self.guessed[kept],
            **parts,
        )

    def by_language(self) -> dict[str, int]:
        """Return how many comments are in each language, the most first."""
        counts = np.bincount(self.spoken, minlength=len(self.languages)).tolist()
        there = [(language, count) for language, count in zip(self.languages, counts, strict=True) if count]
        return dict(sorted(there, key=lambda each: (-each[1], each[0])))


@attrs.frozen(eq=False)
class _Split(Frozen):
    """What comments are made of: the comment of each piece, which of `texts` it is, and what each text is."""

    rows: Codes
    codes: Codes
    texts: tuple[str, ...]
    stops: Bools


def read_comments(
    comments: Sequence[str],
    languages: Sequence[str | None] | None = None,
    *,
    tokenizer: Tokenizer | None = None,
    stemmer: Stemmer | None = None,
    names: bool | Iterable[str] = False,
) -> CommentWords:
    """Return the words of comments, but for addresses of e-mail and numbers of telephones, cards and accounts.

    Words are compared without case and accents and by their stems (Snowball, where installed), stretched ones ("sooo")
    as they are; a word that is negated is another word. Those of scripts without spaces are found by budoux, where it
    is installed. Nothing of this is shown: of each term there is the written form that is met most often.

    Args:
        comments: The comments.
        languages: The language of each, as `"de"`, `"de-AT"` or `"German"`; None, or where one is None: guessed.
        tokenizer: Your own, a function from a comment, where lines end in place of what is masked, to its words;
            negations are then yours, too.
        stemmer: Your own, a function from a word in small letters to its stem.
        names: Names that are no words either, as for `masked`.

    Raises:
        InvalidTypeError: If the tokenizer or the stemmer returns something else.
        NpskitError: If one of them fails; the message names the comment or the word.

    Example:
        >>> found = read_comments(["The rooms were not clean", "Clean ROOM", "das Zimmer war nicht sauber"])
        >>> found.names
        ('The', 'rooms', 'were', 'Clean', 'not clean', 'das', 'Zimmer', 'war', 'nicht sauber')
        >>> found.by_language()
        {'en': 2, 'de': 1}
    """
    said = [said_beside(comment, names) for comment in comments]
    split = _split(said) if tokenizer is None else _split_by(said, tokenizer)
    smalls = tuple(map(small, split.texts))
    spoken, known, guessed = _spoken(split, smalls, languages, len(comments))
    guessed = guessed & np.array([language != UNKNOWN_LANGUAGE for language in known], dtype=np.bool_)[spoken]
    words = _words(split, smalls, spoken, known, plain=tokenizer is not None)
    forms, texts = _forms(words, split.texts)
    terms, names, found = _terms(words, forms, texts, spoken, known, Keys(frozenset(smalls), stemmer))
    return CommentWords(
        len(comments),
        words.rows,
        terms,
        words.content,
        words.follows,
        forms,
        tuple(texts),
        names,
        tuple(key for key, _ in found),
        tuple(language for _, language in found),
        spoken,
        tuple(known),
        guessed,
        stemmed=stemmer is not None or snowball() is not None,
        in_characters=tokenizer is None and segmenter() is None and any(map(UNSPACED.search, split.texts)),
    )


def tokens(comment: str, language: str | None = None) -> list[str]:
    """Return the words of a comment as they are written, a negated one with its "not".

    Example:
        >>> tokens("Das Zimmer war NICHT sauber, leider sooo laut!")
        ['Das', 'Zimmer', 'war', 'NICHT sauber', 'leider', 'sooo', 'laut']
        >>> tokens("อาหารไม่อร่อย"), tokens("ne fonctionne pas")
        (['อาหาร', 'ไม่อร่อย'], ['ne', 'fonctionne pas'])
    """
    split = _split([comment])
    smalls = tuple(map(small, split.texts))
    spoken, known, _ = _spoken(split, smalls, [language], 1)
    forms, texts = _forms(_words(split, smalls, spoken, known), split.texts)
    return [texts[form] for form in forms.tolist()]


def _split(comments: Sequence[str]) -> _Split:
    """Return what comments are made of, block by block: words are short-lived, numbers stay."""
    index: dict[str, int] = {BETWEEN: 0}
    blocks = []
    for at in slices(len(comments), _BLOCK):
        found = pieces(comments[at])
        for piece in dict.fromkeys(found):
            index.setdefault(piece, len(index))
        blocks.append(np.fromiter(map(index.__getitem__, found), np.intp, len(found)))
    codes = np.concatenate(blocks) if blocks else np.empty(0, dtype=np.intp)
    rows = np.cumsum(codes == 0)
    kept = codes != 0
    texts = tuple(index)[1:]
    return _Split(rows[kept], codes[kept] - 1, texts, np.fromiter(map(is_stop, texts), np.bool_, len(texts)))


def _split_by(comments: Sequence[str], tokenizer: Tokenizer) -> _Split:
    """Return the same by a tokenizer of the user's own, which is asked once for each distinct comment."""
    which, distinct = number(comments)
    listed = [_own_words(tokenizer, comment) for comment in distinct]
    sizes = np.array([len(words) for words in listed], dtype=np.intp)
    own, texts = number([word for words in listed for word in words])
    starts = np.cumsum(sizes) - sizes
    rows = np.repeat(np.arange(len(comments)), sizes[which])
    within = np.arange(len(rows)) - np.repeat(np.cumsum(sizes[which]) - sizes[which], sizes[which])
    return _Split(rows, own[starts[which][rows] + within], tuple(texts), np.zeros(len(texts), dtype=np.bool_))


def _own_words(tokenizer: Tokenizer, comment: str) -> list[str]:
    try:
        found: Any = tokenizer(comment)
        listed = [] if isinstance(found, str) else list(found)
    except Exception as error:
        raise failed(f"tokenizer failed at the comment {quotation(comment)}", error) from error
    if isinstance(found, str) or not all(isinstance(word, str) and word.strip() for word in listed):
        raise InvalidTypeError(f"tokenizer must return a list of words: got {quoted(found)} for {quotation(comment)}")
    return listed


def _spoken(
    split: _Split, smalls: Sequence[str], languages: Sequence[str | None] | None, comments: int
) -> tuple[Codes, list[str], Bools]:
    """Return the language of each comment, the languages, and where it was guessed."""
    words = ~split.stops[split.codes]
    guess = guessed_languages(split.rows[words], split.codes[words], smalls, comments)
    return (*guess, np.ones(comments, dtype=np.bool_)) if languages is None else told_languages(languages, guess)


def _words(
    split: _Split, smalls: Sequence[str], spoken: Codes, languages: Sequence[str], *, plain: bool = False
) -> PhraseWords:
    """Return the words of comments; `plain`, as a tokenizer gave them: none negated, all with a matter of their own."""
    kinds = np.full((len(languages), len(smalls)), WORD, dtype=np.intp)
    for i, language in enumerate([] if plain else languages):
        known = of_language(language)
        kinds[i, [word in known.function for word in smalls]] = FUNCTION
        kinds[i, [word in known.particles for word in smalls]] = PARTICLE
        kinds[i, [is_negation(word, language) for word in smalls]] = BEHIND if known.behind else NEGATION
    kinds[:, split.stops] = STOP
    return words_of(Phrases(split.rows, split.codes, kinds[spoken[split.rows], split.codes]))


def _forms(words: PhraseWords, texts: Sequence[str]) -> tuple[Codes, list[str]]:
    """Return which written form each word has, and these forms: the texts, then those with a negation."""
    at = np.flatnonzero(words.negations >= 0)
    beside = np.stack([words.codes[at], words.negations[at], words.behind[at]], axis=1)
    distinct, which = np.unique(beside, axis=0, return_inverse=True)
    forms = words.codes.copy()
    forms[at] = len(texts) + which.reshape(-1)
    joined = ((texts[word], texts[negation], behind) for word, negation, behind in distinct.tolist())
    return forms, [
        *texts,
        *(side_by_side(word, no) if behind else side_by_side(no, word) for word, no, behind in joined),
    ]


def _terms(
    words: PhraseWords, forms: Codes, texts: Sequence[str], spoken: Codes, languages: Sequence[str], keys: Keys
) -> tuple[Codes, tuple[str, ...], list[tuple[str, str]]]:
    """Return which term each word is, the terms as they are written most often, and their keys with the language."""
    spelled = spoken[words.rows] * len(texts) + forms  # a form of a language
    there, first, spelled, counts = np.unique(spelled, return_index=True, return_inverse=True, return_counts=True)
    spoken_in = [languages[i] for i in (there // max(len(texts), 1)).tolist()]
    written = [texts[i] for i in (there % max(len(texts), 1)).tolist()]
    bare = [texts[i] for i in words.codes[first].tolist()]
    found = _keys_of(list(zip(bare, spoken_in, strict=True)), counts, keys)
    no = (words.negations[first] >= 0).tolist()
    marked = [NEGATED + key if negated else key for key, negated in zip(found, no, strict=True)]
    terms, distinct = number(list(zip(marked, spoken_in, strict=True)))
    # the most frequent form of each term; of two as frequent that in small letters, and with accents
    order = sorted(
        range(len(written)),
        key=lambda i: (-counts[i], written[i] != small(written[i]), written[i].isascii(), written[i]),
    )
    names: dict[int, str] = {}
    for i in order:
        names.setdefault(int(terms[i]), written[i])
    return terms[spelled], tuple(names[i] for i in range(len(distinct))), distinct


def _keys_of(spelled: Sequence[tuple[str, str]], counts: Codes, keys: Keys) -> list[str]:
    """Return the key of each word of a language; one typed without accents has that of the word with them."""
    known = {each: keys.key(*each) for each in dict.fromkeys(spelled)}
    plain: dict[tuple[str, str], str] = {}
    for i in np.argsort(-counts, kind="stable").tolist():
        word, language = spelled[i]
        if not word.isascii() and (typed := keys.plain_key(word, language)) != known[spelled[i]]:
            plain.setdefault((typed, language), known[spelled[i]])
    return [plain.get((known[each], each[1]), known[each]) if each[0].isascii() else known[each] for each in spelled]
