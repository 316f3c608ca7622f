"""Responses as columns: what a playbook reads of a million of them at once; one response is a table of one row."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Integers, Times
from npskit.checks import is_missing
from npskit.counting import INVALID, MISSING, encode
from npskit.data.frames import as_column
from npskit.data.keys import factorize
from npskit.data.response import Response
from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.results.display import quoted
from npskit.scorers.base import Codebook, Scorer, codebook
from npskit.scorers.nps import NPS

TEXTS = ("channel", "language", "theme")


@functools.lru_cache(maxsize=32)
def points_below(book: Codebook) -> Integers:
    """Return how far each answer of a single question lies below the best one of its category, in points."""
    grid = book.grid
    if grid.ndim > 1:
        return np.zeros(grid.shape, dtype=np.int64)
    places = np.arange(grid.size, dtype=np.int64)
    if grid[-1] >= grid[0]:
        return np.array([places[grid == c].max() for c in grid], dtype=np.int64) - places
    return places - np.array([places[grid == c].min() for c in grid], dtype=np.int64)


def pick(values: Sequence[Any], codes: NDArray[Any]) -> list[Any]:
    """Return the value of each code, None for those below 0."""
    table = np.empty(len(values) + 1, dtype=object)
    table[:-1] = values if len(values) else []
    return table[codes].tolist()  # type: ignore[no-any-return]


def moment_in(at: np.datetime64, zone: dt.tzinfo | None) -> dt.datetime | None:
    """Return a time as Python's own: of the wall clock, or of UTC in a zone; None where it is unknown."""
    found: dt.datetime | None = at.astype("datetime64[us]").item()
    return found if found is None or zone is None else found.replace(tzinfo=dt.UTC).astimezone(zone)


def instant_of(at: dt.datetime | None) -> np.datetime64:
    """Return a time as it stands in columns: on the wall clock, or in UTC if it knows its zone; NaT for None."""
    known = at if at is None or at.tzinfo is None else at.astimezone(dt.UTC).replace(tzinfo=None)
    found: np.datetime64 = np.array([known], dtype="datetime64[us]")[0]
    return found


@attrs.frozen(eq=False)
class Words:
    """A column of a few texts: the index of each row's text, -1 where there is none, and the texts."""

    codes: Codes
    names: tuple[str, ...]

    @classmethod
    def of_one(cls, text: str | None) -> Words | None:
        """Return a column of one row; None where there is no text."""
        return None if text is None else cls(np.zeros(1, dtype=np.intp), (text,))

    def at(self, row: int) -> str | None:
        """Return the text of a row."""
        code = self.codes[row]
        return None if code < 0 else self.names[code]

    def holds(self, test: Callable[[str], bool]) -> Bools:
        """Return where something holds of the text; nothing holds where there is none."""
        return np.array([*map(test, self.names), False])[self.codes]


