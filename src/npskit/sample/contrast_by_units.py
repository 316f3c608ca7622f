"""Groups of an engine's rows that are held against each other, from sums over sampling units: no row leaves it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import Self, TypeVar

import attrs
import numpy as np

from npskit.arrays import Bools, Floats, Frozen, once
from npskit.checks import is_missing
from npskit.data import Grain, SumTable, UnitQuery, in_groups, influences_of_units
from npskit.inference import ContrastedGroups, Influences, StrataLayout, UnitProducts, correlations_of, sum_by
from npskit.sample.asking import asked, counted
from npskit.sample.bound import BoundData
from npskit.sample.by_unit_kinds import places_of_groups, query_of_spans
from npskit.sample.by_units import UnitCounts, of_persons, policy_of, takes
from npskit.sample.places import Places
from npskit.sample.sample import Sample
from npskit.sample.unit_lines import RowsNeededError, SumLines, products_of

T = TypeVar("T")
# Of so many segments an engine adds up what units add to two of them: twenty are 210 products.
_MOST_GROUPS = 20


@attrs.frozen(eq=False)
class EngineGroups(Frozen):
    """Groups of an engine's rows.

    Args:
        data: The data.
        found: What counts, counted; its query is in groups.
        cells: The group of each row of the counts.
    """

    data: BoundData
    found: UnitCounts
    cells: Places

    @classmethod
    def of(
        cls,
        data: BoundData,
        counts: BoundData,
        by: tuple[str, ...],
        cells: Places,
        sides: Places | None = None,
        grain: Grain = "day",
    ) -> Self:
        """Return the groups.

        Args:
            data: The data.
            counts: All rows, counted.
            by: The columns that groups are made of.
            cells: The group of each row of the counts, -1 for none.
            sides: The span of time that each lies in, -1 for none; None where times do not matter.
            grain: How finely times are told apart.

        Raises:
            RowsNeededError: If rows have to be seen.
        """
        query, times = query_of_spans(data, counts, by, sides, grain)
        cases, groups = places_of_groups(data, counts, by, cells, sides)
        query = in_groups(query, cases, 1 if sides is None else sides.size, groups)
        found = UnitCounts(counts, counts.sample(), query, query)
        if policy_of(data, "all") == "all":
            return cls(data, found, cells)
        query = attrs.evolve(query, days=tuple(dict.fromkeys([*query.days, "span"])))
        persons = of_persons(data, attrs.evolve(found, query=query), (), "all", times)
        if persons is None or persons.groups is None:
            raise RowsNeededError
        return cls(data, persons, Places(persons.groups, cells.size))

    @property
    def sample(self) -> Sample:
        """The rows that count, counted."""
        return self.found.sample

    def contrast(self, coefficients: Sequence[float]) -> ContrastedGroups | None:
        """Return the groups with their contrast, None where answers are independent and weigh alike.

        Args:
            coefficients: One for each group, none of them 0.

        Raises:
            RowsNeededError: If rows have to be seen, such as those of a missing unit, which an error names.
            InvalidValueError: If a stratum has a single sampling unit.
        """
        with self.data.frame.asking("adding up what sampling units add to a contrast of groups"):
            return self._contrast(np.array(coefficients))

    def _contrast(self, coefficients: Floats) -> ContrastedGroups | None:
        if not (self._hanging or self.found.whole.stratum or self.sample.weighted):
            return None
        worths = coefficients[:, np.newaxis] * self._products.slopes(self._scores)
        first, second, weighty = self._added(worths[np.newaxis])
        influences = Influences(first[:, 0], second[:, 0, 0], weighty)
        return ContrastedGroups.of_products(self._products, self._scores, coefficients, influences)

    def correlations(self, wanted: int) -> Floats | None:
        """Return how the scores of the first groups are correlated, None where none of them are.

        Raises:
            RowsNeededError: See `contrast`.
            InvalidValueError: See there.
        """
        with self.data.frame.asking("adding up what sampling units add to scores of several segments"):
            if not (self._hanging or self.found.whole.stratum):
                return None
            slopes = np.nan_to_num(self._products.slopes(self._scores))[:wanted]
            worths = np.zeros((wanted, self.cells.size, len(self._scores)))
            worths[np.arange(wanted), np.arange(wanted)] = slopes
            first, second, _ = self._added(worths)
        layout = StrataLayout.of_sizes(
            self._products.sampled, self._products.strata, self.data.population, self.data.lonely
        )
        found = correlations_of(layout.covariance_from_sums(first, second))
        return None if np.count_nonzero(found) == len(found) else found

    @once
    def _hanging(self) -> bool:
        """Whether rows hang together."""
        query = self.found.query
        return "cluster" in self.data.roles or (query.units and query.most() > 1)

    @once
    def _query(self) -> UnitQuery:
        """The rows that count, each by itself where none hang together; of persons there is one row each then."""
        query = self.found.query
        return query if self._hanging or self.found.groups is not None else attrs.evolve(query, units=False)

    @once
    def _scores(self) -> Floats:
        return self.sample.answers.codebook.category_scores

    @once
    def _lines(self) -> SumLines:
        strata = [each for t in self._design if t is not None and t.keys for each in t.keys[-1].filled().tolist()]
        if ("cluster" in self.data.roles and len(self._design[1])) or any(map(is_missing, strata)):
            raise RowsNeededError
        return SumLines(((),), self.cells.size, sorted(set(strata)) if self.found.whole.stratum else [0])

    @once
    def _design(self) -> tuple[SumTable | None, SumTable]:
        return attrs.evolve(self.found.whole, units=self._query.units).design()

    @once
    def _sums(self) -> tuple[SumTable | None, SumTable]:
        return self._query.products()

    @once
    def _products(self) -> UnitProducts:
        design, lines = self._design, self._lines
        found = products_of(self._sums, design, lines, len(self._scores))
        if self._hanging or self.found.groups is None:
            return found
        return attrs.evolve(found, sampled=np.array([float(self.sample.answers.rows)]))  # each row is a unit

    def _added(self, worths: Floats) -> tuple[Floats, Floats, Floats]:
        """Return by stratum what units add to estimates, products of two, and how many units have weight.

        Args:
            worths: What a unit of weight adds to each, by group and category, shape `(E, G, K)`.
        """
        alone, lines, size = self._sums[1], self._lines, len(worths)

        def by_layer(table: SumTable, values: Floats) -> Floats:
            return sum_by(lines.layers(table), values, len(lines.strata))

        worth = worths[:, alone.sums["span"].astype(np.intp), alone.sums["category"].astype(np.intp)].T
        first = by_layer(alone, worth * alone.sums["w1"][:, np.newaxis])
        pairs = worth[:, :, np.newaxis] * worth[:, np.newaxis] * alone.sums["w2"][:, np.newaxis, np.newaxis]
        second, weighty = by_layer(alone, pairs), by_layer(alone, alone.sums["weighty"])
        if not self._query.units:
            return first, second, weighty
        found = influences_of_units(self._query, worths)
        each = np.stack([found.sums[f"u{e}"] for e in range(size)], axis=-1)
        both = np.stack([found.sums[f"p{min(e, f)}_{max(e, f)}"] for e in range(size) for f in range(size)], axis=-1)
        second = second + by_layer(found, both.reshape(-1, size, size))
        return first + by_layer(found, each), second, weighty + by_layer(found, found.sums["weighty"])


def ask_by_groups(
    data: BoundData, by: tuple[str, ...], grain: Grain | None, answer: Callable[..., T], *, rows: bool = False
) -> T:
    """Return what is said of groups that are held against each other, of an engine by sums over sampling units.

    Args:
        data: The data.
        by: The columns that groups are made of.
        grain: How finely times are told apart; None for as they are.
        answer: Says it of data, and of counts with `groups_of=`, which gives `EngineGroups` by the group and the span
            of time of each row.
        rows: Whether rows that do not hang together have to be seen for it where no engine adds them up.
    """
    if grain is not None and "time" in data.roles and adds_up_by_groups(data):
        data.check_kinds(by)
        counts = counted(attrs.evolve(data, kinds=()), by, data.roles["time"], grain)
        if counts is not None:
            with contextlib.suppress(RowsNeededError):
                return answer(counts, lambda cells, sides: EngineGroups.of(data, counts, by, cells, sides, grain))
    return answer(asked(data, by, times=True, grain=grain, rows=rows))


def groups_of_segments(data: BoundData, by: tuple[str, ...], wanted: Bools) -> EngineGroups | None:
    """Return the segments of an engine's rows, the wanted ones first; None where it does not add up what they share."""
    if wanted.sum() > _MOST_GROUPS or not adds_up_by_groups(data):
        return None
    counts = counted(attrs.evolve(data, kinds=()), by)
    if counts is None:
        return None
    order = np.argsort(~wanted, kind="stable")
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.arange(len(order))
    places = counts.segments(by)[0]
    try:
        return EngineGroups.of(data, counts, by, Places(number[places.numbers], places.size))
    except RowsNeededError:
        return None


def adds_up_by_groups(data: BoundData) -> bool:
    """Whether an engine holds rows that hang together or differ in weight, and can tell which of them count."""
    if not data.frame.lazy or data.totals is not None:
        return False
    if not (data.units or "weight" in data.roles):
        return False
    policy = policy_of(data, "all")
    return policy == "all" or takes(data, policy)
