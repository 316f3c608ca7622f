"""The errors npskit raises, and its warnings: one root, and each kind of error is also the closest builtin.

Catch `NpskitError` to catch everything the library objects to; catch `ValueError`, `TypeError` or `KeyError` where
that is what your code already does. A message names the argument, the value, the rows where there are any, and the fix;
what a program wants of that are attributes.
"""

from __future__ import annotations

import difflib
import importlib
import os
import re
import sys
import warnings
from collections.abc import Iterable
from typing import Any, SupportsIndex

# What a message is cut to: a word of it, and the whole.
_WORD, _MESSAGE, _QUOTED = 160, 900, 80
# A message begins with the argument it is about: "level must be ...", "weights: row 3 ...".
_ARGUMENT = re.compile(r"([a-z][a-z0-9_]*)(?=:? must | has |: )")
# What may stand last and says what there is, not what to do.
_NO_ADVICE = re.compile(r"known: |there are none|['\"]|a margin is |weighted answers have ")
_LONG_WORD = re.compile(rf"\S{{{_WORD + 1},}}")


class NpskitError(Exception):
    """Root of everything npskit raises on purpose.

    Args:
        message: What is wrong, and after the last semicolon what to do about it. What it quotes at length is cut short.
        argument: The argument or the role it is about. Default: what the message begins with, as in "level must be".
        rows: The rows it is about, as the message counts them; the first ones where there are many.
        hint: What to do about it; empty for none. Default: what the message ends with, after its last semicolon,
            but for what there is to choose from.

    Example:
        >>> import npskit as nk
        >>> try:
        ...     nk.nps([9, 10], weights=[1, -2])
        ... except nk.NpskitError as error:
        ...     print(error.argument, error.rows, error.hint, sep=" | ")
        weights | (1,) | correct them or drop the rows
    """

    argument: str | None
    rows: tuple[int, ...]
    hint: str | None

    def __init__(
        self,
        message: object = "",
        *,
        argument: str | None = None,
        rows: Iterable[SupportsIndex] = (),
        hint: str | None = None,
    ) -> None:
        text = shortened(str(message))
        super().__init__(text)
        begins = _ARGUMENT.match(text)
        self.argument = begins[1] if argument is None and begins else argument
        self.rows = tuple(map(int, rows))
        last = text.rpartition("; ")[2] if "; " in text else ""
        self.hint = ("" if _NO_ADVICE.match(last) else last) or None if hint is None else hint or None


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


class FileMissingError(NpskitError, FileNotFoundError):
    """There is no file at a path, or none that may be read."""


class UnwritableFileError(NpskitError, OSError):
    """A file, or what was opened in its place, cannot be written to."""


class EngineError(NpskitError, RuntimeError):
    """An engine or a database failed at a query; the message says which, at what, and why, as its `__cause__` does."""


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


def written(value: object) -> str:
    """Return a value as text, at its full length; what cannot be written, as a message quotes it.

    Example:
        >>> written("North"), written(7.5)
        ('North', '7.5')
    """
    try:
        return str(value)
    except Exception:
        return quoted(value)


def quoted(value: Any, most: int = _QUOTED) -> str:
    """Return a value as a message quotes it: as Python's own, and not at length; no value makes it fail.

    Example:
        >>> import numpy as np
        >>> quoted(np.float64(7.5)), quoted("x" * 99, 9)
        ('7.5', "'xxxxxxx...")
    """
    try:
        # NumPy's numbers are quoted as Python's; its times as they are, of which some would become numbers
        plain = type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 and value.dtype.kind not in "mM"
        if type(value) in (str, int, float):
            text = repr(value)
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # pandas warns when it shows short floats
                text = repr(value.item() if plain else value)
    except Exception:  # lists in lists, numbers of too many digits, and whatever a class of the user's own does
        text = f"<{type(value).__name__}>"
    return text if len(text) <= most else f"{text[: most - 1]}..."


def plural(count: SupportsIndex, one: str, many: str | None = None) -> str:
    """Return the word for so many: of one thing, or of none and several.

    Example:
        >>> plural(1, "was", "were"), plural(2, "row"), plural(0, "row")
        ('was', 'rows', 'rows')
    """
    return one if int(count) == 1 else f"{one}s" if many is None else many


