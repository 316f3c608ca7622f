"""The languages of a report: each says all of it, with the same parts, in the plurals that the language has."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.followup.plan.triage_labels import AGAINST_ANSWER
from npskit.followup.playbook import Rule
from npskit.plots import PHRASES
from npskit.report.pictures import ReportSpeech
from npskit.report.wording import LANGUAGES, ReportWords, named, of_column, words_of

# The tables that say what results say in English.
OF_ENGLISH = "picture", "why", "owner"
OTHERS = [language for language in LANGUAGES if language != "en"]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def texts(words: ReportWords) -> Iterator[tuple[str, Any]]:
    for table, found in words.texts.items():
        if table not in OF_ENGLISH:
            for key, text in found.items():
                yield f"{table}.{key}", text


@pytest.mark.parametrize("language", OTHERS)
def test_says_all(language: str) -> None:
    """Each has the texts of English, with the same fields."""
    english, other = dict(texts(words_of("en"))), dict(texts(words_of(language)))
    assert english.keys() == other.keys()
    for name, text in english.items():
        first = next(iter(text.values())) if isinstance(text, Mapping) else text
        for form in other[name].values() if isinstance(other[name], Mapping) else [other[name]]:
            assert fields(form) == fields(first), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_plurals(language: str) -> None:
    """Texts with a number have exactly the plural categories of the language."""
    words = words_of(language)
    wanted = {*words.locale.plural_form.tags, "other"}
    for name, text in texts(words):
        if isinstance(text, Mapping):
            assert set(text) == wanted, name
        else:
            assert "n" not in fields(text), name


@pytest.mark.parametrize("language", OTHERS)
def test_pictures(language: str) -> None:
    """What is translated of pictures are phrases of theirs, with the same fields."""
    found = words_of(language).texts["picture"]
    assert set(found) <= PHRASES
    assert all(fields(text) == fields(phrase) for phrase, text in found.items())


def test_polish_counts() -> None:
    """Polish has three forms for whole numbers."""
    words = words_of("pl")
    said = [words.say("first.headline", n=n).replace("\u00a0", " ") for n in (1, 3, 5, 22, 12)]
    assert said == [
        "1 osoba czeka na odpowiedź.",
        "3 osoby czekają na odpowiedź.",
        "5 osób czeka na odpowiedź.",
        "22 osoby czekają na odpowiedź.",
        "12 osób czeka na odpowiedź.",
    ]


def test_numbers() -> None:
    """Each language writes numbers in its own way; no minus or plus stands before a rounded zero."""
    assert words_of("en").count(1951) == "1,951"
    assert words_of("de").number(-22.44) == "−22,4"
    assert words_of("pl").count(1951) == "1951"
    assert words_of("pl").percent(0.47) == "47\u00a0%"
    assert words_of("en").signed(0.04) == words_of("en").number(-0.04) == "0.0"
    assert words_of("en").moved(-7.2, 11.4) == "a fall of 7 to a rise of 11"
    assert words_of("en").moved(-7.2, -2.4) == "a fall of 2 to 7"
    assert words_of("en").number(float("nan")) == "–"


@given(st.text(max_size=400))
def test_names_are_one_visible_line(text: str) -> None:
    """Whatever the data hold."""
    found = named(text)
    assert "\n" not in found
    assert len(found) <= 62
    assert all(c.isprintable() or c in "\u200c\u200d\u2068\u2069" for c in found)


@pytest.mark.parametrize("language", OTHERS)
def test_pictures_are_said_in_each_language(language: str) -> None:
    """Each phrase that a chart says is there in each language, with the same parts, and stands for nothing else."""
    said = words_of(language).texts["picture"]
    assert said.keys() == PHRASES
    parts = {phrase: fields(phrase) for phrase in PHRASES}
    assert {phrase: fields(text) for phrase, text in said.items()} == parts


@pytest.mark.parametrize("language", OTHERS)
def test_playbooks_are_said_in_each_language(language: str) -> None:
    """Each reason and team of the default playbook of any scorer is there in each language, and no other is."""
    books = [nk.Playbook.default(scorer) for scorer in (nk.NPS(), nk.SCI(), nk.CSAT(), nk.CES(), nk.Retention())]
    reasons = {rule.reason for book in books for rule in book.strategies if isinstance(rule, Rule)}
    teams = {team.name for book in books for team in book.teams}
    found = words_of(language).texts
    assert found["why"].keys() == reasons | {AGAINST_ANSWER}
    assert found["owner"].keys() == teams
    assert not set(found["why"].values()) & found["why"].keys()


def test_months_are_short_as_each_language_has_them() -> None:
    """No dot stands below an axis but where it is part of the abbreviation."""
    said = [ReportSpeech(words_of(language)).month(1) for language in LANGUAGES]
    assert said == ["Jan", "Jan", "sty", "ม.ค."]


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_value_with_its_column(column: str, value: str) -> None:
    """The value is there, and so is the column, in the value or beside it; a second capital changes nothing."""
    said = of_column(column, value)
    assert named(value) in said
    assert named(column).casefold() in said.casefold()
    for words in map(words_of, LANGUAGES):
        assert words.sentence(words.sentence(said)) == words.sentence(said)
