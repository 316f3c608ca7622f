"""`python -m npskit due PLAN`."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from npskit.command_line.file_options import add_texts
from npskit.command_line.hints import in_options
from npskit.command_line.output_file import OUTPUT_SEPARATOR, check_output, write_rows
from npskit.errors import InvalidValueError
from npskit.followup.plan import due_steps
from npskit.times import read_time, stretch

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TEXTS = (
    ("--week", "WEEK", "2026-W12, or a day in it; any other period as well, such as 2026-03. Default: this week"),
    ("--since", "TIME", "in place of a week: from when; the first step there is if not given"),
    ("--until", "TIME", "until when, a date as a whole; the last step there is if not given"),
    ("-o/--output", "FILE", "write the list: .csv, or .jsonl for JSON lines"),
    OUTPUT_SEPARATOR,
)


def add_due(commands: Any) -> None:
    """Add the command to those of a parser."""
    due = commands.add_parser(
        "due",
        help="which steps of this and earlier plans are due this week",
        description="List the steps that plans have promised for some days, the first to be taken first.",
    )
    due.set_defaults(run=_run)
    due.add_argument(
        "plans", metavar="PLAN", nargs="+", help="the files of 'npskit follow-up --everybody -o PLAN', old and new"
    )
    add_texts(due, *_TEXTS)
    due.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> None:
    if options.output is not None:
        check_output(Path(options.output))
    found = due_steps(options.plans, *_between(options))
    if options.output is not None:
        write_rows(found, Path(options.output), options)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(in_options(found.to_text(), options))


def _between(options: argparse.Namespace) -> tuple[Any, Any]:
    """Return from when and until when steps are due."""
    if options.since is not None or options.until is not None:
        if options.week is not None:
            raise InvalidValueError("--week stands alone: give it, or --since and --until")
        return options.since, options.until
    week = dt.date.today().isoformat() if options.week is None else options.week.strip()
    if _DAY.fullmatch(week):
        day = read_time(week, "week").date()
        monday = day - dt.timedelta(days=day.weekday())
        return monday, monday + dt.timedelta(days=6)
    begin, end = stretch(week, "week")
    return begin, end - np.timedelta64(1, "D")
