"""Steps and their rivals: would a trend, a season or drift say as much of a series of scores, with less?

A slow trend, a season, and periods that resemble their neighbors all come out as steps where steps are looked for, and
as signals of charts that take periods for independent. So steps are held against

- a **trend**, one slope;
- a **season**: one to three sines of a cycle of known length, with or without a trend, or a twelfth of it that is odd;
- **drift**, a true score that wanders (AR(1)) and is seen through sampling;

by one criterion, Schwarz's (Annals of Statistics 6 (1978) 461-464): -2 log-likelihood plus ln T for each parameter. A
step costs 2.5 ln T: its size, and its place, of which the best was looked for; a slope 2.1 ln T, so that steps and
trends are mistaken for each other about as rarely. What is better than the other by a few units only is "unclear". The
prices were chosen by simulation: `tests/studies/study_series.py`. The series is the score, with variance σ²/n, σ²
estimated in each model and at least that of one answer. Steps are those that fit the score best, and those that were
found.

`npskit.tracking.charts` measures what is left of the series as well: the correlation of successive residuals, and
whether there is a season in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.errors import PrecisionWarning, warn
from npskit.inference import normal_p
from npskit.results import p_said
from npskit.tracking.charts.drift import fitted_drift
from npskit.tracking.charts.score_series import ScoreSeries

# Lengths of the seasons that are looked for where it is not known what the periods are: quarters, days, months, weeks
# and days of a year.
CYCLES = (4.0, 7.0, 12.0, 365.25 / 7, 365.25)
# Fewer periods do not tell steps from anything.
LEAST_PERIODS = 8
# Prices of the models, in units of ln T: of a step, of a slope, of a correlation with the variance that goes with it,
# of the length of a cycle that was seen less than twice: it is no less chosen than the place of a step; and of an odd
# part of each cycle, of which there are 24.
_STEP, _SLOPE, _DRIFT, _ONCE, _ODD = 2.5, 2.1, 1.0, 2.0, 3.5
_HARMONICS, _PARTS = 3, 12
# Of a series this share of a cycle is enough to look for it.
_LEAST_OF_CYCLE = 0.95
# Of the variance of sampling: residuals below it are rounding.
_ROUNDING = 1e-9
# Residuals that are as unlikely as this are warned of.
_LEFT = 0.005
# Gains by drift that one of ten independent series has, and one of three.
_SOME_DRIFT, _LITTLE_DRIFT = 2.7, 1.0
# A correlation of what the steps leave, above 0, that one of twenty independent series has: two-sided.
_SOME_CORRELATION = 0.1

STEPS, TREND, SEASON, DRIFT, UNCLEAR = "steps", "trend", "season", "drift", "unclear"
# What the criterion of a rival may lack, and what a step may cost more, before it is beyond doubt that it is a step.
_DOUBT = {STEPS: 2.0, TREND: 2.5, SEASON: 4.0, DRIFT: 4.0}


@attrs.frozen
class Criteria:
    """The criterion of each model less that of a constant score: the least is the best.

    Args:
        steps: Of the best steps; 0 where there are none.
        trend: Of one slope.
        season: Of the best season; NaN where none could be looked for.
        drift: Of the likeliest drift.
    """

    steps: float
    trend: float
    season: float
    drift: float

    def best_rival(self) -> tuple[float, str]:
        """The least criterion but that of the steps, and what it is of."""
        return min(
            (getattr(self, name), name) for name in (TREND, DRIFT, SEASON) if not math.isnan(getattr(self, name))
        )


@attrs.frozen
class Rivals:
    """What a series of scores looks like, and what is left of it when the steps are taken out.

    Args:
        looks_like: `"steps"`: nothing that was tried says as much with less; `"trend"`, `"season"` or `"drift"`:
            one of these does; `"unclear"`: one of them says about as much.
        criteria: By what they were compared.
        slope: The slope of the trend, in points of the score a period.
        cycle: The length of the season in periods; NaN where none could be looked for.
        correlation: The correlation of the true score from period to period, where it drifts.
        left_correlation: That of successive residuals of the steps or, if it is better, of a constant score.
        left_correlation_p: Two-sided p-value of none.
        left_season_p: p-value of no season in these residuals, by an F-test; NaN where none could be looked for.
    """

    looks_like: str
    criteria: Criteria
    slope: float
    cycle: float
    correlation: float
    left_correlation: float
    left_correlation_p: float
    left_season_p: float

    @property
    def sentence(self) -> str:
        """What is to be said of it beside findings; empty where these look like steps."""
        said = {
            TREND: f"This looks like a trend, not a step: one slope of {self.slope:+.2g} a period says as much.",
            SEASON: f"This looks like a season, not a step: a cycle of {self.cycle:.4g} periods says as much. Take it "
            'out with season=, or compare with the year before: timeline.against("year").',
            DRIFT: "This looks like drift, not a step: scores resemble those of the periods beside them "
            f"(correlation {self.correlation:.2g}), and wander without a cause of their own.",
        }
        if self.looks_like in said:
            return said[self.looks_like]
        if self.looks_like != UNCLEAR:
            return ""
        names = {TREND: "a trend", SEASON: "a season", DRIFT: "drift"}
        criterion, best = self.criteria.best_rival()
        if min(self.criteria.steps, criterion) >= 0:
            return "The score itself moved by no more than its periods vary by: these are hardly steps of the score."
        return f"This may as well be {names[best]}, not a step: there is too little to tell the two apart."


def looks_like(rivals: Rivals | None) -> str:
    """Return what a series looks like; steps, where it was too short to be looked at."""
    return STEPS if rivals is None else rivals.looks_like


def judged(
    counts: Floats, category_scores: Floats, starts: NDArray[np.intp], cycles: Sequence[float], found: int, method: str
) -> Rivals | None:
    """Hold what was found against its rivals, and warn where one of them explains it or something is left.

    Args:
        counts: Shape `(T, K)`.
        category_scores: Shape `(K,)`.
        starts: Steps that were found, as for `rivals_of`.
        cycles: As for `rivals_of`.
        found: How many steps, or signals, were found.
        method: What found them.

    Returns:
        None where there are too few periods, or all answers are alike.
    """
    series = ScoreSeries.of(counts, category_scores)
    rivals = None if series is None else rivals_of(series, starts, cycles)
    if rivals is None:
        return None
    r, p = rivals.left_correlation, rivals.left_correlation_p
    if found and rivals.looks_like in (TREND, SEASON, DRIFT):
        warn(f"{method}: {rivals.sentence}", PrecisionWarning)
    elif p < _LEFT:
        more = "too many findings" if r > 0 else "too few findings"
        said = f"successive periods are correlated ({r:+.2f}, {p_said(p)}) beside any steps: expect {more}"
        warn(f"{method}: {said}", PrecisionWarning)
    elif rivals.left_season_p < _LEFT:
        said = f"a season is left ({p_said(rivals.left_season_p)}) beside any steps: take it out with season="
        warn(f"{method}: {said}", PrecisionWarning)
    return rivals


def rivals_of(series: ScoreSeries, found: NDArray[np.intp], cycles: Sequence[float] = CYCLES) -> Rivals | None:
    """Hold steps against a trend, seasons and drift.

    Args:
        series: The scores.
        found: Steps that were found: places of the first periods of all segments but the first, among the periods with
            answers.
        cycles: Lengths of the seasons to be looked for, in periods.

    Returns:
        What was found, or None where there are fewer than eight periods with answers.
    """
    size, fee = len(series), series.fee
    if size < LEAST_PERIODS:
        return None
    constant, drift = series.deviance(series.squares()), fitted_drift(series)
    fits: dict[int, float] = {}
    steps: dict[int, NDArray[np.intp]] = {}
    for starts in _candidates(series, found):
        deviance = series.deviance(series.step_squares(starts)) if starts.size else constant
        if deviance < fits.get(len(starts), math.inf):
            fits[len(starts)], steps[len(starts)] = deviance, starts
    at = min(fits, key=lambda k: fits[k] + _STEP * fee * k)
    line = series.place - series.place.mean()
    columns = np.stack([np.ones(size), line], axis=1)
    criteria = {
        STEPS: fits[at] + _STEP * fee * at,
        TREND: series.deviance(series.squares(line)) + _SLOPE * fee,
        DRIFT: drift.deviance + _DRIFT * fee,
    }
    criterion, cycle = min(_seasons(series, line, cycles), default=(math.nan, math.nan))
    if cycle == cycle:
        criteria[SEASON] = criterion
    dear = min(deviance + (_STEP * fee + _DOUBT[STEPS]) * k for k, deviance in fits.items())
    gain = constant - drift.deviance
    verdict = _verdict(criteria, constant, dear, gain, found.size > 0)
    kept = steps[at] if criteria[STEPS] < constant else np.empty(0, dtype=np.intp)
    r, p = _left_correlation(series, kept)
    if verdict == STEPS and r > 0 and p < (_LEFT if kept.size else _SOME_CORRELATION):
        verdict = UNCLEAR
    slope = np.linalg.lstsq(columns * np.sqrt(series.n)[:, np.newaxis], series.score * np.sqrt(series.n), rcond=None)[0]
    return Rivals(
        verdict,
        Criteria(**{name: criteria.get(name, math.nan) - constant for name in (STEPS, TREND, SEASON, DRIFT)}),
        float(np.ldexp(slope[1], series.unit)),
        cycle,
        drift.correlation,
        r,
        p,
        _left_season(series, kept, cycles),
    )


def _verdict(criteria: dict[str, float], constant: float, dear: float, drift_gain: float, found: bool) -> str:
    """Return what a series looks like, from the criteria of the models and that of steps that are dearer by doubt."""
    rivals = {name: value for name, value in criteria.items() if name != STEPS}
    best = min(rivals, key=rivals.__getitem__)
    if rivals[best] < min(criteria[STEPS], constant):
        return best
    if constant <= criteria[STEPS]:
        # the score itself shows no step: what was found is drift, or of shares that leave the score where it was
        return DRIFT if drift_gain > _SOME_DRIFT else UNCLEAR if found or drift_gain > _LITTLE_DRIFT else STEPS
    doubted = min(value - _DOUBT[name] for name, value in rivals.items())
    return UNCLEAR if doubted < min(dear, constant) else STEPS


def _candidates(series: ScoreSeries, found: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Yield the steps that fit the score best at several values of σ², and those that were found."""
    for variance in series.variances().tolist():
        starts = series.steps(_STEP * series.fee * variance)
        if len(starts):
            yield starts
    yield found


