"""Records of the APIs of survey tools: the answers in them, lists of objects, as a column for each question."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_GROUPS = {"1": "Detractor", "2": "Passive", "3": "Promoter"}


def with_answers(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with a column for each question, where it is of Typeform, Qualtrics or SurveyMonkey.

    Example:
        >>> with_answers({"responseId": "R_1", "values": {"QID1": 9, "QID1_NPS_GROUP": 3}, "labels": {}})
        {'responseId': 'R_1', 'QID1': 9, 'QID1_NPS_GROUP': 'Promoter'}
    """
    record = _unwrapped(record)
    if "values" in record and "responseId" in record and isinstance(record["values"], dict):
        return _qualtrics(record)
    if isinstance(record.get("answers"), list) and ("landing_id" in record or "submitted_at" in record):
        return _without(record, "answers", "definition") | dict(_typeform(record["answers"], _titles(record)))
    if isinstance(record.get("pages"), list):
        return _without(record, "pages") | dict(_surveymonkey(record["pages"]))
    for key, answers in (("answers", record.get("answers")), ("survey_data", record.get("survey_data"))):
        if isinstance(answers, dict) and answers and all(isinstance(answer, dict) for answer in answers.values()):
            return _without(record, key) | dict(_by_question(answers))
    return record


def _unwrapped(record: dict[str, Any]) -> dict[str, Any]:
    """Return an answer without what a webhook or a database has around it."""
    if isinstance(record.get("form_response"), dict):  # Typeform
        return record["form_response"]  # type: ignore[no-any-return]
    inside = record.get("data")
    if isinstance(inside, dict) and "event" in record and "surveyId" in inside:  # Formbricks
        return inside
    properties = record.get("properties")
    if isinstance(properties, str) and (found := object_in(properties)) is not None:  # PostHog, through SQL or CSV
        return record | {"properties": found}
    return {key: _scalar(value) for key, value in record.items()}


# How MongoDB and DynamoDB write a value with its type.
_TYPED = re.compile(r"\$(oid|date|number\w+)|[SN]|BOOL|NULL")


def _scalar(value: Any) -> Any:
    """Return a value without its type, where a database has written it beside."""
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, inside),) = value.items()
    if not _TYPED.fullmatch(kind):
        return value
    return None if kind == "NULL" else _scalar(inside)


def group_named(code: object) -> str:
    """Return the group that a code of Qualtrics stands for, empty for what is no code.

    Example:
        >>> group_named("3"), group_named(1.0), group_named("Promoter")
        ('Promoter', 'Detractor', '')
    """
    return _GROUPS.get(str(code).strip().removesuffix(".0"), "")


def object_in(text: str) -> dict[str, Any] | None:
    """Return the object that a cell holds as JSON, None if it holds none.

    Example:
        >>> object_in('{"$survey_response": "9"}'), object_in("[1]"), object_in("{9}")
        ({'$survey_response': '9'}, None, None)
    """
    if not text.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _by_question(answers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the questions and answers of Jotform, Alchemer and Google Forms, which have an object for each."""
    for key, answer in answers.items():
        texts = answer.get("textAnswers")
        if isinstance(texts, dict):
            given = [each.get("value") for each in texts.get("answers") or () if isinstance(each, dict)]
            yield str(answer.get("questionId", key)), given[0] if len(given) == 1 else ", ".join(map(str, given))
        elif "answer" in answer or "text" in answer or "question" in answer:
            yield str(answer.get("text") or answer.get("question") or answer.get("name") or key), answer.get("answer")
        else:
            yield key, answer


def _without(record: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in keys}


def _qualtrics(record: Mapping[str, Any]) -> dict[str, Any]:
    told = record.get("labels")
    labels: Mapping[str, Any] = told if isinstance(told, dict) else {}
    found: dict[str, Any] = (
        _without(record, "values", "labels", "displayedFields", "displayedValues") | record["values"]
    )
    for key, value in record["values"].items():
        if key.endswith("_NPS_GROUP"):
            found[key] = labels.get(key, group_named(value) or value)
        elif key in labels and labels[key] != value:
            found[f"{key} (label)"] = labels[key]
    return found


def _titles(record: Mapping[str, Any]) -> dict[str, str]:
    """Return the texts of the questions of Typeform by their id, where the answer comes with them."""
    told = record.get("definition")
    fields = told.get("fields") if isinstance(told, dict) else None
    known = [field for field in fields or () if isinstance(field, dict) and field.get("title")]
    return {str(field.get("id")): str(field["title"]) for field in known}


def _typeform(answers: list[Any], titles: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for answer in answers:
        if not isinstance(answer, dict):
            continue
        told = answer.get("field")
        field: Mapping[str, Any] = told if isinstance(told, dict) else {}
        kind, ref = answer.get("type"), str(field.get("ref", ""))
        name = titles.get(str(field.get("id"))) or (
            ref if ref and not _UUID.fullmatch(ref) else f"{field.get('type', kind)} {field.get('id', ref)}"
        )
        value = answer.get(str(kind))
        if isinstance(value, dict):
            value = value.get("label", value.get("labels", value.get("other", value)))
        yield name, ", ".join(map(str, value)) if isinstance(value, list) else value


def _surveymonkey(pages: list[Any]) -> Iterator[tuple[str, Any]]:
    questions = [
        q for page in pages if isinstance(page, dict) for q in page.get("questions") or () if isinstance(q, dict)
    ]
    for question in questions:
        name = str(question.get("heading") or f"question {question.get('id', '')}")
        answers = [answer for answer in question.get("answers") or () if isinstance(answer, dict)]
        rows = {answer.get("row_id") for answer in answers}
        found: dict[str, list[Any]] = {}
        for answer in answers:
            key = (
                f"{name} [{answer.get('row_text') or answer['row_id']}]"
                if len(rows) > 1 and "row_id" in answer
                else name
            )
            found.setdefault(key, []).append(_chosen(answer))
        yield from ((key, each[0] if len(each) == 1 else ", ".join(map(str, each))) for key, each in found.items())


def _chosen(answer: Mapping[str, Any]) -> Any:
    """Return what was chosen: the weight of the choice, its text, or its id."""
    data = answer.get("choice_metadata")
    if isinstance(data, dict) and "weight" in data:
        return data["weight"]
    return next((answer[key] for key in ("text", "simple_text", "choice_text", "choice_id") if answer.get(key)), None)