def optional(module: str, need: str, extra: str) -> Any:
    """Return a module of an optional package.

    Args:
        module: The module.
        need: What takes it: `"answers.xlsx is an Excel workbook: reading it"`.
        extra: The extra of npskit that installs it.

    Raises:
        MissingDependencyError: If it is not installed; the message says how to install it.

    Example:
        >>> optional("no_such_module", "to fly", "wings")
        Traceback (most recent call last):
        ...
        npskit.errors.MissingDependencyError: to fly needs no-such-module: python -m pip install "npskit[wings]"
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.replace("_", "-")
        raise MissingDependencyError(f'{need} needs {package}: python -m pip install "npskit[{extra}]"') from error


def counted(count: SupportsIndex, one: str, many: str | None = None) -> str:
    """Return how many there are of something, in words that fit.

    Example:
        >>> counted(1, "row"), counted(1_250, "row"), counted(2, "entry", "entries")
        ('1 row', '1,250 rows', '2 entries')
    """
    return f"{int(count):,} {plural(count, one, many)}"


def with_article(noun: str) -> str:
    """Return a noun with "a" or "an", as it is spoken: an initialism by the name of its first letter.

    Example:
        >>> with_article("int"), with_article("NPS"), with_article("Scale"), with_article("offer")
        ('an int', 'an NPS', 'a Scale', 'an offer')
    """
    spelt = len(noun) > 1 and noun[:2].isupper()
    return f"{'an' if noun[:1] in ('AEFHILMNORSX' if spelt else 'AEIOaeio') else 'a'} {noun}"


def shortened(message: str) -> str:
    """Return a message in which nothing stands at length: neither a word nor the whole."""
    text = _LONG_WORD.sub(lambda word: f"{word[0][: _WORD // 2]}...{word[0][-_WORD // 4 :]}", message)
    return text if len(text) <= _MESSAGE else f"{text[: _MESSAGE * 2 // 3]} ... {text[-_MESSAGE // 3 :]}"


def is_refusal(error: BaseException) -> bool:
    """Whether an error is what a library of dataframes says: an exception, or a panic of Polars, which is none."""
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


_PACKAGE = os.path.dirname(__file__) + os.sep


def warn(message: str, kind: type[NpskitWarning]) -> None:
    """Warn at the user's line: the nearest one outside of the package, and of what attrs writes."""
    frame, level = sys._getframe(1), 2
    while frame.f_back is not None and frame.f_code.co_filename.startswith((_PACKAGE, "<attrs generated")):
        frame, level = frame.f_back, level + 1
    warnings.warn(shortened(message), kind, stacklevel=level)


def reason_of(error: Exception) -> str:
    """Return what an error says; of one of the operating system without the path, which the message names anyway."""
    return str(getattr(error, "strerror", None) or error)


def failed(what: str, error: Exception) -> NpskitError:
    """Return the error of npskit for one that a function of the user's raised, to be chained to it.

    It is of the same kind where that is npskit's own, such as of a follow-up with a priority of 101.

    Example:
        >>> failed("strategy 'renewal' failed at row 3", KeyError("plan"))
        InvalidValueError("strategy 'renewal' failed at row 3: KeyError: 'plan'")
    """
    if isinstance(error, NpskitError):
        return type(error)(f"{what}: {error}")
    return InvalidValueError(": ".join(filter(None, [what, type(error).__name__, str(error)])))


def did_you_mean(name: object, known: Iterable[object]) -> str:
    """Return a clause that suggests the closest known names, or lists them, to end an error message with.

    Example:
        >>> did_you_mean("scor", ["score", "date"])
        "did you mean 'score'?"
        >>> did_you_mean("q", ["score", "date"])
        "known: 'score', 'date'"
    """
    names = list(map(written, known))
    lowered = {n.casefold(): n for n in reversed(names)}
    close = difflib.get_close_matches(written(name).casefold(), list(lowered), n=2)
    if close:
        return f"did you mean {' or '.join(repr(lowered[c]) for c in close)}?"
    shown = ", ".join(repr(n) for n in names[:12])
    return f"known: {shown}{', ...' if len(names) > 12 else ''}" if names else "there are none"