def _waves(place: NDArray[np.intp], cycle: float, harmonics: int) -> list[Floats]:
    """Return the sines and cosines of a cycle and its harmonics."""
    angles = [2 * np.pi * (j + 1) * place / cycle for j in range(harmonics) if 2 * (j + 1) <= cycle]
    return [wave(angle) for angle in angles for wave in (np.cos, np.sin)]


def _seasons(series: ScoreSeries, line: Floats, cycles: Sequence[float]) -> Iterator[tuple[float, float]]:
    """Yield the criterion and the cycle of each season, with and without a trend beside it."""
    span = int(series.place[-1] - series.place[0]) + 1
    for cycle in cycles:
        often = span >= 2 * cycle
        for harmonics in range(1, (_HARMONICS if often else 1) + 1) if span >= _LEAST_OF_CYCLE * cycle else ():
            waves = _waves(series.place, cycle, harmonics)
            price = len(waves) + (0 if often else _ONCE)
            yield series.deviance(series.squares(*waves)) + price * series.fee, cycle
            yield series.deviance(series.squares(line, *waves)) + (price + _SLOPE) * series.fee, cycle
        if often and cycle >= _PARTS:
            # one twelfth of the year that is odd each time, of which the oddest was looked for
            turns = 2 * _PARTS * (series.place % cycle) / cycle
            for part in range(2 * _PARTS):
                odd = ((turns - part) % (2 * _PARTS) < 2).astype(np.float64)
                yield series.deviance(series.squares(odd)) + _ODD * series.fee, cycle


