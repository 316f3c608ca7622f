"""Survey: roles bound once, segments, policies for repeats, designs and what could not be used."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.options import CONTACTS
from npskit.scores.score_table import ScoreTable

ROWS = st.lists(
    st.tuples(st.sampled_from([*range(-1, 12), None]), st.sampled_from(["N", "S", "W", None]), st.integers(0, 5)),
    min_size=1,
    max_size=40,
)


def columns(rows: list[tuple[int | None, str | None, int]]) -> dict[str, list[Any]]:
    """Return the rows as columns."""
    return {"nps": [r[0] for r in rows], "region": [r[1] for r in rows], "who": [r[2] for r in rows]}


def sources(data: dict[str, list[Any]]) -> list[Any]:
    """Return the same data in every kind of source."""
    frame = pl.DataFrame(data, schema={"nps": pl.Int64, "region": pl.String, "who": pl.Int64})
    table = frame.to_arrow()
    responses = [nk.Response(*row[:1], attributes={"region": row[1]}) for row in zip(*data.values(), strict=True)]
    named = {name: table.column(name).to_pylist() for name in table.column_names}
    return [named, frame, frame.lazy(), table, frame.to_pandas(), duckdb.from_arrow(table), responses]


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_every_source_gives_the_same(rows: list[tuple[int | None, str | None, int]]) -> None:
    """pandas, Polars eager and lazy, PyArrow, DuckDB, lists and responses give the same tally, whole and by segment."""
    data = columns(rows)
    tallies = []
    for source in sources(data):
        name = "score" if isinstance(source, list) else "nps"
        survey = nk.Survey(source, score=name)
        table = survey.score(by="region")
        assert table.tally.total() == survey.tally()
        assert int(survey.tally().rows) == len(rows)
        tallies.append((table.keys, table.tally))
    assert all(found == tallies[0] for found in tallies[1:])


@settings(max_examples=8, deadline=None)
@given(ROWS)
def test_where_takes_the_rows_of_segments(rows: list[tuple[int | None, str | None, int]]) -> None:
    """Whatever holds the data, the rows of some segments count as they do in the table, and the others are left out."""
    data = columns([*rows, (9, "N", 0), (3, None, 1)])
    for source in sources(data):
        survey = nk.Survey(source, score="score" if isinstance(source, list) else "nps")
        table, score = survey.score(by="region"), survey.where({"region": ["n", None]}).score()
        assert score.tally == table["N"].tally + table[None].tally
        assert score.row_counts.rows == table.row_counts.rows == len(rows) + 2
        assert survey.where({"region": "N"}).where({"region": ["N"]}).score().tally == table["N"].tally


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_segments_partition_the_rows(rows: list[tuple[int | None, str | None, int]]) -> None:
    """Each segment's score is the score of its rows; a missing key is a segment of its own."""
    table = nk.Survey(columns(rows), score="nps").score(by=["region", "who"])
    assert len(table) == len({row[1:] for row in rows})
    for key in table:
        inside = [row[0] for row in rows if row[1:] == key]
        assert table[key].tally == nk.nps(inside).tally


@settings(max_examples=25, deadline=None)
@given(ROWS)
def test_a_constant_weight_changes_the_sum_only(rows: list[tuple[int | None, str | None, int]]) -> None:
    """Weighing all rows alike leaves every score as it is."""
    data = columns(rows)
    plain = nk.Survey(data, score="nps").score(by="region")
    weighted = nk.Survey({**data, "w": [2.5] * len(rows)}, score="nps", weight="w").score(by="region")
    np.testing.assert_allclose(weighted.values, plain.values, rtol=1e-12)
    assert weighted.n.tolist() == plain.n.tolist()


def test_segments_sort_as_a_person_would() -> None:
    """Numbers in text sort by size, missing keys come last."""
    survey = nk.Survey({"score": [9] * 4, "store": ["Store 10", None, "Store 2", "store 1"]})
    assert [key[0] for key in survey.score(by="store")] == ["store 1", "Store 2", "Store 10", None]


def test_mixed_keys() -> None:
    """Keys of several types are segments all the same."""
    survey = nk.Survey({"score": [9, 9, 0, 0], "key": ["a", 1, dt.date(2026, 1, 1), 2.5]})
    assert len(survey.score(by="key")) == 4


