"""JSON lines and JSON arrays of records into columns."""

from __future__ import annotations

import array
import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.data import objects, shown
from npskit.errors import UnreadableFileError
from npskit.reading.bounds import Bounds
from npskit.reading.collector import DAMAGED
from npskit.reading.delimited import Grammar, whole_lines
from npskit.reading.file_report import Columns, Rejected

Record = dict[str, Any]
# A record takes far more memory than its text.
MAX_LINE = 8 << 20
_SURROGATE = re.compile("[\ud800-\udfff]")
_BETWEEN = re.compile(r"[\s,]*+")
_DECODER = json.JSONDecoder(strict=False)
_NEXT_RECORD = re.compile(r"\}\s*,\s*(?=\{)")
LARGEST_EXACT, _INT64 = 1 << 53, 1 << 63
# Longer texts are comments, which seldom occur twice.
_INTERNED = 40
# So many different ones are ids, which do not either.
_MOST_INTERNED = 100_000


def json_lines(blocks: Iterable[str], path: object, reject: Callable[[Rejected], None]) -> Iterator[tuple[int, Record]]:
    """Yield the number and the record of each line; a line that is no JSON object is rejected.

    Raises:
        UnreadableFileError: If a line is longer than 8 MiB.
    """
    grammar = Grammar(",")
    lines = itertools.chain.from_iterable(map(grammar.lines, whole_lines(blocks, grammar)))
    for number, line in enumerate(lines, 1):
        reason = "is not a JSON object"
        if len(line) > MAX_LINE:
            raise UnreadableFileError(f"{path}: line {number} is longer than {MAX_LINE >> 20} MiB: this is no record")
        try:
            record = json.loads(line, strict=False) if line.strip() else {}
        except (ValueError, RecursionError) as error:
            record, reason = None, f"is not JSON ({error})"
        if not isinstance(record, dict):
            reject(Rejected(number, "", shown(line.strip()), f"{reason}: set aside"))
        elif line.strip():
            yield number, record


def json_array(blocks: Iterable[str], path: object, reject: Callable[[Rejected], None]) -> Iterator[tuple[int, Record]]:
    """Yield the number, from 1, and the record of each element of an array; broken ones are rejected.

    Raises:
        UnreadableFileError: If an element is longer than 8 MiB, or the array never ends.
    """
    source = iter(blocks)
    text = next((block.lstrip() for block in source if block.strip()), "").removeprefix("[")
    at, number = 0, 1
    while True:
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
        if text.startswith("]", at):
            return
        value, end, state = _decode(text, at)
        following = None if state == "done" else _NEXT_RECORD.search(text, at)
        if state == "done":
            at = end
            if isinstance(value, dict):
                yield number, value
            else:
                reject(Rejected(number, "", shown(value), "is not a JSON object: set aside"))
            number += 1
        elif (state == "open" or following is None) and len(text) - at <= MAX_LINE and (block := next(source, None)):
            # It is tried again when twice as much has come, so that the work stays linear.
            parts, size = [text[at:], block], len(text) - at
            while sum(map(len, parts)) < min(2 * size, MAX_LINE) and (block := next(source, None)):
                parts.append(block)
            text, at = "".join(parts), 0
        elif following is not None:
            reject(Rejected(number, "", shown(text[at : following.start() + 1]), "is not JSON: set aside"))
            number, at = number + 1, following.end()
        else:
            raise UnreadableFileError(
                f"{path}: record {number} of the JSON array is cut off, broken or over {MAX_LINE >> 20} MiB long"
            )


def _decode(text: str, at: int) -> tuple[Any, int, str]:
    """Return the JSON value at a place, where it ends, and whether it is done, broken, or open: it may go on."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        # Half a literal or escape at the very end of the text is no error yet.
        goes_on = error.msg.startswith("Unterminated") or error.pos > len(text) - 16
        return None, at, "open" if goes_on else "broken"
    except (ValueError, RecursionError):
        return None, at, "broken"
    return value, end, "done" if end < len(text) else "open"


def flat(record: Record) -> Record:
    """Return a record with nested objects flattened one level ("person.name"), and anything deeper as JSON text.

    Example:
        >>> flat({"score": 9, "person": {"name": "Ann", "tags": ["a"]}})
        {'score': 9, 'person.name': 'Ann', 'person.tags': '["a"]'}
    """
    result: Record = {}
    for key, value in record.items():
        if isinstance(value, dict):
            result |= {f"{key}.{inner}": _scalar(deeper) for inner, deeper in value.items()}
        else:
            result[key] = _scalar(value)
    return result


def _scalar(value: Any) -> Any:
    if isinstance(value, (dict, list)):
        value = json.dumps(value, ensure_ascii=False)
    return _SURROGATE.sub("\ufffd", value) if isinstance(value, str) and not value.isascii() else value


class RecordCollector:
    """Collects flat records into columns of their own kinds.

    Args:
        wants: Whether a key is wanted as a column.
        bounds: How much may be made of the file.
        missing: The words that mean a missing cell.
    """

    def __init__(self, wants: Callable[[str], bool], bounds: Bounds, missing: Iterable[str] = ()) -> None:
        self.rejected: list[Rejected] = []
        self.names: dict[str, bool] = {}  # every key seen, and whether it is wanted
        self._wants, self._bounds = wants, bounds
        self._texts: dict[str, str | None] = dict.fromkeys(["", *missing])
        self._columns: dict[str, list[Any]] = {}
        self._numbers = array.array("q")
        self._given = 0

    def add(self, number: int, record: Record) -> None:
        """Take in a flat record."""
        row = len(self._numbers)
        self._numbers.append(number)
        self.know(record)
        for key, value in record.items():
            if not self.names[key]:
                continue
            self._given += 1
            column = self._columns.setdefault(key, [])
            column += [None] * (row - len(column))
            if isinstance(value, str):
                if "\ufffd" in value:
                    self.rejected.append(Rejected(number, key, shown(value), DAMAGED, "damaged"))
                value = (
                    self._texts.get(value, value)
                    if len(value) > _INTERNED or len(self._texts) > _MOST_INTERNED
                    else self._texts.setdefault(value, value)
                )
            column.append(value)
        self._bounds.check_filled(len(self._columns) * len(self._numbers) - self._given)

    def know(self, record: Record) -> None:
        """Remember a record's keys."""
        for key in record:
            if key not in self.names:
                self.names[key] = self._wants(key)
                self._bounds.check_columns(len(self.names))

    def finish(self) -> tuple[Columns, NDArray[np.int64]]:
        """Return the columns, each of its own kind, and the record number of each row."""
        rows = len(self._numbers)
        columns: Columns = {}
        for key in list(self._columns):
            values = self._columns.pop(key)
            columns[key] = typed(values + [None] * (rows - len(values)))
        return columns, np.array(self._numbers, dtype=np.int64)


def typed(values: list[Any]) -> NDArray[Any]:
    """Return values as a numeric or boolean array where they are all of that kind, else as an object array.

    Missing numbers are NaN; whole numbers that a float could not hold exactly stay objects then.

    Example:
        >>> typed([9, None, 7]).tolist()
        [9.0, nan, 7.0]
    """
    kinds = set(map(type, values))
    told = kinds - {type(None)}
    if told == {bool} == kinds:
        return np.array(values, dtype=bool)
    if told == {int} == kinds and all(-_INT64 <= v < _INT64 for v in values):
        return np.array(values, dtype=np.int64)
    exact = all(abs(v) <= LARGEST_EXACT for v in values if type(v) is int)
    if told and told <= {int, float} and exact:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    return objects(values)
