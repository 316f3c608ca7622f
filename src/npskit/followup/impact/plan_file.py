"""A plan read back from the file that it was written to: who was to be followed up, and who was left alone."""

from __future__ import annotations

import datetime as dt
import os
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen
from npskit.data import Column, parse_times, read_labels
from npskit.errors import InvalidValueError, quoted
from npskit.followup.plan import load_plan
from npskit.options import URGENCIES
from npskit.scorers import Scorer, codebook_of

_TREATED, _HELD_OUT = "chosen", "holdout"


@attrs.frozen(eq=False)
class PlanFile(Frozen):
    """What the file of a plan says of each response; see `npskit.followup.impact.measuring.ComparedPlan`."""

    scorer: Scorer
    customers: NDArray[Any]
    categories: Codes
    intended: Bools
    holdout: Bools
    made: dt.datetime | None  # not before its latest answer


def read_plan_file(path: str | os.PathLike[str], scorer: Scorer | None) -> PlanFile:
    """Return the plan in a file that `FollowUpPlan.to_csv` or `to_json_lines` wrote with `everything=True`.

    Args:
        path: The file.
        scorer: What the categories are of; None for `NPS()`.

    Raises:
        NpskitError: If the file cannot be read, or is no plan; see `npskit.followup.plan.load_plan`.
        InvalidValueError: If it lists only who is followed up, or its categories are of another scorer.
    """
    columns = load_plan(path)
    if "status" not in columns:
        raise InvalidValueError(
            f"plan: {quoted(str(path))} lists only whom to follow up, and not who was left alone at random: write the "
            "plan with to_csv(path, everything=True), or --everybody on the command line"
        )
    codebook = codebook_of(scorer)
    labels = read_labels(Column(columns["category"]), codebook.categories)
    unknown = next(iter(labels.unknown()), None)
    if unknown is not None:
        raise InvalidValueError(
            f"plan: the category {quoted(unknown)} is none of {codebook.name}: give the scorer of the plan with scorer="
        )
    status = columns["status"].astype(str)
    held_out = status == _HELD_OUT
    categories = np.maximum(labels.categories, -1)
    intended = held_out | (status == _TREATED)
    if "urgency" in columns:
        # Nobody could have left a critical comment alone.
        intended &= columns["urgency"].astype(str) != URGENCIES[-1]
    made = _latest(columns["answered"]) if "answered" in columns else None
    return PlanFile(codebook.scorer, columns["customer"], categories, intended, held_out, made)


def _latest(answered: NDArray[Any]) -> dt.datetime | None:
    """Return the latest time of a column, with its zone where that is known; None where there is none."""
    read = parse_times(answered, time_zone="UTC")
    latest = max(filter(None, read.values.astype("datetime64[us]").tolist()), default=None)
    return latest.replace(tzinfo=dt.UTC) if latest is not None and read.aware else latest
