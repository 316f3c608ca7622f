"""How a survey is made of what is no dataframe: the arguments that all ways take, and a query over a connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self, TypedDict, cast

from typing_extensions import Unpack

from npskit.options import Contacts, Lonely, OnInvalid
from npskit.results import html_table, one_line
from npskit.scorers import Scorer

if TYPE_CHECKING:
    from npskit.inference import Population


class SurveyArguments(TypedDict, total=False):
    """What `Survey` takes beside its data."""

    score: str | Sequence[str] | Mapping[str, str] | None
    scorer: Scorer | None
    time: str | None
    customer: str | None
    account: str | None
    comment: str | None
    weight: str | None
    stratum: str | None
    cluster: str | None
    label: str | None
    count: str | None
    population: Population
    lonely: Lonely
    on_invalid: OnInvalid
    contacts: Contacts
    time_zone: str | None
    dayfirst: bool | None
    mapping: Mapping[Any, Any] | None


class Opening:
    """Ways to make a survey beside that of its class, which takes data first."""

    def _repr_html_(self: Any) -> str:
        about = {**self.roles, "scorer": repr(self.scorer)}
        caption = f"{type(self).__name__} of {self._data.frame.describe()}"
        return html_table(["role", "column"], [[role, one_line(said)] for role, said in about.items()], caption)

    @classmethod
    def from_sql(
        cls, query: str, connection: Any, *, parameters: Any = None, **arguments: Unpack[SurveyArguments]
    ) -> Self:
        """Return the survey that a query selects, over a plain connection: the database counts, rows stay there.

        What is asked is the query as part of another, as in `SELECT ... FROM (query) GROUP BY ...`: nothing is written.
        The query runs again each time something is asked. A connection that was idle is so afterwards.

        Args:
            query: SQL that selects the rows and columns of the survey.
            connection: Of DuckDB, sqlite3 or psycopg. The latter two need Ibis, which writes their dialects: the extra
                `sql`.
            parameters: What stands for the placeholders in the query, as the connection takes it: never write what
                came from elsewhere into the query itself.
            arguments: Those of `Survey` beside the data; columns are called as the database calls them.

        Raises:
            EngineError: If the database cannot run the query; the message says what it was to be asked, and why not.
            IncompatibleError: If the connection is of something else.
            InvalidTypeError, InvalidValueError: If the query selects nothing, or an argument cannot be used.
            MissingDependencyError: If the extra is missing.

        Example:
            >>> import duckdb, npskit as nk
            >>> connection = duckdb.connect()
            >>> _ = connection.execute("CREATE TABLE answers AS SELECT unnest([10, 9, 3]) AS score, 'shop' AS channel")
            >>> query = "SELECT * FROM answers WHERE channel = ?"
            >>> nk.Survey.from_sql(query, connection, parameters=["shop"]).score()
            Score(NPS=33.3, n=3, interval=(-58.5, 87.7), level=0.95)
        """
        from npskit.data import query_over

        made: Any = cls
        return cast(Self, made(query_over(query, connection, parameters), **arguments))
