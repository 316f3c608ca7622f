"""Which comments are quoted: some of the latest, of the worst and of the best answers, masked."""

from __future__ import annotations

from typing import Any

import numpy as np

from npskit.arrays import Bools, Codes
from npskit.comments.words import masked, read_comments
from npskit.counting import CodedAnswers
from npskit.report.page_parts import Quote
from npskit.report.wording import named

# Of how many of the latest comments of a category those that are quoted are chosen, and how many are.
_LOOKED_AT, _EACH = 400, 3
_LENGTHS = range(25, 400)
_MOST = 260


def choose_quotes(texts: Any, written: Bools, answers: CodedAnswers, latest: Codes) -> tuple[Quote, ...]:
    """Return comments of the worst and of the best category: the latest that say something, none twice.

    Args:
        texts: The comment of each row.
        written: Whether there is one.
        answers: The answer of each row.
        latest: The rows, the latest first.
    """
    categories = answers.codebook.categories
    found = [
        (row, category)
        for category in (0, len(categories) - 1)
        for row in _chosen(texts, latest[written[latest] & (answers.categories[latest] == category)])
    ]
    if not found:
        return ()
    quoted = [masked(str(texts[row])) for row, _ in found]
    known = read_comments(quoted)
    languages = [known.languages[code] or None for code in known.spoken.tolist()]
    return tuple(
        Quote(named(text, _MOST), _answer(answers, row), categories[category], language)
        for text, (row, category), language in zip(quoted, found, languages, strict=True)
    )


def _chosen(texts: Any, rows: Codes) -> list[int]:
    """Return the first rows with comments of a length to be read; others where there are no such."""
    chosen: dict[str, int] = {}
    candidates = rows[:_LOOKED_AT].tolist()
    for fits in (True, False):
        for row in candidates:
            text = str(texts[row]).strip()
            if len(chosen) < _EACH and (len(text) in _LENGTHS) is fits:
                chosen.setdefault(text, row)
    return list(chosen.values())


def _answer(answers: CodedAnswers, row: int) -> str | None:
    """Return the answer of a row as it was given, None where it is of several questions."""
    if len(answers.codebook.scales) > 1:
        return None
    points = np.array([*answers.codebook.scales[0]])
    code = int(answers.codes[0][row])
    return str(points[code]) if code < len(points) else None
