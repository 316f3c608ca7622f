from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from npskit.errors import ColumnNotFoundError, UnreadableFileError
from npskit.reading import Loaded
from npskit.reading.bounds import Bounds
from npskit.reading.jsonrecords import RecordCollector, flat, typed

Read = Callable[..., Loaded]


def test_kinds_are_kept(read: Read) -> None:
    """Columns of one kind are arrays of that kind; a missing number is NaN; mixed ones stay as they are."""
    lines = [
        {
            "n": 1,
            "gap": 1,
            "f": 1.5,
            "yes": True,
            "maybe": True,
            "mixed": 9,
            "text": "a",
            "big": 1 << 60,
            "huge": 1 << 70,
        },
        {"n": 2, "gap": None, "f": 2, "yes": False, "maybe": None, "mixed": "9", "text": None, "big": None, "huge": 1},
    ]
    columns = read("\n".join(map(json.dumps, lines))).columns
    assert {name: values.dtype.kind for name, values in columns.items()} == {
        "n": "i",
        "gap": "f",
        "f": "f",
        "yes": "b",
        "maybe": "O",
        "mixed": "O",
        "text": "O",
        "big": "O",
        "huge": "O",
    }
    assert columns["mixed"].tolist() == [9, "9"]
    assert columns["big"].tolist() == [1 << 60, None]
    assert np.isnan(columns["gap"][1])
    assert typed([None, None]).tolist() == [None, None]
    ends = [-(1 << 63), (1 << 63) - 1]
    assert (typed(ends).dtype.kind, typed(ends).tolist()) == ("i", ends)
    assert [typed([beyond]).dtype.kind for beyond in (ends[0] - 1, ends[1] + 1)] == ["O", "O"]


def test_objects_are_flattened_one_level(read: Read) -> None:
    """Nested objects become dotted columns, what is deeper JSON text; keys that come late are missing before."""
    found = read('{"person": {"x": 1, "deep": {"y": 2}}}\n\n{"person": {"x": 2}, "late": "é"}\n')
    assert {name: values.tolist() for name, values in found.columns.items()} == {
        "person.x": [1, 2],
        "person.deep": ['{"y": 2}', None],
        "late": [None, "é"],
    }
    assert found.row_numbers.tolist() == [1, 3]
    assert flat({"a": []}) == {"a": "[]"}


def test_a_broken_line_costs_itself(read: Read) -> None:
    """A line that is no JSON object is set aside with its number; the others are read."""
    found = read('{"a": 1}\n{"a": 2\n[3]\n{"a": 4}\n' + '{"a": ' * 3000)
    assert found.columns["a"].tolist() == [1, 4]
    assert [r.row for r in found.rejected] == [2, 3, 5]
    assert "is not JSON" in found.rejected[0].reason
    assert found.rejected[1].reason == "is not a JSON object: set aside"
    assert found.report.set_aside == 3


def test_a_broken_record_costs_itself(read: Read) -> None:
    """In an array a record that is no JSON, or no object, is set aside, and reading goes on with the next."""
    found = read('[{"a": 1}, {"a": x}, {"a": 4}, 7]')
    assert found.columns["a"].tolist() == [1, 4]
    assert [(r.row, r.value) for r in found.rejected] == [(2, '{"a": x}'), (4, "7")]


@pytest.mark.parametrize("content", ['[{"a": 1}, {"a": 2', '[{"a": 1}, {"a": 2},', "[" + '{"a": "x'])
def test_an_array_that_is_cut_off_is_refused(read: Read, content: str) -> None:
    """An array without its end is refused, with the number of the record at which it breaks."""
    with pytest.raises(UnreadableFileError, match=r"record \d of the JSON array"):
        read(content)


def test_nothing_but_broken_lines_is_refused(read: Read) -> None:
    """A file in which no line is a record is no JSON lines file."""
    with pytest.raises(UnreadableFileError, match="nothing in it is a JSON record"):
        read('{"a": 1\n{"b": \n')


