"""What a survey says does not depend on where its rows are; of an engine that holds them only counts and sums leave."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import npskit as nk
from npskit.counting import Tally
from npskit.data import Frame

CHANGE = nk.Intervention("checkout", "2026-01-10")
NOON = nk.Intervention("checkout", "2026-01-10 12:30", until="2026-02-20")
START = dt.datetime(2026, 1, 1)

Question = Callable[[nk.Survey], Any]
ASKED: dict[str, Question] = {
    "score": lambda s: s.score(),
    "by": lambda s: s.score(by=["region", "kind"]),
    "all": lambda s: s.score(by="region", denominator="all"),
    "tally": lambda s: s.tally(by="region"),
    "compare": lambda s: s.compare(by="region"),
    "months": lambda s: s.timeline(by="region"),
    "days": lambda s: s.timeline("week", window="20d"),
    "answers": lambda s: s.timeline("month", window=9),
    "fading": lambda s: s.timeline("month", half_life="10 days"),
    "months latest": lambda s: s.timeline(by="region", repeats="latest"),
    "weeks mean": lambda s: s.timeline("week", repeats="mean"),
    "apart": lambda s: s.timeline("week", window="3d", denominator="all"),
    "against": lambda s: s.timeline("week", by="region").against(),
    "effect": lambda s: s.effect(CHANGE),
    "noon": lambda s: s.effect(NOON, control={"region": "N"}),
    "series": lambda s: s.effect(CHANGE, method="interrupted_series"),
    "explain": lambda s: s.explain_change("2026-01", "2026-02", by="region"),
    "spans": lambda s: s.explain_change(
        ("2026-01-01 06:00", "2026-01-20 18:30"), ("2026-01-20 18:30", "2026-02-25"), by=["region", "kind"]
    ),
    "rejected": lambda s: s.rejected,
    "latest": lambda s: s.score(repeats="latest"),
    "latest by": lambda s: s.score(by=["region", "kind"], repeats="latest"),
    "mean": lambda s: s.score(repeats="mean"),
    "raked": lambda s: raked(s).score(by="region"),
    "raked months": lambda s: raked(s).timeline(window="40d").against(),
    "raked compare": lambda s: raked(s).compare(by="region"),
    "mean by": lambda s: s.score(by="region", repeats="mean"),
}


def raked(survey: nk.Survey) -> nk.Survey:
    """Return the survey with the kinds that it has in equal shares."""
    kinds = [each["kind"] for each in survey.score(by="kind").to_dict()["segments"]]
    return survey.rake({"kind": dict.fromkeys(kinds, 1 / len(kinds))})


DESIGNS: dict[str, dict[str, Any]] = {
    "independent": {},
    "weighted": {"weight": "weight"},
    "customers": {"customer": "who"},
    "weighted customers": {"customer": "who", "weight": "weight"},
    "clusters": {"cluster": "school", "stratum": "kind", "weight": "weight"},
    "strata": {"stratum": "kind", "population": 500},
    "zone": {"time": "zoned"},
    "elsewhere": {"time": "zoned", "time_zone": "America/New_York"},
}
POLICIES = ("latest", "latest by", "mean", "mean by", "months latest", "weeks mean")
SEGMENTS = ("score", "by", "all", "tally", "months", "apart", "against")
COUNTS = {
    "score",
    "by",
    "all",
    "tally",
    "months",
    "apart",
    "against",
    "days",
    "answers",
    "fading",
    "effect",
    "noon",
    "series",
    "explain",
    "spans",
}

texts = st.sampled_from(["N", "S", "East", None, " ", "n/a"])
row = st.fixed_dictionaries(
    {
        "score": st.sampled_from([*range(11), 9, 10, None, 11]),
        "region": texts,
        "kind": st.sampled_from(["a", "b"]),
        "minutes": st.integers(0, 80_000) | st.none(),
        "weight": st.sampled_from([0.5, 1.0, 2.25]),
        "who": st.sampled_from(["ann@x.de", "ANN@x.de ", "bob", "7", "NA", None, "cem"]),
        "school": st.integers(1, 4),
    }
)


def frame_of(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return rows as a dataframe, with their times on the wall and in a zone."""
    frame = pl.DataFrame(rows, schema_overrides={"score": pl.Int64, "region": pl.String, "who": pl.String})
    times = [None if each["minutes"] is None else START + dt.timedelta(minutes=each["minutes"]) for each in rows]
    at = pl.Series("at", times, dtype=pl.Datetime("us"))
    return frame.drop("minutes").with_columns(at, at.dt.replace_time_zone("Europe/Warsaw").alias("zoned"))


def said(question: Question, data: Any, **roles: Any) -> Any:
    """Return what a survey says, or why it does not."""
    try:
        found = question(nk.Survey(data, **({"time": "at"} | roles)))
    except nk.NpskitError as error:
        return str(error)
    return found.cells.tolist() if isinstance(found, Tally) else found if isinstance(found, tuple) else found.to_dict()


