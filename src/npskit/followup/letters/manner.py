"""How a letter is written besides what it says: in a voice that is checked, and by a writer of the user's, if any."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import attrs

from npskit.checks import is_string_or_none
from npskit.errors import InvalidTypeError, quoted
from npskit.followup.letters.drafts import Draft, PreparedLetter
from npskit.followup.letters.language_file import PUBLIC_ACTION
from npskit.followup.letters.materials import Materials
from npskit.followup.letters.own_writer import Facts, Writer, objection_to
from npskit.followup.letters.value_writer import clean
from npskit.followup.letters.voice import Voice


def _as_voice(value: Any) -> Voice:
    if not isinstance(value, Voice | None):
        raise InvalidTypeError(f"voice must be a Voice, such as Voice.from_toml('voice.toml'): got {quoted(value)}")
    return Voice.default() if value is None else value


def _can_write(_instance: object, _field: object, value: Any) -> None:
    if value is not None and (not callable(value) or isinstance(value, type)):
        raise InvalidTypeError(f"writer must be callable with Facts and return a text: got {quoted(value)}")


def _with_shares(fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return fields in which an amount that is so much off, such as "5 %", is the share that it is."""
    for name, other in (("amount", "share"), ("friend_amount", "friend_share")):
        if isinstance(text := fields.get(name), str) and text.rstrip().endswith("%"):
            fields = {**fields, name: None, other: text}
    return fields


def _are_materials(_instance: object, _field: object, value: Any) -> None:
    if not isinstance(value, Materials | None):
        raise InvalidTypeError(
            f"materials must be Materials, such as Materials.from_toml('x.toml'): got {quoted(value)}"
        )


ABOUT = ("theme", "product")
"""What materials are chosen by."""


@attrs.frozen(eq=False)
class Manner:
    """How letters are written.

    Args:
        voice: What they are checked by; None for the voice that comes with npskit.
        writer: Who writes the text between greeting and closing; None for the templates.
        comment: What the customer wrote, for the writer.
        materials: Stories, comparisons and links that letters choose from; None for none.
    """

    voice: Voice = attrs.field(default=None, converter=_as_voice)
    writer: Writer | None = attrs.field(default=None, validator=_can_write)
    comment: str | None = attrs.field(default=None, validator=is_string_or_none)
    materials: Materials | None = attrs.field(default=None, validator=_are_materials)

    def write(self, letter: PreparedLetter, fields: Mapping[str, Any], comment: str | None = None) -> Draft:
        """Return a letter filled in, with notes on what is wrong with it and why a writer's text was not used."""
        fields = _with_shares(fields)
        if self.materials is not None:
            about = {name: fields.get(name) for name in ABOUT}
            fields = self.materials.fields(letter.language, **about) | dict(fields)
        draft = letter.write(fields)
        if self.writer is not None:
            draft = self._by_writer(letter, fields, comment or self.comment, draft)
        unsaid = [
            f"{quoted(name)} has no words in {letter.language!r}, so that it is not named: write them under [terms] of "
            "a language file"
            for name in letter.nameless(fields)
        ]
        draft = attrs.evolve(draft, notes=(*draft.notes, *unsaid)) if unsaid else draft
        faults = self.voice.missing(draft)
        if not letter.keeps(self.voice, fields):
            faults = (*self.voice.heard(letter.write(fields, hidden=True)), *faults)
        return attrs.evolve(draft, notes=(*draft.notes, *(f"voice: {each}" for each in faults))) if faults else draft

    def _by_writer(
        self, letter: PreparedLetter, fields: Mapping[str, Any], comment: str | None, template: Draft
    ) -> Draft:
        """Return the draft with the text of the writer, or that of the template with the reason."""
        assert self.writer is not None, "asked only where there is one"
        facts = Facts(
            action=letter.action,
            language=letter.language,
            facts=letter.said(fields),
            known=tuple(name for name in ("commented", "complained", "happy") if fields.get(name) is True),
            comment=None if letter.action == PUBLIC_ACTION else comment,
            template=letter.write(fields, frame=False).body,
            voice=self.voice.of(letter.language).words(),
        )
        try:
            text: object = self.writer(facts)
        except Exception as error:
            wrong: str | None = f"it failed: {type(error).__name__}: {error}"[:300]
        else:
            vocabulary = {word.casefold() for word in re.findall(r"\w+", letter.vocabulary + template.body)}
            wrong = objection_to(text, facts, self.voice, vocabulary)
        made = (
            attrs.evolve(template, body=letter.framed(fields, clean(str(text), lines=True))) if not wrong else template
        )
        if not wrong and not self.voice.missing(template):
            wrong = next(iter(self.voice.missing(made)), None)
        if wrong is not None:
            return attrs.evolve(template, notes=(*template.notes, f"the writer's text is not used: {wrong}"))
        return made
