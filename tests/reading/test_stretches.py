"""Clean stretches split by NumPy, and the splitter: the same cells, whatever the text."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from npskit.errors import UnreadableFileError
from npskit.reading import Loaded, load
from npskit.reading.column_builders import Numbering
from npskit.reading.source import inspect, text_blocks, utf8_blocks
from npskit.reading.stretches import clean

MESS = st.sampled_from(
    [
        *'"",,\n\n',
        "\r\n",
        "\r",
        " ",
        '""',
        '","',
        "a",
        "7",
        "bc",
        "ü",
        "短い",
        "\ufffd",
        "\0",
        "long enough for no word",
    ]
)
CLEAN = st.builds(
    lambda cells, end: ",".join(cells) + end,
    st.lists(
        st.sampled_from(
            [
                "",
                "1",
                "10",
                "x y",
                '"a, b"',
                '"a\n\nb"',
                '""',
                '"say ""no"""',
                "ä",
                '"\r"',
                '"long, long cell"',
                "z" * 70,
            ]
        ),
        min_size=3,
        max_size=3,
    ),
    st.sampled_from(["\n", "\n", "\n", "\r\n"]),
)
TEXTS = st.lists(st.one_of(CLEAN, CLEAN, MESS), max_size=30).map("".join)


def same(first: Loaded, second: Loaded) -> None:
    assert first.row_numbers.tolist() == second.row_numbers.tolist()
    assert first.rejected == second.rejected
    assert first.report.set_aside == second.report.set_aside
    for name, values in first.columns.items():
        assert values.tolist() == second.columns[name].tolist(), name


@given(
    text=TEXTS,
    head=st.sampled_from(["a,b,c\n", "a,b,c\r\n", '"a","b\n",c\n', "\na,b,c\n", "\ufeffa,b,c\n", "a\n"]),
    damage=st.binary(max_size=2),
    block=st.sampled_from([5, 40, 1 << 19]),
    few=st.sampled_from([1, 10, 1 << 12]),
)
@example(text='1,"x\n', head="a,b,c\n", damage=b"", block=40, few=1)
@example(text="1,2,3\n4,5,6", head="a,b,c\n", damage=b"", block=5, few=1)
@example(text='1,"a\n"",",c\n2,,\n', head="a,b,c\n", damage=b"\xc3", block=5, few=1)
def test_both_ways_give_the_same_cells(folder: Path, text: str, head: str, damage: bytes, block: int, few: int) -> None:
    """Quotes, line ends, blank lines, ragged rows, NULs and bytes that cannot be decoded: the cells are the same."""
    path, content = folder / "mess.csv", text.encode()
    half = len(content) // 2
    path.write_bytes(head.encode() + content[:half] + damage + content[half:])
    said: dict[str, Any] = {"header_rows": 1, "separator": ",", "tool": "plain"}
    with pytest.MonkeyPatch.context() as patch:
        try:
            expected = inspect(path)
        except UnreadableFileError:
            return
        patch.setattr("npskit.reading.source._SCANNED", block)
        assert inspect(path) == expected
        patch.setattr("npskit.reading.source._WIDE", block)
        patch.setattr("npskit.reading.tables._FEW", few)
        patch.setattr("npskit.reading.tables._REACH", 2 * few)
        try:
            slow = load(path, **said)
        except UnreadableFileError:
            with pytest.raises(UnreadableFileError):
                load(path, columns=["a"], **said)
            return
        same(slow, load(path, columns=list(slow.columns), **said))


@given(rows=st.lists(CLEAN, min_size=1, max_size=20))
def test_clean_rows_are_one_stretch(rows: list[str]) -> None:
    """What is clean is not left to the splitter, except where the last record goes on."""
    data = "".join(rows).encode()
    found, end, is_open = clean(data, 0, len(data), ord(","), 3, range(3))
    assert found is not None
    assert (len(found), end, is_open) == (len(rows), len(data), False)
    ends = np.column_stack([found.ends[0], found.ends[1], found.stops])
    assert np.all(np.diff(ends.ravel()) > 0)
    cells = list(zip(*csv.reader(io.StringIO("".join(rows), newline="")), strict=True))
    for column in range(3):
        places = found.places(column)
        assert tuple(found.texts(*places)) == cells[column]
        words = found.words(*places)
        if words is not None:  # each is the cell, and NULs
            read = [word.to_bytes(8, "little").rstrip(b"\0").decode() for word in words.tolist()]
            assert tuple(read) == cells[column]
            numbers = Numbering(["10"])
            codes = [numbers.of_words(words), numbers.of_words(words), numbers.of_texts(cells[column])]
            assert all(np.array_equal(codes[0], each) for each in codes)
            assert [numbers.cells[code] for code in codes[0]] == [None if c in ("", "10") else c for c in cells[column]]


def test_blocks_are_the_text_without_its_mark_and_with_its_last_half_letter(tmp_path: Path) -> None:
    """A byte order mark is no text; what is left of a letter at the end of a file that was cut off is damage."""
    path = tmp_path / "export.csv"
    path.write_bytes(b"\xef\xbb\xbfscore,comment\n9,caf\xc3")
    assert "".join(text_blocks(inspect(path, "utf-8"))) == "score,comment\n9,caf\ufffd"
    path.write_bytes(b'\xef\xbb\xbf"score",comment\n9,\xef\xbb\xbf\n')
    assert b"".join(utf8_blocks(inspect(path))) == b'"score",comment\n9,\xef\xbb\xbf\n'
