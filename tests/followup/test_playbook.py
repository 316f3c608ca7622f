"""The playbook: one answer or a reason for none, the same for one response and for columns, with sensible order."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.clock import BusinessCalendar
from npskit.followup.columns import Table
from npskit.followup.due import DueTimes
from npskit.followup.model import Action, Context, FollowUp, Offer
from npskit.followup.playbook import Playbook, recommend
from npskit.followup.points import Points
from npskit.followup.rules import Conditions, Rule, Team
from npskit.followup.urgency import UrgencyWords
from npskit.model import Response, SCIAnswer
from npskit.scorers.ces import CES
from npskit.scorers.csat import CSAT
from npskit.scorers.nps import NPS
from npskit.scorers.sci import SCI

DEFAULT = Playbook.default()
MONDAY = dt.datetime(2026, 3, 2, 10)
AWARE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

times = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "value": st.none() | st.floats(0, 5000),
    "channel": st.sampled_from([None, "", "chat", "Chat ", "email", "review", "pigeon"]),
    "language": st.sampled_from([None, "de", "de-AT", "DE_ch", "en"]),
    "theme": st.sampled_from([None, "price", "Room", " "]),
    "public": st.sampled_from([None, True, False]),
    "comment": st.sampled_from([None, "", "  ", "nice", "my lawyer", "refund now"]) | st.text(max_size=8),
    "at": st.none() | times,
    "customer": st.none() | st.integers(0, 5),
}


@st.composite
def conditions(draw: st.DrawFn, categories: tuple[str, ...]) -> Conditions:
    """Any conditions."""
    ends = sorted(draw(st.tuples(st.integers(0, 10), st.integers(0, 10))))
    choices: dict[str, st.SearchStrategy[Any]] = {
        "category": st.lists(st.sampled_from(categories), min_size=1),
        "score": st.just(ends),
        "urgency": st.sampled_from(["urgent", 2]),
        "comment": st.booleans(),
        "channel": st.sampled_from(["chat", ["EMAIL", "review"]]),
        "theme": st.sampled_from(["price", ["room", "price"]]),
        "language": st.sampled_from(["de", ["en", "pl"]]),
        "public": st.booleans(),
        "min_value": st.floats(0, 3000),
        "max_days": st.floats(0, 60),
    }
    names = draw(st.lists(st.sampled_from(sorted(choices)), max_size=3, unique=True))
    return Conditions(**{name: draw(choices[name]) for name in names})


@attrs.frozen
class Own:
    """A strategy that is no rule: valued customers who gave an even score, due at a time of its own."""

    name: str = "own"
    due: dt.datetime | None = None

    def __call__(self, response: Response, context: Context) -> FollowUp | None:
        if (response.score or 0) % 2 or context.value is None:
            return None
        offers = [Offer("gift", amount=5)] if context.value > 100 else []
        within = dt.timedelta(hours=3) if context.urgency else None
        team = "own team" if context.public else None
        return FollowUp(
            category="x", strategy="y", priority=33.3, due=self.due, within=within, offers=offers, team=team
        )


@st.composite
def playbooks(draw: st.DrawFn, categories: tuple[str, ...]) -> Playbook:
    """Any playbook of rules and a strategy of one's own."""
    strategies: list[Any] = [
        Rule(
            f"rule {i}",
            when=draw(conditions(categories)),
            priority=draw(st.floats(0, 100)),
            per_point_below=draw(st.floats(0, 5)),
            within=draw(st.none() | st.timedeltas(dt.timedelta(0), dt.timedelta(days=9))),
            actions=[Action("thank", minutes=i)],
            offers=[Offer("gift", amount=i)],
            team=draw(st.sampled_from([None, "a", "b"])),
        )
        for i in range(draw(st.integers(0, 4)))
    ]
    if draw(st.booleans()):
        own = Own(due=draw(st.none() | times))
        strategies.insert(draw(st.integers(0, len(strategies))), own)
    due = DueTimes(
        clock=draw(st.sampled_from(["business", "calendar"])),
        calendar=BusinessCalendar(holidays=draw(st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))))),
        never_beyond=draw(st.timedeltas(dt.timedelta(0), dt.timedelta(days=9))),
    )
    points = Points(high_value=draw(st.none() | st.floats(1e-6, 5000)))
    words = UrgencyWords(critical=["lawyer"], urgent=["refund", "n*"])
    teams = [Team("c", when=draw(conditions(categories))), Team("a", when=draw(conditions(categories)))]
    return Playbook(strategies, due=due, points=points, urgency=words, teams=teams)


