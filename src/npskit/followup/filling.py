"""Letters with gaps: the small syntax they are written in, and how the gaps are filled.

A template is text with fields in braces. There is nothing else in it that could run: no attributes, no indices, no
format specifications. Filling is one pass, so that what a customer wrote is never read as a template.

- `{name}` is a field; what it may hold is its kind (see `KINDS`).
- `{years, plural, one {# year} other {# years}}` chooses the words by the number, which stands where `#` is. The forms
  are those that the language has in the Unicode CLDR; a form that is missing is an error.
- `[[ from {company}]]` is left out when one of its fields is not given. `[[one way||another way]]` is the first of
  several ways to say it whose fields are all given.
- Double the sign to have it literally: `{{`, `}}`, `[[[[`, `]]]]`, inside of double brackets `||||`, among plural
  forms `##`.
"""

from __future__ import annotations

import datetime as dt
import numbers
import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean

if TYPE_CHECKING:
    from babel import Locale

KINDS = ("line", "lines", "term", "number", "money", "percent", "date")
LONGEST_LINE = 200
LONGEST_LINES = 2000
LARGEST_NUMBER = Decimal(10) ** 15

_NAME = re.compile(r"[a-z][a-z0-9_]*")
# The doubled signs first; three closing brackets in a row are one bracket and the end of the optional part.
_SIGN = re.compile(r"\{\{|\}\}|\[{4}|\]{4}|\|{4}|\[\[|\]\](?!\])|\|\||\{|\}")
_FIELD = re.compile(r"\{([^{},]*)(?:,([^{},]*),((?:[^{}]*\{[^{}]*\})*)\s*)?\}")
_FORM = re.compile(r"\s*([^{}]*?)\s*\{([^{}]*)\}")
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


class TemplateError(Exception):
    """What is wrong with a template, and at which character; readers of files add where the template stands."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class MissingFieldError(Exception):
    """A field that a template cannot do without is not given; its only argument is the field's name."""


@attrs.frozen
class Slot:
    """A field in a template: its name, its kind and, where it counts something, the words for each plural category."""

    name: str
    kind: str
    forms: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class Choice:
    """The part of a template that is said in the first of several ways whose fields are given, or not at all."""

    ways: tuple[tuple[str | Slot, ...], ...]


