"""Laws and examples of the Net Promoter Score."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data.response import Segment
from npskit.data.scale import Scale
from npskit.errors import InvalidTypeError, InvalidValueError
from npskit.scorers import NPS
from npskit.testing import scales


def test_the_default_is_reichhelds() -> None:
    """0 to 6 are detractors, 7 and 8 passives, 9 and 10 promoters."""
    assert NPS().categorize(np.arange(11)).tolist() == [0] * 7 + [1] * 2 + [2] * 2
    assert NPS().categories == tuple(Segment)
    assert NPS().category_scores == (-100.0, 0.0, 100.0)
    assert NPS().questions == {"score": Scale(0, 10)}


@given(scales(), st.data())
def test_an_answer_is_put_by_its_cuts(scale: Scale, data: st.DataObject) -> None:
    """Up to `detractor` is a detractor, from `promoter` a promoter, between them a passive."""
    detractor = data.draw(st.integers(scale.low, scale.high - 1))
    promoter = data.draw(st.integers(detractor + 1, scale.high))
    found = NPS(scale, detractor=detractor, promoter=promoter).categorize(np.array(list(scale)))
    assert found.tolist() == [0 if a <= detractor else 2 if a >= promoter else 1 for a in scale]


@pytest.mark.parametrize(
    ("scale", "cuts"),
    [
        ((0, 10), {"detractor": 9, "promoter": 9}),
        ((0, 10), {"detractor": -1}),
        ((0, 10), {"promoter": 11}),
        ((1, 5), {}),
        ((1, 7), {"detractor": 4}),
    ],
)
def test_cuts_off_the_scale_or_out_of_order_are_refused(scale: Any, cuts: dict[str, int]) -> None:
    """The cuts lie on the scale, in their order; another scale needs cuts of its own."""
    with pytest.raises(InvalidValueError, match=f"the cuts must satisfy {scale[0]} <= detractor < promoter"):
        NPS(scale, **cuts)


@pytest.mark.parametrize("cut", [True, 6.5, "6", None])
def test_a_cut_that_is_no_whole_number_is_refused(cut: Any) -> None:
    """Each cut is named when it is no whole number."""
    with pytest.raises(InvalidTypeError, match="detractor must be a whole number"):
        NPS(detractor=cut)
    with pytest.raises(InvalidTypeError, match="promoter must be a whole number"):
        NPS(promoter=cut)
