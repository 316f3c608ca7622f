"""Steps that an engine holds: counted there, and named when somebody asks who took them."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.data import StepQuery, as_id
from npskit.inference import Moves, SparseTable, sum_by
from npskit.options import Pairing


@attrs.frozen(eq=False)
class EngineSteps(Frozen):
    """Steps of customers from one answer to the next, as `Steps`.

    Args:
        query: Where they are.
        moves: Their counts.
        answers: How many answers took part.
        customers: How many customers gave them.
        undated: How many answers were left out because their time is not known.
        n_tied: How many customers have answers at the same time that touch a step.
    """

    query: StepQuery
    moves: Moves
    answers: int
    customers: int
    undated: int
    n_tied: int

    @classmethod
    def of(cls, query: StepQuery, undated: int) -> EngineSteps:
        """Return the steps of a query, counted."""
        answers, customers, tied = query.customers()
        return cls(query, _moves(query), answers, customers, undated, tied)

    def __len__(self) -> int:
        return int(self.moves.counts.sum())

    @property
    def mode(self) -> Pairing:
        """From which answers to which they lead."""
        return self.query.mode

    @property
    def unordered(self) -> int:
        """How many steps were left out because answers were given at the same time."""
        return self.n_tied if self.mode == "first_last" else self.answers - self.customers - len(self)

    @property
    def tied(self) -> NDArray[Any]:
        """The customers these are of."""
        return _ids(self.query.tied())

    def of_customers(self, before: int, after: int) -> NDArray[Any]:
        """Return the customers who stepped from one category to another, each once."""
        return _ids(self.query.who(before, after))


def _ids(found: list[Any]) -> NDArray[Any]:
    ids = np.empty(len(found), dtype=object)
    ids[:] = [as_id(each) for each in found]
    return ids


def _moves(query: StepQuery) -> Moves:
    """Return the counts of steps by what an engine says of each kind."""
    k, groups, found = query.size, query.groups, query.kinds()
    size = groups * k * k
    whole = sum_by(found.before * k + found.after, found.n, size).round().astype(np.int64)

    def customers(place: NDArray[np.int64], part: str, n: int) -> NDArray[np.int64]:
        return sum_by(place, found.parts[part], n).round().astype(np.int64)

    leaving = customers(found.before, "mark", groups * k).reshape(groups, k)
    moved = round(float(found.parts["all"].sum()))
    products = None
    if moved < whole.sum():
        from scipy.sparse import csr_array

        kind, other, product = query.products()
        products = SparseTable.of(csr_array((product, (kind, other)), shape=(size, size)))
    by_group = customers(found.before // k, "group", groups)
    leaving_any = customers(found.before % k, "category", k)
    return Moves(whole.reshape(groups, k, k), products, moved, by_group, leaving, leaving_any)
