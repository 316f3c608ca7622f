"""JSON that is one document: the list of records in the answer of an API, and columns as pandas writes them."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from npskit.data import RECOMMENDS, shown
from npskit.errors import UnreadableFileError
from npskit.reading import jsonrecords
from npskit.reading.file_report import Rejected
from npskit.reading.jsonrecords import Record

# What the list of records is called, and what may stand around it.
_LISTS = (
    *("responses", "results", "items", "data", "records", "rows", "entries", "submissions", "values", "value"),
    *("nodes", "edges", "feedback", "feedbacks"),
)
_AROUND = re.compile(
    r"_?(count|total\w*|page\w*|per_?page|next\w*|prev\w*|has_?more|links?|meta\w*|paging|pagination|cursor\w*|status|code"
    r"|message|ok|success|errors?|warnings?|limit|offset|size|first|last|self|url|href|type|object|kind|version|schema"
    r"|request_?id|took|time\w*|columns|types|hogql|query|cache\w*|is_cached|etag|since\w*|until|scanned\w*|\w+count"
    r"|\w+_per_page|\w*code|result_?ok|last_?\w+|is_?last\w*|duration)",
    re.IGNORECASE,
)
_DEEP = 3
_BETWEEN = re.compile(r"[\s,]*")
_DECODER = json.JSONDecoder(strict=False)


def document_in(blocks: Iterable[str], path: object) -> tuple[list[Any] | None, Iterator[str]]:
    """Return the values of a text that are not one of a line each, or of a single line; else None, and the text again.

    Raises:
        UnreadableFileError: If the text goes over lines, and is longer than 8 MiB.
    """
    source, most = iter(blocks), jsonrecords.MAX_LINE
    taken, size = list[str](), 0
    for block in source:
        taken.append(block)
        size += len(block)
        if "\n" in block.strip() or size > most:
            break
    line, ended, rest = "".join(taken).lstrip("\ufeff \t\r\n").partition("\n")
    if _value(line) is not None and rest.strip():
        return None, itertools.chain(taken, source)
    while size <= most and (block := next(source, "")):
        taken.append(block)
        size += len(block)
    if size > most:
        if ended and line.rstrip()[-1:] in ("{", "[", ","):
            raise UnreadableFileError(
                f"{path} is one JSON document of more than {most >> 20} MiB: write a record on each line"
            )
        return None, itertools.chain(taken, source)
    text = "".join(taken).strip("\ufeff \t\r\n")
    values, at = list[Any](), 0
    while at < len(text):
        try:
            value, at = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            return None, iter(taken)
        values.append(value)
        between = _BETWEEN.match(text, at)
        at = between.end() if between else at
    return values, iter(taken)


def _value(line: str) -> Any:
    try:
        return json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return None


def records_of(values: Sequence[Any]) -> tuple[list[Any], str]:
    """Return the records of a document, and what to say of where they were; the values themselves if they are records.

    Example:
        >>> records_of([{"count": 2, "next": None, "results": [{"score": 9}, {"score": 3}]}])
        ([{'score': 9}, {'score': 3}], "The records are those of 'results'.")
        >>> records_of([{"score": {"0": 9, "1": 4}}])
        ([{'score': 9}, {'score': 4}], 'The file holds columns, as pandas writes them.')
    """
    if len(values) != 1:
        return list(values), ""
    found = _found(values[0], "", _DEEP)
    return ([values[0]], "") if found is None else found


def pages(records: Iterator[tuple[int, Record]]) -> Iterator[tuple[int, Record]]:
    """Yield records; where the first two are pages that hold records, those in all pages, numbered throughout.

    Example:
        >>> list(pages(iter([(1, {"page": 1, "data": [{"score": 9}]}), (2, {"page": 2, "data": [{"score": 3}]})])))
        [(1, {'score': 9}), (2, {'score': 3})]
    """
    first = list(itertools.islice(records, 2))
    if len(first) < 2 or not all(_found(record, "", 1) for _, record in first):
        yield from itertools.chain(first, records)
        return
    number = 0
    for _, record in itertools.chain(first, records):
        found = _found(record, "", 1)
        for each in [record] if found is None else found[0]:
            number += 1
            if isinstance(each, dict):
                yield number, each


def listed(values: Iterable[Any], reject: Callable[[Rejected], None]) -> Iterator[tuple[int, Record]]:
    """Yield the number, from 1, and the record of each value; what is no object is rejected."""
    for number, value in enumerate(values, 1):
        if isinstance(value, dict):
            yield number, value
        else:
            reject(Rejected(number, "", shown(value), "is not a JSON object: set aside"))


def _found(value: Any, place: str, depth: int) -> tuple[list[Any], str] | None:
    """Return the records inside a value, and where they were; None if there is no list of them."""
    if isinstance(value, list):
        if value and all(isinstance(row, list) for row in value) and all(isinstance(cell, str) for cell in value[0]):
            return _zipped(value[0], value[1:]), "The first list holds the names of the columns."
        return (_nodes(value), f"The records are those of {place!r}.") if _is_records(value) else None
    if not isinstance(value, dict):
        return None
    columns = _columns(value)
    if columns is not None:
        return columns
    lists = [key for key in value if isinstance(value[key], list) and _is_records(value[key])]
    # of links and the like there are lists too
    lists = [key for key in lists if not _AROUND.fullmatch(key)] or lists
    known = sorted((key for key in lists if key.casefold() in _LISTS), key=lambda key: (not value[key], _rank(key)))
    alone = [key for key in value if key not in lists and not _AROUND.fullmatch(key)]
    named = known or (lists if len(lists) == 1 and not alone else [])
    # a record of its own may hold lists too
    if named and not _is_record(value, named[0]):
        return _found(value[named[0]], f"{place}.{named[0]}".lstrip("."), depth)
    if depth:
        for key in sorted((key for key in value if isinstance(value[key], dict)), key=_rank):
            if all(other == key or _AROUND.fullmatch(other) for other in value):
                found = _found(value[key], f"{place}.{key}".lstrip("."), depth - 1)
                if found is not None:
                    return found
    return None


def _rank(key: str) -> int:
    return _LISTS.index(key.casefold()) if key.casefold() in _LISTS else len(_LISTS)


def _is_record(value: Mapping[str, Any], listed: str) -> bool:
    """Whether an object is an answer itself, by what it holds besides a list."""
    others = [key for key in value if key != listed and not _AROUND.fullmatch(key)]
    if any(key.casefold() in ("score", "rating") or RECOMMENDS.search(key) for key in others):
        return True
    vague = listed.casefold() in ("values", "value", "data", "feedback")
    return vague and any(not isinstance(value[key], list | dict) for key in others)


def _is_records(value: list[Any]) -> bool:
    return all(isinstance(each, dict) for each in value)


# What stands around each record: in GraphQL, Elasticsearch and JSON:API.
_WRAPS = ("node", "_source", "attributes")


def _nodes(records: list[Any]) -> list[Any]:
    """Return records without what is around each; what stands beside it is kept where it is another thing."""
    for wrap in _WRAPS:
        if records and all(isinstance(record.get(wrap), dict) for record in records):
            return [{key: each for key, each in record.items() if key != wrap} | record[wrap] for record in records]
    return records


def _zipped(names: Sequence[Any], rows: Sequence[Any]) -> list[Record]:
    return [dict(zip(map(str, names), row, strict=False)) for row in rows]


def _columns(value: Mapping[str, Any]) -> tuple[list[Any], str] | None:
    """Return the records of an object that holds names and rows, or a column, or row, for each of its keys."""
    names = value.get("columns")
    rows = value.get("results", value.get("data", value.get("rows")))
    if isinstance(names, list) and isinstance(rows, list) and all(isinstance(row, list) for row in rows):
        names = [name.get("name") if isinstance(name, dict) else name for name in names]
        return _zipped(names, rows), "The file holds names of columns, and rows."
    said = "The file holds columns, as pandas writes them."
    inner = list(value.values())
    if inner and all(isinstance(each, list) for each in inner):
        if len(set(map(len, inner))) == 1 and not any(isinstance(v, dict | list) for each in inner for v in each):
            return _zipped(list(value), list(zip(*inner, strict=True))), said
        return None
    if not inner or not all(isinstance(each, dict) and each for each in inner):
        return None
    if all(key.isdigit() for key in value):
        return inner, "The file holds a record for each number."
    if all(key.isdigit() for each in inner for key in each):
        keys = dict.fromkeys(key for each in inner for key in each)
        return [{name: each.get(key) for name, each in value.items()} for key in keys], said
    shared = set.intersection(*map(set, inner))
    if len(inner) > max(2, *map(len, inner)) and shared:
        return inner, "The file holds a record for each key."
    return None
