"""What asking came to: the result, or the error, with what was warned of, and the shapes of what left the engine."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import attrs
import narwhals.stable.v2 as nw
import numpy as np
import pytest

import npskit as nk
from npskit.data import engines
from npskit.results import Result
from tests.engines.methods import Method, whole


@attrs.frozen
class Fetched:
    """A table that left an engine."""

    rows: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows} × {self.columns}"


@attrs.frozen
class Outcome:
    """What asking came to.

    Args:
        said: The result in plain values, or the kind of the error with its text.
        failed: Whether it is an error.
        warned: What was warned of, in order of the text.
        fetched: The tables that left the engine, in order.
    """

    said: Any
    failed: bool
    warned: tuple[str, ...]
    fetched: tuple[Fetched, ...]


@contextmanager
def recorded() -> Iterator[list[Fetched]]:
    """Record the shape of every table that leaves an engine, whoever asks for it."""
    found: list[Fetched] = []
    collect = nw.LazyFrame.collect

    def collected(frame: Any, *given: Any, **named: Any) -> Any:
        table = collect(frame, *given, **named)
        found.append(Fetched(*table.shape))
        return table

    of_relation = engines._of_relation

    def handed_over(relation: Any, given: Any) -> Any:
        columns = of_relation(relation, given)
        if columns is not None:
            found.append(Fetched(len(next(iter(columns.values()))), len(columns)))
        return columns

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nw.LazyFrame, "collect", collected)
        patch.setattr(engines, "_of_relation", handed_over)
        yield found


def ask(method: Method, data: Any) -> Outcome:
    """Ask it of some data; an error of another kind than npskit's own is none of its outcomes.

    Rows that an error names are left out: an engine gives them in any order, or only counts them.
    """
    failed = False
    with warnings.catch_warnings(record=True) as heard, recorded() as fetched:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", nk.NpskitWarning)
        try:
            said = plain(method.answer(data))
        except nk.NpskitError as error:
            text = re.split(r": row | in rows | in row \d| in [\d,]+ rows?;", whole(str(error)))[0]
            said, failed = f"{type(error).__name__}: {text}", True
    return Outcome(said, failed, tuple(sorted(str(each.message) for each in heard)), tuple(fetched))


def plain(value: Any) -> Any:
    """Return a result in values that compare."""
    if isinstance(value, Result | nk.Tally):
        return plain(value.to_dict())
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return plain(value.tolist()) if isinstance(value, np.ndarray | np.generic) else value


def differences(found: Any, wanted: Any, path: str = "") -> Iterator[str]:
    """Yield where two plain values differ: numbers that are whole at all, others by more than 1e-9."""
    if isinstance(wanted, float) and isinstance(found, float):
        if found != pytest.approx(wanted, rel=1e-9, abs=1e-9, nan_ok=True):
            yield f"{path}: {found!r}, not {wanted!r}"
    elif isinstance(wanted, dict) and isinstance(found, dict) and list(found) == list(wanted):
        for key, value in wanted.items():
            yield from differences(found[key], value, f"{path}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        for place, (one, other) in enumerate(zip(found, wanted, strict=True)):
            yield from differences(one, other, f"{path}[{place}]")
    elif type(found) is not type(wanted) or found != wanted:
        yield f"{path}: {found!r}, not {wanted!r}"
