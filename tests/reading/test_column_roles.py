"""What looks like a score, by its values."""

import numpy as np
import pytest

from npskit.reading.column_roles import is_score


@pytest.mark.parametrize(
    ("values", "is_one"),
    [
        ([9] * 9 + [11], True),  # nine of ten are on the scale
        ([9] * 8 + [11], False),
        ([None, None], False),
        ([], False),
        ([5] * 9, True),
        ([5] * 10, False),  # a scale of five points
    ],
)
def test_a_score_is_mostly_on_the_scale(values: list[object], is_one: bool) -> None:
    assert is_score(np.array(values, dtype=object)) is is_one
