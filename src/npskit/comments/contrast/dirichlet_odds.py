"""Log-odds of words in two groups of comments with an informative prior: what is rare in both is told from nothing."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats, Frozen
from npskit.errors import InvalidValueError

# What the prior is worth, of the mentions of the smaller group: of few comments as of many a word that one group alone
# says is told from nothing when about ten say it.
_WORTH = 0.1


@attrs.frozen(eq=False)
class LogOdds(Frozen):
    """How much more one group says each of some words than another.

    Args:
        delta: The difference of log-odds, shape `(words,)`.
        variance: Its variance.
    """

    delta: Floats
    variance: Floats

    @property
    def z(self) -> Floats:
        """The difference in standard errors, shape `(words,)`."""
        return np.asarray(self.delta / np.sqrt(self.variance))


def informative_prior(first: ArrayLike, second: ArrayLike) -> Floats:
    """Return the prior of each word: its share of the mentions of both groups, times a tenth of the smaller group's.

    Args:
        first: Mentions of each word in the first group, shape `(words,)`.
        second: Mentions in the second.

    Returns:
        Shape `(words,)`.

    Example:
        >>> informative_prior([600, 400], [2200, 800]).tolist()
        [70.0, 30.0]
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    least = max(min(a.sum(), b.sum()), 1.0)  # a group that says nothing leaves a little of a prior
    return np.asarray(_WORTH * least * (a + b) / (a + b).sum())


def log_odds(first: ArrayLike, second: ArrayLike, prior: ArrayLike) -> LogOdds:
    """Return the difference of the log-odds of words between two groups, with a Dirichlet prior.

    With y mentions of a word among the n of all words in group i, and a prior α that sums to α₀,
    δ = log[(y₁ + α) / (n₁ + α₀ - y₁ - α)] - log[(y₂ + α) / (n₂ + α₀ - y₂ - α)], whose variance is the sum of the
    reciprocals of those four numbers: Monroe, Colaresi & Quinn, "Fightin' Words", Political Analysis 16 (2008)
    372-403, equations 16 and 19. It changes its sign with the order of the groups.

    Args:
        first: Mentions of each word in the first group, shape `(words,)`; a comment mentions a word once.
        second: Mentions in the second.
        prior: α of each word, above 0: what it would have in α₀ mentions of all words, in comments like these.

    Raises:
        InvalidValueError: If the shapes differ, or a prior is not above 0.

    Example:
        >>> found = log_odds([12, 3, 20], [2, 9, 20], [2.0, 2.0, 6.0])
        >>> found.z.round(2).tolist()
        [2.32, -1.82, -0.53]
    """
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    alpha = np.broadcast_to(np.asarray(prior, dtype=np.float64), a.shape)
    if a.shape != b.shape:
        raise InvalidValueError(f"first and second must be as many words: got {a.shape} and {b.shape}")
    if not (alpha > 0).all():
        raise InvalidValueError(f"prior must be above 0: got {float(alpha.min())}")
    odds = [(y + alpha, y.sum() + alpha.sum() - y - alpha) for y in (a, b)]
    (for_a, not_a), (for_b, not_b) = odds
    with np.errstate(divide="ignore", invalid="ignore"):  # of a single word there are no odds
        delta = (np.log(for_a) - np.log(not_a)) - (np.log(for_b) - np.log(not_b))
        variance = (1 / for_a + 1 / not_a) + (1 / for_b + 1 / not_b)
    return LogOdds(delta, variance)
