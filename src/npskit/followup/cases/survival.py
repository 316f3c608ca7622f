"""How long it takes until something happens, where for some it has not happened yet: the Kaplan-Meier curve.

A case that is still open is not left out and not taken as closed today: it is censored, known to last longer than it
has lasted so far. The median of the closed cases alone would flatter whoever leaves the hard ones open.
"""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Floats
from npskit.checks import finite_number, one_of
from npskit.data import row_said
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted
from npskit.inference import normal_quantile, score_interval
from npskit.options import SURVIVAL_METHODS, SurvivalMethod
from npskit.results import Mergeable, checked, get_array, get_size

# Products of shares that ought to be equal differ by rounding.
_SAME = 1e-12


@attrs.frozen(eq=False, repr=False)
class SurvivalCurve(Mergeable):
    """The share for whom it has not happened yet, by time. Curves of different people merge with `+`, exactly.

    S(t) = Π (1 - dᵢ/nᵢ) over the times tᵢ ≤ t, with dᵢ events among the nᵢ at risk (E. L. Kaplan and P. Meier,
    Journal of the American Statistical Association 53 (1958) 457-481). Who is censored at tᵢ still is at risk at tᵢ.
    Without censoring it is the empirical distribution, to the last digit.

    Args:
        times: The distinct durations, rising, shape `(T,)`; in any unit.
        events: For how many it happened at each, shape `(T,)`.
        censored: How many were last seen at each, without it, shape `(T,)`.

    Example:
        >>> curve = kaplan_meier([2, 3, 3, 5, 8], [True, True, False, True, False])
        >>> curve
        SurvivalCurve(n=5, events=3, median=5)
        >>> curve.at([1, 2, 3, 5]).round(2).tolist()
        [1.0, 0.8, 0.6, 0.3]
    """

    times: Floats
    events: NDArray[np.int64]
    censored: NDArray[np.int64]
    survival: Floats = attrs.field(init=False)
    """S at each time, shape `(T,)`."""

    def __attrs_post_init__(self) -> None:
        # (n1 - d1)/n1 * (n2 - d2)/n2 with n2 = n1 - d1 - c1: what nobody is censored between cancels, exactly
        risk = self.at_risk
        lost = 1 + self.censored[:-1] / risk[1:]
        share = (risk - self.events) / max(self.n, 1) * np.concatenate([np.ones(min(len(risk), 1)), np.cumprod(lost)])
        # where nothing happened S stays as it was, to the last digit
        latest = np.maximum.accumulate(np.where(self.events > 0, np.arange(1, len(share) + 1), 0))
        share = np.concatenate([[1.0], share])[latest]
        object.__setattr__(self, "survival", share)
        super().__attrs_post_init__()

    @property
    def at_risk(self) -> NDArray[np.int64]:
        """For how many it had not happened just before each time, and who were still seen then: shape `(T,)`."""
        return np.asarray(np.cumsum((self.events + self.censored)[::-1])[::-1])

    @property
    def n(self) -> int:
        """How many were followed."""
        return int(self.events.sum() + self.censored.sum())

    @property
    def n_events(self) -> int:
        """For how many it happened."""
        return int(self.events.sum())

    @property
    def last(self) -> float:
        """The longest duration seen; NaN if nobody was."""
        return float(self.times[-1]) if len(self.times) else float("nan")

    def __add__(self, other: object) -> Self:
        if not isinstance(other, SurvivalCurve):
            return NotImplemented
        times, where = np.unique(np.concatenate([self.times, other.times]), return_inverse=True)

        def added(name: str) -> NDArray[np.int64]:
            found = np.zeros(len(times), np.int64)
            np.add.at(found, where, np.concatenate([getattr(self, name), getattr(other, name)]))
            return found

        return type(self)(times, added("events"), added("censored"))

    _SAYS = "times, events, censored"

    def _kept(self) -> dict[str, Any]:
        return {name: getattr(self, name).tolist() for name in ("times", "events", "censored")}

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the curve that `to_json` wrote.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no JSON, or holds something else.

        Example:
            >>> shards = [kaplan_meier([2, 5], [True, False]).to_json(), kaplan_meier([3], [True]).to_json()]
            >>> SurvivalCurve.from_json(shards[0]) + SurvivalCurve.from_json(shards[1])
            SurvivalCurve(n=3, events=2, median=3)
        """
        found = cls._read(text)
        size = get_size(found, "times")
        times, events, censored = (
            get_array(found, name, kind, size) for name, kind in (("times", float), ("events", int), ("censored", int))
        )
        checked(times, "times", bool((np.diff(times) > 0).all()))
        checked(events, "events", bool((events + censored > 0).all()))
        return cls(times, events, censored)

    def at(self, t: ArrayLike) -> Floats:
        """Return S(t), the share for whom it takes longer than `t`.

        Args:
            t: Times, any shape.

        Returns:
            Shares, shape of `t`. NaN where nobody is known of: after the last duration seen, unless it had happened to
            all by then.
        """
        where, times = self._place(t)
        return np.where(self._unknown(times), np.nan, self._before(self.survival, 1.0)[where])[()]

    def interval(self, t: ArrayLike, level: float = 0.95, method: SurvivalMethod = "log_log") -> tuple[Floats, Floats]:
        """Return the confidence interval of S(t) at each time.

        Both methods rest on Greenwood's variance S² Σ dᵢ/(nᵢ(nᵢ - dᵢ)) (M. Greenwood, Reports on Public Health and
        Medical Subjects 33 (1926) 1-26). `"log_log"` is symmetric in log(-log S) and never leaves 0..1
        (J. D. Kalbfleisch and R. L. Prentice, "The Statistical Analysis of Failure Time Data" (1980), section 1.3).
        `"score"` is Wilson's interval at the number of people who, without censoring, would give that variance
        (K. J. Rothman, Journal of Chronic Diseases 31 (1978) 557-560): without censoring it is Wilson's interval. Where
        S is 1 or 0 Greenwood's variance is 0 or undefined; both methods then give the score interval at n(t)/S, the
        number that would leave as many at risk without censoring (R. Peto et al., British Journal of Cancer 35 (1977)
        1-39).

        Args:
            t: Times, any shape.
            level: Confidence level, between 0 and 1.
            method: `"log_log"` or `"score"`.

        Returns:
            Lower and upper limits, shape of `t`. After the last duration seen S is not known: from 0 to the upper limit
            there. NaN if nobody was followed.

        Raises:
            InvalidValueError: If `level` or `method` is none of these.
        """
        one_of(method, SURVIVAL_METHODS, "method")
        where, times = self._place(t)
        s = self._before(self.survival, 1.0)[where]
        low, high = self._score_limits(where, times, s, level)
        if method == "log_log":
            inside = (s > 0) & (s < 1)
            lower, upper = self._log_log_limits(level)
            low = np.where(inside, self._before(lower, 1.0)[where], low)
            high = np.where(inside, self._before(upper, 1.0)[where], high)
        return np.where(self._unknown(times) & (self.n > 0), 0.0, low)[()], high[()]

    def quantile(self, p: float) -> float:
        """Return the time by which it has happened to a share `p`: the first one with S ≤ 1 - p.

        Where S is 1 - p for some time it is the middle of that time, which ends where S falls below, or else with the
        last duration seen: as in R (`survfit` of T. M. Therneau, survival), and as the median of an even number is.
        Infinite if that share is not reached within what was seen, NaN if nobody was followed.

        Raises:
            InvalidValueError: If `p` does not lie between 0 and 1.
        """
        share = finite_number(p, "p", above=0, below=1)
        first = self._first(self.survival, share, float("inf"))
        if np.isfinite(first):
            # what lies a hair below 1 - p by rounding is at it
            return (first + self._first(self.survival + 2 * _SAME, share, self.last)) / 2
        return first

    @property
    def median(self) -> float:
        """The time by which it has happened to half; see `quantile`."""
        return self.quantile(0.5)

    def quantile_interval(self, p: float = 0.5, level: float = 0.95) -> tuple[float, float]:
        """Return the confidence interval of a quantile: the times whose interval of S (log-log) holds 1 - p.

        R. Brookmeyer and J. Crowley, Biometrics 38 (1982) 29-41, with the log-log transformation.

        Args:
            p: Of which quantile; the median by default.
            level: Confidence level, between 0 and 1.

        Returns:
            Lower and upper limits, in the unit of the times. The upper one is infinite where what was seen does not
            bound it; the lower one then is at most the last duration seen. NaN if nobody was followed.

        Raises:
            InvalidValueError: If `p` or `level` does not lie between 0 and 1.
        """
        share = finite_number(p, "p", above=0, below=1)
        low, high = self._log_log_limits(level)
        return self._first(low, share, self.last), self._first(high, share, float("inf"))

    # ---- the parts ----

    def _place(self, t: ArrayLike) -> tuple[NDArray[np.intp], Floats]:
        """Return how many of the times each `t` has reached, and `t` as an array."""
        times = np.asarray(t, dtype=np.float64)
        return np.asarray(np.searchsorted(self.times, times, side="right")), times

    def _unknown(self, times: Floats) -> NDArray[np.bool_]:
        """Return where nobody is known of any more, or ever was."""
        if not self.n:
            return np.ones(times.shape, np.bool_)
        return np.asarray((times > self.last) & (self.survival[-1] > 0))

    def _before(self, values: Floats, first: float) -> Floats:
        """Return what holds before the first time, then what holds from each time on."""
        return np.concatenate([[first], values])

    def _greenwood(self) -> Floats:
        """Return Σ dᵢ/(nᵢ(nᵢ - dᵢ)) up to each time; infinite where it has happened to all."""
        risk = self.at_risk
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(self.events > 0, self.events / (risk * (risk - self.events)), 0.0)
        return np.asarray(np.cumsum(parts))

    def _score_limits(self, where: NDArray[np.intp], times: Floats, s: Floats, level: float) -> tuple[Floats, Floats]:
        """Return Rothman's limits."""
        risk = self.at_risk
        with np.errstate(divide="ignore", invalid="ignore"):
            n = (1 - s) / (s * self._before(self._greenwood(), 0.0)[where])
        still = np.concatenate([risk, [0]])[np.searchsorted(self.times, times, side="left")]
        # after the last duration seen, as it was there
        still = np.where(still == 0, risk[-1] if self.n else 0, still)
        # risk over S just before it had happened to all: as many as there would have been without censoring
        whole = risk[-1] / self._before(self.survival, 1.0)[-2] if self.n else 0.0
        n = np.where(s == 1, still, np.where(s == 0, whole, n))
        return score_interval(np.stack([n * (1 - s), n * s], axis=-1), np.array([0.0, 1.0]), level)

    def _log_log_limits(self, level: float) -> tuple[Floats, Floats]:
        """Return the log-log limits at each time: 1 before anything has happened, 0 and 1 after it has to all."""
        s, z = self.survival, normal_quantile(level)
        inside = (s > 0) & (s < 1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            factor = np.exp(z * np.sqrt(self._greenwood()) / -np.log(s))
            low, high = s**factor, s ** (1 / factor)
        return np.where(inside, low, s), np.where(inside, high, 1.0)

    def _first(self, values: Floats, p: float, otherwise: float) -> float:
        """Return the first time at which `values` are at most 1 - p."""
        reached = np.flatnonzero(values <= 1 - p + _SAME)
        if not self.n:
            return float("nan")
        return float(self.times[reached[0]]) if len(reached) else otherwise

    def __repr__(self) -> str:
        return f"SurvivalCurve(n={self.n}, events={self.n_events}, median={self.median:g})"


def kaplan_meier(durations: Any, observed: Any = True) -> SurvivalCurve:
    """Return the Kaplan-Meier curve of durations.

    Args:
        durations: How long each was followed, finite and at least 0, shape `(n,)`; in any unit.
        observed: True where it happened at the end of that time, False where it had not happened yet; shape `(n,)`, or
            one value for all.

    Raises:
        InvalidTypeError: If the durations are no numbers or `observed` is not boolean.
        InvalidValueError: If a duration is negative, missing or infinite, or the shape is another.
        IncompatibleError: If the two differ in length.

    Example:
        >>> kaplan_meier([1, 4, 6, 9]).median
        5.0
    """
    lengths, happened = np.asarray(durations), np.asarray(observed)
    if lengths.size and lengths.dtype.kind not in "iuf":
        raise InvalidTypeError(f"durations must be numbers, not {lengths.dtype}: divide by a unit, such as an hour")
    if happened.size and happened.dtype.kind != "b":
        raise InvalidTypeError(f"observed must be booleans, not {happened.dtype}")
    if lengths.ndim != 1:
        raise InvalidValueError(f"durations must be one-dimensional: got shape {lengths.shape}")
    if happened.shape not in ((), lengths.shape):
        raise IncompatibleError(f"durations has {counted(len(lengths), 'row')}, observed has shape {happened.shape}")
    bad = np.flatnonzero(~((lengths >= 0) & (lengths < np.inf)))
    if len(bad):
        shown = ", ".join(f"{row_said(i)} has {lengths[i]:g}" for i in bad[:3].tolist())
        raise InvalidValueError(f"durations must be finite and not negative: {shown}")
    ended = np.broadcast_to(happened, lengths.shape).astype(np.bool_)
    # two sorts, which are several times faster than one that remembers where things came from
    found = [np.unique(lengths[which].astype(np.float64), return_counts=True) for which in (ended, ~ended)]
    times = np.union1d(found[0][0], found[1][0])
    counts = np.zeros((2, len(times)), np.int64)
    for row, (values, many) in zip(counts, found, strict=True):
        row[np.searchsorted(times, values)] = many
    return SurvivalCurve(times, counts[0], counts[1])
