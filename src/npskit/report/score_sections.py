"""The sections on the score itself: the whole, the segments, and what was left out."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.counting import HIDDEN, SHOWN, hidden_groups
from npskit.errors import InvalidValueError
from npskit.report.evidence import Evidence, Look, judge, strongest
from npskit.report.page_parts import Grid, GridLine, ReportParts, ReportSection, ReportTerms, doubts_said, joined
from npskit.report.pictures import picture_of, row_chart, segment_chart
from npskit.report.wording import DASH, ReportWords, named, of_column
from npskit.scores import GroupComparison, Pair, Score, ScoreTable, segment_names


def category_said(words: ReportWords, category: str) -> str:
    """Return what a category is called."""
    return words.say(f"category.{category}") if words.has(f"category.{category}") else named(category)


def score_section(words: ReportWords, parts: ReportParts, _: ReportTerms) -> ReportSection:
    """Return the section on the score of the whole."""
    score = parts.score
    if not score.n:
        return ReportSection("score", words.say("score.empty"))
    shares, values = score.shares, {"name": score.name, "value": words.number(score.value)}
    interval = words.between(score.interval())
    if {"promoter", "detractor"} <= shares.keys() and score.conventions.denominator == "valid":
        headline = words.say(
            "score.headline_nps",
            promoters=words.percent(shares["promoter"], 1),
            detractors=words.percent(shares["detractor"], 1),
            **values,
        )
    else:
        headline = words.say("score.headline", range=interval, **values)
    return ReportSection(
        "score",
        headline,
        words.say("score.caption", n=score.n),
        pictures=picture_of(words, score._chart(), "score"),
        grids=(_categories(words, score), *_answers(words, score)),
        notes=joined(words.say("score.note_chance"), _weighted(words, score)),
    )


def _weighted(words: ReportWords, score: Score) -> str:
    return words.say("score.note_weighted") if score.conventions.weighted else ""


def _categories(words: ReportWords, score: Score) -> Grid:
    lines = [
        GridLine((category_said(words, name), words.count(count), words.percent(share, 1)))
        for (name, count), share in zip(reversed(score.counts.items()), reversed(score.shares.values()), strict=True)
    ]
    figures = words.number(score.value), words.between(score.interval())
    lines.append(GridLine((words.say("score.with_interval", name=score.name), *figures), "total"))
    header = tuple(words.say(f"head.{name}") for name in ("category", "number", "share"))
    return Grid(words.say("score.table_categories"), header, tuple(lines))


def _answers(words: ReportWords, score: Score) -> tuple[Grid, ...]:
    try:
        counts = score.distribution
    except (InvalidValueError, AssertionError):  # of several questions, or counted by category
        return ()
    if len(counts) > 12 or not score.n:
        return ()
    lines = [GridLine((str(answer), words.count(n), words.percent(n / score.n, 1))) for answer, n in counts.items()]
    header = tuple(words.say(f"head.{name}") for name in ("answer", "number", "share"))
    return (Grid(words.say("score.table_answers"), header, tuple(lines)),)


# ---- segments ----


def segment_sections(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on segments: each column by itself, all of them counted."""
    if not parts.segments:
        return ReportSection("segments", words.say("segments.absent"))
    best = [None if compared is None else _best_pair(compared) for _, compared in parts.segments]
    pairs = [pair for pair in best if pair is not None]
    columns_of = [
        ", ".join(table.by) for (table, _), pair in zip(parts.segments, best, strict=True) if pair is not None
    ]
    judged = judge([_as_look(pair) for pair in pairs])
    evidence = strongest(judged)
    columns = words.listed([named(", ".join(table.by)) for table, _ in parts.segments])
    headline = words.say("segments.none", columns=columns) if any(best) else words.say("segments.one")
    if evidence.found:
        pair = pairs[judged.index(evidence)]
        headline = _difference_said(words, columns_of[judged.index(evidence)], pair, evidence)
    # what is hidden may not stand in a sentence either
    hidden = {name for table, _ in parts.segments for name in _hidden_names(table, terms)}
    if evidence.found and hidden & {pair.a, pair.b}:
        headline, evidence = words.say("segments.hidden_headline"), Evidence("none found")
    pictures = [
        picture_of(words, segment_chart(parts, table, terms), f"segments-{i}")
        for i, (table, _) in enumerate(parts.segments)
    ]
    tests = [_tested(words, compared) for _, compared in parts.segments if compared is not None]
    few = any(bool(table.few.any()) for table, _ in parts.segments)
    return ReportSection(
        "segments",
        headline,
        words.say("segments.caption", columns=columns),
        evidence if any(best) else None,
        finding=headline if evidence.found else "",
        pictures=tuple(picture for drawn in pictures for picture in drawn),
        grids=tuple(
            attrs.evolve(segment_grid(words, table, terms), shown=not drawn)
            for (table, _), drawn in zip(parts.segments, pictures, strict=True)
        ),
        notes=joined(
            *tests,
            doubts_said(words, evidence),
            words.say("segments.note_few", few=words.count(parts.segments[0][0].too_few)) if few else "",
            words.say("hide.note", below=words.count(terms.hide_below or 0)) if hidden else "",
        ),
    )