@pytest.mark.parametrize("order", [slice(None), slice(None, None, -1)])
def test_repeats_latest(order: slice) -> None:
    """Only the latest scored answer of a customer counts, two at one moment by their mean; undated ones come first."""
    days = [dt.datetime(2026, 1, day) for day in (1, 2, 3, 3)] + [None]
    data: dict[str, Any] = {"score": [0, 10, 0, 9, 3], "id": ["a", "a", "b", "b", "a"], "date": days}
    survey = nk.Survey({name: cells[order] for name, cells in data.items()}, customer="id", time="date")
    latest = survey.score(repeats="latest")
    assert latest.value == 50
    assert latest.counts == {"detractor": 1, "passive": 0, "promoter": 2}
    assert latest.shares == {"detractor": 0.25, "passive": 0, "promoter": 0.75}
    assert latest.conventions.repeats == "latest"
    assert (latest.conventions.superseded, latest.conventions.tied) == (2, 1)
    assert "latest of each customer (2 superseded, 1 tied: their mean)" in str(latest.conventions)


ACCOUNTS = {
    "score": [0, 3, 5, 6, 0, *[9] * 9],
    "company": [*["A"] * 5, *"BCDEFGHIJ"],
    "revenue": [*[1000] * 5, *[10] * 9],
    "day": [f"2026-01-{day:02d}" for day in range(1, 15)],
}


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
@pytest.mark.parametrize("contacts", CONTACTS)
def test_the_contacts_of_an_account_are_one_answer(contacts: Any) -> None:
    """Revenue of 1,000 counts once, whether five contacts answered or one, in scores, segments, periods and changes."""
    survey = nk.Survey(ACCOUNTS, account="company", weight="revenue", contacts=contacts, time="day")
    expected = pytest.approx(100 * (90 - 1000) / 1090)
    assert survey.score().value == expected
    assert survey.score(by="company")["A"].value == -100
    assert survey.timeline().values.tolist() == [expected]
    assert survey.score().row_counts.rows == survey.timeline().row_counts.rows == 14
    assert f"{contacts} of the contacts of each account" in str(survey.score().conventions)
    moved = nk.Survey({**ACCOUNTS, "wave": ["x"] * 14}, account="company", contacts=contacts, time="day")
    found = moved.explain_change(("2026-01-01", "2026-01-06"), ("2026-01-06", "2026-01-15"), by="wave")
    assert (found.before, found.after) == (-100, 100)


def test_what_contacts_say_differs_by_rule() -> None:
    """Of a promoter, a passive and, last, a detractor of one account: 0, -100 and -100; two accounts weigh alike."""
    data: dict[str, Any] = {"score": [10, 8, 2, 9], "company": ["A", "A", "A", "B"], "day": [1, 2, 3, 1]}
    data["day"] = [f"2026-01-0{day}" for day in data["day"]]
    values = {rule: nk.Survey(data, account="company", contacts=rule, time="day").score().value for rule in CONTACTS}
    assert values == pytest.approx({"mean": 50, "latest": 0, "worst": 0})
    with pytest.raises(nk.IncompatibleError, match="needs to know when"):
        nk.Survey(data, account="company", contacts="latest").score()
    with pytest.raises(nk.IncompatibleError, match="says what counts in a calendar period"):
        nk.Survey(data, account="company", time="day").timeline(window="30d")


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
@pytest.mark.parametrize("contacts", CONTACTS)
def test_a_contact_is_one_and_an_account_has_one_revenue(contacts: Any) -> None:
    """Of a contact's two answers each is half; revenue is the mean of the contacts' and is no part of the answer."""
    data: dict[str, Any] = {"score": [0, 10, 8, 0], "company": [*"AAAB"], "who": [*"aabc"], "day": ["2026-01-01"] * 4}
    survey = nk.Survey(data, account="company", customer="who", contacts=contacts, time="day")
    for repeats in ("mean", "latest"):  # a is at 0 and so is b, or at its worst -100
        assert survey.score(repeats=repeats).value == pytest.approx(-100 if contacts == "worst" else -50)
    several = {"score": [10, 0, 9], "company": [*"AAB"], "revenue": [5, 7, 3], "day": ["2026-01-01"] * 3}
    value = nk.Survey(several, account="company", weight="revenue", contacts=contacts, time="day").score().value
    assert value == pytest.approx(100 * (3 - 6 * (contacts == "worst")) / 9)


def test_repeats_in_each_period() -> None:
    """The newest answer of each customer in each period, or their mean; together the rows are all that came in."""
    data = {"score": [3, 9, 8, 10, None], "id": [1, 1, 2, 2, 3]}
    days = ["2026-03-01", "2026-03-02", "2026-03-02", "2026-04-02", "2026-04-03"]
    survey = nk.Survey({**data, "day": days}, customer="id", time="day")
    latest = survey.timeline(repeats="latest")
    assert latest.values.tolist() == [50, 100]
    assert latest.row_counts.as_dict() == {"n": 3, "missing": 1, "invalid": 0, "set_aside": 0, "left_out": 1}
    assert survey.timeline(repeats="mean").values.tolist() == [0, 100]
    assert survey.timeline("year", repeats="latest").values.tolist() == [survey.score(repeats="latest").value]


