"""Which themes are mentioned more than before: shares period by period, with alarms that may be looked at always.

Let k of n comments mention a theme before some moment, and l of m since. Whoever bets at each comment on what the ones
before it tell of its side (Krichevsky & Trofimov, IEEE Transactions on Information Theory 27 (1981) 199-207: k + 1/2 of
n + 1) and is paid as if one share held all along, the one that fits best, has multiplied the stake by

    B(k, n) B(l, m) / sup_p p^(k + l) (1 - p)^(n + m - k - l), B(k, n) = beta(k + 1/2, n - k + 1/2) / beta(1/2, 1/2).

If one share does hold, it ever reaches w with probability at most 1/w, however often anybody looks (Wasserman, Ramdas
& Balakrishnan, PNAS 117 (2020) 16880-16890, section 8; Ville's inequality). Nobody knows the moment, so the stake is
spread over all periods, 1/(s(s + 1)) on the s-th. A theme is said to rise where its bets on moments since which it is
mentioned more reach 1/alpha.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Integers

SHARES = np.array([0.0, 1.0])
"""The category scores of a comment without, and with a theme: their mean is the share."""


def evidence_of_rise(counts: ArrayLike) -> Floats:
    """Return the log of the evidence, at the end of each period, that a share has risen since one of the earlier ones.

    Args:
        counts: Comments without and with the theme in each of T periods, shape `(T, 2)`; whole numbers.

    Returns:
        Shape `(T,)`, -inf where the share has risen since none.

    Example:
        >>> evidence_of_rise([[90, 10]] * 5 + [[70, 30]] * 2).round(1).tolist()[-2:]
        [2.7, 10.1]
    """
    total: Integers = np.cumsum(np.asarray(counts, np.int64).reshape(-1, 2), axis=0)
    return np.array([_bets(total[: end + 1])[0] for end in range(len(total))], dtype=np.float64)


def _bets(total: Integers) -> tuple[float, int]:
    """Return the log of the evidence at the end of counts that add up, and the last period before the likeliest rise.

    Args:
        total: Comments without and with a theme until the end of each period, shape `(T, 2)`.
    """
    before, whole = total[:-1], total[-1]
    since = whole - before
    n, m = before.sum(axis=1), since.sum(axis=1)
    more = since[:, 1] * n > before[:, 1] * m
    if not more.any():
        return -math.inf, 0
    fits = sum(k * math.log(k / whole.sum()) for k in whole.tolist() if k)
    periods = np.arange(len(before)) + 1.0
    each = np.where(more, _kt(before) + _kt(since) - fits - np.log(periods * (periods + 1)), -np.inf)
    return float(np.logaddexp.reduce(each)), int(each.argmax())


def _kt(cells: Integers) -> Floats:
    """Return the log of what a bettor has who bets on each comment by the ones before it, shape `(...)`."""
    size = int(cells.sum(axis=-1).max(initial=0))
    halves, wholes = _sums_of_logs(1 << max(size, 1).bit_length())
    return np.asarray(halves[cells].sum(axis=-1) - wholes[cells.sum(axis=-1)])


@functools.lru_cache(maxsize=4)
def _sums_of_logs(size: int) -> tuple[Floats, Floats]:
    """Return log of gamma(k + 1/2) / gamma(1/2) and of k!, for k up to a size."""
    k = np.arange(size)
    return np.append(0.0, np.cumsum(np.log(k + 0.5))), np.append(0.0, np.cumsum(np.log(k + 1.0)))


Reference: TypeAlias = float | tuple[int, int]
"""What a share is held against: a share, or the comments of a sample and those of them that mention the theme."""


def rise_of(counts: Integers, reference: Reference | None) -> tuple[float, float]:
    """Return the log of the evidence that a share has risen, and the share that it is held against.

    Args:
        counts: Comments without and with the theme in each period, shape `(T, 2)`.
        reference: What it is held against; None for the periods before.

    Example:
        >>> evidence, before = rise_of(np.array([[70, 30]]), 0.1)
        >>> round(evidence, 1), before
        (12.8, 0.1)
    """
    total = np.cumsum(counts, axis=0)
    if not len(total):
        return -math.inf, math.nan
    if isinstance(reference, float):
        others, mentions = total[-1].tolist()
        if mentions <= reference * (others + mentions):
            return -math.inf, reference
        fits = mentions * math.log(reference) + others * math.log1p(-reference)
        return float(_kt(total[-1])) - fits, reference
    if reference is not None:
        comments, mentions = reference
        sample = np.array([comments - mentions, mentions])
        evidence = _bets(np.stack([sample, sample + total[-1]]))[0] + math.log(2)  # all is staked on one moment
        return evidence, mentions / comments if comments else math.nan
    evidence, last = _bets(total)
    return evidence, float(total[last, 1] / total[last].sum()) if total[last].sum() else math.nan


def first_rises(counts: Sequence[ArrayLike], alpha: float) -> list[int]:
    """Return for each theme the first period at whose end it is seen to be mentioned more, -1 for none.

    Args:
        counts: Of each theme; see `evidence_of_rise`.
        alpha: The bound on the probability that one is ever seen without being there, for each theme.

    Example:
        >>> first_rises([[[90, 10]] * 5 + [[70, 30]] * 2, [[90, 10]] * 7], alpha=0.05)
        [6, -1]
    """
    seen = (np.flatnonzero(evidence_of_rise(each) >= -math.log(alpha)) for each in counts)
    return [int(found[0]) if len(found) else -1 for found in seen]
