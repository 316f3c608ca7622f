"""Opening files: what they are, how their text is encoded, and their text in blocks of bounded size."""

from __future__ import annotations

import codecs
import os
from collections.abc import Iterator
from pathlib import Path

import attrs
import numpy as np

from npskit.checks import of_kind
from npskit.errors import (
    FileMissingError,
    InvalidTypeError,
    InvalidValueError,
    UnreadableFileError,
    did_you_mean,
    quoted,
    reason_of,
)
from npskit.reading.file_report import Progress
from npskit.reading.kinds import binary_kind, refuse_other_kinds, text_kind
from npskit.reading.look_ahead import look_ahead
from npskit.reading.text_encoding import found_encoding, sample_of
from npskit.reading.unpacking import byte_blocks, packing_of, reading, unpacked

# Small blocks are parsed faster: their cells are still in the processor's cache when they become columns.
BLOCK = 1 << 16
_SCANNED = 1 << 21
# Cells that are not made objects of are split fastest in larger blocks.
_WIDE = 1 << 21
HEAD = 1 << 16
# So much of the end of a text is looked at for rows that sum up a table.
TAIL = 1 << 14
# No line, quoted cell or JSON record may be longer: what exceeds it is not a survey, and must not fill the memory.
MAX_LINE = 16 << 20

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# The bit that is set in a byte that is not ASCII, in 8 of them.
_HIGH = np.uint64(0x8080_8080_8080_8080)


@attrs.frozen
class Source:
    """A file that exists, and what it holds.

    Args:
        path: The file.
        kind: Delimited, json lines, json, parquet, excel, opendocument, spss or stata.
        size: Its size.
        packing: How it is packed: not at all (empty), `"gzip"`, or `"zip/"` and the name of the file in the archive.
        encoding: How its text is encoded.
        head: The beginning of the text.
        notes: What to say of the encoding.
        unpacked: The bytes of its text.
        sound: Whether the text is UTF-8 throughout, without NULs.
        tail: Whole lines at the end of the text.
    """

    path: Path
    kind: str
    size: int
    packing: str = ""
    encoding: str = "utf-8"
    head: str = ""
    notes: tuple[str, ...] = ()
    unpacked: int = 0
    sound: bool = False
    tail: str = ""


def text_blocks(source: Source, progress: Progress | None = None) -> Iterator[str]:
    """Yield a file's text in blocks; U+FFFD stands for what could not be decoded and for NUL."""
    decoder = codecs.getincrementaldecoder(source.encoding)(errors="replace")
    first = True
    with reading(source.path):
        for block in byte_blocks(source.path, source.packing, BLOCK, progress):
            text = decoder.decode(block)
            # An encoding given by hand may leave the byte order mark in the text.
            yield (text.removeprefix("\ufeff") if first else text).replace("\0", "\ufffd")
            first = False
        yield decoder.decode(b"", final=True)


