"""`python -m npskit drivers FILE`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from npskit.command_line.file_options import add_options, add_texts, names, read_survey, tell
from npskit.command_line.hints import in_options
from npskit.errors import InvalidValueError
from npskit.results import LEVEL

_TEXTS = (
    ("--outcome", None, "answer (default), category_score, or a column of numbers", "answer"),
    ("--gaps", None, "listwise (default): rows with every driver; or pairwise", "listwise"),
    *((f"--{role}", "COLUMN", f"the column with the {role}") for role in ("comment", "weight", "cluster")),
    ("--themes", "FILE", "a file of themes: what comments mention is a driver, too"),
)


def add_drivers(commands: Any) -> None:
    """Add the command to those of a parser."""
    drivers = commands.add_parser(
        "drivers",
        help="what the answers go with, from ratings beside them",
        description="Share the explained variance of the answers among ratings of aspects, with intervals.",
    )
    drivers.set_defaults(run=_run)
    add_options(drivers)
    drivers.add_argument(
        "--drivers", metavar="COLUMN[,COLUMN...]", help="the columns with ratings of aspects; not needed with --themes"
    )
    add_texts(drivers, *_TEXTS)
    drivers.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    drivers.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> None:
    if options.drivers is None and options.themes is None:
        raise InvalidValueError(
            "drivers must be named: give columns with --drivers, or themes of comments with --themes"
        )
    survey = read_survey(options)
    named = names(options.drivers, several=options.drivers not in survey.columns)
    listed = [named] if isinstance(named, str) else list(named or ())
    themes = None if options.themes is None else Path(options.themes)
    found = survey.drivers(listed, themes=themes, outcome=options.outcome, missing=options.gaps, level=options.level)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(in_options(found.to_text(), options))
    tell(survey, options)
