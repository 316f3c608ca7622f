"""The hotel chain as a finite latent-class model: explicit probability tables, and the truths that follow from them.

A customer has a lasting type. A stay has a quality class, whose probabilities depend on the type, the hotel and the
period. Given the class, the ratings of the drivers and the other answers are independent of each other. The score
follows one thing: with a driver's importance as its probability it is that driver's rating or one less, and otherwise
it does not depend on the ratings. So the expected score is exactly linear in the ratings, and every expectation is a
finite sum over types, hotels, periods and classes.
"""

from __future__ import annotations

import functools

import attrs
import numpy as np

from npskit.arrays import Floats
from npskit.datasets.hotel_records import DriverTruth, Wave
from npskit.errors import InvalidValueError

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
SEGMENT = np.repeat(np.arange(3), (7, 2, 2))
"""The segment of each answer 0..10."""
IN_SEGMENT = np.eye(3)[SEGMENT]

REGIONS = ("Bavaria", "Cornwall", "Phuket", "Pomerania", "Rhineland")
SHIFTED = 0
"""The region whose score shifts."""
HOTELS = 8
"""Hotels in each region, visited equally often."""
GUESTS_BEFORE = np.array([0.28, 0.20, 0.24, 0.16, 0.12])
GUESTS_AFTER = np.array([0.24, 0.20, 0.14, 0.16, 0.26])
SAMPLING_RATE = np.array([0.08, 0.125, 0.05, 0.20, 0.20])
"""Answers for each guest: small regions are oversampled."""
REGION_QUALITY = np.array([0.06, 0.00, 0.18, -0.04, -0.14])
HOTEL_QUALITY = np.linspace(-0.10, 0.10, HOTELS)

TYPE_SHARE = np.array([0.45, 0.40, 0.15])
"""Share of each type: fan, regular, critic."""

# Classes of a stay: let down, plain, good, delighted, understaffed (that one happens only after a fall).
LET_DOWN, DELIGHTED, UNDERSTAFFED = 0, 3, 4
CLASS_BY_TYPE = np.array(
    [
        [0.01, 0.03, 0.18, 0.78, 0.00],
        [0.05, 0.23, 0.46, 0.26, 0.00],
        [0.56, 0.30, 0.11, 0.03, 0.00],
    ]
)

DRIVERS = ("room", "breakfast", "staff", "check_in", "price")
IMPORTANCE = {"room": 0.25, "breakfast": 0.08, "staff": 0.35, "check_in": 0.14, "price": 0.08}
_GRADES = np.array(  # probabilities of the ratings 1..10: poor, fair, good, great
    [
        [0.10, 0.12, 0.16, 0.18, 0.18, 0.13, 0.07, 0.03, 0.02, 0.01],
        [0.01, 0.01, 0.03, 0.06, 0.12, 0.18, 0.26, 0.21, 0.08, 0.04],
        [0.00, 0.00, 0.00, 0.01, 0.02, 0.05, 0.16, 0.32, 0.27, 0.17],
        [0.00, 0.00, 0.00, 0.00, 0.00, 0.01, 0.02, 0.08, 0.26, 0.63],
    ]
)
_GRADE_BY_CLASS = np.array([[0, 1, 0, 1, 0], [1, 1, 1, 2, 1], [2, 2, 2, 2, 1], [3, 3, 3, 3, 2], [1, 1, 0, 0, 1]])
RATINGS: Floats = _GRADES[_GRADE_BY_CLASS]
"""Probability of the rating 1..10, by class and driver; shape `(5, 5, 10)`."""
ONE_LESS = 0.15
"""Probability that the score is one less than the rating it goes by."""
OTHER_REASONS = np.array([0.01, 0.01, 0.01, 0.02, 0.02, 0.05, 0.06, 0.13, 0.24, 0.20, 0.25])
"""Probability of each score 0..10 where no driver decides."""

SATISFACTION = np.array(
    [
        [0.24, 0.36, 0.27, 0.11, 0.02],
        [0.03, 0.10, 0.35, 0.42, 0.10],
        [0.00, 0.02, 0.12, 0.51, 0.35],
        [0.00, 0.00, 0.03, 0.23, 0.74],
        [0.16, 0.34, 0.33, 0.14, 0.03],
    ]
)
REPURCHASE = np.array(
    [
        [0.30, 0.30, 0.26, 0.11, 0.03],
        [0.06, 0.14, 0.35, 0.33, 0.12],
        [0.01, 0.04, 0.18, 0.42, 0.35],
        [0.00, 0.01, 0.06, 0.25, 0.68],
        [0.20, 0.30, 0.30, 0.15, 0.05],
    ]
)
CSAT = np.array(
    [
        [0.30, 0.35, 0.22, 0.10, 0.03],
        [0.04, 0.12, 0.32, 0.40, 0.12],
        [0.01, 0.03, 0.12, 0.46, 0.38],
        [0.00, 0.01, 0.03, 0.20, 0.76],
        [0.22, 0.36, 0.26, 0.12, 0.04],
    ]
)
CES = np.array(
    [
        [0.14, 0.20, 0.22, 0.19, 0.14, 0.08, 0.03],
        [0.03, 0.06, 0.12, 0.21, 0.27, 0.21, 0.10],
        [0.01, 0.02, 0.05, 0.10, 0.23, 0.33, 0.26],
        [0.00, 0.01, 0.02, 0.04, 0.11, 0.29, 0.53],
        [0.20, 0.26, 0.22, 0.15, 0.10, 0.05, 0.02],
    ]
)
RECOMMEND = np.array([1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5], dtype=np.int8)
"""The five-point answer that goes with each score 0..10."""

