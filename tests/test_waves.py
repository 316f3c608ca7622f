"""Waves of a survey joined into one: nothing is lost, and nothing is joined that does not belong together."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import npskit as nk
from npskit.data import row_said
from npskit.results import RowCounts


def wave(answers: list[Any], day: str, **more: Any) -> nk.Survey:
    """Return a survey of answers on one day."""
    size = len(answers)
    return nk.Survey(
        {"score": answers, "day": [day] * size, "id": list(range(size)), **more}, time="day", customer="id"
    )


def test_waves_are_one_survey() -> None:
    """The joined survey says what one of all rows says; columns that a wave lacks are missing there."""
    first, second = [10, 9, 3, None], [2, 11, 10]
    joined = nk.concat([wave(first, "2026-01-05"), wave(second, "2026-02-05", region=["N", "S", "N"])])
    assert joined.score().tally == nk.nps(first + second).tally
    assert set(joined.score("region")) == {(None,), ("N",), ("S",)}
    assert joined.timeline().n.tolist() == [3, 2]
    assert len(joined.transitions().steps) == 2
    assert joined.rejected[0].row == 5


def test_waves_of_files_keep_what_was_set_aside_and_each_its_order_of_dates(tmp_path: Path) -> None:
    """Rows set aside add up; one file has the day first, another the month; `rejected` names file and row."""
    paths = [tmp_path / "a.csv", tmp_path / "b.csv"]
    paths[0].write_text("score,day\n10,13/2/2026\n1,2,3,4,5\n9,1/2/2026\n")
    paths[1].write_text("score,day\n3,3/13/2026\n12,3/1/2026\n")
    joined = nk.concat([nk.read(path, time="day") for path in paths])
    assert joined.score().row_counts == RowCounts(3, 0, 1, 1)
    assert joined.timeline().labels == ("2026-02", "2026-03")
    assert [(each.row, each.kind) for each in joined.rejected] == [(3, "set aside"), (3, "off the scale")]
    assert "a.csv" in joined.rejected[0].reason
    assert "b.csv" in joined.rejected[1].reason


@pytest.mark.parametrize(
    ("surveys", "error", "said"),
    [
        ([], nk.InvalidValueError, "at least one"),
        (wave([1], "2026-01-01"), nk.InvalidTypeError, "surveys must be a collection"),
        (np.array(9), nk.InvalidTypeError, "surveys must be a collection"),
        ([wave([1], "2026-01-01"), [1]], nk.InvalidTypeError, "a list of surveys"),
        ([wave([1], "2026-01-01"), nk.Survey({"score": [1]})], nk.IncompatibleError, "same roles"),
        (
            [
                nk.Survey({"score": [1]}),
                nk.Survey({"score": [1]}, scorer=nk.NPS(scale=(0, 5), detractor=2, promoter=5)),
            ],
            nk.IncompatibleError,
            "one scorer",
        ),
        ([nk.Survey({"score": [1], "x": ["a"]}).rake({"x": {"a": 1}})], nk.IncompatibleError, "raked"),
    ],
)
def test_what_does_not_belong_together_is_refused(surveys: Any, error: type[Exception], said: str) -> None:
    """Scorers, roles and conventions must agree."""
    with pytest.raises(error, match=said):
        nk.concat(surveys)


@pytest.mark.parametrize("backend", ["pandas", "polars", "pyarrow"])
def test_a_survey_of_a_file_is_a_frame(tmp_path: Path, backend: str) -> None:
    """What was read can be worked on in any dataframe library, times as times."""
    path = tmp_path / "a.csv"
    path.write_text("score,day,note\n10,2026-01-05,fine\n,2026-01-06,\n3,2026-01-07,slow\n")
    frame = nk.read(path, time="day").to_frame(backend)
    assert nk.Survey(frame, time="day").score().tally == nk.nps([10, None, 3]).tally
    assert nk.Survey(frame, time="day").timeline("day").n.tolist() == [1, 0, 1]
    assert list(frame.column_names if backend == "pyarrow" else frame.columns) == ["score", "day", "note"]


def test_a_file_passes_its_zone_on(tmp_path: Path) -> None:
    """Times of a file that was read in a zone are in that zone for whatever is asked later."""
    path = tmp_path / "a.csv"
    path.write_text("score,day\n3,2026-03-29 00:30\n")
    survey = nk.read(path, time="day", time_zone="Europe/Warsaw")
    follow_up = next(iter(survey.follow_up()))
    assert follow_up.due is not None
    assert survey._data.time_zone == "Europe/Warsaw"
    assert survey.column("day").values[0] == np.datetime64("2026-03-29T00:30")


def test_errors_name_wave_and_row(tmp_path: Path) -> None:
    """A row of joined surveys is named as its own survey does, with the file or the place of the survey."""
    path = tmp_path / "may.csv"
    path.write_text("score,w\n9,1\n\n8,\n")
    file = nk.read(path, score="score", weight="w")
    frame = nk.Survey({"score": [9, 8, 7], "w": [1, 2, -3]}, score="score", weight="w")
    joined = nk.concat([nk.concat([frame]), file])
    with pytest.raises(nk.InvalidValueError) as caught:
        joined.score()
    assert f"row 2 (from 0) of surveys[0] has -3.0, row 4 of the file {path} is empty" in str(caught.value)
    with pytest.raises(nk.InvalidValueError, match=r"row 4 of the file .*may.csv"):
        nk.concat([file, file.__class__({"score": ["9"], "w": ["1"]}, weight="w")]).score()
    off = nk.Survey({"score": [9, 11]}, on_invalid="raise")
    with pytest.raises(nk.InvalidValueError, match=r"row 1 \(from 0\) of surveys\[1\]: 11$"):
        nk.concat([nk.Survey({"score": [9]}, on_invalid="raise"), off]).score()
    rows = joined._data.row_numbers
    assert row_said(2, pickle.loads(pickle.dumps(rows))) == "row 2 (from 0) of surveys[0]"


def test_a_plan_for_several_files_says_where_its_rows_stand(tmp_path: Path) -> None:
    """By file and row, in its table, its lists and what could not be drafted; `row` finds the response again."""
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text(
            "id,nps,comment\n1,2,there was a fire\n2,11,\n".replace("1,2", f"{name},2")
        )
    survey = nk.read(str(tmp_path / "*.csv"), score="nps", customer="id", comment="comment")
    plan = survey.follow_up()
    table = plan.columns(everything=True)
    assert table["row"] == [0, 1, 2, 3]
    assert table["source"] == [f"row {row} of the file {tmp_path / file}.csv" for file in "ab" for row in (2, 3)]
    assert plan.why(table["row"][1]) == "the answer 11 is not on the scale 0..10"
    alone = nk.read(tmp_path / "a.csv", score="nps", customer="id", comment="comment").follow_up()
    assert "source" not in alone.columns(everything=True)
