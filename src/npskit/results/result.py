"""The base of every result: one way to compare it, to show it, to keep it and to hand it on.

A result says its `columns` (a table of Python values), what a person reads of it (`_rows`, with a headline and notes),
and what is kept of it (`_record`). Everything else follows from these and is written once, here.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TextIO

import attrs
import numpy as np

from npskit.arrays import Frozen, fields_of
from npskit.errors import IncompatibleError, InvalidTypeError
from npskit.options import Backend
from npskit.results.display import (
    formatted,
    html_lines,
    html_table,
    markdown_table,
    markdown_text,
    number,
    one_line,
    text_table,
)
from npskit.results.interval import Interval
from npskit.results.native import native_frame
from npskit.results.values import flat, json_safe

if TYPE_CHECKING:
    from npskit.plots import Chart

Columns = dict[str, list[Any]]
Rows = tuple[list[str], list[list[Any]]]
# Parts of a repr that are shown in full, and those of which three digits are enough.
_WHOLE, _SHORT = ("level", "alpha"), ("p_value", "F", "dispersion", "penalty")


class Result(Frozen):
    """Base of the frozen attrs classes that npskit answers with; make them with `@attrs.frozen(eq=False, repr=False)`.

    Results are equal if they say the same, NaN included; their classes say whether they have a hash. Their arrays and
    mappings cannot be changed. Options such as `level=` are those of the result's `columns`, and reach it through every
    method here.
    """

    __slots__ = ()

    # The version of what `to_dict` gives: it rises when a name changes its meaning, not when names are added.
    _VERSION = 1
    # What `str` shows: the `"repr"` alone, the `"table"` with its notes alone, or `"both"`.
    _TEXT = "both"
    # What `to_dict` says if not the fields, as `npskit.results.schemas` reads it.
    _SAYS: str | None = None
    # What it says besides where the result is no part of another one.
    _ALSO = ""
    # The field with the records that are the rows of the table, and their class; none where `columns` says more.
    _TABLE: tuple[str, type] | None = None

    # ---- what a result says of itself; each has a default that suits a plain record ----

    def columns(self, *_: Any, **options: Any) -> Columns:
        """Return the table of the result as columns of plain Python values, by name."""
        _no_options(options)
        if self._TABLE is not None:
            return columns_of(getattr(self, self._TABLE[0]), self._TABLE[1])
        cells = {name: _cell(value) for name, value in flat(self).items() if not _is_nested(value)}
        return {name: [value] for name, value in cells.items()}

    def _rows(self, *_: Any, **options: Any) -> Rows:
        """Return header and rows of the table that a person reads."""
        columns = self.columns(**options)
        rows = zip(*columns.values(), strict=True)
        return list(columns), [["" if cell is None else cell for cell in row] for row in rows]

    def _record(self, *_: Any, **options: Any) -> dict[str, Any]:
        """Return what `to_dict` says, before it is made fit for JSON."""
        _no_options(options)
        return fields_of(self)

    def _more(self) -> Sequence[tuple[str, Rows]]:
        """Return further tables that a person reads, each with what stands above it."""
        return ()

    def _caption(self) -> str:
        """Return what stands above the table."""
        return repr(self)

    def _headline(self) -> str:
        """Return what stands above the table in plain text, where that differs."""
        return "" if self._TEXT == "table" else self._caption()

    def _notes(self) -> Sequence[str]:
        """Return what stands below the table, a line each."""
        return ()

    def _row_record(self) -> dict[str, Any]:
        """Return what became of the rows it was made of, by name; see `npskit.results.row_counts`."""
        return {}

    def _row_notes(self) -> Sequence[str]:
        """Return the same in words, a line each; nothing where all rows count."""
        return ()

    def _row_parts(self) -> Mapping[str, int | None]:
        """Return what a repr says of it."""
        return {}

    def _said(self, words: str = "", /, **parts: Any) -> str:
        """Return a repr: what it is of in words, then its parts by name, without those that are None."""
        shown = [words] if words else []
        for name, value in (parts | dict(self._row_parts())).items():
            if isinstance(value, Interval):
                shown.append(f"{name}=({', '.join(map(number, value))}), level={value.level}")
            elif isinstance(value, float) and name not in _WHOLE:
                shown.append(f"{name}={value:.3g}" if name in _SHORT else f"{name}={number(value)}")
            elif value is not None:
                shown.append(f"{name}={value!r}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def _parts(self, *names: str) -> dict[str, Any]:
        """Return fields and properties by name."""
        return {name: getattr(self, name) for name in names}

    # ---- as a program reads it ----

    def to_dict(self, **options: Any) -> dict[str, Any]:
        """Return everything as JSON has it: null where there is no number, `schema` and `version` to know it by.

        Args:
            options: What the result's `columns` takes, such as `level=` and `method=`.
        """
        about = {"schema": schema_of(type(self)), "version": self._VERSION}
        return {**about, **json_safe(self._record(**options)), **self._row_record()}

    def to_json(self, **options: Any) -> str:
        """Return `to_dict(**options)` as JSON text."""
        return json.dumps(self.to_dict(**options), ensure_ascii=False, allow_nan=False)

    def to_frame(self, backend: Backend | None = None, **options: Any) -> Any:
        """Return `columns(**options)` as a dataframe.

        Args:
            backend: `"pandas"`, `"polars"` or `"pyarrow"`. Default: the library the data came in, else the one your
                program has imported.
            options: What the result's `columns` takes, such as `level=` and `method=`.

        Raises:
            InvalidValueError: If `backend` is none of these.
            MissingDependencyError: If the library is not there.
        """
        columns = {name: list(map(_cell, values)) for name, values in self.columns(**options).items()}
        return native_frame(columns, getattr(self, "backend", None) if backend is None else backend)

    def to_csv(
        self,
        path: str | os.PathLike[str] | TextIO | None = None,
        *,
        separator: str = ",",
        decimal: str = ".",
        **options: Any,
    ) -> str | None:
        """Write `columns(**options)` as CSV in UTF-8 that no spreadsheet takes for formulas; return it without `path`.

        Args:
            path: A path, or an open text file.
            separator: What stands between cells; spreadsheets of much of Europe expect `";"`.
            decimal: The decimal mark of numbers; there it is `","`.
            options: What the result's `columns` takes, such as `level=` and `method=`.

        Raises:
            InvalidValueError: If separator and decimal mark are not single characters, or the same.
        """
        from npskit.results.files import csv_text, write_csv

        columns = self.columns(**options)
        if path is None:
            return csv_text(columns, separator=separator, decimal=decimal)
        write_csv(columns, path, separator=separator, decimal=decimal)
        return None

    # ---- as a person sees it ----

    def _chart(self) -> Chart | None:
        """Return what the picture of the result shows; None where there is none."""
        return None

    def plot(self, ax: Any = None) -> Any:
        """Draw the result with matplotlib, in one quiet style, and return the axes.

        Args:
            ax: The matplotlib axes to draw on; default: those of a new figure of the picture's own size.

        Raises:
            IncompatibleError: If a result of this kind has no picture.
            MissingDependencyError: If matplotlib is not installed: it comes with `npskit[report]`.
        """
        chart = self._chart()
        if chart is None:
            raise IncompatibleError(
                f"a {type(self).__name__} has no plot: print it, or draw its to_frame(); what has one stands in "
                "docs/how-to/plots.md"
            )
        from npskit.plots import axes_of

        return axes_of(chart, ax)

    # ---- as a person reads it ----

    def to_text(self, *, all_rows: bool = True, **options: Any) -> str:
        """Return the result as plain text, with an aligned table.

        Args:
            all_rows: Whether all rows are shown, or of more than 60 the first and the last ten, as `print` does.
            options: What the result's `columns` takes, such as `level=` and `method=`.
        """
        parts = [self._headline(), text_table(*self._rows(**options), all_rows=all_rows)]
        for caption, rows in self._more():
            parts += [caption, text_table(*rows, all_rows=all_rows)]
        return "\n".join(
            one_line(line) for part in filter(None, [*parts, *self._all_notes()]) for line in part.split("\n")
        )

    def _all_notes(self) -> list[str]:
        return [*self._notes(), *self._row_notes()]

    def __format__(self, spec: str) -> str:
        """Return the one number that the result is about as a format specification has it: `f"{score:.1f}"`."""
        if not spec:
            return str(self)
        value = self._value()
        if value is None or np.ndim(value):
            raise InvalidTypeError(
                f"a {type(self).__name__} is of several numbers: format one of them, not as {spec!r}"
            )
        return formatted(value, spec)

    def _value(self) -> Any:
        """Return the one number that the result is about; None or an array where there are several."""
        return getattr(self, "value", getattr(self, "difference", None))

    def __str__(self) -> str:
        return repr(self) if self._TEXT == "repr" else self.to_text(all_rows=False)

    def to_markdown(self, **options: Any) -> str:
        """Return the result as Markdown, with everything escaped; `options` as for `to_text`."""
        parts = [markdown_text(self._caption()), markdown_table(*self._rows(**options))]
        for caption, rows in self._more():
            parts += [markdown_text(caption), markdown_table(*rows)]
        return "\n\n".join(filter(None, [*parts, *map(markdown_text, self._all_notes())]))

    def _repr_html_(self) -> str:
        own = type(self).__str__ is not Result.__str__  # a text of its own says what the table does not
        tables = [(self._headline() or self._caption(), self._rows()), *self._more()]
        return "".join(html_table(*rows, caption=caption) for caption, rows in tables) + html_lines(
            [*(str(self).split("\n") if own else ()), *self._all_notes()]
        )


def schema_of(kind: type) -> str:
    """Return what a result of a class is called where it is kept.

    Example:
        >>> class ScoreTable: ...
        >>> schema_of(ScoreTable)
        'score_table'
    """
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def columns_of(rows: Iterable[attrs.AttrsInstance], kind: type[attrs.AttrsInstance]) -> Columns:
    """Return records of one class as columns, those of its fields; the limits of an interval as two of them."""
    found = [flat(row) for row in rows]
    names = found[0] if found else flat_names(kind)
    return {name: [row[name] for row in found] for name in names}


def flat_names(kind: type[attrs.AttrsInstance]) -> list[str]:
    """Return the names of the cells that a record of a class has as a row of a table."""
    names: list[str] = []
    for field in attrs.fields(kind):
        limits = str(field.type).startswith("Interval")
        start = field.name.removesuffix("interval")
        names += [f"{start}low", f"{start}high"] if limits else [field.name]
    return names


def records(columns: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    """Return the rows of a table as mappings."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _is_nested(value: Any) -> bool:
    """Whether a value is too much for a cell of a table."""
    return isinstance(value, Mapping) or attrs.has(type(value))


def _cell(value: Any) -> Any:
    """Return a value as a cell of a dataframe: several in one text."""
    return "; ".join(map(str, value)) if isinstance(value, tuple | list) else value


def _no_options(options: Mapping[str, Any]) -> None:
    """Refuse options that a result does not take, as Python refuses an argument."""
    for name in options:
        raise TypeError(f"this result takes no option {name!r}")
