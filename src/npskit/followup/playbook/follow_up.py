"""The follow-up itself, the context it rests on, and the protocol of a strategy that makes one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

from npskit.checks import (
    all_are,
    as_tuple,
    is_bool,
    is_hashable,
    is_same,
    is_text,
    is_text_or_none,
    mapping,
    of_kind,
    whole_number,
)
from npskit.comments.patterns import as_level
from npskit.data import Attributes, Response
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.playbook.channels import kind_of
from npskit.followup.playbook.part_checks import NO_TIME, as_within, is_amount_or_none, is_moment_or_none, is_priority
from npskit.followup.playbook.steps import Action, Menu, Offer, as_steps
from npskit.reals import to_real, to_real_or_none
from npskit.results import Columns, Result, Rows, excerpt, html_table
from npskit.times import in_words, time_in_words

if TYPE_CHECKING:
    from npskit.followup.letters import Draft, Languages, Materials, Voice, Writer

# Fields of letters that speak of the company and of its money: attributes of these names are the customer's.
GIFTS = ("offer", "amount", "share", "friend_amount", "friend_share")
COMPANY_FIELDS = frozenset({"company", "sender", "contact", "occasion", "comparison", "story", "help", *GIFTS})


def _is_customer(_instance: object, _field: object, value: Any) -> None:
    if not is_hashable(value):
        raise InvalidTypeError(f"customer must be hashable, such as a text or a number: got {quoted(value)}")


def _below(value: int) -> int:
    return whole_number(value, "below", most=10**9)


@attrs.frozen
class Context:
    """What is known besides the response itself when its answer is chosen.

    Args:
        category: The category of the answer under its scorer: `"detractor"`, `"at risk"`.
        urgency: How urgent the comment is: 0 ordinary, 1 urgent, 2 critical.
        value: What the customer is worth, in your currency; None if unknown.
        channel: Where the answer came in and is answered: `"email"`, `"chat"`; None if unknown.
        language: The customer's language, such as `"de"`; None if unknown.
        theme: What the comment is about; None if unknown.
        public: Whether others can read it, as a review.
        complaint: Whether the comment complains.
        now: What time it is, by which ages are counted; None if unknown.
        starts: When the clock of the answer starts: when the response was given, else `now`; None if unknown.
        below: How many points the answer lies below the best one of its category; 0 where there is more than one
            question.
        kind: What kind of channel `channel` is, by which conditions and limits go: `"review"` for Trustpilot; from
            `npskit.followup.playbook.channels` if not given.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> Context("detractor", urgency=2, channel="chat").urgency
        2
    """

    category: str = attrs.field(validator=is_text)
    urgency: int = attrs.field(default=0, kw_only=True, converter=as_level)
    value: float | None = attrs.field(
        default=None, kw_only=True, converter=to_real_or_none, validator=is_amount_or_none
    )
    channel: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    language: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    theme: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    public: bool = attrs.field(default=False, kw_only=True, validator=is_bool)
    complaint: bool = attrs.field(default=False, kw_only=True, validator=is_bool)
    now: dt.datetime | None = attrs.field(default=None, kw_only=True, validator=is_moment_or_none)
    starts: dt.datetime | None = attrs.field(default=None, kw_only=True, validator=is_moment_or_none)
    below: int = attrs.field(default=0, kw_only=True, converter=_below)
    kind: str | None = attrs.field(kw_only=True, validator=is_text_or_none)

    @kind.default
    def _kind(self) -> str | None:
        return kind_of(self.channel) or None


def _as_details(value: Any) -> Attributes:
    return value if isinstance(value, Attributes) else Attributes(mapping(value, "details"))


@attrs.frozen
class FollowUp(Result):
    """What to do about one response: who is first, by when, in which steps, with which offers, and why.

    A strategy returns one; the playbook then adds the points of value and urgency to its priority, sets when it is due
    and the team, and says why. See `npskit.followup.playbook.playbook.Playbook`.

    Args:
        customer: Whom to answer; None if unknown.
        category: The category of the answer: `"detractor"`, `"at risk"`.
        strategy: The name of the strategy that chose this.
        priority: 0..100; the highest is answered first.
        due: By when the first step is to be taken; None where no starting time was known.
        within: How long it may take by the strategy's own account; the playbook may allow less. None to leave it to
            the playbook.
        actions: The steps, in order; a text is an action of that name.
        offers: What may be offered, one of them at most.
        offer_required: Whether one of the offers has to be made; else making none is an alternative.
        team: Which group of people should answer; None to leave it open.
        channel: Where to answer.
        language: In which language.
        value: What the customer is worth, in your currency; None if unknown.
        urgency: How urgent the comment is: 0 ordinary, 1 urgent, 2 critical.
        reasons: Why, in words.
        left_out: The names of the steps that are not taken because their offer is not made; see `with_offer`.
        details: What messages may fill in, by name: what the strategy gives, and the response's attributes, but for
            those named as what is yours to say in letters: company, sender, contact, occasion, offer, amount, share
            and the like. Give them to `message`. `commented`, `complained` and `happy` are there where they are so.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> found = FollowUp("c-17", category="detractor", strategy="rescue", priority=70, actions=[Action("listen")])
        >>> print(found)
        Customer "c-17" (detractor): rescue, priority 70. Steps: listen.
    """

    customer: Hashable = attrs.field(default=None, validator=_is_customer)
    category: str = attrs.field(kw_only=True, validator=is_text)
    strategy: str = attrs.field(kw_only=True, validator=is_text)
    priority: float = attrs.field(default=50.0, kw_only=True, converter=to_real, validator=is_priority)
    due: dt.datetime | None = attrs.field(default=None, kw_only=True, validator=is_moment_or_none)
    within: dt.timedelta | None = attrs.field(default=None, kw_only=True, converter=as_within)
    actions: tuple[Action, ...] = attrs.field(default=(), kw_only=True, converter=as_steps, validator=all_are(Action))
    offers: tuple[Offer, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=all_are(Offer))
    offer_required: bool = attrs.field(default=False, kw_only=True, validator=is_bool)
    team: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    channel: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    language: str | None = attrs.field(default=None, kw_only=True, validator=is_text_or_none)
    value: float | None = attrs.field(
        default=None, kw_only=True, converter=to_real_or_none, validator=is_amount_or_none
    )
    urgency: int = attrs.field(default=0, kw_only=True, converter=as_level)
    reasons: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=all_are(str))
    left_out: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple, validator=all_are(str))
    details: Mapping[str, Any] = attrs.field(default=Attributes({}), kw_only=True, converter=_as_details)

    @property
    def minutes(self) -> float:
        """The staff time of the steps together, in minutes, with the offer that takes the longest."""
        return self._menu.longest

    @property
    def _menu(self) -> Menu:
        return Menu(self.actions, self.offers, self.offer_required)

    def with_offer(self, offer: Offer | None) -> FollowUp:
        """Return the follow-up with one of its offers, or none: the steps that need another one are left out.

        Args:
            offer: The offer that is made, one of `offers`; None to make none.

        Raises:
            InvalidValueError: If it is not among the offers.

        Example:
            >>> gift = Offer("gift", amount=5, step="surprise")
            >>> steps = [Action("thank", minutes=2), Action("surprise", minutes=4, needs_offer=True)]
            >>> found = FollowUp(category="promoter", strategy="praise", actions=steps, offers=[gift])
            >>> [[action.name for action in found.with_offer(made).actions] for made in (gift, None)]
            [['thank', 'surprise'], ['thank']]
            >>> found.minutes, found.with_offer(None).minutes
            (6.0, 2.0)
        """
        if offer is not None and not any(is_same(offer, each) for each in self.offers):
            known = ", ".join(repr(each.name) for each in self.offers) or "there are none"
            raise InvalidValueError(f"offer must be one of those of the follow-up: got {quoted(offer)}; known: {known}")
        kept = self._menu.taken(offer)
        dropped = (action.name for action in self.actions if action not in kept)
        return attrs.evolve(
            self,
            actions=kept,
            offers=() if offer is None else (offer,),
            left_out=tuple(dict.fromkeys((*self.left_out, *dropped))),
        )

    def message(
        self,
        language: str | None = None,
        *,
        action: str | None = None,
        currency: str | None = None,
        languages: Languages | None = None,
        voice: Voice | None = None,
        writer: Writer | None = None,
        comment: str | None = None,
        materials: Materials | None = None,
        **fields: Any,
    ) -> Draft:
        """Return a draft of the message for a step, with the customer's details filled in.

        The name of an offer and what it is worth to the customer (a sum only with a currency) are filled in where it is
        the only one of this step; what it costs never is. The letter of a step that needs an offer is not written
        without one.

        Args:
            language: The language to write in; None for the customer's, or English.
            action: The name of the step; None for the first.
            currency: ISO 4217 code of amounts, such as `"EUR"`.
            languages: Where to look for the letter; None for the languages that come with npskit.
            voice: The rules that the draft is checked by; see `npskit.draft`.
            writer: Who writes the text, if not the template; see `npskit.draft`.
            comment: What the customer wrote, for the writer.
            materials: Stories, comparisons and self-help links; see `npskit.draft`.
            fields: What to fill in besides `details`, or instead; see `npskit.list_fields`. Into
                a public reply nothing else is filled.

        Raises:
            InvalidValueError: If there is no letter for the step, the step needs an offer and not exactly one may be
                made, a field it needs is missing, or an amount has no currency.

        Example:
            >>> found = FollowUp("c-17", category="promoter", strategy="praise", actions=[Action("thank")])
            >>> found.message("de", name="Zoë").subject
            'Danke – Sie haben uns eine große Freude gemacht'
        """
        from npskit.followup.letters import PUBLIC_ACTION, draft

        if action is None:
            if not self.actions:
                raise InvalidValueError(f"action must name a letter: {self.strategy!r} has no steps")
            action = self.actions[0].name
        of_kind(action, str, "action")
        known = {**self._gift(action, currency, fields), **self.details}
        if action == PUBLIC_ACTION:
            # who also complains is not told in public how glad we are
            known = {"happy": bool(self.details.get("happy")) and not self.details.get("complained")}
        return draft(
            action,
            {**known, **fields},
            language=self.language if language is None or is_same(language, "") else language,
            languages=languages,
            currency=currency,
            voice=voice,
            writer=writer,
            comment=comment,
            materials=materials,
        )

    def _gift(self, action: str, currency: str | None, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the letter for a step says of its offer; nothing where the fields or the details say it."""
        if any(known.get(name) is not None for name in GIFTS for known in (fields, self.details)):
            return {}
        offers = [offer for offer in self.offers if offer.step == action]
        if len(offers) == 1:
            return offers[0].said(self.value, currency)
        if action in self.left_out or any(step.needs_offer and step.name == action for step in self.actions):
            which = " or ".join(repr(offer.name) for offer in offers)
            fix = f"choose {which} by with_offer" if offers else "make one of its offers"
            none = f"{len(offers)} of its offers may be made" if offers else "none is made"
            raise InvalidValueError(
                f"the step {quoted(action)} needs an offer, and {none}: {fix}, or give offer= or amount="
            )
        return {}

    def columns(self) -> Columns:
        """Return the follow-up as columns of one row."""
        names = {name: "; ".join(each.name for each in getattr(self, name)) for name in ("actions", "offers")}
        return super().columns() | {name: [value] for name, value in names.items()}

    _SAYS = (
        "*fields, offers: list[str], minutes, within: Never, within_hours: float | None, actions: list[TypedDict("
        "'Step', {'name': str, 'after_hours': float, 'minutes': float, 'amount': float})]"
    )

    def _record(self) -> dict[str, Any]:
        found = super()._record() | {"offers": [offer.name for offer in self.offers], "minutes": self.minutes}
        steps = ((a, {"after_hours": _hours(a.after), "minutes": float(a.minutes)}) for a in self.actions)
        found["actions"] = [{"name": action.name, **times, "amount": action.amount} for action, times in steps]
        within = found.pop("within")
        return found | {"within_hours": None if within is None else _hours(within)}

    def __str__(self) -> str:
        return " ".join([self._caption(), *(f"{name}: {said}." for name, said in self._facts())])

    def _caption(self) -> str:
        who = "A customer" if self.customer is None else f"Customer {excerpt(self.customer)}"
        said = f"{who} ({self.category}): {self.strategy}, priority {self.priority:.0f}"
        return f"{said}." if self.due is None else f"{said}, due {time_in_words(self.due)}."

    def _facts(self) -> list[list[str]]:
        steps, offers = ", ".join(map(_step, self.actions)), " or ".join(offer.name for offer in self.offers)
        facts = {"Team": self.team, "Steps": steps, "Offers": offers, "Why": "; ".join(self.reasons)}
        return [[name, said] for name, said in facts.items() if said]

    def _rows(self) -> Rows:
        return ["Category", self.category], [["Strategy", self.strategy], *self._facts()]

    def _repr_html_(self) -> str:
        return html_table(*self._rows(), caption=self._caption())


def _step(action: Action) -> str:
    """Return a step in words."""
    after = "" if action.after == NO_TIME else f" after {in_words(action.after)}"
    return f"{action.name}{after}{'' if action.amount is None else f' (at once, up to {action.amount:,.2f})'}"


def _hours(duration: dt.timedelta) -> float:
    return duration.total_seconds() / 3600


@runtime_checkable
class Strategy(Protocol):
    """What to do about a response, or None where another strategy should decide.

    Anything with a name that can be called with a response and its context. It may set a priority of its own, how long
    the answer may take (`within`) or the very time it is due; the playbook adds the rest. Pure functions of their
    arguments keep plans reproducible.

    Example:
        >>> @attrs.frozen
        ... class Renewal:
        ...     name = "renewal is near"
        ...     def __call__(self, response, context):
        ...         if response.attributes.get("days_to_renewal", 999) > 30:
        ...             return None
        ...         return FollowUp(response.customer, category=context.category, strategy=self.name, priority=90)
        >>> isinstance(Renewal(), Strategy)
        True
    """

    @property
    def name(self) -> str:
        """What the strategy is called, as a person reads it."""

    def __call__(self, response: Response, context: Context) -> FollowUp | None:
        """Return what to do, or None to pass the response on."""
