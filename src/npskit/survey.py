"""Survey: data bound to its roles once; the facade over everything else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import attrs
import numpy as np

from npskit.audit import LabelAudit, audit_labels
from npskit.comparison import GroupComparison, compare_groups
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.frames import Frame
from npskit.inference.strata import Lonely, Population
from npskit.results.interval import LEVEL
from npskit.sample import REPEATS, Bindings, Bound, bind_roles, bind_score, coded
from npskit.score import Score
from npskit.score_table import TOO_FEW, ScoreTable
from npskit.scorers.base import Scorer, codebook
from npskit.scorers.nps import NPS
from npskit.scoring import ON_INVALID
from npskit.tally import Tally
from npskit.times.spans import stretch
from npskit.tracking.change_explanation import ChangeExplanation
from npskit.tracking.effect import Effect
from npskit.tracking.intervention import Intervention
from npskit.tracking.pairs import Mode
from npskit.tracking.sides import arms_of, effect_of_sample, explain_sample
from npskit.tracking.timeline import timeline_of_sample
from npskit.tracking.timeline_record import Timeline
from npskit.tracking.transitions import Transitions, transitions
from npskit.tracking.windows import Window

if TYPE_CHECKING:
    from npskit.followup.gains import Lift
    from npskit.followup.plan import FollowUpPlan
    from npskit.followup.playbook import Playbook
    from npskit.followup.routing import Capacity
    from npskit.times.business_calendar import BusinessCalendar

ROLES = ("time", "customer", "comment", "weight", "stratum", "cluster", "label")


class Survey(Bindings):
    """Answers with what is known about them, wherever they are: columns bound to their roles once.

    Nothing is computed until a method asks for it, and a lazy frame or a database answers with counts only, unless
    customers or clusters are bound: then it is collected once, with all its columns, because the order of rows may
    change between queries. Select the columns you need first.

    Example:
        >>> survey = Survey({"nps": [10, 9, 3, 8, 10, 6], "region": list("NNNSSS")}, score="nps")
        >>> print(survey.score(by="region"))
        region   NPS  95% interval   n
        N       33.3  -58.5 .. 87.7  3  too few
        S        0.0  -69.2 .. 69.2  3  too few
    """

    def __init__(
        self,
        data: Any,
        *,
        score: str | Sequence[str] | Mapping[str, str] | None = None,
        scorer: Scorer | None = None,
        time: str | None = None,
        customer: str | None = None,
        comment: str | None = None,
        weight: str | None = None,
        stratum: str | None = None,
        cluster: str | None = None,
        label: str | None = None,
        population: Population = None,
        lonely: Lonely = "fail",
        on_invalid: str = "count",
        time_zone: str | None = None,
        dayfirst: bool | None = None,
    ) -> None:
        """Bind the columns of `data` to their roles.

        Args:
            data: A dataframe (pandas, Polars eager or lazy, PyArrow, DuckDB and what else narwhals knows), a mapping of
                names to equally long sequences, or a list of `Response`.
            score: The column with the answers; one for each question of the scorer, in its order or as a mapping of
                question to column. Default: the columns named like the questions.
            scorer: What the answers mean. Default `NPS()`.
            time: When the answer was given.
            customer: Who answered. Intervals are then clustered by customer wherever one answers more than once.
            comment: What they wrote.
            weight: How much the answer weighs; finite and at least 0.
            stratum: The stratum of the sampling design.
            cluster: The primary sampling unit of the design, within its stratum.
            label: The group as the survey tool named it ("Promoter"); `audit()` holds it against the score.
            population: Sampling units in the population, by stratum or one number for each; None for so many that the
                sample is a negligible part.
            lonely: What a stratum with a single sampling unit contributes to the variance: `"fail"`, `"certainty"`,
                `"remove"`, `"adjust"` or `"average"`; see `npskit.inference.strata`.
            on_invalid: `"count"` answers that cannot be scored, or `"raise"` an error naming the first ones.
            time_zone: Whose days and months count where times know their zone, such as `"Europe/Warsaw"`. Default: the
                zone, or the offset, that they all have; else UTC, with a warning. Naive times are taken as they are.
            dayfirst: Whether the day stands first in dates such as `"3/4/26"`. Default: as the column shows; where no
                row tells, the month, with a warning.

        Raises:
            ColumnNotFoundError: If a column is not there; the message says which one is close.
            InvalidTypeError, InvalidValueError, IncompatibleError: If the data or an argument cannot be used.
        """
        if on_invalid not in ON_INVALID:
            raise InvalidValueError(f"on_invalid must be one of {', '.join(ON_INVALID)}: got {on_invalid!r}")
        frame, read = Frame(data), codebook(scorer if scorer is not None else NPS())
        given = {"time": time, "customer": customer, "comment": comment, "weight": weight}
        self._data = Bound(
            frame,
            read,
            bind_score(frame, read, score),
            bind_roles(frame, given | {"stratum": stratum, "cluster": cluster, "label": label}),
            on_invalid=on_invalid,
            population=population,
            lonely=lonely,
            time_zone=time_zone,
            dayfirst=dayfirst,
        )

    # ---- scoring ----

    @overload
    def score(
        self,
        by: None = None,
        *,
        denominator: str = ...,
        repeats: str = ...,
        too_few: int = ...,
        shrink: bool = ...,
    ) -> Score: ...
    @overload
    def score(
        self,
        by: str | Sequence[str],
        *,
        denominator: str = ...,
        repeats: str = ...,
        too_few: int = ...,
        shrink: bool = ...,
    ) -> ScoreTable: ...
    def score(
        self,
        by: str | Sequence[str] | None = None,
        *,
        denominator: str = "valid",
        repeats: str = "all",
        too_few: int = TOO_FEW,
        shrink: bool = False,
    ) -> Score | ScoreTable:
        """Return the score, or the scores by segment.

        Args:
            by: A column, or several, that make the segments; None for the whole.
            denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then count with a worth of 0.
            repeats: Of customers who answered more than once `"all"` answers count, the `"latest"` one (needs `time`),
                or their `"mean"`.
            too_few: Segments with fewer scored answers are marked.
            shrink: Whether to add scores drawn towards the whole by empirical Bayes, for ranking small segments.

        Returns:
            `Score` without `by`, `ScoreTable` with it.

        Raises:
            ColumnNotFoundError: If a column of `by` is not there.
            InvalidValueError: If an argument cannot be used, or an answer cannot and `on_invalid="raise"`.
            IncompatibleError: If `repeats` asks for a role that is not bound.
        """
        if repeats not in REPEATS:
            raise InvalidValueError(f"repeats must be one of {', '.join(REPEATS)}: got {repeats!r}")
        if shrink and by is None:
            raise InvalidValueError("shrink draws segments towards the whole: say which ones with by=")
        names = self._data.by(by)
        found = self._data.measure(names, denominator, repeats)
        if by is None:
            clustered = None if found.conventions.variance == "independent" else found.estimate[0]
            return Score(found.tally[0], found.conventions, clustered, self._backend)
        return ScoreTable(
            names,
            found.keys,
            found.tally,
            found.conventions,
            found.estimate,
            too_few=too_few,
            shrunken=found.estimate.shrunken() if shrink else None,
            backend=self._backend,
        )

    def tally(self, by: str | Sequence[str] | None = None) -> Tally:
        """Return the counts behind `score(by)`: shape `()` without `by`, `(segments,)` with it."""
        tally = self._data.count(self._data.by(by))
        return tally[0] if by is None else tally

    def timeline(
        self,
        every: str = "month",
        *,
        by: str | Sequence[str] | None = None,
        window: str | dt.timedelta | int | None = None,
        half_life: str | dt.timedelta | None = None,
        denominator: str = "valid",
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
                whole days with that many answers; see `npskit.tracking.timeline.timeline`.
            half_life: `"30d"`: all answers so far, weighing half as much with every 30 days of age.
            denominator: As for `score`.
            too_few: Scores of fewer answers are marked.

        Raises:
            ColumnNotFoundError, InvalidValueError, InvalidTypeError: If an argument cannot be used.
            IncompatibleError: If no time is bound.

        Example:
            >>> survey = Survey({"score": [9, 10, 3], "day": ["2026-01-05", "2026-01-31", "2026-03-01"]}, time="day")
            >>> print(survey.timeline())
            month       NPS  95% interval    n
            2026-01   100.0  -31.5 .. 100.0  2  too few, data from 2026-01-05
            2026-02     nan                  0  too few
            2026-03  -100.0  -100.0 .. 58.7  1  too few, data until 2026-03-01
        """
        names, times = self._data.by(by), self._data.times("timeline")
        found = timeline_of_sample(
            self._data.sample(),
            times,
            self._data.segments(names),
            every=every,
            window=Window.of(window, half_life),
            by=names,
            denominator=denominator,
        )
        return attrs.evolve(found, too_few=too_few, backend=self._backend)

    def transitions(
        self,
        by: str | None = None,
        *,
        mode: Mode = "consecutive",
        moved: Sequence[str] | None = None,
        level: float = LEVEL,
    ) -> Transitions:
        """Return how the same customers moved between categories, such as the passives who became promoters.

        Answers at the same time have no order: steps that touch them are left out and reported. See
        `npskit.tracking.transitions.Transitions` for what must be true for the result to mean anything.

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
            >>> data = {"score": [7, 9, 8, 8, 3, 9], "id": list("aabbcc"), "day": ["2026-01-05", "2026-02-05"] * 3}
            >>> found = Survey(data, customer="id", time="day").transitions()
            >>> found.who("passive", "promoter")
            ['a']
        """
        column = self._data.role("customer")
        if column is None:
            raise IncompatibleError("transitions() needs to know who answered: bind the column with customer=")
        codes, ids = coded(column)
        group, names = (None, []) if by is None else coded(self.column(self._data.by(by)[0]))
        return transitions(
            self._data.sample().answers.categories,
            codes,
            self._data.times("transitions"),
            scorer=self.scorer,
            ids=ids,
            groups=group,
            group_names=[str(name) for name in names],
            by=by,
            mode=mode,
            moved=moved,
            level=level,
            backend=self._backend,
        )

    def explain_change(
        self, before: Any, after: Any, by: str | Sequence[str], *, level: float = LEVEL
    ) -> ChangeExplanation:
        """Say why the score moved: by the mix of segments, and by the scores within them.

        Standard errors allow for weights, for strata and clusters, and for customers who answer more than once, also on
        both sides; `population` is left out of account, and a stratum with a single unit is refused. See
        `npskit.tracking.explain` for the method and what must be true for it to mean anything.

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
            >>> data = {"day": ["2026-01-05"] * 4 + ["2026-02-05"] * 4, "city": list("BBPPBBBP")}
            >>> survey = Survey({"score": [10, 9, 3, 5, 10, 9, 10, 3], **data}, time="day")
            >>> survey.explain_change("2026-01", "2026-02", by="city")
            ChangeExplanation(NPS by city, difference=50.0, mix=50.0, rate=0.0, segments=2)
        """
        names = self._data.by(by)
        spans = stretch(before, "before"), stretch(after, "after")
        times = self._data.times("explain_change")
        found = explain_sample(self._data.sample(), self._data.segments(names), times, spans, names, level)
        return attrs.evolve(found, backend=self._backend)

    def effect(
        self,
        intervention: Intervention,
        *,
        control: Mapping[str, Any] | None = None,
        treated: Mapping[str, Any] | None = None,
        method: str | None = None,
        every: str = "week",
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
                with `control`, else the first. See `npskit.tracking.interventions`.
            every: The periods of the placebo check and of the series, counted from the intervention on: `"day"`,
                `"week"`, `"month"`, `"quarter"` or `"year"`.
            level: Confidence level.

        Raises:
            ColumnNotFoundError, InvalidTypeError, InvalidValueError: If an argument cannot be used.
            IncompatibleError: If no time is bound, treated and control overlap, `control` does not go with the method,
                or the survey is raked.

        Example:
            >>> days = [f"2026-{month:02d}-{day:02d}" for month in (1, 2, 3, 4) for day in range(1, 26)]
            >>> survey = Survey({"score": [10, 8, 3, 7, 9] * 10 + [10, 8, 9, 7, 9] * 10, "day": days}, time="day")
            >>> survey.effect(Intervention("new checkout", "2026-03-01"))
            Effect('new checkout', NPS 40.0, interval=(16.1, 64.8), level=0.95, p_value=0.000892, method='before_after')
        """
        if not isinstance(intervention, Intervention):
            raise InvalidTypeError(f"intervention must be an Intervention('name', '2026-03-01'): got {intervention!r}")
        times = self._data.times("effect")
        matching = self._data.matching
        arms = arms_of(
            None if treated is None else matching(treated, "treated"),
            None if control is None else matching(control, "control"),
            len(times),
        )
        found = effect_of_sample(
            self._data.sample(), times, intervention, arms, method=method, every=every, level=level
        )
        return attrs.evolve(found, backend=self._backend)

    def compare(self, by: str, *, correction: str = "holm", level: float = LEVEL) -> GroupComparison:
        """Compare the scores of all segments: one test of them all, and every pair.

        The segments count as independent of each other, also where a customer is bound and has answered in several: for
        the waves of a panel the test is then cautious, finding fewer differences than there are.
        `npskit.inference.contrasts.cluster_robust` allows for the overlap.

        Args:
            by: The column that makes the segments.
            correction: How the p-values of the pairs allow for their number: `"holm"` (default), `"bh"`
                (Benjamini-Hochberg, for screening) or another of `npskit.inference.multiplicity`.
            level: Confidence level of the intervals of the pairs, each for itself.

        Raises:
            ColumnNotFoundError, InvalidValueError: If an argument cannot be used.
        """
        if by is None:
            raise InvalidTypeError("by must be the name of a column that makes the segments")
        return compare_groups(self.score(by=by), correction=correction, level=level)

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
            >>> survey = Survey({"score": [10, 10, 10, 0, 3], "region": list("NNNSS")})
            >>> survey.score().value, round(survey.rake({"region": {"N": 0.5, "S": 0.5}}).score().value, 1)
            (20.0, 0.0)
        """
        return self._with(calibration=self._data.raked(totals))

    # ---- following up ----

    def follow_up(
        self,
        playbook: Playbook | None = None,
        *,
        budget: float | None = None,
        capacity: Capacity = None,
        members: Mapping[str, Sequence[str]] | None = None,
        value: float | str | None = None,
        lift: Lift = None,
        holdout: float = 0.0,
        rng: int | np.random.Generator = 0,
        method: Literal["greedy", "exact"] = "greedy",
        now: Any = None,
        calendar: BusinessCalendar | None = None,
        quiet: Any = "30 days",
        max_age: Any = "90 days",
        roles: Mapping[str, str] | None = None,
        keep: str | Sequence[str] = (),
        currency: str | None = None,
        language: str = "en",
    ) -> FollowUpPlan:
        """Return whom to follow up first, with which offer, by when and by whom, and who is left out and why.

        The playbook recommends an answer to each response. With `value` and `lift` the plan is the one within budget
        and capacity with the greatest expected value, `lift * value - cost` summed over the customers; without them
        the recommendations are taken in order of priority while money and hours last. Of each customer one response
        counts, the latest.

        A strategy of your own finds all columns of the survey in the response's attributes.

        Args:
            playbook: What to do about which response; None for `Playbook.default()`.
            budget: Money for all offers together, in your currency; None for no limit.
            capacity: Hours of work: a number for everybody together, or a mapping of teams or persons to theirs;
                work is then shared in proportion. None for no limit.
            members: The persons of each team of the playbook, where `capacity` names persons.
            value: What customers are worth, in your currency: a column, or one number for all. Default: the column
                `"value"`, if there is one.
            lift: By how much following up raises the chance that a customer stays, -1..1: P(stays | followed up) -
                P(stays | left alone). A number, a column, or a mapping of categories, or of pairs of a category and an
                offer, to either. It is yours to know: estimate it from an earlier holdout. An offer is made where its
                own lift is worth more than it costs: by a lift of the category alone, contact without one is better.
            holdout: Share of the customers left alone at random, so that `npskit.effect_of_follow_up` can say what
                following up did. Who is left alone depends on `rng` and the customer's id only.
            rng: Seed of the holdout, or a numpy generator: the same seed leaves the same customers alone.
            method: `"greedy"`, which is quick, comes with a bound and never loses by a larger budget, or `"exact"`.
            now: What time it is: due times count from when each response was given, and what should have been answered
                before now is overdue. Quiet periods and `max_age` count back from it. None for the latest response.
            calendar: Opening hours; None for the playbook's. Times that know their zone are converted to that of the
                calendar, if it has one; due times are on its clock.
            quiet: Customers contacted so shortly before, are left alone (`"2 weeks"`); needs the column
                `last_contact`.
            max_age: Responses older than that are left alone, counted from `now` or the latest response: nobody wants
                an answer to what they wrote last year. None for no limit.
            roles: The columns with what else is read: `value`, `channel`, `language`, `theme`, `public`, `name`,
                `opted_out` and `last_contact`. Default: the columns of these names, where there are such.
            keep: Other columns to carry along, such as `["email", "phone"]`: they stand in the tables and files of the
                plan, and fill the fields of their names in letters (`"code"`, `"link"`; not what is yours to say, such
                as `"amount"`: see `FollowUpPlan.columns`).
            currency: The currency of all amounts, such as `"EUR"`; messages name amounts only with it.
            language: The language of messages where the customer's is not known.

        Raises:
            ColumnNotFoundError, InvalidTypeError, InvalidValueError: If an argument or a column cannot be used.
            IncompatibleError: If `holdout` is given and no customer is bound, `lift` and no value, or a team has
                nobody.

        Example:
            >>> data = {"score": [2, 9, 6, 10], "id": list("abcd"), "value": [900, 300, 100, 500]}
            >>> plan = Survey(data, customer="id").follow_up(capacity=0.4, lift={"detractor": 0.1, "promoter": 0.01})
            >>> [(follow_up.customer, follow_up.category) for follow_up in plan]
            [('a', 'detractor'), ('d', 'promoter')]
            >>> plan.why(2)
            'no hours are left after those who come before'
        """
        from npskit.followup.from_survey import follow_up_of  # scoring should not wait for playbooks

        return follow_up_of(
            self._data,
            playbook,
            budget=budget,
            capacity=capacity,
            members=members,
            value=value,
            lift=lift,
            holdout=holdout,
            rng=rng,
            method=method,
            now=now,
            calendar=calendar,
            quiet=quiet,
            max_age=max_age,
            roles=roles,
            keep=keep,
            currency=currency,
            language=language,
        )

    # ---- what could not be used ----

    def audit(self) -> LabelAudit:
        """Hold the labels of the survey tool ("Promoter") against the answers beside them.

        Raises:
            IncompatibleError: If no label column is bound.
        """
        label = self._data.role("label")
        if label is None:
            raise IncompatibleError("audit() needs the column with the labels: bind it with label=")
        answers, labels = self._data.answers(), label.filled().astype(object)
        return audit_labels(answers.categories, labels, answers.codebook.categories, backend=self._backend)
