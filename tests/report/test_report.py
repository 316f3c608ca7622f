"""The report: its figures are those of the results, nothing of the data is markup, and what is small stays hidden."""

from __future__ import annotations

import datetime as dt
import html
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.report.wording import LANGUAGES, words_of

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "x" * 10_000,
    "\u202eevil \u05e9\u05dc\u05d5\u05dd",
    "=HYPERLINK('http://x')",
    "😀 & {{ 7*7 }} {n}",
)


def hotel(**more: Any) -> nk.Survey:
    """Return a survey with something to say in each section."""
    rng = np.random.default_rng(5)
    size = 600
    room = rng.integers(1, 11, size)
    late = np.arange(size) >= size // 2
    answers = np.clip(np.round(0.9 * room + rng.normal(1, 1, size) - 3 * late), 0, 10).astype(int)
    data = {
        "nps": [*answers.tolist()[:-2], 11, None],
        "day": [dt.date(2025, 1, 1) + dt.timedelta(days=int(i)) for i in np.arange(size) * 364 // size],
        "who": [f"c{i}" for i in range(size)],
        "region": ["North", "South", "East"] * (size // 3),
        "why": [f"The room was cold, write to guest{i}@example.org" if i % 3 == 0 else "" for i in range(size)],
        "room": room.tolist(),
    }
    return nk.Survey(data | more, score="nps", time="day", customer="who", comment="why")


def text_of(page: str) -> str:
    """Return what a person reads."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def made(survey: nk.Survey, **options: Any) -> str:
    page = survey.report(made=dt.date(2026, 12, 31), **options)
    assert page is not None
    return page


@pytest.fixture(scope="module")
def full() -> str:
    """A report with everything."""
    return made(
        hotel(),
        by="region",
        drivers=["room"],
        interventions=nk.Intervention("new <b>checkout</b>", "2025-07-01"),
        cases=nk.closed_loop({"case": ["A", "B"], "opened": ["2026-01-05"] * 2, "closed": ["2026-01-06", None]}),
    )


def test_figures_are_those_of_the_results(full: str) -> None:
    """The score, its interval, each segment, each period and each count stand in the page as the results have them."""
    survey, words, said = hotel(), words_of("en"), text_of(full)
    score = survey.score()
    assert words.number(score.value) in said
    assert words.between(score.interval()) in said
    assert f"{score.n} of 600 rows are scored; 2 are not" in said
    table = survey.score(by="region")
    timeline = survey.timeline("month")
    low, high = table.intervals()
    for key, value, n, limits in zip(table.keys, table.values, table.n, zip(low, high, strict=True), strict=True):
        row = rf"{key[0]}\s+{re.escape(words.number(value))}\s+{re.escape(words.between(limits))}\s+{n}\b"
        assert re.search(row, said), row
    for label, value, n in zip(timeline.labels, timeline.values, timeline.n, strict=True):
        assert re.search(rf"{label}\s+{re.escape(words.number(value))}\s.*?{n}\b", said), label
    drivers = survey.drivers(["room"])
    assert words.percent(drivers["room"].lmg, 1) in said
    assert "11" in said  # the answer off the scale


def test_a_change_that_was_declared_is_named(full: str) -> None:
    """The answers fell after the intervention, which is declared: it stands in the headline, escaped."""
    survey = hotel()
    effect = survey.effect(nk.Intervention("x", "2025-07-01"), every="month")
    assert f"{words_of('en').whole(abs(effect.value))} points lower" in full
    assert "new &lt;b&gt;checkout&lt;/b&gt;" in full
    assert "<b>checkout" not in full


def test_page_is_self_contained(full: str) -> None:
    """No script, nothing loaded, one h1, landmarks, ids that are unique, and no field left unfilled."""
    assert "<script" not in full
    assert not re.search(r"""(src|href)=["'](?!#)""", full)
    assert "@import" not in full
    assert "url(" not in full
    assert full.count("<h1>") == 1
    assert all(f"<{mark}" in full for mark in ("header", "main", "nav", "footer"))
    ids = re.findall(r'\bid="([^"]+)"', full)
    assert len(ids) == len(set(ids))
    assert {"#" + name for name in ids} >= set(re.findall(r'href="(#[^"]+)"', full))
    assert not re.search(r"\{\w+\}", text_of(full))


def test_comments_are_masked(full: str) -> None:
    """No address of the data stands in the page."""
    assert "@example.org" not in full
    assert '<span class="mask">e-mail address</span>' in full


def test_cells_that_say_nothing_are_no_comments() -> None:
    """ "NA" and "-" are not quoted, nor counted among those who wrote."""
    data = {"score": [10, 9, 1, 2] * 20, "why": ["NA", "-", "", "much too slow for me"] * 20}
    page = made(nk.Survey(data, score="score", comment="why"))
    assert "20 of those who answered wrote a comment: 25%" in page
    assert "much too slow for me" in page
    assert ">NA<" not in page


def test_shared() -> None:
    """A report to be passed on names nobody."""
    survey = hotel(owner=["Ann"] * 600)
    page = made(survey, by="region", share=True)
    assert "The room was cold" not in page
    assert not re.search(r"\bc\d+\b", text_of(page))
    assert 'id="first"' not in page
    assert 'id="first"' in made(survey)


def test_hide_below() -> None:
    """A small segment and the one beside it are hidden everywhere; their scores and counts are nowhere."""
    survey = hotel(region=["North"] * 570 + ["Tiny"] * 4 + ["South"] * 26)
    page = made(survey, by="region", hide_below=10)
    said = text_of(page)
    assert re.search(r"Tiny\s+–\s+hidden\s+< 10", said)
    assert re.search(r"South\s+–\s+hidden with it\s+–", said)
    table = survey.score(by="region")
    words = words_of("en")
    for name in ("Tiny", "South"):
        assert not re.search(rf"{name}\s+[−\d]", said)
        assert words.between(table[name].interval()) not in said
    assert re.search(r"Tiny\s+[−\d]", text_of(made(survey, by="region")))


def test_hide_all() -> None:
    """Of fewer answers than the limit nothing is shown, not even how many there are."""
    said = text_of(made(nk.Survey({"score": [10, 9, 1]}), hide_below=10))
    assert "Fewer than 10 answers" in said
    assert "33" not in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile(language: Any) -> None:
    """Whatever stands in the data: it is text, cut, on one line, and turns nothing around."""
    size = 60
    data = {
        "score": [i % 11 for i in range(size)],
        "seg": [HOSTILE[i % len(HOSTILE)] for i in range(size)],
        "why": [HOSTILE[i % len(HOSTILE)] for i in range(size)],
        "id": [f"{HOSTILE[0]}{i}" for i in range(size)],
        HOSTILE[1]: [i % 7 for i in range(size)],
    }
    survey = nk.Survey(data, score="score", comment="why", customer="id")
    page = made(survey, by="seg", drivers=[HOSTILE[1]], title=HOSTILE[0], language=language)
    assert "<script" not in page
    assert "<img" not in page
    assert "onerror" not in re.sub(r"&[^;]*;", "", re.sub(r">[^<]*<", "><", page))
    assert "x" * 300 not in page
    assert "\u202e" not in page
    assert "{{ 7*7 }}" in text_of(page)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("scorer", [nk.NPS(), nk.CSAT(), nk.CES()])
def test_scores_alone(language: Any, scorer: Any) -> None:
    """Of answers alone each section without data says so in a line."""
    page = made(nk.Survey({"score": [5, 4, 1, None, 5] * 20}, score="score", scorer=scorer), language=language)
    assert page.count("<section") == 10
    assert 'id="h-trend"' in page


@pytest.mark.parametrize("answers", [[], [None, None], ["x"]])
def test_nothing_answered(answers: list[Any]) -> None:
    """Without an answer there is no score, which is not 0."""
    said = text_of(made(nk.Survey({"score": answers}, score="score")))
    assert "Nothing was answered" in said


def test_tables_are_appended() -> None:
    """On request all tables stand at the end, to be printed."""
    page = made(hotel(), tables=True)
    assert 'id="tables"' in page
    assert "<details" not in page
    assert "<details" in made(hotel())


def test_written(tmp_path: Path) -> None:
    """A path is written to, an unusable one is an error that says so."""
    path = tmp_path / "report.html"
    assert nk.Survey({"score": [10, 3]}).report(path) is None
    assert path.read_text("utf-8").startswith("<!doctype html>")
    with pytest.raises(nk.NpskitError, match="cannot be written to"):
        nk.Survey({"score": [10, 3]}).report(tmp_path / "none" / "report.html")


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"language": "xx"}, "language"),
        ({"hide_below": 0}, "hide_below"),
        ({"by": "nowhere"}, "nowhere"),
        ({"drivers": ["nowhere"]}, "nowhere"),
        ({"interventions": "2026"}, "interventions"),
        ({"change": "decade"}, "change"),
        ({"share": "yes"}, "share"),
        ({"made": "today"}, "made"),
    ],
)
def test_refused(options: dict[str, Any], match: str) -> None:
    """What cannot be used is named."""
    with pytest.raises(nk.NpskitError, match=match):
        hotel().report(**options)


