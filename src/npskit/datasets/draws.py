"""The random draws, vectorized, one row per answer."""

from __future__ import annotations

from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from npskit.datasets import truths as model
from npskit.datasets.phrases import LANGUAGES, PLANTED, SPOKEN, TOPICS, combinations, planted

Columns = dict[str, NDArray[Any]]

CHANNELS = ("email", "app", "reception")
CHANNEL_SHARE = np.array([0.5, 0.3, 0.2])
LANGUAGE_SHARE = np.array(  # by region; the columns are LANGUAGES
    [
        [0.20, 0.66, 0.10, 0.04],
        [0.80, 0.10, 0.06, 0.04],
        [0.36, 0.12, 0.06, 0.46],
        [0.14, 0.16, 0.67, 0.03],
        [0.22, 0.64, 0.10, 0.04],
    ]
)
HOTEL_NAMES = tuple(f"{region} {number}" for region in model.REGIONS for number in range(1, model.HOTELS + 1))
YEARLY_REVENUE = np.array([820.0, 460.0, 420.0])
LATER_ANSWERED = 0.6
JUNK_SHARE = np.array([0.5, 0.5, 0, 0, 0, 0, 0])  # the columns are PLANTED
REQUEST_SHARE = np.array(  # by segment; those who are unhappy leave, and ask for help
    [
        [0, 0, 0.30, 0.05, 0.35, 0.15, 0.15],
        [0, 0, 0.05, 0.20, 0.20, 0.30, 0.25],
        [0, 0, 0.02, 0.38, 0.10, 0.25, 0.25],
    ]
)
INVALID = np.array([11.0, -1.0, 99.0, 7.5])
ANSWERS = ("score", "satisfaction", "repurchase", "recommend", "csat", "ces", *model.DRIVERS)


class PotentialOutcomes(TypedDict):
    """The potential outcomes of every answer; see `FollowUpTruth`."""

    score_if_left: NDArray[np.int8]
    score_if_contacted: NDArray[np.int8]
    stayed_if_left: NDArray[np.bool_]
    stayed_if_contacted: NDArray[np.bool_]


def pick(rng: np.random.Generator, table: NDArray[np.float64], row: NDArray[np.intp]) -> NDArray[np.intp]:
    """Draw a column of `table` for each of `row`, with the probabilities in that row."""
    rows, width = table.shape
    # One search for all rows: the cumulative probabilities of row r lie within r..r+1.
    bounds = (np.cumsum(table, axis=1) + np.arange(rows)[:, None]).ravel()
    found = np.searchsorted(bounds, rng.random(row.size) + row, side="right") - width * row
    return np.asarray(np.minimum(found, width - 1))


def _once(rng: np.random.Generator, probabilities: NDArray[np.float64], size: int) -> NDArray[np.intp]:
    """Draw `size` times from one distribution."""
    return pick(rng, probabilities[None, :], np.zeros(size, dtype=np.intp))


def _named(names: tuple[str, ...], index: NDArray[np.intp]) -> NDArray[np.object_]:
    return np.array(names, dtype=object)[index]


def _customers(rng: np.random.Generator, chain: model.Chain, size: int, holdout: float) -> Columns:
    """Draw what lasts: a customer's region, hotel, type, language, channel, revenue and consent."""
    region = _once(rng, chain.answers.sum(axis=0), size)
    hotel = rng.integers(model.HOTELS, size=size)
    kind = _once(rng, model.TYPE_SHARE, size)
    opted_out = rng.random(size) < model.OPTED_OUT
    return {
        "region": region,
        "hotel": hotel,
        "type": kind,
        "language": pick(rng, LANGUAGE_SHARE, region),
        "channel": _once(rng, CHANNEL_SHARE, size),
        "value": np.round(YEARLY_REVENUE[kind] * np.exp(0.6 * rng.standard_normal(size)), 2),
        "opted_out": opted_out,
        "holdout": ~opted_out & (rng.random(size) < holdout),
        "email": np.array([f"guest{number}@example.com" for number in range(1, size + 1)], dtype=object),
    }