def utf8_blocks(source: Source, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield a file's text in UTF-8 in blocks, with U+FFFD as `text_blocks` has it."""
    if not source.sound:
        for text in text_blocks(source, progress):
            yield text.encode("utf-8", "surrogatepass")
        return
    first = True
    with reading(source.path):
        for block in byte_blocks(source.path, source.packing, _WIDE, progress):
            yield block.removeprefix(codecs.BOM_UTF8) if first else block
            first = False


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return the path of a file that exists.

    Raises:
        InvalidTypeError: If `path` is not a path.
        FileMissingError: If there is nothing at `path`.
        UnreadableFileError: If it is a directory or another thing that is not a file.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise InvalidTypeError(f"path must be a str or a Path, not {quoted(path)} ({type(path).__name__})")
    if not os.fspath(path):
        raise FileMissingError("path is an empty text: name the file to read")
    found = Path(path)
    try:
        exists, is_file, is_dir = found.exists(), found.is_file(), found.is_dir()
    except (OSError, ValueError) as error:  # a name that is too long, or holds a NUL
        raise FileMissingError(f"there is no file at {str(path)[:200]!r}: {reason_of(error)}") from error
    if not exists:
        raise FileMissingError(f"there is no file at {str(path)!r}{_siblings(found)}")
    if is_dir:
        raise UnreadableFileError(f"{path} is a directory: name the file in it")
    if not is_file:
        raise UnreadableFileError(f"{path} is not a regular file: it must be readable twice")
    return found


def _siblings(path: Path) -> str:
    try:
        names = [p.name for p in path.parent.iterdir() if p.is_file()]
    except OSError:
        return f": there is no directory {str(path.parent)!r} that can be listed"
    hint = did_you_mean(path.name, names)
    return f"; {hint}" if hint.startswith("did you mean") else ""


def inspect(path: Path, encoding: str | None = None, progress: Progress | None = None) -> Source:
    """Detect what a file is and how its text is encoded, in one pass over its bytes and little memory.

    Text is what its byte order mark says; else UTF-8, where no byte or fewer sequences contradict it than confirm it
    (such a byte is damage); else what its characters show, or Windows-1252; see `npskit.reading.text_encoding`.

    Raises:
        InvalidValueError: If `encoding` is not known.
        UnreadableFileError: If the file is empty, is not text or Parquet, or has a line of more than 16 MiB.
    """
    if encoding is not None:
        of_kind(encoding, str, "encoding")
        try:
            b"abcd".decode(encoding, errors="replace")
            codecs.getincrementaldecoder(encoding)
        except (LookupError, ValueError) as error:
            raise InvalidValueError(
                f"encoding {quoted(encoding)} is not known: try 'utf-8', 'cp1252' or 'utf-16'"
            ) from error
    with reading(path):
        size = path.stat().st_size
        packing = packing_of(path)
        with path.open("rb") as raw, unpacked(raw, packing) as file:
            head = file.read(HEAD)
        kind = binary_kind(head, packing)
        if kind:
            return Source(path, kind, size, packing)
        told = _with_order(encoding, head) or _told_encoding(head)
        refuse_other_kinds(path, head, told)
        kind = text_kind(head.decode(told or "latin-1", errors="replace").removeprefix("\ufeff"))
        scan = _scan(path, packing, told, progress, bounded=kind != "json")
    text = head.decode(scan.encoding, errors="replace").removeprefix("\ufeff")
    if not text.strip():
        raise UnreadableFileError(f"{path} is empty but for blank space: there is not even a header row")
    tail = _tail(head, scan)
    return Source(path, kind, size, packing, scan.encoding, text, scan.notes, scan.size, scan.sound, tail)


def _tail(head: bytes, scan: _TextScan) -> str:
    """Return the whole lines at the end of a text."""
    cut = (len(scan.tail) - scan.size) % 4  # characters of UTF-16 and UTF-32 begin at multiples of it
    whole = scan.size <= len(scan.tail)
    # what the text begins with says in which order the bytes are
    text = (scan.tail if whole else head[:4] + scan.tail[cut:]).decode(scan.encoding, errors="replace")
    return text.removeprefix("\ufeff") if whole else text.partition("\n")[2]


# The byte order marks of UTF-16 and UTF-32; others do not say what the order is.
_ORDERS = {
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
}


def _with_order(encoding: str | None, head: bytes) -> str | None:
    """Return an encoding; UTF-16 and UTF-32 without a byte order mark with the order of bytes that the text shows."""
    if encoding is None or codecs.lookup(encoding).name not in ("utf-16", "utf-32"):
        return encoding
    shown = _told_encoding(head)
    return encoding if head.startswith(_ORDERS[codecs.lookup(encoding).name]) else shown or f"{encoding}-le"


def _told_encoding(head: bytes) -> str | None:
    """Return what the byte order mark says, or the pattern of NULs in UTF-16 without one."""
    for mark, name in _BOMS:
        if head.startswith(mark):
            return name
    even, odd = head[::2].count(0), head[1::2].count(0)
    if len(head) >= 8 and max(even, odd) > 0.15 * len(head) and min(even, odd) < 0.02 * len(head):
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


@attrs.frozen
class _TextScan:
    """What a pass over a text found: its encoding, how many bytes it has, if sound UTF-8, and the last."""

    encoding: str
    size: int
    sound: bool
    tail: bytes
    notes: tuple[str, ...] = ()


def _scan(path: Path, packing: str, told: str | None, progress: Progress | None, *, bounded: bool) -> _TextScan:
    """Pass over all bytes of a text, refusing endless lines on the way."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    looked_at = told is None or codecs.lookup(told).name in ("utf-8", "utf-8-sig")
    plain, good, bad, nuls, run, size, tail = True, 0, 0, False, 0, 0, b""
    for block, beyond in look_ahead(_beyond_ascii, byte_blocks(path, packing, _SCANNED, progress)):
        last = block.rfind(b"\n")
        last = max(last, block.rfind(b"\r", last + 1))
        run = run + len(block) if last < 0 else len(block) - last - 1
        size += len(block)
        tail = (block if len(block) >= TAIL else tail + block)[-TAIL:]
        if bounded and run > MAX_LINE:
            line = _line_of(path, packing, size - run)
            raise UnreadableFileError(f"{path}: line {line} is longer than {MAX_LINE >> 20} MiB: this is not a table")
        nuls = nuls or b"\0" in block
        if looked_at and not (plain and not beyond()):
            text = decoder.decode(beyond() or block[:1])
            damaged = text.count("\ufffd")
            bad += damaged
            good += len(text) - len(text.encode("ascii", "ignore")) - damaged
            plain = False
    bad += decoder.decode(b"", final=True).count("\ufffd")
    sound = looked_at and not bad and not nuls
    if told is not None:
        return _TextScan(told, size, sound, tail)
    if plain or (bad <= good and good):
        return _TextScan("utf-8", size, sound, tail)
    encoding, note = found_encoding(sample_of(byte_blocks(path, packing, BLOCK)))
    return _TextScan(encoding, size, False, tail, (note,))


def _beyond_ascii(block: bytes) -> bytes:
    """Return the words of a block that are not all ASCII, and those behind them: the characters beyond are the same."""
    if block.isascii():
        return b""
    size = len(block) // 8 * 8
    words = np.frombuffer(block, np.uint64, size // 8)
    high = (words & _HIGH) != 0
    near = high.copy()
    near[1:] |= high[:-1]
    # the first may end what the block before has begun
    near[:1] = True
    found: bytes = words[near].tobytes()
    return found + block[size:]


def _line_of(path: Path, packing: str, place: int) -> int:
    """Return the number of the line that a byte is in."""
    number = 1
    for block in byte_blocks(path, packing, _SCANNED):
        number += block[:place].count(b"\n") if place > 0 else 0
        place -= len(block)
    return number
