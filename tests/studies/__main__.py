"""Run studies; print their tables or write them to docs/explanation/studies.md: `python -m tests.studies --help`."""

from __future__ import annotations

import argparse
import importlib
import re
import sys
from pathlib import Path

from tests.studies.study import Study

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "explanation" / "studies.md"


def studies() -> dict[str, Study]:
    """Return the studies of every study_*.py beside this file, by name."""
    modules = [importlib.import_module(f"tests.studies.{path.stem}") for path in sorted(HERE.glob("study_*.py"))]
    return {study.name: study for module in modules for study in module.STUDIES}


def written(page: str, name: str, section: str) -> str:
    """Return the page with the section between the marks of that name; added at the end where there are none."""
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    block = f"{begin}\n\n{section}\n{end}\n"
    marked = re.compile(re.escape(begin) + ".*?" + re.escape(end) + "\n", re.DOTALL)
    return marked.sub(lambda _: block, page) if marked.search(page) else f"{page.rstrip()}\n\n{block}"


def main() -> int:
    """Run what was asked for."""
    known = studies()
    parser = argparse.ArgumentParser(prog="python -m tests.studies", description="Measure what npskit promises.")
    parser.add_argument("names", nargs="*", help=f"which; all by default: {', '.join(known)}")
    parser.add_argument("--draws", type=int, help="draws of each setting, at most those of the full size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--write", action="store_true", help=f"put the tables into docs/{PAGE.parent.name}/{PAGE.name}")
    options = parser.parse_args()
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(known)}")
    for name in options.names or known:
        section = known[name].table(options.draws, options.seed)
        print(section, flush=True)
        if options.write:
            PAGE.write_text(written(PAGE.read_text(encoding="utf-8"), name, section), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
