"""What stands above, below and between the rows of a table: titles, sums, notes, headers that come again."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.reading import Loaded, load
from npskit.reading.summaries import EMPTY, NOTE, below_table, kind_of
from npskit.reading.titles import titles_above

Read = Callable[..., Loaded]
TITLES = [["Survey results 2026"], ["Generated 2026-03-03 10:15"], ["Period:", "May"], []]
HEADER = ["Date", "Region", "nps", "n"]
ROWS = [["2026-03-01", "N", "10", "1"], ["2026-03-02", "S", "2", "1"], ["2026-03-02", "S", "3", "1"]]
SUMS = [["Total", "", "15", "3"], ["Durchschnitt:", "", "5", "1"], ["Łącznie", "", "", "3"], ["ผลรวม", "", "15", "3"]]


def written(rows: Sequence[Sequence[str]], separator: str = ",", width: int = 0) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=separator).writerows([*row, *[""] * (width - len(row))] for row in rows)
    return text.getvalue()


@given(
    above=st.lists(st.sampled_from(TITLES), max_size=5),
    below=st.lists(st.sampled_from(SUMS), max_size=3, unique_by=tuple),
    again=st.integers(0, 3),
    padded=st.booleans(),
    separator=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
)
def test_the_table_is_what_stands_between(
    folder: Path,
    above: list[list[str]],
    below: list[list[str]],
    again: int,
    padded: bool,
    separator: str,
    encoding: str,
) -> None:
    """Whatever stands around it, and wherever its header comes again, the same rows are read, and the rest is said."""
    rows = [*ROWS[:again], HEADER, *ROWS[again:]] if again else ROWS
    path = folder / "framed.csv"
    path.write_bytes(written([*above, HEADER, *rows, *below], separator, 4 * padded).encode(encoding))
    found = load(path)
    assert {name: values.tolist() for name, values in found.columns.items()} == {
        name: [row[j] for row in ROWS] for j, name in enumerate(HEADER)
    }
    assert found.report.set_aside == len(below) + bool(again)
    told = [r for r in found.rejected if r.kind == "set aside"]
    first = len(above) + 2
    assert [r.row for r in told] == [
        *([first + again] if again else []),
        *(first + len(rows) + i for i in range(len(below))),
    ]
    assert any("above the names" in note for note in found.report.notes) == any(above)


def test_both_are_found_in_large_files_in_any_way_of_reading(tmp_path: Path) -> None:
    """Columns read by NumPy, at once or later, leave out what the splitter does: sums, and headers of pasted files."""
    part = written([HEADER, *ROWS * 50_000])
    path = tmp_path / "pasted.csv"
    path.write_bytes((part + "\ufeff" + part + written([HEADER, ["Total", "", "1500000", ""]])).encode())
    assert path.stat().st_size > 8 << 19
    whole = load(path)
    survey = nk.read(path)
    assert survey.score().n == len(whole) == 300_000
    assert survey.to_frame("pandas")["Region"].iloc[-1] == "S"
    assert survey.rejected == whole.rejected
    assert [(r.row, r.reason.partition(":")[0]) for r in whole.rejected] == [
        (150_002, "is a header again"),
        (300_003, "is a header again"),
        (300_004, "sums up the rows above it"),
    ]
    assert load(path, columns=["nps"]).row_numbers.tolist() == whole.row_numbers.tolist()


LABELS = """Total|GRAND TOTAL:|Mean|Sum|Count|Average score|Summe|Gesamt|Mittelwert|Anzahl
|Suma|Razem|Średnia|Suma końcowa|รวม|ค่าเฉลี่ย|Total général|Moyenne|Total (3)|Gesamtergebnis"""


@pytest.mark.parametrize("label", LABELS.replace("\n", "").split("|"))
def test_what_sums_up_is_known_by_its_name(label: str) -> None:
    """In the languages of the exports, with what is often beside it."""
    assert kind_of(label) is not None
    assert below_table([*ROWS, [label, "", "15", "3"]], 4, whole=False)


@pytest.mark.parametrize(
    "label", ["Totally fine", "Meaningful", "Suman", "Countess", "Total mess in store 3", "", "12"]
)
def test_other_texts_do_not_sum_up(label: str) -> None:
    assert kind_of(label) is None


@given(
    st.lists(st.integers(0, 10), min_size=3, max_size=9), st.integers(0, 10), st.sampled_from(["Total", "Sum", "Count"])
)
def test_a_customer_may_be_called_total(scores: list[int], own: int, name: str) -> None:
    """A row with the name of a sum is an answer where it has what answers have, and is no sum of those above it."""
    dated = [["Ann", "2026-03-01", str(score)] for score in scores]
    assert not below_table([*dated, [name, "2026-03-02", str(own)]], 3, whole=True)
    if own not in (sum(scores), len(scores)):
        plain = [["Ann", str(score)] for score in scores]
        assert not below_table([*plain, [name, str(own)]], 2, whole=True)
    assert not below_table([["Ann", "N", "9"], [name, "", str(own)], ["Bob", "N", "3"]], 3, whole=True)


@given(
    kinds=st.lists(st.sampled_from(["nps", "csat", "ces", "CES", "NPS Score"]), min_size=2, max_size=6),
    silent=st.integers(1, 5),
    odd=st.integers(0, 10_000),
)
def test_what_says_which_question_is_answered_sums_up_nothing(kinds: list[str], silent: int, odd: int) -> None:
    """However rare a kind is, and however little else its rows hold: the answers above are of named kinds as well."""
    rows = [[str(i), kind, "9", "fine"] for i, kind in enumerate(kinds)]
    rows += [[str(odd + i), kind, "5", ""] for i, kind in enumerate(["csat", "ces", "nps", "max", "n"][:silent])]
    assert below_table(rows, 4, whole=True) == {}


def test_notes_below(read: Read) -> None:
    """Lines of one text below an empty one, or below the sums, are none of the table."""
    found = read(written([HEADER, *ROWS, [], ["Source: our own survey"], ["* weighted"]], width=4))
    assert (len(found), [r.reason for r in found.rejected]) == (3, [EMPTY, NOTE, NOTE])
    assert len(read(written([HEADER, *ROWS, ["Source"]], width=4))) == 4


@pytest.mark.parametrize(
    "rows",
    [
        [["comment"], ["good", " really"], ["bad"], ["fine", " thanks"]],
        [["nps"], ["10", "good"], ["9", "bad"]],
        [["name", "region", ""], ["Ann", "North", "x"], ["Bob", "South", "y"]],
        [["Date", "nps"], ["2026-03-01", "9"]],
        [["nps", "why"], ["good", "bad"], ["9", "x"]],
        [["9", "10"], ["a", "b"], ["1", "2"]],
        [["title"], ["a", "a"], ["1", "2"]],
    ],
)
def test_a_header_is_not_a_title(rows: list[list[str]]) -> None:
    assert titles_above(rows) == 0


def test_the_names_are_in_the_last_header_row(read: Read) -> None:
    """With `header_rows` titles and pairs above the names do not give the names; a hint where they are below."""
    text = written([["NPS 2026"], ["Period:", "May"], [], HEADER, *ROWS], width=4)
    assert list(read(text, header_rows=4).columns) == HEADER
    assert "give header_rows=4" in read(text, header_rows=3).about_header
    assert next(iter(read(text, header_rows=1).columns)) == "NPS 2026"