def _left_correlation(series: ScoreSeries, starts: NDArray[np.intp]) -> tuple[float, float]:
    """Return the correlation of successive residuals of the steps, less what fitting them makes of none, and its p."""
    segments = series.segments(starts)
    residuals = series.residuals(segments)
    root, size = np.sqrt(series.n), len(series)
    near = np.diff(series.place) == 1
    together = (segments[1:] * segments[:-1]).sum(axis=1) * near
    total = segments @ (segments.T @ series.n)
    squares, df = float(residuals @ residuals), size - segments.shape[1]
    if squares <= _ROUNDING * size * series.variance or df < 1 or not near.any():
        return 0.0, 1.0
    expected = -float((together * root[1:] * root[:-1] / total[1:]).sum()) / df
    r = float((residuals[1:] * residuals[:-1])[near].sum()) / squares - expected
    return r, float(normal_p(r * math.sqrt(size)))


def _left_season(series: ScoreSeries, starts: NDArray[np.intp], cycles: Sequence[float]) -> float:
    """Return the p-value of no season beside the steps: the least of an F-test for each cycle, times their number."""
    from scipy.special import fdtrc

    span = int(series.place[-1] - series.place[0]) + 1
    segments, found = series.segments(starts), []
    without, nothing = series.residuals(segments), _ROUNDING * len(series) * series.variance
    for cycle in cycles:
        waves = _waves(series.place, cycle, 1) if span >= 2 * cycle else []
        df = len(series) - segments.shape[1] - len(waves)
        if waves and df > 0:
            left = series.residuals(np.column_stack([segments, *waves]))
            squares = float(left @ left)
            gain = (float(without @ without) - squares) / len(waves)
            found.append(float(fdtrc(len(waves), df, gain / (squares / df))) if squares > nothing else 1.0)
    return min(1.0, len(found) * min(found)) if found else float("nan")
