from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from npskit.errors import ColumnNotFoundError, InvalidTypeError, InvalidValueError, UnreadableFileError
from npskit.reading import Loaded, Rejected, load
from npskit.reading.delimited import Grammar, whole_lines
from npskit.reading.dialect import find_separator

Read = Callable[..., Loaded]


def rejections(loaded: Loaded) -> list[tuple[int, str, str]]:
    return [(r.row, r.column, r.reason) for r in loaded.rejected]


@pytest.mark.parametrize(
    ("head", "separator"),
    [
        ("a,b\n1,2\n", ","),
        ("a;b\n1,5;2,5\n", ";"),
        ("a\tb\n1,5\t2;5\n", "\t"),
        ("a|b\n1|2\n", "|"),
        ('"Why, then?";b\n"x, y";2\n', ";"),
        ('a,b\n"x;y;z",2\n"1;2;3",4\n', ","),
        ("a,b;c\n1,2\n3,4\n", ","),
        ("score\n9\n10\n", ","),
        ("score\n9,0\n10,0\n", ";"),
        ('score\n"a, b"\n', ","),
        ("a,b,c;d\n1;", ","),  # what is cut off says nothing
        ("a,b", ","),
        ('a;b\n1;"cut off, here, in the mid', ";"),
        ("\n\na;b\n1;2\n", ";"),
    ],
)
def test_the_separator_is_found_in_the_content(head: str, separator: str) -> None:
    """The separator is the one under which the records agree with the header, quotes respected."""
    assert find_separator(head) == separator


