"""The times of a file: on the clock that was asked for, and what is said of them."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Times
from npskit.data import TimeColumn, row_said
from npskit.errors import DataWarning, quoted, warn
from npskit.reading.file_report import FileReport
from npskit.times import in_zone, instants


def asked_clock(times: TimeColumn, report: FileReport, time_zone: str | None) -> tuple[Times, list[str]]:
    """Return times on the clock of the zone that was asked for, and a note on what was done to that end."""
    values, own = times.values, report.time_zone
    if time_zone is None or np.isnat(values).all():
        return values, []
    if times.aware:
        return values, [f"times that know their zone were converted to {time_zone}."]
    if own is None:
        return values, [f"times were taken to be in {time_zone}, as time_zone= says."]
    if own == time_zone:
        return values, []
    if np.array_equal(values, values.astype("datetime64[D]"), equal_nan=True):
        return values, [f"dates without a time of day were left as they are, in {own}."]
    moved = in_zone(instants(values, own), time_zone)
    return moved, [f"times are in {own} in files of {report.tool or report.format}, and were converted to {time_zone}."]


def warn_of_no_time(name: str, times: TimeColumn) -> None:
    """Warn of a column bound as the time that holds cells, and not one that is a time."""
    if times.rejected and np.isnat(times.values).all():
        first = times.rejected[0]
        warn(
            f"time: no cell of column {quoted(name)} could be read as a time: "
            f"{row_said(first.position, times.row_numbers)} "
            f"holds {quoted(first.value)}; name another column, or write its times like 2026-03-09 14:05",
            DataWarning,
        )
