"""Drafts of the messages to customers: for each step of an answer, in the customer's language.

A language is one file; `languages/en.toml` says how it is written. What customers and their data say is filled in as
plain text: nothing in it is run, looked up or read as a template (see `npskit.followup.letters.template`).
"""

from __future__ import annotations

import contextlib
import html
import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from npskit.checks import mapping, of_kind
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.followup.letters.language_file import Language, LanguageReader, Letter, locale_of, normal_tag
from npskit.followup.letters.template import MissingFieldError, Template
from npskit.followup.letters.writer import Writer
from npskit.results import Result

LAST_RESORT = "en"
# So many letters are kept ready.
_MOST = 1 << 10


@attrs.frozen
class Draft(Result):
    """A message to a customer, for a person to read over and send.

    Args:
        action: The step it is for: `"thank"`, `"apologize"`.
        language: The language it is written in; not always the one asked for, see `Languages`.
        subject: One line.
        body: The message, with its greeting and closing, in plain text.
    """

    action: str
    language: str
    subject: str
    body: str

    def to_html(self) -> str:
        r"""Return the body as HTML, with everything escaped.

        Example:
            >>> Draft("thank", "en", "Thanks", "Dear <Ann>,\n\nthank you.").to_html()
            '<div lang="en" dir="auto"><p>Dear &lt;Ann&gt;,</p><p>thank you.</p></div>'
        """
        paragraphs = (html.escape(part).replace("\n", "<br>") for part in self.body.split("\n\n"))
        return f'<div lang="{html.escape(self.language)}" dir="auto">{"".join(f"<p>{p}</p>" for p in paragraphs)}</div>'

    def __str__(self) -> str:
        return f"{self.subject}\n\n{self.body}"


@attrs.frozen(eq=False)
class PreparedLetter:
    """The letter of an action in one language, found and put together: `write` fills it in for one customer.

    Args:
        action: The step it is for.
        language: The language it is written in.
        body: With greeting and closing.
        subject: One line.
        writer: Writes the values.
        names: The fields it has.
    """

    action: str
    language: str
    body: Template
    subject: Template
    writer: Writer
    names: tuple[str, ...]

    def write(self, fields: Mapping[str, Any]) -> Draft:
        """Return the letter with its fields filled in; see `draft`."""
        write = self.writer
        try:
            body = self.body.fill(lambda slot: write(slot, fields.get(slot.name)))
            subject = self.subject.fill(lambda slot: write(slot, fields.get(slot.name), lines=False))
        except MissingFieldError as error:
            name = error.args[0]
            raise InvalidValueError(
                f"the letter {self.action!r} in {self.language!r} needs {name!r}: give fields={{{name!r}: ...}}"
            ) from None
        return Draft(self.action, self.language, subject, body)


@attrs.frozen
class Field:
    """A field of a letter.

    Args:
        name: What it is called.
        kind: `line` or `lines` (text), `term` (the name of an offer), `number`, `money`, `percent` (0.1 is 10 %) or
            `date`.
        required: Whether the letter cannot be written without it.
    """

    name: str
    kind: str
    required: bool


def _are_languages(_instance: object, _field: object, value: Any) -> None:
    for tag, language in mapping(value, "languages").items():
        of_kind(tag, str, "a tag of languages")
        of_kind(language, Language, "a language")


