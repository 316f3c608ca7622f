"""The errors npskit raises, and its warnings: one root, and each kind of error is also the closest builtin.

Catch `NpskitError` to catch everything the library objects to; catch `ValueError`, `TypeError` or `KeyError` where
that is what your code already does. A message names the argument, the value, the rows where there are any, and the fix.
"""

from __future__ import annotations

import difflib
import os
import sys
import warnings
from collections.abc import Iterable


class NpskitError(Exception):
    """Root of everything npskit raises on purpose."""


class InvalidValueError(NpskitError, ValueError):
    """An argument of the right type with a value that cannot be used."""


class InvalidTypeError(NpskitError, TypeError):
    """An argument of a type that cannot be used."""


class IncompatibleError(NpskitError, ValueError):
    """Two things that do not belong together: tallies of different scorers, columns of different lengths."""


class ColumnNotFoundError(NpskitError, KeyError):
    """A column that is not in the data."""

    # KeyError shows the repr of its argument; a sentence should read as one.
    __str__ = Exception.__str__


class UnreadableFileError(NpskitError, ValueError):
    """A file that is not what its name or its reader says, or is damaged past its single cells."""


class MissingDependencyError(NpskitError, ImportError):
    """An optional package is needed for what was asked, and is not installed."""


class NpskitWarning(UserWarning):
    """Root of everything npskit warns of: a result is there, but something about it should be known."""


class GuessWarning(NpskitWarning):
    """Something has been guessed, such as the order of day and month; the message says how to say it."""


class DataWarning(NpskitWarning):
    """The data look as if they were not what they are taken for, such as answers most of which are off the scale."""


class PrecisionWarning(NpskitWarning):
    """A figure is less sure than it looks, because it rests on too little."""


_PACKAGE = os.path.dirname(__file__) + os.sep


def warn(message: str, kind: type[NpskitWarning]) -> None:
    """Warn at the user's line: the nearest one outside of the package, and of what attrs writes."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_PACKAGE, "<attrs generated")):
        frame, level = frame.f_back, level + 1
    warnings.warn(message, kind, stacklevel=level)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause that suggests the closest known names, or lists them, to end an error message with.

    Example:
        >>> did_you_mean("scor", ["score", "date"])
        "did you mean 'score'?"
        >>> did_you_mean("q", ["score", "date"])
        "known: 'score', 'date'"
    """
    names = [str(k) for k in known]
    lowered = {n.casefold(): n for n in reversed(names)}
    close = difflib.get_close_matches(name.casefold(), list(lowered), n=2)
    if close:
        return f"did you mean {' or '.join(repr(lowered[c]) for c in close)}?"
    shown = ", ".join(repr(n) for n in names[:12])
    return f"known: {shown}{', ...' if len(names) > 12 else ''}" if names else "there are none"
