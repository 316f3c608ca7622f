"""Files of answers, as survey tools and people write them, and with the damage that happens to files."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from npskit.errors import quoted
from tests.fuzz.cells import cells
from tests.fuzz.draw import Draw
from tests.fuzz.holders import ROLES_OF_TABLE, breaks_frames

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp1250", "cp874", "koi8-r")


def _csv(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    text = io.StringIO()
    separator = draw.among([",", ",", ";", "\t", "|"])
    writer = csv.writer(text, delimiter=separator, lineterminator=draw.among(["\n", "\r\n", "\r"]))
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    encoding = draw.among(ENCODINGS)
    draw.note("encoding", encoding)
    return text.getvalue().encode(encoding, "replace")


def _records(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _json(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    return json.dumps(_records(columns), default=str, ensure_ascii=draw.chance(0.5)).encode("utf-8", "surrogatepass")


def _json_lines(_: Draw, columns: dict[str, list[Any]]) -> bytes:
    return "\n".join(json.dumps(row, default=str) for row in _records(columns)).encode()


def _parquet(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    """Return a Parquet file; of the cells over which PyArrow would end the process their texts."""
    to, texts = io.BytesIO(), draw.chance(0.2)
    held = {
        name: [None if cell is None else quoted(cell) for cell in cells] if texts or breaks_frames(cells) else cells
        for name, cells in columns.items()
    }
    pq.write_table(pa.table(held), to)
    return to.getvalue()


def _gzip(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    return gzip.compress(_csv(draw, columns))


def _zip(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(draw.among(["answers.csv", "xl/workbook.xml"]), _csv(draw, columns))
    return to.getvalue()


def _workbook(draw: Draw, columns: dict[str, list[Any]]) -> bytes:
    """Return a workbook as spreadsheets write it; a cell that none can hold is its text."""
    book, to = openpyxl.Workbook(), io.BytesIO()
    if draw.chance(0.7):
        book.remove(book.active)
    sheet = book.create_sheet(draw.among(["answers", "Sheet1", "x" * 31]))
    for row in [list(columns), *zip(*columns.values(), strict=True)]:
        plain = [cell if isinstance(cell, int | float | str | dt.datetime | None) else quoted(cell) for cell in row]
        sheet.append([0 if isinstance(cell, int) and abs(cell) > 10**300 else cell for cell in plain])
    book.save(to)
    return to.getvalue()


def _nothing(draw: Draw, _: dict[str, list[Any]]) -> bytes:
    return draw.among(
        [b"", b"\n\n\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\x00" * 9, b"null", b"[]", b"{}", b"PAR1", b"PK"]
    )


KINDS: dict[str, tuple[str, Callable[[Draw, dict[str, list[Any]]], bytes]]] = {
    "csv": (".csv", _csv),
    "tsv": (".tsv", _csv),
    "json": (".json", _json),
    "json lines": (".jsonl", _json_lines),
    "parquet": (".parquet", _parquet),
    "gzip": (".csv.gz", _gzip),
    "xlsx": (".xlsx", _workbook),
    "archive": (".xlsx", _zip),
    "nothing": (".csv", _nothing),
}


def _cut(draw: Draw, content: bytes) -> bytes:
    return content[: draw.whole(0, len(content))]


def _flip(draw: Draw, content: bytes) -> bytes:
    found = bytearray(content)
    for _ in range(draw.whole(1, 8)):
        if found:
            found[draw.whole(0, len(found) - 1)] = draw.whole(0, 255)
    return bytes(found)


def _insert(draw: Draw, content: bytes) -> bytes:
    at = draw.whole(0, len(content))
    bits = [b'"', b"'", b"\x00", b"\r", b"\n", b",", b";" * 3000, b'"' * 99, b"\xff\xfe", b"[" * 2000, b"9" * 5000]
    return content[:at] + draw.among(bits) + content[at:]


def _twice(draw: Draw, content: bytes) -> bytes:
    return content + content


DAMAGE: dict[str, Callable[[Draw, bytes], bytes]] = {
    "cut": _cut,
    "flipped": _flip,
    "inserted": _insert,
    "twice": _twice,
}


def content(draw: Draw) -> tuple[str, bytes]:
    """Return the ending and the bytes of a file."""
    n = draw.among([0, 1, 5, 40])
    columns = {role: cells(draw, role, n) for role in ROLES_OF_TABLE}
    name = draw.among(["csv", "csv", *KINDS])
    found = b""
    with contextlib.suppress(Exception):
        found = KINDS[name][1](draw, columns)
        draw.note("file", name)
    while draw.chance(0.35):
        kind = draw.among(list(DAMAGE))
        draw.note("damage of a file", kind)
        found = DAMAGE[kind](draw, found)
    return KINDS[draw.among(list(KINDS))][0] if draw.chance(0.1) else KINDS[name][0], found
