"""What one answer may look like: the rules of npskit.data.answers, one by one."""

from __future__ import annotations

import datetime
import pickle
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data import INVALID, parse_answer

LABELS = st.text(alphabet="abcdefghijklmnopqrstuvwxyzéßżไก ", min_size=1).filter(lambda t: t.strip() != "")


@given(st.integers())
def test_round_trip(number: int) -> None:
    """Every whole number is itself, as int and as text."""
    assert parse_answer(number) == number
    assert parse_answer(str(number)) == number
    assert parse_answer(f"  {number}\t") == number


@given(st.integers(-(10**15), 10**15))
def test_number_types_agree(number: int) -> None:
    """A whole number is the same number in every numeric type that holds it exactly."""
    for same in (float(number), Decimal(number), Fraction(number), np.int64(number), np.float64(number)):
        found = parse_answer(same)
        assert found == number
        assert type(found) is int


@given(st.integers(0, 10), LABELS)
def test_labels(number: int, label: str) -> None:
    """A label without digits, before or after the number, does not change the number."""
    label = label.strip()
    first = [
        f"{number} - {label}",
        f"{number} – {label}",
        f"{number}={label}",
        f"{number}: {label}",
        f"{number} ({label})",
    ]
    last = [f"{label} - {number}", f"{label}: {number}", f"{label} ({number})", f"{label} [{number}]"]
    assert [parse_answer(text) for text in first + last] == [number] * 9


LABELLED = [
    *("Extremely likely", "not at all likely", "sehr wahrscheinlich", "bardzo prawdopodobne", "แนะนำแน่นอน"),
    *("très probable", "muy probable", "強く勧めたい", "非常愿意", "매우 추천", "points", "⭐", "Zeer ontevreden"),
]
WAYS = [
    *("{n} {t}", "{n}-{t}", "{t} {n}", "{t}: {n}", "{n}：{t}", "{n}. {t}", "{n}、{t}", "{t} ({n})", "({n}) {t}"),
    *("{n}\n{t}", "{n}|{t}", "{n}, {t}!", "{n} = {t}", "{n}_{t}", "{n} / {t}", "{n} {t} ({n})"),
]
WIDE = str.maketrans("0123456789 ", "０１２３４５６７８９\u00a0")


