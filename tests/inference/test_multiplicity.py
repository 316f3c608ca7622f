"""Laws of adjusting p-values."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.inference.multiplicity import adjust
from npskit.options import Correction

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "k_sample.json").read_text())
METHODS: tuple[Correction, ...] = (
    "holm",
    "hochberg",
    "hommel",
    "bonferroni",
    "benjamini_hochberg",
    "benjamini_yekutieli",
)
families = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=50)
@given(p=families)
def test_adjusting_keeps_the_order_and_never_helps(method: Correction, p: list[float]) -> None:
    """Adjusted p-values are at least the raw ones, at most 1, and in the same order."""
    adjusted = adjust(p, method)
    assert (adjusted >= p).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=30)
@given(p=families, seed=st.integers(0, 2**32 - 1))
def test_the_order_of_the_tests_does_not_matter(method: Correction, p: list[float], seed: int) -> None:
    """Adjusting commutes with permuting the tests."""
    order = np.random.default_rng(seed).permutation(len(p))
    np.testing.assert_array_equal(adjust(np.asarray(p)[order], method), adjust(p, method)[order])


@settings(max_examples=50)
@given(p=families)
def test_the_sharper_method_never_gives_the_larger_value(p: list[float]) -> None:
    """Hommel <= Hochberg <= Holm <= Bonferroni, and BH <= Hommel."""
    hommel, hochberg, holm, bonferroni = (adjust(p, m) for m in ("hommel", "hochberg", "holm", "bonferroni"))
    tolerance = 1e-14
    assert (hommel <= hochberg + tolerance).all()
    assert (hochberg <= holm).all()
    assert (holm <= bonferroni).all()
    assert (adjust(p, "bh") <= hommel + tolerance).all()


@settings(max_examples=30)
@given(p=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_hommel_is_the_closed_simes_test(p: list[float]) -> None:
    """Hommel's value is the largest Simes p-value over all sets of hypotheses that hold the one in question."""
    closed = np.zeros(len(p))
    for size in range(1, len(p) + 1):
        for members in itertools.combinations(range(len(p)), size):
            simes = min(size * q / k for k, q in enumerate(sorted(p[i] for i in members), start=1))
            for i in members:
                closed[i] = max(closed[i], simes)
    np.testing.assert_allclose(adjust(p, "hommel"), closed, rtol=1e-14, atol=0)


@pytest.mark.parametrize("method", METHODS)
def test_what_is_missing_is_not_counted(method: Correction) -> None:
    """NaN stays in its place and the others are adjusted as if it had not been there; each row is a family."""
    p = [0.01, 0.2, 0.03]
    adjusted = adjust([[0.01, np.nan, 0.2, 0.03], [np.nan] * 4], method)
    np.testing.assert_array_equal(adjusted[0, [0, 2, 3]], adjust(p, method))
    assert np.isnan(adjusted[0, 1])
    assert np.isnan(adjusted[1]).all()


@pytest.mark.parametrize(("method", "expected"), REFERENCE["adjusted"].items())
def test_figures_of_r(method: Correction, expected: list[float]) -> None:
    """All methods reproduce R's p.adjust."""
    np.testing.assert_allclose(adjust(REFERENCE["pair_wald_p"], method), expected, rtol=1e-12)


def test_one_test_is_not_adjusted_and_none_gives_none() -> None:
    """A family of one keeps its p-value; an empty one stays empty."""
    for method in METHODS:
        assert adjust([0.04], method).tolist() == [0.04]
        assert adjust(0.04, method) == 0.04
        assert adjust([], method).shape == (0,)
        assert adjust(np.empty((2, 0)), method).shape == (2, 0)


def test_what_is_no_p_value_is_refused() -> None:
    """A value outside 0..1, a word and an unknown method are named."""
    with pytest.raises(InvalidValueError, match=r"\[1\.5\] at \[\[1\]\]"):
        adjust([0.5, 1.5])
    with pytest.raises(InvalidValueError, match=r"\[-0\.1\] at \[\[0, 1\]\]"):
        adjust([[0.5, -0.1]])
    with pytest.raises(InvalidTypeError, match="must be numbers"):
        adjust(["a"])
    with pytest.raises(InvalidValueError, match="did you mean 'holm'"):
        adjust([0.5], "hulm")  # type: ignore[arg-type]
