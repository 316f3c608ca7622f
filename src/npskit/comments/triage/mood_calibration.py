"""How sure a model may be: what it says of itself against how often the answers agree."""

from __future__ import annotations

import attrs
import numpy as np

from npskit.arrays import Bools, Codes, Floats

_ENOUGH = 1_000
_BINS = 5
_LEAST = 1e-6


@attrs.frozen
class MoodReliability:
    """How often moods of about the same probability agree with the answer beside the comment.

    Args:
        low: The lowest probability among them.
        high: The highest.
        probability: Their mean: the share that should agree.
        agree: The share that does agree.
        n: How many comments they are.
    """

    low: float
    high: float
    probability: float
    agree: float
    n: int


def calibrated(sure: Floats, agree: Bools, taught: Bools, fold: Codes) -> Floats:
    """Return the probability that each mood agrees with the answer, by how often those as sure do in other folds.

    By isotonic regression where 1,000 comments or more teach it, else by a logistic curve over the log-odds: with
    fewer, isotonic regression follows chance.

    Source: Niculescu-Mizil & Caruana, "Predicting good probabilities with supervised learning", ICML 2005.

    Args:
        sure: What the model says of the mood that it tells, 0..1; it had not seen the comment.
        agree: Whether the answer agrees.
        taught: Which comments stand beside an answer that tells a mood.
        fold: The fold of each comment.
    """
    from sklearn.isotonic import IsotonicRegression
    from sklearn.linear_model import LogisticRegression

    found = np.zeros(len(sure))
    odds = np.log(np.clip(sure, _LEAST, 1 - _LEAST) / (1 - np.clip(sure, _LEAST, 1 - _LEAST)))[:, np.newaxis]
    for each in np.unique(fold).tolist():
        rest, own = taught & (fold != each), fold == each
        hits = agree[rest]
        if hits.all() or not hits.any():
            found[own] = (hits.sum() + 1) / (len(hits) + 2)  # Laplace's rule: nothing is certain
        elif len(hits) >= _ENOUGH:
            curve = IsotonicRegression(out_of_bounds="clip").fit(sure[rest], hits.astype(np.float64))
            found[own] = curve.predict(sure[own])
        else:
            logistic = LogisticRegression(C=1e3).fit(odds[rest], hits)
            found[own] = logistic.predict_proba(odds[own])[:, 1]
    return found


def reliability(probability: Floats, agree: Bools) -> tuple[MoodReliability, ...]:
    """Return how often moods agree with the answer, in five groups of about as many comments, the least sure first.

    Example:
        >>> found = reliability(np.array([0.5, 0.9]), np.array([False, True]))
        >>> [(each.probability, each.agree, each.n) for each in found]
        [(0.5, 0.0, 1), (0.9, 1.0, 1)]
    """
    order = np.argsort(probability, kind="stable")
    groups = [group for group in np.array_split(order, _BINS) if len(group)]
    return tuple(
        MoodReliability(
            float(probability[group[0]]),
            float(probability[group[-1]]),
            float(probability[group].mean()),
            float(agree[group].mean()),
            len(group),
        )
        for group in groups
    )
