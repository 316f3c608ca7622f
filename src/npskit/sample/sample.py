"""A sample: rows whose answers are read once, with who gave them, how they were drawn and what they weigh.

Whoever wants scores says which row belongs to which place (a segment, a period, a side, an arm); what is counted there,
and how sure the score of it is, comes from here and from nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Frozen
from npskit.checks import is_same
from npskit.counting import CodedAnswers, Tally, tally_rows, warn_of_scale
from npskit.data import Column, factorize_many
from npskit.inference import Estimate
from npskit.options import Contacts, Denominator, Lonely, OnInvalid, Repeats
from npskit.results import NO_ROWS, RowCounts
from npskit.sample.places import Places
from npskit.scores import Conventions

if TYPE_CHECKING:
    from npskit.inference import Calibration, ClusterTotals, Customers, Population


@attrs.frozen(eq=False)
class Measured:
    """What was counted at each place, the score there with its variance, and what it was computed under.

    Args:
        tally: Shape `(places,)`.
        estimate: Shape `(places,)`.
        conventions: Those of all of them.
        aside: The rows set aside and left out, which are at no place.
    """

    tally: Tally
    estimate: Estimate
    conventions: Conventions
    aside: RowCounts = NO_ROWS

    @classmethod
    def of(cls, tally: Tally, denominator: Denominator = "valid", sampled: int | None = None) -> Measured:
        """Return the scores of counts that say it all: those of independent answers.

        Args:
            tally: The counts of each place.
            denominator: What the score is divided by.
            sampled: Rows of the sample that the places are parts of; those of all places if None.
        """
        table = tally.table(denominator)
        whole = np.full(tally.shape, tally.rows.sum() if sampled is None else sampled)
        estimate = Estimate.from_sums(table.counts, table.category_scores, table.weights, table.squares, whole)
        conventions = Conventions(repr(tally.scorer), denominator=denominator, weighted=tally.weights is not None)
        return cls(tally, estimate, conventions)


@attrs.frozen(eq=False)
class Clustering(Frozen):
    """Which rows hang together, so that they are not independent.

    Args:
        categories: The category of each row, negative where it does not count: shape `(rows,)`.
        scores: The score of each category, shape `(K,)`.
        units: The sampling unit of each row; None where each row is one.
        customers: Whether the units are customers, and what of each counts.
    """

    categories: NDArray[np.intp]
    scores: NDArray[np.float64]
    units: NDArray[np.generic] | None
    customers: Customers


@attrs.frozen(eq=False)
class Sample:
    """Rows to be counted.

    Args:
        answers: The answers to each question.
        weights: Shape `(rows,)`, or None where all weigh alike.
        sums: The sum of weights and that of squared weights of each row, where it is several answers that an engine has
            counted; else None.
        shares: Whether the weights only share out the one answer of each customer or account.
        parts: What each row is of one answer of its customer or account, a factor of its weight; None for 1.
        customers: Customer number of each row, or None where nobody is known. A missing customer is one of his own.
        accounts: Account number of each row, whose contacts are one answer together; None where there are none.
        strata: Stratum of each row, or None.
        clusters: Sampling unit of each row within its stratum, or None.
        population: Sampling units in the population; see `npskit.inference.strata.Population`.
        lonely: What a stratum with a single sampling unit contributes; see `npskit.options.Lonely`.
        calibration: How the weights were calibrated to the population, or None.
        repeats: Of customers who answered more than once `"all"` answers count, the `"latest"` or their `"mean"`.
        contacts: Of the contacts of an account the `"mean"`, the `"latest"` or the `"worst"` answer counts; None where
            there are no accounts.
        superseded: How many rows were left out for that.
        tied: How many customers gave their latest answers at the same time.
        invalid: What was to be done about answers off the scale: `"count"` or `"raise"`.
        aside: The rows set aside and left out, which are not among these.
        row_numbers: The row of the file that each came from; None where they came from none.
        names: What the columns of the roles "stratum" and "cluster" are called.
    """

    answers: CodedAnswers
    weights: NDArray[np.float64] | None = None
    sums: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None
    shares: bool = False
    parts: NDArray[np.float64] | None = None
    customers: NDArray[np.intp] | None = None
    accounts: NDArray[np.intp] | None = None
    strata: NDArray[np.generic] | None = None
    clusters: NDArray[np.generic] | None = None
    population: Population = None
    lonely: Lonely = "fail"
    calibration: Calibration | None = None
    repeats: Repeats = "all"
    contacts: Contacts | None = None
    superseded: int = 0
    tied: int = 0
    invalid: OnInvalid = "count"
    aside: RowCounts = NO_ROWS
    row_numbers: NDArray[np.int64] | None = None
    names: Mapping[str, str] = attrs.field(factory=dict)

    def __len__(self) -> int:
        return len(self.answers)

    def count(self, places: Places) -> Tally:
        """Count the rows at each place: shape `(places,)`."""
        numbers, size = places.numbers, places.size
        if places.gaps:  # what is nowhere is counted last, and left away
            numbers, size = np.where(numbers < 0, size, numbers), size + 1
        tally = tally_rows(
            self.answers.columns,
            self.answers.codebook,
            weights=self.weights,
            copies=self.answers.copies,
            sums=self.sums,
            groups=numbers,
            n_groups=size,
        )
        return tally[:-1] if places.gaps else tally

    def account(self, tally: Tally, unplaced: int = 0) -> RowCounts:
        """Return what became of all rows, where those of a tally of any shape count, each once.

        Args:
            tally: What was counted of the sample.
            unplaced: How many of the other rows are set aside, because it is not known where they belong; the rest was
                not asked for.
        """
        warn_of_scale(tally)
        n, missing, invalid, rows = (int(each.sum()) for each in (tally.n, tally.missing, tally.invalid, tally.rows))
        return self.aside + RowCounts(n, missing, invalid, unplaced, self.answers.rows - rows - unplaced)

    def measure(self, places: Places, denominator: Denominator = "valid") -> Measured:
        """Count the rows at each place, and estimate its score with the variance that their design gives it.

        Raises:
            InvalidValueError: If a stratum has a single sampling unit, and that is to fail.
        """
        clustering = self.clustering(places, denominator)  # first, so that answers are read once: see `CodedAnswers`
        tally = self.count(places)
        return self.measured(tally, denominator, None if clustering is None else self.estimate(places, clustering))

    def measured(self, tally: Tally, denominator: Denominator, estimate: Estimate | None = None) -> Measured:
        """Return what was counted with its estimate, None where the counts alone say how sure a score is."""
        found = Measured.of(tally, denominator, self.answers.rows)
        if estimate is not None and denominator == "all":  # where nobody answered there is no score
            estimate = estimate.blank(np.isnan(found.estimate.mean))
        conventions = attrs.evolve(
            found.conventions,
            repeats=self.repeats,
            by_customer=self.customers is not None,
            contacts=self.contacts,
            superseded=self.superseded,
            tied=self.tied,
            variance=self.variance if estimate is not None else "independent",
            invalid=self.invalid,
        )
        if estimate is None:
            estimate = found.estimate
        if self.weighted or conventions.variance != "independent":  # and not only by their age
            estimate.warn(weighted=self.weighted and not self.shares)
        return Measured(tally, estimate, conventions, self.aside)

    @property
    def weighted(self) -> bool:
        """Whether answers have weights."""
        return self.weights is not None or self.sums is not None

    @property
    def shared(self) -> bool:
        """Whether the answers of one customer, or account, share the weight of one."""
        return self.repeats != "all" or self.accounts is not None

    @property
    def variance(self) -> str:
        """What variances allow for where rows are not independent."""
        return "clustered" if self.calibration is None else "calibrated"

    @property
    def people(self) -> NDArray[np.intp] | None:
        """Whose answers rows are: accounts, else customers; None where nobody is known."""
        return self.customers if self.accounts is None else self.accounts

    @property
    def units(self) -> NDArray[np.intp]:
        """The number of each row's sampling unit: clusters within strata, else accounts, else customers, else rows."""
        if self.clusters is None:
            return np.arange(len(self)) if self.people is None else self.people
        return factorize_many([each for each in (self.strata, self.clusters) if each is not None])[0]

    def clustering(self, places: Places, denominator: Denominator = "valid") -> Clustering | None:
        """Return which rows hang together, None where each is an answer of its own.

        Sampling units are the clusters of the design, else the accounts, else the customers, if one of them answers
        more than once, else, within strata, the rows.
        """
        bound = (self.people, self.strata, self.clusters, self.population, self.calibration)
        if all(each is None for each in bound):
            return None
        categories, scores = self.answers.categories, self.answers.codebook.category_scores
        if is_same(denominator, "all"):
            categories, scores = np.where(categories < 0, len(scores), categories), np.append(scores, 0.0)
        units = self.clusters
        if units is None and self.people is not None:
            counted = (categories >= 0) & (places.numbers >= 0)
            units = self.people if (np.bincount(self.people[counted]) > 1).any() else None
        if units is None and all(each is None for each in bound[1:]):
            return None
        answers: Customers = "mean" if self.shared else "all"
        customers = None if units is None or self.clusters is not None else answers
        return Clustering(categories, scores, units, customers)

    def totals(self, places: Places, clustering: Clustering | None = None) -> ClusterTotals:
        """Return the sums per sampling unit and place; rows that are nowhere belong to the design all the same.

        Args:
            places: Where each row belongs.
            clustering: Which rows hang together; each row is its own unit where None.
        """
        from npskit.inference import cluster_totals

        units = None if clustering is None else clustering.units
        return cluster_totals(
            self.answers.categories if clustering is None else clustering.categories,
            len(self.answers.codebook.category_scores if clustering is None else clustering.scores),
            clusters=self._labels(np.arange(len(self)) if units is None else units, "cluster"),
            strata=None if self.strata is None else self._labels(self.strata, "stratum"),
            weights=self.weights,
            groups=places.numbers,
            n_groups=places.size,
        )

    def estimate(self, places: Places, clustering: Clustering) -> Estimate:
        """Return the estimate of each place: shape `(places,)`."""
        if self.calibration is not None:
            return self._calibrated(self.calibration, places, clustering)
        return self.estimate_of(self.totals(places, clustering), clustering)

    def estimate_of(self, totals: ClusterTotals, clustering: Clustering) -> Estimate:
        """Return the estimates from sums per sampling unit."""
        from npskit.inference import design_estimate

        how: dict[str, Any] = {"population": self.population, "lonely": self.lonely}
        return design_estimate(totals, clustering.scores, customers=clustering.customers, **how)

    def correlations(self, places: Places, wanted: Bools) -> Floats | None:
        """Return how the scores of the wanted places are correlated, None where no unit has answers in two of them.

        Args:
            places: Where each row belongs.
            wanted: Which places are asked about, shape `(places,)`.
        """
        clustering = self.clustering(Places(np.zeros_like(places.numbers), 1))
        if clustering is None:
            return None
        found = self.correlations_of(self.totals(places, clustering), wanted)
        if found is None or self.calibration is None:
            return found
        number = np.where(wanted, np.cumsum(wanted) - 1, -1)
        groups = np.where(places.numbers >= 0, number[places.numbers], -1)
        return self.calibrated_correlations(self.calibration, clustering, groups)

    def correlations_of(self, totals: ClusterTotals, wanted: Bools) -> Floats | None:
        """Return the same from sums per sampling unit."""
        from npskit.inference import group_correlations

        scores = self.answers.codebook.category_scores
        found = group_correlations(totals, scores, wanted, population=self.population, lonely=self.lonely)
        return None if np.count_nonzero(found) == len(found) else found

    def calibrated_correlations(
        self, calibration: Calibration, clustering: Clustering, groups: NDArray[np.intp]
    ) -> Floats:
        """Return how the scores of groups of the calibrated sample are correlated, shape `(G, G)`.

        Args:
            calibration: How it was calibrated.
            clustering: Which rows hang together.
            groups: The number of each row's group, -1 for none.
        """
        from npskit.inference import calibrated_correlations

        design = self._design(clustering)
        return calibrated_correlations(calibration, clustering.categories, clustering.scores, groups, **design)

    def take(self, kept: NDArray[np.bool_]) -> Sample:
        """Return the rows where `kept` is True; the others count as superseded."""
        names = ("weights", "parts", "customers", "accounts", "strata", "clusters", "row_numbers")
        parts = {name: getattr(self, name)[kept] for name in names if getattr(self, name) is not None}
        dropped = int((~kept).sum())
        aside = self.aside + RowCounts(left_out=dropped)
        return attrs.evolve(
            self, answers=self.answers.take(kept), superseded=self.superseded + dropped, aside=aside, **parts
        )

    def _labels(self, labels: NDArray[Any], role: str) -> Column:
        """Return labels of rows with the rows of the file that they stand in, and their name, as errors name them."""
        return Column(labels, row_numbers=self.row_numbers, name=self.names.get(role))

    def _design(self, clustering: Clustering) -> dict[str, Any]:
        """Return how the rows were drawn, as estimates under calibrated weights take it."""
        return {
            "clusters": None if clustering.units is None else self._labels(clustering.units, "cluster"),
            "strata": None if self.strata is None else self._labels(self.strata, "stratum"),
            "population": self.population,
            "lonely": self.lonely,
        }

    def _calibrated(self, calibration: Calibration, places: Places, clustering: Clustering) -> Estimate:
        """Return the estimate of each place, a part of the calibrated sample."""
        from npskit.inference import calibrated_estimate

        found = [
            calibrated_estimate(
                calibration,
                np.where(places.numbers == place, clustering.categories, -1),
                clustering.scores,
                customers=clustering.customers,
                **self._design(clustering),
            )
            for place in range(places.size)
        ]
        return Estimate.stack(found, clustering.scores)
