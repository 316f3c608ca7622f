"""Laws of the run lengths of control charts."""

from __future__ import annotations

import functools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

from npskit.arrays import Floats
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.tracking.charts.run_length import cusum_run_length, ewma_run_length, shewhart_run_length

REFERENCE = json.loads((Path(__file__).parents[2] / "reference" / "average_run_length.json").read_text())


def _cases(name: str) -> list[Any]:
    """Every figure of one chart: its two parameters, the shift and the run length."""
    return [
        (*(float(part.partition("=")[2]) for part in design.split(",")), float(shift.partition("=")[2]), expected)
        for design, row in REFERENCE[name].items()
        for shift, expected in row.items()
    ]


def _density(x: Floats) -> Floats:
    return np.asarray(np.exp(-x * x / 2) / math.sqrt(2 * math.pi))


_legendre = functools.cache(np.polynomial.legendre.leggauss)


def _nodes(low: float, high: float, many: int = 61) -> tuple[Floats, Floats]:
    """Gauss-Legendre nodes and weights between two ends."""
    x, w = _legendre(many)
    return (high - low) / 2 * x + (high + low) / 2, (high - low) / 2 * w


def _ewma_integral(weight: float, width: float, shift: float, early: int = 0) -> float:
    """The EWMA's run length by its integral equation, back through `early` periods of narrower limits."""
    steady = width * math.sqrt(weight / (2 - weight))
    limits = steady * np.sqrt(1 - (1 - weight) ** (2.0 * np.arange(early + 1)))

    def kernel(start: Floats, nodes: Floats, weights: Floats) -> Floats:
        step = (nodes - (1 - weight) * start[:, None]) / weight - shift
        return np.asarray(weights * _density(step) / weight)

    nodes, weights = _nodes(-steady, steady)
    length = np.linalg.solve(np.eye(nodes.size) - kernel(nodes, nodes, weights), np.ones(nodes.size))
    for limit in limits[:0:-1].tolist():
        earlier, earlier_weights = _nodes(-limit, limit)
        length = 1 + kernel(earlier, nodes, weights) @ length
        nodes, weights = earlier, earlier_weights
    return 1 + float((kernel(np.zeros(1), nodes, weights) @ length)[0])


def _cusum_integral(allowance: float, threshold: float, shift: float) -> float:
    """One side's run length by its integral equation, with the mass at zero beside it."""
    nodes, weights = _nodes(0, threshold)
    start = np.append(0.0, nodes)
    kernel = np.empty((start.size, start.size))
    kernel[:, 0] = ndtr(allowance - start - shift)
    kernel[:, 1:] = weights * _density(nodes + allowance - start[:, None] - shift)
    return float(np.linalg.solve(np.eye(start.size) - kernel, np.ones(start.size))[0])


@pytest.mark.parametrize(("weight", "width", "shift", "expected"), _cases("ewma"))
def test_ewma_reference(weight: float, width: float, shift: float, expected: float) -> None:
    """The EWMA's run lengths agree with an independent Markov chain of as many states to 1e-9."""
    assert ewma_run_length(weight, width, shift) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("allowance", "threshold", "shift", "expected"), _cases("cusum_two_sided"))
def test_cusum_reference(allowance: float, threshold: float, shift: float, expected: float) -> None:
    """The two-sided CUSUM's run lengths agree with an independent Markov chain of as many states to 1e-9."""
    assert cusum_run_length(allowance, threshold, shift) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("shift", "expected"), [(float(k[6:]), v) for k, v in REFERENCE["shewhart"].items()])
def test_shewhart_reference(shift: float, expected: float) -> None:
    """Shewhart's run lengths agree with the reference to 1e-12."""
    assert shewhart_run_length(3, shift) == pytest.approx(expected, rel=1e-12)


def test_defaults_are_those_documented() -> None:
    """The default charts signal falsely once in 371 (366 from the start), 465 and 370 periods."""
    found = [ewma_run_length(), ewma_run_length(limits="exact"), cusum_run_length(), shewhart_run_length()]
    assert [round(x) for x in found] == [371, 366, 465, 370]


