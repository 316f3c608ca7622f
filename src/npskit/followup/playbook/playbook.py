"""The playbook: strategies in order, and what turns the one that applies into a follow-up with a place in the queue."""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Hashable
from importlib.resources import files
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools
from npskit.checks import all_are, as_tuple, is_a, of_kind
from npskit.comments.patterns import UrgencyOf, UrgencyWords, urgencies_of
from npskit.data import Attributes, Response, SCIAnswer
from npskit.errors import (
    IncompatibleError,
    InvalidTypeError,
    InvalidValueError,
    did_you_mean,
    quoted,
)
from npskit.followup.playbook.channels import as_channels
from npskit.followup.playbook.complaints import ComplaintsOf, ComplaintWords, complaints_of
from npskit.followup.playbook.contexts import Contexts, moments_of, purchase_of, zone_of
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.follow_up import FollowUp, Strategy
from npskit.followup.playbook.other_categories import for_categories
from npskit.followup.playbook.part_checks import as_urgency, in_full
from npskit.followup.playbook.playbook_file import parse_playbook, read_playbook
from npskit.followup.playbook.playbook_table import ShownAsRules
from npskit.followup.playbook.points import Points
from npskit.followup.playbook.recommendations import Assigned
from npskit.followup.playbook.response_table import PURCHASED, Table
from npskit.followup.playbook.rules import Conditions, Rule, Team, warn_of_unreachable
from npskit.scorers import NPS, SCI, Codebook, Retention, Scorer, codebook_of
from npskit.times import BusinessCalendar, instant_of, read_time

_CONTEXT = ("value", "channel", "language", "theme", "public")
_ABOUT = ("customer", "at", "comment")


def _as_strategies(value: Any) -> tuple[Strategy, ...]:
    strategies = (value,) if callable(value) else as_tuple(value)
    for strategy in strategies:
        if not _is_strategy(strategy):
            raise InvalidTypeError(f"a strategy has a name and can be called: got {quoted(strategy)}")
        if isinstance(strategy, type):
            raise InvalidTypeError(f"a strategy is an object, not a class: write {strategy.__name__}()")
    return strategies


def _is_strategy(value: Any) -> bool:
    try:
        return callable(value) and isinstance(getattr(value, "name", None), str)
    except Exception:  # whatever a class of the user's own does
        return False


