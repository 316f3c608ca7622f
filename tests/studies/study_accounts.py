"""Coverage of the intervals of accounts: several contacts are one answer, and their company's revenue is its weight."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

import npskit as nk
from npskit.arrays import Floats
from npskit.options import CONTACTS, Contacts
from tests.studies.study import Row, Study
from tests.studies.study_weights import CATEGORY_SCORES, RANKS, SHARES, WEIGHTS, tilted

ACCOUNTS = (50, 200)
ALIKE = (0.3, 0.7)
MOST_CONTACTS = 8
REVENUES = ("lognormal 1", "lognormal 1.5")
# By how much the log odds of detractors against promoters rise from the smallest to the largest revenue.
RELATIONS = {"unrelated": (0.0,), "strongly related": (4.0, -4.0)}
_SCORES = np.array([0, 8, 10])


def drawn(
    revenue: Floats, shares: Floats, alike: float, accounts: int, draws: int, rng: np.random.Generator
) -> dict[str, NDArray[np.generic]]:
    """Return the rows of many samples: 1 to 8 contacts of each account, of the intraclass correlation `alike`."""
    size = accounts * draws
    rank, contacts = rng.integers(len(RANKS), size=size), rng.integers(1, MOST_CONTACTS + 1, size=size)
    leanings = rng.standard_gamma(shares[rank] * (1 - alike) / alike) + 1e-300
    limits = (leanings / leanings.sum(axis=1, keepdims=True)).cumsum(axis=1)[:, :2]
    who = np.repeat(np.arange(size), contacts)
    kinds = (rng.random((len(who), 1)) > limits[who]).sum(axis=1)
    return {
        "score": _SCORES[kinds],
        "company": who,
        "revenue": revenue[rank][who],
        "draw": who // accounts,
        "time": np.datetime64("2026-01-01") + rng.permutation(len(who)).astype("timedelta64[s]"),
    }


def of_accounts(data: Mapping[str, NDArray[np.generic]], contacts: Contacts) -> nk.Survey:
    """Return the survey of such rows."""
    return nk.Survey(data, account="company", weight="revenue", contacts=contacts, time="time")


def expected(shares: Floats, alike: float, contacts: Contacts, most: int = MOST_CONTACTS) -> Floats:
    """Return the expected score of an account by the rank of its revenue: of beta-binomial answers where the worst is.

    No detractor is among m contacts with the chance Π (A − a + j)/(A + j) over j = 0 .. m − 1, for the Dirichlet
    distribution of total A that gives detractors a.
    """
    if contacts != "worst":
        return np.asarray(shares @ CATEGORY_SCORES)
    total = (1 - alike) / alike
    steps = np.arange(most)
    upper = shares[:, ::-1].cumsum(axis=1)[:, [1, 0]]  # no detractor; promoters alone
    chances = ((upper[..., np.newaxis] * total + steps) / (total + steps)).cumprod(axis=-1).mean(axis=-1)
    return np.asarray(CATEGORY_SCORES[0] + chances @ np.diff(CATEGORY_SCORES))


def coverage(
    name: str, shares: tuple[float, ...], tilt: float, setting: tuple[float, int], draws: int, rng: np.random.Generator
) -> dict[Contacts, tuple[float, float]]:
    """Return for each rule of contacts the percentage of intervals that hold the true score, and their mean width."""
    alike, accounts = setting
    revenue, each = WEIGHTS[name], tilted(shares, tilt)
    data = drawn(revenue, each, alike, accounts, draws, rng)
    found: dict[Contacts, tuple[float, float]] = {}
    for rule in CONTACTS:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", nk.PrecisionWarning)  # of a few of so many samples
            table = of_accounts(data, rule).score("draw")
        limits = [table[draw].interval() for draw in range(draws)]
        low, high = np.array([(-100.0, 100.0) if np.isnan(one.low) else (one.low, one.high) for one in limits]).T
        true = revenue @ expected(each, alike, rule) / revenue.sum()
        covered = (low <= true + 1e-9) & (true - 1e-9 <= high)
        found[rule] = 100 * float(covered.mean()), float((high - low).mean())
    return found


def _of_accounts(draws: int, rng: np.random.Generator) -> list[Row]:
    rows: list[Row] = []
    for name in REVENUES:
        for how, tilts in RELATIONS.items():
            for accounts in ACCOUNTS:
                found = [
                    coverage(name, shares, tilt, (alike, accounts), draws, rng)
                    for tilt in tilts
                    for shares in (SHARES[0], SHARES[2])
                    for alike in ALIKE
                ]
                row: dict[str, object] = {"revenue": name, "with the answers": how, "accounts": accounts}
                for rule in CONTACTS:
                    covered, widths = zip(*(one[rule] for one in found), strict=True)
                    row[rule] = f"{min(covered):.1f} ({np.mean(widths):.0f})"
                rows.append(row)
    return rows


STUDIES = [
    Study(
        "accounts",
        "Intervals of accounts that weigh by revenue",
        "The 95 % interval of accounts that weigh by revenue covers the true score in 94 % of samples at least, "
        "whichever of their contacts' answers count (`contacts=`). Each account has 1 to 8 contacts, whose answers "
        "have an intraclass correlation of 0.3 or 0.7; revenues are lognormal with σ = 1 or 1.5, and have nothing "
        "to do with the answers or much. Lowest coverage in percent over both correlations, two sets of shares, and"
        " both directions of the relation of revenue and answer, and in brackets the mean width in points.",
        1000,
        _of_accounts,
    ),
]
