"""What the study of comparisons promises."""

import numpy as np
import pytest

from tests.studies.study import monte_carlo_error
from tests.studies.study_comparisons import STUDIES


@pytest.mark.slow
def test_the_level_of_comparing_groups() -> None:
    """All segments at once: at most 7 % in each setting; two means of seven categories of the same shape: at most 6."""
    draws = 1000
    (groups, many) = ({study.name: study.run for study in STUDIES}[name] for name in ("groups", "many-categories"))
    for row in groups(draws, np.random.default_rng(1)):
        for name, found in row.items():
            if name.endswith("score") and not name.startswith("power"):
                assert isinstance(found, float)
                assert found <= 7 + 2 * monte_carlo_error(0.07, draws), (row, name)
    for row in many(draws, np.random.default_rng(1)):
        if "," not in str(row["shapes"]):
            found = row["level: score"]
            assert isinstance(found, float)
            assert found <= 6 + 2 * monte_carlo_error(0.06, draws), row