@attrs.frozen(eq=False, slots=False)
class Table:
    """Responses as columns, read once. Make one with `Table.of`.

    Args:
        codebook: What the answers mean.
        answers: The answers as they were given; one column for each question.
        codes: The position of each answer on its scale; one column for each question, uint8, shape `(n,)`.
        category: The category of each response, -1 where it cannot be scored.
        value: What customers are worth, in your currency, NaN where unknown; or None.
        channel: Where answers came in; or None.
        language: Languages; or None.
        theme: What comments are about; or None.
        public: Whether others can read it; or None.
        unsaid: Where it is not said whether others can read it, so that the channel decides; None for nowhere.
        comment: Comments; or None.
        urgency: How urgent each comment is, 0 to 2; None to let the playbook judge.
        at: When: datetime64[us], or datetime64[D]; or None.
        customer: Who; or None.
        attributes: What else is known, by name.
        now: What time it is, by which ages are counted; the clock starts then only where `at` is unknown. None if
            unknown.
        zone: Where times are those of UTC, the zone that they are shown in; None where they are the wall clock.
        clock: The zone of the wall clock, if it is known: hours are then counted as they really pass.

    Example:
        >>> table = Table.of([4, 10, None], channel=["chat", "email", "email"], value=[300, None, 20])
        >>> table.category.tolist()
        [0, 2, -1]
        >>> table.response(0)
        Response(4, attributes={'channel': 'chat', 'value': 300.0})
    """

    codebook: Codebook
    answers: tuple[Any, ...]
    codes: tuple[NDArray[np.uint8], ...]
    category: Codes
    value: Floats | None = None
    channel: Words | None = None
    language: Words | None = None
    theme: Words | None = None
    public: Bools | None = None
    unsaid: Bools | None = None
    comment: list[str | None] | None = None
    urgency: NDArray[np.int8] | None = None
    at: Times | None = None
    customer: Sequence[Any] | None = None
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    now: np.datetime64 | None = None
    zone: dt.tzinfo | None = None
    clock: dt.tzinfo | None = None

    @classmethod
    def of(
        cls,
        *answers: Any,
        scorer: Scorer | Codebook | None = None,
        value: Any = None,
        channel: Any = None,
        language: Any = None,
        theme: Any = None,
        public: Any = None,
        comment: Any = None,
        at: Any = None,
        customer: Any = None,
        attributes: Mapping[str, Any] | None = None,
        now: Any = None,
    ) -> Table:
        """Return responses as a table.

        Args:
            answers: The answers: one column for each question of the scorer.
            scorer: What they mean; None for `NPS()`.
            value: What each customer is worth, in your currency; one number for all of them.
            channel: Where each came in.
            language: The language of each.
            theme: What each comment is about.
            public: Whether others can read each; missing where that is not said.
            comment: Comments.
            at: When each was given: times of one wall clock; dates where all known ones are midnight.
            customer: Who gave each.
            attributes: Other columns, by name.
            now: What time it is, on the same clock.

        Columns are lists, numpy arrays, or columns of pandas, Polars or PyArrow.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If a column cannot be used; the message names it.
        """
        book = scorer if isinstance(scorer, Codebook) else codebook(NPS() if scorer is None else scorer)
        if len(answers) != len(book.questions):
            raise IncompatibleError(
                f"{book.name} reads {len(book.questions)} columns of answers ({', '.join(book.questions)}): got "
                f"{len(answers)}"
            )
        codes = tuple(map(_encoded, answers, book.scales, book.questions))
        rows = len(codes[0])
        if any(len(code) != rows for code in codes):
            raise IncompatibleError(f"the columns of answers differ in length: {[len(code) for code in codes]}")
        scored = np.logical_and.reduce([code < scale.size for code, scale in zip(codes, book.scales, strict=True)])
        texts = {"channel": channel, "language": language, "theme": theme}
        words: Any = {name: as_words(column, rows, name) for name, column in texts.items()}
        flags, unsaid = _as_flags(public, rows)
        return cls(
            book,
            tuple(_values(column, rows, name) for column, name in zip(answers, book.questions, strict=True)),
            codes,
            np.where(scored, book.grid[tuple(np.where(scored, code, 0) for code in codes)], -1),
            value=_as_values(value, rows),
            **words,
            public=flags,
            unsaid=unsaid,
            comment=_as_comments(comment, rows),
            at=_as_times(at, rows),
            customer=None if customer is None else _values(customer, rows, "customer"),
            attributes={name: _values(column, rows, name) for name, column in (attributes or {}).items()},
            now=_as_now(now),
        )

    def __len__(self) -> int:
        return len(self.category)

    @property
    def score(self) -> Floats:
        """The answers to a single question, NaN where there is none or it is off the scale; all NaN for several."""
        if len(self.codes) > 1:
            return np.full(len(self), np.nan)
        return np.where(self.category < 0, np.nan, self.codes[0].astype(np.float64) + self.codebook.scales[0].low)

    @functools.cached_property
    def below(self) -> Integers:
        """How many points each answer lies below the best one of its category; 0 where it is not scored."""
        places = tuple(np.where(self.category < 0, 0, code) for code in self.codes)
        return np.where(self.category < 0, 0, points_below(self.codebook)[places])

    @functools.cached_property
    def commented(self) -> Bools:
        """Whether there is a comment: more than white space."""
        if self.comment is None:
            return np.zeros(len(self), dtype=bool)
        return np.fromiter((c is not None and not (c == "" or c.isspace()) for c in self.comment), bool, len(self))

    def response(self, row: int) -> Response:
        """Return a row as a response; what is known besides stands in its attributes."""
        rows = np.array([row])
        known = {name: self.known(name, rows)[0] for name in self.attributes}
        said = {name: self.known(name, rows)[0] for name in (*TEXTS, "value", "public")}
        known |= {name: value for name, value in said.items() if value is not None}
        answers = [self._answer(question, row) for question in range(len(self.codes))]
        if len(answers) > 1:
            known |= dict(zip(self.codebook.questions, answers, strict=True))
        score = answers[0] if len(answers) == 1 and isinstance(answers[0], int) else None
        at: Any = None if self.at is None else self.at[row].item()
        if self.at is not None and isinstance(at, dt.datetime):
            at = moment_in(self.at[row], self.zone)
        customer = self.known("customer", rows)[0]
        comment = None if self.comment is None else self.comment[row]
        return Response(score, customer=customer, at=at, comment=comment, attributes=known)

    def known(self, name: str, rows: Codes) -> list[Any]:
        """Return what is known of some rows by the name of an attribute or a role; None where nothing is."""
        found: list[Any] = [None] * len(rows)
        if name in self.attributes:
            found = self.cells(self.attributes[name], rows)
        said: list[Any] | None = None
        if name in TEXTS:
            words: Words | None = getattr(self, name)
            said = None if words is None else pick(words.names, words.codes[rows])
        elif name == "customer" and self.customer is not None:
            said = self.cells(self.customer, rows)
        elif name == "value" and self.value is not None:
            said = [None if value != value else value for value in self.value[rows].tolist()]
        elif name == "public" and self.public is not None:
            codes = self.public[rows].astype(np.intp)
            said = pick((False, True), codes if self.unsaid is None else np.where(self.unsaid[rows], -1, codes))
        elif name in self.codebook.questions and len(self.codes) > 1:
            said = [self._answer(self.codebook.questions.index(name), row) for row in rows.tolist()]
        elif name == "score" and len(self.codes) == 1:
            said = [None if score != score else int(score) for score in self.score[rows].tolist()]
        return (
            found if said is None else [other if own is None else own for own, other in zip(said, found, strict=True)]
        )

    @staticmethod
    def cells(column: Any, rows: Codes) -> list[Any]:
        """Return some cells of a column as Python's own, None where they are missing."""
        cells = column[rows].tolist() if isinstance(column, np.ndarray) else [column[row] for row in rows.tolist()]
        return list(map(_cell, cells))

    def why_unscored(self, row: int) -> str | None:
        """Return why a row cannot be scored, None if it can."""
        for question, name in enumerate(self.codebook.questions):
            what = "the answer" if len(self.codes) == 1 else f"the answer to {name}"
            code, scale = self.codes[question][row], self.codebook.scales[question]
            if code == MISSING:
                return f"{what} is missing"
            if code == INVALID:
                return f"{what} {quoted(self._answer(question, row))[1:-1]} is not on the scale {scale}"
        return None

    def _answer(self, question: int, row: int) -> Any:
        """Return the answer to a question; as it was given where it is not on the scale."""
        code = int(self.codes[question][row])
        if code in (MISSING, INVALID):
            given = None if code == MISSING else _cell(self.answers[question][row])
            return int(given) if isinstance(given, float) and given.is_integer() else given
        return self.codebook.scales[question].low + code