def test_repeats_latest_prefers_an_answer() -> None:
    """A later row without an answer does not displace an answer; a customer who never answered stays missing."""
    data = {"score": [10, None, None], "id": [1, 1, 2], "date": ["2026-01-01", "2026-02-01", "2026-01-01"]}
    found = nk.Survey(data, customer="id", time="date").score(repeats="latest")
    assert (found.n, found.missing) == (1, 1)


def test_repeats_mean() -> None:
    """Each customer weighs as one, however often they answer."""
    survey = nk.Survey({"score": [10, 10, 10, 0], "id": ["a", "a", "a", "b"]}, customer="id")
    assert survey.score().value == 50
    assert survey.score(repeats="mean").value == 0


def test_unknown_customers_are_themselves() -> None:
    """Rows without a customer are customers of their own."""
    survey = nk.Survey({"score": [10, 10, 0], "id": [None, None, None]}, customer="id")
    assert survey.score(repeats="mean").value == pytest.approx(100 / 3)
    assert survey.score().conventions.variance == "independent"


def test_clustered_only_where_somebody_repeats() -> None:
    """Intervals are clustered by customer as soon as one answers twice, and wider where answers repeat."""
    once = nk.Survey({"score": [10, 0, 8, 9], "id": [1, 2, 3, 4]}, customer="id").score()
    plain = nk.nps([10, 0, 8, 9])
    assert (once.tally, once.interval()) == (plain.tally, plain.interval())
    with pytest.raises(nk.IncompatibleError, match="score the rows together"):
        _ = once + once
    data = {"score": [10] * 30 + [0] * 30, "id": [i // 3 for i in range(60)]}
    clustered = nk.Survey(data, customer="id").score()
    plain = nk.Survey(data).score()
    assert clustered.conventions.variance == "clustered"
    assert clustered.value == plain.value
    assert clustered.margin() > 1.5 * plain.margin()
    assert clustered.n_effective < 30


def test_design_with_strata() -> None:
    """Without differences within strata the variance is 0, and the interval falls back on Kish's effective number."""
    data = {"score": [10] * 10 + [0] * 10, "stratum": ["a"] * 10 + ["b"] * 10}
    score = nk.Survey(data, stratum="stratum").score()
    assert score.se == 0
    plain = nk.nps(data["score"]).interval()
    assert [score.interval().low, score.interval().high] == pytest.approx([plain.low, plain.high])


def test_lonely_stratum() -> None:
    """A stratum with a single unit is an error that names it, unless told what to do."""
    data = {"score": [10, 0, 9], "stratum": ["a", "a", "b"]}
    with pytest.raises(nk.InvalidValueError, match="'b'"):
        nk.Survey(data, stratum="stratum").score()
    assert nk.Survey(data, stratum="stratum", lonely="certainty").score().value == pytest.approx(100 / 3)


def test_denominator_all() -> None:
    """With all responses in the denominator the missing count as a score of 0, also where answers cluster."""
    data = {"score": [10, 10, None, None], "id": [1, 1, 2, 3]}
    for survey in (nk.Survey({"score": data["score"]}), nk.Survey(data, customer="id")):
        assert survey.score(denominator="all").value == 50
        assert survey.score().value == 100


@pytest.mark.parametrize("engine", [lambda f: f, lambda f: f.lazy(), lambda f: duckdb.from_arrow(f.to_arrow())])
def test_weights_on_every_engine(engine: Any) -> None:
    """Sums of weights and of their squares are the same wherever the data is, also of the missing."""
    frame = pl.DataFrame({"score": [10, 0, None, 11, 9], "w": [1.0, 2.0, 4.0, 8.0, 0.5]})
    survey = nk.Survey(engine(frame), weight="w")
    tally = survey.tally()
    assert tally.weights is not None
    assert tally.squares is not None
    assert tally.weights[-2:].tolist() == [4.0, 8.0]
    assert tally.squares.sum() == 1 + 4 + 16 + 64 + 0.25
    with pytest.warns(nk.PrecisionWarning, match=r"5 answers are worth 2\.8 of equal weight"):
        score = survey.score(denominator="all")
    assert score.value == pytest.approx(100 * (1 + 0.5 - 2) / 15.5)


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("bad", [-1.0, float("nan"), float("inf"), None])
def test_bad_weights(lazy: bool, bad: float | None) -> None:
    """A weight that cannot be used is an error on every engine."""
    frame = pl.DataFrame({"score": [10, 9], "w": [1.0, bad]})
    survey = nk.Survey(frame.lazy() if lazy else frame, weight="w")
    with pytest.raises(nk.InvalidValueError, match="w"):
        survey.score()


def test_weights_must_be_numbers() -> None:
    """Weights may be texts of numbers, on every engine; other text is no weight."""
    frame = pl.DataFrame({"score": [10, 9], "w": ["a", "b"]})
    for source in (frame, frame.lazy()):
        with pytest.raises(nk.InvalidValueError, match=r"weight: column 'w': row 0 .*'a', which is not a number"):
            nk.Survey(source, weight="w").score()
    frame = pl.DataFrame({"score": [10, 0], "w": ["1,5", "0,5"]})
    for source in (frame, frame.lazy()):
        assert nk.Survey(source, weight="w").score().value == 50


def test_several_questions() -> None:
    """A scorer of three questions takes three columns, in order or by name."""
    data = {"a": [5, 5, 1], "b": [5, 4, 1], "c": [5, 5, 1]}
    by_order = nk.Survey(data, score=["a", "b", "c"], scorer=nk.SCI())
    by_name = nk.Survey(data, score={"recommend": "c", "satisfaction": "a", "repurchase": "b"}, scorer=nk.SCI())
    assert by_order.score() == by_name.score() == nk.sci(*data.values())
    assert by_order.roles["score"] == ("a", "b", "c")


def test_default_columns() -> None:
    """Without a name the columns called like the questions are taken."""
    assert nk.Survey({"score": [9]}).roles == {"score": "score"}
    with pytest.raises(nk.ColumnNotFoundError, match="did you mean 'Score'"):
        nk.Survey({"Score": [9]})


def test_responses_bind_themselves() -> None:
    """The fields of responses are their roles, where any of them has a value."""
    at = dt.datetime(2026, 5, 1, tzinfo=dt.UTC)
    survey = nk.Survey([nk.Response(9, customer="a", at=at), nk.Response(3, customer="a", comment="meh")])
    assert survey.roles == {"score": "score", "time": "at", "customer": "customer", "comment": "comment"}
    assert nk.Survey([nk.Response(9)]).roles == {"score": "score"}
    assert nk.Survey([]).score().n == 0


def test_rejected_names_rows() -> None:
    """What could not be scored is listed with row, column, value and reason."""
    survey = nk.Survey({"score": [10, 11, None, 7.5, "x", True]})
    assert [(r.row, r.value) for r in survey.rejected] == [(1, "11"), (3, "7.5"), (4, "x"), (5, "True")]
    assert survey.score().invalid == 4
    assert survey.score().missing == 1


def test_on_invalid_raise() -> None:
    """The first invalid answers are named with their rows, also from a lazy frame."""
    frame = pl.DataFrame({"score": [10, 11, -1]})
    for source in (frame, frame.lazy()):
        with pytest.raises(nk.InvalidValueError, match="row 1: 11, row 2: -1"):
            nk.Survey(source, on_invalid="raise").score()


def test_audit() -> None:
    """A label that contradicts the answer beside it is listed; the score goes by the answer."""
    data = {"score": [6, 9, 7, None, 10], "group": ["Promoter", "Promoters", "Neutral", "Detractor", "Fan"]}
    survey = nk.Survey(data, label="group")
    audit = survey.audit()
    assert [(c.row, c.answer, c.label) for c in audit.contradictions] == [(0, "detractor", "Promoter")]
    assert (audit.checked, audit.unknown, audit.unscored) == (3, {"Fan": 1}, 1)
    assert survey.score().counts["detractor"] == 1
    with pytest.raises(nk.IncompatibleError, match="label="):
        nk.Survey({"score": [1]}).audit()


def test_compare() -> None:
    """All segments are compared at once and in pairs; segments without answers are left out by name."""
    data = {"score": [10] * 30 + [0] * 30 + [None], "region": ["N"] * 30 + ["S"] * 30 + ["empty"]}
    found = nk.Survey(data).compare(by="region")
    assert found.not_compared == ("empty",)
    assert [(p.a, p.b) for p in found.pairs] == [("N", "S")]
    assert found.pairs[0].difference == 200
    assert found.pairs[0].p_adjusted < 0.001
    with pytest.raises(nk.InvalidValueError, match="fewer than two"):
        nk.Survey({"score": [1], "r": ["a"]}).compare(by="r")


def test_shrinkage_draws_small_segments_to_the_whole() -> None:
    """The shrunken score of a small extreme segment lies between its own and the whole's."""
    rng = np.random.default_rng(1)
    big = [(int(s), r) for r in "ABCD" for s in rng.choice([3, 8, 10], 200, p=[0.2, 0.3, 0.5])]
    data = {"score": [s for s, _ in big] + [0, 0], "r": [r for _, r in big] + ["tiny"] * 2}
    table = nk.Survey(data).score(by="r", shrink=True)
    assert isinstance(table, ScoreTable)
    assert table.shrunken is not None
    tiny = [key[0] for key in table].index("tiny")
    assert table.values[tiny] == -100
    assert -60 < table.shrunken[tiny] < 40
    weighted = nk.Survey({**data, "w": [1.0] * 802}, weight="w").score(by="r", shrink=True)
    assert weighted.shrunken is not None
    assert weighted.shrunken[tiny] > -100


def test_too_few_are_marked_not_hidden() -> None:
    """Segments below the threshold stay, and say so."""
    table = nk.Survey({"score": [9, 9, 3], "r": ["a", "a", "b"]}).score(by="r", too_few=2)
    assert table.few.tolist() == [False, True]
    assert "too few" in str(table)


def test_a_million_rows_of_a_lazy_frame_stay_there() -> None:
    """A lazy frame is asked for counts only: the plan ends in a group-by over the bound columns."""
    frame = pl.DataFrame({"score": np.arange(1000) % 11, "r": ["a", "b"] * 500, "text": ["x" * 1000] * 1000}).lazy()
    assert nk.Survey(frame).score(by="r").n.tolist() == [500, 500]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nk.Survey({"score": [1]}, time="dat"), nk.ColumnNotFoundError, "time: there is no column 'dat'"),
        (lambda: nk.Survey({"score": [1], "date": [1]}, time="dat"), KeyError, "did you mean 'date'"),
        (lambda: nk.Survey({"score": [1]}).score(by="x"), nk.ColumnNotFoundError, "by: there is no column 'x'"),
        (lambda: nk.Survey({"score": [1]}).score(by=[]), nk.InvalidValueError, "at least one"),
        (lambda: nk.Survey({"score": [1]}).score(by=["score", "score"]), nk.InvalidValueError, "twice"),
        (lambda: nk.Survey({"score": [1]}).score(repeats="some"), nk.InvalidValueError, "repeats must be one of"),  # type: ignore[call-overload]
        (lambda: nk.Survey({"score": [1]}).score(repeats="mean"), nk.IncompatibleError, "customer="),
        (
            lambda: nk.Survey({"score": [1], "c": [1]}, customer="c").score(repeats="latest"),
            nk.IncompatibleError,
            "time=",
        ),
        (lambda: nk.Survey({"score": [1]}).score(denominator="x"), nk.InvalidValueError, "denominator"),  # type: ignore[call-overload]
        (lambda: nk.Survey({"score": [1]}).score(shrink=True), nk.InvalidValueError, "by="),
        (
            lambda: nk.ces([1, None], denominator="all"),
            nk.InvalidValueError,
            r"off the range of CES 2.0 \(mean\), 1..7",
        ),
        (lambda: nk.Survey({"score": [1]}, on_invalid="x"), nk.InvalidValueError, "on_invalid"),  # type: ignore[arg-type]
        (lambda: nk.Survey({"score": [1]}, score=["score", "score"]), nk.IncompatibleError, "reads 1 column"),
        (lambda: nk.Survey({"score": [1]}, score={"nps": "score"}), nk.InvalidValueError, "is not in both"),
        (
            lambda: nk.Survey({"score": [1]}, score=3),  # type: ignore[arg-type]
            nk.InvalidTypeError,
            "name of a column",
        ),
        (lambda: nk.Survey({"score": [1], "b": [1, 2]}), nk.IncompatibleError, "equally long"),
        (lambda: nk.Survey(7), nk.InvalidTypeError, "dataframe"),
        (lambda: nk.Survey("export.csv"), nk.InvalidTypeError, r"npskit\.read"),
        (lambda: nk.Survey([1, 2]), nk.InvalidTypeError, "item 0"),
        (
            lambda: nk.Survey(pd.DataFrame([[1, 2]], columns=["a", "a"]), score="a"),
            nk.InvalidValueError,
            "more than once",
        ),
        (
            lambda: nk.Survey({"score": [1]}, scorer=nk.NPS),  # type: ignore[arg-type]
            nk.InvalidTypeError,
            r"NPS\(\)",
        ),
    ],
)
def test_bad_input(make: Any, error: type[Exception], message: str) -> None:
    """What cannot be bound or scored is refused with the argument, the value and the fix."""
    with pytest.raises(error, match=message):
        make()


