"""Letters respect purse and comment: what an offer costs is never said, and who complains is asked for nothing."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.playbook import ComplaintWords, Playbook
from npskit.followup.playbook.worth_to_customer import as_worth, sensible

TAGS = st.sampled_from(["en", "de", "pl", "th"])
MONEY = st.decimals("0.01", 9999, places=2).map(float)


def offer_of(**parts: Any) -> nk.FollowUp:
    """Return a follow-up with one offer, which a letter names."""
    offer = nk.Offer("compensation", step="compensate", **parts)
    return nk.FollowUp(category="x", strategy="s", actions=["compensate"], offers=[offer], value=1000.0)


@given(MONEY, st.decimals(0, 1, places=3).map(float), st.none() | MONEY, TAGS)
def test_no_letter_says_what_an_offer_costs(amount: float, share: float, cap: float | None, tag: str) -> None:
    """Law: whatever an offer costs, no figure stands in its letter unless it is worth something to the customer."""
    body = offer_of(amount=amount, share=share, cap=cap).message(tag, currency="EUR").body
    assert not re.search(r"\d", body)


@given(MONEY, st.integers(1, 500), TAGS)
def test_letters_say_what_it_is_worth(cost: float, worth: int, tag: str) -> None:
    """Law: the only figure in the letter is what the customer gets, or so much off."""
    for given_worth, said in ((worth, f"{worth}"), (f"{worth % 90 + 1} %", f"{worth % 90 + 1}")):
        body = offer_of(amount=cost, worth_to_customer=given_worth).message(tag, currency="EUR").body
        figures = re.findall(r"\d[\d.,]*", body.replace(".00", "").replace(",00", ""))
        assert [figure.strip(".,") for figure in figures] == [said]
        assert ("%" in body) == isinstance(given_worth, str)
        assert ("€" in body or "ยูโร" in body) == (not isinstance(given_worth, str))


@given(st.floats(0, 1e6), st.sampled_from(["EUR", "PLN", "THB", "JPY", "XOF"]))
def test_credits_are_rounded_down_to_a_sensible_step(amount: float, currency: str) -> None:
    """Law: never more than was meant, and a figure of few digits, which is left as it is when it is rounded again."""
    rounded = sensible(amount, currency)
    assert 0 <= rounded <= Decimal(str(amount))
    assert len(rounded.normalize().as_tuple().digits) <= 4
    assert sensible(float(rounded), currency) == rounded


@pytest.mark.parametrize(
    ("worth", "error", "message"),
    [
        (
            "much",
            InvalidValueError,
            "worth_to_customer must be a sum, or so many per cent off, such as '5 %': got 'much'",
        ),
        (True, InvalidTypeError, "worth_to_customer must be a sum"),
        ({"amonut": 5}, InvalidValueError, "worth_to_customer has no 'amonut'; did you mean 'amount'"),
        ("500 %", InvalidValueError, "percent"),
        (-5, InvalidValueError, "amount"),
    ],
)
def test_what_is_no_worth(worth: Any, error: type[Exception], message: str) -> None:
    """The field is named, and the fix."""
    with pytest.raises(error, match=message):
        nk.Offer("x", worth_to_customer=worth)


def test_a_referral_says_what_each_side_gets() -> None:
    """From the offer, in a plan as well."""
    bonus = nk.Offer("referral_bonus", amount=30, step="referral", worth_to_customer=10, worth_to_friend="20 %")
    rule = nk.Rule("all", actions=[nk.Action("referral", needs_offer=True)], offers=[bonus])
    plan = nk.Survey({"score": [10]}, score="score").follow_up(nk.Playbook([rule]), currency="EUR")
    (body,) = plan.columns(messages=True)["message"]
    assert "you receive €10.00 with our thanks. Whoever you recommend gets 20% off as a welcome." in body
    assert "30" not in body
    assert plan.message(next(iter(plan))).body == body


def test_worth_is_read_from_a_playbook_file() -> None:
    """A sum, per cent and a credit in proportion; mistakes have their line."""
    text = '[actions]\ngo = {}\n[offers]\na = { amount = 1, step = "go", worth_to_customer = WORTH }\n'
    text += '[[rule]]\nname = "r"\nactions = ["go"]\noffers = ["a"]\n'
    for worth in ('"5 %"', "7", "{ amount = 5, share = 0.1 }"):
        (rule,) = nk.Playbook.from_toml(text.replace("WORTH", worth)).strategies
        assert isinstance(rule, nk.Rule)
        assert rule.offers[0].worth_to_customer is not None
    with pytest.raises(InvalidValueError, match="line 4: worth_to_customer must be a sum"):
        nk.Playbook.from_toml(text.replace("WORTH", '"a lot"'))
    assert as_worth(None) is None


PRAISE = [
    "Great stay, thank you!", "No problems at all, everything perfect.", "Can't wait to come back", "Not bad at all!",
    "We didn't have any issues", "Alles bestens, keine Probleme", "Sehr freundlich, nicht nur an der Rezeption",
    "Wszystko super, bez problemu", "Nigdy mnie nie zawiedli", "ห้องสะอาด อาหารเช้าอร่อยมาก", "พนักงานดีมาก ไม่มีปัญหา",
]  # fmt: skip
COMPLAINTS = [
    "Loved it but the room was dirty", "The website did not work", "Great, although we waited an hour",
    "REFUND me, please", "Sehr gut, leider war das WLAN langsam", "Alles toll, nur das Zimmer war nicht sauber",
    "Ein Fehler in der Rechnung",
    "Super, ale pokój brudny", "Obsluga mila, szkoda ze drogo", "ดีมาก แต่รอนานไปหน่อย", "ห้องพักดี เสียดายแอร์เสียงดัง",
]  # fmt: skip


def test_who_complains_beside_a_good_answer_is_asked_for_nothing() -> None:
    """Words of complaint in four languages, not negated ones; also secure customers; and in a plan of many."""
    asking = {"review", "referral", "reward", "community"}
    playbook = nk.Playbook.default()
    secure = nk.SCIAnswer(5, 5, 5)
    for comment, wanted in (*((text, True) for text in PRAISE), *((text, False) for text in COMPLAINTS)):
        for answer in (nk.Response(10), secure):
            found = playbook.recommend(answer, comment=comment)
            assert found is not None
            assert bool(asking & {action.name for action in found.actions}) == wanted, comment
    survey = nk.Survey({"score": [10] * 2, "text": [PRAISE[0], COMPLAINTS[0]]}, score="score", comment="text")
    assert [each.strategy for each in survey.follow_up()] == ["promoter with a complaint", "promoter who told why"]


@pytest.mark.parametrize(
    ("comment", "words"),
    [
        ("The room was DIRTY!", "DIRTY"),
        ("Not dirty", None),
        ("Never a really dirty room", None),
        ("Not loud, dirty though", "dirty"),  # a negation ends at the comma
        ("Isn't that nice. Dirty room", "Dirty"),  # ... and with the sentence
        ("It wasn’t working", "wasn’t"),
        ("Nothing but praise", None),
        ("Nothing to praise but the view", "but"),
        ("Das hätte ich gern gewusst", "hätte ich gern"),
        ("Wir hatten gern mehr Zeit", "hatten gern"),  # umlauts are not looked at
        ("Was ich hatte, war gut", None),
    ],
)
def test_words_of_complaint_are_patterns(comment: str, words: str | None) -> None:
    """Read by the engine of urgency: negated within their sentence, looked away from, said as the comment has them."""
    judge = ComplaintWords(
        words=["dirty", "wasnt/wurde_nicht", "hätte/hätten ~2 gern*"],
        contrast=["but"],
        negations=["not", "never", "isnt", "nothing"],
        harmless=["nothing but"],
    )
    assert judge.found(comment) == words
    assert judge(comment) == (words is not None)


@given(st.lists(st.sampled_from([*PRAISE, *COMPLAINTS, "", "not", "but", "."]), max_size=5).map(" ".join))
def test_many_comments_are_judged_as_one_is(comment: str) -> None:
    """In a batch, alone, with other case and accents."""
    judge = Playbook.default().complaints
    assert isinstance(judge, ComplaintWords)
    alone = judge(comment)
    assert judge.among([comment, comment.upper()]).tolist() == [alone, judge(comment.upper())]
    assert judge(unicodedata.normalize("NFD", comment)) == alone


def test_letters_know_what_was_written() -> None:
    """Who wrote is not asked what happened, in a plan and alone; who did not is."""
    survey = nk.Survey({"score": [2, 2], "text": ["Nobody came.", None]}, score="score", comment="text")
    plan = survey.follow_up()
    asked = {each.details.get("commented"): plan.message(each, action="listen").body for each in plan}
    assert "what happened" not in asked[True]
    assert "what happened" in asked[None]
    assert sorted(asked.values()) == sorted(plan.columns(messages=True)["message"])


def test_complaints_are_the_users() -> None:
    """Words or a function; a function that fails is named, with the comment."""
    praise = nk.Rule("praise", when=nk.Conditions(complaint=False), actions="thank")
    for judge in (ComplaintWords(words=["gloomy"]), lambda text: "gloomy" in text):
        book = nk.Playbook([praise], complaints=judge)
        assert book.recommend(nk.Response(10, comment="gloomy")) is None
        assert book.recommend(nk.Response(10, comment="fine")) is not None
    with pytest.raises(InvalidValueError, match='complaints failed at the comment "x": ZeroDivisionError'):
        nk.Playbook([praise], complaints=lambda text: 1 // 0 > 0).recommend(nk.Response(10, comment="x"))
    with pytest.raises(InvalidTypeError, match="complaints must be ComplaintWords or a function"):
        nk.Playbook([praise], complaints=3)  # type: ignore[arg-type]
    for name in ("words", "contrast", "negations", "harmless"):
        with pytest.raises(InvalidValueError, match=rf"^{name}: '\*' is no word"):
            ComplaintWords(**{name: ["*"]})
    assert nk.Conditions(complaint=True).words() == "with a complaint"


def test_who_complains_in_a_public_review_is_listened_to() -> None:
    """A 10 with a complaint is answered without delight, listened to, and asked for nothing, in either way to write."""
    data = {"score": [10, 10], "text": ["Lovely, but the shower was broken", "Lovely"], "channel": ["Tripadvisor"] * 2}
    plan = nk.Survey(data, score="score", comment="text").follow_up()
    complaint, praise = plan.follow_up(0), plan.follow_up(1)
    assert [action.name for action in complaint.actions] == ["public_reply", "listen", "inform"]
    assert [action.name for action in praise.actions] == ["public_reply", "thank", "community"]
    letters = dict(zip(plan.columns(messages=True)["row"], plan.columns(messages=True)["message"], strict=True))
    for row, follow_up in enumerate((complaint, praise)):
        body = plan.message(follow_up, action="public_reply").body
        assert letters[row] == body
        assert ("delighted" in body) == (row == 1)
