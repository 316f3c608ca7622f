"""Every public entry of npskit, and what is done with what it returns."""

from __future__ import annotations

import contextlib
import inspect
import io
import operator
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import npskit as nk
from npskit.__main__ import main
from npskit.results import Result
from tests.fuzz.arguments import anything, argument, arguments
from tests.fuzz.cells import LONG
from tests.fuzz.draw import Draw
from tests.fuzz.files import content
from tests.fuzz.holders import column, table
from tests.fuzz.newer_arguments import OPTIONS_OF_A_LOG
from tests.fuzz.watch import Watch

# What makes results or is a shape of what users write, and is not called by them.
NOT_CALLED = {
    *("Score", "ScoreTable", "Comparison", "GroupComparison", "LabelAudit", "Tally", "SampleSize", "Conventions"),
    "SegmentRanks",
    *("Timeline", "ControlChart", "ChangePoints", "ChangeExplanation", "Effect", "Alarm", "Transitions"),
    *("FollowUpPlan", "FollowUpEffect", "ClosedLoop", "Draft", "ProgramPayback", "RetentionSensitivity"),
    *("RevenueAtRisk", "Scorer", "Strategy", "Segment", "ToldCustomers", "FollowUpList"),
    *(
        "Ideas",
        "InvitedCustomers",
        "Driver",
        "Drivers",
        "Quadrants",
        "Quadrant",
        "Bottlenecks",
        "Bottleneck",
        "ThreeFactors",
        "Factor",
        "Classifier",
        "LabelReport",
        "LabelScore",
        "Triage",
        "TriagedComment",
        "TriagedKind",
    ),
    *("Driver", "Drivers", "DriversBy", "DriverDifference", "Quadrants", "Quadrant", "Bottlenecks", "Bottleneck"),
    *("ThreeFactors", "Factor", "WhatIf", "SupposedShare", "ScoreTarget", "Winning"),
    *("Themes", "ThemesBySegment", "ThemesChange"),
    *("Comments", "CommentsTable", "CommentedShare", "MarkingWord"),
}
# They take what only npskit makes, or functions of the user's own.
INTERNAL = {
    *(
        "add_note",
        "with_traceback",
        "with_file",
        "of_each",
        "reasons",
        "assign",
        "column",
        "starts",
        "opening",
        "mask",
        "mapped",
    ),
    *("categorize", "from_distinct", "register", "of_values", "priorities", "reasons", "levels"),
    "DueTimes.next_morning",
}
_DUNDERS: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "str": str,
    "hash": hash,
    "==": lambda value: value == value,
    "pickle": lambda value: pickle.loads(pickle.dumps(value)),
    "format": lambda value: f"{value}",
    "list": lambda value: list(value) if hasattr(type(value), "__iter__") else None,
    "html": lambda value: value._repr_html_() if hasattr(value, "_repr_html_") else None,
    "add": lambda value: operator.add(value, value),
}


def _hashes(value: Any) -> bool:
    """Whether something says that it can be hashed; that it cannot is said as Python says it."""
    with contextlib.suppress(Exception):  # whatever the user's own says
        return bool(hash(value)) or True
    return False


def own_members(kind: type) -> list[str]:
    """Return the public names of a class, those apart that text and mappings have."""
    known = {*INTERNAL, *(name.removeprefix(f"{kind.__name__}.") for name in INTERNAL), *dir(str), *dir(dict)}
    return [name for name in dir(kind) if not name.startswith("_") and name not in known]


