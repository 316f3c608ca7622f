"""What errors and warnings say of arguments, said of the options of a command: `--scale 1..10` for `scale=(1, 10)`."""

from __future__ import annotations

import argparse
import re
from typing import get_args

from npskit.options import IntervalMethod

# Arguments whose option has another name; all others are called alike, with dashes.
_OPTIONS = {"rng": "seed", "columns": "roles", "calendar": "hours", "calendar_by": "hours_by"}
_FLAGS = {"True": "--dayfirst", "False": "--monthfirst", "": "--dayfirst or --monthfirst"}
# What stands in quotes or is written like a call is somebody's text, or the name of a scorer.
_ASIDE = r"(?<!\w)'[^']*'|(?<!\w)\"[^\"]*\"|\b[A-Za-z_.]+\((?:[^()]|\([^()]*\))*\)"
_VALUE = r"'[^']*'|\"[^\"]*\"|\([^()]*\)|\{[^{}]*\}|\w+(?:\.\d+)?|"
_HINTS = re.compile(
    # of a scorer the command has the name; "level must be ..." begins with an argument, "score must" with a question
    r"scorer=, such as (?P<scorer>[A-Z]+)\(\)"
    r"|^(?!score )(?P<first>[a-z_]+)(?= must | '[^']*' is not known)"
    rf"|(?:{_ASIDE})"
    rf"|(?<![\w.-])(?P<name>[a-z_]+)=(?P<value>{_VALUE})"
)


def in_options(text: str, options: argparse.Namespace) -> str:
    """Return a message that names the options of a command where it named arguments of Python.

    Args:
        text: What an error, a warning or a result says.
        options: The options of the command; what it has none for stays as it is.

    Example:
        >>> options = argparse.Namespace(scale=None, dayfirst=None, weight=None)
        >>> in_options("say so with scale=(1, 10): got population=5", options)
        'say so with --scale 1..10: got population=5'
        >>> in_options("give dayfirst=False; it is used only if named: weight='w'.", options)
        'give --monthfirst; it is used only if named: --weight w.'
    """

    def said(found: re.Match[str]) -> str:
        if found["scorer"]:
            return f"--scorer {found['scorer'].lower()}" if hasattr(options, "scorer") else found[0]
        name, value = found["first"] or found["name"], _bare(found["value"] or "")
        option = _OPTIONS.get(name, name)
        if name == "method" and value in get_args(IntervalMethod):
            option = "interval"
        if name is None or not hasattr(options, option):
            return found[0]
        if option == "dayfirst":
            return _FLAGS.get(value, found[0])
        return f"--{option.replace('_', '-')} {value}".rstrip()

    return _HINTS.sub(said, text)


def _bare(value: str) -> str:
    """Return a value of Python as a command takes it."""
    if value[:1] == "(":
        return value.strip("()").replace(", ", "..")
    if value[:1] == "{":
        return value.strip("{}").replace("'", "").replace(": ", "=").replace(", ", ",")
    return f'"{value[1:-1]}"' if value[:1] in ("'", '"') and " " in value else value.strip("'\"")
