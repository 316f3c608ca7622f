"""Surveys drawn from the model of a hotel chain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np

from npskit.arrays import Floats
from npskit.checks import boolean, finite_number, one_of, share, to_int, whole_number
from npskit.datasets import draws
from npskit.datasets import truths as model
from npskit.datasets.hotel_records import CommentTruth, Dataset, FollowUpTruth, HotelTruth
from npskit.datasets.phrases import SPOKEN
from npskit.errors import InvalidTypeError, InvalidValueError, quoted

Day = str | dt.date | np.datetime64

DESCRIPTION = {
    "score": "likelihood to recommend the chain, 0..10",
    "satisfaction": "overall satisfaction with the chain, 1..5 (5 very satisfied); first question of the SCI",
    "repurchase": "would book again, 1..5 (5 definitely); second question of the SCI",
    "recommend": "would recommend, 1..5 (5 definitely), the five-point form of score; third question of the SCI",
    "csat": "satisfaction with this stay, 1..5 (5 very satisfied)",
    "ces": "the hotel made it easy to get what I needed, 1..7 (7 strongly agree)",
    "date": "when the answer was given, to the second; naive local time",
    "customer": "customer number; the same customer may answer repeatedly and keeps to one hotel",
    "region": "region of the hotel; the stratum of the sample",
    "hotel": "hotel, within its region; the cluster of the sample",
    "channel": "how the answer came in: email, app or reception; without any effect",
    "language": "language of the customer: en, de, pl or th",
    "comment": "comment in that language, about what decided the score; empty where there is none",
    "weight": "guests the answer stands for: the inverse of the region's sampling rate",
    "value": "yearly revenue with the customer, EUR",
    "room": "rating of the room, 1..10",
    "breakfast": "rating of the breakfast, 1..10",
    "staff": "rating of the staff, 1..10",
    "check_in": "rating of the check-in, 1..10",
    "price": "rating of value for money, 1..10",
    "email": "the customer's address (at example.com)",
    "opted_out": "the customer may not be contacted",
    "holdout": "the customer was left alone at random, although contact was allowed",
    "contacted": "somebody followed up on the answer",
    "later_score": "score 0..10 when asked again eight weeks later (no row of its own); NaN where not answered",
    "stayed": "the customer came back in the next season",
}


def hotels(
    n: int = 10_000,
    *,
    rng: int | np.random.Generator = 0,
    customers: int | None = None,
    start: Day = "2024-01-01",
    end: Day = "2026-01-01",
    shift: float = -25.0,
    shift_date: Day = "2025-03-01",
    importance: Mapping[str, float] | None = None,
    holdout: float = 0.3,
    missing: float = 0.0,
    invalid: float = 0.0,
    comments: bool = True,
    spam: float = 0.0,
    requests: float = 0.0,
) -> Dataset:
    """Simulate the survey of a chain of forty hotels in five regions, with known truths.

    Guests answer repeatedly, in order of time. Built in are a shift of the score in one region on one day, growth of
    the weaker regions (so that the total also changes by mix), drivers of the score, an effect of following up, and
    unequal sampling of the regions. The truths are computed from the probabilities of the model
    (`npskit.datasets.truths`), not from the draws.

    Args:
        n: Number of answers (rows).
        rng: Seed or generator; the same seed gives the same bytes.
        customers: Number of customers the answers come from; about n / 2.5 unless given.
        start: First day.
        end: Day after the last.
        shift: Change of the NPS in Bavaria on `shift_date`, in points. A fall shows in staff and check-in most.
        shift_date: Day of the shift; from it on, the shares of the regions are those of `truth.after`.
        importance: Driver to the share of answers whose score follows it, which is also its regression coefficient.
            Drivers not named get 0; the shares sum to at most 1. By default staff .35, room .25, check_in .14,
            breakfast .08, price .08.
        holdout: Share of the customers who may be contacted but are left alone at random.
        missing: Share of each question's answers that are missing (NaN; these columns are then float64, else int8).
        invalid: Share of scores that are 11, -1, 99 or 7.5 (the column is then float64).
        comments: Whether to write comments; everything else is the same without.
        spam: Share of the English and German comments that are advertising or noise, half each.
        requests: Share of them that want something (to leave, to buy, help, a change, to know) instead of being about
            what decided the score; the unhappy more often leave and need help.

    Returns:
        Columns, their meaning, and the truth.

    Raises:
        InvalidTypeError: If an argument is of a type that cannot be used.
        InvalidValueError: If a number, date or share is out of range, or the shift out of reach.

    Example:
        >>> data = hotels(5_000, shift=-20)
        >>> data.truth.shift_region
        'Bavaria'
        >>> (data.truth.after.score - data.truth.before.score).round(6).tolist()
        [-20.0, 0.0, 0.0, 0.0, 0.0]
        >>> sorted(set(data["weight"].tolist()))
        [5.0, 8.0, 12.5, 20.0]
    """
    n = whole_number(n, "n", least=0, most=_MOST)
    customers = (
        max(1, round(n / 2.5)) if customers is None else whole_number(customers, "customers", least=1, most=_MOST)
    )
    generator = _generator(rng)
    days = _days(start, shift_date, end)
    holdout, missing, invalid = share(holdout, "holdout"), share(missing, "missing"), share(invalid, "invalid")
    spam, requests = share(spam, "spam"), share(requests, "requests")
    for names, one, other in (("missing and invalid", missing, invalid), ("spam and requests", spam, requests)):
        if one + other > 1:
            raise InvalidValueError(f"{names} sum to at most 1: got {quoted(one)} and {quoted(other)}")
    after_part = float((days[2] - days[1]) / (days[2] - days[0]))
    chain = model.Chain(_importance(importance), finite_number(shift, "shift"), after_part)
    columns, outcomes = draws.answers(generator, chain, n, customers, days, holdout)
    comments = boolean(comments, "comments")
    said = draws.write_comments(generator, columns, comments, spam, requests)
    draws.spoil(generator, columns, missing, invalid)
    kept = comments - comments * (spam + requests) * draws.LANGUAGE_SHARE[:, : len(SPOKEN)].sum(axis=1)
    truth = _truth(chain, days[1], holdout, outcomes, CommentTruth(model.DRIVERS, *chain.themes(kept), *said))
    return Dataset({name: columns[name] for name in DESCRIPTION}, truth, dict(DESCRIPTION))


def demo_survey() -> Dataset:
    """Return the small survey of `python -m npskit demo`: 2,000 answers, always the same, some missing or invalid.

    Example:
        >>> len(demo_survey())
        2000
    """
    return hotels(2_000, rng=2026, missing=0.02, invalid=0.004)


def _truth(
    chain: model.Chain,
    shift_date: np.datetime64,
    holdout: float,
    outcomes: draws.PotentialOutcomes,
    comments: CommentTruth,
) -> HotelTruth:
    before, after = chain.wave(0), chain.wave(1)
    scores = np.array([before.score, after.score])
    left, contacted = chain.later_segments()
    effect = (contacted - left) @ model.CATEGORY_SCORES
    follow_up = FollowUpTruth(
        later_if_left=left,
        later_if_contacted=contacted,
        effect=effect,
        average_effect=float(chain.segment_share @ effect),
        stay_if_left=model.STAY_IF_LEFT,
        stay_if_contacted=model.STAY_IF_CONTACTED,
        **outcomes,
    )
    called = (1 - model.OPTED_OUT) * (1 - holdout)
    staying = (1 - called) * model.STAY_IF_LEFT + called * model.STAY_IF_CONTACTED
    return HotelTruth(
        regions=model.REGIONS,
        before=before,
        after=after,
        shift=chain.shift,
        shift_region=model.REGIONS[model.SHIFTED],
        shift_date=shift_date,
        score=float((chain.answers * scores).sum()),
        population_score=float((chain.guests * scores).sum()),
        transitions=chain.transitions(),
        repeat_correlation=chain.repeat_correlation(),
        sci=chain.secure(),
        csat=100 * float(chain.class_share @ model.CSAT[:, 3:].sum(axis=1)),
        ces=float(chain.class_share @ model.CES @ np.arange(1.0, 8.0)),
        retention=100 * float(chain.segment_share @ staying),
        comment_share=model.COMMENT_SHARE,
        drivers=chain.drivers(),
        follow_up=follow_up,
        comments=comments,
    )


# Of more answers, or customers, nobody has the memory.
_MOST = 10**9


def _generator(rng: Any) -> np.random.Generator:
    """Return the generator that `rng` is, or seeds."""
    if isinstance(rng, np.random.Generator):
        return rng
    seed = to_int(rng)  # of anything else NumPy may end the process, such as of lists in lists
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InvalidTypeError(f"rng must be a seed of at least 0 or a numpy Generator, not {quoted(rng)}")
    return np.random.default_rng(seed)


def _days(start: Day, shift_date: Day, end: Day) -> tuple[np.datetime64, np.datetime64, np.datetime64]:
    """Return the first day, the day of the shift and the day after the last, in this order."""
    days: list[np.datetime64] = []
    for name, day in (("start", start), ("shift_date", shift_date), ("end", end)):
        try:
            day = day.replace(tzinfo=None) if isinstance(day, dt.datetime) else day
            moment = np.datetime64(day, "us") if isinstance(day, str) else np.datetime64(day)
            days.append(moment.astype("datetime64[D]"))
        except Exception:
            raise InvalidTypeError(f"{name} must be a date such as '2025-03-01', not {quoted(day)}") from None
    if not days[0] < days[1] < days[2]:
        raise InvalidValueError(f"start < shift_date < end must hold: got {days[0]}, {days[1]}, {days[2]}")
    return days[0], days[1], days[2]


def _importance(given: Mapping[str, float] | None) -> Floats:
    """Return the importance of each driver, in the model's order."""
    named = model.IMPORTANCE if given is None else given
    if not isinstance(named, Mapping):
        raise InvalidTypeError(f"importance maps drivers to shares, such as {{'staff': 0.5}}: got {quoted(given)}")
    for name in named:
        one_of(name, model.DRIVERS, "importance")
    shares = np.array([share(named.get(name, 0.0), f"importance[{quoted(name)}]") for name in model.DRIVERS])
    if shares.sum() > 1 + 1e-9:
        raise InvalidValueError(f"importance sums to at most 1: got {shares.sum():g}")
    return shares
