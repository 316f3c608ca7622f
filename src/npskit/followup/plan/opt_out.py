"""Who does not want to be contacted: the columns that say so, by their names, and their cells."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np

from npskit.arrays import Bools
from npskit.data import Column, is_nothing, read_flags
from npskit.errors import InvalidValueError, written
from npskit.reading import bare

_NAMES = (
    "opted out, opt out, opts out, opted out of email, unsubscribed, unsubscribe, do not contact, do not call, "
    "do not email, do not mail, do not disturb, dont contact, no contact, never contact, dnc, "
    "kontaktsperre, werbesperre, nicht kontaktieren, abgemeldet, nie kontaktowac, nie kontaktować, wypisany, "
    "ห้ามติดต่อ, ไม่ต้องการให้ติดต่อ"
)
# What may stand before such a name, and behind it where the cells say when.
_BEFORE = "is, has, email, sms, phone, marketing, gdpr, survey, global, customer, contact, user"
_BEHIND = "at, on, date, time, timestamp, am, datum, data"
# What a column of such a name says where it holds neither yes nor no.
_NO = frozenset({"subscribed", "opted in", "opt in", "opted-in", "opt-in", "active", "angemeldet", "aktiv", "zapisany"})


_BARE = frozenset(
    bare(f"{before} {name} {behind}")
    for before in ("", *_BEFORE.split(","))
    for name in _NAMES.split(",")
    for behind in ("", *_BEHIND.split(","))
)


def opt_out_columns(columns: Iterable[str], taken: Collection[str]) -> tuple[str, ...]:
    """Return the columns that say who does not want to be contacted, by their names; all of them count.

    Example:
        >>> opt_out_columns(["score", "Opted-Out", "DO_NOT_CONTACT", "options", "unsubscribed_at"], ["score"])
        ('Opted-Out', 'DO_NOT_CONTACT', 'unsubscribed_at')
    """
    return tuple(name for name in columns if name not in taken and bare(name) in _BARE)


def read_opt_out(column: Column, name: str, *, named: bool) -> Bools:
    """Return who does not want to be contacted.

    Args:
        column: The cells.
        name: The name of the column.
        named: Whether the user has named the column: its cells are then yes or no. One that was found by its name may
            say it in another way, such as by the date of unsubscribing: whatever is neither empty nor no counts.

    Raises:
        InvalidValueError: If the user named the column and a cell is neither yes nor no.
    """
    try:
        return np.asarray(read_flags(column, name) == 1)
    except InvalidValueError:
        if named:
            raise
    cells = column.filled().tolist()
    said = [None if is_nothing(cell) else written(cell).strip().casefold() for cell in cells]
    flags = [text is not None and text not in _NO and not _is_no(text) for text in said]
    return np.array(flags, dtype=np.bool_)


def _is_no(text: str) -> bool:
    """Whether a text is a word for no."""
    try:
        return int(read_flags(Column(np.array([text], dtype=object)), "cell")[0]) == 0
    except InvalidValueError:
        return False
