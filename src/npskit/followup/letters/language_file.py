"""A language in one TOML file: read, checked, and every fault named with its line.

The format is described at the head of `npskit/followup/letters/languages/en.toml`, which is there to be copied.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NoReturn

import attrs

from npskit.data import TomlReader, locale_of, normal_tag
from npskit.errors import UnreadableFileError, did_you_mean, quoted
from npskit.followup.letters.person_names import NameForm
from npskit.followup.letters.template import KINDS, Template, TemplateError, parse

if TYPE_CHECKING:
    from babel import Locale

FIELDS: Mapping[str, str] = {
    "name": "name",
    "vocative": "line",
    "company": "line",
    "sender": "line",
    "contact": "line",
    "target": "line",
    "topic": "line",
    "suggestion": "line",
    "code": "line",
    "link": "line",
    "change": "lines",
    "next_step": "lines",
    "offer": "term",
    "amount": "money",
    "share": "percent",
    "friend_amount": "money",
    "friend_share": "percent",
    "occasion": "occasion",
    "comparison": "lines",
    "story": "lines",
    "help": "lines",
    "years": "number",
    "days": "number",
    "others": "number",
    "until": "date",
    "commented": "flag",
    "complained": "flag",
    "happy": "flag",
}
PUBLIC_ACTION = "public_reply"
PUBLIC_FIELDS = ("company", "contact", "happy")

_TABLES = ("fields", "terms", "letter", "occasions", "names", "formats", "spelling")
_FORMATS = ("date", "money", "calendar")
_PARTS = ("subject", "body", "greeting", "closing")
_NOTHING = Template(())
# The line break right after opening quotes is not part of the text.
_OPENED = re.compile(r"""=\s*(\"{3}|'{3})$""")


@attrs.frozen
class Letter:
    """The templates of one action; without a greeting or closing of its own it has the language's."""

    subject: Template
    body: Template
    greeting: Template | None = None
    closing: Template | None = None


@attrs.frozen
class Language:
    """What one language file holds."""

    tag: str
    fallback: str | None = None
    letters: Mapping[str, Letter] = attrs.field(factory=dict)
    terms: Mapping[str, str] = attrs.field(factory=dict)
    greeting: Template | None = None
    closing: Template | None = None
    occasions: Mapping[str, str] = attrs.field(factory=dict)
    names: NameForm | None = None
    formats: Mapping[str, str] = attrs.field(factory=dict)
    spelling: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def vocabulary(self) -> str:
        """All words of its letters, as one text."""
        letters = (part for letter in self.letters.values() for part in (letter.subject, letter.body))
        return " ".join(part.words for part in (*letters, self.greeting, self.closing) if part is not None)

    def updated(self, other: Language) -> Language:
        """Return this language with what another file for it has instead."""
        return attrs.evolve(
            self,
            fallback=other.fallback or self.fallback,
            letters={**self.letters, **other.letters},
            terms={**self.terms, **other.terms},
            greeting=other.greeting or self.greeting,
            closing=other.closing or self.closing,
            occasions={**self.occasions, **other.occasions},
            names=other.names or self.names,
            formats={**self.formats, **other.formats},
            spelling={**self.spelling, **other.spelling},
        )


def categories_of(locale: Locale) -> tuple[str, ...]:
    """Return the plural categories of a language; `other` is always one.

    Example:
        >>> from babel import Locale
        >>> categories_of(Locale("pl"))
        ('few', 'many', 'one', 'other')
    """
    return (*sorted(locale.plural_form.tags), "other")


