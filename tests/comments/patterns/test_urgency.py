"""Urgency of comments: patterns of words in four languages, the same for one comment and for many."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.comments.patterns.comment_patterns import beginnings
from npskit.comments.patterns.folded_texts import FoldedTexts
from npskit.comments.patterns.folding import folded, folded_each
from npskit.comments.patterns.pattern_index import PatternIndex
from npskit.comments.patterns.urgency import UrgencyWords, urgencies_of, urgency_of
from npskit.comments.patterns.urgency_category import UrgencyCategory
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.playbook.playbook import Playbook

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
        ("I will return", 1, "I"),
        ("will return", 0, None),
        ("He fell ILL.", 2, "ILL"),
        ("ill-tempered", 2, "ill"),
        ("Ich möchte KÜNDIGEN", 2, "KÜNDIGEN"),
        ("ich moechte kuendigen", 2, "kuendigen"),
        ("gekündigt", 0, None),
        ("ku\u0308ndigen", 2, "ku\u0308ndigen"),
        ("the car was on\n fire", 2, "on\n fire"),
        ("on fires", 0, None),
        ("เกิดไฟไหม้ในห้อง", 2, "ไฟไหม้"),
        ("ขอด่วนเลย", 1, "ด่วน"),
        ("Pójdę do SĄDU", 0, None),
        ("sąd", 2, "sąd"),
        ("refund, or I get ill", 2, "ill"),
        ("SAD", 2, "SAD"),
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


# ---- patterns ----

SHAPES = st.sampled_from(
    [str.upper, str.title, lambda text: unicodedata.normalize("NFD", text), lambda text: f"  {text} !"]
)


@given(SHAPES, st.lists(st.sampled_from(["my", "card", "again", "7", "naïve"]), max_size=5), st.booleans())
def test_a_gap_lets_so_many_words_between(shape: Any, filler: list[str], turned: bool) -> None:
    """Up to three other words, of one sentence, in one order; with two tildes in either. Spelling says nothing."""
    words = UrgencyWords(urgent=["überbuch* ~3 twice"]), UrgencyWords(urgent=["überbuch* ~~3 twice"])
    ends = ["twice", "UEBERBUCHT"] if turned else ["ueberbucht", "twice"]
    comment = shape(" ".join([ends[0], *filler, ends[1]]))
    expected = len(filler) <= 3
    assert words[1](comment) == expected
    assert words[0](comment) == (expected and not turned)
    assert words[1](comment.replace(" ", ". ", 1).replace(" ", ". ")) == 0


@pytest.mark.parametrize(
    ("comment", "pleased", "expected"),
    [
        ("No fire at all", False, None),
        ("Fire!", True, ("danger", 2)),
        ("We sat at the fire place", False, None),
        ("I want my money back", False, ("money", 1)),
        ("I want my money back", True, None),
        ("I want my money back. Refunded at once", False, None),
        ("A fire, years ago", False, None),
        ("Years ago all was well. A fire", False, ("danger", 2)),
    ],
)
def test_what_takes_the_meaning_from_a_pattern(comment: str, pleased: bool, expected: tuple[str, int] | None) -> None:
    """Negations, harmless neighbours, another matter, what is settled, and for urgent ones the best answer."""
    danger = UrgencyCategory("danger", level="critical", patterns=["fire"], unless=["fire place"])
    money = UrgencyCategory("money", level="urgent", patterns=["money back"])
    words = UrgencyWords(
        categories=[danger, money], negations=["no ~1"], elsewhere=["years ago"], done=["refunded at once"]
    )
    sign = words.sign(comment, pleased=pleased)
    assert (None if sign is None else (sign.category, sign.level)) == expected


@pytest.mark.parametrize("negatable", [True, False])
def test_a_category_that_no_negation_takes_back(negatable: bool) -> None:
    """Also out of a file."""
    text = f"""
[negations]
en = ["not ~1"]

