"""Answers that look as if they were of another scale are warned of, by the library, once a call."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk

PERCENT = [80, 90, 10, 70, 60, 9]
TEN_POINTS = [*range(1, 11)] * 10
FIVE_POINTS = [1, 2, 3, 4, 5] * 4
DAYS = np.datetime64("2026-01-01") + np.arange(1000)


def survey(answers: list[int], **options: Any) -> nk.Survey:
    """Return a survey of answers, one a day."""
    size = len(answers)
    data = {"score": answers, "day": DAYS[:size], "half": ["a", "b"] * (size // 2), "id": [*range(size // 2)] * 2}
    return nk.Survey(data, time="day", customer="id", **options)


CALLS: dict[str, Callable[[list[int]], Any]] = {
    "nps": nk.nps,
    "measure": lambda answers: nk.measure(nk.NPS(), answers),
    "score": lambda answers: survey(answers).score(),
    "score by": lambda answers: survey(answers).score("half"),
    "latest": lambda answers: survey(answers).score(repeats="mean"),
    "compare": lambda answers: survey(answers).compare("half"),
    "timeline": lambda answers: survey(answers).timeline(),
    "transitions": lambda answers: survey(answers).transitions(),
    "follow_up": lambda answers: survey(answers).follow_up(),
    "tracker": lambda answers: nk.Tracker().update_many(answers),
    "tracker of a window": lambda answers: nk.Tracker(window=3).update_many(answers),
}


def said(call: Callable[[], Any]) -> list[str]:
    """Return what a call warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    assert all(issubclass(each.category, nk.NpskitWarning) for each in caught)
    assert all(each.filename == __file__ for each in caught)  # at the line of the user
    return [str(each.message) for each in caught if issubclass(each.category, nk.DataWarning)]


@pytest.mark.parametrize("name", CALLS)
def test_whoever_counts_warns_once(name: str) -> None:
    """Most answers off the scale, none at its worst point, or none in its upper half: one warning a call."""
    for answers, words in ((PERCENT, "most answers"), (TEN_POINTS, "no answer of"), (FIVE_POINTS, "is above 5")):
        if name in ("compare", "transitions") and answers is PERCENT:
            continue  # there is too little to compare
        found = said(lambda answers=answers: CALLS[name](answers))  # type: ignore[misc]
        assert len(found) == 1, found
        assert words in found[0]


def test_every_scorer_warns() -> None:
    """Ten-point answers on a scale of five or seven points."""
    assert "most answers" in said(lambda: nk.csat([*range(11)]))[0]
    assert "most answers" in said(lambda: nk.ces([10, 9, 8, 8, 1]))[0]
    assert "most answers" in said(lambda: nk.sci([9, 8, 7, 1], [9, 9, 9, 1], [9, 9, 9, 1]))[0]
    assert "most answers" in said(lambda: nk.retention([3, 4, 5, 1]))[0]


@pytest.mark.parametrize(
    "answers", [[*range(11)] * 10, [11, 9, 8], [12], [10, 9, 8] * 1000, [1, 9, 10, 8] * 2, [3] * 5, [], [None] * 100]
)
def test_what_may_well_be_is_not_warned_of(answers: list[Any]) -> None:
    """Slips, few answers, and customers who are simply happy."""
    assert said(lambda: nk.nps(answers)) == []


def test_another_scale_that_is_said_is_not_warned_of() -> None:
    """Whoever says the scale has said it."""
    assert said(lambda: nk.nps(TEN_POINTS, scale=(1, 10))) == []


def test_a_score_is_never_guessed_from_its_range(tmp_path: Path) -> None:
    """A column of whole numbers on 0..10 may be anything: npskit asks, naming it; a telling name is taken, and said."""
    visits = tmp_path / "visits.csv"
    visits.write_text("customer,visits\n" + "".join(f"{i},{i % 11}\n" for i in range(50)))
    with pytest.raises(nk.ColumnNotFoundError, match="Column 'visits' holds whole numbers"):
        nk.read(visits)
    named = tmp_path / "named.csv"
    named.write_text("Would you recommend us?,visits\n" + "".join(f"{i % 11},{i % 9}\n" for i in range(50)))
    with pytest.warns(nk.GuessWarning, match="'Would you recommend us") as caught:
        nk.read(named)
    assert [each.filename for each in caught] == [__file__]


def test_a_view_of_objects_is_refused_by_its_rows() -> None:
    """A memory view of Python's objects has no cells of its own, and is named by row all the same."""
    objects: Any = np.array([9, 99], object)
    with pytest.raises(nk.InvalidValueError, match="row 1: 99"):
        nk.nps(memoryview(objects), on_invalid="raise")


def test_answers_of_nothing_but_0_and_1_are_low_and_no_more() -> None:
    """They hold the lowest point, so nothing says that the scale begins at 1."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        nk.nps([0, 1] * 20)
