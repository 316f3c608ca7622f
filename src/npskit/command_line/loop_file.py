"""`python -m npskit loop FILE`."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from npskit.command_line.file_options import add_order, add_texts, given, names, pairs
from npskit.command_line.hints import in_options
from npskit.errors import InvalidValueError, quoted
from npskit.followup.cases import ClosedLoop, closed_loop
from npskit.reading import load
from npskit.results import LEVEL, text_table
from npskit.scorers import get_scorer
from npskit.times import BusinessCalendar

_TEXTS = (
    ("--roles", "ROLE=COLUMN[,...]", "columns of other names: case, opened, first_response, closed, due, owner, ..."),
    ("--events", "WORD=EVENT[,...]", "the log's own words for events, where it has a row for each"),
    ("--recorded", "EVENT[,EVENT...]", "events that the log would hold if there had been any"),
    ("--by", "NAME[,NAME...]", "figures for each owner, category, theme, channel, month or column"),
    (
        "--targets",
        "MEASURE=DURATION[,...]",
        "first_response and close (default first_response=48h,close=7d); of a channel: chat/first_response=1h",
    ),
    ("--targets-by", "NAME[,NAME...]", "what targets go by where they differ", "channel"),
    ("--as-of", "TIME", "when the log was written; default: the latest time in it"),
    (
        "--hours",
        "OPENS-CLOSES|NAME=OPENS-CLOSES[,...]",
        "opening hours, such as 09:00-17:00 or 'always', also of each channel: chat=always,email=08:00-16:00",
    ),
    ("--hours-by", "NAME[,NAME...]", "what opening hours go by where they differ", "channel"),
    ("--weekend", "DAY[,DAY...]", "days off (default Sat,Sun), or 'none'", "Sat,Sun"),
    ("--holidays", "DATE|COUNTRY[,...]", "days off besides: dates, or a country such as PL or DE-BY"),
    ("--time-zone", "ZONE", "the zone of the office, such as Europe/Warsaw"),
    ("--scorer", None, "what categories and scores mean: nps (default), csat, ces, ...", "nps"),
    ("--encoding", None, "of the file, where it is not found out"),
    ("--separator", None, "of the columns, where it is not found out"),
)


def add_loop(commands: Any) -> None:
    """Add the command to those of a parser."""
    loop = commands.add_parser(
        "loop",
        help="how well the loop is closed, from the log of a help desk",
        description="Say who was answered, how soon, what is open and who was won back, from a log of cases.",
    )
    loop.set_defaults(run=_run)
    loop.add_argument("file", metavar="FILE", help="a row for each case, or for each event of one")
    add_texts(loop, *_TEXTS)
    add_order(loop)
    loop.add_argument("--eligible", type=int, metavar="NUMBER", help="how many should have been answered")
    loop.add_argument("--hide-below", type=int, metavar="CASES", help="with --by: make smaller groups one")
    loop.add_argument("--level", type=float, default=LEVEL, help="confidence level (default 0.95)")
    loop.add_argument("--rejected", action="store_true", help="list what could not be used, and why")
    loop.add_argument("--json", action="store_true", help="print JSON")


def _run(options: argparse.Namespace) -> None:
    loaded = load(options.file, tool="plain", **given(options, "encoding", "separator"))
    targets: dict[str, Any] = {"targets": _targets(options.targets)} if options.targets else {}
    found = closed_loop(
        loaded.columns,
        by=_several(options.by),
        columns=pairs(options.roles, "--roles") if options.roles else None,
        events=pairs(options.events, "--events") if options.events else None,  # type: ignore[arg-type]  # checked there
        recorded=_several(options.recorded) or (),  # type: ignore[arg-type]
        targets_by=_several(options.targets_by) or (),
        calendar=_calendar(options),
        calendar_by=_several(options.hours_by) or (),
        scorer=get_scorer(options.scorer),
        level=options.level,
        **targets,
        **given(options, "as_of", "eligible", "dayfirst", "hide_below"),
    )
    if options.json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    print(in_options(found.to_text(), options))
    if options.rejected:
        print("\n".join(_rejected(found)))


def _rejected(found: ClosedLoop) -> Iterator[str]:
    """Yield what of a log was not used."""
    yield f"\nnot used: {len(found.rejected)}"
    if len(found.rejected):
        shown = [[str(each.row), str(each.case), each.reason] for each in list(found.rejected)[:50]]
        yield text_table(["row from 0", "case", "reason"], shown)
    if len(found.rejected) > 50:
        yield f"... and {len(found.rejected) - 50} more"


def _several(text: str | None) -> list[str] | None:
    found = names(text)
    return [found] if isinstance(found, str) else found


def _key(name: str) -> Any:
    """Return what a group is called: parts of a tuple stand between slashes, and 'other' for all that have no own."""
    parts = tuple(part.strip() for part in name.split("/"))
    return None if parts == ("other",) else parts if len(parts) > 1 else parts[0]


def _targets(text: str) -> dict[Any, Any]:
    """Return targets; those of a channel are written channel/measure=duration."""
    found: dict[Any, Any] = {}
    for name, duration in pairs(text, "--targets").items():
        group, slash, measure = name.rpartition("/")
        if slash:
            found.setdefault(_key(group), {})[measure.strip()] = duration
        else:
            found[measure] = duration
    alone = {name: value for name, value in found.items() if isinstance(value, str)}
    if alone and len(alone) < len(found):  # those of no channel are of all others
        found = {name: value for name, value in found.items() if name not in alone}
        found[None] = alone | found.get(None, {})
    return found


def _calendar(options: argparse.Namespace) -> BusinessCalendar | dict[Any, BusinessCalendar] | None:
    """Return the opening hours, or those of each channel."""
    if options.hours is None:
        return None
    if "=" not in options.hours:
        return _office(options.hours, options)
    return {_key(name): _office(hours, options) for name, hours in pairs(options.hours, "--hours").items()}


def _office(hours: str, options: argparse.Namespace) -> BusinessCalendar:
    """Return the calendar of some opening hours."""
    if hours.strip().casefold() == "always":
        return BusinessCalendar("00:00", "24:00", weekend=(), time_zone=options.time_zone)
    opens, dash, closes = (part.strip() for part in hours.partition("-"))
    if not dash:
        raise InvalidValueError(f"--hours must be written like 09:00-17:00, or be 'always': got {quoted(hours)}")
    weekend = () if options.weekend == "none" else _several(options.weekend) or ()
    off = _several(options.holidays) or ()
    return BusinessCalendar(opens, closes, weekend=weekend, holidays=off, time_zone=options.time_zone)
