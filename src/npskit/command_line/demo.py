"""`python -m npskit demo`."""

from __future__ import annotations

import argparse
import importlib.util
import tempfile
from pathlib import Path
from typing import Any

from npskit.command_line.score_file import summary
from npskit.datasets import demo_survey
from npskit.results import LEVEL
from npskit.survey import Survey


def add_demo(commands: Any) -> None:
    """Add the command to those of a parser."""
    demo = commands.add_parser("demo", help="score a simulated hotel survey, and plan whom to call")
    demo.set_defaults(run=_run)


def _run(_: argparse.Namespace) -> None:
    data = demo_survey()
    survey = Survey(data.columns, score="score", time="date", customer="customer", comment="comment")
    print("A simulated survey of a hotel chain (python: npskit.datasets.demo_survey())\n")
    print(summary(survey.score(), LEVEL, "score"))
    print(f"\nBy region\n\n{survey.score(by='region').sort()}")
    print("\nThe first ten people to call today, and why\n")
    print(survey.follow_up(currency="EUR", max_age="30 days").first())
    if importlib.util.find_spec("jinja2") is not None:
        path = Path(tempfile.mkdtemp(prefix="npskit-")) / "report.html"
        drivers = ["room", "breakfast", "staff", "check_in", "price"]
        survey.report(path, by=["region", "channel"], drivers=drivers, simulated=True)
        print(f"\nAll of it on one page, with what speaks for it: {path}")
    else:
        print('\nAll of it on one page, with pictures, with the extra: python -m pip install "npskit[report]"')
    print("\nYour own answers: python -m npskit report FILE.csv -o report.html")
    print("Whom to answer: python -m npskit follow-up FILE.csv --budget 5000 --currency EUR --language de -o plan.csv")
