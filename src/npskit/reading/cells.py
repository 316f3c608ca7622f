"""Raw columns into answers and numbers, with every cell that is neither said so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.answers import INVALID, parse_answer
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.reading.collector import objects, shown
from npskit.scorers.base import Scale

# What survey tools write for "not asked", "don't know" and "refused"; only taken so where it is off the scale.
SENTINELS = (-1, 99, -99, 999, -999)


@attrs.frozen
class BadCell:
    """A cell that could not be used: its position in the column, counted from 0, its value, and why."""

    position: int
    value: str
    reason: str


@attrs.frozen(eq=False)
class Answers:
    """A column of answers, read.

    Args:
        values: float64, shape `(n,)`: the answer; NaN where it is missing; what was given where that is an invalid
            number, and infinity where it is no number, so that whatever counts the values counts them as invalid.
        rejected: Every invalid answer and every sentinel, in order, with the reason.
        missing: How many are missing, sentinels included.
        invalid: How many are invalid.
        sentinels: How often each sentinel was found and taken as missing.
    """

    values: NDArray[np.float64]
    rejected: tuple[BadCell, ...]
    missing: int
    invalid: int
    sentinels: Mapping[int, int]

    @property
    def notes(self) -> tuple[str, ...]:
        """What a careful reader would want to know, in sentences."""
        return tuple(f"{code} stands {n} times and was taken as missing." for code, n in self.sentinels.items())


@attrs.frozen(eq=False)
class Numbers:
    """A column of numbers, read: float64 with NaN where missing or unreadable, and the cells that were unreadable."""

    values: NDArray[np.float64]
    rejected: tuple[BadCell, ...]


def answers_of(
    values: NDArray[Any] | Sequence[Any], scale: Scale, *, missing: Collection[object] | None = None
) -> Answers:
    """Read a raw column as answers on a scale.

    Each distinct value is read once (see `npskit.answers` for the rules), so that a million rows take a fraction of a
    second.

    Args:
        values: The column: texts, numbers, None; shape `(n,)`.
        scale: The question's scale.
        missing: What is taken as missing beside empty cells and the words for it: texts, which match a cell exactly,
            and whole numbers. None for the sentinels -1, 99, -99, 999 and -999 where they are off the scale; an empty
            collection for none at all.

    Raises:
        InvalidTypeError: If the column holds dates or durations, or `missing` is a single text.
        InvalidValueError: If something `missing` lies on the scale.

    Example:
        >>> found = answers_of(["10 - Extremely likely", "9,0", "NA", "99", "11", "x"], Scale(0, 10))
        >>> found.values.tolist()
        [10.0, 9.0, nan, nan, 11.0, inf]
        >>> [cell.reason for cell in found.rejected]
        ['the sentinel 99: taken as missing', 'outside 0..10', 'not a whole number']
    """
    if isinstance(missing, str):
        raise InvalidTypeError(f"missing must be a collection such as [{missing!r}], not the text {missing!r}")
    codes = set(SENTINELS) if missing is None else {v for v in map(parse_answer, missing) if isinstance(v, int)}
    texts = frozenset() if missing is None else frozenset(v for v in missing if isinstance(v, str))
    on_scale = sorted(code for code in codes if code in scale)
    if missing is not None and on_scale:
        raise InvalidValueError(f"missing={on_scale[0]} is an answer on the scale {scale}: it cannot mean missing too")
    codes -= set(on_scale)

    def read(value: Any) -> tuple[float, str | None, int | None]:
        """Return the number, why it is rejected, and the sentinel it is."""
        if isinstance(value, str) and value in texts:
            return np.nan, None, None
        answer = parse_answer(value)
        if answer is None:
            return np.nan, None, None
        if answer is INVALID:
            off = value if _is_number(value) else np.inf
            return float(off), "not a whole number", None
        whole = int(answer)
        if whole in scale:
            return float(whole), None, None
        if whole in codes:
            return np.nan, f"the sentinel {whole}: taken as missing", whole
        return float(whole), f"outside {scale}", None

    array, distinct, codes_of = _coded(values)
    read_all = [read(value) for value in distinct]
    table = np.array([number for number, _, _ in read_all], dtype=np.float64)
    result = table[codes_of] if len(distinct) else np.empty(0)
    rejected = _rejections(array, codes_of, [reason for _, reason, _ in read_all])
    counts = np.bincount(codes_of, minlength=len(distinct)) if len(distinct) else np.empty(0, dtype=np.intp)
    sentinels: dict[int, int] = {}
    for (_, _, sentinel), count in zip(read_all, counts.tolist(), strict=True):
        if sentinel is not None:
            sentinels[sentinel] = sentinels.get(sentinel, 0) + count
    absent = int(np.count_nonzero(np.isnan(result)))
    invalid = len(rejected) - sum(sentinels.values())
    return Answers(result, rejected, absent, invalid, dict(sorted(sentinels.items())))


_POINT = re.compile(r"[+\-−]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?")
_MARKED = re.compile(r"\s*[+\-−]?(\d*(?:([.,])\d{3})*)([.,])(\d+)\s*")
_COMMA = re.compile(r"[+\-−]?(\d{1,3}(\.\d{3})+|\d+)?(,\d*)?([eE][+-]?\d+)?")


def numbers_of(
    values: NDArray[Any] | Sequence[Any], *, decimal: str | None = None, missing: Collection[object] = ()
) -> Numbers:
    """Read a raw column as numbers, such as weights.

    Args:
        values: The column: texts, numbers, None; shape `(n,)`.
        decimal: `"."` or `","`; None finds it out from the column (`find_decimal`).
        missing: Texts and numbers that mean a missing cell.

    Raises:
        InvalidValueError: If `decimal` is neither a point nor a comma.

    Example:
        >>> numbers_of(["0,5", "1.234,75", "x"]).values.tolist()
        [0.5, 1234.75, nan]
    """
    check_decimal(decimal)
    array, distinct, codes = _coded(values)
    comma = (decimal or find_decimal(v for v in distinct if isinstance(v, str))) == ","
    absent = set(missing)

    def read(value: Any) -> tuple[float, str | None]:
        if _is_number(value):
            return (np.nan if value in absent else float(value)), None
        if isinstance(value, str) and value not in absent:
            text = value.strip().replace("\u00a0", "").replace("\u202f", "")
            if (_COMMA if comma else _POINT).fullmatch(text) and any(map(str.isdigit, text)):
                text = text.replace("−", "-")
                return float(text.replace(".", "").replace(",", ".") if comma else text.replace(",", "")), None
        if value in absent or parse_answer(value) is None:
            return np.nan, None
        return np.nan, "not a number"

    found = [read(value) for value in distinct]
    table = np.array([number for number, _ in found], dtype=np.float64)
    result = table[codes] if len(distinct) else np.empty(0)
    return Numbers(result, _rejections(array, codes, [reason for _, reason in found]))


def find_decimal(texts: Iterable[str]) -> str | None:
    """Return the decimal mark of texts, `"."` or `","`, or None where no text tells.

    A mark followed by other than three digits is a decimal one; so is the last one of two kinds in a number.

    Example:
        >>> find_decimal(["12", "1.234,5"])
        ','
    """
    votes = {".": 0, ",": 0}
    for text in texts:
        match = _MARKED.fullmatch(text)
        if match is None:
            continue
        whole, group, mark, digits = match.groups()
        # "1,234" may be a grouped number; "0,234", "12345,678" and "1,2" cannot.
        lone = group is None and (len(digits) != 3 or len(whole) > 3 or whole in ("", "0"))
        if lone or (group is not None and group != mark):
            votes[mark] += 1
    if votes["."] == votes[","]:
        return None
    return max(votes, key=votes.__getitem__)


def check_decimal(decimal: str | None) -> None:
    """Refuse a decimal mark that is neither a point nor a comma.

    Raises:
        InvalidValueError: If it is neither, nor None.
    """
    if decimal not in (None, ".", ","):
        raise InvalidValueError(f"decimal must be '.' or ',': got {decimal!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _coded(values: NDArray[Any] | Sequence[Any]) -> tuple[NDArray[Any], list[Any], NDArray[np.intp]]:
    """Return a column as an array, its distinct values, and the index of each row's value among them."""
    array = values if isinstance(values, np.ndarray) else objects(list(values))
    if array.ndim != 1:
        raise InvalidValueError(f"a column has one dimension: got shape {array.shape}")
    if array.dtype.kind in "mM":
        raise InvalidTypeError(f"the column holds {array.dtype}, not answers or numbers: was the right one named?")
    if array.dtype.kind in "biuf":
        distinct, codes = np.unique(array, return_inverse=True)
        return array, list(distinct), codes
    return array, *coded(array)


def coded(array: NDArray[Any]) -> tuple[list[Any], NDArray[np.intp]]:
    """Return the distinct values of an object array and the index of each row's value; types are kept apart."""
    index: dict[Any, int] = {}
    values: list[Any] = []
    codes = np.empty(len(array), dtype=np.intp)
    for i, value in enumerate(array.tolist()):
        # 1 and True and 1.0 are equal, and not the same answer.
        mark = value if type(value) is str else (type(value), repr(value))
        code = index.get(mark)
        if code is None:
            code = index[mark] = len(values)
            values.append(value)
        codes[i] = code
    return values, codes


def _rejections(array: NDArray[Any], codes: NDArray[np.intp], reasons: list[str | None]) -> tuple[BadCell, ...]:
    bad = np.array([reason is not None for reason in reasons], dtype=bool)
    if not bad.any():
        return ()
    rows = np.flatnonzero(bad[codes])
    return tuple(BadCell(int(i), shown(array[i]), str(reasons[codes[i]])) for i in rows)
