"""Rules: strategies that are data. When they apply, and what to do then; for one response, or for a million."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import numpy as np
from attrs.validators import optional

from npskit.arrays import Bools
from npskit.checks import as_tuple, is_a, is_bool, is_string_or_none, is_text, of_kind
from npskit.data import Attributes, Response, Words, find_language, fold
from npskit.errors import InvalidTypeError, InvalidValueError, NpskitWarning, quoted, warn
from npskit.followup.playbook.column_conditions import as_columns, covers, holds, words_of
from npskit.followup.playbook.contexts import CRITICAL, Contexts
from npskit.followup.playbook.follow_up import Context, FollowUp
from npskit.followup.playbook.part_checks import as_clock, as_urgency, as_within, is_amount_or_none, is_priority
from npskit.followup.playbook.steps import Action, Offer, as_steps
from npskit.options import URGENCIES
from npskit.reals import to_real, to_real_or_none

# A tag is what it says; only a name has to be looked up.
_TAG = re.compile("[a-z]{2}(?:[-_][a-z0-9]{2,8})*")


def primary(language: str) -> str:
    """Return a language without its region, as it is compared: `"de"` of `"de-AT"` and of `"German"`."""
    folded = fold(language)
    known = folded if _TAG.fullmatch(folded) else find_language(language) or folded
    return known.replace("_", "-").split("-")[0]


def _as_texts(value: Any) -> tuple[str, ...]:
    texts = as_tuple(value)
    for text in texts:
        if not isinstance(text, str) or not text.strip():
            raise InvalidTypeError(f"conditions on texts are a text or a list of texts: got {quoted(value)}")
    return texts


def _as_score(value: Any) -> tuple[int, int] | None:
    if value is None:
        return None
    ends = as_tuple(value)
    if len(ends) != 2 or any(isinstance(end, bool) or not isinstance(end, int) for end in ends) or ends[0] > ends[1]:
        raise InvalidValueError(f"score must be the lowest and the highest answer, such as [0, 6]: got {quoted(value)}")
    return ends[0], ends[1]


@attrs.frozen(kw_only=True)
class Conditions:
    """What must be true of a response and its context; what is not said does not matter.

    What is not known fulfills no condition on it, except that `comment=False`, `complaint=False` and `public=False`
    hold where there is no comment and nothing is public.

    Args:
        category: One or more names of categories: `"detractor"`, `("at risk", "vulnerable")`.
        score: The lowest and the highest answer, both included.
        urgency: The least urgency of the comment: 0 or `"ordinary"`, 1 or `"urgent"`, 2 or `"critical"`.
        comment: Whether there is a comment.
        channel: One or more channels, without regard to case; `"social"` holds for Twitter as well (see
            `npskit.followup.playbook.channels.kind_of`).
        theme: One or more themes, without regard to case.
        language: One or more languages; `"de"` holds for `"de-AT"` as well.
        public: Whether others can read it.
        complaint: Whether the comment complains: it is urgent, or has words of complaint.
        min_value: The least value of the customer, in your currency.
        max_days: The most days since the purchase where that is known, else since the answer.
        columns: Conditions on other columns of the survey, which are attributes of a response, by name: a text or
            several, without regard to case; a number, or the lowest and the highest one:
            `{"region": "South", "stays": [3, 10]}`.

    Raises:
        InvalidTypeError, InvalidValueError: If a condition cannot be used; the message names it.

    Example:
        >>> Conditions(category="detractor", min_value=1000).words()
        'detractor, worth 1000 or more'
    """

    category: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    score: tuple[int, int] | None = attrs.field(default=None, converter=_as_score)
    urgency: int = attrs.field(default=0, converter=as_urgency)
    comment: bool | None = attrs.field(default=None, validator=optional(is_bool))
    channel: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    theme: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    language: tuple[str, ...] = attrs.field(default=(), converter=_as_texts)
    public: bool | None = attrs.field(default=None, validator=optional(is_bool))
    complaint: bool | None = attrs.field(default=None, validator=optional(is_bool))
    min_value: float | None = attrs.field(default=None, converter=to_real_or_none, validator=is_amount_or_none)
    max_days: float | None = attrs.field(default=None, converter=to_real_or_none, validator=is_amount_or_none)
    columns: Attributes = attrs.field(default=Attributes({}), converter=as_columns)

    def hold(self, response: Response, context: Context) -> bool:
        """Whether all conditions hold of a response.

        Raises:
            IncompatibleError: If one of the times of response and context has a time zone and the other has none.
        """
        known = of_kind(response, Response, "response"), of_kind(context, Context, "context")
        return bool(self.mask(Contexts.of_one(*known))[0])

    def mask(self, contexts: Contexts) -> Bools:
        """Whether all conditions hold, for each row that is scored or whose comment is critical; shape `(n,)`."""
        found = (contexts.category.codes >= 0) | (contexts.urgency >= CRITICAL)
        if self.category:
            found &= contexts.category.holds(self.category.__contains__)
        if self.score is not None:
            found &= (contexts.score >= self.score[0]) & (contexts.score <= self.score[1])
        if self.urgency:
            found &= contexts.urgency >= self.urgency
        if self.comment is not None:
            found &= contexts.commented == self.comment
        if self.channel:
            found &= _among(contexts.channel, self.channel, fold) | _among(contexts.kind, self.channel, fold)
        if self.theme:
            found &= _among(contexts.theme, self.theme, fold)
        if self.language:
            found &= _among(contexts.language, self.language, primary)
        if self.public is not None:
            found &= (False if contexts.public is None else contexts.public) == self.public
        if self.complaint is not None:
            found &= (False if contexts.complaint is None else contexts.complaint) == self.complaint
        # What is unknown is NaN, which no comparison holds of.
        if self.min_value is not None:
            found &= False if contexts.value is None else contexts.value >= self.min_value
        if self.max_days is not None:
            found &= False if contexts.age is None else contexts.age <= self.max_days
        for name, wanted in self.columns.items():
            cells = contexts.attributes.get(name)
            found &= False if cells is None else holds(wanted, cells, f"when.{name}")
        return found

    def cover(self, other: Conditions) -> bool:
        """Whether these conditions hold wherever the others do, as far as can be told from how they are written.

        Example:
            >>> Conditions(category="detractor").cover(Conditions(category="detractor", urgency="urgent"))
            True
        """
        of_kind(other, Conditions, "other")
        pairs = (
            (self.category, other.category, str),
            (self.channel, other.channel, fold),
            (self.theme, other.theme, fold),
            (self.language, other.language, fold),
        )
        texts = all(
            not mine or (theirs and set(map(key, theirs)) <= set(map(key, mine))) for mine, theirs, key in pairs
        )
        flags = ("comment", "public", "complaint")
        same = all(getattr(self, name) in (None, getattr(other, name)) for name in flags)
        score = self.score is None or (
            other.score is not None and self.score[0] <= other.score[0] and other.score[1] <= self.score[1]
        )
        value = self.min_value is None or (other.min_value is not None and self.min_value <= other.min_value)
        days = self.max_days is None or (other.max_days is not None and other.max_days <= self.max_days)
        return bool(texts and same and score and value and days and self.urgency <= other.urgency) and covers(
            self.columns, other.columns
        )

    def words(self) -> str:
        """Return the conditions in words; none is "every response"."""
        said = [" or ".join(self.category)] if self.category else []
        if self.score is not None:
            said.append(f"score {self.score[0]} to {self.score[1]}")
        if self.urgency:
            said.append(f"{URGENCIES[self.urgency]}{' or critical' if self.urgency == 1 else ''} comment")
        if self.comment is not None:
            said.append("with a comment" if self.comment else "without a comment")
        texts = {"channel": self.channel, "theme": self.theme, "language": self.language}
        said += [f"{name} {' or '.join(wanted)}" for name, wanted in texts.items() if wanted]
        if self.public is not None:
            said.append("public" if self.public else "not public")
        if self.complaint is not None:
            said.append("with a complaint" if self.complaint else "without a complaint")
        if self.min_value is not None:
            said.append(f"worth {self.min_value:g} or more")
        if self.max_days is not None:
            said.append(f"at most {self.max_days:g} {'day' if self.max_days == 1 else 'days'} ago")
        said += words_of(self.columns)
        return ", ".join(said) or "every response"


def _among(words: Words | None, wanted: tuple[str, ...], folded: Callable[[str], str]) -> Any:
    """Whether each text is one of those wanted, without regard to how it is written."""
    return False if words is None else words.holds(lambda name: folded(name) in map(folded, wanted))


@attrs.frozen
class Rule:
    """A strategy that is data: when it applies, and what to do then.

    Args:
        name: What it is called.
        when: When it applies; every response if not given.
        priority: The priority it begins with, 0..100.
        per_point_below: What is added for every point the answer lies below the best one of its category.
        within: How long the answer may take, a timedelta or a text such as `"2 days"`; None leaves it to the playbook.
        due: By what time of the next working morning the answer is due, `"10:00"`; None leaves it to the playbook.
        actions: The steps, in order; a text is an action of that name.
        offers: What may be offered, one of them at most.
        offer_required: Whether one of the offers has to be made.
        team: Who should answer; None leaves it to the playbook's teams.
        reason: Why, in words; the conditions in words if not given.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> unhappy = Conditions(category="detractor")
        >>> rule = Rule("rescue", when=unhappy, priority=60, per_point_below=2, actions="listen")
        >>> rule(Response(4), Context("detractor", below=2)).priority
        64.0
        >>> rule(Response(9), Context("promoter")) is None
        True
    """

    name: str = attrs.field(validator=is_text)
    when: Conditions = attrs.field(default=Conditions(), kw_only=True, validator=is_a(Conditions))
    priority: float = attrs.field(default=50.0, kw_only=True, converter=to_real, validator=is_priority)
    per_point_below: float = attrs.field(default=0.0, kw_only=True, converter=to_real, validator=is_priority)
    within: dt.timedelta | None = attrs.field(default=None, kw_only=True, converter=as_within)
    due: str | None = attrs.field(default=None, kw_only=True, converter=as_clock)
    actions: tuple[Action, ...] = attrs.field(default=(), kw_only=True, converter=as_steps)
    offers: tuple[Offer, ...] = attrs.field(default=(), kw_only=True, converter=as_tuple)
    offer_required: bool = attrs.field(default=False, kw_only=True, validator=is_bool)
    team: str | None = attrs.field(default=None, kw_only=True)
    reason: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)

    def __attrs_post_init__(self) -> None:
        if self.offer_required and not self.offers:
            raise InvalidValueError(f"rule {self.name!r}: offer_required needs offers to choose from")
        # Making one checks all the parts it takes over.
        self._follow_up(Response(None), Context("any"))
        names = {action.name for action in self.actions}
        steps = {offer.step for offer in self.offers}
        for offer in self.offers:
            if offer.step is not None and offer.step not in names:
                raise InvalidValueError(
                    f"offers: {offer.name!r} is for the step {offer.step!r}, which is not among the actions of rule "
                    f"{self.name!r}; add the step, or drop the offer"
                )
        for action in self.actions:
            if action.needs_offer and action.name not in steps:
                raise InvalidValueError(
                    f"actions: {action.name!r} needs an offer, and no offer of rule {self.name!r} is for that step; "
                    f"add an offer with step={action.name!r}, or drop the step"
                )

    def __call__(self, response: Response, context: Context) -> FollowUp | None:
        """Return what to do if the conditions hold, else None."""
        return self._follow_up(response, context) if self.when.hold(response, context) else None

    def _follow_up(self, response: Response, context: Context) -> FollowUp:
        return FollowUp(
            response.customer,
            category=context.category,
            strategy=self.name,
            priority=float(self.priorities(context.below)),
            within=self.within,
            actions=self.actions,
            offers=self.offers,
            offer_required=self.offer_required,
            team=self.team,
            reasons=(self.reason or self.when.words(),),
        )

    def priorities(self, below: Any) -> Any:
        """Return the priority of answers so many points below the best of their category; shape as `below`."""
        return np.minimum(self.priority + self.per_point_below * np.maximum(below, 0), 100.0)


def warn_of_unreachable(strategies: Sequence[Any]) -> None:
    """Warn of rules that never apply, because one that stands before applies wherever they would."""
    rules = [strategy for strategy in strategies if isinstance(strategy, Rule)]
    for place, rule in enumerate(rules):
        before = next((each for each in rules[:place] if each.when.cover(rule.when)), None)
        if before is not None:
            warn(
                f"the rule {quoted(rule.name)} is never reached: {quoted(before.name)}, which stands before it, "
                "applies to all that it would; put it first, or drop it",
                NpskitWarning,
            )


@attrs.frozen
class Team:
    """Who should answer what no rule has given to a team.

    Args:
        name: What the team is called.
        when: Which responses are theirs; every one if not given.

    Example:
        >>> Team("billing", when=Conditions(theme="price")).when.words()
        'theme price'
    """

    name: str = attrs.field(validator=is_text)
    when: Conditions = attrs.field(default=Conditions(), kw_only=True, validator=is_a(Conditions))
