"""`npskit.scan`: Parquet and CSV files of any size as a `Survey`, whose rows stay in the files."""

from __future__ import annotations

import gzip
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from typing_extensions import Unpack

from npskit.checks import one_of
from npskit.data import scan_engine, scanned
from npskit.errors import FileMissingError, InvalidTypeError, InvalidValueError, quoted
from npskit.options import SCAN_ENGINES, ScanEngine
from npskit.reading import find_separator, several_files
from npskit.sample import SurveyArguments
from npskit.survey import Survey

_PARQUET, _CSV = (".parquet", ".parq", ".pq"), (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
_HEAD = 1 << 16


def scan(
    path: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    engine: ScanEngine | None = None,
    **arguments: Unpack[SurveyArguments],
) -> Survey:
    r"""Return a survey over Parquet or CSV files of any size: they are asked for counts, and never held in memory.

    `read` is for the exports of survey tools, whose roles, times and odd cells it finds out and reports; `scan` is for
    tables that are in order, and takes what `Survey` takes. Columns of CSV are texts, apart from a time and a weight
    that look like one in the first rows; answers in them are read as those of every column are. The columns of several
    files are those of all of them, by their names, in whatever order they stand.

    Args:
        path: A file, a list of files, a pattern such as `"answers/2026-*.parquet"`, or a folder of Parquet files.
        engine: Who reads: `"polars"`, `"duckdb"` or `"pyarrow"`, which holds all rows in memory. Default: the first of
            them that is installed.
        arguments: Those of `Survey` beside the data.

    Raises:
        FileMissingError: If there is no such file.
        EngineError: If a file cannot be read; the message says who failed, and why.
        MissingDependencyError: If none of the engines is installed, or that asked for is not.
        InvalidTypeError, InvalidValueError, ColumnNotFoundError: If an argument cannot be used, or a file has none of
            the columns of the first.

    Warns:
        DataWarning: If a file has not all columns: its rows have nothing there.

    Example:
        >>> import pathlib, tempfile
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> for month in ("01", "02"):
        ...     _ = (folder / f"2026-{month}.csv").write_text(f"score,day\n10,2026-{month}-09\n3,2026-{month}-10\n")
        >>> survey = scan(folder / "*.csv", time="day")
        >>> survey.score()
        Score(NPS=0.0, n=4, interval=(-70.0, 70.0), level=0.95)
        >>> [label for label in survey.timeline().labels]
        ['2026-01', '2026-02']
    """
    if engine is not None:
        one_of(engine, SCAN_ENGINES, "engine")
    files, parquet = _files_of(path)
    typed = [name for name in (arguments.get("time"), arguments.get("weight")) if isinstance(name, str)]
    separator = None if parquet else _separator_of(files[0])
    return Survey(scanned(files, scan_engine(engine), separator, typed), **arguments)


def _separator_of(file: str) -> str:
    """Return what parts the cells of a file of CSV; a comma where it lies elsewhere."""
    if "://" in file:
        return ","
    with (gzip.open if file.casefold().endswith(".gz") else open)(file, "rb") as opened:
        return find_separator(opened.read(_HEAD).decode("utf-8", "replace"))


def _files_of(path: Any) -> tuple[list[str], bool]:
    """Return the files that are meant, as texts, and whether they are Parquet."""
    given = several_files(path)
    if given is None and not isinstance(path, str | os.PathLike):
        raise InvalidTypeError(f"path must be a path, a list of paths or a pattern: got {quoted(path)}")
    files = []
    for each in [path] if given is None else given:
        text = os.fsdecode(each)
        if os.path.isdir(text):
            inside = sorted(str(file) for file in Path(text).rglob("*") if file.suffix.casefold() in _PARQUET)
            if not inside:
                raise FileMissingError(f"path: there is no Parquet file in the folder {quoted(text)}")
            files += inside
        elif "://" not in text and not os.path.isfile(text):
            raise FileMissingError(f"path: there is no file {quoted(text)}")
        else:
            files.append(text)
    parquet = [file.casefold().endswith(_PARQUET) for file in files]
    if not all(parquet) and (any(parquet) or not all(file.casefold().endswith(_CSV) for file in files)):
        raise InvalidValueError(
            f"path must name Parquet or CSV files ({', '.join((*_PARQUET, *_CSV))}), and of one kind: got "
            f"{quoted(files[0] if len(files) == 1 else files)}; npskit.read() reads other files"
        )
    return files, all(parquet)
