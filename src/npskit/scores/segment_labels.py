"""What segments are called where people read of them; different ones never alike."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from npskit.checks import is_same
from npskit.errors import DataWarning, quoted, warn, written


def segment_parts(keys: Sequence[tuple[Any, ...]]) -> list[list[str]]:
    """Return the values of each segment's key as a person reads them: in quotes where two would be printed alike.

    A whole number is without the ".0" that missing values bring.

    Example:
        >>> segment_parts([("B", 1.0), ("B ", "1"), (None, 2)])
        [["'B'", '1'], ["'B '", "'1'"], ['(missing)', '2']]
    """
    columns = zip(*keys, strict=True)
    return (
        [list(row) for row in zip(*map(_told_apart, columns), strict=True)] if keys and keys[0] else [[] for _ in keys]
    )


def segment_names(keys: Sequence[tuple[Any, ...]]) -> list[str]:
    """Return a readable name for each segment.

    Example:
        >>> segment_names([("North", "web"), ("South", None)])
        ['North / web', 'South / (missing)']
        >>> segment_names([("a / b", "c"), ("a", "b / c")])
        ["'a / b' / 'c'", "'a' / 'b / c'"]
    """
    names = [" / ".join(parts) for parts in segment_parts(keys)]
    alike = _alike(names, keys)
    return [" / ".join(map(quoted, key)) if name in alike else name for name, key in zip(names, keys, strict=True)]


def warn_of_spaces(by: Sequence[str], keys: Sequence[tuple[Any, ...]]) -> None:
    """Warn of a column of which two labels differ only in spaces: they may have been meant as one."""
    for place, name in enumerate(by):
        seen: dict[str, str] = {}
        for label in dict.fromkeys(map(operator.itemgetter(place), keys)):
            if not isinstance(label, str):
                continue
            other = seen.setdefault("".join(label.split()), label)
            if other != label:
                warn(
                    f"by: {quoted(other)} and {quoted(label)} of column {name!r} differ only in spaces, and are "
                    "segments of their own: make them one in the data if they mean the same",
                    DataWarning,
                )
                break


def _told_apart(values: Sequence[Any]) -> list[str]:
    """Return values as text, in quotes (as Python writes them) where different ones would be printed alike."""
    texts = list(map(_said, values))
    printed = [" ".join(text.split()) for text in texts]
    alike = _alike(printed, values)
    for quotes in (_quoted_text, quoted):
        if not alike:
            break
        texts = [quotes(v) if p in alike else t for v, t, p in zip(values, texts, printed, strict=True)]
        alike = alike if _alike(texts, values) else frozenset()
    return texts


def _alike(texts: Sequence[str], values: Sequence[Any]) -> frozenset[str]:
    """Return the texts that stand for different values."""
    first: dict[str, Any] = {}
    return frozenset(
        text for text, value in zip(texts, values, strict=True) if not is_same(first.setdefault(text, value), value)
    )


def _said(value: Any) -> str:
    if value is None:
        return "(missing)"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else written(value)


def _quoted_text(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _said(value)
