"""How the columns of a survey are read for a plan: any kind of data is the same plan, and errors name the column."""

from __future__ import annotations

import datetime as dt
import math
import re
import warnings
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import npskit as nk
from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.offer_options import is_payable
from npskit.followup.playbook.steps import Offer
from npskit.options import Clock

DATA: dict[str, list[Any]] = {
    "score": [2, 9, None, 7, 4, 10, 6, 12],
    "id": [7, 8, 9, None, 11, 12, 7, 13],
    "value": [300.0, None, 20.0, 50.0, 1200.0, 80.0, 300.0, 10.0],
    "channel": ["chat", None, "email", "review", "email", "chat", "chat", "email"],
    "comment": ["never again", None, "ok", "", "fine", "great", "still waiting", "x"],
    "at": [dt.datetime(2026, 3, 2, hour) for hour in range(8)],
    "opted_out": [False, None, False, False, True, False, None, False],
}
RESPONSES = [
    nk.Response(
        score if score != 12 else None,
        customer=who,
        at=at,
        comment=comment,
        attributes={"value": value, "channel": channel, "opted_out": out},
    )
    for score, who, value, channel, comment, at, out in zip(*DATA.values(), strict=True)
]
ROLES = {"score": "score", "customer": "id", "time": "at", "comment": "comment"}


def planned(data: Any, **options: Any) -> FollowUpPlan:
    return nk.Survey(data, score="score", customer="id", time="at", comment="comment").follow_up(**options)


@pytest.mark.parametrize(
    "name", ["Language", "LANGUAGE", " language ", "Last Contact", "last-contact", "Value", "Name"]
)
def test_a_role_is_found_by_its_name_however_that_is_written(name: str) -> None:
    """As opt-outs are; where several are alike, the one that is written as the role is, else none."""
    role = name.strip().lower().replace(" ", "_").replace("-", "_")
    cell = {"language": "de", "last_contact": dt.datetime(2026, 3, 1), "value": 900, "name": "Ann Weber"}[role]
    data = {"score": [2], "id": ["a"], "at": [dt.datetime(2026, 3, 2)], "comment": ["zu laut"]}

    def letters(**more: list[Any]) -> dict[str, Any]:
        plan = planned(data | more, now="2026-03-02 10:00", currency="EUR")
        return {key: cells for key, cells in plan.columns(messages=True, everything=True).items() if key != name}

    plain, without = letters(**{role: [cell]}), letters()
    assert letters(**{name: [cell]}) == plain != without
    assert letters(**{f"{role}.": [cell], name: [cell]}) == without


KINDS: dict[str, Callable[[], Any]] = {
    "lists": lambda: DATA,
    "arrays": lambda: {name: np.array(cells, dtype=object) for name, cells in DATA.items()},
    "pandas": lambda: pd.DataFrame(DATA),
    "pandas of own types": lambda: pd.DataFrame(DATA).convert_dtypes(),
    "polars": lambda: pl.DataFrame(DATA),
    "polars lazy": lambda: pl.LazyFrame(DATA),
    "pyarrow": lambda: pa.table(DATA),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"lift": 0.1, "budget": 60, "holdout": 0.3}])
def test_any_kind_of_data_is_the_same_plan(kind: str, options: dict[str, Any]) -> None:
    """Law: lists, arrays and dataframes of all libraries give one plan; ids are whole numbers beside missing ones."""
    expected, found = planned(DATA, **options), planned(KINDS[kind](), **options)
    assert found.columns(everything=True) == expected.columns(everything=True)
    assert found.customers.tolist() == DATA["id"]
    assert all(type(who) in (int, type(None)) for who in found.customers)
    np.testing.assert_array_equal(found.holdout, expected.holdout)


def test_responses_are_the_same_plan() -> None:
    """Law: a list of responses is read as a table is."""
    found, expected = nk.Survey(RESPONSES).follow_up(), planned(DATA)
    ours, theirs = found.columns(everything=True), expected.columns(everything=True)
    ours.pop("why"), theirs.pop("why")
    assert ours == theirs
    assert found.why(7) == "the answer is missing"


def test_the_plan_agrees_with_recommend() -> None:
    """Law: what a plan says of a response is what `recommend` says of it, but for the offer it chose."""
    found = planned(DATA, currency="EUR")
    for row in found.order.tolist():
        one = nk.recommend(RESPONSES[row])
        assert one is not None
        assert attrs.evolve(one, offers=(), details={}) == attrs.evolve(found.follow_up(row), offers=(), details={})


