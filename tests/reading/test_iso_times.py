"""Times read 8 letters at once are those that the standard library reads."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from npskit.reading.iso_times import marked_times

MOMENTS = st.datetimes(dt.datetime(1850, 1, 1), dt.datetime(2250, 1, 1)).map(
    lambda moment: moment.replace(microsecond=0)
)
TEXTS = st.tuples(MOMENTS, st.sampled_from(["date", " ", "T"])).map(
    lambda made: made[0].date().isoformat() if made[1] == "date" else made[0].isoformat(made[1])
)
WRONG = st.tuples(st.integers(0, 18), st.sampled_from("0123569-:T ./;a\0\x7f"))


def expected(text: str) -> dt.datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d:\d\d)?", text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 <= found.year < 2200 else None


@given(text=TEXTS, wrong=st.lists(WRONG, max_size=2))
@example(text="2100-02-29", wrong=[])
@example(text="2026-13-01", wrong=[])
@example(text="2026-03-01 24:00:00", wrong=[])
@example(text="1900-01-01T00:00:60", wrong=[])
def test_times_are_those_of_the_standard_library(text: str, wrong: list[tuple[int, str]]) -> None:
    """Also one letter off, and beside a missing cell."""
    for at, letter in wrong:
        text = text[:at] + letter + text[at + 1 :] if at < len(text) else text
    found = marked_times(f"x,{text},".encode(), np.array([2]), len(text), np.array([False, True]))
    moment = expected(text)
    assert (None if found is None else found[0].tolist()) == (None if moment is None else [None, moment])


def test_cells_that_are_all_missing() -> None:
    """They are times, of which nothing is looked at."""
    found = marked_times(b"", np.empty(0, np.intp), 10, np.array([False, False]))
    assert found is not None
    assert found[0].tolist() == [None, None]
