"""A query over a plain connection says what its rows say, writes nothing, and fails with the name of the database."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib.util
import inspect
import sqlite3
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest

import npskit as nk
from npskit.results import Result
from npskit.sample.opening import SurveyArguments
from tests.engines.outcome import differences, plain

ODD = 'a%b ?"x":y'
ROWS: list[tuple[Any, ...]] = [
    (10, "N", 1.0, 1, "2026-01-01 10:00:00", "1%"),
    (9, "N", 2.0, 1, "2026-02-01 10:00:00", "2"),
    (3, "S", 1.0, 2, "2026-01-05 10:00:00", "1%"),
    (None, "S", 1.0, None, "2026-02-01 10:00:00", "3"),
    (11, None, 1.5, 3, "2026-02-01 10:00:00", None),
]
NAMES = ["score", "Region", "w", "id", "at", ODD]


@contextlib.contextmanager
def postgresql() -> Iterator[Any]:
    """A connection to a server of our own."""
    psycopg = pytest.importorskip("psycopg")
    servers = pytest.importorskip("tests.engines.servers")
    with servers.postgresql() as folder, psycopg.connect(host=folder, user="postgres", dbname="postgres") as connection:
        yield connection


DATABASES: dict[str, Callable[[], Any]] = {
    "DuckDB": lambda: contextlib.closing(duckdb.connect()),
    "SQLite": lambda: contextlib.closing(sqlite3.connect(":memory:")),
    "PostgreSQL": postgresql,
}


@pytest.fixture(scope="module", params=DATABASES)
def opened(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    """A database, and a connection to it with a table of answers."""
    if request.param != "DuckDB":
        pytest.importorskip("ibis")
    with DATABASES[request.param]() as connection:
        cursor = connection.cursor()
        kinds = ("int", "text", "double precision", "int", "timestamp", "text")
        quoted = ['"{}"'.format(name.replace('"', '""')) for name in NAMES]
        columns = ", ".join(f"{name} {kind}" for name, kind in zip(quoted, kinds, strict=True))
        cursor.execute(f"CREATE TABLE answers ({columns})")
        mark = "%s" if request.param == "PostgreSQL" else "?"
        cursor.executemany(f"INSERT INTO answers VALUES ({', '.join([mark] * len(NAMES))})", ROWS)
        connection.commit()
        yield request.param, connection


def in_memory(rows: list[tuple[Any, ...]] = ROWS) -> dict[str, list[Any]]:
    """The same answers as a mapping."""
    return dict(zip(NAMES, map(list, zip(*rows, strict=True)), strict=True))


def assert_same(found: Result, wanted: Result) -> None:
    """Counts are equal, and estimates but for rounding: a database adds up in its own order."""
    assert list(differences(plain(found), plain(wanted))) == []


def test_a_database_says_what_its_rows_say(opened: tuple[str, Any]) -> None:
    """Scores, segments, months, weights, customers, filters and what is invalid are those of the rows in memory."""
    name, connection = opened
    query = "SELECT * FROM answers -- all of them\n ; "
    several: list[dict[str, Any]] = [{}, {"weight": "w"}, {"customer": "id"}]
    for roles in (*several, {"time": "at", "weight": "w", "customer": "id"}):
        held = nk.Survey(in_memory(), **roles)
        asked = nk.Survey.from_sql(query, connection, **roles)
        assert asked.columns == NAMES
        assert name in repr(asked)
        for by in (None, "Region", ODD, ["Region", ODD]):
            assert_same(asked.score(by=by), held.score(by=by))
        assert_same(asked.where({ODD: ["1%", None]}).score(), held.where({ODD: ["1%", None]}).score())
        assert [(each.column, each.value) for each in asked.rejected] == [("score", "11")]
        if "time" in roles:
            assert_same(asked.timeline(), held.timeline())


def test_parameters_stay_apart_from_the_query(opened: tuple[str, Any]) -> None:
    """Parameters are the connection's to fill in: beside names with percent signs, question marks and colons."""
    name, connection = opened
    mark, column = ("%s", ODD.replace("%", "%%")) if name == "PostgreSQL" else ("?", ODD)
    query = 'SELECT * FROM answers WHERE w < {} AND "{}" IN ({}, {})'.format(
        mark, column.replace('"', '""'), mark, mark
    )
    survey = nk.Survey.from_sql(query, connection, parameters=[2, "1%", "x'; DROP TABLE answers; --"])
    kept = in_memory([row for row in ROWS if row[-1] == "1%"])
    for _ in range(2):
        assert survey.score(by=ODD).to_dict() == nk.Survey(kept).score(by=ODD).to_dict()


def test_nothing_is_written(opened: tuple[str, Any]) -> None:
    """What does more than select is refused, and what was asked leaves no table and no transaction."""
    name, connection = opened
    before = connection.cursor().execute("SELECT count(*) FROM answers").fetchall()
    if name == "PostgreSQL":
        connection.rollback()
    nk.Survey.from_sql("SELECT * FROM answers", connection).score(by="Region")
    if name == "PostgreSQL":
        assert connection.info.transaction_status == 0  # idle
    for bad in ("DELETE FROM answers RETURNING *", "DROP TABLE answers", "SELECT 1; DROP TABLE answers"):
        if name != "DuckDB":  # which runs a statement as it is given
            with pytest.raises(nk.EngineError, match=f"{name} failed at telling the columns"):
                nk.Survey.from_sql(bad, connection)
    assert connection.cursor().execute("SELECT count(*) FROM answers").fetchall() == before
    if name == "PostgreSQL":
        connection.rollback()


