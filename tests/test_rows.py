"""Nothing that came in is lost: n + missing + invalid + set_aside + left_out = rows, in every result made of rows."""

from __future__ import annotations

import ast
import datetime as dt
import inspect
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.results import MadeOfRows, RowCounts

FATES = ("n", "missing", "invalid", "set_aside", "left_out")

# Two rows have more cells than there are columns.
DAMAGED = """note,score,day,customer
ok,10,2026-01-05,a
1,0,3,4,5,6,7
1,2,3,4,5,6,7
,9,2026-02-01,d
,,2026-02-01,e
,11,,f
"""


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file of six rows, two of which cannot be read."""
    path = tmp_path / "damaged.csv"
    path.write_text(DAMAGED)
    return path


def test_what_reading_set_aside_stands_in_the_score(damaged: Path) -> None:
    """Rows that could not be read are in the score's attributes, text, table and JSON; merging adds them."""
    score = nk.read(damaged, score="score").score()
    assert (score.n, score.missing, score.invalid, score.set_aside, score.left_out) == (2, 1, 1, 2, 0)
    assert score.row_counts.rows == 6
    assert "set_aside=2" in repr(score)
    assert score.to_dict()["set_aside"] == 2
    assert (score + score).set_aside == 4
    assert score.columns()["set_aside"] == [2]


def test_raise_names_the_rows_that_were_set_aside(damaged: Path) -> None:
    """Where answers that cannot be used are to raise, so do rows that cannot be read, by their number in the file."""
    survey = nk.read(damaged, score="score", on_invalid="raise", customer="customer", time="day")
    for refused in (survey.score, survey.follow_up, survey.timeline):
        with pytest.raises(nk.InvalidValueError, match="2 rows could not be read: row 3 of the file") as caught:
            refused()
        assert "row 4 of the file" in str(caught.value)


def test_previews_are_left_out(tmp_path: Path) -> None:
    """What a survey tool says is no answer is left out on purpose, not set aside."""
    header = "StartDate,EndDate,Status,RecordedDate,ResponseId,DistributionChannel,UserLanguage,Q1"
    rows = [f"2026-01-01,2026-01-01,{status},2026-01-01,R,web,EN,{answer}" for status, answer in
            (("IP Address", 10), ("Survey Preview", 0), ("Survey Test", 0), ("IP Address", 9))]  # fmt: skip
    path = tmp_path / "qualtrics.csv"
    path.write_text("\n".join([header, *rows]))
    survey = nk.read(path, score="Q1", on_invalid="raise")
    assert (survey.score().left_out, survey.score().set_aside, survey.score().n) == (2, 0, 2)
    assert survey.score(by="UserLanguage").row_counts == RowCounts(2, left_out=2)


def test_superseded_answers_are_left_out() -> None:
    """Answers that a later one of the same customer supersedes are left out."""
    data = {"score": [10, 3, 9], "id": list("aab"), "day": ["2026-01-05", "2026-01-06", "2026-01-07"]}
    score = nk.Survey(data, customer="id", time="day").score(repeats="latest")
    assert score.row_counts == RowCounts(2, left_out=1)


# ---- the law, over every public function that takes rows ----

Table = dict[str, list[Any]]

ANSWERS = st.sampled_from([*range(11), None, 11, -3])
DAYS = st.one_of(st.none(), st.dates(dt.date(2026, 1, 1), dt.date(2026, 4, 30)))
ROWS = st.lists(st.tuples(ANSWERS, DAYS, st.sampled_from(["a", "b", "c", None]), st.booleans()), max_size=12)
# Each has an answer of both sexes of a comparison, so that every method has something to say.
ALWAYS = [
    (answer, day, customer, bool(i % 2))
    for i, (answer, day, customer) in enumerate(
        zip(
            [10, 3, 9, 7, 8, 2] * 4,
            [dt.date(2026, 1, 5) + dt.timedelta(4 * i) for i in range(24)],
            list("abcdefgh") * 3,
            strict=True,
        )
    )
]
BAD, ELSE = 3, 2  # rows of a damaged file that cannot be read, and that are not asked for


