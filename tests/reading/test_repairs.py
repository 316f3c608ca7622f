"""Rows that are too long because a text was not quoted: joined again where that is plain, else set aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.reading import Loaded, Rejected, load

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
    assert survey.report is not None
    assert survey.report.set_aside == 0
    assert any("3 rows had too many cells" in note for note in survey.report.notes)


WORDS = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
COMMENTS = st.builds(
    lambda first, more: first + "".join(more),
    WORDS,
    st.lists(st.builds("{}{}".format, st.sampled_from([", ", ",", ",,", " "]), WORDS), max_size=4),
)
ROWS = st.lists(st.tuples(st.integers(0, 10), st.dates().map(str), COMMENTS), min_size=1, max_size=8)


@given(rows=ROWS, where=st.integers(0, 2))
def test_a_repaired_row_is_the_row_quoted_properly(folder: Path, rows: list[tuple[int, str, str]], where: int) -> None:
    """Wherever the comment stands, a row that was repaired equals the one of the file that was written well."""
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
    assert not aside


REGIONS = "".join(f"{i % 11},{'north' if i % 2 else 'south'},fine\n" for i in range(30))


@pytest.mark.parametrize(
    ("header", "rows", "long", "meant"),
    [
        ("score,region,why", REGIONS, "0,north,awful, really awful", ["0", "north", "awful, really awful"]),
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
