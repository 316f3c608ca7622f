"""Responses as columns: what a playbook reads of a million of them at once, and each of them as one response."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, MISSING, encode, factorize
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.channels import kind_of
from npskit.followup.model import Context
from npskit.frames import as_column
from npskit.model import Response
from npskit.scorers.base import Codebook, Scale, Scorer, codebook
from npskit.scorers.nps import NPS
from npskit.validation import is_missing

TEXTS = ("channel", "language", "theme")


def fold(text: str) -> str:
    """Return a channel, a theme or a language as it is compared."""
    return text.strip().casefold()


def primary(language: str) -> str:
    """Return a language without its region, as it is compared: `"de"` of `"de-AT"`."""
    return fold(language).replace("_", "-").split("-")[0]


def points_below(book: Codebook) -> NDArray[np.int64]:
    """Return how far each answer of a single question lies below the best one of its category, in points."""
    grid = book.grid
    if grid.ndim > 1:
        return np.zeros(grid.shape, dtype=np.int64)
    places = np.arange(grid.size, dtype=np.int64)
    if grid[-1] >= grid[0]:
        return np.array([places[grid == c].max() for c in grid], dtype=np.int64) - places
    return places - np.array([places[grid == c].min() for c in grid], dtype=np.int64)


@attrs.frozen(eq=False)
class Words:
    """A column of a few texts: the index of each row's text, -1 where there is none, and the texts."""

    codes: NDArray[np.intp]
    names: tuple[str, ...]

    def at(self, row: int) -> str | None:
        """Return the text of a row."""
        code = self.codes[row]
        return None if code < 0 else self.names[code]


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


def _as_values(column: Any, rows: int) -> NDArray[np.float64] | None:
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


def _as_flags(column: Any, rows: int) -> tuple[NDArray[np.bool_] | None, NDArray[np.bool_] | None]:
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


def _as_times(column: Any, rows: int) -> NDArray[np.datetime64] | None:
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
        from npskit.reading.times import parse_times

        read = parse_times(array)
        if read.rejected:
            cell = read.rejected[0]
            raise InvalidValueError(f"at: {cell.value!r} in row {cell.position} (rows count from 0) is {cell.reason}")
        array = read.values
    times: NDArray[np.datetime64] = array
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


