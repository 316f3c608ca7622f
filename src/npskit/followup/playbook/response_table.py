"""Responses as columns: what a playbook reads of a million of them at once; one response is a table of one row."""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen, Integers, Times, once
from npskit.checks import is_missing
from npskit.counting import INVALID, MISSING, CodedAnswers
from npskit.data import (
    Column,
    Customers,
    Response,
    Words,
    as_column,
    as_python,
    flat,
    objects,
    read_amounts,
    read_customers,
    read_flags,
    read_texts,
    read_times,
    read_words,
)
from npskit.errors import IncompatibleError, InvalidTypeError, counted, quoted
from npskit.results import excerpt
from npskit.scorers import Codebook, Scorer, codebook_of
from npskit.times import instants, moment_in

TEXTS = ("channel", "language", "theme")
PURCHASED = "purchased"


@functools.lru_cache(maxsize=32)
def points_below(codebook: Codebook) -> Integers:
    """Return how far each answer of a single question lies below the best one of its category, in points."""
    grid = codebook.grid
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


@attrs.frozen(eq=False, slots=False)
class Table(Frozen):
    """Responses as columns, read once. Make one with `Table.of`.

    Args:
        answers: The answers, read once, and what they mean.
        value: What customers are worth, in your currency, NaN where unknown; or None.
        channel: Where answers came in; or None.
        language: Languages; or None.
        theme: What comments are about; or None.
        public: Whether others can read it: 1 or 0, -1 where that is not said, so that the channel decides; or None.
        comment: Comments; or None.
        urgency: How urgent each comment is, 0 to 2; None to let the playbook judge.
        at: When: datetime64[us], or datetime64[D]; or None.
        customers: Who; or None.
        attributes: What else is known, by name.
        now: What time it is, by which ages are counted; the clock starts then only where `at` is unknown. None if
            unknown.
        zone: Where times are those of UTC, the zone that they are shown in; None where they are the wall clock.
        clock: The zone of the wall clock, if it is known: hours are then counted as they really pass.
        utc: When, in UTC, where that says more than the wall clock, which shows an hour of autumn twice; or None.
        utc_now: What time it is, in UTC; None where the wall clock says it.
        row_numbers: The row of the file that each came from; None where they came from none.
        purchased: When each customer bought what the answer is about, as times that compare; or None.
        latest: Whether `now` is when the latest of them came in, because it was not given.

    Example:
        >>> table = Table.of([4, 10, None], channel=["chat", "email", "email"], value=[300, None, 20])
        >>> table.category.tolist()
        [0, 2, -1]
        >>> table.response(0)
        Response(4, attributes={'channel': 'chat', 'value': 300.0})
    """

    answers: CodedAnswers
    value: Floats | None = None
    channel: Words | None = None
    language: Words | None = None
    theme: Words | None = None
    public: NDArray[np.int8] | None = None
    comment: list[str | None] | None = None
    urgency: NDArray[np.int8] | None = None
    at: Times | None = None
    customers: Customers | None = None
    attributes: Mapping[str, Any] = attrs.field(factory=dict)
    now: np.datetime64 | None = None
    zone: dt.tzinfo | None = None
    clock: dt.tzinfo | None = None
    utc: Times | None = None
    utc_now: np.datetime64 | None = None
    row_numbers: NDArray[np.int64] | None = None
    purchased: Times | None = None
    latest: bool = False

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
        codebook = scorer if isinstance(scorer, Codebook) else codebook_of(scorer)
        coded = answers[0] if answers and isinstance(answers[0], CodedAnswers) else CodedAnswers(answers, codebook)
        rows = len(coded)
        given = {"channel": channel, "language": language, "theme": theme, "comment": comment, "at": at}
        given |= {"customer": customer, "value": value, "public": public}
        columns = {name: _column(cells, rows, name) for name, cells in given.items() if cells is not None}
        read: dict[str, Any] = {name: _READERS[name](column) for name, column in columns.items()}
        others = {name: _column(cells, rows, name).native() for name, cells in (attributes or {}).items()}
        return cls(coded, customers=read.pop("customer", None), **read, attributes=others, now=_as_now(now))

    @property
    def codebook(self) -> Codebook:
        """What the answers mean."""
        return self.answers.codebook

    @property
    def category(self) -> Codes:
        """The category of each response, -1 where it cannot be scored."""
        return self.answers.categories

    @property
    def pleased(self) -> Bools:
        """Whether each answer is of the best category."""
        best = int(np.argmax(self.codebook.category_scores))
        return np.asarray(self.category == best)

    @once
    def ids(self) -> NDArray[Any]:
        """Who gave each response, None where that is not known."""
        return np.full(len(self), None) if self.customers is None else self.customers.cells

    @property
    def who(self) -> Codes:
        """The number of each response's customer; one of its own where that is not known."""
        return np.arange(len(self)) if self.customers is None else self.customers.numbers

    def __len__(self) -> int:
        return len(self.answers)

    def moments(self, wall: Times) -> Times:
        """Return times of the table's clock as they are compared: of UTC where its zone is known."""
        return instants(wall.astype("datetime64[us]"), self.clock)

    @once
    def given(self) -> Times | None:
        """When each response was given, as times that compare as it happened; midnight where only its date is known."""
        return self.moments(self.at) if self.utc is None and self.at is not None else self.utc

    @property
    def made(self) -> np.datetime64 | None:
        """What time it is, as it compares with `given`."""
        if self.now is None or self.utc_now is not None:
            return self.utc_now
        found: np.datetime64 = self.moments(np.array([self.now]))[0]
        return found

    @property
    def score(self) -> Floats:
        """The answers to a single question, NaN where there is none or it is off the scale; all NaN for several."""
        codes, scale = self.answers.codes, self.codebook.scales[0]
        if len(codes) > 1:
            return np.full(len(self), np.nan)
        return np.where(self.category < 0, np.nan, codes[0].astype(np.float64) + scale.low)

    @once
    def below(self) -> Integers:
        """How many points each answer lies below the best one of its category; 0 where it is not scored."""
        places = tuple(np.where(self.category < 0, 0, code) for code in self.answers.codes)
        return np.where(self.category < 0, 0, points_below(self.codebook)[places])

    @once
    def commented(self) -> Bools:
        """Whether there is a comment: more than white space."""
        if self.comment is None:
            return np.zeros(len(self), dtype=bool)
        return np.fromiter((comment is not None for comment in self.comment), bool, len(self))

    def response(self, row: int) -> Response:
        """Return a row as a response; what is known besides stands in its attributes."""
        rows = np.array([row])
        known = {name: self.known(name, rows)[0] for name in self.attributes}
        said = {name: self.known(name, rows)[0] for name in (*TEXTS, "value", "public")}
        known |= {name: value for name, value in said.items() if value is not None}
        if self.purchased is not None and not np.isnat(self.purchased[row]):
            known[PURCHASED] = moment_in(self.purchased[row], self.zone)
        answers = [self._answer(question, row) for question in range(len(self.codebook.scales))]
        if len(answers) > 1:
            known |= dict(zip(self.codebook.questions, answers, strict=True))
        score = answers[0] if len(answers) == 1 and isinstance(answers[0], int) else None
        at: Any = None if self.at is None else self.at[row].item()
        if self.at is not None and isinstance(at, dt.datetime):
            at = moment_in(self.at[row], self.zone)
        customer = self.ids[row]
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
        elif name == "value" and self.value is not None:
            said = [None if value != value else value for value in self.value[rows].tolist()]
        elif name == "public" and self.public is not None:
            said = pick((False, True), self.public[rows])
        elif name in self.codebook.questions and len(self.codebook.scales) > 1:
            said = [self._answer(self.codebook.questions.index(name), row) for row in rows.tolist()]
        elif name == "score" and len(self.codebook.scales) == 1:
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
        for place, (name, scale) in enumerate(zip(self.codebook.questions, self.codebook.scales, strict=True)):
            what = "the answer" if len(self.codebook.scales) == 1 else f"the answer to {name}"
            code = self.answers.codes[place][row]
            if code == MISSING:
                return f"{what} is missing"
            if code == INVALID and self._answer(place, row) == math.inf:
                return f"{what} is no number of the scale {scale}"  # a text that a file had there
            if code == INVALID:
                return f"{what} {excerpt(self._answer(place, row))[1:-1]} is not on the scale {scale}"
        return None

    def _answer(self, question: int, row: int) -> Any:
        """Return the answer to a question; as it was given where it is not on the scale."""
        code = int(self.answers.codes[question][row])
        if code in (MISSING, INVALID):
            given = None if code == MISSING else _cell(self.answers.given(question, row))
            return int(given) if isinstance(given, float) and given.is_integer() else given
        return self.codebook.scales[question].low + code


