"""Reading takes memory and time in proportion to the text there is, and what would not is refused."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from npskit.errors import UnreadableFileError
from npskit.reading import Loaded
from npskit.reading.bounds import Bounds

Read = Callable[..., Loaded]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bounds a thousandth of what they are."""
    monkeypatch.setattr("npskit.reading.bounds._CELLS", 12_500)
    monkeypatch.setattr("npskit.reading.bounds._REJECTED", 500)
    monkeypatch.setattr("npskit.reading.bounds.MOST_COLUMNS", 100)
    monkeypatch.setattr("npskit.reading.jsonrecords.MAX_LINE", 8 << 10)
    monkeypatch.setattr("npskit.reading.source.BLOCK", 1 << 10)


WIDE = ",".join(f"c{i}" for i in range(100))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{WIDE},c100\n", "has 101 columns or more, and no more than 100 can be read"),
        (f"{WIDE}\n" + "9\n" * 400, "cells, which is more than the [0-9]+ bytes of the file allow"),
        ("".join(f'{{"k{i}":1}}\n' for i in range(100)) + "{}\n" * 300, "would be filled up as missing"),
        ("".join(f'{{"k{i}":1}}\n' for i in range(101)), "has 101 columns"),
        ('{"a":[' + "{}," * 5000 + "{}]}\n", "line 1 is longer than"),
        ('[{"a":"' + "x" * 20_000 + '"}]', "record 1 of the JSON array is cut off, broken or over"),
        ("a,b\n1,2\n" + "1,2,3\n" * 700, r"more than 631 cells and rows cannot be used \(has 3 cells, the header 2"),
        ('{"a":1}\n' + "nothing\n" * 700, r"more than 675 cells and rows cannot be used \(is not JSON"),
    ],
)
@pytest.mark.usefixtures("small")
def test_what_is_beyond_the_bounds_is_refused(read: Read, content: str, said: str) -> None:
    """The error says which bound it is, and what the file has."""
    with pytest.raises(UnreadableFileError, match=said):
        read(content)


@pytest.mark.parametrize(
    "content",
    [
        'score,comment\n9,"' + "x\n" * 20_000 + '"\n10,b\n',
        'score,comment\n9,"' + "\n" * 40_000 + '"\n10,b\n',
        'score,comment\n9,"open\n' + "1,2\n" * 10_000,
        'score,comment\n9,"' + '""' * 20_000 + '"\n',
        ",".join(f"nps {i // 2}" for i in range(2000)) + "\n" + ",".join("9" * 2000) + "\n",
        ",".join(f"c{i}" for i in range(2000)) + "\n" + "9\n" * 200,
    ],
    ids=["lines in a cell", "line ends in a cell", "an open quote", "quotes in a cell", "columns", "short rows"],
)
def test_memory_and_time_are_in_proportion(read: Read, content: str) -> None:
    """No more than a few tens of megabytes and eight times the text, in seconds."""
    tracemalloc.start()
    try:
        begun = time.process_time()
        read(content)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 8 * len(content) + (20 << 20)
    assert time.process_time() - begun < 10


def test_a_bound_is_that_of_the_file(tmp_path: Path) -> None:
    """What may be filled up or rejected grows with the file."""
    small, large = Bounds(tmp_path, 0), Bounds(tmp_path, 1 << 30)
    for check in ("check_filled", "check_rejected"):
        said = ("",) if check == "check_rejected" else ()
        with pytest.raises(UnreadableFileError):
            getattr(small, check)(20_000_000, *said)
        getattr(large, check)(20_000_000, *said)


def test_bounds_are_what_errors_say_they_are() -> None:
    """12.5 million filled cells, half a million rejections and 100,000 columns are read; one more is refused."""
    bounds = Bounds(Path("export.csv"), 64)
    for check, most in (
        (bounds.check_filled, 12_500_064),
        (lambda count: bounds.check_rejected(count, "too long"), 500_002),
        (bounds.check_columns, 100_000),
    ):
        check(most)
        with pytest.raises(UnreadableFileError):
            check(most + 1)
