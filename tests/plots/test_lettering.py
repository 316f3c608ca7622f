"""Text that is measured before it is placed: folded, thinned along an axis, in the language of the reader."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.plots import ENGLISH, NARROW, WIDE, Axis, BudgetCurve, HeatMap, Stack, Text, text_width
from npskit.plots.lettering import folded
from npskit.report import LANGUAGES
from npskit.report.pictures import ReportSpeech
from npskit.report.wording import words_of
from npskit.scorers import codebook_of

WORDS = st.lists(st.text("abcWiงความ", min_size=1, max_size=12), min_size=1, max_size=12)


@given(WORDS, st.floats(40, 400), st.booleans())
def test_folded_lines_fit_and_say_all(words: list[str], width: float, bold: bool) -> None:
    """No line is wider than its room, and together they are the text; where words fit no line could take more."""
    lines = folded(" ".join(words), width, bold=bold)
    assert all(text_width(line, bold=bold) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(words)
    if max(text_width(word, bold=bold) for word in words) <= width:
        assert " ".join(lines).split() == words
        for line, after in itertools.pairwise(lines):
            assert text_width(f"{line} {after.split(' ')[0]}", bold=bold) > width


@given(st.floats(-1e6, 1e6), st.floats(0.01, 1e6), st.floats(60, 900), st.booleans())
def test_numbers_along_an_axis_have_room(low: float, size: float, wide: float, signed: bool) -> None:
    """What is written below an axis stands apart, down to two numbers; they are round and on the axis."""
    axis = Axis(low, low + size, 20, 20 + wide)
    found = axis.named(lambda value, digits: ENGLISH.number(value, digits, signed=signed))
    assert 1 <= len(found) <= 5
    ends = [(axis.at(tick) - text_width(said) / 2, axis.at(tick) + text_width(said) / 2) for tick, said in found]
    if len(found) > 3:
        assert all(right <= left for (_, right), (left, _) in itertools.pairwise(ends))
    assert all(axis.low - 1e-9 * size <= tick <= axis.high + 1e-9 * size for tick, _ in found)


@pytest.mark.parametrize("language", LANGUAGES)
def test_categories_are_named_in_the_language(language: str) -> None:
    """Transitions call the categories of built-in scorers what the language does, in picture, words and table."""
    words = words_of(language)
    speech = ReportSpeech(words)
    for scorer in (nk.NPS(), nk.CSAT(), nk.SCI(), nk.CES(method="net"), nk.CES(method="top_box"), nk.Retention()):
        book = codebook_of(scorer)
        names = book.categories
        said = [words.say(f"category.{name}") for name in names]
        assert len(set(said)) == len(said)
        chart = HeatMap(book.name, names, tuple((5,) * len(names) for _ in names))
        for width in (WIDE, NARROW):
            drawn = [mark.text for mark in chart.drawn(width, speech).marks if isinstance(mark, Text)]
            assert all(name in drawn for name in said), (width, said, drawn)
        header, rows = chart.table(speech)
        assert header[1:-1] == [row[0] for row in rows] == said
        assert all(name in chart.alt(speech) for name in said)


def test_transitions_draw_the_names_of_the_language() -> None:
    """The picture of a result is in the language that draws it."""
    data = nk.datasets.demo_survey().columns
    chart = nk.Survey(data, score="score", time="date", customer="customer").transitions()._chart()
    assert isinstance(chart, Stack)
    drawn = [mark.text for mark in chart.drawn(NARROW, ReportSpeech(words_of("pl"))).marks if isinstance(mark, Text)]
    assert drawn.count("Krytycy") == 2
    assert not {"detractor", "passive", "promoter"} & set(drawn)


@pytest.mark.parametrize("width", [320.0, NARROW, 500.0, WIDE])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_bound_of_a_plan_is_said_in_full(language: str, width: float) -> None:
    """What no plan can exceed is said at any width, in as many lines as it takes, below the word for the budget."""
    speech = ReportSpeech(words_of(language))
    chart = BudgetCurve((0, 400, 900), (0, 5e6, 6e6), 1000, 6.1e6, "EUR")
    marks = [mark for mark in chart.drawn(width, speech).marks if isinstance(mark, Text)]
    amount = f"{speech.number(6.1e6)} EUR"
    said = speech.say("no plan within the limits brings more than {value}", value=amount)
    start = next(mark.x for mark in marks if mark.text and said.startswith(mark.text))
    lines = sorted((mark for mark in marks if mark.x == start and mark.text in said), key=lambda mark: mark.y)
    assert "".join(mark.text for mark in lines).replace(" ", "") == said.replace(" ", "")
    assert all(mark.x + text_width(mark.text) <= width for mark in lines)
    budget = next(mark for mark in marks if mark.text == speech.say("budget"))
    assert budget.y + 14 <= lines[0].y
