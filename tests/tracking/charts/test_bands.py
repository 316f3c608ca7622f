"""Many categories: what is pooled, and what is found then."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.tracking.charts.bands import MOST_BANDS, band_numbers, in_bands
from npskit.tracking.charts.segmentation import change_points

SLIDER = np.arange(101.0)


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(1, 7))
def test_bands_keep_the_order_and_all_answers(totals: list[int], most: int) -> None:
    """Bands rise with the scores, leave no number out, and hold every answer."""
    counts = np.array(totals, dtype=np.float64)
    numbers = band_numbers(counts, np.arange(float(len(totals))), most)
    held = numbers[counts > 0]
    assert (np.diff(held) >= 0).all()
    assert set(held.tolist()) == set(range(len(set(held.tolist()))))
    assert len(set(held.tolist())) <= most
    assert (numbers[counts == 0] == -1).all()
    assert in_bands(counts, numbers).sum() == counts.sum()


@pytest.mark.filterwarnings("ignore::npskit.PrecisionWarning")
def test_a_step_on_a_slider_is_found() -> None:
    """Six points of a slider of 0 to 100 are found wherever five bands find them; in its 101 categories they drown."""
    rng, found = np.random.default_rng(5), 0
    for _ in range(20):
        means = 65 + 6.0 * (np.arange(52) >= 26)
        answers = np.clip(np.rint(rng.normal(means[:, np.newaxis], 20, (52, 60))), 0, 100).astype(int)
        counts = np.stack([np.bincount(week, minlength=101) for week in answers])
        changes = change_points(counts, SLIDER)
        assert len(changes.bands) == MOST_BANDS
        found += any(abs(change.index - 26) <= 3 and change.difference > 0 for change in changes.changes)
    assert found >= 19


def test_few_categories_are_told_apart() -> None:
    """Up to five categories are no bands: passives who part to both sides are a change."""
    found = change_points([[5, 10, 30, 10, 5]] * 8 + [[15, 10, 10, 10, 15]] * 8, np.arange(5.0))
    assert (len(found), found.bands) == (1, ())
