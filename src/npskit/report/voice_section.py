"""The section on comments: what they are about, some of them, and who writes any."""

from __future__ import annotations

import math

import attrs

from npskit.comments.themes import ThemeFigures, Themes
from npskit.counting import SHOWN, hidden_groups
from npskit.report.evidence import NOTHING, Evidence, Look, judge
from npskit.report.page_parts import (
    Grid,
    GridLine,
    Quote,
    ReportParts,
    ReportSection,
    ReportTerms,
    Voices,
    doubts_said,
    joined,
)
from npskit.report.pictures import picture_of, theme_chart
from npskit.report.score_sections import category_said, hidden_cells
from npskit.report.wording import ReportWords, named

# Quotes stand under so many themes: those that something was found of, then those mentioned most.
_UNDER, _EACH = 3, 3


def voice_section(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportSection:
    """Return the section on comments: their themes with what they cost or bring, who writes any, and some, masked."""
    voices = parts.voices
    if voices is None or not sum(voices.commented.values()):
        return ReportSection("voices", words.say("voices.absent"))
    comment_terms = attrs.evolve(terms, hide_below=terms.fewest_comments)
    written, answered = sum(voices.commented.values()), sum(voices.answered.values())
    said = words.say("voices.headline", n=written, share=words.percent(written / answered))
    grid, categories = _who_writes(words, voices, comment_terms)
    themes = voices.themes
    fates = theme_fates(themes, comment_terms) if themes is not None else []
    judged = _judged(themes, fates)
    headline, evidence = said, None
    if themes is not None and themes.themes_from == "list":
        headline, evidence = _theme_said(words, voices, judged, terms)
        headline = headline or said
    drawn = () if themes is None else picture_of(words, theme_chart(themes, fates, comment_terms), "voices")
    caption = words.say("voices.caption_shared" if terms.share else "voices.caption")
    return ReportSection(
        "voices",
        headline,
        " ".join(joined(_themes_said(words, themes) if drawn else "", caption, said if headline != said else "")),
        evidence,
        finding=headline if evidence is not None and evidence.found else "",
        pictures=drawn,
        grids=(*([_theme_grid(words, themes, fates, comment_terms)] if themes is not None else []), grid),
        quotes=() if terms.share else _shown_quotes(voices, judged, fates, categories),
        notes=joined(
            _silent_said(words, voices, terms),
            doubts_said(words, evidence) if evidence is not None else "",
            _list_said(words, themes, fates, terms) if themes is not None else "",
            "" if terms.share else words.say("voices.note_masked"),
        ),
    )


def theme_fates(themes: Themes, terms: ReportTerms) -> list[int]:
    """Return which themes are hidden; comments without any are a group as well, since all together are shown."""
    counts = [*(each.mentions for each in themes.themes), themes.unthemed]
    found: list[int] = hidden_groups(counts, terms.hide_below).tolist()
    return found


def _judged(themes: Themes | None, fates: list[int]) -> list[tuple[ThemeFigures, Evidence]]:
    """Return how much speaks for each theme that is shown, allowing for all that were looked at."""
    if themes is None:
        return []
    # themes that were found are the best of countless ones
    looks = [
        Look(_p_of(each), each.mentions, each.points_interval, counted=themes.themes_from == "list")
        for each in themes.themes
    ]
    together = list(zip(themes.themes, judge(looks), strict=True))
    return [found for found, fate in zip(together, fates, strict=False) if fate == SHOWN]


def _p_of(theme: ThemeFigures) -> float:
    """Return the p-value of points of 0, by the normal error that their interval has."""
    from npskit.inference import normal_quantile

    z = float(normal_quantile((1 + theme.points_interval.level) / 2))
    error = (theme.points_interval.high - theme.points_interval.low) / (2 * z)
    return math.erfc(abs(theme.points) / error / math.sqrt(2)) if error > 0 else math.nan


def _theme_said(
    words: ReportWords, voices: Voices, judged: list[tuple[ThemeFigures, Evidence]], terms: ReportTerms
) -> tuple[str, Evidence | None]:
    """Return what is said of the theme that most speaks for; only of one whose hits and misses can be read below."""
    if terms.share:
        return "", None
    under = {quote.theme for quote in voices.quotes}
    misses = voices.themes is None or not voices.themes.unthemed or "" in under
    found = [each for each in judged if each[1].found and each[0].theme in under and misses]
    if not found:
        return words.say("voices.none"), NOTHING
    theme, evidence = min(found, key=lambda each: (each[1].strength != "clear", each[1].p_value))
    limits = sorted(map(abs, theme.points_interval))
    key = "costs" if theme.points < 0 else "brings"
    told = words.say(
        f"voices.{key}_{evidence.strength}",
        theme=named(theme.theme),
        points=words.number(abs(theme.points), 1),
        range=words.between((limits[0], limits[1])),
    )
    return told, evidence


def _themes_said(words: ReportWords, themes: Themes | None) -> str:
    return "" if themes is None else words.say("voices.caption_themes", n=themes.commented)


def _list_said(words: ReportWords, themes: Themes, fates: list[int], terms: ReportTerms) -> str:
    """Return where the themes come from, and how many comments they leave."""
    told = [words.say("voices.note_list" if themes.themes_from == "list" else "voices.note_found")]
    if fates[-1] == SHOWN:
        told.append(words.say("voices.note_unthemed", n=themes.unthemed))
    if any(fates):
        told.append(words.say("voices.note_hidden", below=words.count(terms.fewest_comments or 0)))
    return " ".join(told)


def _silent_said(words: ReportWords, voices: Voices, terms: ReportTerms) -> str:
    """Return that not everybody writes, and the score of those who do where it is known and not of too few."""
    wrote = voices.wrote
    least = min(sum(voices.commented.values()), sum(voices.answered.values()) - sum(voices.commented.values()))
    if wrote is None or not math.isfinite(wrote.score_difference) or least < max(terms.fewest_comments or 0, 1):
        return words.say("voices.note_silent")
    return words.say(
        "voices.note_scores",
        wrote=words.number(wrote.score_commenting),
        silent=words.number(wrote.score_silent),
        range=words.between(wrote.score_difference_interval, signed=True),
    )


def _shown_quotes(
    voices: Voices, judged: list[tuple[ThemeFigures, Evidence]], fates: list[int], categories: set[str]
) -> tuple[Quote, ...]:
    """Return the quotes that may be shown, under the themes that are clear, then weak, then mentioned most."""
    shown = [quote for quote in voices.quotes if quote.category in categories]
    if all(quote.theme is None for quote in shown):
        return tuple(shown)
    ranked = sorted(
        judged, key=lambda each: (not each[1].found, each[1].p_value if each[1].found else -each[0].mentions)
    )
    order = [theme.theme for theme, _ in ranked][:_UNDER] + ([""] if fates[-1] == SHOWN else [])
    return tuple(quote for name in order for quote in [q for q in shown if q.theme == name][:_EACH])


def _theme_grid(words: ReportWords, themes: Themes, fates: list[int], terms: ReportTerms) -> Grid:
    lines = []
    for each, fate in zip(themes.themes, fates, strict=False):
        name = named(each.theme)
        if fate != SHOWN:
            _, dash, what, n = hidden_cells(words, name, fate, terms)
            lines.append(GridLine((name, n, what, dash), "hidden"))
            continue
        figures = words.signed(each.points), words.between(each.points_interval, signed=True)
        lines.append(GridLine((name, words.count(each.mentions), *figures)))
    header = tuple(words.say(f"head.{name}") for name in ("theme", "mentions", "points", "interval"))
    return Grid(words.say("voices.table_themes"), header, tuple(lines))


def _who_writes(words: ReportWords, voices: Voices, terms: ReportTerms) -> tuple[Grid, set[str]]:
    """Return who writes as a table, and of which categories comments may be quoted."""
    fates = hidden_groups(list(voices.commented.values()), terms.hide_below).tolist()
    lines, shown = [], set()
    for (category, written), fate in zip(voices.commented.items(), fates, strict=True):
        name, answered = category_said(words, category), voices.answered[category]
        if fate == SHOWN:
            shown.add(category)
            share = words.percent(written / answered if answered else math.nan)
            lines.append(GridLine((name, words.count(answered), words.count(written), share)))
        else:
            _, dash, what, n = hidden_cells(words, name, fate, terms)
            lines.append(GridLine((name, words.count(answered), n, what if what else dash), "hidden"))
    header = tuple(words.say(f"head.{name}") for name in ("category", "answers", "comments", "share"))
    return Grid(words.say("voices.table"), header, tuple(reversed(lines)), shown=voices.themes is None), shown
