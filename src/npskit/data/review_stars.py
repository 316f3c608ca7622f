"""Stars of reviews, one to five: another scale than 0..10, on which each of them would make a detractor."""

from __future__ import annotations

import re
from collections.abc import Iterable

from npskit.data.answers import parse_answer
from npskit.data.scale import Scale, folded
from npskit.data.words import is_nothing

_MOST = 5
_WORDS = r"stars?|sterne?n?|gwiazd(?:ka|ki|ek)|étoiles?|estrellas?|stell[ae]|ดาว|星|颗星|별점"
_CELL = re.compile(rf"\d ?(?:{_WORDS})")
_NAME = re.compile(rf"(?<![a-z])(?:{_WORDS}|star ?ratings?|im:rating)(?![a-z])")
_SAID = (
    "the answers are stars, of five as it seems: taken for answers on 0..10 all of them would be detractors; score "
    "them as CSAT, or say what they mean with NPS(scale=(1, 5), detractor=..., promoter=...)"
)


def stars_said(cells: Iterable[object], scale: Scale, name: str = "") -> str:
    """Return a sentence where stars of reviews, none above five, stand for answers on 0..10; else nothing.

    Args:
        cells: The answers, or the distinct ones.
        scale: The scale of the question.
        name: What the column is called.

    Example:
        >>> stars_said(["5 stars", "1 star", None], Scale(0, 10))[:48]
        'the answers are stars, of five as it seems: take'
        >>> stars_said([5, 4], Scale(0, 10), "Review Stars")[:48]
        'the answers are stars, of five as it seems: take'
        >>> stars_said(["5 stars", "9 stars"], Scale(0, 10)), stars_said([5], Scale(0, 10))
        ('', '')
    """
    if scale.best is not None or scale.mapping or (scale.low, scale.high) != (0, 10):
        return ""
    named = _NAME.search(re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)).casefold()) is not None
    some = False
    for cell in cells:
        if is_nothing(cell):
            continue
        answer = parse_answer(cell)
        if not isinstance(answer, int) or answer > _MOST or not (named or _CELL.fullmatch(folded(cell))):
            return ""
        some = True
    return _SAID if some else ""
