"""A season that is known: which periods share one, and what is left of the answers when it is taken out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.checks import one_of
from npskit.errors import IncompatibleError, InvalidValueError, quoted
from npskit.options import SEASONS

# How many periods of each kind make a week or a year.
_YEAR = 365.25
CYCLES_OF: dict[str, tuple[float, ...]] = {
    "day": (7.0, _YEAR),
    "week": (_YEAR / 7,),
    "month": (12.0,),
    "quarter": (4.0,),
    "year": (),
}
# Days from the first of a period to the one that says in which month it is.
_MIDDLE = {"week": 3}
# Half an answer in each category keeps a season in which nobody chose it from leaving no room for it.
_PRIOR = 0.5
_ROUNDS = 25


def season_codes(
    starts: NDArray[np.datetime64], every: str, season: str, answered: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Return the season of each period: its month, that of its Thursday for weeks, or its day of the week.

    Args:
        starts: The first day of each period, datetime64[D].
        every: What the periods are.
        season: `"month"` or `"weekday"`.
        answered: Which periods have answers.

    Raises:
        InvalidValueError: If `season` is unknown, or fewer than half of the seasons come back, so that they cannot be
            told from changes.
        IncompatibleError: If periods of this length have no such season.

    Example:
        >>> starts = np.arange("2025-01", "2027-01", dtype="M8[M]").astype("M8[D]")
        >>> season_codes(starts, "month", "month", np.ones(24, bool))[10:14].tolist()
        [10, 11, 0, 1]
    """
    one_of(season, SEASONS, "season")
    if season == "weekday" and every != "day":
        raise IncompatibleError(f'season="weekday" takes a timeline every "day": got every {quoted(every)}')
    if every == "year":
        raise IncompatibleError('season="month" takes periods shorter than a year: got every "year"')
    days = starts.astype("M8[D]") + np.timedelta64(_MIDDLE.get(every, 0), "D")
    if season == "weekday":
        cycle, codes = np.divmod(days.astype(np.int64) + 3, 7)  # 1970-01-01 was a Thursday
    else:
        cycle, codes = np.divmod(days.astype("M8[M]").astype(np.int64), 12)
    both = np.unique(np.stack([codes, cycle])[:, answered], axis=1)[0]
    often = np.bincount(both)
    if 2 * np.count_nonzero(often > 1) < np.count_nonzero(often) or not often.size:
        what = "two years" if season == "month" else "two weeks"
        raise InvalidValueError(
            f"season={quoted(season)}: {what} of answers are needed to tell a season from a change; leave it out"
        )
    return codes.astype(np.intp)


def without_season(counts: Floats, season: NDArray[np.intp], segment: NDArray[np.intp]) -> Floats:
    """Return counts as they would be if all seasons were alike, each period with as many answers as it has.

    Shares are taken to be a share of the segment times a factor of the season, for each category: a log-linear model
    without interaction, fitted by iterative proportional fitting (Deming & Stephan, Annals of Mathematical Statistics
    11 (1940) 427-444). What is left is the counts divided by the factors.

    Args:
        counts: Shape `(T, K)`.
        season: The season of each period, shape `(T,)`.
        segment: The segment of each period, from 0, shape `(T,)`.

    Example:
        >>> without_season(np.array([[10.0, 90], [40, 60], [10, 90], [40, 60]]), np.array([0, 1, 0, 1]),
        ...     np.zeros(4, int)).round().tolist()
        [[25.0, 75.0], [25.0, 75.0], [25.0, 75.0], [25.0, 75.0]]
    """
    n = counts.sum(axis=1, keepdims=True)
    seasons, segments = np.eye(season.max() + 1)[season].T, np.eye(segment.max() + 1)[segment].T
    mean = _PRIOR * counts.sum(axis=0) / n.sum()  # as many answers, spread as all are
    by_season, by_segment = seasons @ counts + mean, segments @ counts
    factors = np.ones((len(seasons), counts.shape[1]))
    for _ in range(_ROUNDS):
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = np.nan_to_num(by_segment / (segments @ (n * factors[season])))
            factors = np.nan_to_num(by_season / (seasons @ (n * shares[segment]) + mean), nan=1.0)
        factors = np.where(factors > 0, factors, 1.0)
    left = counts / factors[season]
    total = left.sum(axis=1, keepdims=True)
    return np.asarray(left * np.divide(n, total, out=np.zeros_like(n), where=total > 0))
