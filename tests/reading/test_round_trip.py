from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from npskit.reading import load

# Every character that text can hold, with those that mean something in a file often. Many control characters are what
# tells other files from text.
TEXT = st.text(
    st.one_of(
        st.sampled_from("\",;\t|'\n\r =\\é😀แ\u2028\x0b\x85"),
        st.characters(exclude_categories=["Cs", "Cc"]),
    ),
    max_size=12,
)
NAMES = ["first", "second", "third"]
QUICK = settings(max_examples=80, deadline=None)


def rows_of(text: st.SearchStrategy[str]) -> st.SearchStrategy[list[list[str]]]:
    return st.lists(st.lists(text, min_size=3, max_size=3), min_size=1, max_size=8)


def written(rows: list[list[str]], separator: str, end: str) -> str:
    text = io.StringIO(newline="")
    # Before Python 3.13 a carriage return alone is not quoted by itself, and then is part of the line end.
    returns = any("\r" in cell for row in rows for cell in row)
    quoting: Literal[0, 1] = csv.QUOTE_ALL if returns else csv.QUOTE_MINIMAL
    csv.writer(text, delimiter=separator, lineterminator=end, quoting=quoting).writerows([NAMES, *rows])
    return text.getvalue()


def as_read(rows: list[list[str]]) -> dict[str, list[str | None]]:
    return {name: [row[j] or None for row in rows] for j, name in enumerate(NAMES)}


def cells(path: Path, **options: Any) -> dict[str, list[Any]]:
    return {name: values.tolist() for name, values in load(path, **options).columns.items()}


@QUICK
@given(
    rows_of(TEXT),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_written_text_is_read_back(
    folder: Path, rows: list[list[str]], separator: str, end: str, encoding: str
) -> None:
    """Cells of any text come back as they were, an empty one as None, with separator and encoding found out."""
    path = folder / "text.csv"
    path.write_bytes(written(rows, separator, end).encode(encoding))
    assert cells(path) == as_read(rows)


@QUICK
@given(rows_of(st.text(st.characters(max_codepoint=255, exclude_characters="\0"), max_size=10)))
def test_latin_1_is_read_back_when_it_is_named(folder: Path, rows: list[list[str]]) -> None:
    """An encoding that is given is used to the letter."""
    path = folder / "latin.csv"
    path.write_bytes(written(rows, ",", "\n").encode("latin-1"))
    assert cells(path, encoding="latin-1") == as_read(rows)


@QUICK
@given(
    rows_of(st.lists(st.sampled_from(["grün", "café", "’s", "“a b”", ' ,;"', "\n", "año"]), max_size=4).map("".join))
)
def test_windows_text_is_found_out(folder: Path, rows: list[list[str]]) -> None:
    """Text that is not UTF-8 is read as Windows-1252, and that is said."""
    path = folder / "windows.csv"
    path.write_bytes(written([["é", "né", "Größe"], *rows], ";", "\n").encode("cp1252"))
    loaded = load(path)
    assert {name: values.tolist() for name, values in loaded.columns.items()} == as_read([["é", "né", "Größe"], *rows])
    assert loaded.report.encoding == "cp1252"
    assert any("not UTF-8" in note for note in loaded.report.notes)


@QUICK
@given(rows_of(TEXT), st.sampled_from(["utf-8", "utf-16"]), st.booleans())
def test_json_is_read_back(folder: Path, rows: list[list[str]], encoding: str, lines: bool) -> None:
    """JSON lines and a JSON array of records give the same cells."""
    records = [dict(zip(NAMES, row, strict=True)) for row in rows]
    path = folder / "records.json"
    text = "\n".join(map(json.dumps, records)) if lines else json.dumps(records, ensure_ascii=False, indent=1)
    path.write_bytes(text.encode(encoding))
    assert cells(path) == as_read(rows)


@pytest.mark.parametrize("hidden", [None, "pyarrow.parquet"])
@settings(max_examples=25, deadline=None)
@given(rows=rows_of(TEXT))
def test_parquet_is_read_back(folder: Path, rows: list[list[str]], hidden: str | None) -> None:
    """Parquet gives the same cells through pyarrow and through Polars."""
    import pyarrow as pa
    import pyarrow.parquet

    path = folder / "text.parquet"
    pyarrow.parquet.write_table(pa.table({n: [row[j] for row in rows] for j, n in enumerate(NAMES)}), path)
    with pytest.MonkeyPatch.context() as patch:
        if hidden:
            patch.setitem(__import__("sys").modules, hidden, None)
        assert cells(path) == as_read(rows)


@QUICK
@given(
    rows_of(st.text("abcdefé ,\n", min_size=1, max_size=8)),
    st.data(),
    st.sampled_from([b"\xff", b"\x81", b"\x00", b"\xc3", b"\xe2\x82", b"\xfe\xff"]),
)
def test_a_damaged_byte_costs_its_own_cell_alone(
    folder: Path, rows: list[list[str]], data: st.DataObject, damage: bytes
) -> None:
    """Bytes that are no text, inside one cell, change that cell and no other."""
    i, j = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.integers(0, 2))
    marked = [[*row] for row in rows]
    marked[i][j] = "aéXéa"
    path = folder / "damaged.csv"
    path.write_bytes(written(marked, ",", "\n").encode().replace(b"X", damage))
    found = load(path)
    expected = as_read(marked)
    got = {name: values.tolist() for name, values in found.columns.items()}
    damaged_cell = got[NAMES[j]][i]
    got[NAMES[j]][i] = expected[NAMES[j]][i] = None
    assert got == expected
    assert "\ufffd" in damaged_cell
    assert [(r.column, r.value) for r in found.rejected] == [(NAMES[j], damaged_cell)]


