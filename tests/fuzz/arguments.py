"""Arguments of every public call, by the name of the parameter: mostly what is asked for, at times anything."""

from __future__ import annotations

import datetime as dt
import inspect
import io
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

import npskit as nk
from tests.fuzz.cells import LONG, ODD, ROLES
from tests.fuzz.draw import Draw
from tests.fuzz.holders import column, table
from tests.fuzz.newer_arguments import NEWER

Make = Callable[[Draw, Any], Any]
NAMES = ("region", "label", "flag", "customer", "score", "time", "comment", "value", "weight")


def _one(*options: Any) -> Make:
    return lambda draw, _: draw.among(options)


def _number(low: float, high: float) -> Make:
    return lambda draw, _: draw.among([draw.random.uniform(low, high), draw.whole(int(low), max(int(high), int(low)))])


def _column(role: str, n: int | None = None) -> Make:
    return lambda draw, _: column(draw, role, n)


def _by(draw: Draw, _: Any) -> Any:
    return draw.among([draw.among(NAMES), [draw.among(NAMES), draw.among(NAMES)], "regoin", ["region"]])


def _name(draw: Draw, _: Any) -> str:
    return draw.among([*NAMES, *NAMES, "scor", LONG, "", "\ud800"])


def _text(draw: Draw, _: Any) -> str:
    return draw.among(["call", "email", "slow and rude", "", " ", LONG, "a\x00b", "\ud800", "=1+1", "{name}"])


def _moment(draw: Draw, _: Any) -> Any:
    day = dt.datetime(2026, draw.whole(1, 12), draw.whole(1, 28), draw.whole(0, 23))
    aware = day.replace(tzinfo=dt.timezone(dt.timedelta(hours=draw.whole(-12, 12))))
    return draw.among([day, day, aware, day.date(), np.datetime64(day, "ns"), f"{day:%Y-%m-%d}", dt.datetime.max])


def _span(draw: Draw, _: Any) -> Any:
    options = ["30 days", "48h", "30 min", "2w", "5", "3m", "0h", "-1d", f"{10**30}d", dt.timedelta(days=3)]
    return draw.among([*options, dt.timedelta.max, "1e9 days", "business", np.timedelta64(5, "D"), 7])


def scorer(draw: Draw, _: Any) -> Any:
    """Return a scorer."""
    return draw.among([None, nk.NPS(), nk.CES(), nk.CSAT(), nk.SCI(), nk.Retention(), nk.NPS((1, 10)), nk.CES(1)])


def _scale(draw: Draw, _: Any) -> Any:
    low = draw.whole(-3, 3)
    return draw.among([(0, 10), (1, 5), (1, 7), (low, low + draw.whole(-1, 300)), nk.Scale(1, 5), (1, 10**30)])


def _score(draw: Draw, _: Any) -> Any:
    answers = [draw.whole(0, 10) for _ in range(draw.among([0, 1, 5, 40]))]
    weights = [draw.whole(0, 5) for _ in answers] if draw.chance(0.3) else None
    return (nk.nps if draw.chance(0.7) else nk.ces)(answers, weights=weights)


def _playbook(draw: Draw, _: Any) -> Any:
    def own(response: Any, context: Any) -> Any:
        if response.score == 3:
            raise ZeroDivisionError("my own mistake")
        return draw.among([None, None, 5, nk.FollowUp(category="detractor", strategy="own", actions=["call"])])

    own.name = "own"  # type: ignore[attr-defined]
    rule = nk.Rule(
        "call", when=nk.Conditions(category="detractor"), actions=["call"], offers=[nk.Offer("gift", amount=5)]
    )
    return draw.among([None, nk.Playbook.default(), nk.Playbook([rule]), nk.Playbook([own, rule])])


def _path(draw: Draw, _: Any) -> Any:
    target = io.TextIOWrapper(io.BytesIO(), encoding=draw.among(["utf-8", "ascii"]))
    return draw.among([None, io.StringIO(), target, "/nowhere/at/all.csv", "", io.BytesIO(), "a\x00b"])


def _key(draw: Draw, owner: Any) -> Any:
    keys = getattr(owner, "keys", None) or getattr(owner, "segments", None)
    return (
        draw.among(list(keys)) if keys and not callable(keys) and draw.chance(0.7) else draw.among([("North",), "x", 0])
    )


