"""A tracker as versioned JSON: written whole, and read with every part checked, because files come from anywhere."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, TypeVar

from npskit.counting import Tally
from npskit.results import Interval, as_counts, as_list, as_whole, checked, damaged, get, get_each, get_time, read_json
from npskit.scorers import Codebook, Scorer, read_scorer, scorer_record
from npskit.scores import Score
from npskit.tracking.live.alarms import Alarm, Watch
from npskit.tracking.live.live_input import key_of
from npskit.tracking.live.live_state import TrackerState
from npskit.tracking.live.live_windows import Key, LastAnswers, LastPeriods

T = TypeVar("T", bound=TrackerState)


# ---- writing ----


def state(tracker: TrackerState) -> dict[str, Any]:
    """Return all that a tracker holds as plain values, the same for trackers that hold the same."""
    window, watch = tracker._window, tracker._watch
    found: dict[str, Any] = {
        "scorer": scorer_record(tracker._codebook),
        "by": list(tracker._by),
        "window": tracker._spec,
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


def _sorted_groups(groups: dict[Key, list[int]]) -> list[list[Any]]:
    return [[list(key), counts] for key, counts in sorted(groups.items(), key=lambda item: repr(item[0]))]


def _watch_record(watch: Watch) -> dict[str, Any]:
    tally = None if watch.reference is None else watch.reference.tally
    reference = None if tally is None else [*tally.counts.tolist(), int(tally.missing), int(tally.invalid)]
    return {"target": watch.target, "reference": reference, "alpha": watch.alpha, "direction": watch.direction}


def _alarm_record(alarm: Alarm) -> dict[str, Any]:
    assert isinstance(alarm.at, dt.datetime | None)  # as a tracker notes times
    assert alarm.interval is not None  # a tracker's alarms rest on a confidence sequence
    found = {name: getattr(alarm, name) for name in ("direction", "limit", "value", "difference", "p_value", "n")}
    found |= {"low": alarm.interval.low, "high": alarm.interval.high}
    return found | {"at": None if alarm.at is None else alarm.at.isoformat()}


# ---- reading ----


def load(cls: type[T], text: str | bytes, scorer: Scorer | None) -> T:
    """Return the tracker that a text holds; see `Tracker.from_json`."""
    found = read_json(text, "tracker")
    codebook = read_scorer(get(found, "scorer", dict), scorer)
    by = tuple(get_each(found, "by", lambda name: checked(name, "by", isinstance(name, str) and name != "")))
    window = get(found, "window", int, str, type(None))
    tracker = cls.__new__(cls)
    tracker._begin(codebook.scorer, by, window, _watch(get(found, "watch", dict, type(None)), codebook))
    tracker._last = get_time(found, "last")
    _fill(tracker, found)
    for key, record in get_each(found, "alarms", lambda entry: as_list(entry, "alarms", 2)):
        group = None if key is None else _key(tracker, key)
        tracker._alarms[group] = _alarm(tracker, record, group)
    return tracker


def _fill(tracker: TrackerState, found: dict[str, Any]) -> None:
    """Put the counts of a text into an empty tracker."""
    window, width = tracker._window, tracker._size + 2
    if isinstance(window, LastAnswers):
        rows = get_each(found, "rows", lambda row: as_list(row, "rows", 2))
        checked(None, "rows", len(rows) <= window.spec)
        for key, place in rows:
            window.add(tracker._groups, _key(tracker, key), as_whole(place, "rows", least=-2, most=width - 3))
    elif isinstance(window, LastPeriods):
        now = get(found, "now", int, type(None))
        for period, key, counts in get_each(found, "periods", lambda row: as_list(row, "periods", 3)):
            bucket = as_whole(period, "periods", most=now if now is not None else -1)
            window.add_cells(tracker._groups, _key(tracker, key), as_counts(counts, "periods", width), bucket)
        window.now = now
    else:
        for key, counts in get_each(found, "groups", lambda row: as_list(row, "groups", 2)):
            tracker._groups.add(_key(tracker, key), as_counts(counts, "groups", width))
    if window is not None:
        window.past = as_whole(found.get("past"), "past")


def _watch(record: dict[str, Any] | None, codebook: Codebook) -> Watch | None:
    """Return what a tracker watches for."""
    if record is None:
        return None
    target = get(record, "target", int, float, type(None))
    known = record.get("reference")
    reference = None
    if known is not None:
        *counts, missing, invalid = as_counts(known, "reference", len(codebook.categories) + 2)
        reference = Score.of(Tally.from_counts(counts, codebook.scorer, missing=missing, invalid=invalid))
    alpha, direction = get(record, "alpha", float), get(record, "direction", str)
    return Watch(target=target, reference=reference, alpha=alpha, direction=direction)


def _alarm(tracker: TrackerState, record: Any, group: Key | None) -> Alarm:
    """Return an alarm that was seen before the text was written."""
    watch = tracker._watch
    if watch is None or not isinstance(record, dict):
        raise damaged("alarms")
    names = ("limit", "value", "difference", "p_value", "low", "high")
    numbers: dict[str, Any] = {name: float(get(record, name, int, float)) for name in names}
    checked(None, "alarms", all(map(math.isfinite, numbers.values())))
    interval = Interval(numbers.pop("low"), numbers.pop("high"), level=1 - watch.alpha, method="anytime")
    return Alarm(
        score=tracker._codebook.name,
        direction=checked(record.get("direction"), "alarms", record.get("direction") in ("below", "above")),
        against=watch.against,
        interval=interval,
        n=as_whole(record.get("n"), "alarms"),
        at=get_time(record, "at"),
        alpha=watch.alpha,
        group=group,
        **numbers,
    )


def _key(tracker: TrackerState, value: Any) -> Key:
    """Return a group of the text as a tracker keeps it."""
    parts = as_list(value, "groups", len(tracker._by))
    return key_of(tracker._by, tuple(parts)) if parts else ()
