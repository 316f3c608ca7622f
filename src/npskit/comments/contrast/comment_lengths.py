"""Whoever writes more mentions more words: how often a group would mention each by the length of its comments alone."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Floats, Integers

_EXACT = 16  # longer comments are taken together with those about as long
_STEPS = 40
_SURE = 50.0


def length_z(counts: Floats, groups: Integers, lengths: Integers) -> Floats:
    """Return by how many standard errors each group mentions each term more often than its lengths make likely.

    If words were drawn alike in all groups, a comment of l words would mention a term with probability
    1 - exp(-t l), with t such that all comments together mention it as often as they do. The score test of a
    group against the others then compares its mentions with the sum of these probabilities.

    Args:
        counts: Documents of each group that mention each term, shape `(groups, terms)`.
        groups: The group of each document.
        lengths: How many words each has.

    Returns:
        Shape `(groups, terms)`; 0 where nothing varies.

    Example:
        >>> groups, lengths = np.repeat([0, 1], 100), np.repeat([10, 5], 100)
        >>> length_z(np.array([[40.0, 40.0], [22.0, 40.0]]), groups, lengths).round(1).tolist()
        [[0.1, -3.1], [-0.1, 3.1]]
    """
    near = 2 ** (np.round(4 * np.log2(np.maximum(lengths, 1))) / 4)
    sizes, which = np.unique(np.where(lengths <= _EXACT, lengths, near), return_inverse=True)
    table = np.bincount(groups * len(sizes) + which.reshape(-1), minlength=len(counts) * len(sizes))
    table = table.reshape(len(counts), len(sizes)).astype(np.float64)
    documents, mentions = table.sum(axis=0), counts.sum(axis=0)
    # Newton's method, from below: what is looked for rises ever more slowly
    t = mentions / (documents @ sizes)
    for _ in range(_STEPS):
        unlike = np.exp(-np.outer(t, sizes))
        slope = unlike @ (documents * sizes)
        step = (mentions - (1 - unlike) @ documents) / np.maximum(slope, 1e-300)
        t = np.minimum(t + step, _SURE)
        if (np.abs(step) <= 1e-10 * t).all():
            break
    unlike = np.exp(-np.outer(t, sizes))
    expected, variance = (1 - unlike) @ table.T, (unlike * (1 - unlike)) @ table.T
    others = variance.sum(axis=1, keepdims=True) - variance
    with np.errstate(invalid="ignore", divide="ignore"):
        of_group = variance * others / (variance + others)
        found = (counts.T - expected) / np.sqrt(of_group)
    return np.asarray(np.nan_to_num(found, posinf=0.0, neginf=0.0).T)
