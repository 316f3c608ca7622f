"""Level and power of comparing groups: all of them at once, and two means of many categories."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from npskit.arrays import Floats
from npskit.inference import mean_variance, normal_p, score_anova, score_z, welch_anova, welch_difference
from tests.studies.study import Row, Study

NPS = np.array([-100.0, 0.0, 100.0])
SHARES = {
    "balanced": (0.3, 0.4, 0.3),
    "typical": (0.15, 0.25, 0.6),
    "high": (0.05, 0.1, 0.85),
    "corner": (0.02, 0.03, 0.95),
}
GROUPS = (2, 5, 20, 50)
SIZES: dict[str, tuple[int, ...]] = {
    "10": (10,),
    "30": (30,),
    "100": (100,),
    "5, 10, 30, 100": (5, 10, 30, 100),
}
TESTS: dict[str, Callable[..., Floats]] = {
    "score": lambda counts, scores: score_anova(counts, scores).p_value,
    "Welch": lambda counts, scores: welch_anova(counts, scores).p_value,
}


def moved(shares: Floats, category_scores: Floats, mean: float) -> Floats:
    """Return the shares tilted, most likely to least, until their mean is what is wanted."""
    low, high = -80.0, 80.0
    unit = (category_scores - category_scores[0]) / np.ptp(category_scores)
    for _ in range(60):
        middle = (low + high) / 2
        tilted = shares * np.exp(middle * (unit - 0.5))
        tilted /= tilted.sum()
        low, high = (middle, high) if tilted @ category_scores < mean else (low, middle)
    return np.asarray(tilted)


def drawn(shares: list[Floats], sizes: list[int], draws: int, rng: np.random.Generator) -> Floats:
    """Return the counts of all groups, shape `(draws, groups, K)`."""
    counts = [rng.multinomial(n, p, size=draws) for n, p in zip(sizes, shares, strict=True)]
    return np.stack(counts, axis=1).astype(np.float64)


def rejected(p_values: Floats) -> float:
    """Return how many of a hundred tests at 5 % rejected."""
    return float(100 * (p_values < 0.05).mean())


def _many_groups(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for groups, (size, some) in itertools.product(GROUPS, SIZES.items()):
        sizes = [some[i % len(some)] for i in range(groups)]
        row: dict[str, object] = {"groups": groups, "answers in each": size}
        for name, shares in SHARES.items():
            null = drawn([np.array(shares)] * groups, sizes, draws, rng)
            row |= {f"{name}: {test}": rejected(found(null, NPS)) for test, found in TESTS.items()}
        # every other group lower, by as much as gives some power whatever the number of groups
        shares_of = np.array(SHARES["typical"])
        spread = float(mean_variance(shares_of, NPS)) / np.mean(sizes)
        gap = 2.2 * np.sqrt(spread) * (2 / (groups - 1)) ** 0.25
        lower = moved(shares_of, NPS, float(shares_of @ NPS) - gap)
        other = drawn([lower if i % 2 else shares_of for i in range(groups)], sizes, draws, rng)
        row |= {f"power: {test}": rejected(found(other, NPS)) for test, found in TESTS.items()}
        rows.append(row)
    return rows


def _shapes(size: int) -> dict[str, Floats]:
    place = np.arange(size)

    def around(center: float, width: float) -> Floats:
        bell = np.exp(-0.5 * ((place - (size - 1) * center) / (size * width)) ** 2)
        return np.asarray(bell / bell.sum())

    falling = 0.6 ** (size - 1 - place)
    return {
        "wide": around(0.65, 0.2),
        "narrow": around(0.75, 0.1),
        "high": falling / falling.sum(),
        "nine in ten at the top": np.append(np.full(size - 1, 0.1 / (size - 1)), 0.9),
        "polarized": np.concatenate([[0.3], np.full(size - 2, 0.02), [0.7 - 0.02 * (size - 2)]]),
    }


_PAIRS: dict[str, Callable[..., Floats]] = {
    "score": lambda a, b, scores: normal_p(score_z(a, b, scores)),
    "every category": lambda a, b, scores: normal_p(score_z(a, b, scores, 1e-9)),
    "Welch": lambda a, b, scores: np.nan_to_num(welch_difference(a, b, scores).p_value, nan=1.0),
}


def _many_categories(draws: int, rng: np.random.Generator) -> list[Row]:
    scores = np.arange(1.0, 8.0)
    rows: list[Row] = []
    shapes = _shapes(7)
    kinds = [(name, name) for name in shapes] + [("nine in ten at the top", "narrow"), ("wide", "narrow")]
    # of one mean, but hardly alike: what pulls the first one down is not in most small samples
    shapes |= {
        "nine top, one foot": np.array([0.1, 0, 0, 0, 0, 0, 0.9]),
        "next to top": np.array([0, 0, 0, 0, 0, 0.6, 0.4]),
    }
    kinds.append(("nine top, one foot", "next to top"))
    for (first, second), (n_a, n_b) in itertools.product(kinds, ((5, 5), (10, 10), (10, 40), (20, 20), (50, 50))):
        mean = float(shapes[first] @ scores + shapes[second] @ scores) / 2
        a, b = (moved(shapes[name], scores, mean) for name in (first, second))
        error = np.sqrt(float(mean_variance(a, scores)) / n_a + float(mean_variance(b, scores)) / n_b)
        lower = moved(a, scores, max(mean - 2 * float(error), 1.05))
        samples = drawn([a, b, lower], [n_a, n_b, n_a], draws, rng)
        shown = first if first == second else f"{first}, {second}"
        row: dict[str, object] = {"shapes": shown, "answers": f"{n_a} and {n_b}"}
        for name, found in _PAIRS.items():
            row[f"level: {name}"] = rejected(found(samples[:, 0], samples[:, 1], scores))
        for name, found in _PAIRS.items():
            row[f"power: {name}"] = rejected(found(samples[:, 2], samples[:, 1], scores))
        rows.append(row)
    return rows


STUDIES = [
    Study(
        "groups",
        "All segments at once",
        "`survey.compare(by)` finds a difference between segments of the same score in at most 7 % of cases at the 5 % "
        "level, also with many segments and high scores, where Welch's test does not. Rejections in percent: in four "
        "columns each of equal scores (shares of detractors, passives and promoters "
        + "; ".join(f"{name} {', '.join(map(str, shares))}" for name, shares in SHARES.items())
        + "), in the last two of typical scores where every other segment is lower; where Welch's test does not hold "
        "its level its power says nothing. The Monte Carlo error of 5 % is 0.5 points.",
        2000,
        _many_groups,
    ),
    Study(
        "many-categories",
        "Two means of seven categories",
        "For a customer effort score from 1 to 7 the score test holds its level where both groups have answers of one "
        "shape, and finds what Welch's test finds: categories beyond those that anybody chose get no share. Means of "
        "small samples of very different shapes hold no level, with either test: nine in ten at the top beside narrow "
        "answers reject 11 to 17 % up to 10 and 40 answers, nine at the top and one at the foot beside answers next to "
        "the top 14 to 41 % up to 20 and 20. Nearly always all answers of one group are then alike, and `compare` "
        "warns of that (`PrecisionWarning`). With every category (as for NPS and other scores of "
        "three categories) it would hold its level always and find little in small samples. Rejections in percent, of "
        "equal means and of means two standard errors apart. The Monte Carlo error of 5 % is 0.5 points.",
        2000,
        _many_categories,
    ),
]
