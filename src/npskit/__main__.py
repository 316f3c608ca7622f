"""The command line: `python -m npskit score FILE` and `python -m npskit demo`."""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, cast

import attrs
import numpy as np

from npskit import __version__
from npskit.datasets import demo_survey
from npskit.display import number, percent, text_table
from npskit.errors import InvalidValueError, NpskitError
from npskit.from_file import Roles, read
from npskit.reading import Rejected
from npskit.score import LEVEL, Score
from npskit.scorers.base import Scale, Scorer
from npskit.scorers.registry import get_scorer
from npskit.survey import Survey

_ROLES = ("time", "customer", "weight", "stratum", "cluster", "label")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m npskit", description="Customer-loyalty answers into decisions.", allow_abbrev=False
    )
    parser.add_argument("--version", action="version", version=f"npskit {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    score = commands.add_parser(
        "score", help="score a file of answers", description="Score a CSV, TSV, JSON lines or Parquet file."
    )
    score.set_defaults(run=_score)
    score.add_argument("file", metavar="FILE")
    score.add_argument(
        "--score",
        metavar="COLUMN[,COLUMN...]",
        help="the column(s) with the answers; found out if the survey tool is known",
    )
    score.add_argument("--by", metavar="COLUMN[,COLUMN...]", help="one score for each value of the column(s)")
    score.add_argument("--scorer", default="nps", help="nps (default), sci, csat, ces, or the name of an installed one")
    score.add_argument("--scale", metavar="LOW..HIGH", help="the answer scale, such as 1..10")
    score.add_argument("--detractor", type=int, help="nps: the highest answer of a detractor")
    score.add_argument("--promoter", type=int, help="nps: the lowest answer of a promoter")
    score.add_argument("--top", type=int, help="csat and sci: the lowest answer of the top box")
    score.add_argument("--method", help="ces: mean, top_box or net")
    for role in _ROLES:
        score.add_argument(f"--{role}", metavar="COLUMN", help=f"the column with the {role}")
    score.add_argument("--denominator", default="valid", help="valid (default) or all")
    score.add_argument("--repeats", default="all", help="all (default), latest or mean answer of each customer")
    score.add_argument("--interval", default="score", metavar="METHOD", help="how the interval is computed")
    score.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    score.add_argument("--encoding", help="of the file, where it is not found out")
    score.add_argument("--separator", help="of the columns, where it is not found out")
    score.add_argument("--decimal", help="mark, where it is not found out: . or ,")
    score.add_argument("--missing", metavar="WORD[,WORD...]", help="what means no answer, such as 99,none")
    score.add_argument("--time-zone", metavar="ZONE", help="the zone of the times, such as Europe/Warsaw")
    score.add_argument("--rejected", action="store_true", help="list what could not be used, and why")
    score.add_argument("--json", action="store_true", help="print JSON: the score is under 'value'")
    demo = commands.add_parser("demo", help="score a simulated hotel survey")
    demo.set_defaults(run=_demo)
    return parser


def _names(text: str | None, several: bool = True) -> str | list[str] | None:
    """Return the column names of an option; a comma separates several, where there can be several."""
    if text is None or not several or "," not in text:
        return text
    return [part.strip() for part in text.split(",")]


def _scale(text: str) -> tuple[int, int]:
    low, _, high = text.replace("..", ":").replace("-", ":").partition(":")
    try:
        return int(low), int(high)
    except ValueError:
        raise InvalidValueError(f"--scale must be written like 1..10: got {text!r}") from None


def _scorer(options: argparse.Namespace) -> Scorer:
    given = {name: getattr(options, name) for name in ("detractor", "promoter", "top", "method")}
    chosen = {name: value for name, value in given.items() if value is not None}
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


def _score(options: argparse.Namespace) -> None:
    scorer = _scorer(options)
    survey = read(
        options.file,
        score=_names(options.score, several=len(scorer.questions) > 1),
        scorer=scorer,
        encoding=options.encoding,
        separator=options.separator,
        decimal=options.decimal,
        missing=None if options.missing is None else _codes(options.missing),
        time_zone=options.time_zone,
        progress=_progress(),
        **_named_roles(options),
    )
    by = _names(options.by, several=options.by not in survey.columns)
    policies = {"denominator": options.denominator, "repeats": options.repeats}
    interval = {"level": options.level, "method": options.interval}
    result = survey.score(**policies) if by is None else survey.score(by, **policies)
    if options.json:
        found = result.to_dict(**interval)
        if options.rejected:
            found["rejected"] = [attrs.asdict(cell) for cell in survey.rejected]
        print(json.dumps(_without_nan(found), ensure_ascii=False, indent=2, default=str))
    else:
        print(_lines(result, **interval) if isinstance(result, Score) else result.to_text(**interval))
        if options.rejected:
            print(_rejected(survey.rejected))
    _tell(survey, options)