def test_missing_jinja(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Jinja2 the error says how to have it."""
    import sys

    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(nk.MissingDependencyError, match=r"npskit\[report\]"):
        nk.Survey({"score": [10]}).report()


def test_what_reading_found_has_the_same_name(tmp_path: Path) -> None:
    """`survey.report` writes the report, and has what was found of a file; of data that were bound it says why not."""
    path = tmp_path / "answers.csv"
    path.write_text("score;region\n10;N\n3;S\n", encoding="utf-8")
    survey, held = nk.read(path), nk.Survey({"score": [10, 3]})
    assert survey.file_report is not None
    assert survey.report.separator == survey.file_report.separator == ";"  # type: ignore[attr-defined]
    assert repr(survey.report) == repr(survey.file_report)
    with pytest.raises(AttributeError, match="the survey was bound to data"):
        held.report.notes  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_nothing_of_it_stays_english(language: Any) -> None:
    """A report in another language says nothing that the English one says in words of its own, in pictures either."""
    options: dict[str, Any] = {
        "by": "region",
        "drivers": ["room"],
        "interventions": nk.Intervention("checkout", "2025-07-01"),
        "cases": nk.closed_loop({"opened": ["2026-01-05"] * 3, "closed": ["2026-01-06", None, "2026-02-06"]}),
    }
    survey = hotel(why=["Zimmer zu kalt, Betrug!"] * 300 + [""] * 300)
    english, other = made(survey, **options), made(survey, language=language, **options)
    assert 'class="todo"' in other
    assert said_in(english) & said_in(other) <= {"Zimmer zu kalt, Betrug!", "Zimmer / kalt"}


def test_why_somebody_is_to_be_answered_is_said_with_the_words_that_make_it_urgent() -> None:
    """What cannot wait names the words, masked; a reason of one's own playbook stands as it is, in any language."""
    survey = nk.Survey({"score": [1, 10], "why": ["Das ist Betrug, a@example.org", ""]}, score="score", comment="why")
    page = made(survey, language="de")
    said = " ".join(text_of(page).split())
    assert "Kritisch: im Kommentar steht Betrug . Ein Detraktor mit etwas, das nicht warten kann" in said
    toml = nk.Playbook.default_toml().replace("a detractor with something that cannot wait", "weil ich es sage")
    own = nk.Playbook.from_toml(toml)
    plan = survey.follow_up(playbook=own)
    assert "Weil ich es sage" in text_of(made(survey, language="pl", plan=plan))


def fact_of(page: str) -> tuple[str, ...]:
    """Return the last key figure: its name, its value and what stands beside."""
    found: list[tuple[str, ...]] = re.findall(r"<dt>([^<]*)</dt><dd><b>([^<]*)</b>([^<]*)</dd>", page)
    return found[-1]


def test_the_key_figure_is_of_those_first_unless_the_plan_has_limits() -> None:
    """The urgent of all who wait; without any those on top; of a plan within limits, all that it has."""
    score, calm = [1] * 30, ["too slow for me"] * 30
    survey = nk.Survey({"score": score, "why": ["fraud!"] * 3 + calm[3:]}, score="score", comment="why")
    first = "Urgent to answer", "3", "of 30 who wait"
    assert fact_of(made(survey)) == first
    assert fact_of(made(nk.Survey({"score": score}))) == ("To answer first", "10", "of 30 who wait")
    limited = made(survey, plan=survey.follow_up(capacity=2))
    assert fact_of(limited)[0] == "People to answer"


def said_in(page: str) -> set[str]:
    """Return each piece of text with two words or more of some length, the names of the data and of methods aside."""
    texts = {html.unescape(text).strip() for text in re.findall(r">([^<>]+)<", re.sub(r"<style>.*?</style>", "", page))}
    return {
        text for text in texts if len(re.findall(r"[A-Za-z]{4,}", text)) > 1 and not text.startswith(("NPS(", "NPS,"))
    }


def spoken(**more: Any) -> nk.Survey:
    """Return a survey whose unhappy customers write of the room, a few of a smell, and its happy ones of nothing."""
    said = ["The room was far too cold for us"] * 60 + ["There was a smell of fish everywhere"] * 4
    said += ["A lovely time, we shall be back"] * 40 + ["Everything as it should be, as ever"] * 40
    score = [2] * 64 + [10] * 40 + [8] * 40
    return nk.Survey({"score": score * 2, "why": said * 2} | more, score="score", comment="why")


LISTED = {"room": ["room*"], "smell": ["smell*"]}


def voices_of(page: str) -> str:
    """Return what a person reads of the section on comments."""
    return text_of(page[page.index('<section id="voices"') : page.index("</section>", page.index('id="voices"'))])


def headline_of(page: str, section: str) -> str:
    found = re.search(rf'<h2 id="h-{section}">([^<]*)<', page)
    assert found is not None
    return html.unescape(found[1])


def test_a_listed_theme_stands_in_the_headline_above_its_hits_and_misses() -> None:
    """A theme of a list is said first, with comments that it catches and some that it misses."""
    survey = spoken()
    page, words = made(survey, themes=LISTED), words_of("en")
    room = survey.themes(LISTED)["room"]
    assert headline_of(page, "voices").startswith(
        f"Comments on “room” go with {words.number(abs(room.points))} points less"
    )
    said = voices_of(page)
    assert "The room was far too cold for us" in said
    assert "None of the themes" in said
    assert "A lovely time, we shall be back" in said
    assert re.search(rf"room\s+120\s+{re.escape(words.signed(room.points))}", said)


def test_what_nobody_listed_or_can_check_stands_in_no_headline() -> None:
    """Themes that were found never do, nor those of a list whose misses are not shown."""
    for options in ({}, {"themes": LISTED, "share": True}):
        page = made(spoken(), **options)
        assert "wrote a comment" in headline_of(page, "voices")
        assert not re.search(r"<h1>[^<]*(room|cold|smell)", page)
        assert "Comments on" not in page
    assert "Themes were found by words" in voices_of(made(spoken()))


def test_comments_have_a_least_number_of_their_own() -> None:
    """A theme of fewer comments is hidden, with another; its comments are not quoted, and its figures are nowhere."""
    page = made(spoken(), themes=LISTED, hide_below=2, hide_comments_below=10)
    said = voices_of(page)
    assert re.search(r"smell\s+< 10\s+hidden", said)
    assert "smell of fish" not in said
    assert "smell of fish" in voices_of(made(spoken(), themes=LISTED))


def test_themes_must_be_themes() -> None:
    """What is no list of themes is named."""
    with pytest.raises(nk.NpskitError, match="themes"):
        made(spoken(), themes=3)
    with pytest.raises(nk.NpskitError, match="hide_comments_below"):
        made(spoken(), hide_comments_below=0)


def test_invalid_answers_as_they_were_given() -> None:
    """Whole numbers in a column with gaps are whole, and a minus is a minus."""
    page = made(nk.Survey({"score": [9.0, None, 99.0, 99.0, -1.0, 7.5] * 3}, score="score"))
    assert "99 (6 times), −1 (3 times), 7.5 (3 times)" in text_of(page)


def test_paper_has_the_wide_pictures() -> None:
    """A sheet of paper is narrower than what a phone's layout begins at: that layout is for screens alone."""
    style = re.search(r"<style>(.*?)</style>", made(hotel()), re.DOTALL)
    assert style is not None
    assert "max-width: 760px" in style[1]
    assert not re.search(r"@media \(max-width", style[1])


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_say_of_whom_they_are(language: Any) -> None:
    """Whoever was treated is named; of segments the columns are, and of the whole its two scores."""
    rng = np.random.default_rng(3)
    size = 900
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=int(i)) for i in np.arange(size) * 729 // size]
    region = [("Bavaria", "Cornwall", "Phuket")[i % 3] for i in range(size)]
    score = rng.integers(3, 11, size)
    fell = np.array([name == "Bavaria" and day >= dt.date(2025, 7, 1) for name, day in zip(region, days, strict=True)])
    data = {"score": np.where(fell, score // 4, score).tolist(), "day": days, "region": region}
    survey, changed = nk.Survey(data, score="score", time="day"), nk.Intervention("checkout", "2025-07-01")
    treated: Any = {"treated": {"region": "Bavaria"}}
    others: Any = {"control": {"region": ["Cornwall", "Phuket"]}}
    for sides, method in ((treated, "before_after"), (treated | others, "difference_in_differences")):
        page = made(survey, interventions=changed, language=language, **sides)
        effect = survey.effect(changed, every="month", **sides)
        assert effect.method == method
        said = text_of(page[page.index('id="h-change"') : page.index('id="h-segments"')])
        assert "Bavaria" in said
        assert words_of(language).whole(abs(effect.value)) in said
    alike = nk.Survey(data | {"score": [7 * i % 11 for i in range(size)]}, score="score", time="day")
    page = made(alike, by="region", change="year", language=language)
    assert "region" in headline_of(page, "segments")
    for value in alike.timeline("year").values:
        assert words_of(language).number(value) in headline_of(page, "change")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_value_in_a_headline_stands_with_its_column(language: Any) -> None:
    """Two letters do not tell that they are a language: segments and who was treated are said with the column."""
    days = [dt.date(2024, 1, 1) + dt.timedelta(days=i) for i in range(720)]
    tongue = ["en", "de"] * 360
    fell = [name == "en" and day >= dt.date(2025, 1, 1) for name, day in zip(tongue, days, strict=True)]
    score = [
        (1 if low else 9 if name == "de" else 6) + i % 2 for i, (name, low) in enumerate(zip(tongue, fell, strict=True))
    ]
    survey = nk.Survey({"score": score, "day": days, "tongue": tongue, "half": ["a", "b", "b", "a"] * 180},
                       score="score", time="day")  # fmt: skip
    changed = nk.Intervention("checkout", "2025-01-01")
    page = made(survey, by=["half", "tongue"], interventions=changed, treated={"tongue": ["en"]}, language=language)
    assert "tongue de" in headline_of(page, "segments").casefold()
    assert "half" not in headline_of(page, "segments")
    said = text_of(page[page.index('id="h-change"') : page.index('id="h-segments"')])
    assert "tongue en" in said.casefold()


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "en"])
def test_the_name_of_a_driver_stands_as_it_is_written(language: Any) -> None:
    """No sentence of drivers begins with a name where a capital or a colon would be in doubt."""
    headline = headline_of(made(hotel(), drivers=["room"], language=language), "drivers")
    assert "room" in headline


