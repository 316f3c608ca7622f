"""What a tracker of themes keeps and says: sets of themes as keys, alarms, urgent comments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Integers
from npskit.checks import finite_number, of_kind
from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.comments.themes.theme_list import ThemeList
from npskit.comments.themes.theme_trend import Reference
from npskit.comments.themes.themes import Themes
from npskit.data import is_nothing
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.options import Every
from npskit.scores import ScoreTable
from npskit.times import period_numbers


@attrs.frozen
class ThemeAlarm:
    """A theme that is mentioned by more of the comments than before.

    Args:
        theme: Its name.
        share: The share of all comments of the tracker that mentioned it when that was seen.
        before: What it was held against: the baseline, or its share until it began to rise.
        p_value: The anytime-valid p-value.
        comments: How many comments there were.
        mentions: How many of them mentioned it.
        alpha: The bound on the probability of any false alarm.
        at: The latest time among them, None where none had one.
    """

    theme: str
    share: float
    before: float
    p_value: float
    comments: int
    mentions: int
    alpha: float
    at: dt.datetime | None


@attrs.frozen
class UrgentComment:
    """A comment that cannot wait.

    Args:
        level: 2 for critical, 1 for urgent.
        category: What makes it so; None where a function of your own says so.
        comment: The comment, masked and cut.
        themes: What it mentions.
        at: When it was written, None where that was not said.
    """

    level: int
    category: str | None
    comment: str
    themes: tuple[str, ...]
    at: dt.datetime | None


_SILENT = "silent"


def set_key(mentions: Sequence[bool], wrote: bool) -> str:
    """Return a set of themes as text.

    Example:
        >>> set_key([True, False, True], True), set_key([False], True), set_key([False], False)
        ('0 2', '', 'silent')
    """
    return " ".join(str(theme) for theme, held in enumerate(mentions) if held) if wrote else _SILENT


def sets_of_keys(keys: Sequence[str], themes: int) -> tuple[Bools, Bools]:
    """Return which themes each set holds, shape `(S, T)`, and whether there is a comment, `(S,)`.

    Raises:
        ValueError: If a text is none that `set_key` made.
    """
    mentions = np.zeros((len(keys), themes), np.bool_)
    for row, key in enumerate(keys):
        held = [] if key == _SILENT else [int(part) for part in key.split()]
        if any(not 0 <= theme < themes for theme in held):
            raise ValueError(key)
        mentions[row, held] = True
    return mentions, np.array([key != _SILENT for key in keys], np.bool_)


def by_period(table: ScoreTable, listed: ThemeList) -> tuple[ThemeCounts, Integers]:
    """Return the counts of all answers, and comments without and with each theme by period: shape `(T, periods, 2)`.

    Args:
        table: By set of themes, as `set_key` names it, and by the number of the period.
        listed: The themes.
    """
    mentions, wrote = sets_of_keys([key[0] for key in table.keys], len(listed.themes))
    known = [key[1] for key in table.keys]
    first = min(known, default=0)
    found = np.zeros((len(listed.themes), max(known, default=-1) - first + 1, 2), np.int64)
    own = ThemeCounts(listed.names, listed.parents, mentions, wrote, table.tally).with_parents
    for row in np.flatnonzero(wrote).tolist():
        found[np.arange(len(listed.themes)), known[row] - first, own[row].astype(np.intp)] += int(table.n[row])
    return ThemeCounts.of_groups(listed.names, listed.parents, mentions, wrote, table.tally), found


def periods_of(every: Every | None, moments: Sequence[dt.datetime | None]) -> list[int]:
    """Return the number of the calendar period of each time, each in its own clock; 0 where none are told apart."""
    if every is None or not len(moments):
        return [0] * len(moments)
    days = np.array([each.date() for each in moments if each is not None], dtype="datetime64[D]")
    return [int(number) for number in period_numbers(days.astype(np.int64), every)]


def as_text(comment: Any) -> str | None:
    """Return a comment, None where it says nothing."""
    return None if is_nothing(comment) else of_kind(comment, str, "a comment")


def references(baseline: Any, listed: ThemeList) -> dict[str, Reference] | None:
    """Return what each theme is watched against."""
    if baseline is None:
        return None
    if isinstance(baseline, Themes):
        return {
            each.theme: (baseline.commented, each.mentions) for each in baseline.themes if each.theme in listed.names
        }
    if not isinstance(baseline, Mapping) or not baseline:
        raise InvalidTypeError(f"baseline must map themes to shares of comments, or be Themes: got {quoted(baseline)}")
    unknown = [name for name in baseline if name not in listed.names]
    if unknown:
        raise InvalidValueError(f"baseline: there is no theme {quoted(unknown[0])}")
    return {name: finite_number(value, f"baseline[{name!r}]", above=0, below=1) for name, value in baseline.items()}
