"""Data bound to its roles, and its rows counted under the policies a survey is asked for."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import INVALID, encode
from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError, did_you_mean
from npskit.frames import Column, Frame
from npskit.inference.calibration import Calibration, rake
from npskit.inference.estimate import Estimate
from npskit.inference.strata import Lonely, Population
from npskit.inference.weights import check_weights
from npskit.reading import Rejected, parse_times
from npskit.rows import Rows, customer_numbers, equal_shares, latest, segments_of
from npskit.score import Conventions
from npskit.scorers.base import Codebook
from npskit.tally import Tally
from npskit.times.zones import in_zone

Counted = tuple[tuple[tuple[Any, ...], ...], Tally, Estimate, Conventions]
"""The values that make each segment, their counts, their estimates, and under which conventions."""


@attrs.frozen(eq=False)
class Bound:
    """Data with the roles of its columns.

    Args:
        frame: The data.
        book: What the answers mean.
        score: The column with the answers to each question.
        roles: The columns of the other roles that are bound.
        on_invalid: `"count"` or `"raise"`.
        population: See `Survey`.
        lonely: See `Survey`.
        time_zone: See `Survey`.
        dayfirst: See `Survey`.
        calibration: How the weights were calibrated to the population, or None.
        refused: What could not be used of the file the data came from; None if it came from none.
    """

    frame: Frame
    book: Codebook
    score: tuple[str, ...]
    roles: Mapping[str, str]
    on_invalid: str = "count"
    population: Population = None
    lonely: Lonely = "fail"
    time_zone: str | None = None
    dayfirst: bool | None = None
    calibration: Calibration | None = None
    refused: tuple[Rejected, ...] | None = None
    _cache: dict[str, Column] = attrs.field(factory=dict, repr=False)
    _read: dict[str, NDArray[np.datetime64]] = attrs.field(factory=dict, repr=False)

    def column(self, name: str) -> Column:
        """Return one column of the data; it is kept."""
        if name not in self._cache:
            self._cache[name] = self.frame.column(self.frame.require(name, "column"))
        return self._cache[name]

    def role(self, role: str) -> Column | None:
        """Return the column of a role, None if it is not bound."""
        return self.column(self.roles[role]) if role in self.roles else None

    def named(self, wanted: Any, name: str) -> list[tuple[str, Column, Any]] | None:
        """Return the wanted values, `{"region": "South"}`, with the columns they are looked for in."""
        if wanted is None:
            return None
        if not isinstance(wanted, Mapping) or not wanted:
            raise InvalidTypeError(
                f"{name} says which values of which column, as {{'region': 'South'}}: got {wanted!r}"
            )
        return [(column, self.column(self.frame.require(column, name)), value) for column, value in wanted.items()]

    def by(self, by: str | Sequence[str] | None) -> tuple[str, ...]:
        """Return the names of the columns that make the segments, checked to be there."""
        if not isinstance(by, str | Sequence | None):
            raise InvalidTypeError(f"by must be the name of a column, or several: got {by!r}")
        names = () if by is None else (by,) if isinstance(by, str) else tuple(by)
        if by is not None and not names:
            raise InvalidValueError("by must name at least one column; leave it out for the whole")
        if len(set(names)) < len(names):
            raise InvalidValueError(f"by names a column twice: {names!r}")
        return tuple(self.frame.require(name, "by") for name in names)

    def times(self, method: str) -> NDArray[np.datetime64]:
        """Return when each row was given, NaT where that is not known; `method` needs it."""
        column = self.role("time")
        if column is None:
            raise IncompatibleError(f"{method}() needs to know when: bind the column with time=")
        if "times" in self._read:
            return self._read["times"]
        name = self.roles["time"]
        aware = None if self.time_zone is None else self.frame.utc(name)
        if aware is not None:
            self._read["times"] = in_zone(aware[0], self.time_zone)
            return self._read["times"]
        times = parse_times(column.filled(), time_zone=self.time_zone, dayfirst=self.dayfirst)
        for note in times.notes:
            if "shows" not in note:  # what a row of the data shows is no guess
                warnings.warn(f"time: column {name!r}: {note}", stacklevel=4)
        if times.rejected:
            first = times.rejected[0]
            raise InvalidValueError(
                f"time: column {name!r} has {len(times.rejected)} values that are no times, the first "
                f"in row {first.position}: {first.value!r}; make them times, or None where they are not known"
            )
        self._read["times"] = times.values
        return times.values

    def weights(self) -> NDArray[np.float64] | None:
        """Return the weight of each row, checked, or None where none is bound."""
        weight = self.role("weight")
        if weight is None:
            return None
        values = weight.filled()
        if values.dtype == object and not any(isinstance(value, str | bool | np.bool_) for value in values):
            # decimals, and numbers beside missing ones: what is missing is named by its row
            values = np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)
        return check_weights(values, self.roles["weight"])

    def raked(self, totals: Any) -> Calibration:
        """Return the weights that give columns their totals; see `Survey.rake`."""
        if not hasattr(totals, "items") or not totals:
            raise InvalidTypeError(
                f"totals must map columns to totals by label, as {{'region': {{'N': 0.5, 'S': 0.5}}}}: got {totals!r}"
            )
        for name, labels in totals.items():
            if not hasattr(labels, "items"):
                raise InvalidTypeError(f"totals[{name!r}] must map each label to its total: got {labels!r}")
        margins = {name: self.column(self.frame.require(name, "totals")).filled() for name in totals}
        weights = self.weights()
        return rake(np.ones(len(self.column(self.score[0]))) if weights is None else weights, margins, totals)

    @property
    def variance(self) -> str:
        """What variances allow for where rows are not independent."""
        return "clustered" if self.calibration is None else "calibrated"

    def count(self, by: tuple[str, ...], denominator: str, repeats: str) -> Counted:
        """Count the rows by segment, asking the engine where that is enough."""
        rows = None
        if self._ask_engine(by, repeats):
            keys, tally = self._count_by_engine(by)
        else:
            rows = self.rows(by, repeats)
            if self.on_invalid == "raise" and (told := _first_rejected(self.refused or (), self.score)):
                raise InvalidValueError(told)  # by the rows of the file
            keys, tally = rows.keys, rows.tally(self.book, self.on_invalid)
        table = tally.table(denominator)
        clustered = None if rows is None else self.clustered(rows, denominator, table.worths)
        conventions = Conventions(
            repr(self.book.scorer),
            denominator=denominator,
            repeats=repeats,
            by_customer="customer" in self.roles,
            superseded=0 if rows is None else rows.superseded,
            weighted=tally.weights is not None,
            variance="independent" if clustered is None else self.variance,
            invalid=self.on_invalid,
        )
        if clustered is None:
            clustered = Estimate.from_sums(table.counts, table.worths, table.weights, table.squares)
        return keys, tally, clustered, conventions

    def _ask_engine(self, by: tuple[str, ...], repeats: str) -> bool:
        """Return whether counts can be asked for instead of rows, and that is right for this kind of data."""
        units = any(role in self.roles for role in ("customer", "stratum", "cluster"))
        if (
            units
            or self.population is not None
            or self.calibration is not None
            or repeats != "all"
            or self.on_invalid != "count"
        ):
            return False
        # Polars groups by text faster than Python does; where weights are bound, rows can be named in an error
        polars = self.frame.backend == "polars" and bool(by) and "weight" not in self.roles
        return self.frame.lazy or polars

    def _count_by_engine(self, by: tuple[str, ...]) -> tuple[tuple[tuple[Any, ...], ...], Tally]:
        found = self.frame.distinct([*by, *self.score], self.roles.get("weight"))
        groups, keys = segments_of([found.columns[name] for name in by], len(found.counts))
        columns = [found.columns[name] for name in self.score]
        tally = Tally.from_distinct(
            *(c.values for c in columns),
            counts=found.counts,
            weights=found.weights,
            scorer=self.book.scorer,
            groups=groups,
            n_groups=len(keys),
            masks=[c.mask for c in columns],
        )
        return keys, tally

    def categories(self) -> NDArray[np.intp]:
        """Return the category of each row, -1 where it cannot be scored."""
        answers = tuple(self.column(name) for name in self.score)
        return Rows(answers, np.zeros(len(answers[0]), dtype=np.intp), ((),)).categories(self.book)

    def rows(self, by: tuple[str, ...], repeats: str) -> Rows:
        """Return the rows under a policy for repeated customers, with their segments."""
        answers = tuple(self.column(name) for name in self.score)
        groups, keys = segments_of([self.column(name) for name in by], len(answers[0]))
        customer, stratum, cluster = self.role("customer"), self.role("stratum"), self.role("cluster")
        rows = Rows(
            answers,
            groups,
            keys,
            weights=self.weights(),
            customers=None if customer is None else customer_numbers(customer),
            strata=None if stratum is None else stratum.filled(),
            clusters=None if cluster is None else cluster.filled(),
        )
        if self.calibration is not None:
            if repeats != "all":
                raise IncompatibleError(f"repeats={repeats!r} and rake() do not go together: bind the rows to be raked")
            return attrs.evolve(rows, weights=self.calibration.weights, calibration=self.calibration)
        if repeats == "all":
            return rows
        if rows.customers is None:
            raise IncompatibleError(f"repeats={repeats!r} needs to know who answered: bind the column with customer=")
        scored = rows.categories(self.book) >= 0
        if repeats == "mean":
            return equal_shares(rows, scored)
        if "time" not in self.roles:
            raise IncompatibleError("repeats='latest' needs to know when: bind the column with time=")
        return latest(rows, self.times("score"), scored)

    def clustered(self, rows: Rows, denominator: str, worths: NDArray[np.float64]) -> Estimate | None:
        """Return the estimates where rows are not independent, else None."""
        if all(a is None for a in (rows.customers, rows.strata, rows.clusters, rows.calibration, self.population)):
            return None
        categories = rows.categories(self.book)
        if denominator == "all":
            categories = np.where(categories < 0, len(worths) - 1, categories)
        return rows.clustered(categories, worths, population=self.population, lonely=self.lonely)

    def invalid_answers(self) -> Iterator[Rejected]:
        """Yield the answers that do not lie on their scale."""
        for name, scale in zip(self.score, self.book.scales, strict=True):
            column = self.column(name)
            codes = encode(column.values, scale, name=name, mask=column.mask)
            for row in np.flatnonzero(codes == INVALID).tolist():
                yield Rejected(row, name, str(column.values[row]), f"not a whole number on {scale}")


def bind_score(frame: Frame, book: Codebook, score: str | Sequence[str] | Mapping[str, str] | None) -> tuple[str, ...]:
    """Return the column with the answers to each question of a scorer, checked to be there."""
    questions = book.questions
    if score is None:
        absent = [q for q in questions if q not in frame.columns]
        if absent:
            raise ColumnNotFoundError(
                f"score: name the column with the answers to {absent[0]!r}; {did_you_mean(absent[0], frame.columns)}"
            )
        return questions
    if isinstance(score, Mapping):
        unknown = [q for q in (*score, *questions) if q not in questions or q not in score]
        if unknown:
            raise InvalidValueError(f"score: {book.name} asks {', '.join(questions)}; {unknown[0]!r} is not in both")
        names = [score[q] for q in questions]
    else:
        names = [score] if isinstance(score, str) or not isinstance(score, Sequence) else list(score)
    if len(names) != len(questions):
        raise IncompatibleError(
            f"score: {book.name} reads {len(questions)} columns ({', '.join(questions)}): got {names!r}"
        )
    return tuple(frame.require(name, "score") for name in names)


def _first_rejected(rejected: Sequence[Rejected], columns: Sequence[str]) -> str:
    """Return a sentence that names the first answers of a file that cannot be scored."""
    found = [r for r in rejected if r.column in columns and "taken as missing" not in r.reason]
    shown = ", ".join(f"row {r.row} of the file: {r.value!r} in {r.column!r} ({r.reason})" for r in found[:5])
    return f"{len(found)} answers cannot be scored: {shown}" if found else ""
