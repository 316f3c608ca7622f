"""A plan read back from its file measures what the plan itself does."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk

pytestmark = pytest.mark.filterwarnings("ignore::npskit.DataWarning", "ignore::npskit.PrecisionWarning")
BEGIN = dt.datetime(2026, 1, 5)


def _answers(seed: int, since: dt.datetime, zone: str) -> dict[str, list[Any]]:
    rng = np.random.default_rng(seed)
    at = [f"{since + dt.timedelta(hours=hour)}{zone}" for hour in range(60)]
    return {"id": [f"{n:03}" for n in range(60)], "score": rng.integers(0, 11, 60).tolist(), "at": at}


@pytest.mark.parametrize("name", ["plan.csv", "plan.jsonl"])
@pytest.mark.parametrize(("zone", "later_zone"), [("", ""), ("Z", "+00:00"), ("+02:00", "Z"), ("", "Z")])
def test_answers_that_the_plan_was_made_of_are_no_later_ones(
    tmp_path: Path, name: str, zone: str, later_zone: str
) -> None:
    """An export of all answers, old and new, gives the effect that the new ones give; also from the plan's own file."""
    roles: Any = {"score": "score", "customer": "id", "time": "at"}
    first = _answers(1, BEGIN, zone)
    second = _answers(2, BEGIN + dt.timedelta(90), later_zone)
    plan = nk.Survey(first, **roles).follow_up(holdout=0.4, rng=7)
    path = tmp_path / name
    if name.endswith(".csv"):
        plan.to_csv(path, everything=True)
    else:
        plan.to_json_lines(path, everything=True)
    alone = nk.effect_of_follow_up(plan, second, **roles)
    if bool(zone) == bool(later_zone):
        both = {column: [*first[column], *second[column]] for column in first}
        again = nk.effect_of_follow_up(path, both, **roles)
        assert (again.value, again.interval) == (alone.value, alone.interval)
        assert again.left_out == alone.left_out + 60
    assert nk.effect_of_follow_up(path, second, **roles).value == alone.value
