"""Words of comments: where they begin and end, which are one, what is negated, and in which language they are."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.comments.patterns import folded
from npskit.comments.words import Keys, read_comments, tokens, unspaced
from npskit.comments.words import stems as stems_module
from npskit.comments.words.unspaced import WORD_END, with_word_ends
from npskit.errors import InvalidTypeError, NpskitError

KNOWN = json.loads((Path(__file__).parents[2] / "reference" / "stems_segments.json").read_text(encoding="utf-8"))
LANGUAGES = {"english": "en", "german": "de", "polish": "pl", "french": "fr"}
# What the room does otherwise than the stemmers, on purpose.
OTHERWISE = {
    "wi-fi": "wifi",
    "don't": "=don't",
    "Mitarbeiter:innen": "mitarbeit",
    "niemiły": "niemil",
    "niemiła": "niemil",
}
PIECES = st.sampled_from([*"abäßłęIN'-_.,!?:3 \n\u0308\u0301ไม่ดี่\u0e4d\ufdd0\u200b👍", "not ", "nicht ", " nie ", "ne "])
COMMENTS = st.lists(st.lists(PIECES, max_size=15).map("".join), max_size=8)


def key_of(word: str, language: str = "en") -> str:
    """Return the key of a word."""
    return Keys().key(word, language)


@pytest.mark.parametrize("algorithm", LANGUAGES)
def test_stems_are_those_of_snowball(algorithm: str) -> None:
    """Words have the stems of the reference, without accents, but those that are dealt with otherwise on purpose."""
    for word, stem in KNOWN["snowballstemmer"][algorithm].items():
        assert key_of(word, LANGUAGES[algorithm]) == OTHERWISE.get(word, folded(stem)), word


@pytest.mark.parametrize(("comment", "words"), KNOWN["budoux"].items())
def test_thai_words_are_those_of_budoux(comment: str, words: list[str]) -> None:
    """Thai is split as in the reference."""
    assert [word for word in with_word_ends(comment).split(WORD_END) if word] == words


@pytest.mark.parametrize(
    ("comment", "language", "expected"),
    [
        ("The staff wasn't very friendly", "en", ["The", "staff", "very", "wasn't friendly"]),
        ("No, thanks. Never again!", "en", ["No", "thanks", "Never again"]),
        ("nicht sehr freundlich, kein Frühstück", "de", ["sehr", "nicht freundlich", "kein Frühstück"]),
        ("Das WLAN funktioniert leider nicht.", "de", ["Das", "WLAN", "funktioniert nicht", "leider"]),
        ("Nie polecam, bez sensu", "pl", ["Nie polecam", "bez sensu"]),
        ("la douche ne marche pas bien", "fr", ["la", "douche", "ne", "marche pas", "bien"]),
        ("l'hôtel n'est pas propre", "fr", ["l", "hôtel", "n", "est", "pas propre"]),
        ("อาหารไม่อร่อย", "th", ["อาหาร", "ไม่อร่อย"]),
        (
            "Don’t, Wi-Fi check-in a_b 1,500 👍👍 e-mail",
            "xx",
            ["Don't", "Wi-Fi", "check-in", "a", "b", "1,500", *"👍👍", "e-mail"],
        ),
        ("fru\u0308hstu\u0308ck", "de", ["frühstück"]),
        ("हिन्दी में", "hi", ["हिन्दी", "में"]),
        ("", "en", []),
    ],
)
def test_words_and_what_is_negated(comment: str, language: str, expected: list[str]) -> None:
    """Words are found with their marks, and a negation stays with its word."""
    assert tokens(comment, language) == expected


@pytest.mark.parametrize(
    ("one", "other", "language", "same"),
    [
        ("business", "busy", "en", False),
        ("business", "Businesses", "en", True),
        ("customer", "customs", "en", False),
        ("Nichte", "nicht", "de", False),
        ("schon", "schön", "de", False),
        ("FRÜHSTÜCK", "fruehstueck", "de", True),
        ("Straße", "STRASSE", "de", True),
        ("Złodzieje", "zlodzieje", "pl", True),
        ("miły", "niemiły", "pl", False),
        ("sooooo", "so", "en", True),
        ("มากกกกก", "มาก", "th", True),
        ("น้ำ", "น\u0e4d\u0e49า", "th", True),
        ("เเย่", "แย่", "th", True),
        ("wifi", "Wi-Fi", "en", True),
    ],
)
def test_which_words_are_one(one: str, other: str, language: str, same: bool) -> None:
    """What a stemmer, a keyboard or a mood makes different is one word; what a stemmer mixes up is not."""
    assert (key_of(one, language) == key_of(other, language)) is same


def test_polish_typed_without_accents() -> None:
    """A word without accents that has another stem so is found with the one that has them."""
    assert key_of("czekałem", "pl") != key_of("czekalem", "pl")
    found = read_comments(["czekałem", "czekalem", "CZEKAŁEM", "czekamy"], ["pl"] * 4)
    assert found.terms.tolist()[:3] == [found.terms[0]] * 3
    assert found.names[found.terms[0]] == "czekałem"


def test_stretched_words_that_are_seen() -> None:
    """A stretched letter stands twice where that makes a word that others write, once else."""
    found = read_comments(["cool", "cooool", "sooo", "so"], ["en"] * 4)
    assert found.terms[0] == found.terms[1]
    assert found.terms[2] == found.terms[3]


def test_terms_are_shown_as_they_are_written_most_often() -> None:
    """No stem is shown, but the most frequent written form."""
    found = read_comments(
        ["waiting", "Waiting", "waited", "Waiting", "not clean", "isn't clean", "not clean"], ["en"] * 7
    )
    assert sorted(found.names) == ["Waiting", "not clean"]


def test_languages_are_guessed_or_told() -> None:
    """Script and common words tell the language; what tells nothing is as most others; a column is believed."""
    comments = [
        "the room was fine",
        "das Zimmer war gut",
        "obsługa była miła",
        "le lit est dur",
        "ห้องดี",
        "部屋がいい",
        "ok",
        "a b the",
    ]
    found = read_comments(comments)
    assert [found.languages[i] for i in found.spoken] == ["en", "de", "pl", "fr", "th", "ja", "en", "en"]
    assert found.guessed.all()
    told = read_comments(["nice", "gut", "the", "x"], ["English", "de-AT", None, "Gibberish"])
    assert [told.languages[i] for i in told.spoken] == ["en", "de", "en", "en"]
    assert told.guessed.tolist() == [False, False, True, True]
    assert read_comments(["zzz"]).by_language() == {"": 1}
    assert read_comments([]).by_language() == {}


def test_phrases_end_where_sentences_do() -> None:
    """Words follow each other within a phrase of one comment only."""
    found = read_comments(["cold room. Great staff", "fine"], ["en", "en"])
    assert found.follows.tolist() == [False, True, False, True, False]
    assert found.rows.tolist() == [0, 0, 0, 0, 1]


def test_without_packages_words_are_found_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without budoux Thai is split into runs of characters, without Snowball words are compared as they are."""
    monkeypatch.setattr(unspaced, "_parser", lambda _loader: None)
    assert tokens("ห้องดี ok", "th") == ["ห้อง", "องดี", "ok"]
    monkeypatch.setattr(stems_module, "_stemmer", lambda _language: None)
    assert key_of("Wartezeiten", "de") == "wartezeiten"


