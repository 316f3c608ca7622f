"""Files that are packed: with gzip, or as the only one of a zip archive."""

from __future__ import annotations

import contextlib
import gzip
import tempfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from npskit.errors import UnreadableFileError, reason_of
from npskit.reading.file_report import Progress

try:
    from lzma import LZMAError
except ImportError:  # Python was built without it, and nothing raises it
    LZMAError = zlib.error  # type: ignore[misc,assignment]

# Seconds between two calls of a progress.
_PAUSE = 0.1
# What is unpacked as a whole may not be larger.
MOST_UNPACKED = 256 << 20
_COPIED = 1 << 20
# Files that are beside the data in an archive.
_BESIDE = (".pdf", ".png", ".jpg", ".md", ".html", ".htm", ".xml", ".docx", ".rtf", ".log", ".sha256", ".md5")


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the operating system or a broken archive objects to into an `UnreadableFileError`."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, zlib.error, LZMAError) as error:
        said = reason_of(error) or "it ends too early"  # as EOFError does not say
        raise UnreadableFileError(f"{path} is compressed, and damaged or cut off: {said}") from error
    except zipfile.BadZipFile as error:
        raise UnreadableFileError(f"{path} is a zip archive that is damaged or cut off: {error}") from error
    except NotImplementedError as error:
        raise UnreadableFileError(
            f"{path} is a zip archive packed in a way that npskit cannot unpack ({error}): unpack it first"
        ) from error
    except OSError as error:
        raise UnreadableFileError(f"{path} cannot be read: {reason_of(error)}") from error


def packing_of(path: Path) -> str:
    """Return how a file is packed: empty, `"gzip"`, or `"zip/"` and the name of the one file in the archive.

    Raises:
        UnreadableFileError: If an archive holds no file, or several; it names them.
    """
    with path.open("rb") as raw:
        begin = raw.read(4)
    if begin[:2] == b"\x1f\x8b":
        return "gzip"
    if begin not in (b"PK\x03\x04", b"PK\x05\x06"):
        return ""
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        names = [member.filename for member in members]
        if "mimetype" in names or any(name.startswith("xl/") for name in names):
            return ""  # a workbook
        if any(name.startswith("word/") for name in names):
            raise UnreadableFileError(f"{path} is a Word document: save its table as CSV")
        files = [m for m in members if not m.is_dir() and not m.filename.startswith("__MACOSX/")]
        files = [m for m in files if not m.filename.rpartition("/")[2].startswith(".")]
        data = [m for m in files if not m.filename.lower().endswith(_BESIDE)] or files
    if not data:
        raise UnreadableFileError(f"{path} is an empty zip archive")
    if len(data) > 1:
        shown = ", ".join(repr(member.filename) for member in data[:10]) + (" ..." if len(data) > 10 else "")
        raise UnreadableFileError(f"{path} is a zip archive of {len(data)} files: unpack it and read one of {shown}")
    if data[0].flag_bits & 1:
        raise UnreadableFileError(f"{path} is a zip archive with a password: unpack it first")
    return f"zip/{data[0].filename}"


@contextlib.contextmanager
def unpacked(raw: IO[bytes], packing: str) -> Iterator[IO[bytes]]:
    """Open what is in a file that may be packed."""
    if packing == "gzip":
        yield gzip.GzipFile(fileobj=raw)  # type: ignore[misc]  # a file of bytes as others are
    elif packing:
        with zipfile.ZipFile(raw) as archive, archive.open(packing.removeprefix("zip/")) as file:
            yield file
    else:
        yield raw


@contextlib.contextmanager
def whole_file(path: Path, packing: str) -> Iterator[Path]:
    """Give the path of a file that is not packed: itself, or a temporary one of what is in it.

    Raises:
        UnreadableFileError: If that is larger than 256 MiB.
    """
    if not packing:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="npskit-") as folder:
        target, size = Path(folder) / "unpacked", 0
        with target.open("wb") as file:
            for block in byte_blocks(path, packing, _COPIED):
                size += len(block)
                if size > MOST_UNPACKED:
                    raise UnreadableFileError(
                        f"{path} holds more than {MOST_UNPACKED >> 20} MiB, which is too much to unpack: save it as CSV"
                    )
                file.write(block)
        yield target


def byte_blocks(path: Path, packing: str, block_size: int, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield a file in blocks, unpacked, telling `progress` at most ten times a second, and at the end."""
    size, due = path.stat().st_size, time.monotonic() + _PAUSE
    with path.open("rb") as raw, unpacked(raw, packing) as file:
        while block := file.read(block_size):
            yield block
            now = time.monotonic()
            if progress is not None and now >= due:
                progress(min(raw.tell(), size), size)
                due = now + _PAUSE
    if progress is not None:
        progress(size, size)
