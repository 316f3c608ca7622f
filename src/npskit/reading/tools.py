"""The survey tools whose exports are recognised: one entry in `TOOLS` each."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from npskit.errors import InvalidValueError, did_you_mean, quoted, written

Rows = Sequence[Sequence[str]]


@attrs.frozen
class Header:
    """The header rows of a file, read: column names, how many rows they take, a text for each, the time zone."""

    names: tuple[str, ...]
    rows: int = 1
    texts: tuple[str, ...] = ()
    time_zone: str | None = None


def one_row(rows: Rows) -> Header:
    """Read a header of one row."""
    return Header(tuple(rows[0]))


@attrs.frozen
class Tool:
    """A survey tool.

    Args:
        name: What it is called.
        knows: Whether the first rows of a file (only the names, for JSON and Parquet) are this tool's.
        header: Reads the header rows.
        roles: For each role, the columns that hold it, best first; an empty column is passed over.
        meta: The names of columns that are never questions, as a pattern for the whole name.
        aside: The columns, best first, that say which rows are not answers, and a function that says why for a cell, or
            None.
        time_zone: The time zone of its times, where it is always the same.
        only_answers: Whether all other columns are answers to its questions.
        kinds: The columns that say which survey, or which kind of question, a row answers.
        submission: The columns, best first, that say which rows are of one response: the latest of them counts.
        question: A pattern of the columns that may hold one question together.
        expands: Whether a question may have a column for each of its options; see `npskit.reading.option_columns`.
    """

    name: str
    knows: Callable[[Rows], bool]
    header: Callable[[Rows], Header] = one_row
    roles: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    meta: str = ""
    aside: tuple[tuple[str, ...], Callable[[Any], str | None]] | None = None
    time_zone: str | None = None
    only_answers: bool = False
    kinds: tuple[str, ...] = ()
    submission: tuple[str, ...] = ()
    question: str = ""
    expands: bool = False

    def is_meta(self, column: str) -> bool:
        """Whether a column is known not to be a question."""
        named = {name for names in self.roles.values() for name in names}
        return column in named or (bool(self.meta) and re.fullmatch(self.meta, column, re.IGNORECASE) is not None)


def _has(*names: str) -> Callable[[Rows], bool]:
    """Recognise a file by column names that must all be there."""
    return lambda rows: set(names) <= {cell.strip() for cell in rows[0]}


# Qualtrics: internal names, texts of the questions, then import ids as JSON; the legacy export has no third row.


def _import_ids(row: Sequence[str]) -> bool:
    told = [cell for cell in row if cell.strip()]
    return bool(told) and sum(cell.lstrip().startswith('{"ImportId"') for cell in told) > len(told) / 2


def _is_legacy(rows: Rows) -> bool:
    return len(rows) > 1 and rows[0][:2] == ["V1", "V2"] and "ResponseID" in rows[1]


def _is_qualtrics(rows: Rows) -> bool:
    known = {"StartDate", "EndDate", "Status", "RecordedDate", "ResponseId", "DistributionChannel", "UserLanguage"}
    return any(map(_import_ids, rows[1:3])) or len(known & set(rows[0])) >= 4 or _is_legacy(rows)


def _qualtrics_header(rows: Rows) -> Header:
    if _is_legacy(rows):
        names = [
            second if re.fullmatch(r"V\d+", first) else first for first, second in zip(rows[0], rows[1], strict=False)
        ]
        return Header((*names, *rows[0][len(names) :]), 2, tuple(rows[1]))
    ids = next((i for i in (1, 2) if i < len(rows) and _import_ids(rows[i])), None)
    if ids is None:
        return one_row(rows)
    return Header(tuple(rows[0]), ids + 1, tuple(rows[1]) if ids == 2 else (), _time_zone(rows[ids]))


def _time_zone(row: Sequence[str]) -> str | None:
    for cell in row:
        try:
            zone = json.loads(cell).get("timeZone")
        except (ValueError, AttributeError):
            continue
        if isinstance(zone, str) and zone:
            return zone
    return None


_NO_ANSWERS = {"1": "a preview", "2": "a test", "8": "spam", "9": "spam of a preview", "17": "a preview"}


def _qualtrics_aside(status: Any) -> str | None:
    text = str(status).strip()
    what = "spam" if "spam" in text.lower() else "a preview or test"
    if what == "spam" or "preview" in text.lower() or text == "Survey Test" or text in _NO_ANSWERS:
        return f"{_NO_ANSWERS.get(text, what)}, not an answer: left out"
    return None


# SurveyMonkey: the second row names the options; a question of several options has a name on the first of its columns.

_PLAIN_OPTIONS = {"", "response", "open-ended response"}


def _surveymonkey_header(rows: Rows) -> Header:
    if len(rows) < 2 or rows[1][:1] != [""] or not any(cell.strip() for cell in rows[1]):
        return one_row(rows)
    names, question = [], ""
    for j, cell in enumerate(rows[0]):
        option = rows[1][j].strip() if j < len(rows[1]) else ""
        question = cell.strip() or question
        alone = j + 1 == len(rows[0]) or bool(rows[0][j + 1].strip())
        spilled = not cell.strip() or not (alone or option.lower() in _PLAIN_OPTIONS)
        names.append(f"{question} [{option}]" if spilled and option and question else cell)
    return Header(tuple(names), 2, tuple(rows[1]))


# PostHog: events; only "survey sent" is an answer.


def _is_posthog(rows: Rows) -> bool:
    names = {cell.rpartition("properties.")[2] for cell in rows[0]}
    return "$survey_id" in names or any(name.startswith("$survey_response") for name in names)


def _properties(*names: str) -> tuple[str, ...]:
    """Return the columns of properties of an event, as they are called in CSV and in JSON."""
    return tuple(f"{prefix}{name}" for name in names for prefix in ("", "properties."))


def _posthog_aside(event: Any) -> str | None:
    return None if str(event).strip() == "survey sent" else f"the event {str(event)!r} is not an answer: left out"


# Google Forms: a time stamp, in the language of the form's owner, and nothing else that is fixed.

_STAMPS = (
    "Timestamp",
    "Zeitstempel",
    "Horodateur",
    "Marca temporal",
    "Informazioni cronologiche",
    "Carimbo de data/hora",
    "Tijdstempel",
    "Tidsstempel",
    "Tidstämpel",
    "Sygnatura czasowa",
    "Časová značka",
    "ประทับเวลา",
    "タイムスタンプ",
)


def _is_google(rows: Rows) -> bool:
    return len(rows[0]) > 1 and rows[0][0].strip() in _STAMPS


TOOLS: tuple[Tool, ...] = (
    Tool(
        "Qualtrics",
        _is_qualtrics,
        _qualtrics_header,
        roles={
            "time": ("RecordedDate", "EndDate", "StartDate"),
            "customer": ("ExternalReference", "ExternalDataReference", "RecipientEmail", "EmailAddress"),
        },
        meta=r"Status|IPAddress|Progress|Duration \(in seconds\)|Finished|Response(Id|ID|Set)|Name|Recipient\w+"
        r"|Location\w+|DistributionChannel|UserLanguage|Q_\w+",
        aside=(("Status",), _qualtrics_aside),
    ),
    Tool(
        "Formbricks",
        _has("Response ID", "Survey ID", "Timestamp"),
        roles={"time": ("Timestamp",), "customer": ("User ID",)},
        meta=r"No\.|Response ID|Finished|Survey ID|Formbricks ID.*|Notes|Tags|source|url|country|action|userAgent - .*",
    ),
    Tool(
        "Typeform",
        _has("#", "Network ID"),
        roles={"time": ("Submit Date (UTC)", "Stage Date (UTC)", "Start Date (UTC)")},
        meta=r"#|Response Type|Network ID|Tags|Ending",
        time_zone="UTC",
    ),
    Tool(
        "SurveyMonkey",
        _has("Respondent ID", "Collector ID"),
        _surveymonkey_header,
        roles={"time": ("End Date", "Date Modified", "Start Date", "Date Created"), "customer": ("Email Address",)},
        meta=r"Respondent ID|Collector ID|Date (?:Created|Modified)|IP Address|First Name|Last Name|Custom Data \d+",
        expands=True,
    ),
    Tool(
        "PostHog",
        _is_posthog,
        roles={"time": ("timestamp",), "customer": ("distinct_id", "person.distinct_id")},
        meta=r"(?!(properties\.)?\$survey_response).*",
        aside=(("event", "*.event"), _posthog_aside),
        time_zone="UTC",
        only_answers=True,
        kinds=_properties("$survey_name", "$survey_id"),
        submission=_properties("$survey_submission_id"),
        question=r"(properties\.)?\$survey_response(_[0-9a-f]+(-\w+)+)?",
    ),
    Tool(
        "Delighted",
        _has("survey_type", "permalink", "created_at", "score"),
        roles={
            "score": ("score",),
            "comment": ("comment",),
            "time": ("created_at",),
            "customer": ("person", "person.id", "person.email"),
        },
        meta=r"id|survey_type|permalink|updated_at|notes|tags|additional_answers|person.*",
        time_zone="UTC",
        kinds=("survey_type",),
    ),
    # Answers of APIs, as `npskit.reading.api_records` flattens them.
    Tool(
        "Qualtrics",
        lambda rows: (
            "responseId" in rows[0] and {"startDate", "finished", "status", "_recordId"} & set(rows[0]) != set()
        ),
        roles={
            "time": ("recordedDate", "endDate", "startDate"),
            "customer": ("externalDataReference", "recipientEmail"),
        },
        meta=r"status|ipAddress|progress|duration|finished|responseId|_recordId|recipient\w+|location\w+"
        r"|distributionChannel|userLanguage|Q_\w+|.* \(label\)",
        aside=(("status",), _qualtrics_aside),
        time_zone="UTC",
    ),
    Tool(
        "Typeform",
        lambda rows: "landing_id" in rows[0] or {"submitted_at", "landed_at"} <= set(rows[0]),
        roles={"time": ("submitted_at", "landed_at")},
        meta=r"landing_id|token|response_id|response_type|landed_at|metadata\..*|hidden\..*|calculated\..*|variables|tags",
        time_zone="UTC",
        only_answers=True,
        submission=("token",),
    ),
    Tool(
        "SurveyMonkey",
        lambda rows: {"response_status", "date_modified"} <= set(rows[0]),
        roles={"time": ("date_modified", "date_created")},
        meta=r"id|\w+_id|response_status|collection_mode|ip_address|total_time|href|\w+_url|logic_path.*|page_path"
        r"|metadata.*|custom_\w+.*",
        only_answers=True,
    ),
    Tool(
        "Formbricks",
        lambda rows: {"surveyId", "createdAt", "finished"} <= set(rows[0]),
        roles={"time": ("createdAt",), "customer": ("contact.userId", "person.userId")},
        meta=r"(?!data\.).*",
        time_zone="UTC",
        only_answers=True,
        submission=("id",),
    ),
    Tool("Google Forms", _is_google, roles={"time": _STAMPS, "customer": ("Email Address", "Username")}),
)

PLAIN = Tool("plain", lambda _rows: True)


def find_tool(rows: Rows, name: str | None = None) -> Tool:
    """Return the tool that wrote a file with these first rows, or the one that is named; `PLAIN` where none is known.

    Raises:
        InvalidValueError: If no tool has the name.
    """
    if name is None:
        return next((tool for tool in TOOLS if tool.knows(rows)), PLAIN)
    known = dict[str, list[Tool]]()
    for tool in (*TOOLS, PLAIN):
        known.setdefault(tool.name.casefold().replace(" ", ""), []).append(tool)
    named = known.get(written(name).casefold().replace(" ", "").replace("_", ""))
    if named is None:
        raise InvalidValueError(
            f"tool {quoted(name)} is not known; {did_you_mean(name, [each[0].name for each in known.values()])}"
        )
    # a tool has several forms of export: the one that the file shows, else the first
    return next((tool for tool in named if rows and tool.knows(rows)), named[0])
