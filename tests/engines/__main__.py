"""Ask every engine again what leaves it, for docs/reference/engines.md: `python -m tests.engines --help`."""

from __future__ import annotations

import argparse
import sys
import warnings

from tests.engines.engines import ENGINES
from tests.engines.fetched import COLUMNS, PAGE, asked, cell, of_page, write
from tests.engines.methods import METHODS
from tests.engines.servers import NotHereError


def main() -> int:
    """Ask those that were named; what the page says of others stays."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines", description="Record what leaves an engine.")
    known = f"engines, all by default: {', '.join(COLUMNS)}; and methods, all by default: {'; '.join(METHODS)}"
    parser.add_argument("names", nargs="*", metavar="NAME", help=known)
    parser.add_argument("--write", action="store_true", help=f"put the table into docs/{PAGE.parent.name}/{PAGE.name}")
    options = parser.parse_args()
    if unknown := set(options.names) - {*COLUMNS, *METHODS}:
        parser.error(f"unknown: {'; '.join(sorted(unknown))}; known: {known}")
    warnings.simplefilter("ignore")  # what libraries deprecate
    cells = dict(of_page())
    methods = [name for name in METHODS if name in options.names] or METHODS
    for name in [name for name in COLUMNS if name in options.names] or COLUMNS:
        try:
            with ENGINES[name].started() as running:
                for method in methods:
                    cells[method, name] = cell(running, method, asked(running, method))
                    print(name, method, cells[method, name].replace("<br>", ": "), sep=" | ", flush=True)
        except NotHereError as missing:
            print(missing, file=sys.stderr)
    if options.write:
        write(cells)
    return 0


if __name__ == "__main__":
    sys.exit(main())