def _dates(
    rng: np.random.Generator, after: NDArray[np.bool_], days: tuple[np.datetime64, np.datetime64, np.datetime64]
) -> NDArray[np.datetime64]:
    """Draw a day of the period and a time between 8:00 and 22:00; in microseconds, the unit every dataframe takes."""
    start, shift, end = (int(day.astype(np.int64)) for day in days)
    first, stop = np.where(after, shift, start), np.where(after, end, shift)
    day = first + (rng.random(after.size) * (stop - first)).astype(np.int64)
    seconds = day * 86_400 + rng.integers(8 * 3600, 22 * 3600, size=after.size)
    return np.asarray((seconds * 1_000_000).astype("datetime64[us]"))


def answers(
    rng: np.random.Generator,
    chain: model.Chain,
    n: int,
    customers: int,
    days: tuple[np.datetime64, np.datetime64, np.datetime64],
    holdout: float,
) -> tuple[Columns, PotentialOutcomes]:
    """Draw `n` answers in order of time, all but comments: the columns and the potential outcomes.

    Two columns are for `write_comments` only: `topic`, what decided the score, and `speaks`, the language's number.
    """
    guests = _customers(rng, chain, customers, holdout)
    customer = rng.integers(customers, size=n)
    after_share = chain.answers[1] / chain.answers.sum(axis=0)
    after = rng.random(n) < after_share[guests["region"][customer]]
    date = _dates(rng, after, days)
    order = np.argsort(date, kind="stable")
    customer, after = customer[order], after[order]
    guest = {name: values[customer] for name, values in guests.items()}
    region, hotel = guest["region"], guest["hotel"]

    stay = np.ravel_multi_index((after.astype(np.intp), region, hotel, guest["type"]), chain.classes.shape[:-1])
    by_stay = chain.classes.reshape(-1, chain.classes.shape[-1])
    quality = pick(rng, by_stay, stay)
    columns = _questions(rng, chain, quality)
    columns |= {
        "date": date[order],
        "customer": customer + 1,
        "region": _named(model.REGIONS, region),
        "hotel": _named(HOTEL_NAMES, region * model.HOTELS + hotel),
        "channel": _named(CHANNELS, guest["channel"]),
        "language": _named(LANGUAGES, guest["language"]),
        "speaks": guest["language"],
        "weight": 1 / model.SAMPLING_RATE[region],
        "contacted": ~guest["opted_out"] & ~guest["holdout"],
        **{name: guest[name] for name in ("value", "email", "opted_out", "holdout")},
    }
    outcomes = _outcomes(rng, by_stay @ chain.scores, chain.scores[model.DELIGHTED], stay, columns["score"])
    columns |= _observed(rng, outcomes, columns["contacted"])
    return columns, outcomes


def _questions(rng: np.random.Generator, chain: model.Chain, quality: NDArray[np.intp]) -> Columns:
    """Draw the answers to all questions given the class of the stay, and the topic that decided the score."""
    n = quality.size
    ratings = np.empty((len(model.DRIVERS) + 1, n), dtype=np.int8)
    for driver in range(len(model.DRIVERS)):
        ratings[driver] = pick(rng, model.RATINGS[:, driver], quality) + 1
    ratings[-1] = _once(rng, model.OTHER_REASONS, n)
    topic = _once(rng, np.append(chain.importance, max(0.0, 1 - chain.importance.sum())), n)
    less = (rng.random(n) < model.ONE_LESS) & (topic < len(model.DRIVERS))
    score = ratings[topic, np.arange(n)] - less.astype(np.int8)
    scales = {
        "satisfaction": model.SATISFACTION,
        "repurchase": model.REPURCHASE,
        "csat": model.CSAT,
        "ces": model.CES,
    }
    return {
        "score": score,
        "recommend": model.RECOMMEND[score],
        "topic": topic,
        **{name: (pick(rng, table, quality) + 1).astype(np.int8) for name, table in scales.items()},
        **{name: ratings[driver].copy() for driver, name in enumerate(model.DRIVERS)},
    }


