"""Triage: comments are set aside with a reason or are content, nothing is lost, and what is wanted is told."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import npskit as nk

BLIND: list[dict[str, Any]] = json.loads(Path(__file__).with_name("blind.json").read_text("utf-8"))["comments"]
APART: list[dict[str, Any]] = json.loads(Path(__file__).with_name("apart.json").read_text("utf-8"))["comments"]
KINDS = {"content", "spam", "noise", "irrelevant", "duplicate"}
WORDS = [
    "n/a", "asdf", "great", "I am leaving", "http://x.com", "Ich kündige", "ไม่มี", "7", "", " ", "👍", "not good",
    "please help, my card is blocked", "the staff were rude to me and my family all day", "zrezygnowałem",
]  # fmt: skip


def triage(texts: list[Any], scores: list[Any] | None = None, **options: Any) -> nk.Triage:
    """Return the triage of some comments."""
    data = {"score": [5] * len(texts) if scores is None else scores, "text": texts}
    return nk.Survey(data, score="score", comment="text").triage(**options)


def intent(text: str, score: int | None = None) -> str | None:
    """Return what a comment is taken for."""
    found = triage([text], [score]).comments[0]
    return found.intent if found.kind == "content" else found.kind


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.tuples(st.one_of(st.sampled_from(WORDS), st.text(), st.none()), st.integers(0, 12))))
def test_triage_partitions_the_comments(rows: list[tuple[str | None, int]]) -> None:
    """Each comment is of one kind; counts sum to the rows; the score is what it was."""
    data = {"score": [score for _, score in rows], "text": [text for text, _ in rows]}
    survey = nk.Survey(data, score="score", comment="text", customer=None)
    before = survey.score()
    found = survey.triage()
    assert survey.score() == before
    assert found.row_counts.rows == len(rows)
    assert {each.kind for each in found.comments} <= KINDS
    assert len({each.row for each in found.comments}) == len(found.comments) == len(rows) - found.missing
    assert sum(each.n for each in found.groups) == len(found)
    assert len(found.listed) == found.set_aside
    for each in found.comments:
        assert each.comment == rows[each.row][0]
        assert (each.reason is not None) or each.kind == "content"
        assert each.kind == "content" or (each.intent, each.mood, each.urgency) == (None, None, 0)
    for group in found.groups:
        assert group.bad + group.neutral + group.good + group.unsure == group.n
        assert 0 <= group.interval.low <= group.share <= group.interval.high <= 1


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(12)))
def test_the_order_of_rows_does_not_matter(order: list[int]) -> None:
    """What a comment is does not depend on the others, duplicates apart."""
    texts = [each["text"] for each in BLIND[::27]][:12]
    scores = [each["score"] for each in BLIND[::27]][:12]
    straight = triage(texts, scores).comments
    mixed = triage([texts[i] for i in order], [scores[i] for i in order]).comments
    for place, i in enumerate(order):
        assert (mixed[place].kind, mixed[place].intent) == (straight[i].kind, straight[i].intent)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Wir wechseln zum Jahresende den Anbieter", "cancellation"),
        ("Free cancellation was great", "praise"),
        ("I almost cancelled but your lovely colleague convinced me to stay", "praise"),
        ("Poproszę o ofertę na 20 licencji", "sales"),
        ("The app crashes when I pay, please help", "support"),
        ("The app crashes when I pay", "complaint"),
        ("ควรเพิ่มโหมดมืด", "suggestion"),
        ("Warum nicht auch sonntags öffnen?", "suggestion"),
        ("Do you ship to Norway?", "question"),
        ("Great service, do you ship to Norway?", "question"),
        ("Not good", "complaint"),
        ("Nie jest źle, polecam", "praise"),
        ("👍", "praise"),
        ("...", "noise"),
        ("Nothing to add", "noise"),
        ("Nothing works", "complaint"),
        ("Buy followers cheap at www.best.example.com", "spam"),
        ("Your page www.example.com/login does not load on my phone", "complaint"),
    ],
)
def test_intents(text: str, expected: str) -> None:
    """The first that applies of spam, to leave, to buy, help, a change, to know, blame and praise."""
    assert intent(text) == expected


@pytest.mark.parametrize(
    "contact",
    [
        "anna.kowalska@example.com",
        "+49 170 1234567",
        "Kontakt: 601-234-567",
        "โทร ๐๘๑-๒๓๔-๕๖๗๘",
        "Contact me at ann@example.org",
    ],
)
def test_who_leaves_an_address_or_a_number_is_no_advertiser(contact: str) -> None:
    """What real comments are set aside as does not change with the writer's own address or number behind them."""
    junk = {"spam", "noise", "irrelevant"}
    real = [each["text"] for each in BLIND if each["label"] not in junk]
    told = nk.TriageWords.default()([f"{text} {contact}" for text in real])
    assert np.mean([label in junk for label in told]) <= 0.01
    spam = [each["text"] for each in BLIND if each["label"] == "spam"]
    assert set(nk.TriageWords.default()([f"{text} {contact}" for text in spam])) <= junk


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Very slow. anna@example.com", "complaint"),
        ("The food was cold, contact me at j@example.com", "complaint"),
        ("Bardzo miła obsługa, kontakt 601-234-567", "praise"),
        ("Dostawa spóźniona, proszę o kontakt anna@example.com", "support"),
        ("ส่งของช้ามาก โทร ๐๘๑-๒๓๔-๕๖๗๘", "complaint"),
        ("พนักงานบริการดีมาก โทร 081-234-5678", "praise"),
        ("Please call me back 555-867-5309", "support"),
        ("anna@example.com", "spam"),
        ("Very slow? Faster at www.example.com", "spam"),
        ("Contact us for a free website audit: sales@example.biz", "spam"),
    ],
)
def test_what_stands_beside_an_address(text: str, expected: str) -> None:
    """An e-mail address or a number is of somebody who writes of the service; a web address, or one alone, is not."""
    assert nk.TriageWords.default()([text]) == [expected]