def test_roles_of_other_names() -> None:
    """Example: roles name columns, and a column of a role's own name needs no naming; the score's column is no role."""
    data = {
        "score": [3, 3],
        "worth": [100, 2000],
        "via": ["chat", "chat"],
        "Vorname": ["Zoë", None],
        "lang": ["de", "pl"],
    }
    survey = nk.Survey(data, score="score")
    found = survey.follow_up(roles={"value": "worth", "channel": "via", "name": "Vorname", "language": "lang"})
    assert [(each.value, each.channel, each.language) for each in found] == [(100, "chat", "de"), (2000, "chat", "pl")]
    assert "Zoë" in found.message(found.follow_up(0)).body
    assert found.message(found.follow_up(1)).language == "pl"
    assert found.message(found.follow_up(1), "en").body.startswith("Szanowni Państwo")
    own = nk.Survey({"score": [3], "name": ["Ann"], "theme": ["price"]}, score="score").follow_up()
    assert (own.follow_up(0).team, own.follow_up(0).details["name"]) == ("billing", "Ann")
    named_value = nk.Survey({"value": [3]}, score="value").follow_up()
    assert named_value.follow_up(0).value is None


@pytest.mark.parametrize(
    "values", [["100", None, " 2000 "], ["100,50", "", "2.000,00"], [100, None, 2000], [np.int8(100), None, 2000.0]]
)
def test_values_as_texts_and_numbers(values: list[Any]) -> None:
    """Law: numbers written as texts, in either notation, are numbers; what is missing is unknown."""
    found = nk.Survey({"score": [3, 3, 3], "value": values}, score="score").follow_up()
    value = {row: found.follow_up(row).value for row in range(3)}
    assert value[1] is None
    assert value[0] == pytest.approx(100, abs=0.6)
    assert value[2] == 2000


@pytest.mark.parametrize("yes", [True, 1, "yes", "TRUE", " Y ", 1.0])
def test_yes_and_no(yes: Any) -> None:
    """Law: the usual ways to say yes and no are understood; what is missing is no."""
    survey = nk.Survey(
        {"score": [3] * 4, "opted_out": [yes, "no" if isinstance(yes, str) else 0, None, "n/a"]}, score="score"
    )
    assert survey.follow_up().counts["opted out"] == 1
    public = nk.Survey({"score": [3] * 2, "public": [yes, None]}, score="score").follow_up()
    assert [public.follow_up(row).strategy for row in (0, 1)] == ["public detractor", "silent detractor"]


def test_words_for_nothing() -> None:
    """Law: "NA", "-" and blanks are no comment, no channel and no customer."""
    data = {
        "score": [3] * 4,
        "id": ["NA", "n/a", "-", " "],
        "comment": ["NA", "none", "", "."],
        "channel": ["null"] * 4,
    }
    found = nk.Survey(data, score="score", customer="id", comment="comment").follow_up()
    assert len(found) == 4
    assert {(each.strategy, each.channel, each.customer) for each in found} == {("silent detractor", None, None)}


def test_an_id_is_one_customer_as_number_and_as_text() -> None:
    """Law: 7, 7.0 and "7" are one customer, with one plan; another spelling is another."""
    found = nk.Survey({"score": [3] * 5, "id": [7, "7", 7.0, "07", 7.5]}, score="score", customer="id").follow_up()
    assert found.counts["superseded"] == 2
    assert found.customers.tolist() == [7, "7", 7, "07", 7.5]


# ---- times ----


def test_dates_only_and_no_times() -> None:
    """Example: a date counts from the opening of its day, an unknown time from when the plan is made, if known."""
    for cells in ([dt.date(2026, 3, 7), None], np.array(["2026-03-07", "NaT"], dtype="M8[D]")):
        found = nk.Survey({"score": [3, 3], "at": cells}, score="score", time="at").follow_up()
        assert [each.due for each in found] == [dt.datetime(2026, 3, 10, 17)] * 2
    without = nk.Survey({"score": [3, 3]}, score="score")
    assert [each.due for each in without.follow_up()] == [None, None]
    assert without.follow_up().now is None
    dues = {each.due for each in without.follow_up(now="2026-03-02 09:00")}
    assert dues == {dt.datetime(2026, 3, 3, 17)}


def test_what_was_due_before_now_is_overdue() -> None:
    """Law: the clock starts with the response; a later now makes more of them overdue, and moves no due time."""
    data = {"score": [3, 3, 3], "at": ["2026-03-02 10:00", "2026-03-20 10:00", "2026-03-20 11:00"]}
    survey = nk.Survey(data, score="score", time="at")
    found = survey.follow_up()
    assert found.overdue.tolist() == [True, False, False]
    assert "Overdue: 1 of them was due before 2026-03-20 11:00." in found.headline()
    assert "(overdue)" in found.first()
    later = survey.follow_up(now=dt.datetime(2026, 3, 25, 9))
    assert later.overdue.all()
    assert later.assigned.due.tolist() == found.assigned.due.tolist()
    assert "Overdue" not in str(survey.follow_up(now="2026-03-02 10:30", max_age=None))
    assert survey.follow_up(now="2026-12-01").counts["too old"] == 3
    assert survey.follow_up(now="2026-12-01", max_age=None).counts["chosen"] == 3