@QUICK
@given(rows_of(TEXT), st.integers(1, 40))
def test_the_size_of_the_blocks_does_not_matter(folder: Path, rows: list[list[str]], block: int) -> None:
    """A file read in blocks of a few bytes gives what it gives at once."""
    path = folder / "blocks.csv"
    path.write_bytes(written(rows, ";", "\r\n").encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npskit.reading.source.BLOCK", block)
        assert cells(path) == as_read(rows)


@QUICK
@given(rows_of(TEXT), st.integers(1, 40))
def test_the_size_of_the_blocks_does_not_matter_for_json(folder: Path, rows: list[list[str]], block: int) -> None:
    """A JSON array read in blocks of a few bytes gives what it gives at once."""
    path = folder / "blocks.json"
    path.write_text(json.dumps([dict(zip(NAMES, row, strict=True)) for row in rows]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npskit.reading.source.BLOCK", block)
        assert cells(path) == as_read(rows)


@QUICK
@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_are_read_or_refused(folder: Path, content: bytes) -> None:
    """Whatever the bytes are, either a file is read, with columns of one length, or an npskit error is raised."""
    from npskit.errors import NpskitError

    path = folder / "any"
    path.write_bytes(content)
    try:
        found = load(path)
    except NpskitError:
        return
    assert {len(values) for values in found.columns.values()} == {found.report.rows} == {len(found.row_numbers)}


@QUICK
@given(st.lists(st.text('a",\n', max_size=6), min_size=1, max_size=30))
def test_broken_quotes_lose_nothing_silently(folder: Path, lines: list[str]) -> None:
    """However quotes are broken, each record below the header is kept, set aside with a reason, or empty."""
    path = folder / "quotes.csv"
    path.write_text("x,y\n" + "\n".join(lines) + "\n1,2\n")
    found = load(path)
    numbers = found.row_numbers.tolist() + [r.row for r in found.rejected if "set aside" in r.reason]
    assert len(numbers) == len(set(numbers)) == found.report.rows + found.report.set_aside
    assert (found.columns["x"][-1], found.columns["y"][-1]) == ("1", "2") or "1,2" in str(found.columns["y"][-1])
