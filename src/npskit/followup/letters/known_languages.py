"""The languages that letters can be written in, and which letter is found where one has none."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from npskit.checks import mapping, of_kind
from npskit.data import find_language, locale_of, normal_tag
from npskit.errors import InvalidTypeError, InvalidValueError, did_you_mean, quoted
from npskit.followup.letters.drafts import PreparedLetter
from npskit.followup.letters.language_file import Language, LanguageReader, Letter
from npskit.followup.letters.template import Template
from npskit.followup.letters.value_writer import ValueWriter, as_currency

LAST_RESORT = "en"
# So many letters are kept ready.
_MOST = 1 << 10


def _are_languages(_instance: object, _field: object, value: Any) -> None:
    for tag, language in mapping(value, "languages", needed=True).items():
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
        Languages('de', 'de-CH', 'en', 'pl', 'th')
    """

    _languages: Mapping[str, Language] = attrs.field(validator=_are_languages)
    _prepared: dict[Any, PreparedLetter] = attrs.field(factory=dict, init=False, eq=False, repr=False)

    @staticmethod
    @cache
    def default() -> Languages:
        """Return the languages that come with npskit: English, German, Polish and Thai."""
        languages = Languages({})
        for name in ("en.toml", "de.toml", "de-CH.toml", "pl.toml", "th.toml"):
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

    def knows(self, language: str) -> bool:
        """Whether a text names a language, be there letters in it or not."""
        of_kind(language, str, "language")
        return find_language(language) is not None or normal_tag(language) in self._languages

    def find(self, action: str, language: str | None) -> tuple[Language, Letter]:
        """Return the language that has the letter for an action, and the letter with its greeting and closing.

        Raises:
            InvalidTypeError: If the language is not text.
            InvalidValueError: If the language is not known, or neither it nor those that stand in for it have a letter
                for the action.
        """
        of_kind(action, str, "action")
        asked = self._asked(language)
        for tag in self._chain(asked):
            if action in self._languages[tag].letters:
                # A variety that has no such letter of its own has the greeting and the spelling of it all the same.
                near = next(name for name in (*_varieties(asked), tag) if name in self._languages)
                return self._whole(near if tag in _varieties(near) else tag, action)
        has = [tag for tag in self.tags if action in self._languages[tag].letters]
        if has:
            raise InvalidValueError(
                f"the letter {action!r} is missing in {asked!r}, and in what stands in for it: it is there in "
                f"{', '.join(map(repr, has))}; write it for {asked!r}"
            )
        raise InvalidValueError(
            f"there is no letter for the action {action!r} in any language: {did_you_mean(action, self.actions)}"
        )

    def stand_in(self, action: str, language: str) -> str | None:
        """Return the language of the letter that a customer gets where there is none in theirs; None where there is.

        Example:
            >>> Languages.default().stand_in("thank", "French"), Languages.default().stand_in("thank", "de-AT")
            ('en', None)
        """
        found, asked = self.find(action, language)[0].tag, self._asked(language)
        return None if found.split("-")[0] == asked.split("-")[0] else found

    def _asked(self, language: str | None) -> str:
        """Return the tag of the language that is asked for, once it is known as one."""
        if not isinstance(language, str | None):
            raise InvalidTypeError(f"language must be a tag such as 'de' or 'de-AT': got {quoted(language)}")
        if language is None or not language.strip():
            return LAST_RESORT
        if not self.knows(language):
            raise InvalidValueError(
                f"the language {quoted(language)} is not known: give a tag such as 'de' or 'de-AT', or a name such as "
                "'German' or 'Polski'"
            )
        return find_language(language) or normal_tag(language)

    def prepare(self, action: str, language: str | None, currency: str | None = None) -> PreparedLetter:
        """Return the letter for an action in a language, ready to be filled in; it is kept. Arguments as of `draft`."""
        key = action, language, currency
        with contextlib.suppress(Exception):  # what cannot be hashed is refused below
            return self._prepared[key]
        found, letter = self.find(action, language)
        own, asked = locale_of(found.tag), locale_of(self._asked(language))
        assert own is not None, "checked when the file was read"
        # The letter of a language, with numbers and dates as in the customer's country.
        locale = asked if asked is not None and asked.language == own.language else own
        spelt = [
            None if part is None or not part.parts else part.spelt(found.spelling)
            for part in (letter.greeting, letter.body, letter.closing, letter.subject)
        ]
        greeting, body, closing, subject = spelt
        given = (part for part in spelt if part is not None)
        names = tuple(dict.fromkeys(slot.name for template in given for slot in template.slots))
        writer = ValueWriter(
            locale,
            own.plural_form,
            found.terms,
            as_currency(currency),
            occasions=found.occasions,
            names=found.names,
            formats=found.formats,
            spelling=found.spelling,
        )
        if len(self._prepared) >= _MOST:  # languages are what data say
            self._prepared.clear()
        made = PreparedLetter(
            action,
            found.tag,
            greeting,
            body or Template(()),
            closing,
            subject or Template(()),
            writer,
            names,
            vocabulary=found.vocabulary,
        )
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
        terms, occasions = dict[str, str](), dict[str, str]()
        for other in reversed(list(self._chain(tag))):
            terms |= self._languages[other].terms
            occasions |= self._languages[other].occasions
        whole = attrs.evolve(whole, terms=terms, occasions=occasions)
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


def templates_of(letter: Letter) -> list[Template]:
    """Return the templates that a letter consists of, the subject last."""
    parts = (letter.greeting, letter.body, letter.closing, letter.subject)
    return [part for part in parts if part is not None and part.parts]


def as_languages(languages: Languages | None) -> Languages:
    """Return languages, those that come with npskit for None."""
    return Languages.default() if languages is None else of_kind(languages, Languages, "languages")