@given(st.integers(0, 999), st.sampled_from(LABELLED), st.sampled_from(WAYS), st.sampled_from(["", "\u200b", "\ufeff"]))
def test_any_spelling_around_a_known_label(number: int, label: str, way: str, unseen: str) -> None:
    """A number at the beginning or end of a text that labels answers is the answer, however it is written."""
    text = way.format(n=number, t=label)
    for spelling in (text, text.upper(), text.translate(WIDE), f"{unseen}{text}{unseen}", f"  {text}\u3000"):
        assert parse_answer(spelling) == number


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Any text is a whole number, missing, or invalid, and bytes of it are read alike."""
    found = parse_answer(text)
    assert found is None or found is INVALID or type(found) is int
    assert parse_answer(text.encode()) == found


@given(st.integers(), st.integers())
def test_two_numbers_are_no_answer(first: int, second: int) -> None:
    """Text with two different numbers is invalid: which one was meant?"""
    if abs(first) != abs(second):
        assert parse_answer(f"{first} or {second}") is INVALID
        assert parse_answer(f"{first} - between that and {second}") is INVALID
        assert parse_answer(f"between {first} and that: {second}") is INVALID


@pytest.mark.parametrize(
    "value",
    [
        *(
            None,
            float("nan"),
            np.float32("nan"),
            np.datetime64("NaT", "us"),
            np.timedelta64("NaT", "us"),
            Decimal("nan"),
        ),
        *(pd.NA, pd.NaT, np.ma.masked, complex("nan")),
        *("", " ", "\t\n", "\u00a0", "NA", "N/A", "n/a", "#N/A", "<NA>", "nan", "NaN", "NaT", "null", "None"),
        *("-", "--", ".", " na ", b"NA", b""),
    ],
)
def test_missing(value: Any) -> None:
    """What stands for no answer is missing."""
    assert parse_answer(value) is None


@pytest.mark.parametrize(
    ("value", "number"),
    [
        *[("9", 9), (" 9 ", 9), ("9.0", 9), ("9,0", 9), ("9.00", 9), ("9.0000", 9), ("+9", 9), ("-1", -1), ("−1", -1)],
        *[("９", 9), ("१०", 10), ("007", 7), (b"9", 9), (np.str_("9"), 9), (9.0, 9), (np.float16(9), 9)],
        *[(np.uint64(2**64 - 1), 2**64 - 1), (10**30, 10**30), (np.longdouble(9), 9), (-0.0, 0)],
        *[("10 - Extremely likely", 10), ("0 = Not at all", 0), ("5 (very satisfied)", 5), ("7: good", 7)],
        *[("Extremely likely (10)", 10), ("10 – très probable", 10), ("Very satisfied - 5", 5)],
        *[
            ("3) fair", 3),
            ("4. good", 4),
            ("5 [very satisfied]", 5),
            ("10 — sehr wahrscheinlich", 10),
            ("9.0 - good", 9),
        ],
        *[("10.", 10), ("(10)", 10), ("（10）", 10), ('="10"', 10), ("'9'", 9), ("\u200b9\ufeff", 9), ("⑨", 9)],
        *[("10\nExtremely likely", 10), ("Satisfied 5", 5), ("10点", 10), ("10：強く勧めたい", 10), ("5 ⭐", 5)],
        *[("very bad (-5)", -5), ("Extremely likely-10", 10), ("0 unwahrscheinlich", 0), ("10_Very_likely", 10)],
        *[("5 - five stars (5)", 5), ("-5: bad", -5), ("Bad: -5", -5), ("10 -Extremely likely", 10)],
        *[("10- Extremely likely", 10), ("Likely\n(9)", 9), ("7 - น่าจะ", 7)],
    ],
)
def test_numbers(value: Any, number: int) -> None:
    """A whole number, bare or with a label around it, is that number."""
    found = parse_answer(value)
    assert found == number
    assert type(found) is int


@pytest.mark.parametrize(
    "value",
    [
        *(True, False, np.True_, np.False_),
        *(7.5, np.float32(0.1), float("inf"), float("-inf"), Decimal("7.5"), Decimal("inf"), Decimal("sNaN")),
        *(Decimal("1e999999999"), 1e300, Fraction(1, 3), 3 + 0j, 1j),
        *(datetime.date(2024, 1, 5), datetime.timedelta(9), np.datetime64("2024-01-05"), np.timedelta64(9, "D")),
        *([9], (9,), {9}, {"a": 9}, np.array([9]), object(), int),
        *("7.5", "7,5", "9-10", "9/10", "2024-01-05", "x", "10 or 9", "1.000", "1,000", "1e1", "0x9", "1_0"),
        *(".9", "9½", "10²", "10%", "$5", "--9", "+-9", "9 10", "True", "inf", "likely", "½", "10:30 am", "10:10 am"),
        *("9-Oct", "Oct-09", "10 May", "10 - 9", "10 - ", "- 10", "10 ()", "10 - ...", "7.5 - good", "0-6 detractor"),
        *("1 of 3", "2-3", "11 times", "iPhone 10", "10 minutes", "10th", "A10", "10% likely", "5€ good", "10+", "10x"),
        *("3 of them good", "10 or more likely", "5 oder mehr, sicher", "2 z nich dobre"),
        *("1 - no, 10 - yes", "7 - Neutral (5-7)", "Promoter (9-10)", "Grade 10 very good", "9 °", "9 o'clock"),
        *("Likely (9-10)", "Satisfied -5", "5 (5/7 stars)", "5 - good " * 40, b"\xff9", "9" * 5000),
    ],
)
def test_invalid(value: Any) -> None:
    """What is neither missing nor one whole number is invalid."""
    assert parse_answer(value) is INVALID


def test_invalid_is_one_object() -> None:
    """INVALID can be compared by identity, also after pickling, and reads as its name."""
    assert pickle.loads(pickle.dumps(INVALID)) is INVALID
    assert repr(INVALID) == "INVALID"
