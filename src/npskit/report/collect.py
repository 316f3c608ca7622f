"""The results that a report is made of, asked of a survey one after the other."""

from __future__ import annotations

import datetime as dt
import re
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.comments.themes import Themes
from npskit.data import read_written
from npskit.errors import InvalidValueError, PrecisionWarning
from npskit.options import Doubt, Every
from npskit.report.evidence import ALPHA
from npskit.report.page_parts import Moved, Quote, ReportParts, ReportTerms, Voices
from npskit.report.quotes import choose_quotes, theme_list_of, theme_quotes
from npskit.report.wording import MINUS, of_column
from npskit.results import Interval
from npskit.sample import BoundData, asked, correlate_segments
from npskit.scores import GroupComparison, ScoreTable, compare_groups
from npskit.times import first_days, labels, period_numbers
from npskit.tracking.charts import ChangePoints
from npskit.tracking.effect import Effect, Intervention
from npskit.tracking.timeline import Timeline

# The lengths of periods, and up to how many of them a trend has.
_GRAINS: tuple[Every, ...] = ("year", "quarter", "month", "week", "day")
_MOST_PERIODS = 40
# Of more comments themes are not looked for, and words not compared: that would take longer than all else.
_MOST_READ = 100_000
# A period is whole although so much of it is missing at either end of the data: the first answer comes when it comes.
_SLACK = 0.1


@attrs.frozen(eq=False)
class Asked:
    """What a call asks a report to be about; see `WithReport.report`."""

    by: tuple[str, ...] = ()
    drivers: Any = None
    interventions: tuple[Intervention, ...] = ()
    control: Mapping[str, Any] | None = None
    treated: Mapping[str, Any] | None = None
    change: Every | None = None
    themes: Any = None
    plan: Any = None
    cases: Any = None


def collect(survey: Any, data: BoundData, wanted: Asked, terms: ReportTerms) -> ReportParts:
    """Return the results of a survey that a report is made of."""
    score = survey.score()
    timeline = _timeline(survey) if "time" in data.roles and score.n else None
    span = None if timeline is None else timeline.span
    moved, explanation = None, None
    if timeline is not None and span is not None:
        moved, explanation = _moved(survey, span, wanted)
    return ReportParts(
        score=score,
        segments=tuple(_segments(survey, data, name) for name in wanted.by) if score.n else (),
        timeline=timeline,
        changes=None if timeline is None else _changes(timeline),
        moved=moved,
        explanation=explanation,
        effects=tuple(_effect(survey, each, wanted, timeline) for each in wanted.interventions),
        drivers=survey.drivers(wanted.drivers) if wanted.drivers is not None else None,
        voices=_voices(survey, data, wanted, terms) if "comment" in data.roles else None,
        plan=None if terms.share else wanted.plan if wanted.plan is not None else survey.follow_up(),
        loop=wanted.cases,
        invalid=_invalid(survey, score.invalid),
        span=span,
        treated=_named_of(wanted.treated),
    )