class LanguageReader(TomlReader):
    r"""Reads one file.

    Raises:
        UnreadableFileError: If the file is not TOML, or a letter in it could not be filled; with file and line.

    Example:
        >>> LanguageReader('language = "en"\n[thank]\nsubject = "Thanks"\nbody = "Dear {nmae}"', "my.toml").language()
        Traceback (most recent call last):
        ...
        npskit.errors.UnreadableFileError: my.toml, line 4: [thank] body: {nmae} is unknown: did you mean 'name'? ...
    """

    what = "language file"
    objection = UnreadableFileError

    def object_to(self, table: str, key: str, message: str, below: int = 0) -> NoReturn:
        """Object to the text under a key, or to what stands so many lines below its beginning."""
        path = tuple(part for part in (table, key) if part)
        opened = bool(key and _OPENED.search(self.text.split("\n")[self.line(path) - 1]))
        place = " ".join(part for part in (f"[{table}]" if table else "", key) if part)
        self.fail(path, f"{place}: {message}", below + opened)

    def language(self) -> Language:
        """Return the language, once everything in the file is as it must be."""
        tag, locale = self.tag("language")
        if tag is None or locale is None:
            raise UnreadableFileError(f'{self.name}: it must say which language it is in, as language = "fr"')
        fallback, _ = self.tag("fallback")
        alone = [key for key, value in self.document.items() if not isinstance(value, dict)]
        self.known((), alone, ("language", "fallback"))
        self.used: set[str] = set()
        self.categories: Collection[str] = categories_of(locale)
        self.kinds = {**FIELDS, **self.own_fields()}
        letter = self.templates("letter", ("greeting", "closing"), self.kinds)
        letters = {
            action: self.letter(action)
            for action in self.document
            if isinstance(self.document[action], dict) and action not in _TABLES
        }
        for name in self.table("fields").keys() - self.used:
            self.object_to("fields", name, "declared, but no letter uses it; remove it, or correct the letter")
        return Language(
            tag,
            fallback,
            letters,
            terms=self.table("terms"),
            greeting=letter.get("greeting"),
            closing=letter.get("closing"),
            occasions=self.table("occasions"),
            names=self.names(),
            formats=self.formats(),
            spelling=self.table("spelling"),
        )

    def names(self) -> NameForm | None:
        """Return how names are put into letters; None where the file does not say."""
        found = self.document.get("names")
        if found is None:
            return None
        self.known(("names",), found, ("titles", "before"))
        titles, before = found.get("titles", []), found.get("before", "")
        if not isinstance(titles, list) or not all(isinstance(title, str) and title.strip() for title in titles):
            self.object_to(
                "names", "titles", f'must be a list of texts, such as ["Frau", "Herr"]: got {quoted(titles)}'
            )
        if not isinstance(before, str):
            self.object_to("names", "before", f"must be a text: got {quoted(before)}")
        return NameForm(tuple(titles), before)

    def formats(self) -> dict[str, str]:
        """Return how dates and money are written, where not as the Unicode CLDR has it."""
        from babel.dates import parse_pattern
        from babel.numbers import parse_pattern as parse_money

        found = self.table("formats")
        self.known(("formats",), found, _FORMATS)
        if found.get("calendar", "buddhist") != "buddhist":
            self.object_to("formats", "calendar", f"must be 'buddhist', or left out: got {quoted(found['calendar'])}")
        for key, parse_it in (("date", parse_pattern), ("money", parse_money)):
            try:
                parse_it(found.get(key, "0"))
            except (ValueError, KeyError) as error:
                self.object_to("formats", key, f"is no pattern of the Unicode CLDR: {error}")
        return found

    def tag(self, key: str) -> tuple[str | None, Locale | None]:
        """Return a language tag in the file, with what is known of the language."""
        value = self.document.get(key)
        if value is None:
            return None, None
        locale = locale_of(normal_tag(value)) if isinstance(value, str) else None
        if locale is None:
            self.object_to(
                "", key, f"must be a language tag of the Unicode CLDR, such as 'fr' or 'de-AT': got {quoted(value)}"
            )
        return normal_tag(value), locale

    def table(self, name: str) -> dict[str, str]:
        """Return a table of texts."""
        found = self.document.get(name, {})
        for key, value in found.items():
            if not isinstance(value, str) or not value.strip():
                self.object_to(name, key, f"must be a text that is not blank: got {quoted(value)}")
        return dict(found)

    def own_fields(self) -> dict[str, str]:
        """Return the fields that the file declares, with their kinds."""
        found = self.table("fields")
        for name, kind in found.items():
            if kind not in KINDS:
                self.object_to("fields", name, f"{quoted(kind)} is not a kind of field; {did_you_mean(kind, KINDS)}")
            if name in FIELDS:
                self.object_to("fields", name, f"is a field already, of kind {FIELDS[name]}; choose another name")
        return found

    def letter(self, action: str) -> Letter:
        """Return the templates of an action."""
        public = action == PUBLIC_ACTION
        kinds = {name: FIELDS[name] for name in PUBLIC_FIELDS} if public else self.kinds
        found = self.templates(action, _PARTS, kinds)
        for part in ("subject", "body"):
            if part not in found:
                self.object_to(action, "", f"has no {part}")
        # Everybody reads a public answer, so that it does not begin with the customer's name.
        without = _NOTHING if public else None
        return Letter(found["subject"], found["body"], found.get("greeting", without), found.get("closing", without))

    def templates(self, table: str, known: Collection[str], kinds: Mapping[str, str]) -> dict[str, Template]:
        """Return the templates in a table."""
        found = {}
        self.known((table,), self.table(table), known)
        for key, text in self.table(table).items():
            blank = len(text) - len(text.lstrip("\n"))
            text = text.strip("\n")
            if key == "subject" and len(text.splitlines()) > 1:
                self.object_to(table, key, "a subject is one line")
            try:
                found[key] = parse(text, kinds, self.categories)
            except TemplateError as error:
                hint = "; everybody reads this letter: no names, no amounts" if kinds is not self.kinds else ""
                self.object_to(table, key, f"{error}{hint}", blank + text.count("\n", 0, error.at))
            self.used |= {slot.name for slot in found[key].slots}
        return found
