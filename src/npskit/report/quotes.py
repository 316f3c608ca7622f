"""Which comments are quoted: some of the latest, of the worst and of the best answers, masked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from npskit.arrays import Bools, Codes
from npskit.comments.themes import ThemeList
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
    return _quoted(texts, answers, [(row, None) for row, _ in found])


def theme_list_of(themes: Any) -> ThemeList | None:
    """Return the themes that a call lists, None where it lists none."""
    if themes is None:
        return None
    return ThemeList.from_toml(themes) if isinstance(themes, str | os.PathLike) else ThemeList.of(themes)


def theme_quotes(
    texts: Any, written: Bools, answers: CodedAnswers, latest: Codes, themes: ThemeList
) -> tuple[Quote, ...]:
    """Return comments that each theme catches, and last some that none does: whoever reads them sees what it misses."""
    rows = latest[written[latest] & (answers.categories[latest] >= 0)][: _LOOKED_AT * len(themes.names)]
    mentions = themes.mentions([str(texts[row]) for row in rows.tolist()])
    masks = {name: mentions[:, k] for k, name in enumerate(themes.names)} | {"": ~mentions.any(axis=1)}
    found = [(row, name) for name, mask in masks.items() for row in _chosen(texts, rows[mask])]
    return _quoted(texts, answers, found)


def _quoted(texts: Any, answers: CodedAnswers, found: Sequence[tuple[int, str | None]]) -> tuple[Quote, ...]:
    """Return rows as they may be quoted, each under its theme if it has one."""
    if not found:
        return ()
    quoted = [masked(str(texts[row])) for row, _ in found]
    known = read_comments(quoted)
    languages = [known.languages[code] or None for code in known.spoken.tolist()]
    categories = answers.codebook.categories
    return tuple(
        Quote(named(text, _MOST), _answer(answers, row), categories[answers.categories[row]], language, theme)
        for text, (row, theme), language in zip(quoted, found, languages, strict=True)
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
