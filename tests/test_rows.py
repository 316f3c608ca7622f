"""Nothing that came in is lost: n + missing + invalid + set_aside + left_out = rows, in every result made of rows."""

from __future__ import annotations

from pathlib import Path

import pytest

import npskit as nk

# Two rows have more cells than there are columns, and not at their end.
DAMAGED = """note,score,day,customer
ok,10,2026-01-05,a
bad, bad,0,2026-01-06,b
bad, bad,2,2026-01-06,c
,9,2026-02-01,d
,,2026-02-01,e
,11,,f
"""


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """A file of six rows, two of which cannot be read."""
    path = tmp_path / "damaged.csv"
    path.write_text(DAMAGED)
    return path


def test_what_reading_set_aside_stands_in_the_score(damaged: Path) -> None:
    """Rows that could not be read are in the score's attributes, text, table and JSON; merging adds them."""
    score = nk.read(damaged, score="score").score()
    assert (score.n, score.missing, score.invalid, score.set_aside, score.left_out) == (2, 1, 1, 2, 0)
    assert score.row_counts.rows == 6
    assert "set_aside=2" in repr(score)
    assert score.to_dict()["set_aside"] == 2
    assert (score + score).set_aside == 4
    assert score.columns()["set_aside"] == [2]


def test_raise_names_the_rows_that_were_set_aside(damaged: Path) -> None:
    """Where answers that cannot be used are to raise, so do rows that cannot be read, by their number in the file."""
    with pytest.raises(nk.InvalidValueError, match="2 rows could not be read: row 3 of the file") as caught:
        nk.read(damaged, score="score", on_invalid="raise").score()
    assert "row 4 of the file" in str(caught.value)
