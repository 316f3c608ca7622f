"""Customer satisfaction: the share of the satisfied, per hundred answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import whole_number
from npskit.data import Scale, as_scale
from npskit.errors import InvalidValueError


@attrs.frozen(init=False)
class CSAT:
    """Customer satisfaction as a top-box share, 0..100: the percentage that answers `top` or better.

    The mean answer often goes by the same name, but is a different figure. Columns of words are read as well: "very
    satisfied", good and bad, thumbs, faces, stars; see "Answers that are not plain numbers".

    Args:
        scale: The answer scale, a `Scale` or its two ends. Default 1..5.
        top: The lowest answer that counts as satisfied. Default the two best points of the scale (of a scale of two
            points the better one). The top-two-box share is the convention on five points; on longer scales sources
            differ (2 of 7, 2 or 3 of 10), so be explicit there. The result shows it.

    Raises:
        InvalidTypeError: If `top` is not a whole number.
        InvalidValueError: If `top` is not above the lowest point and on the scale.

    Example:
        >>> CSAT()
        CSAT(scale=Scale(1, 5), top=4)
        >>> CSAT(scale=(1, 10), top=8).categorize(np.array([7, 8, 10])).tolist()
        [0, 1, 1]
    """

    scale: Scale
    top: int = attrs.field(kw_only=True)

    name = "CSAT"
    categories = ("not satisfied", "satisfied")
    category_scores = (0.0, 100.0)

    def __init__(self, scale: Scale | Sequence[int] = (1, 5), *, top: int | None = None) -> None:
        scale = as_scale(scale)
        top = max(scale.high - 1, scale.low + 1) if top is None else whole_number(top, "top")
        if not scale.low < top <= scale.high:
            raise InvalidValueError(
                f"top must satisfy {scale.low} < top <= {scale.high}: got {top}; it is the lowest satisfied answer"
            )
        self.__attrs_init__(scale, top=top)

    @property
    def questions(self) -> Mapping[str, Scale]:
        """One question: how satisfied are you?"""
        return {"satisfaction": attrs.evolve(self.scale, best=self.scale.high, stretch=True)}

    def categorize(self, satisfaction: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return 0 for the not satisfied, 1 for the satisfied; shape as `satisfaction`."""
        return (satisfaction >= self.top).astype(np.intp)
