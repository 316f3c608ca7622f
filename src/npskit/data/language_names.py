"""Which language is meant: tags such as `de-AT`, and what people and tools call languages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from npskit.checks import of_kind

if TYPE_CHECKING:
    from babel import Locale

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
# Languages are known by the names they have in these, and in themselves.
_IN = ("en", "de", "pl", "th", "fr", "es")
_OTHERS = "it pt nl cs sk uk ru ro hu sv da nb nn fi el tr ar he fa hi zh ja ko vi id ms bg hr sr sl lt lv et ca ga is"
_NAME = re.compile(r"(?P<language>[^\W\d_][^()\[\],/–-]*?)\s*(?:[(\[/–-]+\s*(?P<place>[^()\[\]]*?)\s*[)\]]?)?")


def normal_tag(tag: str) -> str:
    """Return a language tag the way it is usually written: `de`, `de-AT`, `zh-Hant-TW`.

    Example:
        >>> normal_tag("DE_at"), normal_tag(" en ")
        ('de-AT', 'en')
    """
    first, *others = tag.strip().replace("_", "-").split("-")
    return "-".join([first.lower(), *(o.title() if len(o) == 4 else o.upper() for o in others)])


def locale_of(tag: str) -> Locale | None:
    """Return what the Unicode CLDR knows of a language, or None if it does not know it."""
    from babel import Locale, UnknownLocaleError

    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None


def find_language(text: str) -> str | None:
    """Return the tag of the language that is meant, None where none is known by that name.

    Known are tags in any spelling, codes of three letters, and the names of languages in themselves, in English,
    German, Polish, Thai, French and Spanish, also with a country.

    Example:
        >>> [find_language(text) for text in ("pl_PL", "German", "Polski", "deutsch", "ไทย", "ger", "en_US.UTF-8")]
        ['pl-PL', 'de', 'pl', 'de', 'th', 'de', 'en-US']
        >>> find_language("German (Austria)"), find_language("gibberish")
        ('de-AT', None)
    """
    said = " ".join(of_kind(text, str, "language").split())
    bare = said.split(".")[0].split("@")[0]
    if _TAG.fullmatch(bare) and (found := _by_tag(bare)):
        return found
    whole = _names().get(said.casefold())
    if whole:
        return whole
    match = _NAME.fullmatch(said)
    if match is None:
        return None
    tag = _names().get(match["language"].casefold())
    place = _places().get((match["place"] or "").casefold())
    if tag is None or not match["place"]:
        return tag
    return f"{tag}-{place}" if place and locale_of(f"{tag}-{place}") else tag


def _by_tag(text: str) -> str | None:
    """Return a tag in its usual spelling, with the code of two letters where there is one."""
    from babel.core import get_global

    tag = normal_tag(text)
    first, *others = tag.split("-")
    first = get_global("language_aliases").get(first, first)
    tag = "-".join([first.split("_")[0], *others])
    if locale_of(tag):
        return tag
    # A language that the CLDR has no letters of formats for is one all the same: its name is known.
    return tag if not others and first in _codes() else None


@cache
def _codes() -> frozenset[str]:
    """Return the codes of all languages that have a name in English."""
    from babel import Locale

    return frozenset(Locale("en").languages)


@cache
def _names() -> Mapping[str, str]:
    """Return the tags of languages by their names, without case."""
    from babel import Locale

    found: dict[str, str] = {}
    for own in _OTHERS.split():
        found.setdefault(str(Locale(own).languages.get(own, own)).casefold(), own)
    for other in reversed(_IN):
        for tag, name in Locale(other).languages.items():
            found[name.casefold()] = normal_tag(tag)
            if other == "th":
                found[f"ภาษา{name}"] = normal_tag(tag)
    return found


@cache
def _places() -> Mapping[str, str]:
    """Return the codes of countries by their names, without case, and by themselves."""
    from babel import Locale

    found: dict[str, str] = {}
    for other in reversed(_IN):
        for code, name in Locale(other).territories.items():
            if len(code) == 2:
                found |= {name.casefold(): code, code.casefold(): code}
    return found | {"uk": "GB", "usa": "US"}
