"""The figures of a mutation run by room, and the mutants that no test can tell from npskit."""

from __future__ import annotations

import datetime
import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

from tests.mutation.mutants import ROOMS, Mutant

EQUIVALENTS = Path(__file__).with_name("equivalents.toml")


@functools.cache
def equivalents() -> dict[str, str]:
    """Return why each of the equivalent mutants is one, by its name."""
    listed = tomllib.loads(EQUIVALENTS.read_text(encoding="utf-8"))["equivalent"]
    return {f"{each['path']}: {each['where']}: {each['change']}": each["reason"] for each in listed}


def table(drawn: list[Mutant], results: Mapping[str, Mapping[str, bool]], command: str) -> str:
    """Return the section of the docs: how many of each room's mutants were found."""
    same = equivalents()
    rows, total = [], [0, 0, 0]
    for room, folder in ROOMS.items():
        tried = [mutant.name for mutant in drawn if mutant.room == room and mutant.name in results]
        killed = sum(results[name]["killed"] for name in tried)
        equivalent = sum(not results[name]["killed"] and name in same for name in tried)
        counts = [len(tried), killed, equivalent]
        total = [a + b for a, b in zip(total, counts, strict=True)]
        rows.append(_row(f"`{folder.removeprefix('npskit/')}`", *counts))
    return "\n".join(
        [
            "## Faults that the tests find",
            "",
            "A test that no fault can fail proves nothing. So faults are planted in the code that numbers come from, "
            "drawn at random and one at a time: a boundary of a comparison, an operator, a constant, a sign, a branch, "
            "a statement left out, two arguments in each other's place. The tests that run the line must fail. Some "
            "faults change nothing that anybody could see; those that were looked at stand with the reason in "
            "`tests/mutation/equivalents.toml`.",
            "",
            "| room | faults | found | without effect | not found | found of those with an effect |",
            "| --- | --- | --- | --- | --- | --- |",
            *rows,
            _row("all", *total),
            "",
            f"On the code of {datetime.date.today():%d %B %Y}, on which the draw depends: `{command}`",
            "",
        ]
    )


def _row(name: str, tried: int, killed: int, equivalent: int) -> str:
    share = f"{100 * killed / (tried - equivalent):.1f} %" if tried > equivalent else ""
    return f"| {name} | {tried} | {killed} | {equivalent} | {tried - killed - equivalent} | {share} |"
