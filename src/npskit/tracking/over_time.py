"""What a survey says over time: its scores, how customers moved, why the score moved, and what a change did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import one_of, whole_number
from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.options import REPEATS, Denominator, EffectMethod, Every, Pairing, Repeats
from npskit.results import LEVEL
from npskit.sample import Bindings, BoundData, Places, asked
from npskit.scores import TOO_FEW, segment_names

if TYPE_CHECKING:  # a score must not cost the import of what is asked for over time
    from npskit.sample import DaySpans, EngineSpans, Span
    from npskit.tracking.change import ChangeExplanation
    from npskit.tracking.effect import Effect, Intervention
    from npskit.tracking.panel import Transitions
    from npskit.tracking.sides import GroupsOf
    from npskit.tracking.timeline import Timeline, Window


def periods_of(times: NDArray[np.datetime64], every: Every) -> Places:
    """Return the calendar period of each row, -1 where its time is not known."""
    from npskit.times import period_numbers

    numbers = np.full(len(times), -1, dtype=np.intp)
    dated = ~np.isnat(times)
    found = period_numbers(times[dated].astype("datetime64[D]").astype(np.int64), every)
    periods, numbers[dated] = np.unique(found, return_inverse=True)
    return Places(numbers, len(periods))


def units_of_spans(
    data: BoundData, by: tuple[str, ...], periods: tuple[Every, Window], denominator: Denominator, repeats: Repeats
) -> EngineSpans | None:
    """Return what an engine says of rows that hang together, None where rows have to be seen."""
    if not (data.frame.lazy and data.units):  # what follows costs many imports
        return None
    from npskit.sample import MOST_PARTS, DaySpans, EngineSpans, Span, policy_of
    from npskit.tracking.timeline import Periods

    every, window = periods
    if window.by_day or (policy_of(data, repeats) != "all" and str(window)):
        return None

    def spans_of(span: Span) -> DaySpans:
        found = Periods.of(span.first, span.end, every, window)
        return DaySpans(found.begins[np.newaxis], found.ends)

    # with a leap day: windows overlap in these as they do anywhere
    some_years = Span(18_262, 18_262 + 1_461, gaps=False)
    if len(spans_of(some_years).parted()) > MOST_PARTS:  # before anything is asked
        return None
    return EngineSpans.of(data, by, spans_of, denominator, repeats)


class OverTime(Bindings):
    """The methods of a survey that need to know when: each says which rows go where, and no more."""

    def timeline(
        self,
        every: Every = "month",
        *,
        by: str | Sequence[str] | None = None,
        window: str | dt.timedelta | int | None = None,
        half_life: str | dt.timedelta | None = None,
        denominator: Denominator = "valid",
        repeats: Repeats = "all",
        too_few: int = TOO_FEW,
    ) -> Timeline:
        """Return the score of every calendar period, or of a window that moves along.

        Periods without answers are there, with n = 0 and NaN; answers without a time are counted as `undated`. Scores
        of periods and of windows are clustered by customer (or sampling unit) where one answers more than once, and
        `conventions.variance` of the timeline says so. Only `half_life` of a raked survey takes answers as independent.
        Windows with customers take as many steps as there are answers in all of them together.

        Args:
            every: `"day"`, `"week"` (ISO 8601), `"month"`, `"quarter"` or `"year"`, in the clock of the data.
            by: A column, or several, that make the segments; None for the whole.
            window: `"30d"` (or `"3 months"`) scores the 30 days up to the end of each period, a whole number the latest
                whole days with that many answers; see `npskit.tracking.timeline.windows.Window.of`.
            half_life: `"30d"`: all answers so far, weighing half as much with every 30 days of age.
            denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then count with a category
                score of 0.
            repeats: Of customers who answered more than once in a period `"all"` answers count, the `"latest"` one, or
                their `"mean"`; see `score`. Not of windows and half-lives.
            too_few: Scores of fewer answers are marked.

        Raises:
            ColumnNotFoundError, InvalidValueError, InvalidTypeError: If an argument cannot be used.
            IncompatibleError: If no time is bound, or `repeats` asks for a role that is not, or accounts or `repeats`
                meet a window.

        Example:
            >>> import npskit as nk
            >>> survey = nk.Survey({"score": [9, 10, 3], "day": ["2026-01-05", "2026-01-31", "2026-03-01"]}, time="day")
            >>> print(survey.timeline())
            month       NPS  95% interval    n
            2026-01   100.0  -31.5 .. 100.0  2  too few, data from 2026-01-05
            2026-02     nan                  0  too few
            2026-03  -100.0  -100.0 .. 58.7  1  too few, data until 2026-03-01
        """
        from npskit.times import check_every
        from npskit.tracking.timeline import Window, timeline_of_sample

        one_of(repeats, REPEATS, "repeats")
        check_every(every)
        whole_number(too_few, "too_few")
        names, of = self._data.by(by), Window.of(window, half_life)
        units = units_of_spans(self._data, names, (every, of), denominator, repeats)
        data = asked(self._data, names, times=True) if units is None else units.found.counts
        sample = data.sample() if units is None else units.found.sample
        times, (places, keys) = data.times("timeline"), data.segments(names)
        if units is None and (repeats != "all" or sample.accounts is not None):
            if str(of):
                what = f"repeats={repeats!r}" if repeats != "all" else "account="
                raise IncompatibleError(f"{what} says what counts in a calendar period: leave window and half_life out")
            sample, kept = data.answering(sample, periods_of(times, every).within(places), repeats, "timeline")
            places, times = places.take(kept), times[kept]
        found = timeline_of_sample(
            sample,
            times,
            (places, keys),
            every=every,
            window=of,
            by=names,
            denominator=denominator,
            units=units,
        )
        conventions = attrs.evolve(found.conventions, by_customer="customer" in self._data.roles)
        return attrs.evolve(found, conventions=conventions, too_few=too_few, backend=self._backend)

    def transitions(
        self,
        by: str | None = None,
        *,
        mode: Pairing = "consecutive",
        moved: Sequence[str] | None = None,
        level: float = LEVEL,
    ) -> Transitions:
        """Return how the same customers moved between categories, such as the passives who became promoters.

        Answers at the same time have no order: steps that touch them are left out and reported. See
        `Transitions` for what must be true for the result to mean anything.

        Args:
            by: A column of the answer that a step starts from, such as whether it was followed up; the share that moved
                is then compared between its values.
            mode: `"consecutive"` answers of a customer, or `"first_last"`.
            moved: The categories before and after whose share is reported. Default: the second best and the best.
            level: Confidence level.

        Raises:
            ColumnNotFoundError, InvalidValueError, InvalidTypeError: If an argument cannot be used.
            IncompatibleError: If customer or time are not bound.

        Example:
            >>> import npskit as nk
            >>> data = {"score": [7, 9, 8, 8, 3, 9], "id": list("aabbcc"), "day": ["2026-01-05", "2026-02-05"] * 3}
            >>> found = nk.Survey(data, customer="id", time="day").transitions()
            >>> found.who("passive", "promoter")
            ['a']
        """
        from npskit.data import coded, read_customers
        from npskit.sample import find_steps
        from npskit.tracking.panel import MOST_GROUPS, EngineSteps, pair_steps, transitions

        if "customer" not in self._data.roles:
            raise IncompatibleError("transitions() needs to know who answered: bind the column with customer=")
        named = self._data.by(by)
        counts = find_steps(self._data, named, mode, MOST_GROUPS)
        if counts is not None:
            names = segment_names([(name,) for name in counts.names])
            counted = EngineSteps.of(counts.query, counts.undated)
            found = transitions(counted, counts.codebook, by=by, group_names=names, moved=moved, level=level)
            return attrs.evolve(found, backend=self._backend, rows=counts.rows)
        data = asked(self._data, named, times=True)
        who, times = read_customers(data.column(data.roles["customer"])), data.times("transitions")
        sample = data.sample()
        answers = sample.answers
        groups, names = (None, []) if by is None else coded(data.column(named[0]), whole=data.from_file)
        steps = pair_steps(
            np.where(who.known, who.numbers, -1),
            times,
            answers.categories,
            len(answers.codebook.categories),
            # who is in no group is in one of its own
            groups=None if groups is None else np.where(groups < 0, len(names), groups),
            n_groups=len(names) + 1,
            mode=mode,
        )
        names = segment_names([(name,) for name in names])
        found = transitions(steps, answers.codebook, ids=who.ids, by=by, group_names=names, moved=moved, level=level)
        known = who.known & ~np.isnat(times)
        tally = sample.count(Places(np.where(known, 0, -1), 1))
        rows = sample.account(tally, int((~known).sum()))
        return attrs.evolve(found, backend=self._backend, rows=rows)

    def explain_change(
        self, before: Any, after: Any, by: str | Sequence[str], *, level: float = LEVEL
    ) -> ChangeExplanation:
        """Say why the score moved: by the mix of segments, and by the scores within them.

        Standard errors allow for weights, for strata and clusters, and for customers who answer more than once, also on
        both sides; `population` is left out of account, and a stratum with a single unit is refused. See
        `npskit.tracking.change.explain` for the method and what must be true for it to mean anything.

        Args:
            before: A calendar period, `"2026"`, `"2026-Q1"`, `"2026-03"`, `"2026-W05"` or `"2026-03-01"`, or a pair of
                dates (start, end), the end not included.
            after: The same; it may come first, but the two share no time.
            by: The column that makes the segments, or several, the later ones within the earlier.
            level: Confidence level of the intervals.

        Raises:
            ColumnNotFoundError, InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If no time is bound, the two overlap, or the survey is raked.

        Example:
            >>> import npskit as nk
            >>> data = {"day": ["2026-01-05"] * 4 + ["2026-02-05"] * 4, "city": list("BBPPBBBP")}
            >>> survey = nk.Survey({"score": [10, 9, 3, 5, 10, 9, 10, 3], **data}, time="day")
            >>> survey.explain_change("2026-01", "2026-02", by="city")
            ChangeExplanation(NPS by city, difference=50.0, mix=50.0, rate=0.0, segments=2)
        """
        from npskit.data import grain_of
        from npskit.sample import ask_by_kinds
        from npskit.times import stretch

        if by is None:
            raise InvalidTypeError("by must be the name of a column that makes the segments, or several")
        from npskit.tracking.sides import explain_spans

        spans = stretch(before, "before"), stretch(after, "after")
        names, grain = self._data.by(by), grain_of([*spans[0], *spans[1]])
        found = ask_by_kinds(
            self._data, names, grain, lambda data, totals_of=None: explain_spans(data, spans, by, level, totals_of)
        )
        return attrs.evolve(found, backend=self._backend)

    def effect(
        self,
        intervention: Intervention,
        *,
        control: Mapping[str, Any] | None = None,
        treated: Mapping[str, Any] | None = None,
        method: EffectMethod | None = None,
        every: Every = "week",
        level: float = LEVEL,
    ) -> Effect:
        """Return what the score did when something was changed, with what must be true for that to mean anything.

        The placebo check beside it is the same estimate at dates when nothing happened. Standard errors of the first
        two methods allow for weights, for strata and clusters, and for customers who answer more than once;
        `population` is left out of account, and a stratum with a single unit is refused. Of weighted answers the counts
        shown are effective ones.

        Args:
            intervention: What was changed, and when.
            control: Who was not treated: a value, or a list of values, for each column. With it the effect is by how
                much more the treated moved.
            treated: Who was, in the same form; all others by default.
            method: `"before_after"`, `"difference_in_differences"` or `"interrupted_series"`; by default the second
                with `control`, else the first. See `npskit.tracking.effect.estimate_effect`.
            every: The periods of the placebo check and of the series, counted from the intervention on: `"day"`,
                `"week"`, `"month"`, `"quarter"` or `"year"`.
            level: Confidence level.

        Raises:
            ColumnNotFoundError, InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If no time is bound, treated and control overlap, `control` does not go with the method,
                or the survey is raked.

        Example:
            >>> import npskit as nk
            >>> days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3, 4) for day in range(1, 26)]
            >>> survey = nk.Survey({"score": [10, 8, 3, 7, 9] * 10 + [10, 8, 9, 7, 9] * 10, "day": days}, time="day")
            >>> survey.effect(nk.Intervention("new checkout", "2026-03-01"))
            Effect('new checkout', NPS 40.0, interval=(16.1, 64.8), level=0.95, p_value=0.000892, method='before_after')
        """
        from npskit.data import grain_of
        from npskit.sample import ask_by_groups
        from npskit.tracking.effect import Intervention
        from npskit.tracking.sides import arms_of, effect_on_arms

        if not isinstance(intervention, Intervention):
            got = quoted(intervention)
            raise InvalidTypeError(f"intervention must be an Intervention('name', '2026-03-01'): got {got}")
        groups = {"treated": treated, "control": control}
        moments = [np.datetime64(each) for each in (intervention.at, intervention.until) if each is not None]
        names = [
            self._data.frame.require(name, role)
            for role, wanted in groups.items()
            if isinstance(wanted, Mapping)
            for name in wanted
        ]
        bound, series = self._data.roles, method == "interrupted_series"
        known = bool({"customer", "account"} & set(bound))
        how: dict[str, Any] = {"method": method, "every": every, "level": level, "repeats": known}

        def on(data: BoundData, groups_of: GroupsOf | None = None) -> Effect:
            if series and "account" not in bound:  # periods say it all
                groups_of = None
            return effect_on_arms(data, intervention, arms_of(data, treated, control), groups_of=groups_of, **how)

        # of weighted answers each is a unit of the regression on the groups
        rows = "weight" in bound and not series
        found = ask_by_groups(self._data, tuple(names), grain_of(moments), on, rows=rows)
        return attrs.evolve(found, backend=self._backend)
