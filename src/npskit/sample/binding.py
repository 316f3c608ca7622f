"""Columns bound to their roles, and what a survey says of them."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import is_same, several
from npskit.data import Column, Frame, numbers_of, refuse_cells, stars_said
from npskit.errors import (
    ColumnNotFoundError,
    DataWarning,
    IncompatibleError,
    InvalidValueError,
    counted,
    did_you_mean,
    quoted,
    warn,
)
from npskit.results import RowCounts, native_frame
from npskit.sample.asking import asked, calibrated, selected
from npskit.sample.bound import BoundData
from npskit.sample.opening import Opening
from npskit.sample.rows_meant import rows_meant_by
from npskit.scorers import Codebook, Scorer, codebook_of

if TYPE_CHECKING:
    from npskit.reading import FileReport, Rejected
    from npskit.scores import LabelAudit

# Rows that are looked at to tell what a column holds.
_LOOK = 1_000
# So many rows at most are made of counts.
_MOST_ROWS = 50_000_000

_FIELDS = {"time": "at", "customer": "customer", "comment": "comment"}
"""The roles that a field of `Response` has."""


class Bindings(Opening):
    """What is bound, and what could not be used: the part of a survey that computes nothing."""

    _data: BoundData
    _report: FileReport | None = None
    _reports: tuple[FileReport, ...] = ()

    def with_file(
        self, report: FileReport, rejected: tuple[Rejected, ...], row_numbers: NDArray[np.int64] | None = None
    ) -> Self:
        """Return the survey with how its file was read, and what could not be used of it.

        Args:
            report: How the file was read.
            rejected: What could not be used.
            row_numbers: The row of the file that each row of the data came from, by which it is named.
        """
        aside = RowCounts(set_aside=report.set_aside, left_out=report.left_out)
        read = self._data.codebook.read()
        survey = self._with(refused=rejected, aside=aside, row_numbers=row_numbers, columns={}, codebook=read)
        survey._report, survey._reports = report, (report,)
        return survey

    def _with(self, **changes: Any) -> Self:
        """Return the survey with something of its data changed."""
        survey = copy.copy(self)
        survey._data = attrs.evolve(self._data, **changes)
        return survey

    def where(self, wanted: Mapping[str, Any]) -> Self:
        """Return the survey with some of its rows; the others are counted as left out in every result.

        For the scores of parts of a sampling design prefer `score(by=)`: its standard errors know that the size of a
        part is random too.

        Args:
            wanted: The value, or the values, that the rows have in each column: `{"region": "South", "wave": [1, 2]}`.
                A text is found in another case as well, a whole number as text; None is a missing value.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidTypeError: If it is no such mapping.
            InvalidValueError: If a value is nowhere in its column.
            IncompatibleError: If the survey is raked.

        Example:
            >>> import npskit as nk
            >>> survey = nk.Survey({"score": [10, 9, 3], "kind": ["nps", "nps", "test"]})
            >>> survey.where({"kind": "nps"}).score()
            Score(NPS=100.0, n=2, interval=(-31.5, 100.0), level=0.95, left_out=1)
        """
        survey = copy.copy(self)
        data = self._data.where(wanted)
        survey._data = attrs.evolve(data, kinds=tuple(name for name in data.kinds if name not in wanted))
        return survey

    def counted(self, count: str | None) -> Self:
        """Return the survey with each row as often as a column says; itself for None."""
        survey = copy.copy(self)
        survey._data = repeated(self._data, count)
        return survey

    def rake(self, totals: Mapping[str, Mapping[Any, float]]) -> Self:
        """Return the survey with weights that give its columns the totals known of the population.

        Raking: the weights (those bound, else 1) are multiplied by a factor for each label of each column until every
        column has its totals; with one column this is post-stratification. Standard errors allow for it. See
        `npskit.inference.calibration.rake` for the sources.

        Args:
            totals: For each column its labels with their number, or share, in the population.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidValueError, InvalidTypeError, IncompatibleError: If totals and data do not fit; the message says how.

        Example:
            >>> import npskit as nk
            >>> survey = nk.Survey({"score": [10, 10, 10, 0, 3] * 2, "region": list("NNNSS") * 2})
            >>> survey.score().value, round(survey.rake({"region": {"N": 0.5, "S": 0.5}}).score().value, 1)
            (20.0, 0.0)
        """
        survey = copy.copy(self)
        survey._data = calibrated(self._data.raked(totals))
        return survey

    @property
    def scorer(self) -> Scorer:
        """What the answers mean."""
        return self._data.codebook.scorer

    @property
    def roles(self) -> dict[str, Any]:
        """The columns by role; `score` has one per question."""
        score = self._data.score
        return {"score": score if len(score) > 1 else score[0], **self._data.roles}

    @property
    def columns(self) -> list[str]:
        """The names of all columns of the data."""
        return self._data.frame.columns

    def column(self, name: str) -> Column:
        """Return one column of the data as numpy values with a mask.

        Raises:
            ColumnNotFoundError: If there is none of this name.
        """
        return self._data.column(name)

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the data as a dataframe: of a file what was read, the columns by role as they are used.

        Args:
            backend: `"pandas"`, `"polars"` or `"pyarrow"`. Default: the library the data came in, else the one your
                program has imported.

        Raises:
            InvalidValueError: If `backend` is none of these.
            MissingDependencyError: If the library is not there.
        """
        columns = {name: self.column(name).filled().tolist() for name in self.columns}
        return native_frame(columns, self._backend if backend is None else backend)

    @property
    def file_report(self) -> FileReport | None:
        """How the file was read (encoding, separator, tool, ...), or None if the data was not one file."""
        return self._report

    @property
    def reports(self) -> tuple[FileReport, ...]:
        """How each file was read, in the order in which they were joined; empty if the data was no file."""
        return self._reports

    @property
    def rejected(self) -> tuple[Rejected, ...]:
        """What could not be used, answers and times, with row, column, value and reason.

        Rows of a file are numbered as a person counts its records, from 1; those of other data by position, from 0.
        """
        from npskit.sample.unusable_cells import invalid_answers, invalid_times

        if self._data.refused is not None:
            return self._data.refused
        data = self._data
        if data.frame.lazy:
            counts = asked(data, (), times="time" in data.roles)
            if not (counts.answers().off_the_scale().any() or any(invalid_times(counts))):
                return ()
            data = selected(data, [*data.score, *(name for role, name in data.roles.items() if role == "time")])
        return tuple(sorted((*invalid_answers(data), *invalid_times(data)), key=lambda each: each.row))

    def audit(self) -> LabelAudit:
        """Hold the labels of the survey tool ("Promoter") against the answers beside them.

        Raises:
            IncompatibleError: If no label column is bound.
        """
        from npskit.scores import audit_labels

        if "label" not in self._data.roles:
            raise IncompatibleError("audit() needs the column with the labels: bind it with label=")
        data = selected(self._data, [*self._data.score, self._data.roles["label"]])
        label, answers = data.column(data.roles["label"]), data.answers()
        more: Any = {"off_the_scale": answers.off_the_scale(), "aside": self._data.aside, "backend": self._backend}
        return audit_labels(answers.categories, label, answers.codebook.categories, **more)

    @property
    def _backend(self) -> str | None:
        """The dataframe library of the data, None if it is of none."""
        return self._data.frame.backend

    def __repr__(self) -> str:
        roles = ", ".join(f"{role}={name!r}" for role, name in self.roles.items())
        return f"{type(self).__name__}({self._data.frame.describe()}, {roles}, scorer={self.scorer!r})"


