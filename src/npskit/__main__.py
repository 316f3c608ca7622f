"""The command line: `npskit score FILE`, `follow-up FILE` and `demo`, or `python -m npskit ...`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from npskit import __version__
from npskit.command_line import add_demo, add_follow_up, add_score
from npskit.errors import NpskitError


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="npskit", description="Customer-loyalty answers into decisions.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"npskit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (add_score, add_follow_up, add_demo):
        add(commands)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after `python -m npskit`; default those of this process.

    Returns:
        0, or 2 where something could not be used: the reason then stands in one line on standard error.
    """
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except NpskitError as error:
        print(f"npskit: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # a pager was closed early
    return 0


if __name__ == "__main__":
    sys.exit(main())