def _labels(draw: Draw, _: Any) -> Any:
    return draw.among([{"region": "North"}, {"region": ["North", "South"]}, {"regoin": 1}, {}, {"flag": True}])


def _totals(draw: Draw, _: Any) -> Any:
    totals: dict[Any, Any] = {"North": 5, "South": 5, "NA": 1, "": 2, "East 10": 1, "East 9": 3, None: 1}
    return draw.among([{"region": totals}, {"region": {"North": 0.5, "South": 0.5}}, {"flag": {True: 2, False: 1}}, {}])


def _response(draw: Draw, _: Any) -> Any:
    at = draw.among([None, dt.datetime(2026, 3, 1, 9), dt.date(2026, 3, 1), dt.datetime.max])
    said = {"value": draw.among([None, 100, -5, "x", 10**400]), "channel": draw.among(["email", "chat", LONG])}
    full = nk.Response(draw.among([3, 8, 10, None, -1, 10**400]), customer=7, at=at, comment="refund", attributes=said)
    return draw.among([full, full, nk.SCIAnswer(5, 4, 1), nk.Response(draw.whole(0, 10))])


def _context(draw: Draw, _: Any) -> Any:
    return nk.Context("detractor", urgency=draw.whole(0, 2), value=100.0, now=dt.datetime(2026, 3, 1))


def _cases(draw: Draw, _: Any) -> Any:
    n = draw.among([0, 3, 30])
    form = draw.among(["columns", "cases", "events", "records", "table"])
    if form == "columns":
        roles = {"case": "customer", "opened": "time", "closed": "time", "first_response": "time", "category": "label"}
        return {name: column(draw, role, n) for name, role in roles.items()}
    if form == "cases":
        return [nk.Case.open(i, at=dt.datetime(2026, 3, 1, i % 24)) for i in range(n)]
    if form == "events":
        return {"case": [1, 1], "event": ["opened", "closed"], "at": column(draw, "time", 2)}
    return (
        table(draw, n) if form == "table" else [{"opened": "2026-03-01", "closed": None, "case": i} for i in range(n)]
    )


def _plan(draw: Draw, _: Any) -> Any:
    n = 40
    data = {"score": [draw.whole(0, 10) for _ in range(n)], "customer": list(range(n))}
    return nk.Survey(data, score="score", customer="customer").follow_up(holdout=0.5)


def _follow_up(draw: Draw, owner: Any) -> Any:
    rows = list(owner) if isinstance(owner, nk.FollowUpPlan) else []
    return draw.among(rows) if rows else nk.recommend(nk.Response(2))


def _events(draw: Draw, _: Any) -> Any:
    opened = nk.CaseEvent("opened", dt.datetime(2026, 3, 1))
    later = nk.CaseEvent(draw.among(["closed", "resolved", "reopened"]), dt.datetime(2026, 3, draw.whole(1, 9)))
    return draw.among([[opened], [opened, later], [later], []])


def _surveys(draw: Draw, _: Any) -> Any:
    waves = [{"score": column(draw, "score", 9), "region": column(draw, "region", 9)} for _ in range(draw.whole(0, 3))]
    roles: dict[str, Any] = {"weight": "score"} if draw.chance(0.1) else {}
    return [nk.Survey(wave, score="score", scorer=draw.among([None, None, nk.CSAT()]), **roles) for wave in waves]