@st.composite
def tables(draw: st.DrawFn, scorer: Any, rows: int = 6) -> Table:
    """Any columns, missing and invalid answers among them."""
    n = draw(st.integers(0, rows))
    answer = st.none() | st.integers(-1, 11)
    answers = [[draw(answer) for _ in range(n)] for _ in scorer.questions]
    columns: dict[str, Any] = {
        name: [draw(cell) for _ in range(n)] for name, cell in CELLS.items() if draw(st.integers(0, 3))
    }
    if "at" in columns:
        columns["at"] = np.array(columns["at"], dtype=draw(st.sampled_from(["datetime64[us]", "datetime64[D]"])))
    now = draw(st.none() | times)
    return Table.of(*answers, scorer=scorer, attributes={"plan": ["basic"] * n}, now=now, **columns)


@given(st.data(), st.sampled_from([NPS(), SCI(), NPS(scale=(1, 5), detractor=3, promoter=5)]))
@settings(max_examples=250)
def test_columns_are_as_rows(data: st.DataObject, scorer: Any) -> None:
    """Assigning a table gives for each row exactly what recommending its response gives, and each row gets one
    recommendation or a reason for none."""
    playbook, table = data.draw(playbooks(scorer.categories)), data.draw(tables(scorer))
    found = playbook.assign(table)
    assert len(found) == len(table)
    now: Any = None if table.now is None else table.now.item()
    for row in range(len(table)):
        response = table.response(row)
        one = playbook.recommend(response, scorer=scorer, now=now)
        reason = playbook.why_none(response, scorer=scorer, now=now)
        assert (one is None) == (found.strategy[row] < 0) == bool(reason)
        assert (found.follow_up(row), found.why_none(row)) == (one, reason)
        if one is None:
            assert np.isnan(found.priority[row])
            assert np.isnat(found.due[row])
            assert (found.menu[row], found.team[row], found.offers(row), found.offer_required(row)) == (
                -1,
                -1,
                (),
                False,
            )
            continue
        assert playbook.strategies[found.strategy[row]].name == one.strategy
        assert found.priority[row] == one.priority
        assert found.due[row].item() == one.due
        assert found.urgency[row] == one.urgency
        assert found.minutes[row] == one.minutes
        assert found.offers(row) == one.offers
        assert found.offer_required(row) == one.offer_required
        assert (None if found.team[row] < 0 else found.teams[found.team[row]]) == one.team
        assert one.customer == response.customer


@given(st.data())
@settings(max_examples=100)
def test_due_times_keep_the_limits(data: st.DataObject) -> None:
    """Nothing is due before its start nor beyond the longest limit; on the business clock it is due in opening hours,
    unless all of the time there is is closed."""
    playbook = data.draw(playbooks(NPS.categories))
    playbook = attrs.evolve(playbook, strategies=[s for s in playbook.strategies if not isinstance(s, Own)])
    table = data.draw(tables(NPS()))
    due, office = playbook.due, playbook.due.calendar
    found = playbook.assign(table)
    for start, end in zip(found.starts.tolist(), found.due.tolist(), strict=True):
        if end is None:
            continue
        assert start <= end <= start + due.never_beyond
        if due.clock == "business" and office.latest_open(end) != end:
            assert office.elapsed(start, end) == dt.timedelta(0)
            assert end == start + due.never_beyond


@given(
    st.integers(0, 10),
    st.tuples(st.none() | st.floats(0, 1e9), st.none() | st.floats(0, 1e9)),
    st.tuples(st.integers(0, 2), st.integers(0, 2)),
    st.sampled_from([None, "email", "review", "chat"]),
    st.booleans(),
)
@settings(max_examples=150)
def test_priority_rises_with_urgency_and_value(
    score: int, values: tuple[Any, Any], urgencies: tuple[int, int], channel: str | None, silent: bool
) -> None:
    """Under the default playbook a more urgent comment and a higher value never lower the priority, and neither makes
    the answer due later."""
    playbook = attrs.evolve(DEFAULT, points=Points(high_value=2000))
    low, high = sorted(values, key=lambda v: -1 if v is None else v)
    calm, pressing = sorted(urgencies)
    response = Response(score, at=MONDAY, comment=None if silent else "hm")
    less = playbook.recommend(response, value=low, urgency=calm, channel=channel)
    for value, urgency in ((high, calm), (low, pressing), (high, pressing)):
        more = playbook.recommend(response, value=value, urgency=urgency, channel=channel)
        assert less is not None
        assert more is not None
        # Another rule may apply to a valuable or an urgent customer; that is the point of it.
        assert more.priority >= less.priority
        assert less.due is not None
        assert more.due is not None
        assert more.due <= less.due


