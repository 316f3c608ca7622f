"""`python -m npskit follow-up FILE`."""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from npskit.command_line.file_options import (
    add_options,
    add_texts,
    given,
    names,
    pairs,
    read_survey,
    tell,
    unused_cells,
)
from npskit.command_line.hints import in_options
from npskit.command_line.output_file import OUTPUT_SEPARATOR, check_output, usable, write_rows
from npskit.errors import counted, quoted
from npskit.followup.letters import Languages, Materials, Voice
from npskit.followup.plan import FollowUpPlan
from npskit.followup.playbook import Playbook
from npskit.survey import Survey

_TEXTS = (
    ("--comment", "COLUMN", "the column with the comment"),
    ("--on-invalid", None, "answers that cannot be scored: count (default), or raise to stop at them"),
    ("--playbook", "FILE", "what to do about whom, in TOML; default: the one of npskit"),
    ("--capacity", "HOURS|NAME=HOURS[,...]", "of work, together or by team or person; default: no limit"),
    ("--value", "MONEY|COLUMN", "what a customer is worth; default: the column 'value'"),
    (
        "--lift",
        "NUMBER|COLUMN|CATEGORY=NUMBER[,...]",
        "by how much following up raises the chance that a customer stays, such as detractor=0.1,passive=0.03; of an "
        "offer: detractor/compensation=0.15",
    ),
    ("--now", "TIME", "what time it is; default: that of the latest answer"),
    ("--roles", "ROLE=COLUMN[,...]", "columns of other names: channel, language, name, opted_out, last_contact, ..."),
    ("--keep", "COLUMN[,COLUMN...]", "columns to carry along, such as email; also filled into letters"),
    ("--currency", "CODE", "of all amounts, such as EUR"),
    ("--fields", "NAME=TEXT[,...]", "to fill into all drafts, such as company=ACME"),
    ("--letters", "FILE", "letters in one more language, or others of your own, in TOML"),
    ("--voice", "FILE", "rules that drafts are checked by, in TOML"),
    ("--materials", "FILE", "stories, comparisons and self-help links for letters, in TOML"),
    ("-o/--output", "FILE", "write the plan with drafts of letters: .csv, or .jsonl for JSON lines"),
    ("--max-age", "DURATION", "of answers, such as 90d (the default), or 'none'", "90 days"),
    ("--quiet", "DURATION", "after a contact, such as 30d (the default)", "30 days"),
    (
        "--earlier",
        "PLAN[,PLAN...]",
        "files of earlier plans, whose steps count as contacts",
    ),
    ("--language", "CODE", "of drafts where the customer's is not known (default en)", "en"),
    OUTPUT_SEPARATOR,
)


