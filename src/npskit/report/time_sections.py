"""The sections on time: the score by period, and what changed and why."""

from __future__ import annotations

import math

from npskit.counting import SHOWN, hidden_groups
from npskit.options import Doubt
from npskit.report.evidence import NOTHING, Evidence, Look, by_strength, judge, strongest
from npskit.report.page_parts import Grid, GridLine, ReportParts, ReportSection, ReportTerms, doubts_said, joined
from npskit.report.pictures import change_chart, picture_of, trend_chart
from npskit.report.score_sections import hidden_cells
from npskit.report.wording import DASH, ReportWords, named
from npskit.tracking.change import ChangeExplanation
from npskit.tracking.charts import Change, ChangePoints
from npskit.tracking.effect import Effect
from npskit.tracking.timeline import Timeline


def trend_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on the score over time."""
    timeline = parts.timeline
    if timeline is None:
        return ReportSection("trend", words.say("trend.absent"))
    fates = hidden_groups(timeline.n, terms.hide_below)
    changes, evidence = parts.changes, NOTHING
    headline = words.say("trend.short")
    if changes is not None:
        headline = words.say("trend.none")
        judged = judge([_change_look(changes, change) for change in changes.changes])
        evidence = strongest(judged)
        if evidence.found:
            largest = max(changes.changes, key=lambda change: abs(change.difference))
            evidence = judged[changes.changes.index(largest)]
            headline = words.say(
                "trend.better" if largest.difference > 0 else "trend.worse",
                name=timeline.name,
                period=named(largest.period),
                before=words.whole(largest.before),
                after=words.whole(largest.after),
            )
    empty = int((timeline.n == 0).sum())
    undated = int(timeline.undated.rows)
    return ReportSection(
        "trend",
        headline,
        words.say("trend.caption", name=timeline.name, every=words.say(f"every.{timeline.every}")),
        evidence if changes is not None else None,
        finding=headline if evidence.found else "",
        pictures=picture_of(words, trend_chart(parts, timeline, terms, changes if evidence.found else None), "trend"),
        grids=(_period_grid(words, timeline, terms),),
        notes=joined(
            words.say("trend.note_each"),
            words.say("trend.note_steps") if evidence.found else "",
            doubts_said(words, evidence),
            words.say("trend.note_empty", n=empty) if empty else "",
            words.say("trend.note_undated", n=undated) if undated else "",
            words.say("hide.note", below=words.count(terms.hide_below or 0)) if (fates != SHOWN).any() else "",
        ),
    )


def _change_look(changes: ChangePoints, change: Change) -> Look:
    """Return a change that was searched for: of how many places it is the best is not counted."""
    doubts: tuple[Doubt, ...] = () if changes.looks_like == "steps" else ("not like steps",)
    answers = min(change.n_before, change.n_after)
    return Look(math.nan, answers, change.interval, counted=False, doubts=doubts)


def _period_grid(words: ReportWords, timeline: Timeline, terms: ReportTerms) -> Grid:
    low, high = timeline.intervals()
    fates = hidden_groups(timeline.n, terms.hide_below).tolist()
    lines = []
    for t, label in enumerate(timeline.labels):
        n = int(timeline.n[t])
        if fates[t] != SHOWN:
            lines.append(GridLine(hidden_cells(words, label, fates[t], terms), "hidden"))
        elif not n:
            lines.append(GridLine((label, DASH, words.say("segments.no_answers"), words.count(0)), "hidden"))
        else:
            limits = words.between((low[t], high[t]))
            cells = label, words.number(timeline.values[t]), limits, words.count(n)
            lines.append(GridLine(cells, "few" if timeline.few[t] else ""))
    header = words.say(f"head.{timeline.every}"), timeline.name, words.say("head.interval"), words.say("head.n")
    caption = words.say("trend.table", name=timeline.name, every=words.say(f"every.{timeline.every}"))
    return Grid(caption, header, tuple(lines))


# ---- what changed and why ----


def change_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on what changed: the whole, declared interventions, and the parts of the change."""
    whole = _whole_moved(words, parts, terms)
    treated = words.listed(list(map(named, parts.treated)))
    declared = [_effect_said(words, effect, doubts, terms, treated) for effect, doubts in parts.effects]
    if whole is None and not declared:
        return ReportSection("change", words.say("change.absent"))
    sentences = sorted([*([whole] if whole else []), *declared], key=lambda found: by_strength(found[1]))
    headline, evidence = sentences[0]
    grids, notes, pictures = [], [], ()
    if parts.explanation is not None and whole is not None:
        fates = _part_fates(parts.explanation, terms)
        pictures = picture_of(words, change_chart(words, parts, parts.explanation, fates), "change")
        grid, note = _parts_of(words, parts.explanation, terms)
        grids.append(grid)
        notes.append(note)
    if declared:
        grids.append(_effects_grid(words, parts, terms))
    return ReportSection(
        "change",
        headline,
        " ".join(sentence for sentence, _ in sentences[1:]),
        evidence,
        finding=headline,
        pictures=pictures,
        grids=tuple(grids),
        notes=joined(
            *notes,
            *(doubts_said(words, each) for _, each in sentences),
            words.say("change.note_cause"),
            words.say("change.note_control") if declared else "",
        ),
    )


