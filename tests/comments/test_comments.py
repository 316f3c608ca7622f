"""Comments of a survey: who writes any, which words mark whom, and what becomes of rows, weights and customers."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import ColumnNotFoundError, IncompatibleError, InvalidTypeError, InvalidValueError

SEEDS = st.integers(0, 2**32 - 1)
OTHERS = ["room", "view", "lobby", "garden", "street", "evening", "bathroom", "window", "coffee", "towel"]


def answers(seed: int = 0, n: int = 600) -> dict[str, Any]:
    """A survey in which detractors write twice as often, of queues, and promoters of friendly staff."""
    rng = np.random.default_rng(seed)
    score = rng.choice([2, 5, 7, 8, 9, 10], n)
    writes = rng.random(n) < np.where(score <= 6, 0.8, 0.4)
    said = []
    for each, wrote in zip(score.tolist(), writes.tolist(), strict=True):
        words = rng.choice(OTHERS, 4).tolist()
        if rng.random() < 0.4:
            words.insert(2, "endless queue" if each <= 6 else "the staff was friendly" if each >= 9 else "fine")
        said.append(" ".join(words) if wrote else None)
    return {"score": score.tolist(), "said": said, "region": rng.choice(["N", "S"], n).tolist()}


def survey(data: dict[str, Any], **roles: str) -> nk.Survey:
    """Return the survey of answers with comments."""
    return nk.Survey(data, score="score", comment="said", **roles)  # type: ignore[arg-type]


def test_who_comments_comes_first() -> None:
    """The shares, scores and test of who comments are those of the rows."""
    data = answers()
    found = survey(data).comments()
    score, wrote = np.array(data["score"]), np.array([text is not None for text in data["said"]])
    for share, holds in zip(found.shares, [score <= 6, (score > 6) & (score < 9), score >= 9], strict=True):
        assert (share.n, share.comments) == (holds.sum(), (holds & wrote).sum())
        assert share.share == pytest.approx((holds & wrote).sum() / holds.sum())
        assert share.interval.low < share.share < share.interval.high
    assert found.p_value < 1e-6
    assert found.score_commenting == pytest.approx(nk.nps(score[wrote]).value)
    assert found.score_silent == pytest.approx(nk.nps(score[~wrote]).value)
    known = nk.compare(nk.nps(score[wrote]), nk.nps(score[~wrote]))
    assert [found.score_difference, *found.score_difference_interval] == pytest.approx(
        [known.difference, *known.interval]
    )


def test_planted_words_mark_whom_they_were_planted_with() -> None:
    """What detractors and promoters say is found with its pair, and hardly anything else marks anybody."""
    found = survey(answers(n=2_000)).comments(level=0.999)
    assert {word.term for word in found.marking("detractor")} == {"endless queue"}
    assert {word.term for word in found.marking("promoter")} == {"staff", "friendly"}
    assert {word.term for word in found.marking("passive")} == {"fine"}
    word = found.marking("promoter")[0]
    assert word.rate == pytest.approx(0.4, abs=0.08)
    assert (word.rate_elsewhere, word.difference) == (0, word.rate)
    assert all(word.term in example for example in word.examples)
    assert len(set(word.examples)) == 2
    assert word.q_value >= word.p_value


def test_words_that_say_nothing_mark_nobody() -> None:
    """Where all say the same, hardly a survey in twenty finds a word that marks."""
    rng = np.random.default_rng(0)
    found = 0
    for _ in range(60):
        said = [" ".join(rng.choice(OTHERS, 5)) for _ in range(200)]
        found += bool(survey({"score": rng.choice([3, 8, 10], 200).tolist(), "said": said}).comments(least=1).words)
    assert found <= 6


def test_who_writes_more_does_not_say_everything_more_often() -> None:
    """Where detractors write the same words in comments twice as long, no word marks them."""
    rng = np.random.default_rng(0)
    many = [f"{a}{b}" for a in "bdfgkl" for b in ("ara", "olo", "umi", "ere")]
    score = rng.choice([3, 8, 10], 1_500)
    said = [" ".join(rng.choice(many, 12 if each <= 6 else 6)) for each in score.tolist()]
    assert not survey({"score": score.tolist(), "said": said}).comments(language="xh").words


@given(SEEDS)
@settings(max_examples=15)
def test_rows_in_any_order_say_the_same(seed: int) -> None:
    """Nothing but the choice of examples depends on the order of rows."""
    data, order = answers(seed, 150), np.random.default_rng(seed).permutation(150)
    moved = {name: [values[i] for i in order] for name, values in data.items()}
    one, other = (survey(each).comments(examples=0, least=1) for each in (data, moved))
    assert one.words == other.words
    assert one.shares == other.shares


def test_what_a_customer_writes_again_counts_once() -> None:
    """A customer who repeats a comment counts once, and shares are as unsure as of customers."""
    data = answers()
    twice = {name: values * 2 for name, values in data.items()} | {"id": [*range(600)] * 2}
    once, known, apart = survey(data).comments(), survey(twice, customer="id").comments(), survey(twice).comments()
    assert known.by_customer
    assert not once.by_customer
    assert known.documents == once.documents < apart.documents
    for a, b in zip(once.words, known.words, strict=True):
        assert (a.term, a.mentions, a.p_value, a.log_odds) == (b.term, b.mentions, b.p_value, b.log_odds)
    width = [each.shares[0].interval.high - each.shares[0].interval.low for each in (once, known, apart)]
    assert width[1] == pytest.approx(width[0], rel=0.1)
    assert width[2] < 0.8 * width[0]


def test_weights_count_in_shares() -> None:
    """A weight of two is as two rows in every share; who weighs nothing has none."""
    data = answers()
    weights = np.random.default_rng(0).integers(1, 3, 600)
    rows = np.repeat(np.arange(600), weights)
    doubled = {name: [values[i] for i in rows] for name, values in data.items()}
    found = survey(data | {"w": weights.tolist()}, weight="w").comments(least=1)
    known = survey(doubled).comments(least=1)
    assert found.weighted
    assert [each.share for each in found.shares] == pytest.approx([each.share for each in known.shares])
    assert found.score_silent == pytest.approx(known.score_silent)
    rates = {word.term: (word.rate, word.rate_elsewhere) for word in known.words}
    for word in found.words:
        assert (word.rate, word.rate_elsewhere) == pytest.approx(rates[word.term])


def test_segments_are_as_each_alone() -> None:
    """Each segment says what its rows say alone, and where() leaves the others out."""
    data = answers()
    table = survey(data).comments(by="region")
    for key in ("N", "S"):
        alone = survey(data).where({"region": key}).comments()
        own = table[key]
        assert (own.words, own.shares, own.p_value) == (alone.words, alone.shares, alone.p_value)
        assert alone.left_out == 600 - own.n
    assert table.n == 600
    assert [*table.columns()][:2] == ["region", "category"]
    with pytest.raises(KeyError):
        table["E"]


@given(SEEDS, st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=20)
def test_every_row_is_accounted_for(seed: int, empty: int, off: int) -> None:
    """Rows that count, without an answer, and off the scale sum to all; comments of the last two are not read."""
    data = answers(seed, 100)
    data["score"][:off] = [11] * off
    data["score"][50 : 50 + empty] = [None] * empty
    found = survey(data).comments()
    assert (found.n, found.missing, found.invalid) == (100 - off - empty, empty, off)
    assert found.comments == sum(text is not None for text in [*data["said"][off:50], *data["said"][50 + empty :]])
    assert sum(found.languages.values()) == found.comments


def test_nobody_or_everybody_writes() -> None:
    """A survey without comments, with comments by all, and with none scored says so and does not fail."""
    silent = survey({"score": [3, 9, 10], "said": [None, "-", ""]}).comments()
    assert (silent.comments, silent.words, silent.share) == (0, (), 0)
    loud = survey({"score": [3, 9, 10], "said": ["a", "b", "c"]}).comments()
    assert loud.share == 1
    assert "Comments: 3 of 3 answers" in str(loud)
    empty = survey({"score": [None, None], "said": ["a", None]}).comments()
    assert (empty.n, empty.missing, empty.comments) == (0, 2, 0)
    assert str(empty)


def test_languages_are_told_or_guessed() -> None:
    """A column or a word tells the language; a language that is none is refused with the columns that are near."""
    data = answers() | {"tongue": ["English"] * 300 + [None] * 300}
    found = survey(data).comments()
    assert (found.languages, found.guessed) == ({"en": found.comments}, found.comments)
    told = survey(data).comments(language="tongue")
    assert 0 < told.guessed < told.comments
    assert survey(data).comments(language="German").languages == {"de": found.comments}
    with pytest.raises(InvalidValueError, match=r"language: 'tonge' is neither a column nor a language; .*'tongue'"):
        survey(data).comments(language="tonge")


def test_own_words_and_masked_examples() -> None:
    """A tokenizer and a stemmer of one's own are used, and no example shows an address or a name on request."""
    said = ["ask Ann at ann@example.org or 030 1234567", "fine"] * 10
    data = {"score": [1, 10] * 10, "said": said}
    found = survey(data).comments(tokenizer=lambda text: [text.split()[0]], stemmer=str.upper, names=["Ann"])
    assert [word.term for word in found.words] == ["ask", "fine"]
    assert found.words[0].examples == ('"ask [name] at [e-mail] or [phone]"',)


