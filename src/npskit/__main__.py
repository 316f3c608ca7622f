"""The command line: `npskit` with `score`, `comments`, `drivers` or `loop` of a FILE, `due`, `effect`, `report` ..."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from npskit import __version__
from npskit.command_line import (
    add_comments,
    add_demo,
    add_drivers,
    add_due,
    add_effect,
    add_follow_up,
    add_loop,
    add_report,
    add_schema,
    add_score,
    in_options,
)
from npskit.errors import NpskitError, NpskitWarning, reason_of


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="npskit", description="Customer-loyalty answers into decisions.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"npskit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    adders = (add_score, add_comments, add_drivers, add_follow_up, add_due, add_effect, add_loop, add_report)
    for add in (*adders, add_schema, add_demo):
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
            if sys.stdout is not None:  # as where it was closed
                sys.stdout.flush()  # what is not written by now would fail at the end, with a traceback
        for line in told.lines:
            print(f"npskit: {in_options(line, options)}", file=sys.stderr)
    except NpskitError as error:
        print(f"npskit: {in_options(' '.join(str(error).split()), options)}", file=sys.stderr)
        return 2
    except MemoryError:
        print("npskit: there is not enough memory for this; read a part of the file", file=sys.stderr)
        return 2
    except BrokenPipeError:
        _drop_output()
        sys.stderr.close()  # a pager was closed early
        return 0
    except (OSError, UnicodeEncodeError) as error:
        if getattr(error, "filename", None) is not None:  # of a file, not of what was opened for us
            raise
        _drop_output()
        print(f"npskit: the output cannot be written: {reason_of(error)}", file=sys.stderr)
        return 2
    return int(code)


def _drop_output() -> None:
    """Let go of what could not be written, so that Python does not try again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
