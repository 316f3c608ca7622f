"""The first letter to each customer of a plan: those of one step and language are written with one template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from npskit.arrays import Codes
from npskit.errors import InvalidTypeError, NpskitError
from npskit.followup.choices import Choices

if TYPE_CHECKING:
    from npskit.followup.messages import Languages


def _is_mapping(_letters: object, _field: object, fields: Any) -> None:
    if not isinstance(fields, Mapping | None):
        raise InvalidTypeError(f"fields must map names to values, as {{'company': 'ACME'}}: got {fields!r:.80}")


def _is_tag(_letters: object, _field: object, language: Any) -> None:
    if not isinstance(language, str | None):
        raise InvalidTypeError(f"language must be a tag such as 'de': got {language!r}")


@attrs.frozen
class Letters:
    """How letters are to be written; see `FollowUpPlan.columns`."""

    language: str | None = attrs.field(validator=_is_tag)
    fields: Mapping[str, Any] | None = attrs.field(validator=_is_mapping)
    languages: Languages | None


def first_letters(plan: Choices, rows: Codes, letters: Letters) -> dict[str, list[str | None]]:
    """Return subject and body of the first letter to each, or what is wrong: one must not cost a user all others."""
    written: list[tuple[str | None, str | None, str | None]] = []
    for row in rows.tolist():
        try:
            fields = letters.fields or {}
            draft = plan.message(plan.follow_up(row), letters.language, languages=letters.languages, **fields)
            written.append((draft.subject, draft.body, None))
        except NpskitError as error:
            written.append((None, None, str(error)))
    return {name: [each[i] for each in written] for i, name in enumerate(("subject", "message", "note"))}