def agree(first: Any, second: Any) -> bool:
    """Whether two results are the same, numbers to rounding."""
    if isinstance(first, dict):
        return first.keys() == second.keys() and all(agree(first[key], second[key]) for key in first)
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(agree, first, second))
    if isinstance(first, float) and isinstance(second, float | int):
        return first == pytest.approx(second, rel=1e-7, abs=1e-7, nan_ok=True)
    return bool(first == second)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Warnings of few answers are no matter here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", nk.NpskitWarning)
        yield


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("asked", ASKED)
@given(rows=st.lists(row, min_size=30, max_size=60))
@settings(max_examples=5)
def test_where_rows_are_does_not_matter(asked: str, design: str, rows: list[dict[str, Any]]) -> None:
    """A query of Polars is answered as its rows are."""
    frame = frame_of(rows)
    held = said(ASKED[asked], frame, **DESIGNS[design])
    assert agree(held, said(ASKED[asked], frame.lazy(), **DESIGNS[design]))


@pytest.mark.parametrize("role", ["cluster", "stratum"])
@pytest.mark.parametrize("asked", [each for each in ASKED if each not in (*POLICIES, "series")])
def test_a_unit_or_stratum_that_is_missing_is_refused_as_in_memory(asked: str, role: str) -> None:
    """An error names its column and its row: nobody is told that the engine failed."""
    rows = [
        {"score": i % 11, "region": "NS"[i % 2], "kind": "ab"[i % 3 % 2], "minutes": 997 * i, "weight": 1.0}
        | {"who": None if i == 30 else "abcd"[i % 4], "school": 1 + i % 4}
        for i in range(80)
    ]
    frame = frame_of(rows)
    held, lazy = (said(ASKED[asked], each, score="score", **{role: "who"}) for each in (frame, frame.lazy()))
    assert agree(held, lazy)
    assert isinstance(held, dict | tuple | list) or "must not be missing: missing in row 30" in held


@pytest.mark.parametrize("repeats", ["latest", "mean"])
def test_rows_that_cannot_be_scored_share_the_weight_of_their_customer(repeats: Any) -> None:
    """Also where nobody has several answers that can be: what is missing and invalid weighs as in memory."""
    frame = pl.DataFrame({"score": [None, 11, 9], "at": [START] * 3, "who": ["bob", "bob", "cem"]})
    held, lazy = (nk.Survey(each, time="at", customer="who").score(repeats=repeats) for each in (frame, frame.lazy()))
    assert lazy.to_dict() == held.to_dict()
    assert agree(lazy.tally.to_dict(), held.tally.to_dict())


def test_periods_of_strata_depend_on_each_other_on_an_engine_too() -> None:
    """Scores of two weeks have in common what their strata differ by, also where each row is a unit of its own."""
    rows = (
        [(10, "a", 0)] * 6 + [(0, "b", 0)] * 4 + [(9, "a", 0)] + [(10, "a", 9)] * 3 + [(0, "b", 9)] * 7 + [(5, "a", 9)]
    )
    frame = pl.DataFrame(rows, ["score", "kind", "day"], orient="row")
    frame = frame.with_columns(at=pl.lit(START) + pl.duration(days="day"))
    ours, theirs = (
        nk.Survey(each, score="score", time="at", stratum="kind").timeline("week").against()
        for each in (frame.lazy(), frame)
    )
    apart = nk.Survey(frame, score="score", time="at").timeline("week").against()
    assert ours.p_value[1] == pytest.approx(theirs.p_value[1], rel=1e-9)
    assert theirs.p_value[1] != pytest.approx(apart.p_value[1], rel=1e-3)


@pytest.mark.parametrize(
    ("asked", "design"),
    [(a, d) for a in sorted(COUNTS) for d in ("independent", "zone")]
    + [(a, "weighted") for a in sorted(COUNTS - {"effect", "noon"})]
    + [(a, d) for a in POLICIES for d in ("customers", "weighted customers")]
    + [(a, d) for a in SEGMENTS for d in ("customers", "weighted customers", "clusters", "strata")],
)
def test_what_leaves_an_engine_does_not_grow_with_its_rows(
    asked: str, design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty times the rows, and as many more customers, send tables of the same size."""
    fetch, sent = Frame.fetch, list[int]()

    def counted(frame: Frame, query: Any, purpose: str) -> Any:
        found = fetch(frame, query, purpose)
        sent.append(len(next(iter(found.values()))))
        return found

    monkeypatch.setattr(Frame, "fetch", counted)
    rng, sizes = np.random.default_rng(1), []
    for n in (2_000, 40_000):
        minutes = 15 * rng.permutation(np.arange(n) % 4_000)
        frame = frame_of(
            [
                {"score": i % 11, "region": "NS"[i % 2], "kind": "ab"[i % 3 % 2], "minutes": int(minute), "weight": 1.5}
                | {"who": f"customer {i // 3}", "school": i % 7}
                for i, minute in enumerate(minutes)
            ]
        )
        sent.clear()
        said(ASKED[asked], frame.lazy(), **DESIGNS[design])
        sizes.append(sum(sent))
    assert sizes[1] <= max(1.2 * sizes[0], 4_000 * 22)
    assert sizes[1] < 40_000 or design in ("zone",) or asked not in (*SEGMENTS, *POLICIES)