def table_of(rows: list[tuple[Any, ...]]) -> Table:
    """Return rows as columns; every row is one of the 24 or of what was drawn."""
    answers, days, customers, sides = zip(*ALWAYS, *rows, strict=True)
    labels = [("promoter", "detractor", None, "vip")[i % 4] for i in range(len(answers))]
    return {
        "score": list(answers),
        "day": [None if day is None else day.isoformat() for day in days],
        "customer": list(customers),
        "region": ["North" if side else "South" for side in sides],
        "label": labels,
        "rating": [i % 5 + 1 for i in range(len(answers))],
        "said": [("too loud", "lovely staff", None)[i % 3] for i in range(len(answers))],
    }


def survey_of(data: Any, **options: Any) -> nk.Survey:
    """Return a survey of a table."""
    return nk.Survey(data, time="day", customer="customer", label="label", comment="said", **options)


def file_of(table: Table) -> nk.Survey:
    """Return the survey of a damaged file that holds a table, and rows that are not asked for."""
    table = {name: [*cells, *cells[:ELSE]] for name, cells in table.items()}
    table["kind"] = ["nps"] * (len(table["score"]) - ELSE) + ["test"] * ELSE
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in zip(*table.values(), strict=True)]
    for i in range(BAD):
        lines.insert(5 * i, "1,2,3,4,5,6,7,8,9")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "damaged.csv"
        path.write_text("\n".join([",".join(table), *lines]), "utf-8")
        roles: dict[str, Any] = {"time": "day", "customer": "customer", "label": "label", "comment": "said"}
        return nk.read(path, score="score", where={"kind": "nps"}, **roles)


HOLDERS: dict[str, Callable[[Table], nk.Survey]] = {
    "lists": survey_of,
    "pandas": lambda table: survey_of(pd.DataFrame(table)),
    "damaged file": file_of,
}

MIDDLE = nk.Intervention("new checkout", "2026-02-20")
THEMES = {"noise": ["loud"], "staff": ["staff"]}
OF_SURVEYS: dict[str, Callable[[nk.Survey], Any]] = {
    "Survey.score": lambda s: s.score(),
    "Survey.score, latest": lambda s: s.score(repeats="latest"),
    "Survey.score, by": lambda s: s.score("region"),
    "Survey.score, by, latest": lambda s: s.score("region", repeats="latest"),
    "Survey.score, mean": lambda s: s.score(repeats="mean"),
    "Survey.hide_below": lambda s: s.hide_below(13, "region").score("region"),
    "Survey.compare": lambda s: s.compare("region"),
    "Survey.compare, others": lambda s: s.compare("region", against="others"),
    "Survey.ranks": lambda s: s.ranks("region", few=True),
    "Survey.ranks, enough": lambda s: s.score("region", too_few=3).ranks(),
    "Survey.rake": lambda s: s.rake({"region": {"North": 0.5, "South": 0.5}}).score(),
    "Survey.timeline": lambda s: s.timeline(),
    "Survey.timeline, by": lambda s: s.timeline("week", by="region"),
    "Survey.timeline, window": lambda s: s.timeline("month", window="7d"),
    "Survey.timeline, answers": lambda s: s.timeline("week", window=5),
    "Survey.timeline, half-life": lambda s: s.timeline("week", half_life="30d"),
    "Timeline.against": lambda s: s.timeline().against(),
    "Timeline.control_chart": lambda s: s.timeline().control_chart(),
    "Timeline.change_points": lambda s: s.timeline().change_points(),
    "Survey.transitions": lambda s: s.transitions(),
    "Survey.explain_change": lambda s: s.explain_change("2026-01", "2026-02", by="region"),
    "Survey.effect": lambda s: s.effect(MIDDLE),
    "Survey.effect, control": lambda s: s.effect(MIDDLE, control={"region": "South"}),
    "Survey.comments": lambda s: s.comments(),
    "Survey.comments, by": lambda s: s.comments("region"),
    "Survey.drivers": lambda s: s.drivers(["region"], draws=100),
    "Survey.drivers, pairwise": lambda s: s.drivers(["region"], missing="pairwise", draws=100),
    "Survey.drivers, by": lambda s: s.drivers(["rating"], by="region", draws=100),
    "Survey.drivers, every": lambda s: s.drivers(["rating"], every="month", draws=100),
    "Survey.drivers, themes": lambda s: s.drivers(["rating"], themes=THEMES, draws=100),
    "Survey.drivers, themes by": lambda s: s.drivers(["rating"], themes=THEMES, by="region", draws=100),
    "Survey.three_factors": lambda s: s.three_factors(["rating"], draws=100),
    "Survey.bottlenecks": lambda s: s.bottlenecks(["rating"], draws=100),
    "Survey.themes": lambda s: s.themes(THEMES, every="month"),
    "Survey.themes, by": lambda s: s.themes(THEMES, by="region"),
    "Survey.explain_themes": lambda s: s.explain_themes("2026-01", "2026-02", THEMES),
    "Survey.triage": lambda s: s.triage(),
    "Survey.follow_up": lambda s: s.follow_up(),
    "Survey.audit": lambda s: s.audit(),
    "Survey.where": lambda s: s.where({"region": ["North"]}).score("label"),
    "compare": lambda s: nk.compare(s.score(), nk.nps([])),
    "concat": lambda s: nk.concat([s]).score(repeats="latest"),
}