ZONED = pd.DataFrame({"score": [3], "at": pd.to_datetime(["2026-03-06 20:00"]).tz_localize("UTC")})
BANGKOK = nk.BusinessCalendar(time_zone="Asia/Bangkok")


def test_zones() -> None:
    """Law: times that know their zone are converted to the calendar's, in every library, as by `recommend`."""
    found = nk.Survey(ZONED, score="score", time="at").follow_up()
    assert found.follow_up(0).due == dt.datetime(2026, 3, 10, 17)  # Friday evening in UTC
    exact = nk.recommend(nk.Response(3, at=dt.datetime(2026, 3, 6, 20, tzinfo=dt.UTC)), calendar=BANGKOK)
    assert exact is not None
    assert exact.due is not None
    expected = exact.due.astimezone(dt.timezone(dt.timedelta(hours=7))).replace(tzinfo=None)
    aware = {"score": [3], "at": [dt.datetime(2026, 3, 6, 20, tzinfo=dt.UTC)]}
    for data in (ZONED, pl.from_pandas(ZONED), pa.Table.from_pandas(ZONED), aware):
        there = nk.Survey(data, score="score", time="at").follow_up(calendar=BANGKOK)
        assert there.follow_up(0).due == expected
        assert there.now == np.datetime64("2026-03-07T03:00")
    now = dt.datetime(2026, 3, 9, 10, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    for data in (ZONED, aware):
        survey = nk.Survey(data, score="score", time="at")
        assert survey.follow_up(now=now).now == np.datetime64("2026-03-09T03:00")
        assert survey.follow_up(now=now, calendar=BANGKOK).now == np.datetime64("2026-03-09T10:00")
        assert survey.follow_up(now="2026-03-09 10:00").now == np.datetime64("2026-03-09T10:00")


def test_clocks_set_forward() -> None:
    """Example: each time is converted by the offset that held then; a missing one stays missing."""
    at = pd.to_datetime(["2026-03-28 12:00", "2026-03-30 12:00", "NaT"]).tz_localize("UTC")
    data = pd.DataFrame({"score": [3, 3, 3], "at": at})
    playbook = nk.Playbook.default()
    found = nk.Survey(data, score="score", time="at").follow_up(
        playbook, calendar=nk.BusinessCalendar(time_zone="Europe/Warsaw")
    )
    assert found.assigned.table.at is not None
    assert found.assigned.table.at.tolist() == [dt.datetime(2026, 3, 28, 13), dt.datetime(2026, 3, 30, 14), None]


@pytest.mark.parametrize("clock", ["business", "calendar"])
@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Warsaw", "03-28"), ("Europe/Warsaw", "10-24"), ("America/Santiago", "04-04")]
)
@pytest.mark.parametrize("calendar", [{}, {"opens": "00:00", "closes": "24:00", "weekend": ()}])
def test_days_when_clocks_change(clock: Clock, zone: str, day: str, calendar: dict[str, Any]) -> None:
    """Law: hours pass in a plan as they do in `recommend`, also in the night in which the clock of the office changes.

    Was: a plan counted on the wall clock, so that 24 hours were 25 in autumn.
    """
    office = ZoneInfo(zone)
    midnight = dt.datetime.fromisoformat(f"2026-{day}").replace(tzinfo=office)
    utc = midnight.astimezone(dt.UTC)
    at = [(utc + dt.timedelta(hours=h, minutes=20)).astimezone(midnight.tzinfo) for h in range(0, 24, 3)]
    data: dict[str, list[Any]] = {
        "score": [3] * len(at),
        "at": at,
        "channel": ["email", "chat", "review", "letter"] * 2,
    }
    due = nk.DueTimes(clock=clock, calendar=nk.BusinessCalendar(**calendar), never_beyond="1w")
    playbook = attrs.evolve(nk.Playbook.default(), due=due)
    for where in (None, zone, "Asia/Bangkok"):
        there = attrs.evolve(due.calendar, time_zone=where)
        plan = nk.Survey(data, score="score", time="at").follow_up(playbook, calendar=there, now=at[-1])
        for row, moment in enumerate(at):
            response = nk.Response(3, at=moment, attributes={"channel": data["channel"][row]})
            single = playbook.recommend(response, calendar=there, now=at[-1])
            assert single is not None
            assert single.due is not None
            assert plan.follow_up(row).due == single.due.astimezone(ZoneInfo(where or zone)).replace(tzinfo=None)


