"""Sums of products of columns: all that regressions need, added up over shards."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np

from npskit.arrays import Codes, Floats
from npskit.data import floats_of, read_weights
from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.results import Mergeable, checked, damaged, get, get_each

_SUMS = ("rows", "weights", "sums", "products")


@attrs.frozen(eq=False)
class Moments(Mergeable):
    """Sums over rows of pairs of columns, of the rows where both are known; they merge by addition.

    Values are taken from an origin of each column, so that nothing is lost of what is far from 0; where two origins
    differ the sums move to that of more rows.

    Args:
        names: The columns, the outcome last: q of them.
        origin: What is taken from the values of each, shape `(q,)`.
        rows: How many rows each pair has in common, shape `(q, q, ...)`; further axes are shards.
        weights: The sum of their weights.
        sums: The sum of weights times the first column of the pair.
        products: The sum of weights times the product of both.

    Example:
        >>> whole = Moments.of({"speed": [1, 2, 3, 5], "score": [2, 4, 7, 9]})
        >>> parts = [Moments.of({"speed": s, "score": y}) for s, y in [([1, 2], [2, 4]), ([3, 5], [7, 9])]]
        >>> bool(np.allclose((parts[0] + parts[1]).centred(), whole.centred(), rtol=1e-12))
        True
    """

    names: tuple[str, ...]
    origin: Floats
    rows: Floats
    weights: Floats
    sums: Floats
    products: Floats

    @classmethod
    def of(
        cls,
        columns: Mapping[str, Any],
        weights: Floats | None = None,
        shards: Codes | None = None,
        size: int | None = None,
    ) -> Self:
        """Return the moments of columns, the outcome last; NaN is missing.

        Args:
            columns: Values by name, each of shape `(n,)`.
            weights: Shape `(n,)`; None where all weigh alike.
            shards: The number of each row's shard, for moments with an axis of shards; None for one.
            size: How many shards there are; by default the last that a row is in is the last.

        Raises:
            InvalidTypeError, InvalidValueError: If columns are no numbers, or weights cannot be used.
            IncompatibleError: If they differ in length.
        """
        if not columns or not isinstance(columns, Mapping):
            raise InvalidTypeError(f"columns must map names to values, the outcome last: got {quoted(columns)}")
        read = {name: floats_of(values, f"columns[{quoted(name)}]") for name, values in columns.items()}
        n = next(iter(read.values())).size
        w = np.ones(n) if weights is None else read_weights(weights)
        for name, values in {**read, "weights": w, "shards": np.empty(n) if shards is None else shards}.items():
            if np.shape(values) != (n,):
                raise IncompatibleError(f"{quoted(name)} must have one value for each of {n} rows, as the first column")
        table = np.stack(list(read.values()))
        edges = None
        if shards is not None:  # in their order each is one product of matrices
            order = np.argsort(shards, kind="stable")
            table, w = table[:, order], w[order]
            size = int(shards.max(initial=-1)) + 1 if size is None else size
            edges = np.searchsorted(shards[order], np.arange(size + 1)).tolist()
        known = np.isfinite(table)
        count = np.maximum(known.sum(axis=1), 1)
        origin = np.where(known, table, 0.0).sum(axis=1) / count
        moved, ones = np.where(known, table - origin[:, np.newaxis], 0.0), known.astype(np.float64)

        def added(first: Floats, second: Floats) -> Floats:
            """Return the sum of products of each row of one table with each of another."""
            if edges is None:
                return first @ second.T
            parts = [first[:, a:b] @ second[:, a:b].T for a, b in itertools.pairwise(edges)]
            return np.stack(parts, axis=-1) if parts else np.empty((len(first), len(second), 0))

        if known.all():  # then all pairs have the same rows
            every = np.ones((1, len(w)))
            whole = np.broadcast_to
            products = added(w * moved, moved)
            shape = products.shape
            rows, total = whole(added(every, every), shape), whole(added(every, w * every), shape)
            sums = whole(added(moved, w * every), shape)
        else:
            rows, total = added(ones, ones), added(w * ones, ones)
            sums, products = added(w * moved, ones), added(w * moved, moved)
        return cls(tuple(columns), origin, rows, total, sums, products)

    def __add__(self, other: Self) -> Self:
        """Return the moments of both.

        Raises:
            IncompatibleError: If they are of other columns.
        """
        if self.names != other.names:
            raise IncompatibleError(f"moments of {list(self.names)} and of {list(other.names)} cannot be added")
        more = self.n.reshape(len(self.names), -1).sum(axis=1) >= other.n.reshape(len(self.names), -1).sum(axis=1)
        origin = np.where(more, self.origin, other.origin)  # one that is near the values of most rows
        one, two = self.about(origin), other.about(origin)
        return attrs.evolve(one, **{name: getattr(one, name) + getattr(two, name) for name in _SUMS})

    def about(self, origin: Floats) -> Self:
        """Return the same sums of values taken from another origin."""
        by = (self.origin - origin).reshape(-1, *(1 for _ in self.rows.shape[1:]))
        other = np.swapaxes(by, 0, 1)
        sums = self.sums + by * self.weights
        products = self.products + by * np.swapaxes(self.sums, 0, 1) + other * self.sums + by * other * self.weights
        return attrs.evolve(self, origin=origin, sums=sums, products=products)

    def resampled(self, multiples: Floats) -> Self:
        """Return the moments of samples in which each shard stands so often, shape `(B, shards)`."""
        return attrs.evolve(self, **{name: getattr(self, name) @ multiples.T for name in _SUMS})

    def only(self, shard: int) -> Self:
        """Return the moments of one shard."""
        return attrs.evolve(self, **{name: getattr(self, name)[:, :, shard] for name in _SUMS})

    def select(self, places: Sequence[int]) -> Self:
        """Return the moments of some of the columns."""
        parts = {name: getattr(self, name)[np.ix_(places, places)] for name in _SUMS}
        return attrs.evolve(self, names=tuple(self.names[i] for i in places), origin=self.origin[list(places)], **parts)

    def total(self) -> Self:
        """Return the moments of all shards together."""
        return attrs.evolve(self, **{name: getattr(self, name).sum(axis=-1) for name in _SUMS})

    @property
    def n(self) -> Floats:
        """How many rows there are of each column."""
        return np.asarray(np.einsum("ii...->i...", self.rows))

    def means(self) -> Floats:
        """Return the mean of each column, shape `(q, ...)`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            found = np.einsum("ii...->i...", self.sums) / np.einsum("ii...->i...", self.weights)
        return np.asarray(found + self.origin.reshape(-1, *(1 for _ in self.rows.shape[2:])))

    def centred(self) -> Floats:
        """Return the covariances of the columns, each of the rows that a pair has in common, shape `(q, q, ...)`."""
        with np.errstate(invalid="ignore", divide="ignore"):
            means = self.sums / self.weights
            return np.asarray(self.products / self.weights - means * np.swapaxes(means, 0, 1))

    _SAYS = "*fields"

    def _kept(self) -> dict[str, Any]:
        return {"names": list(self.names), **{name: getattr(self, name).tolist() for name in ("origin", *_SUMS)}}

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the moments that `to_json` wrote.

        Raises:
            InvalidTypeError: If `text` is no text.
            InvalidValueError: If it is no JSON, or holds something else.

        Example:
            >>> moments = Moments.of({"speed": [1, 2], "score": [2, 4]})
            >>> Moments.from_json(moments.to_json()) == moments
            True
        """
        found = cls._read(text)
        names = tuple(get_each(found, "names", lambda name: checked(name, "names", isinstance(name, str))))
        arrays = [_numbers(found, name) for name in ("origin", *_SUMS)]
        q = len(names)
        shape = arrays[1].shape
        checked(arrays[0], "origin", arrays[0].shape == (q,))
        for name, array in zip(_SUMS, arrays[1:], strict=True):
            checked(array, name, array.shape == shape and shape[:2] == (q, q))
        return cls(names, *arrays)


def _numbers(record: dict[str, Any], name: str) -> Floats:
    try:
        found = np.array(get(record, name, list), dtype=np.float64)
    except (TypeError, ValueError):
        raise damaged(name) from None
    return np.asarray(checked(found, name, bool(np.isfinite(found).all())))
