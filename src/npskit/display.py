"""How results look to a person: numbers in text and small tables in HTML, without any dependency."""

from __future__ import annotations

import datetime as dt
import html
import math
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np

MOST_ROWS = 1000


def number(value: float, digits: int = 1) -> str:
    """Return `value` with a fixed number of decimals; `nan` where there is none, and never `-0.0`.

    Example:
        >>> number(53.4161), number(-0.01), number(float("nan"))
        ('53.4', '0.0', 'nan')
    """
    if math.isnan(value):
        return "nan"
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def p_value(value: float) -> str:
    """Return a p-value as it is printed in reports.

    Example:
        >>> p_value(0.03210), p_value(0.00001)
        ('0.032', '<0.001')
    """
    return "<0.001" if value < 0.001 else number(value, 3)


def percent(level: float) -> str:
    """Return a confidence level in percent, with no more digits than it has.

    Example:
        >>> percent(0.95), percent(0.999)
        ('95%', '99.9%')
    """
    return f"{100 * level:.10g}%"


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: text, a number, a boolean or None; dates in ISO 8601, all else as its text.

    Example:
        >>> plain(np.int64(3)), plain(np.datetime64("2026-01-31")), plain(dt.datetime(2026, 1, 31, 9, 30))
        (3, '2026-01-31', '2026-01-31T09:30:00')
    """
    if isinstance(value, np.generic) and value.dtype.kind in "biufU":
        value = value.item()
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)


def record(result: attrs.AttrsInstance) -> dict[str, Any]:
    """Return a result as JSON can hold it: dictionaries, lists and plain values, without where it came from."""
    return attrs.asdict(
        result,
        filter=attrs.filters.exclude("backend"),
        value_serializer=lambda _result, _field, value: list(value) if isinstance(value, tuple) else value,
    )


def html_table(header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> str:
    """Return an HTML table with everything escaped; cells that are not text are aligned to the right.

    Of more than `MOST_ROWS` rows the first are shown, and how many there are besides.

    Example:
        >>> html_table(["region"], [["<b>"]])
        '<table><thead><tr><th>region</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """

    def cell(value: Any) -> str:
        side = "" if isinstance(value, str) else ' style="text-align:right"'
        shown = number(value) if isinstance(value, float) else str(value)
        return f"<td{side}>{html.escape(shown)}</td>"

    head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows[:MOST_ROWS])
    if len(rows) > MOST_ROWS:
        body += f'<tr><td colspan="{len(header)}">... and {len(rows) - MOST_ROWS} more</td></tr>'
    top = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def one_line(text: str) -> str:
    """Return text as one line of visible characters, so that no name can break a table or drive a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in text)


def text_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an aligned plain-text table: text to the left, numbers to the right.

    Example:
        >>> print(text_table(["region", "n"], [["North", 12], ["South", 7]]))
        region   n
        North   12
        South    7
    """
    listed = [list(row) for row in rows]
    shown = [[number(v) if isinstance(v, float) else one_line(str(v)) for v in row] for row in listed]
    names = [one_line(name) for name in header]
    widths = [max(map(_width, column)) for column in zip(names, *shown, strict=True)]
    numeric = [bool(listed) and all(not isinstance(row[i], str) for row in listed) for i in range(len(header))]
    lines = []
    for row in [names, *shown]:
        pads = (" " * (w - _width(c)) for c, w in zip(row, widths, strict=True))
        cells = (pad + c if right else c + pad for c, pad, right in zip(row, pads, numeric, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
