"""How many answers of each kind: what is held of them, what it says, and how it merges."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats, Integers
from npskit.checks import is_same
from npskit.counting.category_sums import CategorySums, check_denominator, mean_of
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, quoted
from npskit.options import Denominator
from npskit.results import Columns, Result, free_name
from npskit.scorers import Codebook, Scorer


@attrs.frozen(eq=False, repr=False)
class CategoryCounts(Result):
    """Counts of answers by kind for an array of groups: all of a `Tally` but how one is made."""

    _TEXT = "repr"

    codebook: Codebook
    cells: Integers
    weights: Floats | None
    squares: Floats | None
    by_answer: bool
    scale: int = 0

    # ---- what it counted ----

    @property
    def scorer(self) -> Scorer:
        """The scorer the answers were counted for."""
        return self.codebook.scorer

    @property
    def book(self) -> Codebook:
        """The codebook, by the name it had first."""
        return self.codebook

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the array of groups; `()` for a single tally."""
        return self.cells.shape[:-1]

    @property
    def counts(self) -> Integers:
        """Answers per category, worst to best: int64, shape `(..., K)`."""
        return self._per_category(self.cells)

    @property
    def n(self) -> Integers:
        """Scored answers: int64, shape `(...)`."""
        return np.asarray(self.cells[..., :-2].sum(axis=-1))

    @property
    def missing(self) -> Integers:
        """Answers that were not given: int64, shape `(...)`."""
        return self.cells[..., -2]

    @property
    def invalid(self) -> Integers:
        """Answers that cannot be scored, such as 11 on a scale of 0..10: int64, shape `(...)`."""
        return self.cells[..., -1]

    @property
    def rows(self) -> Integers:
        """Everything that came in: n + missing + invalid."""
        return np.asarray(self.cells.sum(axis=-1))

    @property
    def distribution(self) -> Integers:
        """Answers per point of the scale: int64, shape `(..., scale.size)`.

        Raises:
            InvalidValueError: If the tally was made of categories only.
        """
        if not self.by_answer:
            raise InvalidValueError(
                "distribution: only categories were counted here; count the answers with distribution=True"
                if self.codebook.scale is not None
                else f"distribution: {self.codebook.name} reads {len(self.codebook.questions)} questions, and keeps "
                "categories"
            )
        return self.cells[..., :-2]

    def table(self, denominator: Denominator = "valid") -> CategorySums:
        """Return what inference needs: counts, sums of weights and category scores, by category.

        Args:
            denominator: `"valid"` divides by the scored answers; `"all"` by every response, so that a missing or an
                invalid answer weighs in with a category score of 0, as some vendors do.

        Raises:
            InvalidValueError: If `denominator` is neither, or 0 cannot be a score.
        """
        category_scores, per_category = self.codebook.category_scores, self._per_category
        if check_denominator(denominator, self.codebook) == "all":
            category_scores = np.append(category_scores, 0.0)
            # where nobody answered there is no score, whatever the denominator
            answered = self.cells if self.weights is None else self.weights
            some = answered[..., :-2].sum(axis=-1, keepdims=True) > 0

            def per_category(array: NDArray[Any]) -> NDArray[Any]:
                rest = array[..., -2:].sum(axis=-1, keepdims=True) * some
                return np.concatenate([self._per_category(array), rest], axis=-1)

        weights, squares = (None if each is None else per_category(each) for each in (self.weights, self.squares))
        return CategorySums(per_category(self.cells), weights, squares, category_scores)

    @property
    def value(self) -> Floats:
        """The score, the (weighted) mean category score of valid answers: float64, shape `(...)`; NaN without any."""
        return self.mean()

    def mean(self, denominator: Denominator = "valid") -> Floats:
        """Return the mean category score, as `table(denominator)` has it: float64, shape `(...)`."""
        if is_same(denominator, "valid") and self.weights is None:  # spares the table
            return mean_of(self._per_category(self.cells), self.codebook.category_scores)
        return self.table(denominator).mean

    def _per_category(self, array: NDArray[Any]) -> NDArray[Any]:
        inside = array[..., :-2]
        if not self.by_answer:
            return inside
        return np.asarray(inside @ _indicator(self.codebook).astype(array.dtype, copy=False))

    # ---- merging ----

    def __add__(self, other: object) -> Self:
        if isinstance(other, int) and other == 0:  # so that sum() works
            return self
        if not isinstance(other, CategoryCounts):
            return NotImplemented
        if self.codebook != other.codebook:
            raise IncompatibleError(
                f"only tallies of one scorer merge: got {self.codebook.scorer!r} and {other.codebook.scorer!r}"
            )
        if self.shape != other.shape:
            raise IncompatibleError(f"only tallies of one shape merge: got {self.shape} and {other.shape}")
        if self.by_answer != other.by_answer:
            return self.by_category() + other.by_category()
        weights, squares, scale = None, None, 0
        if self.weights is not None or other.weights is not None:
            # an unweighted answer weighs 1, and so does its square
            scale = max(self.scale, other.scale)
            weights = self._in_units(self.weights, scale, 1) + other._in_units(other.weights, scale, 1)
            squares = self._in_units(self.squares, scale, 2) + other._in_units(other.squares, scale, 2)
        return attrs.evolve(self, cells=self.cells + other.cells, weights=weights, squares=squares, scale=scale)

    __radd__ = __add__

    def _in_units(self, sums: Floats | None, scale: int, power: int) -> Floats:
        """Return sums of weights, or of their squares, in units of two to the power of `scale`, or of its square."""
        found = (self.cells if sums is None else sums).astype(np.float64, copy=False)  # unweighted answers weigh 1
        return found if self.scale == scale else np.ldexp(found, power * (self.scale - scale))

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
            raise InvalidValueError(f"index: {quoted(index)} has more parts than the shape {self.shape}")
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

    # ---- as something to read ----

    def __repr__(self) -> str:
        if self.shape:
            return f"Tally({self.codebook.name}, shape={self.shape}, rows={self.rows.sum()})"
        parts = [*zip(self.codebook.categories, self.counts.tolist(), strict=True)]
        parts += [("missing", int(self.missing)), ("invalid", int(self.invalid))]
        shown = ", ".join(f"{name.replace(' ', '_')}={count}" for name, count in parts)
        with np.errstate(over="ignore"):
            whole = 0.0 if self.weights is None else float(np.ldexp(self.weights[..., :-2].sum(), self.scale))
        weighted = "" if self.weights is None else f", weights={whole:g}"
        return f"Tally({self.codebook.name}, {shown}{weighted})"

    def columns(self) -> Columns:
        """Return the counts of each group as columns: those of the categories, of the missing and of the invalid."""
        counts = dict(zip(self.codebook.categories, np.moveaxis(self.counts, -1, 0), strict=True))
        counts |= {free_name(name, counts, "rows"): getattr(self, name) for name in ("missing", "invalid")}
        return {name: array.ravel().tolist() for name, array in counts.items()}

    _SAYS = "scorer: dict[str, Any], by_answer, cells, weights, squares, scale: int = 0"

    def _record(self) -> dict[str, Any]:
        from npskit.scorers import scorer_record

        arrays = {name: getattr(self, name) for name in ("cells", "weights", "squares")}
        scale = {"scale": self.scale} if self.scale else {}
        return {"scorer": scorer_record(self.codebook), "by_answer": self.by_answer} | scale | arrays


@functools.lru_cache(maxsize=256)
def _indicator(codebook: Codebook) -> Integers:
    """Return which category each answer belongs to, as 0 and 1: shape `(scale.size, K)`."""
    return np.asarray(codebook.grid[:, np.newaxis] == np.arange(len(codebook.categories)), dtype=np.int64)