@attrs.frozen(repr=False)
class Languages:
    """The languages that letters can be written in.

    A letter is looked for in the exact language (`de-AT`), then in those it is a variety of (`de`), then in the one
    that its file names as its fallback, and at last in English. Each letter falls back on its own, so that a file may
    hold only some of them. Begin with `Languages.default()`, and add to it with `with_file`.

    Args:
        languages: The languages by their tags.

    Example:
        >>> Languages.default()
        Languages('de', 'en', 'pl', 'th')
    """

    _languages: Mapping[str, Language] = attrs.field(validator=_are_languages)
    _prepared: dict[Any, PreparedLetter] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @staticmethod
    @cache
    def default() -> Languages:
        """Return the languages that come with npskit: English, German, Polish and Thai."""
        languages = Languages({})
        for name in ("en.toml", "de.toml", "pl.toml", "th.toml"):
            text = (files("npskit.followup.letters") / "languages" / name).read_text(encoding="utf-8")
            languages = languages._with(LanguageReader(text, name).language())
        return languages

    def with_file(self, path: str | os.PathLike[str]) -> Languages:
        """Return these languages with one more, or with some letters of one of them replaced.

        Args:
            path: A TOML file in UTF-8, written as `npskit/followup/letters/languages/en.toml` is, which says how.

        Raises:
            UnreadableFileError: If it is not TOML in UTF-8; a field is unknown or declared for nothing; braces or
                brackets do not match; or a plural form of the language is missing. The message names file and line.
        """
        return self._with(LanguageReader.of_file(path).language())

    def _with(self, new: Language) -> Languages:
        """Return these languages with one more, or with one of them updated."""
        old = self._languages.get(new.tag)
        return Languages({**self._languages, new.tag: new if old is None else old.updated(new)})

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of the languages, sorted."""
        return tuple(sorted(self._languages))

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions that there is a letter for in some language, sorted."""
        return tuple(sorted({action for language in self._languages.values() for action in language.letters}))

    def find(self, action: str, language: str | None) -> tuple[Language, Letter]:
        """Return the language that has the letter for an action, and the letter with its greeting and closing.

        Raises:
            InvalidTypeError: If the language is not text.
            InvalidValueError: If no language has a letter for the action.
        """
        if not isinstance(language, str | None):
            raise InvalidTypeError(f"language must be a tag such as 'de' or 'de-AT': got {quoted(language)}")
        of_kind(action, str, "action")
        for tag in self._chain(normal_tag(language or LAST_RESORT)):
            if action in self._languages[tag].letters:
                return self._whole(tag, action)
        raise InvalidValueError(
            f"there is no letter for the action {action!r}: {did_you_mean(str(action), self.actions)}"
        )

    def prepare(self, action: str, language: str | None, currency: str | None = None) -> PreparedLetter:
        """Return the letter for an action in a language, ready to be filled in; it is kept. Arguments as of `draft`."""
        key = action, language, currency
        with contextlib.suppress(KeyError, TypeError):  # what cannot be hashed is refused below
            return self._prepared[key]
        found, letter = self.find(action, language)
        own, asked = locale_of(found.tag), locale_of(normal_tag(language or found.tag))
        assert own is not None, "checked when the file was read"
        # The letter of a language, with numbers and dates as in the customer's country.
        locale = asked if asked is not None and asked.language == own.language else own
        *body, subject = _templates(letter)
        names = tuple(dict.fromkeys(slot.name for template in (*body, subject) for slot in template.slots))
        writer = Writer(locale, own.plural_form, found.terms, as_currency(currency))
        if len(self._prepared) >= _MOST:  # languages are what data say
            self._prepared.clear()
        made = PreparedLetter(action, found.tag, Template.joined(body, "\n\n"), subject, writer, names)
        return self._prepared.setdefault(key, made)

    def _chain(self, tag: str) -> Iterator[str]:
        """Yield the languages that may stand in for one, the nearest first."""
        seen = set[str]()
        waiting = [tag, LAST_RESORT]
        while waiting:
            near = [found for found in _varieties(waiting.pop(0)) if found in self._languages and found not in seen]
            yield from near
            seen.update(near)
            waiting = [fallback for found in near if (fallback := self._languages[found].fallback)] + waiting

    def _whole(self, tag: str, action: str) -> tuple[Language, Letter]:
        """Return a language with what it inherits from those it is a variety of, and one of its letters completed."""
        whole = Language(tag)
        for name in reversed(_varieties(tag)):
            if name in self._languages:
                whole = attrs.evolve(whole.updated(self._languages[name]), tag=tag)
        terms = dict[str, str]()
        for other in reversed(list(self._chain(tag))):
            terms |= self._languages[other].terms
        whole = attrs.evolve(whole, terms=terms)
        letter = whole.letters[action]
        greeting = whole.greeting if letter.greeting is None else letter.greeting
        closing = whole.closing if letter.closing is None else letter.closing
        return whole, attrs.evolve(letter, greeting=greeting, closing=closing)

    def __repr__(self) -> str:
        return f"Languages({', '.join(map(repr, self.tags))})"


