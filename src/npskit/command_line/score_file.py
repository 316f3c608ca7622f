"""`python -m npskit score FILE`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import Any

from npskit.command_line.file_options import add_options, add_texts, names, not_used, read_survey, tell
from npskit.errors import InvalidValueError
from npskit.options import IntervalMethod
from npskit.reading import Rejected
from npskit.results import LEVEL, json_safe, number, percent, text_table
from npskit.scores import Score, ScoreTable

_TEXTS = (
    ("--by", "COLUMN[,COLUMN...]", "one score for each value of the column(s)"),
    *((f"--{role}", "COLUMN", f"the column with the {role}") for role in ("weight", "stratum", "cluster", "label")),
    ("--count", "COLUMN", "the column with how many answers each row stands for"),
    ("--account", "COLUMN", "the column with the business customer, whose contacts are one answer"),
    ("--contacts", None, "mean (default), latest or worst answer of the contacts of an account"),
    ("--on-invalid", None, "answers that cannot be scored: count (default), or raise to stop at them"),
    ("--denominator", None, "valid (default) or all", "valid"),
    ("--repeats", None, "all (default), latest or mean answer of each customer", "all"),
    ("--interval", "METHOD", "how the interval is computed", "score"),
)


def add_score(commands: Any) -> None:
    """Add the command to those of a parser."""
    score = commands.add_parser(
        "score", help="score a file of answers", description="Score a CSV, TSV, JSON lines or Parquet file."
    )
    score.set_defaults(run=_run)
    add_options(score)
    add_texts(score, *_TEXTS)
    score.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    score.add_argument("--hide-below", type=int, metavar="ANSWERS", help="with --by: hide segments with fewer answers")
    score.add_argument("--rejected", action="store_true", help="list what could not be used, and why")
    score.add_argument("--json", action="store_true", help="print JSON: the score is under 'value'")


def _run(options: argparse.Namespace) -> None:
    survey = read_survey(options)
    by = names(options.by, several=options.by not in survey.columns)
    policies = {"denominator": options.denominator, "repeats": options.repeats}
    interval = {"level": options.level, "method": options.interval}
    result = survey.score(**policies) if by is None else survey.score(by, **policies)
    if options.hide_below is not None:
        if not isinstance(result, ScoreTable):
            raise InvalidValueError("--hide-below hides segments: say which ones with --by")
        result = result.hide_below(options.hide_below)
    if options.json:
        found = result.to_dict(**interval)
        if options.rejected:
            found["rejected"] = json_safe(list(survey.rejected))
        print(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        print(summary(result, **interval) if isinstance(result, Score) else result.to_text(**interval))
        if options.rejected:
            print(_rejected(survey.rejected))
    tell(survey, options)


def summary(score: Score, level: float, method: IntervalMethod) -> str:
    """Return a score with its interval, counts and conventions, a line each.

    Args:
        score: The score.
        level: Confidence level of the interval.
        method: How the interval is computed.
    """
    lines = [f"{score.name}  {number(score.value, 4)}"]
    if score.n:
        lines.append(f"{percent(level)} interval  {score.interval(level, method)}")
    aside = {"set aside": score.set_aside, "left out": score.left_out}
    more = "".join(f"   {name} {count}" for name, count in aside.items() if count)
    lines.append(f"n  {score.n}   missing {score.missing}   invalid {score.invalid}{more}")
    shares = zip(score.counts.items(), score.shares.values(), strict=True)
    weighted = " weighted" if score.conventions.weighted else ""
    lines += [f"{name}  {count}  ({share:.1%}{weighted})" for (name, count), share in shares if score.n]
    return "\n".join([*lines, str(score.conventions)])


def _rejected(rejected: Sequence[Rejected]) -> str:
    unused = not_used(rejected)
    repaired = f"   repaired: {len(rejected) - len(unused)}" if len(rejected) > len(unused) else ""
    lines = [f"\nnot used: {len(unused)}{repaired}"]
    if unused:
        shown = [[str(r.row), r.column or "", repr(r.value), r.reason] for r in unused[:50]]
        lines.append(text_table(["row", "column", "value", "reason"], shown))
    if len(unused) > 50:
        lines.append(f"... and {len(unused) - 50} more")
    return "\n".join(lines)
