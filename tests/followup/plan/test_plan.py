"""What a plan shows and writes: complete, readable, and harmless whatever customers are called and write."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import sys
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.plan.follow_up_plan import FollowUpPlan
from npskit.followup.plan.statuses import STATUSES, WHY
from npskit.results.files import defused

HOSTILE = [
    "{self.__class__}",
    "{0.__init__.__globals__}",
    "%s%n",
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "two\r\nlines",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "מבחן‏ العربية",
    "👩‍🔬🏽 emoji",
    "null\x00byte",
    "[[ {name} ]]",
    "{name, plural, one {x} other {y}}",
    "\ud800",
    "a" * 5000,
]
texts = st.sampled_from(HOSTILE) | st.text(min_size=1, max_size=30)


def hostile_plan(name: str, comment: str, **options: Any) -> FollowUpPlan:
    data = {
        "score": [2, 8, 10],
        "id": [name, name + "1", name + "2"],
        "comment": [comment] * 3,
        "name": [name] * 3,
        "channel": [comment] * 3,
        "theme": [name] * 3,
        "email": [comment] * 3,
        "value": [500.0] * 3,
    }
    survey = nk.Survey(data, score="score", customer="id", comment="comment")
    return survey.follow_up(currency="EUR", keep="email", **options)


@settings(max_examples=60, deadline=None)
@given(texts, texts)
@example("=cmd|' /C calc'!A0", "<script>alert(1)</script>")
def test_hostile_text_does_no_harm(name: str, comment: str) -> None:
    """Law: in CSV no cell is a formula; HTML has no tag of a customer's; a terminal sees no control; JSON is valid.

    Braces stay braces: nothing a customer wrote is a template.
    """
    found = hostile_plan(name, comment)
    file = io.StringIO(newline="")
    found.to_csv(file, messages=True, everything=True)
    file.seek(0)
    for row in csv.DictReader(file):
        assert all(cell == defused(cell) for column, cell in row.items() if column not in ("cost", "gain", "priority"))
        assert row["note"] == ""
        assert "{name}" not in row["message"].replace(name, "")
    for line in str(found).splitlines():
        assert line.isprintable()
    shown = found._repr_html_()
    for part in (name, comment):
        if "<" in part and len(part) > 1:
            assert part not in shown
    assert "<script" not in shown
    lines = io.StringIO()
    found.to_json_lines(lines, messages=True, everything=True)
    records = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert len(records) == 3
    assert {record["row"] for record in records} == {0, 1, 2}
    assert json.loads(json.dumps(found.to_dict())) == found.to_dict()
    assert "__globals__" not in repr(found)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files(text: str, tmp_path: Path) -> None:
    """Law: both kinds of file can be written whatever is in them, and hold what was there."""
    found = hostile_plan(text, text)
    found.to_csv(tmp_path / "plan.csv", messages=True)
    found.to_json_lines(tmp_path / "plan.jsonl", messages=True)
    with open(tmp_path / "plan.csv", encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == 4
    records = [json.loads(line) for line in (tmp_path / "plan.jsonl").read_text("utf-8").split("\n")[:-1]]
    assert {record["email"] for record in records} == {text}


@pytest.mark.parametrize("language", ["en", "de", "pl", "th", "fr"])
@pytest.mark.parametrize("text", ["Zoë", "{name}", "<b>", "\u202eabc", "👩‍🔬"])
def test_drafts_are_filled_in_every_language(language: str, text: str) -> None:
    """Law: no draft has an unfilled field or a mark of a template, whatever the customer is called."""
    found = hostile_plan(text, "never again", language=language)
    columns = found.columns(messages=True, fields={"company": "ACME", "sender": "Ann"})
    assert columns["note"] == [None] * 3
    for subject, message in zip(columns["subject"], columns["message"], strict=True):
        rest = message.replace("{name}", "") + subject
        assert "ACME" in message
        assert not any(mark in rest for mark in ("{", "}", "[[", "||"))
        assert "\n" not in subject


SURVEY = nk.Survey(
    {
        "score": [2, 9, None, 7, 4, 10],
        "id": list("abcdef"),
        "value": [300.0, 5000.0, 20.0, 50.0, 1200.0, 80.0],
        "channel": ["chat", None, "email", "review", "email", "chat"],
        "language": ["de", "en", "th", "pl-PL", None, "xx"],
        "comment": ["never again, refund!", None, "ok", "", "fine", "great\nstuff"],
        "at": [dt.datetime(2026, 3, 2, 9, minute) for minute in range(6)],
    },
    score="score",
    customer="id",
    time="at",
    comment="comment",
)
LIFT = {"detractor": 0.2, ("detractor", "compensation"): 0.5, "passive": 0.1, "promoter": 0.01}
PLAN = SURVEY.follow_up(lift=LIFT, budget=70, capacity=2, currency="eur")


def test_columns() -> None:
    """Law: one row a follow-up, in the queue's order; with everybody all rows in the survey's, with reasons."""
    columns = PLAN.columns()
    assert {len(cells) for cells in columns.values()} == {len(PLAN)}
    assert columns["row"] == PLAN.order.tolist()
    assert columns["priority"] == sorted(columns["priority"], reverse=True)
    for row, each in zip(columns["row"], PLAN, strict=True):
        assert PLAN.follow_up(row) == each
    everybody = PLAN.columns(everything=True)
    assert everybody["row"] == list(range(6))
    assert everybody["status"] == [STATUSES[i] for i in PLAN.status]
    assert [bool(why) for why in everybody["why"]] == [status != "chosen" for status in everybody["status"]]
    for name in columns:
        assert [everybody[name][row] for row in columns["row"]] == columns[name]
    assert everybody["strategy"][2] is None
    assert sum(columns["cost"]) == pytest.approx(PLAN.limits.spent)
    assert sum(columns["gain"]) == pytest.approx(PLAN.limits.value)


def test_dataframes() -> None:
    """Law: a frame of any library has the same columns; by default it is of the library the data came in."""
    expected = PLAN.columns(everything=True, messages=True)
    for backend, kind in (("pandas", pd.DataFrame), ("polars", pl.DataFrame), ("pyarrow", pa.Table)):
        frame = PLAN.to_frame(backend, everything=True, messages=True)  # type: ignore[arg-type]
        assert isinstance(frame, kind)
        columns = frame.column_names if isinstance(frame, pa.Table) else list(frame.columns)
        assert columns == list(expected)
    assert frame.to_pydict()["actions"][0] == "; ".join(expected["actions"][0])
    survey = nk.Survey(pl.DataFrame({"score": [2, 9]}), score="score")
    assert isinstance(survey.follow_up().to_frame(), pl.DataFrame)


def test_a_letter_that_cannot_be_written_says_why() -> None:
    """Example: a draft that lacks a detail is empty, with a note; the other drafts are written."""
    rules = [
        nk.Rule("told", when=nk.Conditions(category="detractor"), actions="inform"),
        nk.Rule("rest", actions="thank"),
    ]
    data = {"score": [2, 3, 9], "change": ["We fixed the lift.", None, None], "id": [1, 2, 3]}
    survey = nk.Survey(data, score="score", customer="id")
    columns = survey.follow_up(nk.Playbook(rules), keep="change").columns(messages=True)
    written = dict(zip(columns["customer"], zip(columns["message"], columns["note"], strict=True), strict=True))
    assert "We fixed the lift." in written[1][0]
    assert written[2][0] is None
    assert "needs 'change'" in written[2][1]
    assert written[3][1] is None
    every = survey.follow_up(nk.Playbook(rules)).columns(messages=True, fields={"change": "All lifts run."})
    assert every["note"] == [None] * 3
    assert (
        survey.follow_up(nk.Playbook([nk.Rule("none")]))
        .columns(messages=True)["note"][0]
        .startswith("action must name")
    )


def test_messages_name_the_offer_and_its_amount() -> None:
    """Example: the offer made is in the letter, its amount only with a currency, and not of what two share."""
    follow_up = next(each for each in PLAN if each.offers and each.category == "detractor")
    body = PLAN.message(follow_up, "en", action="compensate").body
    assert PLAN.currency == "EUR"
    assert f"{follow_up.offers[0].cost(follow_up.value):.2f}"[:2] in body
    silent = attrs.evolve(PLAN, currency=None)
    assert "€" not in silent.message(follow_up, "en", action="compensate").body
    bonus = attrs.evolve(follow_up, offers=(nk.Offer("referral_bonus", amount=10),), language="en")
    assert "10" not in PLAN.message(bonus, action="referral").body
    assert "€7.00" in PLAN.message(attrs.evolve(follow_up, language="en"), action="compensate", amount=7).body


@pytest.mark.parametrize("options", [{"fields": ["company"]}, {"fields": "ACME"}, {"language": 5}])
def test_options_of_drafts_that_cannot_be_used(options: dict[str, Any]) -> None:
    """Law: what is wrong with all drafts is an error, not a note on each."""
    with pytest.raises(InvalidTypeError, match=next(iter(options))):
        PLAN.columns(messages=True, **options)


def test_single_rows() -> None:
    """Law: a row that is not followed up, or is none, is refused with the reason."""
    with pytest.raises(InvalidValueError, match=r"row 2 \(from 0\) is not followed up: the answer is missing"):
        PLAN.follow_up(2)
    for row in (6, -1):
        with pytest.raises(InvalidValueError, match="row must be at least 0 and at most 5"):
            PLAN.why(row)
    for wrong in (True, "1", 1.0):
        with pytest.raises(InvalidTypeError, match="row must be a whole number"):
            PLAN.follow_up(wrong)  # type: ignore[arg-type]
    assert PLAN.offer(2) is None
    assert PLAN.scorer == nk.NPS()
    assert PLAN.follow_up(np.int64(0)) == PLAN.follow_up(0)  # type: ignore[arg-type]


def test_arrays_are_read_only() -> None:
    """Law: nobody changes a plan by accident."""
    with pytest.raises(ValueError, match="read-only"):
        PLAN.status[0] = 3


def test_every_status_has_a_reason() -> None:
    """Law: there is a reason for every status but that of the chosen, each another one."""
    assert len(WHY) == len(STATUSES) == len(set(STATUSES)) == len(set(WHY))
    assert [bool(why) for why in WHY] == [False] + [True] * (len(STATUSES) - 1)


def test_what_is_left_over_has_no_price_and_only_follow_ups_have_messages() -> None:
    data = {"score": [3, 4], "value": [100.0, 50.0]}
    plan = nk.Survey(data, score="score").follow_up(value="value", lift=0.1, budget=1, capacity=100)
    assert plan.limits.price_of_hours == {"everybody": 0}
    assert "One more hour" not in plan.headline()
    with pytest.raises(nk.InvalidTypeError, match="follow_up must be a FollowUp"):
        plan.message("everybody")  # type: ignore[arg-type]


def test_headline() -> None:
    """Example: money, hours, gain with its bound, prices, the holdout and who is left out, a line each."""
    text = SURVEY.follow_up(
        lift=0.1,
        budget=30,
        capacity={"customer care": 0.5, "community": 1, "social media": 0.01, "key accounts": 1},
        holdout=0.2,
        currency="EUR",
    ).headline()
    for said in (
        " of 30.00 EUR.",
        "Hours of customer care: ",
        "no plan could bring more than",
        "One more hour of social media",
        "Left alone at random: 20.0 % of customers, of whom ",
        "Left out: ",
        "unscored 1",
    ):
        assert said in text
    plain = nk.Survey({"score": [3]}).follow_up()
    assert "In order of priority" in plain.headline()
    assert "Money" not in plain.headline()
    assert "row 0 (from 0): detractor, priority 63, customer care" in str(plain)
    assert repr(plain) == "FollowUpPlan(1 of 1 response, method='priority')"
    assert "spent=" in repr(PLAN)
    assert "One more unit of budget would bring" in SURVEY.follow_up(lift=LIFT, budget=30).headline()


def test_first_shows_the_comment_in_one_line() -> None:
    """Example: a comment is shown in one line, cut where it is long."""
    text = (
        nk.Survey({"score": [3, 10], "c": ["x" * 200, "great\nstuff"]}, score="score", comment="c").follow_up().first(5)
    )
    assert "“" + "x" * 89 + "…”" in text
    assert "“great stuff”" in text
    assert len(PLAN.first(1).splitlines()) <= 3
    for most in ("2", 2.5, -1):
        with pytest.raises(nk.NpskitError, match="most must be"):
            PLAN.first(most)  # type: ignore[arg-type]


def test_to_dict_is_json() -> None:
    """Law: a plan is JSON without NaN or infinity; no limit is null."""
    found = json.loads(json.dumps(nk.Survey({"score": [3, None]}).follow_up().to_dict(), allow_nan=False))
    assert found["limits"]["budget"] is None
    assert found["limits"]["value"] is None
    assert found["now"] is None
    assert found["counts"]["chosen"] == 1
    assert found["follow_ups"][0]["due"] is None
    dated = PLAN.to_dict()
    assert dated["now"] == "2026-03-02T09:05:00"
    assert dated["follow_ups"][0]["due"].startswith("2026-03-02T")
    assert dated["currency"] == "EUR"


def test_frames_need_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """Example: without any dataframe library the error says what to do."""
    for name in ("pandas", "polars", "pyarrow"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(nk.MissingDependencyError, match="needs a dataframe library"):
        PLAN.to_frame()


def test_the_headline_says_what_a_reader_would_not_expect() -> None:
    """Critical comments beyond the hours are counted, and so is a budget that no lift of an offer lays claim to."""
    data = {"score": [2, 3], "value": [100.0, 90.0], "text": ["I was injured", "slow"], "id": ["a", "b"]}
    survey = nk.Survey(data, customer="id", comment="text")
    plan = survey.follow_up(budget=100, capacity=0, lift=0.1)
    assert "1 critical comment is answered beyond the 0 hours." in plan.headline()
    assert "No offer brings more than it costs by the lifts given" in plan.headline()
    free = survey.follow_up(budget=100).headline()
    assert "Urgent" not in free
    assert "No offer" not in free


def test_a_row_is_named_as_it_is_printed(tmp_path: Path) -> None:
    """Law: of a plan from a file, `why` and `follow_up` take the file's row, as its table prints it."""
    path = tmp_path / "answers.csv"
    path.write_text("\nscore,id,date\n3,7,2026-03-01\n,8,2026-03-01\n2,7,2026-03-02\n9,9,2026-03-02\n9,9,2026-03-02\n")
    plan = nk.read(path, score="score", time="date", customer="id").follow_up()
    for row, customer in zip(plan.columns()["row"], plan.columns()["customer"], strict=True):
        assert plan.follow_up(row).customer == customer
    assert (plan.why(4), plan.why(customer=8)) == ("the answer is missing",) * 2
    assert plan.follow_up(5) == plan.follow_up(customer="7")
    assert plan.offer(5) == plan.offer(customer="7")
    with pytest.raises(InvalidValueError, match="none in row 2"):
        plan.why(2)
    with pytest.raises(InvalidValueError, match="customer must be one who answered"):
        plan.why(customer="nobody")
    for wrong in ({}, {"row": 3, "customer": 7}):
        with pytest.raises(InvalidTypeError, match="row or customer must be given"):
            plan.why(**wrong)
