"""`python -m npskit follow-up FILE`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from npskit.command_line.file_options import add_options, names, read_survey, tell
from npskit.errors import InvalidValueError
from npskit.followup.letters import Languages
from npskit.followup.plan import FollowUpPlan
from npskit.followup.playbook import Playbook

_KINDS: dict[str, Callable[..., object]] = {
    ".csv": FollowUpPlan.to_csv,
    ".jsonl": FollowUpPlan.to_json_lines,
    ".ndjson": FollowUpPlan.to_json_lines,
}


def add_follow_up(commands: Any) -> None:
    """Add the command to those of a parser."""
    follow = commands.add_parser(
        "follow-up",
        help="whom to answer first, with what, by when",
        description="Plan whom to follow up: in order of priority, or with --lift for the greatest expected gain.",
    )
    follow.set_defaults(run=_run)
    add_options(follow)
    follow.add_argument("--comment", metavar="COLUMN", help="the column with the comment")
    follow.add_argument("--playbook", metavar="FILE", help="what to do about whom, in TOML; default: the one of npskit")
    _add_limits(follow)
    follow.add_argument("--now", metavar="TIME", help="what time it is; default: that of the latest answer")
    follow.add_argument(
        "--max-age", default="90 days", metavar="DURATION", help="of answers, such as 90d (the default), or 'none'"
    )
    follow.add_argument(
        "--quiet", default="30 days", metavar="DURATION", help="after a contact, such as 30d (the default)"
    )
    follow.add_argument(
        "--roles",
        metavar="ROLE=COLUMN[,...]",
        help="columns of other names: channel, language, name, opted_out, last_contact, ...",
    )
    follow.add_argument(
        "--keep", metavar="COLUMN[,COLUMN...]", help="columns to carry along, such as email; also filled into letters"
    )
    follow.add_argument("--currency", metavar="CODE", help="of all amounts, such as EUR")
    follow.add_argument(
        "--language", default="en", metavar="CODE", help="of drafts where the customer's is not known (default en)"
    )
    follow.add_argument("--fields", metavar="NAME=TEXT[,...]", help="to fill into all drafts, such as company=ACME")
    follow.add_argument(
        "--letters", metavar="FILE", help="letters in one more language, or others of your own, in TOML"
    )
    follow.add_argument("--everybody", action="store_true", help="write everybody, with why they are left out")
    follow.add_argument(
        "-o", "--output", metavar="FILE", help="write the plan with drafts of letters: .csv, or .jsonl for JSON lines"
    )
    follow.add_argument(
        "--output-separator",
        default=",",
        metavar="CHARACTER",
        help="of the CSV; ';' also makes its decimal mark a comma",
    )
    follow.add_argument("--json", action="store_true", help="print JSON")


def _add_limits(follow: argparse.ArgumentParser) -> None:
    """Add the options of money, hours, values and the holdout."""
    follow.add_argument("--budget", type=float, metavar="MONEY", help="for all offers together; default: no limit")
    follow.add_argument(
        "--capacity", metavar="HOURS|NAME=HOURS[,...]", help="of work, together or by team or person; default: no limit"
    )
    follow.add_argument("--value", metavar="MONEY|COLUMN", help="what a customer is worth; default: the column 'value'")
    follow.add_argument(
        "--lift",
        metavar="NUMBER|COLUMN|CATEGORY=NUMBER[,...]",
        help="by how much following up raises the chance that a customer stays, such as detractor=0.1,passive=0.03; "
        "of an offer: detractor/compensation=0.15",
    )
    follow.add_argument("--holdout", type=float, default=0.0, metavar="SHARE", help="of customers left alone at random")
    follow.add_argument("--seed", type=int, default=0, help="of the holdout: the same leaves the same customers alone")
    follow.add_argument("--exact", action="store_true", help="look for the very best plan, however long it takes")


def _run(options: argparse.Namespace) -> None:
    if options.output is not None and Path(options.output).suffix.lower() not in _KINDS:
        raise InvalidValueError(f"--output must end in {', '.join(_KINDS)}: got {options.output!r}")
    playbook = None if options.playbook is None else _playbook(Path(options.playbook))
    survey = read_survey(options)
    roles = _pairs(options.roles, "--roles") if options.roles else {}
    plan = survey.follow_up(
        playbook,
        budget=options.budget,
        capacity=_numbers(options.capacity, "--capacity"),
        value=_number(options.value),
        lift=_lift(options.lift),
        holdout=options.holdout,
        rng=options.seed,
        method="exact" if options.exact else "greedy",
        now=options.now,
        max_age=None if options.max_age == "none" else options.max_age,
        quiet=options.quiet,
        roles=roles,
        keep=names(options.keep, several=options.keep not in survey.columns) or (),
        currency=options.currency,
        language=options.language,
    )
    languages = None if options.letters is None else _languages(Path(options.letters))
    if options.output is not None:
        _write(plan, Path(options.output), options, languages)
    if options.json:
        print(json.dumps(plan.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(plan)
    tell(survey, options)
    if survey.rejected:
        first = survey.rejected[0]
        print(
            f"npskit: cells that cannot be used: {len(survey.rejected)}; the first in row {first.row} of column "
            f"{first.column!r}: {first.value!r:.80} ({first.reason}); python -m npskit score --rejected lists them",
            file=sys.stderr,
        )
    if "customer" not in survey.roles:
        print("npskit: every answer counts as a customer's only one; say who answered with --customer", file=sys.stderr)
    if "comment" not in survey.roles:
        print("npskit: nobody counts as having written anything; name the column with --comment", file=sys.stderr)
    if "opted_out" not in {*roles, *survey.columns}:
        said = "nobody counts as not wanting to be contacted; name the column with --roles opted_out=COLUMN"
        print(f"npskit: {said}", file=sys.stderr)


def _playbook(path: Path) -> Playbook:
    """Return the playbook in a file."""
    try:
        return Playbook.from_toml(path)
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidValueError(f"--playbook: {str(path)!r} cannot be read: {error}") from None


def _languages(path: Path) -> Languages:
    """Return the languages that come with npskit, and the one in a file."""
    try:
        return Languages.default().with_file(path)
    except OSError as error:
        raise InvalidValueError(f"--letters: {str(path)!r} cannot be read: {error.strerror}") from None


def _write(plan: FollowUpPlan, path: Path, options: argparse.Namespace, languages: Languages | None) -> None:
    """Write a plan with its drafts to a file of the kind its name says."""
    fields = _pairs(options.fields, "--fields") if options.fields else None
    wanted: dict[str, Any] = {
        "messages": True,
        "everything": options.everybody,
        "fields": fields,
        "languages": languages,
    }
    if path.suffix.lower() == ".csv":
        mark = "," if options.output_separator == ";" else "."
        wanted |= {"separator": options.output_separator, "decimal": mark}
    try:
        _KINDS[path.suffix.lower()](plan, path, **wanted)
    except OSError as error:
        raise InvalidValueError(f"--output: {str(path)!r} cannot be written: {error.strerror}") from None


def _pairs(text: str, option: str) -> dict[str, str]:
    """Return what is written as NAME=VALUE,NAME=VALUE."""
    pairs = {}
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not (name and equals and value):
            raise InvalidValueError(f"{option} must be written like name=value,name=value: got {text!r}")
        pairs[name] = value
    return pairs


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
    return {name: _number(value) for name, value in _pairs(text, option).items()}


def _lift(text: str | None) -> Any:
    """Return a lift; a name may be of a category and an offer: a/b."""
    found = _numbers(text, "--lift")
    if not isinstance(found, dict):
        return found
    return {tuple(name.split("/", 1)) if "/" in name else name: value for name, value in found.items()}