def _tell(survey: Survey, options: argparse.Namespace) -> None:
    """Say on standard error what was decided unasked, and what looks wrong."""
    tally = survey.tally()
    invalid, scored = int(tally.invalid), int(tally.n)
    notes = [note for note in (survey.report.notes if survey.report else ()) if "used only if named" in note]
    if options.score is None:
        notes.append(f"scored column {survey.roles['score']!r}; name another with --score")
    if invalid > scored:
        total = invalid + scored
        notes.append(f"most answers ({invalid} of {total}) do not lie on the scale of {survey.scorer!r}; see --scale")
    elif scored >= 5 and options.scale is None and tally.by_answer and tally.book.scale == Scale(0, 10):
        highest = int(np.flatnonzero(tally.distribution)[-1])
        if highest <= 5:
            notes.append(f"no answer is above {highest}: if the scale is not 0..10, say so with --scale")
    for note in notes:
        print(f"npskit: {note}", file=sys.stderr)


def _named_roles(options: argparse.Namespace) -> Roles:
    """Return the roles that were given: one that was not may be found out."""
    given = {role: getattr(options, role) for role in _ROLES}
    return cast(Roles, {role: name for role, name in given.items() if name is not None})


def _codes(text: str) -> list[str | int]:
    """Return what means a missing answer: whole numbers as such too."""
    parts = [part.strip() for part in text.split(",")]
    return [*parts, *(int(part) for part in parts if re.fullmatch(r"[+-]?[0-9]+", part))]


def _without_nan(value: Any) -> Any:
    """Return a result as JSON can hold it: null where there is no number."""
    if isinstance(value, dict):
        return {key: _without_nan(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _lines(score: Score, level: float, method: str) -> str:
    lines = [f"{score.name}  {number(score.value, 4)}"]
    if score.n:
        lines.append(f"{percent(level)} interval  {score.interval(level, method)}")
    lines.append(f"n  {score.n}   missing {score.missing}   invalid {score.invalid}")
    shares = zip(score.counts.items(), score.shares.values(), strict=True)
    weighted = " weighted" if score.conventions.weighted else ""
    lines += [f"{name}  {count}  ({share:.1%}{weighted})" for (name, count), share in shares if score.n]
    return "\n".join([*lines, str(score.conventions)])


def _rejected(rejected: Sequence[Rejected]) -> str:
    shown = [[str(r.row), r.column or "", repr(r.value), r.reason] for r in rejected[:50]]
    more = f"\n... and {len(rejected) - 50} more" if len(rejected) > 50 else ""
    return f"\nnot used: {len(rejected)}\n" + text_table(["row", "column", "value", "reason"], shown) + more


def _demo(_: argparse.Namespace) -> None:
    data = demo_survey()
    survey = Survey(data.columns, score="score", time="date", customer="customer", comment="comment")
    print("A simulated survey of a hotel chain (python: npskit.datasets.demo_survey())\n")
    print(_lines(survey.score(), LEVEL, "score"))
    print(f"\nBy region\n\n{survey.score(by='region').sort()}")
    print("\nUnhappy customers who wrote to us, the latest first: answer these\n")
    print(_worth_an_answer(survey))


def _worth_an_answer(survey: Survey, most: int = 10) -> str:
    """Return the latest detractors who left a comment."""
    names = ("date", "customer", "region", "score", "comment")
    columns = {name: survey.column(name).filled().tolist() for name in names}
    rows = [row for row in zip(*columns.values(), strict=True) if row[3] is not None and row[3] <= 6 and row[4]]
    rows.sort(key=lambda row: row[0], reverse=True)
    shown = [
        [str(at)[:10], str(who), region, int(score), _shorten(text)] for at, who, region, score, text in rows[:most]
    ]
    return text_table(names, shown)


def _shorten(text: str, width: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= width else line[: width - 1] + "…"


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