FOLD: dict[str, list[Any]] = {  # the night of 25 October 2026, in which Warsaw has an hour twice
    "score": [3, 9, 3, 3],
    "id": [1, 1, 2, 3],
    "at": ["2026-10-25T02:50+02:00", "2026-10-25T02:10+01:00", "2026-10-25T02:10+02:00", "2026-10-25T02:20+01:00"],
    "last_contact": [None, None, "2026-10-25T00:50+02:00", "2026-10-25T02:05+02:00"],
}
WARSAW = nk.BusinessCalendar(time_zone="Europe/Warsaw")


@pytest.mark.parametrize("library", [dict, pd.DataFrame, pl.DataFrame])
def test_a_plan_compares_what_happened_not_the_clocks_on_the_wall(library: Any) -> None:
    """Latest, too old, quiet and overdue go by instants, in the hour that clocks show twice as in any other."""
    survey = nk.Survey(library(FOLD), score="score", time="at", customer="id")
    calm = survey.follow_up(calendar=WARSAW, quiet="1 min")
    assert calm.columns(everything=True)["status"][:2] == ["superseded", "chosen"]
    # 02:30 after the change: 80 minutes after 02:10 before it, and 85 after the contact at 02:05 before it
    now = dt.datetime(2026, 10, 25, 2, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    found = survey.follow_up(calendar=WARSAW, now=now, max_age="30 min", quiet="84 min")
    assert found.columns(everything=True)["status"] == ["superseded", "chosen", "too old", "chosen"]
    assert survey.follow_up(calendar=WARSAW, now=now, quiet="86 min").counts["quiet"] == 1
    due = nk.DueTimes(clock="calendar", category={"detractor": "30 min"}, channel={}, urgency={})
    playbook = attrs.evolve(nk.Playbook.default(), due=due)
    late = survey.follow_up(playbook, calendar=WARSAW, now=now, quiet="1 min")
    assert late.overdue.tolist() == [False, False, True, False]
    for row, at in enumerate(FOLD["at"][2:], start=2):
        one = playbook.recommend(nk.Response(3, at=dt.datetime.fromisoformat(str(at))), calendar=WARSAW)
        assert one is not None
        assert one.due is not None
        assert late.follow_up(row).due == one.due.astimezone(ZoneInfo("Europe/Warsaw")).replace(tzinfo=None)


def test_times_of_a_bound_zone_are_moved_to_that_of_the_calendar() -> None:
    """Naive times of a survey that says its zone are known as well as those that say it themselves."""
    bound = nk.Survey({"score": [3], "at": ["2026-03-06 20:00"]}, score="score", time="at", time_zone="Europe/Warsaw")
    aware = nk.Survey({"score": [3], "at": ["2026-03-06T20:00+01:00"]}, score="score", time="at")
    plans = [survey.follow_up(calendar=BANGKOK) for survey in (bound, aware)]
    assert plans[0].now == plans[1].now == np.datetime64("2026-03-07T02:00")
    assert plans[0].follow_up(0).due == plans[1].follow_up(0).due
    dated = nk.Survey({"score": [3], "at": ["2026-03-06"]}, score="score", time="at", time_zone="Europe/Warsaw")
    assert dated.follow_up(calendar=BANGKOK).now == np.datetime64("2026-03-06")


def test_last_contact_needs_a_time_of_the_plan() -> None:
    """Example: who was contacted lately is left alone; where "lately" means nothing, that is an error."""
    survey = nk.Survey({"score": [3, 3], "last_contact": ["2026-03-01", None]}, score="score")
    assert survey.follow_up(now="2026-03-05").counts["quiet"] == 1
    assert survey.follow_up(now="2026-03-05", quiet="3 days").counts["quiet"] == 0
    with pytest.raises(IncompatibleError, match="last_contact: how long ago that was is not known: give now="):
        survey.follow_up()


def test_last_contact_in_any_form() -> None:
    """Law: last contacts are dates, texts, or times that know their zone, on the same clock as the answers."""
    at = pd.to_datetime(["2026-03-10 20:00"] * 3).tz_localize("UTC")
    last = pd.to_datetime(["2026-03-08 18:00", "2026-03-08 16:00", "NaT"]).tz_localize("UTC")
    survey = nk.Survey(pd.DataFrame({"score": [3] * 3, "at": at, "last_contact": last}), score="score", time="at")
    options: dict[str, Any] = {"now": "2026-03-11 00:00", "quiet": "2 days"}
    assert survey.follow_up(calendar=BANGKOK, **options).counts["quiet"] == 1
    days = {"score": [3] * 3, "last_contact": [dt.date(2026, 3, 10), dt.date(2026, 3, 1), None]}
    assert nk.Survey(days, score="score").follow_up(**options).counts["quiet"] == 1
    named = nk.Survey(
        {"score": [3], "last_contact": ["2026-03-10T12:00+00:00"]}, score="score", time_zone="Asia/Bangkok"
    )
    assert named.follow_up(now="2026-03-10 18:00+07:00", quiet="1 hours").counts["quiet"] == 1
    assert named.follow_up(now="2026-03-10 21:00+07:00", quiet="1 hours").counts["quiet"] == 0


def test_themes_that_are_numbers() -> None:
    """Example: what is no text is taken as its text; what an attribute holds is read once and kept."""
    found = nk.Survey({"score": [3, 3], "theme": [7, None], "name": [3.5, "Ann"]}, score="score").follow_up()
    assert [each.details.get("theme") for each in found] == ["7", None]
    assert len(found.assigned.table.attributes) == 1
    assert found.assigned.table.attributes["name"] is found.assigned.table.attributes["name"]


# ---- strategies of one's own, and what is kept ----


@attrs.frozen
class Renewal:
    """A strategy that reads a column of its own."""

    name: str = "renewal is near"

    def __call__(self, response: nk.Response, context: nk.Context) -> nk.FollowUp | None:
        left = response.attributes.get("days_to_renewal")
        if left is None or left > 30:
            return None
        assert response.attributes["amount"] == 9e9
        return nk.FollowUp(
            response.customer, category=context.category, strategy=self.name, priority=90, actions=[nk.Action("thank")]
        )


def test_a_strategy_reads_any_column() -> None:
    """Example: a strategy of one's own finds the other columns; what is ours to say is not filled in from them."""
    data = {
        "score": [10, 10, 10],
        "days_to_renewal": [5, None, 90],
        "amount": [9e9] * 3,
        "link": ["https://x.example"] * 3,
    }
    playbook = nk.Playbook([Renewal(), *nk.Playbook.default().strategies])
    survey = nk.Survey(pd.DataFrame(data), score="score")
    found = survey.follow_up(playbook)
    assert [each.strategy for each in found] == ["renewal is near", "silent promoter", "silent promoter"]
    link = "https://x.example"
    assert dict(found.follow_up(0).details) == {"score": 10, "days_to_renewal": 5, "link": link, "happy": True}


class Untouchable(dict[str, Any]):
    """Columns, of which one must not be read."""

    def __getitem__(self, name: str) -> Any:
        if name == "secret":
            raise AssertionError("read without need")
        return super().__getitem__(name)


def test_columns_nobody_asked_for_are_not_read() -> None:
    """Law: with rules only, other columns cost nothing: they are not even read."""
    survey = nk.Survey({"score": [2, 9], "secret": [1, 2]}, score="score")
    columns = survey._data.frame._arrays
    assert columns is not None
    survey._data.frame._arrays = Untouchable(columns)
    assert len(survey.follow_up().columns()["row"]) == 2
    playbook = nk.Playbook([Renewal(), *nk.Playbook.default().strategies])
    with pytest.raises(AssertionError, match="read without need"):
        survey.follow_up(playbook)


def test_what_is_kept() -> None:
    """Example: kept columns stand in tables and letters; one called like a column of the plan is told apart."""
    data = {"score": [3, 10], "email": ["a@example.com", None], "owner": ["x", "y"], "code": ["A1", "A2"]}
    found = nk.Survey(data, score="score").follow_up(keep=["email", "owner", "code"], currency="EUR")
    columns = found.columns(messages=True)
    assert columns["email"] == ["a@example.com", None]
    assert columns["owner (survey)"] == ["x", "y"]
    assert columns["owner"] == ["customer care", "community"]
    assert columns["note"] == [None, None]
    assert "A2" in found.message(found.follow_up(1), action="reward").body
    assert list(columns)[:6] == ["row", "customer", "category", "email", "owner (survey)", "code"]


# ---- money ----

PAID = {"score": [3, 3, 9], "value": [900, 100, 50], "comment": ["too slow"] * 3}
SPENDING: list[dict[str, Any]] = [
    {"budget": 1000},
    {"currency": "EUR"},
    {"budget": 1000, "currency": "EUR", "lift": {("detractor", "compensation"): 0.2}},
    {"lift": {("detractor", "compensation"): 0.2}},
    {"playbook": nk.Playbook(nk.Playbook.default().strategies)},
]


@pytest.mark.parametrize("options", SPENDING)
def test_money_is_spent_where_it_is_spoken_of(options: dict[str, Any]) -> None:
    """A budget, a currency, a lift of the offer or a playbook of one's own: then offers are made."""
    found = nk.Survey(PAID, score="score", comment="comment").follow_up(**options)
    assert found.limits.spent > 0
    assert "compensation" in found.columns()["offer"]
    assert found.unasked == ()
    assert "No money is spent" not in found.headline()


@pytest.mark.parametrize("lift", [None, 0.2, {"detractor": 0.2}, {("passive", "gift"): 0.2, "detractor": 0.3}])
@pytest.mark.parametrize("playbook", [None, nk.Playbook.default()])
def test_no_money_is_spent_unasked(lift: Any, playbook: Any) -> None:
    """What offers of the default playbook cost is an example: told of no money, a plan spends none and says so."""
    survey = nk.Survey(PAID, score="score", comment="comment")
    found = survey.follow_up(playbook, lift=lift)
    assert (found.limits.spent, found.cost.sum()) == (0, 0)
    assert set(found.columns()["offer"]) == {None}
    assert not any("compensate" in steps for steps in found.columns()["actions"])
    assert "compensation" in found.unasked
    assert "Money:" not in found.headline()
    assert found.headline().count("No money is spent: what ") == 1
    assert "compensation" in found.to_dict()["unasked"]
    # other opening hours make no playbook of one's own
    assert survey.follow_up(playbook, lift=lift, calendar=nk.BusinessCalendar("08:00", "16:00")).limits.spent == 0


def test_what_costs_nothing_may_be_offered_unasked() -> None:
    """Only money asks for a word of it."""
    free = Offer("a call of the director", step="listen")
    paid = Offer("voucher", amount=5)
    assert is_payable(free, frozenset())
    assert is_payable(Offer("none", amount=5, cap=0), frozenset())
    assert not is_payable(paid, frozenset())
    assert is_payable(paid, frozenset({"voucher"}))
    assert is_payable(paid, None)


def test_a_plan_does_not_change_with_the_mappings_it_was_made_of() -> None:
    """Capacity, members, lift and roles are the caller's: what happens to them afterwards changes no plan."""
    survey = nk.Survey({"score": [3, 4, 9], "worth": [900, 100, 50], "id": [1, 2, 3]}, customer="id")
    given: dict[str, Any] = {
        "capacity": {"Anna": 2.0, "Bo": 1.0},
        "members": {"customer care": ["Anna", "Bo"], "community": ["Bo"]},
        "lift": {"detractor": 0.1, "promoter": 0.02},
        "roles": {"value": "worth"},
        "keep": ["worth"],
    }
    found = survey.follow_up(**given)
    before = found.to_dict(everything=True)
    given["capacity"].update(Anna=0.0, Cy=9.0)
    given["members"]["customer care"].clear()
    for name in ("lift", "roles", "keep", "members"):
        given[name].clear()
    assert found.to_dict(everything=True) == before
    assert dict(found.limits.capacity) == {"Anna": 2.0, "Bo": 1.0}


# ---- strategies that fail ----


@attrs.frozen
class Failing:
    """A strategy with a mistake that shows in one row."""

    error: Exception
    name: str = "renewal"

    def __call__(self, response: Any, context: Any) -> None:
        if response.score == 4:
            raise self.error


@pytest.mark.parametrize(
    ("error", "kind", "said"),
    [
        (KeyError("plan"), InvalidValueError, "KeyError: 'plan'"),
        (ZeroDivisionError("division by zero"), InvalidValueError, "ZeroDivisionError: division by zero"),
        (RuntimeError(), InvalidValueError, "RuntimeError"),
        (InvalidTypeError("priority must be a number"), InvalidTypeError, "priority must be a number"),
    ],
)
def test_a_strategy_that_fails_is_named_with_its_row(error: Exception, kind: type[Exception], said: str) -> None:
    """Its own exception is chained to one of npskit that names the strategy and the row."""
    playbook = nk.Playbook([Failing(error), *nk.Playbook.default().strategies])
    survey = nk.Survey({"score": [9, 3, 4, 4]}, score="score")
    with pytest.raises(kind, match=rf"strategy 'renewal' failed at row 2 .*{re.escape(said)}") as caught:
        survey.follow_up(playbook)
    assert isinstance(caught.value, NpskitError)
    assert caught.value.__cause__ is error
    with pytest.raises(kind, match="strategy 'renewal' failed: "):
        playbook.recommend(nk.Response(4))


def test_an_urgency_that_fails_is_named_with_its_comment() -> None:
    """A function of urgency is the user's as well."""

    def judge(comment: str) -> int:
        return 10 // (len(comment) - 3)

    playbook = nk.Playbook(nk.Playbook.default().strategies, urgency=judge)
    survey = nk.Survey(
        {"score": [9, 3, 4], "text": ["a comment of length", None, "bad"]}, score="score", comment="text"
    )
    with pytest.raises(InvalidValueError, match='urgency failed at the comment "bad": ZeroDivisionError') as caught:
        survey.follow_up(playbook)
    assert isinstance(caught.value.__cause__, ZeroDivisionError)


# ---- errors ----

SURVEY = nk.Survey(
    {"score": [3, 9], "id": [1, 2], "value": [1, 2], "word": ["x", "y"], "at": ["2026-03-01"] * 2},
    customer="id",
    time="at",
)


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"playbook": "mine.toml"}, InvalidTypeError, "playbook must be a Playbook"),
        ({"roles": {"nmae": "word"}}, InvalidValueError, "roles: a plan reads no 'nmae'; did you mean 'name'?"),
        (
            {"roles": {"name": "wrod"}},
            ColumnNotFoundError,
            r"roles\['name'\]: there is no column 'wrod'; did you mean 'word'",
        ),
        ({"roles": ["name"]}, InvalidTypeError, "roles must map roles to columns"),
        (
            {"roles": {"opted_out": "word"}},
            InvalidValueError,
            r"opted_out: row 0 \(from 0\) holds 'x', which is neither",
        ),
        ({"roles": {"last_contact": "word"}}, InvalidValueError, r"last_contact: row 0 .*not a time.*\(2 such rows\)"),
        ({"keep": "emial"}, ColumnNotFoundError, "keep: there is no column 'emial'"),
        ({"value": "vaule"}, ColumnNotFoundError, "did you mean 'value'"),
        ({"value": "word"}, InvalidValueError, r"value: row 0 \(from 0\) holds 'x', which is not a number"),
        ({"value": True}, InvalidTypeError, "value must be the name of a column, or one number"),
        ({"value": -5}, InvalidValueError, "value must be at least 0"),
        (
            {"lift": {"detracter": 0.1}},
            InvalidValueError,
            "lift must be one of .*: got 'detracter'; did you mean 'detractor'",
        ),
        ({"lift": "word"}, InvalidValueError, "word: row 0"),
        ({"lift": "at"}, InvalidValueError, "at: row 0"),
        ({"lift": "value"}, InvalidValueError, "from -1 to 1"),
        ({"lift": "lfit"}, ColumnNotFoundError, "lift: there is no column 'lfit'"),
        ({"holdout": 1}, InvalidValueError, "holdout must be at least 0 and below 1"),
        ({"holdout": "0.1"}, InvalidTypeError, "holdout must be a number"),
        ({"budget": -1}, InvalidValueError, "budget must be at least 0"),
        ({"budget": math.nan}, InvalidValueError, "budget must be finite"),
        ({"capacity": -1}, InvalidValueError, "capacity must be at least 0"),
        (
            {"capacity": {"care": 3}, "members": {"customer care": ["Anna"]}},
            InvalidValueError,
            "says nothing of 'Anna'",
        ),
        ({"rng": -1}, InvalidTypeError, "rng must be a seed"),
        ({"rng": 1.5}, InvalidTypeError, "rng must be a seed"),
        ({"rng": True}, InvalidTypeError, "rng must be a seed"),
        ({"method": "best", "lift": 0.1}, InvalidValueError, "method must be one of 'greedy', 'exact'"),
        ({"method": "best"}, InvalidValueError, "method must be one of 'greedy', 'exact'"),
        ({"now": "soon"}, InvalidValueError, "now must be a date or a time"),
        ({"now": 7}, InvalidValueError, "now must be a time"),
        ({"now": dt.datetime(2026, 3, 1, tzinfo=dt.UTC)}, InvalidValueError, "now knows its time zone"),
        ({"quiet": "long"}, InvalidValueError, "quiet must be a number of s, min, h, d or w"),
        ({"max_age": "-1 days"}, InvalidValueError, "max_age must be"),
        ({"currency": "EURO"}, InvalidValueError, "ISO 4217"),
        ({"currency": 5}, InvalidTypeError, "ISO 4217"),
        ({"language": ""}, InvalidTypeError, "language must be a tag"),
    ],
)
def test_errors_name_the_argument(options: dict[str, Any], kind: type[NpskitError], said: str) -> None:
    """Law: what cannot be used is refused with the argument's name, and what would do."""
    with pytest.raises(kind, match=said):
        SURVEY.follow_up(**options)


