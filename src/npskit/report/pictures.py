"""The pictures of a report: the charts of its results in its language; what is small is hidden before it is drawn."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Floats
from npskit.comments.themes import Themes
from npskit.counting import HIDDEN, SHOWN, hidden_groups
from npskit.drivers import Drivers
from npskit.followup.cases import ClosedLoop
from npskit.plots import (
    NARROW,
    WIDE,
    Chart,
    Cross,
    Crosses,
    Forest,
    ForestRow,
    PeriodLines,
    PeriodSeries,
    RowBar,
    Speech,
    Waterfall,
    WaterfallStep,
    svg_of,
)
from npskit.report.page_parts import ReportParts, ReportTerms
from npskit.report.wording import ReportWords, named
from npskit.scores import ScoreTable, segment_names
from npskit.tracking.change import ChangeExplanation
from npskit.tracking.charts import ChangePoints
from npskit.tracking.timeline import Timeline

# More rows than this are for the table.
_MOST_ROWS = 60
_FATES = {HIDDEN: "hidden"}


class ReportSpeech(Speech):
    """What charts say in the language of a report; a phrase that it does not have stays English."""

    def __init__(self, words: ReportWords) -> None:
        self._words = words
        self._phrases = words.texts.get("picture", {})

    def say(self, phrase: str, **parts: Any) -> str:
        """Return a phrase with its parts filled in."""
        found = self._phrases.get(phrase)
        return super().say(phrase, **parts) if found is None else str(found).format_map(parts)

    def name(self, category: str) -> str:
        """Return the name of a category."""
        key = f"category.{category}"
        return self._words.say(key) if self._words.has(key) else named(category)

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """Return a number."""
        return self._words.signed(value, digits) if signed else self._words.number(value, digits)

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share in per cent."""
        return self._words.percent(share, digits)

    def level(self, level: float) -> str:
        """Return a confidence level in per cent."""
        return self._words.percent(level, 0 if round(100 * level, 6).is_integer() else 1)

    def month(self, month: int) -> str:
        """Return the short name of a month."""
        from babel.dates import get_month_names

        name = str(get_month_names("abbreviated", "stand-alone", self._words.locale)[month])
        return name if name.count(".") > 1 else name.rstrip(".")  # in Thai both dots belong to it

    def day(self, day: dt.date) -> str:
        """Return a day."""
        return self._words.day(day)


def picture_of(words: ReportWords, chart: Chart | None, name: str) -> tuple[Any, ...]:
    """Return a chart as SVG, once for a wide and once for a narrow page; nothing where there is none."""
    if chart is None:
        return ()
    from markupsafe import Markup

    speech = ReportSpeech(words)
    # what `svg_of` returns is escaped throughout
    wide = svg_of(chart, f"{name}-w", width=WIDE, speech=speech, classes="wide")
    return (Markup(wide + svg_of(chart, f"{name}-n", width=NARROW, speech=speech, classes="narrow")),)


def segment_chart(parts: ReportParts, table: ScoreTable, terms: ReportTerms) -> Chart | None:
    """Return the picture of segments, None where there are too many, or none to be seen."""
    fates = hidden_groups(table.n, terms.hide_below).tolist()
    low, high = table.intervals()
    rows = [
        ForestRow(named(name, 40), hidden=_FATES.get(fate, "hidden with it"))
        if fate != SHOWN
        else ForestRow(named(name, 40), float(value), float(a), float(b), n=int(n), few=bool(few))
        for name, fate, value, a, b, n, few in zip(
            segment_names(table.keys), fates, table.values, low, high, table.n, table.few, strict=True
        )
    ]
    if len(rows) > _MOST_ROWS or all(row.empty for row in rows):
        return None
    whole = (parts.score.value, *parts.score.interval())
    return Forest(
        table.name,
        (named(", ".join(table.by)),),
        tuple(rows),
        whole=whole,
        too_few=table.too_few,
        hide_below=terms.hide_below,
    )


