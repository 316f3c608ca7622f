"""Scores of groups alone and of counts by answer, and tables of what was computed already, which are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

import npskit as nk
from npskit.__main__ import main

SPELLINGS = {
    "detractor": ["Detractor", "DETRACTORS", "Kritiker", "krytycy", "Détracteurs", "ผู้ไม่สนับสนุน"],
    "passive": ["passive", "Neutral", "Passives", "pasywny", "Passifs", "เป็นกลาง"],
    "promoter": ["promoter ", "Promotoren", "PROMOTERS", "promotorzy", "promoteur", "ผู้สนับสนุน"],
}


@pytest.mark.parametrize("way", range(6))
def test_groups_alone(way: int, tmp_path: Path) -> None:
    """The groups of an export without answers score as the answers would, in any case, number and known language."""
    low, middle, high = (words[way] for words in SPELLINGS.values())
    groups = [high, low, middle, high, None]
    frame = {"region": list("NSNNS"), "NPS Category": groups}
    right = {"detractor": 1, "passive": 1, "promoter": 2}
    for data in (frame, pd.DataFrame(frame), pl.LazyFrame(frame)):
        survey = nk.Survey(data, label="NPS Category")
        assert survey.score().counts == right
        assert survey.score().missing == 1
        assert survey.score("region")["N"].value == pytest.approx(200 / 3)
    assert nk.Survey(frame, score="NPS Category").score().value == 25
    path = tmp_path / "groups.csv"
    pd.DataFrame(frame).to_csv(path, index=False)
    with pytest.warns(nk.GuessWarning, match="the groups in 'NPS Category' were scored alone"):
        assert nk.read(path).score().value == 25
    assert nk.read(path, score="nps category").score().n == 4


COUNTS = st.dictionaries(st.integers(-1, 11), st.integers(0, 9), min_size=1)


@pytest.mark.parametrize(
    "words",
    [
        *[("Promoters", "Passives", "Detractors"), ("Promotoren", "Passive", "Kritiker")],
        *[
            ("Promotorzy", "Neutralni", "Krytycy"),
            ("ผู้สนับสนุน", "ผู้เฉยๆ", "ผู้ไม่สนับสนุน"),
            ("PROMOTER", "neutral", "detractor"),
        ],
    ],
)
def test_groups_in_functions(words: tuple[str, str, str]) -> None:
    """Names of groups are answers of a function too: one by one, in any column, and with how often each was given."""
    promoter, passive, detractor = words
    right = {"detractor": 1, "passive": 1, "promoter": 2}
    listed = [promoter, None, detractor, passive, promoter.upper()]
    for answers in (listed, tuple(listed), np.array(listed, object), pd.Series(listed), pl.Series(listed)):
        score = nk.nps(answers)
        assert (score.counts, score.missing, score.value) == (right, 1, 25)
    assert nk.nps({promoter: 2, passive: 1, detractor: 1}).counts == right
    with pytest.warns(nk.DataWarning):
        assert nk.nps([*listed, 9]).invalid == 4  # groups beside answers are none


def test_value_counts_are_no_answers() -> None:
    """Counts whose answers are their index are refused; as a dict they are scored."""
    answers = pd.Series([10] * 7 + [9, 9, 3], name="score")
    for counts in (answers.value_counts(), answers.value_counts(normalize=True)):
        with pytest.raises(nk.InvalidTypeError, match="value_counts"):
            nk.nps(counts)
    assert nk.nps(answers.value_counts().to_dict()) == nk.nps(answers)
    assert nk.nps(answers.rename("count")) == nk.nps(answers)


@given(COUNTS)
def test_counts_by_answer(counts: dict[int, int]) -> None:
    """Counts by answer score as the answers one by one, in a function and as a table, and merge with others."""
    rows = [answer for answer, count in counts.items() for _ in range(count)]
    right = nk.Tally.count(rows)
    assert nk.Tally.from_answers(counts) == right
    table = {"score": list(counts), "n": list(counts.values())}
    assert nk.Survey(table, count="n").tally() == right
    assert nk.Tally.from_answers({str(answer): count for answer, count in counts.items()}) + right == right + right


def test_counts_in_every_entry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table of counts is 54 answers, whatever holds it; words and missing answers have counts as well."""
    counts = [3, 0, 1, 0, 0, 4, 2, 6, 11, 9, 18]
    right = nk.nps(dict(enumerate(counts)))
    assert (right.n, round(right.value, 1)) == (54, 31.5)
    table = pd.DataFrame({"score": range(11), "count": counts})
    for data in (table, pl.from_pandas(table)):
        assert nk.Survey(data, count="count").score() == right
    path = tmp_path / "counts.csv"
    table.to_csv(path, index=False)
    with pytest.warns(nk.DataWarning, match="count='count'"):
        nk.read(path)
    assert nk.read(path, count="count").score().counts == right.counts
    assert main(["score", str(path), "--count", "count"]) == 0
    assert "n  54" in capsys.readouterr().out
    assert nk.nps({"10 - likely": 2, None: 3, "x": 1}).invalid == 1
    with pytest.warns(nk.GuessWarning, match="good and bad"):
        assert nk.csat({"good": 3, "bad": 1}).value == 75


