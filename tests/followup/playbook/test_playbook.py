"""The playbook: one answer or a reason for none, the same for one response and for columns, with sensible order."""

from __future__ import annotations

import copy
import datetime as dt
import functools
import itertools
import pickle
import re
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.comments.patterns.urgency import UrgencyWords
from npskit.data.response import Response, SCIAnswer
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.playbook.due import DueTimes
from npskit.followup.playbook.follow_up import Context, FollowUp
from npskit.followup.playbook.playbook import Playbook, recommend
from npskit.followup.playbook.points import Points
from npskit.followup.playbook.response_table import Table
from npskit.followup.playbook.rules import Conditions, Rule, Team
from npskit.followup.playbook.steps import Action, Offer
from npskit.options import Clock
from npskit.scorers.ces import CES
from npskit.scorers.nps import NPS
from npskit.scorers.retention import Retention
from npskit.scorers.sci import SCI
from npskit.times.business_calendar import BusinessCalendar

# Playbooks that are drawn have rules that are never reached.
pytestmark = pytest.mark.filterwarnings("ignore:the rule:npskit.NpskitWarning")

DEFAULT = Playbook.default()
MONDAY = dt.datetime(2026, 3, 2, 10)
AWARE = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)

times = st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2026, 12, 31))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "value": st.none() | st.floats(0, 5000),
    "channel": st.sampled_from([None, "", "chat", "Chat ", "E-Mail", "review", "Yelp", "Portal", "pigeon"]),
    "language": st.sampled_from([None, "de", "de-AT", "DE_ch", "en"]),
    "theme": st.sampled_from([None, "price", "Room", " "]),
    "public": st.sampled_from([None, True, False]),
    "comment": st.sampled_from([None, "", "  ", "nice", "my lawyer", "refund now"]) | st.text(max_size=8),
    "at": st.none() | times,
    "customer": st.none() | st.integers(0, 5),
}


# Strategies are made once, here, rather than by each draw: making and checking them took longer than drawing.
CONDITIONS: dict[str, st.SearchStrategy[Any]] = {
    "category": st.nothing(),
    "score": st.tuples(st.integers(0, 10), st.integers(0, 10)).map(sorted),
    "urgency": st.sampled_from(["urgent", 2]),
    "comment": st.booleans(),
    "channel": st.sampled_from(["chat", ["EMAIL", "review"]]),
    "theme": st.sampled_from(["price", ["room", "price"]]),
    "language": st.sampled_from(["de", ["en", "pl"]]),
    "public": st.booleans(),
    "min_value": st.floats(0, 3000),
    "max_days": st.floats(0, 60),
}
NAMES = st.lists(st.sampled_from(sorted(CONDITIONS)), max_size=3, unique=True)


