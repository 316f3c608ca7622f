"""The same customers twice: did their score move, and did the answers move at all?

The data are a square table: N_ij customers answered i before and j after. The two answers of a customer resemble each
other, so the two scores must not be compared as if they came from different people. Instead the difference within each
customer is treated as one answer, worth s_j - s_i, and everything known about a mean category score applies to it.

Several moves of one customer are not independent; they need, besides the table, the sum over customers of the products
of their own tables. `npskit.inference.moves.Moves` holds both, and everything here takes either.

For any of this to be valid, customers must be independent of each other, and those who answered twice must represent
those you want to describe: customers who do not come back are not in the table.
"""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import ArrayLike

from npskit.arrays import Floats
from npskit.errors import InvalidValueError
from npskit.inference.k_sample import ChiSquareTest
from npskit.inference.limits import normal_p
from npskit.inference.moves import Moves
from npskit.results import Interval

# Relative to 1, the largest entry of a scaled matrix of whole numbers; what is smaller is rounding.
_SINGULAR = 1e-11
# Pairs of categories whose differences are held against each other.
MOST_PAIRS = 500


def score_differences(category_scores: ArrayLike) -> Floats:
    """Return what a move from category i to j is worth, s_j - s_i, shape `(K·K,)`, j running fastest.

    Example:
        >>> score_differences([-100, 100]).tolist()
        [0.0, 200.0, -200.0, 0.0]
    """
    s = np.asarray(category_scores, dtype=np.float64)
    return (s[np.newaxis, :] - s[:, np.newaxis]).ravel()


@attrs.frozen
class PairedDifference:
    """By how much the score of the same customers moved.

    Args:
        difference: Score after less score before, in units of the category scores.
        se: Its standard error.
        interval: Of the difference.
        z: Score statistic of no difference.
        p_value: Its two-sided p-value.
        n: Moves.
        customers: Customers who moved; independent of each other, which the moves of one are not.
    """

    difference: float
    se: float
    interval: Interval
    z: float
    p_value: float
    n: float
    customers: float


def paired_difference(moves: ArrayLike | Moves, category_scores: ArrayLike, level: float = 0.95) -> PairedDifference:
    """Return the difference of the scores of the same customers, after less before, with its test and interval.

    The difference is ΣN_ij(s_j - s_i)/n: the mean of one difference d for each move. The test is the score test with
    one degree of freedom, z = Σd/√(Σd²), the variance being that under no difference, as in McNemar's test
    (Psychometrika 12 (1947) 153-157), which it is for two categories. The interval is the score interval of the mean
    of d, whose variance is that under each limit and the likeliest shares of the differences: Tango's for two
    categories (Statistics in Medicine 17 (1998) 891-908). Test and interval may disagree at the very border where
    there are more than two categories.

    Where customers move several times, d is summed over each customer before it is squared (Liang & Zeger, Biometrika
    73 (1986) 13-22), and the interval is at effective counts (`npskit.inference.weighting.effective_counts`). These may
    be more than the moves: what a customer gains with one move is lost with the next, so that from first answer to last
    the moves between cancel and tell more than independent ones would. Simulated with 10, 30 and 300 customers of 2 to
    6 answers each, 98 to 100, 96 and 94 to 96 % of 95 % intervals cover, and disagree with the 5 % test in 2, 2 and 0 %
    (`docs/explanation/studies.md`). Assumes that customers are independent of each other. A p-value speaks of change,
    not of its cause: customers chosen because they scored low will score higher the next time whatever is done.

    Args:
        moves: Table from category to category, shape `(K, K)`; need not be whole. Or `Moves`, of a single group.
        category_scores: What each category is worth, shape `(K,)`.
        level: Confidence level.

    Returns:
        NaN without moves. With moves but no change anywhere, z = 0 and p = 1.

    Raises:
        InvalidValueError: If table, category scores and level do not fit.

    Example:
        >>> found = paired_difference([[40, 22, 11], [15, 60, 34], [6, 25, 120]], [-100, 0, 100])
        >>> round(found.difference, 3), round(found.z, 3), round(found.p_value, 3)
        (7.808, 2.03, 0.042)
    """
    known = _single(moves)
    values = _fitting(known, category_scores)
    # Steps of one customer telescope, and are worth more than as many independent ones: no ceiling.
    estimate = known.mean(values, np.ones(values.size, np.bool_), known.customers, ceiling=np.inf)
    low, high = estimate.interval(level, "score")
    total, squares = float(known.counts.ravel() @ values), float(known.scatter(values[:, np.newaxis])[0, 0])
    z = np.nan if known.customers == 0 else 0.0 if squares <= 0 else total / np.sqrt(squares)
    return PairedDifference(
        float(estimate.mean),
        float(np.sqrt(estimate.variance)),
        Interval(float(low), float(high), level=level, method="score"),
        float(z),
        float(normal_p(z)),
        float(known.counts.sum()),
        float(known.customers),
    )


