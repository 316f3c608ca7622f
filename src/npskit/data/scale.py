"""The whole-number scale that answers to a question lie on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs
import numpy as np

from npskit.checks import is_bool, is_hashable, is_whole, is_whole_or_none, to_int
from npskit.data.answer_text import plain_text
from npskit.errors import InvalidTypeError, InvalidValueError, quoted, written

# Answers are coded in one byte with two codes to spare (missing, invalid); see npskit.counting.
MAX_POINTS = 250


def folded(given: object) -> str:
    """Return what an answer is compared by with a mapping and with known words: texts in any case and spacing.

    Example:
        >>> folded(" Very\u00a0Satisfied "), folded("goodWithComment"), folded(103), folded(True)
        ('very satisfied', 'goodwithcomment', '103', 'true')
    """
    return plain_text(written(given)).casefold()


def mapped_answers(given: Any) -> tuple[tuple[str, int | None], ...]:
    """Return what stands for which answer, checked, as pairs of a folded text and an answer.

    Raises:
        InvalidTypeError: If it is no mapping of texts or whole numbers to whole numbers or None.
        InvalidValueError: If one text is mapped to two answers.
    """
    try:
        pairs = dict(given) if isinstance(given, tuple) else given  # pairs are what a scale keeps
    except Exception:
        pairs = None
    if not isinstance(pairs, Mapping):
        raise InvalidTypeError(f"mapping says which answer each text is, as {{'Very good': 5}}: got {quoted(given)}")
    found: dict[str, int | None] = {}
    for text, answer in pairs.items():
        if not isinstance(text, str | int | np.integer | np.bool_) or isinstance(text, np.timedelta64):
            raise InvalidTypeError(f"mapping: what is mapped is a text or a whole number: got {quoted(text)}")
        if answer is not None and not (
            isinstance(answer, int | np.integer) and not isinstance(answer, bool | np.timedelta64)
        ):
            raise InvalidTypeError(f"mapping: {quoted(text)} stands for a whole number, or None: got {quoted(answer)}")
        key, point = folded(text), None if answer is None else int(answer)
        if found.setdefault(key, point) != point:
            raise InvalidValueError(
                f"mapping: {quoted(text)} stands for two answers, {quoted(found[key])} and {quoted(point)}"
            )
    return tuple(found.items())


@attrs.frozen
class Scale:
    """A whole-number answer scale, both ends included.

    Args:
        low: The lowest answer.
        high: The highest answer; above `low`, and at most 249 above it.
        yes_no: Whether the answers are yes (1) and no (0), so that the words and booleans for them are read as well.
        mapping: What stands for which answer, and None for what is no answer: texts, in any case and with any white
            space, and whole numbers. It goes before all other rules of how an answer is read.
        best: The end of the scale with the best answer, where a column of known words ("very satisfied", stars,
            thumbs) is read as well; None where words are no answers. The built-in scorers say it of their questions.
        stretch: Whether words of another number of points are spread over the scale, as is right where only the top
            box counts and wrong where the points are averaged.

    Raises:
        InvalidTypeError: If an end is not a whole number, or what is mapped neither text nor whole number.
        InvalidValueError: If `high` is not above `low`, the scale has more than 250 points, or something is mapped to
            what is not on it.

    Example:
        >>> Scale(0, 10).size
        11
        >>> 7 in Scale(1, 5)
        False
        >>> Scale(1, 5, mapping={"Zadowolony": 4, "bez zdania": None})
        Scale(1, 5, mapping={'zadowolony': 4, 'bez zdania': None})
    """

    low: int = attrs.field(converter=to_int, validator=is_whole)
    high: int = attrs.field(converter=to_int, validator=is_whole)
    yes_no: bool = attrs.field(default=False, kw_only=True, eq=False, validator=is_bool)
    # pairs, because a scale is hashable; equal scales are the same to scorers that are remembered
    mapping: tuple[tuple[str, int | None], ...] = attrs.field(default=(), kw_only=True, converter=mapped_answers)
    best: int | None = attrs.field(default=None, kw_only=True, eq=False, converter=to_int, validator=is_whole_or_none)
    stretch: bool = attrs.field(default=False, kw_only=True, eq=False, validator=is_bool)

    def __attrs_post_init__(self) -> None:
        if self.high <= self.low:
            raise InvalidValueError(f"a scale runs from low to high: got low={self.low}, high={self.high}")
        if self.size > MAX_POINTS:
            raise InvalidValueError(
                f"a scale has at most {MAX_POINTS} points: {self} has {self.size}; group the answers first"
            )
        if max(abs(self.low), abs(self.high)) > 1_000_000_000:
            raise InvalidValueError(f"the ends of a scale lie within a thousand million of 0: got {self}")
        if self.best is not None and self.best not in (self.low, self.high):
            raise InvalidValueError(f"best must be an end of the scale {self}: got {quoted(self.best)}")
        for given, answer in self.mapping:
            if answer is not None and answer not in self:
                raise InvalidValueError(
                    f"mapping: {quoted(given)} stands for {quoted(answer)}, which is not on the scale {self}"
                )

    def __repr__(self) -> str:
        mapping = f", mapping={dict(self.mapping)}" if self.mapping else ""
        return f"Scale({self.low}, {self.high}{mapping})"

    def __str__(self) -> str:
        return f"{self.low}..{self.high}"

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.low, self.high + 1))

    def __contains__(self, answer: object) -> bool:
        try:  # what cannot be hashed may warn of being compared, and what is missing refuse it
            return (
                not isinstance(answer, (bool, np.bool_))
                and is_hashable(answer)
                and answer in range(self.low, self.high + 1)
            )
        except Exception:
            return False

    @property
    def size(self) -> int:
        """The number of points on the scale."""
        return self.high - self.low + 1


def as_scale(value: Scale | Sequence[int]) -> Scale:
    """Return `value` as a `Scale`: itself, or made from its two ends.

    Raises:
        InvalidTypeError: If `value` is neither a scale nor two whole numbers.
    """
    if isinstance(value, Scale):
        return value
    try:
        low, high = value
    except Exception:
        raise InvalidTypeError(f"scale must be a Scale or its two ends, such as (0, 10): got {quoted(value)}") from None
    return Scale(low, high)