def test_printing() -> None:
    """A survey prints its size and roles."""
    assert repr(nk.Survey({"score": [1, 2]})).startswith("Survey(2 rows, score='score', scorer=NPS(")
    assert nk.Survey({"score": [1], "x": [1]}).columns == ["score", "x"]


def test_raking_reaches_the_totals_and_allows_for_them() -> None:
    """Raked weights reach every total; with one column the score is the shares' mean of the cells' scores."""
    data = {"score": [10, 10, 10, 0, 3, 9], "region": list("NNNSSN"), "age": list("abaabb")}
    raked = nk.Survey(data).rake({"region": {"N": 0.5, "S": 0.5}})
    score = raked.score()
    assert score.value == pytest.approx(0)
    assert (score.conventions.variance, score.conventions.weighted) == ("calibrated", True)
    assert score.se == pytest.approx(0, abs=1e-9)  # no spread within the regions
    table = raked.score(by="region")
    assert table.values.tolist() == pytest.approx([100, -100])
    both = nk.Survey(data).rake({"region": {"N": 60, "S": 40}, "age": {"a": 30, "b": 70}})
    weights = both.tally(by="region").weights
    assert weights is not None
    assert weights.sum(axis=1) == pytest.approx([60, 40])
    again = both.tally(by="age").weights
    assert again is not None
    assert again.sum(axis=1) == pytest.approx([30, 70])