def _outcomes(
    rng: np.random.Generator,
    by_stay: NDArray[np.float64],
    delighted: NDArray[np.float64],
    stay: NDArray[np.intp],
    score: NDArray[np.int8],
) -> PotentialOutcomes:
    """Draw what comes later with and without contact: a fresh stay, or a delighted one where contact wins back."""
    n, segment = stay.size, model.SEGMENT[score]
    left = pick(rng, by_stay, stay).astype(np.int8)
    won = rng.random(n) < model.WON_BACK[segment]
    contacted = np.where(won, _once(rng, delighted, n).astype(np.int8), left)
    luck = rng.random(n)
    return {
        "score_if_left": left,
        "score_if_contacted": contacted,
        "stayed_if_left": luck < model.STAY_IF_LEFT[segment],
        "stayed_if_contacted": luck < model.STAY_IF_CONTACTED[segment],
    }


def _observed(rng: np.random.Generator, outcomes: PotentialOutcomes, contacted: NDArray[np.bool_]) -> Columns:
    """Return the outcome that happens; not everybody answers again."""
    later = np.where(contacted, outcomes["score_if_contacted"], outcomes["score_if_left"]).astype(np.float64)
    later[rng.random(later.size) >= LATER_ANSWERED] = np.nan
    stayed = np.where(contacted, outcomes["stayed_if_contacted"], outcomes["stayed_if_left"])
    return {"later_score": later, "stayed": stayed}


def write_comments(
    rng: np.random.Generator, columns: Columns, wanted: bool, spam: float, requests: float
) -> tuple[NDArray[np.object_], NDArray[np.object_], NDArray[np.object_]]:
    """Add the comments: who writes goes by the segment, what about by what decided the score.

    Returns:
        What each comment is, what it is about, and what its writer wants; empty texts for nothing.
    """
    score = columns["score"]
    segment = model.SEGMENT[score]
    # Drawn in any case, so that everything else is the same without comments.
    silent = rng.random(score.size) >= model.COMMENT_SHARE[segment]
    luck = rng.random(score.size)
    comment, kind, about, intent = (np.full(score.size, "", dtype=object) for _ in range(4))
    if wanted:
        bank, other = combinations(), planted()
        said = np.flatnonzero(~silent)
        variant, luck = _part(luck[said], bank.shape[-1])
        speaks, wants = columns["speaks"][said], segment[said]
        comment[said] = bank[speaks, columns["topic"][said], wants, variant]
        kind[said], about[said] = "content", np.array(TOPICS, dtype=object)[columns["topic"][said]]
        intent[said] = np.array(["complaint", "", "praise"], dtype=object)[wants]
        # What is left of the luck decides what else it may be, so that all else is the same here too.
        instead = (luck < spam + requests) & (speaks < len(SPOKEN))
        said, speaks, wants, luck = said[instead], speaks[instead], wants[instead], luck[instead]
        if said.size:
            junk = luck < spam
            luck[junk] /= spam
            luck[~junk] = (luck[~junk] - spam) / requests
            shares = np.where(junk[:, np.newaxis], JUNK_SHARE, REQUEST_SHARE[wants])
            bounds = np.cumsum(shares, axis=1)
            which = np.minimum((luck[:, np.newaxis] >= bounds).sum(axis=1), len(PLANTED) - 1)
            rest = (luck - (bounds - shares)[np.arange(len(which)), which]) / shares[np.arange(len(which)), which]
            comment[said] = other[speaks, which, _part(np.clip(rest, 0.0, 1.0 - 1e-9), other.shape[-1])[0]]
            names = np.array(PLANTED, dtype=object)[which]
            kind[said], intent[said] = np.where(junk, names, "content"), np.where(junk, "", names)
            about[said] = ""
    columns["comment"] = comment
    return kind, about, intent


def _part(luck: NDArray[np.float64], parts: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Return which of equal parts of 0..1 a number is in, and where in it, 0..1."""
    place = luck * parts
    which = place.astype(np.intp)
    return which, place - which


def spoil(rng: np.random.Generator, columns: Columns, missing: float, invalid: float) -> None:
    """Make some scores invalid and some answers missing, wherever they stand."""
    luck = rng.random(columns["score"].size)
    if invalid:
        score = columns["score"].astype(np.float64)
        wrong = np.flatnonzero(luck < invalid)
        score[wrong] = rng.choice(INVALID, size=wrong.size)
        columns["score"] = score
    if missing:
        for name in ANSWERS:
            values = columns[name].astype(np.float64)
            gone = luck >= 1 - missing if name == "score" else rng.random(values.size) < missing
            values[gone] = np.nan
            columns[name] = values