def stuart_maxwell(moves: ArrayLike | Moves) -> ChiSquareTest:
    """Test whether the shares of the categories stayed the same, all of them at once.

    Stuart, Biometrika 42 (1955) 412-416; Maxwell, British Journal of Psychiatry 116 (1970) 651-655: dᵀS⁻d with d the
    differences of the margins and S their covariance under no difference, ΣN_ij (e_j - e_i)(e_j - e_i)ᵀ. Categories
    between which nobody moved, directly or by way of others, tell nothing about each other: the generalized inverse
    leaves them out, and the degrees of freedom are the rank of S, K - 1 in general. Assumes independent customers;
    where one moves several times, S is summed over customers.

    Args:
        moves: Table from category to category, shape `(K, K)`; need not be whole. Or `Moves`, of a single group.

    Returns:
        Statistic, degrees of freedom and p, each of shape `()`. 0, 0 and 1 where nobody changed; NaN without moves.

    Raises:
        InvalidValueError: If the table cannot be used.

    Example:
        >>> test = stuart_maxwell([[40, 22, 11], [15, 60, 34], [6, 25, 120]])
        >>> round(float(test.statistic), 4), float(test.df), round(float(test.p_value), 4)
        (4.1457, 2.0, 0.1258)
    """
    known = _single(moves)
    return _chi_square(known, *_quadratic(known, _margins(known.counts.shape[-1])))


def bhapkar(moves: ArrayLike | Moves) -> ChiSquareTest:
    """Test as `stuart_maxwell` does, but with the covariance as observed: a little more powerful.

    Bhapkar, JASA 61 (1966) 228-235. W = Q/(1 - Q/n), with Q the statistic of Stuart and Maxwell (Ireland, Ku &
    Kullback, JASA 64 (1969) 1323-1341); n is the number of customers.

    Args:
        moves: Table from category to category, shape `(K, K)`; need not be whole. Or `Moves`, of a single group.

    Returns:
        Statistic, degrees of freedom and p, each of shape `()`. 0, 0 and 1 where nobody changed; NaN without moves, and
        where every customer changed in the same way, as a single one does: nothing is then seen of their covariance.

    Raises:
        InvalidValueError: If the table cannot be used.

    Example:
        >>> test = bhapkar([[40, 22, 11], [15, 60, 34], [6, 25, 120]])
        >>> round(float(test.statistic), 4), float(test.df), round(float(test.p_value), 4)
        (4.198, 2.0, 0.1226)
    """
    known = _single(moves)
    statistic, df = _quadratic(known, _margins(known.counts.shape[-1]))
    if df:
        left = 1 - statistic / known.customers
        statistic = statistic / left if left > _SINGULAR else np.nan
    return _chi_square(known, statistic, df)


def bowker(moves: ArrayLike | Moves) -> ChiSquareTest:
    """Test whether as many moved from i to j as from j to i, for every pair of categories: symmetry.

    Bowker, JASA 43 (1948) 572-574: Σ(N_ij - N_ji)²/(N_ij + N_ji) over pairs i < j. Degrees of freedom are the pairs
    between which anybody moved; the others have nothing to say. Shares can stay the same without symmetry (round in a
    circle), so this may reject where `stuart_maxwell` does not. Where customers move several times, the covariance of
    the N_ij - N_ji is summed over customers.

    Args:
        moves: Table from category to category, shape `(K, K)`; need not be whole. Or `Moves`, of a single group.

    Returns:
        Statistic, degrees of freedom and p, each of shape `()`. 0, 0 and 1 where nobody changed; NaN without moves, and
        where customers move several times between more than 500 pairs, as those of a slider may be.

    Raises:
        InvalidValueError: If the table cannot be used.

    Example:
        >>> test = bowker([[5, 0, 2], [3, 7, 0], [0, 4, 0]])
        >>> float(test.statistic), float(test.df), round(float(test.p_value), 4)
        (9.0, 3.0, 0.0293)
    """
    known = _single(moves)
    k = known.counts.shape[-1]
    i, j = np.triu_indices(k, 1)
    up, down = known.counts[0][i, j], known.counts[0][j, i]
    moved = up + down > 0
    i, j, pairs = i[moved], j[moved], int(moved.sum())
    if known.products is None:  # the pairs are independent
        statistic = float(((up - down)[moved] ** 2 / (up + down)[moved]).sum())
        return _chi_square(known, statistic, pairs)
    if pairs > MOST_PAIRS:
        return ChiSquareTest(np.asarray(np.nan), np.asarray(float(pairs)), np.asarray(np.nan))
    signs = np.zeros((k, k, pairs))
    signs[i, j, np.arange(pairs)], signs[j, i, np.arange(pairs)] = 1.0, -1.0
    return _chi_square(known, *_quadratic(known, signs.reshape(k * k, -1)))


def stationary_shares(table: ArrayLike) -> Floats:
    """Return the shares of the categories that moves at these rates would leave as they are.

    π with πP = π and P the table by row shares. It is where the shares would settle if every customer kept moving by P,
    whatever came before (a Markov chain) and whatever changes: a summary of the table, not a forecast.

    It is undefined, NaN, where customers arrive in a category that none leaves or stays in, so that its row of P is
    unknown; and where the categories fall into several sets that are never left, so that the end depends on the start.

    Args:
        table: Moves from category i to j, shape `(K, K)`.

    Returns:
        Shares, shape `(K,)`, adding up to 1; 0 for categories that are left for good.

    Raises:
        InvalidValueError: If the table cannot be used.

    Example:
        >>> stationary_shares([[40, 22, 11], [15, 60, 34], [6, 25, 120]]).round(4).tolist()
        [0.1405, 0.3002, 0.5593]
        >>> stationary_shares([[1, 0], [0, 1]]).tolist()
        [nan, nan]
    """
    counts = Moves.of_table(table).counts[0]
    k = len(counts)
    leaving, arriving = counts.sum(axis=1), counts.sum(axis=0)
    reach = np.eye(k, dtype=np.bool_) | (counts > 0)
    for via in range(k):
        reach |= reach[:, via, np.newaxis] & reach[via]
    # For good: every category that can be reached from here leads back.
    closed = (leaving > 0) & (reach <= reach.T).all(axis=1)
    members = np.flatnonzero(closed)
    if ((arriving > 0) & (leaving == 0)).any() or not members.size or not reach[np.ix_(members, members)].all():
        return np.full(k, np.nan)
    rates = counts[np.ix_(members, members)] / leaving[members, np.newaxis]
    system = np.vstack([rates.T - np.eye(members.size), np.ones(members.size)])
    shares = np.zeros(k)
    shares[members] = np.linalg.lstsq(system, np.append(np.zeros(members.size), 1.0), rcond=None)[0]
    return shares


def _single(moves: ArrayLike | Moves) -> Moves:
    """Return moves of a single group."""
    known = moves if isinstance(moves, Moves) else Moves.of_table(moves)
    if len(known.counts) != 1:
        raise InvalidValueError(f"moves must be of a single group: got {len(known.counts)}")
    return known


def _fitting(moves: Moves, category_scores: ArrayLike) -> Floats:
    """Return what each kind of move is worth, one score for each category."""
    values = score_differences(category_scores)
    k = moves.counts.shape[-1]
    if values.size != k * k:
        raise InvalidValueError(
            f"category_scores must be one for each of {k} categories: got shape {np.shape(category_scores)}"
        )
    return values


def _margins(k: int) -> Floats:
    """Return how a move from i to j changes the counts of the categories, e_j - e_i: shape (K·K, K)."""
    return np.stack([score_differences(unit) for unit in np.eye(k)], axis=1)


def _quadratic(moves: Moves, values: Floats) -> tuple[float, int]:
    """Return uᵀS⁻u and the rank of S, u the sum of `values` over the moves and S its scatter over customers."""
    u, scatter = moves.counts.ravel() @ values, moves.scatter(values)
    scale = np.sqrt(np.diag(scatter))
    moved = scale > 0
    scale = scale[moved]
    sizes, axes = np.linalg.eigh(scatter[np.ix_(moved, moved)] / np.outer(scale, scale))
    kept = sizes > _SINGULAR
    along = axes[:, kept].T @ (u[moved] / scale)
    return float((along * along / sizes[kept]).sum()), int(kept.sum())


def _chi_square(moves: Moves, statistic: float, df: int) -> ChiSquareTest:
    """Return the test; p = 1 where nothing is to be tested, NaN without moves."""
    from scipy.special import chdtrc

    if moves.customers == 0:
        return ChiSquareTest(*(np.asarray(np.nan) for _ in range(3)))
    p = chdtrc(df, statistic) if df else 1.0
    return ChiSquareTest(np.asarray(statistic), np.asarray(float(df)), np.asarray(p, dtype=np.float64))