def explore(draw: Draw, watch: Watch, value: Any, name: str, depth: int = 0) -> None:
    """Do with a value what may be done with it."""
    kind = type(value)
    if not (isinstance(value, Result) or getattr(nk, kind.__name__, None) is kind):
        return
    for _ in range(draw.whole(1, 2)):
        if draw.chance(0.3):
            what = draw.among(list(_DUNDERS))
            if (what == "hash" and not _hashes(value)) or (what == "add" and not hasattr(kind, "__add__")):
                continue
            watch(f"{what}({name})", _DUNDERS[what], value)
            continue
        member = draw.among(own_members(kind) or [""])
        if not member:
            return
        static = inspect.getattr_static(kind, member, None)
        label = f"{kind.__name__}.{member}"
        if not callable(static) and not isinstance(static, classmethod | staticmethod):
            found = watch(label, getattr, value, member)
        else:
            method = getattr(value, member)
            given, named = arguments(draw, method, label, value)
            found = watch(label, method, *given, **named)
        if depth < 3 and draw.chance(0.7):
            explore(draw, watch, found, label, depth + 1)


_OPTIONS_OF_A_SURVEY = (
    *("population", "lonely", "on_invalid", "time_zone", "dayfirst", "stratum", "cluster", "scorer", "score"),
    *("account", "contacts", "count", "mapping"),
)


def a_survey(draw: Draw, watch: Watch) -> Any:
    """Return a survey of some table."""
    data = table(draw)
    roles = [role for role in ("time", "customer", "comment", "weight", "label") if draw.chance(0.5)]
    named: dict[str, Any] = {role: role for role in ("score", *roles)}
    for option in _OPTIONS_OF_A_SURVEY:
        if draw.chance(0.06):
            named[option] = argument(draw, None, "Survey", option)
    return watch("Survey", nk.Survey, data, **named)


def _survey(draw: Draw, watch: Watch) -> None:
    survey = a_survey(draw, watch)
    for _ in range(draw.whole(1, 2)):
        explore(draw, watch, survey, "Survey")


def _tracker(draw: Draw, watch: Watch) -> None:
    given, named = arguments(draw, nk.Tracker, "Tracker", share=0.2)
    tracker = watch("Tracker", nk.Tracker, *given, **named)
    for _ in range(draw.whole(1, 4)):
        name = draw.among(["update", "update", "update_many", "merge", "explore"])
        if name == "explore":
            explore(draw, watch, tracker, "Tracker")
            continue
        if name == "merge":
            other = nk.Tracker(*given, **named).update(5) if draw.chance(0.5) else anything(draw)
            tracker = watch("Tracker.merge", tracker.merge, other)
            continue
        method = getattr(tracker, name)
        share = 0.9 if draw.chance(0.5) else 0.2
        watch(
            f"Tracker.{name}",
            method,
            *(found := arguments(draw, method, f"Tracker.{name}", share=share))[0],
            **found[1],
        )


def _follow_up(draw: Draw, watch: Watch) -> None:
    survey = a_survey(draw, watch)
    given, named = arguments(draw, survey.follow_up, "Survey.follow_up", survey, share=0.15)
    plan = watch("Survey.follow_up", survey.follow_up, *given, **named)
    explore(draw, watch, plan, "FollowUpPlan")


def _called(name: str, function: Callable[..., Any]) -> Callable[[Draw, Watch], None]:
    def call(draw: Draw, watch: Watch) -> None:
        given, named = arguments(draw, function, name)
        explore(draw, watch, watch(name, function, *given, **named), name)

    return call


@contextlib.contextmanager
def _file(draw: Draw) -> Iterator[str]:
    ending, found = content(draw)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"answers{ending}"
        path.write_bytes(found)
        yield str(path)


