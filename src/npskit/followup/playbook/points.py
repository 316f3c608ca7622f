"""What is added to the priority a strategy gives: points for the customer's value and for an urgent comment."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number, is_missing, is_number
from npskit.comments.patterns import as_level
from npskit.errors import InvalidValueError
from npskit.followup.playbook.part_checks import is_priority
from npskit.options import URGENCIES
from npskit.reals import to_real, to_real_or_none
from npskit.results import number


@attrs.frozen(kw_only=True)
class Points:
    """What is added to the priority a strategy gives, at most 100 in all.

    priority = min(100, strategy's + value * min(1, customer's value / high_value) + points of the urgency)

    Args:
        urgent: Points for an urgent comment.
        critical: Points for a critical one; no fewer than for an urgent one.
        value: Points for a customer of `high_value` or more; proportionally fewer for others.
        high_value: From where on a customer gets all of them, in your currency; None for no points for the value.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> Points(high_value=1000).priorities([60.0, 60.0], [np.nan, 500.0], [0, 2]).tolist()
        [60.0, 85.0]
    """

    urgent: float = attrs.field(default=10.0, converter=to_real, validator=is_priority)
    critical: float = attrs.field(default=20.0, converter=to_real, validator=is_priority)
    value: float = attrs.field(default=10.0, converter=to_real, validator=is_priority)
    high_value: float | None = attrs.field(
        default=None, converter=to_real_or_none, validator=is_number(above=0, optional=True)
    )

    def __attrs_post_init__(self) -> None:
        if self.critical < self.urgent:
            raise InvalidValueError(
                f"critical comments come before urgent ones: got {self.critical:g} points for critical, "
                f"{self.urgent:g} for urgent"
            )

    def priorities(self, base: Any, values: Any, urgency: Any) -> Floats:
        """Return priorities, 0..100; shape as the arguments.

        Args:
            base: The priorities the strategies give.
            values: What the customers are worth, NaN where unknown.
            urgency: How urgent the comments are, 0 to 2.
        """
        levels = np.array([0.0, self.urgent, self.critical])[np.asarray(urgency)]
        return np.asarray(np.minimum(np.asarray(base) + self.of_values(values) + levels, 100.0))

    def of_values(self, values: Any) -> Floats:
        """Return the points for each value."""
        worth = np.asarray(values, dtype=np.float64)
        if self.high_value is None:
            return np.zeros(worth.shape)
        # Clipped before dividing, which then cannot overflow.
        points = self.value * (np.minimum(worth, self.high_value) / self.high_value)
        return np.where(np.isnan(points), 0.0, points)

    def priority(self, base: float, value: float | None, urgency: int, *, of_score: float = 0.0) -> tuple[float, str]:
        """Return one priority, and what it is made of, in words.

        Args:
            base: The priority the strategy gives.
            value: What the customer is worth; None if unknown.
            urgency: How urgent the comment is, 0 to 2.
            of_score: How much of `base` is for the score.

        Example:
            >>> Points().priority(60, None, 1)
            (70.0, 'priority 70: 60 by the strategy, 10 for an urgent comment')
            >>> Points().priority(64, None, 0, of_score=3)
            (64.0, 'priority 64: 61 by the strategy, 3 for the score')
        """
        base, of_score = finite_number(base, "base"), finite_number(of_score, "of_score")
        worth, urgency = np.nan if is_missing(value) else finite_number(value, "value"), as_level(urgency)
        of_value = float(self.of_values(worth))
        found = float(self.priorities(base, worth, urgency))
        return found, self._worded(base, of_score, of_value, urgency)

    def reasons(self, base: Floats, of_score: Floats, values: Floats, urgency: NDArray[Any]) -> list[str]:
        """Return what priorities are made of, in words, as `priority` does; each different sum is worded once."""
        sums = zip(base.tolist(), of_score.tolist(), self.of_values(values).tolist(), urgency.tolist(), strict=True)
        words: dict[tuple[float, float, float, int], str] = {}
        return [words.get(each) or words.setdefault(each, self._worded(*each)) for each in sums]

    def _worded(self, base: float, of_score: float, of_value: float, urgency: int) -> str:
        """Return what one priority is made of."""
        of_urgency = (0.0, self.urgent, self.critical)[urgency]
        found = min(base + of_value + of_urgency, 100.0)
        parts = [f"{_short(base - of_score)} by the strategy"]
        if of_score > 0:
            parts.append(f"{_short(of_score)} for the score")
        if of_value > 0:
            parts.append(f"{_short(of_value)} for the customer's value")
        if of_urgency:
            parts.append(f"{_short(of_urgency)} for {'an' if urgency == 1 else 'a'} {URGENCIES[urgency]} comment")
        return f"priority {_short(found)}: {', '.join(parts)}{', at most 100' if found == 100 else ''}"


def _short(points: float) -> str:
    return number(points).removesuffix(".0")