def test_what_cannot_be_used_is_refused() -> None:
    """Arguments that cannot be used are refused by name."""
    good = survey(answers())
    with pytest.raises(IncompatibleError, match=r"comments\(\) needs to know what was written: bind"):
        nk.Survey({"score": [1, 10]}).comments()
    with pytest.raises(ColumnNotFoundError, match="by"):
        good.comments(by="regoin")
    with pytest.raises(InvalidValueError, match="most"):
        good.comments(most=0)
    with pytest.raises(InvalidValueError, match="level"):
        good.comments(level=2)
    with pytest.raises(InvalidTypeError, match="names must be texts"):
        good.comments(names=[3])  # type: ignore[list-item]
    with pytest.raises(InvalidTypeError, match="names must"):
        good.comments(names=3)  # type: ignore[call-overload]
    assert good.comments(names=(name for name in ["Ann"])) == good.comments(names="Ann")


def test_other_scores_and_engines() -> None:
    """Categories of other scorers are contrasted, and rows on an engine say what they say in memory."""
    polars = pytest.importorskip("polars")
    data = answers()
    ces = nk.Survey(
        {"score": [1 + each % 5 for each in data["score"]], "said": data["said"]},
        score="score",
        comment="said",
        scorer=nk.CSAT(),
    )
    assert [share.category for share in ces.comments().shares] == list(nk.CSAT().categories)
    lazy = nk.Survey(polars.DataFrame(data).lazy(), score="score", comment="said")
    assert lazy.comments() == survey(data).comments()
    assert lazy.comments(by="region") == survey(data).comments(by="region")


