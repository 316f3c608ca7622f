"""Hypothesis strategies for npskit's types; Hypothesis is imported when one is called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from npskit.data import MAX_POINTS, Response, Scale, SCIAnswer, Segment, as_scale
from npskit.errors import InvalidValueError, MissingDependencyError, quoted
from npskit.options import CES_METHODS, CESMethod
from npskit.scorers import CES, CSAT, NPS, SCI, Retention, Scorer

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

# A scale, and points of it in rising order.
Cuts: TypeAlias = tuple[Scale, list[int]]


class _Strategies:
    """`hypothesis.strategies`, imported when one is asked for; or what is missing is said."""

    def __getattr__(self, name: str) -> Any:
        try:
            import hypothesis.strategies
        except ImportError as error:
            raise MissingDependencyError(
                "the strategies of npskit.testing need Hypothesis: pip install hypothesis"
            ) from error
        return getattr(hypothesis.strategies, name)


st = _Strategies()


def segments() -> SearchStrategy[Segment]:
    """Return a strategy for the three segments.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> given(segments())(lambda segment: None)()
    """
    return st.sampled_from(list(Segment))  # type: ignore[no-any-return]


def scales(*, min_size: int = 2, max_size: int = 12) -> SearchStrategy[Scale]:
    """Return a strategy for answer scales of `min_size` to `max_size` points, also below zero.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> @given(scales(max_size=5))
        ... def law(scale):
        ...     assert 2 <= scale.size <= 5
        >>> law()
    """
    sizes = st.integers(min_size, min(max_size, MAX_POINTS))
    return st.builds(lambda low, size: Scale(low, low + size - 1), st.integers(-10, 10), sizes)  # type: ignore[no-any-return]


def answers(
    scale: Scale | Sequence[int] = (0, 10),
    *,
    missing: bool = True,
    invalid: bool = False,
    min_size: int = 0,
    max_size: int = 30,
) -> SearchStrategy[list[Any]]:
    """Return a strategy for a column of answers, as a list.

    Args:
        scale: The scale the valid answers lie on.
        missing: Whether some may be missing (None or NaN).
        invalid: Whether some may be invalid: off the scale, fractions, infinite or text.
        min_size: The least number of rows.
        max_size: The greatest number of rows.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> @given(answers((1, 5), missing=False))
        ... def law(column):
        ...     assert all(1 <= answer <= 5 for answer in column)
        >>> law()
    """
    points = as_scale(scale)
    kinds = [st.integers(points.low, points.high)]
    if missing:
        kinds.append(st.sampled_from([None, float("nan")]))
    if invalid:
        outside = st.integers(-(10**6), points.low - 1) | st.integers(points.high + 1, 10**6)
        kinds += [outside, st.sampled_from([points.low + 0.5, float("inf"), float("-inf"), "x", ""])]
    return st.lists(st.one_of(kinds), min_size=min_size, max_size=max_size)  # type: ignore[no-any-return]


def responses(
    scale: Scale | Sequence[int] = (0, 10), *, missing: bool = True, aware: bool = False
) -> SearchStrategy[Response]:
    """Return a strategy for responses, by few customers so that some of them answer repeatedly.

    Args:
        scale: The scale their scores lie on.
        missing: Whether the score may be None.
        aware: Whether the times have a time zone (UTC); never some with and some without.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> @given(responses())
        ... def law(response):
        ...     assert response.score is None or 0 <= response.score <= 10
        >>> law()
    """
    values = st.text(max_size=5) | st.integers() | st.booleans()
    return st.builds(  # type: ignore[no-any-return]
        Response,
        _answer(scale, missing),
        customer=st.none() | st.sampled_from(["ann", "bob", "cy"]) | st.integers(1, 5),
        at=st.none() | st.datetimes(timezones=st.just(dt.UTC) if aware else st.none()),
        comment=st.none() | st.text(max_size=40),
        attributes=st.dictionaries(st.text(min_size=1, max_size=5), values, max_size=3),
    )


def sci_answers(scale: Scale | Sequence[int] = (1, 5), *, missing: bool = True) -> SearchStrategy[SCIAnswer]:
    """Return a strategy for the three answers of the Secure Customer Index, all on one scale.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> @given(sci_answers(missing=False))
        ... def law(answer):
        ...     assert answer.complete
        >>> law()
    """
    return st.builds(SCIAnswer, *(_answer(scale, missing) for _ in range(3)))  # type: ignore[no-any-return]


def _answer(scale: Scale | Sequence[int], missing: bool) -> SearchStrategy[int | None]:
    """Return a strategy for one answer, or None."""
    points = as_scale(scale)
    valid = st.integers(points.low, points.high)
    return st.none() | valid if missing else valid  # type: ignore[no-any-return]


def counts(k: int, *, max_count: int = 1000) -> SearchStrategy[NDArray[np.int64]]:
    """Return a strategy for the counts of `k` categories: int64, shape `(k,)`, each from 0 to `max_count`.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.

    Example:
        >>> from hypothesis import given
        >>> @given(counts(3))
        ... def law(table):
        ...     assert table.shape == (3,) and (table >= 0).all()
        >>> law()
    """
    # Zeros are where formulas break, so half of the cells are offered one outright.
    cells = st.lists(st.just(0) | st.integers(0, max_count), min_size=k, max_size=k)
    return cells.map(lambda table: np.array(table, dtype=np.int64))  # type: ignore[no-any-return]


def scorers(*kinds: type[Scorer]) -> SearchStrategy[Any]:
    """Return a strategy for the built-in scorers on any scale with any cuts.

    Args:
        kinds: Which of `NPS`, `SCI`, `CSAT`, `CES` and `Retention`; all if none are given.

    Raises:
        MissingDependencyError: If Hypothesis is not installed.
        InvalidValueError: If a kind is not one of them.

    Example:
        >>> from hypothesis import given
        >>> from npskit.testing import check_scorer
        >>> given(scorers(NPS, CSAT))(check_scorer)()
    """
    version, method = st.sampled_from([1, 2]), st.sampled_from(CES_METHODS)
    made: dict[type, SearchStrategy[Any]] = {
        NPS: _cuts(2).map(lambda cuts: NPS(cuts[0], detractor=cuts[1][0], promoter=cuts[1][1])),
        SCI: st.builds(_sci, _cuts(3), _cuts(3), _cuts(3)),
        CSAT: _cuts(2).map(lambda cuts: CSAT(cuts[0], top=cuts[1][1])),
        CES: st.builds(CES, version, method) | st.builds(_ces, version, method, _cuts(2)),
        Retention: st.just(Retention()),
    }
    for kind in kinds:
        if kind not in made:
            known = ", ".join(one.__name__ for one in made)
            raise InvalidValueError(f"kinds are classes of built-in scorers ({known}): got {quoted(kind)}")
    return st.one_of([made[kind] for kind in kinds or made])  # type: ignore[no-any-return]


def _cuts(number: int) -> SearchStrategy[Cuts]:
    """Return a strategy for a scale and `number` different points of it, rising."""

    def on(scale: Scale) -> SearchStrategy[Cuts]:
        points = st.lists(st.integers(scale.low, scale.high), min_size=number, max_size=number, unique=True)
        return st.tuples(st.just(scale), points.map(sorted))  # type: ignore[no-any-return]

    return scales(min_size=max(number, 2), max_size=8).flatmap(on)


def _ces(version: int, method: CESMethod, cuts: Cuts) -> CES:
    """Make a CES on a scale of its own."""
    scale, points = cuts
    hard, easy = points if version == 2 else reversed(points)
    return CES(
        version, method, scale=scale, easy=easy if method != "mean" else None, hard=hard if method == "net" else None
    )


def _sci(*cuts: Cuts) -> SCI:
    """Make an SCI with a scale of its own for each question."""
    bottom, second, top = zip(*(points for _, points in cuts), strict=True)
    return SCI([scale for scale, _ in cuts], top=top, second=second, bottom=bottom)
