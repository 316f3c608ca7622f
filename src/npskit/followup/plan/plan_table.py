"""A plan as columns, made from its arrays, with the first letter to each; and as a record that JSON can hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes
from npskit.checks import is_a, is_text_or_none
from npskit.errors import InvalidTypeError, NpskitError, quoted
from npskit.followup.letters import ABOUT, PUBLIC_ACTION, Draft, Languages, Manner
from npskit.followup.plan.choices import Choices
from npskit.followup.plan.follow_up_list import about, unanswered_of
from npskit.followup.plan.statuses import STATUSES
from npskit.followup.plan.step_dates import as_texts, steps_of
from npskit.followup.playbook import FLAGS, GIFTS, Menu, Offer, Table, pick
from npskit.options import URGENCIES
from npskit.results import Columns, excerpt, free_name, records

# The columns that only some tables have.
MESSAGES = ("subject", "message", "note")
_AT_TIMES = ("status", "why", *MESSAGES)


def columns_of(plan: Choices, everything: bool, letters: Letters | None) -> dict[str, list[Any]]:
    """Return a plan as columns; see `FollowUpPlan.columns`."""
    rows = np.arange(len(plan.status)) if everything else plan.order
    known = about(plan, rows)
    table = {name: known.pop(name) for name in ("row", "customer", "category")}
    places = np.flatnonzero(plan.chosen[rows])
    said: dict[str, list[Any]] = _spread(_said(plan, rows[places]), places, len(rows))
    known["urgency"] = pick(URGENCIES, plan.assigned.urgency[rows])
    said = known | said
    taken = (*table, *said, *_AT_TIMES)
    for name, column in plan.kept.items():
        if name in plan.shown:
            continue  # it stands there already
        table[free_name(name, taken, "survey")] = Table.cells(column.native(), rows)
    table |= said
    if everything:
        table |= {"status": pick(STATUSES, plan.status), "why": list(map(plan.why_at, rows.tolist()))}
    if letters is not None:
        first = np.zeros(len(places), dtype=np.intp)
        table |= _spread(letters_of(plan, rows[places], first, letters), places, len(rows))
    return table


def _said(plan: Choices, rows: Codes) -> dict[str, list[Any]]:
    """Return what a plan says of responses that are followed up."""
    assigned, how = plan.assigned, handled(plan, rows)
    return {
        "strategy": how["strategy"],
        "priority": assigned.priority[rows].tolist(),
        "due": assigned.due_times(rows),
        **{name: how[name] for name in ("owner", "channel", "language")},
        "actions": plan.of_each(rows, lambda menu, offer: tuple(action.name for action in menu.taken(offer))),
        "dates": list(map(as_texts, steps_of(plan, rows))),
        "offer": how["offer"],
        "cost": plan.cost[rows].tolist(),
        "authority": plan.of_each(rows, _authority),
        "gain": [None if gain != gain else gain for gain in plan.gain[rows].tolist()],
        "reasons": assigned.reasons(rows),
    }


def handled(plan: Choices, rows: Codes) -> Columns:
    """Return by which strategy, by whom, where, in which language and with which offer responses are followed up."""
    assigned = plan.assigned
    return {
        "strategy": pick([strategy.name for strategy in assigned.strategies], assigned.strategy[rows]),
        "owner": pick(plan.owners, plan.owner[rows]),
        "channel": assigned.said("channel", rows),
        "language": assigned.said("language", rows),
        "offer": plan.of_each(rows, lambda _menu, offer: offer and offer.name),
    }


def _authority(menu: Menu, offer: Offer | None) -> float | None:
    """Return up to how much may be spent at once by whoever takes the steps."""
    return max((action.amount for action in menu.taken(offer) if action.amount is not None), default=None)


def _spread(columns: dict[str, list[Any]], places: Codes, rows: int) -> dict[str, list[Any]]:
    """Return columns of some places as columns of all rows, None elsewhere."""
    if len(places) == rows:
        return columns
    codes = np.full(rows, -1)
    codes[places] = np.arange(len(places))
    return {name: pick(cells, codes) for name, cells in columns.items()}


def record_of(plan: Choices, follow_ups: Mapping[str, list[Any]]) -> dict[str, Any]:
    """Return a plan as a record; see `FollowUpPlan.to_dict`."""
    return {
        "responses": len(plan.status),
        "counts": plan.counts,
        "overdue": int(plan.overdue.sum()),
        "now": None if plan.now is None else str(plan.now.astype("datetime64[s]")),
        "holdout": plan.share,
        "currency": plan.currency,
        "unasked": list(plan.unasked),
        "opt_outs": list(plan.opt_outs),
        "unanswered": records(unanswered_of(plan).columns()),
        "limits": attrs.asdict(plan.limits, recurse=False),
        "follow_ups": records(follow_ups),
    }


# ---- letters: that of a step in a language is looked up once for all customers ----


def _is_mapping(_letters: object, _field: object, fields: Any) -> None:
    if not isinstance(fields, Mapping | None) or not all(isinstance(name, str) for name in fields or ()):
        raise InvalidTypeError(f"fields must map names to values, as {{'company': 'ACME'}}: got {quoted(fields)}")


@attrs.frozen(eq=False)
class Letters:
    """How letters are to be written; see `FollowUpPlan.columns`."""

    language: str | None = attrs.field(validator=is_text_or_none)
    fields: Mapping[str, Any] | None = attrs.field(validator=_is_mapping)
    languages: Languages | None = attrs.field(validator=attrs.validators.optional(is_a(Languages)))
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
    languages = letters.languages or Languages.default()
    strange = {text for text in set(said) if text is not None and not languages.knows(text)}
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
    for place, text in enumerate(said):
        if text in strange:
            subject, body, wrong = written[place]
            unknown = f"the language {excerpt(text)} is not known, so that {quoted(usual)} was taken"
            written[place] = subject, body, "; ".join(filter(None, [wrong, unknown]))
    return {name: [written[place][i] for place in range(len(rows))] for i, name in enumerate(MESSAGES)}


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
    given: dict[str, Any] = {"language": letters.language, "languages": letters.languages, **(letters.fields or {})}
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
    given = dict(letters.fields or {})
    try:
        letter = (letters.languages or Languages.default()).prepare(action, language, plan.currency)
    except NpskitError as error:
        return [(None, None, str(error))] * len(rows)
    known: dict[str, list[Any]] = {}
    if action == PUBLIC_ACTION:
        known = {"happy": plan.assigned.flags("happy", rows)}
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