def _read_named(draw: Draw) -> dict[str, Any]:
    named: dict[str, Any] = {}
    if draw.chance(0.7):
        named["score"] = "score"
    for name in ("time", "customer", "comment", "weight", "label"):
        if draw.chance(0.3):
            named[name] = draw.among([name, name, name, None])
    more: dict[str, list[Any]] = {
        "encoding": ["utf-8", "utf-16", "cp1252", "no such", "idna", "rot13", "utf-8-sig", LONG, ""],
        "separator": [",", ";", "", "ab", "\n", '"'],
        "decimal": [".", ",", "x"],
        "header_rows": [0, 1, 2, 99, -1],
        "sheet": ["Sheet", "", LONG],
        "tool": ["qualtrics", "typeform", "x", LONG],
        "missing": [["99"], [5], "99", [LONG]],
    }
    for name, options in more.items():
        if draw.chance(0.08):
            named[name] = draw.among(options) if draw.chance(0.8) else anything(draw)
    newer = ("account", "contacts", "count", "mapping", "sheet", "where")
    for name in ("time_zone", "dayfirst", "population", "lonely", "on_invalid", "scorer", *newer):
        if draw.chance(0.05):
            named[name] = argument(draw, None, "read", name)
    return named


def _read(draw: Draw, watch: Watch) -> None:
    named = _read_named(draw)
    if draw.chance(0.04):
        watch(
            "read",
            nk.read,
            draw.among(["", ".", "/nowhere", LONG, "a\x00b", "\ud800", b"", None, 5, os.devnull, Path()]),
        )
        return
    with _file(draw) as path:
        survey = watch("read", nk.read, path, **named)
        explore(draw, watch, survey, "read")


_OPTIONS: dict[str, tuple[str, ...]] = {
    "--score": ("score", "scor", LONG, ""),
    "--scorer": ("nps", "sci", "csat", "ces", "nope"),
    "--scale": ("0..10", "1-5", "x", "5..1", f"0..{10**30}"),
    "--time": ("time", "tim"),
    "--customer": ("customer",),
    "--encoding": ("utf-8", "utf-16", "utf-16-le", "cp1252", "nope", "base64"),
    "--separator": (",", ";", "", "xx"),
    "--decimal": (".", ",", "-"),
    "--missing": ("99", "5", "a,b", "9" * 5000),
    "--time-zone": ("Europe/Warsaw", "Mars", ""),
    "--detractor": ("5", "11", "-1", "x", "9" * 5000),
    "--promoter": ("8", "0"),
    "--top": ("4", "9"),
    "--by": ("region", "region,label", "x", ""),
    "--weight": ("weight", "region"),
    "--level": ("0.9", "2", "nan", "x"),
    "--interval": ("wald", "scas", "x"),
    "--denominator": ("all", "x"),
    "--repeats": ("latest", "mean", "x"),
    "--rejected": (),
    "--dayfirst": (),
    "--monthfirst": (),
    "--tool": ("qualtrics", "typeform", "x"),
    "--no-such-option": ("x",),
    "--header-rows": ("0", "2", "x"),
    "--sheet": ("Sheet", ""),
    "--json": (),
    "--budget": ("100", "nan", "-1", "inf", "1e400"),
    "--capacity": ("5", "anna=5", "x", "=", "a=b=c"),
    "--holdout": ("0.2", "2"),
    "--lift": ("0.1", "detractor=0.1", "value", "x=y"),
    "--value": ("value", "100", "x"),
    "--now": ("2026-03-01", "x", "9999-12-31"),
    "--keep": ("region", "time", "x"),
    "--roles": ("channel=region", "x", "opted_out=flag"),
    "--currency": ("EUR", "???"),
    "--language": ("de", "xx"),
    "--max-age": ("none", "90d", "x", f"{10**20}d"),
    "--quiet": ("30d", "x"),
    "--playbook": ("/nowhere", "/dev/null", ""),
    "--letters": ("/nowhere", "/dev/null"),
    "--fields": ("company=ACME", "x"),
    "--exact": (),
    "--everybody": (),
    "--seed": ("1", "-1", "9" * 30),
    "--output-separator": (";", "", "xx"),
    "--comment": ("comment", "x"),
    "--where": ("region=North", "region", "regoin=x", "=", f"score={LONG}"),
    "--mapping": ("top=10", "top", "a=", "=5", f"x={'9' * 5000}", "x=y"),
    "--account": ("customer", "x"),
    "--contacts": ("latest", "x"),
    "--count": ("value", "x"),
    "--on-invalid": ("raise", "x"),
    "--voice": ("/nowhere", "/dev/null"),
    "--materials": ("/nowhere", "/dev/null"),
}


