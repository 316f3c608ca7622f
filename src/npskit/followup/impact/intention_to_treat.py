"""Customers counted by arm, and everything that is compared between the arms, whoever was reached."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Codes, Floats, Integers
from npskit.followup.impact.arm_contrasts import (
    ALL,
    ArmContrast,
    Base,
    category_contrasts,
    money_contrast,
    share_contrasts,
)
from npskit.followup.impact.outcomes import Outcomes
from npskit.followup.impact.reweighting import reweighted_contrast
from npskit.scorers import Codebook


def count_arms(arm: Codes, present: Codes, later: Codes, size: int) -> Integers:
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
    tables: Integers,
    found: Outcomes,
    arm: Codes,
    present: Codes,
    no_revenue: str,
    reweight: bool,
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
        reweight: Whether those who answered again are also weighted for all who were assigned.
        level: Confidence level.
    """
    kinds, scores = codebook.categories, codebook.category_scores
    later = tables[:, :, :-1]
    assigned, answered = tables.sum(axis=2), later.sum(axis=2)
    contrasts = [
        *category_contrasts("score", [ALL], later.sum(axis=1, keepdims=True), scores, level=level),
        *category_contrasts("score", kinds, later[:, :-1], scores, level=level),
        *share_contrasts("answered", [ALL], _all(answered), _all(assigned), of="assigned", level=level),
    ]
    # who left the worst category, and who went from the second best to the best: of two categories the same
    last = len(kinds) - 1
    moves = [("recovered", 0, later[:, 0, 1:].sum(axis=1, keepdims=True))]
    moves += [("promoted", last - 1, later[:, last - 1, last:])] if last > 1 else []
    bases: tuple[tuple[Base, Integers], ...] = (("answered", answered), ("assigned", assigned))
    for measure, i, part in moves:
        for base, whole in bases:
            contrasts += share_contrasts(measure, [kinds[i]], part, whole[:, i : i + 1], of=base, level=level)
    if found.retained is not None:
        known, side = found.retained >= 0, len(kinds) + 1
        cells = (arm * side + present % side)[known]
        whole = np.bincount(cells, minlength=2 * side).reshape(2, side)
        part = np.bincount(cells, weights=found.retained[known], minlength=2 * side).reshape(2, side)
        contrasts += share_contrasts("retention", [ALL], _all(part), _all(whole), of="known", level=level)
        contrasts += share_contrasts("retention", kinds, part[:, :-1], whole[:, :-1], of="known", level=level)
    if found.revenue is not None:
        arms = revenue_of_arms(found.revenue, arm, no_revenue)
        contrasts.append(money_contrast(*arms, of="known" if no_revenue == "left_out" else "assigned", level=level))
    if reweight:
        contrasts.append(reweighted_contrast(tables, scores, level=level))
    return tuple(contrasts)


def _all(counts: Integers) -> Integers:
    """Return the counts of each arm over all present categories, shape `(2, 1)`."""
    return np.asarray(counts.sum(axis=1, keepdims=True))


def revenue_of_arms(revenue: Floats, arm: Codes, no_revenue: str) -> tuple[Floats, Floats]:
    """Return the revenue of the treated and of the held out; what is missing left out, or as zero."""
    money = revenue if no_revenue == "left_out" else np.nan_to_num(revenue)
    known = ~np.isnan(money)
    return money[known & (arm == 0)], money[known & (arm == 1)]


def worst_case_bounds(tables: Integers, category_scores: Floats) -> tuple[float, float]:
    """Return the least and the greatest effect on all assigned, whatever those would say who did not answer.

    Manski, "Nonparametric bounds on treatment effects", American Economic Review 80 (1990) 319-323: nothing is supposed
    of the silent but that their answers lie on the scale. Of the customers at hand, without sampling error.

    Args:
        tables: Customers by arm, present and later category, as `count_arms` gives them.
        category_scores: The score of each category, shape `(K,)`.

    Example:
        >>> worst_case_bounds(np.array([[[1, 2, 1]], [[2, 2, 0]]]), np.array([0.0, 100.0]))
        (0.0, 25.0)
    """
    counts = tables.sum(axis=1)
    known, silent = counts[:, :-1] @ category_scores, counts[:, -1]
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = (
            (known + silent * score) / counts.sum(axis=1) for score in (category_scores.min(), category_scores.max())
        )
    return float(low[0] - high[1]), float(high[0] - low[1])