def test_own_tokenizer_and_stemmer() -> None:
    """A tokenizer is asked once for each comment, and its words stand as they are; so does a stemmer's key."""
    asked: list[str] = []

    def split(comment: str) -> list[str]:
        asked.append(comment)
        return comment.split("|")

    found = read_comments(
        ["nice room|not clean", "loud", "nice room|not clean"], tokenizer=split, stemmer=lambda w: w[:3]
    )
    assert [found.names[term] for term in found.terms] == ["nice room", "not clean", "loud", "nice room", "not clean"]
    assert found.keys[found.terms[0]] == "nic roo"
    assert len(asked) == 2


def test_own_functions_that_fail_are_named() -> None:
    """What a function of the user's own does wrong is said with the comment, or the word, at which it did."""
    with pytest.raises(InvalidTypeError, match="tokenizer must return a list of words: got 'ab'"):
        read_comments(["ab"], tokenizer=lambda text: text)
    with pytest.raises(NpskitError, match='tokenizer failed at the comment "ab"'):
        read_comments(["ab"], tokenizer=lambda text: [1 / 0])  # type: ignore[list-item]
    with pytest.raises(NpskitError, match="stemmer failed at the word 'ab'"):
        read_comments(["ab"], stemmer=lambda word: word[9])
    with pytest.raises(InvalidTypeError, match="stemmer must return a text"):
        read_comments(["ab"], stemmer=lambda word: None)  # type: ignore[arg-type, return-value]


@given(COMMENTS)
def test_many_are_as_each(comments: Sequence[str]) -> None:
    """Comments in one table have the words they have alone, in their order, and no letter is lost."""
    languages = ["de"] * len(comments)
    found = read_comments(comments, languages)
    assert np.all(np.diff(found.rows) >= 0)
    for row, comment in enumerate(comments):
        alone = tokens(comment, "de")
        assert len(alone) == int((found.rows == row).sum())
        letters = sorted(c for c in unicodedata.normalize("NFC", comment.replace("เเ", "แ")) if c.isalnum())
        assert sorted(c for word in alone for c in word.replace("เเ", "แ") if c.isalnum()) == letters


@given(COMMENTS)
def test_composition_and_case_do_not_matter(comments: Sequence[str]) -> None:
    """However accents are composed, and in capitals too, comments have the same keys."""
    several = [
        read_comments([unicodedata.normalize(form, text) for text in comments], ["de"] * len(comments))
        for form in ("NFC", "NFD")
    ]
    keys = [[found.keys[term] for term in found.terms] for found in several]
    assert keys[0] == keys[1]