def bind(
    frame: Frame,
    codebook: Codebook,
    score: Any,
    given: Mapping[str, str | None],
    *,
    count: str | None,
    read: bool,
    **options: Any,
) -> BoundData:
    """Return data with its columns bound to their roles.

    Args:
        frame: The data.
        codebook: What the answers mean.
        score: The column or columns of answers, as the user named them.
        given: The columns of the other roles.
        count: How many answers each row stands for.
        read: Whether they were read by npskit, which has asked already what rows mean.
        options: How they are read; see `BoundData`.
    """
    codebook, score, label = _by_label(frame, codebook, score, given["label"])
    names = _bind_score(frame, codebook, score)
    data = BoundData(frame, codebook, names, _bind_roles(frame, {**given, "label": label}), **options)
    return repeated(data if read else rows_meant_by(data, count), count)


def _bind_score(
    frame: Frame, codebook: Codebook, score: str | Sequence[str] | Mapping[str, str] | None
) -> tuple[str, ...]:
    """Return the column with the answers to each question of a scorer, checked to be there."""
    questions = codebook.questions
    if score is None:
        absent = [q for q in questions if q not in frame.columns]
        if absent:
            raise ColumnNotFoundError(
                f"score: name the column with the answers to {quoted(absent[0])}; "
                f"{did_you_mean(absent[0], frame.columns)}"
            )
        return questions
    if isinstance(score, Mapping):
        unknown = [q for q in (*score, *questions) if not any(is_same(q, own) for own in questions) or q not in score]
        if unknown:
            raise InvalidValueError(
                f"score: {codebook.name} asks {', '.join(questions)}; {quoted(unknown[0])} is not in both"
            )
        names = [score[q] for q in questions]
    else:
        names = [score] if isinstance(score, str) or not isinstance(score, Sequence) else list(several(score, "score"))
    if len(names) != len(questions):
        raise IncompatibleError(
            f"score: {codebook.name} reads {counted(len(questions), 'column')} ({', '.join(questions)}): got "
            f"{quoted(names)}"
        )
    return tuple(frame.require(name, "score") for name in names)


