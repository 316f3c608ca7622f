"""Survey: data bound to its roles once; the facade over everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from npskit.checks import one_of
from npskit.comments import WithComments
from npskit.comments.themes import WithThemes
from npskit.comments.triage import WithTriage
from npskit.data import Frame, Owned
from npskit.drivers import WithDrivers
from npskit.options import (
    CONTACTS,
    ON_INVALID,
    Contacts,
    Lonely,
    OnInvalid,
    PlanMethod,
)
from npskit.report import WithReport
from npskit.sample import HidesSegments, WithScores, bind
from npskit.scorers import Scorer, codebook_of
from npskit.tracking import OverTime

if TYPE_CHECKING:
    from npskit.comments.triage import Classifier
    from npskit.followup.plan import Capacity, FollowUpPlan, Lift, Plans
    from npskit.followup.playbook import Playbook
    from npskit.inference import Population
    from npskit.times import BusinessCalendar

ROLES = ("time", "customer", "account", "comment", "weight", "stratum", "cluster", "label")


class Survey(WithScores, OverTime, WithComments, WithThemes, WithTriage, WithDrivers, WithReport, HidesSegments):
    """Answers with what is known about them, wherever they are: columns bound to their roles once.

    Nothing is computed until a method asks for it, and a lazy frame or a database answers with counts, and sums over
    customers and other units. Where rows have to be seen, it sends the columns that are needed.

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
        account: str | None = None,
        comment: str | None = None,
        weight: str | None = None,
        stratum: str | None = None,
        cluster: str | None = None,
        label: str | None = None,
        count: str | None = None,
        population: Population = None,
        lonely: Lonely = "fail",
        on_invalid: OnInvalid = "count",
        contacts: Contacts = "mean",
        time_zone: str | None = None,
        dayfirst: bool | None = None,
        mapping: Mapping[Any, Any] | None = None,
    ) -> None:
        """Bind the columns of `data` to their roles.

        Args:
            data: A dataframe (pandas, Polars eager or lazy, PyArrow, DuckDB and what else narwhals knows), a dataset
                or a reader of PyArrow, a mapping of names to equally long sequences, or a list of `Response` or of
                mappings. What you do with them afterwards is not seen: they are copied where they could change; queries
                run when they are asked; what can be read only once (readers, scanners, streams of Arrow) is read now.
            score: The column with the answers; one for each question of the scorer, in its order or as a mapping of
                question to column. Default: the columns named like the questions.
            scorer: What the answers mean. Default `NPS()`.
            time: When the answer was given.
            customer: Who answered. Intervals are then clustered by customer wherever one answers more than once.
            account: The business customer whose contact answered. The answers of its contacts become one, see
                `contacts`; only then does it weigh, so that bound revenue counts once, whatever the number of contacts.
                Intervals are by account.
            comment: What they wrote.
            weight: How much the answer weighs; finite and at least 0. Of an account the mean of its contacts' weights.
            stratum: The stratum of the sampling design.
            cluster: The primary sampling unit of the design, within its stratum.
            label: The group as the survey tool named it ("Promoter"), for `audit()`; scored alone without any answers.
            count: How many answers each row stands for: a table of counts by answer, such as a report has it.
            population: Sampling units in the population, by stratum or one number for each; None for so many that the
                sample is a negligible part.
            lonely: What a stratum with a single sampling unit contributes to the variance: `"fail"`, `"certainty"`,
                `"remove"`, `"adjust"` or `"average"`; see `npskit.inference.strata`.
            on_invalid: `"count"` answers that cannot be scored, or `"raise"` an error naming the first ones.
            contacts: The answer of an account, in each segment and period: the `"mean"` of its contacts' category
                scores, the `"latest"` (of several at one time their mean) or the `"worst"` of them.
            time_zone: Whose days and months count where times know their zone, such as `"Europe/Warsaw"`. Default: the
                zone, or the offset, that they all have; else UTC, with a warning. Naive times are taken as they are.
            dayfirst: Whether the day stands first in dates such as `"3/4/26"`. Default: as the column shows; where no
                row tells, the month, with a warning.
            mapping: What texts and codes stand for, as `{"Extremely likely": 10, "no idea": None}`; see `measure`.

        Raises:
            ColumnNotFoundError: If a column is not there; the message says which one is close.
            InvalidTypeError, InvalidValueError, IncompatibleError: If the data or an argument cannot be used.
        """
        one_of(on_invalid, ON_INVALID, "on_invalid")
        one_of(contacts, CONTACTS, "contacts")
        given = {"time": time, "customer": customer, "account": account, "comment": comment, "weight": weight}
        self._data = bind(
            Frame(data, own=True),
            codebook_of(scorer).mapped(mapping),
            score,
            given | {"stratum": stratum, "cluster": cluster, "label": label},
            count=count,
            read=isinstance(data, Owned),
            on_invalid=on_invalid,
            contacts=contacts,
            population=dict(population) if isinstance(population, Mapping) else population,
            lonely=lonely,
            time_zone=time_zone,
            dayfirst=dayfirst,
        )

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
        method: PlanMethod = "greedy",
        now: Any = None,
        calendar: BusinessCalendar | None = None,
        quiet: Any = "30 days",
        max_age: Any = "90 days",
        roles: Mapping[str, str] | None = None,
        keep: str | Sequence[str] = (),
        currency: str | None = None,
        language: str = "en",
        triage: Classifier | None = None,
        themes: Any = None,
        earlier: Plans | Sequence[Plans] = (),
    ) -> FollowUpPlan:
        """Return whom to follow up first, with which offer, by when and by whom, and who is left out and why.

        The playbook recommends an answer to each response. With `value` and `lift` the plan is the one within budget
        and capacity with the greatest expected value, `lift * value - cost` summed over the customers; without them
        the recommendations are taken in order of priority while money and hours last. Of each customer one response
        counts, the latest.

        A strategy of your own finds all columns of the survey in the response's attributes.

        Args:
            playbook: What to do about which response; None for `Playbook.default(scorer)`.
            budget: Money for all offers together; None for no limit. What those of the default playbook cost is an
                example: they are made only where `budget` or `currency` is given, or `lift` names them.
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
            quiet: Customers contacted so shortly before, are left alone; needs `last_contact`, or `earlier`.
            max_age: Responses older than that are left alone, counted from `now` or the latest response: nobody wants
                an answer to what they wrote last year. None for no limit.
            roles: The columns with what else is read: `value`, `channel`, `language`, `theme`, `public`, `name`,
                `opted_out`, `last_contact` and `purchased`. Default: columns of these names, in any case.
            keep: Other columns to carry along, such as `["email", "phone"]`: they stand in the tables and files of the
                plan, and fill the fields of their names in letters (`"code"`, `"link"`; not what is yours to say, such
                as `"amount"`: see `FollowUpPlan.columns`).
            currency: The currency of all amounts, such as `"EUR"`; messages name amounts only with it.
            language: The language of messages where the customer's is not known.
            triage: Sorts comments, see `npskit.Classifier`: what it sets aside is left out, but critical ones.
            themes: As for `themes`: the first of them that a comment mentions is its theme where no column says one.
            earlier: Earlier plans, or their files: their steps count as contacts for `quiet`, also those to come.

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
        from npskit.followup.plan import Terms, follow_up_of  # scoring should not wait for playbooks

        terms = Terms(
            playbook=playbook,
            budget=budget,
            capacity=capacity,
            members=members,
            value=value,
            lift=lift,
            holdout=holdout,
            salt=rng,
            method=method,
            now=now,
            calendar=calendar,
            quiet=quiet,
            max_age=max_age,
            roles=roles,
            keep=keep,
            currency=currency,
            language=language,
            triage=triage,
            themes=themes,
            earlier=earlier,
            scorer=self._data.codebook,
        )
        return follow_up_of(self._data, terms)
