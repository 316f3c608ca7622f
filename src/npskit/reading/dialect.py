"""Which separator a text file uses, detected from its content."""

from __future__ import annotations

import csv
import io
import itertools
import re

from npskit.checks import of_kind
from npskit.errors import InvalidValueError, quoted

SEPARATORS = (",", ";", "\t", "|")
_LINES = 200
# So many lines may stand above the names.
_TITLES = 12


def told_separator(head: str) -> str | None:
    """Return the separator of a first line like `sep=;`, which Excel writes and reads."""
    match = re.match(r"sep=(.)\r?\n", head)
    return match[1] if match else None


def find_separator(head: str) -> str:
    r"""Return the separator under which most records have as many cells as the header.

    Quotes are respected; of two that agree equally often the one with more cells wins. A file of one column gets a
    separator that none of its lines contains.

    Args:
        head: The beginning of the file; a last line that is cut off does no harm.

    Example:
        >>> find_separator('id;"how likely, 0,0 to 10,0";date\n1;9,0;2026-01-01\n')
        ';'
    """
    lines = list(itertools.islice(io.StringIO(head, newline=""), _LINES + 1))
    if len(lines) > 1 and (len(lines) > _LINES or not lines[-1].endswith(("\n", "\r"))):
        # The last line may be cut off in the middle, unless the file is that short: then its loss decides nothing.
        lines = lines[:-1]
    best, single = (0.0, 0, ""), ""
    for separator in SEPARATORS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=separator) if row]
        except csv.Error:  # a cell beyond the csv module's limit, which is process-wide and must not be changed here
            continue
        if not widths:
            continue
        share = sum(w == widths[0] for w in widths) / len(widths)
        if widths[0] > 1:
            # The first of equals wins; an almost equal share is decided by the number of cells.
            best = max(best, (round(share, 1), widths[0], separator), key=lambda found: found[:2])
        elif share == 1 and not single:
            single = separator
    return best[2] or single or SEPARATORS[0]


def separator_below(head: str) -> str:
    r"""Return the separator of a text under lines of one cell, such as a title; empty if it is no such text.

    Example:
        >>> separator_below("Survey of May\nscore;date\n3;2026-05-01\n"), separator_below("score\n3\n")
        (';', '')
    """
    lines = list(itertools.islice(io.StringIO(head.lstrip("\r\n")), _LINES))
    for above in range(1, min(_TITLES, len(lines))):
        separator = find_separator("".join(lines[above:]))
        if any(separator in line.rstrip(f"\r\n{separator}") for line in lines[:above]):
            break
        try:
            widths = [len(row) for row in csv.reader(lines[above : above + 3], delimiter=separator)]
        except csv.Error:
            break
        if min(widths, default=0) > 1:
            return separator
    return ""


def check_separator(separator: str) -> str:
    r"""Return `separator` if text can be separated by it.

    Raises:
        InvalidValueError: If it is not one character, or a quote or line end.
    """
    of_kind(separator, str, "separator")
    if len(separator) != 1 or separator in '"\r\n\0':
        raise InvalidValueError(f"separator must be one character such as ',' or ';' or '\\t': got {quoted(separator)}")
    return separator
