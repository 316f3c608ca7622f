"""The header rows of delimited text: names, and what stands above and below them."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from npskit.data import parse_answer
from npskit.reading.titles import filled
from npskit.reading.tools import PLAIN, Header, Tool


def header_of(top: Sequence[Sequence[str]], tool: Tool, rows: int | None) -> tuple[Header, list[str]]:
    """Return the header and notes on what is unusual about it."""
    header = tool.header(top)
    if rows is None and tool is PLAIN and _is_data(top[0]):
        return Header(("",) * len(top[0]), 0), [
            "The first row holds only numbers: it was read as answers, not as names."
        ]
    if rows == 0:
        return Header(("",) * len(top[0]), 0), []
    if rows is not None and rows != header.rows:
        # a title has few cells, names stand in the first row that has about as many as any
        most = max(map(filled, top[:rows]), default=0)
        names = next((i for i, row in enumerate(top[:rows]) if most > 1 and 3 * filled(row) > 2 * most), 0)
        header = Header(tuple(top[names]), rows, tuple(top[names + 1]) if names + 1 < min(rows, len(top)) else ())
    below = [row for row in top[header.rows :] if row]
    # R writes row numbers without a name above them.
    numbered = [row[0] for row in below] == [str(i) for i in range(1, len(below) + 1)]
    if len(below) > 1 and numbered and all(len(row) == len(header.names) + 1 for row in below):
        header = attrs.evolve(header, names=("", *header.names), texts=("", *header.texts))
        return header, ["The row numbers at the left have no name: all names were shifted by one column."]
    return header, []


def _is_data(row: Sequence[str]) -> bool:
    """Whether all cells of a row are numbers, which never happens in a header."""
    told = [cell for cell in row if cell.strip()]
    return bool(told) and all(
        isinstance(parse_answer(cell), int) and cell.strip()[0] in "0123456789-+" for cell in told
    )
