"""One small survey, as a table that every engine is given: with what is missing, odd and invalid."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import strategies as st

ZONE = "Europe/Warsaw"  # of the times that know theirs, and of the sessions of engines that have one
REGIONS = ("North", "Süd", "", " North ", "a.b \"c\" 'd'", "東京", "%s\\n", "null", None)
SCHEMA = pa.schema(
    {
        "score": pa.int64(),
        "again": pa.int64(),
        "recommend": pa.int64(),
        "region": pa.string(),
        "at": pa.timestamp("us"),
        "known": pa.timestamp("us", ZONE),
        "day": pa.date32(),
        "weight": pa.float64(),
        "customer": pa.string(),
        "account": pa.string(),
        "stratum": pa.string(),
        "cluster": pa.int64(),
        "label": pa.string(),
        "channel": pa.string(),
        "device": pa.string(),
        "stands_for": pa.int64(),
        "comment": pa.string(),  # no method but those that need rows reads it
    }
)


def small_survey(copies: int = 1) -> pa.Table:
    """Return the survey; each copy has customers, accounts, clusters and times of its own, and all else alike.

    So there are as many regions, days, hours, answers and strata in two copies as in one: what an engine counts has the
    same size, and what it hands over by row is twice as long.
    """
    return pa.concat_tables([_copy(number) for number in range(copies)])


def _copy(number: int, rows: int = 240) -> pa.Table:
    draw = np.random.default_rng(11)
    who = draw.integers(0, 90, rows)
    answers = [*range(11), 11, -1, None]
    shares = np.array([2, 1, 1, 2, 2, 4, 6, 9, 12, 18, 30, 2, 1, 6])
    # at every hour of the day, and over the night when clocks are set forward
    at = [dt.datetime(2026, 1, 30) + dt.timedelta(hours=5 * int(step)) for step in draw.integers(0, 310, rows)]
    at = [t + dt.timedelta(minutes=7 * number, seconds=number) for t in at]  # in the same quarter of an hour
    at[7:9] = [at[6], at[6]]  # and of the same customer
    who[7:9] = who[6]
    utc = [t.replace(tzinfo=dt.UTC) for t in at]
    columns: dict[str, list[Any]] = {
        "score": [answers[i] for i in draw.choice(len(answers), rows, p=shares / shares.sum())],
        "again": [(1, 2, 3, 4, 5, 5, 9, None)[i] for i in draw.integers(0, 8, rows)],
        "recommend": [(1, 2, 3, 4, 5, 5, 5, None)[i] for i in draw.integers(0, 8, rows)],
        "region": [REGIONS[i] for i in draw.integers(0, len(REGIONS), rows)],
        "at": [None if i % 37 == 5 else t for i, t in enumerate(at)],
        "known": [None if i % 41 == 5 else t for i, t in enumerate(utc)],
        "day": [None if i % 37 == 5 else t.date() for i, t in enumerate(at)],
        "weight": (draw.integers(0, 12, rows) / 4).tolist(),
        "customer": [None if i % 29 == 3 else f"{number}-{who}" for i, who in enumerate(who.tolist())],
        "account": [None if i % 31 == 3 else f"{number}+{who % 25}" for i, who in enumerate(who.tolist())],
        "stratum": [("one", "two", "three")[who % 3] for who in who.tolist()],
        "cluster": [100 * number + who % 17 for who in who.tolist()],
        "channel": [("web", "shop", None)[i] for i in draw.integers(0, 3, rows)],
        "device": [("phone", "desk")[i] for i in draw.integers(0, 2, rows)],
        "stands_for": [1 + i % 3 for i in range(rows)],
        "comment": [f"comment {number} {i}" for i in range(rows)],
    }
    columns["label"] = [_label(score, i) for i, score in enumerate(columns["score"])]
    return pa.table(columns, SCHEMA)


def _label(score: int | None, row: int) -> str | None:
    """Return what a survey tool would call a score; now and then nothing, or what does not fit."""
    if score is None or row % 23 == 0:
        return None
    return "Promoter" if row % 19 == 0 or score >= 9 else "Passive" if score >= 7 else "Detractor"


def surveys() -> st.SearchStrategy[pa.Table]:
    """Return surveys of up to 30 rows, of few customers, days and segments, so that they meet."""
    moments = [dt.datetime(2026, 1, 31, 22, 30) + dt.timedelta(hours=5 * step) for step in range(12)]
    moments += [dt.datetime(2026, 3, 29, 0, 30), dt.datetime(2026, 10, 25, 0, 30), dt.datetime(2026, 10, 25, 1, 30)]

    def row(parts: tuple[Any, ...]) -> dict[str, Any]:
        score, again, recommend, region, at, weight, who, design = parts
        stratum, cluster = divmod(design, 4)
        return {
            "score": score,
            "again": again,
            "recommend": recommend,
            "region": region,
            "at": at,
            "known": at and at.replace(tzinfo=dt.UTC),
            "day": at and at.date(),
            "weight": weight,
            "customer": who and f"c{who}",
            "account": who and f"a{who % 3}",
            "stratum": f"s{stratum}",
            "cluster": cluster,
            "label": _label(score, (who or 0) + 1),
            "channel": (None, "web", "shop")[(who or 0) % 3],
            "device": ("phone", "desk")[design % 2],
            "stands_for": 1 + design % 3,
            "comment": f"of {who}",
        }

    rows = st.tuples(
        st.sampled_from([*range(11), 11, -1, None]),
        st.sampled_from([1, 2, 3, 4, 5, 6, None]),
        st.sampled_from([1, 2, 3, 4, 5, 6, None]),
        st.sampled_from(REGIONS),
        st.sampled_from([*moments, None]),
        st.sampled_from([0.0, 0.25, 1.0, 3.0, 0.1]),
        st.sampled_from([None, *range(1, 8)]),
        st.integers(0, 11),
    ).map(row)
    return st.lists(rows, max_size=30).map(lambda found: pa.Table.from_pylist(found, SCHEMA))


def in_memory(rows: pa.Table, zone: str) -> dict[str, list[Any]]:
    """Return rows as plain lists, with times in this zone: what every engine's results are compared with."""
    there = rows.set_column(rows.column_names.index("known"), "known", rows["known"].cast(pa.timestamp("us", zone)))
    return {name: there[name].to_pylist() for name in there.column_names}