def scanned(table: Table) -> nk.Score:
    """Score a table in a file that is scanned."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.csv"
        pd.DataFrame(table, dtype=object).to_csv(path, index=False)
        return nk.scan(path).score()


def asked(table: Table) -> nk.ScoreTable:
    """Score a table that a database holds."""
    with duckdb.connect() as connection:
        connection.register("answers", pd.DataFrame(table))
        return nk.Survey.from_sql("SELECT * FROM answers", connection).score(by="region")


PRESENT: Table = {"score": [3, 6, 9, 2] * 3, "customer": [*"abcd", *range(8)]}
OF_TABLES: dict[str, Callable[[Table], Any]] = {
    "nps": lambda t: nk.nps(t["score"]),
    "scan": scanned,
    "Survey.from_sql": asked,
    "label_report": lambda t: nk.label_report(t["score"], t["score"]),
    "csat": lambda t: nk.csat(t["score"], scale=(0, 10), top=9),
    "ces": lambda t: nk.ces(t["score"], scale=(0, 10)),
    "sci": lambda t: nk.sci(t["score"], t["score"], t["score"], scale=(0, 10), top=9, second=8, bottom=3),
    "retention": lambda t: nk.retention([None if a is None else a % 3 for a in t["score"]]),
    "measure": lambda t: nk.measure(nk.NPS(), t["score"]),
    "Tracker.score": lambda t: nk.Tracker().update_many(t["score"]).score(),
    "Tracker.score_table": lambda t: nk.Tracker(by="region").update_many(t["score"], groups=t["region"]).score_table(),
    "Tracker.score, window": lambda t: nk.Tracker(window=5).update_many(t["score"]).score(),
    "Tracker.score_table, window": lambda t: (
        nk.Tracker(by="region", window=5).update_many(t["score"], groups=t["region"]).score_table()
    ),
    "revenue_at_risk": lambda t: nk.revenue_at_risk(
        [i % 5 for i in range(len(t["score"]))], t["score"], dict.fromkeys(nk.NPS().categories, 0.5), scorer=nk.NPS()
    ),
    "closed_loop": lambda t: nk.closed_loop({"opened": t["day"], "closed": t["day"][::-1]}),
    "effect_of_follow_up": lambda t: nk.effect_of_follow_up(
        nk.Survey(PRESENT, customer="customer").follow_up(holdout=0.5), t, customer="customer", time="day"
    ),
}

# Public functions and methods that no rows come into, or whose result is said elsewhere.
NO_ROWS = {
    "available", "get_scorer", "register", "sample_size", "program_payback", "retention_sensitivity",  # figures
    "recommend", "draft", "due_steps", "list_fields",  # one response, one letter
    "read", "Survey.tally", "Survey.column", "Survey.to_frame", "Survey.with_file",  # the rows themselves
    "Survey.counted", "Survey.report",  # likewise, and a page of other results
    "Tracker.tally", "Tracker.update", "Tracker.update_many", "Tracker.alarm", "Tracker.alarms", "Tracker.merge",
    "Tracker.columns", "Tracker.from_json", "Tracker.to_json",
    "Timeline.segment", "Timeline.intervals", "Timeline.columns", "Timeline.plot",
}  # fmt: skip


def public() -> set[str]:
    """Return the public functions, and the methods of what rows are put into."""
    tree = ast.parse(Path(nk.__file__).with_suffix(".pyi").read_text("utf-8"))
    names = [alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names]
    found = {name for name in names if inspect.isfunction(getattr(nk, name, None))}
    for kind in (nk.Survey, nk.Tracker, nk.Timeline):
        for name, value in inspect.getmembers(kind, callable):
            own = any(name in vars(base) for base in kind.__mro__ if base not in MadeOfRows.__mro__)
            if own and not name.startswith("_"):
                found.add(f"{kind.__name__}.{getattr(value, '__name__', name)}")
    return found


def test_no_function_is_forgotten() -> None:
    """Every public function that rows come into is held to the law below; a new one has to be added to it."""
    covered = {name.partition(",")[0] for name in (*OF_SURVEYS, *OF_TABLES)}
    assert public() - covered - NO_ROWS == set()
    assert covered <= public()


def hold_to_the_law(result: Any, rows: int) -> None:
    """Check that all rows are accounted for in attributes, in the dict and in the text."""
    assert isinstance(result, MadeOfRows)
    counts = result.row_counts
    assert counts.rows == rows, counts
    assert min(counts.as_dict().values()) >= 0, counts
    record = result.to_dict()
    assert {name: record[name] for name in FATES} == counts.as_dict()
    assert all(hasattr(result, name) for name in FATES)
    assert [getattr(result, name) for name in FATES[3:]] == [counts.set_aside, counts.left_out]
    for name in FATES[1:]:
        said = f"{counts.as_dict()[name]} {name.replace('_', ' ')}"
        if counts.as_dict()[name] and type(result) is not nk.FollowUpPlan:  # which has words of its own
            assert said in result.to_text()


few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize("name", OF_SURVEYS)
@few
@given(ROWS)
def test_a_survey_loses_no_row(name: str, holder: str, rows: list[tuple[Any, ...]]) -> None:
    """Whatever a survey is asked, every row of what it was made of is accounted for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        survey = HOLDERS[holder](table_of(rows))
        result = OF_SURVEYS[name](survey)
    bad, other = (BAD, ELSE) if holder == "damaged file" else (0, 0)
    hold_to_the_law(result, len(ALWAYS) + len(rows) + bad + other)
    assert result.set_aside >= bad
    assert result.left_out >= other


