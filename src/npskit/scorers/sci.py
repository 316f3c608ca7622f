"""Secure Customer Index: the share who would surely stay, from three questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number
from npskit.data import Scale, as_scale
from npskit.errors import IncompatibleError, InvalidValueError, quoted

QUESTIONS = ("satisfaction", "repurchase", "recommend")
Cut: TypeAlias = int | tuple[int, int, int]
Scales: TypeAlias = Scale | tuple[Scale, Scale, Scale]
# Up to five points the best one is the top box; on longer scales conventions differ too much to guess.
SELF_EVIDENT = 5


def _three(value: Any, what: str) -> tuple[Any, Any, Any]:
    """Return one thing for each question: the same for all, or the three given."""
    if not isinstance(value, (list, tuple)):
        return (value, value, value)
    if len(value) != len(QUESTIONS):
        raise IncompatibleError(
            f"{what}: give one for all questions or three ({', '.join(QUESTIONS)}): got {quoted(value)}"
        )
    return tuple(value)


def _fold(values: Sequence[Any]) -> Any:
    """Return three equal things as one, so that one and three times the same make equal scorers."""
    return values[0] if len(set(values)) == 1 else tuple(values)


def _as_scales(value: Any) -> tuple[Scale, Scale, Scale]:
    """Return a scale for each question, from one scale or three."""
    several = isinstance(value, (list, tuple)) and any(isinstance(v, (Scale, list, tuple)) for v in value)
    first, second, third = _three(value if several else as_scale(value), "scale")
    return as_scale(first), as_scale(second), as_scale(third)


def _cuts(scale: Scale, question: str, top: Any, second: Any, bottom: Any) -> tuple[int, int, int]:
    """Return the cuts of one question, bottom, second and top, with the defaults filled in."""
    if top is None and scale.size > SELF_EVIDENT:
        raise InvalidValueError(
            f"on a scale of more than {SELF_EVIDENT} points the top box must be said: {question} is asked on {scale}, "
            f"so give top={scale.high} or top={scale.high - 1}"
        )
    top = scale.high if top is None else whole_number(top, "top")
    second = 2 * top - scale.high - 1 if second is None else whole_number(second, "second")
    if bottom is None:
        bottom = max(min(scale.low + 2 * scale.size // 5 - 1, second - 1), scale.low)
    bottom = whole_number(bottom, "bottom")
    if not scale.low <= bottom < second < top <= scale.high:
        raise InvalidValueError(
            f"the cuts of {question} must satisfy {scale.low} <= bottom < second < top <= {scale.high}: got "
            f"bottom={bottom}, second={second}, top={top}; give all three"
        )
    return bottom, second, top


@attrs.frozen(init=False)
class SCI:
    """Secure Customer Index, 0..100: the percentage of secure customers.

    Three questions (overall satisfaction, would buy again, would recommend) put a customer in one of four classes:

    - **secure**: `top` or better on all three; worth 100, the others 0;
    - **favorable**: not secure, but `second` or better on all three;
    - **at risk**: neither, and `bottom` or worse on at least one;
    - **vulnerable**: the rest.

    The index is that of Burke, Inc.: jointly very satisfied, would definitely buy again, would definitely recommend, as
    told in "How secure is your customer base?" (researchaccess.com/2015/10/how-secure-is-your-customer-base). Favorable
    customers give at least the second best answer to all three.
    For the other two classes Burke gives overlapping examples, and sources differ. Here a single refusal puts a
    customer at risk, whatever the other answers; the index does not depend on it.

    Args:
        scale: The answer scale: one for all three questions, or one for each. Default 1..5.
        top: The lowest answer of the top box, one for all or one for each question. Default the best point; on a scale
            of more than five points it must be given.
        second: The lowest answer of the second box. Default a box as wide as the top box, just below it.
        bottom: The highest answer that puts a customer at risk. Default the lower two fifths of the points (1 and 2 of
            five, 1 to 4 of ten), rounded down to whole points, and below `second`.

    Raises:
        InvalidTypeError: If a cut is not a whole number.
        InvalidValueError: If the cuts do not lie on their scale in the order bottom < second < top, or `top` is not
            given on a scale of more than five points.
        IncompatibleError: If neither one nor three values are given.

    Example:
        >>> SCI()
        SCI(scale=Scale(1, 5), top=5, second=4, bottom=2)
        >>> SCI((1, 10), top=9)
        SCI(scale=Scale(1, 10), top=9, second=7, bottom=4)
        >>> sci = SCI([(1, 5), (0, 10), (0, 10)], top=(5, 9, 9))
        >>> sci.categories[int(sci.categorize(np.array(5), np.array(9), np.array(7)))]
        'favorable'
    """

    scale: Scales
    top: Cut = attrs.field(kw_only=True)
    second: Cut = attrs.field(kw_only=True)
    bottom: Cut = attrs.field(kw_only=True)

    name = "SCI"
    categories = ("at risk", "vulnerable", "favorable", "secure")
    category_scores = (0.0, 0.0, 0.0, 100.0)

    def __init__(
        self,
        scale: Scale | Sequence[int] | Sequence[Scale | Sequence[int]] = (1, 5),
        *,
        top: int | Sequence[int | None] | None = None,
        second: int | Sequence[int | None] | None = None,
        bottom: int | Sequence[int | None] | None = None,
    ) -> None:
        scales = _as_scales(scale)
        given = (_three(top, "top"), _three(second, "second"), _three(bottom, "bottom"))
        cuts = [_cuts(*one) for one in zip(scales, QUESTIONS, *given, strict=True)]
        bottoms, seconds, tops = zip(*cuts, strict=True)
        self.__attrs_init__(_fold(scales), top=_fold(tops), second=_fold(seconds), bottom=_fold(bottoms))

    @property
    def questions(self) -> Mapping[str, Scale]:
        """Three questions: overall satisfaction, would you buy again, would you recommend us?"""
        scales = [attrs.evolve(scale, best=scale.high, stretch=True) for scale in _three(self.scale, "scale")]
        return dict(zip(QUESTIONS, scales, strict=True))

    def categorize(
        self, satisfaction: NDArray[np.int64], repurchase: NDArray[np.int64], recommend: NDArray[np.int64]
    ) -> NDArray[np.intp]:
        """Return 0 for customers at risk, 1 for vulnerable, 2 for favorable, 3 for secure; shape as the arguments."""
        cuts = zip(_three(self.bottom, "bottom"), _three(self.second, "second"), _three(self.top, "top"), strict=True)
        classes = [
            np.searchsorted([bottom + 1, second, top], answer, side="right")
            for answer, (bottom, second, top) in zip((satisfaction, repurchase, recommend), cuts, strict=True)
        ]
        return np.asarray(np.minimum.reduce(classes))  # the worst answer decides
