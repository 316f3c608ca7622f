"""A score as JSON keeps it, and read again: counts, what it was computed under, the estimate where not of them."""

from __future__ import annotations

import json
import math
from typing import Any

import attrs
import numpy as np

from npskit.counting import Tally
from npskit.inference import Estimate
from npskit.options import CONTACTS, DENOMINATORS, ON_INVALID, REPEATS
from npskit.results import as_list, as_whole, checked, get, read_json
from npskit.scorers import Scorer

_VARIANCES = ("independent", "clustered", "calibrated")
SAYS = (
    "score: str, value, n, missing, invalid, set_aside, left_out, counts, shares, se, n_effective, interval, "
    "conventions"
)
"""What the JSON of a score says; see `npskit.results.schemas`."""
ALSO = "tally, clustered: dict[str, Any] | None"
"""What it says besides where the score stands alone."""
_LONG = ("amounts", "category_scores")


def kept(tally: Tally, clustered: Estimate | None) -> dict[str, Any]:
    """Return what a score is made of again; numbers that JSON has not are words, so that none is taken for another."""
    if clustered is None:
        return {"tally": tally.to_dict(), "clustered": None}
    parts = {name: np.asarray(value).tolist() for name, value in attrs.asdict(clustered).items()}
    return {"tally": tally.to_dict(), "clustered": {name: _written(value) for name, value in parts.items()}}


def read_kept(text: str | bytes, scorer: Scorer | None) -> tuple[Tally, dict[str, Any], dict[str, Any]]:
    """Return the tally of a score that was kept, its conventions by name, and its other fields.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: As `Score.from_json`.
    """
    found = read_json(text, "score")
    tally = Tally.from_json(json.dumps(get(found, "tally", dict)), scorer=scorer)
    checked(tally, "tally", not tally.shape)
    aside = {name: as_whole(found.get(name), name) for name in ("set_aside", "left_out")}
    clustered = get(found, "clustered", dict, type(None))
    estimate = None if clustered is None else _estimate(clustered)
    return tally, _conventions(get(found, "conventions", dict)), aside | {"clustered": estimate}


def _conventions(record: dict[str, Any]) -> dict[str, Any]:
    """Return conventions by name, checked."""
    words: dict[str, tuple[Any, ...]] = {"denominator": DENOMINATORS, "repeats": REPEATS, "invalid": ON_INVALID}
    words |= {"variance": _VARIANCES, "contacts": (None, *CONTACTS)}
    said: dict[str, Any] = {name: checked(record.get(name), name, record.get(name) in words[name]) for name in words}
    said |= {name: get(record, name, bool) for name in ("by_customer", "weighted")}
    said |= {"scorer": get(record, "scorer", str), "window": get(record, "window", int, str, type(None))}
    return said | {name: as_whole(record.get(name), name) for name in ("superseded", "tied")}


def _estimate(record: dict[str, Any]) -> Estimate:
    """Return an estimate of what was kept of it."""
    parts: dict[str, Any] = {"simple": get(record, "simple", bool)}
    size = len(get(record, "amounts", list))
    for name in (field.name for field in attrs.fields(Estimate) if field.name != "simple"):
        value = record.get(name)
        cells = as_list(value, name, size) if name in _LONG else [value]
        numbers = [_number(cell, name) for cell in cells]
        parts[name] = np.array(numbers if name in _LONG else numbers[0])
    return Estimate(**parts)


def _written(value: Any) -> Any:
    """Return numbers as JSON has them; what it has not as a word."""
    if isinstance(value, list):
        return [_written(part) for part in value]
    return value if math.isfinite(value) else str(value)


def _number(value: Any, name: str) -> float:
    """Return a number that was kept, or a word for one."""
    good = (isinstance(value, int | float) and not isinstance(value, bool)) or value in ("inf", "-inf", "nan")
    return float(checked(value, name, good))