def test_whoever_has_no_id_is_known_by_the_row() -> None:
    """Somebody to be answered can be found."""
    said = " ".join(text_of(made(nk.Survey({"score": [10, 9, 1]}))).split())
    assert re.search(r"1 row 2 1 \d+", said)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "at most"), ("de", "höchstens"), ("pl", "najwyżej"), ("th", "ไม่เกิน")]
)
def test_a_driver_without_an_effect_of_its_own_has_at_most_a_share(tmp_path: Path, language: Any, said: str) -> None:
    """As in the text of the drivers: only one whose coefficient is told from 0 has a share of at least something."""
    rng = np.random.default_rng(3)
    speed, answer = rng.integers(1, 6, 400), rng.integers(-1, 2, 400)
    data = {"score": np.clip(2 * speed + answer, 0, 10).tolist(), "speed": speed.tolist()}
    data["idle"] = rng.integers(1, 6, 400).tolist()
    survey = nk.Survey(data, score="score")
    high = {each.driver: 100 * each.interval.high for each in survey.drivers(["speed", "idle"]).drivers}
    survey.report(tmp_path / "r.html", drivers=["speed", "idle"], language=language)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    limit = f"{high['idle']:.1f}".replace(".", "," if language in ("de", "pl") else ".")
    assert f"{said} {limit}" in page
    assert page.count(said) == 1


