"""The promises of `effect_of_follow_up`: intervals that cover, and no selection that is called an effect."""

from __future__ import annotations

import numpy as np
import pytest

from tests.studies.study import monte_carlo_error
from tests.studies.study_follow_up import INTERVAL, SELECTION, Setting, called_an_effect, plain, repeated
from tests.studies.study_follow_up import STUDIES as FOLLOW_UP

DRAWS = 2000
# A coverage of 94 %, within two Monte Carlo errors.
LEAST = 94 - 2 * monte_carlo_error(0.94, DRAWS)


def covers(setting: Setting) -> float:
    """Return the coverage of the plain interval in percent."""
    limits = np.array([tuple(c.interval) for c in plain(setting.tables(DRAWS, np.random.default_rng(3)))])
    return 100 * float(((limits[:, 0] <= setting.effect) & (setting.effect <= limits[:, 1])).mean())


@pytest.mark.slow
@pytest.mark.parametrize("name", INTERVAL)
def test_the_interval_covers_the_effect(name: str) -> None:
    assert covers(INTERVAL[name]) >= LEAST


@pytest.mark.slow
def test_customers_who_answer_often_count_once() -> None:
    rng, effect = np.random.default_rng(4), Setting(sizes=(60, 60), moved=0.095).effect
    found = [tuple(repeated(rng).interval) for _ in range(600)]
    assert np.mean([low <= effect <= high for low, high in found]) >= 0.95 - 2 * monte_carlo_error(0.95, 600) / 100


@pytest.mark.slow
def test_reweighting_covers_where_chance_decides_and_no_selection_is_called_an_effect() -> None:
    rows = {str(row["who answers again"]): row for row in FOLLOW_UP[1].run(DRAWS, np.random.default_rng(5))}
    for name, row in rows.items():
        if "unhappy" not in name:
            assert float(str(row["reweighted: covers"])) >= LEAST, name
        if row["effect"] == 0:
            assert float(str(row["called an effect"])) <= 5, name


def test_what_selection_does_is_not_called_an_effect() -> None:
    for name in ("follow-up brings detractors back", "nearly all answer, unhappy treated less"):
        tables = SELECTION[name].tables(60, np.random.default_rng(6))
        assert called_an_effect(tables, plain(tables)) == 0