def test_raking_a_lazy_frame_and_a_design() -> None:
    """Raking goes on from the bound weights and units, wherever the data is."""
    frame = pl.DataFrame(
        {
            "score": [10, 9, 0, 3, 8, 10],
            "r": list("NSNSNS"),
            "w": [1.0, 2.0, 1.0, 2.0, 1.0, 2.0],
            "id": [1, 1, 2, 2, 3, 3],
        }
    )
    totals = {"r": {"N": 0.5, "S": 0.5}}
    with pytest.warns(nk.PrecisionWarning, match=r"6 answers are worth 2\.2 of equal weight"):
        eager, lazy = (nk.Survey(f, weight="w", cluster="id").rake(totals).score() for f in (frame, frame.lazy()))
    assert eager == lazy
    assert eager.estimate.df == 2
    with pytest.raises(nk.IncompatibleError, match="do not go together"):
        nk.Survey(frame, customer="id").rake(totals).score(repeats="mean")
    with pytest.raises(nk.ColumnNotFoundError, match="totals: there is no column 'x'"):
        nk.Survey(frame).rake({"x": {"N": 1.0}})


@example([7], 5e-324, 0.5)
@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.floats(-100, 100), st.floats(0.01, 0.99))
def test_the_p_value_and_the_interval_agree(answers: list[int], null: float, level: float) -> None:
    """A one-sample p-value is below alpha exactly where the score interval leaves the null out."""
    score = nk.nps(answers)
    p = score.p_value(null)
    low, high = score.interval(level)
    if min(abs(null - low), abs(null - high)) > 1e-6:
        assert (p < 1 - level) == (not low <= null <= high)
    with pytest.raises(nk.InvalidValueError, match="null"):
        score.p_value(float("nan"))


