"""Columns written to files that other programs open: CSV that no spreadsheet executes, and JSON lines."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import io
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from npskit.checks import is_missing, of_kind
from npskit.errors import (
    InvalidTypeError,
    InvalidValueError,
    NpskitError,
    UnwritableFileError,
    quoted,
    reason_of,
    written,
)
from npskit.results.values import json_safe

# Spreadsheets execute a cell that begins like this; see OWASP, "CSV Injection".
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

# JSON does not escape them, but programs that split text into lines take them for the end of one.
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def defused(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: with an apostrophe before what begins like one.

    Example:
        >>> defused("=cmd|' /C calc'!A0"), defused("thank you")
        ("'=cmd|' /C calc'!A0", 'thank you')
    """
    return f"'{text}" if text.startswith(_DANGEROUS) or text.lstrip().startswith(_DANGEROUS) else text


def undefused(text: str) -> str:
    """Return text as it was before `defused`.

    Example:
        >>> undefused("'+48 600 100 200"), undefused("'til tomorrow")
        ('+48 600 100 200', "'til tomorrow")
    """
    return text[1:] if text.startswith("'") and defused(text[1:]) == text else text


def _cell(value: Any, decimal: str = ".") -> str:
    """Return a cell of a CSV file: numbers as they are, all else as harmless text, nothing where there is nothing."""
    if is_missing(value):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value).replace(".", decimal)
    if isinstance(value, dt.date):
        return value.isoformat(sep=" ") if isinstance(value, dt.datetime) else value.isoformat()
    text = "; ".join(map(written, value)) if isinstance(value, tuple | list) else written(value)
    return defused(text.replace("\0", ""))


def write_csv(
    columns: Mapping[str, Sequence[Any]],
    to: str | os.PathLike[str] | TextIO,
    *,
    separator: str = ",",
    decimal: str = ".",
) -> None:
    """Write columns as CSV in UTF-8 with a header, as RFC 4180 has it.

    Text that a spreadsheet would execute gets an apostrophe in front; numbers are written as such.

    Args:
        columns: Equally long sequences by name.
        to: A path, or an open text file.
        separator: What stands between cells; spreadsheets of much of Europe expect `";"`.
        decimal: The decimal mark of numbers; there it is `","`.

    Raises:
        InvalidValueError: If separator and decimal mark are not single characters, or the same.
    """
    of_kind(separator, str, "separator")
    of_kind(decimal, str, "decimal")
    if len(separator) != 1 or len(decimal) != 1 or separator == decimal or separator in '\r\n"':
        raise InvalidValueError(
            "separator and decimal must be two different characters, such as ';' and ',': got "
            f"{quoted(separator)} and {quoted(decimal)}"
        )
    # with a byte order mark, without which spreadsheets take UTF-8 for something else
    with _opened(to, "utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=separator)
        writer.writerow([_cell(name) for name in columns])
        writer.writerows([_cell(value, decimal) for value in row] for row in zip(*columns.values(), strict=True))


def csv_text(columns: Mapping[str, Sequence[Any]], *, separator: str = ",", decimal: str = ".") -> str:
    r"""Return columns as the text of such a file.

    Example:
        >>> csv_text({"region": ["=1+1", "South"], "value": [1.5, float("nan")]})
        "region,value\r\n'=1+1,1.5\r\nSouth,\r\n"
    """
    file = io.StringIO(newline="")
    write_csv(columns, file, separator=separator, decimal=decimal)
    return file.getvalue()


def write_json_lines(columns: Mapping[str, Sequence[Any]], to: str | os.PathLike[str] | TextIO) -> None:
    """Write columns as JSON lines in UTF-8, one object a row; null where there is nothing.

    Args:
        columns: Equally long sequences by name.
        to: A path, or an open text file.
    """
    with _opened(to, "utf-8", newline="\n") as file:
        for row in zip(*columns.values(), strict=True):
            values = json_safe(dict(zip(columns, row, strict=True)))
            file.write(json.dumps(values, ensure_ascii=False).translate(_LINE_ENDS) + "\n")


def write_text(text: str, to: str | os.PathLike[str] | TextIO) -> None:
    """Write a text in UTF-8.

    Args:
        text: The text.
        to: A path, or an open text file.
    """
    with _opened(to, "utf-8", newline="\n") as file:
        file.write(text)


def _is_open(to: Any) -> bool:
    try:
        return hasattr(to, "write")
    except Exception:  # whatever a class of the user's own does
        return False


@contextlib.contextmanager
def _opened(to: Any, encoding: str, newline: str) -> Iterator[TextIO]:
    """Open a path to be written, or take what is open; half a character is escaped, as JSON writes it.

    Raises:
        InvalidTypeError: If it is neither a path nor open.
        UnwritableFileError: If it cannot be opened, or does not take the text.
    """
    if not isinstance(to, str | os.PathLike) and not _is_open(to):
        raise InvalidTypeError(f"path must be a path or an open text file: got {quoted(to)} ({type(to).__name__})")
    try:
        if isinstance(to, str | os.PathLike):
            with open(to, "w", encoding=encoding, errors="backslashreplace", newline=newline) as file:
                yield file
        else:
            yield to
    except NpskitError:
        raise
    except (OSError, ValueError, TypeError) as error:  # as of a file that takes bytes, or another encoding
        named = quoted(os.fspath(to) if isinstance(to, os.PathLike) else to)
        raise UnwritableFileError(f"path: {named} cannot be written to: {reason_of(error)}", argument="path") from error
