"""How long a control chart waits before it signals: falsely, while nothing changes, and after a shift.

The average run length (ARL) is the mean number of periods up to and including the first signal. It is computed from a
Markov chain, not simulated. What must be true: the periods are independent, each standardized value is normal with
variance 1, and the center and the dispersion are known, not estimated from a few periods. If they are estimated from
thirty periods, the actual run lengths vary widely about these figures.

A shift is in units of the standard deviation of one period: a move of D points of the score is a shift of
D √n / (σ_z s) with n answers in each period, s the standard deviation of one answer and σ_z the dispersion.
"""

from __future__ import annotations

import math

import numpy as np

from npskit.arrays import Floats
from npskit.checks import finite_number, one_of
from npskit.options import RUN_LIMITS, RunLimits

# Odd for the EWMA, so that a cell lies about the center; both are good to about 1e-4 of the run length.
_EWMA_STATES = 401
_CUSUM_STATES = 400
# The limits of an EWMA count as steady once they are this near, relatively, to where they go.
_STEADY = 1e-9


def shewhart_run_length(width: float = 3.0, shift: float = 0.0) -> float:
    """Return the average run length of a chart of single values, such as `laney_chart`.

    ARL = 1 / (Φ(-L - δ) + Φ(-L + δ)), from the geometric distribution of the first value beyond the limits: Shewhart,
    "Economic Control of Quality of Manufactured Product" (1931); Montgomery, "Introduction to Statistical Quality
    Control", section 5.3.

    Args:
        width: L, the limits in standard deviations from the center; positive.
        shift: δ, how far the mean has moved, in standard deviations of one period.

    Returns:
        Mean number of periods to the first signal, that one included; infinite where it leaves the floating range.

    Raises:
        InvalidTypeError: If an argument is not a number.
        InvalidValueError: If an argument is out of its range.

    Example:
        >>> round(shewhart_run_length(), 1), round(shewhart_run_length(shift=1), 1)
        (370.4, 43.9)
    """
    from scipy.special import ndtr

    width, shift = finite_number(width, "width", above=0), finite_number(shift, "shift")
    signal = float(ndtr(-width - shift) + ndtr(-width + shift))
    return 1 / signal if signal > 0 else math.inf


def ewma_run_length(
    weight: float = 0.2, width: float = 2.86, shift: float = 0.0, *, limits: RunLimits = "steady"
) -> float:
    """Return the average run length of an EWMA chart that starts at its center.

    By the Markov chain of Brook & Evans, "An approach to the probability distribution of CUSUM run length", Biometrika
    59 (1972) 539-549, as Lucas & Saccucci, "Exponentially weighted moving average control schemes: properties and
    enhancements", Technometrics 32 (1990) 1-12, apply it to the EWMA: 401 cells between the limits, each standing for
    its midpoint. Good to about 2e-4 of the run length.

    Args:
        weight: λ, the weight of the newest period, above 0 and at most 1.
        width: L, the limits in standard deviations of the steady statistic; positive.
        shift: δ, how far the mean has moved from the first period on, in standard deviations of one period.
        limits: `"steady"`: the limits of a chart that has run for long hold from the start, as in published tables (371
            for the defaults); `"exact"`: the narrower ones of the first periods, which `ewma_chart` draws (366).

    Returns:
        Mean number of periods to the first signal, that one included; infinite where it leaves the floating range.

    Raises:
        InvalidTypeError: If an argument is not a number.
        InvalidValueError: If an argument is out of its range.

    Example:
        >>> round(ewma_run_length(), 1), round(ewma_run_length(shift=1), 1)
        (371.1, 9.8)
        >>> round(ewma_run_length(limits="exact"), 1)
        365.8
    """
    weight, width = finite_number(weight, "weight", above=0, most=1), finite_number(width, "width", above=0)
    shift = finite_number(shift, "shift")
    one_of(limits, RUN_LIMITS, "limits")
    steady = width * math.sqrt(weight / (2 - weight))
    early = _early_limits(weight, steady) if limits == "exact" else []
    start, alive, waited, left = np.zeros(1), np.ones(1), 0.0, 0.0
    for limit in (*early, steady):
        waited += float(alive.sum())
        end, inside, outside = _ewma_step(start, limit, weight, shift)
        left += float(alive @ outside)
        start, alive = end, alive @ inside
    _, inside, exits = _ewma_step(start, steady, weight, shift)
    # state 0 is the whole beginning, never to return to
    chain = np.zeros((start.size + 1, start.size + 1))
    chain[0, 1:], chain[1:, 1:] = alive, inside
    return _time_to_exit(chain, np.append(left, exits), np.append(waited, np.ones(start.size)))


