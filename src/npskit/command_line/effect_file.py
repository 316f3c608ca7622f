"""`python -m npskit effect PLAN LATER`."""

from __future__ import annotations

import argparse
import json
from typing import Any

from npskit.command_line.file_options import add_options, add_texts, given, read_survey, tell
from npskit.command_line.hints import in_options
from npskit.errors import InvalidValueError
from npskit.followup.impact import effect_of_follow_up
from npskit.results import LEVEL

_TEXTS = (
    ("--since", "TIME", "leave out answers from before it, such as those that the plan was made of"),
    ("--retained", "COLUMN", "the column with whether the customer is still there"),
    ("--revenue", "COLUMN", "the column with what the customer paid since"),
)


def add_effect(commands: Any) -> None:
    """Add the command to those of a parser."""
    effect = commands.add_parser(
        "effect",
        help="what following up did, from the plan's own file and later answers",
        description="Compare who was followed up with who was left alone at random, by what they answered later.",
    )
    effect.set_defaults(run=_run)
    effect.add_argument(
        "plan", metavar="PLAN", help="the file of 'npskit follow-up --holdout SHARE --everybody -o PLAN'"
    )
    add_options(effect)
    add_texts(effect, *_TEXTS)
    effect.add_argument("--reweight", action="store_true", help="take a second look, by who answered again")
    effect.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    effect.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> None:
    survey = read_survey(options)
    roles = survey.roles
    if "customer" not in roles:
        raise InvalidValueError(
            "customer: name the column with who answered, whose ids are those of the plan: customer="
        )
    later = {name: survey.column(name).filled() for name in survey.columns}
    found = effect_of_follow_up(
        options.plan,
        later,
        scorer=survey.scorer,
        customer=roles["customer"],
        score=roles["score"],
        time=roles.get("time"),
        reweight=options.reweight,
        level=options.level,
        **given(options, "since", "retained", "revenue", "dayfirst"),
    )
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
    else:
        print(in_options(found.to_text(), options))
    tell(survey, options)
