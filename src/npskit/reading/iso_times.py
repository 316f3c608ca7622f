"""Times as most files write them, in ISO 8601 without a zone, read from bytes 8 at once."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from npskit.reading.stretches import Places, words_at

# Times, and what stands between the date and the hour.
MarkedTimes = tuple[NDArray[np.datetime64], str]
DATE, SECONDS = len("2026-03-01"), len("2026-03-01 10:15:00")


def may_be_time(size: int) -> bool:
    """Whether a text of this length may be a date, or one with a time of day."""
    return size in (DATE, SECONDS)


def marked_times(data: bytes, begin: Places, size: int, given: NDArray[np.bool_]) -> MarkedTimes | None:
    """Return cells of one size as times, if all are written in the one form; those not given are missing."""
    if not may_be_time(size):
        return None
    mark = ""
    if size == SECONDS and len(begin):
        mark = chr(data[int(begin[0]) + DATE])
        if mark not in "T ":
            return None
    found = _iso_times(data, begin, size, mark) if len(begin) else np.empty(0, "datetime64[us]")
    if found is None or len(found) == len(given):
        return None if found is None else (found, mark)
    times = np.full(len(given), np.datetime64("NaT", "us"))
    times[given] = found
    return times, mark


_U64 = np.uint64
_EIGHTY, _BYTE = _U64(0x8080_8080_8080_8080), _U64(0xFF)
# Hours, minutes and seconds among the bytes of a time of day, and what sets the highest bit of one that is too large.
_CLOCK, _BEYOND = _U64(0x00FF_0000_FF00_00FF), _U64(0x0044_0000_4400_0068)


def _iso_times(data: bytes, begin: Places, size: int, mark: str) -> NDArray[np.datetime64] | None:
    """Return texts of one size as times, 8 letters at once; None if one is no such time."""
    # the second of the words holds the day, the third the time of day
    forms = [(0, "0000-00-"), (8, f"00{mark}00:00"), (11, "00:00:00")] if mark else [(0, "0000-00-"), (2, "00-00-00")]
    pairs = []
    wrong = np.zeros(len(begin), _U64)
    for offset, form in forms:
        letters = words_at(data, begin + offset if offset else begin)
        letters ^= _word(form.encode())
        # 0 to 9 where there must be digits, 0 elsewhere: all else sets the highest bit of its byte
        wrong |= letters
        wrong |= letters + _word(bytes(0x76 if letter == "0" else 0x7F for letter in form))
        # each byte becomes ten times itself and the next one
        pair = letters * _U64(10)
        letters >>= _U64(8)
        pair += letters
        pairs.append(pair)

    def number(pair: int, at: int) -> NDArray[np.uint64]:
        found = pairs[pair] >> _U64(8 * at)
        found &= _BYTE
        return found

    month = number(0, 0)
    for at in (2, 5):
        month *= _U64(100)
        month += number(0, at)
    month -= _U64(100 * _YEARS[0])
    months = month.view(np.int64)
    day = number(1, 0 if mark else 6)
    day -= _U64(1)
    if mark:
        clock = pairs[2] & _CLOCK
        wrong |= clock + _BEYOND
    starts, lengths = _months()
    # others may mean something else where they are not refused
    if np.bitwise_or.reduce(wrong) & _EIGHTY or (day >= lengths.take(months, mode="clip")).any():
        return None
    day *= _U64(86_400_000_000)
    times = starts.take(months, mode="clip")
    times += day.view(np.int64)
    if mark:
        # the hours come to stand where the minutes are, 60 times
        minutes = clock * _U64((60 << 24) + 1)
        minutes >>= _U64(24)
        minutes &= _U64(0xFFFF)
        minutes *= _U64(60)
        clock >>= _U64(48)
        minutes += clock
        minutes *= _U64(1_000_000)
        times += minutes.view(np.int64)
    return times.view("datetime64[us]")


def _word(letters: bytes) -> np.uint64:
    return np.uint64(int.from_bytes(letters, "little"))


_YEARS = (1900, 2200)


@functools.cache
def _months() -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return when each month begins, in microseconds from 1970, and its days, at 100 times the years from 1900 plus it.

    What is no month has no days.
    """
    first = np.arange(f"{_YEARS[0]}-01", f"{_YEARS[1]}-02", dtype="datetime64[M]").astype("datetime64[D]")
    days = first.astype(np.int64)
    years, months = np.divmod(np.arange(len(days) - 1), 12)
    at = 100 * years + months + 1
    starts, lengths = np.zeros(at[-1] + 2, np.int64), np.zeros(at[-1] + 2, np.uint64)
    starts[at], lengths[at] = days[:-1] * 86_400_000_000, np.diff(days)
    return starts, lengths