def test_frames_go_back_where_they_came_from() -> None:
    """Scores, tables and comparisons become frames of the library the data came in."""
    data = {"score": [10, 9, 0, 3], "r": list("NSNS")}
    for frame in (pl.DataFrame(data), pd.DataFrame(data), pl.DataFrame(data).to_arrow()):
        survey = nk.Survey(frame)
        table = survey.score(by="r")
        pair = nk.compare(table["N"], table["S"])
        results: list[Any] = [survey.score(), table, table["N"], survey.compare(by="r"), pair]
        assert {type(result.to_frame()) for result in results} == {type(frame)}


def test_weights_of_every_kind_of_number() -> None:
    """Decimal weights count on every source; a missing one is named by its row."""
    frame = pl.DataFrame({"score": [10, 0], "w": ["3", "1"]}).with_columns(pl.col("w").cast(pl.Decimal(10, 2)))
    for source in (frame, frame.lazy(), frame.to_dict(as_series=False)):
        assert nk.Survey(source, weight="w").score().value == 50
    for missing in ({"score": [10, 9], "w": [1, None]}, pl.DataFrame({"score": [10, 9], "w": [1, None]})):
        with pytest.raises(nk.InvalidValueError, match="row"):
            nk.Survey(missing, weight="w").score()


def test_timeline() -> None:
    """Periods partition the rows; those without answers are there; undated answers are counted."""
    days = ["2026-01-05", "2026-01-31", "2026-03-01", None, "2026-03-02"]
    survey = nk.Survey({"score": [10, 3, 9, 10, None], "r": list("NSNSN"), "day": days}, time="day")
    line = survey.timeline()
    assert line.labels == ("2026-01", "2026-02", "2026-03")
    assert line.n.tolist() == [2, 0, 1]
    assert np.isnan(line["2026-02"].value)
    assert int(line.tally.total().rows + line.undated.rows) == 5
    assert line.tally.total() + line.undated == survey.tally()
    by_region = survey.timeline(every="quarter", by="r")
    assert by_region["N", "2026-Q1"].tally == nk.nps([10, 9, None]).tally
    rolling = survey.timeline(every="month", window="60d")
    assert rolling.window == "60d"
    with pytest.raises(nk.IncompatibleError, match="time="):
        nk.Survey({"score": [1]}).timeline()


