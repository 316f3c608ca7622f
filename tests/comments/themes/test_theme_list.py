"""Lists of themes: patterns, exclusions, parents, misspellings, and files."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit import Theme, ThemeList
from npskit.comments.themes.misspellings import corrected
from npskit.errors import InvalidTypeError, InvalidValueError

FILE = """
negations = ["no ~1", "not ~1"]

[lists]
rooms = ["room", "suite", "bedroom*"]

[theme.room]
en = ["<rooms>"]
de = ["zimmer", "*zimmer"]
unless = ["room for improvement", "zimmermädchen"]

[theme.bath]
part_of = "room"
en = ["shower*", "bath*"]
th = ["ห้องน้ำ"]

[theme.waiting]
en = ["wait* ~2 hours", "queue*"]
th = ["รอนาน"]
unless = {th = ["รอนานา"]}

[theme.quiet]
negatable = true
en = ["noise", "noisy"]
"""
THEMES = ThemeList.from_toml(FILE)


@pytest.mark.parametrize(
    ("comment", "wanted"),
    [
        ("A lovely SUITE", ("room",)),
        ("Room for improvement", ()),
        ("room for improvement, the room smelt", ("room",)),
        ("Das Einzelzimmer war klein", ("room",)),
        ("Das Zimmermädchen war nett", ()),
        ("The shower leaked", ("room", "bath")),
        ("ห้องน้ำสกปรก", ("room", "bath")),
        ("We waited for two hours", ("waiting",)),
        ("I will wait. Hours later", ()),
        ("รอนานมาก", ("waiting",)),
        ("Noisy street", ("quiet",)),
        ("no noise at all", ()),
        ("", ()),
    ],
)
def test_mentions(comment: str, wanted: tuple[str, ...]) -> None:
    """Patterns, lists, gaps, exclusions, negations where asked for, and what a theme is part of."""
    assert THEMES(comment) == wanted


def test_many_at_once_are_each_by_itself() -> None:
    """The table of many comments says of each what it says alone; a parent is in it by words of its own only."""
    comments = ["The shower leaked", "room", "room for improvement", "shower, room", "รอนาน", "The shower leaked"]
    found = THEMES.mentions(comments)
    assert found.tolist() == [THEMES.mentions([comment])[0].tolist() for comment in comments]
    assert found[0].tolist() == [False, True, False, False]
    assert THEMES.parents == (-1, 0, -1, -1)
    assert THEMES.mentions([]).shape == (0, 4)


def test_misspelt_words_count() -> None:
    """One letter wrong, missing, too many or out of place is forgiven where the right word is far more frequent."""
    food = ThemeList.of({"food": ["breakfast", "charg*"]})
    wrong = ["brekfast", "brreakfast", "braekfast", "breekfast", "BREKFAST"]
    comments = ["breakfast"] * 25 + wrong
    assert food.mentions(comments)[:, 0].all()
    assert not ThemeList([Theme("food", ["breakfast"])], misspellings=False).mentions(comments)[25:, 0].any()
    # a stem helps by the words that have it
    assert food.mentions(["charged"] * 5 + ["chagred"])[-1, 0]
    # alone, nothing tells it from another word
    assert not food.mentions(["brekfast"])[0, 0]


def test_words_of_their_own_are_not_misspelt() -> None:
    """Neither a word that is common itself, nor a short one, nor one that another theme knows, nor two edits."""
    price = ThemeList.of({"price": ["price"], "prize": ["prize"], "bus": ["bus"]})
    assert not price.mentions(["price"] * 20 + ["pride"] * 5)[20:, 0].any()
    assert price.mentions(["price"] * 25 + ["prize"])[-1].tolist() == [False, True, False]
    assert not price.mentions(["bus"] * 20 + ["buss", "bu"])[20:, 2].any()
    assert not price.mentions(["price"] * 20 + ["xrixe", "pirec"])[20:, 0].any()


WORDS = st.text("abcde", min_size=5, max_size=7)


@given(WORDS, WORDS)
def test_one_edit_is_damerau(a: str, b: str) -> None:
    """What is corrected is at a distance of one, by a plain count of edits."""
    fixed = corrected([f"{b}", f"{a}"], [9, 1], lambda word: word == b)
    near = a != b and (
        any(a[:i] + c + a[i + 1 :] == b for i in range(len(a)) for c in "abcde")
        or any(a[:i] + a[i + 1 :] == b for i in range(len(a)))
        or any(b[:i] + b[i + 1 :] == a for i in range(len(b)))
        or any(a[:i] + a[i + 1] + a[i] + a[i + 2 :] == b for i in range(len(a) - 1))
    )
    assert (fixed[1] == b) == (near or a == b)
    assert fixed[0] == b


def test_files(tmp_path: Path) -> None:
    """A file and its text say the same; so does a list of themes."""
    path = tmp_path / "themes.toml"
    path.write_text(FILE, "utf-8")
    assert ThemeList.from_toml(path) == THEMES
    assert ThemeList.of(THEMES) is THEMES
    with pytest.raises(FileNotFoundError, match="file of themes"):
        ThemeList.from_toml(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[theme.a]\nen = ['x ~0 y']", "line 2: 'x ~0 y': ~0 is no gap"),
        ("[theme.a]\npart_of = 'b'\nen = ['x']", "line 2: theme a: there is no theme 'b'"),
        ("[theme.a]\npart_of = 'a'\nen = ['x']", "a is part of itself"),
        ("[theme.a]\nenglish = ['x']", "line 2: english is no language"),
        ("[theme.a]\nen = 'x'", "line 2: en must be a list of texts"),
        ("[theme.a]\nnegatable = 1\nen = ['x']", "line 2: negatable must be"),
        ("[themes.a]\nen = ['x']", "themes"),
        ("\n", "there is no theme"),
        ("misspellings = 1\n[theme.a]\nen = ['x']", "line 1: misspellings must be true or false"),
        ("[theme.a]\nen = ['<b>']", "line 2: '<b>': there is no list <b>"),
    ],
)
def test_bad_files(text: str, said: str) -> None:
    """Every objection names the line and the fix."""
    with pytest.raises(InvalidValueError) as caught:
        ThemeList.from_toml(text)
    assert said in str(caught.value)


def any_kind(value: Any) -> Any:
    """Return a value of which a type checker knows nothing."""
    return value


@pytest.mark.parametrize(
    ("make", "kind", "said"),
    [
        (lambda: ThemeList([]), InvalidValueError, "at least one"),
        (lambda: ThemeList([Theme("a"), Theme("a")]), InvalidValueError, "twice"),
        (lambda: ThemeList(["a"]), InvalidTypeError, "themes"),
        (lambda: ThemeList([Theme("a", part_of="b"), Theme("b", part_of="a")]), InvalidValueError, "part of itself"),
        (lambda: ThemeList([Theme("a", ["~2"])]), InvalidValueError, "a.patterns"),
        (lambda: ThemeList([Theme("a")], negations=["~1 ~2"]), InvalidValueError, "negations"),
        (lambda: ThemeList.of(3), InvalidTypeError, "map names to patterns"),
        (lambda: THEMES(any_kind(3)), InvalidTypeError, "comment"),
        (lambda: THEMES.mentions(any_kind(["a", None])), InvalidTypeError, "a comment"),
        (lambda: Theme("", ["a"]), InvalidValueError, "name"),
    ],
)
def test_what_is_refused(make: Any, kind: type[Exception], said: str) -> None:
    """Bad input is named."""
    with pytest.raises(kind) as caught:
        make()
    assert said in str(caught.value)


@given(st.lists(st.sampled_from(["room", "shower", "queue", "noisy", "xyz", "zimmer"]), max_size=12))
def test_order_does_not_matter(comments: list[str]) -> None:
    """What a comment mentions does not depend on where it stands."""
    found = dict(zip(comments, THEMES.mentions(comments).tolist(), strict=True))
    for order in itertools.islice(itertools.permutations(sorted(set(comments))), 3):
        assert [found[each] for each in order] == THEMES.mentions(list(order)).tolist()
