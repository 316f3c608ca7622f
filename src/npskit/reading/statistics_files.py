"""Files of SPSS (.sav, .zsav) and Stata (.dta) through pyreadstat."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from npskit.errors import UnreadableFileError, optional
from npskit.reading.source import Source
from npskit.reading.typed_cells import meant

# A cell takes far more memory than its bytes in a file that is compressed.
_MOST_CELLS = 25_000_000


@attrs.frozen
class StatisticsTable:
    """A table of a statistics package.

    Args:
        columns: The cells of each column, None where they are missing, also by what the file says is missing.
        texts: The text of the question of each column, if it has one.
        labels: What each value of a column means, if the file says so.
    """

    columns: dict[str, list[Any]]
    texts: Mapping[str, str]
    labels: Mapping[str, Mapping[Any, str]]


def load_statistics_file(path: Path, source: Source) -> StatisticsTable:
    """Read a file of SPSS or Stata.

    Args:
        path: The file, unpacked.
        source: What it is.

    Raises:
        MissingDependencyError: If pyreadstat is not installed.
        UnreadableFileError: If the file is damaged, or too large.
    """
    what = "an SPSS file" if source.kind == "spss" else "a Stata file"
    pyreadstat = optional("pyreadstat", f"{source.path} is {what}: reading it", "files")
    read = pyreadstat.read_sav if source.kind == "spss" else pyreadstat.read_dta
    try:
        _, told = read(str(path), metadataonly=True)
        cells = (told.number_rows or 0) * max(told.number_columns, 1)
        if cells > _MOST_CELLS:
            raise UnreadableFileError(
                f"{source.path} is {what} of {cells:,} cells, and no more than {_MOST_CELLS:,} can be read: export "
                "it as CSV"
            )
        columns, told = read(str(path), output_format="dict")
    except UnreadableFileError:
        raise
    except Exception as error:  # pyreadstat has kinds of its own, and lets through those of others
        raise UnreadableFileError(f"{source.path} is {what} that is damaged or cut off: {error}") from error
    labels = {
        name: {_cell(value): str(text) for value, text in pairs.items()}
        for name, pairs in told.variable_value_labels.items()
    }
    return StatisticsTable(
        {name: [_cell(value) for value in np.asarray(values).tolist()] for name, values in columns.items()},
        {name: str(text) for name, text in told.column_names_to_labels.items() if text},
        labels,
    )


def _cell(value: Any) -> Any:
    return meant(value.strip() if isinstance(value, str) else value)  # texts are padded to one width
