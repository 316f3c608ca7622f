"""Customers who answered more than once: which of their answers count, and how much."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.sample.places import Places
from npskit.sample.sample import Sample


def latest(sample: Sample, places: Places, times: NDArray[np.datetime64]) -> tuple[Sample, Places]:
    """Return the latest scored answer of each customer at each place, or their latest row where none is scored.

    Of several at the same time the one further down counts.

    Args:
        sample: All rows, with customers.
        places: Where they belong.
        times: When each was given; NaT where that is not known, which never displaces a dated answer.
    """
    moments = np.where(np.isnat(times), np.iinfo(np.int64).min, times.astype(np.int64))
    who = _pairs(sample, places)
    best = np.lexsort((moments, sample.answers.categories >= 0, who))  # stable: of equal moments the last row wins
    last = np.ones(len(best), dtype=np.bool_)
    last[:-1] = who[best][1:] != who[best][:-1]
    kept = np.zeros(len(best), dtype=np.bool_)
    kept[best[last]] = True
    return attrs.evolve(sample.take(kept), repeats="latest"), Places(places.numbers[kept], places.size)


def equal_shares(sample: Sample, places: Places) -> Sample:
    """Return the rows weighted so that those of each customer at a place weigh as one together.

    That is their scored rows, or all of them where none is scored: a customer who left a question open once has not
    given less of an answer for it.

    Args:
        sample: All rows, with customers.
        places: Where they belong.
    """
    scored, who = sample.answers.categories >= 0, _pairs(sample, places)
    size = int(who.max(initial=-1)) + 1
    answered, came = (np.bincount(who[some], minlength=size) for some in (scored, slice(None)))
    share = np.where(scored | (answered[who] == 0), 1.0 / np.where(answered > 0, answered, came)[who], 0.0)
    return attrs.evolve(sample, weights=share if sample.weights is None else sample.weights * share, repeats="mean")


def _pairs(sample: Sample, places: Places) -> NDArray[np.intp]:
    """Return a small number for each pair of a place and a customer that occurs."""
    customers = sample.customers
    assert customers is not None
    pair = places.numbers.astype(np.int64) * (int(customers.max(initial=0)) + 1) + customers
    numbers: NDArray[np.intp] = np.unique(pair, return_inverse=True)[1]
    return numbers
