"""What triage says of responses: the labels of a function of the user's, and which set a response aside."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Bools, Codes
from npskit.comments.triage import SET_ASIDE, Classifier, classified
from npskit.data import fold
from npskit.followup.playbook import Table

Labels = tuple[str | None, ...]
_PLEASED, _ANNOYED = ("praise",), ("complaint", "cancellation")
AGAINST_ANSWER = "what the comment says is against the answer: somebody reads it before a letter goes out"
INTENT = "intent"
"""What conditions of a playbook call the label of a response."""


def labels_of(table: Table, triage: Classifier) -> Labels:
    """Return the label of each response, None where there is none; the function is called once, with all comments.

    Raises:
        InvalidTypeError: If it returns anything but texts and None.
        InvalidValueError: If it fails, or returns more or fewer labels than it got texts.

    Example:
        >>> table = Table.of([10, 3, 9], comment=["BUY WATCHES", None, "Thanks"])
        >>> labels_of(table, lambda texts: ["spam" if text.isupper() else "" for text in texts])
        ('spam', None, None)
    """
    rows = np.flatnonzero(table.commented).tolist()
    comments = table.comment or []
    found: list[str | None] = [None] * len(table)
    for row, label in zip(rows, classified([str(comments[row]) for row in rows], triage, "triage"), strict=True):
        found[row] = label
    return tuple(found)


def sets_aside(labels: Labels) -> Bools:
    """Return which labels set a response aside."""
    return np.array([label is not None and fold(label) in SET_ASIDE for label in labels], dtype=np.bool_)


def against_answer(labels: Labels, categories: Codes, best: int) -> Bools:
    """Return which labels are against the answer: praise beside one of the worst category, blame beside the best.

    Args:
        labels: What triage says of each response.
        categories: The category of each answer, 0 for the worst, below 0 for none, shape `(n,)`.
        best: The best category.

    Example:
        >>> against_answer(("praise", "complaint", "praise", None), np.array([0, 2, 2, 0]), 2).tolist()
        [True, True, False, False]
    """
    said = ["" if label is None else fold(label) for label in labels]
    pleased = np.array([label in _PLEASED for label in said], dtype=np.bool_)
    annoyed = np.array([label in _ANNOYED for label in said], dtype=np.bool_)
    return np.asarray((pleased & (categories == 0)) | (annoyed & (categories == best)))