def test_a_timeline_is_clustered_by_customer() -> None:
    """Where a customer answers more than once in a period, its interval is that of the clustered score."""
    data: dict[str, list[Any]] = {
        "score": [10, 10, 0, 0, 9, 3] * 5,
        "id": [1, 1, 2, 2, 3, 4] * 5,
        "day": ["2026-01-05"] * 15 + ["2026-02-05"] * 15,
    }
    survey = nk.Survey(data, time="day", customer="id")
    line = survey.timeline()
    assert line.conventions.variance == "clustered"
    january = nk.Survey({name: values[:15] for name, values in data.items()}, customer="id").score()
    assert line["2026-01"].interval().low == pytest.approx(january.interval().low, abs=1e-9)
    window = survey.timeline(window="30d")
    assert window.conventions.variance == "clustered"
    assert window["2026-01"].interval().low == pytest.approx(january.interval().low, abs=1e-9)


def test_transitions() -> None:
    """The same customers, in the order of their answers; who moved is named, and groups are compared."""
    data = {
        "score": [7, 9, 8, 8, 3, 9, 7, 10],
        "id": ["a", "a", "b", "b", "c", "c", None, "d"],
        "day": ["2026-01-05", "2026-02-05"] * 4,
        "contacted": ["yes", "yes", "no", "no", "yes", "yes", None, "no"],
    }
    survey = nk.Survey(data, customer="id", time="day")
    found = survey.transitions()
    assert found.counts.tolist() == [[0, 0, 1], [0, 1, 1], [0, 0, 0]]
    assert found.who("passive", "promoter") == ["a"]
    assert survey.transitions(by="contacted").groups
    with pytest.raises(nk.IncompatibleError, match="customer="):
        nk.Survey({"score": [1]}).transitions()


def test_a_population_without_strata_is_a_simple_sample() -> None:
    """A population makes for the finite population correction; a census has no sampling error."""
    data = {"score": [10, 9, 0, 3, 8]}
    plain = nk.Survey(data).score()
    half = nk.Survey(data, population=10).score()
    assert half.se == pytest.approx(plain.se * np.sqrt(5 / 4 * (1 - 5 / 10)))
    census = nk.Survey(data, population=5).score()
    assert census.interval().low == census.value == census.interval().high
    assert nk.Survey(pl.LazyFrame(data), population=10).score().se == half.se  # counts of an engine would not do


@pytest.mark.filterwarnings("ignore:5 answers are worth:npskit.PrecisionWarning")
def test_calibrated_weights_are_those_of_rows_wherever_the_data_lie() -> None:
    """Counts of an engine have no weights that were made here."""
    data = {"score": [10, 9, 0, 3, 8], "part": ["a", "a", "b", "b", "b"]}
    shares = {"part": {"a": 0.5, "b": 0.5}}
    held, lazy = (nk.Survey(frame, score="score").rake(shares).score() for frame in (data, pl.LazyFrame(data)))
    assert held.value == lazy.value == pytest.approx(50 - 100 / 3)
    assert held.se == lazy.se


@pytest.mark.parametrize("unit", [1e200, 1e-200])
def test_weights_that_an_engine_cannot_square_are_those_of_rows(unit: float) -> None:
    found = nk.Survey(pl.LazyFrame({"s": [10, 0, 9], "w": [unit, 3 * unit, unit]}), score="s", weight="w").score()
    assert (found.value, found.se) == pytest.approx((-20, 72))


def test_times_must_be_times() -> None:
    """What is no time is refused by its row, not guessed an order for."""
    survey = nk.Survey({"score": [10, 1], "t": ["2026-01-01", "b"], "c": [1, 1]}, time="t", customer="c")
    with pytest.raises(
        nk.InvalidValueError, match=r"time: column 't': row 1 \(from 0\) holds 'b', which is not a time"
    ):
        survey.score(repeats="latest")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda s: s.score(by=3), "by must be the name of a column"),
        (lambda s: s.compare(by=None), "by must be the name of a column"),
        (lambda s: s.rake({}), "totals must map columns"),
        (lambda s: s.rake({"r": [0.4, 0.6]}), "must map each label"),
        (lambda s: nk.Score.of([1, 2, 3]), "must be a Tally"),  # type: ignore[arg-type]
        (lambda s: nk.sample_size(margin="5"), "margin must be a number"),  # type: ignore[arg-type]
        (lambda s: s.score().p_value("x"), "null must be a number"),
    ],
)
def test_misuse(make: Any, message: str) -> None:
    """An argument of the wrong kind is npskit's error, and says which."""
    with pytest.raises(nk.NpskitError, match=message):
        make(nk.Survey({"score": [1, 9], "r": ["a", "b"]}))