def test_mood_against_the_answer_is_not_sure() -> None:
    """Blame beside a 10 is told as a contradiction; beside a 1 it is a bad mood."""
    good, bad = triage(["Dirty room and rude staff"] * 2, [10, 1]).comments
    assert (good.contradicts, good.mood) == (True, None)
    assert (bad.contradicts, bad.mood) == (False, -1)


def test_what_follows_a_but_counts_more() -> None:
    """A mood behind "but" outweighs the one before it."""
    assert [each.mood for each in triage(["slow but great", "great but slow"], [None, None]).comments] == [1, -1]


def test_duplicates_are_of_one_customer_or_long() -> None:
    """Short comments of different customers are no duplicates, those of one and long ones are."""
    long = "I waited for two hours at the front desk and nobody cared"
    texts = [long, long.upper() + "!", "The food was cold", "The food was cold.", "The food was cold"]
    data = {"score": [1] * 5, "text": texts, "id": [1, 2, 3, 3, 4]}
    found = nk.Survey(data, score="score", comment="text", customer="id").triage()
    assert [(each.kind, each.duplicate_of) for each in found.comments] == [
        ("content", None),
        ("duplicate", 0),
        ("content", None),
        ("duplicate", 2),
        ("content", None),
    ]


def test_shares_are_weighted_and_clustered() -> None:
    """Weights make the shares; answers of one customer widen the intervals."""
    data = {"score": [9] * 8, "text": ["Great"] * 4 + ["asdf"] * 4, "w": [3.0] * 4 + [1.0] * 4, "id": [1] * 4 + [2] * 4}
    plain = nk.Survey(data, score="score", comment="text").triage()
    weighted = nk.Survey(data, score="score", comment="text", weight="w").triage()
    clustered = nk.Survey(data, score="score", comment="text", customer="id").triage()
    assert (plain["praise"].share, weighted["praise"].share) == (0.5, 0.75)
    assert clustered["praise"].interval.high > plain["praise"].interval.high


