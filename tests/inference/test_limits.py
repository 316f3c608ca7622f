"""Laws of what intervals are found with."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from npskit.arrays import Floats
from npskit.inference.limits import falling_root, normal_quantile, t_quantile


def test_a_root_is_found_in_few_steps() -> None:
    """Of smooth functions it takes far fewer than the forty that halving takes, each of several at its own place."""
    calls = []

    def function(x: Floats) -> Floats:
        calls.append(x)
        return np.cos(x) - np.array([0.2, 0.5, 0.9]) * x

    found = falling_root(function, np.zeros(3), np.full(3, 2.0), 1e-12)
    assert np.cos(found) == pytest.approx(np.array([0.2, 0.5, 0.9]) * found, abs=1e-11)
    assert len(calls) <= 10


@given(st.floats(0.01, 1 - 1e-9), st.lists(st.floats(0.1, 1e9), min_size=1, max_size=20))
def test_quantiles_of_student_are_those_of_scipy(level: float, df: list[float]) -> None:
    """Whether expanded or not, they are scipy's to the ninth digit, and fall as the degrees of freedom grow."""
    found = t_quantile(df, level)
    np.testing.assert_allclose(found, -stdtrit(df, (1 - level) / 2), rtol=1e-9, atol=1e-12)
    in_order = t_quantile([*sorted(df), np.inf], level)
    assert (np.diff(in_order) <= 1e-9 * in_order[1:] + 1e-15).all()


@given(st.floats(0.5, 1 - 1e-9))
def test_the_expansion_begins_where_it_is_exact(level: float) -> None:
    """At its first degrees of freedom it is where those before it lead: no jump of more than rounding."""
    first = 200 * (1 + normal_quantile(level) ** 2)
    below, above = t_quantile([first * (1 - 1e-12), first * (1 + 1e-12)], level)
    assert below == pytest.approx(above, rel=1e-11)


def test_many_degrees_of_freedom_need_no_scipy() -> None:
    """A table of a thousand answers in each segment loads no scipy for its intervals, weights or none."""
    program = (
        "import sys, numpy as np, npskit as nk; rows = 4000; "
        "data = {'score': np.arange(rows) % 11, 'region': np.arange(rows) % 2, 'w': 1 + np.arange(rows) % 3 / 10}; "
        "str(nk.Survey(data, weight='w').score(by='region')); print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False", done.stderr
