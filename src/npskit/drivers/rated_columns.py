"""Columns that may drive a score: ratings as numbers or in words, yes and no, and kinds without an order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen
from npskit.data import Column, Scale, Spoken, answers_together, distinct_cells, is_nothing, numbers_of, parse_text
from npskit.errors import (
    DataWarning,
    GuessWarning,
    InvalidTypeError,
    InvalidValueError,
    counted,
    plural,
    quoted,
    shortened,
    warn,
)

# More kinds than that are names or comments, not an aspect of what was lived through.
_MOST_KINDS = 12
# Texts that are named in a message.
_NAMED = 8


@attrs.frozen(eq=False)
class RatedColumn(Frozen):
    """A column of ratings as numbers.

    Args:
        name: What it is called.
        values: Shape `(k, rows)`, NaN where nothing is known: one line for numbers, for kinds without an order one for
            each but the most frequent, which is 1 for rows of that kind and 0 for others.
        kinds: The kinds of the lines; none for numbers.
    """

    name: str
    values: Floats
    kinds: tuple[str, ...] = ()


def read_rated(column: Column, name: str, order: Sequence[str] | None = None, *, what: str = "drivers") -> RatedColumn:
    """Return a column of ratings.

    Numbers are taken as they are, also as text and with a label beside them ("5 - very good"); words of a known
    vocabulary ("Agree", "very satisfied") are its points, 1 for the worst, yes and no 1 and 0; other texts are kinds
    without an order.

    Args:
        column: The column.
        name: What to call it in a message.
        order: Its texts, worst to best, where they are in no vocabulary that is known.
        what: The argument that names it, for messages.

    Raises:
        InvalidTypeError: If it holds neither numbers nor texts.
        InvalidValueError: If it holds nothing, or more kinds of texts than can be compared, or a text that `order`
            lacks.

    Warns:
        GuessWarning: It says which words were taken for which points.
        DataWarning: If some cells of a column of numbers are none.

    Example:
        >>> found = read_rated(Column(np.array(["4 - good", "2 - bad", None, "5"], dtype=object)), "worth")
        >>> found.values.tolist()
        [[4.0, 2.0, nan, 5.0]]
    """
    return read_rated_columns({name: column}, {} if order is None else {name: order}, what=what)[name]


def read_rated_columns(
    columns: Mapping[str, Column], order: Mapping[str, Sequence[str]], *, what: str = "drivers"
) -> dict[str, RatedColumn]:
    """Return columns of ratings, each as `read_rated` does; those whose words were read alike are said together.

    Args:
        columns: The columns by name.
        order: The texts of some, worst to best.
        what: The argument that names them, for messages.

    Raises:
        InvalidTypeError, InvalidValueError: As `read_rated`.

    Warns:
        GuessWarning: Once for each vocabulary: it says which words were taken for which points, in whichever columns.
        DataWarning: As `read_rated`.

    Example:
        >>> answers = {"room": Column(np.array(["4", "2"])), "staff": Column(np.array(["5", "3"]))}
        >>> [found.values.tolist() for found in read_rated_columns(answers, {}).values()]
        [[[4.0, 2.0]], [[5.0, 3.0]]]
    """
    found, alike = {}, list[tuple[str, list[str], dict[str, int | None]]]()
    for name, column in columns.items():
        found[name], words = _read(column, name, order.get(name), what)
        if words is None:
            continue
        for vocabulary, names, points in alike:
            # the same words may mean other points where other words stand beside them
            if vocabulary == words.name and all(points.get(text, n) == n for text, n in words.answers.items()):
                names.append(name)
                points.update(words.answers)
                break
        else:
            alike.append((words.name, [name], dict(words.answers)))
    for vocabulary, names, points in alike:
        ordered = sorted(points.items(), key=lambda each: (each[1] is None, each[1] or 0))
        said = ", ".join(f"{quoted(text)} {point}" for text, point in ordered[:_NAMED])
        warn(
            f"{what}: {columns_said(names)} {plural(len(names), 'was', 'were')} read as {vocabulary}: {said}; say "
            f"another order with {order_said(names)}",
            GuessWarning,
        )
    return found


def columns_said(names: Sequence[str]) -> str:
    """Return columns as a message names them.

    Example:
        >>> columns_said(["room"]), columns_said(["room", "staff"])
        ("column 'room'", "columns 'room', 'staff'")
    """
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{plural(len(names), 'column')} {', '.join(map(quoted, names[:_NAMED]))}{more}"


def order_said(names: Sequence[str]) -> str:
    """Return what to write for columns of texts to have an order.

    Example:
        >>> order_said(["room"]), order_said(["room", "staff"])
        ("order={'room': [worst, ..., best]}", "order={'room': [worst, ..., best], ...}")
    """
    return f"order={{{names[0]!r}: [worst, ..., best]{', ...' if len(names) > 1 else ''}}}"


def _read(column: Column, name: str, order: Sequence[str] | None, what: str) -> tuple[RatedColumn, Spoken | None]:
    """Return a column of ratings, and how its words were read, where they are of a known vocabulary."""
    cells = column.native()
    if cells.dtype.kind in "bmM":
        if cells.dtype.kind == "b":
            return RatedColumn(name, cells.astype(np.float64)[np.newaxis]), None
        raise InvalidTypeError(f"{what}: column {quoted(name)} holds times, which are no ratings")
    _, distinct, codes = distinct_cells(cells)
    if order is not None:
        return _ordered(name, distinct, codes, order), None
    texts = [text for text in distinct if isinstance(text, str) and not is_nothing(text)]
    labelled = _labelled(texts)
    words = _words(texts) if texts and labelled is None else None
    if texts and (points := labelled if words is None else words.answers) is not None:
        known = {text: np.nan if point is None else float(point) for text, point in points.items()}
        table = np.array([known.get(each, np.nan) if isinstance(each, str) else _number(each) for each in distinct])
        return RatedColumn(name, table[codes][np.newaxis]), words
    read = numbers_of(distinct)
    bad = sorted({*(cell.position for cell in read.rejected), *np.flatnonzero(np.isinf(read.values)).tolist()})
    numbers = np.isfinite(read.values)
    counts = np.bincount(codes, minlength=len(distinct))
    if not numbers.any() or counts[bad].sum() > counts[numbers].sum():
        return _kinds(name, what, distinct, codes, counts), None
    if bad:
        unread, cells_said = int(counts[bad].sum()), ", ".join(quoted(distinct[i]) for i in bad[:_NAMED])
        said = f"{counted(unread, 'cell')} no finite number, taken as missing: {cells_said}"
        warn(f"{what}: column {quoted(name)}: {said}", DataWarning)
    elif read.guess:
        warn(f"{what}: column {quoted(name)}: {read.guess}: make them numbers if they mean {read.other}", GuessWarning)
    return RatedColumn(name, np.where(numbers, read.values, np.nan)[codes][np.newaxis]), None


def _number(cell: Any) -> float:
    return float(numbers_of([cell]).values[0])


def _labelled(texts: Sequence[str]) -> dict[str, int | None] | None:
    """Return the numbers beside labels, where each text has one."""
    found = {text: number for text in texts if isinstance(number := parse_text(text), int)}
    return dict(found) if len(found) == len(set(texts)) else None


def _words(texts: Sequence[str]) -> Spoken | None:
    """Return the points that words stand for, where one vocabulary says it of all of them."""
    found = answers_together(texts, Scale(0, 1, best=1), alone=True)  # yes and no are as booleans are
    if found is None or not found.points:
        return None
    if found.points > 2:
        found = answers_together(texts, Scale(1, found.points, best=found.points), alone=True)
    if found is None or not found.answers:
        return None
    return found


def _ordered(name: str, distinct: Sequence[Any], codes: Codes, order: Sequence[str]) -> RatedColumn:
    place = {text.strip().casefold(): number for number, text in enumerate(order, start=1)}
    table = np.full(len(distinct), np.nan)
    for i, cell in enumerate(distinct):
        if cell is None or is_nothing(cell):
            continue
        key = str(cell).strip().casefold()
        if key not in place:
            raise InvalidValueError(
                f"order: column {quoted(name)} holds {quoted(cell)}, which is not in {quoted(list(order))}: add it, or "
                "leave the cell empty"
            )
        table[i] = place[key]
    return RatedColumn(name, table[codes][np.newaxis])


def _kinds(name: str, what: str, distinct: Sequence[Any], codes: Codes, counts: Codes) -> RatedColumn:
    known = [i for i, cell in enumerate(distinct) if cell is not None and not is_nothing(cell)]
    if not known:
        raise InvalidValueError(f"{what}: column {quoted(name)} holds nothing")
    if not 1 < len(known) <= _MOST_KINDS:
        first = shortened(quoted(distinct[known[0]]))
        held = f"only {first}" if len(known) == 1 else f"{len(known)} different texts, such as {first}"
        raise InvalidValueError(
            f"{what}: column {quoted(name)} holds {held}: name a column of ratings, or of 2 to {_MOST_KINDS} kinds"
        )
    known.sort(key=lambda i: (-counts[i], str(distinct[i])))
    row_known = np.isin(codes, known)
    values = np.stack([np.where(row_known, codes == i, np.nan) for i in known[1:]])
    return RatedColumn(name, values, tuple(str(distinct[i]) for i in known[1:]))
