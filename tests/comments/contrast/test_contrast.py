"""Which words mark whom: the reference's figures, laws of the contrast, and planted words that are found."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from npskit.comments.contrast import informative_prior, log_odds
from npskit.comments.contrast.mentions import mentions_of
from npskit.comments.words import read_comments
from npskit.errors import InvalidValueError
from npskit.inference import adjust, fisher_p_values

HERE = Path(__file__).parents[2] / "reference"
KNOWN: dict[str, Any] = json.loads((HERE / "log_odds_words.json").read_text(encoding="utf-8"))
WRITTEN: dict[str, list[str]] = json.loads((HERE / "comments.json").read_text(encoding="utf-8"))
COUNTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=2, max_size=12)


@pytest.mark.parametrize("case", ["uniform_0.01", "uniform_1", "informative_a0=100"])
def test_log_odds_of_the_reference(case: str) -> None:
    """Log-odds, their variance and z are those of the reference, whatever the prior."""
    found = log_odds(KNOWN["promoter_tokens"], KNOWN["detractor_tokens"], KNOWN[case]["alpha"])
    assert found.delta == pytest.approx(KNOWN[case]["delta"], rel=1e-12)
    assert found.variance == pytest.approx(KNOWN[case]["var_full"], rel=1e-12)
    assert found.z == pytest.approx(KNOWN[case]["z_full"], rel=1e-12)


def test_document_frequencies_of_the_reference() -> None:
    """A comment counts a word once, and Fisher's test and its adjustment are those of the reference."""
    comments = WRITTEN["promoter"] + WRITTEN["detractor"]
    groups = np.repeat([0, 1], [len(WRITTEN["promoter"]), len(WRITTEN["detractor"])])
    words = read_comments(comments, tokenizer=str.split, stemmer=str)
    mentions = mentions_of(words, np.arange(len(comments)), least=1)
    counts = mentions.by_group(groups, 2)
    place = [mentions.names.index(word) for word in KNOWN["vocab"]]
    assert counts[0, place].tolist() == KNOWN["docfreq"]["promoter"]
    assert counts[1, place].tolist() == KNOWN["docfreq"]["detractor"]
    p = fisher_p_values(*counts[:, place], *np.bincount(groups).tolist())
    assert p == pytest.approx(KNOWN["docfreq"]["fisher_p"], rel=1e-9)
    assert adjust(p, "bh") == pytest.approx(KNOWN["docfreq"]["bh"], rel=1e-9)
    assert adjust(p, "holm") == pytest.approx(KNOWN["docfreq"]["holm"], rel=1e-9)


@given(COUNTS)
def test_log_odds_are_antisymmetric(counts: list[tuple[int, int]]) -> None:
    """The groups exchanged change the sign and nothing else; equal groups differ in no word."""
    first, second = np.array(counts).T + 1
    prior = informative_prior(first, second)
    one, other = log_odds(first, second, prior), log_odds(second, first, informative_prior(second, first))
    assert (one.delta == -other.delta).all()
    assert (one.variance == other.variance).all()
    assert (log_odds(first, first, prior).delta == 0).all()


@given(COUNTS, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=50)
def test_fisher_is_that_of_scipy(counts: list[tuple[int, int]], more: int, others: int) -> None:
    """Many tables at once have the p-values that each has alone, and the groups exchanged have the same."""
    first, second = np.array(counts).T
    sizes = int(first.max()) + more, int(second.max()) + others
    found = fisher_p_values(first, second, *sizes)
    alone = [fisher_exact(np.array([[a, b], [sizes[0] - a, sizes[1] - b]])).pvalue for a, b in counts]
    assert found == pytest.approx(alone, rel=1e-6, abs=1e-12)
    assert fisher_p_values(second, first, *sizes[::-1]) == pytest.approx(found, rel=1e-9)


def test_what_cannot_be_contrasted_is_refused() -> None:
    """Counts beyond their group, a prior of nothing and groups of other sizes are refused by name."""
    with pytest.raises(InvalidValueError, match="4 and 12: got 5 and 1"):
        fisher_p_values([5], [1], 4, 12)
    with pytest.raises(InvalidValueError, match="prior must be above 0"):
        log_odds([1, 2], [1, 2], 0)
    with pytest.raises(InvalidValueError, match="as many words"):
        log_odds([1, 2], [1, 2, 3], 1)


def test_pairs_are_shown_as_they_are_written_most_often() -> None:
    """A pair has the forms that its words have beside each other, not those that each has alone most often."""
    words = read_comments(
        ["bons conseils", "bons conseils", "bon", "bon", "bon", "un conseil", "un conseil"], ["fr"] * 7
    )
    mentions = mentions_of(words, np.arange(7), least=1)
    assert mentions.names == ("bon", "conseil", "bons conseils")


def test_pairs_stand_within_phrases() -> None:
    """A pair is two words with a matter of their own side by side; a comment mentions it once."""
    words = read_comments(["front desk. Front desk!", "the front desk", "desk, front", "not front desk"], ["en"] * 4)
    mentions = mentions_of(words, np.arange(4), least=1)
    pairs: dict[str, list[int]] = {mentions.names[t]: [] for t in np.flatnonzero(mentions.are_pairs)}
    for document, term in zip(mentions.documents.tolist(), mentions.terms.tolist(), strict=True):
        if mentions.are_pairs[term]:
            pairs[mentions.names[term]].append(document)
    assert pairs == {"front desk": [0, 1], "not front desk": [3]}
    assert [mentions.names[part] for part in mentions.parts[mentions.names.index("front desk")]] == ["front", "desk"]
