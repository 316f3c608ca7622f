"""Themes of comments as drivers: a column of 0 and 1 for each, and one for having written at all."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Bools, Floats
from npskit.comments.themes import ThemeList, WrittenRows
from npskit.drivers.driver_rows import DriverRows
from npskit.drivers.rated_columns import RatedColumn
from npskit.errors import DataWarning, InvalidValueError, plural, quoted, warn
from npskit.sample import BoundData

WROTE = "wrote"


def with_themes(rows: DriverRows, data: BoundData, listed: ThemeList) -> DriverRows:
    """Return the rows with a driver for each theme, and one for having written.

    Args:
        rows: The rows, with what else may drive the outcome.
        data: The same, with their comments.
        listed: The themes.

    Raises:
        IncompatibleError: If no comment is bound.
        InvalidValueError: If a theme is called like another driver.
    """
    written = WrittenRows.of(data)
    names = [*listed.names, WROTE]
    taken = [name for i, name in enumerate(names) if name in rows.columns or name in names[:i]]
    if taken:
        raise InvalidValueError(
            f"themes: two drivers would be called {quoted(taken[0])}: give the theme another name, or the "
            f"column, as drivers={{{f'{taken[0]} rating'!r}: {taken[0]!r}}}"
        )
    lines = np.vstack([written.mentions(listed).T, written.wrote]).astype(np.float64)
    columns = {name: [RatedColumn(name, line[np.newaxis])] for name, line in zip(names, lines, strict=True)}
    return attrs.evolve(rows, columns={**rows.columns, **columns}, themes=tuple(names))


def with_told_themes(rows: DriverRows, parts: Sequence[Bools]) -> DriverRows:
    """Return the rows without the themes that nobody or everybody who wrote mentions, which is said.

    Args:
        rows: The rows.
        parts: The rows that count, or those of each segment: they are compared, and so have the same drivers.

    Raises:
        InvalidValueError: If no driver is left.

    Warns:
        DataWarning: It names the themes that are left out.
    """
    if not rows.themes:
        return rows
    weighs = np.ones(len(rows.outcome), np.bool_) if rows.sample.weights is None else rows.sample.weights > 0
    parts = [part & weighs for part in parts]
    wrote = rows.columns[WROTE][0].values[0] == 1

    def told(name: str) -> bool:
        mentions = rows.columns[name][0].values[0] == 1
        return all(mentions[part].any() and not mentions[part & wrote].all() for part in parts)

    where = "in the rows that count" if len(parts) == 1 else "in a segment or period"
    untold = [name for name in rows.themes if name != WROTE and not told(name)]
    left_out = {*untold}
    lines = [rows.columns[name][0].values[0] for name in rows.themes if name not in left_out]  # having written is last
    if not all(_rank(lines, part) > _rank(lines[:-1], part) for part in parts):
        left_out.add(WROTE)
    columns = {name: members for name, members in rows.columns.items() if name not in left_out}
    said = f"left out {plural(len(untold), 'is a theme', 'are themes')} that nobody, or everybody who wrote, mentions "
    said += f"{where}: {', '.join(map(quoted, untold))}"
    if not columns:
        raise InvalidValueError(f"themes: no driver remains; {said}")
    if untold:
        warn(f"themes: {said}", DataWarning)
    notes = ["A theme is 1 where the comment mentions it and 0 elsewhere: who wrote nothing mentions nothing, "]
    if WROTE in columns:
        notes[0] += f"and what goes with writing at all is the driver {quoted(WROTE)}."
    else:
        notes[0] += f"and writing at all is no driver, since it follows from the themes, or all wrote, {where}."
    notes += [f"{said[0].upper()}{said[1:]}."] if untold else []
    return attrs.evolve(rows, columns=columns, themes=(), notes=(*rows.notes, *notes))


def _rank(lines: Sequence[Floats], part: Bools) -> int:
    """Return how many lines of some rows do not follow from the others and a constant."""
    if not lines or not part.any():
        return 0
    away = np.stack([line[part] for line in lines])
    away -= away.mean(axis=1, keepdims=True)
    products = away @ away.T
    return int(np.linalg.matrix_rank(products, tol=1e-9 * max(float(products.trace()), 1.0), hermitian=True))