ARGUMENTS: dict[str, Make] = {
    **NEWER,
    "a": _score,
    "action": _one("call", "apology", "surprise", "thanks", LONG),
    "actions": _one("call", ["call", nk.Action("thank")], [], [nk.Action("gift", needs_offer=True)]),
    "all_rows": _one(True, False),
    "channels": _one({"app": "chat"}, {}, {"chat": "x"}),
    "details": _one({"name": "Ann"}, {}, {"name": None}),
    "digits": _one(0, 3, 21, -1),
    "due": lambda draw, _: draw.among([nk.DueTimes(), nk.DueTimes(category={"detractor": "2h"}), _moment(draw, None)]),
    "encoding": _one("utf-8", "utf-16", "nope"),
    "header_rows": _one(0, 1, 2),
    "sheet": _one("Sheet", "Answers"),
    "high_value": _number(0, 1000),
    "kept": _number(0, 100),
    "left_out": _one([], ["gift"]),
    "needs_offer": _one(True, False),
    "offer_required": _one(True, False),
    "overall": _one("score", "welch"),
    "own": _moment,
    "points": lambda draw, _: nk.Points(urgent=draw.whole(0, 50), critical=50),
    "reasons": _one([], ["it said so"], "one"),
    "replace": _one(True, False),
    "reweight": _one(True, False),
    "season": _one("month", "weekday", None, "week"),
    "strategy": _text,
    "surveys": _surveys,
    "teams": _one([nk.Team("Care")], []),
    "tool": _one("qualtrics", "typeform", None),
    "yes_no": _one(True, False),
    "after": _one("2026-02", "2025-12", ("2026-01-01", "2026-02-01"), "promoter", "detractor", "12 h"),
    "alpha": _number(0, 1),
    "amount": _number(0, 100),
    "answer": lambda draw, _: draw.whole(0, 10),
    "answers": _column("score"),
    "as_of": _moment,
    "at": _moment,
    "attributes": _one({"region": "north"}, {"value": 10}, {}),
    "b": _score,
    "backend": _one("pandas", "polars", "pyarrow", None, "spark"),
    "base": _number(0, 100),
    "before": _one("2026-01", "2025-11", ("2025-12-01", "2026-01-01"), "passive", "promoter"),
    "below": _number(0, 6),
    "bottom": _one(1, 2, None),
    "budget": _number(0, 1000),
    "by": _by,
    "calendar": lambda draw, _: draw.among(
        [None, nk.BusinessCalendar(), nk.BusinessCalendar(time_zone="Europe/Warsaw")]
    ),
    "capacity": _one(5, 0, {"anna": 2}, None, 1e-9),
    "cap": _number(0, 50),
    "cases": _cases,
    "category": lambda draw, _: draw.among(["detractor", "promoter", ["passive"], column(draw, "label", 9)]),
    "category_scores": _one([-100, 0, 100], [0, 100], [1, 2, 3, 4, 5, 6, 7]),
    "channel": _one("email", "chat", ["phone", "app"], LONG),
    "clock": _one("business", "calendar"),
    "closes": _one("17:00", "24:00", "09:00", dt.time(18)),
    "columns": _one({"opened": "opened"}, {"case": "case"}, {"opend": "x"}),
    "comment": _text,
    "comments": lambda draw, _: [_text(draw, None) for _ in range(3)],
    "control": _labels,
    "correction": _one("holm", "bh", "none", "bonferroni"),
    "cost": _number(0, 100),
    "counts": _one([1, 2, 3], {"detractor": 1}, [[1, 2, 3], [4, 5, 6]], [2**62, 2**62, 2**62], [0, 0, 0]),
    "currency": _one("EUR", "USD", "???", "eur", ""),
    "customer": lambda draw, _: draw.among(["customer", "c-1", 7, 7.5, ("a", 1)]),
    "customers": _number(0, 100),
    "critical": _one(["fire"], "fire", [], 20),
    "data": lambda draw, _: table(draw),
    "dayfirst": _one(True, False, None),
    "decimal": _one(".", ",", None, ";"),
    "denominator": _one("valid", "all", "vald"),
    "descending": _one(True, False),
    "detractor": lambda draw, _: draw.whole(0, 7),
    "difference": _number(0, 30),
    "direction": _one("below", "above", "both"),
    "discount_rate": _number(0, 1),
    "dispersion": _number(0, 5),
    "distribution": _one(True, False, None),
    "duration": _span,
    "easy": lambda draw, _: draw.whole(4, 7),
    "eligible": _one(100, {"North": 5}, 0),
    "end": _moment,
    "events": _one({"made": "opened"}, {}, {"x": "no"}),
    "every": _one("day", "week", "month", "quarter", "year", "weak"),
    "everything": _one(True, False),
    "fields": _one({"name": "Ann", "offer": "gift", "company": "ACME"}, {"name": LONG}, {}, {"name": "\ud800{x}"}),
    "first": _one("opened"),
    "fixed_cost": _number(0, 100),
    "follow_up": _follow_up,
    "group": _one("North", ("North",), 7, None, float("nan")),
    "groups": _column("region"),
    "half_life": _span,
    "hard": lambda draw, _: draw.whole(1, 3),
    "hide_below": _one(3, 1, None, 0, 10**9),
    "holdout": _number(0, 1),
    "holidays": _one([], [dt.date(2026, 1, 1)], ["2026-05-01"], "PL"),
    "id": _one(1, "C-1", ("a", 2)),
    "intervention": lambda draw, _: nk.Intervention(
        "new", draw.among(["2026-02-01", dt.date(2025, 6, 1), "2026-01-20 12:00"])
    ),
    "keep": _by,
    "key": _key,
    "kind": _one("laney", "ewma", "cusum", "opened", "closed", "social", "phone"),
    "label": _name,
    "language": _one("en", "de", "pl", "xx", None, "EN-us"),
    "languages": lambda draw, _: draw.among([None, nk.Languages.default()]),
    "later": lambda draw, _: table(draw, 40),
    "level": _number(0, 1),
    "lift": _one(0.1, "value", {"detractor": 0.1}, {("detractor", "gift"): 0.2}, (0.1, 0.0, 0.2), {"x": 1}),
    "lonely": _one("fail", "certainty", "remove", "adjust", "average"),
    "low": lambda draw, _: draw.whole(-2, 3),
    "high": lambda draw, _: draw.whole(4, 20),
    "margin": _number(0, 20),
    "max_age": _span,
    "max_days": _number(0, 50),
    "measure": _one("first_response", "close", "score", "retention"),
    "members": _one({"Care": ["anna", "ben"]}, {"x": []}, {"Care": "anna"}),
    "messages": _one(True, False),
    "method": _one(
        "score", "wald", "scas", "jeffreys", "bootstrap", "adjusted_wald", "agresti_min", "exact", "greedy", "mean"
    ),
    "min_length": lambda draw, _: draw.whole(0, 5),
    "min_value": _number(0, 100),
    "minutes": _number(0, 100),
    "mode": _one("consecutive", "first_last", "waves"),
    "most": lambda draw, _: draw.whole(-1, 20),
    "moved": _one(["detractor", "promoter"], {("detractor", "promoter"): 0.1}, ("a", "b"), None),
    "n": _one(5, 0, 300),
    "name": _name,
    "no_revenue": _one("left_out", "zero"),
    "note": _text,
    "now": _moment,
    "null": _number(-100, 100),
    "offer": lambda draw, _: draw.among([None, nk.Offer("gift", amount=5)]),
    "offers": _one([], ["gift"], "gift"),
    "on_invalid": _one("count", "raise"),
    "opens": _one("09:00", "00:00", dt.time(8), "25:00"),
    "options": _one(None),
    "other": _score,
    "path": _path,
    "penalty": _number(0, 50),
    "period": _moment,
    "periods": lambda draw, _: draw.whole(0, 30),
    "plan": _plan,
    "playbook": _playbook,
    "population": _one(None, 1000, {"North": 100}, 2),
    "power": _number(0, 1),
    "previous": _one("previous", "year"),
    "priority": _number(0, 100),
    "progress": _one(None),
    "promoter": lambda draw, _: draw.whole(5, 11),
    "public": _one(True, False),
    "quiet": _span,
    "rate": _number(0, 1),
    "rates": _one([0.5], [0.1, 0.9], [], 0.5),
    "ratio": _number(0, 5),
    "recorded": _one((), ["reopened"], "closed"),
    "recommend": _column("score", 9),
    "reference": lambda draw, owner: draw.among([slice(0, 3), [0, 1], _score(draw, owner), [True] * 9]),
    "repeat_correlation": _number(-1, 1),
    "repeats": _one("all", "latest", "mean"),
    "repurchase": _column("score", 9),
    "response": _response,
    "retained": _column("flag"),
    "retention": _number(0, 1),
    "revenue": _name,
    "rng": _one(0, 5, np.random.default_rng(0), -1),
    "roles": _one({"channel": "region"}, {"opted_out": "flag"}, {"chanel": "x"}, {"last_contact": "time"}),
    "row": lambda draw, _: draw.whole(-2, 50),
    "satisfaction": _column("score", 9),
    "scale": _scale,
    "score": _name,
    "scorer": scorer,
    "segment": _one("detractor", "promoter", None),
    "separator": _one(",", ";", "\t", ";;", "", "\n"),
    "share": _number(0, 1),
    "shares": _one([0.2, 0.3, 0.5], {"detractor": 0.2, "passive": 0.3, "promoter": 0.5}, [0, 0, 1], [1, 1]),
    "shape": _one((), (2,), (2, 3), 5),
    "shrink": _one(True, False),
    "since": _moment,
    "start": _moment,
    "starts": _moment,
    "step": _one(None, "gift"),
    "strategies": lambda draw, _: [nk.Rule("a", actions=["call"])],
    "stratum": _name,
    "cluster": _name,
    "target": _number(-100, 100),
    "targets": _one({"close": "5d"}, {"first_response": dt.timedelta(hours=3)}, {"x": "1h"}),
    "team": _one("Care", None),
    "text": _one("", "{", "{}", '{"schema": "npskit.Tally", "version": 1}', "[" * 100_000, b"\xff", "null", LONG),
    "theme": _one("room", None),
    "time": _name,
    "time_zone": _one("Europe/Warsaw", "UTC", "Nowhere/City", "+02:00", "../../etc/passwd", "\ud800", "a\x00b", LONG),
    "times": _column("time"),
    "too_few": lambda draw, _: draw.whole(0, 40),
    "top": _one(4, 5, None, [5, 5, None]),
    "second": _one(3, 4, None),
    "totals": _totals,
    "treated": _labels,
    "untreated": lambda draw, _: table(draw, 20),
    "until": _moment,
    "urgency": lambda draw, _: draw.whole(0, 2),
    "urgent": _one(["urgent"], "now", 10),
    "value": lambda draw, _: draw.among([100, "value", column(draw, "value", 9)]),
    "values": _column("value"),
    "variance": _number(0, 10000),
    "version": _one(1, 2),
    "weekend": _one(("Sat", "Sun"), [], "Fri", [5, 6]),
    "weight": _name,
    "weights": _column("weight"),
    "when": lambda draw, _: nk.Conditions(category=draw.among(["detractor", "promoter"]), urgency=draw.whole(0, 2)),
    "window": _one("30d", 5, "2w", 0, dt.timedelta(days=9), "1h"),
    "within": _span,
    "missing": _one(0, 5, [1, 2]),
    "invalid": _one(0, 5),
    "of": _one(None, "detractor"),
    "per_point_below": _number(0, 5),
    "reason": _text,
    "zone": _one(None),
    "table": _one(None),
    "day": _moment,
    "earned_new": _number(0, 100),
    "bought_new": _number(0, 100),
}
OWN: dict[str, Make] = {
    "Survey.where.wanted": _labels,
    "Case.events": _events,
    "Case.category": _one("detractor", "promoter", None),
    "Case.later": _one("promoter", None, LONG),
    "Conditions.score": _one("0..6", (0, 3), 5, "x", "..", ">5"),
    "Conditions.comment": _one(True, False, None),
    "Conditions.hold.context": _context,
    "Context.category": _one("detractor", "x"),
    "DueTimes.clock": _one("business", "calendar", "moon"),
    "DueTimes.category": _one({"detractor": "48 hours"}, {}),
    "DueTimes.channel": _one({"email": "next morning"}, {"email": "5"}),
    "DueTimes.urgency": _one({"critical": "4 hours"}, {"x": "1h"}),
    "DueTimes.never_beyond": _span,
    "Languages.languages": lambda draw, _: draw.among([{}, {"en": 5}]),
    "Playbook.urgency": lambda draw, _: draw.among([nk.UrgencyWords(), len]),
    "Playbook.from_toml.source": _one(
        "", "[", "[[rule]]\nname = 'a'", "x = " + "[" * 3000, LONG, "a\x00b", "/nowhere.toml"
    ),
    "Response.score": lambda draw, _: draw.whole(0, 10),
    "SCIAnswer.satisfaction": lambda draw, _: draw.whole(1, 5),
    "SCIAnswer.repurchase": lambda draw, _: draw.whole(1, 5),
    "SCIAnswer.recommend": lambda draw, _: draw.whole(1, 5),
    "Tally.count.answers": _column("score", 9),
    "Tracker.update.answer": lambda draw, _: draw.whole(0, 10),
    "Tracker.update_many.at": _column("time", 9),
    "Tracker.update_many.answers": _column("score", 9),
    "Tracker.update_many.groups": _column("region", 9),
    "Tracker.from_json.text": lambda draw, owner: damaged_text(draw, nk.Tracker(by="a").update(3, group="x").to_json()),
    "Tally.from_json.text": lambda draw, owner: damaged_text(draw, nk.Tally.count([1, 9, None]).to_json()),
    "get_scorer.name": _one("nps", "sci", "csat", "ces", "retention", "npss", LONG, ""),
    "revenue_at_risk.retention": lambda draw, _: draw.among(
        [{"detractor": 0.5, "passive": 0.6}, column(draw, "flag", 9), "flag"]
    ),
    "retention_sensitivity.value": _number(0, 1000),
    "program_payback.value": _number(0, 1000),
    "measure.scorer": lambda draw, owner: scorer(draw, owner) or nk.NPS(),
    "effect_of_follow_up.retained": _name,
    "NPS.categorize.score": _one(np.array([0, 9, 10])),
    "CES.categorize.effort": _one(np.array([1, 5])),
    "CSAT.categorize.satisfaction": _one(np.array([1, 5])),
    "Score.of.tally": _one(nk.Tally.count([1, 2])),
    "register.name": _one("odd", LONG, ""),
    "register.factory": _one(len, None),
    "check_scorer.scorer": lambda draw, owner: scorer(draw, owner) or nk.NPS(),
    "hotels.start": _one("2024-01-01", dt.date(2025, 1, 1), "x"),
    "hotels.end": _one("2026-01-01", dt.date(2025, 6, 1)),
    "hotels.missing": _number(0, 1),
    "hotels.invalid": _number(0, 1),
    "hotels.n": _one(0, 5, 50, -1),
    "hotels.shift_date": _one("2025-03-01", "no"),
    "Offer.costs.values": _column("value", 9),
}
for _function in ("nrr", "grr", "earned_growth_rate", "earned_growth_ratio", "of"):
    OWN[f"{_function}.before"] = OWN[f"{_function}.after"] = _column("value", 9)


