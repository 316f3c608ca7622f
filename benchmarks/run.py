"""Run the benchmarks in interleaved rounds and print a Markdown table: `python benchmarks/run.py --help`."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import harness  # noqa: E402


def _cases() -> list[harness.Case]:
    """Return the cases of every bench_*.py beside this file."""
    modules = [importlib.import_module(f"benchmarks.{path.stem}") for path in sorted(HERE.glob("bench_*.py"))]
    return [case for module in modules for case in module.CASES]


def _machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{model}, {os.cpu_count()} cores{load}, Python {platform.python_version()}, NumPy {np.__version__}"


def main() -> int:
    """Measure, print, write; exit code 1 if something was missed and --strict given."""
    parser = argparse.ArgumentParser(description="Measure npskit beside its peers.")
    parser.add_argument("cases", nargs="*", help="names of cases; all by default")
    parser.add_argument("--list", action="store_true", help="list the cases and stop")
    parser.add_argument("--fraction", type=float, default=1.0, help="part of the full size (default 1)")
    parser.add_argument("--rounds", type=int, default=9, help="rounds of each case (default 9)")
    parser.add_argument("--output", type=Path, help="write the table to this file as well")
    parser.add_argument("--strict", action="store_true", help="exit with 1 if a ratio is out of reach")
    options = parser.parse_args()
    cases = _cases()
    known = [case.name for case in cases]
    unknown = set(options.cases) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    if options.list:
        print("\n".join(f"{case.name:16} {case.title}" for case in cases))
        return 0
    rows: list[harness.Row] = []
    for case in cases:
        if not options.cases or case.name in options.cases:
            print(f"{case.name} ...", file=sys.stderr, flush=True)
            rows += harness.measure(case, fraction=options.fraction, rounds=options.rounds)
    text = f"{_machine()}\n\n{harness.table(rows)}\n"
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return int(options.strict and any(row.reached is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
