"""Numbers, dates and hostile text, as a person or a program reads them."""

from __future__ import annotations

import datetime as dt
import json
import math
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.results.display import MOST_ROWS, html_table, number, p_value, percent, text_table
from npskit.results.values import plain


class Reader(HTMLParser):
    """Collects the tags and the texts of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_number(value: float, digits: int) -> None:
    """A number is shown as rounded, never as minus zero."""
    shown = number(value, digits)
    assert float(shown) == round(value, digits)
    assert not (shown.startswith("-") and float(shown) == 0)


def test_numbers_that_are_none() -> None:
    """NaN and infinity are shown as what they are."""
    assert number(math.nan) == "nan"
    assert number(-math.inf) == "-inf"


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0, "<0.001"), (0.000999, "<0.001"), (0.001, "0.001"), (1.0, "1.000"), (math.nan, "nan")]
)
def test_p_value(value: float, shown: str) -> None:
    """A p-value is never shown as zero."""
    assert p_value(value) == shown


@pytest.mark.parametrize(("level", "shown"), [(0.9, "90%"), (0.95, "95%"), (0.995, "99.5%"), (0.9999, "99.99%")])
def test_percent(level: float, shown: str) -> None:
    """A level below one is never shown as 100 %."""
    assert percent(level) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (np.True_, True),
        (np.int8(7), 7),
        (np.float32(0.5), 0.5),
        (np.str_("a"), "a"),
        ("a", "a"),
        (Decimal("1.50"), "1.50"),
        (np.datetime64("2026-01"), "2026-01"),
        (np.datetime64("2026-01-31T10:00:00.123456789"), "2026-01-31T10:00:00.123456789"),
        (dt.date(2026, 1, 31), "2026-01-31"),
        (dt.datetime(2026, 1, 31, 9, tzinfo=dt.UTC), "2026-01-31T09:00:00+00:00"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(hours=1), "1:00:00"),
        (("a", 1), "('a', 1)"),
    ],
)
def test_plain(value: Any, shown: Any) -> None:
    """A value of any type can be written as JSON, numbers as numbers and dates in ISO 8601."""
    assert plain(value) == shown
    assert type(plain(value)) is type(shown)
    assert json.loads(json.dumps(plain(value))) == shown


@given(st.lists(st.tuples(st.text(), st.integers(), st.floats(allow_nan=True)), max_size=5), st.text(), st.text())
def test_html_is_escaped(rows: list[tuple[str, int, float]], name: str, caption: str) -> None:
    """Whatever the text, the only tags are the table's own, and nothing is lost."""
    page = html_table([name, "n", "value"], rows, caption)
    read = Reader(page)
    assert set(read.tags) <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "br"}
    assert read.tags.count("td") == 3 * len(rows)


def test_html_of_hostile_text() -> None:
    """Scripts and attributes in names come out as text."""
    page = html_table(["<th onload=x>"], [["<script>alert(1)</script>"], ['"><img src=x>']], "</caption>&")
    assert "<script" not in page
    assert "<img" not in page
    assert Reader(page).texts == ["</caption>&", "<th onload=x>", "<script>alert(1)</script>", '"><img src=x>']


@pytest.mark.parametrize("rows", [MOST_ROWS, MOST_ROWS + 1, 13_954])
def test_long_tables_show_their_ends(rows: int) -> None:
    """Neither a notebook nor a terminal is flooded: the first and the last ten, and how many there are between."""
    table = [[f"s{i}", i] for i in range(rows)]
    page, text = html_table(["s", "n"], table), text_table(["s", "n"], table, all_rows=False).split("\n")
    shown = rows if rows <= MOST_ROWS else 21
    assert (page.count("<tr>"), len(text)) == (shown + 1, shown + 1)
    assert len(text_table(["s", "n"], table).split("\n")) == rows + 1
    if rows > MOST_ROWS:
        assert text[11] == f"... {rows - 20:,} rows between ..."
        assert f'<td colspan="2">{text[11]}</td>' in page
        assert text[1].split() == ["s0", "0"]
        assert text[-1].split() == [f"s{rows - 1}", str(rows - 1)]


@given(st.lists(st.tuples(st.text(), st.floats(-1e3, 1e3)), max_size=6))
def test_text_is_one_line_for_each_row(rows: list[tuple[str, float]]) -> None:
    """Whatever the names, a table has a line for its header and one for each row, of visible characters."""
    lines = text_table(["name", "value"], rows).split("\n")
    assert len(lines) == len(rows) + 1
    assert all(line.isprintable() for line in lines)


def test_text_of_hostile_names() -> None:
    """A name can neither break a line nor drive the terminal."""
    shown = text_table(["a\nb"], [["\x1b[31mred\x1b[0m"], ["two\r\nlines"], ["\u202e"]])
    assert shown.split("\n") == ["a\\nb", "\\x1b[31mred\\x1b[0m", "two\\r\\nlines", "\\u202e"]


def test_text_aligns_any_script() -> None:
    """Columns stay aligned beside wide and combining characters, and numbers are aligned to the right."""
    shown = text_table(["city", "n"], [["กรุงเทพ", 5], ["東京", 120], ["Łódź", 7]])
    assert shown == "city      n\nกรุงเทพ    5\n東京    120\nŁódź      7"


def test_empty_tables() -> None:
    """A table without rows is its header."""
    assert text_table(["a", "b"], []) == "a  b"
    assert Reader(html_table(["a"], [])).tags == ["table", "thead", "tr", "th", "tbody"]