@pytest.mark.parametrize("frame", [dict, pd.DataFrame])
@pytest.mark.parametrize("name", OF_TABLES)
@few
@given(ROWS)
def test_a_function_loses_no_row(name: str, frame: Callable[[Table], Any], rows: list[tuple[Any, ...]]) -> None:
    """Whatever a function is given, every row is accounted for."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        result = OF_TABLES[name](frame(table_of(rows)))
    hold_to_the_law(result, len(ALWAYS) + len(rows))


def test_events_of_cases_are_accounted_for_by_case() -> None:
    """A log with a row for each event is of its cases; a row without a case counts as one."""
    log = {
        "case": [1, 1, 2, 2, 3, None, 4],
        "event": ["opened", "closed", "closed", "opened", "opened", "opened", "opened"],
        "at": [f"2026-01-0{day}" for day in (1, 2, 1, 2, 1, 1, 9)],
    }
    found = nk.closed_loop(log, as_of="2026-01-05")
    assert found.row_counts == RowCounts(n=3, set_aside=1, left_out=1)
    assert np.all([found.cases == found.n, "3 of 5 cases: 1 set aside, 1 left out" in found.to_text()])


# ---- one row number: the file's ----


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A file of which the rows in the columns are not those of the sheet: an empty line, and a row set aside."""
    lines = [
        "score,day,value,stop,label",
        "",
        "10,2026-01-05,1,no,promoter",
        "1,2,3,4,5,6,7,8",
        "0,2026-01-06,2,no,passive",
    ]
    path = tmp_path / "sheet.csv"
    path.write_text("\n".join([*lines, "3,2026-01-07,3,no,detractor"]))
    return path


