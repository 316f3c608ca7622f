"""Many categories, as sliders have: neighbors are pooled into a few bands that hold about as many answers each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats

MOST_BANDS = 5


def band_numbers(totals: Floats, category_scores: Floats, most: int = MOST_BANDS) -> NDArray[np.intp]:
    """Return the band of each category, rising with its score from 0 on; -1 for one that does not occur.

    A category is in the band in which its middle answer lies when all answers are lined up by score and cut into `most`
    parts of one size. One that holds many answers makes a band alone, so that there may be fewer bands. Categories of
    equal score share one.

    Args:
        totals: Answers of each category, shape `(K,)`.
        category_scores: Shape `(K,)`.
        most: How many bands there may be.

    Example:
        >>> band_numbers(np.array([1.0, 1, 0, 1, 1, 8]), np.arange(6.0), 3).tolist()
        [0, 0, -1, 0, 0, 1]
    """
    rising, place = np.unique(category_scores, return_inverse=True)
    by_score = np.bincount(place, weights=totals, minlength=len(rising))
    middle = (np.cumsum(by_score) - by_score / 2) / max(by_score.sum(), 1e-300)
    cut = np.minimum((most * middle).astype(np.intp), most - 1)
    held = by_score > 0
    numbers = np.full(len(rising), -1, dtype=np.intp)
    numbers[held] = np.unique(cut[held], return_inverse=True)[1]
    return np.where(np.asarray(totals) > 0, numbers[place], -1)


def in_bands(counts: Floats, numbers: NDArray[np.intp]) -> Floats:
    """Return counts (..., K) by band, shape (..., bands)."""
    return np.asarray(counts @ (numbers[:, np.newaxis] == np.arange(numbers.max(initial=-1) + 1)))
