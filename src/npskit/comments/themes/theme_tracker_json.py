"""A tracker of themes as versioned JSON: written whole, and read with every part checked."""

from __future__ import annotations

import json
from typing import Any

import attrs

from npskit.comments.themes.listed_theme import Theme
from npskit.comments.themes.theme_list import ThemeList
from npskit.comments.themes.tracked import ThemeAlarm, UrgentComment, sets_of_keys
from npskit.errors import NpskitError
from npskit.options import EVERY
from npskit.results import as_list, as_whole, checked, damaged, get, get_each, get_time, read_json
from npskit.scorers import Scorer
from npskit.tracking.live import Tracker

SAYS = (
    "themes: list[dict[str, Any]], negations: list[str], lists: dict[str, list[str]], every: str | None, "
    "alpha: float, baseline: dict[str, float] | None, counts: Tracker, urgent: list[dict[str, Any]], "
    "alarms: list[dict[str, Any]]"
)
"""What the JSON of a tracker says; see `npskit.results.schemas`."""


def state(tracker: Any) -> dict[str, Any]:
    """Return all that a tracker holds as plain values, the same for trackers that hold the same."""
    listed: ThemeList = tracker.listed
    return {
        "themes": [attrs.asdict(theme) for theme in listed.themes],
        "negations": list(listed.negations),
        "lists": {name: list(words) for name, words in listed.lists.items()},
        "every": tracker.every,
        "alpha": tracker.alpha,
        "baseline": tracker.baseline,
        "counts": tracker._counts.to_dict(),
        "urgent": [_with_time(each) for each in tracker._urgent],
        "alarms": [_with_time(each) for each in tracker._alarms.values()],
    }


def _with_time(record: Any) -> dict[str, Any]:
    return attrs.asdict(record) | {"at": None if record.at is None else record.at.isoformat()}


def load(kind: Any, text: str | bytes, scorer: Scorer | None, urgency: Any, on_urgent: Any) -> Any:
    """Return the tracker that a text holds; see `ThemeTracker.from_json`."""
    found = read_json(text, "theme_tracker")
    listed = _list_of(found)
    every = get(found, "every", str, type(None))
    checked(every, "every", every is None or every in EVERY)
    counts = Tracker.from_json(json.dumps(get(found, "counts", dict)), scorer=scorer)
    table = counts.score_table() if counts._by == ("set", "period") else checked(None, "counts", False)
    try:
        sets_of_keys([str(key[0]) for key in table.keys], len(listed.themes))
    except ValueError:
        raise damaged("counts") from None
    checked(None, "counts", all(type(key[1]) is int for key in table.keys))
    alpha = float(get(found, "alpha", float))
    try:
        tracker = kind(listed, every=every, alpha=alpha, urgency=urgency, on_urgent=on_urgent)
    except NpskitError:
        raise damaged("alpha") from None
    tracker._counts = counts
    baseline = get(found, "baseline", dict, type(None))
    tracker.baseline = None if baseline is None else {name: _reference(baseline, name, listed) for name in baseline}
    for record in get_each(found, "urgent", _record):
        themes = tuple(get_each(record, "themes", lambda name: checked(name, "urgent", name in listed.names)))
        parts = get(record, "category", str, type(None)), get(record, "comment", str), themes, get_time(record, "at")
        tracker._urgent.append(UrgentComment(as_whole(record.get("level"), "urgent", least=1, most=2), *parts))
    for record in get_each(found, "alarms", _record):
        theme = checked(record.get("theme"), "alarms", record.get("theme") in listed.names)
        share, before, p = (float(get(record, name, int, float)) for name in ("share", "before", "p_value"))
        comments, mentions = (as_whole(record.get(name), "alarms") for name in ("comments", "mentions"))
        tracker._alarms[theme] = ThemeAlarm(theme, share, before, p, comments, mentions, alpha, get_time(record, "at"))
    return tracker


def _list_of(found: dict[str, Any]) -> ThemeList:
    """Return the themes of a text."""
    themes, lists = get_each(found, "themes", _record), get(found, "lists", dict)
    try:
        known = [Theme(**theme) for theme in themes]
        return ThemeList(known, negations=get(found, "negations", list), lists=lists, misspellings=False)
    except (NpskitError, TypeError):
        raise damaged("themes") from None


def _record(value: Any) -> dict[str, Any]:
    record: dict[str, Any] = checked(value, "themes", isinstance(value, dict))
    return record


def _reference(baseline: dict[str, Any], name: str, listed: ThemeList) -> Any:
    """Return what a theme is watched against."""
    checked(name, "baseline", name in listed.names)
    value = baseline[name]
    if isinstance(value, list):
        comments, mentions = (as_whole(each, "baseline") for each in as_list(value, "baseline", 2))
        return checked((comments, mentions), "baseline", mentions <= comments)
    return checked(value, "baseline", isinstance(value, float) and 0 < value < 1)
