"""Alarms: the score has left its target, or what it used to be; with false alarms that are bounded.

An `Alarm` rests on the confidence sequence of `npskit.inference.sequences`: while the score is as it should be, there
ever is one with probability at most alpha, however often one looks. `npskit.tracking.live.batch_alarms` looks after
every batch, `npskit.tracking.live.tracker` whenever asked.
"""

from __future__ import annotations

import math
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import finite_number, one_of
from npskit.counting import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.inference import (
    anytime_p_value,
    confidence_sequence,
    difference_sequence,
    log_wealth,
    log_wealth_of_difference,
)
from npskit.options import DIRECTIONS, Direction
from npskit.results import Columns, Interval, Result, Rows, number, percent, plain
from npskit.scorers import Codebook
from npskit.scores import Score


@attrs.frozen(eq=False, repr=False)
class Alarm(Result):
    """A score that has left the target, or the reference, that it is compared with.

    `Watch` says what must be true for the bound on false alarms; a CUSUM has none, see `cusum_alarm`. The bound is on
    chance alone: an alarm says that the score moved, not why.

    Args:
        score: The name of the score.
        direction: `"below"` or `"above"`: where it has gone.
        against: `"target"` or `"reference"`.
        limit: The target, or the score of the reference.
        value: The score of the answers that raised the alarm.
        difference: `value` less `limit`.
        interval: The limits of the difference, from the confidence sequence; where only one direction is watched, the
            other limit is the end of the range. None for a CUSUM.
        p_value: The anytime-valid p-value; None for a CUSUM.
        n: The scored answers that raised the alarm: all so far, or for a CUSUM those since `since`.
        at: When it was seen. Of a tracker a datetime: the latest time among all answers so far (a date stands for its
            first moment), None where no answer had one. Over batches the entry of `times` for that batch, whatever it
            is (only a `numpy.datetime64` becomes a datetime), and without `times` the number of the batch, from 0.
        since: The first batch after the CUSUM last was at zero, an estimate of when the move began, given as `at` is;
            None for a confidence sequence.
        method: `"anytime"` or `"cusum"`.
        alpha: The bound on the probability of any false alarm; None for a CUSUM.
        group: The group, as a tuple with a part for each column; None for the whole.
    """

    _TEXT = "table"

    score: str
    direction: str
    against: str
    limit: float
    value: float
    difference: float
    interval: Interval | None
    p_value: float | None
    n: int
    at: Any = None
    since: Any = None
    method: str = "anytime"
    alpha: float | None = None
    group: tuple[Any, ...] | None = None

    def __repr__(self) -> str:
        where = f" of {quoted(self.group)}" if self.group is not None else ""
        words = f"{self.score}{where} {self.direction} {self.against} {number(self.limit)} by "
        words += number(abs(self.difference))
        return self._said(words, n=self.n, at=plain(self.at), p_value=self.p_value, method=self.method)

    @property
    def _where(self) -> str | None:
        return None if self.group is None else " / ".join(map(str, self.group))

    def columns(self) -> Columns:
        """Return the alarm as columns of one row."""
        return super().columns() | {"at": [self.at], "since": [self.since], "group": [self._where]}

    def _rows(self) -> Rows:
        level = f"{percent(self.interval.level)} interval" if self.interval else "interval"
        header = ["score", "group", "at", "value", self.against, "difference", level, "n", "method"]
        row = [self.score, self._where or "", "" if self.at is None else str(plain(self.at)), self.value, self.limit]
        return header, [[*row, self.difference, str(self.interval or ""), self.n, self.method]]


def _as_target(value: Any) -> float | None:
    return None if value is None else finite_number(value, "target")


def _as_alpha(value: Any) -> float:
    # of less than the least, 1 - alpha is 1
    return finite_number(value, "alpha", least=1e-15, below=1)