def test_a_classifier_comes_first_and_none_leaves_it_to_the_words() -> None:
    """Labels of a model set aside or are the intent; each distinct comment is asked for once."""
    asked: list[str] = []

    def model(texts: list[str]) -> list[str | None]:
        asked.extend(texts)
        return [{"Great": "Advertising", "Bad": "churn"}.get(text) for text in texts]

    found = triage(["Great", "Bad", "Great", "I cancel my subscription"], classifier=model)
    assert [each.intent or each.kind for each in found.comments] == ["spam", "churn", "spam", "cancellation"]
    assert asked == ["Great", "Bad", "I cancel my subscription"]
    with pytest.raises(nk.InvalidValueError, match="classifier must return a label for each text: got 0 labels for 1"):
        triage(["Great"], classifier=lambda texts: [])
    with pytest.raises(nk.InvalidValueError, match="classifier failed"):
        triage(["Great"], classifier=lambda texts: 1 / 0)
    with pytest.raises(nk.InvalidTypeError, match="classifier must return texts"):
        triage(["Great"], classifier=lambda texts: [3])


def test_without_comments() -> None:
    """A survey without a column of comments says so; one without any comment has no groups."""
    with pytest.raises(nk.IncompatibleError, match="name their column"):
        nk.Survey({"score": [1]}).triage()
    found = triage([None, " "])
    assert (found.n, found.missing, found.groups, found.comments) == (0, 2, (), ())
    assert "0 comments" in str(found)


def test_words_of_ones_own() -> None:
    """A file replaces the signs, or adds to them; what is wrong is named with its line."""
    own = 'extends = "default"\n[sign.off_topic]\nen = ["chess club"]\n'
    assert (
        triage(["The chess club meets on Monday"], words=nk.TriageWords.from_toml(own)).comments[0].kind == "irrelevant"
    )
    alone = nk.TriageWords.from_toml('[sign.leaving]\nfr = ["résili*"]\n')
    told = [each.intent for each in triage(["Je résilie", "I cancel it"], words=alone).comments]
    assert told == ["cancellation", "complaint"]  # the answer alone tells the second
    with pytest.raises(nk.InvalidValueError, match=r"triage, line 2: unknown key 'leavin'.*leaving"):
        nk.TriageWords.from_toml('extends = "default"\n[sign.leavin]\nen = ["x"]')
    with pytest.raises(nk.InvalidValueError, match=r"line 2.*~0 is no gap"):
        nk.TriageWords.from_toml('[sign.leaving]\nen = ["go ~0 away"]')
    with pytest.raises(nk.InvalidValueError, match='extends can only be "default"'):
        nk.TriageWords.from_toml('extends = "mine"\n[lists]')
    with pytest.raises(nk.InvalidValueError, match="unknown sign"):
        nk.TriageWords(signs={"mood": nk.CommentSign(["x"])})


def test_default_toml_is_the_default() -> None:
    """What is handed out to be changed is what is used."""
    assert nk.TriageWords.from_toml(nk.TriageWords.default_toml()) == nk.TriageWords.default()


def test_blind_comments() -> None:
    """Comments that were written apart from the first rules, and that later ones were widened in view of, stay told."""
    found = triage([each["text"] for each in BLIND], [each["score"] for each in BLIND]).comments
    by_row = {each.row: each.intent if each.kind == "content" else each.kind for each in found}
    told = [by_row.get(row, "noise") for row in range(len(BLIND))]  # what stands for no comment says nothing
    right = Counter(each["label"] for each, said in zip(BLIND, told, strict=True) if each["label"] == said)
    junk = {"spam", "noise", "irrelevant"}
    real = [said in junk for each, said in zip(BLIND, told, strict=True) if each["label"] not in junk]
    assert np.mean(real) <= 0.03
    assert right["cancellation"] >= 17
    assert sum(right.values()) >= 200


