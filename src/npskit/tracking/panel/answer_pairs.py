"""From answers in no order to the steps of each customer: one answer, and the next.

The packed answers are sorted by value (`npskit.tracking.panel.packing`), and the steps written back into the memory
they came from.

An order is never guessed. Answers of one customer at the same time have none, so the steps from, between and to
them are left out, and the customers are named.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.arrays import Frozen, Integers
from npskit.checks import one_of
from npskit.data import row_said, slices
from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError, counted, quoted
from npskit.inference import checked_indices
from npskit.options import PAIRINGS, Pairing
from npskit.tracking.panel.packing import BLOCK, PackedAnswers, PackedLayout, pack_sorted
from npskit.tracking.panel.sorting import in_threads, workers

# Up to so many marks, all pairs of them are counted at once.
_FEW_MARKS = 64
# Codes, as factorizing makes them, not numbers of customers: they have to share 63 bits with time and answer.
_MOST_CUSTOMERS = 1 << 40


@attrs.frozen(eq=False)
class Steps(Frozen):
    """Steps of customers from one answer to the next; made by `pair_steps`.

    Args:
        packed: Customer, mark before and mark after of each step in one number, rising: int64, shape `(P,)`.
        bits: How many bits a mark takes. A mark is `category + n_categories * group`.
        n_categories: K.
        answers: How many answers took part: scored, of a known customer, at a known time.
        customers: How many customers gave them.
        undated: How many answers were left out because their time is not known.
        unordered: How many steps were left out because answers were given at the same time.
        tied: The customers these are of, rising: int64.
        mode: From which answers to which they lead; see `pair_steps`.
    """

    packed: Integers
    bits: int
    n_categories: int
    answers: int
    customers: int
    undated: int
    unordered: int
    tied: Integers
    mode: Pairing = "consecutive"

    def __len__(self) -> int:
        return len(self.packed)

    def __repr__(self) -> str:
        return (
            f"Steps({len(self)} of {counted(self.customers, 'customer')}, tied={len(self.tied)}, "
            f"undated={self.undated})"
        )

    @property
    def n_tied(self) -> int:
        """How many customers have answers at the same time."""
        return len(self.tied)

    def columns(self, part: slice = slice(None)) -> tuple[Integers, Integers, Integers, Integers]:
        """Return customer, category before, category after and group (of the answer before) of each step."""
        packed, mask, k = self.packed[part], (1 << self.bits) - 1, self.n_categories
        before, after = (packed >> self.bits) & mask, packed & mask
        # Dividing by one number is a multiplication, a remainder is not.
        group = before // k
        before -= group * k
        after -= after // k * k
        return packed >> 2 * self.bits, before, after, group

    def parts(self, size: int) -> Iterator[slice]:
        """Yield parts of about `size` steps, no customer being in two of them."""
        start, shift = 0, 2 * self.bits
        while start < len(self.packed):
            last = int(self.packed[min(start + size, len(self.packed)) - 1]) >> shift
            stop = int(np.searchsorted(self.packed, (last + 1) << shift))
            yield slice(start, stop)
            start = stop

    def chunks(self, size: int) -> Iterator[tuple[Integers, Integers, Integers, Integers]]:
        """Yield the columns of each of the parts."""
        return map(self.columns, self.parts(size))

    def table(self) -> Integers:
        """Return how many steps lead from each category to each, shape `(K, K)`."""
        k, marks = self.n_categories, 1 << self.bits
        if marks > _FEW_MARKS:
            return sum(
                (np.bincount(b * k + a, minlength=k * k) for _, b, a, _ in self.chunks(BLOCK)), np.zeros(k * k, int)
            ).reshape(k, k)
        cells = np.zeros(marks * marks, np.int64)
        for part in slices(len(self.packed), BLOCK):
            cells += np.bincount(self.packed[part] & (marks * marks - 1), minlength=marks * marks)
        category = np.arange(marks) % k
        table = np.zeros((k, k), np.int64)
        np.add.at(table, np.ix_(category, category), cells.reshape(marks, marks))
        return table

    def of_customers(self, before: int, after: int) -> Integers:
        """Return the customers who stepped from one category to another, each once, rising."""
        found = [customers[(was == before) & (became == after)] for customers, was, became, _ in self.chunks(BLOCK)]
        return np.unique(np.concatenate([np.empty(0, np.int64), *found]))


def pair_steps(
    customers: ArrayLike,
    times: ArrayLike | None,
    categories: ArrayLike,
    n_categories: int,
    *,
    groups: ArrayLike | None = None,
    n_groups: int = 1,
    mode: Pairing = "consecutive",
    waves: ArrayLike | None = None,
) -> Steps:
    """Return the steps of each customer from one answer to another.

    Args:
        customers: Code of each row's customer, shape `(n,)`, from 0; negative where not known, and left out.
        times: When each answer was given, int64 in any unit or datetime64, shape `(n,)`; NaT where not known, and left
            out. None only for `mode="waves"`.
        categories: Category of each answer, shape `(n,)`; negative where it cannot be scored, and left out.
        n_categories: K.
        groups: Group of each answer, shape `(n,)`, from 0. A step is in the group of the answer it starts from.
        n_groups: The number of groups.
        mode: `"consecutive"`: from each answer to the customer's next; `"first_last"`: from the customer's first to the
            last; `"waves"`: from the last answer in the first wave to the last in the second.
        waves: For `mode="waves"`, 0 for rows of the first, 1 for rows of the second and negative for others.

    Returns:
        The steps. Answers of one customer at the same time have no order: steps that would touch one of them are
        left out and counted as unordered, whatever the answers are. In `first_last` and `waves` only ties at the ends
        of the step matter.

    Raises:
        InvalidTypeError: If a column is not of whole numbers or times.
        InvalidValueError: If there are no times where an order is needed, a code is out of range, or the mode unknown.
        IncompatibleError: If columns differ in length.

    Example:
        >>> steps = pair_steps([0, 1, 0, 0], [3, 1, 1, 2], [2, 0, 0, 1], 3)
        >>> steps
        Steps(2 of 2 customers, tied=0, undated=0)
        >>> steps.table().tolist()
        [[0, 1, 0], [0, 0, 1], [0, 0, 0]]
    """
    one_of(mode, PAIRINGS, "mode")
    if (waves is None) == (mode == "waves"):
        raise InvalidValueError(
            f"waves: which of two waves each row is in goes with mode='waves', not with {quoted(mode)}"
        )
    if times is None and mode != "waves":
        raise InvalidValueError(
            "times: the order of a customer's answers is needed and never guessed; give the time of each answer, or "
            "compare two waves"
        )
    who = checked_indices(customers, "customers", _MOST_CUSTOMERS)
    n = who.size
    kinds = checked_indices(categories, "categories", n_categories, n)
    members = None if groups is None else checked_indices(groups, "groups", n_groups, n)
    if members is not None and members.size and int(members.min()) < 0:
        raise InvalidValueError(f"groups must be 0 to {n_groups - 1}: {row_said(members.argmin())} has {members.min()}")
    parts = None if waves is None else checked_indices(waves, "waves", 2, n)
    moments = None if times is None else _moments(times, n)
    dated = moments is not None and np.asarray(times).dtype.kind == "M"
    answers = PackedAnswers(who, kinds, members, parts, moments, dated, n_categories)
    bits = max(1, (n_categories * n_groups - 1).bit_length())
    key, layout, undated = pack_sorted(answers, bits)
    if mode == "consecutive":
        taken, n_customers, tied = _consecutive(key, layout)
        packed, unordered = key[:taken], len(key) - n_customers - taken
    else:
        starts = _starts(key, layout.customer)
        n_customers = len(starts)
        ends = _first_last(key, starts, layout) if mode == "first_last" else _waves(key, layout)
        packed, tied = _between(key, *ends, layout)
        unordered = len(tied)
    return Steps(packed, bits, n_categories, len(key), n_customers, undated, unordered, tied, mode)


def _moments(times: ArrayLike, n: int) -> Integers:
    """Return times as int64, NaT as the least of them."""
    found = np.asarray(times)
    if found.size == 0:
        found = found.astype(np.int64)
    if found.dtype.kind == "M":
        found = found.astype(found.dtype.newbyteorder("="), copy=False).view(np.int64)
    elif found.dtype.kind not in "iu" or not np.can_cast(found.dtype, np.int64):
        raise InvalidTypeError(f"times must be int64 or datetime64, not {found.dtype}")
    if found.shape != (n,):
        raise IncompatibleError(f"times must have one time per row: got shape {found.shape} for {counted(n, 'row')}")
    return found.astype(np.int64, copy=False)


def _consecutive(key: Integers, layout: PackedLayout) -> tuple[int, int, Integers]:
    """Write the steps over the answers they are made of; return how many, of how many customers, and who has ties."""
    n = workers(key.size)
    middles = key[np.arange(1, n) * key.size // n] >> layout.customer << layout.customer
    edges = [0, *np.searchsorted(key, middles).tolist(), key.size]
    parts = [key[start:stop] for start, stop in itertools.pairwise(edges)]
    found = in_threads(functools.partial(_trailing, layout=layout), parts, n)
    counts, customers, tied = zip(*found, strict=True)
    taken = counts[0]
    for part, count in zip(parts[1:], counts[1:], strict=True):
        key[taken : taken + count] = part[:count]
        taken += count
    return taken, sum(customers), np.concatenate(tied)


def _trailing(key: Integers, layout: PackedLayout) -> tuple[int, int, Integers]:
    """Do what `_consecutive` does, for a part that holds whole customers.

    There is never more than one step for an answer, so that what is written trails what is read.
    """
    mark, mask = layout.mark, (1 << layout.mark) - 1
    taken, customers, was_tied, tied = 0, int(key.size > 0), False, [np.empty(0, np.int64)]
    for part in slices(max(key.size - 1, 0), BLOCK):
        # One answer more than there are steps, and one more to see whether the last step ends in a tie.
        here = key[part.start : part.stop + 2]
        n = part.stop - part.start
        away = here[1:] ^ here[:-1]
        stays = away < 1 << layout.customer
        same = away < 1 << mark
        customers += n - int(np.count_nonzero(stays[:n]))
        steps = stays[:n] & ~same[:n]
        if was_tied or same.any():
            steps[1:] &= ~same[: n - 1]
            steps[0] &= not was_tied
            steps[: same.size - 1] &= ~same[1 : n + 1]
            tied.append(here[:-1][same] >> layout.customer)
        was_tied = bool(same[n - 1])
        packed = here[:n] >> layout.customer
        packed <<= mark
        packed |= here[:n] & mask
        packed <<= mark
        packed |= here[1 : n + 1] & mask
        packed = packed[steps]
        key[taken : taken + packed.size] = packed
        taken += packed.size
    return taken, customers, np.unique(np.concatenate(tied))


def _starts(key: Integers, shift: int) -> NDArray[np.intp]:
    """Return where a new run of equal leading bits begins."""
    new = np.ones(key.size, np.bool_)
    for part in slices(max(key.size - 1, 0), BLOCK):
        here = key[part.start : part.stop + 1]
        new[part.start + 1 : part.stop + 1] = (here[1:] ^ here[:-1]) >= 1 << shift
    return np.flatnonzero(new)


Ends = tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]


def _first_last(key: Integers, starts: NDArray[np.intp], layout: PackedLayout) -> Ends:
    """Return where the first and the last answer of each customer with several stand, and whether either is tied."""
    lasts = np.append(starts[1:], key.size)[: starts.size] - 1
    several = lasts > starts
    first, last = starts[several], lasts[several]
    moment = layout.mark
    tied = (key[first] >> moment == key[first + 1] >> moment) | (key[last] >> moment == key[last - 1] >> moment)
    return first, last, tied


def _waves(key: Integers, layout: PackedLayout) -> Ends:
    """Return where the last answer in each wave of each customer in both stands, and whether either is tied."""
    starts = _starts(key, layout.customer - 1)
    lasts = np.append(starts[1:], key.size)[: starts.size] - 1
    who = key[lasts] >> layout.customer
    tied = (lasts > starts) & (key[lasts] >> layout.mark == key[lasts - 1] >> layout.mark)
    both = np.flatnonzero(who[1:] == who[:-1])
    return lasts[both], lasts[both + 1], tied[both] | tied[both + 1]


def _between(
    key: Integers, first: NDArray[np.intp], last: NDArray[np.intp], tied: NDArray[np.bool_], layout: PackedLayout
) -> tuple[Integers, Integers]:
    """Return the packed steps between answers that are not tied, and the customers of those that are."""
    mark, mask = layout.mark, (1 << layout.mark) - 1
    before, after = key[first[~tied]], key[last[~tied]]
    packed = (before >> layout.customer) << 2 * mark | (before & mask) << mark | (after & mask)
    return packed, key[first[tied]] >> layout.customer
