"""What fills the gaps of letters: text from outside made harmless, numbers, money and dates as a language has them."""

from __future__ import annotations

import datetime as dt
import numbers
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.letters.template import Slot

if TYPE_CHECKING:
    from babel import Locale

LONGEST_LINE = 200
LONGEST_LINES = 2000
LARGEST_NUMBER = Decimal(10) ** 15
# So many different values are remembered with their texts.
_MOST = 1 << 14

_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, halves of surrogate pairs, and the characters that reorder the text around them.
_UNSAFE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# What takes no ink: fillers, variation selectors and the blank of Braille; what formats is known by its category.
_BLANK = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
# Counts that say nothing from none downward: nobody has been a customer for 0 years.
_FROM_ONE = frozenset({"years"})


def clean(text: str, *, lines: bool = False) -> str:
    r"""Return text from outside so that it can stand in a letter without doing anything to it.

    Control characters, halves of surrogate pairs and characters that reorder the text around them (bidi embeddings,
    overrides and isolates) are dropped. White space becomes single spaces; with `lines`, line breaks remain, at most
    one blank line in a row. Longer than 200 characters (2000 with `lines`) is cut, with an ellipsis. A line with
    right-to-left characters is wrapped in an isolate (U+2068 ... U+2069), so that it cannot turn its neighbors around.
    Of text in which nothing is visible, such as zero-width spaces, nothing is left.

    Example:
        >>> clean("Ann\r\nBcc: x@example.com"), clean("\x00\u202eAnn ")
        ('Ann Bcc: x@example.com', 'Ann')
    """
    rows = _UNSAFE.sub("", _BREAK.sub("\n", text)).split("\n")
    tidy = "\n".join(" ".join(row.split()) for row in rows)
    tidy = re.sub(r"\n{3,}", "\n\n", tidy).strip() if lines else " ".join(tidy.split())
    if all(unicodedata.category(sign) == "Cf" for sign in _BLANK.sub("", tidy)):  # nothing of it can be seen
        return ""
    longest = LONGEST_LINES if lines else LONGEST_LINE
    if len(tidy) > longest:
        tidy = tidy[: longest - 1].rstrip() + "…"
    return "\n".join(_isolated(row) for row in tidy.split("\n"))


def _isolated(row: str) -> str:
    """Return a line in an isolate where it has right-to-left characters."""
    turned = not row.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in row)
    return f"{_ISOLATE}{row}{_END_ISOLATE}" if turned else row


@attrs.frozen(eq=False)
class Writer:
    """Writes values the way a language does: numbers, money and dates by the Unicode CLDR, text cleaned.

    None, NaN, blank text, no money at all and no years count as not given. What was written once is remembered.

    Args:
        locale: Whose way of writing numbers and dates is followed.
        category: The plural category of a number in the language of the letter.
        terms: Words of the letter's language for fields of kind `term`, such as the names of offers.
        currency: ISO 4217 code, for fields of kind `money`.
    """

    locale: Locale
    category: Callable[[Decimal], str]
    terms: Mapping[str, str] = attrs.field(factory=dict)
    currency: str | None = None
    _known: dict[Any, str | None] = attrs.field(factory=dict, init=False, repr=False)

    def __call__(self, slot: Slot, value: Any, *, lines: bool = True) -> str | None:
        """Return the text for a field, or None where nothing is given.

        Args:
            slot: The field.
            value: What to say in it.
            lines: Whether fields of kind `lines` keep their line breaks; in a subject they must not.

        Raises:
            InvalidTypeError: If the value is not of the field's kind.
            InvalidValueError: If it is a number without bounds or, of money and percent, below zero; or money is
                given and the currency is not.
        """
        # A value that differs from itself is NaN or NaT, whatever library it comes from.
        if value is None or (isinstance(value, numbers.Number | np.generic | dt.date) and bool(value != value)):
            return None
        key = slot, lines, type(value), value
        try:
            return self._known[key]
        except KeyError:
            pass
        except TypeError:  # what cannot be hashed is refused by its kind
            return self._written(slot, value, lines)
        if len(self._known) >= _MOST:
            self._known.clear()
        found = self._known[key] = self._written(slot, value, lines)
        return found

    def _written(self, slot: Slot, value: Any, lines: bool) -> str | None:
        if slot.kind in ("line", "lines", "term"):
            return self._text(slot, value, lines) or None
        return self._date(slot, value) if slot.kind == "date" else self._number(slot, value)

    def _text(self, slot: Slot, value: Any, lines: bool) -> str:
        """Return text or a whole number as it is, cleaned; a known term in the words of the language."""
        if isinstance(value, float | np.floating) and float(value).is_integer():
            value = int(value)
        if isinstance(value, bool | np.bool_) or not isinstance(value, str | numbers.Integral):
            raise InvalidTypeError(f"the field {slot.name!r} must be text: got {value!r:.80}")
        text = str(value)
        if slot.kind == "term":
            text = self.terms.get(text, text)
        return clean(text, lines=lines and slot.kind == "lines")

    def _date(self, slot: Slot, value: Any) -> str:
        """Return a date in long form, without the time of day."""
        from babel.dates import format_date

        if isinstance(value, np.datetime64):
            value = value.astype("datetime64[D]").item()
        if not isinstance(value, dt.date):
            raise InvalidTypeError(f"the field {slot.name!r} must be a date: got {value!r:.80}")
        return format_date(value, "long", locale=self.locale)

    def _number(self, slot: Slot, value: Any) -> str | None:
        """Return a number, a percentage, money, or the plural form that a number asks for."""
        from babel.numbers import format_decimal, format_percent

        number = _decimal(slot, value)
        if slot.name in _FROM_ONE and number <= 0:
            return None
        if slot.kind == "number":
            text = format_decimal(number, locale=self.locale)
            if slot.forms:
                form = dict(slot.forms)[self.category(number)]
                return re.sub("##|#", lambda sign: "#" if len(sign[0]) == 2 else text, form)
            return text
        if number < 0:
            raise InvalidValueError(f"the field {slot.name!r} must not be below zero: got {value!r}")
        if slot.kind == "money":
            return self._money(slot, number)
        share = round(number, 4)
        return format_percent(share, locale=self.locale, decimal_quantization=False) if share else None

    def _money(self, slot: Slot, number: Decimal) -> str | None:
        """Return an amount in the currency, or None where it rounds to nothing."""
        from babel.numbers import format_currency, get_currency_precision

        if self.currency is None:
            raise InvalidValueError(f"the field {slot.name!r} is money: give its currency, as currency='EUR'")
        if not round(number, get_currency_precision(self.currency)):
            return None
        return format_currency(number, self.currency, locale=self.locale)


def _decimal(slot: Slot, value: Any) -> Decimal:
    """Return a number exactly as it is printed, once it is one and bounded."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real | Decimal):
        raise InvalidTypeError(f"the field {slot.name!r} must be a number: got {value!r:.80}")
    number = Decimal(int(value)) if isinstance(value, numbers.Integral) else Decimal(str(value))
    if not (number.is_finite() and abs(number) < LARGEST_NUMBER):
        raise InvalidValueError(f"the field {slot.name!r} must be below 1e15 in size: got {value!r:.80}")
    return number
