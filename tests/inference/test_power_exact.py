"""Laws of the exact power."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.planning import power
from npskit.inference.power_exact import exact_power
from npskit.inference.two_sample import score_test
from npskit.inference.wald_and_welch import wald_difference
from npskit.options import ExactTest

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "planning.json").read_text())

shares = st.lists(st.integers(0, 9), min_size=3, max_size=3).filter(any).map(lambda c: [k / sum(c) for k in c])


@settings(max_examples=25, deadline=None)
@given(p=shares, q=shares, n=st.integers(1, 3), m=st.integers(1, 3), test=st.sampled_from(["score", "wald"]))
def test_it_adds_up_the_answers_that_reject(p: list[float], q: list[float], n: int, m: int, test: ExactTest) -> None:
    """Its value is the probability of all sequences of single answers for which the test rejects."""
    category_scores, total = [-1, 0, 1], 0.0
    answers = list(itertools.product(range(3), repeat=n + m))
    a, b = (np.array([np.bincount(x[part], minlength=3) for x in answers]) for part in (slice(n), slice(n, None)))
    found = score_test(a, b, category_scores)[1] if test == "score" else wald_difference(a, b, category_scores).p_value
    for x, p_value in zip(answers, found.tolist(), strict=True):
        if p_value < 0.2:
            total += math.prod(p[k] for k in x[:n]) * math.prod(q[k] for k in x[n:])
    assert exact_power(p, q, n, m, level=0.8, category_scores=category_scores, test=test) == pytest.approx(
        total, abs=1e-12
    )


@settings(max_examples=15, deadline=None)
@given(p=shares, q=shares, n=st.integers(2, 8), m=st.integers(2, 8))
def test_sides_and_direction_do_not_matter(p: list[float], q: list[float], n: int, m: int) -> None:
    """Swapping the groups or the ends of the scale gives the same power; categories of equal score are one."""
    expected = exact_power(p, q, n, m)
    assert 0 <= expected <= 1
    assert exact_power(q, p, m, n) == pytest.approx(expected, abs=1e-11)
    assert exact_power(p[::-1], q[::-1], n, m) == pytest.approx(expected, abs=1e-11)
    split = [[r[0] / 2, r[0] / 2, r[1], r[2]] for r in (p, q)]
    assert exact_power(split[0], split[1], n, m, category_scores=[-1, -1, 0, 1]) == pytest.approx(expected, abs=1e-11)


def check(case: dict[str, Any]) -> None:
    """Compare the powers of one case with those of the source."""
    p, q, n = case["p1"], case["p2"], case["n"]
    exact = exact_power(p, q, n)
    assert exact_power(p, q, n, test="wald") == pytest.approx(case["power_exact_wald"], abs=1e-12)
    # the source left out pairs of outcomes less likely than 1e-11 each: up to 5e-7 in all, and never too much
    assert -1e-12 <= exact - case["power_exact_scoreN1"] < 5e-7
    assert power(n, 100 * case["delta"], shares=[p, q]) == pytest.approx(exact, abs=0.02)


@pytest.mark.parametrize("case", REFERENCE["power"][:1])
def test_figures_of_an_enumeration(case: dict[str, Any]) -> None:
    """The exact power of the score and of the Wald test at 40 answers a group, near the normal approximation."""
    check(case)


@pytest.mark.slow
@pytest.mark.parametrize("case", REFERENCE["power"][1:])
def test_figures_of_larger_enumerations(case: dict[str, Any]) -> None:
    """The same for other shares and at 60 answers a group."""
    check(case)


@pytest.mark.parametrize(
    ("n", "exact"),
    [(40, 0.491), pytest.param(57, 0.729, marks=pytest.mark.slow), pytest.param(80, 0.873, marks=pytest.mark.slow)],
)
def test_the_power_is_the_exact_one_near_the_ends(n: int, exact: float) -> None:
    """Where nearly all answers of a group are promoters a normal approximation promised up to 16 points too much."""
    p, q = [0.01, 0.04, 0.95], [0.01, 0.24, 0.75]
    assert power(n, 20, shares=[p, q]) == pytest.approx(exact, abs=0.01)
    assert exact_power(p, q, n) == pytest.approx(exact, abs=5e-4)


def test_the_size_of_the_score_test_near_the_ends() -> None:
    """At equal, lopsided shares and unequal sizes it rejects in 6.5 % rather than 5 %."""
    p = [0.05, 0.02, 0.93]
    assert exact_power(p, p, 5, 20) == pytest.approx(0.0653, abs=5e-5)


def test_what_cannot_be_enumerated_is_refused() -> None:
    """Too many outcomes, unknown tests and shares of two groups at once are named."""
    p = [0.2, 0.3, 0.5]
    with pytest.raises(InvalidValueError, match="n=500 and n_second=400 have 10,135,656,351 pairs of outcomes"):
        exact_power(p, p, 500, 400)
    with pytest.raises(InvalidValueError, match="test must be one of 'score', 'wald': got 't'"):
        exact_power(p, p, 5, test="t")  # type: ignore[arg-type]
    with pytest.raises(InvalidValueError, match="one axis each"):
        exact_power([p, p], p, 5)
    with pytest.raises(InvalidTypeError, match="n must be a whole number"):
        exact_power(p, p, 5.5)  # type: ignore[arg-type]
