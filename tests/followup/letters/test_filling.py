"""Templates are text with gaps and nothing else: what is parsed, what is refused, what becomes of hostile values."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.followup.letters.template import KINDS, MissingFieldError, Slot, Template, TemplateError, parse
from npskit.followup.letters.value_writer import ValueWriter, clean

FIELDS = {"name": "line", "story": "lines", "offer": "term", "count": "number", "price": "money", "day": "date"}
ANY_TEXT = st.text(st.characters(codec=None), max_size=60)


def fill(text: str, **values: str) -> str:
    """Fill a template in English with texts as they are."""
    return parse(text, FIELDS, ("one", "other")).fill(lambda slot: values.get(slot.name))


def writer(
    values: dict[str, Any], tag: str = "en", *, lines: bool = True, **options: Any
) -> Callable[[Slot], str | None]:
    """Return what fills fields with values in a language of the CLDR."""
    locale = Locale.parse(tag, sep="-")
    write = ValueWriter(locale, locale.plural_form, **options)
    return lambda slot: write(slot, values.get(slot.name), lines=lines)


def write(kind: str, value: Any, tag: str = "en", **options: Any) -> str | None:
    """Write one value."""
    return writer({"x": value}, tag, **options)(Slot("x", kind))


@given(st.text(string.printable + "{}[]|#", max_size=40))
def test_any_text_can_be_said_literally(text: str) -> None:
    """Text with its braces and double brackets doubled stands in the letter as it is."""
    escaped = text.replace("{", "{{").replace("}", "}}").replace("[[", "[[[[").replace("]]", "]]]]")
    assert fill(escaped) == text


@given(ANY_TEXT, ANY_TEXT)
def test_values_are_never_read_as_templates(first: str, second: str) -> None:
    """Filling is one pass: what stands in a value is not a field, not an optional part, not an escape."""
    assert fill("<{name}|{story}[[; {name}]]>", name=first, story=second) == f"<{first}|{second}; {first}>"


@pytest.mark.parametrize(
    ("template", "given_fields", "expected"),
    [
        ("Hello[[ {name}]],", {}, "Hello,"),
        ("Hello[[ {name}]],", {"name": "Ann"}, "Hello Ann,"),
        ("[[{name}, {offer}||{offer}||you]]", {"name": "Ann", "offer": "tea"}, "Ann, tea"),
        ("[[{name}, {offer}||{offer}||you]]", {"offer": "tea"}, "tea"),
        ("[[{name}, {offer}||{offer}||you]]", {"name": "Ann"}, "you"),
        ("[[{name}||||{name}]]", {"name": "a"}, "a||a"),
        ("a||b||||c | [x] {{}}", {}, "a||b||||c | [x] {}"),
        ("[[{name} [of old]]]!", {"name": "Ann"}, "Ann [of old]!"),
        ("[[[{name}]]]", {"name": "Ann"}, "[Ann]"),
        ("{ name }", {"name": "Ann"}, "Ann"),
        ("{name}}}", {"name": "Ann"}, "Ann}"),
    ],
)
def test_optional_parts(template: str, given_fields: dict[str, str], expected: str) -> None:
    """An optional part is said in the first way whose fields are all given, or is left out."""
    assert fill(template, **given_fields) == expected


def test_a_required_field_is_never_left_out() -> None:
    """Outside of optional parts a missing field is an error that names it."""
    with pytest.raises(MissingFieldError, match="name"):
        fill("Hello {name}")


@pytest.mark.parametrize(
    ("template", "message", "at"),
    [
        ("Dear {name", "does not end", 5),
        ("Dear {na{me}}", "does not end", 5),
        ("Dear } you", "closes nothing", 5),
        ("a [[ {name}", "never closed", 2),
        ("a ]] b", "closes nothing", 2),
        ("[[ {name} [[ {offer} ]] ]]", "nested", 10),
        ("a [[always]]", "always said", 2),
        ("[[always||{name}]]", "always said", 0),
        ("{}", "not a field", 0),
        ("{self.__class__}", "not a field", 0),
        ("{name[0]}", "not a field", 0),
        ("{name!r}", "not a field", 0),
        ("{name:>10}", "not a field", 0),
        ("{Name}", "not a field", 0),
        ("{nmae}", "did you mean 'name'", 0),
        ("{count, select, one {a} other {b}}", "only 'plural'", 0),
        ("{name, plural, one {a} other {b}}", "of kind number", 0),
        ("{count, plural, one {a}}", "exactly the forms one, other", 0),
        ("{count, plural, one {a} few {b} other {c}}", "exactly the forms one, other", 0),
        ("{count, plural, one {a} one {b} other {c}}", "exactly the forms one, other", 0),
        ("{count, plural, one { } other {b}}", "blank", 0),
        ("{count, plural, one {a} other {b} more}", "does not end", 0),
    ],
)
def test_what_is_no_template(template: str, message: str, at: int) -> None:
    """A template that cannot be filled is refused when it is read, with the character where the fault is."""
    with pytest.raises(TemplateError, match=message) as caught:
        parse(template, FIELDS, ("one", "other"))
    assert caught.value.at == at


@given(st.text("{}[]|#,name plural", max_size=30))
@settings(max_examples=300)
def test_parsing_ends_in_a_template_or_an_error(text: str) -> None:
    """Whatever is read, the answer is a template that can be filled, or an error that points into the text."""
    try:
        template: Template | None = parse(text, FIELDS, ("one", "other"))
    except TemplateError as error:
        template, at = None, error.at
    else:
        at = -1
    assert (template is None) == (0 <= at < len(text))
    if template is not None:
        assert isinstance(template.fill(lambda slot: "x"), str)
        assert template.required <= {slot.name for slot in template.slots}


@given(ANY_TEXT, st.booleans())
@settings(max_examples=300)
def test_cleaned_text_is_harmless(text: str, lines: bool) -> None:
    """No controls, no half surrogates, no overrides; only `lines` has line breaks; cleaning again changes nothing."""
    cleaned = clean(text, lines=lines)
    assert not {"\r", "\x00", "\x1b", "\u202e", "\u202d", "\u2066", "\u2028", "\x85"} & set(cleaned)
    assert lines or "\n" not in cleaned
    assert cleaned.count("\u2068") == cleaned.count("\u2069")
    cleaned.encode("utf-8")
    assert clean(cleaned, lines=lines) == cleaned


@pytest.mark.parametrize(
    "text", ["Ann", "Zoë O'Neil-Łęcka", "สมชาย ใจดี", "{amount} %s ${x} <b>", "👩‍👩‍👧 Family", "=cmd|' /C calc'!A0"]
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    """Cleaning takes nothing out of a name, joined emoji and other scripts included."""
    assert clean(text) == text


def test_right_to_left_text_is_isolated() -> None:
    """Lines with right-to-left characters stand in an isolate of their own, and an isolate inside is taken out."""
    assert clean("\u202eשלום\u2069 Ann") == "\u2068שלום Ann\u2069"
    assert clean("مرحبا\nAnn", lines=True) == "\u2068مرحبا\u2069\nAnn"


def test_long_text_is_cut() -> None:
    """A value cannot drown the letter: 200 characters in a line, 2000 in several."""
    assert clean("x" * 999) == "x" * 199 + "…"
    assert len(clean("x\n" * 9999, lines=True)) == 2000


def test_lines_keep_at_most_one_blank_line() -> None:
    """Line breaks of any system remain where lines are allowed, and become spaces where they are not."""
    assert clean(" a \r\n\r\n\r\n\r\nb\u2028c ", lines=True) == "a\n\nb\nc"
    assert clean(" a \r\n\r\nb\u2028c ") == "a b c"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "occasion"])
@pytest.mark.parametrize("value", [None, float("nan"), np.nan, Decimal("nan"), np.datetime64("NaT", "us")])
def test_missing_values_are_not_given(kind: str, value: object) -> None:
    """None, NaN and NaT are absent whatever the kind."""
    assert write(kind, value) is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("line", " \n"),
        ("line", "\x00\u202e"),
        ("lines", ""),
        ("term", " "),
        ("money", 0),
        ("money", 0.004),
        ("percent", 0.0),
    ],
)
def test_nothing_is_not_given(kind: str, value: object) -> None:
    """Blank text counts as absent, and so does an amount or share of nothing: nobody is promised 0.00."""
    assert write(kind, value, currency="EUR") is None


@pytest.mark.parametrize(
    ("kind", "value", "tag", "expected"),
    [
        ("line", 12345, "de", "12345"),
        ("line", np.int64(7), "en", "7"),
        ("number", 12345, "en", "12,345"),
        ("number", 12345, "de", "12.345"),
        ("number", np.float32(0.5), "pl", "0,5"),
        ("money", 1234.5, "de", "1.234,50\xa0€"),
        ("money", Decimal("20"), "en", "€20.00"),
        ("money", 20, "pl", "20,00\xa0€"),
        ("percent", 0.1, "en", "10%"),
        ("percent", 0.125, "de", "12,5\xa0%"),
        ("date", dt.date(2026, 3, 4), "de", "4. März 2026"),
        ("date", "2026-03-04", "de", "4. März 2026"),
        ("money", "12,5", "en", "€12.50"),
        ("percent", "12.5 %", "en", "12.5%"),
        ("date", dt.datetime(2026, 3, 4, 23, 59), "pl", "4 marca 2026"),
        ("date", np.datetime64("2026-03-04T10:00"), "en", "March 4, 2026"),
        ("date", np.datetime64("2026-03-04"), "en-GB", "4 March 2026"),
        ("term", "gift", "en", "a small gift"),
        ("term", "{name}", "en", "{name}"),
        ("lines", "a\nb", "en", "a\nb"),
        ("line", "a\nb", "en", "a b"),
    ],
)
def test_values_are_written_as_the_language_does(kind: str, value: object, tag: str, expected: str) -> None:
    """Numbers, money, percent and dates follow the Unicode CLDR."""
    assert write(kind, value, tag, currency="EUR", terms={"gift": "a small gift"}) == expected


@pytest.mark.parametrize(
    ("kind", "value", "error"),
    [
        ("line", 1.5, InvalidTypeError),
        ("line", True, InvalidTypeError),
        ("flag", 1, InvalidTypeError),
        ("occasion", "purchase", InvalidValueError),
        ("line", object(), InvalidTypeError),
        ("number", "three", InvalidTypeError),
        ("money", "5 %", InvalidTypeError),
        ("percent", "5", InvalidTypeError),
        ("number", np.True_, InvalidTypeError),
        ("number", float("inf"), InvalidValueError),
        ("number", 10**15, InvalidValueError),
        ("money", -5, InvalidValueError),
        ("percent", -0.1, InvalidValueError),
        ("date", "04.03.2026", InvalidTypeError),
    ],
)
def test_values_of_another_kind_are_refused(kind: str, value: object, error: type[Exception]) -> None:
    """A value that is not of its field's kind is an error that names the field."""
    with pytest.raises(error, match="'x'"):
        write(kind, value, currency="EUR")


