"""Wherever the rows lie, a survey says the same; and what leaves an engine is what the docs say."""

from __future__ import annotations

import duckdb  # noqa: F401 - whose version decides
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.data import has_windows
from tests.engines.answers import in_memory, surveys
from tests.engines.engines import Running
from tests.engines.fetched import COLUMNS, PAGE, asked, cell, of_page, table, wanted
from tests.engines.methods import METHODS
from tests.engines.outcome import ask, differences

# What an engine has not got, so that an error may say so; whatever else it fails at is a fault.
NOT_THERE = {(engine, "score, a table of counts"): "rows are repeated in memory" for engine in COLUMNS} | {
    ("Ibis on SQLite", name): "SQLite has no times that know their zone"
    for name in (
        "timeline, of a zone",
        "timeline, in another zone",
        "timeline, in the data's zone",
        "timeline, customers, of a zone",
    )
}


# What an older version sends otherwise than the docs say of the newest.
OLDER = set() if has_windows("DuckDB") else {("DuckDB", name) for name in METHODS if name.startswith("transitions")}


@pytest.mark.parametrize("name", METHODS)
def test_an_engine_says_what_memory_says(engine: Running, name: str) -> None:
    """Every method gives the same result and the same warnings, and fetches tables of the kind that the docs name.

    Counts are the same to the bit, estimates to 1e-9; of the same rows twice, as well.
    """
    place = (engine.engine.name, name)
    found = asked(engine, name)
    if place in NOT_THERE:
        assert all(outcome.failed for outcome in found), "it has got it now: take it from the list"
    else:
        for ours, theirs in zip(found, wanted(name, engine.engine.zone), strict=True):
            assert list(differences(ours.said, theirs.said)) == []
            assert ours.warned == theirs.warned
    if not engine.engine.here and place not in OLDER:
        assert cell(engine, name, found) == of_page()[name, engine.engine.name], "python -m tests.engines --write"


@given(rows=surveys(), name=st.sampled_from(list(METHODS)))
@settings(max_examples=120)
def test_a_fast_engine_says_what_memory_says_of_any_survey(fast_engine: Running, rows: pa.Table, name: str) -> None:
    """Whatever the rows are, down to none, an engine gives the result or the error that memory gives."""
    engine = fast_engine.engine
    if (engine.name, name) in NOT_THERE:
        return
    ours, theirs = ask(METHODS[name], fast_engine.table(rows)), ask(METHODS[name], in_memory(rows, engine.zone))
    assert list(differences(ours.said, theirs.said)) == []
    assert ours.warned == theirs.warned


def test_the_docs_have_every_method_on_every_engine() -> None:
    """The table is made of the methods and engines that are tried here, in their order, and of no others."""
    assert list(of_page()) == [(name, column) for name in METHODS for column in COLUMNS]
    assert "?" not in of_page().values()
    assert table(of_page()) in PAGE.read_text(encoding="utf-8")
