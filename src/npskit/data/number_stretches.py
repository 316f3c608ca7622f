"""Whole numbers as stretches, each with a value: what a query is told by a few comparisons.

Engines compare faster than they look into a list: DuckDB makes a join of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw


@attrs.frozen(eq=False)
class Stretches(Frozen):
    """A whole number for each stretch of another, as a query can be told.

    Args:
        begins: Where each stretch begins, rising, shape `(S,)`.
        values: What holds there, shape `(S,)`.
        end: The number behind the last one.
    """

    begins: NDArray[np.int64]
    values: NDArray[np.int64]
    end: int

    @classmethod
    def of(cls, numbers: NDArray[np.int64], values: NDArray[np.int64]) -> Self:
        """Return the fewest stretches in which each number has its value; all in between may have any.

        Example:
            >>> found = Stretches.of(np.array([7, 1, 2, 7]), np.array([1, 0, 0, 1]))
            >>> found.begins.tolist(), found.values.tolist(), found.end
            ([1, 7], [0, 1], 8)
        """
        known, first = np.unique(numbers, return_index=True)
        value = values[first]
        new = np.flatnonzero(np.append(True, value[1:] != value[:-1])) if len(known) else np.zeros(0, np.intp)
        return cls(known[new], value[new], int(known.max(initial=-1)) + 1)

    def value(self, number: nw.Expr) -> nw.Expr:
        """Return the value of a column's numbers, -1 for none and what is beyond."""
        import narwhals.stable.v2 as nw

        def between(low: int, high: int) -> nw.Expr:
            if high - low == 1:
                return nw.lit(int(self.values[low]))
            middle = (low + high) // 2
            return (
                nw.when(number < int(self.begins[middle])).then(between(low, middle)).otherwise(between(middle, high))
            )

        if not len(self.begins):
            return nw.lit(-1)
        inside = (number >= int(self.begins[0])) & (number < self.end)
        return nw.when(inside).then(between(0, len(self.begins))).otherwise(nw.lit(-1))


def case_of(column: nw.Expr, kind: Any, cases: Sequence[Sequence[Any]]) -> nw.Expr:
    """Return which of some lists a value of a column stands in, -1 for none.

    Args:
        column: The column.
        kind: Its type.
        cases: The values that make each case.
    """
    if not kind.is_integer():
        return chosen([(column.is_in(list(values)), k) for k, values in enumerate(cases) if values])
    case = {int(value): k for k, values in enumerate(cases) for value in values}
    gaps = {value + 1 for value in case} - case.keys()
    numbers = np.array([*case, *gaps], dtype=np.int64)
    return Stretches.of(numbers, np.array([*case.values(), *(-1 for _ in gaps)], dtype=np.int64)).value(column)


def chosen(cases: Sequence[tuple[nw.Expr, int]]) -> nw.Expr:
    """Return the number of the case that holds, -1 where none does."""
    import narwhals.stable.v2 as nw

    found: nw.Expr = nw.lit(-1)
    for holds, number in reversed(cases):
        found = nw.when(holds).then(nw.lit(number)).otherwise(found)
    return found