@functools.cache
def of_category(categories: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Some of the categories, at least one."""
    return st.lists(st.sampled_from(categories), min_size=1)


@st.composite
def conditions(draw: st.DrawFn, categories: tuple[str, ...]) -> Conditions:
    """Any conditions."""
    choices = {**CONDITIONS, "category": of_category(categories)}
    return Conditions(**{name: draw(choices[name]) for name in draw(NAMES)})


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


PRIORITY, PER_POINT, WITHIN = st.floats(0, 100), st.floats(0, 5), st.timedeltas(dt.timedelta(0), dt.timedelta(days=9))
MAYBE_WITHIN, MAYBE_AT, MAYBE_TEAM = st.none() | WITHIN, st.none() | times, st.sampled_from([None, "a", "b"])
HOLIDAYS = st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31)))
HIGH_VALUE = st.none() | st.floats(1e-6, 5000)
ANSWER = st.none() | st.integers(-1, 11)


@st.composite
def playbooks(draw: st.DrawFn, categories: tuple[str, ...]) -> Playbook:
    """Any playbook of rules and a strategy of one's own."""
    strategies: list[Any] = [
        Rule(
            f"rule {i}",
            when=draw(conditions(categories)),
            priority=draw(PRIORITY),
            per_point_below=draw(PER_POINT),
            within=draw(MAYBE_WITHIN),
            actions=[Action("thank", minutes=i), Action("surprise", minutes=3, needs_offer=True)],
            offers=[Offer("gift", amount=i, step="surprise"), Offer("coupon")],
            offer_required=draw(st.booleans()),
            team=draw(MAYBE_TEAM),
        )
        for i in range(draw(st.integers(0, 4)))
    ]
    if draw(st.booleans()):
        own = Own(due=draw(MAYBE_AT))
        strategies.insert(draw(st.integers(0, len(strategies))), own)
    due = DueTimes(
        clock=draw(st.sampled_from(["business", "calendar"])),
        calendar=BusinessCalendar(holidays=draw(HOLIDAYS)),
        never_beyond=draw(WITHIN),
    )
    points = Points(high_value=draw(HIGH_VALUE))
    words = UrgencyWords(critical=["lawyer"], urgent=["refund", "n*"])
    teams = [Team("c", when=draw(conditions(categories))), Team("a", when=draw(conditions(categories)))]
    channels = draw(st.sampled_from([{}, {"portal": "app"}, {"portal": "reviews", "yelp": "chat"}]))
    return Playbook(strategies, due=due, points=points, urgency=words, teams=teams, channels=channels)


@st.composite
def tables(draw: st.DrawFn, scorer: Any, rows: int = 6) -> Table:
    """Any columns, missing and invalid answers among them."""
    n = draw(st.integers(0, rows))
    answers = [[draw(ANSWER) for _ in range(n)] for _ in scorer.questions]
    columns: dict[str, Any] = {
        name: [draw(cell) for _ in range(n)] for name, cell in CELLS.items() if draw(st.integers(0, 3))
    }
    if "at" in columns:
        columns["at"] = np.array(columns["at"], dtype=draw(st.sampled_from(["datetime64[us]", "datetime64[D]"])))
    now = draw(MAYBE_AT)
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
            assert (found.menu[row], found.team[row], found.offers(row)) == (-1, -1, ())
            continue
        assert playbook.strategies[found.strategy[row]].name == one.strategy
        assert found.priority[row] == one.priority
        assert found.due[row].item() == one.due
        assert found.contexts.urgency[row] == one.urgency
        menu = found.menus[found.menu[row]]
        assert menu.longest == one.minutes
        assert menu.minutes == tuple(one.with_offer(o).minutes for o in (*one.offers, None))
        assert found.offers(row) == menu.offers == one.offers
        assert menu.offer_required == one.offer_required
        for offer in (*one.offers, None):
            assert found.follow_up(row, offer) == one.with_offer(offer)
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
    for start, end in zip(found.contexts.starts.tolist(), found.due.tolist(), strict=True):
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
    assert (found.strategy >= 0).tolist() == ((table.category >= 0) | found.critical).tolist()
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
    """The clock starts when the answer was given, whatever the time is now: at the opening of its day where only that
    is known; else now; else nothing is due, and that is said."""
    chat = {"channel": "chat"}
    at = dt.datetime(2026, 3, 2, 12)
    cases: list[tuple[dt.date | None, dt.datetime | None, dt.datetime | None]] = [
        (at, at + dt.timedelta(days=3), at.replace(minute=15)),
        (dt.date(2026, 3, 1), at, dt.datetime(2026, 3, 2, 9, 15)),
        (dt.date(2026, 3, 2), AWARE, AWARE.replace(minute=15)),
        (None, MONDAY, MONDAY.replace(minute=15)),
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


@given(
    st.integers(0, 10),
    times,
    st.lists(st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)), min_size=2, max_size=2),
    st.sampled_from([None, "Hm", "a refund"]),
    st.sampled_from([None, "chat", "mail", "Yelp"]),
)
@settings(max_examples=150)
def test_time_that_passes_gives_no_more_time(
    score: int, at: dt.datetime, waits: list[dt.timedelta], comment: str | None, channel: str | None
) -> None:
    """Under the default playbook a later now never makes an answer of a known time due later, in columns as in rows."""
    dues = []
    for now in (at + wait for wait in sorted(waits)):
        found = recommend(Response(score, at=at, comment=comment), now=now, channel=channel)
        table = Table.of([score], at=[at], comment=[comment], channel=[channel], now=now)
        assert found is not None
        if at.time() != dt.time(0):
            assert DEFAULT.assign(table).due[0].item() == found.due
        assert found.due is not None
        dues.append(found.due)
    assert dues[1] <= dues[0]


