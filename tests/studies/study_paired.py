"""Coverage and level of the change of the same customers, with two and with more answers each."""

from __future__ import annotations

import numpy as np

from npskit.arrays import Floats
from npskit.inference import Moves, paired_difference
from tests.studies.study import Row, Study
from tests.studies.study_comparisons import NPS, SHARES

# Answers of a customer, and how much of a customer's opinion is his own: intraclass correlation.
ANSWERS = {"2": (2, 2), "2 to 6": (2, 6)}
ALIKE, LOST = 0.25, 0.15


def moves(shares: Floats, customers: int, most: tuple[int, int], lost: float, rng: np.random.Generator) -> Moves:
    """Draw customers about an opinion of their own that stays, save that they are lost from one answer to the next.

    Of promoters a share of `lost` answers as a detractor at each but the first time.
    """
    size = rng.integers(most[0], most[1] + 1, size=customers)
    own = rng.standard_gamma(np.tile(shares * (1 - ALIKE) / ALIKE, (customers, 1))) + 1e-300
    own = (own / own.sum(axis=1, keepdims=True)).cumsum(axis=1)
    kinds = (rng.random((customers, most[1], 1)) > own[:, np.newaxis, :2]).sum(axis=2)
    later = np.arange(most[1]) > 0
    kinds = np.where((kinds == 2) & later & (rng.random(kinds.shape) < lost), 0, kinds)
    there = np.arange(1, most[1]) < size[:, np.newaxis]
    who = np.broadcast_to(np.arange(customers)[:, np.newaxis], there.shape)
    return Moves.of(who[there], kinds[:, :-1][there], kinds[:, 1:][there], 3)


def _run(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for name in ("balanced", "typical", "high"):
        shares = np.array(SHARES[name])
        for answers, most in ANSWERS.items():
            for customers in (10, 30, 300):
                row: dict[str, object] = {"shares": name, "answers each": answers, "customers": customers}
                for lost in (0.0, LOST) if answers == "2" else (0.0,):
                    true = -200 * lost * shares[2]
                    found = [paired_difference(moves(shares, customers, most, lost, rng), NPS) for _ in range(draws)]
                    low, high = np.array([(each.interval.low, each.interval.high) for each in found]).T
                    held = (low <= true + 1e-9) & (true - 1e-9 <= high)
                    rejected = np.array([each.p_value < 0.05 for each in found])
                    if not lost:
                        row |= {"covers no change": 100 * held.mean(), "p < .05": 100 * rejected.mean()}
                        row |= {"disagree": 100 * (held == rejected).mean(), "width": float((high - low).mean())}
                    else:
                        row |= {"covers a fall": 100 * held.mean(), "finds it": 100 * rejected.mean()}
                rows.append(row if answers == "2" else row | {"covers a fall": "", "finds it": ""})
    return rows


STUDIES = [
    Study(
        "paired",
        "The change of the same customers",
        "The 95 % interval of `paired_difference` covers the change of the score of customers who answered twice or "
        "more often, and its test finds a change where there is none in 5 %, of few customers in less. The Monte "
        "Carlo error of either is 0.5 points. Opinions of customers have an intraclass correlation of 0.25. In "
        "percent, and the width in points: coverage where nothing changed, rejections, how often test and interval "
        "disagree about it; and of two answers coverage and rejections where 15 % of the promoters answer as "
        "detractors the second time.",
        2000,
        _run,
    )
]