def cusum_run_length(allowance: float = 0.5, threshold: float = 5.0, shift: float = 0.0) -> float:
    """Return the average run length of a two-sided CUSUM chart that starts at zero.

    By the Markov chain of Brook & Evans, Biometrika 59 (1972) 539-549, with 400 states a side, and 1/ARL = 1/ARL⁺ +
    1/ARL⁻ of Kemp, "The average run length of the cumulative sum chart when a 'V' mask is used", JRSS B 23 (1961)
    149-153, which is exact for sides with equal allowance and threshold. Good to about 1e-4 of the run length.

    Args:
        allowance: k, what each period must exceed to count, half the shift to be found, in standard deviations of one
            period; not negative.
        threshold: h, the height at which the chart signals, in the same units; positive.
        shift: δ, how far the mean has moved from the first period on, in standard deviations of one period.

    Returns:
        Mean number of periods to the first signal, that one included; infinite where it leaves the floating range.

    Raises:
        InvalidTypeError: If an argument is not a number.
        InvalidValueError: If an argument is out of its range.

    Example:
        >>> round(cusum_run_length(), 1), round(cusum_run_length(shift=1), 1)
        (465.4, 10.4)
    """
    allowance = finite_number(allowance, "allowance", least=0)
    threshold, shift = finite_number(threshold, "threshold", above=0), finite_number(shift, "shift")
    rate = sum(1 / _one_sided(allowance - side, threshold) for side in (shift, -shift))
    return 1 / rate if rate > 0 else math.inf


def _one_sided(drift: float, threshold: float) -> float:
    """Return the average run length of max(0, S + x - drift) from 0, x standard normal."""
    cell = 2 * threshold / (2 * _CUSUM_STATES - 1)
    heights = cell * np.arange(_CUSUM_STATES)
    steps = heights[None, :] - heights[:, None] + drift
    chain = _normal_between(steps - cell / 2, steps + cell / 2)
    # whatever would fall below zero stays there
    chain[:, 0] = _normal_between(-np.inf, steps[:, 0] + cell / 2)
    exits = _normal_between(steps[:, -1] + cell / 2, np.inf)
    return _time_to_exit(chain, exits, np.ones(_CUSUM_STATES))


def _early_limits(weight: float, steady: float) -> list[float]:
    """Return the limits of the first periods, while they still grow."""
    if weight == 1:
        return []
    decay = 2 * math.log1p(-weight)
    periods = np.arange(1, math.ceil(math.log(_STEADY) / decay) + 1)
    return [float(limit) for limit in steady * np.sqrt(-np.expm1(decay * periods))]


def _ewma_step(start: Floats, limit: float, weight: float, shift: float) -> tuple[Floats, Floats, Floats]:
    """Return the cells within ±limit, the chances of moving from `start` into each, and those of leaving."""
    cell = 2 * limit / _EWMA_STATES
    end = cell * (np.arange(_EWMA_STATES, dtype=np.float64) - _EWMA_STATES // 2)
    edges = np.append(end - cell / 2, limit)

    def steps(to: Floats) -> Floats:
        return np.asarray((to - (1 - weight) * start[:, None]) / weight - shift)

    below, above = steps(np.array([-limit]))[:, 0], steps(np.array([limit]))[:, 0]
    outside = _normal_between(-np.inf, below) + _normal_between(above, np.inf)
    return end, _normal_between(steps(edges[:-1]), steps(edges[1:])), outside


def _normal_between(low: Floats | float, high: Floats | float) -> Floats:
    """Return the chance of a standard normal value between two limits, to full relative precision in both tails."""
    from scipy.special import ndtr

    mirrored = np.asarray(low) > 0
    a, b = np.where(mirrored, np.negative(high), low), np.where(mirrored, np.negative(low), high)
    return np.asarray(ndtr(b) - ndtr(a))


def _time_to_exit(chain: Floats, exits: Floats, times: Floats) -> float:
    """Return the mean time to exit from state 0, each stay in a state taking its time.

    State after state is left out, its traffic passed on to the others: Gaussian elimination without a subtraction
    (Grassmann, Taksar & Heyman, "Regenerative analysis and steady state distributions for Markov chains", Operations
    Research 33 (1985) 1107-1116), so that also a run length of 1e100 keeps its digits.
    """
    chain, exits, times = chain.copy(), exits.copy(), times.copy()
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for state in range(exits.size - 1, 0, -1):
            onward = chain[state, :state].copy()
            share = chain[:state, state] / (onward.sum() + exits[state])
            chain[:state, :state] += share[:, None] * onward
            exits[:state] += share * exits[state]
            times[:state] += share * times[state]
        wait = float(times[0] / exits[0])
    return wait if math.isfinite(wait) else math.inf