def test_no_line_ends_within_a_period_or_an_id() -> None:
    """A browser may end a line at any hyphen: periods of headlines and ids of customers are kept whole."""
    survey = hotel(who=[f"K-{i:04}" for i in range(600)])
    page = made(survey, change="quarter")
    headings = "".join(re.findall(r"<h[12].*?</h[12]>", page))
    assert '<span class="nw">2025-Q4</span>' in headings
    assert not re.search(r"\d{4}-\w", re.sub(r"<span.*?</span>", "", headings))
    assert re.search(r'<bdi><span class="nw">K-\d{4}</span></bdi>', page)


def test_the_note_on_the_parts_of_a_change_says_what_the_picture_draws() -> None:
    """Of a segment that is the change of its own score, not what its size adds."""
    size = 1_456
    late = [i >= size // 2 for i in range(size)]
    data = {
        "nps": [10 if i % (2 if second and i % 5 else 9) else 3 for i, second in enumerate(late)],
        "day": [dt.date(2024, 1, 1) + dt.timedelta(days=i // 2) for i in range(size)],
        "region": ["North" if i % (5 if second else 3) else "South" for i, second in enumerate(late)],
    }
    survey = nk.Survey(data, score="nps", time="day")
    why = survey.explain_change("2024", "2025", by="region")
    page = text_of(made(survey, by="region", change="year"))
    north = next(each for each in why.segments if each.segment == "North")
    assert abs(north.rate - north.contribution) > 0.1
    assert f"Clear: North ({north.rate:+.1f} points).".replace("-", "−") in page
