"""Which column of a file is which: those that were named, and those that may be taken unasked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

import numpy as np

from npskit.checks import several
from npskit.data import Column, Deferred, NumberedCells, cells_of, coded, stars_said
from npskit.errors import (
    ColumnNotFoundError,
    DataWarning,
    GuessWarning,
    IncompatibleError,
    InvalidValueError,
    UnreadableFileError,
    quoted,
    warn,
)
from npskit.reading import Loaded, has_kinds, refuse_aggregates, resolve, says, warn_of_counts, whole_ranges
from npskit.scorers import ByLabel, Codebook, codebook_of
from npskit.scores import labels_alone


class Roles(TypedDict, total=False):
    """The columns of a file by role, as for `Survey`; what is not named is found out where the survey tool is known."""

    time: str | None
    customer: str | None
    account: str | None
    comment: str | None
    weight: str | None
    stratum: str | None
    cluster: str | None
    label: str | None
    count: str | None


def bound_roles(roles: Mapping[str, object], loaded: Loaded) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the columns by role: those named, and those that may be taken unasked; and the others, to be offered."""
    known = Roles.__annotations__
    found = {role: name for role, name in loaded.roles.items() if role in known and isinstance(name, str)}
    # what changes the score or its interval is not done unasked on the strength of a column's name
    asked = ["weight", "account"] if loaded.report.tool else ["weight", "account", "customer"]
    offered = {role: found.pop(role) for role in asked if role in found}
    for role, name in roles.items():
        found.pop(role, None)
        if name is not None:
            found[role] = resolve(name, loaded.columns, role)  # type: ignore[arg-type]  # refuses what is no text
    return found, {role: name for role, name in offered.items() if role not in roles}


def scored_columns(score: Any, loaded: Loaded, codebook: Codebook, bound: dict[str, Any]) -> tuple[Codebook, list[str]]:
    """Return what the answers mean and their columns: the label's, taken from `bound`, where there are no others."""
    label, known = bound.get("label"), {*loaded.columns}
    named = [score] if isinstance(score, str) else list(score.values() if isinstance(score, Mapping) else score or ())
    if named:
        named = _answers(score, loaded, codebook)
    found = [name for name in named or [loaded.roles.get("score")] if isinstance(name, str) and name in known]
    if any((scale.low, scale.high) == (0, 10) for scale in codebook.scales):
        refuse_aggregates(loaded.columns, found, bool(named))
    if score is None and not found and label is not None and not known >= {*codebook.questions}:
        warn(f"score: no column holds answers: the groups in {quoted(label)} were scored alone", GuessWarning)
        if "count" not in bound:
            warn_of_counts(loaded.columns, label)
        return codebook_of(ByLabel(codebook.scorer)), [bound.pop("label")]
    answers = _answers(score, loaded, codebook)
    if "count" not in bound:
        warn_of_counts(loaded.columns, answers[0])
    values: Any = loaded.columns[answers[0]]
    cells = values.head(1000) if isinstance(values, NumberedCells) else np.asarray(values[:1000])
    if labels_alone(Column(cells), codebook):
        if answers == [label]:
            del bound["label"]
        return codebook_of(ByLabel(codebook.scorer)), answers
    if stars := stars_said(np.asarray(cells).tolist(), codebook.scales[0], answers[0]):
        warn(f"score: column {quoted(answers[0])}: {stars}", DataWarning)
    return codebook, answers


def _answers(score: str | Sequence[str] | Mapping[str, str] | None, loaded: Loaded, codebook: Codebook) -> list[str]:
    questions = codebook.questions
    if not loaded.columns:
        raise UnreadableFileError(
            f"{loaded.report.path} holds no answers: it is an empty list, or one of empty records"
        )
    if score is None:
        found = loaded.roles.get("score")
        named = all(question in loaded.columns for question in questions)
        if len(questions) == 1 and isinstance(found, str) and (questions == ("score",) or not named):
            return [found]
        if named:
            return list(questions)
        measure = codebook.name.partition(" ")[0]
        asking = [name for name in loaded.columns if says(name, measure)] if has_kinds(measure) else []
        asking = [name for name in asking if name not in loaded.roles.values()]
        if len(questions) == len(asking) == 1 and measure != "NPS":  # whose column is among the roles
            told = f"Column {asking[0]!r} was taken as the score by its name; name another with score=."
            warn(told, GuessWarning)
            return asking
        known = ", ".join(map(repr, list(loaded.columns)[:20]))
        about = " ".join(filter(None, [_about(loaded, codebook), loaded.about_header]))
        asked = f"score: name the column with the answers to {', '.join(questions)}"
        raise ColumnNotFoundError(f"{asked}; there are {known}. {about}", argument="score")
    if isinstance(score, Mapping):
        for question in questions:
            if question not in score:
                raise InvalidValueError(f"score: name the column with the answers to {question!r} too")
        score = [score[question] for question in questions]
    names = (score,) if isinstance(score, str) else several(score, "score")
    if len(names) != len(questions):
        asked = ", ".join(questions)
        raise IncompatibleError(f"score: the scorer reads a column for each of {asked}: got {len(names)}")
    try:
        return [resolve(name, loaded.columns, "score") for name in names]
    except ColumnNotFoundError as error:
        if not loaded.about_header:
            raise
        raise ColumnNotFoundError(f"{error}. {loaded.about_header}", argument="score") from None


def _about(loaded: Loaded, codebook: Codebook) -> str:
    """Return what there is to say of which column might hold the answers: those of whole numbers, and their ranges."""
    held = whole_ranges(loaded.columns)
    if not held:
        return loaded.about_score or "None holds whole numbers."
    default = all((scale.low, scale.high) == (0, 10) for scale in codebook.scales)
    likely = [name for name, (low, high) in held.items() if default and low >= 0 and 5 < high <= 10]
    if likely:
        return loaded.about_score
    shown = ", ".join(f"{quoted(name)} {low}..{high}" for name, (low, high) in list(held.items())[:10])
    said = (
        f"Whole numbers are in {shown}; {codebook.name} is asked on "
        f"{', '.join(dict.fromkeys(map(str, codebook.scales)))}"
    )
    other = ", and what another scale means with scorer=, such as CSAT() for 1..5" if default else ""
    return f"{said}: name the column with score={other}."


def warn_of_accounts(names: Mapping[str, bool], columns: Mapping[str, Any], weight: str) -> None:
    """Warn where an account has several rows, and the weight, which may be its revenue, counts in each.

    Args:
        names: The columns that may be the account, and whether they are called one: of several the first in which each
            has one weight, or else the first that is called so.
        columns: What the columns of the file hold.
        weight: The column bound as the weight.
    """
    if any(isinstance(columns[name], Deferred) for name in (*names, weight)):  # of a large file, read when asked for
        return
    weights, _ = coded(Column(cells_of(columns[weight])))
    repeated = {}
    for name in names:
        codes, labels = coded(Column(cells_of(columns[name])))
        known = codes >= 0
        if np.count_nonzero(known) > len(labels):
            pairs = np.unique(np.stack([codes[known], weights[known]]), axis=1)
            repeated[name] = pairs.shape[1] == len(labels)
    called = (name for name in repeated if names[name])
    found = next((name for name, alike in repeated.items() if alike), next(called, None))
    if found is not None:
        warn(
            f"weight: {quoted(weight)} counts in every row, and {quoted(found)} has several rows for one account: if "
            f"it is the account's, such as its revenue, let it count once with account={found!r}; else say "
            "account=None",
            DataWarning,
        )
