"""Records of the APIs of survey tools: the answers in them, lists of objects, as a column for each question."""

from __future__ import annotations

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
    if isinstance(record.get("form_response"), dict):
        record = record["form_response"]  # as Typeform sends it to a webhook
    if "values" in record and "responseId" in record and isinstance(record["values"], dict):
        return _qualtrics(record)
    if isinstance(record.get("answers"), list) and ("landing_id" in record or "submitted_at" in record):
        return _without(record, "answers") | dict(_typeform(record["answers"]))
    if isinstance(record.get("pages"), list):
        return _without(record, "pages") | dict(_surveymonkey(record["pages"]))
    return record


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
            found[key] = labels.get(key, _GROUPS.get(str(value), value))
        elif key in labels and labels[key] != value:
            found[f"{key} (label)"] = labels[key]
    return found


def _typeform(answers: list[Any]) -> Iterator[tuple[str, Any]]:
    for answer in answers:
        if not isinstance(answer, dict):
            continue
        told = answer.get("field")
        field: Mapping[str, Any] = told if isinstance(told, dict) else {}
        kind, ref = answer.get("type"), str(field.get("ref", ""))
        name = ref if ref and not _UUID.fullmatch(ref) else f"{field.get('type', kind)} {field.get('id', ref)}"
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
