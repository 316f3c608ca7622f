"""Laws of what intervals are found with."""

from __future__ import annotations

import numpy as np
import pytest

from npskit.arrays import Floats
from npskit.inference.limits import falling_root


def test_a_root_is_found_in_few_steps() -> None:
    """Of smooth functions it takes far fewer than the forty that halving takes, each of several at its own place."""
    calls = []

    def function(x: Floats) -> Floats:
        calls.append(x)
        return np.cos(x) - np.array([0.2, 0.5, 0.9]) * x

    found = falling_root(function, np.zeros(3), np.full(3, 2.0), 1e-12)
    assert np.cos(found) == pytest.approx(np.array([0.2, 0.5, 0.9]) * found, abs=1e-11)
    assert len(calls) <= 10
