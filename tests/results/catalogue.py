"""One result of each kind, some of them with hostile names and with nothing in places: what the laws are tried on."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import numpy as np

import npskit as nk
from npskit.results import Result
from npskit.tracking.charts.segmentation import change_points
from npskit.tracking.effect.estimate_effect import contrast_effect
from npskit.tracking.effect.placebo import placebo_check

# A name that would do harm in a page, a table, a spreadsheet or a terminal.
HOSTILE = "=<script>|`*_\x1b[31m"
ANSWERS = [10, 9, 7, 3, None, 11, 8, 9, 2, 6, 10, 10, 5, 9, 8, 1]
REGIONS = ["North", HOSTILE] * 8
DAYS = [dt.date(2026, 1, 5) + dt.timedelta(days=4 * i) for i in range(16)]


def survey(**columns: Any) -> nk.Survey:
    """Return a small survey, some of it missing or off the scale."""
    data = {"score": ANSWERS, "region": REGIONS, "date": DAYS, "customer": [i % 7 for i in range(16)], **columns}
    return nk.Survey(data, score="score", time="date", customer="customer")


def rated() -> nk.Survey:
    """Return a survey with ratings, of a driver with a hostile name and of one that nobody rates low."""
    return survey(**{HOSTILE: [1, 3, 5, 4] * 4, "price": [3, 3, 4, 5] * 4})


def commented(said: str | None = f"{HOSTILE} never a friendly room") -> nk.Survey:
    """Return a small survey in which half wrote something."""
    data = {
        "score": [2, 9, 10, 3] * 8,
        "said": [said, "fine", None, None] * 8,
        "region": ["North"] * 16 + [HOSTILE] * 16,
    }
    return nk.Survey(data, score="score", comment="said")


def survey_with_comments() -> nk.Survey:
    """Return a survey with three comments, one of them hostile."""
    return nk.Survey({"score": [3, 9, None, 8], "text": [HOSTILE, "Great", "bad", None]}, score="score", comment="text")


PROGRAM: dict[str, Any] = {
    "customers": 9,
    "value": 200,
    "margin": 0.5,
    "retention": 0.5,
    "discount_rate": 0,
    "periods": 2,
}


def recommended(response: nk.Response) -> nk.FollowUp:
    """Return what to do about a response."""
    found = nk.recommend(response)
    assert found is not None
    return found


def closed_loop(**options: Any) -> nk.ClosedLoop:
    """Return what became of a few cases."""
    hours = [dt.datetime(2026, 3, 2, 9) + dt.timedelta(hours=i) for i in range(6)]
    log = {"case": list(range(6)), "opened": hours, "closed": [None, *hours[2:], None], "region": REGIONS[:6]}
    return nk.closed_loop(log, **options)


def effect_of_following_up() -> nk.FollowUpEffect:
    """Return what following up did, with a holdout."""
    size = 200
    answers = {"score": [3, 9] * (size // 2), "customer": list(range(size))}
    plan = nk.Survey(answers, score="score", customer="customer").follow_up(holdout=0.5)
    later = {"score": [9, 10] * (size // 2), "customer": list(range(size))}
    return nk.effect_of_follow_up(plan, later)


@functools.cache
def catalogue() -> dict[str, Result]:
    """Return a result of each kind by the name of its class, and some of one kind in other states."""
    few = survey()
    table = few.score(by="region")
    weeks = few.timeline("week")
    watched = nk.Tracker(target=40, by="region").update_many([3] * 9 + [9], groups=[HOSTILE] * 10)
    found: dict[str, Result] = {
        "Score": nk.nps(ANSWERS),
        "Score, empty": nk.nps([]),
        "Score, clustered": few.score(),
        "ScoreTable": table,
        "ScoreTable, hidden": table.hide_below(3),
        "WhatIf": few.score().what_if({"passive": {"promoter": 0.5}}),
        "WhatIf, of a driver": rated().drivers([HOSTILE, "price"], draws=100).what_if(HOSTILE, 1),
        "ScoreTarget": nk.nps(ANSWERS).target(60),
        "ScoreTarget, the best": nk.nps([10] * 40 + [9] * 40 + [7]).target(100),
        "Comparison": nk.compare(nk.nps([10, 9, 3]), nk.nps([9, 2, 1, 10])),
        "GroupComparison": few.compare(by="region"),
        "GroupComparison, others": few.compare(by="region", against="others"),
        "SegmentRanks": few.ranks(by="region", few=True),
        "LabelAudit": few_labels(),
        "SampleSize": nk.sample_size(margin=5),
        "Timeline": few.timeline("month", by="region"),
        "Timeline, windows": few.timeline("week", window="20d"),
        "TimelineComparison": few.timeline("month", by="region").against(),
        "ControlChart": weeks.control_chart(),
        "ControlChart, cusum": weeks.control_chart("cusum"),
        "ChangePoints": change_points([[30, 40, 30]] * 6 + [[15, 35, 50]] * 6, [-100, 0, 100], periods=[HOSTILE] * 12),
        "ChangePoints, none": weeks.change_points(),
        "ChangeExplanation": few.explain_change(before="2026-01", after="2026-02", by="region"),
        "Comments": commented().comments(least=1),
        "Comments, empty": commented(None).comments(),
        "CommentsTable": commented().comments(by="region", least=1),
        "Drivers": few.drivers(["region"], draws=100),
        "DriversBy": rated().drivers([HOSTILE, "price"], by="region", draws=100),
        "ThreeFactors": rated().three_factors([HOSTILE, "price"], draws=100),
        "Bottlenecks": rated().bottlenecks([HOSTILE, "price"], draws=100),
        "Bottlenecks, never": rated().bottlenecks([HOSTILE], outcome="price", scale={HOSTILE: (1, 9), "price": (0, 9)}),
        "Quadrants": rated().drivers([HOSTILE, "price", "region"], draws=100).quadrants(),
        "Themes": said().themes({HOSTILE: ["loud"], "staff": ["staff"]}, rarest=1),
        "Themes, over time": said().themes({"noise": ["loud"]}, every="month"),
        "ThemesBySegment": said().themes({HOSTILE: ["loud"]}, by="region"),
        "ThemesChange": said().explain_themes("2026-01", "2026-02", {HOSTILE: ["loud"]}, rarest=1),
        "LabelReport": nk.label_report([HOSTILE, "spam", None], [HOSTILE, "other", "spam"]),
        "Triage": survey_with_comments().triage(classifier=lambda texts: ["spam", None, HOSTILE][: len(texts)]),
        "ThemeTracker": nk.ThemeTracker({HOSTILE: ["loud"]}, baseline={HOSTILE: 0.1}).update(f"loud {HOSTILE}", 3),
        "Tally": nk.Tally.count(ANSWERS),
        "Tally, weighted": nk.Tally.count(ANSWERS, weights=[0.5] * 16, groups=np.arange(16) % 2, n_groups=2),
        "Tracker": nk.Tracker(target=40).update_many(ANSWERS),
        "Tracker, by": nk.Tracker(by="region").update_many(ANSWERS, groups=REGIONS),
        "FollowUp": recommended(nk.Response(3, customer=HOSTILE, attributes={"value": 100})),
        "Draft": nk.draft("surprise", {"name": HOSTILE, "offer": "gift", "company": "ACME"}),
        "Case": nk.Case.open("C-1", at=dt.datetime(2026, 3, 2, 9), category=HOSTILE, customer=7),
        "ClosedLoop": closed_loop(),
        "ClosedLoop, by": closed_loop(by="region"),
        "FollowUpEffect": effect_of_following_up(),
        "RevenueAtRisk": nk.revenue_at_risk([100, 300], [HOSTILE, "passive"], {HOSTILE: 0.5, "passive": 0.75}),
        "ProgramPayback": nk.program_payback(10, lift=(0.1, 0.0, 0.2), **PROGRAM),
        "RetentionSensitivity": nk.retention_sensitivity(200, [0.5], cost=10, margin=1, discount_rate=0),
        "FollowUpPlan": few.follow_up(now=DAYS[-1]),
        "FollowUpPlan, by value": few.follow_up(now=DAYS[-1], value=1e6, lift=0.1, budget=1e5, currency="EUR"),
        "ToldCustomers": told(),
        "Ideas": sharing().ideas(),
        "Ideas, none": nk.Survey({"score": [9], "theme": [HOSTILE]}).follow_up().ideas(),
        "InvitedCustomers": sharing().invite(),
        "FollowUpList": not_answered(),
        "Transitions": few.transitions(by="region"),
        "Transitions, none": survey(customer=range(16)).transitions(),
        "Alarm": watched.alarms()[(HOSTILE,)],
        "Placebo": placebo_check([[30, 40, 30]] * 5 + [[20, 40, 40]], [-100, 0, 100], 5),
        "Placebo, too short": placebo_check([[30, 40, 30], [20, 40, 40]], [-100, 0, 100], 1),
        "Intervention": nk.Intervention(HOSTILE, "2026-02-01"),
        "Effect": contrast_effect([[3, 4, 5], [2, 2, 9]], [-100, 0, 100]),
        "Effect, with a placebo": few.effect(nk.Intervention(HOSTILE, "2026-02-10"), every="week"),
    }
    return found


def said() -> nk.Survey:
    """Return a survey with comments."""
    comments = ["too loud", f"{HOSTILE} staff", None, "loud staff"] * 4
    data = {"score": ANSWERS, "region": REGIONS, "date": DAYS, "said": comments}
    return nk.Survey(data, time="date", comment="said")


def sharing() -> nk.FollowUpPlan:
    """Return the plan for customers who wrote about some themes."""
    return survey(theme=[HOSTILE, "price"] * 8, name=[HOSTILE] * 16).follow_up(now=DAYS[-1])


def told() -> nk.ToldCustomers:
    """Return who is told of a change."""
    return sharing().tell(nk.Intervention("=new", "2026-02-10"), theme=HOSTILE, change={"en": HOSTILE})


def not_answered() -> nk.FollowUpList:
    """Return a list of urgent comments that are not answered."""
    data = {"score": [3], "customer": [HOSTILE], "text": [f"My lawyer will sue you {HOSTILE}"], "opted_out": [True]}
    return nk.Survey(data, customer="customer", comment="text").follow_up().unanswered


def few_labels() -> nk.LabelAudit:
    """Return labels held against answers."""
    data = {"score": [10, 3, 8, None], "label": ["Promoter", HOSTILE, "detractor", "passive"]}
    return nk.Survey(data, score="score", label="label").audit()
