"""How often planted basic, performance, excitement and indifferent drivers are classed, and how often wrongly."""

from __future__ import annotations

import attrs
import numpy as np

import npskit as nk
from npskit.arrays import Floats
from tests.studies.study import Row, Study

# Penalty and reward in standard deviations of the error, and the class that they make where one is twice the other.
Planted = dict[str, tuple[float, float]]
STRONG: Planted = {
    "basic": (1.0, 0.0),
    "performance": (1.0, 1.0),
    "excitement": (0.0, 1.0),
    "indifferent": (0.0, 0.0),
}
MIXED: Planted = {
    "basic": (1.0, 0.25),
    "performance": (0.8, 0.6),
    "excitement": (0.25, 1.0),
    "indifferent": (0.05, 0.05),
}
WEAK: Planted = {"basic": (0.4, 0.1), "performance": (0.3, 0.3), "excitement": (0.1, 0.4), "indifferent": (0.1, 0.1)}
NEAR: Planted = {"basic": (0.8, 0.38), "performance": (0.8, 0.42), "excitement": (0.38, 0.8), "indifferent": (0.0, 0.0)}
ERROR = 1.5


@attrs.frozen
class FactorSetting:
    """What is planted, of how many answers, and how it is seen."""

    label: str
    planted: Planted
    n: int
    rounded: bool = False
    rho: float = 0.3


def drawn(setting: FactorSetting, rng: np.random.Generator) -> dict[str, Floats]:
    """Return ratings 1..5, correlated, and an outcome; of 0..10 where it is rounded."""
    size = len(setting.planted)
    root = np.linalg.cholesky(np.full((size, size), setting.rho) + (1 - setting.rho) * np.eye(size))
    ratings = 1.0 + np.searchsorted([-1.5, -0.8, 0.0, 0.8], rng.normal(size=(setting.n, size)) @ root.T)
    outcome = 6.0 + ERROR * rng.normal(size=setting.n)
    for values, (penalty, reward) in zip(ratings.T, setting.planted.values(), strict=True):
        outcome += ERROR * (reward * (values == 5) - penalty * (values <= 2))
    if setting.rounded:
        outcome = np.clip(np.round(outcome), 0, 10)
    return dict(zip(setting.planted, ratings.T, strict=True)) | {"outcome": outcome}


SETTINGS = [
    FactorSetting("strong: 1 against 0, n = 500", STRONG, 500),
    FactorSetting("strong: 1 against 0, n = 1,000", STRONG, 1_000),
    FactorSetting("strong, answers 0..10, n = 1,000", STRONG, 1_000, rounded=True),
    FactorSetting("strong, correlated .6, n = 1,000", STRONG, 1_000, rho=0.6),
    FactorSetting("mixed: 1 against .25, n = 1,000", MIXED, 1_000),
    FactorSetting("weak: .4 against .1, n = 1,000", WEAK, 1_000),
    FactorSetting("near the bounds: .8 against .38 or .42, n = 1,000", NEAR, 1_000),
    FactorSetting("near the bounds, n = 10,000", NEAR, 10_000),
]


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return a row for each setting."""
    return [row_of(setting, draws, rng) for setting in SETTINGS]


def row_of(setting: FactorSetting, draws: int, rng: np.random.Generator) -> Row:
    """Return how often each planted driver is classed as what it is, and how often as something else."""
    names = list(setting.planted)
    right, wrong = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for _ in range(draws):
        data = drawn(setting, rng)
        survey = nk.Survey({**data, "score": np.full(setting.n, 10)}, score="score")
        found = survey.three_factors(names, outcome="outcome", draws=400)
        for name in names:
            kind = found[name].kind
            right[name] += kind == name
            wrong[name] += kind not in (name, "not clear")
    return {
        "planted": setting.label,
        **{name: 100.0 * right[name] / draws for name in names},
        "most wrong": 100.0 * max(wrong.values()) / draws,
        "wrong": 100.0 * sum(wrong.values()) / draws / len(names),
    }


STUDIES = [
    Study(
        "factors",
        "Basic, performance and excitement factors",
        "At n = 1,000 at most 5 % of planted drivers are classed as what they are not, and at least 70 % of strongly "
        "planted ones as what they are; the others are not clear. A driver each is planted as basic, performance, "
        "excitement and indifferent, with ratings 1..5 correlated by .3: a fifth are low and a fifth are high. Sizes "
        "are in standard deviations of the error: strong ones cost or win 1, and 0 at the other end. Weak ones are "
        "hardly ever classed, and what is near the bound of a class (twice the other) is rarely, and rarely wrongly.",
        200,
        run,
        slow=True,
    )
]