def _whole_moved(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> tuple[str, Evidence] | None:
    """Return what is said of the change of the whole, None where it is not known or one side is hidden."""
    moved = parts.moved
    if moved is None:
        return None
    answers = min(moved.n_before, moved.n_after)
    if terms.hide_below is not None and answers < terms.hide_below:
        return None
    evidence = judge([Look(moved.p_value, answers, moved.interval, moved.declared)])[0]
    key = ("change.rose" if moved.difference > 0 else "change.fell") if evidence.found else "change.none"
    sentence = words.say(
        f"{key}{'_weak' if evidence.strength == 'weak' else ''}",
        name=parts.score.name,
        before=named(moved.before),
        after=named(moved.after),
        value_before=words.number(moved.values[0]),
        value_after=words.number(moved.values[1]),
        points=words.whole(abs(moved.difference)),
        range=words.moved(*moved.interval),
    )
    return sentence, evidence


def _effect_said(
    words: ReportWords, effect: Effect, doubts: tuple[Doubt, ...], terms: ReportTerms, treated: str
) -> tuple[str, Evidence]:
    """Return what is said of something that was changed."""
    name = named(effect.intervention.name if effect.intervention is not None else "")
    if _too_small(effect, terms):
        return words.say("change.effect_hidden", intervention=name), NOTHING
    answers = min((cell.n for cell in effect.cells), default=float(effect.n))
    evidence = judge([Look(effect.p_value, answers, effect.interval, True, doubts=doubts)])[0]
    key = ("change.effect_up" if effect.value > 0 else "change.effect_down") if evidence.found else "change.effect_none"
    if effect.method == "difference_in_differences":
        key += "_control"
    limits = sorted(map(abs, effect.interval))
    said = words.say(
        f"{key}{'_weak' if evidence.strength == 'weak' else ''}",
        intervention=name,
        date=words.date(effect.intervention.at) if effect.intervention is not None else DASH,
        name=effect.score,
        who=words.say("change.who", names=treated) if treated else words.say("change.concerned"),
        points=words.whole(abs(effect.value)),
        range=words.between((limits[0], limits[1]), 0) if evidence.found else words.moved(*effect.interval),
    )
    if treated and effect.method != "difference_in_differences":
        said = words.sentence(f"{treated}: {said}")
    return said, evidence


def _too_small(effect: Effect, terms: ReportTerms) -> bool:
    return terms.hide_below is not None and any(0 < cell.n < terms.hide_below for cell in effect.cells)


def _effects_grid(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> Grid:
    lines = []
    for effect, _ in parts.effects:
        name = named(effect.intervention.name if effect.intervention is not None else "")
        if _too_small(effect, terms):
            lines.append(GridLine((name, words.say("hide.hidden"), DASH, DASH, DASH, DASH), "hidden"))
            continue
        placebo = effect.placebo
        share = float("nan") if placebo is None else placebo.share
        figures = words.signed(effect.value), words.between(effect.interval, signed=True), words.p(effect.p_value)
        checked = words.percent(share), words.count(0 if placebo is None else placebo.usable)
        lines.append(GridLine((name, *figures, *checked)))
    names = "intervention", "points", "interval", "p", "placebo", "dates"
    return Grid(words.say("change.table_effects"), tuple(words.say(f"head.{n}") for n in names), tuple(lines))


def _part_fates(why: ChangeExplanation, terms: ReportTerms) -> list[int]:
    """Return which segments are hidden: those that have too few answers on either side."""
    found: list[int] = hidden_groups([(s.n_before, s.n_after) for s in why.segments], terms.hide_below).tolist()
    return found


def _parts_of(words: ReportWords, why: ChangeExplanation, terms: ReportTerms) -> tuple[Grid, str]:
    """Return the parts of a change as a table, and what is said of the largest of them."""
    fates = _part_fates(why, terms)
    shown = [s for s, fate in zip(why.segments, fates, strict=True) if fate == SHOWN]
    lines = [
        GridLine((named(s.segment), words.signed(s.contribution), words.signed(s.rate), words.signed(s.mix),
              words.count(s.n_before), words.count(s.n_after)))
        for s in shown
    ]  # fmt: skip
    for segment, fate in zip(why.segments, fates, strict=True):
        if fate != SHOWN:
            name, dash, what, n = hidden_cells(words, named(segment.segment), fate, terms)
            lines.append(GridLine((name, what, dash, dash, n, n), "hidden"))
    total = words.signed(why.difference), words.signed(why.rate), words.signed(why.mix)
    lines.append(GridLine((words.say("change.whole"), *total, DASH, DASH), "total"))
    names = "segment", "points", "rate", "mix", "n_before", "n_after"
    caption = words.say("change.table", column=named(", ".join(why.by)))
    header = tuple(words.say(f"head.{name}") for name in names)
    grid = Grid(caption, header, tuple(lines))
    # of what the picture draws; the table has what a segment adds by its size beside it
    looks = [Look(_p_of(s.rate, s.rate_se), min(s.n_before, s.n_after)) for s in why.segments]
    judged = judge(looks)
    found = [
        words.say(f"change.part_{evidence.strength}", segment=named(s.segment), points=words.signed(s.rate, 1))
        for s, evidence, fate in zip(why.segments, judged, fates, strict=True)
        if evidence.found and fate == SHOWN
    ]
    return grid, " ".join([words.say("change.note_parts", many=words.count(len(looks))), *found[:3]])


def _p_of(value: float, se: float) -> float:
    """Return the two-sided p-value of an estimate with a normal error."""
    return math.erfc(abs(value) / se / math.sqrt(2)) if se > 0 else float("nan")
