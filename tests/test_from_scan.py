"""Files that are scanned say what they say when they are read, whoever scans them; rows stay in them."""

from __future__ import annotations

import gzip
import importlib.util
import os
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import npskit as nk
from npskit.errors import FileMissingError
from npskit.options import SCAN_ENGINES


def answers(rows: int = 400) -> pl.DataFrame:
    """Answers with what is missing, off the scale and odd in each column."""
    draw = np.random.default_rng(3)
    score = [(10, 9, 9, 8, 3, 11, None)[i] for i in draw.integers(0, 7, rows)]
    region = [("N", "S", "007", "NA", None, "a;b", 'say "no"')[i] for i in draw.integers(0, 7, rows)]
    at = pl.datetime_range(pl.datetime(2026, 1, 1), pl.datetime(2026, 3, 31), "1d", eager=True).sample(
        rows, with_replacement=True, seed=1
    )
    return pl.DataFrame(
        {"score": score, "region": region, "at": at, "weight": draw.random(rows), "id": draw.integers(0, 90, rows)}
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The answers in two files of Parquet, of CSV and of packed CSV."""
    found = tmp_path_factory.mktemp("answers")
    for number, part in enumerate((answers()[:150], answers()[150:])):
        part.write_parquet(found / f"{number}.parquet")
        part.write_csv(found / f"{number}.csv", separator=";")
        (found / f"{number}.csv.gz").write_bytes(gzip.compress((found / f"{number}.csv").read_bytes()))
    return found


@pytest.fixture(params=SCAN_ENGINES)
def engine(request: pytest.FixtureRequest) -> Any:
    """Each engine."""
    return request.param


@pytest.mark.parametrize("pattern", ["*.parquet", "*.csv", "*.csv.gz"])
def test_files_say_what_their_rows_say(folder: Path, engine: Any, pattern: str) -> None:
    """Scores, segments, months, weights and customers of files are those of the rows in memory."""
    frame = answers()
    several: list[dict[str, Any]] = [{}, {"weight": "weight"}, {"time": "at"}]
    for roles in (*several, {"time": "at", "customer": "id", "weight": "weight"}):
        held = nk.Survey(frame, **roles)
        scanned = nk.scan(folder / pattern, engine=engine, **roles)
        assert scanned.columns == frame.columns
        for by in (None, "region"):
            ours, theirs = scanned.tally(by), held.tally(by)
            np.testing.assert_allclose(ours.cells, theirs.cells)
            if ours.weights is not None and theirs.weights is not None:
                np.testing.assert_allclose(ours.weights, theirs.weights)
            assert scanned.score(by=by).to_dict().keys() == held.score(by=by).to_dict().keys()
        if "time" in roles:
            ours_by_month, theirs_by_month = scanned.timeline(every="month"), held.timeline(every="month")
            assert list(ours_by_month.labels) == list(theirs_by_month.labels)
            np.testing.assert_allclose(ours_by_month.tally.value, theirs_by_month.tally.value)
        assert scanned.where({"region": ["007", None]}).score().n == held.where({"region": ["007", None]}).score().n


def test_rows_stay_in_the_files(folder: Path, engine: Any) -> None:
    """A survey over files is a query, unless PyArrow alone reads them."""
    said = repr(nk.scan(folder / "0.parquet", engine=engine))
    assert {"polars": "Polars query", "duckdb": "DuckDB query", "pyarrow": "150 rows"}[engine] in said


def test_a_folder_and_a_list(folder: Path) -> None:
    """A folder is all Parquet in it, a list all that it names."""
    assert nk.scan(folder).tally() == nk.scan([folder / "0.parquet", str(folder / "1.parquet")]).tally()
    assert nk.scan(folder).score().missing == answers()["score"].null_count()


def test_odd_cells_are_counted(tmp_path: Path, engine: Any) -> None:
    """Labels, words for nothing and what is no answer are what they are in any other column; nothing is lost."""
    path = tmp_path / "odd.csv"
    rows = ["10 - Extremely likely", "9", "", "n/a", "x", '"6"', "11"]
    path.write_text("score,w,at\n" + "".join(f"{row},{i}.5,2026-01-0{i + 1}\n" for i, row in enumerate(rows)))
    with open(path, "a") as file:
        file.write("7,NA,n/a\n")
    survey = nk.scan(path, engine=engine)
    score = survey.score()
    assert (score.n, score.missing, score.invalid) == (4, 2, 2)
    with pytest.raises(nk.InvalidValueError, match=r"weight: (1 value of )?column 'w'"):
        nk.scan(path, engine=engine, weight="w").score()
    assert nk.scan(path, engine=engine, time="at").timeline(every="day").tally.rows.sum() == 7


def test_what_cannot_be_scanned(tmp_path: Path, engine: Any) -> None:
    """Files that are not there, of other kinds, mixed or damaged are refused by name."""
    with pytest.raises(FileMissingError, match="there is no file"):
        nk.scan(tmp_path / "none.csv", engine=engine)
    with pytest.raises(FileMissingError, match="no file fits the pattern"):
        nk.scan(tmp_path / "*.parquet", engine=engine)
    with pytest.raises(FileMissingError, match="no Parquet file in the folder"):
        nk.scan(tmp_path, engine=engine)
    for name in ("a.xlsx", "b.csv", "c.parquet"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 nothing of this kind")
    for bad in (tmp_path / "a.xlsx", [tmp_path / "b.csv", tmp_path / "c.parquet"]):
        with pytest.raises(nk.InvalidValueError, match=r"path must name Parquet or CSV .* npskit.read\(\)"):
            nk.scan(bad, engine=engine)
    with pytest.raises(nk.EngineError, match=r"failed at .*c\.parquet|failed at telling its columns"):
        nk.scan(tmp_path / "c.parquet", engine=engine)
    with pytest.raises(nk.InvalidTypeError, match="path must be a path"):
        nk.scan(5, engine=engine)  # type: ignore[arg-type]
    with pytest.raises(nk.InvalidValueError, match="engine must be one of"):
        nk.scan(tmp_path / "b.csv", engine="excel")  # type: ignore[arg-type]


def test_without_an_engine_the_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first engine that is installed reads; without any, the error says what to install."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "polars" else found(name))
    assert "DuckDB query" in repr(nk.scan(folder))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in SCAN_ENGINES else found(name))
    with pytest.raises(nk.MissingDependencyError, match=r"npskit\[scan\]"):
        nk.scan(os.fspath(folder))
    with pytest.raises(nk.MissingDependencyError, match="engine='duckdb' needs duckdb: python -m pip install duckdb"):
        nk.scan(folder, engine="duckdb")


PARTS = {
    "another order": [answers(40), answers(40).select("weight", "id", "at", "region", "score")],
    "a column less": [answers(40), answers(40).drop("region", "id")],
    "a column more": [answers(40).drop("id"), answers(40)],
    "other numbers": [
        answers(40).with_columns(pl.col("score", "id").cast(pl.Int8)),
        answers(40).with_columns((pl.col("score") - 2.5).cast(pl.Float64)),
    ],
    "nothing in a column": [answers(40).with_columns(region=pl.lit(None)), answers(40)],
}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
@pytest.mark.parametrize("parts", PARTS)
@pytest.mark.filterwarnings("ignore:path. .* has no column:npskit.DataWarning")
@pytest.mark.filterwarnings("ignore:score. .* answers are texts:npskit.DataWarning")
def test_columns_go_by_their_names(tmp_path: Path, engine: Any, parts: str, kind: str) -> None:
    """Files of other columns, in another order or of other types, say what their rows say one below the other."""
    for number, part in enumerate(PARTS[parts]):
        (part.write_parquet if kind == "parquet" else part.write_csv)(tmp_path / f"{number}.{kind}")
    frame = pl.concat(PARTS[parts], how="diagonal_relaxed")
    several: list[dict[str, Any]] = [{}, {"weight": "weight", "time": "at"}]
    for roles in several:
        held, scanned = nk.Survey(frame, **roles), nk.scan(tmp_path / f"*.{kind}", engine=engine, **roles)
        assert sorted(scanned.columns) == sorted(frame.columns)
        for by in (None, "region"):
            ours, theirs = scanned.tally(by), held.tally(by)
            np.testing.assert_allclose(ours.cells, theirs.cells)
            np.testing.assert_array_equal([ours.missing, ours.invalid], [theirs.missing, theirs.invalid])


def test_files_that_lack_columns_are_named(tmp_path: Path, engine: Any) -> None:
    """A warning names what a file lacks; one that has nothing of the first is refused, such as one of another mark."""
    for name, text in (("0", "score,region\n10,N\n"), ("1", "score\n9\n"), ("2", "score,other\n9,x\n")):
        (tmp_path / f"{name}.csv").write_text(text)
    with pytest.warns(nk.DataWarning, match=r"0\.csv' has no column 'other', and 2 other files not all columns"):
        assert nk.scan(tmp_path / "*.csv", engine=engine).score().n == 3
    (tmp_path / "3.csv").write_text("score;region\n10;N\n")
    with pytest.raises(nk.InvalidValueError, match=r"3\.csv' has none of the columns of .*0\.csv'.*same character"):
        nk.scan(tmp_path / "*.csv", engine=engine)
    (tmp_path / "3.csv").write_bytes(b"")
    with pytest.raises(nk.NpskitError, match=r"3\.csv'.*(npskit\.read\(\)|same character)"):
        nk.scan(tmp_path / "*.csv", engine=engine)


@pytest.mark.parametrize("dayfirst", [None, True, False])
@pytest.mark.parametrize("last", ["12/11/2025", "25/04/2026", "04/25/2026"])
@pytest.mark.filterwarnings("ignore:time. column 'at'. .* read month first")
def test_days_and_months_are_told_apart_by_one_rule(
    tmp_path: Path, engine: Any, last: str, dayfirst: bool | None
) -> None:
    """Dates with day and month in front are those that they are in memory, whoever reads the file."""
    times = ["03/04/2026", "05/04/2026", "12/11/2025", last]
    path = tmp_path / "dates.csv"
    path.write_text("score,at\n" + "".join(f"9,{time}\n" for time in times))

    def said(make: Any) -> Any:
        try:
            found = make(time="at", dayfirst=dayfirst).timeline()
        except nk.NpskitError as error:
            return type(error)
        return list(zip(found.labels, found.tally.n.tolist(), strict=True))

    data = {"score": [9] * 4, "at": times}
    assert said(lambda **roles: nk.scan(path, engine=engine, **roles)) == said(lambda **roles: nk.Survey(data, **roles))
