"""The mergeable statistic: how many answers of each kind. Merging is addition; everything else is a function of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Integers
from npskit.checks import is_missing, one_of, several, whole_number
from npskit.counting import read_columns, tabulate
from npskit.counting.category_counts import CategoryCounts
from npskit.data import array_of, floats_of, holds_number
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.results import checked, get, get_array, read_json
from npskit.scorers import Codebook, Scorer, codebook_of


@attrs.frozen(eq=False, repr=False)
class Tally(CategoryCounts):
    """Counts of answers by kind, for one group (shape `()`) or an array of groups (shape `(G,)` or any other).

    Merge with `+`: exact for counts, commutative, associative, with `Tally.empty(scorer)` as the identity. Make one
    with `Tally.count`, `Tally.from_counts` or `Tally.empty`.

    Within one tally only the proportions of weights matter; between two that are merged their size does too. An answer
    of an unweighted tally weighs 1 beside a weighted one, so bring weights to a common scale before counting.

    Args:
        codebook: The codebook of the scorer it counts for.
        cells: int64, shape `(..., C + 2)`. The last two columns are the missing and the invalid; the first C are
            answers along the scale if `by_answer`, else categories.
        weights: float64 as `cells`, the sum of weights per cell; None where every answer counts as one.
        squares: float64 as `cells`, the sum of squared weights per cell; None together with `weights`.
        by_answer: Whether the full distribution of answers was kept.
        scale: Weights are in units of two to the power of this, their squares of its square; 0 but for weights too
            large or too small to be squared.
    """

    @classmethod
    def count(
        cls,
        *answers: Any,
        scorer: Scorer | Codebook | None = None,
        weights: Any = None,
        groups: NDArray[np.intp] | None = None,
        n_groups: int | None = None,
        distribution: bool | None = None,
    ) -> Self:
        """Count raw answers: one array-like per question of the scorer, row by row.

        Args:
            answers: One sequence or array per question, of equal length.
            scorer: What the answers mean. Default `NPS()`.
            weights: One finite weight of at least 0 per row, or None.
            groups: Group number of each row, in `range(n_groups)`; the tally then has shape `(n_groups,)`.
            n_groups: How many groups there are.
            distribution: Whether to keep the count of every single answer. None keeps it unless that costs time
                (single questions only; see `npskit.counting.count_table`).

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be counted.

        Example:
            >>> Tally.count([10, 9, 7, 3, None, 11])
            Tally(NPS, detractor=1, passive=1, promoter=2, missing=1, invalid=1)
        """
        codebook = codebook_of(scorer)
        found = tabulate(
            answers, codebook, groups=groups, n_groups=n_groups, weights=weights, distribution=distribution
        )
        return cls(codebook, *found)

    @classmethod
    def from_distinct(
        cls,
        *answers: Any,
        counts: NDArray[np.floating],
        weights: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None,
        scorer: Scorer | Codebook | None = None,
        groups: NDArray[np.intp] | None = None,
        n_groups: int | None = None,
        distribution: bool | None = None,
    ) -> Self:
        """Return the tally of answers that an engine has grouped and counted.

        Args:
            answers: One array per question, of equal length: each combination of answers (within its group) once.
            counts: How often each occurs, shape `(rows,)`.
            weights: Sum of weights and of squared weights of each, or None where all weigh alike.
            scorer: What the answers mean. Default `NPS()`.
            groups: Group number of each, in `range(n_groups)`; None for a single group.
            n_groups: How many groups there are.
            distribution: See `count`.

        Example:
            >>> Tally.from_distinct([10, 9, 3], counts=np.array([2.0, 1.0, 1.0]))
            Tally(NPS, detractor=1, passive=0, promoter=3, missing=0, invalid=0)
        """
        columns = read_columns(answers, codebook_of(scorer), counts=counts)
        sums = [
            cls.count(*columns, scorer=scorer, weights=w, groups=groups, n_groups=n_groups, distribution=distribution)
            for w in (counts, *(weights or ()))
        ]
        cells = np.rint(np.ldexp(np.asarray(sums[0].weights), sums[0].scale)).astype(np.int64)
        each = [np.ldexp(np.asarray(one.weights), one.scale) for one in sums[1:]]
        return attrs.evolve(
            sums[0],
            cells=cells,
            weights=each[0] if weights else None,
            squares=each[1] if weights else None,
            scale=0,
        )

    @classmethod
    def from_counts(cls, counts: Any, scorer: Scorer | None = None, *, missing: Any = 0, invalid: Any = 0) -> Self:
        """Return a tally of answers that were counted elsewhere.

        Args:
            counts: Whole numbers of at least 0, shape `(..., K)`, one per category, worst to best; or a mapping of
                category to count.
            scorer: What the categories are. Default `NPS()`: detractors, passives, promoters.
            missing: How many were missing, shape `(...)`.
            invalid: How many were invalid, shape `(...)`.

        Raises:
            InvalidValueError: If there is not one count per category, or a count is negative or not whole.

        Example:
            >>> Tally.from_counts([10, 40, 50]).value.item()
            40.0
        """
        codebook = codebook_of(scorer)
        if isinstance(counts, Mapping):
            for category in counts:
                one_of(category, codebook.categories, "counts")
            counts = [counts.get(c, 0) for c in codebook.categories]
        parts = {"counts": counts, "missing": missing, "invalid": invalid}
        arrays = {name: _whole_counts(value, name) for name, value in parts.items()}
        k = len(codebook.categories)
        if arrays["counts"].ndim == 0 or arrays["counts"].shape[-1] != k:
            raise InvalidValueError(
                f"counts must end in {k} columns, one for each of {', '.join(codebook.categories)}: "
                f"got shape {arrays['counts'].shape}"
            )
        shape = arrays["counts"].shape[:-1]
        for name in ("missing", "invalid"):
            if arrays[name].shape not in ((), shape):
                raise IncompatibleError(f"{name} has shape {arrays[name].shape}, the groups of counts have {shape}")
        sides = [np.broadcast_to(arrays[name], shape)[..., np.newaxis] for name in ("missing", "invalid")]
        return cls(codebook, np.concatenate([arrays["counts"], *sides], axis=-1), None, None, False)

    @classmethod
    def from_answers(cls, counts: Mapping[Any, Any], scorer: Scorer | Codebook | None = None) -> Self:
        """Return the tally of answers of which it is known how often each was given.

        Args:
            counts: How often, a whole number of at least 0, by answer: `{10: 120, 9: 80, None: 3}`. Answers are read as
                those of a column: texts, labels, None for missing; what is not on the scale is invalid.
            scorer: What the answers mean: a scorer of one question. Default `NPS()`.

        Raises:
            InvalidTypeError: If it is no mapping.
            InvalidValueError: If a count is negative or not whole.
            IncompatibleError: If the scorer reads several questions.

        Example:
            >>> Tally.from_answers({10: 120, 9: 80, 3: 50, None: 4})
            Tally(NPS, detractor=50, passive=0, promoter=200, missing=4, invalid=0)
        """
        codebook = codebook_of(scorer)
        if not isinstance(counts, Mapping):
            raise InvalidTypeError(f"counts must map answers to how often each was given: got {quoted(counts)}")
        if codebook.scale is None:
            raise IncompatibleError(
                f"counts by answer are of one question: {codebook.name} asks {', '.join(codebook.questions)}"
            )
        for answer, count in counts.items():
            if not holds_number(count) or is_missing(count) or not 0 <= count <= 2**53 or count != int(count):
                raise InvalidValueError(
                    f"counts must be whole numbers of at least 0: got {quoted(count)} for the answer {quoted(answer)}"
                )
        each = np.array([int(count) for count in counts.values()], dtype=np.float64)
        return cls.from_distinct(list(counts), counts=each, scorer=codebook)

    @classmethod
    def empty(cls, scorer: Scorer | None = None, *, shape: tuple[int, ...] = ()) -> Self:
        """Return the tally of no answers: merging it changes nothing.

        Args:
            scorer: What the answers would mean. Default `NPS()`.
            shape: The shape of the array of groups.

        Example:
            >>> Tally.empty() + Tally.count([9]) == Tally.count([9])
            True
        """
        codebook = codebook_of(scorer)
        width = codebook.scale.size if codebook.scale is not None else len(codebook.categories)
        sizes = [whole_number(size, "shape", least=0, most=1 << 32) for size in several(shape, "shape")]
        if len(sizes) > 32 or math.prod(sizes) > 1 << 28:
            raise InvalidValueError(f"shape must have at most 32 parts and {1 << 28:,} groups: got {quoted(shape)}")
        return cls(codebook, np.zeros((*sizes, width + 2), dtype=np.int64), None, None, codebook.scale is not None)

    @classmethod
    def from_json(cls, text: str | bytes, *, scorer: Scorer | None = None) -> Self:
        """Return the tally that `to_json` wrote.

        Args:
            text: The JSON text; it is checked throughout, and nothing in it is evaluated.
            scorer: What the answers mean; default the scorer named in the text.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no tally, damaged, or of a version this npskit does not know; or if its scorer
                has to be given.
            IncompatibleError: If the scorer gives answers another meaning than when the text was written.

        Example:
            >>> Tally.from_json(Tally.count([10, 9, 3, None]).to_json())
            Tally(NPS, detractor=1, passive=0, promoter=2, missing=1, invalid=0)
        """
        from npskit.scorers import read_scorer

        found = read_json(text, "tally")
        codebook, by_answer = read_scorer(get(found, "scorer", dict), scorer), get(found, "by_answer", bool)
        scale = codebook.scale if by_answer else None
        checked(by_answer, "by_answer", not by_answer or scale is not None)
        width = (len(codebook.categories) if scale is None else scale.size) + 2
        cells = get_array(found, "cells", int, width)
        weights, squares = (
            None if found.get(name) is None else get_array(found, name, float, width) for name in ("weights", "squares")
        )
        shapes = {None if sums is None else sums.shape for sums in (weights, squares)}
        checked(shapes, "weights", shapes in ({None}, {cells.shape}))
        unit = get(found, "scale", int) if "scale" in found else 0
        checked(unit, "scale", abs(unit) <= 1100 and (weights is not None or not unit))
        return cls(codebook, cells, weights, squares, by_answer, unit)


def tally_rows(
    columns: Sequence[Any],
    codebook: Codebook,
    *,
    groups: NDArray[Any],
    n_groups: int,
    weights: NDArray[np.float64] | None = None,
    copies: NDArray[np.float64] | None = None,
    sums: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None,
    distribution: bool | None = None,
) -> Tally:
    """Count rows in groups: each one answer, or equal answers that an engine has counted.

    Args:
        columns: One sequence or array per question, of equal length.
        codebook: What the answers mean.
        groups: The group of each row.
        n_groups: How many groups there are.
        weights: The weight of each row, where it is one answer; None where all weigh alike.
        copies: How many answers each row stands for; None for one.
        sums: The sum of weights and that of squared weights of each, where it stands for several.
        distribution: See `Tally.count`.

    Returns:
        Shape `(n_groups,)`.

    Example:
        >>> from npskit.scorers.base import codebook_of
        >>> each = {"groups": np.array([0, 0, 1]), "n_groups": 2}
        >>> tally_rows([[10, 3, 9]], codebook_of(None), copies=np.array([2.0, 1.0, 4.0]), **each).n.tolist()
        [3, 4]
    """
    more: dict[str, Any] = {"groups": groups, "n_groups": n_groups, "distribution": distribution}
    if copies is None:
        return Tally.count(*columns, scorer=codebook, weights=weights, **more)
    return Tally.from_distinct(*columns, scorer=codebook, counts=copies, weights=sums, **more)


def _whole_counts(value: Any, name: str) -> Integers:
    array = array_of(value, name)
    array = floats_of(array, name) if array.dtype.kind == "f" else array
    if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array)) or np.any(array != np.floor(array)):
        raise InvalidValueError(f"{name} must be whole numbers: got {quoted(value)}")
    if np.any(array < 0) or np.any(array > 2**62):
        raise InvalidValueError(f"{name} must be between 0 and 2**62: got {quoted(value)}")
    return array.astype(np.int64)
