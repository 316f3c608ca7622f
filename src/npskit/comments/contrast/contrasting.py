"""From the rows of a survey to who comments, and which words mark whom."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.comments.contrast.comment_lengths import length_z
from npskit.comments.contrast.commented import CommentedShare, Comments, MarkingWord
from npskit.comments.contrast.dirichlet_odds import informative_prior, log_odds
from npskit.comments.contrast.mentions import Mentions, mentions_of
from npskit.comments.words import CommentWords, quotation
from npskit.data import factorize_many
from npskit.inference import adjust, fisher_p_values, normal_p, normal_quantile, score_anova
from npskit.results import LEVEL, Interval
from npskit.sample import Places, Sample, difference_of, shares_of_rows

_LONGEST = 160  # letters of an example
_SHORTEST = 20  # of one that says something
_SAME = 1e-9
# A word of which this share of mentions stands in a pair that is listed is not listed beside it.
_COVERS = 0.9


@attrs.frozen
class HowWords:
    """What was asked of words.

    Args:
        level: Confidence level; words are listed whose adjusted p-value is at most 1 less this.
        most: How many words of each category are listed.
        least: How many comments must have a word for it to be looked at.
        examples: How many comments are shown for each.
        names: What is masked beside addresses and numbers; see `npskit.comments.words.masked`.
    """

    level: float = LEVEL
    most: int = 10
    least: int = 5
    examples: int = 2
    names: bool | Iterable[str] = False


@attrs.frozen(eq=False)
class CommentedRows(Frozen):
    """The rows of a survey with what was written.

    Args:
        sample: The rows.
        comments: What each says, None for nothing, shape `(rows,)`.
        words: The words of the rows that have a comment and are scored, in their order.
    """

    sample: Sample
    comments: Any
    words: CommentWords

    @property
    def scored(self) -> Bools:
        """Which rows have a comment and count in the score, shape `(rows,)`."""
        return wrote_and_scored(self.sample, self.comments)

    def take(self, kept: Bools) -> CommentedRows:
        """Return some of the rows: True for each to keep."""
        return CommentedRows(self.sample.take(kept), self.comments[kept], self.words.take(kept[self.scored]))


@attrs.frozen(eq=False)
class _Documents(Frozen):
    """Comments as they are compared.

    Args:
        of: The document of each comment, shape `(comments,)`.
        groups: The category of each document.
        lengths: How many words with a matter of their own each has.
        weights: What each weighs; None where all weigh alike.
        merged: Whether some are several comments of one customer.
    """

    of: Codes
    groups: Codes
    lengths: Codes
    weights: Floats | None
    merged: bool


def wrote_and_scored(sample: Sample, comments: Any) -> Bools:
    """Return which rows have a comment and count in the score, shape `(rows,)`."""
    wrote = np.array([comment is not None for comment in comments], dtype=np.bool_)
    return wrote & (sample.answers.categories >= 0)


def comments_of(rows: CommentedRows, how: HowWords, backend: str | None = None) -> Comments:
    """Return who comments, and which words mark each category.

    Args:
        rows: The rows.
        how: What was asked.
        backend: The dataframe library of the result.
    """
    sample, book = rows.sample, rows.sample.answers.codebook
    categories = sample.answers.categories
    wrote = np.array([comment is not None for comment in rows.comments], dtype=np.bool_)
    shares, p_value = _shares(sample, wrote, how.level)
    overall, _ = shares_of_rows(sample, wrote, Places(np.zeros(len(sample), dtype=np.intp), 1))
    measured, interval = difference_of(sample, wrote, how.level)
    commenting, silent = measured.estimate.mean.tolist()
    documents = _documents(sample, rows.scored, rows.words)
    mentions = mentions_of(rows.words, documents.of, how.least)
    own = np.flatnonzero(rows.scored)
    return Comments(
        book.name,
        int(rows.scored.sum()),
        float(overall.mean[0]),
        shares,
        p_value,
        commenting,
        silent,
        commenting - silent,
        interval,
        _marking(mentions, documents, book.categories, how, [rows.comments[row] for row in own.tolist()]),
        len(mentions.names),
        len(documents.groups),
        documents.merged,
        documents.weights is not None,
        rows.words.by_language(),
        int(rows.words.guessed.sum()),
        rows.words.stemmed,
        rows.words.in_characters,
        backend,
        sample.account(sample.count(Places(np.zeros(len(categories), dtype=np.intp), 1))),
    )


def _shares(sample: Sample, wrote: Bools, level: float) -> tuple[tuple[CommentedShare, ...], float]:
    """Return the share of each category that wrote, and the p-value that they are the same."""
    book, categories = sample.answers.codebook, sample.answers.categories
    places = Places(np.where(categories >= 0, categories, -1).astype(np.intp), len(book.categories))
    found, correlations = shares_of_rows(sample, wrote, places)
    low, high = found.interval(level, "score")
    p_value = float(score_anova(found.effective_counts(), found.category_scores, correlations).p_value)
    listed = []
    for k, name in enumerate(book.categories):
        here = categories == k
        share = Interval(float(low[k]), float(high[k]), level=level, method="score")
        listed.append(CommentedShare(name, int(here.sum()), int((here & wrote).sum()), float(found.mean[k]), share))
    return tuple(listed), p_value


def _documents(sample: Sample, scored: Bools, words: CommentWords) -> _Documents:
    """Return comments as documents: all that a customer wrote in a category is one."""
    categories = sample.answers.categories[scored].astype(np.intp)
    weights: Floats | None = None if sample.weights is None else sample.weights[scored]
    lengths = np.bincount(words.rows[words.content], minlength=words.comments)
    if sample.people is None:
        return _Documents(np.arange(len(categories)), categories, lengths, weights, merged=False)
    of, keys = factorize_many([sample.people[scored], categories])
    groups = np.array([category for _, category in keys], dtype=np.intp)
    if weights is not None:
        weights = np.bincount(of, weights, minlength=len(keys)).astype(np.float64)
    lengths = np.bincount(of, lengths, minlength=len(keys)).astype(np.intp)
    return _Documents(of, groups, lengths, weights, merged=len(keys) < len(categories))


def _marking(
    mentions: Mentions, documents: _Documents, categories: tuple[str, ...], how: HowWords, comments: list[str]
) -> tuple[MarkingWord, ...]:
    """Return the words that mark each category."""
    size = len(categories)
    if len(mentions.names) < 2:  # of a single word there are no odds
        return ()
    counts = mentions.by_group(documents.groups, size)
    totals = np.bincount(documents.groups, minlength=size)
    rates = _rates(mentions, documents, size)
    rest = counts.sum(axis=0) - counts
    p = np.array([fisher_p_values(counts[k], rest[k], totals[k], totals.sum() - totals[k]) for k in range(size)])
    by_length = length_z(counts, documents.groups, documents.lengths)
    q = np.maximum(*(adjust(each.reshape(-1), "bh").reshape(p.shape) for each in (p, normal_p(by_length))))
    q = np.where(by_length > 0, q, 1.0)
    quantile = float(normal_quantile(how.level))
    found = []
    for k, category in enumerate(categories):
        odds = log_odds(counts[k], rest[k], informative_prior(counts[k], rest[k]))
        delta, z = odds.delta, odds.z
        marks = _marks(mentions, counts[k], delta, (q[k] <= 1 - how.level) & (z >= quantile))
        # by Fisher's test: z of a word that stands nowhere else is small, since its log-odds there are hardly known
        order = sorted(np.flatnonzero(marks).tolist(), key=lambda t: (p[k, t], -z[t], mentions.names[t]))[: how.most]
        for t in order:
            rate, elsewhere = float(rates[0][k, t]), float(rates[1][k, t])
            found.append(
                MarkingWord(
                    category,
                    mentions.names[t],
                    mentions.languages[t],
                    int(counts[k, t]),
                    rate,
                    elsewhere,
                    rate - elsewhere,
                    float(delta[t]),
                    float(z[t]),
                    float(p[k, t]),
                    float(q[k, t]),
                    _examples(mentions, documents, (t, k), comments, how),
                )
            )
    return tuple(found)


def _rates(mentions: Mentions, documents: _Documents, size: int) -> tuple[Floats, Floats]:
    """Return which share of each category's documents, and of all others', mentions each term: by weight."""
    weighed = mentions.by_group(documents.groups, size, documents.weights)
    totals = np.bincount(documents.groups, documents.weights, minlength=size)[:, np.newaxis]
    with np.errstate(invalid="ignore", divide="ignore"):
        return weighed / totals, (weighed.sum(axis=0) - weighed) / (totals.sum() - totals)


def _marks(mentions: Mentions, own: Floats, delta: Floats, sure: Bools) -> Bools:
    """Return which of the terms that are sure are listed: pairs only where they say more than their words.

    Args:
        mentions: Which documents mention which terms.
        own: Mentions of each term in the category.
        delta: Its log-odds.
        sure: Whether it marks the category.
    """
    pairs = mentions.are_pairs
    listed = sure & (~pairs | (delta >= np.where(pairs, delta[mentions.parts].max(axis=1), 0) - _SAME))
    shown = np.flatnonzero(listed & pairs)
    for part in mentions.parts[shown].T:
        listed[part[own[shown] >= _COVERS * own[part]]] = False
    return np.asarray(listed)


def _examples(
    mentions: Mentions, documents: _Documents, wanted: tuple[int, int], comments: list[str], how: HowWords
) -> tuple[str, ...]:
    """Return comments of a category that mention a term: the first that are neither too short nor too long."""
    term, category = wanted
    low, high = np.searchsorted(mentions.terms, [term, term + 1])
    own = mentions.documents[low:high]
    rows = np.flatnonzero(np.isin(documents.of, own[documents.groups[own] == category]))
    ranked = sorted(rows.tolist(), key=lambda row: (not _SHORTEST <= len(comments[row]) <= _LONGEST, row))
    found: dict[str, None] = {}
    for row in ranked:
        if len(found) >= how.examples:
            break
        found.setdefault(quotation(comments[row], _LONGEST, how.names))
    return tuple(found)
