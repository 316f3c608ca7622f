"""Whoever asked for what was changed is told: all of them, once, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

import npskit as nk

CHANGE = nk.Intervention("new checkout", "2026-03-01")
SAID = {"en": "The checkout has one page.", "de": "Die Kasse hat nur noch eine Seite."}
DATA: dict[str, Any] = {
    "score": [3, 10, 7, None, 2, 9, 6],
    "id": ["a@x.de", "b", "A@X.de", "c", "d", "e", "f"],
    "date": ["2026-01-02", "2026-01-03", "2026-02-03", "2026-01-04", "2026-03-02", "2026-02-01", "2026-01-05"],
    "theme": ["Checkout", "checkout", " CHECKOUT ", "checkout", "checkout", "noise", "checkout"],
    "language": ["German", "en", "de-AT", None, "en", "en", "fr"],
    "do not contact": [None, "yes", None, None, None, None, None],
}


def plan(**more: Any) -> nk.FollowUpPlan:
    """Return the plan for the answers above."""
    return nk.Survey(DATA | more, score="score", customer="id", time="date").follow_up()


def test_all_who_asked_are_told_once() -> None:
    """By theme, before the change, the latest answer of each, a missing score or not, in a language it is said in."""
    found = plan().tell(CHANGE, theme="checkout", change=SAID, fields={"company": "ACME"})
    assert [(letter.row, letter.customer, letter.language) for letter in found.letters] == [
        (2, "A@X.de", "de"),
        (3, "c", "en"),
        (6, "f", "en"),
    ]
    assert found.left_out == {"does not want to be contacted": 1}
    assert SAID["de"] in str(found.letters[0].message)
    assert "ACME" in str(found.letters[1].message)
    assert [letter.note for letter in found.letters] == [None, None, "what was changed is not said in 'fr'"]
    assert "3 customers asked for 'new checkout' and can be told" in found.to_text()


def test_nobody_is_told_twice() -> None:
    """By the ids of those told before, or what was given then; however an address is written."""
    first = plan().tell(CHANGE, theme=["checkout"], change="One page.")
    again = plan().tell(CHANGE, theme=["checkout"], change="One page.", told=first)
    assert again.letters == ()
    assert again.left_out == {"has been told before": 3, "does not want to be contacted": 1}
    some = plan().tell(CHANGE, theme="checkout", change="One page.", told=[" a@X.DE", "c"])
    assert some.customers == ("f",)


def test_quiet_customers_wait() -> None:
    """Who was contacted a short while ago is left out with that reason."""
    found = plan(last_contact=["2026-03-01"] + [None] * 6).tell(CHANGE, theme="checkout", change="One page.")
    assert found.left_out["was contacted a short while ago"] == 1


def test_spam_asks_for_nothing() -> None:
    """What triage sets aside is not told of a change, though it names the theme."""
    survey = nk.Survey(
        DATA | {"text": ["spam", *["why"] * 6]}, score="score", customer="id", time="date", comment="text"
    )
    found = survey.follow_up(triage=lambda texts: [text if text == "spam" else None for text in texts])
    assert [letter.row for letter in found.tell(CHANGE, theme="checkout", change="One page.").letters] == [2, 3, 6]
    rows = [0, *range(3, 7)]
    alone = nk.Survey(
        {name: [cells[row] for row in rows] for name, cells in DATA.items()} | {"text": ["spam", *["why"] * 4]},
        score="score",
        customer="id",
        time="date",
        comment="text",
    ).follow_up(triage=lambda texts: [text if text == "spam" else None for text in texts])
    assert [letter.row for letter in alone.tell(CHANGE, theme="checkout", change="One page.").letters] == [1, 4]


def test_the_theme_is_that_of_the_change_if_not_said() -> None:
    """The name of the intervention; letters are in the language of a single text."""
    found = plan().tell(nk.Intervention("Noise", "2026-03-01"), change="Es ist jetzt leiser.", language="Deutsch")
    assert [letter.language for letter in found.letters] == ["de"]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"change": 5}, nk.InvalidTypeError, "change is a text, or texts by language"),
        ({"change": {"xx": "a"}}, nk.InvalidValueError, "change: the language 'xx' is not known"),
    ],
)
def test_what_cannot_be_told(arguments: Any, error: type[Exception], message: str) -> None:
    """The argument is named; so is the column that is missing."""
    with pytest.raises(error, match=message):
        plan().tell(CHANGE, **arguments)
    with pytest.raises(nk.IncompatibleError, match="name its column with roles="):
        nk.Survey({"score": [3]}).follow_up().tell(CHANGE, change="a")


def test_an_address_is_known_however_it_is_written() -> None:
    """A response is found by the address of its customer in any case."""
    assert plan().follow_up(customer="a@X.DE").customer == "A@X.de"
