"""The answers to a scorer's questions, read once: as codes, as categories, and as columns to be counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import held
from npskit.counting.answer_columns import INVALID, MISSING, AnswerBlocks, Coded
from npskit.counting.codes import column, encode
from npskit.data import NAMED, Column, as_column, row_said
from npskit.errors import IncompatibleError, InvalidValueError, counted, quoted, warn
from npskit.scorers import Codebook


def read_columns(
    values: Sequence[Any], codebook: Codebook, spoken: set[str] | None = None, *, counts: Any = None
) -> tuple[AnswerBlocks, ...]:
    """Return one column for each of the scorer's questions, all of one length; arguments as of `CodedAnswers`.

    Warns:
        GuessWarning: If words were read as answers; it says as which.
        DataWarning: If invalid answers cluster on few texts.
    """
    if len(values) != len(codebook.scales):
        raise IncompatibleError(
            f"{codebook.name} reads {counted(len(codebook.scales), 'column')} ({', '.join(codebook.questions)}): "
            f"got {len(values)}"
        )
    read = tuple(
        column(answers, scale, name=name, counts=counts)
        for answers, scale, name in zip(values, codebook.scales, codebook.questions, strict=True)
    )
    for given, each in zip(values, read, strict=True):
        for told, kind in () if given is each else each.said:
            if spoken is None or told not in spoken:
                warn(told, kind)
            if spoken is not None:
                spoken.add(told)
    for name, one in zip(codebook.questions, read, strict=True):
        if one.size != read[0].size:
            raise IncompatibleError(
                f"{name} has {counted(one.size, 'row')}, {codebook.questions[0]} has {read[0].size}"
            )
    return read


class CodedAnswers:
    """One column of answers for each question, each cell of which is looked at once, however much is asked of it.

    Counting alone reads the columns block by block. Whoever also asks for codes or categories asks for them first:
    what is counted afterwards are the codes.

    Args:
        values: One sequence, array or column of a dataframe library for each question.
        codebook: What the answers mean.
        spoken: What was warned of already, and is not again; None to warn of all.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If a column cannot hold answers.
    """

    def __init__(self, values: Sequence[Any], codebook: Codebook, spoken: set[str] | None = None) -> None:
        self.codebook = codebook
        values = [each if (found := as_column(each)) is None else found for each in values]
        self.copies = values[0].copies if values and isinstance(values[0], Column) else None
        self.columns: tuple[AnswerBlocks, ...] = read_columns(values, codebook, spoken, counts=self.copies)
        values = [np.asarray(each) if isinstance(each, memoryview) else each for each in values]  # some have no cells
        self._values = [each.values if isinstance(each, Column) else each for each in values]
        self._codes: tuple[NDArray[np.uint8], ...] | None = None
        self._categories: NDArray[np.intp] | None = None

    def __len__(self) -> int:
        return self.columns[0].size

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CodedAnswers):
            return NotImplemented
        return self.codebook == other.codebook and all(map(np.array_equal, self.codes, other.codes))

    __hash__ = None  # type: ignore[assignment]

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state | {name: held(state[name]) for name in ("_codes", "_categories", "copies")})

    @property
    def codes(self) -> tuple[NDArray[np.uint8], ...]:
        """The code of each answer, one array for each question; see `npskit.counting.encode`."""
        if self._codes is None:
            self._codes = held(tuple(encode(each, each.scale) for each in self.columns))
            self.columns = tuple(
                Coded(codes, scale) for codes, scale in zip(self._codes, self.codebook.scales, strict=True)
            )
        return self._codes

    @property
    def categories(self) -> NDArray[np.intp]:
        """The category of each row, -1 where it cannot be scored: shape `(rows,)`."""
        if self._categories is None:
            codes = self.codes
            found = np.full(len(self), -1, dtype=np.intp)
            scored = np.logical_and.reduce([(c != MISSING) & (c != INVALID) for c in codes])
            if scored.all():
                found[:] = self.codebook.grid[codes]
            else:
                found[scored] = self.codebook.grid[tuple(c[scored] for c in codes)]
            self._categories = held(found)
        return self._categories

    @property
    def rows(self) -> int:
        """How many rows there are; more than are held where an engine has counted equal ones."""
        return len(self) if self.copies is None else int(self.copies.sum())

    def number(self, which: NDArray[np.bool_]) -> int:
        """Return how many rows those are that are True."""
        return int(which.sum() if self.copies is None else self.copies[which].sum())

    def scored(self, places: NDArray[np.intp], size: int) -> list[int]:
        """Return how many rows are scored at each place, -1 being none of them."""
        there = (self.categories >= 0) & (places >= 0)
        copies = None if self.copies is None else self.copies[there]
        found: list[int] = np.bincount(places[there], copies, minlength=size).astype(np.int64).tolist()
        return found

    def given(self, question: int, row: int) -> Any:
        """Return an answer as it was given."""
        return self._values[question][row]

    def take(self, kept: NDArray[np.bool_]) -> CodedAnswers:
        """Return the answers of the rows where `kept` is True; they are not read again."""
        found = object.__new__(CodedAnswers)
        found.codebook, found._values = self.codebook, self._values
        found._codes = held(tuple(codes[kept] for codes in self.codes))
        found._categories = None if self._categories is None else held(self._categories[kept])
        found.copies = None if self.copies is None else held(self.copies[kept])
        found.columns = tuple(Coded(c, each.scale) for c, each in zip(found._codes, self.columns, strict=True))
        return found

    def invalid(self) -> list[tuple[str, NDArray[np.intp]]]:
        """Return for each question its name and the rows with an answer that is not on its scale."""
        pairs = zip(self.codebook.questions, self.codes, strict=True)
        return [(question, np.flatnonzero(codes == INVALID)) for question, codes in pairs]

    def off_the_scale(self) -> NDArray[np.bool_]:
        """Return which rows have an answer that is not on its scale."""
        return np.asarray(np.logical_or.reduce([codes == INVALID for codes in self.codes]))

    def refuse(self, row_numbers: NDArray[np.int64] | None = None) -> None:
        """Refuse answers that are not on their scale, naming the first ones.

        Args:
            row_numbers: See `npskit.data.row_said`.

        Raises:
            InvalidValueError: If there are any.
        """
        parts, bad = [], self.invalid()
        for values, scale, (question, rows) in zip(self._values, self.codebook.scales, bad, strict=True):
            if rows.size:
                said = [f"row {row}" if row_numbers is None else row_said(row, row_numbers) for row in rows[:NAMED]]
                cells = (quoted(values[row], 40) for row in rows[:NAMED].tolist())
                shown = ", ".join(f"{row}: {cell}" for row, cell in zip(said, cells, strict=True))
                more = f" and {rows.size - NAMED} more" if rows.size > NAMED else ""
                parts.append(f"{question} must be a whole number on {scale}: {shown}{more}")
        if parts:
            first = np.unique(np.concatenate([rows for _, rows in bad]))[:NAMED]
            named = first if row_numbers is None else row_numbers[first]
            count = " (rows count from 0)" if row_numbers is None else ""
            raise InvalidValueError(f"{'; '.join(parts)}{count}", rows=named, hint="")
