"""A tracker as versioned JSON: written whole, and read with every part checked, because files come from anywhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import numpy as np

from npskit.data.scale import Scale
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, NpskitError
from npskit.results.interval import Interval
from npskit.score import Score
from npskit.scorers.base import Codebook, Scorer, codebook
from npskit.scorers.registry import get_scorer
from npskit.tally import Tally
from npskit.tracking.alarms import Alarm, Watch
from npskit.tracking.live_input import key_of
from npskit.tracking.live_windows import Key, LastAnswers, LastPeriods

if TYPE_CHECKING:
    from npskit.tracking.live import Tracker

    T = TypeVar("T", bound=Tracker)

FORMAT, VERSION = "npskit.Tracker", 1
_MOST = 2**62


# ---- writing ----


def state(tracker: Tracker) -> dict[str, Any]:
    """Return all that a tracker holds as plain values, the same for trackers that hold the same."""
    window, watch = tracker._window, tracker._watch
    found: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "scorer": _scorer_record(tracker._book),
        "by": list(tracker._by),
        "window": None if window is None else window.spec,
        "watch": None if watch is None else _watch_record(watch),
        "last": None if tracker._last is None else tracker._last.isoformat(),
        "past": 0 if window is None else window.past,
    }
    if isinstance(window, LastAnswers):
        found["rows"] = [[list(key), place] for key, place in window.queue]
    elif window is not None:
        found["now"] = window.now
        buckets = sorted(window.buckets.items())
        found["periods"] = [[b, *row] for b, groups in buckets for row in _sorted_groups(groups)]
    else:
        found["groups"] = _sorted_groups(tracker._groups)
    alarms = sorted(tracker._alarms.items(), key=lambda item: repr(item[0]))
    found["alarms"] = [[None if key is None else list(key), _alarm_record(alarm)] for key, alarm in alarms]
    return found


def dump(tracker: Tracker) -> str:
    """Return a tracker as JSON text."""
    return json.dumps(state(tracker), ensure_ascii=False, allow_nan=False)


def _sorted_groups(groups: dict[Key, list[int]]) -> list[list[Any]]:
    return [[list(key), counts] for key, counts in sorted(groups.items(), key=lambda item: repr(item[0]))]


def _scorer_record(book: Codebook) -> dict[str, Any]:
    """Return how to make a scorer again, where the registry can, and what its answers mean."""
    return {"registry": _registered(book), **_meaning(book)}


def _meaning(book: Codebook) -> dict[str, Any]:
    """Return what answers are worth under a scorer; its grid, which may be large, as its digest."""
    questions = zip(book.questions, book.scales, strict=True)
    return {
        "name": book.name,
        "questions": [[name, scale.low, scale.high] for name, scale in questions],
        "categories": list(book.categories),
        "worths": book.worths.tolist(),
        "grid": hashlib.sha256(np.ascontiguousarray(book.grid, dtype="<i8").tobytes()).hexdigest(),
    }


def _registered(book: Codebook) -> dict[str, Any] | None:
    """Return the name and the options that make a scorer again; None where they do not."""
    kind = type(book.scorer)
    if not attrs.has(kind):
        return None
    fields = (f.name for f in attrs.fields(kind) if f.init)
    options = {name: _plain_option(getattr(book.scorer, name)) for name in fields}
    try:
        options = json.loads(json.dumps(options))
        same = codebook(get_scorer(kind.__name__, **options)) == book
    except (NpskitError, TypeError, ValueError):
        return None
    return {"name": kind.__name__.casefold(), "options": options} if same else None


def _plain_option(value: Any) -> Any:
    """Return an option of a scorer as JSON has it."""
    if isinstance(value, Scale):
        return [value.low, value.high]
    return list(map(_plain_option, value)) if isinstance(value, tuple) else value


def _watch_record(watch: Watch) -> dict[str, Any]:
    tally = None if watch.reference is None else watch.reference.tally
    reference = None if tally is None else [*tally.counts.tolist(), int(tally.missing), int(tally.invalid)]
    return {"target": watch.target, "reference": reference, "alpha": watch.alpha, "direction": watch.direction}


def _alarm_record(alarm: Alarm) -> dict[str, Any]:
    assert isinstance(alarm.at, dt.datetime | None)  # as a tracker notes times
    assert alarm.interval is not None  # a tracker's alarms rest on a confidence sequence
    limits = {"low": alarm.interval.low, "high": alarm.interval.high}
    names = ("direction", "limit", "value", "difference", "p_value", "n")
    found = {name: getattr(alarm, name) for name in names}
    return found | limits | {"at": None if alarm.at is None else alarm.at.isoformat()}


# ---- reading ----


def load(cls: type[T], text: str | bytes, scorer: Scorer | None) -> T:
    """Return the tracker that a text holds; see `Tracker.from_json`."""
    found = _parsed(text)
    book = _scorer(_get(found, "scorer", dict), scorer)
    by = tuple(_each(found, "by", lambda name: _check(name, "by", isinstance(name, str) and name != "")))
    window = _get(found, "window", (int, str, type(None)))
    tracker = cls.__new__(cls)
    tracker._begin(book.scorer, by, window, _watch(_get(found, "watch", (dict, type(None))), book))
    tracker._last = _time(found, "last")
    _fill(tracker, found)
    for key, record in _each(found, "alarms", lambda entry: _list(entry, "alarms", 2)):
        group = None if key is None else _key(tracker, key)
        tracker._alarms[group] = _alarm(tracker, record, group)
    return tracker


def _parsed(text: str | bytes) -> dict[str, Any]:
    """Return what a text holds, seen to be a tracker of a version that is known."""
    if not isinstance(text, str | bytes):
        raise InvalidTypeError(f"text must be JSON text, as to_json returns it: got {type(text).__name__}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidValueError(f"text must be JSON, as to_json returns it: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InvalidValueError(f"text holds no tracker: its format must be {FORMAT!r}")
    version = found.get("version")
    if type(version) is not int or version != VERSION:
        raise InvalidValueError(
            f"text holds a tracker of version {version!r}, and this npskit reads version {VERSION}: "
            "read it with the npskit that wrote it, or a newer one"
        )
    return found


def _fill(tracker: Tracker, found: dict[str, Any]) -> None:
    """Put the counts of a text into an empty tracker."""
    window, width = tracker._window, tracker._size + 2
    if isinstance(window, LastAnswers):
        rows = _each(found, "rows", lambda row: _list(row, "rows", 2))
        _check(None, "rows", len(rows) <= window.spec)
        for key, place in rows:
            window.add(tracker._groups, _key(tracker, key), _whole(place, "rows", least=-2, most=width - 3))
    elif isinstance(window, LastPeriods):
        now = _get(found, "now", (int, type(None)))
        for period, key, counts in _each(found, "periods", lambda row: _list(row, "periods", 3)):
            bucket = _whole(period, "periods", most=now if now is not None else -1)
            window.add_cells(tracker._groups, _key(tracker, key), _counts(counts, "periods", width), bucket)
        window.now = now
    else:
        for key, counts in _each(found, "groups", lambda row: _list(row, "groups", 2)):
            tracker._groups.add(_key(tracker, key), _counts(counts, "groups", width))
    if window is not None:
        window.past = _whole(found.get("past"), "past")


def _scorer(record: dict[str, Any], scorer: Scorer | None) -> Codebook:
    """Return the scorer of a text, or the one given, seen to mean the same."""
    if scorer is None:
        registry = record.get("registry")
        if not isinstance(registry, dict):
            raise InvalidValueError(
                f"scorer must be given: the text names none of the registry, only that it is {record.get('name')!r}"
            )
        name, options = _get(registry, "name", str), _get(registry, "options", dict)
        try:
            scorer = get_scorer(name, **options)
        except (NpskitError, TypeError, ValueError) as error:
            raise InvalidValueError(f"scorer: the text names {name!r}, which cannot be made: {error}") from error
    book = codebook(scorer)
    for part, meaning in _meaning(book).items():
        if record.get(part) != meaning:
            raise IncompatibleError(
                f"scorer: {book.scorer!r} is not the one of the text: its {part} differ; give the one it was made with"
            )
    return book


def _watch(record: dict[str, Any] | None, book: Codebook) -> Watch | None:
    """Return what a tracker watches for."""
    if record is None:
        return None
    target = _get(record, "target", (int, float, type(None)))
    known = record.get("reference")
    reference = None
    if known is not None:
        *counts, missing, invalid = _counts(known, "reference", len(book.categories) + 2)
        reference = Score.of(Tally.from_counts(counts, book.scorer, missing=missing, invalid=invalid))
    alpha, direction = _get(record, "alpha", float), _get(record, "direction", str)
    return Watch(target=target, reference=reference, alpha=alpha, direction=direction)


def _alarm(tracker: Tracker, record: Any, group: Key | None) -> Alarm:
    """Return an alarm that was seen before the text was written."""
    watch = tracker._watch
    if watch is None or not isinstance(record, dict):
        raise _damaged("alarms")
    numbers = ("limit", "value", "difference", "p_value", "low", "high")
    limit, value, difference, p_value, low, high = (float(_get(record, name, (int, float))) for name in numbers)
    _check(None, "alarms", all(map(math.isfinite, (limit, value, difference, p_value, low, high))))
    return Alarm(
        score=tracker._book.name,
        direction=_check(record.get("direction"), "alarms", record.get("direction") in ("below", "above")),
        against="target" if watch.target is not None else "reference",
        limit=limit,
        value=value,
        difference=difference,
        interval=Interval(low, high, level=1 - watch.alpha, method="anytime"),
        p_value=p_value,
        n=_whole(record.get("n"), "alarms"),
        at=_time(record, "at"),
        alpha=watch.alpha,
        group=group,
    )


# ---- checks ----


def _damaged(name: str) -> InvalidValueError:
    return InvalidValueError(f"text is damaged: its part {name!r} is not as to_json writes it")


def _check(value: Any, name: str, good: bool) -> Any:
    """Return a value, or say which part of the text is damaged."""
    if not good:
        raise _damaged(name)
    return value


def _get(record: dict[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    """Return a part of the text that must be of a type; a boolean is no number."""
    value = record.get(name)
    return _check(value, name, name in record and isinstance(value, kind) and not isinstance(value, bool))


def _each(record: dict[str, Any], name: str, read: Callable[[Any], Any]) -> list[Any]:
    return [read(entry) for entry in _get(record, name, list)]


def _list(value: Any, name: str, size: int) -> list[Any]:
    found: list[Any] = _check(value, name, isinstance(value, list) and len(value) == size)
    return found


def _whole(value: Any, name: str, *, least: int = 0, most: int = _MOST) -> int:
    return int(_check(value, name, type(value) is int and least <= value <= most))


def _counts(value: Any, name: str, width: int) -> list[int]:
    return [_whole(count, name) for count in _list(value, name, width)]


def _key(tracker: Tracker, value: Any) -> Key:
    """Return a group of the text as a tracker keeps it."""
    parts = _list(value, "groups", len(tracker._by))
    return key_of(tracker._by, tuple(parts)) if parts else ()


def _time(record: dict[str, Any], name: str) -> dt.datetime | None:
    text = _get(record, name, (str, type(None)))
    try:
        return None if text is None else dt.datetime.fromisoformat(text)
    except ValueError:
        raise _damaged(name) from None
