"""How results look to a person: numbers in text and small tables in HTML, without any dependency."""

from __future__ import annotations

import html
import math
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import numpy as np

from npskit.checks import of_kind
from npskit.errors import InvalidValueError, quoted, written

# Of tables with more rows than this, print and notebooks show the first and the last ten.
MOST_ROWS = 60
_ENDS = 10
_WIDTH = 100
T = TypeVar("T")
# What Markdown gives a meaning, and the bar between the cells of a table.
_MARKS = {ord(mark): f"\\{mark}" for mark in "\\`*_{}[]|~$#"}


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


def formatted(value: Any, spec: str) -> str:
    """Return a number as a format specification has it, and never as `-0.0`.

    Raises:
        InvalidValueError: If numbers have no such format.

    Example:
        >>> formatted(53.4161, ".1f"), formatted(-0.01, "+.1f"), formatted(np.array(7.0), "6.0f")
        ('53.4', '+0.0', '     7')
    """
    value = value.item() if isinstance(value, np.ndarray | np.generic) else value
    try:
        text = format(value, spec)
    except ValueError as error:
        raise InvalidValueError(
            f"format: a number cannot be written as {quoted(spec)} says: {error}; write it as in '.1f'",
            argument="format",
        ) from None
    try:
        return format(abs(value), spec) if value < 0 and float(text) == 0 else text
    except ValueError:  # as in percent
        return text


def p_value(value: float) -> str:
    """Return a p-value as it is printed in reports.

    Example:
        >>> p_value(0.03210), p_value(0.00001)
        ('0.032', '<0.001')
    """
    return "<0.001" if value < 0.001 else number(value, 3)


def p_said(value: float) -> str:
    """Return a p-value with its sign, for a sentence.

    Example:
        >>> p_said(0.03210), p_said(0.00001)
        ('p=0.032', 'p<0.001')
    """
    return f"p={p_value(value)}".replace("=<", "<")


def percent(level: float) -> str:
    """Return a confidence level in percent, with no more digits than it has.

    Example:
        >>> percent(0.95), percent(0.999)
        ('95%', '99.9%')
    """
    return f"{100 * level:.10g}%"


def shown(value: Any) -> str:
    """Return a cell of a table as a person reads it: a number with one decimal if it has any."""
    return number(value) if isinstance(value, float) else written(value)


def html_table(header: Sequence[str], rows: Sequence[Sequence[Any]], caption: str = "") -> str:
    """Return an HTML table with everything escaped; cells that are not text are aligned to the right.

    Of more than `MOST_ROWS` rows the first and the last are shown, and how many there are between.

    Example:
        >>> html_table(["region"], [["<b>"]])
        '<table><thead><tr><th>region</th></tr></thead><tbody><tr><td>&lt;b&gt;</td></tr></tbody></table>'
    """

    def cell(value: Any) -> str:
        side = "" if isinstance(value, str) else right
        return f"<td{side}>{html.escape(shown(value))}</td>"

    right = ' style="text-align:right"'
    numbers = [bool(rows) and not any(isinstance(row[i], str) and row[i] for row in rows) for i in range(len(header))]
    head = "".join(
        f"<th{right if of_numbers else ''}>{html.escape(str(name))}</th>"
        for name, of_numbers in zip(header, numbers, strict=True)
    )
    first, between, last = ends(rows)
    lines = [f"<tr>{''.join(map(cell, row))}</tr>" for row in [*first, *last]]
    if between:
        lines.insert(len(first), f'<tr><td colspan="{len(header)}">{between}</td></tr>')
    body = "".join(lines)
    top = f'<caption style="text-align:left">{_lines(caption)}</caption>' if caption else ""
    return f"<table>{top}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_lines(lines: Sequence[str]) -> str:
    """Return lines of text as a paragraph of HTML with everything escaped, or nothing.

    Example:
        >>> html_lines(["1 of 2 rows: 1 missing"]), html_lines([])
        ('<p>1 of 2 rows: 1 missing</p>', '')
    """
    return f"<p>{_lines(chr(10).join(lines))}</p>" if lines else ""


