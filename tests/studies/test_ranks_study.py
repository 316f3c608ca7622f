"""What the studies of ranks promise."""

import numpy as np
import pytest

from tests.studies.study import monte_carlo_error
from tests.studies.study_ranks import STUDIES


@pytest.mark.slow
def test_sets_of_ranks_hold() -> None:
    """All sets hold in 95 % of surveys; close to the end of the scale, with segments of unequal sizes, in 85 %."""
    draws = 200
    for study in STUDIES:
        for row in study.run(draws, np.random.default_rng(1)):
            unequal = "," in str(row.get("answers in each", ""))
            for name, found in row.items():
                if name.endswith("hold") and not name.startswith("percentiles"):
                    least = 0.85 if unequal and name.startswith("corner") else 0.95
                    assert isinstance(found, float)
                    assert found >= 100 * least - 2.5 * monte_carlo_error(least, draws), row
