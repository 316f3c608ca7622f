"""What is promised of series is held, within the Monte Carlo error of smaller simulations."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.tracking.charts import change_points
from tests.studies.study import monte_carlo_error
from tests.studies.study_series import LENGTHS, NULLS, STEPS, looked_at

DRAWS = 150
AT_MOST = 10 + 3 * monte_carlo_error(0.1, DRAWS)


@pytest.mark.slow
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("truth", NULLS)
def test_what_is_no_step_is_not_called_one(truth: str, length: str) -> None:
    """At most one in ten series without a step shows steps that are not said to look like something else."""
    found = looked_at(NULLS[truth], *LENGTHS[length], DRAWS, np.random.default_rng(21), change_points)
    assert 100 * found["steps"] / DRAWS <= AT_MOST


@pytest.mark.slow
@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("truth", STEPS)
def test_a_step_is_not_called_a_trend_or_a_season(truth: str, length: str) -> None:
    """Planted steps are found, and at most one in ten of them is called something else."""
    found = looked_at(STEPS[truth], *LENGTHS[length], DRAWS, np.random.default_rng(22), change_points)
    assert 100 * (found["trend"] + found["season"]) / DRAWS <= AT_MOST
    assert 100 * found.total() / DRAWS >= 90 - 3 * monte_carlo_error(0.9, DRAWS)