def test_cells_beyond_the_limit_of_csv_are_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell longer than the csv module's own limit is read, and the limit, which is process-wide, is left alone."""
    limit = csv.field_size_limit()
    long = 'x,"\n' * (limit // 2)
    quoted = long.replace('"', '""')
    found = read(f'a,b\n1,"{quoted}"\r\n2,{"y" * (limit + 1)}\n3,z\n')
    assert found.columns["b"].tolist() == [long, "y" * (limit + 1), "z"]
    assert csv.field_size_limit() == limit


def test_the_first_line_may_name_the_separator(read: Read) -> None:
    """Excel's `sep=;` is obeyed and counts as a line."""
    found = read("sep=;\r\na;b\r\n1,5;x\r\n")
    assert found.columns["a"].tolist() == ["1,5"]
    assert (found.report.separator, found.report.decimal, found.row_numbers.tolist()) == (";", ",", [3])


def test_line_ends_of_every_kind(read: Read) -> None:
    """LF, CRLF and CR end lines; inside quotes they are text."""
    for end in ("\n", "\r\n", "\r"):
        found = read(f'a,b{end}1,"x{end}y"{end}2,z')
        assert found.columns["b"].tolist() == [f"x{end}y", "z"]


def test_a_stray_carriage_return_costs_its_cell_alone(read: Read) -> None:
    """In a file of LF lines a carriage return in a bare cell is part of it."""
    assert read('a,b,c\n1,x\ry,"p\nq"\n2,z,3\n').columns["b"].tolist() == ["x\ry", "z"]


def test_short_rows_are_filled_and_reported(read: Read) -> None:
    """Cells that are not there are missing; nothing moves; the row is reported."""
    found = read("score,date,comment\n9\n10,2026-01-02,fine\n7,2026-01-03\n")
    assert found.columns["score"].tolist() == ["9", "10", "7"]
    assert found.columns["comment"].tolist() == [None, "fine", None]
    assert [(row, reason.split(":")[0]) for row, _, reason in rejections(found)] == [
        (2, "has 1 cell, the header 3"),
        (4, "has 2 cells, the header 3"),
    ]


def test_long_rows_are_kept_only_where_the_rest_is_empty(read: Read) -> None:
    """A row with too many cells may have moved: it is set aside, unless the extra cells are empty."""
    found = read("a,b\n1,2,,\n3,4,5\n6,7\n")
    assert found.columns["a"].tolist() == ["1", "6"]
    assert found.row_numbers.tolist() == [2, 4]
    assert found.rejected == (Rejected(3, "", "3,4,5", "has 3 cells, the header 2: set aside"),)
    assert (found.report.rows, found.report.set_aside) == (2, 1)
    assert "1 of 3 rows was set aside." in found.report.notes


def test_a_file_whose_rows_all_disagree_with_the_header_is_refused(read: Read) -> None:
    """Where no row fits the header, the separator or the header is wrong, and that is said."""
    with pytest.raises(UnreadableFileError, match="no row has as many cells as the header"):
        read("a,b\n1,2,x\n3,4,y\n")


def test_half_a_number_at_the_end_is_missing(read: Read) -> None:
    """A file that was cut off in its last row does not give the half it has of the last cell."""
    cut = read("a,score,b\n1,10,x\n2,1")
    assert cut.columns["score"].tolist() == ["10", None]
    assert [r.reason for r in cut.rejected][-1] == "the file ends within this cell: it is taken as missing"
    whole = read("a,score,b\n1,10\n2,1")
    assert whole.columns["score"].tolist() == ["10", "1"]
    ended = read("a,score,b\n1,10,x\n2,1\n")
    assert ended.columns["score"].tolist() == ["10", "1"]
    other = read("a,score,b\n1,10,x\n2,1", columns=["a"])
    assert other.columns["a"].tolist() == ["1", "2"]


def test_empty_lines(read: Read) -> None:
    """Empty lines are no rows but are counted; in a file of one column they are missing answers, but at the end."""
    found = read("\na,b\n1,2\n\n   \n3,4\n\n")
    assert (found.columns["a"].tolist(), found.row_numbers.tolist()) == (["1", "3"], [3, 6])
    assert found.rejected == ()
    found = read("score\n9\n\n10\n\n\n")
    assert (found.columns["score"].tolist(), found.row_numbers.tolist()) == (["9", None, "10"], [2, 3, 4])


@pytest.mark.parametrize(
    ("text", "cells", "bad"),
    [
        ('1,"open\n2,x\n3,y\n', ['"open', "x", "y"], [(2, "b")]),
        ('1,"open\n2,"shut"\n3,y\n', ['"open', "shut", "y"], [(2, "b")]),
        ('1,"shut"x\n2,y\n', ['"shut"x', "y"], [(2, "b")]),
        ('"1","open\n"2",y\n', ['"open', "y"], [(2, "b")]),
        ('1,"a"\n2,"open', ["a", '"open'], [(3, "b")]),
        ('1,a "quoted" word\n2,5" pipe\n', ['a "quoted" word', '5" pipe'], []),
    ],
)
def test_a_broken_quote_costs_its_cell(read: Read, text: str, cells: list[str], bad: list[tuple[int, str]]) -> None:
    """A quote that is not closed, or closed and followed by text, leaves the raw text in its cell and is reported."""
    found = read("a,b\n" + text)
    assert found.columns["b"].tolist() == cells
    assert [(r.row, r.column) for r in found.rejected] == bad


def test_an_open_quote_is_given_up_after_a_bounded_wait(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unclosed quote swallows neither the file nor the memory: past the limit its line stands for itself."""
    monkeypatch.setattr("npskit.reading.delimited.MAX_LINE", 1000)
    monkeypatch.setattr("npskit.reading.source.BLOCK", 100)
    rows = "".join(f"{i},x{i}\n" for i in range(1000))
    found = read('a,b\n0,"open\n' + rows + '5,"p\nq"\n')
    assert len(found) == 1002
    assert found.columns["b"].tolist()[:2] == ['"open', "x0"]
    assert found.columns["b"].tolist()[-1] == "p\nq"
    assert [(r.row, r.column) for r in found.rejected] == [(2, "b")]


def test_records_across_lines_beyond_the_limit() -> None:
    """A record the csv module refuses is read over several lines, or waited for."""
    grammar = Grammar(",")
    big = "x" * (csv.field_size_limit() + 1)
    lines = grammar.lines(f'"{big}\nb\nc",d\ne,f\n')
    assert grammar.parse(lines) == ([[f"{big}\nb\nc", "d"]], [])
    assert grammar.parse(lines) == ([["e", "f"]], [])
    assert lines.at == len(lines.text)
    lines = grammar.lines(f'"{big}\nb\n')
    assert (grammar.parse(lines), lines.at) == (([], []), 0)
    assert grammar.parse(lines, last=True) == ([[f'"{big}']], [(0, 0, f'"{big}')])
    assert grammar.parse(lines, last=True) == ([["b"]], [])


def test_names_are_made_usable(read: Read) -> None:
    """Columns without a name are numbered, repeated names told apart, and empty columns at the right dropped."""
    found = read("nps, nps ,,date,,\n1,2,3,4,,\n5,6,,8,,\n")
    assert list(found.columns) == ["nps (1)", "nps (2)", "column_3", "date"]
    assert any("'column_3'" in note and "column_5" not in note for note in found.report.notes)
    assert any("more than once" in note for note in found.report.notes)
    with pytest.raises(ColumnNotFoundError, match=r"occurs 2 times .*'nps \(1\)', 'nps \(2\)'"):
        read("nps,nps\n1,2\n", columns=["nps"])


def test_a_header_of_numbers_is_no_header(read: Read) -> None:
    """Where the first row is all numbers, it is an answer; header_rows=0 says the same."""
    found = read("9\n10\n")
    assert (found.columns["column_1"].tolist(), found.report.header_rows) == (["9", "10"], 0)
    assert any("only numbers" in note for note in found.report.notes)
    assert read("a,b\n1,2\n", header_rows=0).columns["column_2"].tolist() == ["b", "2"]
    assert read("9,10\n8,7\n", header_rows=1).columns["9"].tolist() == ["8"]


def test_a_separator_that_is_given_is_used(read: Read) -> None:
    """The caller's separator decides, also against the content and any character."""
    assert list(read("a,b;c\n1,2;3\n", separator=";").columns) == ["a,b", "c"]
    assert read("a~b\n1~2\n", separator="~").columns["b"].tolist() == ["2"]


def test_a_lowered_limit_of_csv_does_no_harm(read: Read) -> None:
    """Where another program lowered the csv module's limit, files are read all the same."""
    limit = csv.field_size_limit(5)
    try:
        found = read('score,comment\n9,a long comment\n10,"a longer\ncomment"\n')
    finally:
        csv.field_size_limit(limit)
    assert found.columns["comment"].tolist() == ["a long comment", "a longer\ncomment"]


def test_header_rows_are_the_callers_to_say(read: Read) -> None:
    """With header_rows given, the first is names and the second texts."""
    found = read("q1,q2\nHow likely?,q2\n9,x\n", header_rows=2)
    assert found.columns["q1"].tolist() == ["9"]
    assert found.report.labels == {"q1": "How likely?"}
    assert len(read("q1,q2\n9,x\n", header_rows=5)) == 0


def test_row_numbers_without_a_name_are_recognised(read: Read) -> None:
    """R's row numbers, for which the header has no cell, move the names by one, and that is said."""
    found = read('"nps","id"\n"1",9,"a"\n"2",10,"b"\n')
    assert found.columns["nps"].tolist() == ["9", "10"]
    assert any("row numbers" in note for note in found.report.notes)


def test_columns_keeps_only_what_is_named(read: Read) -> None:
    """Named columns are kept in the order named, found in any case; another name is an error with a hint."""
    content = "Date,NPS Score,Comment\n2026-01-01,9,x\n"
    assert list(read(content, columns=["nps score", "Date"]).columns) == ["NPS Score", "Date"]
    assert list(read(content, columns="Comment").columns) == ["Comment"]
    with pytest.raises(ColumnNotFoundError, match="did you mean 'NPS Score'"):
        read(content, columns=["nps scor"])
    with pytest.raises(InvalidTypeError, match="columns must be texts"):
        read(content, columns=[1])


def test_missing_words_are_missing_everywhere(read: Read) -> None:
    """Words named as missing give None; others stay as they are."""
    found = read("a,b\nNA,x\nn/a,NA\n", missing=["NA"])
    assert (found.columns["a"].tolist(), found.columns["b"].tolist()) == ([None, "n/a"], ["x", None])


def test_equal_texts_are_one_object(read: Read) -> None:
    """Cells of few distinct texts are interned; columns of mostly distinct texts are read all the same."""
    found = read("a,b\n" + "".join(f"group {i % 3},{i}\n" for i in range(25_000)))
    assert len({id(v) for v in found.columns["a"]}) == 3
    assert found.columns["b"].tolist() == [str(i) for i in range(25_000)]


def test_gzip_is_unpacked(read: Read) -> None:
    """A compressed file is read as what is in it; a cut-off one is refused."""
    packed = gzip.compress(b"a,b\n" + b"".join(b"%d,%d\n" % (i, i * i) for i in range(9999)))
    found = read(packed, "export.csv.gz")
    assert (len(found), found.report.format) == (9999, "delimited gzip")
    with pytest.raises(UnreadableFileError, match="gzip"):
        read(packed[:-2000])


def test_progress_reaches_the_end_and_stays_rare(tmp_path: Path) -> None:
    """Progress rises to the size of the file and is told far less often than there are blocks."""
    path = tmp_path / "big.csv"
    path.write_text("a,b\n" + "1,2\n" * 250_000)
    told: list[tuple[int, int]] = []
    load(path, progress=lambda done, total: told.append((done, total)))
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert told == sorted(told)
    assert {total for _, total in told} == {size}
    assert len(told) < 60


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("separator", ";;"),
        ("separator", "\n"),
        ("separator", '"'),
        ("decimal", "·"),
        ("header_rows", -1),
        ("encoding", "utf-99"),
        ("encoding", "hex"),
        ("tool", "Typefrom"),
    ],
)
def test_options_that_make_no_sense_are_refused(read: Read, option: str, value: object) -> None:
    """An impossible option is an error that names it."""
    with pytest.raises(InvalidValueError, match=option):
        read("a,b\n1,2\n", **{option: value})


