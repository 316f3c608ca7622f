"""Comments: patterns by first letters beside regular expressions as one writes them, and all that is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.harness import US, Case, Run, check
from npskit import Survey
from npskit.comments.patterns import FoldedTexts, PatternIndex, UrgencyWords, beginnings, folded_each
from npskit.comments.words import read_comments
from npskit.datasets.phrases import LANGUAGES, combinations
from npskit.errors import optional

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

RE = "re.search, an alternation for each category"
BUDOUX, COUNTS = "budoux alone, words only", "CountVectorizer, words and pairs"
_ROWS = 100_000


def _comments(language: str, rows: int) -> list[str]:
    """Return comments of two sentences, so many of them distinct that nothing is told once for many."""
    bank = combinations()[LANGUAGES.index(language)].reshape(-1)
    rng = np.random.default_rng(20261129)
    first, second = rng.integers(0, len(bank), (2, rows))
    return [f"{bank[i]} {bank[j]} {k % 97 + 2}" for k, (i, j) in enumerate(zip(first, second, strict=True))]


def patterns(fraction: float) -> Mapping[str, Run]:
    """Which of the categories of urgency that come with npskit have a pattern in which comment."""
    import re

    known = UrgencyWords.default()
    wanted = [category.patterns for category in known.categories]
    index = PatternIndex(wanted, known.lists)
    by_hand = [
        re.compile("|".join(begin.regex for pattern in own for begin in beginnings(pattern, known.lists)))
        for own in wanted
    ]
    texts = folded_each(_comments("en", max(int(_ROWS / 200 * fraction), 20)))
    everything = np.zeros((len(texts), len(wanted)), dtype=np.bool_)

    def ours() -> list[tuple[int, int]]:
        found = everything.copy()
        matches = index.find(FoldedTexts.of(texts))
        found[matches.rows, matches.owners] = True
        return [(int(row), int(kind)) for row, kind in np.argwhere(found)]

    def theirs() -> list[tuple[int, int]]:
        return [(row, kind) for row, text in enumerate(texts) for kind, each in enumerate(by_hand) if each.search(text)]

    return {US: ours, RE: theirs}


def _understood(language: str, fraction: float) -> Mapping[str, Run]:
    texts = _comments(language, max(int(_ROWS * fraction), 200))
    score = np.random.default_rng(1).integers(0, 11, len(texts))

    def ours() -> list[int]:
        survey = Survey({"score": score, "comment": texts}, comment="comment")  # a new one: words are kept by the old
        return [survey.triage().n, survey.comments().n, survey.themes().n]

    return {US: ours}


def english(fraction: float) -> Mapping[str, Run]:
    """Triage, contrast and themes of English comments."""
    return _understood("en", fraction)


def german(fraction: float) -> Mapping[str, Run]:
    """The same of German ones."""
    return _understood("de", fraction)


def thai(fraction: float) -> Mapping[str, Run]:
    """The same of Thai ones, beside the time that budoux alone takes to find their words."""
    texts = _comments("th", max(int(_ROWS * fraction), 200))
    score = np.random.default_rng(1).integers(0, 11, len(texts))
    parse = optional("budoux", "words of Thai", "text").load_default_thai_parser().parse

    def ours() -> int:
        survey = Survey({"score": score, "comment": texts}, comment="comment")
        survey.comments()
        survey.themes()
        return len(survey.triage())

    return {US: ours, BUDOUX: lambda: sum(len(parse(text)) > 0 for text in texts)}


def words(fraction: float) -> Mapping[str, Run]:
    """The words of English comments, stemmed, with what negates them."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = _comments("en", max(int(_ROWS * fraction), 200))
    return {
        US: lambda: read_comments(texts).comments,
        COUNTS: lambda: CountVectorizer(ngram_range=(1, 2)).fit_transform(texts).shape[0],
    }


CASES = [
    Case("comment-patterns", "urgent patterns in 500 comments", patterns, {RE: 1 / 10}),
    Case("comments-english", "triage, contrast and themes of 10⁵ English comments", english, {}),
    Case("comments-thai", "the same of 10⁵ Thai ones", thai, {BUDOUX: 2}),
    Case("comment-words", "words of 10⁵ English comments", words, {}),
    Case("comments-german", "triage, contrast and themes of 10⁵ German comments", german, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_comments(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])