[category.turn]
level = "urgent"
negatable = {str(negatable).lower()}
en = ["but"]
"""
    assert UrgencyWords.from_toml(text)("Not bad, not but good") == (0 if negatable else 1)


def test_a_word_that_ends_so_is_found_after_a_gap() -> None:
    """A star in front stands for the beginning of any word of a pattern, not only of its first."""
    words = UrgencyWords(urgent=["*plate ~~3 *shard"])
    for comment in ("a dinnerplate with a glasshard", "a glasshard on my dinnerplate", "plate, shard"):
        assert words(comment) == 1


def _comments(file: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    for line in Path(__file__).with_name(file).read_text("utf-8").splitlines():
        if line.startswith("["):
            language, kind = line.strip("[]").split()
            found.setdefault(language, {})[kind] = []
        elif line.strip() and not line.startswith("#"):
            found[language][kind].append(line)
    return found


@pytest.mark.parametrize("language", ["en", "de", "pl", "th"])
def test_recall_and_precision_of_the_default_patterns(language: str) -> None:
    """Of comments as customers write them at least four in five urgent ones are found, and few others."""
    comments = _comments("urgency_comments.txt")[language]
    urgent, calm = (UrgencyWords.default().levels(comments[kind]) > 0 for kind in ("urgent", "calm"))
    assert len(urgent) >= 38 <= len(calm)
    assert urgent.mean() >= 0.9
    assert urgent.sum() / (urgent.sum() + calm.sum()) >= 0.9


@pytest.mark.parametrize("language", ["en", "de", "pl", "th"])
def test_urgent_matters_and_their_harmless_neighbours(language: str) -> None:
    """Each kind of matter is told from what only sounds like it: past, mended, a product, a story, an idiom."""
    comments = _comments("urgency_neighbours.txt")[language]
    words = UrgencyWords.default()
    assert [comment for comment in comments["urgent"] if not words(comment)] == []
    assert [(comment, words.sign(comment)) for comment in comments["calm"] if words(comment)] == []


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('en = ["on ~0 fire"]', "urgency, line 3: 'on ~0 fire': ~0 is no gap"),
        ('en = ["<bodies>"]', "line 3: '<bodies>': there is no list <bodies>"),
        ('english = ["fire"]', "english is no language"),
        ('en = "fire"', "en must be a list of texts"),
        ("", "has no patterns"),
    ],
)
def test_what_is_no_pattern_is_refused_by_its_line(line: str, said: str) -> None:
    """A user's file is objected to by name and line."""
    with pytest.raises(InvalidValueError, match=re.escape(said)):
        UrgencyWords.from_toml(f'[category.fire]\nlevel = "critical"\n{line}\n'.replace("\n\n", "\n") + "\n")


def test_a_playbook_names_its_file_of_patterns(tmp_path: Path) -> None:
    """`file` is seen from the playbook; "default" is npskit's own; patterns beside it are added."""
    (tmp_path / "mine.toml").write_text('[category.wet]\nlevel = "urgent"\nen = ["rain*"]\n', "utf-8")
    rule = '[actions.call]\n[[rule]]\nname = "all"\nactions = ["call"]\n'
    path = tmp_path / "playbook.toml"
    path.write_text(f'{rule}[urgency]\nfile = "mine.toml"\ncritical = ["hail"]\n', "utf-8")
    words = Playbook.from_toml(path).urgency
    assert [words(comment) for comment in ("Rainy", "hail", "snow")] == [1, 2, 0]
    path.write_text(f'{rule}[urgency]\nfile = "default"\n', "utf-8")
    assert Playbook.from_toml(path).urgency == UrgencyWords.default()
    path.write_text(f'{rule}[urgency]\nfile = "none.toml"\n', "utf-8")
    with pytest.raises(InvalidValueError, match="no file of urgent categories"):
        Playbook.from_toml(path)


LEVELLED = [
    "There was a fire in our room", "I want my refund", "We will look for another hotel", "refunded at once, refund",
    "Not on fire", "years ago there was a fire", "Im Zimmer brannte es", "Charged twice. I was charged twice.", "",
]  # fmt: skip
STOPPING = "years ago last week not never told that other hotel refunded at once solved vor Jahren schon nie ปีที่แล้ว , ."


@given(st.lists(st.lists(st.sampled_from(STOPPING.split()), max_size=8).map(" ".join), max_size=6))
def test_an_index_finds_the_texts_in_which_a_pattern_occurs(comments: list[str]) -> None:
    """Those, and no others, in which one regular expression for all of the patterns finds something."""
    words = UrgencyWords.default()
    texts = [folded(comment) for comment in comments]
    owners = (words.elsewhere, words.done)
    matches = PatternIndex(owners, words.lists).find(FoldedTexts.of(texts))
    found = set(zip(matches.rows.tolist(), matches.owners.tolist(), strict=True))
    ways = [[way.regex for each in patterns for way in beginnings(each, words.lists)] for patterns in owners]
    searched = [re.compile("|".join(each)) for each in ways]
    assert found == {(i, k) for i, text in enumerate(texts) for k, one in enumerate(searched) if one.search(text)}


