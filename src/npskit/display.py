"""How results look to a person: numbers in text and small tables in HTML, without any dependency."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from typing import Any


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


def html_table(header: Sequence[str], rows: Iterable[Sequence[Any]], caption: str = "") -> str:
    """Return an HTML table with everything escaped; cells that are not text are aligned to the right.

    Example:
        >>> html_table(["region"], [["<b>"]])
        '<table><thead><tr><th>region</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """

    def cell(value: Any) -> str:
        side = "" if isinstance(value, str) else ' style="text-align:right"'
        shown = number(value) if isinstance(value, float) else str(value)
        return f"<td{side}>{html.escape(shown)}</td>"

    head = "".join(f"<th>{html.escape(name)}</th>" for name in header)
    body = "".join(f"<tr>{''.join(map(cell, row))}</tr>" for row in rows)
    top = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def text_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return an aligned plain-text table: text to the left, numbers to the right.

    Example:
        >>> print(text_table(["region", "n"], [["North", 12], ["South", 7]]))
        region   n
        North   12
        South    7
    """
    listed = [list(row) for row in rows]
    shown = [[number(v) if isinstance(v, float) else str(v) for v in row] for row in listed]
    widths = [max(map(len, column)) for column in zip(header, *shown, strict=True)]
    numeric = [bool(listed) and all(not isinstance(row[i], str) for row in listed) for i in range(len(header))]
    lines = []
    for row in [list(header), *shown]:
        cells = (c.rjust(w) if right else c.ljust(w) for c, w, right in zip(row, widths, numeric, strict=True))
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
