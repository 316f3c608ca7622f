"""Any source of cases as a table: its times on one clock, whatever they are written as, and what else it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen, Times
from npskit.counting import CodedAnswers, Tally, warn_of_scale
from npskit.data import (
    NOTHING,
    UNKNOWN,
    Frame,
    coded,
    parse_times,
    read_labels,
    read_times,
)
from npskit.errors import (
    ColumnNotFoundError,
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    counted,
    did_you_mean,
    plural,
    quoted,
    written,
)
from npskit.followup.cases.case import Case
from npskit.followup.cases.case_days import dates_alone, offsets_of, take_midnights
from npskit.followup.cases.case_no_times import microseconds, refuse_days, refuse_numbers, states, took, with_times
from npskit.scorers import Codebook
from npskit.times import DAY, find_zone, in_zone, instants, read_time

MONTH = "month"
_CASE_KEYS = ("owner", "category", "theme", "channel")


def case_frame(source: Any) -> Frame:
    """Return any source as a frame."""
    if not isinstance(source, Sequence) or isinstance(source, str | bytes | memoryview):
        return Frame(source)
    if source and all(isinstance(item, Mapping) for item in source):
        names = dict.fromkeys(name for item in source for name in item)
        return Frame({name: [item.get(name) for item in source] for name in names})
    kind = Mapping if source and isinstance(source[0], Mapping) else Case
    for row, item in enumerate(source):
        if not isinstance(item, kind):
            raise InvalidTypeError(
                "cases must be Case objects, a dataframe, a mapping of columns or a list of dictionaries: item "
                f"{row} is {quoted(item)} ({type(item).__name__}) in a list of {type(source[0]).__name__}"
            )
    return Frame(_case_columns(source))


def is_of_cases(source: Any) -> bool:
    """Whether a source is `Case` objects."""
    return isinstance(source, Sequence) and len(source) > 0 and isinstance(source[0], Case)


def _case_columns(cases: Sequence[Case]) -> dict[str, list[Any]]:
    """Return cases as an event log."""
    twice = [case for case, many in Counter(case.id for case in cases).items() if many > 1]
    if twice:
        raise InvalidValueError(
            f"cases: {counted(len(twice), 'id')} {plural(len(twice), 'occurs', 'occur')} more than once, such as "
            f"{quoted(twice[0])}; one case, one id"
        )
    rows = [(event, case) for case in cases for event in case.events]
    found: dict[str, list[Any]] = {"case": [case.id for _, case in rows], "event": [event.kind for event, _ in rows]}
    found |= {name: [getattr(event, name) for event, _ in rows] for name in ("at", "by")}
    kept = ("category", "theme", "channel", "later") if any(case.later for case in cases) else _CASE_KEYS[1:]
    return found | {name: [getattr(case, name) for _, case in rows] for name in kept}


@attrs.frozen(eq=False)
class CaseTable:
    """A log with its columns by role."""

    frame: Frame
    roles: Mapping[str, str]
    codebook: Codebook
    by: tuple[str, ...]
    one_per_event: bool

    def column(self, role: str) -> NDArray[Any] | None:
        """Return the values of a role, None where missing; None if there is no such column."""
        name = self.roles.get(role)
        return None if name is None else self.frame.column(name).filled()

    def keys(self) -> dict[str, tuple[Codes, list[Any]]]:
        """Return the code of each row for everything to break down by but the month and, of events, the owner."""
        found = {}
        for name in self.by:
            if name == MONTH or (name == "owner" and self.one_per_event):
                continue
            column = self.roles.get(name, name)
            if column not in self.frame.columns:
                known = [*_CASE_KEYS, MONTH, *self.frame.columns]
                raise ColumnNotFoundError(f"by: the log has no {quoted(name)}; {did_you_mean(name, known)}")
            codes, labels = coded(self.frame.column(column))
            # what says nothing is a group of its own, the last
            found[name] = np.where(codes < 0, len(labels), codes), [*labels, *([None] if (codes < 0).any() else [])]
        return found

    def categories(self, score: str, label: str, *, strict: bool) -> Codes | None:
        """Return the customer's category in each row: by the answer, else by the label; None if there is neither.

        Args:
            score: The role of the answer.
            label: The role of the label.
            strict: Whether a label that names no category is refused; else it stands above all of them.

        Returns:
            -1 where nothing is said, or the answer cannot be scored.
        """
        codebook = self.codebook
        if score in self.roles and len(codebook.questions) == 1:
            answers = CodedAnswers([self.frame.column(self.roles[score])], codebook)
            warn_of_scale(Tally.count(*answers.columns, scorer=codebook.scorer), chosen=True)
            return answers.categories
        if label not in self.roles:
            return None
        labels = read_labels(self.frame.column(self.roles[label]), codebook.categories)
        unknown = next(iter(labels.unknown()), None)
        if strict and unknown is not None:
            raise InvalidValueError(
                f"{self.roles[label]}: {quoted(unknown)} is no category of {codebook.name}; "
                f"{did_you_mean(unknown, codebook.categories)}; give scorer=... if it is another's"
            )
        places = labels.categories
        return np.where(places == UNKNOWN, len(codebook.categories), np.where(places == NOTHING, -1, places))


@attrs.frozen(eq=False)
class CaseTimes(Frozen):
    """Columns of times that go together: UTC where they know their zone, the wall clock where they do not.

    Args:
        values: datetime64[us] by role.
        bad: For each role the rows that hold no time.
        far: For each role the rows with a time far from all others, which is not taken.
        time_zone: Their zone, None where naive.
        days: For each role the rows that hold a date without a time of day: its first moment is the value.
        due: By when each row's case should be answered; None if nothing is said.
        waits: Whether each row's case is open, where a column says so by yes and no; else None.
    """

    values: dict[str, Times]
    bad: dict[str, NDArray[np.int64]]
    far: dict[str, NDArray[np.int64]]
    time_zone: str | None
    days: dict[str, Bools]
    due: Times | None = None
    waits: Bools | None = None

    @classmethod
    def read(
        cls, frame: Frame, names: Mapping[str, str], dayfirst: bool | None = None, office: str | None = None
    ) -> CaseTimes:
        """Read columns, given by role; where they know only an offset, their zone is that of the office.

        Raises:
            IncompatibleError: If some know their zone and others do not.
            InvalidValueError: If dates are day first in one row and month first in another.
        """
        spans = took(frame, names)
        flags_of = {role: states(frame, role, name) for role, name in names.items() if role not in spans}
        ends = [flags for role in ("closed", "resolved") if (flags := flags_of.get(role)) is not None]
        waits = ends[0] == 0 if ends and "opened" in names else None
        names = {role: names[role] for role, flags in flags_of.items() if flags is None}
        columns = {name: frame.column(name) for name in names.values()}
        table = read_times(columns, time_zone="UTC", dayfirst=dayfirst)
        table.warn("cases")
        values = {role: table[name].values for role, name in names.items()}
        bad, far = ({role: table[name].positions(far=far) for role, name in names.items()} for far in (False, True))
        refuse_numbers(frame, names, values, bad)
        names = with_times(frame, names, values, bad)
        values = {role: values[role] for role in names}
        refuse_days(table, names)
        days = {role: dates_alone(columns[name], table[name]) for role, name in names.items()}
        whole = {role: bool((days[role] | np.isnat(values[role])).all()) for role in names}
        known = {name for role, name in names.items() if not np.isnat(values[role]).all()}
        zoned = any(table[name].aware for name in known)
        # a date alone knows no zone, and needs none: it is that of the others
        told = [n for role, n in names.items() if n in known and not (zoned and whole[role])]
        naive, aware = ([name for name in told if table[name].aware is knows] for knows in (False, True))
        if naive and aware:
            raise IncompatibleError(
                f"the times in {aware[0]!r} know their zone, those in {naive[0]!r} do not: make them one or the other"
            )
        zone = _known_zone(table[aware[0]].own_zone, office or "UTC") if aware else None
        for role in names:
            if zone is not None and whole[role]:
                beside = columns[names["opened"] if names.get("opened") in aware else aware[0]]
                named = office is not None or _known_zone(table[aware[0]].own_zone, "") != ""
                days_in_utc = instants(values[role], find_zone(zone))
                values[role] = days_in_utc if named else values[role] - offsets_of(beside)
        for role, (seconds, wrong) in spans.items():
            values[role] = values["opened"] + microseconds(seconds)
            bad[role], far[role] = np.flatnonzero(wrong), np.empty(0, np.int64)
            days[role] = np.zeros(len(seconds), np.bool_)
        if "opened" in days:
            take_midnights(values, days)
        due, alone = values.pop("due", None), days.pop("due", None)
        read = cls(values, bad, far, zone, days, waits=waits)
        if due is None or alone is None:
            return read
        return attrs.evolve(read, due=np.where(alone, read.day_after(due), due))

    def day_after(self, values: Times) -> Times:
        """Return the same time of the next day, on the clock of the zone where there is one."""
        if self.time_zone is None:
            return np.asarray(values + np.timedelta64(DAY))
        return instants(in_zone(values, self.time_zone) + np.timedelta64(DAY), find_zone(self.time_zone))

    def moment(self, value: Any) -> np.datetime64:
        """Return a time that the caller gave as those of the log are.

        Raises:
            InvalidValueError: If it is not a time.
            IncompatibleError: If it knows its zone and the log does not, or the other way about.
        """
        value = read_time(value, "as_of", zoned=True) if isinstance(value, str) else value
        found = parse_times([value], time_zone="UTC")
        if np.isnat(found.values[0]):
            raise InvalidValueError(f"as_of must be a time such as datetime(2026, 3, 31): got {quoted(value)}")
        if found.aware != (self.time_zone is not None):
            has, wants = ("a", "none") if found.aware else ("no", "one")
            raise IncompatibleError(f"as_of={written(value)} has {has} time zone, the times of the log have {wants}")
        return np.datetime64(found.values[0])


def _known_zone(name: str | None, otherwise: str) -> str:
    """Return a zone by its name, another for what is only an offset."""
    if name is None:
        return otherwise
    try:
        find_zone(name)
    except InvalidValueError:
        return otherwise
    return name
