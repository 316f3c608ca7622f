"""ClosedLoop: what a team lead reads about closing the loop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from npskit.errors import ColumnNotFoundError, counted, did_you_mean, quoted
from npskit.followup.cases.figures import Backlog, LoopFigures, LoopRate, LoopTime, hours_text, open_text, share_text
from npskit.followup.cases.rejections import Rejections
from npskit.options import Clock, EventKind, Measure, Rate
from npskit.plots import Chart, WaitingCurve, WaitingCurves
from npskit.results import Columns, Interval, MadeOfRows, RowCounts, Rows, key_columns, percent
from npskit.scores import segment_names, segment_parts
from npskit.times import BusinessCalendar

_TITLES = {
    "coverage": "answered",
    "reach": "reached, of those tried",
    "resolution": "resolved, of those ended",
    "reopened": "reopened, of those ended",
    "escalated": "escalated",
    "recovered_of_surveyed": "recovered, of those surveyed again",
    "recovered_of_all": "recovered, of all",
    "first_response": "first response",
    "close": "closing",
}


@attrs.frozen(eq=False, repr=False)
class ClosedLoop(MadeOfRows):
    """What became of the cases, in all and by group.

    Its rows are cases: n, set_aside and left_out sum to those that came in, also where a log has a row for each event;
    a row of which the case is not known counts as one.

    Args:
        total: The figures of all cases.
        by: What the groups are made by.
        groups: The figures of each group, by the values that make it.
        as_of: The time up to which things are known: what had not happened by then is open.
        as_of_given: Whether the caller gave that time; else it is the latest one in the log.
        level: The confidence level of all intervals.
        calendar: The opening hours of the business clock, those of each channel or the like, or None.
        of_eligible: Whether coverage is of those who should have been answered, as given, rather than of the cases.
        rejected: What of the log could not be used, and why.
        left_out: Cases that were opened after `as_of`.
        set_aside: Cases that could not be used; `rejected` says why.
        backend: The dataframe library that `to_frame` gives by default.
        closing: What counts as closed: `"closed"`, or `"resolved"` where the log knows no other end of a case.
    """

    total: LoopFigures
    by: tuple[str, ...]
    groups: Mapping[tuple[Any, ...], LoopFigures]
    as_of: dt.datetime | None
    as_of_given: bool
    level: float
    calendar: BusinessCalendar | Mapping[Any, BusinessCalendar] | None
    of_eligible: bool
    rejected: Rejections
    left_out: int
    set_aside: int
    backend: str | None = None
    closing: EventKind = "closed"

    _ROWS = "cases"
    missing = invalid = 0

    @property
    def row_counts(self) -> RowCounts:
        """What became of the cases that came in."""
        return RowCounts(self.n, set_aside=self.set_aside, left_out=self.left_out)

    @property
    def n(self) -> int:
        """How many cases there are figures of."""
        return self.total.cases

    @property
    def cases(self) -> int:
        """How many cases there are figures of."""
        return self.total.cases

    @property
    def backlog(self) -> Backlog:
        """What waits."""
        return self.total.backlog

    @property
    def first_response(self) -> LoopTime:
        """How long it takes until the customer hears from us, on the calendar's clock."""
        return self.total.time("first_response")

    @property
    def close(self) -> LoopTime:
        """How long it takes until a case is closed, on the calendar's clock."""
        return self.total.time("close")

    def rate(self, name: Rate) -> LoopRate:
        """Return a rate over all cases: one of `npskit.options.RATES`."""
        return self.total.rate(name)

    def time(self, measure: Measure, clock: Clock = "calendar") -> LoopTime:
        """Return how long it takes to the `"first_response"` or to `"close"`, on either clock, over all cases."""
        return self.total.time(measure, clock)

    def __len__(self) -> int:
        return len(self.groups)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.groups)

    def __getitem__(self, key: Any) -> LoopFigures:
        """Return the figures of one group: `loop["Ann"]`, or `loop["Ann", "2026-03"]` by two."""
        wanted = key if isinstance(key, tuple) else (key,)
        if wanted not in self.groups:
            asked, known = segment_names([wanted])[0], segment_names(list(self.groups))
            by = ", ".join(self.by) or "nothing"
            raise ColumnNotFoundError(f"there is no group {quoted(key)} by {by}; {did_you_mean(asked, known)}")
        return self.groups[wanted]

    # ---- as something to read ----

    def columns(self) -> Columns:
        """Return the figures as columns, one row per group, of all cases if there are no groups. Times in hours."""
        rows = [figures.columns() for figures in (self.groups.values() if self.by else [self.total])]
        table = {name: [row[name][0] for row in rows] for name in self.total.columns()}
        return key_columns(self.by, list(self.groups), table, "group") | table

    _SAYS = (
        "*total, as_of, as_of_given, level, by, left_out, closing, coverage_of: str, "
        "groups: list[TypedDict('GroupFigures', {'key': list[Any], 'cases': int, 'rates': dict[str, Any], "
        "'times': list[Any], 'backlog': dict[str, Any], 'due': Any})], "
        "rejected: list[TypedDict('RejectedCase', {'row': int, 'case': Any, 'reason': str})], "
        "rejected_by_reason: dict[str, int]"
    )

    def _record(self) -> dict[str, Any]:
        about = self._parts("as_of", "as_of_given", "level", "by", "left_out", "closing")
        groups = [{"key": key, **figures._record()} for key, figures in self.groups.items()]
        rejected = {"rejected": list(self.rejected), "rejected_by_reason": self.rejected.counts}
        coverage = {"coverage_of": "eligible" if self.of_eligible else "cases"}
        return about | coverage | self.total._record() | {"groups": groups} | rejected

    @property
    def headline(self) -> str:
        """How many cases, as of when, and what was left aside."""
        known = "" if self.as_of is None else f" as of {self.as_of:%Y-%m-%d %H:%M}"
        source = "" if self.as_of_given or self.as_of is None else " (the latest time in the log)"
        waits = self.backlog.open
        parts = [f"{counted(self.cases, 'case')}{'' if waits is None else f', {waits} open'}{known}{source}"]
        parts += ["how many are open is not known: the log holds no closings"] if waits is None else []
        if len(self.rejected):
            reasons = [f"{reason}: {many}" for reason, many in self.rejected.counts.items()]
            shown = ", ".join(reasons[:3] + (["..."] if len(reasons) > 3 else []))
            parts.append(f"{len(self.rejected)} rejected ({shown})")
        parts += [f"{self.left_out} opened later"] if self.left_out else []
        parts += ["closed means resolved, which is all that the log knows"] if self.closing == "resolved" else []
        return "; ".join(parts)

    def _rows(self) -> Rows:
        return self._by_group() if self.by else self._in_all()

    def _in_all(self) -> Rows:
        rows: list[list[Any]] = []
        for time in self.total.times:
            title, clock = _TITLES[time.measure], time.clock
            where = "" if clock == "calendar" else " (opening hours)"
            n = time.done + time.waiting
            for name, value, interval in (
                ("half", time.median, time.median_interval),
                ("nine in ten", time.p90, time.p90_interval),
            ):
                limits = " .. ".join(hours_text(limit, clock) for limit in interval) if time.done else ""
                rows.append([f"{title}, {name}{where}", hours_text(value, clock), limits, n])
            if time.judged:
                target = "the target of each" if time.target != time.target else hours_text(time.target, clock)
                name = f"{title} within {target}{where}"
                rows.append([name, *share_text(time.within, time.within_interval), n])
        rows += [[_TITLES[r.name], *share_text(r.value, r.interval), r.n] for r in self.total.rates]
        due = self.total.due
        if due.n:
            rows.append(["answered by its due time", *share_text(due.within, due.within_interval), due.n])
            rows.append(["late by, half of the late", hours_text(due.median_overrun), "", due.missed])
        waits = self.backlog
        ages = f"half since {hours_text(waits.median_age)}, the oldest since {hours_text(waits.oldest)}"
        n = 0 if waits.open is None else self.cases
        rows.append(["backlog", open_text(waits), ages if waits.open else "", n])
        return ["", "", f"{percent(self.level)} interval", "of"], rows

    def _by_group(self) -> Rows:
        header = [*self.by, "cases", "open", "oldest"]
        for time in self.total.times:
            where = "" if time.clock == "calendar" else " (opening hours)"
            header.append(f"{_TITLES[time.measure]}, half{where}")
            target = "target" if time.target != time.target else hours_text(time.target, time.clock)
            header += [f"within {target}"] if time.judged else []
        header += ["by its due time", "late by, half"] if self.total.due.n else []
        shown = [rate.name for rate in self.total.rates if rate.n]
        header += [_TITLES[name] for name in shown]
        rows = []
        for parts, figures in zip(segment_parts(list(self.groups)), self.groups.values(), strict=True):
            row: list[Any] = [*parts, figures.cases, open_text(figures.backlog)]
            row.append(hours_text(figures.backlog.oldest))
            for time, whole in zip(figures.times, self.total.times, strict=True):
                row.append(hours_text(time.median, time.clock))
                if whole.judged:
                    row.append(_with_limits(time.within, time.within_interval))
            if self.total.due.n:
                row += [_with_limits(figures.due.within, figures.due.within_interval)]
                row += [hours_text(figures.due.median_overrun)]
            rates = map(figures.rate, shown)
            rows.append([*row, *(_with_limits(rate.value, rate.interval) for rate in rates)])
        return header, rows

    def _chart(self) -> Chart:
        """Return the shares still waiting for the first answer, or to be closed where no answers are known."""
        groups = dict(zip(segment_names(list(self.groups)), self.groups.values(), strict=True)) if self.by else {}
        known = [i for i, time in enumerate(self.total.times) if time.done and i < len(self.total.curves)]
        place = known[0] if known else 0
        whole = self.total.times[place]
        curves = []
        for name, figures in (groups or {"": self.total}).items():
            time, curve = figures.times[place], figures.curves[place]
            n, (low, high) = time.done + time.waiting, time.within_interval
            times, shares = curve.times.tolist(), curve.survival.tolist()
            curves.append(WaitingCurve(name, times, shares, n, time.waiting, time.within, low, high, time.median))
        business = whole.clock == "business"
        return WaitingCurves(whole.measure, tuple(curves), self.level, whole.target, business)

    def _headline(self) -> str:
        return self.headline

    def __repr__(self) -> str:
        of = f", by {', '.join(self.by)}: {counted(len(self.groups), 'group')}" if self.by else ""
        rejected = f", rejected={len(self.rejected)}" if len(self.rejected) else ""
        return (
            f"ClosedLoop(cases={self.cases}, open={open_text(self.backlog)}, "
            f"first_response={hours_text(self.first_response.median)}, close={hours_text(self.close.median)}"
            f"{rejected}{of})"
        )


def _with_limits(value: float, interval: Interval) -> str:
    share, limits = share_text(value, interval)
    return f"{share} ({limits})" if limits else share