def test_what_does_not_go_together() -> None:
    """Example: a holdout needs customers, a lift needs values, a column of times needs times."""
    bare = nk.Survey({"score": [3, 9]})
    with pytest.raises(IncompatibleError, match="bind the column with customer="):
        bare.follow_up(holdout=0.1)
    with pytest.raises(IncompatibleError, match="give value="):
        bare.follow_up(lift=0.1)
    assert bare.follow_up(lift=0.1, value=100).limits.value > 0
    with pytest.raises(InvalidValueError, match=r"time: column 'when': row 0 .*'soon', which is not a time"):
        nk.Survey({"score": [3], "when": ["soon"]}, score="score", time="when").follow_up()


@pytest.mark.parametrize(("yes", "no"), [("ja", "Nein"), ("TAK", "nie"), ("ใช่", "ไม่ใช่"), ("Yes", "no"), ("1", "0")])
def test_yes_and_no_in_the_languages_of_the_letters(yes: str, no: str) -> None:
    """Law: whoever opted out in an export in their language is left alone."""
    data = {"score": [3, 3, 3], "opted_out": [yes, no, None]}
    assert nk.Survey(data, score="score").follow_up().counts["opted out"] == 1


def test_now_is_said_where_it_was_not_given() -> None:
    """Was: one date of the future made all others too old, and nothing said so."""
    data = {"score": [10, 3, 3], "at": ["2026-01-01", "2026-01-03", "2040-01-02"]}
    with pytest.warns(nk.DataWarning, match=r"2040-01-02T00:00 in row 2 \(from 0\), is still to come.*give now="):
        plan = nk.Survey(data, time="at").follow_up()
    assert "Now is 2040-01-02 00:00, when the latest response came in" in plan.to_text()
    assert "Now is" not in nk.Survey(data, time="at").follow_up(now="2026-01-04").to_text()
    assert "Now is" not in nk.Survey({"score": [10, 3]}).follow_up().to_text()