def trend_chart(
    parts: ReportParts, timeline: Timeline, terms: ReportTerms, changes: ChangePoints | None = None
) -> Chart | None:
    """Return the picture of the score over time: a gap where nobody answered, and where a period is hidden.

    Args:
        parts: What the report is made of.
        timeline: The scores.
        terms: What is hidden.
        changes: When the answers changed, where that may be said.
    """
    shown = hidden_groups(timeline.n, terms.hide_below) == SHOWN
    values = _gaps(timeline.values, shown)
    if len(timeline.labels) < 2 or not np.isfinite(values).any():
        return None
    declared = [effect for effect, _ in parts.effects if effect.intervention is not None]
    chart = timeline._chart_with(declared, changes)
    assert isinstance(chart, PeriodLines)
    low, high = (_gaps(limit, shown).tolist() for limit in timeline.intervals())
    series = PeriodSeries("", values.tolist(), low, high, timeline.few.tolist())
    events = tuple(attrs.evolve(event, name=named(event.name, 40)) for event in chart.events)
    return attrs.evolve(chart, series=(series,), whole=parts.score.value, events=events)


def _gaps(values: Floats, shown: Any) -> Floats:
    return np.where(shown, values, math.nan)


# ---- what changed, drivers, cases, rows ----


def change_chart(words: ReportWords, parts: ReportParts, why: ChangeExplanation, fates: list[int]) -> Chart:
    """Return the picture of a change: scores of segments first, then the mix; those hidden are added up in one part."""
    chart = why._chart()
    assert isinstance(chart, Waterfall)
    hidden = {each.segment for each, fate in zip(why.segments, fates, strict=True) if fate != SHOWN}
    many = len(why.segments)
    rates, mixes = chart.steps[:many], chart.steps[many:]
    steps = [attrs.evolve(step, name=named(step.name, 40)) for step in rates if step.name not in hidden]
    if hidden:
        together = math.fsum(step.value for step in rates if step.name in hidden)
        steps.append(WaterfallStep(words.say("hide.hidden"), together))
    said = [words.say("change.mix_of", column=named(column, 30)) for column in why.by]
    steps += [attrs.evolve(step, name=name) for step, name in zip(mixes, said, strict=True)]
    moved = parts.moved
    names = None if moved is None else (named(moved.before), named(moved.after))
    return attrs.evolve(chart, steps=steps, names=names)


def driver_chart(found: Drivers) -> Chart | None:
    """Return importance against mean rating; where ratings have no mean, importance alone."""
    if not found.drivers:
        return None
    points = [
        Cross(
            named(each.driver, 40),
            each.mean,
            (each.mean_interval.low, each.mean_interval.high),
            100 * each.lmg,
            (100 * each.interval.low, 100 * each.interval.high),
            lowers=each.coefficient < 0,
        )
        for each in found.drivers
        if each.mean_interval is not None
    ]
    if len(points) < len(found.drivers):
        return found._chart()
    return Crosses(named(found.outcome), points, found.r2_interval.level, 100 * found.r2 / len(points))


def loop_chart(loop: ClosedLoop, terms: ReportTerms) -> Chart | None:
    """Return who still waits, by group where these may be named; None where nothing was opened."""
    if not loop.by or terms.share:
        return attrs.evolve(loop, by=())._chart()
    fates = hidden_groups([figures.cases for figures in loop.groups.values()], terms.hide_below).tolist()
    shown = {key: figures for (key, figures), fate in zip(loop.groups.items(), fates, strict=True) if fate == SHOWN}
    return attrs.evolve(loop, groups=shown)._chart() if shown else None


def row_chart(parts: ReportParts) -> Chart | None:
    """Return what became of the rows; None where all are scored."""
    counts = parts.score.row_counts
    if counts.n == counts.rows:
        return None
    others = [(name.replace("_", " "), count) for name, count in counts.as_dict().items() if name != "n"]
    return RowBar(counts.n, others)


def theme_chart(themes: Themes, fates: list[int], terms: ReportTerms) -> Chart | None:
    """Return what comments on each theme cost or bring, those that cost most first; None where nothing can be seen."""
    chart = themes._chart()
    assert isinstance(chart, Forest)
    rows = [
        ForestRow(named(row.name, 40), hidden=_FATES.get(fate, "hidden with it"))
        if fate != SHOWN
        else attrs.evolve(row, name=named(row.name, 40))
        for row, fate in zip(chart.rows, fates, strict=False)
    ]
    if all(row.empty for row in rows):
        return None
    return attrs.evolve(chart, by=("",), rows=rows, hide_below=terms.hide_below)
