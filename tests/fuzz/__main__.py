"""Fuzz npskit: `python -m tests.fuzz --minutes 10 --seed 1`, or `--inputs 2000`; one input again: `--only NUMBER`."""

from __future__ import annotations

import argparse
import itertools
import sys
import time
import warnings
from collections import Counter, defaultdict

from tests.fuzz.run import one_input
from tests.fuzz.watch import Fault


def main() -> int:
    """Run what was asked for, and say what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--inputs", type=int, help="how many inputs")
    parser.add_argument("--minutes", type=float, help="for how long")
    parser.add_argument("--only", type=int, help="the number of the one input to try, its faults with tracebacks")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.only is not None:
        numbers: itertools.count[int] | range = range(options.only, options.only + 1)
    else:
        numbers = itertools.count() if options.inputs is None else range(options.inputs)
    minutes = options.minutes or (10 if options.inputs is None else float("inf"))
    end, tried = time.monotonic() + 60 * minutes, 0
    faults: dict[tuple[str, str, str], list[Fault]] = defaultdict(list)
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for number in numbers:
        if time.monotonic() > end:
            break
        found, trail = one_input(options.seed, number, raises=options.only is not None)
        tried += 1
        for of, name in trail:
            kinds[of][name] += 1
        for fault in found:
            faults[fault.group].append(fault)
    for (entry, kind, place), several in sorted(faults.items(), key=lambda item: (item[0][2], -len(item[1]))):
        shortest = min(several, key=lambda fault: len(fault.call))
        print(f"{len(several):5} {entry}: {kind} at {place}\n      {shortest.message!r}\n      {shortest.call}")
        print(f"      python -m tests.fuzz --seed {options.seed} --only {shortest.number}")
    places = len({(kind, place) for _, kind, place in faults})
    print(f"\n{tried:,} inputs with seed {options.seed}: {sum(map(len, faults.values()))} faults, {places} kinds")
    print("; ".join(f"{len(names)} kinds of {of}" for of, names in sorted(kinds.items())))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