@given(st.lists(st.text(st.sampled_from("aaaeuoo11--'ÄäßłโรมÅ\u0301\ufdd0 \n"), max_size=12), max_size=5))
def test_many_texts_are_folded_as_each_is(comments: list[str]) -> None:
    """Folding many at once is folding each."""
    assert folded_each(comments) == [folded(comment.replace("\ufdd0", " ")) for comment in comments]


@given(st.lists(st.sampled_from(LEVELLED), max_size=8))
def test_both_levels_of_a_comment_are_those_beside_either_answer(comments: list[str]) -> None:
    """What is told of a comment beside a good answer and beside another one is what is told of it beside each."""
    words = UrgencyWords.default()
    found = words.levels_of_either(FoldedTexts.of(folded_each(comments)))
    for best in (False, True):
        assert found[:, int(best)].tolist() == words.levels(comments, np.full(len(comments), best)).tolist()


WAYS = [
    "art", "art*", "*art", "*art*", "art/part ~2 late*", "late ~~1 art", "<both> ~1 art", "art_late ~3 hot_art*",
    "1.5 art", "a.b", "art ~4 *te ~1 part", "u.s. ~1 art", "+1 art", "(art)", "ยกเลิก", "ยกเลิก ~2 ดี", "ดี*", "art ~1 ดี",
    "2 ~2 art",
]  # fmt: skip
PIECES = [
    "art", "arts", "part", "smart", "late", "later", "hot", "1.5", "1.500,00", "2", "u.s.", "+1", "(art)", "a.b", "x",
    "ยกเลิก", "ไม่ดี", "ดีart", ".", ",", "!", ": ", " ", " ", " ", "\n", "-", "\U0001d518", "👍", "é",
]  # fmt: skip


@given(
    st.lists(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), max_size=4),
    st.lists(st.lists(st.sampled_from(WAYS), max_size=4), min_size=1, max_size=4),
    st.data(),
)
def test_an_index_finds_what_regular_expressions_find(
    comments: list[str], owners: list[list[str]], data: st.DataObject
) -> None:
    """Each regular expression tried at each place of each text, or of some of them, matches there, and nowhere else."""
    texts, lists = [folded(comment) for comment in comments], {"both": ["late", "hot art"]}
    among = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))), np.bool_)
    matches = PatternIndex(owners, lists).find(FoldedTexts.of(texts), among)
    columns = (matches.rows, matches.owners, matches.begins, matches.ends)
    expected = [
        (row, owner, begin, match.end())
        for owner, patterns in enumerate(owners)
        for each in patterns
        for way in beginnings(each, lists)
        for row, text in enumerate(texts)
        for begin in range(len(text))
        if among[row] and (match := re.compile(way.regex).match(text, begin))
    ]
    assert sorted(zip(*(column.tolist() for column in columns), strict=True)) == sorted(expected)


FIRES = ["There was a fire in our corridor", "a small fire in the kitchen", "Im Flur war Feuer", "Im Zimmer brannte es"]
COSY = [
    "a log fire in the room, lovely",
    "There was a fire in the fireplace every evening",
    "There was no fire in the room",
    "There is a fire station next door",
    "Im Kamin im Zimmer brannte ein Feuer",
    "We loved the fire pit",
]


@pytest.mark.parametrize(
    ("comment", "level"),
    [
        ("Cisza i spokój, wrócimy", 0),
        ("Cudowna cisza wieczorem", 0),
        ("Piszę do was od tygodnia i cisza", 1),
        ("Mój prawnik był zachwycony hotelem", 0),
        ("Mój prawnik się z wami skontaktuje", 2),
        ("Mein Anwalt empfahl uns das Haus", 0),
        ("Mein Anwalt wird sich melden", 2),
        ("ทนายของฉันชอบมาก", 0),
        ("ทนายของฉันจะติดต่อไป", 2),
    ],
)
def test_praise_by_a_lawyer_and_of_silence_is_calm(comment: str, level: int) -> None:
    """Harmless neighbours are harmless in each language."""
    assert UrgencyWords.default().levels([comment]).tolist() == [level]


def test_a_fire_is_critical_and_a_fireplace_is_not() -> None:
    """Whoever reports that it burned must be answered; the same words beside a hearth are praise."""
    assert UrgencyWords.default().levels(FIRES).tolist() == [2] * len(FIRES)
    assert UrgencyWords.default().levels(COSY).tolist() == [0] * len(COSY)
