"""Rows that are too long because a text was not quoted: joined again where that is plain, else set aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.reading import Loaded, Rejected, load
from npskit.reading.repairs import Repairs

Read = Callable[..., Loaded]


def test_unquoted_commas_in_comments_lose_no_answer(tmp_path: Path) -> None:
    """The detractors who wrote more than the promoters are counted, and each repair is told."""
    path = tmp_path / "a.csv"
    path.write_text(
        "score,comment\n10,great\n0,awful, really awful\n9,good\n2,slow, cold, rude\n0,never again, sorry\n"
    )
    survey = nk.read(path)
    score = survey.score()
    assert (score.n, score.value) == (5, -20)
    assert survey.column("comment").values.tolist()[1] == "awful, really awful"
    repaired = [r for r in survey.rejected if r.kind == "repaired"]
    assert [(r.row, r.column, r.value) for r in repaired] == [
        (3, "comment", "awful, really awful"),
        (5, "comment", "slow, cold, rude"),
        (6, "comment", "never again, sorry"),
    ]
    assert survey.file_report is not None
    assert survey.file_report.set_aside == 0
    assert any("3 rows had too many cells" in note for note in survey.file_report.notes)


WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
COMMENTS = st.builds(
    lambda first, more: first + "".join(more),
    WORDS,
    st.lists(st.builds("{}{}".format, st.sampled_from([", ", ",", ",,", " "]), WORDS), max_size=4),
)
ROWS = st.lists(st.tuples(st.integers(0, 10), st.dates().map(str), COMMENTS), min_size=1, max_size=8)


@given(rows=ROWS, where=st.integers(0, 2))
def test_a_repaired_row_is_the_row_quoted_properly(folder: Path, rows: list[tuple[int, str, str]], where: int) -> None:
    """Wherever the comment stands, a row that was repaired equals the one of the file that was written well.

    What has nothing between two commas may be a row without answer or date, with too many cells at its end.
    """
    names = ["score", "date"]
    names.insert(where, "comment")

    def written(quote: str) -> str:
        lines = [",".join(names)]
        for score, date, comment in [(5, "2026-01-01", "plain words"), *rows]:
            cells = [str(score), date]
            cells.insert(where, f"{quote}{comment}{quote}")
            lines.append(",".join(cells))
        return "\n".join(lines) + "\n"

    found = []
    for name, quote in (("bare", ""), ("quoted", '"')):
        path = folder / f"{name}.csv"
        path.write_text(written(quote), encoding="utf-8", newline="")
        found.append(load(path, separator=",", tool="plain", header_rows=1))
    bare, quoted = found
    aside = {r.row for r in bare.rejected if r.kind == "set aside"}
    kept = [i for i, row in enumerate(quoted.row_numbers.tolist()) if row not in aside]
    for name in names:
        assert bare.columns[name].tolist() == quoted.columns[name][kept].tolist()
    assert bare.report.set_aside == len(aside) == len(quoted) - len(bare)
    blank = {i for i, (*_, comment) in enumerate(rows, 3) if ",," in comment}
    assert aside <= (blank if where < 2 else set())


REGIONS = "".join(f"{i % 11},{'north' if i % 2 else 'south'},fine\n" for i in range(30))


@pytest.mark.parametrize(
    ("header", "rows", "long", "meant"),
    [
        ("score,region,comment", REGIONS, "0,north,awful, really awful", ["0", "north", "awful, really awful"]),
        # nothing says that people write there what they like
        ("score,region,why", REGIONS, "0,north,awful, really awful", None),
        ("score,why", "9,yes\n10,good\n", "0,no, never", ["0", "no, never"]),
        ("score,comment,region", "9,good,north\n10,fine,south\n", "0,no, never,north", ["0", "no, never", "north"]),
        # another region is not known: the last text may be part of the comment
        ("score,comment,region", "9,good,north\n10,fine,south\n", "0,no, never,up north", None),
        ("score,comment,paid", "9,good,5\n10,fine,7\n", "0,no, never,6", ["0", "no, never", "6"]),
        # the comma may be that of the number
        ("score,comment,paid", "9,good,5\n10,fine,7\n", "0,no,6,50", None),
        ("score,paid,comment", "9,5,good\n10,7,fine\n", "0,3,50,no", None),
        # two columns in which people write what they like
        ("score,good,bad", "9,all of it,none at all\n10,the staff,that it ended\n", "3,food, view,noise, smell", None),
        # a number off the other answers: the id may have been split
        ("id,score,comment", "1001,9,fine\n1002,10,good\n", "1,003,7,bad", None),
        # what begins with a blank goes on what stands before it
        ("score,name,comment", "9,Ann,fine words\n10,Bob,good\n", "0,Smith, John,bad", None),
        ("score,stars", "9,5\n10,4\n", "0,3,2", None),
        (
            "when,score,comment",
            "2026-01-02,9,fine\n2026-01-03,10,good\n",
            "03.01.2026 9:00,0,a, b",
            ["03.01.2026 9:00", "0", "a, b"],
        ),
        ("when,score,comment", "2026-01-02,9,fine\n2026-01-03,10,good\n", "Jan 3, 2026,0,bad", None),
    ],
)
def test_only_what_is_plain_is_repaired(read: Read, header: str, rows: str, long: str, meant: list[str] | None) -> None:
    """A row is repaired where one reading of it fits what the other rows hold, and set aside where more do, or none."""
    found = read(f"{header}\n{rows}{long}\n")
    last = [values.tolist()[-1] for values in found.columns.values()]
    kinds = [r.kind for r in found.rejected]
    assert kinds == (["set aside"] if meant is None else ["repaired"])
    if meant is not None:
        assert last == meant


REGION = "nps,region\n" + "10,North\n4,South\n" * 50
SMALL = "nps,region\n10,North\n4,South\n9,North\n3,South\n"
LONG = "nps,product\n" + "10,Plan for small teams\n4,Plan for large teams\n9,Plan for one only\n" * 3

CODES = "nps,customer\n10,c1\n4,c2\n"
MAILS = "nps,email\n10,ann@example.com\n4,bob@example.com\n"


@pytest.mark.parametrize("header", [REGION, SMALL, LONG, CODES, MAILS])
@pytest.mark.parametrize("long", ["9,North,x", "3,North,7", "2,South,2026-01-01", "9,South,North", "9,North,,x"])
def test_a_surplus_makes_no_segment(read: Read, header: str, long: str) -> None:
    """A last column whose values come again and again, or are codes, is no text that somebody wrote."""
    found = read(f"{header}{long}\n")
    assert [r.kind for r in found.rejected] == ["set aside"]


def test_a_known_value_with_a_comma_is_joined(read: Read) -> None:
    """What is joined into such a column is one of its values."""
    found = read('nps,city\n10,"Paris, TX"\n4,Rome\n9,"Paris, TX"\n3,Rome\n0,Paris, TX\n0,Rome, TX\n')
    assert [r.kind for r in found.rejected] == ["repaired", "set aside"]
    assert found.columns["city"].tolist()[-1] == "Paris, TX"


COMMENTED = "id,nps,comment,region\n" + "1,10,it was ok here,North\n2,4,not so good here,South\n" * 20


def test_rows_are_not_joined_across_a_line_break(read: Read) -> None:
    """A carriage return alone parts two rows that both fit; they are two."""
    found = read(COMMENTED + "3,8,fine,North\r4,7,bad,South\n9,3,x,South\n")
    assert len(found) == 43
    assert [values.tolist()[-3:] for values in found.columns.values()] == [
        ["3", "4", "9"],
        ["8", "7", "3"],
        ["fine", "bad", "x"],
        ["North", "South", "South"],
    ]
    assert [(r.row, r.kind) for r in found.rejected] == [(42, "repaired")]
    assert found.row_numbers.tolist()[-3:] == [42, 42, 43]
    assert any("1 row held others" in note for note in found.report.notes)


@pytest.mark.parametrize(
    "long",
    [
        "3,8,fine,North\r4,7,bad, really,South",
        "3,8,fine\r4,7,bad,South",
        "3,8,it is, well\rbad,South",
        "3,8,fine,North\rx,y,bad,South",
        "3,8,fine,North\rEast,South",
        '3,8,"a\nb", and c,South',
    ],
)
def test_a_line_break_that_parts_no_rows_sets_aside(read: Read, long: str) -> None:
    """Where the parts of a row do not fit the header, nothing is made of it."""
    found = read(f"{COMMENTED}{long}\n9,3,x,South\n")
    assert [r.kind for r in found.rejected] == ["set aside"]
    assert len(found) == 41


@pytest.mark.parametrize(
    ("header", "long"),
    [
        ("nps,comment,w\n" + "4,ok fine,1\n" * 40, "10,great,2,,7"),
        ("nps,comment,w\n" + "4,ok fine,1\n" * 40, "10,great,,7"),
        ("nps,comment,region\n" + "10,ok it is,North\n4,no it is,South\n" * 20, "5,bad,North,South"),
        ("nps,comment,region\n10,ok it is,North\n4,no it is,South\n", "5,bad,up North,South"),
        ("nps,comment,date\n10,ok it is,2026-01-01\n", "5,bad,2026-01-02,2026-01-03"),
    ],
)
def test_a_good_row_with_cells_too_many_is_set_aside(read: Read, header: str, long: str) -> None:
    """Where the cells right after the comment fit as they stand, the surplus may be anything."""
    found = read(f"{header}{long}\n")
    assert [r.kind for r in found.rejected] == ["set aside"]


def test_semicolons_are_joined_as_they_were(read: Read) -> None:
    """The surplus is joined by the separator of the file."""
    found = read("score;comment\n9;fine\n10;good\n0;no; never\n")
    assert found.columns["comment"].tolist()[-1] == "no; never"
    assert found.rejected == (
        Rejected(
            4,
            "comment",
            "no; never",
            "the row has 3 cells, the header 2: this text was not quoted, and was joined again",
            "repaired",
        ),
    )


def test_a_file_without_names_of_columns_has_nothing_to_repair() -> None:
    """No column takes a surplus where there is none."""
    assert Repairs([], [[], []], ",")(["a", "b"]) is None


def test_amounts_are_numbers_of_their_columns() -> None:
    """With a comma, a point or a true minus; a row of no number at all is not told by what its texts say."""
    rows = [[str(score), amount, "good"] for score, amount in ((9, "7.25"), (10, "12,5"), (3, "−3.5"))]
    repairs = Repairs(["score", "spent", "comment"], rows, ";")
    assert repairs(["8", "6,75", "well", " made"]) == (2, ["8", "6,75", "well; made"])
    assert repairs(["8", "dear", "well", " made"]) is None
    assert repairs.split(["9", "1.5", "good\r8", "6,75", "bad"]) == [["9", "1.5", "good"], ["8", "6,75", "bad"]]
    assert repairs.split(["9", "1.5", "good\r", "", "bad"]) is None


@pytest.mark.parametrize(("rows", "few"), [(20, True), (19, False)])
def test_twenty_cells_say_what_there_is(rows: int, few: bool) -> None:
    """Of a few words that come again and again; then another one is none of that column."""
    known = [[word, "9", "good"] for word in ("north", "south", "west") * 7][:rows]
    repairs = Repairs(["region", "score", "comment"], known, ",")
    assert (repairs(["east", "8", "well", " made"]) is None) == few
