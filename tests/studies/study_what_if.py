"""How often intervals of what would be, were a driver rated higher, hold what moving it in the model does."""

from __future__ import annotations

from typing import Any, TypeAlias

import attrs
import numpy as np

import npskit as nk
from npskit.arrays import Floats
from npskit.datasets import hotels
from npskit.datasets import truths as model
from tests.studies.study import Row, Study

TRUTH = 2_000_000
WORTHS = np.array([-100.0, 0.0, 100.0])


def shares_of(scores: Floats) -> Floats:
    """Return the shares of detractors, passives and promoters."""
    return np.array([np.mean(scores <= 6), np.mean((scores > 6) & (scores < 9)), np.mean(scores >= 9)])


@attrs.frozen
class Latent:
    """Ratings 1..5 that go with each other; answers 0..10 are what they come to, rounded, and end at the ends.

    Args:
        label: What is varied.
        n: Answers.
        rho: The correlation of what lies behind the ratings.
        cuts: Where it passes from one rating to the next.
        base: What answers begin at.
        each: Answers of each customer, whose own lasting part is half of all variance.
        weighted: Whether answers weigh by a lognormal.
    """

    label: str
    n: int
    rho: float = 0.5
    cuts: tuple[float, ...] = (-1.5, -0.8, 0.0, 0.8)
    base: float = 0.2
    each: int = 1
    weighted: bool = False
    drivers: tuple[str, ...] = ("strong", "some", "weak", "none")
    moved: tuple[str, ...] = ("strong", "none")
    effects: tuple[float, ...] = (0.9, 0.6, 0.4, 0.0)

    @property
    def roles(self) -> dict[str, Any]:
        """The columns of weights and customers."""
        return ({"weight": "w"} if self.weighted else {}) | ({"customer": "who"} if self.each > 1 else {})

    def _behind(self, size: int, rng: np.random.Generator) -> Floats:
        """Return what lies behind the ratings, and the error, last; normal with variance 1."""
        p = len(self.effects)
        root = np.eye(p + 1)
        root[:p, :p] = np.linalg.cholesky(np.full((p, p), self.rho) + (1 - self.rho) * np.eye(p))
        return np.asarray(rng.normal(size=(size, p + 1)) @ root.T)

    def _rated(self, behind: Floats) -> Floats:
        return np.asarray(1.0 + np.searchsorted(self.cuts, behind[:, :-1]), dtype=np.float64)

    def _answered(self, ratings: Floats, error: Floats) -> Floats:
        return np.asarray(np.clip(np.round(self.base + ratings @ self.effects + 1.5 * error), 0, 10))

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """Return a sample."""
        behind, who = self._behind(self.n, rng), np.arange(self.n) // self.each
        if self.each > 1:
            behind = np.sqrt(0.5) * (behind + self._behind(int(who[-1]) + 1, rng)[who])
        ratings = self._rated(behind)
        return {
            **dict(zip(self.drivers, ratings.T, strict=True)),
            "score": self._answered(ratings, behind[:, -1]),
            "who": who,
            "w": np.exp(rng.normal(0, 0.7, self.n)),
        }

    def truth(self, driver: str) -> tuple[Floats, Floats]:
        """Return the shares before and after, of many answers with the same errors."""
        behind = self._behind(TRUTH, np.random.default_rng(1))
        ratings = self._rated(behind)
        before = shares_of(self._answered(ratings, behind[:, -1]))
        place = self.drivers.index(driver)
        ratings[:, place] = np.minimum(ratings[:, place] + 1, 5)
        return before, shares_of(self._answered(ratings, behind[:, -1]))


