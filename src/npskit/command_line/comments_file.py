"""`python -m npskit comments FILE`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from npskit.command_line.file_options import add_options, add_texts, names, read_survey, tell
from npskit.command_line.hints import in_options
from npskit.errors import InvalidValueError
from npskit.results import LEVEL, Result

_TEXTS = (
    ("--by", "COLUMN[,COLUMN...]", "the same for each value of the column(s)"),
    *((f"--{role}", "COLUMN", f"the column with the {role}") for role in ("comment", "weight", "account", "cluster")),
    ("--themes", "FILE", "what they are about instead: a file with your own themes, or 'found' to find some"),
    ("--language", "COLUMN", "the column with the language of each comment, or the language of all, such as de"),
)


def add_comments(commands: Any) -> None:
    """Add the command to those of a parser."""
    comments = commands.add_parser(
        "comments",
        help="who comments, and which words mark whom",
        description="Say who comments at all, and which words and pairs of words mark the comments of each category.",
    )
    comments.set_defaults(run=_run)
    add_options(comments)
    add_texts(comments, *_TEXTS)
    comments.add_argument("--most", type=int, default=10, help="how many words of each category are shown (default 10)")
    comments.add_argument("--hide-below", type=int, metavar="COUNT", help="with --by: make smaller segments one")
    comments.add_argument("--names", action="store_true", help="mask names behind a title in examples, too")
    comments.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    comments.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> None:
    survey = read_survey(options)
    by = names(options.by, several=options.by not in survey.columns)
    if options.hide_below is not None:
        if by is None:
            raise InvalidValueError("--hide-below hides segments: say which ones with --by")
        survey = survey.hide_below(options.hide_below, by, comments=True)
    asked = {"language": options.language, "names": options.names, "most": options.most, "level": options.level}
    found: Result
    if options.themes is not None:
        themes = None if options.themes == "found" else Path(options.themes)
        about = {"names": options.names, "level": options.level}
        found = survey.themes(themes, **about) if by is None else survey.themes(themes, by=by, **about)
    else:
        found = survey.comments(**asked) if by is None else survey.comments(by, **asked)
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(in_options(found.to_text(), options))
    tell(survey, options)
