"""Series without a step, and with one: what change points and charts find, and what they say of it."""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from npskit.arrays import Floats
from npskit.errors import PrecisionWarning
from npskit.tracking.charts import ChangePoints, ControlChart, change_points, cusum_chart, ewma_chart, laney_chart
from tests.studies.study import Row, Study

CATEGORY_SCORES = np.array([-100.0, 0.0, 100.0])
ANSWERS = 60
# The standard error of a period's score of 20 with 30 % passives, by sampling alone.
SE = 100 * np.sqrt((0.7 - 0.2**2) / ANSWERS)
# How many periods, and how many of them make a year.
LENGTHS = {"26 months": (26, 12.0), "52 weeks": (52, 365.25 / 7), "104 weeks": (104, 365.25 / 7)}
VERDICTS = ("steps", "unclear", "trend", "season", "drift")
Truth = Callable[[int, float, np.random.Generator], Floats]


def drift(size: int, times: float, rng: np.random.Generator) -> Floats:
    """AR(1) of .6 whose standard deviation is so many standard errors of a period."""
    noise, found = rng.standard_normal(size + 40), np.zeros(size + 40)
    for t in range(1, size + 40):
        found[t] = 0.6 * found[t - 1] + 0.8 * noise[t]
    return np.asarray(times * SE * found[40:])


def trend(size: int, total: float) -> Floats:
    """A straight line whose squares add up to so many squared standard errors."""
    line = np.arange(size) - (size - 1) / 2
    return np.asarray(SE * line * np.sqrt(total / (line @ line)))


def season(size: int, year: float, total: float, rng: np.random.Generator) -> Floats:
    """A sine of a year, from any day on."""
    wave = np.sin(2 * np.pi * (np.arange(size) / year + rng.random()))
    return np.asarray(SE * wave * np.sqrt(2 * total / size))


def step(size: int, at: float, total: float) -> Floats:
    """A step, or with `at` of 0 one up after a third and down again after two."""
    t = np.arange(size) / size
    shape = ((t >= 1 / 3) & (t < 2 / 3)) if at == 0 else t >= at
    centered = shape - shape.mean()
    return np.asarray(SE * centered * np.sqrt(total / (centered @ centered)))


# Squares add up to 30 or 60 squared standard errors: what a test of the right shape would find always.
NULLS: dict[str, Truth] = {
    "nothing": lambda size, year, rng: np.zeros(size),
    "drift of 1 SE": lambda size, year, rng: drift(size, 1, rng),
    "drift of 2 SE": lambda size, year, rng: drift(size, 2, rng),
    "slow trend, 30": lambda size, year, rng: trend(size, 30),
    "slow trend, 60": lambda size, year, rng: trend(size, 60),
    "season, 30": lambda size, year, rng: season(size, year, 30, rng),
    "season, 60": lambda size, year, rng: season(size, year, 60, rng),
}
STEPS: dict[str, Truth] = {
    "step in the middle, 25": lambda size, year, rng: step(size, 0.5, 25),
    "step in the middle, 50": lambda size, year, rng: step(size, 0.5, 50),
    "step at a quarter, 25": lambda size, year, rng: step(size, 0.25, 25),
    "step at a quarter, 50": lambda size, year, rng: step(size, 0.25, 50),
    "up and down again, 80": lambda size, year, rng: step(size, 0, 80),
}


def counts_of(scores: Floats, rng: np.random.Generator, passives: float = 0.3) -> Floats:
    """Counts of periods whose true scores are these."""
    promoters = (1 - passives + np.clip(scores / 100, passives - 1, 1 - passives)) / 2
    shares = np.stack([1 - passives - promoters, np.full(promoters.shape, passives), promoters], axis=-1)
    return rng.multinomial(ANSWERS, shares).astype(np.float64)


def looked_at(
    truth: Truth, size: int, year: float, draws: int, rng: np.random.Generator, find: Callable[..., object]
) -> Counter[str]:
    """Return how many series were found to have something, by what they look like."""
    found: Counter[str] = Counter()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PrecisionWarning)
        for _ in range(draws):
            result = find(counts_of(20 + truth(size, year, rng), rng), CATEGORY_SCORES, cycles=(year,))
            assert isinstance(result, ChangePoints | ControlChart)
            something = result.changes if isinstance(result, ChangePoints) else result.signals
            found[result.looks_like] += bool(something)
    return found