def test_plan_from_a_score() -> None:
    """The shares of a score plan the next one."""
    score = nk.nps([10] * 60 + [8] * 30 + [3] * 10)
    assert nk.sample_size(margin=5, shares=score.shares).n == nk.sample_size(margin=5, shares=[0.1, 0.3, 0.6]).n


def test_the_same_instant_is_in_the_same_month_whatever_holds_it() -> None:
    """Text, Python times, pandas and Polars columns of one zone are all read on its own clock; a named zone wins."""
    warsaw = zoneinfo.ZoneInfo("Europe/Warsaw")
    moments = [dt.datetime(2026, 2, 1, 0, 30, tzinfo=warsaw), dt.datetime(2026, 2, 3, 9, tzinfo=warsaw)]
    kinds: list[Any] = [
        {"score": [9, 3], "at": [m.isoformat() for m in moments]},
        {"score": [9, 3], "at": moments},
        pd.DataFrame({"score": [9, 3], "at": pd.Series(moments, dtype=object)}),
        pd.DataFrame({"score": [9, 3], "at": pd.to_datetime(pd.Series(moments))}),
        pl.DataFrame({"score": [9, 3], "at": moments}).with_columns(pl.col("at").dt.convert_time_zone("Europe/Warsaw")),
    ]
    for data in kinds:
        line = nk.Survey(data, time="at").timeline()
        assert line.n.tolist() == [2], data
        abroad = nk.Survey(data, time="at", time_zone="America/New_York").timeline()
        assert abroad.n.tolist() == [1, 1], data


def test_a_guessed_order_of_day_and_month_is_a_warning() -> None:
    """Where no row tells, the guess is said; said by the user or shown by a row, there is nothing to guess."""
    data: dict[str, list[Any]] = {"score": [9, 3], "at": ["03/01/2026", "04/01/2026"]}
    with pytest.warns(nk.GuessWarning, match=r"'at'.*month first: give dayfirst=True"):
        assert nk.Survey(data, time="at").timeline().n.tolist() == [1, 1]
    cases = {"opened": data["at"], "closed": [None, None]}
    for reading in (lambda: nk.Survey(data, time="at").timeline(), lambda: nk.closed_loop(cases, as_of="2026-06-01")):
        with pytest.warns(nk.GuessWarning) as caught:
            reading()
        assert [warning.filename for warning in caught] == [__file__]  # the user's line, however deep the reading
    assert nk.Survey(data, time="at", dayfirst=True).timeline().n.tolist() == [2]
    assert nk.Survey(data | {"at": ["03/01/2026", "14/01/2026"]}, time="at").timeline().n.tolist() == [2]
    mixed = data | {"at": ["2026-01-01T00:00+01:00", "2026-07-01T00:00+02:00"]}
    with pytest.warns(nk.GuessWarning, match="offsets"):
        nk.Survey(mixed, time="at").timeline()


def test_errors_about_strata_and_clusters_say_role_and_column() -> None:
    """What is missing of a bound column is named by its role and by what the column is called."""
    data = {"score": [9, 3, 5], "client_id": ["a", None, "b"], "area": ["N", "S", None], "w": [1, -1, 1]}
    for roles, said in (
        ({"cluster": "client_id"}, r"clusters \(column 'client_id'\) must not be missing: missing in row 1 \(from 0\)"),
        ({"stratum": "area"}, r"strata \(column 'area'\) must not be missing: missing in row 2 \(from 0\)"),
        ({"weight": "w"}, r"weight: column 'w' must be finite and at least 0: row 1 \(from 0\) has -1"),
    ):
        with pytest.raises(nk.InvalidValueError, match=said) as caught:
            nk.Survey(data, **roles).score()  # type: ignore[arg-type]
        assert caught.value.rows in ((1,), (2,))
        assert caught.value.argument in ("clusters", "strata", "weight")


def test_what_cannot_be_used_of_times_is_known_at_once() -> None:
    """A zone is refused where none of its name is known, also without times; times that are none are listed."""
    with pytest.raises(nk.InvalidValueError, match="time_zone 'Mars/X' is not known") as unknown:
        nk.Survey({"score": [9]}, time_zone="Mars/X")
    assert unknown.value.argument == "time_zone"
    survey = nk.Survey({"score": [11, 0], "t": ["2026-01-01", "bad"]}, time="t")
    assert [(each.row, each.column, each.kind) for each in survey.rejected] == [
        (0, "score", "off the scale"),
        (1, "t", "no time"),
    ]
    with pytest.raises(nk.InvalidTypeError, match="capacity maps names of teams or persons to hours: 5 is no name"):
        nk.Survey({"score": [9]}).follow_up(capacity={5: 1})  # type: ignore[dict-item]
