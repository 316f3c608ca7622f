"""A query over a plain connection: written by Ibis in the dialect of the database, and run by the user's own cursor."""

from __future__ import annotations

import contextlib
import importlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import attrs

from npskit.data.columns import plain_column
from npskit.data.engines import Fetched, asking
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, optional, quoted, written

_NAME = "npskit_query"
# What a database is called in errors, and its dialect by Ibis, by the module of its connections.
_DATABASES = {"psycopg": ("PostgreSQL", "postgres"), "sqlite3": ("SQLite", "sqlite")}
# The numbers that PostgreSQL has for its types, and what Ibis calls these; all others are no numbers and no times.
_KINDS = {
    16: "boolean",
    21: "int16",
    23: "int32",
    20: "int64",
    700: "float32",
    701: "float64",
    1700: "decimal",
    25: "string",
    1042: "string",
    1043: "string",
    1082: "date",
    1114: "timestamp(6)",
    2950: "uuid",
}
_AWARE = 1184  # of times that know their zone


@attrs.frozen(eq=False)
class DatabaseQuery:
    """A query of the user's, the connection it runs over, and its parameters.

    Args:
        query: It selects rows.
        connection: Of psycopg or sqlite3.
        parameters: As the connection's `execute` takes them; None for none.
    """

    query: str
    connection: Any
    parameters: Any = None

    @property
    def engine(self) -> str:
        """What the database is called."""
        return self._database[0]

    @property
    def _database(self) -> tuple[str, str]:
        return _DATABASES[type(self.connection).__module__.partition(".")[0]]

    @property
    def table(self) -> Any:
        """The columns of the query, as an Ibis table that is bound to nothing.

        Raises:
            EngineError: If the query cannot be run.
            InvalidValueError: If two of its columns have the same name.
            MissingDependencyError: If Ibis is not installed.
        """
        ibis = optional("ibis", f"a query of {self.engine}: asking it for counts", "sql")
        with asking(self.engine, "telling the columns of the query"):
            columns, _ = self._executed(f"{self._rows} LIMIT 0")
            for name, count in Counter(column[0] for column in columns).items():
                if count > 1:
                    raise InvalidValueError(f"query: the column name {quoted(name)} occurs more than once; rename one")
            kinds = self._kinds_of_cells(columns) if self.engine == "SQLite" else self._kinds(columns)
            other = importlib.import_module("ibis.expr.datatypes").unknown
            return ibis.table(
                {column[0]: kind or other for column, kind in zip(columns, kinds, strict=True)}, name=_NAME
            )

    def run(self, expression: Any) -> Fetched:
        """Return what the database answers to a query that was made of `table`."""
        import ibis

        said = str(ibis.to_sql(expression, dialect=self._database[1], pretty=False))
        if self.parameters is not None and self.engine == "PostgreSQL":
            raw = getattr(importlib.import_module("psycopg"), "RawCursor", ())  # its placeholders are $1, $2, ...
            # to others, and nowhere in a query without parameters, it stands for one
            said = said if issubclass(self.connection.cursor_factory, raw) else said.replace("%", "%%")
        more = said.removeprefix("WITH ")
        columns, rows = self._executed(f'WITH "{_NAME}" AS ({self._rows}){"," if more != said else ""} {more}')
        cells = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
        names = [column[0].casefold() for column in columns]
        return Fetched({name: plain_column(list(each), name) for name, each in zip(names, cells, strict=True)})

    @property
    def _rows(self) -> str:
        """The query as part of another; as such it can only select."""
        return f"SELECT * FROM (\n{self.query.strip().rstrip(';')}\n) AS given"

    def _executed(self, statement: str) -> tuple[Sequence[Any], Sequence[Any]]:
        """Return the columns and the rows of a statement; a transaction that was begun for it is ended."""
        begun = getattr(self.connection, "transaction", contextlib.nullcontext)
        with begun(), contextlib.closing(self.connection.cursor()) as cursor:
            # whatever the user's rows are made into, ours are tuples
            cursor.row_factory = None if self.engine == "SQLite" else importlib.import_module("psycopg.rows").tuple_row
            cursor.execute(statement, *(() if self.parameters is None else (self.parameters,)))
            return cursor.description, cursor.fetchall()

    def _kinds(self, columns: Iterable[Any]) -> list[str | None]:
        """Return the types of PostgreSQL's columns, None for those that are neither numbers nor texts nor times."""
        zone = getattr(self.connection.info.timezone, "key", "UTC")
        aware = f"timestamp('{zone}', 6)"
        return [aware if column[1] == _AWARE else _KINDS.get(column[1]) for column in columns]

    def _kinds_of_cells(self, columns: Sequence[Any]) -> list[str]:
        """Return the types of SQLite's columns, whose cells may each be of another: numbers where all of them are."""
        named = ('TYPEOF("{}")'.format(column[0].replace('"', '""')) for column in columns)
        _, rows = self._executed(f"SELECT DISTINCT {', '.join(named)} FROM ({self._rows}) AS given")
        found = [{*cells} - {"null"} for cells in zip(*rows, strict=True)] or [set()] * len(columns)
        return [
            "int64" if kinds == {"integer"} else "float64" if kinds and kinds <= {"integer", "real"} else "string"
            for kinds in found
        ]


def query_over(query: Any, connection: Any, parameters: Any = None) -> Any:
    """Return a query over a connection as data.

    Args:
        query: SQL that selects rows.
        connection: Of DuckDB, psycopg or sqlite3.
        parameters: What stands for the placeholders in the query, as the connection takes them.

    Raises:
        EngineError: If the query cannot be run.
        IncompatibleError: If it is a connection of something else.
        InvalidTypeError: If the query is no text.
        InvalidValueError: If it selects nothing.

    Example:
        >>> import sqlite3
        >>> with sqlite3.connect(":memory:") as connection:
        ...     query_over("SELECT 9 AS score", connection).engine
        'SQLite'
    """
    if not isinstance(query, str):
        raise InvalidTypeError(f"query must be SQL as a text: got {quoted(query)}")
    if not query.strip().rstrip(";"):
        raise InvalidValueError("query must select rows: it is empty")
    library, kind = type(connection).__module__.partition(".")[0], type(connection).__name__
    if library in ("duckdb", "_duckdb") and hasattr(connection, "sql"):
        with asking("DuckDB", "reading the query"):
            found = connection.sql(query, params=parameters)
        if found is None:
            raise InvalidValueError(f"query must select rows: {quoted(query)} does not")
        return found
    if library not in _DATABASES or kind.startswith("Async"):
        raise IncompatibleError(
            f"connection must be one of DuckDB, psycopg or sqlite3, not {written(type(connection).__module__)}.{kind}; "
            "give a table of Ibis for other databases: Survey(ibis.connect(...).sql(query))"
        )
    return DatabaseQuery(query, connection, parameters)
