"""Plant faults in npskit and see whether the tests find them: `python -m tests.mutation --seed 9 --mutants 520`.

A seeded sample of the mutants of the rooms that numbers come from. Results are added to a file as they come, and a run
that was stopped goes on from it. The first run finds which tests run which lines, for a few minutes.
"""

from __future__ import annotations

import argparse
import fnmatch
import json
import random
import resource
import sys
import tempfile
from collections import Counter
from pathlib import Path

import attrs

from tests.mutation.mutants import ROOMS, Mutant, every_mutant
from tests.mutation.report import equivalents, table
from tests.mutation.run import MutationRun, Outcome
from tests.studies.__main__ import PAGE, written


def main() -> int:
    """Run what was asked for, and say what survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--seed", type=int, default=9)
    parser.add_argument("--mutants", type=int, default=520, help="how many to draw")
    parser.add_argument(
        "--only",
        action="append",
        help="all mutants of these places instead: FILE or FILE:LINE below src/npskit, * for any",
    )
    parser.add_argument(
        "--again", action="store_true", help="try those once more that were not found and have an effect"
    )
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "npskit-mutation", help="where results are kept"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60, help="how long the tests of one mutant may take")
    parser.add_argument("--write", action="store_true", help=f"put the table into docs/{PAGE.parent.name}/{PAGE.name}")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    drawn = _drawn(options.only, options.seed, options.mutants)
    results = options.folder / ("only.jsonl" if options.only else f"seed-{options.seed}.jsonl")
    if options.only:
        results.unlink(missing_ok=True)
    known = _results(results)
    again = {m.name for m in drawn if options.again and m.name not in equivalents()}
    todo = [m for m in drawn if m.name not in known or (m.name in again and not known[m.name]["killed"])]
    print(f"{len(drawn)} mutants, {len(todo)} to try; results in {results}", flush=True)
    tried: Counter[bool] = Counter()

    def done(outcome: Outcome) -> None:
        tried[outcome.killed] += 1
        record = {"name": outcome.mutant.name, "killed": outcome.killed, **attrs.asdict(outcome)}
        with results.open("a", encoding="utf-8") as file:
            file.write(json.dumps(record) + "\n")
        if not outcome.killed:
            print(f"{outcome.outcome}: {outcome.mutant.line}: {outcome.mutant.name}", flush=True)
        if sum(tried.values()) % 25 == 0:
            print(f"  {tried[True]} of {sum(tried.values())} killed", flush=True)

    if todo:
        MutationRun(todo, options.folder / "trace.json", options.workers, options.seconds, done).start()
    known = _results(results)
    section = table(drawn, known, f"python -m tests.mutation --seed {options.seed} --mutants {options.mutants}")
    print(section)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{used.ru_utime + used.ru_stime:,.0f} seconds of the processor")
    if options.write:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), "mutation", section), encoding="utf-8")
    left = [m for m in drawn if m.name in known and not known[m.name]["killed"] and m.name not in equivalents()]
    return 1 if left else 0


def _drawn(only: list[str] | None, seed: int, number: int) -> list[Mutant]:
    """Return the mutants to try: a sample, or all of some places; no two that look the same."""
    unique = list({mutant.name: mutant for mutant in every_mutant()}.values())
    if only:
        places = [(each, f"npskit/{file}", int(line or 0)) for each in only for file, _, line in [each.partition(":")]]
        return [m for m in unique if any(fnmatch.fnmatch(m.path, p) and line in (0, m.line) for _, p, line in places)]
    sample = random.Random(seed).sample(unique, min(number, len(unique)))
    return sorted(sample, key=lambda mutant: (list(ROOMS).index(mutant.room), mutant.path, mutant.number))


def _results(path: Path) -> dict[str, dict[str, bool]]:
    """Return the last result of each mutant."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {record["name"]: record for record in map(json.loads, lines)}


if __name__ == "__main__":
    sys.exit(main())
