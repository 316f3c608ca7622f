"""Answers packed into whole numbers whose order is that of customer and time.

Customer, time and answer share 63 bits, so that sorting the numbers by value puts every customer's answers into order
and nothing else has to be moved. Where the bits do not suffice (times to the nanosecond, of millions of customers),
times are counted in the largest unit that loses nothing, and failing that by their rank, which takes another sort.
"""

from __future__ import annotations

import functools
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen, Integers
from npskit.data import slices
from npskit.errors import InvalidValueError
from npskit.tracking.panel.sorting import in_threads, sort_blocks, workers

Codes = NDArray[np.integer[Any]]

BLOCK = 1 << 17
_BITS = 63
_UNKNOWN = np.iinfo(np.int64).min  # how numpy holds NaT


@attrs.frozen(eq=False)
class PackedAnswers(Frozen):
    """The columns of answers as arrays that fit each other.

    Args:
        customers: Codes, shape `(n,)`, negative where not known.
        categories: Codes, negative where an answer cannot be scored.
        groups: Codes, or None.
        waves: 0, 1 or negative, or None.
        moments: Times as whole numbers, or None.
        dated: Whether the least int64 among the moments says that a time is not known.
        n_categories: K.
    """

    customers: Codes
    categories: Codes
    groups: Codes | None
    waves: Codes | None
    moments: Integers | None
    dated: bool
    n_categories: int

    def scored(self, part: slice) -> NDArray[np.bool_]:
        """Return which rows are answers that can be scored, of a known customer and in one of the waves."""
        found = (self.categories[part] >= 0) & (self.customers[part] >= 0)
        return found if self.waves is None else found & (self.waves[part] >= 0)

    def kept(self, part: slice) -> NDArray[np.bool_]:
        """Return which rows take part: scored and at a known time."""
        found = self.scored(part)
        return found & (self.moments[part] != _UNKNOWN) if self.dated and self.moments is not None else found

    def marks(self, part: slice) -> Integers:
        """Return category and group as one number; meaningless where not kept."""
        found = self.categories[part].astype(np.int64)
        if self.groups is not None:
            found += self.groups[part].astype(np.int64) * self.n_categories
        return found


@attrs.frozen
class PackedLayout:
    """How many bits stand below the customer's in a packed number.

    Args:
        moment: Bits of the time, with the wave above it where there are waves.
        mark: Bits of category and group, the lowest.
    """

    moment: int
    mark: int

    @property
    def customer(self) -> int:
        """How many bits stand below the customer's."""
        return self.moment + self.mark


def pack_sorted(answers: PackedAnswers, mark: int) -> tuple[Integers, PackedLayout, int]:
    """Return the packed answers in order, where what stands in them, and how many had no time."""
    most, low, high, kept, undated = _extent(answers)
    waves, customer = answers.waves is not None, most.bit_length()
    free, unit = _BITS - customer - mark - waves, 1
    if (high - low).bit_length() > free:
        unit = _unit(answers, low)
    if ((high - low) // unit).bit_length() > free:
        answers, low, unit = attrs.evolve(answers, moments=_ranks(answers), dated=True), 0, 1
        high = _extent(answers)[2]
    span = ((high - low) // unit).bit_length()
    if max(customer + mark + waves + span, customer + 2 * mark) > _BITS:
        raise InvalidValueError(
            f"customers and groups take too many bits beside {high - low + 1:,} times; choose fewer groups, and "
            "number the customers without gaps"
        )
    layout = PackedLayout(span + waves, mark)
    make = functools.partial(_packed, answers, low, unit, span, layout)
    blocks = [*slices(answers.customers.size, BLOCK)]
    return sort_blocks(make, blocks, kept, customer + layout.customer), layout, undated


def _extent(answers: PackedAnswers) -> tuple[int, int, int, int, int]:
    """Return the highest customer, the first and last moment, how many take part, and how many do but for the time."""

    def of(part: slice) -> tuple[int, int, int, int, int]:
        use = answers.kept(part)
        n = int(np.count_nonzero(use))
        undated = int(np.count_nonzero(answers.scored(part))) - n if answers.dated else 0
        if n == 0:
            return 0, 2**63, -(2**63), 0, undated
        most, low, high = int(answers.customers[part].max()), 2**63, -(2**63)
        if answers.moments is not None:
            moments = answers.moments[part] if n == use.size else answers.moments[part][use]
            low, high = int(moments.min()), int(moments.max())
        return most, low, high, n, undated

    size = answers.customers.size
    found = in_threads(of, slices(size, BLOCK), workers(size)) or [of(slice(0))]
    mosts, lows, highs, kept, undated = zip(*found, strict=True)
    low, high = min(lows), max(highs)
    return max(mosts), *((low, high) if low <= high else (0, 0)), sum(kept), sum(undated)


def _packed(answers: PackedAnswers, low: int, unit: int, span: int, layout: PackedLayout, part: slice) -> Integers:
    """Return the answers among some rows that take part, packed, in the order of the rows."""
    packed = answers.customers[part].astype(np.int64)
    packed <<= layout.moment
    if answers.waves is not None:
        packed |= answers.waves[part].astype(np.int64) << span
    if answers.moments is not None:
        since = answers.moments[part] - low
        # Unsigned: the time since the first may take all 64 bits before it is counted in a longer unit.
        packed |= (since.view(np.uint64) // np.uint64(unit)).view(np.int64) if unit > 1 else since
    packed <<= layout.mark
    packed |= answers.marks(part)
    use = answers.kept(part)
    return packed if use.all() else packed[use]


def _unit(answers: PackedAnswers, low: int) -> int:
    """Return the greatest number that divides every time since the first."""
    assert answers.moments is not None  # without times there is nothing to make shorter
    unit = 0
    for part in slices(answers.customers.size, BLOCK):
        since = (answers.moments[part][answers.kept(part)] - low).view(np.uint64)
        # Dividing by one number is a multiplication, a remainder is not.
        if unit and np.array_equal(since // np.uint64(unit) * np.uint64(unit), since):
            continue
        unit = int(np.gcd.reduce(np.append(since, np.uint64(unit))))
        if unit == 1:
            break
    return unit


def _ranks(answers: PackedAnswers) -> Integers:
    """Return the rank of each answer's time among all of them, from 0; `_UNKNOWN` where it takes no part."""
    assert answers.moments is not None
    kept = answers.kept(slice(None))
    ranks = np.full(kept.size, _UNKNOWN)
    ranks[kept] = np.unique(answers.moments[kept], return_inverse=True)[1]
    return ranks
