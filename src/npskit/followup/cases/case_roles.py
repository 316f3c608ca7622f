"""Which column of a case log is which: by what columns are called in help desks and CRMs, or as the caller says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from npskit.checks import one_of
from npskit.errors import ColumnNotFoundError, DataWarning, IncompatibleError, did_you_mean, quoted, warn
from npskit.followup.cases.case_spans import stem_and_unit, unit_in_full, without_office
from npskit.options import EVENT_KINDS

_PREFIX = "time_to_"
_SUFFIX = re.compile(
    r"^(?!time_to_)(?:(?:date|time|datetime|timestamp|data|datum|fecha)_)+(?:of_)?"
    r"|^(?:ticket|case|conversation|issue|request)_"
    r"|(?:_(?:at|on|time|date|datetime|timestamp|utc|epoch|unix|am|um|le|el|zeit|datum))+$"
)
# English, German, Polish, French, Spanish.
_IN_WORDS = {
    "opened": """open created create creation started erstellt angelegt eröffnet geöffnet utworzono utworzone utworzenia
        otwarto otwarte créé ouvert creado abierto""",
    "assigned": "assignment assign zugewiesen przypisano przypisane assigné asignado",
    "contact_attempted": "attempted attempt contact_attempt call_attempted",
    "first_response": """responded response first_reply replied first_responded answered initial_response first_answer
        frt erste_antwort erstantwort erstantwortzeit beantwortet pierwsza_odpowiedź pierwszej_odpowiedzi
        odpowiedziano czas_pierwszej_odpowiedzi première_réponse primera_respuesta""",
    "contacted": "contact reached spoken kontaktiert skontaktowano contacté contactado",
    "escalated": "escalation escalate eskaliert eskalowano eskalowane escaladé escalado",
    "resolved": "resolution solved resolve full_resolution gelöst rozwiązano rozwiązane rozwiązany résolu resuelto",
    "informed": "customer_informed notified informiert poinformowano",
    "closed": """close closing completed closure done finished geschlossen abgeschlossen erledigt zamknięto zamknięte
        zamknięty zamknięcia fermé clôturé cerrado""",
    "reopened": """reopen re_opened reopening wiedereröffnet wieder_geöffnet ponownie_otwarto ponownie_otwarte rouvert
        reabierto""",
}
_KIND_WORDS = {kind: tuple(words.split()) for kind, words in _IN_WORDS.items()}
_KIND_OF = {word: EVENT_KINDS.index(kind) for kind, words in _KIND_WORDS.items() for word in (kind, *words)}
# Names of columns would be too many of these.
_KIND_OF |= dict.fromkeys(
    ["new", "received", "submitted", "registered", "logged", "raised", "neu", "eingegangen", "nowe", "zgłoszono"], 0
)
_ABOUT = {
    "case": (
        *("case_id", "ticket", "ticket_id", "id", "case_number", "case_no", "ticket_number", "ticket_no"),
        *("issue_key", "issue_id", "conversation_id", "request_id", "ticketnummer", "vorgang", "numer_zgłoszenia"),
    ),
    "category": ("segment",),
    "score": ("nps",),
    "later_score": ("score_later", "new_score", "later_nps"),
    "later": ("later_category", "later_segment"),
    "theme": ("topic",),
    "channel": (),
    "due": ("due_at", "due_time", "due_date"),
}
_OWNER = ("owner", "assignee", "assigned_to", "team_member", "agent", "user", "by")
_BY_CASE = {**_ABOUT, "owner": _OWNER[1:], **_KIND_WORDS}
_BY_EVENT = {
    **_ABOUT,
    "event": ("kind", "event_type", "event_name", "action", "new_status", "to_status", "ereignis", "zdarzenie"),
    "at": (
        *("time", "timestamp", "date", "datetime", "when", "event_time", "event_at", "event_date", "occurred_at"),
        *("changed_at", "zeit", "zeitpunkt", "datum", "data", "czas"),
    ),
    "by": _OWNER[:-1],
}
ALIASES = {"segment": "category", "team_member": "owner", "topic": "theme"}
"""Other names for what figures can be broken down by."""


def _tidy(name: str) -> str:
    """Return a name in lower case, with one underscore wherever it has anything but letters and digits."""
    return re.sub(r"[\W_]+", "_", unit_in_full(name)).strip("_").casefold()


def kind_of(name: object, words: Mapping[str, str]) -> int:
    """Return the place in `EVENT_KINDS` of what a log calls an event, -1 if it is not known.

    Example:
        >>> EVENT_KINDS[kind_of("First Response", {})], EVENT_KINDS[kind_of("gelöst", {"gelöst": "resolved"})]
        ('first_response', 'resolved')
    """
    if name in words:
        return EVENT_KINDS.index(words[str(name)])
    tidy = _tidy(str(name))
    return _KIND_OF.get(tidy, _KIND_OF.get(_SUFFIX.sub("", tidy), -1))


def find_roles(columns: Sequence[str], given: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """Return the column of each role that is there, and whether there is one row per event (not one per case).

    Args:
        columns: The names of the columns.
        given: Columns by role, where the caller says so.

    Raises:
        ColumnNotFoundError: If a column that was given is not there, or none is found for a role that is needed.
        IncompatibleError: If two columns fit one role.
        InvalidValueError: If there is no such role.

    Example:
        >>> find_roles(["Ticket ID", "Created at", "Solved at"], {})
        ({'case': 'Ticket ID', 'opened': 'Created at', 'resolved': 'Solved at'}, False)
    """
    known = sorted({*_BY_CASE, *_BY_EVENT})
    for role, name in given.items():
        one_of(role, known, "columns")
        if name not in columns:
            raise ColumnNotFoundError(
                f"columns: there is no column {quoted(name)} for {role!r}; {did_you_mean(name, columns)}"
            )
    by_event = _matched(columns, given, {role: _BY_EVENT[role] for role in ("case", "event", "at")})
    if len(by_event) == 2 and "at" not in by_event:
        # one time for each event may be called the creation of the event
        times = _matched(columns, given, _KIND_WORDS)
        by_event |= {"at": times["opened"]} if set(times) == {"opened"} and "case" in by_event else {}
        given = {**given, "at": times["opened"][0]} if len(by_event) == 3 else given
    if len(by_event) == 3:
        return _single(_matched(columns, given, _BY_EVENT)), True
    found = _single(_matched(columns, given, _BY_CASE))
    _warn_of_office(columns, found)
    if "opened" not in found:
        shown = ", ".join(map(repr, list(columns)[:12]))
        raise ColumnNotFoundError(
            "a case log needs a column 'opened' (one row per case) or columns 'case', 'event' and 'at' (one row per "
            f"event): got {shown}; say which is which, as in columns={{'opened': 'Created on'}}"
        )
    return found, False


def _matched(
    columns: Sequence[str], given: Mapping[str, str], roles: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return the columns that fit each role: the one of its own name, else those of another name for it."""
    tidy = {name: _tidy(name) for name in columns if name not in given.values()}
    found: dict[str, list[str]] = {}
    for role, words in roles.items():
        fits = [given[role]] if role in given else [name for name, said in tidy.items() if said == role]
        fits = fits or [name for name, said in tidy.items() if said in words]
        if role == "case":  # a table may number the same thing more than once
            fits = sorted(fits, key=lambda name: [role, *words].index(tidy.get(name, role)))[:1]
        if not fits and role in EVENT_KINDS:
            fits = [name for name, said in tidy.items() if _SUFFIX.sub("", said) in (role, *words)]
        if not fits and role in EVENT_KINDS and role != "opened":
            fits = [name for name, said in tidy.items() if _took(said) in (role, *words)]
        if fits:
            found[role] = fits
    return found


