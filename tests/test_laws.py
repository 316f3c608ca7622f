"""Laws across rooms: the same column means the same in every function that takes one, whatever holds it.

Each column is given in some spelling (7, "7", "Ann@x.de", "13/02/2026", "1.234,50", "nein", " DETRACTORS") and held by
a list, NumPy, pandas, Polars or Arrow; what comes out is what comes out of the plain spelling in a list.
"""

from __future__ import annotations

import datetime as dt
import functools
import warnings
from collections.abc import Callable, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.data.cells import objects
from npskit.errors import GuessWarning
from npskit.followup.plan.holdout import uniform
from npskit.followup.plan.statuses import STATUSES

Table = dict[str, list[Any]]

HOLDERS: dict[str, Callable[[list[Any]], Any]] = {
    "list": list,
    "numpy": lambda cells: objects(cells) if len(set(map(type, cells))) > 1 else np.array(cells),
    "pandas": lambda cells: pd.Series(cells, dtype=object if len(set(map(type, cells))) > 1 else None),
    "polars": lambda cells: pl.Series(cells, strict=True),
    "pyarrow": lambda cells: pa.chunked_array([pa.array(cells)]),
}
MIXING = ("list", "numpy", "pandas")
"""What can hold cells of several types in one column."""

holders = pytest.mark.parametrize("holder", HOLDERS)
few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


def held(table: Table, holder: str) -> Any:
    """Return a table as a frame of a holder's library, or its columns by name."""
    columns = {name: HOLDERS[holder](cells) for name, cells in table.items()}
    frames = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
    return frames[holder](columns) if holder in frames else columns


def functions(table: dict[str, Callable[..., Any]]) -> pytest.MarkDecorator:
    """Run a test for each function of a table."""
    return pytest.mark.parametrize("function", table.values(), ids=table)


@functools.cache
def expected(function: Callable[[Any], Any], table: Callable[[Sequence[Any]], Table], *cells: Any) -> Any:
    """Return what comes out of the plain spelling in a list, once for all ways and holders."""
    return function(table(cells))


def same(left: Any, right: Any) -> None:
    """Say where two records differ; NaN is NaN."""
    assert repr(left) == repr(right)


def survey(data: Any, **roles: Any) -> nk.Survey:
    """Return a survey of the columns that there are."""
    return nk.Survey(data, score="score", time="day", **roles)


# ---- customers ----

DAYS = [f"2026-0{month}-{day:02d}" for month in (1, 2, 3, 4) for day in (3, 10, 17)]


def _plan(data: Any, **options: Any) -> Any:
    found = survey(data, customer="id").follow_up(holdout=0.5, rng=1, **options)
    return found.counts, found.status.tolist(), found.intended.tolist(), found.holdout.tolist()


def _outcome(data: Any) -> Any:
    plan = SimpleNamespace(
        scorer=nk.NPS(),
        customers=objects(["1", "2", "3", "ann@x.de"]),
        categories=np.zeros(4, int),
        intended=np.ones(4, bool),
        holdout=np.array([True, False, True, False]),
    )
    return nk.effect_of_follow_up(plan, data, customer="id", score="score", time="day").set_aside


OF_CUSTOMERS: dict[str, Callable[[Any], Any]] = {
    "score": lambda data: survey(data, customer="id").score(repeats="latest").to_dict(),
    "score clustered": lambda data: survey(data, customer="id").score(by="region").to_dict(),
    "timeline": lambda data: survey(data, customer="id").timeline().to_dict(),
    "transitions": lambda data: survey(data, customer="id").transitions().to_dict()["n"],
    "explain_change": lambda data: (
        survey(data, customer="id").explain_change("2026-01", "2026-02", by="region").to_dict()
    ),
    "effect": lambda data: survey(data, customer="id").effect(nk.Intervention("x", "2026-03-01")).to_dict(),
    "follow_up": _plan,
    "effect_of_follow_up": _outcome,
    "closed_loop": lambda data: [
        (loop.headline, [(each.row, each.reason) for each in loop.rejected])
        for loop in [nk.closed_loop(data, columns={"case": "id", "event": "event", "at": "day"}, as_of="2026-06-01")]
    ],
    "uniform": lambda data: uniform(data["id"], 3).tolist(),
}