def _can_judge(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not callable(value):
        words = type(field.default).__name__
        raise InvalidTypeError(f"{field.name} must be {words} or a function of a comment: got {quoted(value)}")


@attrs.frozen
class Playbook(ShownAsRules):
    """Strategies in order: the first that returns a follow-up decides.

    The playbook then adds points for value and urgency to the priority (see `Points`), says by when (see `DueTimes`),
    gives it to a team, and writes down why. Due times count from when the response was given; only where that is not
    known, from now. Now is what time it is, which rules on the age of a response go by.

    Args:
        strategies: The strategies: rules, or anything of the shape of `Strategy`. Their names are distinct.
        due: How long follow-ups may take.
        points: What is added to the priority.
        urgency: How urgent a comment is: words, or a function from a comment to 0, 1 or 2.
        complaints: Whether a comment complains, by which conditions and letters go: words, or a function from a comment
            to True or False. An urgent comment does.
        teams: Who answers what no strategy has given to a team; the first whose conditions hold.
        channels: Names of your own for channels, `{"kundenportal": "app"}`, besides the everyday ones (see
            `npskit.followup.playbook.channels.kind_of`). Conditions, due times and what is public go by them.
        name: What the playbook is called.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> found = Playbook.default().recommend(Response(3, customer="c-17", comment="No refund for weeks!"))
        >>> found.strategy, found.priority, found.team
        ('urgent detractor', 79.0, 'customer care')
    """

    strategies: tuple[Strategy, ...] = attrs.field(converter=_as_strategies, repr=in_full)
    due: DueTimes = attrs.field(default=DueTimes(), kw_only=True, validator=is_a(DueTimes))
    points: Points = attrs.field(default=Points(), kw_only=True, validator=is_a(Points))
    urgency: UrgencyOf = attrs.field(default=UrgencyWords(), kw_only=True, validator=_can_judge, repr=in_full)
    complaints: ComplaintsOf = attrs.field(default=ComplaintWords(), kw_only=True, validator=_can_judge, repr=in_full)
    teams: tuple[Team, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=all_are(Team))
    channels: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=as_channels)
    name: str = attrs.field(default="playbook", kw_only=True)

    def __attrs_post_init__(self) -> None:
        names = [strategy.name for strategy in self.strategies]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InvalidValueError(
                f"the names of strategies must be distinct: {quoted(twice[0])} occurs more than once"
            )
        warn_of_unreachable(self.strategies)

    @property
    def columns(self) -> dict[str, str]:
        """The other columns that conditions name, each with the rule or team that does."""
        parts = (*self.strategies, *self.teams)
        return {name: each.name for each in parts if isinstance(each, Rule | Team) for name in each.when.columns}

    @staticmethod
    def default(scorer: Scorer | Codebook | None = None) -> Playbook:
        """Return the playbook that comes with npskit, read once; see `default_toml` for a copy to change.

        It names the categories of NPS and SCI. For a scorer of others, such as CSAT and CES, its rules for detractors
        are for the lowest two fifths of the categories, those for promoters for the highest fifth, those for passives
        for what lies between; `Retention`, which is of no answers, has no rules but those that name no category.

        Args:
            scorer: What answers mean; None for NPS or SCI.

        Example:
            >>> import npskit as nk
            >>> [rule.name for rule in Playbook.default(nk.CSAT()).strategies][2:4]
            ['urgent unhappy customer', 'silent unhappy customer']
        """
        codebook = scorer if isinstance(scorer, Codebook) else codebook_of(scorer)
        return _default() if isinstance(codebook.scorer, Retention) else _default_of(codebook.categories)

    @staticmethod
    def default_toml() -> str:
        """Return the text of the playbook that comes with npskit, to save and change.

        Example:
            >>> Playbook.from_toml(Playbook.default_toml()) == Playbook.default()
            True
        """
        return (files("npskit.followup.playbook") / "default_playbook.toml").read_text(encoding="utf-8")

    @staticmethod
    def from_toml(source: str | os.PathLike[str]) -> Playbook:
        """Return a playbook written in TOML, as the default one is.

        Args:
            source: A path; or the text itself, which has more than one line.

        Raises:
            InvalidValueError: If the text is no valid playbook; the message names the file, the line and the fix.
            FileNotFoundError: If there is no such file.
        """
        return Playbook(**read_playbook(source))

    def recommend(
        self,
        response: Response | SCIAnswer,
        *,
        scorer: Scorer | None = None,
        now: dt.datetime | None = None,
        calendar: BusinessCalendar | None = None,
        **context: Any,
    ) -> FollowUp | None:
        """Return what to do about a response, or None where it cannot be scored or no strategy applies.

        Arguments as of the function `recommend`; `why_none` says why it was None.
        """
        playbook = self.with_calendar(calendar)
        return playbook.assign(_table_of(response, scorer, now, context)).follow_up(0)

    def why_none(
        self,
        response: Response | SCIAnswer,
        *,
        scorer: Scorer | None = None,
        now: dt.datetime | None = None,
        **context: Any,
    ) -> str | None:
        """Return why there is no recommendation for a response, in words; None where there is one.

        Example:
            >>> Playbook.default().why_none(Response(11))
            'the answer 11 is not on the scale 0..10'
        """
        return self.assign(_table_of(response, scorer, now, context)).why_none(0)

    def assign(self, table: Table) -> Assigned:
        """Return what to do about each response of a table: the same as `recommend`, for all at once.

        Rules are evaluated on columns. A strategy of your own is called once for each response that reaches it, which
        takes some ten microseconds each.

        Example:
            >>> found = Playbook.default().assign(Table.of([3, 9, None]))
            >>> found.strategy.tolist()[2], found.priority.round().tolist()[:1]
            (-1, [63.0])
        """
        urgency = table.urgency
        if urgency is None:
            urgency = np.zeros(len(table), np.int8)
            if table.comment is not None:
                urgency = urgencies_of(table.comment, self.urgency, table.pleased)
        complaint = complaints_of(table, urgency, self.complaints, self._complaints_matter(table))
        contexts = Contexts.of(table, urgency, self.due.starts(table), self.channels, complaint)
        found = Assigned.of(table, contexts, self.strategies, self.teams, self.due, self.points, self.urgency)
        return attrs.evolve(found, complaints=self.complaints)

    def _complaints_matter(self, table: Table) -> Bools:
        """Return of which responses it matters whether they complain: to a condition, or a strategy of the user's."""
        conditions = [getattr(each, "when", None) for each in (*self.strategies, *self.teams)]
        found = np.zeros(len(table), dtype=np.bool_)
        for when in conditions:
            if not isinstance(when, Conditions):
                return np.ones(len(table), dtype=np.bool_)
            if when.complaint is not None:
                names = table.codebook.categories
                found |= np.isin(
                    table.category, [names.index(name) for name in when.category or names if name in names]
                )
        return found

    def with_calendar(self, calendar: BusinessCalendar | None) -> Playbook:
        """Return the playbook with other opening hours; None keeps its own."""
        if calendar is None:
            return self
        known = of_kind(calendar, BusinessCalendar, "calendar")
        return attrs.evolve(self, due=attrs.evolve(self.due, calendar=known))


@functools.cache
def _default() -> Playbook:
    return Playbook(**parse_playbook(Playbook.default_toml(), "default_playbook.toml"))