def unit_of(name: str) -> float | None:
    """Return the seconds of the unit that the name of a column ends with, None if it ends with none.

    Example:
        >>> unit_of("First reply time (in hrs)"), unit_of("First reply")
        (3600, None)
    """
    return stem_and_unit(_tidy(name))[1]


def _warn_of_office(columns: Sequence[str], found: Mapping[str, str]) -> None:
    """Warn of durations on the clock of an office that nothing else in the log stands for."""
    for name in columns:
        tidy = None if name in found.values() else without_office(_tidy(name))
        roles = _matched([tidy], {}, _KIND_WORDS) if tidy else {}
        if roles and not roles.keys() & found.keys():
            role = next(iter(roles))
            warn(
                f"cases: column {quoted(name)} counts business hours and is not read: give a column of the times of "
                f"{role!r}, or of durations on the calendar, and calendar=BusinessCalendar(...) counts business hours.",
                DataWarning,
            )


def _took(tidy: str) -> str:
    """Return what a column says the duration of by its name."""
    return _SUFFIX.sub("", stem_and_unit(tidy)[0]).removeprefix(_PREFIX)


def _single(matched: Mapping[str, list[str]]) -> dict[str, str]:
    """Return the one column of each role."""
    for role, names in matched.items():
        if len(names) > 1:
            raise IncompatibleError(
                f"columns {', '.join(map(repr, names))} all may be {role!r}: say which, as in "
                f"columns={{{role!r}: {quoted(names[0])}}}"
            )
    return {role: names[0] for role, names in matched.items()}