def add_follow_up(commands: Any) -> None:
    """Add the command to those of a parser."""
    follow = commands.add_parser(
        "follow-up",
        help="whom to answer first, with what, by when",
        description="Plan whom to follow up: in order of priority, or with --lift for the greatest expected gain.",
    )
    follow.set_defaults(run=_run)
    add_options(follow)
    add_texts(follow, *_TEXTS)
    follow.add_argument("--budget", type=float, metavar="MONEY", help="for all offers together; default: no limit")
    follow.add_argument("--holdout", type=float, default=0.0, metavar="SHARE", help="of customers left alone at random")
    follow.add_argument("--seed", type=int, default=0, help="of the holdout: the same leaves the same customers alone")
    follow.add_argument("--exact", action="store_true", help="look for the very best plan, however long it takes")
    follow.add_argument("--everybody", action="store_true", help="write everybody, with why they are left out")
    follow.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> int:
    """Plan, and return 1 where drafts were asked for and some could not be written."""
    if options.output is not None:
        check_output(Path(options.output))
    playbook = languages = None
    if options.playbook is not None:
        with usable(options.playbook, "--playbook", "read"):
            playbook = Playbook.from_toml(Path(options.playbook))
    if options.letters is not None:
        with usable(options.letters, "--letters", "read"):
            languages = Languages.default().with_file(Path(options.letters))
    wanted: dict[str, Any] = {"languages": languages}
    for name, kind in (("voice", Voice), ("materials", Materials)):
        path = getattr(options, name)
        if path is not None:
            with usable(path, f"--{name}", "read"):
                wanted[name] = kind.from_toml(Path(path))
    survey = read_survey(options)
    roles = pairs(options.roles, "--roles") if options.roles else {}
    plan = survey.follow_up(
        playbook,
        capacity=_numbers(options.capacity, "--capacity"),
        value=_number(options.value),
        lift=_lift(options.lift),
        rng=options.seed,
        method="exact" if options.exact else "greedy",
        max_age=None if options.max_age == "none" else options.max_age,
        roles=roles,
        earlier=names(options.earlier) or (),
        keep=names(options.keep, several=options.keep not in survey.columns) or (),
        **given(options, "budget", "holdout", "now", "quiet", "currency", "language"),
    )
    missing: list[str] = []
    if options.output is not None:
        missing = _write(plan, Path(options.output), options, wanted)
    if options.json:
        print(json.dumps(plan.to_dict(), ensure_ascii=False, indent=2))
    else:
        print("\n\n".join(filter(None, [in_options(plan.headline(), options), plan.first()])))
    notes = [*_taken_for_granted(survey, plan), *missing]
    if options.holdout and options.output is not None and not options.everybody:
        notes.append(
            f"who was left alone is not in {options.output}: to have 'npskit effect' measure what following up did, "
            "write the same plan with --everybody as well"
        )
    tell(survey, options, notes)
    return 1 if missing else 0


def _taken_for_granted(survey: Survey, plan: FollowUpPlan) -> Iterator[str]:
    """Yield what a plan was made without."""
    if unused := unused_cells(survey.rejected):
        first = unused[0]
        yield (
            f"cells that cannot be used: {len(unused)}; the first in row {first.row} of column "
            f"{first.column!r}: {quoted(first.value)} ({first.reason}); python -m npskit score --rejected lists them"
        )
    if "customer" not in survey.roles:
        yield "every answer counts as a customer's only one; say who answered with --customer"
    if "comment" not in survey.roles:
        yield "nobody counts as having written anything; name the column with --comment"
    if not plan.opt_outs:
        yield "nobody counts as not wanting to be contacted; name the column with --roles opted_out=COLUMN"


def _write(plan: FollowUpPlan, path: Path, options: argparse.Namespace, manner: Mapping[str, Any]) -> list[str]:
    """Write a plan with its drafts to a file of the kind its name says; return which drafts could not be written."""
    letters = {**manner, "fields": pairs(options.fields, "--fields") if options.fields else None}
    write_rows(plan, path, options, messages=True, everything=options.everybody, **letters)
    columns = plan.columns(messages=True, **letters)
    # of several files the row is told with its file
    row = "source" if "source" in columns else "row"
    named = zip(*(columns[name] for name in (row, "message", "note")), strict=True)
    lost = [(at, note) for at, message, note in named if message is None and note is not None]
    if not lost:
        return []
    reasons = Counter(note for _, note in lost)
    said = "; ".join(
        f"{note} ({'' if row == 'source' else 'rows ' if count > 1 else 'row '}"
        f"{', '.join(str(at) for at, why in lost if why == note)[:60]})"
        for note, count in reasons.most_common(3)
    )
    more = f"; and {len(reasons) - 3} more reasons, in the column 'note'" if len(reasons) > 3 else ""
    return [f"{counted(len(lost), 'draft')} of {len(columns['row'])} could not be written: {said}{more}"]


def _number(text: str | None) -> float | str | None:
    """Return a number, or else the name of a column."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return text


def _numbers(text: str | None, option: str) -> Any:
    """Return a number, the name of a column, or these by name."""
    if text is None or "=" not in text:
        return _number(text)
    return {name: _number(value) for name, value in pairs(text, option).items()}


def _lift(text: str | None) -> Any:
    """Return a lift; a name may be of a category and an offer: a/b."""
    found = _numbers(text, "--lift")
    if not isinstance(found, dict):
        return found
    return {tuple(name.split("/", 1)) if "/" in name else name: value for name, value in found.items()}
