"""What kind of file it is, from its first bytes, and what is none that can be read."""

from __future__ import annotations

import re
from pathlib import Path

from npskit.errors import UnreadableFileError

_SIGNATURES = (
    (b"PK", "a zip archive in an archive: unpack it and read the file inside"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"BZh", "compressed with bzip2: unpack it first"),
    (b"\xfd7zXZ", "compressed with xz: unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd: unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it and read the file inside"),
    (b"SQLite format 3", "an SQLite database: export the table as CSV"),
    (b"ARROW1", "a Feather (Arrow IPC) file: write it as Parquet"),
    (b"ORC", "an ORC file: write it as Parquet"),
    (b"Obj\x01", "an Avro file: write it as Parquet"),
    (b"X\n\0\0\0", "an R file (.rds): write it with write.csv()"),
    (b"RDX", "an R workspace (.RData): write the table with write.csv()"),
    (b"<table", "a web page, not a workbook: save it as .xlsx or CSV"),
    (b"HEADER RECORD*******", "a SAS transport file: export it as CSV"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r\f\v\x1b")) + b"\x7f"
_STATA = re.compile(rb"<stata_dta>|[\x69-\x73][\x01\x02]\x01\x00")


def binary_kind(head: bytes, packing: str) -> str:
    """Return what kind of file it is that is no text; empty if it is none that can be read.

    Args:
        head: The first bytes, unpacked.
        packing: How it is packed; see `npskit.reading.unpacking`.

    Example:
        >>> binary_kind(b"$FL2@(#) SPSS DATA FILE", ""), binary_kind(b"a,b", "")
        ('spss', '')
    """
    if head.startswith(b"PAR1") and not packing:
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        if b"application/vnd.oasis.opendocument.spreadsheet" in head[:200]:
            return "opendocument"
        return "excel" if b"xl/" in head else ""
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return "excel"
    if head.startswith((b"$FL2", b"$FL3")):
        return "spss"
    return "stata" if _STATA.match(head) else ""


def refuse_other_kinds(path: Path, head: bytes, encoding: str | None) -> None:
    """Refuse what is no text, with what it is.

    Raises:
        UnreadableFileError: If it is none.
    """
    if not head:
        raise UnreadableFileError(f"{path} is empty")
    for signature, what in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFileError(f"{path} is {what}")
    if head[257:262] == b"ustar":
        raise UnreadableFileError(f"{path} is a tar archive: unpack it and read the file inside")
    if re.match(rb"\s*<(!doctype|html|\?xml|head|body)", head, re.IGNORECASE):
        raise UnreadableFileError(f"{path} is a web page or XML, not an export: was it saved without logging in?")
    controls = len(head) - len(head.translate(None, _CONTROLS))
    # Text that says how it is encoded is text; UTF-16 is half NULs.
    if encoding is None and controls > 3 and controls > 0.02 * len(head):
        raise UnreadableFileError(
            f"{path} is not text: npskit reads CSV, TSV, JSON, Parquet, Excel, OpenDocument, SPSS and Stata"
        )


def text_kind(head: str) -> str:
    """Return what kind of text it is: `"delimited"`, `"json"` or `"json lines"`."""
    if re.match(r'\s*\[\s*([{\]"]|-?\d|(?:null|true|false)\b|\[\s*"|$)', head):
        return "json"
    return "json lines" if re.match(r'\s*\{\s*("[^"]*"\s*:|\})', head) else "delimited"