def _named_of(treated: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return whom a call means by `treated`, by the values that it names, the first of each column with the column."""
    found: list[str] = []
    for column, said in (treated or {}).items():
        first, *others = said if isinstance(said, list | tuple) and said else [said]
        found += [of_column(column, first), *map(str, others)]
    return tuple(found)


def _segments(survey: Any, data: BoundData, name: str) -> tuple[ScoreTable, GroupComparison | None]:
    """Return the scores by a column, and the comparison of them where two can be compared."""
    table: ScoreTable = survey.score(name)
    try:
        return table, compare_groups(table, correlations=lambda used: correlate_segments(data, table.by, used))
    except InvalidValueError:  # fewer than two with answers, or too many
        return table, None


def _timeline(survey: Any) -> Timeline | None:
    """Return the score over time by the shortest periods of which there are not too many; None without any time."""
    found: Timeline = survey.timeline("month")
    if not found.labels or found.span is None:
        return None
    every = trend_grain(*found.span)
    return found if every == "month" else survey.timeline(every)


def trend_grain(first: dt.date, last: dt.date) -> Every:
    """Return the length of the periods of a trend: months where there are some, the next longer where too many.

    Example:
        >>> trend_grain(dt.date(2024, 1, 2), dt.date(2025, 12, 31))
        'month'
    """
    grains: tuple[Every, ...] = ("month", "quarter")
    for every in grains:
        many = _count_of(first, last, every)
        if 3 < many <= _MOST_PERIODS:
            return every
    if _count_of(first, last, "month") > 3:
        return "year"
    return "week" if _count_of(first, last, "week") > 3 else "day"


def _count_of(first: dt.date, last: dt.date, every: str) -> int:
    ends = period_numbers(np.array([first, last], "M8[D]").astype(np.int64), every)
    return int(ends[1] - ends[0]) + 1


def whole_periods(first: dt.date, last: dt.date, every: Every) -> tuple[str, ...]:
    """Return the last two whole periods of a length, by name; none where there are no two.

    Example:
        >>> whole_periods(dt.date(2024, 1, 3), dt.date(2026, 2, 1), "year")
        ('2024', '2025')
        >>> whole_periods(dt.date(2024, 6, 3), dt.date(2025, 12, 31), "year")
        ()
    """
    days = np.array([first, last], "M8[D]").astype(np.int64)
    numbers = period_numbers(days, every)
    every_one = np.arange(numbers[0], numbers[1] + 1)
    begins, ends = first_days(every_one, every), first_days(every_one + 1, every)
    covered = np.minimum(ends, days[1] + 1) - np.maximum(begins, days[0])
    whole = np.flatnonzero(covered >= (1 - _SLACK) * (ends - begins))
    return labels(every_one[whole[-2:]], every) if len(whole) > 1 else ()


def _moved(survey: Any, span: tuple[dt.date, dt.date], wanted: Asked) -> tuple[Moved | None, Any]:
    """Return the last two whole periods against each other, and why the score moved where segments were named."""
    for every in _GRAINS[:-1] if wanted.change is None else (wanted.change,):
        names = whole_periods(*span, every)
        if not names:
            continue
        timeline = survey.timeline(every)
        against = timeline.against()
        before, at = (timeline.labels.index(name) for name in names)
        if against.difference[at] != against.difference[at]:
            return None, None
        interval = Interval(float(against.low[at]), float(against.high[at]), level=against.level, method="mover")
        moved = Moved(
            before=names[0],
            after=names[1],
            n_before=int(timeline.n[before]),
            n_after=int(timeline.n[at]),
            difference=float(against.difference[at]),
            values=(float(timeline.values[before]), float(timeline.values[at])),
            interval=interval,
            p_value=float(against.p_value[at]),
            declared=wanted.change is not None,
        )
        return moved, survey.explain_change(*names, by=wanted.by[0]) if wanted.by else None
    return None, None


def _changes(timeline: Timeline) -> ChangePoints | None:
    """Return when the answers changed, None where there are too few periods; what the series looks like it says."""
    if (timeline.n > 0).sum() < 4:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PrecisionWarning)
        return timeline.change_points()


def _effect(
    survey: Any, intervention: Intervention, wanted: Asked, whole: Timeline | None
) -> tuple[Effect, tuple[Doubt, ...]]:
    """Return what the score did after a change, and what the checks have against it."""
    groups = {"control": wanted.control, "treated": wanted.treated}
    found: Effect = survey.effect(intervention, every="month", **groups)
    doubts: list[Doubt] = []
    if found.placebo is not None and found.placebo.share > ALPHA:
        doubts.append("placebo")
    concerned = whole if wanted.control is None else None
    if wanted.treated is not None:
        concerned = _timeline(survey.where(wanted.treated))
    if concerned is not None and _changed_elsewhen(concerned, intervention):
        doubts.append("another time")
    return found, tuple(doubts)


def _changed_elsewhen(timeline: Timeline, intervention: Intervention) -> bool:
    """Whether those concerned changed at other times only: in no period next to that of the intervention."""
    changes = _changes(timeline)
    if changes is None or not len(changes):
        return False
    at = int(np.searchsorted(timeline.starts, np.datetime64(intervention.at, "D"), side="right")) - 1
    return all(abs(change.index - at) > 1 for change in changes.changes)


def _voices(survey: Any, data: BoundData, wanted: Asked, terms: ReportTerms) -> Voices:
    """Return who commented, what about, and some comments."""
    roles = data.roles
    names = [roles["comment"], *([roles["time"]] if "time" in roles else [])]
    rows = asked(data, names, rows=True)
    sample = rows.sample()
    answers, texts = sample.answers, read_written(rows.column(roles["comment"]), roles["comment"])
    written = np.fromiter((text is not None for text in texts), bool)
    categories = answers.codebook.categories
    answered = np.bincount(answers.categories[answers.categories >= 0], minlength=len(categories))
    said = answers.categories[written & (answers.categories >= 0)]
    commented = np.bincount(said, minlength=len(categories))
    listed = theme_list_of(wanted.themes)
    quotes: tuple[Quote, ...] = ()
    if not terms.share:
        latest = _order(rows)
        quotes = choose_quotes(texts, written, answers, latest)
        if listed is not None:
            quotes = theme_quotes(texts, written, answers, latest, listed)
    few = 0 < len(said) <= _MOST_READ
    return Voices(
        dict(zip(categories, answered.tolist(), strict=True)),
        dict(zip(categories, commented.tolist(), strict=True)),
        quotes,
        _themes(survey, listed) if len(said) and (few or listed is not None) else None,
        survey.comments() if few else None,
    )


def _themes(survey: Any, listed: Any) -> Themes | None:
    """Return what comments are about, None where no words stand together often enough to make a theme."""
    if listed is not None:
        found: Themes = survey.themes(listed)
        return found
    try:
        return survey.themes()  # type: ignore[no-any-return]
    except InvalidValueError:
        return None


def _order(rows: BoundData) -> Any:
    """Return the rows, the latest first; the last first where no time is known."""
    places: Any = np.arange(len(rows.answers()))
    if "time" not in rows.roles:
        return places[::-1]
    times = rows.times("report")
    return np.lexsort((places, np.where(np.isnat(times), np.datetime64(0, "s"), times)))[::-1]


def _invalid(survey: Any, many: int) -> tuple[tuple[str, int], ...]:
    """Return the answers that cannot be scored, the most frequent first."""
    if not many:
        return ()
    off: Sequence[Any] = [each for each in survey.rejected if each.kind == "off the scale"]
    return tuple(Counter(_as_written(each.value) for each in off).most_common(6))


def _as_written(value: Any) -> str:
    """Return an answer as it was given: of whole numbers in a column with gaps 99, not 99.0."""
    text = str(value)
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        text = text.removesuffix(".0").replace("-", MINUS)
    return text