@given(tables(NPS(), rows=30))
@settings(max_examples=60)
def test_detractors_first(table: Table) -> None:
    """Under the default playbook every detractor stands before every passive and promoter, and is due within 48 hours
    of opening time; a lower score within the segment is never less important, all else equal."""
    playbook = attrs.evolve(DEFAULT, points=Points(high_value=100))
    found = playbook.assign(table)
    detractors, others = found.priority[table.category == 0], found.priority[table.category > 0]
    assert detractors.min(initial=101) > others.max(initial=-1)
    assert (found.strategy >= 0).tolist() == (table.category >= 0).tolist()
    for score in range(6):
        one, two = (playbook.recommend(Response(s, comment="x")) for s in (score, score + 1))
        assert one is not None
        assert two is not None
        assert one.priority > two.priority


def test_every_class_and_action_has_its_place() -> None:
    """The default playbook answers every category of NPS and SCI, and uses every action and offer of practice."""
    actions, offers = set(), set()
    for public, comment, theme, days in itertools.product([True, False], [None, "hm"], [None, "price"], [0, 20]):
        about = {"public": public, "comment": comment, "theme": theme, "value": 5000 if theme else None}
        for answer in [*map(Response, range(11)), *(SCIAnswer(a, b, 5) for a in range(1, 6) for b in range(1, 6))]:
            found = recommend(answer, at=MONDAY, now=MONDAY + dt.timedelta(days=days), **about)  # type: ignore[arg-type]
            assert found is not None
            assert found.team is not None
            assert all(reason.strip() and reason.isprintable() for reason in found.reasons)
            assert (found.actions[0].name == "public_reply") == public
            assert (found.category in ("detractor", "at risk")) == ("apologize" in [a.name for a in found.actions])
            actions |= {action.name for action in found.actions}
            offers |= {offer.name for offer in found.offers}
    assert actions == set(
        re.findall(
            r"\w+",
            "thank reward referral community review ask_open better_fit offer surprise compare told_you listen "
            "apologize act compensate inform stay_in_touch public_reply",
        )
    )
    assert offers == {"coupon", "upgrade", "referral_bonus", "discount", "early_access", "gift", "compensation"}


def test_default_due_times() -> None:
    """A chat is answered in minutes, an e-mail by the next working morning, a critical comment within four hours, a
    detractor within 48: two working days."""
    friday = dt.datetime(2026, 3, 6, 16, 50)

    def due(score: int = 7, **context: Any) -> str:
        found = recommend(Response(score, at=friday), **context)
        assert found is not None
        return f"{found.due:%a %H:%M}"

    assert due(channel="chat") == "Mon 09:05"
    assert due(channel="social", calendar=BusinessCalendar("08:00", "20:00")) == "Fri 17:20"
    assert due(channel="email") == "Mon 09:00"
    assert due(channel="phone", urgency="critical") == "Mon 12:50"
    assert due(score=3) == "Tue 16:50"
    calendar = attrs.evolve(DEFAULT, due=attrs.evolve(DEFAULT.due, clock="calendar"))
    assert due(score=3, playbook=calendar) == "Sun 16:50"
    assert due(score=10, playbook=calendar) == "Wed 16:50"


def test_start_of_the_clock() -> None:
    """The clock starts now; else when the answer was given; else at the opening of its day; else nothing is due, and
    that is said."""
    chat = {"channel": "chat"}
    at = dt.datetime(2026, 3, 2, 12)
    cases: list[tuple[dt.date | None, dt.datetime | None, dt.datetime | None]] = [
        (at, MONDAY, MONDAY.replace(minute=15)),
        (at, None, at.replace(minute=15)),
        (at.date(), None, dt.datetime(2026, 3, 2, 9, 15)),
        (dt.date(2026, 3, 1), None, dt.datetime(2026, 3, 2, 9, 15)),
        (None, None, None),
    ]
    for when, now, expected in cases:
        found = recommend(Response(5, at=when, attributes=chat), now=now)
        assert found is not None
        assert found.due == expected
    assert found is not None
    assert "no due time" in found.reasons[-1]


def test_reasons_quote_safely() -> None:
    """What customers and their data say stands in reasons in one printable line, cut and quoted."""
    hostile = "x\x1b[31m\n{self.__class__}" + "y" * 500
    found = recommend(Response(2, at=MONDAY, comment="LAWYER\u202e\n!"), channel=hostile)
    assert found is not None
    assert 'it says "lawyer"' in " ".join(found.reasons)
    assert all(reason.isprintable() and len(reason) < 300 for reason in found.reasons)
    assert str(found).isprintable()


@pytest.mark.parametrize(
    ("response", "scorer", "reason"),
    [
        (Response(None), None, "the answer is missing"),
        (Response(11), None, "the answer 11 is not on the scale 0..10"),
        (SCIAnswer(5, None, 5), None, "the answer to repurchase is missing"),
        (SCIAnswer(5, 5, 6), None, "the answer to recommend 6 is not on the scale 1..5"),
        (Response(5), CSAT(), "no strategy of the playbook applies to this answer (satisfied)"),
    ],
)
def test_why_none(response: Any, scorer: Any, reason: str) -> None:
    """Where there is no recommendation, there is a reason in words."""
    assert recommend(response, scorer=scorer) is None
    assert DEFAULT.why_none(response, scorer=scorer) == reason


