"""What long runs of the fuzz found, an example of each kind: an answer or an error of npskit's own, and no warning."""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import fractions
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

import npskit as nk
from tests.fuzz.cells import Compares, Nasty, nested
from tests.results.catalogue import PROGRAM, closed_loop, effect_of_following_up, survey

pytest.importorskip("pandas")


LOOP: list[Any] = []
LOOP.append(LOOP)
LAST = dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-12)))
DEEP = nested(1100)
LONG: Any = np.longdouble("1e4000")
NINE: Any = decimal.Decimal(9)
HALF: Any = fractions.Fraction(1, 2)
FIVE: Any = 5
MASKED: Any = np.ma.masked
COMPLEX: Any = np.complex128(1)
MATRIX: Any = np.ones((2, 2))
SINGLE: Any = np.array(NINE, object)
PAIRS: Any = np.array([(0, 1.0)], "i8, f8")
WHOLE = 10**5000
ANY_WHOLE: Any = WHOLE
NASTY: Any = Nasty()
COMPARES: Any = Compares()
DETRACTOR = nk.Conditions(category="detractor")
CALENDAR = nk.BusinessCalendar()
RESPONSE = nk.Response(3, at=dt.datetime(2026, 3, 2))

CALLS: dict[str, Callable[[], Any]] = {
    "a whole number larger than every float": lambda: nk.Conditions(score=(0, 5)).hold(
        nk.Response(10**400), nk.Context("detractor")
    ),
    "a whole number that cannot be written": lambda: [nk.NPS(detractor=WHOLE), nk.Scale(0, WHOLE)],
    "points that are no number": lambda: nk.Context("detractor", below=LONG),
    "limits of an interval": lambda: f"{nk.Interval(10**400, LONG, level=0.9, method='score')}",
    "a method that is a whole number": lambda: repr(nk.Interval(1, 2, level=0.9, method=ANY_WHOLE)),
    "shares that will be no array": lambda: nk.sample_size(margin=5, shares=NASTY),
    "customers that cannot be written": lambda: nk.effect_of_follow_up(
        survey().follow_up(holdout=0.5), {"score": [9], "customer": [WHOLE]}
    ),
    "groups of 128 bits": lambda: nk.Tracker(by="a").update_many([1], groups=pl.Series([1], dtype=pl.Int128)),
    "a customer that cannot be compared": lambda: survey().follow_up().why(customer=NASTY),
    "a variance that is masked": lambda: nk.sample_size(margin=5, variance=MASKED),
    "shares that are complex": lambda: nk.sample_size(margin=5, shares=[COMPLEX]),
    "a rate beyond all": lambda: nk.program_payback(1, lift=0.1, **(PROGRAM | {"discount_rate": 1e300})),
    "progress that is no function": lambda: nk.read(__file__, progress=FIVE),
    "a limit that is complex": lambda: nk.Interval(COMPLEX, 2, level=0.9, method="score"),
    "values of long doubles": lambda: nk.Offer("gift", share=0.5).costs([LONG, 5]),
    "a short float to keep": lambda: survey(kept=np.full(16, 9, np.float16)).follow_up(keep="kept"),
    "a priority that is a decimal": lambda: nk.Rule("a", actions=["call"], priority=NINE)(
        RESPONSE, nk.Context("detractor")
    ),
    "points that are fractions": lambda: nk.Points(critical=HALF),
    "revenue of decimals": lambda: nk.growth.Growth(before=10, retained=9, earned_new=NINE).total_growth,
    "lists that hold themselves": lambda: nk.DueTimes(category=LOOP),
    "lists in lists as a time": lambda: nk.closed_loop([{"opened": "2026-03-01"}], as_of=DEEP),
    "answers of lists in lists": lambda: survey(score=[DEEP, 9] * 8).rejected,
    "labels that will be no array": lambda: survey(region=[Nasty(), "a"] * 8).rake({"region": {"a": 1}}),
    "labels that are lists": lambda: survey(region=[([1], 2), "a"] * 8).rake({"region": {"a": 1}}),
    "a seed of lists in lists": lambda: nk.datasets.hotels(50, rng=DEEP),
    "a seed that cannot be written": lambda: survey().follow_up(rng=WHOLE),
    "a number of rows beyond all": lambda: nk.datasets.hotels(2**63),
    "an array of no dimension": lambda: survey().follow_up(value=SINGLE, currency="EUR"),
    "a view of a matrix": lambda: nk.FollowUp(category="a", strategy="b", actions=memoryview(MATRIX)),
    "several durations for one time": lambda: CALENDAR.add(dt.datetime(2026, 3, 2), np.array([1, 2], "m8[h]")),
    "a duration that is none": lambda: CALENDAR.add(dt.datetime(2026, 3, 2), {1}),
    "a time before the first in UTC": lambda: nk.recommend(nk.Response(3, at=LAST)),
    "a case at the end of time": lambda: nk.Case.open(1, at=LAST).to_dict(),
    "a ratio that is no number": lambda: nk.sample_size(margin=5, ratio=PAIRS),
    "groups of too many dimensions": lambda: nk.Tally.empty(shape=(1,) * 99),
    "nothing to explain a change by": lambda: survey().explain_change("2026-01", "2026-02", by=None),  # type: ignore[arg-type]
    "many more than were answered": lambda: closed_loop(eligible=2**70),
    "long numbers as times": lambda: survey(time=[WHOLE, "1" * 5000, 9, None] * 4).timeline("month"),
    "durations among answers": lambda: survey(score=[np.timedelta64("NaT", "s"), LONG] * 8).follow_up(),
    "a list that holds itself in a list": lambda: nk.FollowUpList("a", {"a": LOOP}).to_json(),
    "columns of several lengths": lambda: nk.FollowUpList("a", {"a": [1], "b": []}),
    "numbers that cannot be written in a list": lambda: nk.FollowUpList("a", {"a": [WHOLE]}).to_json(),
    "conditions that are none": lambda: nk.Conditions().cover(FIVE),
    "a playbook that cannot be shown": lambda: repr(nk.Playbook([], urgency=NASTY)),
    "a language that is none": lambda: nk.Voice.default().check("a", ANY_WHOLE),
    "no languages": lambda: repr(nk.Languages(None)),  # type: ignore[arg-type]
    "numbers that are mapped": lambda: nk.Scale(1, 5, mapping={WHOLE: 5, "a": WHOLE}),
    "pairs that are mapped": lambda: nk.Scale(1, 5, mapping=(NINE, NINE)),
    "a long number beside a mapping": lambda: nk.nps([WHOLE, "top"], scale=nk.Scale(0, 10, mapping={"top": 10})),
    "endless durations": lambda: nk.closed_loop({"opened": ["2026-03-01"], "close time in minutes": [float("inf")]}),
    "an opt-out that cannot be written": lambda: nk.Survey({"score": [3, 4], "opt_out": [WHOLE, "x"]}).follow_up(),
    "a question that is a mapping": lambda: nk.Survey({"score": [3]}, score={ANY_WHOLE: "score"}),
    "limits of what cannot be written": lambda: nk.DueTimes(channel={WHOLE: "1h"}),
    "counts that are no number": lambda: nk.nps({9: decimal.Decimal("sNaN")}),
    "durations in a case log": lambda: nk.closed_loop({"opened": [WHOLE] * 3}),
}
CHANGE = nk.Intervention("room", "2026-04-01")
ASKED = nk.Survey({"score": [3], "who": ["a"], "at": ["2026-03-02"], "theme": ["room"]}, customer="who", time="at")
TOLD: Any = ASKED.follow_up(roles={"theme": "theme"})
# Options of every kind: whatever is given, they are compared with what they may be, or asked whether they are true.
OPTIONS: dict[str, Callable[[Any], Any]] = {
    "denominator": lambda value: survey().score(denominator=value),
    "method": lambda value: survey().score().interval(0.9, value),
    "missing": lambda value: survey().compare("region", missing=value),
    "descending": lambda value: survey().score(by="region").sort(descending=value),
    "everything": lambda value: survey().follow_up().columns(everything=value),
    "language": lambda value: nk.FollowUp(category="a", strategy="b", actions=["thank"]).message(value, name="Ann"),
    "action": lambda value: nk.FollowUp(category="a", strategy="b", actions=["thank"]).message(action=value),
    "scorer": lambda value: nk.Tally.empty(value),
    "strategies": nk.Playbook,
    "words": lambda value: nk.UrgencyWords(urgent=value),
    "weekend": lambda value: nk.BusinessCalendar(weekend=value),
    "time_zone": lambda value: nk.BusinessCalendar(time_zone=value),
    "kind": lambda value: nk.Case.open(1, at=dt.datetime(2026, 3, 1)).first(value),
    "clock": lambda value: closed_loop().time("close", value),
    "measure": lambda value: effect_of_following_up().contrast(value),
    "category": lambda value: survey().transitions().share(value, "promoter"),
    "segment": lambda value: survey().timeline(by="region").segment(value),
    "path": lambda value: survey().score().to_csv(value),
    "all data": lambda value: nk.Survey(value, score="score"),
    "data": lambda value: nk.Survey({"score": value}, score="score"),
    "amount": lambda value: nk.Offer("gift", amount=value),
    "worth": lambda value: nk.Offer("gift", worth_to_customer=value),
    "worth of": lambda value: nk.Offer("gift", worth_to_customer={"amount": 5}).said(value, value),
    "best": lambda value: nk.Scale(3, 12, best=value),
    "mapping": lambda value: nk.Scale(3, 12, mapping=value),
    "answer": lambda value: value in nk.Scale(3, 12),
    "earlier": lambda value: survey().follow_up(earlier=value),
    "plans": lambda value: nk.due_steps(value, "2026-03-01", "2026-03-08"),
    "by": lambda value: nk.closed_loop([{"opened": "2026-03-01"}], by=[value]),
    "too_few": lambda value: survey().timeline("month", too_few=value).to_markdown(),
    "languages": lambda value: TOLD.tell(CHANGE, change="a", languages=value),
    "themes": lambda value: TOLD.tell(CHANGE, change="a", theme=[value], fields=value),
    "messages": lambda value: nk.due_steps(TOLD, "2026-03-01", "2026-04-01", messages=value),
    "counts": lambda value: nk.nps({9: value}),
    "count": lambda value: nk.Survey({"score": [9], "count": [value]}, score="score", count="count").score(),
    "title": lambda value: nk.FollowUpList(value, value, value),
    "fields": lambda value: nk.draft("thank", {"name": value, "company": value, "told_you": value}),
    "an amount in a letter": lambda value: nk.draft("compensate", {"amount": value, "offer": value}, currency="EUR"),
    "made": lambda value: nk.FollowUp(
        category="a", strategy="b", actions=["call"], offers=[nk.Offer("gift", amount=5)]
    ).with_offer(value),
    "letter": lambda value: nk.Voice.default().check("a", "en", action=value),
    "items": nk.Materials,
    "lists": lambda value: nk.UrgencyWords(lists={"a": value}),
    "pleased": lambda value: nk.UrgencyWords().sign("a", pleased=value),
    "comments": lambda value: nk.UrgencyWords().levels(value, value),
}


@pytest.mark.parametrize("kind", CALLS)
def test_what_was_found(kind: str) -> None:
    """An answer or an error of npskit's own."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("ignore", nk.NpskitWarning)
        with contextlib.suppress(nk.NpskitError):
            CALLS[kind]()


@pytest.mark.parametrize("name", OPTIONS)
def test_options_are_not_trusted(name: str) -> None:
    """Whatever is given as an option: an error of npskit's own, or an answer where it is one by chance."""
    for value in (Nasty(), np.array([1, 2]), LOOP, WHOLE, np.datetime64("NaT", "s"), decimal.Decimal("sNaN"), COMPARES):
        with contextlib.suppress(nk.NpskitError):
            OPTIONS[name](value)
