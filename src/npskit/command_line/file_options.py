"""What is in a file and what its answers mean: the options that say so, and the survey they make."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from npskit.command_line.hints import in_options
from npskit.errors import InvalidValueError, counted, plural, quoted
from npskit.file_columns import Roles
from npskit.from_file import read
from npskit.reading import FileReport, Rejected
from npskit.scorers import Scorer, get_scorer
from npskit.survey import Survey

# What `Rejected` says of whole rows.
OF_ROWS = ("set aside", "left out", "repaired")
_TEXTS = (
    ("--score", "COLUMN[,COLUMN...]", "the column(s) with the answers; found out if the survey tool is known"),
    ("--scorer", None, "nps (default), sci, csat, ces, or the name of an installed one", "nps"),
    ("--scale", "LOW..HIGH", "the answer scale, such as 1..10"),
    ("--method", None, "ces: mean, top_box or net"),
    ("--time", "COLUMN", "the column with the time"),
    ("--customer", "COLUMN", "the column with the customer"),
    ("--encoding", None, "of the file, where it is not found out"),
    ("--separator", None, "of the columns, where it is not found out"),
    ("--decimal", None, "mark, where it is not found out: . or ,"),
    ("--sheet", "NAME", "of a workbook; the first one with a table if not given"),
    ("--missing", "WORD[,WORD...]", "what means no answer, such as 99,none"),
    ("--time-zone", "ZONE", "the zone of the times, such as Europe/Warsaw"),
)


def add_options(command: argparse.ArgumentParser) -> None:
    """Add the options that say what is in a file and what its answers mean."""
    command.add_argument("file", metavar="FILE", nargs="+", help="several are joined, each a 'wave'")
    command.add_argument(
        "--where", metavar="COLUMN=VALUE", action="append", help="read these rows alone; may be given several times"
    )
    command.add_argument(
        "--mapping", metavar="TEXT=ANSWER", action="append", help="what a text stands for; nothing for no answer"
    )
    add_texts(command, *_TEXTS)
    command.add_argument("--header-rows", type=int, metavar="ROWS", help="above the first answer, if not found out")
    command.add_argument("--detractor", type=int, help="nps: the highest answer of a detractor")
    command.add_argument("--promoter", type=int, help="nps: the lowest answer of a promoter")
    add_order(command)
    command.add_argument("--top", type=int, help="csat and sci: the lowest answer of the top box")


def add_order(command: argparse.ArgumentParser) -> None:
    """Add the options that say whether the day or the month comes first."""
    order = command.add_mutually_exclusive_group()
    order.add_argument("--dayfirst", action="store_true", default=None, help="3/4/26 is the third of April")
    order.add_argument(
        "--monthfirst", dest="dayfirst", action="store_false", default=None, help="3/4/26 is the fourth of March"
    )


def add_texts(command: argparse.ArgumentParser, *options: Sequence[str | None]) -> None:
    """Add options that take a text: flags, what stands for it in the help, the help, and perhaps the default."""
    for flags, metavar, said, *default in options:
        command.add_argument(*str(flags).split("/"), metavar=metavar, help=said, default=next(iter(default), None))


def names(text: str | None, several: bool = True) -> str | list[str] | None:
    """Return the column names of an option; a comma separates several, where there can be several."""
    if text is None or not several or "," not in text:
        return text
    return [part.strip() for part in text.split(",")]


def pairs(text: str, option: str) -> dict[str, str]:
    """Return what is written as NAME=VALUE,NAME=VALUE."""
    found = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value):
            raise InvalidValueError(f"{option} must be written like name=value,name=value: got {text!r}")
        found[name] = value
    return found


def _where(conditions: Sequence[str] | None) -> dict[str, list[str]] | None:
    """Return the values wanted of each column; given several times, a column may hold any of them."""
    if conditions is None:
        return None
    found: dict[str, list[str]] = {}
    for condition in conditions:
        name, mark, value = condition.partition("=")
        if not mark:
            raise InvalidValueError(f"--where must be written like survey_type=nps: got {quoted(condition)}")
        found.setdefault(name.strip(), []).append(value.strip())
    return found


def _mapping(pairs: Sequence[str] | None) -> dict[str, int | None] | None:
    """Return which answer each text stands for."""
    found: dict[str, int | None] = {}
    for pair in pairs or ():
        text, mark, answer = pair.rpartition("=")
        if not mark or not re.fullmatch(r"\s*[+-]?[0-9]{0,9}\s*", answer):
            raise InvalidValueError(f"--mapping must be written like 'Extremely likely=10': got {pair!r}")
        found[text] = int(answer) if answer.strip() else None
    return found or None


def _scale(text: str) -> tuple[int, int]:
    low, _, high = text.replace("..", ":").replace("-", ":").partition(":")
    try:
        return int(low), int(high)
    except ValueError:
        raise InvalidValueError(f"--scale must be written like 1..10: got {text!r}") from None


def scorer_of(options: argparse.Namespace) -> Scorer:
    """Return the scorer that the options name."""
    chosen = given(options, "detractor", "promoter", "top", "method")
    if options.scale is not None:
        chosen["scale"] = _scale(options.scale)
    elif options.scorer in ("sci", "csat") and (options.top or 0) > 5:
        chosen["scale"] = (1, 10)  # a top box above five is of the ten-point scale
    return get_scorer(options.scorer, **chosen)


def _progress() -> Callable[[int, int], None] | None:
    """Return what shows the progress of reading on a terminal, or None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(done: int, total: int) -> None:
        if total > 20_000_000:  # smaller files are read before anyone wonders
            end = "\n" if done >= total else ""
            print(f"\rreading {done / 1e6:,.0f} of {total / 1e6:,.0f} MB", end=end, file=sys.stderr, flush=True)

    return show


