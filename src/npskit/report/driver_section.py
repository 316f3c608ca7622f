"""The section on drivers: what the answers go with."""

from __future__ import annotations

from npskit.drivers import Driver, Drivers
from npskit.options import Doubt
from npskit.plots import Crosses
from npskit.report.evidence import NOTHING, Look, by_strength, judge
from npskit.report.page_parts import Grid, GridLine, ReportParts, ReportSection, ReportTerms, doubts_said, joined
from npskit.report.pictures import driver_chart, picture_of
from npskit.report.wording import ReportWords, named
from npskit.results import Interval

# A driver whose coefficient varies five times as much as it would alone is hardly told from others.
_ENTANGLED = 5.0


def driver_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on what the answers go with."""
    found = parts.drivers
    if found is None or (terms.hide_below is not None and found.n < terms.hide_below):
        return ReportSection("drivers", words.say("drivers.absent"))
    judged = judge([_look(found, each) for each in found.drivers])
    first = [
        each for each, evidence in zip(found.drivers, judged, strict=True) if each.rank_low == 1 and evidence.found
    ]
    # a sentence that names several claims no more than the weakest of them allows
    evidence = max(
        (evidence for each, evidence in zip(found.drivers, judged, strict=True) if each in first),
        key=by_strength,
        default=NOTHING,
    )
    names = words.listed([named(each.driver) for each in first])
    if not evidence.found:
        headline = words.say("drivers.none")
    elif len(first) == len(found.drivers) and len(first) > 1:
        headline = words.say("drivers.not_ordered")
    else:
        headline = words.say(f"drivers.first_{evidence.strength}" if len(first) == 1 else "drivers.firsts", names=names)
    headline = words.sentence(headline)  # which may begin with the name of a column
    header = ("driver", "share_of", "interval", "effect", "mean")
    lines = [_line(words, each) for each in found.drivers]
    grid = Grid(words.say("drivers.table"), tuple(words.say(f"head.{name}") for name in header), tuple(lines))
    chart = driver_chart(found)
    crosses = words.say("drivers.note_crosses") if isinstance(chart, Crosses) else ""
    return ReportSection(
        "drivers",
        headline,
        words.say("drivers.caption", r2=words.percent(found.r2), n=found.n),
        evidence,
        finding=headline if evidence.found else "",
        pictures=picture_of(words, chart, "drivers"),
        grids=(grid,),
        notes=joined(
            crosses, words.say("drivers.note_cause"), doubts_said(words, evidence), words.say("drivers.note_share")
        ),
    )


def _look(found: Drivers, driver: Driver) -> Look:
    """Return a driver as something that was looked at, because the call named it."""
    doubts: tuple[Doubt, ...] = ("entangled",) if driver.inflation > _ENTANGLED else ()
    return Look(driver.p_value, found.units, beforehand=True, doubts=doubts)


def _line(words: ReportWords, driver: Driver) -> GridLine:
    share = words.percent(driver.lmg, 1)
    low, high = _in_percent(driver.interval)
    # a share is never below 0, so an interval never shows that there is none: the driver's own test does
    own = driver.p_value < 1 - driver.interval.level
    limits = words.between((low, high)) if own else words.say("number.at_most", high=words.number(high, 1))
    return GridLine((
        named(driver.driver),
        share,
        limits,
        words.signed(driver.coefficient, 2),
        words.number(driver.mean, 1),
    ))  # fmt: skip


def _in_percent(interval: Interval) -> tuple[float, float]:
    return 100 * interval.low, 100 * interval.high
