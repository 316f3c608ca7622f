"""Moods by a model that learned them from the survey's own answers, none judged by a model that saw it."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats, Frozen
from npskit.comments.triage.mood_calibration import MoodReliability, calibrated, reliability
from npskit.comments.triage.triage import UNSURE
from npskit.errors import InvalidValueError, counted, optional

_FOLDS, _FEWEST = 5, 50
# The surest three quarters are told a mood.
_TOLD = 0.75
_MOODS = (-1, 0, 1)


@attrs.frozen(eq=False)
class LearnedMoods(Frozen):
    """What a model says of comments that it has not seen.

    Args:
        moods: -1, 0, 1 or `UNSURE` for each comment.
        taught: Which comments stand beside an answer that tells a mood.
        answers: The mood by the answer alone, for these.
        likeliest: The likeliest mood of each comment, sure or not.
        probability: How probable it is that an answer agrees with that.
    """

    moods: NDArray[np.int8]
    taught: Bools
    answers: NDArray[np.int8]
    likeliest: NDArray[np.int8]
    probability: Floats

    def reliability(self) -> tuple[MoodReliability, ...]:
        """Return how often the likeliest moods agree with the answers, by how probable that was said to be."""
        return reliability(self.probability[self.taught], (self.likeliest == self.answers)[self.taught])

    def accuracy(self, which: Bools) -> tuple[float, int]:
        """Return how many of some comments were told a mood, behind the share of these whose answer agrees."""
        told = which & self.taught & (self.moods != UNSURE)
        n = int(told.sum())
        return (float((self.moods[told] == self.answers[told]).mean()) if n else float("nan")), n


def learned_moods(comments: Sequence[str], stand: Floats, units: Codes) -> LearnedMoods:
    """Return the moods of comments by a model trained on the answers beside the others.

    Logistic regression on tf-idf of character n-grams, cross-fitted over five folds of customers: no comment is judged
    by a model that saw it, or another one of its customer. The least sure quarter is left as not sure. How probable it
    is that an answer agrees follows from how often answers of other folds agree with moods that are as sure.

    Source: Chernozhukov et al. (2018), "Double/debiased machine learning", section 3, for cross-fitting.

    Args:
        comments: The comments.
        stand: Where the answer beside each stands, -1..1; NaN where there is none.
        units: Whose each is, as numbers.

    Raises:
        MissingDependencyError: Without scikit-learn (extra `text`).
        InvalidValueError: If too few comments stand beside answers, or all answers are of one mood.
    """
    optional("sklearn", "mood='model'", "text")
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    taught = ~np.isnan(stand)
    answers = np.sign(np.nan_to_num(stand)).astype(np.int8)
    if taught.sum() < _FEWEST or len(np.unique(answers[taught])) < 2:
        raise InvalidValueError(
            f"mood='model' learns from answers: {counted(int(taught.sum()), 'comment')} beside an answer, of "
            f"{counted(len(np.unique(answers[taught])), 'mood')}; it needs {_FEWEST} and two: say mood='words'"
        )
    texts = np.array(comments, dtype=object)
    _, number = np.unique(units, return_inverse=True)
    fold = np.random.default_rng(0).permutation(int(number.max()) + 1)[number] % _FOLDS
    chances = np.zeros((len(texts), len(_MOODS)))
    for each in range(_FOLDS):
        rest, own = taught & (fold != each), fold == each
        kinds = np.unique(answers[rest])
        if not own.any():
            continue
        if len(kinds) < 2:
            chances[np.ix_(own, kinds + 1)] = 1.0
            continue
        grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True)
        model = make_pipeline(grams, LogisticRegression(C=4.0, max_iter=300, class_weight="balanced"))
        model.fit(texts[rest], answers[rest])
        chances[np.ix_(own, kinds.astype(np.intp) + 1)] = model.predict_proba(texts[own])
    likeliest = (chances.argmax(axis=1) - 1).astype(np.int8)
    sure = chances.max(axis=1)
    moods = np.where(sure < np.quantile(sure, 1 - _TOLD), UNSURE, likeliest).astype(np.int8)
    probability = calibrated(sure, likeliest == answers, taught, fold)
    return LearnedMoods(moods, taught, answers, likeliest, probability)
