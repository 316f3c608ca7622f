"""The mergeable statistic: how many answers of each kind. Merging is addition; everything else is a function of it."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.counting import tabulate
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.scorers.base import Codebook, Scorer, codebook
from npskit.scorers.nps import NPS

DENOMINATORS = ("valid", "all")


@attrs.frozen(eq=False, repr=False)
class Tally:
    """Counts of answers by kind, for one group (shape `()`) or an array of groups (shape `(G,)` or any other).

    Merge with `+`: exact for counts, commutative, associative, with `Tally.empty(scorer)` as the identity. Make one
    with `Tally.count`, `Tally.from_counts` or `Tally.empty`.

    Within one tally only the proportions of weights matter; between two that are merged their size does too. An answer
    of an unweighted tally weighs 1 beside a weighted one, so bring weights to a common scale before counting.

    Args:
        book: The codebook of the scorer it counts for.
        cells: int64, shape `(..., C + 2)`. The last two columns are the missing and the invalid; the first C are
            answers along the scale if `by_answer`, else categories.
        weights: float64 as `cells`, the sum of weights per cell; None where every answer counts as one.
        squares: float64 as `cells`, the sum of squared weights per cell; None together with `weights`.
        by_answer: Whether the full distribution of answers was kept.
    """

    book: Codebook
    cells: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None
    by_answer: bool

    def __attrs_post_init__(self) -> None:
        for array in (self.cells, self.weights, self.squares):
            if array is not None:
                array.setflags(write=False)

    # ---- making one ----

    @classmethod
    def count(
        cls,
        *answers: Any,
        scorer: Scorer | None = None,
        weights: Any = None,
        groups: NDArray[np.intp] | None = None,
        n_groups: int | None = None,
        masks: Sequence[NDArray[np.bool_] | None] | None = None,
        distribution: bool | None = None,
    ) -> Self:
        """Count raw answers: one array-like per question of the scorer, row by row.

        Args:
            answers: One sequence or array per question, of equal length.
            scorer: What the answers mean. Default `NPS()`.
            weights: One finite weight of at least 0 per row, or None.
            groups: Group number of each row, in `range(n_groups)`; the tally then has shape `(n_groups,)`.
            n_groups: How many groups there are.
            masks: For each question None or a boolean array, True where the answer is missing.
            distribution: Whether to keep the count of every single answer. None keeps it unless that costs time
                (single questions only; see `npskit.counting.table`).

        Raises:
            InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be counted.

        Example:
            >>> Tally.count([10, 9, 7, 3, None, 11])
            Tally(NPS, detractor=1, passive=1, promoter=2, missing=1, invalid=1)
        """
        book = codebook(scorer if scorer is not None else NPS())
        if len(answers) != len(book.questions):
            wanted = ", ".join(book.questions)
            raise IncompatibleError(f"{book.name} reads {len(book.questions)} columns ({wanted}): got {len(answers)}")
        found = tabulate(
            answers, book, groups=groups, n_groups=n_groups, weights=weights, masks=masks, distribution=distribution
        )

        return cls(book, found.table, found.weight_table, found.square_table, found.by_answer)

    @classmethod
    def from_distinct(
        cls,
        *answers: Any,
        counts: NDArray[np.floating],
        weights: tuple[NDArray[np.floating], NDArray[np.floating]] | None = None,
        scorer: Scorer | None = None,
        groups: NDArray[np.intp] | None = None,
        n_groups: int | None = None,
        masks: Sequence[NDArray[np.bool_] | None] | None = None,
    ) -> Self:
        """Return the tally of answers that an engine has grouped and counted.

        Args:
            answers: One array per question, of equal length: each combination of answers (within its group) once.
            counts: How often each occurs, shape `(rows,)`.
            weights: Sum of weights and of squared weights of each, or None where all weigh alike.
            scorer: As for `count`; so for the other arguments.
            groups: As for `count`.
            n_groups: As for `count`.
            masks: As for `count`.

        Example:
            >>> Tally.from_distinct([10, 9, 3], counts=np.array([2.0, 1.0, 1.0]))
            Tally(NPS, detractor=1, passive=0, promoter=3, missing=0, invalid=0)
        """
        sums = [
            cls.count(
                *answers, scorer=scorer, weights=w, groups=groups, n_groups=n_groups, masks=masks, distribution=None
            )
            for w in (counts, *(weights or ()))
        ]
        cells = np.rint(np.asarray(sums[0].weights)).astype(np.int64)
        return attrs.evolve(
            sums[0],
            cells=cells,
            weights=sums[1].weights if weights else None,
            squares=sums[2].weights if weights else None,
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
        book = codebook(scorer if scorer is not None else NPS())
        if isinstance(counts, Mapping):
            unknown = [c for c in counts if c not in book.categories]
            if unknown:
                raise InvalidValueError(f"counts: {unknown[0]!r} is no category of {book.name}: {book.categories}")
            counts = [counts.get(c, 0) for c in book.categories]
        parts = {"counts": counts, "missing": missing, "invalid": invalid}
        arrays = {name: _whole_counts(value, name) for name, value in parts.items()}
        k = len(book.categories)
        if arrays["counts"].ndim == 0 or arrays["counts"].shape[-1] != k:
            raise InvalidValueError(
                f"counts must end in {k} columns, one for each of {', '.join(book.categories)}: "
                f"got shape {arrays['counts'].shape}"
            )
        shape = arrays["counts"].shape[:-1]
        sides = [np.broadcast_to(arrays[name], shape)[..., np.newaxis] for name in ("missing", "invalid")]
        return cls(book, np.concatenate([arrays["counts"], *sides], axis=-1), None, None, False)

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
        book = codebook(scorer if scorer is not None else NPS())
        width = book.scale.size if book.scale is not None else len(book.categories)
        return cls(book, np.zeros((*shape, width + 2), dtype=np.int64), None, None, book.scale is not None)

    # ---- what it counted ----

    @property
    def scorer(self) -> Scorer:
        """The scorer the answers were counted for."""
        return self.book.scorer

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of groups; `()` for a single tally."""
        return self.cells.shape[:-1]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Answers per category, worst to best: int64, shape `(..., K)`."""
        return self._per_category(self.cells)

    @property
    def n(self) -> NDArray[np.int64]:
        """Scored answers: int64, shape `(...)`."""
        return np.asarray(self.cells[..., :-2].sum(axis=-1))

    @property
    def missing(self) -> NDArray[np.int64]:
        """Answers that were not given: int64, shape `(...)`."""
        return self.cells[..., -2]

    @property
    def invalid(self) -> NDArray[np.int64]:
        """Answers that cannot be scored, such as 11 on a scale of 0..10: int64, shape `(...)`."""
        return self.cells[..., -1]

    @property
    def rows(self) -> NDArray[np.int64]:
        """Everything that came in: n + missing + invalid."""
        return np.asarray(self.cells.sum(axis=-1))

    @property
    def distribution(self) -> NDArray[np.int64]:
        """Answers per point of the scale: int64, shape `(..., scale.size)`.

        Raises:
            InvalidValueError: If the tally was made of categories only.
        """
        if not self.by_answer:
            raise InvalidValueError(
                "distribution: only categories were counted here; count the answers with distribution=True"
                if self.book.scale is not None
                else f"distribution: {self.book.name} reads {len(self.book.questions)} questions and keeps categories"
            )
        return self.cells[..., :-2]

    def table(self, denominator: str = "valid") -> WorthTable:
        """Return what inference needs: counts, sums of weights and worths, by category.

        Args:
            denominator: `"valid"` divides by the scored answers; `"all"` by every response, so that a missing or an
                invalid answer weighs in with a worth of 0, as some vendors do.

        Raises:
            InvalidValueError: If `denominator` is neither, or 0 is no possible score.
        """
        if check_denominator(denominator, self.book) == "valid":
            return WorthTable(
                self._per_category(self.cells),
                None if self.weights is None else self._per_category(self.weights),
                None if self.squares is None else self._per_category(self.squares),
                self.book.worths,
            )
        # where nobody answered there is no score, whatever the denominator
        answered = self.cells if self.weights is None else self.weights
        some = answered[..., :-2].sum(axis=-1, keepdims=True) > 0

        def with_rest(array: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate(
                [self._per_category(array), array[..., -2:].sum(axis=-1, keepdims=True) * some], axis=-1
            )

        return WorthTable(
            with_rest(self.cells),
            None if self.weights is None else with_rest(self.weights),
            None if self.squares is None else with_rest(self.squares),
            np.append(self.book.worths, 0.0),
        )

    @property
    def value(self) -> NDArray[np.float64]:
        """The score, the (weighted) mean worth of the valid answers: float64, shape `(...)`; NaN without any."""
        return self.table().mean

    def _per_category(self, array: NDArray[Any]) -> NDArray[Any]:
        inside = array[..., :-2]
        if not self.by_answer:
            return inside
        return np.asarray(inside @ _indicator(self.book).astype(array.dtype, copy=False))

    # ---- merging ----

    def __add__(self, other: object) -> Self:
        if isinstance(other, int) and other == 0:  # so that sum() works
            return self
        if not isinstance(other, Tally):
            return NotImplemented
        if self.book != other.book:
            raise IncompatibleError(
                f"only tallies of one scorer merge: got {self.book.scorer!r} and {other.book.scorer!r}"
            )
        if self.shape != other.shape:
            raise IncompatibleError(f"only tallies of one shape merge: got {self.shape} and {other.shape}")
        if self.by_answer != other.by_answer:
            return self.by_category() + other.by_category()
        weights = squares = None
        if self.weights is not None or other.weights is not None:
            # an unweighted answer weighs 1, and so does its square
            weights = np.asarray(_or(self.weights, self.cells) + _or(other.weights, other.cells), dtype=np.float64)
            squares = np.asarray(_or(self.squares, self.cells) + _or(other.squares, other.cells), dtype=np.float64)
        return attrs.evolve(self, cells=self.cells + other.cells, weights=weights, squares=squares)

    __radd__ = __add__

    def by_category(self) -> Self:
        """Return the tally without the distribution of single answers."""
        if not self.by_answer:
            return self

        def fold(array: NDArray[Any]) -> NDArray[Any]:
            return np.concatenate([self._per_category(array), array[..., -2:]], axis=-1)

        return attrs.evolve(self.mapped(fold), by_answer=False)

    def total(self) -> Self:
        """Return the merger of all groups: a tally of shape `()`."""
        axes = tuple(range(len(self.shape)))
        return self.mapped(lambda array: array.sum(axis=axes))

    def __getitem__(self, index: Any) -> Self:
        if not self.shape:
            raise InvalidTypeError("this tally has a single group: there is nothing to index")
        where = index if isinstance(index, tuple) else (index,)
        if len(where) > len(self.shape):
            raise InvalidValueError(f"index: {index!r} has more parts than the shape {self.shape}")
        return self.mapped(lambda array: array[where])

    def __len__(self) -> int:
        if not self.shape:
            raise InvalidTypeError("this tally has a single group; its number of answers is .n")
        return self.shape[0]

    def mapped(self, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Self:
        """Return the tally with each of its tables (counts, sums of weights and of squares) changed alike."""
        return attrs.evolve(
            self,
            cells=change(self.cells),
            weights=None if self.weights is None else change(self.weights),
            squares=None if self.squares is None else change(self.squares),
        )

    # ---- as a value ----

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        same = self.book == other.book and self.by_answer == other.by_answer
        pairs = ((getattr(self, a), getattr(other, a)) for a in ("cells", "weights", "squares"))
        return same and all(a is b or (a is not None and b is not None and np.array_equal(a, b)) for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if self.shape:
            return f"Tally({self.book.name}, shape={self.shape}, rows={self.rows.sum()})"
        parts = [*zip(self.book.categories, self.counts.tolist(), strict=True)]
        parts += [("missing", int(self.missing)), ("invalid", int(self.invalid))]
        shown = ", ".join(f"{name.replace(' ', '_')}={count}" for name, count in parts)
        weighted = "" if self.weights is None else f", weights={float(self.weights[..., :-2].sum()):g}"
        return f"Tally({self.book.name}, {shown}{weighted})"


def check_denominator(denominator: str, book: Codebook) -> str:
    """Return `denominator` if scores can be computed under it.

    Raises:
        InvalidValueError: If it is neither `"valid"` nor `"all"`, or `"all"` where 0 is no possible score.
    """
    if denominator not in DENOMINATORS:
        raise InvalidValueError(f"denominator must be one of {', '.join(DENOMINATORS)}: got {denominator!r}")
    if denominator == "all" and (book.worths.min() > 0 or book.worths.max() < 0):
        span = f"{book.worths.min():g}..{book.worths.max():g}"
        raise InvalidValueError(
            f"denominator='all' counts a missing answer as 0, off the range of {book.name}, {span}; use 'valid'"
        )
    return denominator


@attrs.frozen(eq=False)
class WorthTable:
    """Counts and sums of weights by category, with what each is worth: the input of all inference.

    Args:
        counts: Answers, shape `(..., K)`.
        weights: Sum of weights, shape `(..., K)`, or None.
        squares: Sum of squared weights, shape `(..., K)`, or None.
        worths: Shape `(K,)`.
    """

    counts: NDArray[np.int64]
    weights: NDArray[np.float64] | None
    squares: NDArray[np.float64] | None
    worths: NDArray[np.float64]

    @property
    def mean(self) -> NDArray[np.float64]:
        """The (weighted) mean worth, shape `(...)`; NaN where there is nothing."""
        amounts = self.counts if self.weights is None else self.weights
        # one division at the end: whole worths and counts give the exactly rounded score
        sums, total = amounts @ self.worths, amounts.sum(axis=-1)
        if total.all():
            return np.asarray(sums / total)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(sums / total)


def _or(array: NDArray[Any] | None, cells: NDArray[np.int64]) -> NDArray[Any]:
    return cells if array is None else array


@functools.lru_cache(maxsize=256)
def _indicator(book: Codebook) -> NDArray[np.int64]:
    """Return which category each answer belongs to, as 0 and 1: shape `(scale.size, K)`."""
    return np.asarray(book.grid[:, np.newaxis] == np.arange(len(book.categories)), dtype=np.int64)


def _whole_counts(value: Any, name: str) -> NDArray[np.int64]:
    array = np.asarray(value)
    if array.dtype.kind not in "iuf" or not np.all(np.isfinite(array)) or np.any(array != np.floor(array)):
        raise InvalidValueError(f"{name} must be whole numbers: got {value!r}")
    if np.any(array < 0) or np.any(array > 2**62):
        raise InvalidValueError(f"{name} must be between 0 and 2**62: got {value!r}")
    return array.astype(np.int64)