def _lines(text: str) -> str:
    return "<br>".join(html.escape(shown(line)) for line in text.split("\n"))


def ends(rows: Sequence[T]) -> tuple[Sequence[T], str, Sequence[T]]:
    """Return what is shown of many rows: the first ones, how many are left out in words, and the last ones.

    Example:
        >>> first, between, last = ends(range(13_954))
        >>> len(first), between, len(last)
        (10, '... 13,934 rows between ...', 10)
        >>> ends([1, 2])
        ([1, 2], '', [])
    """
    if len(rows) <= MOST_ROWS:
        return rows, "", []
    return rows[:_ENDS], f"... {len(rows) - 2 * _ENDS:,} rows between ...", rows[-_ENDS:]


def one_line(value: object) -> str:
    """Return text as one line of visible characters, so that no name can break a table or drive a terminal."""
    text = written(value)
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.category(c) in ("Mn", "Me") for c in text)


def text_table(header: Sequence[str], rows: Sequence[Sequence[Any]], *, all_rows: bool = True) -> str:
    """Return an aligned plain-text table: text to the left, numbers to the right.

    Args:
        header: The names of the columns.
        rows: The rows.
        all_rows: Whether all of them are shown, or of many the first and the last.

    Example:
        >>> print(text_table(["region", "n"], [["North", 12], ["South", 7]]))
        region   n
        North   12
        South    7
    """
    first, between, last = (rows, "", []) if of_kind(all_rows, bool, "all_rows") else ends(rows)
    names, cells, numeric = _cells(header, [*first, *last])
    widths = [max(map(_width, column)) for column in zip(names, *cells, strict=True)]
    lines = []
    for row in [names, *cells]:
        pads = (" " * (w - _width(c)) for c, w in zip(row, widths, strict=True))
        padded = (pad + c if right else c + pad for c, pad, right in zip(row, pads, numeric, strict=True))
        lines.append("  ".join(padded).rstrip())
    if between:
        lines.insert(len(first) + 1, between)
    return "\n".join(lines)


def markdown_table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as Markdown (of GitHub, and of most others), with everything escaped.

    Example:
        >>> print(markdown_table(["region", "n"], [["<b>|", 12]]))
        | region | n |
        | --- | ---: |
        | &lt;b&gt;\| | 12 |
    """
    names, cells, numeric = _cells(header, rows)
    lines = [[markdown_text(cell) for cell in row] for row in [names, *cells]]
    lines.insert(1, ["---:" if right else "---" for right in numeric])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def markdown_text(text: str) -> str:
    """Return text that Markdown shows as it is: on one line, without a meaning."""
    return html.escape(one_line(text), quote=False).translate(_MARKS)


def _cells(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[list[str], list[list[str]], list[bool]]:
    """Return the names and the cells of a table as text on one line, and which columns hold numbers."""
    listed = [list(row) for row in rows]
    numeric = [bool(listed) and all(not isinstance(row[i], str) for row in listed) for i in range(len(header))]
    return [*map(one_line, header)], [[one_line(shown(value)) for value in row] for row in listed], numeric


def wrapped(text: str, *, hang: str = "") -> str:
    """Return text in lines of at most 100 characters, broken between words only.

    Args:
        text: The text; longer words stay whole.
        hang: What every line after the first begins with.
    """
    return textwrap.fill(
        text,
        _WIDTH,
        subsequent_indent=hang,
        replace_whitespace=False,
        expand_tabs=False,
        break_long_words=False,
        break_on_hyphens=False,
    )


def excerpt(value: object, most: int = 40) -> str:
    r"""Return what a customer wrote, for a sentence: one line, visible characters only, cut, in quotation marks.

    Example:
        >>> excerpt("never\nagain")
        '"never again"'
        >>> excerpt("a" * 50, most=5)
        '"aaaaa..."'
    """
    whole = written(value)
    text = whole[: 4 * most + 4]
    visible = " ".join("".join(c if c.isprintable() else " " for c in text).split()).replace('"', "'")
    return f'"{visible[:most].rstrip()}..."' if len(visible) > most or len(whole) > len(text) else f'"{visible}"'