def test_people_are_named_by_their_row_in_the_sheet(sheet: Path) -> None:
    """A plan, its files and an audit name the row that stands in the sheet; of a frame the position from 0."""
    survey = nk.read(sheet, score="score", label="label")
    plan = survey.follow_up()
    assert sorted(plan.columns()["row"]) == [3, 5, 6]
    assert "5" in [line.split(",")[0] for line in str(plan.to_csv()).splitlines()[1:]]
    assert "row 5 of the file: detractor" in plan.to_text()
    assert [contradiction.row for contradiction in survey.audit().contradictions] == [5]
    alone = nk.Survey({"score": [10, 0, 3]}).follow_up()
    assert sorted(alone.columns()["row"]) == [0, 1, 2]
    assert "row 1 (from 0): detractor" in alone.to_text()


@pytest.mark.parametrize(("column", "cell"), [("value", "much"), ("stop", "perhaps"), ("day", "never")])
def test_errors_name_the_row_in_the_sheet(sheet: Path, column: str, cell: str) -> None:
    """A cell that cannot be used is named by its row in the file, in words and as an attribute."""
    path = sheet.with_name("broken.csv")
    rows = [line.split(",") for line in sheet.read_text().splitlines()]
    rows[-1][rows[0].index(column)] = cell
    path.write_text("\n".join(map(",".join, rows)))
    roles = {"last_contact": "day"} if column == "day" else {"opted_out": "stop"}
    with pytest.raises(nk.InvalidValueError, match="row 6 of the file holds") as caught:
        nk.read(path, score="score", time=None).follow_up(roles=roles, now="2026-02-01")
    assert caught.value.rows == (6,)
    data = {name: [row[i] for row in (rows[2], rows[4], rows[5])] for i, name in enumerate(rows[0])}
    with pytest.raises(nk.InvalidValueError, match=r"row 2 \(from 0\) holds"):
        nk.Survey(data, score="score").follow_up(roles=roles, now="2026-02-01")


def test_a_time_out_of_bounds_is_named_by_its_row_in_the_sheet(tmp_path: Path) -> None:
    """Also where many rows are looked at together."""
    path = tmp_path / "far.csv"
    path.write_text("score,day\n10,1205-01-05\n\n9,1905-12-31\n")
    with pytest.raises(nk.InvalidValueError, match=r"1905-12-31T00:00:00.* in row 4 of the file"):
        nk.read(path, score="score", time="day").timeline()


@pytest.mark.parametrize("role", ["weight", "cluster", "stratum", "margin"])
def test_errors_of_a_design_name_the_row_in_the_sheet(tmp_path: Path, role: str) -> None:
    """Was: rows from 0, and of a weight "nan" in place of the cell."""
    path = tmp_path / "drawn.csv"
    path.write_text("nps,w,c\n10,heavy,a\n9,1.5,a\n\n8,,\n7,-1,b\n4,1,b\n")
    bound: dict[str, Any] = {} if role == "margin" else {role: "w" if role == "weight" else "c"}
    survey = nk.read(path, score="nps", **bound)
    with pytest.raises(nk.InvalidValueError) as caught:
        survey.rake({"c": {"a": 1, "b": 1}}) if role == "margin" else survey.score()
    if role == "weight":
        told = "row 2 of the file has 'heavy', row 5 of the file is empty, row 6 of the file has -1.0"
        assert caught.value.rows == (2, 5, 6)
        assert told in str(caught.value)
    else:
        assert caught.value.rows == (5,)
        assert "missing in row 5 of the file" in str(caught.value)


def test_rows_taken_of_a_frame_keep_their_names() -> None:
    """After `where` a row is named by its position in the frame: in `rejected`, in errors and in plans."""
    data = {"score": [9, 8, "x", 3, 10], "region": list("aabbb"), "w": [1, 1, 1, 1, -1]}
    some = nk.Survey(data).where({"region": "b"})
    assert [each.row for each in some.rejected] == [2]
    assert sorted(some.follow_up().columns()["row"]) == [3, 4]
    with pytest.raises(nk.InvalidValueError, match=r"row 2 \(from 0\)") as caught:
        nk.Survey(data, on_invalid="raise").where({"region": "b"}).score()
    assert caught.value.rows == (2,)
    with pytest.raises(nk.InvalidValueError, match=r"row 4 \(from 0\) has -1"):
        nk.Survey(data, weight="w").where({"region": "b"}).where({"region": ["b"]}).score()
