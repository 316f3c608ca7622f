"""What a report could show as well if its columns were named: a first look at a file seldom names them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any

from npskit.reading import whole_ranges
from npskit.scores import TOO_FEW
from npskit.survey import Survey

# Of larger files, whose columns are read when they are asked for, the look would take longer than the report.
_MOST_ROWS = 100_000
_WORDS = 4
_SEGMENTS = range(2, 13)


def not_named(survey: Survey, given: dict[str, Any]) -> Iterator[str]:
    """Yield what to name for comments, segments and ratings to be on the page, where columns look like these.

    Args:
        survey: The file.
        given: What was said of `comment`, `by` and `drivers`; None where nothing was.
    """
    rows = sum(report.rows for report in survey.reports)
    if rows > _MOST_ROWS:
        return
    taken = {name for role in survey.roles.values() for name in ([role] if isinstance(role, str) else role or ())}
    taken |= {name for said in given.values() for name in str(said or "").split(",")}
    columns = {name: survey.column(name).filled() for name in survey.columns if name not in taken}
    ratings = [name for name, (low, high) in whole_ranges(columns).items() if 0 <= low < high - 1 and high <= 10]
    texts = {name: [str(v) for v in values.tolist() if v is not None] for name, values in columns.items()}
    texts = {name: cells for name, cells in texts.items() if 2 * sum(map(_is_word, cells)) > len(cells)}
    written = [name for name, cells in texts.items() if any(len(cell.split()) >= _WORDS for cell in cells)]
    groups = [
        name
        for name, cells in texts.items()
        if name not in written and len(set(cells)) in _SEGMENTS and len(cells) >= 2 * len(set(cells))
    ]
    if given["comment"] is None and "comment" not in survey.roles and len(written) == 1:
        yield _said(written, "be the comments", "comment")
    if given["by"] is None and groups:
        yield _said(groups, "be segments", "by")
    if given["drivers"] is None and len(ratings) > 1 and rows >= TOO_FEW:
        yield _said(ratings, "be ratings that the score goes with", "drivers")


def _said(names: list[str], what: str, option: str) -> str:
    shown = ", ".join(map(repr, names))
    columns = "Column" if len(names) == 1 else "Columns"
    return f"{columns} {shown} may {what}; used only if named: --{option} {shlex.quote(','.join(names))}"


def _is_word(cell: str) -> bool:
    """Whether a cell is words rather than a number, a date, an address, a code, or what a program calls yes and no."""
    return cell.lower() not in ("true", "false") and not all(re.search(r"[\d@]", part) for part in cell.split())
