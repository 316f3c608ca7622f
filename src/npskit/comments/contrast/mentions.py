"""Which terms, words and pairs of words, each of some comments mentions: each once, however often."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen, distinct
from npskit.comments.words import CommentWords, side_by_side


@attrs.frozen(eq=False)
class Mentions(Frozen):
    """Which documents mention which terms; a document is a comment, or what a customer wrote in several.

    Args:
        documents: Of each mention, ascending within a term, shape `(mentions,)`.
        terms: Which term, ascending; each mention once.
        names: The terms as they are written most often.
        parts: The two words of a pair by their places among the terms, -1 for a word, shape `(terms, 2)`.
        languages: The language of each term.
    """

    documents: Codes
    terms: Codes
    names: tuple[str, ...]
    parts: Codes
    languages: tuple[str, ...]

    @property
    def are_pairs(self) -> Bools:
        """Which terms are pairs, shape `(terms,)`."""
        return np.asarray(self.parts[:, 1] >= 0)

    def by_group(self, groups: Codes, size: int, weights: Floats | None = None) -> Floats:
        """Return how many documents of each group mention each term, or what they weigh: shape `(groups, terms)`.

        Args:
            groups: The group of each document.
            size: How many groups there are.
            weights: Of each document.
        """
        cells = groups[self.documents] * len(self.names) + self.terms
        each = None if weights is None else weights[self.documents]
        return np.bincount(cells, each, minlength=size * len(self.names)).reshape(size, -1).astype(np.float64)


def mentions_of(words: CommentWords, documents: Codes, least: int) -> Mentions:
    """Return which documents mention which words and pairs, of those that enough mention.

    Words without a matter of their own are no terms, and no part of a pair.

    Args:
        words: The words of comments.
        documents: The document that each comment belongs to, from 0 on.
        least: How many documents must mention a term.
    """
    own = documents[words.rows]
    content = np.flatnonzero(words.content)
    of_words = _distinct(own[content], words.terms[content], len(words.names))
    second = content[words.follows[content]]
    second = second[words.content[second - 1]]
    pairs = words.terms[second - 1] * len(words.names) + words.terms[second]
    kinds, which = np.unique(pairs, return_inverse=True)
    of_pairs = _distinct(own[second], which.reshape(-1), len(kinds))
    word_terms, at_words = _frequent(*of_words, len(words.names), least)
    pair_terms, at_pairs = _frequent(*of_pairs, len(kinds), least)
    sides = np.stack(np.divmod(kinds[pair_terms], max(len(words.names), 1)), axis=1)
    place = np.full(len(words.names), -1, dtype=np.intp)
    place[word_terms] = np.arange(len(word_terms))
    names = [words.names[term] for term in word_terms.tolist()]
    names += _pair_names(words, second, which.reshape(-1), pair_terms)
    return Mentions(
        np.concatenate([at_words[0], at_pairs[0]]),
        np.concatenate([at_words[1], at_pairs[1] + len(word_terms)]),
        tuple(names),
        np.concatenate([np.full((len(word_terms), 2), -1), place[sides]]),
        tuple(words.term_languages[term] for term in [*word_terms.tolist(), *sides[:, 0].tolist()]),
    )


def _pair_names(words: CommentWords, second: Codes, pairs: Codes, wanted: Codes) -> list[str]:
    """Return pairs as they are written most often.

    Args:
        words: The words of comments.
        second: The second words of pairs.
        pairs: Which pair each is.
        wanted: The pairs asked about, ascending.
    """
    size = max(len(words.written), 1)
    own = np.flatnonzero(np.isin(pairs, wanted))
    forms = words.forms[second[own] - 1] * size + words.forms[second[own]]
    spelled, counts = np.unique(np.stack([pairs[own], forms]), axis=1, return_counts=True)
    order = np.lexsort([spelled[1], -counts, spelled[0]])
    first = order[np.unique(spelled[0][order], return_index=True)[1]]
    sides = np.stack(np.divmod(spelled[1][first], size), axis=1)
    return [side_by_side(words.written[a], words.written[b]) for a, b in sides.tolist()]


def _distinct(documents: Codes, terms: Codes, size: int) -> tuple[Codes, Codes]:
    """Return each document and term that go together once, by document."""
    found = distinct(documents * max(size, 1) + terms)
    return found // max(size, 1), found % max(size, 1)


def _frequent(documents: Codes, terms: Codes, size: int, least: int) -> tuple[Codes, tuple[Codes, Codes]]:
    """Return the terms that enough documents have, and documents and terms, renumbered, by term."""
    counts = np.bincount(terms, minlength=size)
    wanted = np.flatnonzero(counts >= least)
    place = np.full(size, -1, dtype=np.intp)
    place[wanted] = np.arange(len(wanted))
    kept = place[terms] >= 0
    documents, terms = documents[kept], place[terms[kept]]
    order = np.argsort(terms, kind="stable")
    return wanted, (documents[order], terms[order])