def test_ages_count_from_now() -> None:
    """Who answered long ago is no recent passive, and was due long ago."""
    recent, old = (
        recommend(Response(8, at=MONDAY, comment="ok"), now=MONDAY + dt.timedelta(days=days)) for days in (1, 20)
    )
    assert recent is not None
    assert old is not None
    assert (recent.strategy, old.strategy) == ("recent passive", "passive")
    assert recent.due == old.due == dt.datetime(2026, 3, 4, 10)


@pytest.mark.parametrize(
    ("column", "dates"),
    [
        (["2026-03-02", None, "2026-03-03"], True),
        (["2026-03-02 00:00:00", "2026-03-03 00:00:00"], True),
        (np.array(["2026-03-02", "NaT"], dtype="datetime64[ns]"), True),
        ([dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 3)], True),
        ([dt.date(2026, 3, 2)], True),
        (["2026-03-02 00:00", "2026-03-03 00:01"], False),
        (np.array(["NaT"], dtype="datetime64[us]"), False),
    ],
)
def test_dates_without_a_time(column: Any, dates: bool) -> None:
    """A column of times that are all midnight is one of dates: the clock starts at the opening of the day."""
    table = Table.of([3] * len(column), at=column, channel=["chat"] * len(column))
    assert table.at is not None
    assert table.at.dtype == np.dtype("datetime64[D]" if dates else "datetime64[us]")
    if dates:
        assert DEFAULT.assign(table).due[0].item() == dt.datetime(2026, 3, 2, 9, 15)
        assert table.response(0).at == dt.date(2026, 3, 2)


def test_names_of_your_own_for_channels() -> None:
    """What a playbook calls a channel decides on limits, conditions and what is public, unless that is said."""
    playbook = attrs.evolve(DEFAULT, channels={"Kunden-Portal": "app", "stars": "review"})
    at = dt.datetime(2026, 3, 2, 9, 30)
    table = Table.of(
        [3] * 4, at=[at] * 4, channel=["kundenportal", "Stars", "STARS", "whatsapp"], public=[None, None, 0, 1]
    )
    found = playbook.assign(table)
    assert [found.follow_up(row).actions[0].name for row in range(4)] == [  # type: ignore[union-attr]
        "listen",
        "public_reply",
        "listen",
        "public_reply",
    ]
    assert [f"{due:%H:%M}" for due in found.due.tolist()] == ["13:30", "09:30", "09:30", "09:45"]
    assert found.follow_up(1).channel == "Stars"  # type: ignore[union-attr]
    private = attrs.evolve(DEFAULT, channels={"yelp": "letter"})
    assert private.assign(Table.of([3], channel=["Yelp"])).follow_up(0).actions[0].name == "listen"  # type: ignore[union-attr]
    assert DEFAULT.assign(table).follow_up(1).actions[0].name == "listen"  # type: ignore[union-attr]
    with pytest.raises(InvalidTypeError, match=r"channels\.portal must be the name of a channel"):
        Playbook([], channels={"portal": 3})


def test_the_priority_says_what_it_is_made_of() -> None:
    """The points of a rule, of the score, the value and the urgency are told apart, and sum to the priority."""
    playbook = attrs.evolve(DEFAULT, points=Points(high_value=1000))
    found = playbook.recommend(Response(3, comment="No refund"), value=500)
    assert found is not None
    assert found.reasons[-2] == (
        "priority 84: 66 by the strategy, 3 for the score, 5 for the customer's value, 10 for an urgent comment"
    )
    assert found.priority == 66 + 3 + 5 + 10


