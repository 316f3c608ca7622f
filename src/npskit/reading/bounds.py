"""How much may be made of a file: the memory that reading takes stays in proportion to the text there is."""

from __future__ import annotations

from pathlib import Path

import attrs

from npskit.errors import UnreadableFileError
from npskit.reading.source import Source

# More columns than that are no survey.
MOST_COLUMNS = 100_000
# So many cells may be filled up, and things rejected, in a file of any size: either takes about a hundred megabytes.
_CELLS, _REJECTED = 12_500_000, 500_000
# A byte of the file that is rejected may take no more than a few times its size.
_REJECTED_BYTES = 32


@attrs.frozen
class Bounds:
    """What would take far more memory than the text there is.

    Args:
        path: The file.
        unpacked: The bytes of its text.
    """

    path: Path
    unpacked: int

    @classmethod
    def of(cls, source: Source) -> Bounds:
        """Return the bounds of a file."""
        return cls(source.path, source.unpacked)

    def check_columns(self, columns: int) -> None:
        """Refuse a file of too many columns.

        Raises:
            UnreadableFileError: If there are more than 100,000.
        """
        if columns > MOST_COLUMNS:
            raise UnreadableFileError(
                f"{self.path} has {columns} columns or more, and no more than {MOST_COLUMNS} can be read: is this the "
                "right separator?"
            )

    def check_filled(self, cells: int) -> None:
        """Refuse a file of which too many cells are empty only because their rows end before, or do not name them.

        Raises:
            UnreadableFileError: If there are more than the file has bytes, and 12.5 million.
        """
        most = _CELLS + self.unpacked
        if cells > most:
            raise UnreadableFileError(
                f"{self.path}: rows hold so few of the columns that more than {most} cells, which is more than the "
                f"{self.unpacked} bytes of the file allow, would be filled up as missing: is this one table?"
            )

    def check_rejected(self, count: int, reason: str) -> None:
        """Refuse a file of which too much cannot be used.

        Raises:
            UnreadableFileError: If it is more than a 32nd of the bytes of the file, and half a million.
        """
        most = _REJECTED + self.unpacked // _REJECTED_BYTES
        if count > most:
            raise UnreadableFileError(
                f"{self.path}: more than {most} cells and rows cannot be used ({reason}): is this the right separator?"
            )
