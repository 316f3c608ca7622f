"""Large files: only the columns that are needed are read at once, the others when they are asked for."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.errors import FileMissingError, UnreadableFileError
from npskit.reading.loading import SCANNED

TIMES = st.sampled_from(
    [
        "2026-03-01",
        "2026-03-01 10:15:00",
        "2026-03-01T10:15:59",
        "2026-02-30",
        "1.3.2026",
        "",
        "soon",
        "2026-03-01 24:00:00",
    ]
)
SCORES = st.sampled_from(["0", "7", "10", "9", "", "NA", "11", "99", "x", "9 - likely", '"10"', "a long way off"])
TEXTS = st.sampled_from(
    ["", "fine", '"bad, very bad"', '"two\nlines"', "bad, very bad", 'say "no"', '"broken', "ä", "\ufffd", '""""']
)
REGIONS = st.sampled_from(["north", "south", "", "the long north"])
ROWS = st.lists(st.tuples(TIMES, REGIONS, SCORES, TEXTS), min_size=1, max_size=12)


def read_large(path: Path, look: int = 1000, whole: int = 0, **said: Any) -> nk.Survey:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("npskit.reading.loading.SMALL", 0)
        patch.setattr("npskit.reading.loading.WHOLE", whole)
        patch.setattr("npskit.reading.loading.LOOK", look)
        return nk.read(path, **said)


def everything(read: Callable[[], nk.Survey]) -> list[Any]:
    found: list[Any] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            survey = read()
            found = [survey.roles, survey.file_report, survey.rejected]
            found.append({name: repr(survey.column(name).filled().tolist()) for name in survey.columns})
            found.append(survey.score().to_dict())
        except nk.NpskitError as error:
            found += [type(error), str(error)]
    return [*found, *(str(warning.message) for warning in caught)]


@given(rows=ROWS, weight=st.booleans())
def test_a_large_file_says_what_a_small_one_says(folder: Path, rows: list[tuple[str, ...]], weight: bool) -> None:
    """Roles, report, what was rejected, the score and every column are the same, whichever way the file is read."""
    path = folder / "large.csv"
    header = "answered at,region,How likely are you to recommend us?,comment"
    path.write_text("\n".join([header, *map(",".join, rows)]) + "\n", encoding="utf-8", newline="")
    said: dict[str, Any] = {"separator": ",", "time": "answered at", "header_rows": 1}
    said |= {"score": "How likely are you to recommend us?", "weight": "region" if weight else None}
    small = everything(lambda: nk.read(path, **said))
    assert everything(lambda: read_large(path, **said)) == small
    # not so large that columns are read later, but roles are found in the first rows
    assert everything(lambda: read_large(path, whole=1 << 20, **said)) == small


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    lines = [f"2026-03-{1 + i % 28:02d},{i % 11},{'north' if i % 2 else 'south'},words {i},\n" for i in range(100)]
    path.write_text("date,nps,region,comment,\n" + "".join(lines))
    return path


def test_columns_are_read_when_they_are_asked_for(export: Path) -> None:
    """Segments, comments and columns carried along are there, and the survey may be pickled before they are."""
    survey = pickle.loads(pickle.dumps(read_large(export, look=10)))
    assert survey.columns == ["date", "nps", "region", "comment"]
    assert survey.roles == {"score": "nps", "time": "date", "comment": "comment"}
    assert survey.score(by="region").counts.sum() == 100
    assert survey.column("comment").values.tolist()[99] == "words 99"
    assert survey.file_report is not None
    assert survey.file_report.rows == 100


def test_a_file_that_was_changed_is_not_read_again(export: Path) -> None:
    """Rows of another version are never put beside those that were read."""
    survey = read_large(export)
    text = export.read_text()
    export.write_text(text.replace("north", "NORTH"))
    os.utime(export, ns=(0, 0))
    with pytest.raises(UnreadableFileError, match="was changed since it was read, and column 'region'"):
        survey.score(by="region")
    export.unlink()
    with pytest.raises(FileMissingError, match="not there any more, and column 'comment'"):
        survey.column("comment")
    assert survey.score().n == 100


def test_a_role_that_shows_late(export: Path) -> None:
    """A column without a name is kept if a cell of it comes late."""
    with export.open("a") as file:
        file.write("2026-04-01,9,north,words,surprise\n")
    survey = read_large(export, look=10)
    assert survey.columns[-1] == "column_5"
    assert survey.column("column_5").values.tolist()[-1] == "surprise"
    assert read_large(export, look=10, whole=1 << 20).column("column_5").values.tolist()[-1] == "surprise"


def test_progress_is_told_once(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Finding the encoding moves the bar, looking at the first rows does not; reading moves it to the end."""
    monkeypatch.setattr("npskit.reading.unpacking._PAUSE", 0.0)
    monkeypatch.setattr("npskit.reading.source._SCANNED", 500)
    monkeypatch.setattr("npskit.reading.source._WIDE", 500)
    told: list[tuple[int, int]] = []
    read_large(export, progress=lambda done, total: told.append((done, total)))
    size = export.stat().st_size
    assert told[-1] == (size, size)
    assert told == sorted(told)
    begun = [done for done, _ in told if done < size * SCANNED]
    assert 3 <= len(begun) < len(told) / 2 + 1
