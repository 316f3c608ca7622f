"""What is a fault: an exception or a warning that is not npskit's, a message at length, a call that hangs."""

from __future__ import annotations

import pickle
import reprlib
import signal
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import attrs
import polars as pl

import npskit
from npskit import NpskitError, NpskitWarning

LONGEST = 1000
SECONDS = 10.0
SOURCE = Path(npskit.__file__).parent


class EndOfInput(Exception):  # noqa: N818  # no error
    """A step was refused, or failed, and there is nothing to go on with."""


class Hang(BaseException):
    """A call took too long."""


@attrs.frozen
class Fault:
    """What went wrong in one input.

    Args:
        entry: What was called.
        kind: The class of the exception or the warning, or what is wrong with a message.
        place: Where, in npskit's source.
        message: What it said, cut short.
        call: The call, its arguments cut short.
        seed: The seed of the run.
        number: The number of the input in it.
    """

    entry: str
    kind: str
    place: str
    message: str
    call: str
    seed: int = 0
    number: int = 0

    @property
    def group(self) -> tuple[str, str, str]:
        """What faults are told apart by."""
        return self.entry, self.kind, self.place


_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 60
_SHORT.maxlist = _SHORT.maxtuple = _SHORT.maxdict = 8
_SHORT.maxlevel = 3


def shown(value: object) -> str:
    """Return a value for the report; whatever happens, that does not fail."""
    try:
        text = _SHORT.repr(value)
    except Exception:
        text = f"<{type(value).__name__}>"
    return text.encode("utf-8", "backslashreplace").decode()


def called(entry: str, arguments: tuple[Any, ...], named: dict[str, Any]) -> str:
    """Return a call as text."""
    parts = [shown(value) for value in arguments] + [f"{name}={shown(value)}" for name, value in named.items()]
    return f"{entry}({', '.join(parts)})"


@contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Interrupt what computes for longer; on the main thread of a system that has such alarms."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise Hang

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if Path(frame.filename).is_relative_to(SOURCE)]
    if not inside:
        return ""
    last = inside[-1]
    return f"{Path(last.filename).relative_to(SOURCE)}:{last.lineno} in {last.name}"


def _error_faults(error: NpskitError) -> Iterator[str]:
    """Yield what is wrong with one of npskit's own errors."""
    if len(str(error)) > LONGEST:
        yield "long message"
    if not str(error).strip():
        yield "empty message"
    copy = pickle.loads(pickle.dumps(error))
    if type(copy) is not type(error) or str(copy) != str(error):
        yield "error changes when pickled"


class Watch:
    """Calls what it is given and keeps the faults."""

    def __init__(self, seed: int, number: int, *, shows: bool = False) -> None:
        self.shows = shows
        self.faults: list[Fault] = []
        self.entries: list[str] = []
        self._of = {"seed": seed, "number": number}

    def __call__(self, entry: str, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
        """Return what a call returns.

        Raises:
            EndOfInput: If it was refused or failed.
        """
        self.entries.append(entry)

        def fault(kind: str, place: str, message: str) -> None:
            text = message.encode("utf-8", "backslashreplace").decode()
            call = called(entry, arguments, named)
            self.faults.append(Fault(entry, kind, place, text[:200], call[:600], **self._of))

        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            try:
                with _limit(SECONDS):
                    found = function(*arguments, **named)
            except NpskitError as error:
                for wrong in _error_faults(error):
                    fault(f"{type(error).__name__}: {wrong}", _place(error), str(error))
                found = EndOfInput
            except Hang as error:
                fault("hang", _place(error), f"more than {SECONDS:g} s")
                found = EndOfInput
            except (Exception, pl.exceptions.PanicException) as error:
                place = _place(error)
                # Python itself refuses a call of the wrong shape, and to pickle what a user's own object holds
                if place or not (isinstance(error, TypeError) or entry.startswith("pickle")):
                    fault(type(error).__name__, place, str(error))
                    if self.shows:
                        traceback.print_exc()
                found = EndOfInput
        for warning in warned:
            said = str(warning.message)
            if not issubclass(warning.category, NpskitWarning):
                inside = f"{Path(warning.filename).name}:{warning.lineno}"
                fault(warning.category.__name__, inside, said)
            elif len(said) > LONGEST:
                fault(f"{warning.category.__name__}: long message", "", said)
        if found is EndOfInput:
            raise EndOfInput
        return found