def _cell(value: Any) -> Any:
    """Return a cell as Python's own; None where it is missing."""
    value = as_python(value)
    return None if is_missing(value) else value


def _column(cells: Any, rows: int, name: str) -> Column:
    """Return a column of the right length; one number or flag is everybody's."""
    if isinstance(cells, bool | int | float):
        cells = np.full(rows, cells)
    column = as_column(cells)
    if column is None:
        if isinstance(cells, str | bytes | Mapping) or not hasattr(cells, "__len__"):
            raise InvalidTypeError(f"{name} must be a column with a cell for each response: got {quoted(cells)}")
        column = Column(flat(cells, name) if isinstance(cells, np.ndarray) else objects(cells))
    if len(column) != rows:
        raise IncompatibleError(f"{name} has {counted(len(column), 'row')}, the answers have {rows}")
    return column


def _moments(column: Column) -> Times:
    """Return when each answer was given: datetime64[us] of the wall clock, or datetime64[D] where they are dates."""
    read = read_times({"at": column})["at"]
    return as_dates(read.checked("at"), read.dates)


def as_dates(at: Times, dates: bool = False) -> Times:
    """Return times as dates if all known ones are midnight: then a file or a dataframe has made times of dates."""
    days, known = at.astype("datetime64[D]"), ~np.isnat(at)
    return days if dates or (known.any() and bool((at[known] == days[known]).all())) else at


_READERS: Mapping[str, Callable[[Column], Any]] = {
    **{name: functools.partial(read_words, name=name) for name in TEXTS},
    "value": functools.partial(read_amounts, name="value", least=0),
    "public": functools.partial(read_flags, name="public"),
    "comment": lambda column: read_texts(column).tolist(),
    "at": _moments,
    "customer": read_customers,
}


def _as_now(now: Any) -> np.datetime64 | None:
    if now is None:
        return None
    if isinstance(now, dt.datetime) and now.tzinfo is not None:
        raise IncompatibleError(f"columns of times are wall clocks: give now without a time zone, not {quoted(now)}")
    if not isinstance(now, (dt.datetime, np.datetime64)):
        raise InvalidTypeError(f"now must be a datetime: got {quoted(now)} ({type(now).__name__})")
    moment: np.datetime64 = np.array([now], dtype="datetime64[us]")[0]
    return moment
