"""A report as one HTML page: no script, nothing loaded, everything from the data escaped."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import attrs

from npskit.errors import optional
from npskit.plots import css
from npskit.report.driver_section import driver_section
from npskit.report.evidence import by_strength
from npskit.report.methods import methods_of
from npskit.report.page_parts import Grid, Quote, ReportParts, ReportSection, ReportTerms
from npskit.report.people_sections import answer_section, first_fact, loop_section
from npskit.report.score_sections import category_said, left_out_section, score_section, segment_sections
from npskit.report.time_sections import change_section, trend_section
from npskit.report.voice_section import voice_section
from npskit.report.wording import ReportWords, named, words_of

_MOST_FINDINGS = 4
# a period or a short id: letters and digits with a hyphen between
_TORN = re.compile(r"(?=.{3,16}$)(?=.*\d)\w+(-\w+)+")
_MASK = re.compile(r"\[(e-mail|phone|card|account|name)\]")


@attrs.frozen
class ReportPage:
    """All that stands on the page."""

    language: str
    title: str
    meta: str
    findings: tuple[ReportSection, ...]
    facts: tuple[tuple[str, str, str], ...]
    sections: tuple[ReportSection, ...]
    methods: tuple[tuple[str, str], ...]
    made: str
    appended: tuple[Grid, ...] = ()


def render(parts: ReportParts, terms: ReportTerms) -> str:
    """Return a report as HTML.

    Raises:
        MissingDependencyError: If Jinja2 is not installed.
    """
    optional("jinja2", "a report", "report")
    words = words_of(terms.language)
    environment, style = _environment()
    page = _too_small(words, terms) if _is_small(parts, terms) else _page(words, parts, terms)
    own = {
        "say": words.say,
        "pieces": _pieces,
        "under": functools.partial(_under, words),
        "language": words.language_name,
    }
    return str(environment.get_template("page.html").render(page=page, style=style, **own))


@functools.cache
def _environment() -> tuple[Any, Any]:
    """Return what fills the template, and the style as it is."""
    import jinja2
    from markupsafe import Markup

    room = files(__package__)
    texts = {"page.html": room.joinpath("page.html").read_text(encoding="utf-8")}
    made = jinja2.Environment(
        loader=jinja2.DictLoader(texts), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True
    )
    made.filters["unbroken"] = _unbroken
    style = re.sub(r"\s+", " ", css() + room.joinpath("page.css").read_text(encoding="utf-8"))
    return made, Markup(style)  # it is npskit's own


def _unbroken(text: str) -> Any:
    """Return text in which no line ends within a period or an id, such as 2026-Q1; a browser ends one at any hyphen."""
    from markupsafe import Markup

    whole = Markup('<span class="nw">{}</span>')
    words = re.split(r"([\w-]+)", text)
    return Markup("").join(whole.format(word) if _TORN.fullmatch(word) else word for word in words)


def _is_small(parts: ReportParts, terms: ReportTerms) -> bool:
    return terms.hide_below is not None and parts.score.n < terms.hide_below


def _too_small(words: ReportWords, terms: ReportTerms) -> ReportPage:
    """Return a page that says no more than that too few answered."""
    told = words.say("hide.total", below=words.count(terms.hide_below or 0))
    section = ReportSection("score", told)
    return ReportPage(terms.language, told, named(terms.title or ""), (), (), (section,), (), _made(words, terms))


def _page(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> ReportPage:
    makers = [score_section, trend_section, change_section, segment_sections, driver_section, voice_section]
    makers += [] if terms.share else [answer_section]
    sections = tuple(make(words, parts, terms) for make in (*makers, loop_section, left_out_section))
    found = sorted((s for s in sections if s.finding and s.evidence), key=lambda s: by_strength(s.evidence))  # type: ignore[arg-type]
    appended = tuple(grid for section in sections for grid in section.grids if not grid.shown) if terms.tables else ()
    return ReportPage(
        language=terms.language,
        title=_title(words, parts, found),
        meta=_meta(words, parts, terms),
        findings=tuple(found[:_MOST_FINDINGS]),
        facts=_facts(words, parts, terms),
        sections=sections,
        methods=methods_of(words, parts, terms),
        made=_made(words, terms),
        appended=appended,
    )


def _title(words: ReportWords, parts: ReportParts, found: list[ReportSection]) -> str:
    """Return what stands above all: the score, and what is clear, or that nothing of it is."""
    score = parts.score
    if not score.n:
        return words.say("score.empty")
    begins = words.say("page.title", name=score.name, value=words.whole(score.value))
    clear = [section for section in found if section.evidence is not None and section.evidence.strength == "clear"]
    if clear:
        return f"{begins} {clear[0].finding}"
    return f"{begins} {words.say('page.title_range', range=words.between(score.interval(), 0))}"


def _meta(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> str:
    span = ""
    if parts.span is not None:
        span = words.say("page.span", first=words.date(parts.span[0]), last=words.date(parts.span[1]))
    told = named(terms.title) if terms.title else words.say("page.survey", name=parts.score.name)
    return " · ".join(filter(None, [told, span, words.say("page.simulated") if terms.simulated else ""]))


def _facts(words: ReportWords, parts: ReportParts, terms: ReportTerms) -> tuple[tuple[str, str, str], ...]:
    """Return the key figures, each with what qualifies it."""
    score, moved = parts.score, parts.moved
    facts = [(score.name, words.whole(score.value), words.between(score.interval(), 0) if score.n else "")]
    if moved is not None and (terms.hide_below is None or min(moved.n_before, moved.n_after) >= terms.hide_below):
        name = words.say("fact.change", before=named(moved.before))
        facts.append((name, words.signed(moved.difference, 0), words.between(moved.interval, 0, signed=True)))
    rows = words.say("fact.of_rows", rows=words.count(score.row_counts.rows))
    facts.append((words.say("fact.answers"), words.count(score.n), rows))
    if parts.plan is not None and not terms.share:
        facts.append(first_fact(words, parts.plan))
    return tuple(facts)


def _made(words: ReportWords, terms: ReportTerms) -> str:
    from npskit import __version__

    return words.say("page.made", version=__version__, date=words.date(terms.made))


def _under(words: ReportWords, quotes: tuple[Quote, ...]) -> list[tuple[str, list[Quote]]]:
    """Return quotes by what they stand under: a theme, none of those listed, or the category of the answer."""
    found: dict[str, list[Quote]] = {}
    for quote in quotes:
        if quote.theme is None:
            about = category_said(words, quote.category)
        else:
            about = named(quote.theme) if quote.theme else words.say("voices.no_theme")
        found.setdefault(about, []).append(quote)
    return list(found.items())


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the parts of a masked comment, and whether each says what was masked."""
    for i, piece in enumerate(_MASK.split(text)):
        if piece:
            yield piece, bool(i % 2)
