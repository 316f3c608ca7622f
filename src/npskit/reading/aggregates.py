"""Tables of what was computed already, one row for each month or group, which hold no answers to be scored."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from npskit.checks import is_missing
from npskit.data import RECOMMENDS, NumberedCells, cells_of, label_words, numbers_of
from npskit.errors import DataWarning, InvalidValueError, quoted, warn, written
from npskit.reading.names import bare

_GROUPS = {
    "promoters": re.compile(r"promot|ผู้สนับสนุน|推荐者|推薦者", re.IGNORECASE),
    "passives": re.compile(r"passi[vf]|pasiv|pasyw|neutr|indifferent|unentschieden", re.IGNORECASE),
    "detractors": re.compile(r"d[eé]tra[ck]t|d[eé]tra[tc]?tor|kritiker|krytyk", re.IGNORECASE),
}
_NAMES = ("detractor", "passive", "promoter")
_WORDS = {word: f"{_NAMES[place]}s" for word, place in label_words(_NAMES).items()}
_PERIOD = re.compile(
    r"(19|20)\d\d([-/.](0?[1-9]|1[0-2])([-/.]0?1)?|[- ]?(Q[1-4]|W\d\d?))?|(0?[1-9]|1[0-2])[-/.](19|20)\d\d"
)
_LOOK = 1000
_PERIODS = "month period quarter year week monat zeitraum quartal jahr woche miesiąc okres rok เดือน ปี mois mes fecha"
_COUNTS = """
count counts n freq frequency responses respondents answers anzahl häufigkeit antworten liczba ilość nombre effectif
cantidad จำนวน
"""
_TELLING = frozenset(map(bare, (_COUNTS + _PERIODS).split()))


def telling_of_tables(names: Sequence[str]) -> list[str]:
    """Return the columns whose names say that a table holds counts, or scores of groups or periods.

    Example:
        >>> telling_of_tables(["score", "Month", "เดือน", "Promoters", "n", "region"])
        ['Month', 'เดือน', 'Promoters', 'n']
    """
    return [name for name in names if bare(name) in _TELLING or _group_in(name)]


def warn_of_counts(columns: Mapping[str, Any], score: str) -> None:
    """Warn where a column says how often each answer was given, and each is about to count once."""
    if beside := counts_beside(columns, score):
        warn(f"each answer stands in one row; if {quoted(beside)} says how many gave it: count={beside!r}", DataWarning)


def refuse_aggregates(columns: Mapping[str, Any], score: Sequence[str], named: bool) -> None:
    """Refuse a table of counts or shares of promoters and detractors, or of scores, instead of answers on 0..10.

    Args:
        columns: The columns of the file.
        score: The columns with the answers, if they are known.
        named: Whether the caller named them.

    Raises:
        InvalidValueError: If the table is one; says by which columns it shows, and what to do.
    """
    telling = [name for name in columns if name in score or _group_in(name) or RECOMMENDS.search(name)]
    numbers = {name: found for name in telling if (found := _numbers(columns[name])) is not None}
    answered = any(_answers(numbers[name]) for name in score if name in numbers)
    groups = {
        group: name
        for name, values in numbers.items()
        if (group := _group_in(name)) and (bool((values > 1).any()) or (not answered and bool((values % 1).any())))
    }
    if len(groups) > 1:
        listed = ", ".join(f"{group} in {quoted(name)}" for group, name in groups.items())
        raise InvalidValueError(
            f"the file holds no answers but counts or percentages of groups ({listed}), a row for each month or "
            "segment: read the export of single responses, or make scores of counts with npskit.Tally.from_counts",
            argument="score",
        )
    if answered:
        _warn_of_periods(columns, [name for name in score if name in numbers])
        return
    for name in score if named or score else [name for name in numbers if RECOMMENDS.search(name)]:
        values = numbers.get(name)
        if values is None or _answers(values) or len(values) < 2 or np.abs(values).max() > 100:
            continue
        said = (values[~np.isin(values, (-1, -99))] < 0).any() or (values % 1).any()
        if (values > 10).any() and (said or any(map(_periods, columns.values()))):
            raise InvalidValueError(
                f"column {quoted(name)} holds no answers but scores that were computed already, {values.min():g} to "
                f"{values.max():g}, a row for each month or segment: read the export of single responses; scores alone "
                "do not say of how many answers they are",
                argument="score",
            )


def _group_in(name: str) -> str | None:
    """Return which group a column is called after, if any."""
    if RECOMMENDS.fullmatch(name):
        return None
    found = _WORDS.get(name.strip().casefold())
    return found or next((group for group, pattern in _GROUPS.items() if pattern.search(name)), None)


def _warn_of_periods(columns: Mapping[str, Any], score: Sequence[str]) -> None:
    """Warn where a column that is called a score has one for each month or year, as if computed already."""
    for name in score:
        periods = next((other for other, values in columns.items() if other != name and _periods(values)), None)
        if periods is not None and len(columns[periods]) > 2 and bare(name) in ("nps", "npsscore", "enps", "score"):
            warn(
                f"column {quoted(name)} has one value for each {quoted(periods)}: if these are scores that were "
                "computed already, they are no answers",
                DataWarning,
            )


def counts_beside(columns: Mapping[str, Any], score: str) -> str | None:
    """Return the column that says how often each answer was given, where every answer stands in one row alone.

    In one row of each segment, where other columns of texts make some.

    Example:
        >>> counts_beside({"score": np.arange(11.0), "Count": np.arange(11.0) * 5}, "score")
        'Count'
        >>> counts_beside({"group": np.array(["Promoter", "Passive"], object), "n": np.array([3, 4])}, "group")
        'n'
    """
    named = [name for name in columns if name != score and name.strip().casefold() in _COUNTS.split()]
    answers = cells_of(columns[score])
    if not named or not 1 < len(answers) <= _LOOK:
        return None
    answered = answers.tolist()
    texts = [column for name, values in columns.items() if name != score and (column := _texts(values)) is not None]
    rows = set(zip(map(written, answered), *texts, strict=True))
    if len(rows) < len(answered):
        return None
    counts = {name: found for name in named if (found := _numbers(columns[name])) is not None and not (found % 1).any()}
    whole = [name for name, found in counts.items() if len(found) == len(answers)]
    return whole[0] if len(counts) == len(whole) == 1 else None


def _texts(values: Any) -> list[str] | None:
    """Return a column of texts that could be names of segments; None for another one."""
    if not isinstance(values, np.ndarray | NumberedCells) or _numbers(values) is not None:
        return None
    cells = [written(cell) for cell in cells_of(values).tolist()]
    return cells if 2 * len(set(cells)) <= len(cells) else None


def _numbers(values: Any) -> Any:
    """Return the numbers at the beginning of a column that holds little else, None for another column."""
    if isinstance(values, NumberedCells):
        values = values.head(_LOOK)
    elif not isinstance(values, np.ndarray):
        return None  # read later, and large
    cells = values[:_LOOK]
    if cells.dtype.kind in "biu":
        return cells.astype(np.float64)
    if cells.dtype.kind not in "fO":
        return None
    found = cells if cells.dtype.kind == "f" else numbers_of([_bare(cell) for cell in cells.tolist()]).values
    known = found[np.isfinite(found)].astype(np.float64)
    some = sum(not is_missing(cell) for cell in cells.tolist())
    return known if len(known) and 10 * len(known) >= 9 * some else None


def _periods(values: Any) -> bool:
    """Whether a column names a different month, quarter, week or year in each row."""
    if not isinstance(values, np.ndarray | NumberedCells) or not 1 < len(values) <= _LOOK:
        return False
    # the first cell that is none ends it
    cells = list(takewhile(_PERIOD.fullmatch, (written(cell).strip() for cell in cells_of(values).tolist())))
    return len(cells) == len(values) == len(set(cells))


def _bare(cell: Any) -> Any:
    return cell.strip().removesuffix("%").strip() if isinstance(cell, str) else cell


def _answers(values: Any) -> bool:
    """Whether most numbers are answers on 0..10."""
    return bool(len(values) and 2 * ((values >= 0) & (values <= 10) & (values % 1 == 0)).sum() > len(values))
