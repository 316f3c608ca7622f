"""Drafts of the messages to customers: for each step of an answer, in the customer's language.

A language is one file; `languages/en.toml` says how it is written. What customers and their data say is filled in as
plain text: nothing in it is run, looked up or read as a template (see `npskit.followup.letters.template`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from npskit.errors import InvalidTypeError, quoted
from npskit.followup.letters.drafts import Draft
from npskit.followup.letters.known_languages import Languages, as_languages, templates_of
from npskit.followup.letters.manner import Manner
from npskit.followup.letters.materials import Materials
from npskit.followup.letters.own_writer import Writer
from npskit.followup.letters.voice import Voice


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
        ['company', 'contact', 'happy']
    """
    _, letter = as_languages(languages).find(action, language)
    slots = {slot.name: slot.kind for template in templates_of(letter) for slot in template.slots}
    required = frozenset[str]().union(*(template.required for template in templates_of(letter)))
    return tuple(sorted((Field(n, k, n in required) for n, k in slots.items()), key=lambda f: (not f.required, f.name)))


def draft(
    action: str,
    fields: Mapping[str, Any],
    *,
    language: str | None = "en",
    languages: Languages | None = None,
    currency: str | None = None,
    voice: Voice | None = None,
    writer: Writer | None = None,
    comment: str | None = None,
    materials: Materials | None = None,
) -> Draft:
    """Return a draft of the message for a step of an answer.

    Values are filled in as they are, as text: see `npskit.followup.letters.clean` for what is taken out of them.
    None, NaN, text in which nothing is visible, an amount or share of nothing and `years` or `others` of 0 or below
    count as not given; fields that the letter does not have are ignored.

    Args:
        action: The step: `"thank"`, `"apologize"`; `Languages.actions` lists them.
        fields: What to fill in, by name; `list_fields` lists what the letter has.
        language: The customer's language, such as `"de"` or `"de-AT"`; None for English. The draft says which one it
            is written in, which is another where there is no such letter.
        languages: Where to look for the letter; None for the languages that come with npskit.
        currency: ISO 4217 code of the amounts, such as `"EUR"`.
        voice: The rules that the draft is checked by; None for those that come with npskit. What it does not keep
            stands in the draft's `notes`, with the line.
        writer: Who writes the text between greeting and closing, such as a language model; see
            `npskit.followup.letters.Writer`. Its text is used only where it says nothing beyond the facts and keeps the
            voice; else the template is, and `notes` say why.
        comment: What the customer wrote, which the writer gets as data.
        materials: Stories, comparisons and self-help links: the letter shows those of the fields `theme` and `product`.

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
    manner = Manner(voice, writer, comment, materials)
    return manner.write(as_languages(languages).prepare(action, language, currency), fields)
