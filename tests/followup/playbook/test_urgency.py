"""Urgency of comments: whole words of four languages, the same for one comment and for many."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.playbook.playbook import Playbook
from npskit.followup.playbook.urgency import UrgencyWords, urgencies_of, urgency_of

WORDS = UrgencyWords(critical=["ill", "kündig*", "on fire", "ไฟไหม้", "sąd"], urgent=["refund", "i", "ด่วน", "a b*"])
letters = st.sampled_from([*"ILlaäąbdefgiknoruüsśdBR ไฟหม้ด่วน\u0308\u0301*\n\ufdd0", "ill", "on fire", "refund", "😀"])


@given(st.lists(st.lists(letters, max_size=12).map("".join), max_size=20))
@settings(max_examples=200)
def test_many_are_as_each(comments: list[str]) -> None:
    """Many comments at once are judged as each of them alone."""
    assert WORDS.levels(comments).tolist() == [WORDS(comment) for comment in comments]
    assert urgencies_of(comments, WORDS).tolist() == [urgency_of(comment, WORDS) for comment in comments]


@given(st.lists(st.none() | st.lists(letters, max_size=6).map("".join), max_size=20))
def test_repeated_comments_and_functions(comments: list[str | None]) -> None:
    """A function in place of words is asked once for each distinct comment, and repeated comments are judged alike."""
    asked: list[str] = []

    def judge(comment: str) -> int:
        asked.append(comment)
        return min(2, comment.count("i"))

    many = comments * 3
    assert urgencies_of(many, judge).tolist() == [urgency_of(c, lambda c: min(2, c.count("i"))) for c in many]
    assert len(asked) == len(set(asked))
    assert urgencies_of(many, WORDS).tolist() == [urgency_of(c, WORDS) for c in many]


@given(st.text(max_size=30))
def test_case_and_composition_do_not_matter(comment: str) -> None:
    """How accents are composed changes nothing."""
    composed, apart = (unicodedata.normalize(form, comment) for form in ("NFC", "NFD"))
    assert WORDS(composed) == WORDS(apart)


@pytest.mark.parametrize(
    ("comment", "level", "word"),
    [
        ("I will return", 1, "i"),
        ("will return", 0, None),
        ("He fell ILL.", 2, "ill"),
        ("ill-tempered", 2, "ill"),
        ("Ich möchte KÜNDIGEN", 2, "kündig"),
        ("gekündigt", 0, None),
        ("ku\u0308ndigen", 2, "kündig"),
        ("the car was on\n fire", 2, "on\n fire"),
        ("on fires", 0, None),
        ("เกิดไฟไหม้ในห้อง", 2, "ไฟไหม้"),
        ("ขอด่วนเลย", 1, "ด่วน"),
        ("Pójdę do SĄDU", 0, None),
        ("sąd", 2, "sąd"),
        ("refund, or I get ill", 2, "ill"),
        ("sąd\u0301", 0, None),
        ("", 0, None),
    ],
)
def test_words(comment: str, level: int, word: str | None) -> None:
    """Words count as a whole, with a star with any ending, in Thai anywhere; the most urgent one decides."""
    assert WORDS.found(comment) == (level, word)
    assert WORDS.levels([comment, "x"]).tolist() == [level, 0]


@pytest.mark.parametrize(
    ("comment", "level"),
    [
        ("I will call my lawyer", 2),
        ("There was smoke in the kitchen", 2),
        ("I want a refund", 1),
        ("Please do it a.s.a.p, or rather ASAP", 1),
        ("Mein Anwalt meldet sich", 2),
        ("Ich habe gekündigt", 1),
        ("Das war gefährlich", 2),
        ("Zgłoszę sprawę na policję", 2),
        ("Rezygnuję z usługi", 1),
        ("จะแจ้งความ", 2),
        ("ขอเงินคืน", 1),
        ("The battery exploded in my hand", 2),
        ("Your staff was racist", 2),
        ("I want to kill myself", 2),
        ("I am going to sue", 2),
        ("You charged twice, call me back", 1),
        ("Lebensgefahr!", 2),
        ("Das ist Betrug", 2),
        ("Wir sehen uns vor Gericht", 2),
        ("Nie wieder!", 1),
        ("Zapalił się akumulator", 2),
        ("Wczoraj zatrułem się obiadem", 2),
        ("Groził mi kierowca", 2),
        ("Czekam od trzech tygodni", 1),
        ("ลูกผมเลือดออก", 2),
        ("จะฟ้องบริษัท", 2),
        ("ไม่มีใครรับสาย", 1),
        ("They answered immediately, no complaints", 0),
        ("Noise cancelling is superb", 0),
        ("I talked to Sue", 0),
        ("I am leaving you a good review", 0),
        ("Das Gericht war lecker, kein Grund zur Klage", 0),
        ("Die Wartezeit betrug drei Minuten", 0),
        ("Meine Police kam schnell, nie wieder ohne euch", 0),
        ("Feuer und Flamme für euch, sofort geliefert", 0),
        ("Ranna dostawa, w porównaniu do konkurencji super", 0),
        ("ใกล้ทางด่วน โกงกางสวย ส่งทันที", 0),
        ("Lovely stay, friendly staff", 0),
        ("Super Frühstück", 0),
        ("Bardzo miła obsługa", 0),
        ("ห้องพักสะอาดมาก", 0),
        ("The issue was solved at once", 0),
    ],
)
def test_words_of_the_default_playbook(comment: str, level: int) -> None:
    """The default words know the urgent and the critical in four languages, and leave ordinary praise alone."""
    assert urgency_of(comment, Playbook.default().urgency) == level


@pytest.mark.parametrize("word", ["", " ", "*", "a*b", "**"])
def test_no_words(word: str) -> None:
    """What is no word is refused."""
    with pytest.raises(InvalidValueError, match="is no word"):
        UrgencyWords(urgent=[word])


def test_wrong_types() -> None:
    """Words are a list of texts, and a function gives 0, 1 or 2."""
    with pytest.raises(InvalidTypeError, match="list of texts"):
        UrgencyWords(urgent="refund")
    with pytest.raises(InvalidTypeError, match="critical must hold texts"):
        UrgencyWords(critical=[3])
    for wrong in (3, -1, True, "urgent"):
        with pytest.raises(InvalidValueError, match="urgency must return 0"):
            urgency_of("text", lambda _, wrong=wrong: wrong)  # type: ignore[misc]


def test_no_words_at_all() -> None:
    """Without words nothing is urgent, and more comments than one chunk keep their places."""
    assert UrgencyWords().levels(["fire"]).tolist() == [0]
    comments = [f"note {i}" for i in range(40_000)]
    comments[20_000], comments[-1] = "ill", "refund"
    found = WORDS.levels(comments)
    assert np.flatnonzero(found).tolist() == [20_000, 39_999]
