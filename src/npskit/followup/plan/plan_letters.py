"""Letters to customers of a plan: that of a step in a language is looked up once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.checks import is_text_or_none
from npskit.errors import InvalidTypeError, InvalidValueError, NpskitError, quoted
from npskit.followup.letters import ABOUT, PUBLIC_ACTION, Draft, Languages, Manner, as_languages
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.triage_labels import AGAINST_ANSWER
from npskit.followup.playbook import FLAGS, GIFTS, Menu, Offer
from npskit.results import excerpt, records

MESSAGES = ("subject", "message", "note")


def _as_fields(fields: Any) -> dict[str, Any]:
    if not isinstance(fields, Mapping | None) or not all(isinstance(name, str) for name in fields or ()):
        raise InvalidTypeError(f"fields must map names to values, as {{'company': 'ACME'}}: got {quoted(fields)}")
    return dict(fields or {})


@attrs.frozen(eq=False)
class Letters:
    """How letters are to be written; see `FollowUpPlan.columns`."""

    language: str | None = attrs.field(validator=is_text_or_none)
    fields: dict[str, Any] = attrs.field(converter=_as_fields)
    languages: Languages = attrs.field(converter=as_languages)
    manner: Manner


Cells = tuple[str | None, str | None, str | None]
"""Subject, body and what is wrong."""


def letters_of(plan: Choices, rows: Codes, places: Codes, letters: Letters) -> dict[str, list[str | None]]:
    """Return subject and body of a letter to each, or what is wrong: one must not cost a user all others.

    Args:
        plan: The plan.
        rows: To whom; all of them are followed up.
        places: For which of the steps that are taken, from 0.
        letters: How they are to be written.
    """
    own, said = plan.assigned.own, plan.assigned.said("language", rows)
    groups: dict[tuple[int, str], list[int]] = {}
    usual = letters.language or plan.language
    strange = {text for text in set(said) if text is not None and not letters.languages.knows(text)}
    taken = plan.of_each(rows, _steps)
    steps: list[_Step | None] = [each[at] if each else None for each, at in zip(taken, places.tolist(), strict=True)]
    written: dict[int, Cells] = {}
    for place, step in enumerate(steps):
        if step is None or not step.alike or int(rows[place]) in own:
            written[place] = _letter(plan, int(rows[place]), step, letters)
        else:
            wanted = said[place]
            groups.setdefault((id(step), usual if wanted is None or wanted in strange else wanted), []).append(place)
    for (_, language), together in groups.items():
        step = steps[together[0]]
        assert step is not None, "whoever has no step is in no group"
        written |= zip(together, _together(plan, rows[together], step, language, letters), strict=True)
    against = plan.against_answer[rows]
    # a rule for complaints has a letter that neither thanks nor apologizes; whom no rule saw, a person writes to
    seen = np.asarray(plan.assigned.flags("complained", rows), dtype=np.bool_) & (
        plan.assigned.table.category[rows] > 0
    )
    for place in np.flatnonzero(against).tolist():
        subject, body, wrong = written[place]
        kept = (subject, body) if seen[place] else (None, None)
        written[place] = (*kept, "; ".join(filter(None, [AGAINST_ANSWER, wrong])))
    notes = dict[tuple[str, str], str | None]()
    for place, (text, step) in enumerate(zip(said, steps, strict=True)):
        subject, body, wrong = written[place]
        if text is None or step is None:
            continue
        if (step.name, text) not in notes:
            notes[step.name, text] = language_note(text, step.name, letters, usual)
        if (note := notes[step.name, text]) is not None:
            written[place] = subject, body, "; ".join(filter(None, [wrong, note]))
    return {name: [written[place][i] for place in range(len(rows))] for i, name in enumerate(MESSAGES)}


def language_note(said: str, action: str, letters: Letters, usual: str) -> str | None:
    """Return the note on a letter that is not in the customer's language: that is not known, or has no such letter."""
    if not letters.languages.knows(said):
        return f"the language {excerpt(said)} is not known, so that {quoted(usual)} was taken"
    try:
        other = letters.languages.stand_in(action, said)
    except InvalidValueError:  # there is none in any language, which the letter itself says
        return None
    return None if other is None else f"there is no letter in {excerpt(said)}, so that {quoted(other)} was taken"


@attrs.frozen
class _Step:
    """A step that is taken, the offer that its letter names, and whether the letter is that of all who get both."""

    name: str
    offer: Offer | None
    alike: bool


def _steps(menu: Menu, offer: Offer | None) -> tuple[_Step, ...]:
    """Return the steps that are taken with an offer."""
    taken = menu.taken(offer)
    # one of the same name that is not taken has to be looked into
    names = {action.name for action in menu.actions if action not in taken}
    return tuple(
        _Step(each.name, offer if offer is not None and offer.step == each.name else None, each.name not in names)
        for each in taken
    )


def _letter(plan: Choices, row: int, step: _Step | None, letters: Letters) -> Cells:
    """Return the letter of a step to one customer."""
    given: dict[str, Any] = {"language": letters.language, "languages": letters.languages, **letters.fields}
    comments = plan.assigned.table.comment
    given |= {name: getattr(letters.manner, name) for name in ("voice", "writer", "materials")}
    given["comment"] = None if comments is None else comments[row]
    action = None if step is None else step.name
    return _cells(lambda: plan.message(plan.follow_up_at(row), action=action, **given))


def _cells(write: Callable[[], Draft]) -> Cells:
    """Return subject and body of a letter, or what is wrong with it."""
    try:
        draft = write()
    except NpskitError as error:
        return None, None, str(error)
    return draft.subject, draft.body, "; ".join(draft.notes) or None


def _together(plan: Choices, rows: Codes, step: _Step, language: str, letters: Letters) -> list[Cells]:
    """Return the letters of one step in one language."""
    action, offer = step.name, step.offer
    given = letters.fields
    try:
        letter = letters.languages.prepare(action, language, plan.currency)
    except NpskitError as error:
        return [(None, None, str(error))] * len(rows)
    known: dict[str, list[Any]] = {}
    if action == PUBLIC_ACTION:
        # who also complains is not told in public how glad we are
        pleased, complained = (plan.assigned.flags(name, rows) for name in ("happy", "complained"))
        known = {"happy": [one and not other for one, other in zip(pleased, complained, strict=True)]}
    else:
        manner = letters.manner
        asked = (*letter.names, *(FLAGS if manner.writer else ()), *(ABOUT if manner.materials else ()))
        wanted = [name for name in asked if name not in given]
        known = {name: cells for name in wanted if (cells := plan.assigned.detail(name, rows)) is not None}
        if offer is not None and all(given.get(name) is None for name in GIFTS):
            # What is given as None is not to be said at all.
            values = plan.assigned.table.known("value", rows)
            said = [offer.said(value, plan.currency) for value in values]
            gifts = {name: [each.get(name) for each in said] for name in GIFTS}
            known |= {name: cells for name, cells in gifts.items() if name in wanted}
    each = records(known) if known else [{}] * len(rows)
    comments = plan.assigned.table.comment
    said_by = [None if comments is None else comments[row] for row in rows.tolist()]
    return [
        _cells(lambda values=values, text=text: letters.manner.write(letter, values | given, text))  # type: ignore[misc]
        for values, text in zip(each, said_by, strict=True)
    ]