def _encoded(answers: Any, scale: Scale, question: str) -> NDArray[np.uint8]:
    found = as_column(answers)
    values, mask = (answers, None) if found is None else (found.values, found.mask)
    return encode(values, scale, name=question, mask=mask)


def _cell(value: Any) -> Any:
    """Return a cell as Python's own; None where it is missing."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if is_missing(value) else value


def as_words(column: Any, rows: int, name: str) -> Words | None:
    """Return a column of texts, checked; None stays None."""
    if column is None:
        return None
    codes, keys = factorize(_values(column, rows, name))
    for key in keys:
        if not (isinstance(key, str) or is_missing(key)):
            raise InvalidTypeError(f"{name} must hold texts: got {key!r} ({type(key).__name__})")
    texts = [key for key in keys if isinstance(key, str) and key.strip()]
    to = np.array([texts.index(key) if key in texts else -1 for key in keys], dtype=np.intp)
    return Words(to[codes], tuple(texts))


def _values(column: Any, rows: int, name: str) -> Any:
    """Return a column as an array or a list, its missing cells None or NaN, and of the right length."""
    found = as_column(column)
    values = column if found is None else found.filled()
    if isinstance(values, (str, bytes, Mapping)) or not hasattr(values, "__len__"):
        raise InvalidTypeError(f"{name} must be a column with a cell for each response: got {values!r}")
    if len(values) != rows:
        raise IncompatibleError(f"{name} has {len(values)} rows, the answers have {rows}")
    return values


def _as_values(column: Any, rows: int) -> Floats | None:
    """Return the column of values as float64, NaN where unknown; a single number is everybody's."""
    if column is None:
        return None
    if isinstance(column, (int, float)) and not isinstance(column, bool):
        column = np.full(rows, float(column))
    cells = _values(column, rows, "value")
    try:
        if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
            values = cells.astype(np.float64)
        else:
            values = np.array([np.nan if is_missing(v) else float(v) for v in cells], dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidTypeError(f"value must hold numbers: {error}") from None
    bad = np.flatnonzero((values < 0) | np.isinf(values))
    if len(bad):
        raise InvalidValueError(
            f"value must be finite and at least 0: got {values[bad[0]]:g} in row {bad[0]} (rows count from 0; "
            f"{len(bad)} in all); give NaN where it is unknown"
        )
    return values


def _as_flags(column: Any, rows: int) -> tuple[Bools | None, Bools | None]:
    """Return the column of what is said to be public, and where nothing is said; None twice if nowhere anything is."""
    if isinstance(column, bool):
        return np.full(rows, column), np.zeros(rows, dtype=bool)
    if column is None:
        return None, None
    flags, unsaid = np.zeros(rows, dtype=bool), np.zeros(rows, dtype=bool)
    cells = _values(column, rows, "public")
    for row, cell in enumerate(cells.tolist() if isinstance(cells, np.ndarray) else cells):
        if isinstance(cell, (bool, np.bool_)) or cell in (0, 1):
            flags[row] = bool(cell)
        elif is_missing(cell):
            unsaid[row] = True
        else:
            raise InvalidTypeError(f"public must hold True and False: got {cell!r} in row {row} (rows count from 0)")
    return flags, unsaid


def _as_comments(column: Any, rows: int) -> list[str | None] | None:
    """Return the comments as a list, None where there is none."""
    if column is None:
        return None
    cells = _values(column, rows, "comment")
    comments = cells.tolist() if isinstance(cells, np.ndarray) else list(cells)
    if set(map(type, comments)) <= {str, type(None)}:
        return comments
    for row, cell in enumerate(comments):
        if not isinstance(cell, str):
            if not is_missing(cell):
                raise InvalidTypeError(f"comment must hold texts: got {cell!r} in row {row} (rows count from 0)")
            comments[row] = None
    return comments


def _as_times(column: Any, rows: int) -> Times | None:
    """Return the times of the answers: datetime64[us] of the wall clock, or datetime64[D] where they are dates.

    Where every known time is midnight they are dates that a file or a dataframe has made times of.
    """
    if column is None:
        return None
    cells = _values(column, rows, "at")
    array = cells if isinstance(cells, np.ndarray) else np.array([*cells, None], dtype=object)[:-1]
    if array.dtype.kind == "O" and all(type(cell) is dt.date or is_missing(cell) for cell in array.tolist()):
        days = [None if is_missing(cell) else cell for cell in array.tolist()]
        return np.array([*days, None], dtype="datetime64[D]")[:-1]
    if array.dtype.kind != "M":
        from npskit.data.times import parse_times

        read = parse_times(array)
        if read.rejected:
            cell = read.rejected[0]
            raise InvalidValueError(f"at: {cell.value!r} in row {cell.position} (rows count from 0) is {cell.reason}")
        array = read.values
    times: Times = array
    dates = times.astype("datetime64[D]")
    known = ~np.isnat(times)
    dated = times.dtype == dates.dtype or (known.any() and bool((times[known] == dates[known]).all()))
    return dates if dated else times.astype("datetime64[us]")


def _as_now(now: Any) -> np.datetime64 | None:
    if now is None:
        return None
    if isinstance(now, dt.datetime) and now.tzinfo is not None:
        raise IncompatibleError(f"columns of times are wall clocks: give now without a time zone, not {now!r}")
    if not isinstance(now, (dt.datetime, np.datetime64)):
        raise InvalidTypeError(f"now must be a datetime: got {now!r} ({type(now).__name__})")
    moment: np.datetime64 = np.array([now], dtype="datetime64[us]")[0]
    return moment
