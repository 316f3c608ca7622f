"""A draft, and the letter that it is written from: found once, and filled in for each customer."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from npskit.errors import InvalidValueError
from npskit.followup.letters.template import MissingFieldError, Slot, Template
from npskit.followup.letters.value_writer import ValueWriter
from npskit.results import Result


@attrs.frozen
class Draft(Result):
    """A message to a customer, for a person to read over and send.

    Args:
        action: The step it is for: `"thank"`, `"apologize"`.
        language: The language it is written in; not always the one asked for, see `Languages`.
        subject: One line.
        body: The message, with its greeting and closing, in plain text.
        notes: What to know before it is sent: where it does not keep the voice, and why the text of a writer of yours
            was not used.
    """

    action: str
    language: str
    subject: str
    body: str
    notes: tuple[str, ...] = ()

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


HIDDEN = "◦"
"""What stands for a value in a text that is checked."""
# Our own words, in which a voice can be heard.
_OURS = ("term", "occasion", "number", "flag")


@attrs.frozen(eq=False)
class PreparedLetter:
    """The letter of an action in one language, found and put together: `write` fills it in for one customer.

    Args:
        action: The step it is for.
        language: The language it is written in.
        greeting: How it begins; None where nobody is greeted.
        text: What stands between greeting and closing.
        closing: How it ends; None where it just does.
        subject: One line.
        writer: Writes the values.
        names: The fields it has.
        vocabulary: All words of the letters of the language.
    """

    action: str
    language: str
    greeting: Template | None
    text: Template
    closing: Template | None
    subject: Template
    writer: ValueWriter
    names: tuple[str, ...]
    vocabulary: str = ""
    _kept: dict[Any, bool] = attrs.field(factory=dict, init=False, repr=False)

    def write(self, fields: Mapping[str, Any], *, hidden: bool = False, frame: bool = True) -> Draft:
        """Return the letter with its fields filled in; see `draft`.

        Args:
            fields: What to fill in.
            hidden: Whether a mark stands for what is not our own words, for the letter to be checked.
            frame: Whether it has its greeting and closing.
        """
        parts = (self.greeting, self.text, self.closing) if frame else (self.text,)
        try:
            body = "\n\n".join(part.fill(self._write(fields, hidden)) for part in parts if part is not None)
            subject = self.subject.fill(self._write(fields, hidden, lines=False))
        except MissingFieldError as error:
            name = error.args[0]
            raise InvalidValueError(
                f"the letter {self.action!r} in {self.language!r} needs {name!r}: give fields={{{name!r}: ...}}"
            ) from None
        return Draft(self.action, self.language, subject, body)

    def framed(self, fields: Mapping[str, Any], text: str) -> str:
        """Return another text between greeting and closing of the letter."""
        write = self._write(fields, hidden=False)
        ends = [None if part is None else part.fill(write) for part in (self.greeting, self.closing)]
        return "\n\n".join(part for part in (ends[0], text, ends[1]) if part)

    def said(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """Return what is filled in, by the names of the fields, as the language writes it."""
        write = self._write(fields, hidden=False)
        found = {slot.name: write(attrs.evolve(slot, forms=())) for slot in self._slots() if slot.kind != "flag"}
        return {name: text for name, text in found.items() if text is not None}

    def nameless(self, fields: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the terms that cannot be said, since the language has no words for them."""
        given = (fields.get(slot.name) for slot in self._slots() if slot.kind == "term")
        return tuple(dict.fromkeys(text for text in given if isinstance(text, str) and self.writer.lacks(text.strip())))

    def _slots(self) -> list[Slot]:
        parts = (self.greeting, self.text, self.closing, self.subject)
        return [slot for part in parts if part is not None for slot in part.slots]

    def keeps(self, voice: Any, fields: Mapping[str, Any]) -> bool:
        """Whether the letter keeps a voice; found once for each set of fields that are given."""
        key = voice, frozenset(name for name in self.names if fields.get(name) is not None)
        if key not in self._kept:
            self._kept[key] = not voice.heard(self.write(fields, hidden=True))
        return self._kept[key]

    def _write(self, fields: Mapping[str, Any], hidden: bool, lines: bool = True) -> Callable[[Slot], str | None]:
        occasion = fields.get("occasion")

        def write(slot: Slot) -> str | None:
            text = self.writer(slot, fields.get(slot.name), lines=lines, occasion=occasion)
            if text is None or not hidden or slot.kind in _OURS:
                return text
            return "\n".join(HIDDEN if line else "" for line in text.split("\n"))

        return write