@pytest.mark.parametrize("content", ["[1, 2, 3]", '["10", "9"]', "[\n -1,\n 10\n]", "[null, 3]", "[true]"])
def test_a_list_of_no_records_is_json_all_the_same(read: Read, content: str) -> None:
    """It is refused by what stands in it, and not read as a table whose first column is called '[1'."""
    first = json.loads(content)[0]
    with pytest.raises(UnreadableFileError, match=re.escape(f"record 1, {str(first)!r}, is not a JSON object")):
        read(content)


def test_a_bottomless_record_costs_itself(read: Read) -> None:
    """A record nested deeper than can be read is set aside like a broken one."""
    found = read('[{"a": ' + "[" * 200_000 + '}, {"a": 4}]')
    assert (found.columns["a"].tolist(), [r.row for r in found.rejected]) == ([4], [1])


def test_empty_arrays_and_records(read: Read) -> None:
    """An empty array has no rows and no columns; an empty record is a row."""
    assert (len(read("[]")), read(" [\n]").columns) == (0, {})
    assert len(read('[{}, {"a": 1}]')) == 2


def test_damaged_text_is_reported(read: Read) -> None:
    """Bytes and half characters that are no text stand as U+FFFD in their cell, which is listed."""
    found = read(b'{"a": "caf\xc3\xa9 \xff", "b": "x"}\n{"a": "half \\ud83d", "b": "y"}\n')
    assert found.columns["a"].tolist() == ["café \ufffd", "half \ufffd"]
    assert [(r.row, r.column) for r in found.rejected] == [(1, "a"), (2, "a")]


def test_columns_and_missing_words(read: Read) -> None:
    """Only the named columns are kept, and words named as missing are."""
    content = '{"Score": 9, "why": "NA"}\n{"Score": 7, "why": "x"}\n'
    assert {n: v.tolist() for n, v in read(content, columns=["why"], missing=["NA"]).columns.items()} == {
        "why": [None, "x"]
    }
    assert read(content, columns=["score"]).columns["Score"].tolist() == [9, 7]
    with pytest.raises(ColumnNotFoundError, match="did you mean 'Score'"):
        read(content, columns=["scor"])


def test_a_broken_record_is_looked_past_in_a_bounded_way(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken record is given up after a bounded look ahead, and the records after it are read."""
    monkeypatch.setattr("npskit.reading.jsonrecords.MAX_LINE", 1000)
    monkeypatch.setattr("npskit.reading.source.BLOCK", 100)
    records = [f'{{"a": {i}}}' for i in range(2000)]
    records[1000] = '{"a": oops}'
    found = read("[" + ", ".join(records) + "]")
    assert found.columns["a"].tolist() == [i for i in range(2000) if i != 1000]
    assert [(r.row, r.value) for r in found.rejected] == [(1001, '{"a": oops}')]


def test_control_characters_in_texts_are_text(read: Read) -> None:
    """As exports write them that know no better."""
    assert read('{"comment": "a\tb"}\n').columns["comment"].tolist() == ["a\tb"]


def test_records_left_out_are_named_and_bounded(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their number and column; and what they alone hold counts as columns, too."""
    events = [
        {"event": event, "distinct_id": "u", "timestamp": "2026-01-01", "$survey_id": "s", "$survey_response": 9}
        for event in ("survey shown", "survey sent")
    ]
    found = read("\n".join(map(json.dumps, events)))
    assert [(r.row, r.column, r.value) for r in found.rejected] == [(1, "event", "survey shown")]
    monkeypatch.setattr("npskit.reading.bounds.MOST_COLUMNS", 2)
    collector = RecordCollector(lambda key: True, Bounds(Path("events.jsonl"), 100), ())
    collector.know({"a": 1, "b": 2})
    with pytest.raises(UnreadableFileError, match="2 can be read"):
        collector.know({"c": 3})