CONTACTS = [
    "anna.kowalska@example.com",
    "jörg (at) firma dot de",
    "+49 170 1234567",
    "๐๘๑-๒๓๔-๕๖๗๘",
    "DE89 3704 0044 0532 0130 00",
]


@pytest.mark.parametrize("contact", CONTACTS)
def test_no_part_of_an_address_or_a_number_is_a_word(contact: str) -> None:
    """Addresses and numbers that many write mark no category and make no theme, nor do names that are masked."""
    data = {
        "score": [2] * 12 + [10] * 12,
        "said": [f"slow queue, call Mr Brown or Zoe, {contact}"] * 12 + ["friendly staff and lovely view"] * 12,
    }
    asked = survey(data)
    parts = [*re.findall(r"\w+", contact.replace("(at)", " ").replace("dot", " ")), "Brown", "Zoe"]
    for names in (True, ["Zoe", "Brown"]):
        marking = {each.term for each in asked.comments(names=names).words}
        said = [*marking, asked.themes(names=names).to_json()]
        wanted = [part for part in parts if len(part) > 2 and (part != "Zoe" or names is not True)]
        assert not [part for part in wanted for text in said if re.search(rf"\b{part}\b", text)]
        assert {"queue", "slow queue"} & marking


def test_a_tokenizer_sees_no_address() -> None:
    """Nor does a tokenizer of one's own get to see an address: its words would be shown."""
    data = {"score": [2] * 8 + [10] * 8, "said": ["slow, ann@example.org"] * 8 + ["fine people"] * 8}
    found = survey(data).comments(tokenizer=str.split)
    assert {each.term for each in found.words if each.category == "detractor"} == {"slow,"}
