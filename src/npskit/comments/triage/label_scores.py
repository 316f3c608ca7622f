"""How well labels were predicted: precision, recall and F1 of each class, with intervals; never accuracy alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.checks import is_missing, several, share
from npskit.errors import InvalidValueError, counted
from npskit.inference import score_interval
from npskit.results import LEVEL, NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped


@attrs.frozen
class LabelScore:
    """How well one class was predicted.

    Args:
        label: The class.
        n: Rows that are of it.
        predicted: Rows that were predicted to be of it.
        right: Rows that are both.
        precision: right / predicted; NaN where none was predicted.
        precision_interval: Of `precision`; None where that is NaN.
        recall: right / n; NaN where there is none.
        recall_interval: Of `recall`; None where that is NaN.
        f1: The harmonic mean of precision and recall, 2 right / (n + predicted).
    """

    label: Any
    n: int
    predicted: int
    right: int
    precision: float
    precision_interval: Interval | None
    recall: float
    recall_interval: Interval | None
    f1: float


@attrs.frozen(eq=False, repr=False)
class LabelReport(CountedRows):
    """How well labels were predicted: of each class, and on average over the classes.

    Args:
        labels: The classes, in the order in which they first stand among the labels.
        macro_f1: The mean of `f1` over the classes that rows are of: each class counts alike, however rare.
        macro_recall: The mean of `recall` over these.
        accuracy: Share of rows that were predicted right; where one class is frequent it says little.
        level: Confidence level of the intervals.
        row_counts: `n` counts the rows with a label, `missing` those without.
    """

    _TEXT = "table"

    labels: tuple[LabelScore, ...]
    macro_f1: float
    macro_recall: float
    accuracy: float
    level: float = LEVEL
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, label: Any) -> LabelScore:
        """Return how well a class was predicted, by its label."""
        for each in self.labels:
            if each.label == label:
                return each
        raise KeyError(label)

    def __repr__(self) -> str:
        return self._said(macro_f1=round(self.macro_f1, 3), macro_recall=round(self.macro_recall, 3), n=self.n)

    def columns(self, *_: Any, **options: Any) -> dict[str, list[Any]]:
        """Return a row for each class."""
        super().columns(**options) if options else None
        found: dict[str, list[Any]] = {
            name: [getattr(each, name) for each in self.labels] for name in ("label", "n", "predicted", "right")
        }
        for name in ("precision", "recall"):
            limits = [getattr(each, f"{name}_interval") for each in self.labels]
            found[name] = [getattr(each, name) for each in self.labels]
            found[f"{name}_low"] = [None if each is None else each.low for each in limits]
            found[f"{name}_high"] = [None if each is None else each.high for each in limits]
        found["f1"] = [each.f1 for each in self.labels]
        return found

    def _caption(self) -> str:
        return (
            f"{counted(self.n, 'label')}: macro-F1 {number(self.macro_f1, 2)}, macro-recall "
            f"{number(self.macro_recall, 2)}; {number(100 * self.accuracy)}% of all are right."
        )

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _rows(self, *_: Any, **options: Any) -> Rows:
        super()._rows(**options) if options else None
        said = percent(self.level)
        header = ["", "n", "predicted", "precision", f"{said} interval", "recall", f"{said} interval ", "F1"]
        rows = [
            [
                each.label,
                each.n,
                each.predicted,
                *_shown(each.precision, each.precision_interval),
                *_shown(each.recall, each.recall_interval),
                number(each.f1, 2),
            ]
            for each in self.labels
        ]
        return header, rows


def label_report(labels: Sequence[Any], predicted: Sequence[Any], *, level: float = LEVEL) -> LabelReport:
    """Return how well labels were predicted: precision, recall and F1 of each class, with intervals.

    Args:
        labels: What each row is, as a person says; rows without a label are not looked at, but counted as missing.
        predicted: What a model says of each; None where it says nothing, which is not right.
        level: Confidence level of the intervals, which are score intervals of a share (Wilson 1927).

    Raises:
        InvalidValueError: If there are not as many of the one as of the other.

    Example:
        >>> found = label_report(["spam", "spam", "praise", "praise"], ["spam", "praise", "praise", None])
        >>> [(each.label, each.precision, each.recall) for each in found.labels], round(found.macro_f1, 3)
        ([('spam', 1.0, 0.5), ('praise', 0.5, 0.5)], 0.583)
    """
    truth, said = several(labels, "labels"), several(predicted, "predicted")
    level = share(level, "level")
    if len(truth) != len(said):
        raise InvalidValueError(
            f"predicted must have an entry for each label: got {counted(len(said), 'entry')} for {len(truth)}"
        )
    pairs = [(a, b) for a, b in zip(truth, said, strict=True) if not is_missing(a)]
    classes = list(dict.fromkeys([a for a, _ in pairs] + [b for _, b in pairs if not is_missing(b)]))
    scores = [_score_of(each, pairs, level) for each in classes]
    known = [each for each in scores if each.n]
    return LabelReport(
        tuple(scores),
        float(np.mean([each.f1 for each in known])) if known else float("nan"),
        float(np.mean([each.recall for each in known])) if known else float("nan"),
        sum(each.right for each in scores) / len(pairs) if pairs else float("nan"),
        level,
        row_counts=RowCounts(len(pairs), len(truth) - len(pairs)),
    )


def _score_of(label: Any, pairs: Sequence[tuple[Any, Any]], level: float) -> LabelScore:
    """Return how well one class was predicted."""
    n, predicted = sum(a == label for a, _ in pairs), sum(b == label for _, b in pairs)
    right = sum(a == b == label for a, b in pairs)
    precision, recall = _share(right, predicted, level), _share(right, n, level)
    return LabelScore(label, n, predicted, right, *precision, *recall, 2 * right / (n + predicted))


def _share(hits: int, n: int, level: float) -> tuple[float, Interval | None]:
    if not n:
        return float("nan"), None
    low, high = score_interval([n - hits, hits], [0.0, 1.0], level)
    return hits / n, Interval(float(low), float(high), level=level, method="score")


def _shown(value: float, interval: Interval | None) -> tuple[str, str]:
    if interval is None:
        return "", ""
    return number(value, 2), f"{number(interval.low, 2)} .. {number(interval.high, 2)}"