@pytest.mark.parametrize(("weight", "width", "shift"), [(0.2, 2.7, 0.0), (0.4, 3.054, 0.7), (0.8, 2.0, -1.5)])
def test_ewma_chain_is_near_the_integral_equation(weight: float, width: float, shift: float) -> None:
    """The cells stand for the continuous statistic to 3e-4 of the run length, with either kind of limits."""
    assert ewma_run_length(weight, width, shift) == pytest.approx(_ewma_integral(weight, width, shift), rel=3e-4)
    exact = _ewma_integral(weight, width, shift, early=100)
    assert ewma_run_length(weight, width, shift, limits="exact") == pytest.approx(exact, rel=3e-4)


@pytest.mark.parametrize("shift", [0.0, 0.7, -1.5])
def test_cusum_chain_is_near_the_integral_equation(shift: float) -> None:
    """The states stand for the continuous sums to 1e-4 of the run length."""
    expected = 1 / sum(1 / _cusum_integral(0.4, 4.5, side) for side in (shift, -shift))
    assert cusum_run_length(0.4, 4.5, shift) == pytest.approx(expected, rel=1e-4)


def test_an_ewma_without_memory_is_a_shewhart_chart() -> None:
    """With all weight on the newest period the EWMA is the period itself."""
    for shift in (0.0, 1.0, -3.0):
        expected = pytest.approx(shewhart_run_length(2.5, shift), rel=1e-12)
        assert ewma_run_length(1, 2.5, shift) == expected
        assert ewma_run_length(1, 2.5, shift, limits="exact") == expected


def test_direction_does_not_matter_and_size_does() -> None:
    """A fall is found as soon as a rise; larger shifts sooner; wider limits later; narrow first limits sooner."""
    for length in (shewhart_run_length, ewma_run_length, cusum_run_length):
        lengths = [length(shift=shift) for shift in (0.0, 0.25, 1.0, 4.0)]
        assert lengths == sorted(lengths, reverse=True)
        assert length(shift=-1.0) == pytest.approx(lengths[2], rel=1e-12)
    assert ewma_run_length(width=2) < ewma_run_length(width=3)
    assert cusum_run_length(threshold=3) < cusum_run_length(threshold=4)
    assert ewma_run_length(limits="exact") < ewma_run_length()


def test_extremes_keep_their_meaning() -> None:
    """A huge shift is seen at once; run lengths beyond counting stay positive, rising, and at last infinite."""
    assert cusum_run_length(shift=40) == ewma_run_length(shift=40) == shewhart_run_length(shift=40) == 1
    lengths = [cusum_run_length(threshold=h) for h in (20, 30, 40)]
    # each unit of threshold multiplies the run length by e^(2k), but for cells that have become coarse
    assert math.log(lengths[2] / lengths[1]) == pytest.approx(10, rel=0.02)
    assert ewma_run_length(width=60) == cusum_run_length(20, 60) == shewhart_run_length(60) == math.inf


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ewma_run_length(weight=0), "weight must be above 0 and at most 1: got 0"),
        (lambda: ewma_run_length(weight=1.5), "weight must be above 0 and at most 1: got 1.5"),
        (lambda: ewma_run_length(width=-1), "width must be above 0: got -1"),
        (lambda: ewma_run_length(limits="first"), "limits must be one of 'steady', 'exact': got 'first'"),  # type: ignore[arg-type]
        (lambda: ewma_run_length(shift=math.nan), "shift must be finite: got nan"),
        (lambda: cusum_run_length(allowance=-0.1), "allowance must be at least 0: got -0.1"),
        (lambda: cusum_run_length(threshold=0), "threshold must be above 0: got 0"),
        (lambda: shewhart_run_length(math.inf), "width must be finite: got inf"),
    ],
)
def test_bad_parameters_are_named(call: Any, message: str) -> None:
    """A parameter out of its range is refused by name."""
    with pytest.raises(InvalidValueError, match=message):
        call()


def test_a_parameter_must_be_a_number() -> None:
    """What is no number is refused by name."""
    with pytest.raises(InvalidTypeError, match="width must be a number: got 'wide'"):
        shewhart_run_length("wide")  # type: ignore[arg-type]
