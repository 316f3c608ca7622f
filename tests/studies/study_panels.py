"""Level and power of comparing groups that the same customers are in."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Codes, Floats
from npskit.inference import (
    calibrated_correlations,
    calibrated_estimate,
    cluster_robust,
    cluster_totals,
    design_estimate,
    difference_interval,
    group_correlations,
    mean_variance,
    rake,
    score_anova,
    score_test,
)
from tests.studies.study import Row, Study
from tests.studies.study_comparisons import NPS, SHARES, moved

AGREE = 0.6
SETTINGS: tuple[tuple[str, int, int, float], ...] = (
    ("typical", 2, 30, 1.0),
    ("typical", 2, 100, 1.0),
    ("typical", 2, 100, 0.5),
    ("typical", 2, 100, 0.0),
    ("high", 2, 30, 1.0),
    ("high", 2, 100, 1.0),
    ("high", 2, 100, 0.5),
    ("corner", 2, 100, 1.0),
    ("typical", 5, 30, 1.0),
    ("typical", 5, 100, 0.5),
    ("high", 5, 100, 1.0),
    ("corner", 5, 300, 0.7),
    ("typical", 12, 60, 0.8),
    ("high", 12, 100, 0.8),
)


def waves(
    shares: Floats, lower: Floats, groups: int, n: int, stay: float, rng: np.random.Generator
) -> tuple[Codes, Codes, Codes]:
    """Return the categories, customers and waves of a panel: in each wave some are new, and keep their opinion or not.

    Those of every other wave answer by the lower shares.
    """
    customers, categories = np.empty((groups, n), np.intp), np.empty((groups, n), np.intp)
    spot, own = rng.random(n), np.arange(n)
    for wave in range(groups):
        new = rng.random(n) >= stay
        if wave:
            spot = np.where(new | (rng.random(n) >= AGREE), rng.random(n), spot)
            own = np.where(new, wave * n + np.arange(n), own)
        by = np.cumsum(lower if wave % 2 else shares)[:-1]
        customers[wave], categories[wave] = own, np.searchsorted(by, spot, side="right")
    return categories.ravel(), customers.ravel(), np.repeat(np.arange(groups), n)


def tested(categories: Codes, customers: Codes, wave: Codes, groups: int) -> dict[str, float]:
    """Return the p-values as if the waves were independent, as they are, and of the regression on them."""
    totals = cluster_totals(categories, 3, clusters=customers, groups=wave, n_groups=groups)
    counts = design_estimate(totals, NPS, customers="all").effective_counts()
    rho = group_correlations(totals, NPS)
    pair = counts[0], counts[1], NPS
    low, high = difference_interval(*pair, correlation=rho[0, 1])
    return {
        "all": float(score_anova(counts, NPS, rho).p_value),
        "all, as if apart": float(score_anova(counts, NPS).p_value),
        "a pair": float(score_test(*pair, correlation=rho[0, 1])[1]),
        "a pair, as if apart": float(score_test(*pair)[1]),
        "a pair, regression": cluster_robust(totals, NPS, [1, -1, *[0] * (groups - 2)]).p_value,
        "low": float(low),
        "high": float(high),
    }


def _run(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for name, groups, n, stay in SETTINGS:
        shares = np.array(SHARES[name])
        gap = 2 * np.sqrt(2 * float(mean_variance(shares, NPS)) / n * (1 - AGREE * stay))
        lower = moved(shares, NPS, float(shares @ NPS) - float(gap))
        found = {}
        for kind, other in (("level", shares), ("power", lower)):
            found[kind] = [tested(*waves(shares, other, groups, n, stay, rng), groups) for _ in range(draws)]
        row: dict[str, object] = {"shares": name, "waves": groups, "of": n, "stay": f"{100 * stay:.0f} %"}
        names = ("all", "all, as if apart", "a pair", "a pair, as if apart", "a pair, regression")
        for kind in found:
            row |= {f"{kind}: {test}": 100 * sum(one[test] < 0.05 for one in found[kind]) / draws for test in names}
        row["covers"] = 100 * sum(one["low"] <= 0 <= one["high"] for one in found["level"]) / draws
        rows.append(row)
    return rows


# Areas a panel is raked to: shares of the sample and of the population that the second has.
AREAS = {"3 in 10 stand for half": (0.3, 0.5), "1 in 20 stands for 40 %": (0.05, 0.4)}


def raked(
    by_area: Floats, n: int, stay: float, areas: tuple[float, float], rng: np.random.Generator
) -> dict[str, bool] | None:
    """Return what tests of two waves of a raked panel reject, by the shares of its areas; None without both areas."""
    area, spot, own = (rng.random(n) < areas[0]).astype(np.intp), rng.random(n), np.arange(n)
    found = []
    for wave in range(2):
        if wave:
            new = rng.random(n) >= stay
            area = np.where(new, rng.random(n) < areas[0], area).astype(np.intp)
            spot = np.where(new | (rng.random(n) >= AGREE), rng.random(n), spot)
            own = np.where(new, n + np.arange(n), own)
        kinds = (spot[:, np.newaxis] > by_area.cumsum(axis=1)[area][:, :2]).sum(axis=1)
        found.append(np.stack([kinds, own, area, np.full(n, wave)]))
    kinds, who, where, waves_of = np.concatenate(found, axis=1)
    if min(where.sum(), (1 - where).sum()) == 0:
        return None
    calibration = rake(np.ones(2 * n), {"area": where}, {"area": {0: 1 - areas[1], 1: areas[1]}})
    each = (np.where(waves_of == wave, kinds, -1) for wave in range(2))
    one, other = (
        calibrated_estimate(calibration, wave, NPS, clusters=who, customers="all").effective_counts() for wave in each
    )
    totals = cluster_totals(kinds, 3, clusters=who, groups=waves_of, n_groups=2, weights=calibration.weights)
    rho = calibrated_correlations(calibration, kinds, NPS, waves_of, clusters=who)[0, 1]
    plain = float(group_correlations(totals, NPS)[0, 1])
    low, high = difference_interval(one, other, NPS, correlation=rho)
    tests = {"level": rho, "margins not taken out": plain, "as if apart": 0.0}
    rejected = {name: bool(score_test(one, other, NPS, correlation=r)[1] < 0.05) for name, r in tests.items()}
    return rejected | {"covers": bool(low <= 0 <= high)}


def _raked(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for differ, second in (("alike", (0.15, 0.25, 0.6)), ("far apart", (0.5, 0.25, 0.25))):
        for name, areas in AREAS.items():
            for n in (60, 200, 600) if differ == "far apart" else (200,):
                for stay in (1.0, 0.5):
                    shares = np.array([SHARES["typical"], second])
                    drawn = (raked(shares, n, stay, areas, rng) for _ in range(draws))
                    found = [one for one in drawn if one is not None]
                    row: dict[str, object] = {"areas": differ, "raked": name, "of": n, "stay": f"{100 * stay:.0f} %"}
                    rows.append(row | {key: 100 * float(np.mean([one[key] for one in found])) for key in found[0]})
    return rows


STUDIES = [
    Study(
        "panels",
        "The same customers on both sides",
        "`survey.compare(by)` and `timeline.against()` allow for customers who are in several groups: they find no "
        "difference where there is none in 95 %, and find a difference more often than tests that take the groups as "
        "independent. A customer who stays from one wave to the next keeps an opinion with a probability of 60 %. "
        "Rejections in percent at the 5 % level, of all waves and of the first two, allowing for it, as if the waves "
        "were apart, and by the regression clustered by customer; and how often the interval of a pair covers no "
        "difference. Power where every other wave is lower. The Monte Carlo error of 5 % is 1.1 points.",
        400,
        _run,
    ),
    Study(
        "raked-panels",
        "The same customers on both sides, raked",
        "`survey.rake(...).compare(by)` of two waves of a panel finds no difference where there is none in 95 %, also "
        "where the areas it is raked to answer differently: what customers have in common because of their area is no "
        "chance under raked weights. Rejections in percent at the 5 % level; if that were not taken out of the "
        "correlation; as if the waves were apart; and how often the interval of the difference covers 0. The "
        "Monte Carlo error of 5 % is 1.1 points.",
        400,
        _raked,
    ),
]
