"""Comments: patterns by first letters beside regular expressions as one writes them, and all that is asked of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.harness import US, Case, Run, check
from npskit import Survey
from npskit.comments.patterns import FoldedTexts, PatternIndex, UrgencyWords, beginnings, folded_each
from npskit.datasets.phrases import LANGUAGES, combinations

if TYPE_CHECKING:  # only bench runs have it
    from pytest_benchmark.fixture import BenchmarkFixture

RE = "re.search, an alternation for each category"
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
    survey = Survey({"score": score, "comment": texts}, comment="comment")

    def ours() -> list[int]:
        return [survey.triage().n, survey.comments().n, survey.themes().n]

    return {US: ours}


def english(fraction: float) -> Mapping[str, Run]:
    """Triage, contrast and themes of English comments."""
    return _understood("en", fraction)


def german(fraction: float) -> Mapping[str, Run]:
    """The same of German ones."""
    return _understood("de", fraction)


CASES = [
    Case("comment-patterns", "urgent patterns in 500 comments", patterns, {RE: 1 / 10}),
    Case("comments-english", "triage, contrast and themes of 10⁵ English comments", english, {}),
    Case("comments-german", "triage, contrast and themes of 10⁵ German comments", german, {}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def bench_comments(case: Case, benchmark: BenchmarkFixture, fraction: float) -> None:
    """Everybody agrees, and npskit's time is recorded."""
    contestants = case.make(fraction)
    check(case, contestants)
    benchmark(contestants[US])
