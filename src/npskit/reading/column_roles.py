"""Which column is which: the roles that a tool, a name or the answers themselves make unmistakable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from numpy.typing import NDArray

from npskit.data import INVALID, RECOMMENDS, SENTINELS, label_words, parse_answer
from npskit.reading.file_report import Columns, Roles
from npskit.reading.names import bare
from npskit.reading.tools import Tool

# The names by which columns are known, without case and marks.
_WORDS: Mapping[str, str] = {
    "time": (
        "date time timestamp datetime createdat submittedat answeredat respondedat recordedat completedat "
        "responsedate surveydate submitdate enddate recordeddate datum data fecha"
    ),
    "customer": (
        "customer customerid custid client clientid user userid member memberid respondent respondentid guest "
        "guestid patientid person personid kunde kundennummer kundennr kundenid customerno customernumber clientno "
        "clientnumber memberno membernumber email emailaddress"
    ),
    "account": (
        "account company contract organization organisation firma firmen unternehmen vertrag vertrags konto umowa "
        "entreprise contrat บริษัท spółka société"
    ),
    "comment": (
        "comment comments verbatim feedback remark remarks kommentar kommentare commentaire commentaires komentarz "
        "comentario comentarios npscomment npsreason commento ความคิดเห็น"
    ),
    "weight": "weight weights wt sampleweight surveyweight gewicht gewichtung poids waga peso weighting",
}
# What may stand behind the name of an account; a customer's name is not known to be one person's.
_BEHIND = {"account": ("", "id", "no", "nr", "num", "number", "nummer", "code", "key", "name")}
_NAMES: Mapping[str, frozenset[str]] = {
    role: frozenset(bare(word) + behind for word in words.split() for behind in _BEHIND.get(role, ("",)))
    for role, words in _WORDS.items()
}
# The names of a column of answers where another says to which question.
_ANSWERS = {"value", "valuenumber", "valuetext", "numericvalue", "answer", "answervalue", "answertext", "response"}
_ANSWERS |= {"responsevalue", "responsetext", "result", "antwort", "wert", "odpowiedź", "wartość", "réponse", "valeur"}
_ANSWERS |= set(map(bare, ("คำตอบ", "ค่า")))
_LABELS = frozenset(label_words(("detractor", "passive", "promoter")))
# The names of a column that nobody takes for anything else.
_SCORES = frozenset({"score", "nps", "enps", "npsscore"})
_GROUP = "_NPS_GROUP"
_LOOK = 20_000
_HALF, _MOST = 0.5, 0.9


def find_roles(columns: Columns, tool: Tool, labels: Mapping[str, str], *, meant: bool = False) -> tuple[Roles, str]:
    """Return the suggested roles, and what there is to say about the column of the score; empty where it is plain.

    Args:
        columns: The columns of the file.
        tool: The tool that wrote it.
        labels: The question texts by column.
        meant: Whether all rows answer the question that is to be scored, as another column says.
    """
    roles: Roles = {}
    said = ""
    for role, names in tool.roles.items():
        found = next((name for name in names if name in columns and not _is_blank(columns[name])), None)
        if found is not None:
            roles[role] = found
    for role, known in _NAMES.items():
        named = [name for name in columns if bare(name) in known and not tool.is_meta(name)]
        # an account is only ever offered, so that of its number and its name the first will do
        if (
            role not in roles
            and (len(named) == 1 or (named and role == "account"))
            and not _is_blank(columns[named[0]])
        ):
            roles[role] = named[0]
    if "score" not in roles:
        taken = set(roles.values())
        questions = {n: v for n, v in columns.items() if n not in taken and not tool.is_meta(n)}
        score, said = _find_score(questions, labels, tool, meant=meant)
        if score is not None:
            roles["score"] = score
    label = _find_label(columns, roles.get("score"))
    if label is not None:
        roles["label"] = label
    return roles, said


def accounts_in(columns: Collection[str], weight: str) -> dict[str, bool]:
    """Return the columns that may be the accounts of a weight by their names, and whether they are called accounts.

    Of customers only where the weight is called neither that nor anything alike: it may be what they pay.

    Example:
        >>> accounts_in(["customer_id", "company", "nps"], "revenue")
        {'company': True, 'customer_id': False}
    """
    kinds = ["account"] if bare(weight) in _NAMES["weight"] else ["account", "customer"]
    named = {kind: [name for name in columns if bare(name) in _NAMES[kind] and name != weight] for kind in kinds}
    return {name: kind == "account" for kind in kinds for name in named[kind]}


def whole_ranges(columns: Columns) -> dict[str, tuple[int, int]]:
    """Return the least and the highest of each column that holds whole numbers, or answers that begin with one.

    Example:
        >>> import numpy as np
        >>> whole_ranges({"mark": np.array(["1", "5 - very good", None], object), "text": np.array(["a"], object)})
        {'mark': (1, 5)}
    """
    found = {}
    for name, values in columns.items():
        if values.dtype.kind in "Oiuf":
            read = {parse_answer(value): n for value, n in _distinct(values).items()}
            told = {answer: n for answer, n in read.items() if answer is not None and answer not in SENTINELS}
            whole = [int(answer) for answer in told if answer is not INVALID]
            if whole and INVALID not in told:
                found[name] = min(whole), max(whole)
    return found


def is_comment(name: str) -> bool:
    """Whether a column is called a comment."""
    return bare(name) in _NAMES["comment"]


def _is_blank(values: NDArray[Any]) -> bool:
    return values.dtype == object and all(v is None for v in values)


def _distinct(values: NDArray[Any]) -> dict[Any, int]:
    """Return the distinct values at the beginning of a column, with how often each occurs, missing ones left out."""
    return {v: n for v, n in Counter(values[:_LOOK].tolist()).items() if v is not None and v == v}


def is_score(values: NDArray[Any], least: float = _MOST) -> bool:
    """Whether a column looks like answers on 0..10: the `least` part of it is, and they do not stay within 0..5."""
    if values.dtype.kind not in "Oiuf":
        return False
    within = others = 0
    highest = -1
    for value, count in _distinct(values).items():
        answer = parse_answer(value)
        if answer is None or answer in SENTINELS:
            continue
        if answer is not INVALID and 0 <= int(answer) <= 10:
            within += count
            highest = max(highest, int(answer))
        else:
            others += count
    return within > 0 and within >= least * (within + others) and (highest > 5 or within < 10)


def _find_score(questions: Columns, labels: Mapping[str, str], tool: Tool, *, meant: bool) -> tuple[str | None, str]:
    """Return the score's column, if that can be decided, and what to say about it."""
    grouped = [n.removesuffix(_GROUP) for n in questions if n.endswith(_GROUP) and n.removesuffix(_GROUP) in questions]
    if len(grouped) == 1:
        return grouped[0], ""
    # a column with a telling name may hold more bad answers than one that is judged by its numbers alone
    titled = {n for n in questions if RECOMMENDS.search(n) or RECOMMENDS.search(labels.get(n, ""))}
    scores = [n for n, values in questions.items() if is_score(values, _HALF if n in titled else _MOST)]
    speaking = grouped or [n for n in scores if n in titled]
    speaking = speaking or [n for n in scores if bare(n) in {"score", "ltr", "rating"}]
    speaking = speaking or [n for n in scores if meant and bare(n) in _ANSWERS]
    if len(speaking) == 1:
        guessed = f"Column {speaking[0]!r} was taken as the score by its name; name another with score=."
        return speaking[0], "" if grouped or bare(speaking[0]) in _SCORES else guessed
    candidates = speaking or scores
    if not candidates:
        return None, "No column holds whole numbers on 0..10 that could be the score: name it."
    if len(candidates) == 1 and tool.only_answers:
        return candidates[0], f"Column {candidates[0]!r} was taken as the score; name another with score=."
    if len(candidates) == 1:
        return None, f"Column {candidates[0]!r} holds whole numbers on 0..10, and may be anything: name it if it is."
    shown = ", ".join(map(repr, candidates[:10])) + (" ..." if len(candidates) > 10 else "")
    return None, f"Several columns could be the score: name one of {shown}."


def _find_label(columns: Columns, score: object) -> str | None:
    """Return the column of group labels (promoter, passive, detractor), if there is one."""
    if isinstance(score, str) and f"{score}{_GROUP}" in columns:
        return f"{score}{_GROUP}"
    found = []
    for name, values in columns.items():
        if values.dtype == object:
            words = {str(v).strip().casefold() for v in values[:1000].tolist() if v is not None}
            if words and words <= _LABELS:
                found.append(name)
    return found[0] if len(found) == 1 else None