def test_sentences_written_apart() -> None:
    """Words alone, on sentences that the rules were not widened in view of: floors a little below what was measured."""
    comments = triage([each["text"] for each in APART], [None] * len(APART)).comments
    found = {each.row: each for each in comments}
    told = [str(found[row].intent or found[row].kind) if row in found else "noise" for row in range(len(APART))]
    labels = [each["label"] for each in APART]
    report = nk.label_report(labels, told)
    scores = {each.label: each for each in report.labels}
    junk = {"spam", "noise", "irrelevant"}
    kept = [row for row, label in enumerate(labels) if label not in junk]
    moods = [found[row].mood for row in kept]
    urgent = [(APART[row]["urgency"], found[row].urgency) for row in kept]
    assert np.mean([told[row] in junk for row in kept]) <= 0.03
    assert np.mean([told[row] in junk for row, label in enumerate(labels) if label in {"spam", "noise"}]) >= 0.6
    assert min(scores["cancellation"].precision, scores["cancellation"].recall) >= 0.75
    assert report.macro_f1 >= 0.58
    assert np.mean([mood == APART[row]["mood"] for row, mood in zip(kept, moods, strict=True)]) >= 0.6
    assert np.mean([mood is None for mood in moods]) <= 0.25
    assert sum(level >= 1 for wanted, level in urgent if wanted == 1) >= 14
    assert sum(level == 2 for wanted, level in urgent if wanted == 2) >= 3


def simulated(n: int = 240, seed: int = 0) -> dict[str, list[Any]]:
    """Return comments in invented words, whose mood no word list knows, with the answers beside them."""
    rng = np.random.default_rng(seed)
    good, bad, plain = (
        ["zorbly", "fennick", "quamper"],
        ["grelsh", "drovich", "mulkat"],
        ["the", "blarn", "stovel"],
    )
    happy = rng.random(n) < 0.5
    texts = [
        " ".join([*rng.choice(plain, 3), *rng.choice(good if each else bad, 2), str(i)]) for i, each in enumerate(happy)
    ]
    return {"score": [10 if each else 1 for each in happy], "text": texts, "id": [i // 2 for i in range(n)]}


def test_a_model_learns_the_mood_from_the_answers() -> None:
    """Words that no list knows are learned; a quarter at most is not sure; accuracy is told by language."""
    found = nk.Survey(simulated(), score="score", comment="text", customer="id").triage(mood="model")
    told = [(each.mood, row) for row, each in enumerate(found.comments) if each.mood is not None]
    assert len(told) >= 0.74 * len(found)
    assert np.mean([mood == (1 if simulated()["score"][row] == 10 else -1) for mood, row in told]) >= 0.95
    assert found.mood_accuracy["all"] >= 0.95
    assert "a model of the answers" in str(found)


def test_no_comment_is_judged_by_a_model_that_saw_it() -> None:
    """Where answers have nothing to do with words, the model is right no more often than by chance."""
    data = simulated(600)
    data["score"] = [10 if each else 1 for each in np.random.default_rng(1).random(600) < 0.5]
    found = nk.Survey(data, score="score", comment="text").triage(mood="model")
    assert 0.40 <= found.mood_accuracy["all"] <= 0.60


def test_what_a_model_says_of_itself_is_about_right() -> None:
    """Where half the answers are drawn at random, it does not say more than that; all that were taught are counted."""
    data = simulated(1_600)
    rng = np.random.default_rng(2)
    data["score"] = [
        each if keep else int(rng.choice([1, 10]))
        for each, keep in zip(data["score"], rng.random(1_600) < 0.5, strict=True)
    ]
    for n in (400, 1_600):  # by a logistic curve, and by isotonic regression
        part = {name: column[:n] for name, column in data.items()}
        found = nk.Survey(part, score="score", comment="text", customer="id").triage(mood="model")
        table = found.mood_reliability
        assert sum(each.n for each in table) == found.n
        assert all(each.low <= each.probability <= each.high for each in table)
        expected, agree = (
            sum(getattr(each, name) * each.n for each in table) / found.n for name in ("probability", "agree")
        )
        assert abs(expected - agree) <= 0.05
        assert "fifth" in str(found)
    words = nk.Survey(data, score="score", comment="text").triage()
    assert words.mood_reliability == ()


def test_a_model_needs_answers() -> None:
    """With few answers, or answers of one mood, there is nothing to learn."""
    with pytest.raises(nk.InvalidValueError, match="mood='model' learns from answers: 2 comments"):
        triage(["Great", "Bad"], [10, 1], mood="model")
    with pytest.raises(nk.InvalidValueError, match="mood must be"):
        triage(["Great"], mood="magic")
