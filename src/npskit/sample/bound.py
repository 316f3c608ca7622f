"""Data bound to its roles, and its rows counted under the policies a survey is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import several
from npskit.counting import CodedAnswers
from npskit.data import Column, Frame, Keys, WaveRows, holding, segments_of, to_scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.options import Contacts, Lonely, OnInvalid, Repeats
from npskit.results import NO_ROWS, RowCounts
from npskit.sample.answer_kinds import check_kinds, kind_counts
from npskit.sample.places import Places
from npskit.sample.repeats import answer_each
from npskit.sample.sample import Sample
from npskit.scorers import Codebook
from npskit.times import find_zone

if TYPE_CHECKING:
    from npskit.inference import Calibration, Population
    from npskit.reading import Rejected

T = TypeVar("T")
UNITS = ("customer", "account", "stratum", "cluster")
"""The roles of columns that say which rows hang together."""


@attrs.frozen(eq=False)
class BoundData:
    """Data with the roles of its columns.

    Args:
        frame: The data.
        codebook: What the answers mean.
        score: The column with the answers to each question.
        roles: The columns of the other roles that are bound.
        on_invalid: `"count"` or `"raise"`.
        contacts: See `Survey`.
        population: See `Survey`.
        lonely: See `Survey`.
        time_zone: See `Survey`.
        dayfirst: See `Survey`.
        totals: What is known of the population, to which weights are raked, by column and label; or None.
        refused: What could not be used of the file the data came from; None if it came from none.
        aside: The rows of the file that are not in the data: those set aside, and those left out.
        row_numbers: The row of the file that each row came from; None if the data came from none.
        kinds: The columns that say that rows answer several surveys or questions.
        sums: The sum of weights and that of squared weights of each row, where an engine has counted; else None.
    """

    frame: Frame
    codebook: Codebook
    score: tuple[str, ...]
    roles: Mapping[str, str]
    on_invalid: OnInvalid = "count"
    contacts: Contacts = "mean"
    population: Population = None
    lonely: Lonely = "fail"
    time_zone: str | None = attrs.field(default=None, validator=lambda _, __, name: find_zone(name))  # or refused
    dayfirst: bool | None = None
    totals: Mapping[str, Mapping[Any, float]] | None = None
    refused: tuple[Rejected, ...] | None = None
    aside: RowCounts = NO_ROWS
    row_numbers: NDArray[np.int64] | None = None
    kinds: tuple[str, ...] = ()
    sums: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    _columns: dict[str, Column] = attrs.field(factory=dict, repr=False)
    # what was warned of already; a survey speaks once
    _spoken: set[str] = attrs.field(factory=set, repr=False)
    # of these rows; not carried over to others
    _calibrations: list[Calibration] = attrs.field(factory=list, init=False, repr=False)
    # not carried over to a changed survey: what was read as times depends on its zone
    _times: dict[str, NDArray[np.datetime64]] = attrs.field(factory=dict, init=False, repr=False)
    _made: dict[str, tuple[Any, Any]] = attrs.field(factory=dict, init=False, repr=False)

    def once(self, name: str, key: Any, make: Callable[[], T]) -> T:
        """Return what is made of the rows, the last one of a name kept; `key` says what of them it was made of."""
        if name not in self._made or self._made[name][0] != key:
            self._made[name] = key, make()
        found: T = self._made[name][1]
        return found

    def column(self, name: str) -> Column:
        """Return one column of the data; it is kept."""
        if name not in self._columns:
            column = self.frame.column(self.frame.require(name, "column"))
            self._columns[name] = attrs.evolve(column, row_numbers=self.row_numbers)
        return self._columns[name]

    def role(self, role: str) -> Column | None:
        """Return the column of a role, None if it is not bound."""
        return self.column(self.roles[role]) if role in self.roles else None

    def matching(self, wanted: Any, name: str) -> NDArray[np.bool_]:
        """Return True for each row that has the wanted value, or one of them, in every column: `{"region": "South"}`.

        Raises:
            ColumnNotFoundError: If a column is not there.
            InvalidTypeError: If it is no such mapping, or a value is of a kind that no column could hold.
            InvalidValueError: If a value is nowhere in its column.
        """
        if not isinstance(wanted, Mapping) or not wanted:
            raise InvalidTypeError(
                f"{name} says which values of which column, as {{'region': 'South'}}: got {quoted(wanted)}"
            )
        found = [
            holding(self.column(self.frame.require(column, name)), given, f"{name}: {column!r}", whole=self.from_file)
            for column, given in wanted.items()
        ]
        return np.asarray(np.logical_and.reduce(found))

    def where(self, wanted: Any) -> BoundData:
        """Return the data with the rows alone that have the wanted values; see `matching`.

        Raises:
            IncompatibleError: If the weights were calibrated, which holds for all rows together.
        """
        if self.totals is not None:
            raise IncompatibleError("where() of a raked survey would lose its totals: use where() first, then rake()")
        if self.frame.lazy:
            return self._where_of_engine(wanted)
        rows = self.matching(wanted, "where")
        numbers, refused = self.row_numbers, self.refused
        if numbers is None:  # rows of a frame stay named by their position in it
            numbers = WaveRows.of([("", len(rows), None)])
        elif refused is not None and not isinstance(numbers, WaveRows):  # what files were joined of keep what they list
            gone = set(numbers[~rows].tolist())
            refused = tuple(each for each in refused if each.row not in gone or each.kind in ("set aside", "left out"))
        return attrs.evolve(
            self,
            frame=self.frame.take(rows),
            refused=refused,
            aside=self.aside + RowCounts(left_out=int(len(rows) - rows.sum())),
            row_numbers=numbers[rows],
            columns={},
        )

    def _where_of_engine(self, wanted: Any) -> BoundData:
        """Do as `where` without taking rows from an engine: it is asked for the distinct values of the columns."""
        names = [self.frame.require(name, "where") for name in wanted] if isinstance(wanted, Mapping) else []
        found = self.frame.distinct(names) if names else None
        some = self if found is None else attrs.evolve(self, columns=dict(found.columns))
        rows = some.matching(wanted, "where")
        assert found is not None  # else `matching` refuses
        values = {name: list(dict.fromkeys(found.columns[name].take(rows).native().tolist())) for name in names}
        frame, left_out = self.frame.where(values), int(found.counts[~rows].sum())
        return attrs.evolve(self, frame=frame, aside=self.aside + RowCounts(left_out=left_out), columns={})

    def by(self, by: str | Sequence[str] | None) -> tuple[str, ...]:
        """Return the names of the columns that make the segments, checked to be there."""
        if not isinstance(by, str | Sequence | None):
            raise InvalidTypeError(f"by must be the name of a column, or several: got {quoted(by)}")
        names = () if by is None else (by,) if isinstance(by, str) else several(by, "by")
        if by is not None and not names:
            raise InvalidValueError("by must name at least one column; leave it out for the whole")
        known = tuple(self.frame.require(name, "by") for name in names)
        if len(set(known)) < len(known):
            raise InvalidValueError(f"by names a column twice: {quoted(names)}")
        return known

    def times(self, method: str) -> NDArray[np.datetime64]:
        """Return when each row was given, NaT where that is not known; `method` needs it."""
        from npskit.data import read_times

        column = self.role("time")
        if column is None:
            raise IncompatibleError(f"{method}() needs to know when: bind the column with time=")
        if "times" not in self._times:
            name = self.roles["time"]
            table = read_times({name: column}, **self.clock)
            table.warn(f"time: column {quoted(name)}")
            table[name].checked(f"time: column {quoted(name)}")
            self._times["times"] = table[name].values
        return self._times["times"]

    def weights(self) -> NDArray[np.float64] | None:
        """Return the weight of each row, checked, or None where none is bound."""
        from npskit.data import read_weights

        weight = self.role("weight")
        if weight is None:
            return None
        name = self.roles["weight"]
        stood = {each.row: each.value for each in self.refused or () if each.column == name}
        return read_weights(weight, f"weight: column {quoted(name)}", stood)

    def raked(self, totals: Any) -> BoundData:
        """Return the data with weights that give columns their totals; see `Survey.rake`."""
        if not isinstance(totals, Mapping) or not totals:
            raise InvalidTypeError(
                f"totals must map columns to totals by label, as {{'region': {{'N': 0.5, 'S': 0.5}}}}: got "
                f"{quoted(totals)}"
            )
        for name, labels in totals.items():
            if not isinstance(labels, Mapping):
                raise InvalidTypeError(f"totals[{quoted(name)}] must map each label to its total: got {quoted(labels)}")
        return attrs.evolve(self, totals={self.frame.require(name, "totals"): dict(totals[name]) for name in totals})

    def calibrate(self) -> Calibration | None:
        """Return how the weights are calibrated to the population, None if they are not."""
        if self.totals is not None and not self._calibrations:
            from npskit.inference import rake

            margins, weights = {name: self.column(name) for name in self.totals}, self.weights()
            start = np.ones(len(self.column(self.score[0]))) if weights is None else to_scale(weights)
            copies = self.column(self.score[0]).copies
            self._calibrations.append(rake(start, margins, self.totals, copies=copies))
        return self._calibrations[0] if self._calibrations else None

    def segments(self, by: tuple[str, ...]) -> tuple[Places, Keys]:
        """Return the segment of each row, and the values that make each segment."""
        columns, rows = [self.column(name) for name in by], len(self.column(self.score[0]))
        numbers, keys = segments_of(columns, rows, whole=self.from_file)
        return Places(numbers, len(keys)), keys

    @property
    def from_file(self) -> bool:
        """Whether the data came from a file, so that numbers in columns without a role stand there as text."""
        return self.refused is not None

    def answers(self) -> CodedAnswers:
        """Return the answers to each question; not kept, so that their codes last no longer than a call."""
        return CodedAnswers([self.column(name) for name in self.score], self.codebook, self._spoken)

    def check_kinds(self, by: Sequence[str] = ()) -> None:
        """Refuse answers of several kinds, unless they are in segments by some columns; see `check_kinds`."""
        check_kinds(self.kinds, by, lambda name: kind_counts(self.frame, self.column, self.score, name))

    def sample(self) -> Sample:
        """Return the rows to be counted, checked to be as `on_invalid` wants them."""
        self.check_kinds()
        customer, account, stratum, cluster = map(self.role, ("customer", "account", "stratum", "cluster"))
        answers, calibration, sums = self.answers(), self.calibrate(), self.sums
        bound, copies = self.weights() if calibration is None else calibration.weights, answers.copies
        weights = None if bound is None else to_scale(bound)
        if weights is not None and copies is not None:
            sums = copies * weights, copies * weights * weights
            weights = None
        sample = Sample(
            answers,
            weights=weights,
            sums=sums,
            customers=_numbered(customer),
            accounts=_numbered(account),
            contacts=None if account is None else self.contacts,
            strata=None if stratum is None else stratum.filled(),
            clusters=None if cluster is None else cluster.filled(),
            names={role: self.roles[role] for role in ("stratum", "cluster") if role in self.roles},
            population=self.population,
            lonely=self.lonely,
            calibration=calibration,
            invalid=self.on_invalid,
            aside=self.aside,
            row_numbers=self.row_numbers,
        )
        self.check(sample.answers)
        return sample

    def check(self, answers: CodedAnswers) -> None:
        """Refuse answers that cannot be scored, and rows that could not be read, where that was asked for.

        Raises:
            InvalidValueError: If there are any; by the rows of the file, if they came from one.
        """
        if self.on_invalid == "raise":
            from npskit.reading import refuse_rejected

            refuse_rejected(self.refused or (), self.score)
            answers.refuse(self.row_numbers)

    def answering(
        self, sample: Sample, places: Places, repeats: Repeats = "all", method: str = "score"
    ) -> tuple[Sample, NDArray[np.bool_]]:
        """Return the rows that count of customers and accounts with several answers at a place, and which those are.

        Args:
            sample: All rows.
            places: Where they belong.
            repeats: What counts of each customer.
            method: Who asks, for an error.

        Raises:
            IncompatibleError: If a role is missing that it takes, or the survey is raked.
        """
        kept = np.ones(len(sample), dtype=np.bool_)
        if repeats != "all":
            self._check_policy(f"repeats={quoted(repeats)}", repeats)
            if sample.customers is None:
                needs = f"repeats={quoted(repeats)} needs to know who answered: bind the column with customer="
                raise IncompatibleError(needs)
            times = self.times(method) if repeats == "latest" else None
            sample, kept, tied = answer_each(sample, places, sample.customers, repeats, times)
            sample = attrs.evolve(sample, repeats=repeats, tied=tied)
        if sample.accounts is not None:
            self._check_policy(f"contacts={quoted(self.contacts)}", self.contacts)
            times = self.times(method)[kept] if self.contacts == "latest" else None
            sample, some, _ = answer_each(sample, places.take(kept), sample.accounts, self.contacts, times, level=True)
            kept[kept] = some
        return sample, kept

    @property
    def latest_contacts(self) -> bool:
        """Whether the latest answer of an account's contacts counts."""
        return "account" in self.roles and self.contacts == "latest"

    def _check_policy(self, said: str, rule: str) -> None:
        if self.totals is not None:
            raise IncompatibleError(f"{said} and rake() do not go together: bind the rows to be raked")
        if rule == "latest" and "time" not in self.roles:
            raise IncompatibleError(f"{said} needs to know when: bind the column with time=")

    @property
    def units(self) -> bool:
        """Whether rows hang together, or were drawn by a design."""
        return bool(set(UNITS) & set(self.roles)) or self.population is not None

    @property
    def clock(self) -> dict[str, Any]:
        """How times are read."""
        return {"time_zone": self.time_zone, "dayfirst": self.dayfirst}


def _numbered(customers: Column | None) -> NDArray[np.intp] | None:
    """Return the number of the customer, or the account, of each row; None where no column says who it is."""
    if customers is None:
        return None
    from npskit.data import read_customers

    return read_customers(customers).numbers