def _table(ids: Sequence[Any]) -> Table:
    return {
        "id": list(ids),
        "score": [10, 3, 8, 9, 7, 0, 6, 10, 9, 3, 5, 10],
        "day": DAYS,
        "region": ["N", "S", "N", "N", "S", "S"] * 2,
        "event": ["opened", "opened", "opened", "closed", "opened", "closed"] * 2,
    }


NOBODY = (None, "NA", "n/a", "-", " ", "None")
CUSTOMERS = st.lists(st.sampled_from([1, 2, 3, None]), min_size=12, max_size=12).filter(lambda ids: ids.count(1) > 1)


@functions(OF_CUSTOMERS)
@few
@given(ids=CUSTOMERS, data=st.data())
def test_customers(function: Callable[[Any], Any], ids: list[Any], data: st.DataObject) -> None:
    """An id is one customer as number and as text, an address in any case, and nobody is nobody, however written."""
    numbers = list(ids)
    plain = [None if one is None else "ann@x.de" if one == 3 else str(one) for one in ids]
    wanted = function(_table(plain))
    text = [
        data.draw(st.sampled_from(NOBODY if one is None else ["Ann@x.de", "ann@X.DE "] if one == 3 else [str(one)]))
        for one in ids
    ]
    ways: Any = {"1": [1, 1.0, "1", np.int64(1)], "2": [2, "2", b"2"]}
    mixed = [data.draw(st.sampled_from(ways.get(one, [one]))) for one in text]
    for holder in HOLDERS:
        same(function(held(_table(text), holder)), wanted)
        if 3 not in numbers:
            same(function(held(_table(numbers), holder)), wanted)
        if holder in MIXING:
            same(function(held(_table(mixed), holder)), wanted)


@pytest.mark.parametrize("nobody", ["NA", "-", "None", "n/a", "", None])
def test_nobody_is_never_a_customer(nobody: Any) -> None:
    """Was: 40 rows of "NA" were one customer in score(repeats="latest"), and made steps of transitions()."""
    rows = {"score": [10, 0] * 20, "day": ["2026-01-05", "2026-02-05"] * 20}
    everybody = survey({**rows, "id": [nobody] * 40}, customer="id")
    assert everybody.score(repeats="latest").n == 40
    assert everybody.follow_up().counts["superseded"] == 0
    half = survey({**rows, "id": [nobody] * 20 + list(range(20))}, customer="id").score()
    alone = survey({**rows, "id": list(range(40))}, customer="id").score()
    assert (half.conventions.variance, half.se) == ("independent", alone.se)
    assert len(everybody.transitions().steps) == 0


def test_the_opt_out_of_one_spelling_protects_the_other() -> None:
    """Was: "Ann@x.de" and "ann@x.de" were two customers, and the second was written to all the same."""
    data = {"score": [2, 3], "id": ["Ann@x.de", "ann@x.de"], "opted_out": ["yes", None]}
    found = nk.Survey(data, score="score", customer="id").follow_up()
    assert len(found) == 0
    assert {STATUSES[found.status[row]] for row in range(2)} <= {"opted out", "superseded"}


# ---- times ----


def _times(cells: Sequence[Any]) -> Table:
    ids = [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 5]
    return {**_table(ids), "day": list(cells)}


MOMENTS = [dt.datetime(2026, month, day, 9, 30) for month in (1, 2, 3, 4) for day in (3, 5, 10)]
WAYS_OF_TIMES: dict[str, Callable[[dt.datetime], Any]] = {
    "datetime": lambda at: at,
    "iso": lambda at: at.isoformat(),
    "slashes": lambda at: f"{at.day}/{at.month}/{at.year} {at:%H:%M}",
    "points": lambda at: f"{at:%d.%m.%y %H:%M}",
    "words": lambda at: f"{at.day} {at:%b} {at.year} {at:%H:%M}",
}


def _dayfirst(data: Any, **roles: Any) -> nk.Survey:
    return nk.Survey(data, score="score", time="day", dayfirst=True, **roles)


