"""The command line: `npskit score FILE`, `follow-up FILE`, `effect PLAN FILE`, `loop FILE` and `demo`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from npskit import __version__
from npskit.command_line import add_demo, add_effect, add_follow_up, add_loop, add_score, in_options
from npskit.errors import NpskitError, NpskitWarning


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="npskit", description="Customer-loyalty answers into decisions.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"npskit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for add in (add_score, add_follow_up, add_effect, add_loop, add_demo):
        add(commands)
    return parser


class _Told:
    """Keeps warnings of npskit, each once, to be told in a line each; shows those of others as ever."""

    def __init__(self, others: Callable[..., None]) -> None:
        self._others = others
        self.lines: dict[str, None] = {}

    def __call__(self, message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        """Take a warning, as `warnings.showwarning` does."""
        if issubclass(category, NpskitWarning):
            self.lines[" ".join(str(message).split())] = None
        else:
            self._others(message, category, *rest, **more)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: The words after `python -m npskit`; default those of this process.

    Returns:
        0; 1 where something that was asked for is missing, such as drafts; 2 where something could not be used. The
        reason then stands in one line on standard error.
    """
    options = _parser().parse_args(arguments)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", NpskitWarning)
            warnings.showwarning = told = _Told(warnings.showwarning)
            code = options.run(options) or 0
        for line in told.lines:
            print(f"npskit: {in_options(line, options)}", file=sys.stderr)
    except NpskitError as error:
        print(f"npskit: {in_options(' '.join(str(error).split()), options)}", file=sys.stderr)
        return 2
    except MemoryError:
        print("npskit: there is not enough memory for this; read a part of the file", file=sys.stderr)
        return 2
    except BrokenPipeError:
        sys.stderr.close()  # a pager was closed early
        return 0
    return int(code)


if __name__ == "__main__":
    sys.exit(main())