@attrs.frozen
class Chain:
    """The hotel chain of `npskit.datasets`, whose answers are mostly the rating of one driver."""

    label: str
    n: int
    drivers: tuple[str, ...] = model.DRIVERS
    moved: tuple[str, ...] = ("staff", "breakfast")
    roles: dict[str, Any] = attrs.field(factory=lambda: {"customer": "customer"})

    def draw(self, rng: np.random.Generator) -> dict[str, Any]:
        """Return a sample without a shift."""
        return hotels(self.n, rng=rng, shift=0, comments=False).columns

    def truth(self, driver: str) -> tuple[Floats, Floats]:
        """Return the shares before and after, exactly: a driver that decides gives the answer, or one less."""
        chain, place = model.Chain(np.array([*model.IMPORTANCE.values()]), 0.0, 0.5), model.DRIVERS.index(driver)
        rated = chain.class_share @ model.RATINGS[:, place]
        higher = np.concatenate([[0.0], rated[:-2], [rated[-2] + rated[-1]]])
        by_rating = (1 - model.ONE_LESS) * model.IN_SEGMENT[1:] + model.ONE_LESS * model.IN_SEGMENT[:-1]
        before = chain.segment_share
        return before, before + chain.importance[place] * ((higher - rated) @ by_rating)


Made: TypeAlias = Latent | Chain

END = (-2.0, -1.5, -1.0, -0.3)
SETTINGS: list[Made] = [
    *(Latent(f"correlated .5, n = {n:,}", n) for n in (200, 1_000, 5_000)),
    *(Latent(f"correlated .8, n = {n:,}", n, rho=0.8) for n in (1_000, 5_000)),
    Latent("lognormal weights, n = 1,000", 1_000, weighted=True),
    Latent("200 customers, 5 answers each", 1_000, each=5),
    *(Latent(f"three fifths give a 5, n = {n:,}", n, cuts=END) for n in (200, 1_000, 5_000)),
    *(Latent(f"74 % promoters, n = {n:,}", n, base=3.5) for n in (200, 1_000, 5_000)),
    *(Latent(f"85 % detractors, n = {n:,}", n, base=-2.5) for n in (200, 1_000, 5_000)),
    *(Chain(f"the hotel chain, n = {n:,}", n) for n in (1_000, 5_000)),
]


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return a row for each setting."""
    return [row_of(setting, draws, rng) for setting in SETTINGS]


def row_of(setting: Made, draws: int, rng: np.random.Generator) -> Row:
    """Return how often the intervals of a setting hold, of a driver with an effect and of one with little or none."""
    truths = {driver: setting.truth(driver) for driver in setting.moved}
    first, second = setting.moved
    holds = {driver: np.zeros(3) for driver in setting.moved}
    expected = 0.0
    for _ in range(draws):
        found = nk.Survey(setting.draw(rng), score="score", **setting.roles).drivers([*setting.drivers], draws=200)
        for driver, (before, after) in truths.items():
            then, change = found.what_if(driver, 1), after - before
            intervals = [each.difference_interval for each in then.categories]
            shares = [truth in each for each, truth in zip(intervals, change.tolist(), strict=True)]
            holds[driver] += [
                float(change @ WORTHS) in then.difference_interval,
                float(after @ WORTHS) in then.interval,
                sum(shares) / len(shares),
            ]
            expected += then.difference / draws if driver == first else 0.0
    covered = {driver: (100 * each / draws).tolist() for driver, each in holds.items()}
    true = [float((after - before) @ WORTHS) for before, after in truths.values()]
    return {
        "answers": setting.label,
        "true": true[0],
        "expected": expected,
        "held": covered[first][0],
        "score held": covered[first][1],
        "shares held": covered[first][2],
        "little or none: true": true[1],
        "little or none: held": covered[second][0],
    }


STUDIES = [
    Study(
        "what-if",
        "What if a driver were rated higher",
        "The 95 % interval of the change holds the true one in at least 95 % of samples. A driver is moved by one "
        "in the model that made the answers, though not past its end, and `true` is by how many points the score "
        "changes then; `expected` is the mean of what is said. `held`, `score held` and `shares held` are the coverage "
        "in percent of the change, of the score after it, and of the changes of the three shares; the last two columns "
        "are of a driver that has little effect or none.",
        300,
        run,
        slow=True,
    )
]
