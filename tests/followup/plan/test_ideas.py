"""Ideas are listed by how many share them, and their authors invited: each once, and nobody who wants peace."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk

DATA: dict[str, Any] = {
    "score": [7, 8, 8, 7, 7, 3, 8, 7, 8, 10, 7],
    "id": ["a@x.de", "b", "A@X.de", "c", "d", "d", "e", "f", "g", "h", "i"],
    "date": ["2026-01-02", "2026-01-03", "2026-02-03", "2026-01-04", "2026-01-05", "2026-02-01", *["2026-02-02"] * 5],
    "theme": ["Wi-Fi", "wi-fi", "breakfast", " WI-FI", "wi-fi", None, "wi-fi", "wi-fi", None, "wi-fi", None],
    "text": [
        "slow",
        "too slow",
        "fruit",
        "slow",
        None,
        "bad",
        None,
        "You charged my card twice",
        "towels",
        "great",
        None,
    ],
    "language": ["German", "Polski", "de-AT", "th", *[None] * 7],
    "do not contact": [*[None] * 6, "yes", *[None] * 4],
}


def plan(**more: Any) -> nk.FollowUpPlan:
    """Return the plan for the answers above."""
    return nk.Survey(DATA | more, score="score", customer="id", time="date", comment="text").follow_up(max_age=None)


def test_ideas_by_how_many_share_them() -> None:
    """Each customer counts once for a theme, however it is spelt; what has no theme is listed, too."""
    found = plan().ideas(examples=2)
    assert [(each.theme, each.customers, each.rows, each.comments) for each in found.ideas] == [
        ("wi-fi", 6, (0, 1, 3, 4, 6, 7), ("slow", "too slow")),
        ("breakfast", 1, (2,), ("fruit",)),
    ]
    assert found.customers == 8
    assert found.ideas[0].share == 6 / 8
    assert (found.without_theme, found.silent, found.set_aside) == ((8,), 1, 0)
    assert "wi-fi              6  75%" in found.to_text()
    assert "1 comment has no theme: rows 8." in found.to_text()


def test_an_author_is_invited_once() -> None:
    """By the latest idea, in the customer's language, with how many others share it; the others are counted."""
    found = plan().invite(fields={"company": "ACME", "link": "https://x.example"})
    assert [(letter.row, letter.customer, letter.theme, letter.language) for letter in found.letters] == [
        (1, "b", "wi-fi", "pl"),
        (2, "A@X.de", "breakfast", "de"),
        (3, "c", " WI-FI", "th"),
    ]
    assert found.left_out == {
        "has answered worse since": 1,
        "does not want to be contacted": 1,
        "wrote something urgent": 1,
    }
    assert "napisało do nas jeszcze 5 osób" in str(found.letters[0].message)
    assert "weitere" not in str(found.letters[1].message)
    assert all("https://x.example" in str(letter.message) for letter in found.letters)
    assert "Not invited: has answered worse since (1)" in found.to_text()


def test_nobody_is_invited_twice() -> None:
    """By the ids of those invited before, or what was given then; themes are chosen without regard to case."""
    first = plan().invite("WI-FI")
    assert first.customers == ("a@x.de", "b", "c")
    again = plan().invite(invited=first)
    assert (again.letters, again.left_out["has been invited before"]) == ((), 3)
    assert plan().invite(["breakfast"], invited=[" B", "c"]).customers == ("A@X.de",)


def test_who_is_left_alone_is_not_invited() -> None:
    """Neither at random nor shortly after a contact; an unknown language is said beside the letter."""
    quiet = plan(last_contact=[None, "2026-02-01", *[None] * 9]).invite("wi-fi")
    assert quiet.left_out["was contacted a short while ago"] == 1
    survey = nk.Survey(DATA | {"language": ["xx-y"] * 11}, score="score", customer="id", comment="text")
    alone = survey.follow_up(holdout=0.999).invite()
    assert (len(alone.letters), alone.left_out["is left alone at random"]) == (0, 5)
    assert survey.follow_up().invite().letters[0].note == "the language \"xx-y\" is not known, so that 'en' was taken"
    french = nk.Survey(DATA | {"language": ["French"] * 11}, score="score", customer="id", comment="text").follow_up()
    said = "there is no letter in \"French\", so that 'en' was taken"
    assert {letter.note for letter in french.invite().letters} == {said}
    assert set(french.columns(messages=True)["note"]) == {said}
    german = nk.Survey(DATA | {"language": ["de-CH"] * 11}, score="score", customer="id", comment="text").follow_up()
    assert set(german.columns(messages=True)["note"]) == {None}


def test_no_idea_is_none() -> None:
    """A column without a theme lists nothing, and invites nobody."""
    made = nk.Survey({"score": [8, 7], "theme": [None, ""]}, score="score").follow_up()
    assert (made.ideas().ideas, made.ideas().silent, made.invite().letters) == ((), 2, ())


def test_spam_is_no_idea() -> None:
    """What triage sets aside is counted, and nobody is invited for it."""
    survey = nk.Survey(DATA, score="score", customer="id", comment="text")
    found = survey.follow_up(triage=lambda texts: ["spam" if text == "fruit" else None for text in texts])
    assert [idea.theme for idea in found.ideas().ideas] == ["wi-fi"]
    assert found.ideas().set_aside == 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from([3, 7, 8, 9, None]),
            st.sampled_from(["a", "b", "c"]),
            st.sampled_from(["x", "X ", "y", None, ""]),
            st.sampled_from(["good", "", None]),
        ),
        min_size=1,
    )
)
def test_no_answer_is_lost(rows: list[tuple[int | None, str, str | None, str | None]]) -> None:
    """Every row of the category is in one idea, without a theme, or silent; nobody is invited twice."""
    score, who, theme, text = map(list, zip(*rows, strict=True))
    data: dict[str, Any] = {"score": score, "id": who, "theme": theme, "text": text}
    made = nk.Survey(data, score="score", customer="id", comment="text").follow_up()
    found = made.ideas()
    passive = [i for i, value in enumerate(score) if value in (7, 8)]
    listed = [row for idea in found.ideas for row in idea.rows]
    assert sorted([*listed, *found.without_theme]) == sorted(set(listed) | set(found.without_theme))
    assert set(listed) | set(found.without_theme) <= set(passive)
    assert len(listed) + len(found.without_theme) + found.silent == len(passive)
    for idea in found.ideas:
        assert idea.customers == len({who[row] for row in idea.rows}) <= found.customers
    invited = made.invite()
    assert len(set(invited.customers)) == len(invited.customers)
    assert len(invited.letters) + sum(invited.left_out.values()) == len({who[row] for row in listed})


@pytest.mark.parametrize("category", [(), "pasive"])
def test_a_category_that_is_none(category: Any) -> None:
    """It is named, with those that there are; so is the column that is missing."""
    with pytest.raises(nk.InvalidValueError, match=r"category.*passive"):
        plan().ideas(category)
    with pytest.raises(nk.IncompatibleError, match="name its column with roles="):
        nk.Survey({"score": [7]}).follow_up().invite()
