"""What is masked in quotations, and what is not."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.comments.patterns import masked, quotation, said_beside, urgencies_of
from npskit.errors import InvalidTypeError, NpskitError

AROUND = st.text(st.sampled_from("ab Zé.,;:!?()<>[]\"'\n@#-/0123456789ไม่😀\uff20"), max_size=20)


@given(st.emails(), AROUND, AROUND)
@settings(max_examples=500)
def test_no_address_of_email_survives(address: str, before: str, after: str) -> None:
    """No address that Hypothesis makes is left, wherever it stands; nor its domain behind an @."""
    found = masked(f"{before} {address} {after}")
    assert address not in found
    assert f"@{address.partition('@')[2]}" not in found
    assert "[e-mail]" in found


@given(
    st.lists(st.integers(0, 9), min_size=7, max_size=15),
    st.lists(st.sampled_from(["", "", " ", "-", ".", " - "]), min_size=14, max_size=14),
    AROUND,
)
def test_no_number_of_a_telephone_survives(digits: list[int], between: list[str], before: str) -> None:
    """Of seven digits and more, however they are grouped, none is left, but in a date."""
    number = "".join(f"{digit}{gap}" for digit, gap in zip(digits, between, strict=False)).rstrip(" -.")
    found = masked(f"{re.sub(chr(92) + 'd', '', before)} tel {number}")
    dated = re.search(r"(19|20)\d\d|\d[-./]\d", number)
    assert dated or not re.search(r"\d", found)


@given(AROUND)
def test_masking_twice_is_masking_once(text: str) -> None:
    """What is masked has nothing left to be masked."""
    once = masked(text, names=["ab"])
    assert masked(once, names=["ab"]) == once


WRITTEN = [
    "ann",
    "@",
    "\uff20",
    "x.org",
    " (at) ",
    " [dot] ",
    " at ",
    " dot ",
    " AT ",
    " DOT ",
    "+49 170 ",
    "1234567",
    "e\u0301",
    "no",
    "\n",
]


@given(st.lists(st.sampled_from(WRITTEN), max_size=12).map("".join) | AROUND)
@settings(max_examples=500)
def test_words_are_counted_of_what_is_not_masked(comment: str) -> None:
    """What is left to count is what stands around the masks, also where a comment is told at once to have none."""
    left = re.sub(r"\[(e-mail|phone|card|account)\]", "\n", masked(comment))
    assert unicodedata.normalize("NFC", said_beside(comment)) == left


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("write ann (at) example dot org or ann [at] example.org", "write [e-mail] or [e-mail]"),
        ("me at example dot com please", "[e-mail] please"),
        ("ann＠example.org", "[e-mail]"),
        ('"Ann Lee"@example.org', "[e-mail]"),
        ("mailto:ann@example.org!", "mailto:[e-mail]!"),
        ("Tel.030/1234567", "Tel.[phone]"),
        ("โทร ๐๘๑-๒๓๔-๕๖๗๘", "โทร [phone]"),
        ("card 4111-1111-1111-1111", "card [card]"),
        ("IBAN DE89 3704 0044 0532 0130 00", "IBAN [account]"),
        ("we met at noon in room 1204", "we met at noon in room 1204"),
        ("@hotel 2 nights @ 50 EUR", "@hotel 2 nights @ 50 EUR"),
        ("from 2019-2023, on 01.05.2024 10:30", "from 2019-2023, on 01.05.2024 10:30"),
        ("price 1,500.00, waited 45 min, 10/10", "price 1,500.00, waited 45 min, 10/10"),
        ("", ""),
    ],
)
def test_what_is_masked(comment: str, left: str) -> None:
    """Addresses and numbers in the ways that people write them are masked; dates, prices and rooms are not."""
    assert masked(comment) == left


def test_names_on_request() -> None:
    """Names are masked where that is asked for: those given, however written, and those behind a title."""
    comment = "ANNA KOWALSKA and Łukasz's friend asked Frau Dr. Beck; Mr van Dyke smiled"
    assert masked(comment) == comment
    assert masked("Herr Beck war nett", names=True) == "Herr [name] war nett"
    assert masked("anna Kowalska, Lukasz's", names=["Anna Kowalska", "Łukasz"]) == "[name], [name]'s"
    with pytest.raises(InvalidTypeError, match="names must be texts: got 3"):
        masked("a", names=[3])  # type: ignore[list-item]


def test_a_quotation_is_masked_before_it_is_cut() -> None:
    """Half an address is not left at the end of a quotation."""
    assert quotation("x" * 95 + " ann.lee@example.org") == '"' + "x" * 95 + ' [e-m..."'


def test_errors_and_lists_quote_masked_comments() -> None:
    """Where a judge of the user's own fails, and where triage lists what it set aside, no address is quoted."""

    def judge(_comment: str) -> int:
        raise ValueError

    with pytest.raises(NpskitError, match=r'urgency failed at the comment "mail \[e-mail\]"'):
        urgencies_of(["mail ann@example.org"], judge)
    said = ["BUY NOW cheap pills http://spam.example ann@example.org", "The room was lovely and the staff too"] * 2
    assert "ann@example.org" not in str(nk.Survey({"score": [1, 9, 2, 8], "said": said}, comment="said").triage())
