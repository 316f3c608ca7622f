"""Laws and examples of customer satisfaction."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.scale import Scale
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.scorers import CSAT
from npskit.testing import scales


@given(scales(), st.data())
def test_the_satisfied_answer_top_or_better(scale: Scale, data: st.DataObject) -> None:
    """An answer is satisfied exactly where it reaches `top`."""
    top = data.draw(st.integers(scale.low + 1, scale.high))
    assert CSAT(scale, top=top).categorize(np.array(list(scale))).tolist() == [int(a >= top) for a in scale]


@given(scales(min_size=3))
def test_the_default_is_the_top_two_boxes(scale: Scale) -> None:
    """Two points of any scale of three or more are satisfied."""
    assert CSAT(scale) == CSAT(scale, top=scale.high - 1)
    assert CSAT(scale).categorize(np.array(list(scale))).sum() == 2


def test_of_two_points_the_better_one_is_satisfied() -> None:
    """Yes or no: yes."""
    assert CSAT((0, 1)) == CSAT((0, 1), top=1)


def test_what_it_says() -> None:
    """A share in percent of one question."""
    assert (CSAT().name, CSAT().category_scores, CSAT().categories) == (
        "CSAT",
        (0.0, 100.0),
        ("not satisfied", "satisfied"),
    )
    assert CSAT().questions == {"satisfaction": Scale(1, 5)}
    assert eval(repr(CSAT((1, 7)))) == CSAT((1, 7))


@pytest.mark.parametrize("top", [0, 1, 6])
def test_a_top_box_of_nobody_or_everybody_is_refused(top: int) -> None:
    """`top` is on the scale and above its lowest point."""
    with pytest.raises(InvalidValueError, match=f"top must satisfy 1 < top <= 5: got {top}"):
        CSAT(top=top)


@pytest.mark.parametrize("top", [True, 4.0, "4"])
def test_a_top_that_is_no_whole_number_is_refused(top: Any) -> None:
    """Booleans, fractions and text are no cuts."""
    with pytest.raises(InvalidTypeError, match="top must be a whole number"):
        CSAT(top=top)
