"""What left the engines: the table of the docs, one cell for each method and engine."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from pathlib import Path

from tests.engines.answers import SCHEMA, ZONE, in_memory, small_survey
from tests.engines.engines import ENGINES, Running
from tests.engines.methods import METHODS
from tests.engines.outcome import Outcome, ask

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "engines.md"
BEGIN, END = "<!-- engines: begin -->", "<!-- engines: end -->"
COLUMNS = [engine.name for engine in ENGINES.values() if not engine.here]
ABSENT = "not on this engine"

Cells = dict[tuple[str, str], str]


@functools.cache
def wanted(name: str, zone: str = ZONE) -> tuple[Outcome, Outcome]:
    """Return what a method says of the survey in memory, once and twice."""
    return ask(METHODS[name], in_memory(small_survey(1), zone)), ask(METHODS[name], in_memory(small_survey(2), zone))


def asked(running: Running, name: str) -> tuple[Outcome, Outcome]:
    """Return what a method says of the survey on an engine, once and twice."""
    return ask(METHODS[name], running.survey(1)), ask(METHODS[name], running.survey(2))


def cell(running: Running, name: str, found: tuple[Outcome, Outcome]) -> str:
    """Return what the table says: what kind of tables left the engine, and how large they were for the survey once.

    Rows that are as many for twice the rows are counts, and a column by itself that is shorter than the survey
    is of the customers that are named; else what was fetched are rows, of all columns or of some.
    """
    once, twice = found
    if once.failed and not wanted(name)[0].failed:
        return ABSENT
    assert once.fetched, "nothing was seen to leave the engine"
    counts = [each.rows for each in once.fetched] == [each.rows for each in twice.fetched]
    grown = (
        twice.fetched
        if len(once.fetched) != len(twice.fetched)
        else [after for before, after in zip(once.fetched, twice.fetched, strict=True) if after.rows > before.rows]
    )
    whole = any(each.columns >= len(SCHEMA) - len(running.engine.lacks) for each in grown)
    ids = all(each.columns == 1 and each.rows < small_survey(2).num_rows for each in grown)
    kind = "counts" if counts else "counts and ids" if ids else "all columns" if whole else "selected columns"
    return f"{kind}<br>{', '.join(map(str, once.fetched))}"


def table(cells: Mapping[tuple[str, str], str]) -> str:
    """Return the table in Markdown."""
    lines = [["method", *COLUMNS], ["---"] * (1 + len(COLUMNS))]
    lines += [[name, *(cells.get((name, column), "?") for column in COLUMNS)] for name in METHODS]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


@functools.cache
def of_page() -> Cells:
    """Return the cells of the table in the docs, by method and engine."""
    section = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [[text.strip() for text in line.strip("| ").split(" | ")] for line in section.splitlines() if "|" in line]
    if not rows:
        return {}
    return {(row[0], column): text for row in rows[2:] for column, text in zip(rows[0][1:], row[1:], strict=True)}


def write(cells: Mapping[tuple[str, str], str]) -> None:
    """Put the table into the docs."""
    section = f"{BEGIN}\n\n{table(cells)}\n\n{END}"
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(re.sub(f"{BEGIN}.*?{END}", lambda _: section, page, flags=re.DOTALL), encoding="utf-8")
