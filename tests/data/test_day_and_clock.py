"""Texts of a day and a time of day that are read together are what each is read as alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data.day_and_clock import day_and_clock
from npskit.data.times import parse_times
from npskit.times.time_spellings import Spellings

MOMENTS = st.lists(st.datetimes(dt.datetime(2019, 1, 1), dt.datetime(2028, 1, 1)), min_size=1, max_size=20)
FORMS = [
    *("%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d.%m.%y %H:%M", "%Y/%m/%d %H:%M:%S", "%d-%b-%Y %H:%M:%S"),
    *("%a %d %b %Y %H:%M", "%Y%m%d %H:%M:%S", "%Y-%m-%d %H:%M"),
]
ODD = [
    None,
    "",
    "31/02/2026 10:00:00",
    "01/02/2026 24:00:00",
    "01/02/2026 10:60",
    "soon, at 10:00",
    "01/02/2569 09:30:00",
]


@settings(max_examples=60, deadline=None)
@given(moments=MOMENTS, form=st.sampled_from(FORMS), odd=st.sampled_from(ODD), many=st.booleans())
def test_many_are_read_as_each_is(moments: list[dt.datetime], form: str, odd: str | None, many: bool) -> None:
    """Values, the order of day and month, and what is rejected and why do not depend on how many there are."""
    texts = [moment.strftime(form) for moment in [*moments, dt.datetime(2026, 1, 25)]]
    filled = [f"{moments[0]:%Y-}{1 + n % 12:02}-{1 + n % 28:02} {n % 24:02}:{n % 60:02}" for n in range(600)]
    texts += [dt.datetime.fromisoformat(each).strftime(form) for each in filled] if many else []
    found = parse_times([*texts, odd])
    alone = [parse_times([text, texts[len(moments)], odd]) for text in texts[: len(moments)]]
    assert found.values[: len(moments)].tolist() == [each.values[0].item() for each in alone]
    assert str(found.values[-1]) == str(alone[0].values[-1])
    said = [[cell.reason for cell in each.rejected if cell.kind != "far time"] for each in (found, alone[0])]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    "text", ["46084 10:15:00", "1772546700 10:15", "03.03.2026 14.05 10:15", "01/02/2026 25:15:00"]
)
def test_what_means_another_thing_together_is_not_taken_apart(text: str) -> None:
    """A number is no day of a spreadsheet beside a time of day, and two times of day are none."""
    assert day_and_clock([text] * 300, Spellings()) is None
    assert len(parse_times([text] * 300).rejected) == 300


def test_rows_keep_their_own_times() -> None:
    """Each row has the clock of its own text, also where days and texts repeat."""
    moments = [dt.datetime(2026, 3, 1) + dt.timedelta(seconds=7919 * row % 500_000) for row in range(20_000)]
    texts = [moment.strftime("%d/%m/%Y %H:%M:%S") for moment in moments]
    assert parse_times(texts, dayfirst=True).values.tolist() == moments