def test_steps_in_the_order_they_are_taken() -> None:
    """In the default playbook no step comes before one that stands above it, and each rule begins with one that needs
    no offer; whatever is put right takes a day, unless it is urgent."""
    for rule in DEFAULT.strategies:
        assert isinstance(rule, Rule)
        afters = [action.after for action in rule.actions]
        named = {action.name: action.after for action in rule.actions}
        assert not rule.actions[0].needs_offer
        assert afters[0] == dt.timedelta(0)
        if "stay_in_touch" in named:
            assert named["stay_in_touch"] == dt.timedelta(days=14)
        if "act" in named and not {"urgent", "critical"} & set(rule.name.split()):
            assert (named["act"], named["inform"]) == (dt.timedelta(days=1), dt.timedelta(days=2))
        if "offer" not in named and "urgent" not in rule.name:
            assert afters == sorted(afters)


def test_what_gives_needs_an_offer() -> None:
    """In the default playbook whatever gives something is an offer's step; only the referral can do without."""
    giving = {offer.step for rule in DEFAULT.strategies if isinstance(rule, Rule) for offer in rule.offers}
    needing = {a.name for rule in DEFAULT.strategies if isinstance(rule, Rule) for a in rule.actions if a.needs_offer}
    assert giving == {"reward", "offer", "surprise", "compensate", "referral"}
    assert needing == giving - {"referral"}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_copies(copied: Any) -> None:
    """A playbook and what it recommends can be pickled and copied, and do the same afterwards."""
    answer = Response(3, at=dt.datetime(2026, 3, 6, 16), comment="No refund", attributes={"name": "Ann"})
    found = DEFAULT.recommend(answer)
    assert copied(found) == found
    assert copied(DEFAULT) == DEFAULT
    assert copied(DEFAULT).recommend(answer) == found
    table = Table.of([3, 9], at=["2026-03-02 10:00", None])
    assert copied(DEFAULT.assign(table)).follow_up(0) == DEFAULT.assign(table).follow_up(0)


def test_reasons_quote_safely() -> None:
    """What customers and their data say stands in reasons in one printable line, cut and quoted."""
    hostile = "x\x1b[31m\n{self.__class__}" + "y" * 500
    found = recommend(Response(2, at=MONDAY, comment="LAWYER\u202e\n!"), channel=hostile)
    assert found is not None
    assert '(law or press): it says "LAWYER"' in " ".join(found.reasons)
    assert all(reason.isprintable() and len(reason) < 300 for reason in found.reasons)
    assert str(found).isprintable()