def read_survey(options: argparse.Namespace) -> Survey:
    """Return the survey in the file that the options name."""
    scorer = scorer_of(options)
    return read(
        options.file if len(options.file) > 1 else options.file[0],
        where=_where(options.where),
        mapping=_mapping(options.mapping),
        score=names(options.score, several=len(scorer.questions) > 1),
        scorer=scorer,
        missing=None if options.missing is None else _codes(options.missing),
        progress=_progress(),
        **given(
            options,
            "encoding",
            "separator",
            "decimal",
            "header_rows",
            "time_zone",
            "dayfirst",
            "contacts",
            "on_invalid",
            *Roles.__annotations__,
        ),
    )


def tell(survey: Survey, options: argparse.Namespace, more: Iterable[str] = ()) -> None:
    """Say on standard error what could be used and is not, which rows are not in the score, and `more`."""
    notes = [note for report in survey.reports for note in (*_offers(report, options), *_not_counted(survey, report))]
    for note in dict.fromkeys((*notes, *more)):  # what is said of one file may be said of another
        print(f"npskit: {in_options(note, options)}", file=sys.stderr)


def _offers(report: FileReport, options: argparse.Namespace) -> list[str]:
    """Return what to name to have the columns used that are not used unasked, of those that the command may use."""
    return attrs.evolve(report, unasked={r: n for r, n in report.unasked.items() if hasattr(options, r)}).offers


def _not_counted(survey: Survey, report: FileReport) -> Iterator[str]:
    """Yield which rows of a file are not in the score, or were repaired, and why."""
    # of several files the reason says which it is of; one that is read twice is told of once
    same = [each for each in survey.reports if each.path == report.path]
    end = f", in {report.path}" if len(survey.reports) > 1 else ""
    for kind in OF_ROWS:
        found = [each for each in survey.rejected if each.kind == kind and each.reason.endswith(end)]
        if found:
            first, rows = found[0], sum(each.rows + each.set_aside + each.left_out for each in same)
            yield (
                f"{len(found):,} of {counted(rows, 'row')} {plural(len(found), 'was', 'were')} {kind}; the first is "
                f"row {first.row}: {quoted(first.value)} "
                f"({first.reason}); python -m npskit score --rejected{' --json' * (kind == 'repaired')} lists them"
            )


def unused_cells(rejected: Iterable[Rejected]) -> list[Rejected]:
    """Return the cells of a file that were not used; whole rows are told apart."""
    return [each for each in rejected if each.kind not in OF_ROWS]


def not_used(rejected: Iterable[Rejected]) -> list[Rejected]:
    """Return what of a file was not used: all but the rows that were repaired, of which all is used."""
    return [each for each in rejected if each.kind != "repaired"]


def given(options: argparse.Namespace, *wanted: str) -> dict[str, Any]:
    """Return those of the options that were given: what was not may be found out."""
    return {name: value for name in wanted if (value := getattr(options, name, None)) is not None}


def _codes(text: str) -> list[str | int]:
    """Return what means a missing answer: whole numbers as such too."""
    parts = [part.strip() for part in text.split(",")]
    return [*parts, *(int(part) for part in parts if re.fullmatch(r"[+-]?[0-9]{1,18}", part))]