_PLAN = SimpleNamespace(
    scorer=nk.NPS(),
    customers=objects([1, 2, 3, 4]),
    categories=np.zeros(4, int),
    intended=np.ones(4, bool),
    holdout=np.array([True, False, True, False]),
)
OF_TIMES: dict[str, Callable[[Any], Any]] = {
    "score": lambda data: _dayfirst(data, customer="id").score(repeats="latest").to_dict(),
    "timeline": lambda data: _dayfirst(data).timeline(window="30d").to_dict(),
    "transitions": lambda data: _dayfirst(data, customer="id").transitions().to_dict(),
    "explain_change": lambda data: _dayfirst(data).explain_change("2026-01", "2026-02", by="region").to_dict(),
    "effect": lambda data: _dayfirst(data).effect(nk.Intervention("x", "2026-03-01")).to_dict(),
    "follow_up": lambda data: [each.due for each in _dayfirst(data, customer="id").follow_up()],
    "closed_loop": lambda data: nk.closed_loop(
        data, columns={"case": "id", "event": "event", "at": "day"}, as_of="2026-06-01", dayfirst=True
    ).to_dict(),
    "effect_of_follow_up": lambda data: (
        nk.effect_of_follow_up(
            _PLAN, data, customer="id", score="score", time="day", since="2026-02-04", dayfirst=True
        ).set_aside
    ),
}


@holders
@functions(OF_TIMES)
def test_times(function: Callable[[Any], Any], holder: str) -> None:
    """A time is the same as an object, in ISO 8601, and in words; dates in numbers are in the order that is said."""
    for way in WAYS_OF_TIMES.values():
        same(function(held(_times(list(map(way, MOMENTS))), holder)), expected(function, _times, *MOMENTS))


@holders
def test_times_of_a_tracker(holder: str) -> None:
    """A live tracker takes the times that a survey takes, but no text."""
    found = []
    for cells in (list, HOLDERS[holder]):
        tracker = nk.Tracker(nk.NPS(), window="30d")
        tracker.update_many([10, 3, 8] * 4, at=cells(MOMENTS))
        found.append(tracker.to_dict())
    same(*found)


@holders
def test_one_table_has_one_order(holder: str) -> None:
    """Was: each column of a case log decided for itself, first response 744 h, and good cases refused."""
    log: Table = {
        "Ticket ID": [1, 2, 3],
        "Created at": ["01/02/2026 09:00", "03/02/2026 09:00", "05/02/2026 09:00"],
        "First reply": ["02/02/2026 09:00", "04/02/2026 09:00", "06/02/2026 09:00"],
        "Closed at": ["13/02/2026 09:00", "14/02/2026 09:00", "15/02/2026 09:00"],
    }
    found = nk.closed_loop(held(log, holder), as_of="2026-02-16 09:00")
    assert (found.time("first_response").median, found.time("close").median, len(found.rejected)) == (24, 264, 0)


def test_an_order_that_nothing_shows_is_said() -> None:
    """Was: a survey warned, closed_loop and effect_of_follow_up read month first in silence, and took no dayfirst=."""
    log = {"case": [1, 2], "opened": ["01/02/2026", "03/02/2026"], "first_response": ["02/02/2026", "04/02/2026"]}
    later = {"customer": [1, 2, 3, 4], "score": [9, 3, 7, 9], "at": ["01/02/2026"] * 4}
    rows = {"score": [9, 3], "day": ["01/02/2026", "03/02/2026"]}
    calls: list[Callable[..., Any]] = [
        lambda **order: nk.closed_loop(log, **order).time("first_response").median,
        lambda **order: nk.effect_of_follow_up(_PLAN, later, time="at", since="2026-01-15", **order).not_compared.early,
        lambda **order: nk.Survey(rows, time="day", **order).timeline().starts[0].item().month,
    ]
    for call, guessed, day_first in zip(calls, (744, 4, 1), (24, 0, 2), strict=True):
        with pytest.warns(GuessWarning, match="dayfirst=True if the day is first"):
            assert call() == guessed
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert call(dayfirst=True) == day_first


def test_a_contact_is_read_in_the_order_of_the_answers() -> None:
    """Columns of one survey have one order: a day above 12 in one of them shows it for both."""
    rows = {"score": [2, 2], "day": ["03/04/2026 09:00", "05/04/2026 09:00"], "spoken": ["02/04/2026", "25/03/2026"]}
    found = survey(rows).follow_up(roles={"last_contact": "spoken"}, quiet="5 days", now="2026-04-06 09:00")
    assert found.counts["quiet"] == 1


