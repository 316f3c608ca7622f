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

import math
from collections.abc import Sequence

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
    found = np.full(len(total), -np.inf)
    if not len(total):
        return found
    size = int(total[-1].sum()) + 1
    halves = np.concatenate([[0.0], np.cumsum(np.log(np.arange(size) + 0.5))])
    wholes = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, size + 1)))])

    def bet(cells: Integers) -> Floats:
        return np.asarray(halves[cells].sum(axis=-1) - wholes[cells.sum(axis=-1)])

    spread = np.log((np.arange(len(total)) + 1.0) * (np.arange(len(total)) + 2.0))
    for end in range(1, len(total)):
        before, whole = total[:end], total[end]
        since = whole - before
        n, m = before.sum(axis=1), since.sum(axis=1)
        more = since[:, 1] * n > before[:, 1] * m
        if more.any():
            fits = sum(k * math.log(k / whole.sum()) for k in whole.tolist() if k)
            found[end] = np.logaddexp.reduce((bet(before) + bet(since) - fits - spread[:end])[more])
    return found


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
