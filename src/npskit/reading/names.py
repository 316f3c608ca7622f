"""Column names: finding the one that is meant, and making those of a file usable."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError, did_you_mean, quoted


def plain(name: str) -> str:
    """Return a name without case, byte order mark and surplus white space."""
    return " ".join(name.replace("\ufeff", " ").split()).casefold()


def bare(name: str) -> str:
    """Return a name as names are looked up in lists: its letters and digits alone, in small letters.

    Example:
        >>> bare("Opted-Out "), bare("DO_NOT CONTACT")
        ('optedout', 'donotcontact')
    """
    return re.sub(r"[\W_]+", "", name).casefold()


def texts_given(names: Iterable[str] | None, argument: str) -> tuple[str, ...] | None:
    """Return texts that a caller gave, one or several, checked; None for none."""
    if names is None:
        return None
    found = (names,) if isinstance(names, str) else tuple(names)
    for name in found:
        if not isinstance(name, str):
            raise InvalidTypeError(f"{argument} must be texts, not {quoted(name)} ({type(name).__name__})")
    return found


def resolve(name: str, columns: Iterable[str], role: str | None = None) -> str:
    """Return the column that `name` means: itself, or the only one that differs in case and white space alone.

    Args:
        name: The wanted column.
        columns: The names there are.
        role: What the column is wanted for, for an error.

    Raises:
        InvalidTypeError: If `name` is not a str.
        ColumnNotFoundError: If no column has the name; the message suggests close ones.
        InvalidValueError: If several differ from it in case or white space alone.

    Example:
        >>> resolve("nps score", ["Date", "NPS  Score "])
        'NPS  Score '
    """
    if not isinstance(name, str):
        raise InvalidTypeError(f"a column is named by a str, not {quoted(name)} ({type(name).__name__})")
    known = list(columns)
    if name in known:
        return name
    alike = [c for c in known if plain(c) == plain(name)]
    if len(alike) > 1:
        raise InvalidValueError(
            f"column {quoted(name)} could be any of {', '.join(map(repr, alike))}: write it exactly", argument=role
        )
    numbered = [c for c in known if plain(c).startswith(f"{plain(name)} (") and plain(c)[-2:-1].isdigit()]
    if not alike and len(numbered) > 1:
        shown = ", ".join(map(repr, numbered))
        told = f"column {quoted(name)} occurs {len(numbered)} times and was numbered: name one of {shown}"
        raise ColumnNotFoundError(told, argument=role)
    if not alike:
        told = f"there is no column {quoted(name)}; {did_you_mean(name, known)}"
        raise ColumnNotFoundError(told if role is None else f"{role}: {told}", argument=role)
    return alike[0]


def usable_names(header: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return a name for every column and notes on those that had to be made up.

    Of several columns of one name each gets its number, so that the bare name finds none of them by accident.

    Example:
        >>> usable_names(["nps", "", "nps"])[0]
        ['nps (1)', 'column_2', 'nps (2)']
    """
    names = [cell.replace("\ufeff", "").strip() or f"column_{i}" for i, cell in enumerate(header, 1)]
    notes = []
    unnamed = [n for n, cell in zip(names, header, strict=True) if not cell.replace("\ufeff", "").strip()]
    if unnamed:
        notes.append(f"Columns without a name were named by their position: {_some(unnamed)}.")
    repeated = {name: count for name, count in Counter(names).items() if count > 1}
    if repeated:
        notes.append(f"Column names that occur more than once were numbered: {_some(list(repeated))}.")
    taken, result, seen = set(names), [], Counter[str]()
    for name in names:
        fresh = name
        while name in repeated and fresh in taken:
            seen[name] += 1
            fresh = f"{name} ({seen[name]})"
        taken.add(fresh)
        result.append(fresh)
    return result, notes


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(n) for n in names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown
