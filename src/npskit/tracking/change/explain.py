"""Why the score moved: the mix of segments, and the scores within them, in numbers and in a sentence."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats
from npskit.data import factorize
from npskit.errors import IncompatibleError, InvalidTypeError, quoted
from npskit.inference import ClusterTotals, Contrast, Estimate, design_estimate, mover, score_interval, t_quantile
from npskit.results import LEVEL, Interval
from npskit.scores import ScoreTable, check_alike, segment_names
from npskit.tracking.change.change_explanation import ChangeExplanation, Part, SegmentChange
from npskit.tracking.change.change_sentence import explain_in_words
from npskit.tracking.change.mix_rate import ROUNDING, MixRate, mix_and_rate
from npskit.tracking.charts import variance_of_alike, variance_of_means


def all_keys(before: ScoreTable, after: ScoreTable) -> tuple[tuple[Any, ...], ...]:
    """Return the keys of the segments of both tables: those of the first, in order, then the new ones."""
    return tuple(dict.fromkeys([*before.keys, *after.keys]))


def explain_change(
    before: ScoreTable, after: ScoreTable, *, level: float = LEVEL, totals: ClusterTotals | None = None
) -> ChangeExplanation:
    """Say why the score moved between two periods: the mix of segments, and the scores within them.

    The decomposition is Kitagawa's, symmetric, which is Shapley's of two factors; several columns are nested, the
    later ones within the earlier. See `npskit.tracking.change.mix_rate`.

    What must be true for it to mean anything: who is asked, and who answers, changed in nothing but the segments shown;
    a segment means the same in both periods; and answers are independent of each other, or customers are, with
    `totals`. Mix and rate are arithmetic and say where the change is, not what caused it.

    Of many segments some move by chance: read a contribution beside its standard error.

    Where all answers of a segment are alike in a period, as a single one is, or all customers moved alike, their spread
    is 0 and says nothing of the error. It is then taken from the score interval of as many such answers, at Kish's
    number of customers; see `npskit.tracking.charts.alike`. Errors of parts and segments then hold it as well.

    Args:
        before: Scores by segment before.
        after: Scores by the same columns after, of the same scorer and conventions.
        level: Confidence level of the intervals: of the difference MOVER on two score intervals, of the parts the
            estimate ± z SE; with `totals` ± t SE, but as without where all customers moved alike.
        totals: Sums per customer or sampling unit, where answers are clustered: group i is segment i of
            `all_keys(before, after)` before, group S + i the same after.

    Raises:
        InvalidTypeError: If one of the two is no `ScoreTable`.
        IncompatibleError: If they are of different scorers, columns or conventions, or clustered without `totals`.
        InvalidValueError: If `level` is not between 0 and 1, there are no segments, or `totals` does not fit.

    Example:
        >>> from npskit.survey import Survey
        >>> def scores(**answers):
        ...     rows = [(city, answer) for city, given in answers.items() for answer in given]
        ...     return Survey({"city": [r[0] for r in rows], "score": [r[1] for r in rows]}).score(by="city")
        >>> before = scores(Berlin=[10] * 70 + [5] * 10, Paris=[9] * 50 + [2] * 90)
        >>> after = scores(Berlin=[10] * 120 + [5] * 10, Paris=[9] * 50 + [2] * 60)
        >>> explain_change(before, after)
        ChangeExplanation(NPS by city, difference=32.6, mix=17.6, rate=15.0, segments=2)
    """
    _check(before, after, totals)
    keys = all_keys(before, after)
    counts, amounts, squares = np.stack([_aligned(table, keys) for table in (before, after)], axis=1)
    weighted = any(t.conventions.weighted for t in (before, after))
    category_scores = before.tally.table(before.conventions.denominator).category_scores
    found = mix_and_rate(
        amounts[0],
        amounts[1],
        category_scores,
        _codes(keys),
        squares=(squares[0], squares[1]) if weighted else None,
        n=(float(counts[0].sum()), float(counts[1].sum())) if weighted else None,
        totals=totals,
    )
    difference = float(found.after - found.before)
    whole = amounts.sum(axis=1)
    effective = whole * (found.n_effective / whole.sum(axis=1))[:, np.newaxis]
    variance = _variance(found, effective, category_scores)
    sums = (whole, squares.sum(axis=1)) if weighted else (None, None)
    periods = Estimate.from_sums(counts.sum(axis=1), category_scores, *sums)
    if totals is not None:
        apart = totals.regrouped(totals.groups // len(keys), 2)
        periods = design_estimate(apart, category_scores, customers="all")
    periods.warn(weighted)
    clustered = totals is not None and not np.isinf(found.df)
    if clustered:
        low, high = Contrast(difference, *periods.of_contrast(variance, found.df)).interval(level)
    else:
        independent = totals is None
        limits = periods.interval(level, "score") if independent else score_interval(effective, category_scores, level)
        low, high = map(float, mover([found.before, found.after], *limits, [-1.0, 1.0]))
    explained = ChangeExplanation(
        by=before.by,
        score=before.name,
        before=float(found.before),
        after=float(found.after),
        difference=difference,
        se=float(np.sqrt(variance)),
        interval=Interval(low, high, level=level, method="clustered" if clustered else "mover"),
        parts=_parts(found, before.by, level),
        segments=_segments(found, keys, counts.sum(axis=2)),
        span=float(np.ptp(category_scores)),
        backend=before.backend or after.backend,
    )
    return attrs.evolve(explained, sentence=explain_in_words(explained))


def _check(before: ScoreTable, after: ScoreTable, totals: ClusterTotals | None) -> None:
    """Refuse tables that do not compare, and clustered ones without their sums per unit."""
    for name, value in (("before", before), ("after", after)):
        if not isinstance(value, ScoreTable):
            raise InvalidTypeError(
                f"{name} must be a ScoreTable, such as survey.score(by=...) returns: got {quoted(value)}"
            )
    check_alike(before, after, "compare")
    if before.by != after.by:
        raise IncompatibleError(
            f"by: both periods need the same segments: got {quoted(before.by)} and {quoted(after.by)}"
        )
    if totals is None and "clustered" in (before.conventions.variance, after.conventions.variance):
        raise IncompatibleError(
            "totals: these answers are clustered by customer or sampling unit; give their sums per unit, or score "
            "the survey without the customer column"
        )


def _aligned(table: ScoreTable, keys: tuple[tuple[Any, ...], ...]) -> Floats:
    """Return counts, sums of weights and of squared weights of each key, shape (3, S, K), 0 where it is not there."""
    found, place = table.tally.table(table.conventions.denominator), {key: i for i, key in enumerate(keys)}
    aligned = np.zeros((3, len(keys), len(found.category_scores)))
    parts = (found.counts, found.weights, found.squares)
    aligned[:, [place[key] for key in table.keys]] = [found.counts if part is None else part for part in parts]
    return aligned


def _codes(keys: tuple[tuple[Any, ...], ...]) -> NDArray[np.intp]:
    """Return the code of each key's part in its column, shape (S, D)."""
    return np.stack([factorize(parts)[0] for parts in zip(*keys, strict=True)], axis=1)


def _variance(found: MixRate, effective: NDArray[Any], category_scores: NDArray[Any]) -> float:
    """Return the variance of the difference; where all are or moved alike, that of as many independent answers."""
    variance, apart = float(found.covariance.sum()), float(variance_of_means(effective, category_scores).sum())
    if variance <= ROUNDING * apart:
        return apart
    return variance + float(variance_of_alike(effective, category_scores).sum())


def _parts(found: MixRate, by: tuple[str, ...], level: float) -> tuple[Part, ...]:
    """Return the mix of each column and the rate."""
    names = ["mix"] if len(by) == 1 else [f"mix of {by[0]}"]
    names += [f"mix of {name} within {', '.join(by[:i])}" for i, name in enumerate(by[1:], 1)]
    errors = np.sqrt(np.diag(found.covariance + found.hidden)).tolist()
    reach = float(t_quantile(found.df, level))
    values = found.totals.tolist()
    return tuple(
        Part(name, value, se, Interval(value - reach * se, value + reach * se, level=level, method="delta"))
        for name, value, se in zip([*names, "rate"], values, errors, strict=True)
    )


def _segments(found: MixRate, keys: tuple[tuple[Any, ...], ...], n: NDArray[Any]) -> tuple[SegmentChange, ...]:
    """Return what each segment adds, largest first."""
    covariances = found.covariances + found.hiddens
    variances = [covariances[:, :-1, :-1].sum(axis=(1, 2)), covariances[:, -1, -1], covariances.sum(axis=(1, 2))]
    mix_se, rate_se, se = (np.sqrt(np.maximum(v, 0.0)).tolist() for v in variances)
    mixes, rate = found.effects[:, :-1], found.effects[:, -1]
    rows = map(
        SegmentChange,
        keys,
        segment_names(keys),
        *n.astype(np.int64).tolist(),
        *found.shares.tolist(),
        *found.scores.tolist(),
        map(tuple, mixes.tolist()),
        mixes.sum(axis=1).tolist(),
        rate.tolist(),
        mix_se,
        rate_se,
        found.effects.sum(axis=1).tolist(),
        se,
    )
    return tuple(sorted(rows, key=lambda row: -abs(row.contribution)))
