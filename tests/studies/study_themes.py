"""How often the interval of a planted theme's points holds them, and how often a theme is said to rise."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import npskit as nk
from npskit.arrays import Floats
from npskit.comments.themes import points_of
from npskit.comments.themes.theme_figures import point_intervals
from npskit.comments.themes.theme_trend import first_rises
from npskit.comments.themes.themed_rows import ThemedRows, rows_together
from tests.studies.study import Row, Study

THEMES = ("noise", "price", "staff", "food")
SHARES = np.array([0.12, 0.2, 0.3, 0.25])  # of those who write
SLOPES = np.array([-60.0, -30.0, 20.0, 0.0])
DETRACTORS, PROMOTERS, WRITING = 0.15, 0.55, -10.0


@attrs.frozen
class Setting:
    """What is drawn: answers with comments that mention planted themes, with columns of other roles."""

    label: str
    n: int
    silent: float = 0.0
    each: int = 1
    weighted: bool = False

    def points(self) -> Floats:
        """Return the points of the themes in the population: slope times share of all answers."""
        return np.asarray(SLOPES * SHARES * (1 - self.silent))

    def draw(self, rng: np.random.Generator) -> ThemedRows:
        """Return a sample; half of a customer's further answers and comments are those of the first."""
        wrote = rng.random(self.n) >= self.silent
        mentions = (rng.random((self.n, len(THEMES))) < SHARES) & wrote[:, np.newaxis]
        who = np.arange(self.n) // self.each
        moved = (mentions @ SLOPES + WRITING * wrote) / 200  # from promoters to detractors, half each
        chance = rng.random(self.n)
        score = np.where(chance < DETRACTORS - moved, 3, np.where(chance < 1 - PROMOTERS - moved, 7, 9))
        first = np.where(rng.random(self.n) < 0.5, who * self.each, np.arange(self.n))
        data: dict[str, Any] = {"score": score[first]}
        roles: dict[str, Any] = {}
        if self.each > 1:
            data["who"], roles["customer"] = who, "who"
        if self.weighted:
            data["w"], roles["weight"] = np.exp(rng.normal(0, 0.7, self.n)), "w"
        sample = nk.Survey(data, score="score", **roles)._data.sample()
        return ThemedRows(sample, mentions[first], wrote[first], None)


SETTINGS = [
    *(Setting(f"all write, n = {n:,}", n) for n in (150, 400, 2_000)),
    *(Setting(f"three fifths are silent, n = {n:,}", n, silent=0.6) for n in (400, 2_000)),
    Setting("lognormal weights, n = 400", 400, weighted=True),
    Setting("200 customers, three answers each", 600, silent=0.3, each=3),
]


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return how often the interval of each theme holds its points."""
    table: list[Row] = []
    for setting in SETTINGS:
        holds = np.zeros(len(THEMES))
        for _ in range(draws):
            rows = setting.draw(rng)
            counts, sets = rows.counts(THEMES, [-1] * len(THEMES))
            together = rows_together(rows, sets)
            found = point_intervals(points_of(counts), None if together is None else together[0], 0.95)
            holds += [points in found[2 + t][1] for t, points in enumerate(setting.points().tolist())]
        covered = zip(THEMES, setting.points().tolist(), (100 * holds / draws).tolist(), strict=True)
        table.append(
            {"answers": setting.label} | {f"{t}: {s:+.0f}": c for (t, _, c), s in zip(covered, SLOPES, strict=True)}
        )
    return table


def rises(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return how often a theme is said to rise that does not, or does from the middle on, and how late."""
    rows: list[Row] = []
    for label, before, after in (
        ("10 %, and stays", 0.1, 0.1),
        ("10 % to 15 %", 0.1, 0.15),
        ("10 % to 25 %", 0.1, 0.25),
    ):
        hits = rng.binomial(100, np.repeat([before, after], 12), size=(draws, 24))
        first = np.array(first_rises([np.stack([100 - each, each], axis=1) for each in hits], 0.05))
        early, late = (first >= 0) & (first < 12), first >= 12
        waited = float(np.median(first[late] - 11)) if late.any() else "-"
        rows.append(
            {
                "share of 100 comments a month": label,
                "said to rise in months 1-12": float(100 * early.mean()),
                "in months 13-24": float(100 * late.mean()),
                "months until then (median)": waited,
            }
        )
    return rows


STUDIES = [
    Study(
        "themes",
        "What a theme costs",
        "The 95 % interval of a theme's points covers them in 92 to 97 % of samples: with silent customers, with "
        "weights, and where customers answered several times, half of their further answers being their first again. "
        "Coverage in percent of four planted themes, by what each adds to the category score.",
        1_000,
        run,
    ),
    Study(
        "rising-themes",
        "Rising themes",
        "A theme that does not rise is ever said to in at most 5 % of series, looked at after each of 24 months.",
        1_000,
        rises,
    ),
]
