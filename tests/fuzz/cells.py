"""Cells of columns: answers, times, ids, texts and numbers as exports have them, and what damage does to them."""

from __future__ import annotations

import datetime as dt
import decimal
import fractions
import math
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from tests.fuzz.draw import Draw

ZONES = ("Europe/Warsaw", "America/New_York", "Asia/Bangkok", "UTC")
LONG = "x" * 3000


class Refuses:
    """Something that cannot be made an array of."""

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise RuntimeError("no array of this")

    def __len__(self) -> int:
        return 3

    def __getitem__(self, place: int) -> int:
        return [1, 2, 3][place]


class Compares:
    """Something that no comparison has a truth value of, as arrays and some markers of missing values have not."""

    def __eq__(self, other: object) -> Any:
        raise TypeError("cannot be compared")

    def __hash__(self) -> int:
        return 1


class Nasty:
    """Something of which every question fails."""

    def _fails(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("no answer")

    __repr__ = __str__ = __bool__ = __len__ = __iter__ = __eq__ = __lt__ = __index__ = __float__ = __array__ = _fails
    __hash__ = __getattr__ = __contains__ = __getitem__ = __call__ = _fails


def _loop() -> list[Any]:
    found: list[Any] = []
    found.append(found)
    return found


def nested(depth: int) -> Any:
    """Return lists in lists."""
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


ODD: dict[str, Callable[[], Any]] = {
    "none": lambda: None,
    "nan": lambda: math.nan,
    "inf": lambda: math.inf,
    "minus inf": lambda: -math.inf,
    "complex": lambda: 3 + 4j,
    "numpy complex": lambda: np.complex128(1),
    "10**400": lambda: 10**400,
    "10**5000": lambda: 10**5000,
    "-10**25": lambda: -(10**25),
    "2**63": lambda: 2**63,
    "1e300": lambda: 1e300,
    "1e-300": lambda: 1e-300,
    "minus zero": lambda: -0.0,
    "negative": lambda: -3,
    "half": lambda: 7.5,
    "bool": lambda: True,
    "numpy bool": lambda: np.True_,
    "date": lambda: dt.date(2026, 3, 1),
    "datetime": lambda: dt.datetime(2026, 3, 1, 12),
    "first datetime": lambda: dt.datetime.min,
    "last aware datetime": lambda: dt.datetime.max.replace(tzinfo=dt.timezone(dt.timedelta(hours=-12))),
    "aware": lambda: dt.datetime(2026, 3, 1, 12, tzinfo=zoneinfo.ZoneInfo("Asia/Bangkok")),
    "time": lambda: dt.time(9, 30),
    "timedelta": lambda: dt.timedelta(days=2),
    "largest timedelta": lambda: dt.timedelta.max,
    "numpy NaT": lambda: np.datetime64("NaT"),
    "numpy NaT of differences": lambda: np.timedelta64("NaT"),
    "numpy nanoseconds": lambda: np.datetime64("2026-03-01T00:00:00.000000001"),
    "numpy far year": lambda: np.datetime64("90000-01-01"),
    "numpy timedelta": lambda: np.timedelta64(3, "D"),
    "NaT": lambda: pd.NaT,
    "NA": lambda: pd.NA,
    "timestamp": lambda: pd.Timestamp("2026-03-01 12:00:00.123456789", tz="Europe/Warsaw"),
    "pandas timedelta": lambda: pd.Timedelta("1 day 3 ns"),
    "interval": lambda: pd.Interval(0, 5),
    "period": lambda: pd.Period("2026-03", freq="M"),
    "masked": lambda: np.ma.masked,
    "long double": lambda: np.longdouble("1.5e4000"),
    "float16": lambda: np.float16(9),
    "int8": lambda: np.int8(-5),
    "uint64": lambda: np.uint64(2**64 - 1),
    "numpy text": lambda: np.str_("9"),
    "numpy bytes": lambda: np.bytes_(b"9"),
    "void": lambda: np.void(b"\x00\x01"),
    "decimal": lambda: decimal.Decimal("9.0"),
    "decimal NaN": lambda: decimal.Decimal("NaN"),
    "signaling NaN": lambda: decimal.Decimal("sNaN"),
    "huge decimal": lambda: decimal.Decimal("1e999999"),
    "fraction": lambda: fractions.Fraction(7, 2),
    "empty text": lambda: "",
    "blank": lambda: " \t\n",
    "text": lambda: "abc",
    "label": lambda: "10 - Extremely likely",
    "long text": lambda: LONG,
    "many digits": lambda: "9" * 5000,
    "lone surrogate": lambda: "a\ud800b",
    "NUL": lambda: "a\x00b",
    "escape": lambda: "\x1b[31m\u202e=cmd()",
    "bytes": lambda: b"9",
    "broken bytes": lambda: b"\xff\xfe\x00",
    "list": lambda: [1, 2],
    "empty list": list,
    "deep list": lambda: nested(1100),
    "tuple of lists": lambda: ([1], 2),
    "dict": lambda: {"a": 1},
    "set": lambda: {1, 2},
    "array": lambda: np.array([1, 2]),
    "matrix": lambda: np.ones((2, 2)),
    "array of no dimension": lambda: np.array(9),
    "object": object,
    "refuses": Refuses,
    "compares": Compares,
    "nasty": Nasty,
    "list that holds itself": _loop,
    "class": lambda: int,
    "function": lambda: len,
    "module": lambda: math,
    "uuid": lambda: uuid.UUID(int=5),
    "range": lambda: range(3),
    "ellipsis": lambda: ...,
}


def odd(draw: Draw) -> Any:
    """Return a value that nobody expects."""
    return draw.kind("odd value", ODD)()


def _answers(draw: Draw, n: int) -> list[Any]:
    high = draw.among([1, 5, 7, 10, 10, 10, 10])
    return [draw.whole(0, high) for _ in range(n)]


def _texts_of(values: list[Any], draw: Draw) -> list[Any]:
    form = draw.among(["{}", "{} - likely", "{},0", " {} ", "{}.0", "answer ({})"])
    return [form.format(value) for value in values]


def _times(draw: Draw, n: int) -> list[dt.datetime]:
    start = dt.datetime(draw.among([2025, 2026, 1999]), draw.whole(1, 12), 1)
    step = draw.among([1, 24, 24 * 7, 24 * 31]) * 3600
    return [start + dt.timedelta(seconds=i * step / max(n / 12, 1) + draw.whole(0, 5000)) for i in range(n)]


def _aware(draw: Draw, n: int) -> list[dt.datetime]:
    zones = [zoneinfo.ZoneInfo(draw.among(ZONES)) for _ in range(draw.whole(1, 2))]
    return [time.replace(tzinfo=draw.among(zones)) for time in _times(draw, n)]


def _nanoseconds(draw: Draw, n: int) -> list[Any]:
    return [np.datetime64(time, "ns") + np.timedelta64(draw.whole(0, 999), "ns") for time in _times(draw, n)]


COLUMNS: dict[str, Callable[[Draw, int], list[Any]]] = {
    "whole numbers": _answers,
    "floats": lambda draw, n: [float(value) for value in _answers(draw, n)],
    "answers as text": lambda draw, n: _texts_of(_answers(draw, n), draw),
    "booleans": lambda draw, n: [draw.chance(0.5) for _ in range(n)],
    "words": lambda draw, n: [draw.among(["North", "South", "NA", "", "East 10", "East 9", None]) for _ in range(n)],
    "comments": lambda draw, n: [draw.among(["slow and rude", "", "great", "refund now!", "😀" * 9]) for _ in range(n)],
    "ids": lambda draw, n: [f"c-{draw.whole(0, max(n // 2, 1))}" for _ in range(n)],
    "numbered ids": lambda draw, n: [draw.whole(0, max(n // 2, 1)) for _ in range(n)],
    "labels": lambda draw, n: [draw.among(["Promoter", "detractors", "Neutral", "vip", None]) for _ in range(n)],
    "amounts": lambda draw, n: [round(draw.random.lognormvariate(3, 2), 2) for _ in range(n)],
    "amounts as text": lambda draw, n: [f"{draw.whole(0, 9)}.{draw.whole(100, 999)},50" for _ in range(n)],
    "decimals": lambda draw, n: [decimal.Decimal(draw.whole(0, 1000)) / 4 for _ in range(n)],
    "fractions": lambda draw, n: [fractions.Fraction(draw.whole(0, 9), 3) for _ in range(n)],
    "huge numbers": lambda draw, n: [draw.among([2**63, 2**70, -(2**63), 10**18, 5]) for _ in range(n)],
    "large and small": lambda draw, n: [draw.among([1e300, 1e-300, 1e160, 5.0, 0.0]) for _ in range(n)],
    "long doubles": lambda draw, n: [np.longdouble(draw.among(["9", "1e4000", "1e-4000", "7.5"])) for _ in range(n)],
    "complex": lambda draw, n: [complex(draw.whole(0, 9), draw.whole(0, 1)) for _ in range(n)],
    "datetimes": _times,
    "aware datetimes": _aware,
    "nanoseconds": _nanoseconds,
    "timestamps": lambda draw, n: [pd.Timestamp(time) for time in _times(draw, n)],
    "dates": lambda draw, n: [time.date() for time in _times(draw, n)],
    "dates as text": lambda draw, n: [f"{time:{draw.among(['%d/%m/%Y', '%Y-%m-%d'])}}" for time in _times(draw, n)],
    "times of day": lambda draw, n: [time.time() for time in _times(draw, n)],
    "unix seconds": lambda draw, n: [int(time.timestamp()) for time in _times(draw, n)],
    "durations": lambda draw, n: [dt.timedelta(hours=draw.whole(-5, 500)) for _ in range(n)],
    "periods": lambda draw, n: [pd.Period(time, freq="M") for time in _times(draw, n)],
    "intervals": lambda draw, n: [pd.Interval(i, i + 1) for i in range(n)],
    "bytes": lambda draw, n: [str(value).encode() for value in _answers(draw, n)],
    "lists": lambda draw, n: [[value] for value in _answers(draw, n)],
    "records": lambda draw, n: [{"a": value} for value in _answers(draw, n)],
    "nothing": lambda draw, n: [None] * n,
}

# What a column of each role holds where nothing is wrong.
ROLES: dict[str, tuple[str, ...]] = {
    "score": ("whole numbers", "floats", "answers as text"),
    "weight": ("amounts", "whole numbers", "decimals"),
    "value": ("amounts", "whole numbers", "amounts as text", "decimals"),
    "time": ("datetimes", "aware datetimes", "dates", "dates as text", "nanoseconds", "timestamps", "unix seconds"),
    "customer": ("ids", "numbered ids"),
    "comment": ("comments",),
    "region": ("words", "booleans", "whole numbers", "dates"),
    "label": ("labels",),
    "flag": ("booleans", "whole numbers"),
}


def _sprinkle(draw: Draw, cells: list[Any]) -> list[Any]:
    """Put something odd in some places."""
    strange = ODD[name := draw.among(list(ODD))]
    draw.note("damage", name)
    share = draw.among([0.1, 0.3, 1.0])
    return [strange() if draw.chance(share) else cell for cell in cells]


def _missing(draw: Draw, cells: list[Any]) -> list[Any]:
    draw.note("damage", "missing")
    return [None if draw.chance(0.3) else cell for cell in cells]


def cells(draw: Draw, role: str, n: int) -> list[Any]:
    """Return the cells of a column of a role, or of something else, sound or damaged."""
    name = draw.among(ROLES[role]) if draw.chance(0.8) else draw.among(list(COLUMNS))
    draw.note("dtype", name)
    found = COLUMNS[name](draw, n)
    if draw.chance(0.25):
        found = _missing(draw, found)
    return _sprinkle(draw, found) if draw.chance(0.3) else found
