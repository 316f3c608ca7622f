"""Letters with gaps: the small syntax they are written in, and how the gaps are filled.

A template is text with fields in braces. There is nothing else in it that could run: no attributes, no indices, no
format specifications. Filling is one pass, so that what a customer wrote is never read as a template.

- `{name}` is a field; what it may hold is its kind (see `KINDS`).
- `{years, plural, one {# year} other {# years}}` chooses the words by the number, which stands where `#` is. The forms
  are those that the language has in the Unicode CLDR; a form that is missing is an error.
- `[[{commented}We have read it.||What happened?]]` asks a field of kind `flag`: it says nothing itself.
- `[[ from {company}]]` is left out when one of its fields is not given. `[[one way||another way]]` is the first of
  several ways to say it whose fields are all given.
- Double the sign to have it literally: `{{`, `}}`, `[[[[`, `]]]]`, inside of double brackets `||||`, among plural
  forms `##`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

import attrs

from npskit.errors import did_you_mean

KINDS = ("line", "lines", "name", "term", "occasion", "number", "money", "percent", "date", "flag")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
# The doubled signs first; three closing brackets in a row are one bracket and the end of the optional part.
_SIGN = re.compile(r"\{\{|\}\}|\[{4}|\]{4}|\|{4}|\[\[|\]\](?!\])|\|\||\{|\}")
_FIELD = re.compile(r"\{([^{},]*)(?:,([^{},]*),((?:[^{}]*\{[^{}]*\})*)\s*)?\}")
_FORM = re.compile(r"\s*([^{}]*?)\s*\{([^{}]*)\}")


class TemplateError(Exception):
    """What is wrong with a template, and at which character; readers of files add where the template stands."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.at = at


class MissingFieldError(Exception):
    """A field that a template cannot do without is not given; its only argument is the field's name."""


@attrs.frozen(cache_hash=True)
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
    def words(self) -> str:
        """Its own words, all ways of saying it one after the other."""
        found: list[str] = []
        for part in self.parts:
            items = [item for way in part.ways for item in way] if isinstance(part, Choice) else [part]
            found += [item if isinstance(item, str) else " ".join(form for _, form in item.forms) for item in items]
        return " ".join(found)

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

    def spelt(self, spelling: Mapping[str, str]) -> Template:
        """Return the template with its own words spelt another way; what is filled in is not touched."""

        def said(part: Any) -> Any:
            if isinstance(part, str):
                return respelt(part, spelling)
            if isinstance(part, Choice):
                return Choice(tuple(tuple(map(said, way)) for way in part.ways))
            forms = tuple((category, respelt(form, spelling)) for category, form in part.forms)
            return attrs.evolve(part, forms=forms)

        return Template(tuple(map(said, self.parts))) if spelling else self

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


def respelt(text: str, spelling: Mapping[str, str]) -> str:
    """Return a text with some of its letters or words in another spelling."""
    for usual, own in spelling.items():
        text = text.replace(usual, own)
    return text


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
            if slot.kind == "flag" and ways is None:
                raise TemplateError(
                    f"{{{slot.name}}} says nothing itself: ask it in '[[{{{slot.name}}}...||...]]'", start
                )
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