# ---- amounts ----

AMOUNTS = [1234.5, 20.0, None, 0.25]
WAYS_OF_AMOUNTS: dict[str, list[Any]] = {
    "numbers": AMOUNTS,
    "points": ["1,234.5", "20", "n/a", "0.25"],
    "commas": ["1.234,50", "20,0", None, "0,25"],
    "decimals": [Decimal("1234.5"), Decimal("20.0"), None, Decimal("0.25")],
}


def _money(cells: Sequence[Any]) -> Table:
    return {"score": [2, 3, 4, 1], "id": [1, 2, 3, 4], "worth": list(cells), "group": ["a", "a", "b", "b"]}


OF_AMOUNTS: dict[str, Callable[[Any], Any]] = {
    "follow_up": lambda data: nk.Survey(data, customer="id").follow_up(value="worth", lift=0.5).gain.tolist(),
    "effect_of_follow_up": lambda data: nk.effect_of_follow_up(_PLAN, data, customer="id", revenue="worth").to_dict(),
    "revenue_at_risk": lambda data: nk.revenue_at_risk("worth", "group", {"a": 0.5, "b": 0.9}, data=data).to_dict(),
}


@holders
@functions(OF_AMOUNTS)
@pytest.mark.parametrize("way", WAYS_OF_AMOUNTS)
def test_amounts(function: Callable[[Any], Any], holder: str, way: str) -> None:
    """Was: money as text was taken by follow_up(value=) and refused by revenue= and revenue_at_risk."""
    same(function(held(_money(WAYS_OF_AMOUNTS[way]), holder)), expected(function, _money, *AMOUNTS))


@holders
@pytest.mark.parametrize("way", ["points", "commas", "decimals"])
def test_amounts_of_a_sensitivity(holder: str, way: str) -> None:
    """So does retention_sensitivity, which takes no unknown amounts."""
    terms: dict[str, Any] = {"cost": 1, "margin": 1, "discount_rate": 0}
    known = [cell for cell in WAYS_OF_AMOUNTS[way] if cell not in (None, "n/a")]
    found = nk.retention_sensitivity(HOLDERS[holder](known), [0.5], **terms)
    same(found.to_dict(), nk.retention_sensitivity([1234.5, 20, 0.25], [0.5], **terms).to_dict())


@functions(OF_AMOUNTS)
def test_what_is_no_amount_is_named_with_its_row(function: Callable[[Any], Any]) -> None:
    """A text that is no number is refused by its row, in every function alike."""
    with pytest.raises(nk.InvalidValueError, match=r"row 2 \(from 0\) holds 'much', which is not a number"):
        function(_money([1, "2", "much", None]))


# ---- weights ----

WEIGHTS = [1.5, 0.5, 2.0, 1.0]
WAYS_OF_WEIGHTS: dict[str, list[Any]] = {
    "numbers": WEIGHTS,
    "points": ["1.5", "0.5", "2", "1"],
    "commas": ["1,5", "0,5", "2,0", "1"],
    "decimals": [Decimal("1.5"), Decimal("0.5"), Decimal("2"), Decimal("1")],
}
_DATED: Table = {
    "score": [10, 3, 9, 7],
    "day": ["2026-01-05", "2026-01-06", "2026-02-05", "2026-02-06"],
    "region": list("NSNS"),
}


def _weighted(cells: Sequence[Any]) -> Table:
    return {**_DATED, "w": list(cells)}


OF_WEIGHTS: dict[str, Callable[[Any], Any]] = {
    "score": lambda data: survey(data, weight="w").score(by="region").to_dict(),
    "timeline": lambda data: survey(data, weight="w").timeline().to_dict(),
    "explain_change": lambda data: survey(data, weight="w").explain_change("2026-01", "2026-02", by="region").to_dict(),
    "effect": lambda data: survey(data, weight="w").effect(nk.Intervention("x", "2026-02-01")).value,
    "nps": lambda data: nk.nps([10, 3, 9, 7], weights=data["w"]).to_dict(),
}


