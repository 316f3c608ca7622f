"""What a user asks of a plan, checked once and named in errors."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.checks import amount, finite_number, one_of, whole_number
from npskit.comments.themes import ThemeList
from npskit.comments.triage import Classifier
from npskit.data import find_language
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.followup.letters import LAST_RESORT, as_currency
from npskit.followup.plan.offer_options import Lift
from npskit.followup.plan.routing import Capacity
from npskit.followup.playbook import Playbook
from npskit.options import PLAN_METHODS, PlanMethod
from npskit.scorers import Codebook
from npskit.times import BusinessCalendar, parse_fixed

ROLES = ("value", "channel", "language", "theme", "public", "name", "opted_out", "last_contact", "purchased")
"""What a plan reads of a customer besides the answer; a column of that name, in any case and spacing,
is used without being named."""


def _as_playbook(chosen: Any) -> Playbook | None:
    if not isinstance(chosen, Playbook | None):
        raise InvalidTypeError(
            f"playbook must be a Playbook, such as Playbook.from_toml('mine.toml'): got {quoted(chosen)}"
        )
    return chosen


def _as_budget(budget: Any) -> float | None:
    return None if budget is None else amount(budget, "budget")


def _as_share(holdout: Any) -> float:
    return finite_number(holdout, "holdout", least=0, below=1)


def _as_salt(rng: Any) -> str:
    """Return what names the experiment: the seed, or a number drawn from a generator."""
    if isinstance(rng, np.random.Generator):
        return str(int(rng.integers(2**63)))
    if isinstance(rng, (bool, np.timedelta64)) or not isinstance(rng, int | np.integer) or rng < 0:
        raise InvalidTypeError(f"rng must be a seed of at least 0 or a numpy Generator: got {quoted(rng)}")
    return str(whole_number(rng, "rng"))


def _as_method(method: Any) -> PlanMethod:
    return one_of(method, PLAN_METHODS, "method")


def _is_value(_terms: object, _field: object, value: Any) -> None:
    if isinstance(value, bool):
        raise InvalidTypeError(f"value must be the name of a column, or one number for all: got {quoted(value)}")
    if not isinstance(value, str | None):
        finite_number(value, "value", least=0)


def _as_quiet(quiet: Any) -> dt.timedelta:
    return parse_fixed(quiet, "quiet")


def _as_max_age(max_age: Any) -> dt.timedelta | None:
    return None if max_age is None else parse_fixed(max_age, "max_age")


def _as_themes(themes: Any) -> ThemeList | None:
    return None if themes is None else ThemeList.of(themes)


def _as_roles(roles: Any) -> dict[str, str]:
    if not isinstance(roles, Mapping | None):
        raise InvalidTypeError(f"roles must map roles to columns, as {{'name': 'first_name'}}: got {quoted(roles)}")
    for role in roles or ():
        if not isinstance(role, str) or role not in ROLES:
            raise InvalidValueError(f"roles: a plan reads no {quoted(role)}; {did_you_mean(role, ROLES)}")
    return dict(roles or {})


def _is_language(_terms: object, _field: object, language: Any) -> None:
    if not isinstance(language, str) or not language.strip():
        raise InvalidTypeError(f"language must be a tag such as 'de' or 'de-AT': got {quoted(language)}")
    if language != LAST_RESORT and find_language(language) is None:
        raise InvalidValueError(
            f"language: {quoted(language)} is not known; give a tag such as 'de' or 'de-AT', or a name such as 'German'"
        )


def _is_triage(_terms: object, _field: object, triage: Any) -> None:
    if triage is not None and not callable(triage):
        raise InvalidTypeError(f"triage must be a function from texts to labels: got {quoted(triage)}")


@attrs.frozen(eq=False, kw_only=True)
class Terms:
    """Under which terms a plan is made; see `npskit.Survey.follow_up`."""

    given_playbook: Playbook | None = attrs.field(alias="playbook", converter=_as_playbook)
    budget: float | None = attrs.field(converter=_as_budget)
    capacity: Capacity = None
    members: Mapping[str, Sequence[str]] | None = None
    value: float | str | None = attrs.field(validator=_is_value)
    lift: Lift = None
    holdout: float = attrs.field(converter=_as_share)
    salt: str = attrs.field(converter=_as_salt)
    method: PlanMethod = attrs.field(converter=_as_method)
    now: Any = None
    calendar: BusinessCalendar | None = None
    quiet: dt.timedelta = attrs.field(converter=_as_quiet)
    max_age: dt.timedelta | None = attrs.field(converter=_as_max_age)
    roles: dict[str, str] = attrs.field(converter=_as_roles)
    keep: str | Sequence[str] = ()
    currency: str | None = attrs.field(converter=as_currency)
    language: str = attrs.field(validator=_is_language)
    scorer: Codebook | None = None
    earlier: Any = ()
    triage: Classifier | None = attrs.field(default=None, validator=_is_triage)
    themes: ThemeList | None = attrs.field(default=None, converter=_as_themes)

    @property
    def playbook(self) -> Playbook:
        """What to do about whom: what was given, else the default one for the scorer."""
        return Playbook.default(self.scorer) if self.given_playbook is None else self.given_playbook

    @property
    def money(self) -> float:
        """The money there is, infinite for no limit."""
        return math.inf if self.budget is None else self.budget

    @property
    def payable(self) -> frozenset[str] | None:
        """The offers that may be made although they cost money, None for all.

        What those of the default playbook cost is an example: nobody's money, until somebody speaks of money.
        """
        asked = self.budget is not None or self.currency is not None
        default = Playbook.default(self.scorer)
        if asked or self.playbook.with_calendar(default.due.calendar) != default:
            return None
        keys = self.lift if isinstance(self.lift, Mapping) else ()
        return frozenset(key[1] for key in keys if isinstance(key, tuple) and len(key) == 2)
