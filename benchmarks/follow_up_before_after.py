"""Times following up in one version of npskit, so that two can be compared: `PYTHONPATH=src python THIS_FILE [SIZE]`.

It uses the public interface alone, so that it runs on any version. Each figure is the best of some runs, in seconds of
the wall clock; run it on a quiet machine, once with each version in PYTHONPATH. SIZE is a part of the full size.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import npskit as nk

LIFT = {"detractor": 0.1, ("detractor", "compensation"): 0.2, "passive": 0.05, ("passive", "gift"): 0.1}
COMMENTS = np.array(["slow", "never again, refund", "ok", None, "great", "my lawyer"], dtype=object)


def survey(n: int) -> nk.Survey:
    """Return a survey of so many customers, each with an answer, a value, a channel, a comment and a time."""
    rng = np.random.default_rng(20260302)
    data = {
        "score": rng.integers(0, 11, n),
        "customer": [f"customer-{i}" for i in range(n)],
        "value": rng.lognormal(5, 1, n).round(2),
        "channel": rng.choice(np.array(["chat", "email", "phone"], dtype=object), n),
        "at": np.datetime64("2026-01-01T00:00", "us") + rng.integers(0, 80 * 86_400, n).astype("timedelta64[s]"),
        "comment": rng.choice(COMMENTS, n),
    }
    return nk.Survey(data, score="score", customer="customer", time="at", comment="comment")


def by_value(n: int) -> Callable[[], Any]:
    """A plan under a budget and hours, with a holdout, from columns."""
    found = survey(n)
    return lambda: found.follow_up(budget=0.05 * n, capacity=0.01 * n, lift=LIFT, holdout=0.1)


def by_priority(n: int) -> Callable[[], Any]:
    """The same without lifts."""
    found = survey(n)
    return lambda: found.follow_up(budget=0.05 * n, capacity=0.01 * n, holdout=0.1)


def table(n: int) -> Callable[[], Any]:
    """The table of a plan in which everybody is followed up."""
    plan = survey(n).follow_up()
    return lambda: plan.columns()


def letters(n: int) -> Callable[[], Any]:
    """The same as CSV with the first letter to each."""
    plan = survey(n).follow_up(currency="EUR", language="de")
    return lambda: plan.to_csv(io.StringIO(), messages=True, fields={"company": "ACME", "sender": "Ann"})


def alone(n: int) -> Callable[[], Any]:
    """Responses one by one."""
    response = nk.Response(3, comment="No refund", at=dt.datetime(2026, 3, 2, 10))
    return lambda: [nk.recommend(response, value=100.0, channel="chat") for _ in range(n)]


CASES = {
    "10^6 customers by expected value": (by_value, 1_000_000, 3),
    "10^6 customers by priority": (by_priority, 1_000_000, 3),
    "columns() of 100,000 responses": (table, 100_000, 2),
    "CSV with letters, 10,000 responses": (letters, 10_000, 2),
    "recommend(), 1,000 responses": (alone, 1_000, 3),
}


def main(size: float) -> None:
    """Print the best time of each case."""
    for name, (make, n, runs) in CASES.items():
        run, best = make(max(10, int(n * size))), float("inf")
        for _ in range(runs):
            start = time.perf_counter()
            run()
            best = min(best, time.perf_counter() - start)
        print(f"{name:40} {best:10.3f} s")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