@pytest.mark.parametrize(
    ("response", "scorer", "reason"),
    [
        (Response(None), None, "the answer is missing"),
        (Response(11), None, "the answer 11 is not on the scale 0..10"),
        (SCIAnswer(5, None, 5), None, "the answer to repurchase is missing"),
        (SCIAnswer(5, 5, 6), None, "the answer to recommend 6 is not on the scale 1..5"),
        (Response(1), Retention(), "no strategy of the playbook applies to this answer (retained)"),
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
        (lambda: recommend(Response(7), value=-3), r"holds -3, which is no finite amount of at least 0"),
        (lambda: recommend(Response(7), urgency="very"), "one of 'ordinary', 'urgent', 'critical'"),
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
        (lambda: Table.of([1, 2], channel=["chat"]), "channel has 1 row, the answers have 2"),
        (lambda: Table.of([1, 2], value=[3, -1]), "value: row 1 .* holds -1"),
        (lambda: Table.of([1], value=["much"]), "holds 'much', which is not a number"),
        (lambda: Table.of([1], theme=[True]), "theme must hold texts"),
        (lambda: Table.of([1], public=["maybe"]), "holds 'maybe', which is neither yes nor no"),
        (lambda: Table.of([1], at=["soon"]), "holds 'soon', which is not a time"),
        (lambda: Table.of([1], now=AWARE), "now without a time zone"),
        (lambda: Table.of([1], now="2026-03-02"), "now must be a datetime"),
        (lambda: Table.of([1], channel="chat"), "channel must be a column"),
        (lambda: Table.of([1], [2]), "NPS reads 1 column"),
        (lambda: Table.of([1], [2], [3, 4], scorer=SCI()), "recommend has 2 rows, satisfaction has 1"),
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


def test_a_class_is_no_strategy() -> None:
    """A class that was not called would fail only at the first response."""
    with pytest.raises(InvalidTypeError, match=r"not a class: write Wrong\(\)"):
        Playbook([Wrong])


@pytest.mark.parametrize("answer", [Response(8), Response(10), *(SCIAnswer(a, a, 5) for a in (3, 4, 5))])
@pytest.mark.parametrize("public", [True, False])
def test_what_cannot_wait_comes_before_asking_for_anything(answer: Any, public: bool) -> None:
    """Who writes of an injury is listened to, whatever the score; nothing is offered, and no favor asked for."""
    found = recommend(answer, comment="I was injured", public=public)
    assert found is not None
    steps = [action.name for action in found.actions if not action.after]
    assert [step for step in steps if step != "public_reply"][:2] == ["listen", "act"] or found.category == "at risk"
    assert not {"thank", "community", "review", "referral", "reward", "surprise", "offer"} & set(steps)
    assert (steps[0] == "public_reply") == public


def test_letters_take_of_the_customer_what_is_the_customers() -> None:
    """A column "company" or "amount" of a survey is the customer's, not the sender's; nothing of it becomes public."""
    known = {"company": "Customer Ltd", "contact": "ann@example.org", "amount": 1299.0, "name": "Ann", "code": "A1"}
    found = recommend(Response(2, comment="slow", attributes=known), channel="review")
    assert found is not None
    assert not {"company", "contact", "amount"} & set(found.details)
    public = found.message(action="public_reply", company="ACME").body
    assert "ACME" in public
    assert not re.search("Customer|example|Ann", public)
    private = found.message(action="compensate", amount=20, currency="EUR").body
    assert "20.00" in private
    assert "Ann" in private
    assert "A1" in private
    assert "1,299" not in private
    assert "Customer" not in private


def test_dates_are_dates_in_columns_too() -> None:
    """A column of dates counts from the opening of the day, as one date does."""
    day = dt.date(2026, 3, 4)
    column = DEFAULT.assign(Table.of([2, 2], at=[day, None], channel=["email", "email"])).due
    found = recommend(Response(2, at=day), channel="email")
    assert found is not None
    assert column[0] == np.datetime64(found.due, "us")
    assert np.isnat(column[1])


@pytest.mark.parametrize("clock", ["business", "calendar"])
@pytest.mark.parametrize("channel", ["email", "chat", "pigeon"])
def test_a_date_of_a_day_off_is_due_no_later_than_a_time_of_that_day(clock: Clock, channel: str) -> None:
    """Law: an answer of Saturday waits until Monday morning, not until Tuesday, also where only its date is known."""
    playbook = attrs.evolve(DEFAULT, due=attrs.evolve(DEFAULT.due, clock=clock))
    day, noon = dt.date(2026, 3, 7), dt.datetime(2026, 3, 7, 12)
    at_noon = playbook.recommend(Response(2, at=noon), channel=channel)
    known = playbook.recommend(Response(2, at=day), channel=channel)
    assert at_noon is not None
    assert known is not None
    assert known.due <= at_noon.due  # type: ignore[operator]
    column = playbook.assign(Table.of([2, 2], at=[day, None], channel=[channel] * 2)).due
    assert column[0] == np.datetime64(known.due, "us")


def test_texts_as_times_and_one_value_for_all() -> None:
    """Columns may be texts of times, numbers as objects, one value for all."""
    table = Table.of([1, 9], at=["2026-03-02 10:00", None], value=50, public=True, comment=[float("nan"), "x"])
    assert table.response(0) == Response(1, at=MONDAY, attributes={"value": 50.0, "public": True})
    assert table.response(1).at is None
    assert Table.of([1], value=np.array([3], dtype=object)).response(0).attributes["value"] == 3.0


def test_points_are_for_numbers() -> None:
    """One priority is of numbers alone, and the refusal names the argument."""
    with pytest.raises(InvalidTypeError, match="base must be a number"):
        Points().priority(np.datetime64("2026-01-01"), None, 0)  # type: ignore[arg-type]
    with pytest.raises(InvalidTypeError, match="of_score must be a number"):
        Points().priority(60, None, 0, of_score="3")  # type: ignore[arg-type]
