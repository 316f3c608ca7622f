"""What a survey is asked for on every engine: each method under each of its policies, with the roles that it needs."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import attrs
from numpy.typing import NDArray

import npskit as nk
from tests.engines.answers import ZONE


class Missed:
    """A score as a user would write it."""

    name = "Would miss us"
    questions = {"again": nk.Scale(1, 5)}  # noqa: RUF012 - as in the README
    categories = ("not", "somewhat", "very")
    category_scores = (0, 20, 100)

    def categorize(self, again: NDArray[Any]) -> NDArray[Any]:
        return (again > 2).astype(int) + (again > 4)


@attrs.frozen
class Method:
    """A question to a survey.

    Args:
        ask: Given the survey, what it returns.
        roles: How the survey is bound.
    """

    ask: Callable[[nk.Survey], Any]
    roles: Mapping[str, Any] = attrs.Factory(dict[str, Any])

    def answer(self, data: Any) -> Any:
        """Return what is said of some data."""
        return self.ask(nk.Survey(data, **{"score": "score", **self.roles}))


_TIME = {"time": "at"}
_WEIGHT = {"weight": "weight"}
_CUSTOMER = {"customer": "customer"}
_DESIGN = {"stratum": "stratum", "cluster": "cluster", **_WEIGHT}
_ACCOUNT = {"account": "account", **_WEIGHT}
_SCI = {
    "score": {"satisfaction": "score", "repurchase": "again", "recommend": "recommend"},
    "scorer": nk.SCI([(0, 10), (1, 5), (1, 5)], top=(9, None, None)),
}
CHANGE = nk.Intervention("new checkout", "2026-03-01")
NORTH = {"region": ["North", "Süd", "", " North "]}
TOTALS = {"stratum": {"one": 0.2, "two": 0.3, "three": 0.5}, "device": {"phone": 0.6, "desk": 0.4}}
PLACES = ["region", "channel"]


def whole(text: str) -> str:
    """Return a text with whole numbers as such: pandas holds them as floats where one is missing."""
    return re.sub(r"(?<=\d)\.0\b", "", text)


def _by_row(rejected: Any) -> Any:
    """Return what was rejected without its rows: an engine has them in any order."""
    return sorted((each.column, whole(each.value), each.reason, each.kind) for each in rejected)


def _first_answered(survey: nk.Survey) -> Any:
    plan = survey.follow_up(now="2026-05-01")
    return sorted(((each.customer, each.category) for each in plan), key=str)


def _audited(survey: nk.Survey) -> Any:
    said = survey.audit().to_dict()
    pairs = sorted((each["answer"], each["label"]) for each in said.pop("contradictions"))
    return said | {"contradictions": pairs}


def _moved(survey: nk.Survey) -> Any:
    return sorted(survey.transitions().who("promoter", "detractor"))


METHODS: dict[str, Method] = {
    "score": Method(lambda s: s.score()),
    "score, by two columns": Method(lambda s: s.score(by=PLACES)),
    "score, of all responses": Method(lambda s: s.score(by="region", denominator="all")),
    "score, weights": Method(lambda s: s.score(by="region"), _WEIGHT),
    "score, strata and clusters": Method(lambda s: s.score(by="channel"), _DESIGN | {"lonely": "adjust"}),
    "score, customers": Method(lambda s: s.score(by="region"), _CUSTOMER),
    "score, customers and weights": Method(lambda s: s.score(), _CUSTOMER | _WEIGHT),
    "score, latest": Method(lambda s: s.score(by="region", repeats="latest"), _CUSTOMER | _TIME),
    "score, latest, weights": Method(lambda s: s.score(repeats="latest"), _CUSTOMER | _TIME | _WEIGHT),
    "score, mean": Method(lambda s: s.score(by="region", repeats="mean"), _CUSTOMER),
    "score, accounts": Method(lambda s: s.score(by="channel"), _ACCOUNT),
    "score, accounts, latest": Method(lambda s: s.score(by="channel"), _ACCOUNT | _TIME | {"contacts": "latest"}),
    "score, accounts, worst": Method(lambda s: s.score(by="channel"), _ACCOUNT | {"contacts": "worst"}),
    "score, three questions": Method(lambda s: s.score(by="region"), _SCI),
    "score, a scorer of one's own": Method(lambda s: s.score(by="region"), {"score": "again", "scorer": Missed()}),
    "score, mapping": Method(lambda s: s.score(by="region"), {"mapping": {11: 10, -1: None}}),
    "score, a table of counts": Method(lambda s: s.score(by="region"), {"count": "stands_for"}),
    "score, shrunken": Method(lambda s: s.score(by="region", shrink=True)),
    "tally": Method(lambda s: s.tally(by="region"), _WEIGHT),
    "compare": Method(lambda s: s.compare(by="region")),
    "compare, customers": Method(lambda s: s.compare(by="channel"), _CUSTOMER),
    "compare, customers and weights": Method(lambda s: s.compare(by="channel"), _CUSTOMER | _WEIGHT),
    "compare, strata and clusters": Method(lambda s: s.compare(by="channel"), _DESIGN | {"lonely": "adjust"}),
    "compare, accounts": Method(lambda s: s.compare(by="channel"), _ACCOUNT),
    "timeline": Method(lambda s: s.timeline(), _TIME),
    "timeline, by": Method(lambda s: s.timeline("week", by="region"), _TIME),
    "timeline, of dates": Method(lambda s: s.timeline("day"), {"time": "day"}),
    "timeline, weights": Method(lambda s: s.timeline(), _TIME | _WEIGHT),
    "timeline, strata and clusters": Method(lambda s: s.timeline(), _TIME | _DESIGN | {"lonely": "adjust"}),
    "timeline, customers": Method(lambda s: s.timeline(by="channel"), _TIME | _CUSTOMER),
    "timeline, latest": Method(lambda s: s.timeline(repeats="latest"), _TIME | _CUSTOMER),
    "timeline, mean": Method(lambda s: s.timeline(by="channel", repeats="mean"), _TIME | _CUSTOMER),
    "timeline, latest, weights": Method(
        lambda s: s.timeline("quarter", by="region", repeats="latest"), _TIME | _CUSTOMER | _WEIGHT
    ),
    "timeline, against, customers": Method(lambda s: s.timeline(by="channel").against(), _TIME | _CUSTOMER | _WEIGHT),
    "timeline, against, strata and clusters": Method(
        lambda s: s.timeline("week").against(), {"time": "day"} | _DESIGN | {"lonely": "adjust"}
    ),
    "timeline, customers, of a zone": Method(
        lambda s: s.timeline("week"), _CUSTOMER | {"time": "known", "time_zone": "America/New_York"}
    ),
    "timeline, 2 days, customers": Method(
        lambda s: s.timeline("week", window="2d", denominator="all"), _TIME | _CUSTOMER
    ),
    "timeline, accounts": Method(lambda s: s.timeline(), _TIME | _ACCOUNT),
    "timeline, 30 days": Method(lambda s: s.timeline("week", window="30d", by="channel"), _TIME),
    "timeline, 30 days, customers": Method(lambda s: s.timeline("week", window="30d", by="channel"), _TIME | _CUSTOMER),
    "timeline, 50 answers": Method(lambda s: s.timeline("week", window=50), _TIME),
    "timeline, half-life": Method(lambda s: s.timeline(half_life="20d"), _TIME),
    "timeline, of a zone": Method(lambda s: s.timeline("day"), {"time": "known", "time_zone": ZONE}),
    "timeline, in another zone": Method(lambda s: s.timeline("day"), {"time": "known", "time_zone": "Asia/Kolkata"}),
    "timeline, in the data's zone": Method(lambda s: s.timeline("day"), {"time": "known"}),
    "effect": Method(lambda s: s.effect(CHANGE), _TIME),
    "effect, weights": Method(lambda s: s.effect(CHANGE), _TIME | _WEIGHT),
    "effect, customers": Method(lambda s: s.effect(CHANGE), _TIME | _CUSTOMER),
    "effect, customers and weights": Method(lambda s: s.effect(CHANGE, treated=NORTH), _TIME | _CUSTOMER | _WEIGHT),
    "effect, strata and clusters": Method(lambda s: s.effect(CHANGE), _TIME | _DESIGN),
    "effect, strata": Method(lambda s: s.effect(CHANGE, control=NORTH), _TIME | {"stratum": "stratum"}),
    "effect, accounts": Method(lambda s: s.effect(CHANGE), _TIME | _ACCOUNT),
    "effect, accounts, latest": Method(
        lambda s: s.effect(CHANGE, control=NORTH), _TIME | {"account": "account", "contacts": "latest"}
    ),
    "effect, control": Method(lambda s: s.effect(CHANGE, control=NORTH), _TIME),
    "effect, control, weights": Method(lambda s: s.effect(CHANGE, control=NORTH), _TIME | _WEIGHT),
    "effect, of a series": Method(lambda s: s.effect(CHANGE, method="interrupted_series"), _TIME),
    "effect, of a series, accounts": Method(
        lambda s: s.effect(CHANGE, method="interrupted_series"), _TIME | _ACCOUNT | {"contacts": "worst"}
    ),
    "explain_change": Method(lambda s: s.explain_change("2026-02", "2026-03", by=PLACES), _TIME),
    "explain_change, weights": Method(lambda s: s.explain_change("2026-02", "2026-03", by="region"), _TIME | _WEIGHT),
    "explain_change, customers": Method(
        lambda s: s.explain_change("2026-02", "2026-03", by="channel"), _TIME | _CUSTOMER
    ),
    "explain_change, clusters": Method(
        lambda s: s.explain_change("2026-02", "2026-03", by="channel"), _TIME | {"cluster": "cluster"}
    ),
    "transitions": Method(lambda s: s.transitions(), _TIME | _CUSTOMER),
    "transitions, by": Method(lambda s: s.transitions(by="channel"), _TIME | _CUSTOMER),
    "transitions, first and last": Method(lambda s: s.transitions(mode="first_last"), _TIME | _CUSTOMER),
    "transitions, who": Method(_moved, _TIME | _CUSTOMER),
    "where": Method(lambda s: s.where(NORTH).score(by="region")),
    "where, timeline": Method(lambda s: s.where({"channel": [None, "web"]}).timeline(), _TIME),
    "rake": Method(lambda s: s.rake(TOTALS).score(by="region")),
    "rake, timeline": Method(lambda s: s.rake(TOTALS).timeline(), _TIME | _WEIGHT),
    "rake, of a column with gaps": Method(lambda s: s.rake({"channel": {"web": 0.5, "shop": 0.5}}).score()),
    "rejected": Method(lambda s: _by_row(s.rejected), _TIME),
    'on_invalid="raise"': Method(lambda s: s.score(), {"on_invalid": "raise"}),
    'on_invalid="raise", nothing to raise': Method(
        lambda s: s.where({"score": [9, 3, None]}).score(by="region"), {"on_invalid": "raise"}
    ),
    "audit": Method(_audited, {"label": "label"}),
    "follow_up": Method(_first_answered, _TIME | _CUSTOMER | {"comment": "comment"}),
}
