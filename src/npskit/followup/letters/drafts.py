"""A draft, and the letter that it is written from: found once, and filled in for each customer."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

import attrs

from npskit.errors import InvalidValueError
from npskit.followup.letters.template import MissingFieldError, Template
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
    writer: ValueWriter
    names: tuple[str, ...]

    def write(self, fields: Mapping[str, Any]) -> Draft:
        """Return the letter with its fields filled in; see `draft`."""
        write, occasion = self.writer, fields.get("occasion")
        try:
            body = self.body.fill(lambda slot: write(slot, fields.get(slot.name), occasion=occasion))
            subject = self.subject.fill(lambda slot: write(slot, fields.get(slot.name), lines=False, occasion=occasion))
        except MissingFieldError as error:
            name = error.args[0]
            raise InvalidValueError(
                f"the letter {self.action!r} in {self.language!r} needs {name!r}: give fields={{{name!r}: ...}}"
            ) from None
        return Draft(self.action, self.language, subject, body)