def _varieties(tag: str) -> list[str]:
    """Return a tag and those it is a variety of: de-AT, de."""
    parts = tag.split("-")
    return ["-".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _among(languages: Languages | None) -> Languages:
    """Return languages, those that come with npskit for None."""
    return Languages.default() if languages is None else of_kind(languages, Languages, "languages")


def list_fields(action: str, language: str | None = "en", *, languages: Languages | None = None) -> tuple[Field, ...]:
    """Return the fields of the letter for an action, the required ones first.

    Args:
        action: The step: `"thank"`, `"apologize"`.
        language: The language of the letter, with fallback as for `draft`.
        languages: Where to look; None for the ones that come with npskit.

    Raises:
        InvalidTypeError: If the language is not text.
        InvalidValueError: If no language has a letter for the action.

    Example:
        >>> list_fields("inform")[0]
        Field(name='change', kind='lines', required=True)
        >>> [field.name for field in list_fields("public_reply")]
        ['company', 'contact']
    """
    _, letter = _among(languages).find(action, language)
    slots = {slot.name: slot.kind for template in _templates(letter) for slot in template.slots}
    required = frozenset[str]().union(*(template.required for template in _templates(letter)))
    return tuple(sorted((Field(n, k, n in required) for n, k in slots.items()), key=lambda f: (not f.required, f.name)))


def _templates(letter: Letter) -> list[Template]:
    """Return the templates that a letter consists of, the subject last."""
    parts = (letter.greeting, letter.body, letter.closing, letter.subject)
    return [part for part in parts if part is not None and part.parts]


def draft(
    action: str,
    fields: Mapping[str, Any],
    *,
    language: str | None = "en",
    languages: Languages | None = None,
    currency: str | None = None,
) -> Draft:
    """Return a draft of the message for a step of an answer.

    Values are filled in as they are, as text: see `npskit.followup.letters.writer.clean` for what is taken out of them.
    None, NaN, text in which nothing is visible, an amount or share of nothing and `years` of 0 or below count as not
    given; fields that the letter does not have are ignored.

    Args:
        action: The step: `"thank"`, `"apologize"`; `Languages.actions` lists them.
        fields: What to fill in, by name; `list_fields` lists what the letter has.
        language: The customer's language, such as `"de"` or `"de-AT"`; None for English. The draft says which one it
            is written in, which is another where there is no such letter.
        languages: Where to look for the letter; None for the languages that come with npskit.
        currency: ISO 4217 code of the amounts, such as `"EUR"`.

    Raises:
        InvalidTypeError: If a value is not of its field's kind.
        InvalidValueError: If there is no letter for the action, a required field is not given, or an amount has no
            currency.

    Example:
        >>> print(draft("surprise", {"name": "Zoë", "offer": "gift", "company": "ACME"}, language="de").body)
        Guten Tag Zoë,
        <BLANKLINE>
        manches soll einfach nur Freude machen. Deshalb wartet auf Sie ein kleines Geschenk von uns, ...
        >>> draft("inform", {"name": "Zoë"}, language="pl")
        Traceback (most recent call last):
        ...
        npskit.errors.InvalidValueError: the letter 'inform' in 'pl' needs 'change': give fields={'change': ...}
    """
    if not isinstance(fields, Mapping):
        raise InvalidTypeError(
            f"fields must be a mapping of names to values, such as {{'name': 'Ann'}}: got {quoted(fields)}"
        )
    return _among(languages).prepare(action, language, currency).write(fields)


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
            f"currency must be an ISO 4217 code such as 'EUR': got {code!r}; {did_you_mean(code, sorted(known))}"
        )
    return code.upper()