COMMENT_SHARE = np.array([0.52, 0.27, 0.25])
WON_BACK = np.array([0.30, 0.20, 0.00])
"""Probability that a contact makes the next stay a delighted one, by segment."""
STAY_IF_LEFT = np.array([0.45, 0.66, 0.84])
STAY_IF_CONTACTED = np.array([0.58, 0.73, 0.85])
OPTED_OUT = 0.08
"""Share of customers who may not be contacted."""


def scores_by_reason(importance: Floats) -> Floats:
    """Return the probability of each reason, a driver or none, and score 0..10 in each class, shape `(5, 6, 11)`."""
    as_rated = np.pad(RATINGS, ((0, 0), (0, 0), (1, 0)))  # shape (class, driver, score 0..10)
    by_driver = (1 - ONE_LESS) * as_rated + ONE_LESS * np.roll(as_rated, -1, axis=2)
    other = np.broadcast_to((1 - importance.sum()) * OTHER_REASONS, (len(RATINGS), 1, len(OTHER_REASONS)))
    return np.concatenate([importance[:, np.newaxis] * by_driver, other], axis=1)


def scores_by_class(importance: Floats) -> Floats:
    """Return the probability of each score 0..10 in each class, shape `(5, 11)`."""
    return np.asarray(scores_by_reason(importance).sum(axis=1))


def nps_of(probabilities: Floats) -> Floats:
    """Return the NPS in points of probabilities over 0..10 along the last axis."""
    return np.asarray(probabilities @ CATEGORY_SCORES[SEGMENT])


def _classes_before() -> Floats:
    """Return the class probabilities before the shift, shape `(region, hotel, type, class)`."""
    quality = (REGION_QUALITY[:, None] + HOTEL_QUALITY)[:, :, None, None]
    pull = np.where(quality > 0, np.eye(5)[DELIGHTED], np.eye(5)[LET_DOWN])
    return np.asarray((1 - np.abs(quality)) * CLASS_BY_TYPE + np.abs(quality) * pull)