def _by_label(frame: Frame, codebook: Codebook, score: Any, label: str | None) -> tuple[Codebook, Any, str | None]:
    """Return what is scored: the answers, or the labels of groups where there is no column of answers."""
    absent = score is None and any(question not in frame.columns for question in codebook.questions)
    if label is not None and absent:
        from npskit.scorers import ByLabel

        return codebook_of(ByLabel(codebook.scorer)), [label], None
    name = codebook.questions[0] if score is None else score
    if isinstance(name, str) and name in frame.columns and not frame.lazy and not frame.from_responses:
        from npskit.scorers import ByLabel
        from npskit.scores import labels_alone

        column = frame.column(name)
        if labels_alone(column, codebook):
            return codebook_of(ByLabel(codebook.scorer)), [name], None if label == name else label
        numbers = column.values[:_LOOK].tolist() if column.values.dtype.kind in "iuf" else []
        if stars := stars_said(numbers, codebook.scales[0], name):
            warn(f"score: column {quoted(name)}: {stars}", DataWarning)
    return codebook, score, label


def repeated(data: BoundData, name: str | None) -> BoundData:
    """Return the data with each row as often as its cell in a column says.

    Raises:
        IncompatibleError: If the data are a query, or a customer is bound, who is one.
        InvalidValueError: If a count is not a whole number of at least 0, or all are more rows than memory holds.
    """
    if name is None:
        return data
    if data.frame.lazy:
        raise IncompatibleError("count= needs rows: collect() the query first")
    who = next((role for role in ("customer", "account") if role in data.roles), None)
    if who is not None:
        raise IncompatibleError(f"count and {who}: a row that stands for several answers is not of one {who}")
    column = data.column(data.frame.require(name, "count"))
    numbers = numbers_of(column.filled()).values
    bad = np.flatnonzero(~(numbers >= 0) | (numbers != np.floor(numbers)))
    if bad.size:
        why = "which is no count: it must be a whole number of at least 0"
        refuse_cells(f"count: column {name!r}", bad, column.filled()[bad[0]], why, column.row_numbers)
    total = numbers.sum()
    if total > _MOST_ROWS:
        raise InvalidValueError(
            f"count: the rows stand for {total:,.0f} answers, more than {_MOST_ROWS:,}: count them by answer with "
            "Tally.from_answers"
        )
    rows = np.repeat(np.arange(len(numbers)), numbers.astype(np.intp))
    kept = None if data.row_numbers is None else data.row_numbers[rows]
    return attrs.evolve(data, frame=data.frame.repeat(rows), row_numbers=kept, columns={})


def _bind_roles(frame: Frame, given: Mapping[str, str | None]) -> dict[str, str]:
    """Return the column of each role that has one, checked to be there; of responses also the fields in use."""
    found = dict(given)
    if frame.from_responses:
        for role, name in _FIELDS.items():
            if found[role] is None and any(value is not None for value in frame.column(name).values):
                found[role] = name
    return {role: frame.require(name, role) for role, name in found.items() if name is not None}
