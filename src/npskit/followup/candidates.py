"""Who may be followed up at all, before money and hours are looked at."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.followup import statuses as status
from npskit.followup.assigned import Assigned
from npskit.scorers.base import Codebook


@attrs.frozen(eq=False)
class Answers:
    """What a plan needs to know of the responses, besides what the playbook recommends. Arrays are of shape `(n,)`.

    Args:
        book: The scorer of the answers, read once.
        categories: The category of each answer, -1 where it cannot be scored.
        customers: Who answered, None where unknown; object array.
        numbers: Equal for equal customers; one of its own for each unknown one.
        at: When, NaT where unknown; None without times.
        values: What each customer is worth, in your currency, NaN where unknown; None if nothing is known.
        opted_out: Whether each does not want to be contacted; None if nothing is known.
        contacted: When each was contacted last, NaT for never; None if nothing is known.
    """

    book: Codebook
    categories: NDArray[np.intp]
    customers: NDArray[Any]
    numbers: NDArray[np.intp]
    at: NDArray[np.datetime64] | None = None
    values: NDArray[np.float64] | None = None
    opted_out: NDArray[np.bool_] | None = None
    contacted: NDArray[np.datetime64] | None = None


def candidates_of(
    answers: Answers,
    assigned: Assigned,
    now: np.datetime64 | None,
    quiet: dt.timedelta,
    max_age: dt.timedelta | None,
) -> NDArray[np.int8]:
    """Return the status of each response as far as it does not depend on limits: `CHOSEN` for those who may be.

    One response of each customer counts, the latest scored one; of several at the same time, or without times, the one
    with the highest priority, then the one further down. A customer who does not want to be contacted, or was a short
    while ago, is left alone whatever the response that says so.

    Args:
        answers: The responses.
        assigned: What the playbook recommends.
        now: When the plan is made; None if unknown.
        quiet: How long a contacted customer is left alone.
        max_age: How old a response may be; None for any age. A response of an unknown time is never too old.
    """
    found = np.where(assigned.strategy < 0, status.NO_STRATEGY, status.CHOSEN).astype(np.int8)
    if max_age is not None and answers.at is not None and now is not None:
        found[answers.at < now - np.timedelta64(max_age)] = status.TOO_OLD
    if answers.contacted is not None and now is not None:
        # Also whoever was contacted after that: the plan may be of the answers up to some earlier day.
        found[_any_of(answers.contacted > now - np.timedelta64(quiet), answers.numbers)] = status.QUIET
    if answers.opted_out is not None:
        found[_any_of(answers.opted_out, answers.numbers)] = status.OPTED_OUT
    scored = answers.categories >= 0
    found[~_one_of_each(answers, assigned, scored)] = status.SUPERSEDED
    found[~scored] = status.UNSCORED
    return found


def _any_of(marked: NDArray[np.bool_], who: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Return the rows of every customer who has a marked row."""
    customers = np.zeros(int(who.max(initial=-1)) + 1, dtype=np.bool_)
    customers[who[marked]] = True
    return customers[who]


def _one_of_each(answers: Answers, assigned: Assigned, scored: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the response of each customer that counts."""
    who = answers.numbers
    once = np.bincount(who)[who] == 1 if len(who) else scored
    kept = once.copy()
    several = np.flatnonzero(~once)
    at = np.zeros(len(several), dtype=np.int64)
    if answers.at is not None:
        times = answers.at[several]
        at = np.where(np.isnat(times), np.iinfo(np.int64).min, times.astype(np.int64))
    priority = np.nan_to_num(assigned.priority[several], nan=-1.0)
    order = several[np.lexsort((priority, at, scored[several], who[several]))]
    last = np.ones(len(order), dtype=np.bool_)
    last[:-1] = who[order][1:] != who[order][:-1]
    kept[order[last]] = True
    return kept