def _best_pair(compared: GroupComparison) -> Pair | None:
    """Return the pair that is least likely by chance, allowing for how many pairs there are; of equals the largest."""
    known = [pair for pair in compared.pairs if pair.p_adjusted == pair.p_adjusted]
    return min(known, key=lambda pair: (pair.p_adjusted, pair.p_value, -abs(pair.difference)), default=None)


def _as_look(pair: Pair) -> Look:
    """Return the best of all pairs as something that was looked at: its p-value allows for the others already."""
    excluded = pair.interval if pair.p_adjusted < 1 else None
    return Look(pair.p_adjusted, min(pair.n_a, pair.n_b), excluded)


def _difference_said(words: ReportWords, column: str, pair: Pair, evidence: Evidence) -> str:
    high, low = (pair.a, pair.b) if pair.difference > 0 else (pair.b, pair.a)
    limits = sorted(map(abs, pair.interval))
    said = words.say(
        f"segments.{evidence.strength}",
        high=of_column(column, high),
        low=named(low),
        points=words.whole(abs(pair.difference)),
        range=words.between((limits[0], limits[1]), 0),
    )
    return words.sentence(said)


def _tested(words: ReportWords, compared: GroupComparison) -> str:
    return words.say(
        "segments.note_test",
        column=named(", ".join(compared.by)),
        p=words.p(compared.p_value),
        pairs=words.count(len(compared.pairs)),
    )


def _hidden_names(table: ScoreTable, terms: ReportTerms) -> list[str]:
    fates = hidden_groups(table.n, terms.hide_below).tolist()
    return [name for name, fate in zip(segment_names(table.keys), fates, strict=True) if fate != SHOWN]


def segment_grid(words: ReportWords, table: ScoreTable, terms: ReportTerms) -> Grid:
    """Return the table of segments: those with answers enough by their score, the few and the hidden by name."""
    low, high = table.intervals()
    fates = hidden_groups(table.n, terms.hide_below)
    names = [words.say("segments.missing") if key == (None,) else name for key, name in
             zip(table.keys, segment_names(table.keys), strict=True)]  # fmt: skip
    ranked: list[GridLine] = []
    few: list[GridLine] = []
    hidden: list[GridLine] = []
    for i in np.argsort(-np.nan_to_num(table.values, nan=-np.inf), kind="stable").tolist():
        name, n = named(names[i]), int(table.n[i])
        if fates[i] != SHOWN:
            hidden.append(GridLine(hidden_cells(words, name, int(fates[i]), terms), "hidden"))
        elif not n:
            hidden.append(GridLine((name, DASH, words.say("segments.no_answers"), words.count(0)), "hidden"))
        else:
            cells = name, words.number(table.values[i]), words.between((low[i], high[i])), words.count(n)
            (few if table.few[i] else ranked).append(GridLine(cells, "few" if table.few[i] else ""))
    lines = [*ranked, *sorted(few, key=lambda line: line.cells), *sorted(hidden, key=lambda line: line.cells)]
    header = named(", ".join(table.by)), table.name, words.say("head.interval"), words.say("head.n")
    caption = words.say("segments.table", column=named(", ".join(table.by)), name=table.name)
    return Grid(caption, header, tuple(lines), shown=True)


def hidden_cells(words: ReportWords, name: str, fate: int, terms: ReportTerms) -> tuple[str, ...]:
    """Return the cells of a group that is hidden: its name stays, and no value."""
    below = words.count(terms.hide_below or 0)
    if fate == HIDDEN:
        return name, DASH, words.say("hide.hidden"), f"< {below}"
    return name, DASH, words.say("hide.hidden_with"), DASH


# ---- left out ----


def left_out_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on rows: those that count, and what became of the others."""
    counts = parts.score.row_counts
    key = "left.all" if counts.n == counts.rows else "left.headline"
    headline = words.say(
        key, used=words.count(counts.n), rows=words.count(counts.rows), others=words.count(counts.rows - counts.n)
    )
    lines = [
        GridLine((
            words.say(f"left.{name}"),
            words.count(count),
            words.percent(count / counts.rows if counts.rows else float("nan"), 1),
            _what(words, name, parts, terms),
        ))
        for name, count in counts.as_dict().items()
    ]  # fmt: skip
    lines.append(GridLine((words.say("left.rows"), words.count(counts.rows), words.percent(1, 1), ""), "total"))
    header = tuple(words.say(f"head.{name}") for name in ("kind", "rows", "share", "what"))
    grid = Grid(words.say("left.table"), header, tuple(lines), last_words=True, shown=True)
    return ReportSection(
        "left",
        headline,
        words.say("left.caption"),
        pictures=picture_of(words, row_chart(parts), "left"),
        grids=(grid,),
        notes=(words.say("left.note"),),
    )


def _what(words: ReportWords, name: str, parts: ReportParts, terms: ReportTerms) -> str:
    if name == "invalid" and parts.invalid and not terms.share:
        shown = [
            named(value, 30) if n == 1 else words.say("left.times", value=named(value, 30), times=words.count(n))
            for value, n in parts.invalid[:5]
        ]
        return ", ".join([*shown, *(["…"] if len(parts.invalid) > 5 else [])])
    return words.say(f"left.what_{name}")
