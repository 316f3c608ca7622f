"""Themes that nobody listed: planted ones are found, the same each time, and independent words make none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.comments.themes.found_themes import find_themes
from npskit.comments.words import read_comments
from npskit.errors import InvalidValueError

PLANTED = [["noisy", "loud", "traffic"], ["breakfast", "coffee", "buffet"], ["parking", "garage"]]
FILLER = [f"word{letter}" for letter in "abcdefghijklmnopqrst"]


def written(seed: int, n: int = 400) -> list[str]:
    """Comments of which each is about at most one theme, in some of its words, among words that mean nothing."""
    rng, comments = np.random.default_rng(seed), []
    for about in rng.integers(0, len(PLANTED) + 2, n).tolist():
        words = [str(word) for word in rng.choice(FILLER, 2)]
        if about < len(PLANTED):
            kept = rng.random(len(PLANTED[about])) < 0.8
            words += [word for word, keep in zip(PLANTED[about], kept.tolist(), strict=True) if keep]
        comments.append(" ".join(words))
    return comments


@pytest.mark.parametrize("seed", range(8))
def test_planted_themes_are_found(seed: int) -> None:
    """Each is found with all its words and no other: what stands together by chance is no theme."""
    found = find_themes(read_comments(written(seed)), most=12)
    groups = {frozenset(words) for words in found.words if len(words) > 1}
    assert groups == {frozenset(words) for words in PLANTED}


@given(st.integers(0, 2**32 - 1))
def test_order_does_not_matter(seed: int) -> None:
    """The same comments in another order have the same themes, and each mentions those of which it has a word."""
    comments = written(seed, n=150)
    found = find_themes(read_comments(comments), most=12)
    again = find_themes(read_comments(comments[::-1]), most=12)
    assert {frozenset(words) for words in again.words} == {frozenset(words) for words in found.words}
    assert len(set(found.names)) == len(found.names)
    for words, held in zip(found.words, found.mentions.T, strict=True):
        assert held.tolist() == [not set(words).isdisjoint(comment.split()) for comment in comments]


def test_a_survey_finds_its_themes() -> None:
    """Points, words and a note that says where the themes come from; the most frequent ones are kept."""
    comments = written(1)
    score = [2 if "loud" in comment or "noisy" in comment else 9 for comment in comments]
    survey = nk.Survey({"score": score, "said": comments}, comment="said")
    found = survey.themes(most=3)
    assert found.themes_from == "comments"
    assert set(found.themes[0].words) == set(PLANTED[0])
    assert found.themes[0].points < -10
    assert "The themes were found" in found.to_text()
    assert len(found) == 3
    assert found.base + sum(each.points for each in found.themes) == pytest.approx(found.value)
    assert survey.themes(most=3) == found


def test_nothing_to_find() -> None:
    """Few comments, or none, hold no themes, and that is said."""
    assert find_themes(read_comments([]), most=3).names == ()
    with pytest.raises(InvalidValueError, match="list your own"):
        nk.Survey({"score": [9, 3], "said": ["good", "bad"]}, comment="said").themes()
    with pytest.raises(InvalidValueError, match="most"):
        nk.Survey({"score": [9, 3], "said": ["good", "bad"]}, comment="said").themes(most=0)
