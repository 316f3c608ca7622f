"""Regressions of an outcome on drivers, from their covariances alone; several samples at once."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.drivers.moment_sums import Moments

# Drivers of which a combination has less than this share of a variance are the same but for rounding.
_SINGULAR = 1e-9


@attrs.frozen(eq=False)
class Regression(Frozen):
    """Coefficients of the regression on all drivers.

    Args:
        coefficients: Shape `(p, ...)`.
        standardized: The same for drivers and outcome of variance 1.
        inflation: By how much the variance of each group's coefficients grows since others vary with it (VIF; of
            several together the generalized one, to the power of 1 / df), shape `(G,)`; infinite where others say all.
    """

    coefficients: Floats
    standardized: Floats
    inflation: Floats


def regression_of(products: Floats, groups: Sequence[Sequence[int]]) -> Regression:
    """Return the regression of the outcome, the last column, on all others.

    Where drivers say the same, the coefficients are the smallest of those that fit as well as any.

    Source of the generalized variance inflation factor: Fox & Monette (1992), "Generalized collinearity diagnostics",
    Journal of the American Statistical Association 87(417), equation 10.

    Args:
        products: Covariances, shape `(p + 1, p + 1)` or `(p + 1, p + 1, B)`.
        groups: The positions of the drivers that belong together.
    """
    coefficients, standardized = slopes_of(products, len(products) - 1)
    cells = products.reshape(*products.shape[:2], -1)[:, :, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(np.diag(cells))
        inner = np.nan_to_num((cells / np.outer(scale, scale))[:-1, :-1], posinf=0.0, neginf=0.0)
    inflation = np.array([_inflation(inner, list(group)) for group in groups])
    return Regression(coefficients[:, 0], standardized[:, 0], inflation)


def slopes_of(products: Floats, drivers: int) -> tuple[Floats, Floats]:
    """Return the coefficients of regressions of several outcomes on the same drivers, and the standardized ones.

    Where drivers say the same, the coefficients are the smallest of those that fit as well as any.

    Args:
        products: Covariances of the drivers and then the outcomes, shape `(q, q)` or `(q, q, B)`.
        drivers: How many of the columns are drivers.

    Returns:
        Shapes `(drivers, q - drivers)`, or with B behind.
    """
    cells = np.moveaxis(products.reshape(*products.shape[:2], -1), -1, 0)
    scale = np.sqrt(np.maximum(np.einsum("bii->bi", cells), 0.0))  # rounding may fall below 0
    with np.errstate(invalid="ignore", divide="ignore"):
        r = cells / (scale[:, :, np.newaxis] * scale[:, np.newaxis, :])
    r = np.where(np.isfinite(r), r, 0.0)  # what does not vary explains nothing
    inverse = np.linalg.pinv(r[:, :drivers, :drivers], rcond=_SINGULAR, hermitian=True)
    standardized = inverse @ r[:, :drivers, drivers:]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = standardized * scale[:, np.newaxis, drivers:] / scale[:, :drivers, np.newaxis]
    shape = (*standardized.shape[1:], *products.shape[2:])
    coefficients = np.where(np.isfinite(found), found, 0.0)
    return np.moveaxis(coefficients, 0, -1).reshape(shape), np.moveaxis(standardized, 0, -1).reshape(shape)


def _inflation(r: Floats, group: list[int]) -> float:
    rest = [i for i in range(len(r)) if i not in group]
    own, others = np.linalg.det(r[np.ix_(group, group)]), np.linalg.det(r[np.ix_(rest, rest)])
    whole = np.linalg.det(r)
    if not whole > _SINGULAR * own * others:
        return float("inf")
    return float((own * others / whole) ** (1 / len(group)))


def out_of_sample(shards: Moments, folds: int = 10) -> float:
    """Return R² of answers that the regression has not seen: each fold by the coefficients of the others.

    The squared errors of all folds together are held against those of the means of the others. It may be negative.

    Args:
        shards: Moments with an axis of shards, no cell missing.
        folds: How many folds the shards are dealt to in turn.
    """
    count = shards.products.shape[2]
    fold = np.arange(count) % min(folds, count)
    dealt = shards.resampled((fold == np.arange(fold.max() + 1)[:, np.newaxis]).astype(np.float64))
    rest = shards.resampled((fold != np.arange(fold.max() + 1)[:, np.newaxis]).astype(np.float64))
    means, products = rest.means(), rest.centred()
    errors = total = 0.0
    for k in range(fold.max() + 1):
        found = regression_of(products[:, :, k], ()).coefficients
        seen = dealt.only(k).about(means[:, k])
        weights = np.append(-found, 1.0)
        errors += float(weights @ seen.products @ weights)
        total += float(seen.products[-1, -1])
    return 1.0 - errors / total if total > 0 else float("nan")