@holders
@functions(OF_WEIGHTS)
@pytest.mark.parametrize("way", WAYS_OF_WEIGHTS)
def test_weights(function: Callable[[Any], Any], holder: str, way: str) -> None:
    """A weight is the same as a number, a decimal and a text of it."""
    same(function(held(_weighted(WAYS_OF_WEIGHTS[way]), holder)), expected(function, _weighted, *WEIGHTS))


# ---- flags ----

FLAGS = [True, False, None, True]
WAYS_OF_FLAGS: dict[str, list[Any]] = {
    "booleans": FLAGS,
    "numbers": [1, 0, None, 1],
    "words": ["yes", "NO", "n/a", "Yes "],
    "german": ["ja", "nein", "-", "wahr"],
    "texts": ["1", "0", None, "true"],
}


def _flagged(cells: Sequence[Any]) -> Table:
    return {"score": [2, 3, 4, 1], "id": [1, 2, 3, 4], "flag": list(cells)}


def _tracked(data: Any) -> Any:
    tracker = nk.Tracker(nk.Retention())
    tracker.update_many(data["flag"])
    return tracker.score().to_dict()


OF_FLAGS: dict[str, Callable[[Any], Any]] = {
    "retention": lambda data: nk.retention(data["flag"]).to_dict(),
    "measure": lambda data: nk.measure(nk.Retention(), data["flag"]).to_dict(),
    "Survey.score": lambda data: nk.Survey(data, score="flag", scorer=nk.Retention()).score().to_dict(),
    "Tracker.update_many": _tracked,
    "effect_of_follow_up": lambda data: nk.effect_of_follow_up(_PLAN, data, customer="id", retained="flag").to_dict(),
    "opted_out": lambda data: nk.Survey(data).follow_up(roles={"opted_out": "flag"}).counts,
    "public": lambda data: [each.priority for each in nk.Survey(data).follow_up(roles={"public": "flag"})],
}


@holders
@functions(OF_FLAGS)
@pytest.mark.parametrize("way", WAYS_OF_FLAGS)
def test_flags(function: Callable[[Any], Any], holder: str, way: str) -> None:
    """Was: "yes" worked in retained=, not in nk.retention; "n/a" in opted_out, not in retained=."""
    same(function(held(_flagged(WAYS_OF_FLAGS[way]), holder)), expected(function, _flagged, *FLAGS))


# ---- labels of categories ----

LABELS = ["detractor", "passive", None, "promoter"]
WAYS_OF_LABELS: dict[str, list[Any]] = {
    "plain": LABELS,
    "plural": ["Detractors", "Passives", "", "Promoters"],
    "shouted": [" DETRACTOR", "PASSIVE ", "n/a", "promoter"],
    "neutral": ["detractors", "Neutral", None, "PROMOTERS"],
}


def _labelled(cells: Sequence[Any]) -> Table:
    days = ["2026-01-05"] * 4
    return {"case": [1, 2, 3, 4], "opened": days, "score": [2, 7, 9, 9], "label": list(cells), "v": [1, 2, 3, 4]}


_RATES = {"detractor": 0.5, "passive": 0.75, "promoter": 1}
OF_LABELS: dict[str, Callable[[Any], Any]] = {
    "audit": lambda data: nk.Survey(data, score="score", label="label").audit().to_dict(),
    "closed_loop category": lambda data: nk.closed_loop(
        data, columns={"category": "label", "later_score": "score"}
    ).rate("recovered_of_all"),
    "closed_loop later": lambda data: nk.closed_loop(data, columns={"later": "label"}).rate("recovered_of_all"),
    "revenue_at_risk": lambda data: nk.revenue_at_risk("v", "label", _RATES, data=data).to_dict(),
}


@holders
@functions(OF_LABELS)
@pytest.mark.parametrize("way", WAYS_OF_LABELS)
def test_labels(function: Callable[[Any], Any], holder: str, way: str) -> None:
    """Was: "Detractors" was understood by audit() and gave n = 0 in closed_loop(category=)."""
    same(function(held(_labelled(WAYS_OF_LABELS[way]), holder)), expected(function, _labelled, *LABELS))


# ---- answers ----

ANSWERS = [10, 3, None, 7]
WAYS_OF_ANSWERS: dict[str, list[Any]] = {
    "numbers": ANSWERS,
    "floats": [10.0, 3.0, None, 7.0],
    "texts": ["10", "3", "n/a", "7.0"],
    "labels": ["10 - Extremely likely", "3", None, "Fair (7)"],
}


