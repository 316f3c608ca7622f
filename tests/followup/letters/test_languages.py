"""The letters that come with npskit: complete, alike in their fields, and tidy whatever is given."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.followup.letters.drafts import Draft
from npskit.followup.letters.known_languages import Languages
from npskit.followup.letters.language_file import FIELDS, PUBLIC_FIELDS
from npskit.followup.letters.messages import draft, list_fields

TAGS = ("en", "de", "pl", "th")
FOLDER = Path(str(files("npskit.followup.letters"))) / "languages"
ACTIONS = [
    "thank",
    "reward",
    "referral",
    "community",
    "review",
    "ask_open",
    "better_fit",
    "offer",
    "surprise",
    "compare",
    "told_you",
    "self_help",
    "join_in",
    "listen",
    "apologize",
    "act",
    "compensate",
    "inform",
    "stay_in_touch",
    "public_reply",
]
LETTERS = [(action, tag) for tag in TAGS for action in ACTIONS]
OFFERS = ("coupon", "upgrade", "referral_bonus", "discount", "early_access", "gift", "compensation")
VALUES: dict[str, Any] = {
    "name": "N",
    "company": "C",
    "sender": "S",
    "contact": "T",
    "target": 9,
    "topic": "P",
    "suggestion": "G",
    "code": "D",
    "link": "L",
    "change": "H",
    "next_step": "X",
    "offer": "gift",
    "amount": 20,
    "share": 0.1,
    "years": 3,
    "days": 2,
    "until": dt.date(2026, 3, 4),
    "friend_amount": 10,
    "friend_share": 0.2,
    "occasion": "stay",
    "comparison": "A",
    "story": "B",
    "help": "E",
    "commented": True,
    "complained": True,
    "happy": True,
    "vocative": "V",
    "others": 4,
}
REQUIRED = {"inform": {"change"}, "told_you": {"change"}, "self_help": {"help"}}


def letter(action: str, tag: str, **values: Any) -> Draft:
    """Return the letter with these values besides the required ones."""
    needed = {name: VALUES[name] for name in REQUIRED.get(action, ())}
    return draft(action, needed | values, language=tag, currency="EUR")


def test_all_actions_are_there() -> None:
    """Every action of the default playbook, and no other, has a letter in every language of its own."""
    assert set(Languages.default().tags) == {*TAGS, "de-CH"}
    assert Languages.default().actions == tuple(sorted(ACTIONS))
    assert {letter(action, tag).language for action, tag in LETTERS} == set(TAGS)
    assert all(letter(action, tag).language == tag for action, tag in LETTERS)


@pytest.mark.parametrize("action", ACTIONS)
def test_all_languages_ask_for_the_same(action: str) -> None:
    """Whoever can fill the letter in one language can fill it in all: the same fields, the same required ones."""
    fields = [[field for field in list_fields(action, tag) if field.name not in ("name", "vocative")] for tag in TAGS]
    assert all(found == fields[0] for found in fields)
    assert {field.name for field in fields[0] if field.required} == REQUIRED.get(action, set())


def test_every_field_is_used() -> None:
    """There is no field that no letter has."""
    assert {field.name for action in ACTIONS for tag in TAGS for field in list_fields(action, tag)} == set(FIELDS)


@given(st.sampled_from(LETTERS), st.sets(st.sampled_from(sorted(VALUES))))
@settings(max_examples=600)
def test_letters_are_tidy(which: tuple[str, str], chosen: set[str]) -> None:
    """Whatever is given or not: no gaps, no double spaces, no stray punctuation, no run-on sentences."""
    found = letter(*which, **{name: VALUES[name] for name in chosen})
    for text in (found.subject, found.body):
        assert text == text.strip()
        assert not re.search(r"[{}\[\]|#]", text)
        assert not re.search(r" {2}| \n|\n |\n{3}", text)
        assert not re.search(r" [.,;:?!]|[.,:;]{2}|[.?!;][A-Za-zÄÖÜŁ]|\( |\(\)| \)", text)
    assert "\n" not in found.subject
    assert len(found.subject) <= 70


@pytest.mark.parametrize("tag", TAGS)
def test_a_name_is_greeted(tag: str) -> None:
    """A greeting has the name where it is known, and is complete without it."""
    assert "Zoë" in letter("listen", tag, name="Zoë", vocative="Zoë").body.splitlines()[0]
    assert letter("listen", tag).body.splitlines()[1] == ""


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("name", OFFERS)
def test_offers_have_words(tag: str, name: str) -> None:
    """The offers of the default playbook are called by words of the language, never by their identifiers."""
    document = tomllib.loads((FOLDER / f"{tag}.toml").read_text(encoding="utf-8"))
    words, occasions = document["terms"][name], document["occasions"]
    for action in ("reward", "offer", "surprise", "compensate"):
        body = letter(action, tag, offer=name).body
        assert words.format(occasion=occasions["other"]) in body
        assert "_" not in body


@pytest.mark.parametrize("tag", TAGS)
def test_amounts_are_named(tag: str) -> None:
    """A token of apology, a reward and a referral bonus say how much it is, with the currency."""
    both = letter("compensate", tag, offer="compensation", amount=20).body
    for action in ("compensate", "reward", "offer", "referral"):
        assert re.search(r"€20[.]00|20,00\xa0€|20[.]00 ยูโร", letter(action, tag, amount=20).body)
    assert re.search(r"€20[.]00|20,00\xa0€|20[.]00 ยูโร", both)


@pytest.mark.parametrize("tag", TAGS)
def test_a_public_reply_is_public(tag: str) -> None:
    """What everybody reads has no personal detail and no amount: it is the same whoever is answered."""
    assert {field.name for field in list_fields("public_reply", tag)} == set(PUBLIC_FIELDS)  # no name, no offer
    private = {name: value for name, value in VALUES.items() if name not in PUBLIC_FIELDS}
    assert letter("public_reply", tag, **private) == letter("public_reply", tag)


@pytest.mark.parametrize("tag", TAGS)
def test_detractors_are_asked_and_apologized_to(tag: str) -> None:
    """Listening asks at least one open question; the apology says sorry; staying in touch asks how it is now."""
    questions = {"th": "หรือไม่|อย่างไร"}.get(tag, r"\?")
    sorry = {"en": "sorry", "de": "Entschuldigung|tut uns das leid", "pl": "[Pp]rzepraszamy", "th": "ขออภัย"}[tag]
    assert re.search(questions, letter("listen", tag).body)
    assert re.search(questions, letter("stay_in_touch", tag).body)
    assert re.search(sorry, letter("apologize", tag).body)
    assert re.search(sorry, letter("public_reply", tag).body)


@pytest.mark.parametrize(
    ("tag", "wrong"),
    [
        ("de", r"\b([Dd]u|[Dd]ir|[Dd]ich|[Dd]ein\w*|[Ee]uch|[Ee]uer\w*)\b|\bihnen\b"),
        ("pl", r"\b\w+(łeś|łaś|łem|łam)\b|\b(Pan|Pani|Pana|Panem)\b"),
        ("th", "ครับ|ค่ะ|คะ(?!แนน)|ดิฉัน|กระผม|(?<!ขอบ)คุณ(?!ภาพ| N)|ไหม|บ้าง|ๆ[^ \n]"),
        ("en", r"\b(apologise|favour\w*|honour\w*|programme)\b"),
    ],
)
def test_the_tone_is_one(tag: str, wrong: str) -> None:
    """German says Sie; Polish has no forms that depend on gender; Thai no particles of it; English is American."""
    for action in ACTIONS:
        found = letter(action, tag, **VALUES)
        assert not re.search(wrong, f"{found.subject}\n{found.body}"), action


@pytest.mark.parametrize("tag", ["de", "pl"])
def test_lower_case_after_the_greeting(tag: str) -> None:
    """After a greeting with a comma the sentence goes on, in lower case but for the polite pronoun."""
    for action in ACTIONS:
        if action != "public_reply":
            greeting, _, first = letter(action, tag).body.splitlines()[:3]
            assert greeting.endswith(",")
            assert first[0].islower() or first.startswith("Sie "), action


def test_the_files_are_shipped_where_they_are_looked_for() -> None:
    """One file for each language, all of them loaded."""
    assert {path.stem for path in FOLDER.glob("*.toml")} == {*TAGS, "de-CH"}


@pytest.mark.parametrize(
    ("tag", "promise"), [("en", "hear from us"), ("de", "hören"), ("pl", "odezwiemy"), ("th", "ติดต่อกลับ")]
)
def test_a_time_is_promised_only_where_it_is_given(tag: str, promise: str) -> None:
    """Who apologizes before anything is known says that it should be put right, not that it already is."""
    assert promise not in letter("apologize", tag).body
    assert promise in letter("apologize", tag, days=2).body


CLAIMS = {
    "en": "every answer|every review|everyone|carefully|before others|will tell you so|forgotten",
    "de": "[Jj]ede Antwort wird|jede Bewertung|an alle|genau angesehen|früher als andere|sagen wir Ihnen|vergessen",
    "pl": "[Kk]ażdą|wszystkim, którzy|[Dd]okładnie|wcześniej niż inni|otwarcie to powiemy|[Zz]apomnieli",
    "th": "ทุกคำตอบ|ทุกรีวิว|ทุกคน|อย่างละเอียด|ก่อนใคร|บอกคุณตามตรง|ลืม",
}


@pytest.mark.parametrize(("action", "tag"), LETTERS)
def test_nothing_is_claimed_that_only_the_company_knows(action: str, tag: str) -> None:
    """No letter says that everybody was told, that every answer is read by a person, that a case was looked at
    carefully, or that the community sees news first: the letters of one company cannot know what another one does."""
    assert not re.search(CLAIMS[tag], letter(action, tag).body)


@pytest.mark.parametrize("tag", TAGS)
def test_a_referral_promises_a_bonus_only_where_there_is_one(tag: str) -> None:
    """The letter that asks for a referral speaks of a bonus only where it is given one."""
    words = tomllib.loads((FOLDER / f"{tag}.toml").read_text(encoding="utf-8"))["terms"]["referral_bonus"]
    without, with_bonus = letter("referral", tag).body, letter("referral", tag, offer="referral_bonus").body
    assert words in with_bonus
    assert words not in without
    assert len(without.split("\n\n")) == len(with_bonus.split("\n\n"))
    assert len(without) < len(with_bonus)


TROUBLE = {
    "en": "not as it should be|went wrong|what was wrong|disappointed|not happy",
    "de": "nicht so ist|nicht in Ordnung|enttäuscht|nicht zufrieden",
    "pl": "nie jest tak|poszło nie tak|było nie tak|zawiedli|nie byli",
    "th": "ไม่เป็นไปอย่างที่ควร|ปัญหา|ผิดหวัง|ไม่พอใจ",
}
ASKED = {"en": "what happened", "de": "was passiert ist", "pl": "wyglądała ta sytuacja|się stało", "th": "เกิดอะไรขึ้น"}


@pytest.mark.parametrize("tag", TAGS)
def test_letters_respect_what_was_answered(tag: str) -> None:
    """A 10 is never told that something is wrong; who wrote is not asked what happened, who did not is."""
    for action in ACTIONS:
        if action != "compensate":
            found = letter(action, tag, happy=True, commented=True)
            assert not re.search(TROUBLE[tag], str(found)), action
        assert not re.search(ASKED[tag], str(letter(action, tag, commented=True))) or action in (
            "apologize",
            "compensate",
        )
    assert re.search(TROUBLE[tag], letter("listen", tag).body)
    assert re.search(ASKED[tag], letter("listen", tag).body)


@pytest.mark.parametrize("tag", TAGS)
def test_the_line_of_business_is_said(tag: str) -> None:
    """A hotel speaks of a stay; where nobody says what comes next, nobody is told of a purchase."""
    occasions = tomllib.loads((FOLDER / f"{tag}.toml").read_text(encoding="utf-8"))["occasions"]
    for values in ({"share": 0.05}, {"amount": 20}, {"offer": "coupon"}):
        for action in ("reward", "offer"):
            assert occasions["stay"] in letter(action, tag, occasion="stay", **values).body
            assert occasions["purchase"] not in letter(action, tag, **values).body


def test_dates_and_money_as_the_language_says_them() -> None:
    """Polish dates end in "r.", Thai ones have the Buddhist year; baht are said in words; Switzerland has no ß."""
    day = dt.date(2024, 2, 29)
    assert "29 lutego 2024 r. włącznie." in letter("reward", "pl", until=day).body
    thai = draft("compensate", {"amount": 12.5, "until": day}, language="th", currency="THB").body
    assert "12.50 บาท" in thai
    assert "29 กุมภาพันธ์ 2567" in thai
    for action in ACTIONS:
        assert "ß" not in str(letter(action, "de-CH"))


@pytest.mark.parametrize("tag", TAGS)
@pytest.mark.parametrize("action", ["community", "join_in", "review"])
def test_who_is_asked_for_something_is_told_where(action: str, tag: str) -> None:
    """An invitation without a link says how to accept it, one with a link says only that."""
    without, linked = letter(action, tag).body, letter(action, tag, link="https://x.example").body
    assert "https://x.example" in linked
    told = [line for line in without.splitlines() if line not in linked.splitlines()]
    assert len(told) == 1
    assert len(without.splitlines()) == len(linked.splitlines())
