"""The picture of a timeline with what happened, when the answers changed, and which periods are out of the ordinary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import attrs
import numpy as np

from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.plots import Chart, PeriodChange, PeriodEvent, PeriodLines, PeriodPanels, PeriodSignal
from npskit.tracking.charts import ChangePoints, ControlChart
from npskit.tracking.effect import Effect, Intervention
from npskit.tracking.timeline.period_scores import PeriodScores

Happened: TypeAlias = "Intervention | Effect | Sequence[Intervention | Effect]"


def picture_of_periods(
    line: PeriodScores, events: Happened, changes: ChangePoints | None, chart: ControlChart | None
) -> Chart:
    """Return the picture of a timeline; see `Timeline.plot` for the arguments and errors."""
    plain = line._chart()
    lines = plain.lines if isinstance(plain, PeriodPanels) else plain
    assert isinstance(lines, PeriodLines)
    lines = attrs.evolve(lines, events=_events(line, events))
    for name, found, about in (("changes", changes, "change_points"), ("chart", chart, "control_chart")):
        if found is not None and line.by:
            raise IncompatibleError(
                f"{name}: it is of one series, and there is one for each {', '.join(line.by)}; plot one of them with "
                f".segment(...), and its own {about}()"
            )
    if changes is not None:
        lines = attrs.evolve(lines, changes=_changes(line, changes))
    if chart is not None:
        lines = attrs.evolve(lines, signals=_signals(line, chart))
    return PeriodPanels(lines) if isinstance(plain, PeriodPanels) else lines


def _events(line: PeriodScores, given: Happened) -> tuple[PeriodEvent, ...]:
    """Return what happened, where it falls into the time that is drawn."""
    found = []
    for each in [given] if isinstance(given, Intervention | Effect) else given:
        happened = each.intervention if isinstance(each, Effect) else each
        if not isinstance(happened, Intervention):
            raise InvalidTypeError(f"events must be interventions, or effects of one: got {quoted(each)}")
        moment = np.datetime64(happened.at, "s")
        at = int(np.searchsorted(line.starts, moment, side="right")) - 1
        if at < 0 or moment >= line.ends[-1]:
            continue
        start = line.starts[at].astype("M8[s]")
        within = (moment - start) / (line.ends[at].astype("M8[s]") - start)
        found.append(PeriodEvent(at + float(within), happened.name))
    return tuple(found)


def _changes(line: PeriodScores, changes: ChangePoints) -> tuple[PeriodChange, ...]:
    """Return the levels between changes, refusing those of another timeline."""
    if not isinstance(changes, ChangePoints):
        raise InvalidTypeError(f"changes must be what change_points() returns: got {quoted(changes)}")
    there = all(line.labels[each.index : each.index + 1] == (str(each.period),) for each in changes.changes)
    if changes.size != len(line.labels) or changes.score != line.name or not there:
        raise IncompatibleError(f"changes are of other periods than {line!r}: give what its own change_points() found")
    return tuple(PeriodChange(each.index, each.before, each.after) for each in changes.changes)


def _signals(line: PeriodScores, chart: ControlChart) -> tuple[PeriodSignal, ...]:
    """Return the periods beyond the limits of a control chart, refusing those of another timeline."""
    if not isinstance(chart, ControlChart):
        raise InvalidTypeError(f"chart must be what control_chart() returns: got {quoted(chart)}")
    if tuple(map(str, chart.periods)) != line.labels or chart.score != line.name:
        raise IncompatibleError(f"chart is of other periods than {line!r}: give what its own control_chart() says")
    found = [(i, "rise") for i in np.flatnonzero(chart.above).tolist()]
    found += [(i, "fall") for i in np.flatnonzero(chart.below).tolist()]
    return tuple(PeriodSignal(i, way) for i, way in sorted(found))