def _rows(finders: Sequence[Callable[..., object]], draws: int, rng: np.random.Generator) -> Iterator[Row]:
    for kind, truths in (("no step", NULLS), ("step", STEPS)):
        for length, (size, year) in LENGTHS.items():
            for name, truth in truths.items():
                found: Counter[str] = Counter()
                for find in finders:
                    found += looked_at(truth, size, year, draws // len(finders), rng, find)
                total = draws // len(finders) * len(finders)
                shares = {f"as {verdict}": 100 * found[verdict] / total for verdict in VERDICTS}
                yield {"": kind, "periods": length, "truth": name, "found": 100 * found.total() / total} | shares


def _changes(draws: int, rng: np.random.Generator) -> list[Row]:
    return list(_rows([change_points], draws, rng))


def _charts(draws: int, rng: np.random.Generator) -> list[Row]:
    return list(_rows([laney_chart, ewma_chart, cusum_chart], draws, rng))


def _seasons(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for years in (3, 5):
        size = 12 * years
        months = np.arange(size) % 12
        for name, truth in {"nothing": np.zeros(size), "step in the middle, 50": step(size, 0.5, 50)}.items():
            found = {"as it is": 0, 'season="month"': 0}
            for _ in range(draws):
                pattern = 3 * SE * np.sin(2 * np.pi * months / 12 + rng.random()) * (rng.random(12) < 0.7)[months]
                counts = counts_of(20 + pattern + truth, rng)
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", PrecisionWarning)
                    for key, codes in zip(found, (None, months), strict=True):
                        found[key] += bool(change_points(counts, CATEGORY_SCORES, season=codes).changes)
            rows.append({"years of months": years, "truth beside the season": name} | _percent(found, draws))
    return rows


def _sliders(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    slider = np.arange(101.0)
    for answers, points in ((60, 0.0), (60, 4.0), (60, 6.0), (200, 0.0), (200, 3.0)):
        found = {"found": 0, "within two weeks": 0}
        for _ in range(draws):
            means = 65 + points * (np.arange(52) >= 26)
            drawn = np.clip(np.rint(rng.normal(means[:, np.newaxis], 20, (52, answers))), 0, 100).astype(int)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PrecisionWarning)
                changes = change_points(np.stack([np.bincount(week, minlength=101) for week in drawn]), slider).changes
            found["found"] += bool(changes)
            found["within two weeks"] += any(abs(change.index - 26) <= 2 for change in changes)
        rows.append({"answers a week": answers, "points": points} | _percent(found, draws))
    return rows


def _percent(found: dict[str, int], draws: int) -> dict[str, object]:
    return {name: 100 * count / draws for name, count in found.items()}


_SAID = (
    "In percent of series with 60 answers a period: in how many something was found, and what the result says of it. "
    "The number behind a truth is the sum of its squares in standard errors of a period: a step of 25 is found in most "
    "series, one of 50 always. Monte Carlo error: at most 2.5."
)
STUDIES = [
    Study(
        "series-changes",
        "Change points of series without a step",
        "Where there is drift (AR(1) of .6), a slow trend or a season, at most one in ten series shows steps that are "
        "not said to look like these, or to be unclear; planted steps are called trend or season in at most one in "
        f"ten. {_SAID}",
        400,
        _changes,
    ),
    Study(
        "series-charts",
        "Control charts of series without a step",
        "The same of Laney, EWMA and CUSUM charts, a third of the series each. A chart is not a test: with nothing to "
        f"be found it signals once in some 400 periods. {_SAID}",
        399,
        _charts,
    ),
    Study(
        "seasons",
        "Change points with the season taken out",
        "Months with a season of an odd shape, up to 3 standard errors of a month. In percent of series with a change: "
        "false without a step, right with it.",
        300,
        _seasons,
    ),
    Study(
        "sliders",
        "Change points of a slider of 0 to 100",
        "52 weeks of answers with a standard deviation of 20 points, and a step in the middle. In percent of series.",
        200,
        _sliders,
    ),
]
