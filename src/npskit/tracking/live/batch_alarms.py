"""Alarms over batches of answers, in order of time: the anytime-valid one, and the faster CUSUM.

`first_alarm` ever raises a false alarm with probability at most alpha. `cusum_alarm` sees a sudden move sooner, but
raises a false alarm, sooner or later, almost surely: what it bounds is how long that takes on average.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.checks import finite_number
from npskit.counting import Tally
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.inference import mean_variance
from npskit.options import Direction
from npskit.scores import Score
from npskit.tracking.charts import cumulative_sum
from npskit.tracking.live.alarms import Alarm, Watch, simple_counts


def first_alarm(
    tally: Tally,
    *,
    target: float | None = None,
    reference: Score | None = None,
    alpha: float = 0.05,
    direction: Direction = "below",
    times: Sequence[Any] | NDArray[Any] | None = None,
) -> Alarm | None:
    """Look after every batch of answers at all of them so far, and return the first alarm; None if there is none.

    While the hypothesis holds, there ever is an alarm with probability at most `alpha`. What must be true for that:
    given all that came before, each answer has a mean at the target (for `"below"`: of at least the target), or, for a
    reference, the same mean as those of the reference, which are other answers. A few customers who answer again and
    again, days that move all answers together, or answers counted only if they are bad, break it.

    It says that the answers since the first batch are off the target taken together: after a long good time a fall
    takes long to show, so let it start afresh, with a new alpha, or look at `cusum_alarm` as well.

    Args:
        tally: The batches in order of time, shape `(T,)`; weights are not allowed.
        target: The score it should have; or give a reference.
        reference: The score of a reference period, as simple counts.
        alpha: The bound on the probability of any false alarm.
        direction: `"below"`, `"above"` or `"both"`.
        times: The time of each batch, shape `(T,)`; default its number.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used, see `Watch`.

    Example:
        >>> days = Tally.from_counts([[1, 3, 6]] * 5 + [[6, 3, 1]] * 10)
        >>> first_alarm(days, target=40)
        Alarm(NPS below target 40.0 by 27.5, n=80, at=7, p_value=0.0468, method='anytime')
        >>> first_alarm(days[:5], target=40) is None
        True
    """
    watch = Watch(target=target, reference=reference, alpha=alpha, direction=direction)
    _check_batches(tally, times)
    watch.check(tally.codebook)
    counts = tally.counts.cumsum(axis=0)
    crossed = np.flatnonzero(watch.evidence(tally.codebook, counts) >= watch.threshold)
    if not crossed.size:
        return None
    i = int(crossed[0])
    return watch.alarm(tally.codebook, counts[i], at=_time(times, i))


def cusum_alarm(
    tally: Tally,
    reference: Score,
    *,
    target: float | None = None,
    allowance: float = 0.5,
    threshold: float = 5.0,
    dispersion: float = 1.0,
    direction: Direction = "below",
    times: Sequence[Any] | NDArray[Any] | None = None,
) -> Alarm | None:
    """Return the first signal of a CUSUM chart over batches of answers; None if there is none.

    S = max(0, S + z - k), a signal where S > h, with z how many standard errors the score of the batch lies off, to
    the side that is watched. Source: Page, "Continuous inspection schemes", Biometrika 41 (1954) 100-115. For the whole
    chart, with limits from periods of its own, see `npskit.tracking.charts.chart_kinds`.

    Faster than `first_alarm` at a sudden move, because it forgets the good times; **not anytime-valid**: a false alarm
    comes sooner or later, with k = 0.5 and h = 5 after 465 batches on average if both sides are watched, 930 if one.
    What must be true for that: z is about standard normal while nothing happens. So the batches must be large
    (some tens of answers), the variance that of the reference, and no more scatter between batches than within; weeks
    of a survey scatter more, which `dispersion` allows for.

    Args:
        tally: The batches in order of time, shape `(T,)`; weights are not allowed. Empty batches change nothing.
        reference: The score of a time when all was well, as simple counts: it gives the variance of an answer.
        target: The score it should have, in its units; default that of the reference, as if it were known exactly.
        allowance: k, half of the smallest move to be seen soon, in standard errors of a batch.
        threshold: h, the height at which the sum signals, in the same units.
        dispersion: By how much the batches scatter more than answers drawn alike would: a factor of the standard
            error, at least 1, such as Laney's sigma of z.
        direction: `"below"`, `"above"` or `"both"`.
        times: The time of each batch, shape `(T,)`; default its number.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used.

    Example:
        >>> days = Tally.from_counts([[10, 30, 60]] * 5 + [[30, 30, 40]] * 10)
        >>> cusum_alarm(days, Score.of(days[:5].total()))
        Alarm(NPS below reference 50.0 by 40.0, n=100, at=5, method='cusum')
    """
    baseline = Watch(reference=reference, direction=direction)
    watch = baseline if target is None else Watch(target=target, direction=direction)
    codebook, known = tally.codebook, simple_counts(reference)
    _check_batches(tally, times)
    for each in (watch, baseline):
        each.check(codebook)
    allowance = finite_number(allowance, "allowance", least=0)
    threshold = finite_number(threshold, "threshold", least=0)
    dispersion = finite_number(dispersion, "dispersion", least=1)
    variance = float(mean_variance(known.counts / known.n, codebook.category_scores))
    if not variance > 0:
        raise InvalidValueError("reference: all its answers have the same category score, so their scatter is unknown")
    n = tally.n
    with np.errstate(invalid="ignore"):
        z = np.where(n > 0, (tally.value - watch.limit) * np.sqrt(n / variance) / dispersion, 0.0)
    signals = {side: _cusum(sign * z - allowance * (n > 0), threshold) for side, sign in (("below", -1), ("above", 1))}
    found = [(*signals[side], side) for side in signals if direction in (side, "both") and signals[side][0] >= 0]
    if not found:
        return None
    stop, start, side = min(found)
    since = tally[start : stop + 1].total()
    parts = {"at": _time(times, stop), "since": _time(times, start), "interval": None, "p_value": None}
    return watch.alarm_of(codebook, side, float(since.value), int(since.n), method="cusum", **parts)


def _cusum(steps: NDArray[np.float64], threshold: float) -> tuple[int, int]:
    """Return the first batch with the sum over the threshold, and the first since it was 0; or -1."""
    sums = cumulative_sum(steps)
    over = np.flatnonzero(sums > threshold)
    if not over.size:
        return -1, -1
    # the sum before the first batch is in front
    stop = int(over[0]) - 1
    return stop, int(np.flatnonzero(sums[: stop + 1] == 0)[-1])


def _check_batches(tally: Tally, times: Sequence[Any] | NDArray[Any] | None) -> None:
    """Refuse anything but a series of simple counts, with a time for each batch if there are times."""
    if not isinstance(tally, Tally):
        raise InvalidTypeError(f"tally must be a Tally of the batches, in order of time: got {quoted(tally)}")
    if len(tally.shape) != 1:
        raise InvalidValueError(f"tally must have one axis, the batches in order of time: got shape {tally.shape}")
    if tally.weights is not None:
        raise IncompatibleError("tally: alarms are for simple counts; weighted answers have no sequence like that")
    if times is not None and len(times) != len(tally):
        raise IncompatibleError(
            f"times has {counted(len(times), 'entry', 'entries')}, tally has {counted(len(tally), 'batch', 'batches')}"
        )


def _time(times: Sequence[Any] | NDArray[Any] | None, i: int) -> Any:
    """Return the time of a batch as Python has it; its number where there are no times."""
    if times is None:
        return i
    at = times[i]
    return at.astype("M8[us]").item() if isinstance(at, np.datetime64) else at