def _answered(cells: Sequence[Any]) -> Table:
    return {**_DATED, "score": list(cells), "id": [1, 2, 3, 4], "case": [1, 2, 3, 4], "opened": ["2026-01-05"] * 4}


def _live(data: Any) -> Any:
    tracker = nk.Tracker(nk.NPS())
    tracker.update_many(data["score"])
    return tracker.score().to_dict()


OF_ANSWERS: dict[str, Callable[[Any], Any]] = {
    "nps": lambda data: nk.nps(data["score"]).to_dict(),
    "score": lambda data: survey(data).score().to_dict(),
    "timeline": lambda data: survey(data).timeline().to_dict(),
    "explain_change": lambda data: survey(data).explain_change("2026-01", "2026-02", by="region").to_dict(),
    "follow_up": lambda data: survey(data).follow_up().categories.tolist(),
    "effect_of_follow_up": lambda data: nk.effect_of_follow_up(_PLAN, data, customer="id").to_dict(),
    "Tracker.update_many": _live,
    "revenue_at_risk": lambda data: nk.revenue_at_risk("id", "score", _RATES, data=data, scorer=nk.NPS()).to_dict(),
    "closed_loop": lambda data: nk.closed_loop(data, columns={"later_score": "score"}).to_dict(),
}


@holders
@functions(OF_ANSWERS)
@pytest.mark.parametrize("way", WAYS_OF_ANSWERS)
def test_answers(function: Callable[[Any], Any], holder: str, way: str) -> None:
    """An answer is the same as a number, a text and a label around it."""
    same(function(held(_answered(WAYS_OF_ANSWERS[way]), holder)), expected(function, _answered, *ANSWERS))


# ---- moments ----

NIGHT = [dt.datetime(2026, 10, 25, hour, minute, tzinfo=dt.UTC) for hour in (0, 1) for minute in (10, 50)]
"""Of the hour that the clocks of Warsaw show twice."""
ZONES = {"UTC": 0, "Warsaw in summer": 2, "Warsaw in winter": 1, "Bangkok": 7}
_OFFICE = nk.BusinessCalendar(time_zone="Europe/Warsaw")


def _planned(at: list[dt.datetime]) -> Any:
    data = {"score": [3, 9, 3, 3], "id": [1, 1, 2, 3], "at": at, "last_contact": [None, None, at[0], at[1]]}
    bound = nk.Survey(data, score="score", time="at", customer="id")
    plan = bound.follow_up(calendar=_OFFICE, now=at[3], max_age="30 min", quiet="65 min")
    return plan.columns(everything=True)["status"], plan.overdue.tolist(), plan.made


def _recommended(at: list[dt.datetime]) -> Any:
    found = [nk.recommend(nk.Response(3, at=one), now=at[3], calendar=_OFFICE) for one in at]
    return [one.due.astimezone(dt.UTC) for one in found if one is not None and one.due is not None]


def _measured(at: list[dt.datetime]) -> Any:
    data = {"score": [3, 9], "id": [1, 2], "at": at[:2]}
    plan = nk.Survey(data, score="score", time="at", customer="id").follow_up(calendar=_OFFICE, now=at[2])
    later = {"score": [9, 9, 3], "id": [1, 2, 2], "at": [at[3], at[1], at[3]]}
    return nk.effect_of_follow_up(plan, later, customer="id", time="at").to_dict()


def _closed(at: list[dt.datetime]) -> Any:
    loop = nk.closed_loop({"opened": at[:2], "closed": at[2:]}, calendar=_OFFICE, as_of=at[3])
    return loop.close.median, loop.backlog.open


OF_MOMENTS = {
    "follow_up": _planned,
    "recommend": _recommended,
    "effect_of_follow_up": _measured,
    "closed_loop": _closed,
}


@functions(OF_MOMENTS)
@pytest.mark.parametrize("ahead", ZONES.values(), ids=ZONES)
def test_moments(function: Callable[[Any], Any], ahead: int) -> None:
    """A moment is the same in the words of any zone, also where the clock of the office shows it twice."""
    there = dt.timezone(dt.timedelta(hours=ahead))
    same(function([at.astimezone(there) for at in NIGHT]), function(NIGHT))
