"""The Kaplan-Meier curve: published figures, and the laws it obeys."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.followup.cases.survival import SurvivalCurve, kaplan_meier
from npskit.inference.intervals import score_interval
from npskit.options import SurvivalMethod

# Weeks in remission of 21 children with acute leukemia under 6-mercaptopurine; False: still in remission when last
# seen. E. J. Freireich et al., "The effect of 6-mercaptopurine on the duration of steroid-induced remissions in acute
# leukemia", Blood 21 (1963) 699-716.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [*map(bool, [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0])]
# Survival and Greenwood standard error at each relapse, as tabled in D. R. Cox and D. Oakes, "Analysis of Survival
# Data" (1984), and J. P. Klein and M. L. Moeschberger, "Survival Analysis" (2003), table 4.1.
PUBLISHED = {
    6: (0.857, 0.076),
    7: (0.807, 0.087),
    10: (0.753, 0.096),
    13: (0.690, 0.107),
    16: (0.628, 0.114),
    22: (0.538, 0.128),
    23: (0.448, 0.135),
}
# The same children under placebo: nobody is censored. Median 8 weeks.
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]

ROWS = st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=30)
SOME = st.lists(st.tuples(st.integers(0, 12), st.booleans()), min_size=1, max_size=30)
QUICK = settings(max_examples=40)


def of_rows(rows: list[tuple[int, bool]]) -> SurvivalCurve:
    """Return the curve of pairs of duration and whether it happened."""
    return kaplan_meier(np.array([t for t, _ in rows], float), np.array([e for _, e in rows], bool))


def same(a: SurvivalCurve, b: SurvivalCurve) -> bool:
    """Whether two curves are one."""
    names = ("times", "events", "censored", "survival")
    return all(np.array_equal(getattr(a, name), getattr(b, name)) for name in names)


def test_published_curve() -> None:
    """Survival and standard errors of the 6-MP arm are those of the textbooks; its median is 23 weeks."""
    curve = kaplan_meier(WEEKS, RELAPSED)
    assert (curve.n, curve.n_events, curve.median) == (21, 9, 23)
    for week, (share, _) in PUBLISHED.items():
        assert float(curve.at(week)) == pytest.approx(share, abs=6e-4)
    # a log-log interval holds the standard error: half its width on that scale is z * se / (S * |log S|)
    weeks = np.array(list(PUBLISHED), float)
    low, high = curve.interval(weeks)
    s = curve.at(weeks)
    width = np.log(-np.log(low)) - np.log(-np.log(high))
    se = width / 2 / 1.959963984540054 * s * -np.log(s)
    np.testing.assert_allclose(se, [se for _, se in PUBLISHED.values()], atol=6e-4)


def test_published_limits() -> None:
    """The log-log interval of the median of the 6-MP arm begins at 13 weeks and is not bounded above, as in R."""
    curve = kaplan_meier(WEEKS, RELAPSED)
    assert curve.quantile_interval() == (13, math.inf)
    low, high = curve.interval([6, 10, 23])
    # R survival 3.x and lifelines 0.30: survfit(Surv(time, status) ~ 1, conf.type = "log-log")
    np.testing.assert_allclose(low, [0.6197, 0.5032, 0.1881], atol=5e-5)
    np.testing.assert_allclose(high, [0.9516, 0.8894, 0.6801], atol=5e-5)
    assert kaplan_meier(PLACEBO).median == 8
    assert kaplan_meier(PLACEBO).quantile_interval() == (4, 11)


@QUICK
@given(st.lists(st.integers(0, 12), min_size=1, max_size=40))
def test_empirical_without_censoring(durations: list[int]) -> None:
    """Without censoring the curve is the empirical distribution, exactly, and Rothman's interval is Wilson's."""
    times = np.array(durations, float)
    curve = kaplan_meier(times)
    at = np.arange(-1.0, 14.0)
    later = np.array([(times > t).sum() for t in at])
    assert np.array_equal(curve.at(at), later / len(times))
    expected = score_interval(np.stack([len(times) - later, later], axis=-1), np.array([0.0, 1.0]), 0.9)
    for limit, wanted in zip(curve.interval(at, 0.9, "score"), expected, strict=True):
        np.testing.assert_allclose(limit, wanted, atol=1e-9)
    for p in (0.1, 0.5, 0.9):
        assert curve.quantile(p) == np.quantile(times, p, method="averaged_inverted_cdf")
    assert curve.median == np.median(times)


# The flat of each level by hand, as `quantile(survfit(Surv(time, status) ~ 1))` of R's survival has it.
FLATS: list[tuple[list[float], list[bool], float, float]] = [
    ([1, 3], [True, True], 0.5, 2),
    ([1, 2, 5, 9], [True] * 4, 0.25, 1.5),
    ([1, 2, 5, 9], [True] * 4, 0.75, 7),
    # censored in between: 1 -> 4/5 -> 3/5 (one left at 3) -> 3/5 * 1/2 at 7: half is reached there, not before
    ([1, 2, 3, 7, 9], [True, True, False, True, True], 0.5, 7),
    # a censored case on the flat does not end it: S = 1/2 from 2 to 6
    ([1, 2, 4, 6], [True, True, False, True], 0.5, 4),
    # the curve ends at the level: to the last duration seen
    ([2, 4, 8, 10], [True, True, False, False], 0.5, 7),
    ([2, 4], [True, False], 0.5, 3),
    ([2, 2], [True, False], 0.5, 2),
    # 7/10 * 5/7: what rounding keeps from being 1/2
    ([1, 1, 1, 2, 2, 3, 4, 5, 6, 7], [True] * 10, 0.5, 2.5),
    (list(range(1, 11)), [True] * 10, 0.9, 9.5),
]


@pytest.mark.parametrize(("durations", "observed", "p", "expected"), FLATS)
def test_flat_at_the_level(durations: list[float], observed: list[bool], p: float, expected: float) -> None:
    """Where the curve stands at the level the quantile is the middle of that stretch, inside its limits."""
    curve = kaplan_meier(durations, observed)
    assert curve.quantile(p) == expected
    low, high = curve.quantile_interval(p)
    assert low <= expected <= high


@QUICK
@given(ROWS, ROWS)
def test_merging(a: list[tuple[int, bool]], b: list[tuple[int, bool]]) -> None:
    """The sum of two curves is the curve of all rows, in either order, and nothing adds nothing."""
    merged = of_rows(a) + of_rows(b)
    assert same(merged, of_rows(a + b))
    assert same(merged, of_rows(b) + of_rows(a))
    assert same(of_rows(a) + kaplan_meier([]), of_rows(a))


@QUICK
@given(SOME, st.randoms(use_true_random=False))
def test_permutation_and_scale(rows: list[tuple[int, bool]], random: Any) -> None:
    """The order of rows does not matter, and the unit of time only scales the times."""
    curve = of_rows(rows)
    shuffled = random.sample(rows, len(rows))
    assert same(curve, of_rows(shuffled))
    hours = of_rows([(24 * t, e) for t, e in rows])
    assert np.array_equal(hours.survival, curve.survival)
    assert hours.median == 24 * curve.median
    assert hours.quantile_interval(0.9) == tuple(24 * limit for limit in curve.quantile_interval(0.9))


@QUICK
@given(SOME, st.sampled_from(["log_log", "score"]), st.floats(0.5, 0.99))
def test_intervals_hold_the_curve(rows: list[tuple[int, bool]], method: SurvivalMethod, level: float) -> None:
    """The curve falls from 1, and every interval lies in 0..1 and holds what it is of; so do those of quantiles."""
    curve = of_rows(rows)
    at = np.arange(0.0, 14.0)
    s = curve.at(at)
    known = ~np.isnan(s)
    low, high = curve.interval(at, level, method)
    assert ((low >= 0) & (high <= 1) & (low <= high)).all()
    assert (low[known] <= s[known] + 1e-12).all()
    assert (s[known] <= high[known] + 1e-12).all()
    assert (np.diff(s[known]) <= 0).all()
    first, last = curve.quantile_interval(0.5, level)
    assert first <= curve.median <= last


@QUICK
@given(SOME)
def test_censoring_is_not_leaving_out(rows: list[tuple[int, bool]]) -> None:
    """The median with open cases is never below the one that takes all of them as ended when last seen."""
    assert of_rows(rows).median >= kaplan_meier([float(t) for t, _ in rows]).median


def test_beyond_what_was_seen() -> None:
    """After the last duration nothing is known but that the share is no larger than it was."""
    curve = kaplan_meier([1.0, 2.0, 3.0], np.array([True, False, False]))
    low, high = curve.interval([3.0, 4.0])
    assert np.isnan(curve.at(4.0))
    assert low[1] == 0
    assert high[1] == high[0]
    assert curve.median == math.inf
    assert curve.quantile_interval()[1] == math.inf
    assert float(kaplan_meier([1.0, 2.0]).at(9)) == 0


def test_nobody() -> None:
    """Of nobody everything is NaN."""
    curve = kaplan_meier([])
    assert curve.n == 0
    found = [curve.median, curve.last, float(curve.at(1)), *curve.interval(1.0), *curve.quantile_interval()]
    assert np.isnan(np.array(found, float)).all()
    assert curve.__add__(1) is NotImplemented


@pytest.mark.parametrize(
    ("durations", "observed", "error", "words"),
    [
        ([1, -2], True, InvalidValueError, "row 1 .from 0. has -2"),
        ([1, math.nan], True, InvalidValueError, "row 1 .from 0. has nan"),
        ([[1, 2]], True, InvalidValueError, "one-dimensional"),
        (["a"], True, InvalidTypeError, "durations must be numbers"),
        ([1, 2], [1, 0], InvalidTypeError, "observed must be booleans"),
        ([1, 2], [True], IncompatibleError, "2 rows"),
    ],
)
def test_refused(durations: Any, observed: Any, error: type[Exception], words: str) -> None:
    """What cannot be a duration is refused with its row."""
    with pytest.raises(error, match=words):
        kaplan_meier(durations, np.asarray(observed))


def test_refused_arguments() -> None:
    """Levels, methods and shares that are none are refused."""
    curve = kaplan_meier([1.0, 2.0])
    with pytest.raises(InvalidValueError, match="method must be one of"):
        curve.interval(1, method="linear")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="p must be above 0 and below 1"):
        curve.quantile(1.0)
    with pytest.raises(InvalidValueError, match="level"):
        curve.quantile_interval(level=95)
