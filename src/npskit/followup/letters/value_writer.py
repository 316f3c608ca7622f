"""What fills the gaps of letters: text from outside made harmless, numbers, money and dates as a language has them."""

from __future__ import annotations

import contextlib
import datetime as dt
import numbers
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.checks import is_missing
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted, written
from npskit.followup.letters.person_names import NameForm, is_sayable
from npskit.followup.letters.template import Slot, respelt

if TYPE_CHECKING:
    from babel import Locale

LONGEST_LINE = 200
LONGEST_LINES = 2000
LARGEST_NUMBER = Decimal(10) ** 15
# Longer numbers are no ids that anybody writes into a letter.
_LONGEST_WHOLE = 10**100
# So many different values are remembered with their texts.
_MOST = 1 << 14

_BREAK = re.compile(r"\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
# Controls, halves of surrogate pairs, and the characters that reorder the text around them.
_UNSAFE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
# What is said where it is not known what a customer does next.
OTHER_OCCASION = "other"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# What takes no ink: fillers, variation selectors and the blank of Braille; what formats is known by its category.
_BLANK = re.compile(
    "[\\s\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
_NUMBER = re.compile(r"\s*(?P<number>\d{1,12}(?:[.,]\d{1,4})?)\s*(?P<percent>%)?\s*")
# Counts that say nothing from none downward: nobody has been a customer for 0 years, or shares an idea with 0 others.
_FROM_ONE = frozenset({"years", "others"})


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
class ValueWriter:
    """Writes values the way a language does: numbers, money and dates by the Unicode CLDR, text cleaned.

    None, NaN, blank text, no money at all, no years and no others count as not given. What was written
    once is remembered.

    Args:
        locale: Whose way of writing numbers and dates is followed.
        category: The plural category of a number in the language of the letter.
        terms: Words of the letter's language for fields of kind `term`, such as the names of offers.
        currency: ISO 4217 code, for fields of kind `money`.
        occasions: What the customer does next, for fields of kind `occasion`; with what is said where that is unknown.
        names: How names are put into letters; None for as they are.
        formats: How dates and money are written, where not as the Unicode CLDR has it.
        spelling: Letters or words of numbers, money, dates and terms that are spelt another way.
    """

    locale: Locale
    category: Callable[[Decimal], str]
    terms: Mapping[str, str] = attrs.field(factory=dict)
    currency: str | None = None
    occasions: Mapping[str, str] = attrs.field(factory=dict)
    names: NameForm | None = None
    formats: Mapping[str, str] = attrs.field(factory=dict)
    spelling: Mapping[str, str] = attrs.field(factory=dict)
    _known: dict[Any, str | None] = attrs.field(factory=dict, init=False, repr=False)

    def __call__(self, slot: Slot, value: Any, *, lines: bool = True, occasion: Any = None) -> str | None:
        """Return the text for a field, or None where nothing is given.

        Args:
            slot: The field.
            value: What to say in it.
            lines: Whether fields of kind `lines` keep their line breaks; in a subject they must not.
            occasion: What the customer does next, which the names of offers speak of.

        Raises:
            InvalidTypeError: If the value is not of the field's kind.
            InvalidValueError: If it is a number without bounds or, of money and percent, below zero; or money is
                given and the currency is not.
        """
        # A value that differs from itself is NaN or NaT, whatever library it comes from.
        if value is None or (isinstance(value, numbers.Number | np.generic | dt.date) and is_missing(value)):
            return self._occasion(slot, None) if slot.kind == "occasion" else None
        key = slot, lines, type(value), value, occasion
        try:
            return self._known[key]
        except KeyError:
            pass
        except Exception:  # what cannot be hashed is refused by its kind
            return self._written(slot, value, lines, occasion)
        if len(self._known) >= _MOST:
            self._known.clear()
        found = self._known[key] = self._written(slot, value, lines, occasion)
        return found

    def _written(self, slot: Slot, value: Any, lines: bool, occasion: Any) -> str | None:
        if slot.kind in ("line", "lines", "term", "name"):
            text = self._text(slot, value, lines)
            if slot.kind == "term":
                return self._term(text, occasion)
            return (self._name(text) if slot.kind == "name" else text) or None
        if slot.kind == "flag":
            return self._flag(slot, value)
        if slot.kind == "occasion":
            return self._occasion(slot, value)
        found = self._date(slot, value) if slot.kind == "date" else self._number(slot, value)
        return found and respelt(found, self.spelling)

    def _text(self, slot: Slot, value: Any, lines: bool) -> str:
        """Return text or a whole number as it is, cleaned."""
        if isinstance(value, float | np.floating) and float(value).is_integer():
            value = int(value)
        if isinstance(value, bool | np.bool_) or not isinstance(value, str | numbers.Integral):
            raise InvalidTypeError(f"the field {slot.name!r} must be text: got {quoted(value)}")
        if not isinstance(value, str) and abs(int(value)) > _LONGEST_WHOLE:
            raise InvalidValueError(f"the field {slot.name!r} must be text: got {quoted(value)}")
        return clean(str(value), lines=lines and slot.kind == "lines")

    def lacks(self, text: str) -> bool:
        """Whether a term has no words in the language and is none itself, as names of playbooks: "five_off"."""
        return text not in self.terms and "_" in text and len(text.split()) == 1

    def _term(self, text: str, occasion: Any) -> str | None:
        """Return a term in the words of the language; where there are none as it is, unless it is no words itself."""
        if text not in self.terms:
            return None if self.lacks(text) else text or None
        said = self._occasion(Slot("occasion", "occasion"), occasion)
        return respelt(self.terms[text].replace("{occasion}", said or ""), self.spelling)

    def _name(self, text: str) -> str | None:
        """Return a name, None where its form is not known."""
        if self.names is None:
            return text if is_sayable(text) else None
        return self.names.written(text) if text else None

    def _flag(self, slot: Slot, value: Any) -> str | None:
        """Return nothing to say where something is so, None where it is not."""
        if not isinstance(value, bool | np.bool_):
            raise InvalidTypeError(f"the field {slot.name!r} must be True or False: got {quoted(value)}")
        return "" if value else None

    def _occasion(self, slot: Slot, value: Any) -> str | None:
        """Return what the customer does next; where that is not said, words that fit whatever it is."""
        if value is None:
            return self.occasions.get(OTHER_OCCASION)
        text = self._text(slot, value, lines=False)
        if text not in self.occasions:
            known = [name for name in self.occasions if name != OTHER_OCCASION]
            raise InvalidValueError(
                f"the field {slot.name!r} must say what customers do next: got {quoted(value)}; "
                f"{did_you_mean(text, known)}"
            )
        return respelt(self.occasions[text], self.spelling)

    def _date(self, slot: Slot, value: Any) -> str:
        """Return a date in long form, without the time of day."""
        from babel.dates import format_date

        if isinstance(value, np.datetime64):
            value = value.astype("datetime64[D]").item()
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.date.fromisoformat(value.strip())
        if not isinstance(value, dt.date):
            raise InvalidTypeError(f"the field {slot.name!r} must be a date: got {quoted(value)}")
        pattern = self.formats.get("date", "long")
        if self.formats.get("calendar") == "buddhist":
            pattern = re.sub(
                r"'[^']*'|y+", lambda year: year[0] if year[0][0] == "'" else f"'{value.year + 543}'", pattern
            )
        return format_date(value, pattern, locale=self.locale)

    def _number(self, slot: Slot, value: Any) -> str | None:
        """Return a number, a percentage, money, or the plural form that a number asks for."""
        from babel.numbers import format_decimal, format_percent

        number = _decimal(slot, _number_of(value, slot.kind))
        if slot.name in _FROM_ONE and number <= 0:
            return None
        if slot.kind == "number":
            text = format_decimal(number, locale=self.locale)
            if slot.forms:
                form = dict(slot.forms)[self.category(number)]
                return re.sub("##|#", lambda sign: "#" if len(sign[0]) == 2 else text, form)
            return text
        if number < 0:
            raise InvalidValueError(f"the field {slot.name!r} must not be below zero: got {quoted(value)}")
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
        return format_currency(number, self.currency, self.formats.get("money"), locale=self.locale)


def _number_of(value: Any, kind: str) -> Any:
    """Return the number that a text is, as on a command line: "20", "12.50", "5 %" of a percentage; else what it is."""
    if isinstance(value, str) and (match := _NUMBER.fullmatch(value)) and bool(match["percent"]) == (kind == "percent"):
        number = Decimal(match["number"].replace(",", "."))
        return number / 100 if match["percent"] else number
    return value


def _decimal(slot: Slot, value: Any) -> Decimal:
    """Return a number exactly as it is printed, once it is one and bounded."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real | Decimal):
        raise InvalidTypeError(f"the field {slot.name!r} must be a number: got {quoted(value)}")
    value = float(value) if isinstance(value, Fraction) and abs(value) < 10**15 else value
    number = Decimal(int(value)) if isinstance(value, numbers.Integral) else Decimal(written(value))
    if not (number.is_finite() and abs(number) < LARGEST_NUMBER):
        raise InvalidValueError(f"the field {slot.name!r} must be below 1e15 in size: got {quoted(value)}")
    return number


def as_currency(code: Any) -> str | None:
    """Return a currency code in capitals, once it is one; None for None."""
    if code is None:
        return None
    from babel.numbers import list_currencies

    if not isinstance(code, str):
        raise InvalidTypeError(f"currency must be an ISO 4217 code such as 'EUR': got {quoted(code)}")
    known = list_currencies()
    if code.upper() not in known:
        raise InvalidValueError(
            f"currency must be an ISO 4217 code such as 'EUR': got {quoted(code)}; {did_you_mean(code, sorted(known))}"
        )
    return code.upper()
