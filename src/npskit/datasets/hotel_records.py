"""What a simulator returns: the columns, what they mean, and the truths they were drawn from."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats, Frozen
from npskit.errors import ColumnNotFoundError, counted, did_you_mean, quoted


@attrs.frozen(eq=False)
class Wave(Frozen):
    """What is true of the answers of one period. R regions, in the order of `HotelTruth.regions`.

    Args:
        share: Expected share of each region among the answers, shape `(R,)`, summing to 1.
        population_share: Share of each region among the guests, shape `(R,)`; what the weighted answers estimate.
        probabilities: Probability of each answer 0..10 in each region, shape `(R, 11)`, rows summing to 1.
        score: Expected NPS of each region, shape `(R,)`, in points.
    """

    share: Floats
    population_share: Floats
    probabilities: Floats
    score: Floats

    @property
    def total(self) -> float:
        """Expected NPS of the answers as they come, in points."""
        return float(self.share @ self.score)

    @property
    def population_total(self) -> float:
        """NPS of the guests, in points: what the weighted answers estimate."""
        return float(self.population_share @ self.score)


@attrs.frozen(eq=False)
class DriverTruth(Frozen):
    """How the ratings make the score, over all answers of the survey. P drivers, in the order of `names`.

    The expected score is exactly linear in the ratings, so least squares on enough answers finds these coefficients,
    however strongly the ratings go together.

    Args:
        names: The driver columns.
        coefficients: Points of score for one point of rating, shape `(P,)`.
        standardized: Standard deviations of score for one of rating, shape `(P,)`.
        covariance: Covariance of the ratings, shape `(P, P)`, in squared points.
        score_variance: Variance of the score, in squared points of the 0..10 scale.
        r_squared: Share of the score's variance the ratings explain, 0..1.
    """

    names: tuple[str, ...]
    coefficients: Floats
    standardized: Floats
    covariance: Floats
    score_variance: float
    r_squared: float


@attrs.frozen(eq=False)
class FollowUpTruth(Frozen):
    """What following up does: potential outcomes of every answer, and their expectations, known exactly.

    Segments are in the order detractor, passive, promoter. Without contact detractors improve as well (regression to
    the mean); only the difference to `later_if_left` is the effect of the contact.

    Args:
        later_if_left: Probability of the later segment (columns) given the present one (rows), shape `(3, 3)`, when
            nobody calls.
        later_if_contacted: The same when somebody does.
        effect: Effect of contact on the later NPS of each segment, shape `(3,)`, in points.
        average_effect: Effect on the later NPS of all, in points.
        stay_if_left: Probability to stay next season in each segment, shape `(3,)`, when nobody calls.
        stay_if_contacted: The same when somebody does.
        score_if_left: Later score 0..10 of each answer's customer if left alone, int8, shape `(n,)`.
        score_if_contacted: Later score if contacted, int8, shape `(n,)`.
        stayed_if_left: Whether the customer stays if left alone, bool, shape `(n,)`.
        stayed_if_contacted: Whether the customer stays if contacted, bool, shape `(n,)`; never false where staying
            anyway.
    """

    later_if_left: Floats
    later_if_contacted: Floats
    effect: Floats
    average_effect: float
    stay_if_left: Floats
    stay_if_contacted: Floats
    score_if_left: NDArray[np.int8] = attrs.field(repr=False)
    score_if_contacted: NDArray[np.int8] = attrs.field(repr=False)
    stayed_if_left: NDArray[np.bool_] = attrs.field(repr=False)
    stayed_if_contacted: NDArray[np.bool_] = attrs.field(repr=False)


@attrs.frozen(eq=False)
class CommentTruth(Frozen):
    """What the comments are, and what themes cost. T themes, in the order of `themes`.

    The points of a theme are those of a regression of the category score on what is mentioned and on whether anything
    was written, over all answers: its coefficient times its share. See `npskit.comments.themes.theme_points`.

    Args:
        themes: The drivers, which comments are about.
        shares: Expected share of all answers with a comment about each, shape `(T,)`.
        points: Expected points of each, shape `(T,)`, in points of the NPS.
        kind: What each comment is: `"content"`, `"spam"`, `"noise"`, or empty for none; shape `(n,)`.
        about: What it is about: a theme, `"stay"`, or empty for none; shape `(n,)`.
        intent: What its writer wants: `"complaint"` or `"praise"` by the score, of others that are about the stay
            nothing; else `"cancellation"`, `"sales"`, `"support"`, `"suggestion"` or `"question"`; shape `(n,)`.
    """

    themes: tuple[str, ...]
    shares: Floats
    points: Floats
    kind: NDArray[np.object_] = attrs.field(repr=False)
    about: NDArray[np.object_] = attrs.field(repr=False)
    intent: NDArray[np.object_] = attrs.field(repr=False)


@attrs.frozen(eq=False)
class HotelTruth(Frozen):
    """What is true of the simulated hotel chain, computed from the model's probabilities and not from the draws.

    Args:
        regions: The regions, in the order of every array over regions.
        before: The answers before the shift.
        after: The answers from the shift on.
        shift: Change of the NPS in the shifted region, in points; also `after.score - before.score` there. In the
            other regions the score stays exactly as it was.
        shift_region: The region it happens in.
        shift_date: The day it happens on, at midnight; datetime64[D].
        score: Expected NPS of all answers as they come, in points.
        population_score: NPS of all guests, in points: what the weighted answers estimate.
        transitions: Probability of the segment after the shift (columns) given the same customer's before (rows), in
            each region, shape `(R, 3, 3)`, in the order detractor, passive, promoter.
        repeat_correlation: Correlation of the scores of two answers of one customer.
        sci: Expected share of secure customers (top box on satisfaction, repurchase, recommend), in percent.
        csat: Expected share of 4 and 5 on `csat`, in percent.
        ces: Expected mean of `ces`, in points of its scale 1..7.
        retention: Expected share of `stayed`, in percent.
        comment_share: Probability of a comment in each segment, shape `(3,)`.
        drivers: How the ratings make the score.
        follow_up: What following up does.
        comments: What the comments are, and what themes cost.
    """

    regions: tuple[str, ...]
    before: Wave
    after: Wave
    shift: float
    shift_region: str
    shift_date: np.datetime64
    score: float
    population_score: float
    transitions: Floats
    repeat_correlation: float
    sci: float
    csat: float
    ces: float
    retention: float
    comment_share: Floats
    drivers: DriverTruth
    follow_up: FollowUpTruth
    comments: CommentTruth

    def mix_and_rate(self, *, weighted: bool = False) -> tuple[Floats, Floats]:
        """Return the part of the change from before to after that each region's share and its score account for.

        Symmetric decomposition of Kitagawa, "Components of a Difference Between Two Rates", JASA 50 (1955); the parts
        sum to the change of the total.

        Args:
            weighted: Of the guests (what weighted answers estimate) and not of the answers as they come.

        Returns:
            Mix and rate, each of shape `(R,)`, in points.

        Example:
            >>> from npskit.datasets import hotels
            >>> truth = hotels(100).truth
            >>> mix, rate = truth.mix_and_rate()
            >>> bool(np.isclose(mix.sum() + rate.sum(), truth.after.total - truth.before.total))
            True
        """
        before, after = self.before, self.after
        w0, w1 = (before.population_share, after.population_share) if weighted else (before.share, after.share)
        r0, r1 = before.score, after.score
        middle = (w0 @ r0 + w1 @ r1) / 2
        return (w1 - w0) * ((r0 + r1) / 2 - middle), (r1 - r0) * (w0 + w1) / 2


@attrs.frozen(eq=False, repr=False)
class Dataset(Frozen):
    """A simulated survey: equally long columns, what each means, and what is true of them.

    Args:
        columns: Column name to array, shape `(n,)`; see the property.
        truth: What the columns were drawn from.
        description: Column name to its meaning, with scale or unit.

    Example:
        >>> from npskit.datasets import hotels
        >>> data = hotels(500)
        >>> data
        <Dataset: 500 rows, 26 columns: score, satisfaction, repurchase, recommend, csat, ces, date, ...>
        >>> data["score"].shape
        (500,)
    """

    arrays: dict[str, NDArray[Any]] = attrs.field(alias="columns")
    truth: HotelTruth
    description: dict[str, str]

    @property
    def columns(self) -> dict[str, NDArray[Any]]:
        """Column name to array, in a dict of your own, to which columns may be added.

        Goes as it is into `npskit.Survey`, `pandas.DataFrame`, `polars.DataFrame` or `pyarrow.table`.
        """
        return dict(self.arrays)

    def __len__(self) -> int:
        return len(next(iter(self.arrays.values())))

    def __getitem__(self, name: str) -> NDArray[Any]:
        try:
            return self.arrays[name]
        except KeyError:
            raise ColumnNotFoundError(f"no column {quoted(name)}: {did_you_mean(name, self.arrays)}") from None

    def __repr__(self) -> str:
        first = ", ".join(list(self.arrays)[:7])
        return f"<Dataset: {counted(len(self), 'row')}, {counted(len(self.arrays), 'column')}: {first}, ...>"
