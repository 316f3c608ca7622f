"""The study of accounts measures what a survey of accounts gives, against a truth that is right."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from npskit.options import CONTACTS, Contacts
from tests.studies.study import monte_carlo_error
from tests.studies.study_accounts import ACCOUNTS, ALIKE, RELATIONS, coverage, drawn, expected, of_accounts
from tests.studies.study_weights import CATEGORY_SCORES, SHARES, WEIGHTS, tilted


@pytest.mark.parametrize("contacts", CONTACTS)
def test_a_sample_among_many_has_the_interval_of_one_alone(contacts: Contacts) -> None:
    data = drawn(WEIGHTS["lognormal 1"], tilted(SHARES[0], 2.0), 0.3, 40, 3, np.random.default_rng(1))
    one = {name: column[data["draw"] == 1] for name, column in data.items()}
    found, alone = (
        of_accounts(data, contacts).score("draw")[1].interval(),
        of_accounts(one, contacts).score().interval(),
    )
    assert (found.low, found.high) == pytest.approx((alone.low, alone.high), rel=1e-9)


def test_the_worst_of_some_contacts_is_counted_out() -> None:
    """The chance of each sequence of answers is that of Polya's urn, drawn from one at a time."""
    shares, alike = np.array([[0.2, 0.3, 0.5]]), 0.4
    total, scores = (1 - alike) / alike, []
    for m in range(1, 4):
        mean = 0.0
        for kinds in itertools.product(range(3), repeat=m):
            chance, balls = 1.0, shares[0] * total
            for kind in kinds:
                chance *= balls[kind] / balls.sum()
                balls = balls + np.eye(3)[kind]
            mean += chance * CATEGORY_SCORES[min(kinds)]
        scores.append(mean)
    found = expected(shares, alike, "worst", most=3)
    assert found == pytest.approx(np.mean(scores))
    assert expected(shares, alike, "mean") == pytest.approx(30.0)
    assert expected(shares, 1e-9, "worst", most=1) == pytest.approx(30.0)


@pytest.mark.slow
@pytest.mark.parametrize("accounts", ACCOUNTS)
@pytest.mark.parametrize("tilt", [tilt for tilts in RELATIONS.values() for tilt in tilts])
def test_intervals_of_accounts_cover(tilt: float, accounts: int) -> None:
    """At least 94 % of 95 % intervals hold the true score, within two Monte Carlo errors."""
    for alike in ALIKE:
        found = coverage("lognormal 1", SHARES[2], tilt, (alike, accounts), 1000, np.random.default_rng(2))
        assert min(covered for covered, _ in found.values()) >= 94 - 2 * monte_carlo_error(0.94, 1000)
