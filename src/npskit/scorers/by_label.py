"""A score by the names of groups alone, where an export holds "Promoter", "Passive", "Detractor" and no answers."""

from __future__ import annotations

from collections.abc import Mapping

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.data import Scale, label_words
from npskit.scorers.base import Scorer


@attrs.frozen
class ByLabel:
    """A scorer whose answers are the names of another one's categories, as survey tools write them.

    Its scale has a point for each category, worst to best, so that it says nothing about answers that are not known.

    Args:
        of: The scorer.

    Example:
        >>> from npskit.scorers import NPS
        >>> ByLabel(NPS()).categories
        ('detractor', 'passive', 'promoter')
    """

    of: Scorer

    @property
    def name(self) -> str:
        """The name of the scorer."""
        return self.of.name

    @property
    def categories(self) -> tuple[str, ...]:
        """Its categories."""
        return tuple(self.of.categories)

    @property
    def category_scores(self) -> tuple[float, ...]:
        """What they are worth."""
        return tuple(self.of.category_scores)

    @property
    def questions(self) -> Mapping[str, Scale]:
        """One question: in which group is the customer?"""
        words = label_words(self.categories)
        return {"label": Scale(0, len(self.categories) - 1, mapping=words)}

    def categorize(self, label: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the category, which is the label itself."""
        return label.astype(np.intp)