def test_money_needs_a_currency() -> None:
    """An amount without a currency says nothing, and is refused."""
    with pytest.raises(InvalidValueError, match="currency='EUR'"):
        write("money", 5)


@pytest.mark.parametrize("tag", ["en", "de", "pl", "th", "ar", "ru", "cy", "fr"])
@given(number=st.decimals(0, 10**6, places=1) | st.integers(0, 10**6).map(Decimal))
@settings(max_examples=50)
def test_every_number_has_a_plural_form(tag: str, number: Decimal) -> None:
    """The categories that a language must give forms for are all that its numbers fall into."""
    from npskit.followup.letters.language_file import categories_of

    categories = categories_of(Locale(tag))
    forms = " ".join(f"{category} {{# {category} ##}}" for category in categories)
    template = parse(f"{{count, plural, {forms}}}", FIELDS, categories)
    text = template.fill(writer({"count": number}, tag))
    assert text.split()[-2] in categories
    assert text.endswith("#")


def test_polish_plurals() -> None:
    """One, few, many and other as Polish grammar has them."""
    forms = "{count, plural, one {# rok} few {# lata} many {# lat} other {# roku}}"
    template = parse(forms, FIELDS, ("one", "few", "many", "other"))
    said: Callable[[float], str] = lambda count: template.fill(writer({"count": count}, "pl"))  # noqa: E731
    assert [said(n) for n in (1, 2, 5, 12, 22, 1.5)] == ["1 rok", "2 lata", "5 lat", "12 lat", "22 lata", "1,5 roku"]