def test_falling_scales() -> None:
    """On a scale where low is good, points below the best count from the other end."""
    ces = CES(1, method="net")
    table = Table.of([1, 2, 3, 4, 5], scorer=ces)
    assert [ces.categories[c] for c in table.category] == [
        "easy",
        "easy",
        "neutral",
        "hard",
        "hard",
    ]
    assert table.below.tolist() == [0, 1, 0, 0, 1]


def test_attributes_and_keywords() -> None:
    """Attributes give the context, keywords overrule them, and blanks are unknown."""
    response = Response(9, attributes={"value": 5000, "language": " ", "theme": "price", "plan": "basic"})
    found = recommend(response, theme="room", at=MONDAY, customer="c-1")
    assert found is not None
    assert (found.value, found.language, found.details["theme"], found.customer) == (5000, None, "room", "c-1")
    assert dict(found.details)["plan"] == "basic"
    review = recommend(Response(9), channel="Review")
    assert review is not None
    assert review.actions[0].name == "public_reply"
    private = recommend(Response(9), channel="review", public=False)
    assert private is not None
    assert private.actions[0].name == "thank"


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: recommend(7), "response must be a Response"),  # type: ignore[arg-type]
        (lambda: recommend(Response(7), chanel="chat"), "did you mean 'channel'"),
        (lambda: recommend(Response(7), value=-3), "value must be finite"),
        (lambda: recommend(Response(7), urgency="very"), "ordinary, urgent or critical"),
        (lambda: recommend(Response(7), scorer=SCI()), "give an SCIAnswer"),
        (lambda: Playbook([Rule("a"), Rule("a")]), "'a' occurs more than once"),
        (lambda: Playbook([print, "x"]), "a strategy has a name"),
        (lambda: Playbook(Rule("a"), urgency="lawyer"), "urgency must be UrgencyWords"),  # type: ignore[arg-type]
        (lambda: Playbook([], due="soon"), "due must be a DueTimes"),  # type: ignore[arg-type]
        (lambda: Playbook([], teams=["care"]), "teams must hold Teams"),
        (lambda: Points(urgent=30), "critical comments come before urgent ones"),
        (lambda: Points(high_value=0), "high_value must be above 0"),
        (lambda: recommend(Response(7, at=MONDAY), playbook=Playbook(Wrong())), "must return a FollowUp"),
        (
            lambda: recommend(Response(8, at=MONDAY), value=1, playbook=Playbook(Own(due=AWARE))),
            "need both a time zone",
        ),
        (lambda: recommend(Response(7, at=AWARE), now=MONDAY), "need both a time zone"),
        (lambda: Playbook(Own(due=AWARE)).assign(Table.of([8], value=1)), "due time without a time zone"),
        (lambda: Table.of([1, 2], channel=["chat"]), "channel has 1 rows, the answers have 2"),
        (lambda: Table.of([1, 2], value=[3, -1]), "got -1 in row 1"),
        (lambda: Table.of([1], value=["much"]), "value must hold numbers"),
        (lambda: Table.of([1], theme=[3]), "theme must hold texts"),
        (lambda: Table.of([1], comment=[3]), "comment must hold texts"),
        (lambda: Table.of([1], public=["yes"]), "public must hold True and False"),
        (lambda: Table.of([1], at=["soon"]), "'soon' in row 0"),
        (lambda: Table.of([1], now=AWARE), "now without a time zone"),
        (lambda: Table.of([1], now="2026-03-02"), "now must be a datetime"),  # type: ignore[arg-type]
        (lambda: Table.of([1], channel="chat"), "channel must be a column"),
        (lambda: Table.of([1], [2]), "NPS reads 1 columns"),
        (lambda: Table.of([1], [2], [3, 4], scorer=SCI()), "differ in length"),
    ],
)
def test_wrong_arguments(call: Any, words: str) -> None:
    """What cannot be used is refused, naming it."""
    with pytest.raises((InvalidTypeError, InvalidValueError, IncompatibleError), match=words):
        call()


class Wrong:
    """A strategy that returns what is no follow-up."""

    name = "wrong"

    def __call__(self, response: Response, context: Context) -> Any:
        return "call them"


def test_texts_as_times_and_one_value_for_all() -> None:
    """Columns may be texts of times, numbers as objects, one value for all."""
    table = Table.of([1, 9], at=["2026-03-02 10:00", None], value=50, public=True, comment=[float("nan"), "x"])
    assert table.response(0) == Response(1, at=MONDAY, attributes={"value": 50.0, "public": True})
    assert table.response(1).at is None
    assert Table.of([1], value=np.array([3], dtype=object)).response(0).attributes["value"] == 3.0
