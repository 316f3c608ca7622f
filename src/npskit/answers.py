"""What one answer may look like when it is not a clean number, and which number it then is.

The rules, in order. The first that applies decides.

1. `None`, NaN, NaT, pandas' NA and numpy's `masked` are missing.
2. A boolean is invalid: `True` is not the answer 1.
3. A number (Python's, numpy's, `Decimal`, `Fraction`) is that whole number, or invalid: 7.5, infinity, 3+0j.
4. Text, with white space around it removed and case ignored, is missing if it is empty or one of
   `NA`, `N/A`, `#N/A`, `<NA>`, `NaN`, `NaT`, `null`, `none`, `-`, `--`, `.`.
5. Text that is a whole number is that number: digits of any script, a sign, and a fraction of zeros after a point or a
   comma. A fraction of exactly three zeros is invalid: "1.000" may be one or a thousand.
6. A label around one number is that number:

   - number first: "10 - Extremely likely", "0 = Not at all", "7: good", "5 (very satisfied)", "3) fair", "4. good";
   - number last: "Very satisfied - 5", "Good: 4", "Extremely likely (10)".

   A dash needs white space on the label's side of the number (so that a spreadsheet's "9-Oct" is not 9), a point and a
   closing bracket need it after them, the label holds a letter, and no other number stands in the text.
7. Everything else is invalid: "7.5", "9-10", "9/10", "2024-01-05", "10 or 9", "x", a list.

Whether the number lies on the question's scale is for the caller to see.
"""

from __future__ import annotations

import enum
import numbers
import re
from typing import Any, Final, Literal

import numpy as np


class Unusable(enum.Enum):
    """The type of `INVALID`, an answer that was given but is no whole number."""

    INVALID = "invalid"

    def __repr__(self) -> str:
        return self.name


INVALID: Final = Unusable.INVALID

_MISSING_TEXT = frozenset({"", "na", "n/a", "#n/a", "<na>", "nan", "nat", "null", "none", "-", "--", "."})
_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant"})
# Longer text is a comment, not a label; this also bounds what the patterns below can be made to do.
_LONGEST_LABEL = 200
# Any number past this is off every scale; it keeps Decimal("1e999999999") from being written out.
_LARGEST = 10**18

_NUMBER = r"(?P<number>[+\-−]?\d+)(?:[.,](?:0{1,2}|0{4,}))?"
_WHOLE = re.compile(_NUMBER)
_NUMBER_FIRST = re.compile(
    _NUMBER + r"(?:\s+[-–—]\s*|[-–—]\s+|\s*[=:]\s*|\s*(?=[(\[])|[.)]\s+)(?P<label>\D.*)", re.DOTALL
)
_NUMBER_LAST = re.compile(
    r"(?P<label>.*?)(?:\s[-–—]\s+(?=\d)|[=:]\s*|(?P<open>[(\[]\s*))" + _NUMBER + r"(?(open)\s*[)\]])", re.DOTALL
)
_DIGITS = re.compile(r"\d+")
_LETTER = re.compile(r"[^\W\d_]")


def _parse_label(text: str) -> int | Unusable:
    """Return the one number a label stands around."""
    for pattern in (_NUMBER_FIRST, _NUMBER_LAST):
        found = pattern.fullmatch(text)
        if found and _LETTER.search(found["label"]):
            number = int(found["number"].replace("−", "-"))
            if all(int(other) == abs(number) for other in _DIGITS.findall(found["label"])):
                return number
    return INVALID


def _parse_text(text: str) -> int | Unusable | None:
    """Read text by rules 4 to 7."""
    text = text.strip()
    if text.casefold() in _MISSING_TEXT:
        return None
    found = _WHOLE.fullmatch(text)
    try:
        if found:
            return int(found["number"].replace("−", "-"))
        return _parse_label(text) if len(text) <= _LONGEST_LABEL else INVALID
    except ValueError:  # more digits than int() reads
        return INVALID


def _parse_number(value: Any) -> int | Unusable | None:
    """Read any number by rules 1 and 3."""
    try:
        if value != value:
            return None
        whole = abs(value) < _LARGEST and int(value) == value
    except (TypeError, ValueError, ArithmeticError):
        return INVALID
    return int(value) if whole else INVALID


def parse_answer(value: object) -> int | Literal[Unusable.INVALID] | None:
    """Return the whole number an answer stands for, None if it is missing, `INVALID` if it is neither.

    Args:
        value: One answer, of any type; see the rules at the top of this module.

    Example:
        >>> [parse_answer(a) for a in (9, "9", " 9,0 ", "10 - Extremely likely", None, "n/a")]
        [9, 9, 9, 10, None, None]
        >>> [parse_answer(a) for a in (7.5, "9-10", "x", True)]
        [INVALID, INVALID, INVALID, INVALID]
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return None if np.isnat(value) else INVALID
    if isinstance(value, np.generic):
        value = value.item()  # as Python's number, so that a comparison cannot overflow
    if isinstance(value, int):
        return INVALID if isinstance(value, bool) else int(value)
    if type(value).__name__ in _MISSING_TYPES:
        return None
    if isinstance(value, bytes):
        return _parse_text(value.decode("utf-8", "replace"))
    return _parse_number(value) if isinstance(value, numbers.Number) else INVALID
