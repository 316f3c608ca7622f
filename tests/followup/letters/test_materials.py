"""Stories, comparisons and self-help links: what fits best by language, theme and product."""

from __future__ import annotations

import pytest

import npskit as nk
from npskit.errors import InvalidTypeError, UnreadableFileError

TEXT = """
[[help]]
theme = ["booking", "dates"]
language = "en"
text = "How to change a booking"
link = "https://x.example/change"
[[help]]
language = "en"
text = "All questions"
[[story]]
language = "en"
text = "For everybody."
[[story]]
language = "en"
theme = "price"
text = "On the price."
[[story]]
language = "en"
theme = "price"
product = "Basic"
text = "On the price of Basic."
[[comparison]]
language = "de"
text = "Im Vergleich."
"""
MATERIALS = nk.Materials.from_toml(TEXT)


def test_what_fits_best_is_shown() -> None:
    """The more it is about the customer, the sooner; links only of the theme; never in another language."""
    assert MATERIALS.fields("en", theme=" Price ", product="basic") == {
        "story": "On the price of Basic.\n\nOn the price."
    }
    assert MATERIALS.fields("en-GB", theme="price") == {"story": "On the price.\n\nFor everybody."}
    assert MATERIALS.fields("en")["story"] == "For everybody."
    assert MATERIALS.fields("German") == {"comparison": "Im Vergleich."}
    assert MATERIALS.fields("en", theme="Dates")["help"] == "- How to change a booking: https://x.example/change"
    assert MATERIALS.fields("pl", theme="price") == {}


def test_letters_show_materials() -> None:
    """In a draft and in a plan; what is given by name goes before them."""
    said = "Perhaps this already helps you:\n\n- How to change a booking: https://x.example/change"
    assert said in nk.draft("listen", {"theme": "booking"}, materials=MATERIALS).body
    assert "mine" in nk.draft("compare", {"story": "mine", "theme": "price"}, materials=MATERIALS).body
    data = {"score": [2, 2], "theme": ["booking", "noise"], "product": ["Basic", None]}
    plan = nk.Survey(data, score="score").follow_up(keep="product")
    told = plan.columns(messages=True, materials=MATERIALS)["message"]
    assert sorted(said in body for body in told) == [False, True]
    rule = nk.Rule("all", actions=["self_help"])
    columns = nk.Survey(data, score="score").follow_up(nk.Playbook([rule])).columns(messages=True, materials=MATERIALS)
    assert [note is None for note in columns["note"]] == [True, False]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[stroy]]\ntext = 'a'", "line 1: unknown key 'stroy'; did you mean 'story'"),
        ("[[story]]\ntext = 'a'", "line 1: no language"),
        ("[[story]]\nlanguage = 'en'\ntext = ''", "line 3: text must be a text"),
        ("[[story]]\nlanguage = 'xx'\ntext = 'a'", "line 2: must be a language tag"),
        ("[[story]]\nlanguage = 'en'\ntext = 'a'\ntheme = [1]", "line 1: themes and products are texts"),
        ("[story]\nlanguage = 'en'", r"line 1: write \[\[story\]\]"),
    ],
)
def test_faults_of_materials(text: str, message: str) -> None:
    """File, line, fault and fix."""
    with pytest.raises(UnreadableFileError, match=message):
        nk.Materials.from_toml(text)


def test_what_are_no_materials() -> None:
    """The argument is named."""
    with pytest.raises(InvalidTypeError, match="materials must be Materials"):
        nk.draft("compare", {}, materials="x")  # type: ignore[arg-type]
