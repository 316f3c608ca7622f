"""Which files are meant: one, several, or all that a pattern fits."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from npskit.errors import DataWarning, FileMissingError, InvalidTypeError, InvalidValueError, quoted, warn


def several_files(path: Any) -> list[Any] | None:
    """Return the files that a list or a pattern means, those of a pattern in order; None for a single path.

    Warns:
        DataWarning: If a file is among them twice.

    Raises:
        InvalidTypeError: If a list holds lists.
        InvalidValueError: If a list is empty.
        FileMissingError: If no file fits a pattern.
    """
    if isinstance(path, list | tuple):
        if not path:
            raise InvalidValueError("path must name at least one file: got an empty list")
        for one in path:
            if isinstance(one, list | tuple):
                raise InvalidTypeError(f"path must be a path, or a list of paths: it holds {quoted(one)}")
        return _each_once([file for one in path for file in several_files(one) or [one]])
    try:
        text = os.fspath(path)
    except TypeError:
        return None  # refused where the file is opened
    if not isinstance(text, str) or not glob.has_magic(text) or os.path.lexists(text):
        return None
    found = sorted(glob.glob(text, recursive=True))
    if not found:
        raise FileMissingError(f"path: no file fits the pattern {quoted(text)}")
    return found


def _each_once(files: list[Any]) -> list[Any]:
    """Return files as they are, and warn of one that is named twice."""
    seen: set[str] = set()
    for file in files:
        if isinstance(file, str | os.PathLike):
            place = os.fsdecode(os.path.realpath(file))
            if place in seen:
                warn(f"path: {quoted(os.fspath(file))} is given twice, so that its answers count twice", DataWarning)
            seen.add(place)
    return files


def names_of(files: Sequence[Any]) -> list[str]:
    """Return a name for each file: without folder and endings if they differ so, else the path.

    Example:
        >>> names_of(["a/2026-05.csv.gz", "a/2026-06.csv.gz"]), names_of(["a/nps.csv", "b/nps.csv"])
        (['2026-05', '2026-06'], ['a/nps.csv', 'b/nps.csv'])
    """
    names = [Path(file).name.partition(".")[0] for file in files]
    return names if len(set(names)) == len(names) else [str(file) for file in files]
