"""What looks like a score, by its values."""

import numpy as np
import pytest

from npskit.reading.column_roles import accounts_in, is_comment, is_score


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


@pytest.mark.parametrize("noun", ["Account", "company", "CONTRACT", "Vertrags", "Umowa", "บริษัท", "Spółka"])
@pytest.mark.parametrize("behind", ["", " No.", "_id", "-Nr.", " Number", "Name"])
def test_an_account_is_known_by_its_number_or_name(noun: str, behind: str) -> None:
    """However it is written; not by what else there is to say of it."""
    names = [noun + behind, f"{noun} size", f"{noun} manager", "revenue"]
    assert accounts_in(names, "revenue") == {names[0]: True}


@pytest.mark.parametrize("name", ["ความคิดเห็น", "Kommentar:", "NPS_Reason", "comentario"])
def test_a_comment_is_known_in_each_script(name: str) -> None:
    """Also where marks of vowels, which are no letters, stand over them."""
    assert is_comment(name)
