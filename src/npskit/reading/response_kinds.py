"""Columns that say which survey, or which kind of question, a row answers; and which of them a scorer measures."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from npskit.data import RECOMMENDS
from npskit.reading.names import bare
from npskit.reading.tools import Tool

# The columns that say so in files of no known tool, whatever they hold; without case and marks.
_NAMES = {"questiontype", "metric", "metrictype", "question", "questiontext"}
_NAMES |= {"questionid", "questionlabel", "fieldtype", "fieldlabel", "fieldid"}
_NAMES |= {"frage", "fragetext", "frageid", "pytanie", "treśćpytania", "คำถาม", "questionname", "questioncode"}
# What these hold is a kind only where it names what is measured.
_LOOSE = frozenset({"surveytype", "feedbacktype", "metricstype", "metricname", "scoretype", "ratingtype"})
# What these hold are names that a user has given, some of which may tell.
_TITLES = frozenset(
    {"survey", "surveyname", "surveytitle", "campaign", "campaignname", "formname", "umfrage", "ankieta"}
)
# A column of more values than these is not one of kinds.
MOST_KINDS = 200
# How a question or a survey is known to ask what a scorer measures.
_MEASURES: Mapping[str, re.Pattern[str]] = {
    "NPS": RECOMMENDS,
    "CSAT": re.compile(
        r"(?<![a-z])csat(?![a-z])|satisf|zufrieden|zadowol|usatysf|พึงพอใจ|พอใจ|smileys?(?![a-z])|thumbs|stars?(?![a-z])",
        re.IGNORECASE,
    ),
    "CES": re.compile(r"(?<![a-z])ces(?![a-z])|effort|how easy|mühe|aufwand|wysił|łatwo|ความพยายาม", re.IGNORECASE),
}


def has_kinds(measure: str) -> bool:
    """Whether it is known how questions for a scorer are called."""
    return measure in _MEASURES


def kind_columns(names: Sequence[str], tool: Tool) -> list[str]:
    """Return the columns that say which survey or question a row answers.

    Example:
        >>> from npskit.reading.tools import PLAIN
        >>> kind_columns(["score", "Question ID", "properties.hs_survey_type"], PLAIN)
        ['Question ID', 'properties.hs_survey_type']
    """
    if tool.kinds:
        return [name for name in tool.kinds if name in names]
    return [name for name in names if _known(name) in _NAMES | _LOOSE | _TITLES]


def says(value: Any, measure: str) -> bool:
    """Whether the name of a survey or a question says that it asks what a scorer measures."""
    return isinstance(value, str) and _MEASURES[measure].search(value) is not None


@attrs.frozen
class Kinds:
    """What a column of kinds says.

    Args:
        taken: Of several kinds the ones that are measured, where it is plain which; else empty.
        mixed: Whether there are several, of which it is not plain which are meant.
        foreign: Whether all of them say that they are something else.
    """

    taken: tuple[Any, ...] = ()
    mixed: bool = False
    foreign: bool = False


def kinds_of(labels: Sequence[Any], name: str, tool: Tool, measure: str) -> Kinds:
    """Return what the distinct values of a column of kinds say.

    Example:
        >>> from npskit.reading.tools import PLAIN
        >>> kinds_of(["nps", "csat"], "survey_type", PLAIN, "NPS")
        Kinds(taken=('nps',), mixed=False, foreign=False)
        >>> kinds_of(["NPS May", "NPS June"], "survey", PLAIN, "NPS"), kinds_of(["csat"], "metric", PLAIN, "NPS")
        (Kinds(taken=(), mixed=False, foreign=False), Kinds(taken=(), mixed=False, foreign=True))
    """
    if not 0 < len(labels) <= MOST_KINDS:
        return Kinds()
    meant = [label for label in labels if says(str(label), measure)]
    others = [label for label in labels if label not in meant]
    foreign = [label for label in others if any(says(str(label), each) for each in _MEASURES)]
    if len(labels) == 1:
        return Kinds(foreign=bool(foreign))
    titles = not tool.kinds and _known(name) in _TITLES
    loose = titles or (not tool.kinds and _known(name) in _LOOSE)
    plain = len(meant) == 1 and (not titles or len(foreign) == len(others))
    if others and (plain or (meant and loose and len(foreign) == len(others))):
        return Kinds(tuple(meant))
    if loose and not foreign:
        return Kinds()
    return Kinds(mixed=True)


def _known(name: str) -> str:
    """Return a name as it is looked up: of "properties.hs_survey_type" what follows the objects it is in."""
    return bare(name.rpartition(".")[2]).removeprefix("hs")