@pytest.mark.parametrize("count", [-1, 1.5, "3", True, None, float("nan")])
def test_what_is_no_count(count: Any) -> None:
    """A count that is negative, a fraction or no number is refused by name, for its answer or its row."""
    with pytest.raises(nk.InvalidValueError, match="counts must be whole numbers"):
        nk.nps({10: count})
    if count not in ("3", True):
        with pytest.raises(nk.InvalidValueError, match="row 1 "):
            nk.Survey({"score": [9, 10], "n": [1, count]}, count="n")


def test_a_row_of_several_is_no_customer() -> None:
    """Counts have no customers, no query and no weights."""
    data = {"score": [9], "n": [2], "who": ["a"]}
    with pytest.raises(nk.IncompatibleError, match="customer"):
        nk.Survey(data, count="n", customer="who")
    with pytest.raises(nk.IncompatibleError, match="collect"):
        nk.Survey(pl.LazyFrame(data), count="n")
    with pytest.raises(nk.IncompatibleError, match="weights"):
        nk.nps({9: 2}, weights=[1])


AGGREGATES = {
    "scores by month": "month,NPS\n2024-01-01,65\n2024-02-01,9\n2024-03-01,-4\n2024-04-01,5\n",
    "good scores by month": "Monat,NPS\n2024-01,65\n2024-02,70\n2024-03,12\n",
    "scores with a fraction": "region,nps\nN,45.5\nS,12\nE,70\n",
    "shares": "mes,encuestados,promotores_pct,pasivos_pct,detractores_pct,nps\n2024-09,694,41.2,22.0,36.7,4.5\n"
    "2024-10,811,52.6,17.8,29.6,23.0\n",
    "counts": "Month,Promoters,Passives,Detractors\n2026-01,120,40,30\n2026-02,130,35,20\n",
    "texts": "Monat,Promotoren,Kritiker,NPS\n2026-01,45 %,20 %,25\n2026-02,50 %,10 %,40\n",
}


@pytest.mark.parametrize("table", AGGREGATES)
def test_aggregates_are_refused(table: str, tmp_path: Path) -> None:
    """A table of scores, counts or shares by month is refused by a sentence that says so, named or not."""
    path = tmp_path / "table.csv"
    path.write_text(AGGREGATES[table])
    options: list[dict[str, Any]] = [{}, {"score": "nps"}] if "nps" in AGGREGATES[table].lower() else [{}]
    for named in options:
        with pytest.raises(nk.InvalidValueError, match="holds no answers but"):
            nk.read(path, **named)


def test_answers_beside_flags_are_no_aggregates(tmp_path: Path) -> None:
    """Columns that flag promoters and detractors, or count what customers promoted, do not make answers a report."""
    path = tmp_path / "answers.csv"
    path.write_text("nps,promoter,detractor\n10,1,0\n2,0,1\n9,1,0\n")
    assert nk.read(path).score().n == 3
