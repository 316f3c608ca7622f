"""Tables that commands write to files: of which kind, and what is said of a file that cannot be used."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from npskit.errors import InvalidValueError, UnwritableFileError, quoted, reason_of
from npskit.results import Result, write_json_lines

_KINDS = (".csv", ".jsonl", ".ndjson")
OUTPUT_SEPARATOR = ("--output-separator", "CHARACTER", "of the CSV; ';' also makes its decimal mark a comma", ",")
"""The option that says how CSV is written."""


def check_output(path: Path) -> None:
    """Refuse a path that no table can be written to, before one is made."""
    if path.suffix.lower() not in _KINDS:
        raise InvalidValueError(f"--output must end in {', '.join(_KINDS)}: got {str(path)!r}")
    if not path.parent.is_dir():
        raise UnwritableFileError(f"--output: there is no folder {str(path.parent)!r} to write {quoted(path.name)} to")


@contextlib.contextmanager
def usable(path: str | Path, option: str, verb: str) -> Iterator[None]:
    """Say of which option the file is that cannot be read or written."""
    try:
        yield
    except (OSError, UnicodeDecodeError) as error:
        told = error.__cause__ if isinstance(error.__cause__, OSError) else error  # which says it of the path again
        raise InvalidValueError(f"{option}: {str(path)!r} cannot be {verb}: {reason_of(told)}") from None


def write_rows(result: Result, path: Path, options: argparse.Namespace, **wanted: Any) -> None:
    """Write the table of a result to a file of the kind its name says; `wanted` is for its `columns`."""
    with usable(path, "--output", "written"):
        if path.suffix.lower() == ".csv":
            mark = "," if options.output_separator == ";" else "."
            result.to_csv(path, separator=options.output_separator, decimal=mark, **wanted)
        else:
            write_json_lines(result.columns(**wanted), path)