@attrs.frozen(eq=False)
class Chain:
    """The tables of one chain. Axes: period (before, after), region, hotel, type, class.

    Args:
        importance: Probability that the score goes by each driver, shape `(5,)`.
        shift: Change of the NPS in the shifted region, in points.
        after_part: Part of the span that lies after the shift, in (0, 1).
    """

    importance: Floats
    shift: float
    after_part: float

    @functools.cached_property
    def scores(self) -> Floats:
        """Probability of each score in each class, shape `(5, 11)`."""
        return scores_by_class(self.importance)

    @functools.cached_property
    def guests(self) -> Floats:
        """Expected share of each period and region among the guests, shape `(2, R)`."""
        return np.array([(1 - self.after_part) * GUESTS_BEFORE, self.after_part * GUESTS_AFTER])

    @functools.cached_property
    def answers(self) -> Floats:
        """Expected share of each period and region among the answers, shape `(2, R)`."""
        sampled = self.guests * SAMPLING_RATE
        return np.asarray(sampled / sampled.sum())

    @functools.cached_property
    def classes(self) -> Floats:
        """Class probabilities, shape `(2, R, H, T, 5)`: the shift sends part of its region's stays to one class.

        Raises:
            InvalidValueError: If the shift is larger than that can bring about.
        """
        before = _classes_before()
        after = before.copy()
        category_scores = nps_of(self.scores)
        start = float(TYPE_SHARE @ before[SHIFTED].mean(axis=0) @ category_scores)
        low, high = float(category_scores[UNDERSTAFFED]) - start, float(category_scores[DELIGHTED]) - start
        if not min(low, 0.0) <= self.shift <= max(high, 0.0):
            raise InvalidValueError(
                f"shift={self.shift!r} is out of reach: {REGIONS[SHIFTED]} starts at {start:.1f} points and can move "
                f"by {low:.1f} to {high:.1f}"
            )
        target, reach = (UNDERSTAFFED, low) if self.shift < 0 else (DELIGHTED, high)
        part = self.shift / reach if self.shift else 0.0
        after[SHIFTED] = (1 - part) * before[SHIFTED] + part * np.eye(5)[target]
        return np.stack([before, after])

    @functools.cached_property
    def weight(self) -> Floats:
        """Probability of each period, region, hotel and type among the answers; shape `(2, R, H, T)`."""
        return np.asarray(self.answers[:, :, None, None] / HOTELS * TYPE_SHARE * np.ones((HOTELS, 1)))

    @functools.cached_property
    def class_share(self) -> Floats:
        """Probability of each class among the answers, shape `(5,)`."""
        return np.asarray(np.einsum("prht,prhtc->c", self.weight, self.classes))

    @functools.cached_property
    def segment_share(self) -> Floats:
        """Probability of each segment among the answers, shape `(3,)`."""
        return np.asarray(self.class_share @ self.scores @ IN_SEGMENT)

    def wave(self, period: int) -> Wave:
        """Return what is true of one period: 0 before, 1 after the shift."""
        probabilities = np.einsum("rhtc,t,cs->rs", self.classes[period], TYPE_SHARE, self.scores) / HOTELS
        answers, guests = self.answers[period], self.guests[period]
        return Wave(answers / answers.sum(), guests / guests.sum(), probabilities, nps_of(probabilities))

    def transitions(self) -> Floats:
        """Return the segment after given the segment before, by region; shape `(R, 3, 3)`."""
        before, after = self.classes @ self.scores @ IN_SEGMENT
        both = np.einsum("rhti,rhtj,t->rij", before, after, TYPE_SHARE)
        return np.asarray(both / both.sum(axis=2, keepdims=True))

    def repeat_correlation(self) -> float:
        """Return the correlation of two scores of one customer: the variance of customers' means over the whole."""
        answers = np.arange(11.0)
        distribution = self.class_share @ self.scores
        mean = float(distribution @ answers)
        by_period = self.classes @ self.scores @ answers
        customers = self.weight.sum(axis=0)
        own_mean = (self.weight * by_period).sum(axis=0) / customers
        return float((customers * (own_mean - mean) ** 2).sum() / (distribution @ (answers - mean) ** 2))

    def drivers(self) -> DriverTruth:
        """Return the exact regression of the score on the ratings over all answers."""
        ratings, answers = np.arange(1.0, 11.0), np.arange(11.0)
        by_class = RATINGS @ ratings
        mean = self.class_share @ by_class
        covariance = np.einsum("c,cp,cq->pq", self.class_share, by_class - mean, by_class - mean)
        within = RATINGS @ ratings**2 - by_class**2
        covariance += np.diag(self.class_share @ within)
        distribution = self.class_share @ self.scores
        variance = float(distribution @ answers**2 - (distribution @ answers) ** 2)
        standardized = self.importance * np.sqrt(np.diag(covariance) / variance)
        explained = float(self.importance @ covariance @ self.importance / variance)
        return DriverTruth(DRIVERS, self.importance, standardized, covariance, variance, explained)

    def themes(self, kept: Floats) -> tuple[Floats, Floats]:
        """Return the share of comments on each driver among all answers, and the points of each; shape `(5,)` each.

        Args:
            kept: The share of comments that are about the stay, by region.
        """
        by_region = np.einsum("prht,prhtc->rc", self.weight, self.classes)
        written = scores_by_reason(self.importance) * COMMENT_SHARE[SEGMENT]
        worth = CATEGORY_SCORES[SEGMENT]
        share = np.einsum("r,rc,cis->i", kept, by_region, written)
        total = np.einsum("r,rc,cis,s->i", kept, by_region, written, worth)
        wrote = np.einsum("rc,cis->", by_region, written)
        others = (np.einsum("rc,cis,s->", by_region, written, worth) - total[:-1].sum()) / (wrote - share[:-1].sum())
        return share[:-1], np.asarray(total[:-1] - others * share[:-1])

    def later_segments(self) -> tuple[Floats, Floats]:
        """Return the later segment given the present one, if left alone and if contacted; shape `(3, 3)` each."""
        by_stay = self.classes @ self.scores @ IN_SEGMENT
        both = np.einsum("prht,prhti,prhtj->ij", self.weight, by_stay, by_stay)
        left, won = both / both.sum(axis=1, keepdims=True), WON_BACK[:, None]
        return left, (1 - won) * left + won * (self.scores[DELIGHTED] @ IN_SEGMENT)

    def secure(self) -> float:
        """Return the percentage of secure answers: top box on satisfaction, repurchase and recommend."""
        top = SATISFACTION[:, -1] * REPURCHASE[:, -1] * self.scores[:, RECOMMEND == 5].sum(axis=1)
        return 100 * float(self.class_share @ top)
