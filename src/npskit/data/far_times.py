"""Times far from all others of their column: left-overs of clocks that were not set, of empty cells, of slips."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

FAR = "far time"
# A time is far if it lies outside of these years, up to so many after the present, and so far from the median.
_SINCE, _AHEAD, _YEARS = 1990, 2, 20


def _usual() -> tuple[np.datetime64, np.datetime64]:
    """Return from when on and until when times are never far from others."""
    year = dt.datetime.now(dt.UTC).year + _AHEAD
    return np.datetime64(f"{_SINCE}-01-01", "us"), np.datetime64(f"{year + 1}-01-01", "us")


def may_be_far(times: NDArray[np.datetime64]) -> bool:
    """Return whether a column that holds these times may have some that are far from others; see `far_times`.

    Example:
        >>> may_be_far(np.array(["2025-01-01", "NaT"], "M8[us]")), may_be_far(np.array(["1970-01-01"], "M8[us]"))
        (False, True)
    """
    first, last = _usual()
    return bool(((times < first) | (times >= last)).any())


def far_times(
    times: NDArray[np.datetime64], copies: NDArray[np.float64] | None = None
) -> tuple[NDArray[np.bool_], str]:
    """Return which times of a column are far from the others, and why these are not taken.

    Those are far that lie before 1990 or after the year after next, and also more than 20 years from the median of the
    column. Where the median itself lies before 1990, old times are as they should be, as in an archive.

    Args:
        times: datetime64[us], shape `(n,)`; NaT where missing.
        copies: How many rows have each, shape `(n,)`; None for 1.

    Example:
        >>> far, why = far_times(np.array(["1970-01-01", "2026-03-01", "2026-03-02", "NaT"], "M8[us]"))
        >>> far.tolist(), why
        ([True, False, False, False], 'more than 20 years from the median of its column, 2026-03-01')
        >>> far_times(np.array(["1970-01-01", "1980-03-01"], "M8[us]"))[0].any()
        np.False_
    """
    first, last = _usual()
    outside = (times < first) | (times >= last)  # NaT is neither
    if not outside.any():
        return outside, ""
    order = np.argsort(times, kind="stable")  # NaT comes last
    known = times[order[: np.count_nonzero(~np.isnat(times))]]
    ends = np.cumsum((np.ones(len(times)) if copies is None else copies)[order[: len(known)]])
    places = np.array([ends[-1] // 2, (ends[-1] - 1) // 2])
    middle = known[np.searchsorted(ends, places, side="right")]  # of an even number, either of two
    likely = middle[(middle >= first) & (middle < last)]
    median = (likely if len(likely) else middle)[0]
    if median >= last:
        return np.zeros(len(times), np.bool_), ""
    if not len(likely):
        outside = times >= last
    distance = np.abs(times.astype("datetime64[D]").astype(np.int64) - median.astype("datetime64[D]").astype(np.int64))
    far = outside & (distance > _YEARS * 365.25)
    return far, f"more than {_YEARS} years from the median of its column, {median.astype('datetime64[D]')}"
