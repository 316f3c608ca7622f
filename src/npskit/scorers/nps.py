"""Net Promoter Score: promoters less detractors, per hundred answers."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import is_whole, to_int
from npskit.data import Scale, as_scale
from npskit.errors import InvalidValueError


@attrs.frozen
class NPS:
    """Net Promoter Score, -100..100.

    Answers up to `detractor` make a detractor (-100), answers from `promoter` on a promoter (+100), and answers between
    them a passive (0). The score is the mean category score: the percentage of promoters less that of detractors.

    Args:
        scale: The answer scale, a `Scale` or its two ends. Default 0..10, as defined by Reichheld, "The One Number You
            Need to Grow", Harvard Business Review 81 (2003).
        detractor: The highest answer of a detractor.
        promoter: The lowest answer of a promoter.

    Raises:
        InvalidValueError: If the cut-offs do not lie on the scale in this order, or another scale is given without
            them.

    Example:
        >>> NPS()
        NPS(scale=Scale(0, 10), detractor=6, promoter=9)
        >>> NPS(scale=(1, 5), detractor=3, promoter=5).categorize(np.array([3, 4, 5])).tolist()
        [0, 1, 2]
    """

    scale: Scale = attrs.field(default=Scale(0, 10), converter=as_scale)
    detractor: int = attrs.field(default=6, kw_only=True, converter=to_int, validator=is_whole)
    promoter: int = attrs.field(default=9, kw_only=True, converter=to_int, validator=is_whole)

    name = "NPS"
    categories = ("detractor", "passive", "promoter")
    category_scores = (-100.0, 0.0, 100.0)

    def __attrs_post_init__(self) -> None:
        if not self.scale.low <= self.detractor < self.promoter <= self.scale.high:
            raise InvalidValueError(
                f"the cuts must satisfy {self.scale.low} <= detractor < promoter <= {self.scale.high}: got "
                f"detractor={self.detractor}, promoter={self.promoter}; on a scale other than 0..10 give both"
            )

    @property
    def questions(self) -> Mapping[str, Scale]:
        """One question: how likely are you to recommend us?"""
        return {"score": self.scale}

    def categorize(self, score: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return 0 for detractors, 1 for passives, 2 for promoters; shape as `score`."""
        return np.searchsorted([self.detractor + 1, self.promoter], score, side="right")