def _command_line(draw: Draw, watch: Watch) -> None:
    with _file(draw) as path:
        command = draw.among(["score"] * 8 + ["follow-up"] * 4 + ["loop"] * 2 + ["demo", "", "--version"])
        words = [command, path if draw.chance(0.97) else draw.among(["", "/nowhere", ".", "a\x00b"])]
        words = words[:1] if command in ("demo", "--version") else words
        known = OPTIONS_OF_A_LOG if command == "loop" else _OPTIONS
        for option, values in known.items() if len(words) > 1 else ():
            if draw.chance(0.5 if option == "--score" else 0.06):
                words += [option, draw.among(values)] if values else [option]
        if command == "follow-up" and draw.chance(0.4):
            words += ["-o", draw.among([f"{path}.plan.csv", f"{path}.plan.jsonl", "/nowhere/plan.csv", "plan.doc"])]
        watch(f"npskit {command}", run_command, words)


def run_command(words: list[str]) -> int:
    """Run a command as a process would, with streams of its own.

    Raises:
        AssertionError: If it ends with another code than it may.
    """
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    raw = io.BytesIO()
    error = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(error):
        try:
            code = main(words)
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        sys.stdout.flush()
    error.flush()
    said = raw.getvalue()
    if code not in (0, 2) or (code == 2 and not said.strip()) or b"Traceback" in said:
        raise AssertionError(f"exit {code}: {said[:300]!r}")
    return code


def _column_of(draw: Draw, watch: Watch) -> None:
    """Any holder of any column as answers of any score: the most common call of all."""
    name = draw.among(["nps", "csat", "ces", "retention"])
    function = getattr(nk, name)
    answers = column(draw, "flag" if name == "retention" else "score", 9)
    named = {"weights": column(draw, "weight", 9)} if draw.chance(0.4) else {}
    if draw.chance(0.3):
        named["on_invalid"] = "raise"
    explore(draw, watch, watch(name, function, answers, **named), name)


def _public() -> dict[str, Callable[[Draw, Watch], None]]:
    found: dict[str, Callable[[Draw, Watch], None]] = {}
    for name in nk.__all__:
        value = getattr(nk, name)
        if inspect.ismodule(value):
            for inner in value.__all__ if hasattr(value, "__all__") else ("nrr", "grr", "Growth", "earned_growth_rate"):
                thing = getattr(value, inner, None)
                if callable(thing) and not (inspect.isclass(thing) and name != "growth") and name != "testing":
                    found[f"{name}.{inner}"] = _called(f"{name}.{inner}", thing)
        elif inspect.isclass(value):
            if not issubclass(value, BaseException | Warning) and name not in NOT_CALLED:
                found[name] = _called(name, value)
            for member in own_members(value) if not issubclass(value, BaseException) else ():
                static = inspect.getattr_static(value, member)
                if isinstance(static, classmethod | staticmethod):
                    found[f"{name}.{member}"] = _called(f"{name}.{member}", getattr(value, member))
        elif callable(value) and name not in ("read", "register"):
            found[name] = _called(name, value)
    return found


ENTRIES: dict[str, Callable[[Draw, Watch], None]] = {
    **_public(),
    "Survey": _survey,
    "Tracker": _tracker,
    "Survey.follow_up": _follow_up,
    "read": _read,
    "command line": _command_line,
    "columns": _column_of,
}
# How often each is tried, beside once for every entry.
_OFTEN = ["Survey"] * 30 + ["columns"] * 18 + ["Tracker"] * 8 + ["read"] * 14 + ["command line"] * 8
_OFTEN += ["Survey.follow_up"] * 10 + ["closed_loop"] * 3 + ["effect_of_follow_up"] * 3
WEIGHTED = [*ENTRIES, *_OFTEN]