@functools.lru_cache(maxsize=32)
def _default_of(categories: tuple[str, ...]) -> Playbook:
    """Return the default playbook for the categories of a scorer."""
    standard = _default()
    if set(categories) & {*NPS.categories, *SCI.categories}:
        return standard
    return attrs.evolve(standard, **for_categories(standard.strategies, standard.teams, standard.due, categories))


def _table_of(response: Any, scorer: Scorer | None, now: dt.datetime | None, given: dict[str, Any]) -> Table:
    """Return one response as a table of one row, with what is given instead of its attributes."""
    about = {name: given.pop(name) for name in _ABOUT if name in given}
    urgency = given.pop("urgency", None)
    for name in given:
        if name not in _CONTEXT:
            hint = did_you_mean(name, (*_CONTEXT, "urgency", *_ABOUT, "scorer", "now"))
            raise InvalidTypeError(f"{quoted(name)} is nothing a playbook reads; {hint}; give it in the attributes")
    now = None if now is None else read_time(now, "now", zoned=True)
    codebook = codebook_of((SCI() if isinstance(response, SCIAnswer) else NPS()) if scorer is None else scorer)
    read = _as_response(response, about)
    single = len(codebook.questions) == 1
    if not single and read.score is not None:
        raise IncompatibleError(
            f"{codebook.name} reads {', '.join(codebook.questions)}, not a score: give an SCIAnswer, or a "
            "Response(None) with those attributes"
        )
    answers = [read.score] if single else [read.attributes.get(name) for name in codebook.questions]
    known = {name: value for name, value in read.attributes.items() if name in _CONTEXT} | given
    bought = read.attributes.get(PURCHASED)
    others = {
        n: [v] for n, v in read.attributes.items() if n not in _CONTEXT and (single or n not in codebook.questions)
    }
    table = Table.of(
        *([answer] for answer in answers),
        scorer=codebook,
        comment=[read.comment],
        customer=[read.customer],
        attributes=others,
        **{name: [value] for name, value in known.items()},
    )
    return attrs.evolve(
        table,
        urgency=None if urgency is None else np.array([as_urgency(urgency)], dtype=np.int8),
        at=moments_of(read.at),
        now=None if now is None else instant_of(now),
        zone=zone_of(read.at, now),
        purchased=None if bought is None else purchase_of(bought),
    )


def _as_response(response: Any, about: dict[str, Any]) -> Response:
    """Return a response, or the three answers of the SCI as one whose attributes they are."""
    if isinstance(response, SCIAnswer):
        return Response(None, attributes=attrs.asdict(response), **about)
    if not isinstance(response, Response):
        raise InvalidTypeError(
            f"response must be a Response or an SCIAnswer: got {quoted(response)}; write Response(score)"
        )
    return attrs.evolve(response, **about) if about else response


def recommend(
    response: Response | SCIAnswer,
    *,
    playbook: Playbook | None = None,
    scorer: Scorer | None = None,
    now: dt.datetime | None = None,
    calendar: BusinessCalendar | None = None,
    customer: Hashable = None,
    at: dt.date | None = None,
    comment: str | None = None,
    **context: Any,
) -> FollowUp | None:
    """Return what to do about one response: how, by when, who, and why.

    Args:
        response: The response; or the three answers of the SCI, with `customer`, `at` and `comment` given beside.
            Its attributes named `value`, `channel`, `language`, `theme` and `public` are read; where it is not
            said whether others can read it, they can where the channel is one of reviews.
        playbook: The playbook; None for the default one.
        scorer: What the answer means; None for `NPS()`, or `SCI()` for an `SCIAnswer`.
        now: What time it is, which rules on the age of a response go by; None for when the response was given. Due
            times count from when the response was given (the opening of that day where only its date is known), and
            from now only where that is unknown. The computer's clock is never read: where neither is known nothing has
            a due time.
        calendar: The opening hours; None for the playbook's.
        customer: Who answered, instead of the response's.
        at: When, instead of the response's.
        comment: The comment, instead of the response's.
        context: `value`, `channel`, `language`, `theme`, `public` or `urgency`, instead of the attributes'.

    Returns:
        The follow-up; None where the answer is missing or off the scale, or no strategy applies: `Playbook.why_none`
        says which.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> found = recommend(Response(2, customer="c-17"), now=dt.datetime(2026, 3, 6, 16), channel="chat")
        >>> print(found.strategy, found.due)
        silent detractor 2026-03-06 16:15:00
    """
    given = {"customer": customer, "at": at, "comment": comment}
    context |= {name: value for name, value in given.items() if value is not None}
    chosen = Playbook.default(scorer) if playbook is None else of_kind(playbook, Playbook, "playbook")
    return chosen.recommend(response, scorer=scorer, now=now, calendar=calendar, **context)
