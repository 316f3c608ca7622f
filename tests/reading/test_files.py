from __future__ import annotations

import io
import os
import pickle
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from npskit.errors import FileMissingError, InvalidTypeError, MissingDependencyError, NpskitError, UnreadableFileError
from npskit.reading import Loaded, load

Read = Callable[..., Loaded]


def zipped(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), "a,b\n1,2\n")  # of a fixed time: the bytes name a test
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "a.csv", "is empty"),
        (b"\xef\xbb\xbf", "a.csv", "is empty"),
        (b" \n\n", "a.csv", "is empty"),
        (zipped("xl/other.csv"), "a.xlsx", "Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "a.xls", "Excel workbook"),
        (b"%PDF-1.7\n", "a.csv", "PDF"),
        (b"<!DOCTYPE html><html><body>Log in</body></html>", "a.csv", "web page"),
        (bytes(range(256)) * 50, "a.csv", "not text"),
        (bytes(1000), "a.csv", "not text"),
        (b"PAR1 and no more", "a.parquet", "damaged or cut off"),
        (b"SQLite format 3\x00", "a.csv", "SQLite"),
    ],
)
def test_other_files_are_refused_by_name(read: Read, content: bytes, name: str, said: str) -> None:
    """What is no survey file is refused with what it is, whatever its name says."""
    with pytest.raises(UnreadableFileError, match=said):
        read(content, name)


def test_nothing_there(tmp_path: Path) -> None:
    """A missing file is npskit's error and Python's, and suggests the file that was meant."""
    (tmp_path / "export.csv").write_text("a\n1\n")
    with pytest.raises(FileMissingError, match="path is an empty text"):
        load("")
    (tmp_path / "blank.csv").write_text("\n\n")
    with pytest.raises(UnreadableFileError, match="is empty but for blank space"):
        load(tmp_path / "blank.csv")
    with pytest.raises(FileMissingError, match=r"did you mean 'export\.csv'"):
        load(tmp_path / "exprot.csv")
    with pytest.raises(FileNotFoundError, match="no directory"):
        load(tmp_path / "nowhere" / "export.csv")
    with pytest.raises(FileMissingError):
        load("a\0b")
    with pytest.raises(FileMissingError):
        load("x" * 5000)
    with pytest.raises(UnreadableFileError, match="directory"):
        load(tmp_path)
    with pytest.raises(InvalidTypeError, match="path"):
        load(7)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_refused(tmp_path: Path) -> None:
    """What cannot be read twice is refused, not waited for."""
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableFileError, match="regular file"):
        load(tmp_path / "pipe")


def test_a_file_that_cannot_be_opened(read: Read, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operating system's objection is told as an npskit error."""

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.csv").write_text("a\n1\n")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableFileError, match="Permission denied"):
        load(tmp_path / "a.csv")
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(FileMissingError, match="can be listed"):
        load(tmp_path / "b.csv")


def test_an_endless_line_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    """A line of 256 MiB (a sparse file) is refused by its number, after no more than the limit was read."""
    path = tmp_path / "endless.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n" + b"x" * (17 << 20))
        file.truncate(1 << 28)
    with pytest.raises(UnreadableFileError, match="line 3 is longer than 16 MiB"):
        load(path)


