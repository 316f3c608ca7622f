"""Lines of sums that an engine has added up over sampling units, put where they belong."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Codes, Floats, Frozen
from npskit.data import Keys, SumTable, segments_of
from npskit.errors import NpskitError
from npskit.inference import UnitProducts, sum_by


class RowsNeededError(NpskitError):
    """What an engine adds up does not say it: rows have to be seen."""

    def __init__(self) -> None:  # one of npskit's, so that no engine is blamed for it where it was being asked
        super().__init__("rows have to be seen")


@attrs.frozen(eq=False)
class SumLines(Frozen):
    """Which segment, span of days and stratum each line of an engine's sums is of.

    Args:
        keys: The segments.
        spans: How many spans there are; those of one segment lie beside each other.
        strata: What the strata are called.
    """

    keys: Keys
    spans: int
    strata: list[Any]

    @property
    def groups(self) -> int:
        """The number of spans of all segments."""
        return len(self.keys) * self.spans

    def places(self, table: SumTable) -> tuple[Codes, Codes]:
        """Return the group of each line, and its cell: group and stratum.

        Raises:
            RowsNeededError: If several values of a column make one segment: an engine takes the answers of a unit to
                each for those of another.
        """
        numbers, own = segments_of(table.keys[: len(self.keys[0])], len(table))
        number = {key: i for i, key in enumerate(self.keys)}
        place = np.array([number[key] for key in own], dtype=np.intp)[numbers]
        if "span" in table.sums:
            place = place * self.spans + table.sums["span"].astype(np.intp)
        cell = place * len(self.strata) + self.layers(table)
        if "category" not in table.sums and len(np.unique(cell)) < len(table):
            raise RowsNeededError
        return place, cell

    def layers(self, table: SumTable) -> Codes:
        """Return the stratum of each line; without strata all are in the first."""
        if not table.keys or len(self.strata) == 1:
            return np.zeros(len(table), dtype=np.intp)
        number = {stratum: i for i, stratum in enumerate(self.strata)}
        return np.array([number[stratum] for stratum in table.keys[-1].filled().tolist()], dtype=np.intp)

    def by_cell(self, cell: Codes, values: Floats) -> Floats:
        """Return the sums of lines by group and stratum, shape `(G, H, ...)`."""
        shape = self.groups, len(self.strata)
        return sum_by(cell, values, shape[0] * shape[1]).reshape(*shape, *values.shape[1:])


def products_of(
    sums: tuple[SumTable | None, SumTable], design: tuple[SumTable | None, SumTable], lines: SumLines, size: int
) -> UnitProducts:
    """Return the sums over units by group and stratum.

    Raises:
        RowsNeededError: See `SumLines.places`.
    """
    layers = len(lines.strata)
    sampled = sum(sum_by(lines.layers(table), table.sums["n"], layers) for table in design if table is not None)
    found = []
    for table in sums:
        if table is None:
            continue
        place, cell = lines.places(table)
        z, zz = _of_rows(table, size) if "category" in table.sums else _of_units(table, size)
        largest = np.zeros(lines.groups)
        np.maximum.at(largest, place, table.sums["top"])
        by_cell = [lines.by_cell(cell, each) for each in (z, zz, table.sums["w2"], table.sums["weighty"])]
        by_group = [sum_by(place, table.sums[name], lines.groups) for name in ("n", "w3", "w4", "w5")]
        found.append((by_cell, by_group, largest))
    cells, others, tops = zip(*found, strict=True)
    weights, products, squares, weighty = (np.sum(each, axis=0) for each in zip(*cells, strict=True))
    n, *powers = (np.sum(each, axis=0) for each in zip(*others, strict=True))
    largest = np.max(tops, axis=0)
    return UnitProducts(
        n, weights, products, squares, np.stack(powers), largest, weighty, np.asarray(sampled), lines.strata
    )


def put_together(found: Sequence[UnitProducts], numbers: Sequence[Codes], segments: int) -> UnitProducts:
    """Return the sums of spans that come in several parts.

    Args:
        found: The sums of each part.
        numbers: Which of all spans those of each part are.
        segments: How many segments there are.
    """
    if len(found) == 1:
        return found[0]
    spans = sum(map(len, numbers))
    first = np.arange(segments)[:, np.newaxis] * spans
    order = np.argsort(np.concatenate([(first + each).ravel() for each in numbers]))
    names = ("n", "weights", "products", "squares", "largest", "weighty")
    sums: dict[str, Any] = {name: np.concatenate([getattr(each, name) for each in found])[order] for name in names}
    powers = np.concatenate([each.powers for each in found], axis=1)[:, order]
    return attrs.evolve(found[0], powers=powers, **sums)


def _of_units(table: SumTable, size: int) -> tuple[Floats, Floats]:
    """Return Σz and Σzzᵀ of each line of units."""
    z = np.stack([table.sums[f"z{k}"] for k in range(size)], axis=-1)
    zz = np.empty((len(table), size, size))
    for j, k in itertools.combinations_with_replacement(range(size), 2):
        zz[:, j, k] = zz[:, k, j] = table.sums[f"p{j}_{k}"]
    return z, zz


def _of_rows(table: SumTable, size: int) -> tuple[Floats, Floats]:
    """Return the same of lines of rows, each of one category."""
    kind = np.eye(size)[table.sums["category"].astype(np.intp)]
    z, squares = kind * table.sums["w1"][:, np.newaxis], kind * table.sums["w2"][:, np.newaxis]
    return z, squares[:, :, np.newaxis] * np.eye(size)
