"""How often a segment is told apart from all the others where none differs, and how often one that does is."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

import npskit as nk
from tests.studies.study import Row, Study
from tests.studies.study_comparisons import NPS, SHARES, moved

ANSWERS = np.array([3, 8, 10])


@attrs.frozen
class OthersSetting:
    """Segments of equal scores, and whether answers weigh alike and hang together."""

    label: str
    sizes: tuple[int, ...]
    sigma: float = 0.0
    each: int = 1


SETTINGS = [
    OthersSetting("5 of 30", (30,) * 5),
    OthersSetting("20 of 10", (10,) * 20),
    OthersSetting("20 of 30", (30,) * 20),
    OthersSetting("50 of 100", (100,) * 50),
    OthersSetting("one of 600, 19 of 30", (600, *(30,) * 19)),
    OthersSetting("10 of 100, lognormal weights 0.7", (100,) * 10, sigma=0.7),
    OthersSetting("20 of 30, lognormal weights 0.7", (30,) * 20, sigma=0.7),
    OthersSetting("10 of 300, lognormal weights 1", (300,) * 10, sigma=1.0),
    OthersSetting("10 of 100, customers of 4 answers in any segment", (100,) * 10, each=4),
    OthersSetting("10 of 100, such customers, lognormal weights 0.7", (100,) * 10, sigma=0.7, each=4),
]


def found(setting: OthersSetting, shares: Any, first: Any, rng: np.random.Generator) -> list[bool]:
    """Return of which segments a difference from the others is found; `first` are the shares of the first segment."""
    size = sum(setting.sizes)
    segment = np.repeat(np.arange(len(setting.sizes)), setting.sizes)
    who = np.arange(size) // setting.each
    rng.shuffle(who)
    # three in four answers of a customer are what that customer always says
    own = rng.random(size // setting.each + 1)[who]
    level = np.where(rng.random(size) < 0.75 * (setting.each > 1), own, rng.random(size))
    cumulative = np.where(segment[:, None] == 0, np.cumsum(first), np.cumsum(shares))
    data: dict[str, Any] = {"score": ANSWERS[(level[:, None] > cumulative[:, :2]).sum(axis=1)], "segment": segment}
    roles: dict[str, Any] = {}
    if setting.sigma:
        data["weight"], roles["weight"] = rng.lognormal(0, setting.sigma, size), "weight"
    if setting.each > 1:
        data["who"], roles["customer"] = who, "who"
    pairs = nk.Survey(data, score="score", **roles).compare("segment", against="others").pairs
    return [pair.p_adjusted < 0.05 for pair in sorted(pairs, key=lambda pair: int(pair.a))]


def run(draws: int, rng: np.random.Generator) -> list[Row]:
    """Return a row for each setting."""
    return [row_of(setting, draws, rng) for setting in SETTINGS]


def row_of(setting: OthersSetting, draws: int, rng: np.random.Generator) -> Row:
    """Return how often any segment is found where none differs; and the first where it is 40 points lower."""
    row: dict[str, object] = {"segments": setting.label}
    for name, shares in SHARES.items():
        row[name] = 100.0 * float(np.mean([any(found(setting, shares, shares, rng)) for _ in range(draws)]))
    typical = np.array(SHARES["typical"])
    lower = moved(typical, NPS, float(typical @ NPS) - 40)
    row["power"] = 100.0 * float(np.mean([found(setting, typical, lower, rng)[0] for _ in range(draws)]))
    return row


STUDIES = [
    Study(
        "others",
        "Each segment against all the others",
        "`survey.compare(by, against='others')` finds any segment that differs, where none does, in at most 7 % of "
        "surveys at the 5 % level (Holm): with independent answers that weigh alike at each score and size below, as "
        "the exact p-value of dealing answers at random is heeded there; with weights and customers in segments of a "
        "hundred. **Not held by weighted segments of thirty whose score is close to the end of the scale.** In "
        "percent: four columns of equal scores (shares of detractors, passives and promoters "
        + "; ".join(f"{name} {', '.join(map(str, shares))}" for name, shares in SHARES.items())
        + "), and how often a segment is found whose score is 40 points lower than the others', typical ones. The "
        "Monte Carlo error of 5 % is 1.5 points.",
        200,
        run,
        slow=True,
    )
]
