"""What became of the rows that a result was made of: nothing that came in is lost."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Any, Self

import attrs

from npskit.errors import counted
from npskit.results.mergeable import Mergeable
from npskit.results.result import Result
from npskit.results.stored import as_whole


@attrs.frozen
class RowCounts(Mergeable):
    """What became of the rows that came in; the five numbers sum to `rows`.

    Args:
        n: Rows that count; each result says what that means.
        missing: Rows without an answer.
        invalid: Rows with an answer that cannot be used, such as one off the scale.
        set_aside: Rows that could not be read, or placed where the question needs it, such as those without a time.
        left_out: Rows left out on purpose: by a policy, by what was asked, or because the survey tool says that they
            are no answers.

    Example:
        >>> counts = RowCounts(n=10, missing=2, set_aside=1)
        >>> counts.rows, str(counts + RowCounts(left_out=3))
        (13, '10 of 16 rows: 2 missing, 1 set aside, 3 left out')
    """

    n: int = attrs.field(default=0, converter=int)
    missing: int = attrs.field(default=0, converter=int)
    invalid: int = attrs.field(default=0, converter=int)
    set_aside: int = attrs.field(default=0, converter=int)
    left_out: int = attrs.field(default=0, converter=int)

    @property
    def rows(self) -> int:
        """All rows that came in."""
        return sum(self.as_dict().values())

    def as_dict(self) -> dict[str, int]:
        """Return the five numbers by name."""
        return attrs.asdict(self)

    def _kept(self) -> dict[str, Any]:
        return self.as_dict()

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the counts that `to_json` wrote.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no JSON, or holds something else.
        """
        found = cls._read(text)
        return cls(*(as_whole(found.get(field.name), field.name) for field in attrs.fields(cls)))

    def said(self, rows: str = "rows") -> str:
        """Return a clause, empty where all rows count.

        Args:
            rows: What a row is: `"cases"`.
        """
        aside = [f"{count} {name.replace('_', ' ')}" for name, count in self.as_dict().items() if count and name != "n"]
        return f"{self.n} of {self.rows} {rows}: {', '.join(aside)}" if aside else ""

    def __str__(self) -> str:
        return self.said() or f"{self.n} of {counted(self.rows, 'row')}"

    def __add__(self, other: Self) -> Self:
        return type(self)(*(a + b for a, b in zip(attrs.astuple(self), attrs.astuple(other), strict=True)))


NO_ROWS = RowCounts()


class MadeOfRows(Result):
    """A result of which every row that came in is accounted for; see `RowCounts`."""

    __slots__ = ()
    # What a row is, in the text.
    _ROWS = "rows"

    @property
    @abc.abstractmethod
    def row_counts(self) -> RowCounts:
        """What became of the rows that came in."""

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        found = super()._record(**options)
        found.pop("row_counts", None)  # they stand flat: see `_row_record`
        return found

    def _row_record(self) -> dict[str, Any]:
        return self.row_counts.as_dict()

    def _row_notes(self) -> Sequence[str]:
        said = self.row_counts.said(self._ROWS)
        return [said] if said else []

    def _row_parts(self) -> dict[str, int | None]:
        return {name: getattr(self.row_counts, name) or None for name in ("set_aside", "left_out")}


class RowsApart(MadeOfRows):
    """The same, with the rows that were set aside or left out as a number each."""

    __slots__ = ()

    @property
    def set_aside(self) -> int:
        """Rows that could not be read, or not be placed where the question needs it."""
        return self.row_counts.set_aside

    @property
    def left_out(self) -> int:
        """Rows left out on purpose."""
        return self.row_counts.left_out


class RowsAside(RowsApart):
    """The same, with all rows that do not count as a number each."""

    __slots__ = ()

    @property
    def missing(self) -> int:
        """Rows without an answer."""
        return self.row_counts.missing

    @property
    def invalid(self) -> int:
        """Rows with an answer that cannot be used."""
        return self.row_counts.invalid


class CountedRows(RowsAside):
    """The same, with those that count too."""

    __slots__ = ()

    @property
    def n(self) -> int:
        """Rows that count."""
        return self.row_counts.n
