"""Whether planned sizes have the power they were planned for."""

from __future__ import annotations

import numpy as np

from npskit.inference import normal_p, power, sample_size, score_z
from tests.studies.study import Row, Study

NPS = np.array([-100.0, 0.0, 100.0])
PAIRS = {
    "middling": ((0.2, 0.3, 0.5), (0.1, 0.3, 0.6)),
    "low": ((0.3, 0.4, 0.3), (0.4, 0.4, 0.2)),
    "typical": ((0.1, 0.2, 0.7), (0.2, 0.3, 0.5)),
    "high": ((0.05, 0.1, 0.85), (0.1, 0.15, 0.75)),
    "high, far apart": ((0.05, 0.1, 0.85), (0.2, 0.2, 0.6)),
    "higher": ((0.02, 0.08, 0.9), (0.08, 0.12, 0.8)),
    "corner": ((0.01, 0.04, 0.95), (0.01, 0.24, 0.75)),
}
RATIOS = (0.25, 1.0, 4.0)
SIZES = (40, 100, 300)


def simulated(pair: tuple[tuple[float, ...], tuple[float, ...]], n: int, second: int, draws: int, seed: int) -> float:
    """Return how many of a hundred score tests of that many answers each find the difference."""
    rng = np.random.default_rng(seed)
    a, b = (rng.multinomial(size, p, size=draws) for size, p in zip((n, second), pair, strict=True))
    return float(100 * (normal_p(score_z(a, b, NPS)) < 0.05).mean())


def _run(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    # planning takes as long for few draws
    for name, pair in list(PAIRS.items())[: 1 + draws // 100]:
        difference = float((np.array(pair[0]) - np.array(pair[1])) @ NPS)
        for ratio in RATIOS:
            plan = sample_size(difference=difference, ratio=ratio, shares=pair)
            second = plan.n_second or plan.n
            shown = " against ".join(", ".join(map(str, shares)) for shares in pair)
            row: dict[str, object] = {"shares": f"{name}: {shown}", "ratio": f"{ratio:g}", "planned": plan.n}
            row["80 % are"] = simulated(pair, plan.n, second, draws, int(rng.integers(1 << 30)))
            for n in SIZES:
                told = 100 * power(n, difference, n_second=round(n * ratio), shares=pair)
                found = simulated(pair, n, round(n * ratio), draws, int(rng.integers(1 << 30)))
                row[f"n = {n}"] = f"{told:.1f}, true {found:.1f}"
            rows.append(row)
    return rows


STUDIES = [
    Study(
        "planning",
        "Sample sizes and power",
        "`sample_size(difference=, ratio=)` and `power` promise the power that the score test has, within 2 points, "
        "also of high scores and groups of different sizes. By the variances of the groups alone, 80 % promised were "
        "65 to 70 at ratio 4. In percent: what was planned for 80 % has, and `power` at other sizes of the first "
        "group with what is true.",
        20000,
        _run,
    )
]