def test_failures_are_named(opened: tuple[str, Any]) -> None:
    """A table that is not there, a query that selects nothing, names that stand twice, and values beyond numbers."""
    name, connection = opened
    with pytest.raises(nk.EngineError, match=f"data: {name} failed at .*no_such"):
        nk.Survey.from_sql("SELECT * FROM no_such", connection)
    for nothing in ("", " ; "):
        with pytest.raises(nk.InvalidValueError, match="query must select rows"):
            nk.Survey.from_sql(nothing, connection)
    if name == "PostgreSQL":  # others name the second one otherwise
        with pytest.raises(nk.InvalidValueError, match="column name 'w' occurs more than once"):
            nk.Survey.from_sql("SELECT score, w, w FROM answers", connection)
    with pytest.raises(nk.ColumnNotFoundError, match="did you mean 'Region'"):
        nk.Survey.from_sql("SELECT * FROM answers", connection).score(by="region")


def test_a_connection_that_is_closed_is_an_error_of_ours() -> None:
    """Whatever happens to a connection after the survey was bound, what fails is named."""
    pytest.importorskip("ibis")
    connection = sqlite3.connect(":memory:")
    survey = nk.Survey.from_sql("SELECT 9 AS score, 'N' AS region", connection)
    connection.close()
    with pytest.raises(nk.EngineError, match=r"SQLite failed at counting .*closed"):
        survey.score()


def test_cells_of_sqlite_may_be_of_any_kind() -> None:
    """SQLite holds in a column what it is given: a text among weights is no number, and no row is lost."""
    pytest.importorskip("ibis")
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("CREATE TABLE answers (score int, w real, none text)")
        cells = [(10, 1), ("9", "2"), (b"3", 1.5), ("x", 0), (None, 1)]
        connection.executemany("INSERT INTO answers VALUES (?, ?, NULL)", cells)
        survey = nk.Survey.from_sql("SELECT * FROM answers", connection)
        assert (survey.score().n, survey.score().missing, survey.score().invalid) == (3, 1, 1)
        assert survey.score(by="none").tally.n.tolist() == [3]
        assert survey.column("score").values.tolist() == [10, 9, b"3", "x", None]  # the column makes numbers of digits
        connection.execute("UPDATE answers SET w = 'much' WHERE score = 10")
        weighted = nk.Survey.from_sql("SELECT * FROM answers", connection, weight="w")
        with pytest.raises(nk.InvalidValueError, match=r"weight: column 'w': row 0 \(from 0\) holds 'much'"):
            weighted.score()
        empty = nk.Survey.from_sql("SELECT * FROM answers WHERE score > 99 AND score < 0", connection)
        assert (empty.score().n, empty.columns) == (0, ["score", "w", "none"])


def test_kinds_of_postgresql() -> None:
    """Identifiers, money, times that know their zone and what else PostgreSQL holds are segments, and no trap."""
    pytest.importorskip("ibis")
    with postgresql() as connection:
        connection.execute("SET TIME ZONE 'Europe/Warsaw'")
        query = """
            SELECT score, w::numeric(9, 2), w::numeric::money AS money, '{"a": 1}'::json AS json, score > 5 AS good,
                   md5(score::text)::uuid AS uuid, '2026-03-31 22:30+00'::timestamptz AS at, current_date AS day
            FROM (VALUES (10, 1.5), (3, 0.5), (3, 1.0)) AS answers (score, w)
        """
        survey = nk.Survey.from_sql(query, connection, weight="w", time="at")
        assert survey.score().value == pytest.approx(0)
        for by in ("money", "uuid", "good", "day"):
            assert int(survey.score(by=by).tally.n.sum()) == 3
        assert [str(label) for label in survey.timeline().labels] == ["2026-04"]
        with pytest.raises(nk.EngineError, match=r"PostgreSQL failed at counting .*json"):
            survey.score(by="json")
        connection.rollback()
        dictionaries = __import__("psycopg.rows", fromlist=["dict_row"]).dict_row
        connection.row_factory = dictionaries
        assert nk.Survey.from_sql(query, connection).score().n == 3


def test_placeholders_of_postgresql_itself() -> None:
    """A raw cursor numbers its placeholders, and a percent sign in a name is one to it, whatever stands beside."""
    pytest.importorskip("ibis")
    with postgresql() as connection:
        connection.cursor_factory = __import__("psycopg").RawCursor
        query = """SELECT v AS score, 'x%' AS "a%b" FROM (VALUES (10), (3)) AS given (v) WHERE v > $1"""
        found = nk.Survey.from_sql(query, connection, parameters=[5]).score(by="a%b")
        assert (found.keys, found.tally.n.tolist()) == ((("x%",),), [1])


@pytest.mark.skipif(importlib.util.find_spec("ibis") is not None, reason="Ibis is installed")
def test_without_ibis_the_extra_is_named() -> None:
    """The error says which extra writes the dialect."""
    with (
        contextlib.closing(sqlite3.connect(":memory:")) as connection,
        pytest.raises(nk.MissingDependencyError, match=r"npskit\[sql\]"),
    ):
        nk.Survey.from_sql("SELECT 9 AS score", connection)


def test_other_connections_are_refused() -> None:
    """What is no connection, or one of something else, is told which are."""
    for other in (None, object(), dt.date(2026, 1, 1), Decimal(1)):
        with pytest.raises(nk.IncompatibleError, match="connection must be one of DuckDB, psycopg or sqlite3"):
            nk.Survey.from_sql("SELECT 9 AS score", other)
    with pytest.raises(nk.InvalidTypeError, match="query must be SQL as a text"):
        nk.Survey.from_sql(9, duckdb.connect())  # type: ignore[arg-type]


def test_the_arguments_are_those_of_a_survey() -> None:
    """What `from_sql` and `scan` take beside their source is what `Survey` takes."""
    assert list(SurveyArguments.__annotations__) == list(inspect.signature(nk.Survey).parameters)[1:]