def test_header_rows_must_be_a_whole_number(read: Read) -> None:
    """A boolean or text is no number of rows."""
    for value in (True, "2"):
        with pytest.raises(InvalidTypeError, match="header_rows"):
            read("a\n1\n", header_rows=value)


def test_a_damaged_character_is_reported_with_its_cell(read: Read) -> None:
    """A byte that is no text stands as U+FFFD in its cell, which is listed; the rest is as it was."""
    found = read(b"nps,why\n9,caf\xc3\xa9\n1\xff0,caf\xc3\xa9\n")
    assert found.columns["nps"].tolist() == ["9", "1\ufffd0"]
    assert found.rejected == (Rejected(3, "nps", "1\ufffd0", "holds characters that could not be decoded", "damaged"),)
    assert found.report.encoding == "utf-8"


def test_utf_16_without_a_mark_is_recognised(read: Read) -> None:
    """The pattern of NULs tells UTF-16 of both orders."""
    for encoding in ("utf-16-le", "utf-16-be"):
        found = read("score,why\n9,é\n".encode(encoding))
        assert (found.columns["why"].tolist(), found.report.encoding) == (["é"], encoding)
    assert read("\ufeffa\n1\n".encode("utf-16-le"), encoding="utf-16-le").columns["a"].tolist() == ["1"]
    # the mark of UTF-8 does not say in which order the bytes of UTF-16 are: it is what the file says that counts
    assert read(codecs.BOM_UTF8 + b"a\n1\n", encoding="utf-16").report.encoding == "utf-8-sig"


def test_lines_are_handed_on_as_they_are_complete() -> None:
    """Not at the end of the text: then all of it would be held."""
    blocks = ["a\r\nb", "c\r\nd\r\n", "e\r\nf", "g", "\r", "\nh"]
    assert list(whole_lines(blocks, Grammar(","))) == ["a\r\n", "bc\r\nd\r\n", "e\r\n", "fg\r\n", "h"]
