"""Choices that a seed and a number make, so that every input can be made again; and what was chosen of each kind."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


class Draw:
    """The choices of one input.

    Args:
        seed: The seed of the run.
        number: The number of the input in it.
    """

    def __init__(self, seed: int, number: int) -> None:
        self.random = random.Random(f"npskit {seed} {number}")
        self.trail: list[tuple[str, str]] = []

    def chance(self, share: float) -> bool:
        """Whether something happens that does in this share of cases."""
        return self.random.random() < share

    def among(self, options: Sequence[T]) -> T:
        """Return one of the options."""
        return self.random.choice(options)

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return self.random.randint(low, high)

    def kind(self, of: str, options: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
        """Return one of the makers and note its name among those of its kind."""
        name = self.random.choice(list(options))
        self.trail.append((of, name))
        return options[name]

    def note(self, of: str, name: str) -> None:
        """Note what was chosen otherwise."""
        self.trail.append((of, name))