@attrs.frozen
class Template:
    """Text with gaps, parsed."""

    parts: tuple[str | Slot | Choice, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """All fields as they stand, those of optional parts as well."""
        return tuple(dict.fromkeys(slot for slot, _ in self._walk()))

    @property
    def required(self) -> frozenset[str]:
        """The names of the fields that stand outside of optional parts."""
        return frozenset(slot.name for slot, needed in self._walk() if needed)

    def _walk(self) -> Iterator[tuple[Slot, bool]]:
        """Yield each field with whether the text cannot do without it."""
        for part in self.parts:
            if isinstance(part, Slot):
                yield part, True
            elif isinstance(part, Choice):
                yield from ((item, False) for way in part.ways for item in way if isinstance(item, Slot))

    def fill(self, write: Callable[[Slot], str | None]) -> str:
        """Return the text with its gaps filled: `write` gives the text of a field, None where it is not given.

        Raises:
            MissingFieldError: If a required field is not given.

        Example:
            >>> template = parse("Hello[[ {name}]],", {"name": "line"}, ["other"])
            >>> template.fill(lambda slot: "{name}"), template.fill(lambda slot: None)
            ('Hello {name},', 'Hello,')
        """
        return "".join(_said(part, write) for part in self.parts)


def _said(part: str | Slot | Choice, write: Callable[[Slot], str | None]) -> str:
    """Return the text of one part: of an optional one the first way whose fields are all given, or nothing."""
    if isinstance(part, str):
        return part
    if isinstance(part, Slot):
        text = write(part)
        if text is None:
            raise MissingFieldError(part.name)
        return text
    for way in part.ways:
        texts = [write(item) if isinstance(item, Slot) else item for item in way]
        if None not in texts:
            return "".join(text for text in texts if text is not None)
    return ""


def parse(text: str, kinds: Mapping[str, str], categories: Collection[str]) -> Template:
    """Return a template from its text.

    Args:
        text: The template, in the syntax described at the head of this module.
        kinds: The fields it may have, each with its kind.
        categories: The plural categories of the language: `one`, `few`, ..., always with `other`.

    Raises:
        TemplateError: If braces or brackets do not match, a field is unknown, a plural form is missing or foreign to
            the language, or an optional part has no field to depend on.

    Example:
        >>> parse("Dear {name}", {"name": "line"}, ["other"]).parts
        ('Dear ', Slot(name='name', kind='line', forms=()))
    """
    parts: list[str | Slot | Choice] = []
    ways: list[list[str | Slot]] | None = None
    opened = at = 0
    while found := _SIGN.search(text, at):
        sign, start, end = found[0], found.start(), found.end()
        literal = text[at:start]
        slot: Slot | None = None
        if sign == "{":
            slot, end = _field(text, start, kinds, categories)
        elif sign == "}":
            raise TemplateError("'}' closes nothing; write '}}' to have a brace in the text", start)
        elif sign in ("{{", "}}", "[[[[", "]]]]"):
            literal += sign[: len(sign) // 2]
        elif sign in ("||", "||||") and ways is None:
            literal += sign
        elif sign == "||||":
            literal += "||"
        here = parts if ways is None else ways[-1]
        here.extend(piece for piece in (literal, slot) if piece)
        if sign == "[[":
            if ways is not None:
                raise TemplateError("'[[' inside of '[[': optional parts cannot be nested", start)
            ways, opened = [[]], start
        elif sign == "||" and ways is not None:
            ways.append([])
        elif sign == "]]":
            if ways is None:
                raise TemplateError("']]' closes nothing; write ']]]]' to have it in the text", start)
            parts.append(_choice(ways, opened))
            ways = None
        at = end
    if ways is not None:
        raise TemplateError("'[[' is never closed; write '[[[[' to have it in the text", opened)
    return Template((*parts, *([text[at:]] if text[at:] else [])))


def _choice(ways: list[list[str | Slot]], at: int) -> Choice:
    """Return the optional part, once every way but the last one depends on a field."""
    fields = [any(isinstance(item, Slot) for item in way) for way in ways]
    if not all(fields[:-1]) or fields == [False]:
        raise TemplateError(
            "this way of saying it in '[[...]]' has no field, so that it is always said; drop the brackets, or what "
            "follows it",
            at,
        )
    return Choice(tuple(tuple(way) for way in ways))


def _field(text: str, at: int, kinds: Mapping[str, str], categories: Collection[str]) -> tuple[Slot, int]:
    """Return the field that begins at a brace, and where the text goes on."""
    found = _FIELD.match(text, at)
    if found is None:
        raise TemplateError("'{' begins a field that does not end; write '{{' to have a brace in the text", at)
    name, function = found[1].strip(), found[2]
    if not _NAME.fullmatch(name):
        raise TemplateError(f"{{{name}}} is not a field: a name is of small letters, digits and underscores", at)
    if name not in kinds:
        raise TemplateError(f"{{{name}}} is unknown: {did_you_mean(name, kinds)} Declare your own under [fields]", at)
    if function is None:
        return Slot(name, kinds[name]), found.end()
    if function.strip() != "plural" or kinds[name] != "number":
        raise TemplateError(
            f"{{{name}, {function.strip()}, ...}}: only 'plural' of a field of kind number is known", at
        )
    return Slot(name, "number", _forms(name, found[3], categories, at)), found.end()


def _forms(name: str, text: str, categories: Collection[str], at: int) -> tuple[tuple[str, str], ...]:
    """Return the plural forms, once they are the ones that the language has."""
    pairs = _FORM.findall(text)
    forms = dict(pairs)
    needed = ", ".join(
        category for category in ("zero", "one", "two", "few", "many", "other") if category in categories
    )
    if set(forms) != set(categories) or len(forms) != len(pairs):
        raise TemplateError(
            f"{{{name}, plural, ...}} must have exactly the forms {needed}: got {[p[0] for p in pairs]}", at
        )
    if blank := [category for category, form in forms.items() if not form.strip()]:
        raise TemplateError(f"{{{name}, plural, ...}}: the form {blank[0]} is blank", at)
    return tuple(pairs)


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
    if not _is_visible(tidy):
        return ""
    longest = LONGEST_LINES if lines else LONGEST_LINE
    if len(tidy) > longest:
        tidy = tidy[: longest - 1].rstrip() + "…"
    return "\n".join(_isolated(row) for row in tidy.split("\n"))


def _is_visible(text: str) -> bool:
    """Whether anything of a text can be seen."""
    return any(unicodedata.category(sign) != "Cf" for sign in _BLANK.sub("", text))


def _isolated(row: str) -> str:
    """Return a line in an isolate where it has right-to-left characters."""
    turned = not row.isascii() and any(unicodedata.bidirectional(sign) in ("R", "AL", "AN") for sign in row)
    return f"{_ISOLATE}{row}{_END_ISOLATE}" if turned else row


@attrs.frozen
class Writer:
    """Writes values the way a language does: numbers, money and dates by the Unicode CLDR, text cleaned.

    Args:
        values: What is given, by name of field. None, NaN, blank text, no money at all and no years count as not given.
        locale: Whose way of writing numbers and dates is followed.
        category: The plural category of a number in the language of the letter.
        terms: Words of the letter's language for fields of kind `term`, such as the names of offers.
        currency: ISO 4217 code, for fields of kind `money`.
        lines: Whether fields of kind `lines` keep their line breaks; in a subject they must not.
    """

    values: Mapping[str, Any]
    locale: Locale
    category: Callable[[Decimal], str]
    terms: Mapping[str, str] = attrs.field(factory=dict)
    currency: str | None = None
    lines: bool = True

    def __call__(self, slot: Slot) -> str | None:
        """Return the text for a field, or None where nothing is given.

        Raises:
            InvalidTypeError: If the value is not of the field's kind.
            InvalidValueError: If it is a number without bounds or, of money and percent, below zero; or money is
                given and the currency is not.
        """
        value = self.values.get(slot.name)
        # A value that differs from itself is NaN or NaT, whatever library it comes from.
        if value is None or (isinstance(value, numbers.Number | np.generic | dt.date) and bool(value != value)):
            return None
        if slot.kind in ("line", "lines", "term"):
            return self._text(slot, value) or None
        return self._date(slot, value) if slot.kind == "date" else self._number(slot, value)

    def _text(self, slot: Slot, value: Any) -> str:
        """Return text or a whole number as it is, cleaned; a known term in the words of the language."""
        if isinstance(value, float | np.floating) and float(value).is_integer():
            value = int(value)
        if isinstance(value, bool | np.bool_) or not isinstance(value, str | numbers.Integral):
            raise InvalidTypeError(f"the field {slot.name!r} must be text: got {value!r:.80}")
        text = str(value)
        if slot.kind == "term":
            text = self.terms.get(text, text)
        return clean(text, lines=self.lines and slot.kind == "lines")

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
