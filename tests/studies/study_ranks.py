"""Whether sets of ranks hold the true ranks of all segments at once, and how wide they are."""

from __future__ import annotations

import itertools
import warnings

import numpy as np

import npskit as nk
from npskit.arrays import Floats, Integers
from npskit.inference import rank_limits, rank_sets
from tests.studies.study import Row, Study
from tests.studies.study_comparisons import NPS, SHARES, drawn, moved

GROUPS = (3, 10, 30)
SIZES: dict[str, tuple[int, ...]] = {
    "30": (30,),
    "100": (100,),
    "30, 100, 300": (30, 100, 300),
    "10, 30, 100, 300": (10, 30, 100, 300),
}
# How far apart true scores are, from the lowest to the highest: all alike, two of each, all different.
TRUTHS = ("all equal", "two levels", "all different")
_SPREAD, _DRAWN_AGAIN = 30.0, 200


def true_scores(truth: str, groups: int) -> Floats:
    """Return the true scores of groups around 0."""
    if truth == "all equal":
        return np.zeros(groups)
    if truth == "two levels":
        return np.where(np.arange(groups) % 2, _SPREAD / 2, -_SPREAD / 2)
    return np.linspace(-_SPREAD / 2, _SPREAD / 2, groups)


def held(scores: Floats, low: Integers, high: Integers) -> bool:
    """Return whether each set holds all ranks that its group could be given where true scores are equal."""
    best = 1 + (scores[np.newaxis] > scores[:, np.newaxis] + 1e-9).sum(axis=1)
    worst = (scores[np.newaxis] >= scores[:, np.newaxis] - 1e-9).sum(axis=1)
    return bool((low <= best).all() and (high >= worst).all())


def _shares_of(shape: str, scores: Floats) -> list[Floats]:
    """Return shares with these scores about the score of a shape, less spread where that is near an end."""
    shares = np.array(SHARES[shape])
    center = float(shares @ NPS)
    scale = min(1.0, (99 - center) / _SPREAD)
    return [moved(shares, NPS, center + scale * score) for score in scores.tolist()]


def _of_samples(counts: Floats, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Return the percentiles of the ranks in samples drawn again, as many people compute them."""
    n = counts.sum(axis=1)
    again = rng.multinomial(n.astype(np.int64), counts / n[:, np.newaxis], size=(_DRAWN_AGAIN, len(counts)))
    return rank_limits(((again @ NPS) / n).T, 0.95)


def _plain(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for groups, (size, some), truth in itertools.product(GROUPS, SIZES.items(), TRUTHS):
        sizes = [some[i % len(some)] for i in range(groups)]
        scores = true_scores(truth, groups)
        row: dict[str, object] = {"groups": groups, "answers in each": size, "true scores": truth}
        for shape in ("typical", "corner"):
            counts = drawn(_shares_of(shape, scores), sizes, draws, rng)
            found = rank_sets(counts, NPS)
            right = [held(scores, low, high) for low, high in zip(found.low, found.high, strict=True)]
            row[f"{shape}: hold"] = 100 * float(np.mean(right))
            row[f"{shape}: ranks in a set"] = float((found.high - found.low + 1).mean())
            if shape == "typical":
                again = [held(scores, *_of_samples(each, rng)) for each in counts]
                row["percentiles of samples drawn again: hold"] = 100 * float(np.mean(again))
        rows.append(row)
    return rows


def _designs(draws: int, rng: np.random.Generator) -> list[Row]:
    groups, each = 6, 80
    rows: list[Row] = []
    kinds = ("answers alone", "weights, σ = 0.5", "weights, σ = 1", "customers, three answers each", "a panel")
    for kind, truth in itertools.product(kinds, TRUTHS):
        scores = true_scores(truth, groups)
        shares = np.array(_shares_of("typical", scores))
        edges = np.cumsum(shares, axis=1)
        right, width = [], []
        for _ in range(draws):
            segment = np.repeat(np.arange(groups), each)
            uniform = rng.random(len(segment))
            roles: dict[str, str] = {}
            data: dict[str, list[object]] = {"segment": [f"s{i}" for i in segment.tolist()]}
            if kind.startswith("weights"):
                data["w"] = np.exp(float(kind[-3:].strip("= ")) * rng.normal(size=len(segment))).tolist()
                roles["weight"] = "w"
            elif kind != "answers alone":
                # of a customer all answers are nearly one quantile, in one segment or in all of them
                who = np.arange(len(segment)) // 3 if kind.startswith("customers") else np.tile(np.arange(each), groups)
                common = rng.random(int(who.max()) + 1)[who]
                uniform = np.where(rng.random(len(segment)) < 0.6, common, uniform)
                data["who"] = who.tolist()
                roles["customer"] = "who"
            place = (uniform[:, np.newaxis] > edges[segment][:, :2]).sum(axis=1)
            data["score"] = np.array([3, 8, 10])[place].tolist()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", nk.PrecisionWarning)  # of few heavy answers, which are drawn on purpose
                found = nk.Survey(data, **roles).ranks("segment")  # type: ignore[arg-type]
            by_name = sorted(found.segments, key=lambda one: one.segment)
            low, high = (np.array([getattr(one, end) for one in by_name]) for end in ("rank_low", "rank_high"))
            right.append(held(scores, low, high))
            width.append(float((high - low + 1).mean()))
        row = {"answers": kind, "true scores": truth, "hold": 100 * float(np.mean(right))}
        rows.append(row | {"ranks in a set": float(np.mean(width))})
    return rows


STUDIES = [
    Study(
        "ranks",
        "Ranks of segments",
        "`table.ranks()` gives each segment a set of ranks, and in at least 95 % of surveys all sets hold the true "
        "ranks, with every rank that segments of equal true scores could be given; close to the end of the scale, with "
        "thirty segments of 30 to 300 answers, in 92 %, and where segments of ten answers are ranked as well "
        "(`few=True`), in 86 to 91 %. In percent, of typical scores (shares 0.15, 0.25, 0.6) and of scores close to "
        "the end (0.02, 0.03, 0.95); true scores all equal, of two levels 30 points apart (as far as that is possible "
        "close to the end), or evenly from one to the other. Beside it how many ranks a set has, and what percentiles "
        "of the ranks in samples drawn again do instead: they are no such sets. The Monte Carlo error of 95 % is 0.7 "
        "points.",
        1000,
        _plain,
    ),
    Study(
        "ranks-designs",
        "Ranks under weights and customers",
        "`survey.ranks(by)` holds what it promises under weights (lognormal), where customers answered three times in "
        "a segment, and where the same panel answered in all of six segments of 80 answers, which makes the order "
        "surer. Columns as above. The Monte Carlo error of 95 % is 1.0 points.",
        500,
        _designs,
    ),
]