def test_a_time_is_still_to_come_where_no_clock_shows_it_yet() -> None:
    """The clocks that are furthest ahead, Kiritimati's, are 14 hours before UTC."""
    for minutes, warned in ((-30, 0), (30, 1)):
        ahead = dt.datetime.now(dt.UTC) + dt.timedelta(hours=14, minutes=minutes)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            nk.Survey({"score": [3], "at": [ahead.replace(tzinfo=None)]}, score="score", time="at").follow_up()
        assert sum("still to come" in str(warning.message) for warning in caught) == warned


@pytest.mark.parametrize(
    "name",
    [
        "opted_out",
        "opt_out",
        "Opted Out",
        "unsubscribed",
        "do_not_contact",
        "do-not-contact",
        "Opted-Out",
        "DO NOT CONTACT",
    ],
)
def test_who_opted_out_is_left_alone_unasked(name: str) -> None:
    """A column is known by its name, however it is written, and the plan says so."""
    plan = nk.Survey({"score": [2, 3], name: ["yes", "no"]}, score="score").follow_up()
    assert plan.counts["opted out"] == 1
    assert plan.opt_outs == (name,)
    assert f"Who has opted out is left alone, by {name!r}." in plan.headline()


def test_several_columns_of_opting_out() -> None:
    """Whoever one of them names is left alone; by a date of unsubscribing, too; another name is given."""
    data = {"score": [2] * 4, "Unsubscribed": ["2026-01-03", None, "subscribed", "no"], "DNC": [0, 1, 0, 0]}
    survey = nk.Survey(data, score="score")
    assert [survey.follow_up().why(row) for row in range(4)] == ["does not want to be contacted"] * 2 + [""] * 2
    assert survey.follow_up(roles={"opted_out": "DNC"}).counts["opted out"] == 1
    with pytest.raises(nk.InvalidValueError, match=r"opted_out: .*neither yes nor no"):
        survey.follow_up(roles={"opted_out": "Unsubscribed"})


def test_nobody_can_be_known_to_have_opted_out() -> None:
    """That no column says so is a line of the headline."""
    plan = nk.Survey({"score": [2], "options": ["yes"]}, score="score").follow_up()
    assert "No column says who does not want to be contacted" in plan.headline()
    assert plan.to_dict()["opt_outs"] == []


def test_opting_out_holds_for_all_spellings_of_an_address() -> None:
    """Who opted out as ann@x.de is not written to as Ann@X.de."""
    data = {"score": [2, 3], "id": ["ann@x.de", " Ann@X.DE"], "opt_out": ["yes", None]}
    assert len(nk.Survey(data, score="score", customer="id").follow_up()) == 0


@pytest.mark.parametrize(
    "name",
    ["unsubscribed_at", "Opt-Out Date", "gdpr_opt_out", "HasOptedOutOfEmail", "Abgemeldet am", "SMS opt out time"],
)
def test_when_somebody_opted_out_says_that_they_did(name: str) -> None:
    """Of a column that says so by its name, with what it is of beside it, a date counts, and nothing does not."""
    found = nk.Survey({"score": [3, 3, 3], name: ["2026-02-03", None, ""]}, score="score").follow_up()
    assert (found.opt_outs, found.counts["opted out"]) == ((name,), 1)
