"""Triage: what is no matter for anybody, by the labels that a function of the user's gives to comments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from npskit.arrays import Bools
from npskit.data import fold
from npskit.errors import InvalidTypeError, InvalidValueError, counted, failed, quoted
from npskit.followup.playbook import Table

Triage = Callable[[list[str]], Sequence[str | None]]
"""A function from texts to labels, one for each text; None or an empty text where there is nothing to say."""
Labels = tuple[str | None, ...]

SET_ASIDE = ("spam", "noise", "irrelevant", "advertising", "gibberish", "test", "bot")
"""The labels that set a response aside, without regard to case; any other keeps it."""


def labels_of(table: Table, triage: Triage) -> Labels:
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
    texts = [str(comments[row]) for row in rows]
    try:
        labels = list(triage(texts)) if texts else []
    except Exception as error:
        raise failed("triage failed", error) from error
    if len(labels) != len(texts):
        raise InvalidValueError(
            f"triage must return a label for each text: got {counted(len(labels), 'label')} for {len(texts)}"
        )
    found: list[str | None] = [None] * len(table)
    for row, label in zip(rows, labels, strict=True):
        if not isinstance(label, str | None):
            raise InvalidTypeError(f"triage must return texts, or None to keep a response: got {quoted(label)}")
        found[row] = label.strip() or None if label is not None else None
    return tuple(found)


def sets_aside(labels: Labels) -> Bools:
    """Return which labels set a response aside."""
    return np.array([label is not None and fold(label) in SET_ASIDE for label in labels], dtype=np.bool_)