def test_parquet_keeps_kinds(tmp_path: Path) -> None:
    """Numbers, booleans, times and texts arrive as such, through pyarrow and through Polars alike."""
    import datetime as dt
    import decimal

    import pyarrow as pa
    import pyarrow.parquet

    day = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
    big = (1 << 60) + 1
    source = pa.table(
        {
            "score": pa.array([9, None, 7], pa.int8()),
            "id": pa.array([big, 2, 3]),
            "gappy id": pa.array([big, None, 3]),
            "w": pa.array([0.5, None, 1.5]),
            "yes": pa.array([True, False, True]),
            "perhaps": pa.array([True, None, False]),
            "at": pa.array([day, None, day], pa.timestamp("us", tz="Europe/Warsaw")),
            "naive": pa.array([day.replace(tzinfo=None)] * 3, pa.timestamp("ms")),
            "on": pa.array([day.date(), None, day.date()]),
            "store": pa.array(["a", None, "a"]).dictionary_encode(),
            "text": pa.array(["x", "", "NA"]),
            "price": pa.array([decimal.Decimal("1.50"), None, decimal.Decimal("2.25")]),
            "code": pa.array([b"x", None, b"\xff"], pa.binary()),
            "tags": pa.array([["a"], None, []]),
        }
    )
    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(source, path, row_group_size=2)
    ticks: list[tuple[int, int]] = []
    first = load(path, missing=["NA"], progress=lambda done, total: ticks.append((done, total)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "pyarrow.parquet", None)
        second = load(path, missing=["NA"], progress=lambda done, total: ticks.append((done, total)))
        few = load(path, columns=["STORE"])
        patch.setitem(sys.modules, "polars", None)
        with pytest.raises(MissingDependencyError, match="pip install pyarrow"):
            load(path)
    assert ticks[-1] == (path.stat().st_size,) * 2
    assert list(few.columns) == ["store"]
    for found in (first, second):
        columns = found.columns
        assert repr(columns["score"].tolist()) == "[9.0, nan, 7.0]"
        assert columns["id"].tolist() == [big, 2, 3]
        assert columns["gappy id"].tolist() == [big, None, 3]
        assert repr(columns["w"].tolist()) == "[0.5, nan, 1.5]"
        assert columns["yes"].dtype == bool
        assert columns["perhaps"].tolist() == [True, None, False]
        assert columns["at"].tolist() == [day.replace(tzinfo=None), None, day.replace(tzinfo=None)]
        assert columns["naive"].dtype.kind == columns["on"].dtype.kind == "M"
        assert columns["on"].tolist()[1:] == [None, day.date()]
        assert columns["store"].tolist() == ["a", None, "a"]
        assert columns["text"].tolist() == ["x", None, None]
        assert repr(columns["price"].tolist()) == "[1.5, nan, 2.25]"
        assert columns["code"].tolist() == ["x", None, "\ufffd"]
        assert columns["tags"].tolist() == ['["a"]', None, "[]"]
        assert (found.report.format, found.report.time_zone, found.report.encoding) == ("parquet", "UTC", None)
        assert (found.row_numbers.tolist(), len(found)) == ([1, 2, 3], 3)


@pytest.mark.parametrize("hidden", [None, "pyarrow.parquet"])
def test_a_truncated_parquet_is_refused(tmp_path: Path, hidden: str | None) -> None:
    """A Parquet file that was cut off is refused, not half read."""
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pa.table({"score": list(range(1000))}), path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.MonkeyPatch.context() as patch:
        if hidden:
            patch.setitem(sys.modules, hidden, None)
        with pytest.raises(UnreadableFileError, match="damaged or cut off"):
            load(path)


def test_parquet_with_a_repeated_name(tmp_path: Path) -> None:
    """Two columns of one name in a Parquet file are an error, not a guess."""
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "a.parquet"
    pyarrow.parquet.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=["nps", "nps"]), path)
    with pytest.raises(UnreadableFileError, match="more than one column 'nps'"):
        load(path)


def test_parquet_of_events(tmp_path: Path) -> None:
    """Events that are no answers are left out from Parquet too, and an empty file is empty."""
    import pyarrow as pa
    import pyarrow.parquet

    path = tmp_path / "a.parquet"
    source = pa.table(
        {"event": ["survey sent", "survey shown"], "$survey_id": ["s", "s"], "$survey_response": [9, None]}
    )
    pyarrow.parquet.write_table(source, path)
    found = load(path, columns=["$survey_response"])
    assert {name: values.tolist() for name, values in found.columns.items()} == {"$survey_response": [9.0]}
    assert [(r.row, r.column, r.value) for r in found.rejected] == [(2, "event", "survey shown")]
    pyarrow.parquet.write_table(source.slice(0, 0), path)
    assert len(load(path)) == 0


def test_every_error_is_an_npskit_error() -> None:
    """A missing file can be caught as npskit's and as Python's error."""
    assert issubclass(FileMissingError, NpskitError)
    assert issubclass(FileMissingError, FileNotFoundError)


def test_what_was_read_is_frozen(read: Read) -> None:
    """Law: columns, roles, row numbers and report cannot be changed; a copy that was pickled is equal."""
    found = read(b"nps,region\n9,N\n3,S\n", "a.csv")
    again = pickle.loads(pickle.dumps(found))
    assert again == found
    assert hash(again.report) == hash(found.report)
    for array in (found.columns["nps"], again.columns["nps"], found.row_numbers):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    mappings: list[Any] = [found.columns, found.roles, found.report.labels, found.report.unasked]
    for mapping in mappings:
        with pytest.raises(TypeError, match="cannot be changed"):
            mapping["nps"] = "x"
