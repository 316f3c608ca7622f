"""Wherever the rows lie, a survey says the same; and what leaves an engine is what the docs say."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.answers import in_memory, surveys
from tests.engines.engines import Running
from tests.engines.fetched import ABSENT, COLUMNS, PAGE, asked, cell, of_page, table, wanted
from tests.engines.methods import METHODS
from tests.engines.outcome import ask, differences

# What is not yet the same, and why; each falls from the list when it is mended.
_SPARK = {
    "transitions": "the customers named as tied are the first by row",
    "transitions, by": "the customers named as tied are the first by row",
    "transitions, first and last": "the customers named as tied are the first by row",
}
WRONG = {(engine, name): why for engine in ("Spark", "Spark Connect") for name, why in _SPARK.items()}


@pytest.mark.parametrize("name", METHODS)
def test_an_engine_says_what_memory_says(engine: Running, name: str, request: pytest.FixtureRequest) -> None:
    """Every method gives the same result and the same warnings, and fetches tables of the kind that the docs name.

    Counts are the same to the bit, estimates to 1e-9; of the same rows twice, as well.
    """
    if why := WRONG.get((engine.engine.name, name)):
        request.applymarker(pytest.mark.xfail(reason=why, strict=True))
    found = asked(engine, name)
    if not engine.engine.here:
        now = cell(engine, name, found)
        assert now == of_page()[name, engine.engine.name], "python -m tests.engines --write"
        if now == ABSENT:
            return
    for ours, theirs in zip(found, wanted(name, engine.engine.zone), strict=True):
        assert list(differences(ours.said, theirs.said)) == []
        assert ours.warned == theirs.warned


@given(rows=surveys(), name=st.sampled_from(list(METHODS)))
@settings(max_examples=120)
def test_a_fast_engine_says_what_memory_says_of_any_survey(fast_engine: Running, rows: pa.Table, name: str) -> None:
    """Whatever the rows are, down to none, an engine gives the result or the error that memory gives."""
    engine = fast_engine.engine
    if not engine.here and of_page()[name, engine.name] == ABSENT:
        return
    ours, theirs = ask(METHODS[name], fast_engine.table(rows)), ask(METHODS[name], in_memory(rows, engine.zone))
    assert list(differences(ours.said, theirs.said)) == []
    assert ours.warned == theirs.warned


def test_the_docs_have_every_method_on_every_engine() -> None:
    """The table is made of the methods and engines that are tried here, in their order, and of no others."""
    assert list(of_page()) == [(name, column) for name in METHODS for column in COLUMNS]
    assert "?" not in of_page().values()
    assert table(of_page()) in PAGE.read_text(encoding="utf-8")
