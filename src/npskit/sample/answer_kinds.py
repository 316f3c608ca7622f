"""How many answers data hold of each kind of question, where a column says which; several kinds are no one score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from npskit.data import Column, Frame, coded


def kind_counts(frame: Frame, column: Callable[[str], Column], score: Sequence[str], name: str) -> dict[Any, float]:
    """Return how many answers there are of each kind; where an engine has the rows, how many rows.

    Args:
        frame: The data.
        column: Gives a column of it.
        score: The columns of the answers.
        name: The column that says of which kind they are.
    """
    if frame.lazy:
        found = frame.distinct([name])
        codes, labels = coded(found.columns[name])
        weights = found.counts
    else:
        codes, labels = coded(column(name))
        weights = np.zeros(len(codes))
        for answers in score:
            cells = column(answers).filled()
            empty = cells != cells if cells.dtype.kind == "f" else np.array([cell is None for cell in cells.tolist()])
            weights[~empty] = 1
    counts = np.bincount(codes + 1, weights, minlength=len(labels) + 1)[1:].tolist()
    return {label: count for label, count in zip(labels, counts, strict=True) if count}


def check_kinds(kinds: Sequence[str], by: Sequence[str], counts: Callable[[str], dict[Any, float]]) -> None:
    """Refuse to score answers of several kinds as one.

    Args:
        kinds: The columns that say of which kind answers are.
        by: The columns that make segments: kinds that are segments are scored apart.
        counts: Gives how many there are of each.

    Raises:
        InvalidValueError: If a column says that there are several; lists them.
    """
    from npskit.reading import refuse_kinds

    for name in kinds:
        if name not in by and len(found := counts(name)) > 1:
            refuse_kinds("the data hold", name, found, f".where({{{name!r}: {next(iter(found))!r}}}) or by={name!r}")
