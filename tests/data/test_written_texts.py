"""Columns of what people wrote: letters of another code page are mended where they can be nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from npskit.data import Column, read_texts, read_written
from npskit.errors import DataWarning


def column(*cells: str | None) -> Column:
    """Return a column of texts."""
    return Column(np.array(cells, dtype=object))


def test_letters_of_dos_in_a_file_of_windows() -> None:
    """Where people's answers have two code pages, those of DOS are read as such, and a warning says so."""
    written = ["appréciée", "très appréciées, échange", "grâce à l'équipe", "un goût de fraîcheur, déjà", None, "fine"]
    odd = [
        text and text.encode("cp850").replace(b"\x85", b"\xe0").replace(b"\x8a", b"\xe8").decode("cp1252")
        for text in written
    ]
    assert odd[0] == "appr\u201aci\u201ae"
    with pytest.warns(DataWarning, match=r"text: 4 texts hold letters of DOS .* 'appr‚ci‚e', read as 'appréciée'"):
        assert read_written(column(*odd), "text").tolist() == written


@pytest.mark.parametrize(
    "texts",
    [
        ["er sagte \u201aja\u2018 dazu", "\u201aso\u2018 nicht", "das \u201aBeste\u2018", "ein \u201aWort\u2018"],
        ["loud\u201a dirty", "cold\u201a old", "late\u201a slow", "one \u2013 two", "bad\u201aworse"],
        ["gard\u201ana"],
    ],
)
def test_quotation_marks_stay(texts: list[str]) -> None:
    """What is a quotation mark, or stands for a comma, or occurs once, stays as it is."""
    assert read_written(column(*texts), "text").tolist() == texts


@given(st.lists(st.none() | st.text(st.characters(max_codepoint=0xFF), max_size=8), max_size=12))
def test_what_has_no_odd_sign_is_as_it_is_read(texts: list[str | None]) -> None:
    """Texts of plain letters are what they are read as everywhere."""
    assert read_written(column(*texts), "text").tolist() == read_texts(column(*texts)).tolist()
