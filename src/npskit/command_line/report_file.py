"""`python -m npskit report FILE -o report.html`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from npskit.command_line.file_options import add_options, add_texts, names, read_survey, tell
from npskit.command_line.hints import in_options
from npskit.command_line.not_named import not_named
from npskit.command_line.output_file import usable
from npskit.errors import InvalidValueError
from npskit.options import EVERY
from npskit.report import LANGUAGES
from npskit.tracking.effect import Intervention

_TEXTS = (
    ("--by", "COLUMN[,COLUMN...]", "the segments of each column, each for itself"),
    ("--drivers", "COLUMN[,COLUMN...]", "the columns with ratings of aspects"),
    *((f"--{role}", "COLUMN", f"the column with the {role}") for role in ("comment", "weight", "cluster")),
    ("--themes", "FILE", "a file of themes that comments may be about"),
    ("--title", "TEXT", "whose answers they are"),
)


def add_report(commands: Any) -> None:
    """Add the command to those of a parser."""
    report = commands.add_parser(
        "report",
        help="put all there is to say on one page, for people",
        description="Write one HTML file that works by e-mail and in print; it needs the extra 'report'.",
    )
    report.set_defaults(run=_run)
    add_options(report)
    report.add_argument("-o", "--output", metavar="FILE", required=True, help="the HTML file to be written")
    add_texts(report, *_TEXTS)
    report.add_argument(
        "--intervention", metavar="NAME=DATE", action="append", help="what was changed, and when; several times if so"
    )
    report.add_argument("--change", choices=EVERY, help="the length of the periods whose change is explained")
    report.add_argument("--language", choices=LANGUAGES, default="en", help="of the report (default en)")
    report.add_argument("--hide-below", type=int, metavar="ANSWERS", help="hide groups with fewer answers")
    report.add_argument("--hide-comments-below", type=int, metavar="COMMENTS", help="the same for fewer comments")
    report.add_argument("--share", action="store_true", help="leave out whom to answer, ids, owners and comments")
    report.add_argument("--tables", action="store_true", help="append all tables, to be printed")


def _run(options: argparse.Namespace) -> None:
    output = Path(options.output)
    if output.suffix.lower() not in (".html", ".htm"):
        raise InvalidValueError(f"--output must end in .html: got {str(output)!r}")
    survey = read_survey(options)
    with usable(output, "--output", "written"):
        survey.report(
            output,
            by=_listed(options.by, survey.columns),
            drivers=_listed(options.drivers, survey.columns) or None,
            interventions=[_intervention(each) for each in options.intervention or ()],
            change=options.change,
            themes=None if options.themes is None else Path(options.themes),
            language=options.language,
            title=options.title,
            hide_below=options.hide_below,
            hide_comments_below=options.hide_comments_below,
            share=options.share,
            tables=options.tables,
        )
    print(in_options(f"The report is in {output}", options))
    tell(survey, options, not_named(survey, {name: getattr(options, name) for name in ("comment", "by", "drivers")}))


def _listed(text: str | None, columns: list[str]) -> list[str]:
    """Return the columns that an option names; a name may hold a comma."""
    found = names(text, several=text not in columns)
    return [found] if isinstance(found, str) else list(found or ())


def _intervention(text: str) -> Intervention:
    name, mark, day = text.rpartition("=")
    if not mark or not name.strip():
        raise InvalidValueError(f"--intervention must be written like 'new checkout=2026-03-01': got {text!r}")
    return Intervention(name.strip(), day.strip())
