"""Labels of categories, as survey tools write them beside a score: "Promoter", "DETRACTORS ", "Neutral"."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data.columns import Column
from npskit.data.keys import number
from npskit.data.words import is_nothing
from npskit.errors import written

NOTHING, UNKNOWN = -2, -1
# What else survey tools call a category, and what it is called in other languages: singular and plural.
_ALSO = {
    "detractor": """
        kritiker detraktor detraktoren krytyk krytycy krytyków détracteur détracteurs detractora detractores
        detrattore detrattori detratores criticaster ผู้ไม่สนับสนุน ผู้ตำหนิ
    """,
    "passive": """
        neutral neutrals neutrale neutraler passiver passiv passif passifs passives neutre neutres indifferent
        indifferente indifferenter unentschlossene pasywny pasywni pasywnych neutralny neutralni obojętny obojętni
        pasivo pasivos neutro neutros passivo passivi passivos ผู้เฉยๆ ผู้เฉย เป็นกลาง กลุ่มเป็นกลาง
    """,
    "promoter": """
        promotor promotoren promotorzy promotorów promoteur promoteurs promotora promotores promotore promotori
        ambassadeur ผู้สนับสนุน ผู้แนะนำ
    """,
    "lost": "churned left",
    "retained": "stayed kept active",
}


@attrs.frozen(eq=False)
class Labels(Frozen):
    """A column of labels, read by the names of categories.

    Args:
        categories: The category of each row; `UNKNOWN` where the label names none, `NOTHING` where there is none.
        codes: Which of `texts` each row holds.
        texts: The distinct labels, without blanks around them.
    """

    categories: NDArray[np.intp]
    codes: NDArray[np.intp]
    texts: list[str]

    def unknown(self) -> dict[str, int]:
        """Return the labels that name no category, with their counts."""
        counts = np.bincount(self.codes[self.categories == UNKNOWN], minlength=len(self.texts)).tolist()
        return {text: count for text, count in zip(self.texts, counts, strict=True) if count}


def label_words(names: Sequence[str]) -> dict[str, int]:
    """Return which category, by its place among the names, each word for one is, without case.

    Example:
        >>> words = label_words(("detractor", "passive", "promoter"))
        >>> words["promoters"], words["neutral"], words["kritiker"]
        (2, 1, 0)
    """
    meaning = {name.strip().casefold(): i for i, name in enumerate(names)}
    for name, i in list(meaning.items()):
        for said in (name, *_ALSO.get(name, "").split()):
            meaning.setdefault(said, i)
            meaning.setdefault(f"{said}s", i)
    return meaning


def read_labels(column: Column, names: Sequence[str]) -> Labels:
    """Read labels of categories: in any case, in the singular or the plural, and what else survey tools call them.

    Args:
        column: The labels.
        names: The names of the categories.

    Raises:
        InvalidTypeError: If a label is not hashable, such as a list.

    Example:
        >>> labels = Column(np.array(["Promoters", " DETRACTOR", "neutral", None, "vip"], dtype=object))
        >>> found = read_labels(labels, ("detractor", "passive", "promoter"))
        >>> found.categories.tolist(), found.unknown()
        ([2, 0, 1, -2, -1], {'vip': 1})
    """
    meaning = label_words(names)
    codes, distinct = number(column.filled())
    places, texts = number(["" if is_nothing(label) else written(label).strip() for label in distinct])
    found = np.array([meaning.get(text.casefold(), UNKNOWN) if text else NOTHING for text in texts], dtype=np.intp)
    codes = places[codes]
    return Labels(found[codes], codes, texts)
