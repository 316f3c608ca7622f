"""Customer Effort Score, in its two versions and three ways of computing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import one_of, whole_number
from npskit.data import Scale, as_scale
from npskit.errors import InvalidValueError, quoted
from npskit.options import CES_METHODS, CESMethod

# Scale and default cuts of each version: the scale, the worst answer that is easy, the best answer that is hard.
VERSIONS: dict[int, tuple[Scale, int, int]] = {1: (Scale(1, 5), 2, 4), 2: (Scale(1, 7), 5, 3)}


@attrs.frozen(init=False)
class CES:
    """Customer Effort Score; its name says version and method, because the figures cannot be compared.

    Version 1.0 asks how much effort was needed, 1..5: low is good (Dixon, Freeman & Toman, "Stop Trying to Delight Your
    Customers", Harvard Business Review 88, 2010). Version 2.0 asks for agreement with "the company made it easy to
    handle my issue", 1..7: high is good (Dixon, Toman & DeLisi, The Effortless Experience, 2013). In both, the
    categories run from worst to best.

    - `"mean"`: the mean answer, in points of the scale, so lower is better in version 1.0; means of few answers of very
      different shapes are told apart too often, see `npskit.compare`;
    - `"top_box"`: the percentage that found it easy, 0..100;
    - `"net"`: the percentage that found it easy less the percentage that found it hard, -100..100.

    Args:
        version: 1 or 2.
        method: `"mean"`, `"top_box"` or `"net"`.
        scale: The answer scale, if it is not the version's own.
        easy: For `"top_box"` and `"net"`: the answer nearest the middle that still counts as easy. Default 5 of 7 in
            version 2.0 ("at least somewhat agree"), 2 of 5 in version 1.0; on another scale it must be given.
        hard: For `"net"`: the answer nearest the middle that still counts as hard. Default 3 of 7 in version 2.0, 4 of
            5 in version 1.0; on another scale it must be given.

    Raises:
        InvalidTypeError: If the version or a cut is not a whole number.
        InvalidValueError: If the version or method is unknown, the cut-offs are off the scale or in the wrong order, or
            a cut-off is needed and not given, or given and not used by the method.

    Example:
        >>> CES().name, CES(1, "net").name
        ('CES 2.0 (mean)', 'CES 1.0 (net)')
        >>> CES(method="net")
        CES(version=2, method='net', scale=Scale(1, 7), easy=5, hard=3)
        >>> CES(1, "top_box").categorize(np.array([1, 2, 3, 5])).tolist()
        [1, 1, 0, 0]
    """

    version: int
    method: CESMethod
    scale: Scale = attrs.field(kw_only=True)
    easy: int | None = attrs.field(kw_only=True)
    hard: int | None = attrs.field(kw_only=True)

    def __init__(
        self,
        version: int = 2,
        method: CESMethod = "mean",
        *,
        scale: Scale | Sequence[int] | None = None,
        easy: int | None = None,
        hard: int | None = None,
    ) -> None:
        version = whole_number(version, "version")
        if version not in VERSIONS:
            raise InvalidValueError(f"version must be 1 (low effort is good) or 2 (high ease is good): got {version}")
        one_of(method, CES_METHODS, "method")
        own, own_easy, own_hard = VERSIONS[version]
        scale = own if scale is None else as_scale(scale)
        usual = scale == own
        easy = _cut("easy", easy, own_easy if usual else None, method, used=method != "mean")
        hard = _cut("hard", hard, own_hard if usual else None, method, used=method == "net")
        self.__attrs_init__(version, method, scale=scale, easy=easy, hard=hard)

    def __attrs_post_init__(self) -> None:
        """Refuse cuts that overlap, leave the scale, or leave nobody on one side."""
        if self.easy is None:
            return
        low, high, rising = self.scale.low, self.scale.high, self.version == 2
        hard = self.hard if self.hard is not None else low if rising else high
        lower, upper = (hard, self.easy) if rising else (self.easy, hard)
        if not low <= lower < upper <= high:
            order = "hard < easy" if rising else "easy < hard"
            raise InvalidValueError(
                f"the cuts of {self.name} must satisfy {low} <= {order} <= {high}: got hard={hard}, easy={self.easy}"
            )

    @property
    def name(self) -> str:
        """Version and method, as in `"CES 2.0 (mean)"`."""
        return f"CES {self.version}.0 ({self.method.replace('_', ' ')})"

    @property
    def questions(self) -> Mapping[str, Scale]:
        """One question: how much effort was it (1.0), or how easy did we make it (2.0)?"""
        best = self.scale.high if self.version == 2 else self.scale.low
        return {"effort": attrs.evolve(self.scale, best=best, stretch=self.method != "mean")}

    @property
    def categories(self) -> tuple[str, ...]:
        """The points of the scale for the mean, else hard and easy; worst to best."""
        if self.method == "mean":
            return tuple(str(point) for point in self._points)
        return ("hard", "neutral", "easy") if self.method == "net" else ("not easy", "easy")

    @property
    def category_scores(self) -> tuple[float, ...]:
        """The points themselves for the mean, else in percent."""
        if self.method == "mean":
            return tuple(float(point) for point in self._points)
        return (-100.0, 0.0, 100.0) if self.method == "net" else (0.0, 100.0)

    @property
    def _points(self) -> list[int]:
        """The points of the scale, worst to best."""
        return sorted(self.scale, reverse=self.version == 1)

    def categorize(self, effort: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the category of each answer, 0 for the worst; shape as `effort`."""
        # Turned so that more is better in both versions.
        sign = 1 if self.version == 2 else -1
        ease = sign * effort
        if self.easy is None:
            return (ease - sign * self._points[0]).astype(np.intp)
        easy = (ease >= sign * self.easy).astype(np.intp)
        return easy if self.hard is None else easy + (ease > sign * self.hard)


def _cut(name: str, value: int | None, usual: int | None, method: str, *, used: bool) -> int | None:
    """Return a cut: the one given, or the usual one; None where the method does not use it."""
    if not used:
        if value is not None:
            raise InvalidValueError(
                f"{name} is not used by method={quoted(method)}: leave it out (got {name}={quoted(value)})"
            )
        return None
    if value is None and usual is None:
        raise InvalidValueError(f"on a scale that is not the version's own, method={quoted(method)} needs {name}=...")
    return usual if value is None else whole_number(value, name)