@attrs.frozen(eq=False, slots=False)
class Table:
    """Responses as columns, read once. Make one with `Table.of`.

    Args:
        book: What the answers mean.
        codes: The position of each answer on its scale; one column for each question, uint8, shape `(n,)`.
        category: The category of each response, -1 where it cannot be scored.
        below: How many points each answer lies below the best one of its category.
        value: What customers are worth, in your currency, NaN where unknown; or None.
        channel: Where answers came in; or None.
        language: Languages; or None.
        theme: What comments are about; or None.
        public: Whether others can read it; or None.
        unsaid: Where it is not said whether others can read it, so that the channel decides; None for nowhere.
        comment: Comments; or None.
        at: When: datetime64[us] of the wall clock, or datetime64[D]; or None.
        customer: Who; or None.
        attributes: What else is known, by name.
        now: What time it is, by which ages are counted; the clock starts then only where `at` is unknown. None if
            unknown.
        channels: Names of your own for channels, besides the everyday ones; see `under`.

    Example:
        >>> table = Table.of([4, 10, None], channel=["chat", "email", "email"], value=[300, None, 20])
        >>> table.category.tolist()
        [0, 2, -1]
        >>> table.response(0)
        Response(4, attributes={'channel': 'chat', 'value': 300.0})
    """

    book: Codebook
    codes: tuple[NDArray[np.uint8], ...]
    category: NDArray[np.intp]
    below: NDArray[np.int64]
    value: NDArray[np.float64] | None = None
    channel: Words | None = None
    language: Words | None = None
    theme: Words | None = None
    public: NDArray[np.bool_] | None = None
    comment: list[str | None] | None = None
    at: NDArray[np.datetime64] | None = None
    customer: Sequence[Any] | None = None
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    now: np.datetime64 | None = None
    unsaid: NDArray[np.bool_] | None = None
    channels: Mapping[str, str] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        *answers: Any,
        scorer: Scorer | None = None,
        value: Any = None,
        channel: Any = None,
        language: Any = None,
        theme: Any = None,
        public: Any = None,
        comment: Any = None,
        at: Any = None,
        customer: Any = None,
        attributes: Mapping[str, Any] | None = None,
        now: dt.datetime | np.datetime64 | None = None,
    ) -> Table:
        """Return columns read: lists, numpy arrays or columns of a dataframe, each with a cell for each response.

        Args:
            answers: One column for each question of the scorer.
            scorer: What the answers mean; None for `NPS()`.
            value: What customers are worth, in your currency: a column, or one number for all.
            channel: Where answers came in, as text.
            language: The customers' languages, as text.
            theme: What comments are about, as text.
            public: Whether others can read it: a column, or one boolean for all. Where it is missing, reviews are
                public.
            comment: What customers wrote.
            at: When they answered, when the clock starts: datetime64, or anything `parse_times` reads. datetime64[D],
                and times that are all midnight, are dates: the clock starts at the opening of that day.
            customer: Who answered.
            attributes: Other columns, by name, for strategies and messages.
            now: What time it is, on the same wall clock as `at`, by which ages are counted; the clock starts then only
                where `at` is unknown. None if unknown.

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If a column cannot be used; the message names it.
        """
        book = codebook(NPS() if scorer is None else scorer)
        if len(answers) != len(book.questions):
            raise IncompatibleError(
                f"{book.name} reads {len(book.questions)} columns of answers ({', '.join(book.questions)}): got "
                f"{len(answers)}"
            )
        codes = tuple(map(_encoded, answers, book.scales, book.questions))
        rows = len(codes[0])
        if any(len(code) != rows for code in codes):
            raise IncompatibleError(f"the columns of answers differ in length: {[len(code) for code in codes]}")
        category, below = _categories(book, codes)
        texts = {"channel": channel, "language": language, "theme": theme}
        words: Any = {name: as_words(column, rows, name) for name, column in texts.items()}
        flags, unsaid = _as_flags(public, rows)
        table = cls(
            book,
            codes,
            category,
            below,
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
        return table.under({})

    def under(self, channels: Mapping[str, str]) -> Table:
        """Return the table read with names of your own for channels; where it is not said, reviews are public.

        Args:
            channels: As `npskit.followup.channels.as_channels` returns them.
        """
        table = attrs.evolve(self, channels=channels)
        kinds = table.kinds
        if kinds is None:
            return table
        reviews = np.array([*(kind == "review" for kind in kinds.names), False])[kinds.codes]
        if table.public is not None:
            unsaid = False if table.unsaid is None else table.unsaid
            return attrs.evolve(table, public=np.where(unsaid, reviews, table.public))
        return attrs.evolve(table, public=reviews, unsaid=np.ones(len(table), dtype=bool)) if reviews.any() else table

    def __len__(self) -> int:
        return len(self.category)

    @property
    def score(self) -> NDArray[np.float64]:
        """The answers to a single question, NaN where there is none or it is off the scale; all NaN for several."""
        if len(self.codes) > 1:
            return np.full(len(self), np.nan)
        return np.where(self.category < 0, np.nan, self.codes[0].astype(np.float64) + self.book.scales[0].low)

    @functools.cached_property
    def kinds(self) -> Words | None:
        """What kind of channel each answer came in by, parallel to `channel`; None without one."""
        if self.channel is None:
            return None
        return Words(self.channel.codes, tuple(kind_of(name, self.channels) or "" for name in self.channel.names))

    @functools.cached_property
    def commented(self) -> NDArray[np.bool_]:
        """Whether there is a comment: more than white space."""
        if self.comment is None:
            return np.zeros(len(self), dtype=bool)
        return np.fromiter((c is not None and not (c == "" or c.isspace()) for c in self.comment), bool, len(self))

    def response(self, row: int) -> Response:
        """Return a row as a response; what is known besides stands in its attributes."""
        known: dict[str, Any] = {name: _cell(column[row]) for name, column in self.attributes.items()}
        known |= {name: word for name in TEXTS if (word := self._word(name, row)) is not None}
        if self.value is not None and not np.isnan(self.value[row]):
            known["value"] = float(self.value[row])
        if self.public is not None and (self.unsaid is None or not self.unsaid[row]):
            known["public"] = bool(self.public[row])
        answers = [self._answer(question, row) for question in range(len(self.codes))]
        if len(answers) > 1:
            known |= dict(zip(self.book.questions, answers, strict=True))
        at = None if self.at is None else self.at[row].item()
        customer = None if self.customer is None else _cell(self.customer[row])
        comment = None if self.comment is None else self.comment[row]
        score = answers[0] if len(answers) == 1 else None
        return Response(score, customer=customer, at=at, comment=comment, attributes=known)

    def context(self, row: int, urgency: int, start: dt.datetime | None) -> Context:
        """Return what is known of a scored row besides its response."""
        value = np.nan if self.value is None else self.value[row]
        now: Any = start if self.now is None else self.now.item()
        return Context(
            self.book.categories[self.category[row]],
            urgency=urgency,
            value=None if np.isnan(value) else float(value),
            public=False if self.public is None else bool(self.public[row]),
            now=now,
            starts=start,
            below=int(self.below[row]),
            channel=self._word("channel", row),
            kind=None if self.kinds is None else self.kinds.at(row),
            language=self._word("language", row),
            theme=self._word("theme", row),
        )

    def _word(self, name: str, row: int) -> str | None:
        words: Words | None = getattr(self, name)
        return None if words is None else words.at(row)

    def _answer(self, question: int, row: int) -> int | None:
        """Return the answer to a question; one past the scale where it was invalid."""
        code, scale = int(self.codes[question][row]), self.book.scales[question]
        return None if code == MISSING else scale.high + 1 if code == INVALID else scale.low + code


def _encoded(answers: Any, scale: Scale, question: str) -> NDArray[np.uint8]:
    found = as_column(answers)
    values, mask = (answers, None) if found is None else (found.values, found.mask)
    return encode(values, scale, name=question, mask=mask)


def _categories(book: Codebook, codes: tuple[NDArray[np.uint8], ...]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Return each row's category, -1 where it cannot be scored, and how far it lies below its best answer."""
    scored = np.ones(len(codes[0]), dtype=bool)
    for code, scale in zip(codes, book.scales, strict=True):
        scored &= code < scale.size
    places = tuple(np.where(scored, code, 0) for code in codes)
    return np.where(scored, book.grid[places], -1), np.where(scored, points_below(book)[places], 0)


def _cell(value: Any) -> Any:
    """Return a cell as Python's own; None where it is missing."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if is_missing(value) else value
