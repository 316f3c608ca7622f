"""Customers counted by arm, and everything that is compared between the arms, whoever was reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from npskit.followup.impact.arm_contrasts import (
    ALL,
    ArmContrast,
    Base,
    category_contrasts,
    money_contrast,
    share_contrasts,
)
from npskit.followup.impact.outcomes import Outcomes
from npskit.scorers import Codebook

Counts = NDArray[np.int64]


def count_arms(
    arm: NDArray[np.intp], present: NDArray[np.intp], later: NDArray[np.intp], size: int
) -> NDArray[np.int64]:
    """Count customers by arm, present category and later category.

    Args:
        arm: 0 treated, 1 held out, shape `(customers,)`.
        present: Category of the present answer, -1 for none.
        later: Category of the later answer, -1 for none.
        size: The number of categories, K.

    Returns:
        Shape `(2, K + 1, K + 1)`; the last row and the last column are for none.

    Example:
        >>> count_arms(np.array([0, 1]), np.array([0, 1]), np.array([1, -1]), 2).tolist()
        [[[0, 1, 0], [0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 1], [0, 0, 0]]]
    """
    side = size + 1
    cells = (arm * side + present % side) * side + later % side
    return np.bincount(cells, minlength=2 * side * side).reshape(2, side, side)


def contrasts_of(
    codebook: Codebook,
    tables: Counts,
    found: Outcomes,
    arm: NDArray[np.intp],
    present: NDArray[np.intp],
    no_revenue: str,
    level: float,
) -> tuple[ArmContrast, ...]:
    """Return everything that is compared between the arms.

    Args:
        codebook: What the answers mean.
        tables: Customers by arm, present and later category, as `count_arms` gives them.
        found: What became of the customers.
        arm: 0 treated, 1 held out, shape `(customers,)`.
        present: Category of the present answer, -1 for none.
        no_revenue: `"left_out"` or `"zero"`.
        level: Confidence level.
    """
    later = tables[:, :, :-1]
    category_scores, kinds = codebook.category_scores, codebook.categories
    every, each = later.sum(axis=1, keepdims=True), later[:, :-1]
    rows = [category_contrasts("score", [ALL], every[0], every[1], category_scores, level=level)]
    rows.append(category_contrasts("score", kinds, each[0], each[1], category_scores, level=level))
    assigned, answered = tables.sum(axis=2), later.sum(axis=2)
    totals = [
        (part.sum(keepdims=True), whole.sum(keepdims=True)) for part, whole in zip(answered, assigned, strict=True)
    ]
    rows.append(share_contrasts("answered", [ALL], totals[0], totals[1], of="assigned", level=level))
    rows += _moved(kinds, later, assigned, answered, level)
    if found.retained is not None:
        rows += _retention(found.retained, arm, present, kinds, level)
    if found.revenue is not None:
        money = found.revenue if no_revenue == "left_out" else np.nan_to_num(found.revenue)
        ours, theirs = (money[(arm == side) & ~np.isnan(money)] for side in range(2))
        base: Base = "known" if no_revenue == "left_out" else "assigned"
        rows.append((money_contrast(ours, theirs, of=base, level=level),))
    return tuple(contrast for group in rows for contrast in group)


def _moved(
    kinds: tuple[str, ...], later: Counts, assigned: Counts, answered: Counts, level: float
) -> list[tuple[ArmContrast, ...]]:
    """Compare who left the worst category, and who went from the second best to the best; of both denominators."""
    last = len(kinds) - 1
    bases: tuple[tuple[Base, Counts], ...] = (("answered", answered), ("assigned", assigned))
    moves = [("recovered", 0, later[:, 0, 1:].sum(axis=1))]
    if last > 1:  # of two categories they are the same
        moves.append(("promoted", last - 1, later[:, last - 1, last]))
    return [
        share_contrasts(measure, [kinds[i]], ([part[0]], [whole[0, i]]), ([part[1]], [whole[1, i]]), of=of, level=level)
        for measure, i, part in moves
        for of, whole in bases
    ]


def _retention(
    retained: NDArray[np.int8], arm: NDArray[np.intp], present: NDArray[np.intp], kinds: tuple[str, ...], level: float
) -> list[tuple[ArmContrast, ...]]:
    """Compare the retention of all, and by present category."""
    side = len(kinds) + 1
    cells = ((arm * side) + present % side)[retained >= 0]
    whole = np.bincount(cells, minlength=2 * side).reshape(2, side)
    part = np.bincount(cells, weights=retained[retained >= 0], minlength=2 * side).reshape(2, side)
    pairs = list(zip(part, whole, strict=True))
    every = [(a.sum(keepdims=True), b.sum(keepdims=True)) for a, b in pairs]
    each = [(a[:-1], b[:-1]) for a, b in pairs]
    return [
        share_contrasts("retention", [ALL], every[0], every[1], of="known", level=level),
        share_contrasts("retention", kinds, each[0], each[1], of="known", level=level),
    ]


def worst_case_bounds(tables: Counts, category_scores: NDArray[np.float64]) -> tuple[float, float]:
    """Return the least and the greatest effect on all assigned, whatever those would say who did not answer.

    Manski, "Nonparametric bounds on treatment effects", American Economic Review 80 (1990) 319-323: nothing is supposed
    of the silent but that their answers lie on the scale. Of the customers at hand, without sampling error.

    Args:
        tables: Customers by arm, present and later category, as `count_arms` gives them.
        category_scores: What each category is worth, shape `(K,)`.

    Example:
        >>> worst_case_bounds(np.array([[[1, 2, 1]], [[2, 2, 0]]]), np.array([0.0, 100.0]))
        (0.0, 25.0)
    """
    counts = tables.sum(axis=1)
    known, silent = counts[:, :-1] @ category_scores, counts[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (
            (known + silent * worth) / counts.sum(axis=1) for worth in (category_scores.min(), category_scores.max())
        )
    return float(low[0] - high[1]), float(high[0] - low[1])