@attrs.frozen(unsafe_hash=False)
class Watch:
    """What a score is compared with: a target, or the score of a reference period.

    What must be true for the bound: given all that came before, each answer has a mean at the target (watching for a
    fall: of at least the target), or that of the reference's answers, which are others. Repeat answers of one customer,
    days that move all answers together, and answers that come in because they are bad, break it.

    Args:
        target: The score it should have, in its units.
        reference: The score it is compared with, of answers that are not among those watched. Its own uncertainty is
            accounted for, without approximation.
        alpha: The bound on the probability of any false alarm, over all looks together.
        direction: `"below"`: watch for a fall; `"above"`: for a rise; `"both"`.

    Raises:
        InvalidTypeError: If the reference is not a score, or the target or alpha not a number.
        InvalidValueError: If not exactly one of the target and the reference is given, or an argument is out of range.
        IncompatibleError: If the reference is not of simple counts of valid answers.
    """

    target: float | None = attrs.field(default=None, kw_only=True, converter=_as_target)
    reference: Score | None = attrs.field(default=None, kw_only=True)
    alpha: float = attrs.field(default=0.05, kw_only=True, converter=_as_alpha)
    direction: Direction = attrs.field(default="below", kw_only=True)

    def __attrs_post_init__(self) -> None:
        if (self.target is None) == (self.reference is None):
            raise InvalidValueError("give either a target, such as target=40, or a reference, a Score: exactly one")
        one_of(self.direction, DIRECTIONS, "direction")
        if self.reference is not None:
            # by category, so that it is the same however it was counted or kept
            object.__setattr__(self, "reference", Score.of(simple_counts(self.reference).by_category()))

    def check(self, codebook: Codebook) -> None:
        """Refuse to watch a score that this is not for."""
        if self.reference is not None and self.reference.tally.codebook != codebook:
            raise IncompatibleError(
                f"reference must be of the scorer watched, {codebook.scorer!r}: got {self.reference.tally.scorer!r}"
            )
        low, high = float(codebook.category_scores.min()), float(codebook.category_scores.max())
        if self.target is not None and not low <= self.target <= high:
            raise InvalidValueError(
                f"target must lie within {low:g} to {high:g}, the range of {codebook.name}: got {self.target:g}"
            )

    @property
    def against(self) -> str:
        """`"target"` or `"reference"`."""
        return "target" if self.target is not None else "reference"

    @property
    def limit(self) -> float:
        """The score compared with."""
        return self.target if self.target is not None else self._reference.value

    @property
    def _reference(self) -> Score:
        assert self.reference is not None  # one of the two is there
        return self.reference

    @property
    def threshold(self) -> float:
        """The log-wealth from which on there is an alarm."""
        return -math.log(self.alpha)

    def evidence(self, codebook: Codebook, counts: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the log-wealth of counts by category, shape `(..., K)`, against the target or the reference."""
        if self.target is not None:
            return log_wealth(counts, codebook.category_scores, self.target, direction=self.direction)
        return log_wealth_of_difference(
            counts, self._reference.tally.counts, codebook.category_scores, direction=self.direction
        )

    def alarm(
        self,
        codebook: Codebook,
        counts: NDArray[np.int64],
        *,
        at: Any = None,
        group: tuple[Any, ...] | None = None,
    ) -> Alarm | None:
        """Return the alarm that counts by category, shape `(K,)`, raise; None if they raise none."""
        evidence = float(self.evidence(codebook, counts))
        if not evidence >= self.threshold:
            return None
        scores, level, sides = codebook.category_scores, 1 - self.alpha, self.direction
        if self.target is not None:
            low, high = (end - self.target for end in confidence_sequence(counts, scores, level, direction=sides))
        else:
            low, high = difference_sequence(counts, self._reference.tally.counts, scores, level, direction=sides)
        interval = Interval(float(low), float(high), level=level, method="anytime")
        n, p = int(counts.sum()), float(anytime_p_value(evidence))
        value = float(counts @ scores / n)
        parts = {"interval": interval, "p_value": p, "at": at, "alpha": self.alpha, "group": group}
        return self.alarm_of(codebook, "below" if value < self.limit else "above", value, n, **parts)

    def alarm_of(self, codebook: Codebook, direction: str, value: float, n: int, **parts: Any) -> Alarm:
        """Return the alarm that `n` answers of this score raise; `parts` are what else it says."""
        return Alarm(codebook.name, direction, self.against, self.limit, value, value - self.limit, n=n, **parts)


def simple_counts(reference: Any) -> Tally:
    """Return the counts of a reference, or say why they are not enough."""
    if not isinstance(reference, Score):
        raise InvalidTypeError(f"reference must be a Score, such as npskit.nps(...) returns: got {quoted(reference)}")
    simple = reference.conventions.denominator == "valid" and reference.conventions.repeats != "mean"
    if not (simple and reference.clustered is None and reference.tally.weights is None):
        raise IncompatibleError(
            "reference must be a score of simple counts of valid answers: weighted or clustered answers, and other "
            "denominators, have no sequence that is valid at any time"
        )
    if not reference.n:
        raise InvalidValueError("reference has no answers: there is nothing to hold the score against")
    return reference.tally