def damaged_text(draw: Draw, text: str) -> Any:
    """Return JSON text with a part left out, doubled or replaced."""
    for _ in range(draw.whole(0, 3)):
        at = draw.whole(0, len(text))
        bits = ["", "9" * 5000, "null", "-1", "1e999", "NaN", "[", '"', "{}", "\ud800", "true"]
        text = text[:at] + draw.among(bits) + text[at + draw.whole(0, 4) :]
    return text.encode("utf-8", "surrogatepass") if draw.chance(0.2) else text


def anything(draw: Draw) -> Any:
    """Return a value of any kind."""
    if draw.chance(0.7):
        name = draw.among(list(ODD))
        draw.note("argument", name)
        return ODD[name]()
    return column(draw, draw.among(list(ROLES)), draw.among([0, 1, 9]))


def argument(draw: Draw, owner: Any, entry: str, name: str, odd: bool | None = None) -> Any:
    """Return a value for a parameter, odd or not; None for now and then."""
    make = OWN.get(f"{entry}.{name}") or OWN.get(f"{entry.rpartition('.')[2]}.{name}") or ARGUMENTS.get(name)
    if make is None or (draw.chance(0.12) if odd is None else odd):
        return anything(draw)
    return make(draw, owner)


def arguments(draw: Draw, function: Callable[..., Any], entry: str, owner: Any = None, share: float = 0.3) -> Any:
    """Return positional and named arguments for a call: what it needs, and a share of what it may have."""
    try:
        parameters: Mapping[str, inspect.Parameter] = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return (), {}
    given: list[Any] = []
    named: dict[str, Any] = {}
    # half of the calls are sound but for one argument, so that it is seen by whatever comes after the first checks
    only = draw.among(list(parameters)) if parameters and draw.chance(0.5) else None
    for name, parameter in parameters.items():
        is_odd = None if only is None else name == only
        if parameter.kind is parameter.VAR_KEYWORD:
            continue
        if parameter.kind is parameter.VAR_POSITIONAL:
            given += [argument(draw, owner, entry, name, is_odd) for _ in range(draw.among([1, 1, 1, 0, 3]))]
        elif parameter.kind is parameter.POSITIONAL_ONLY or (
            parameter.default is parameter.empty and parameter.kind is not parameter.KEYWORD_ONLY
        ):
            given.append(argument(draw, owner, entry, name, is_odd))
        elif parameter.default is parameter.empty or is_odd or draw.chance(share):
            named[name] = argument(draw, owner, entry, name, is_odd)
    return tuple(given), named
