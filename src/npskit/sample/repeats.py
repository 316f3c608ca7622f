"""Customers, and accounts of several contacts, who answered more than once: which answers count, and how much."""

from __future__ import annotations

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.options import Contacts, Repeats
from npskit.sample.places import Places
from npskit.sample.sample import Sample


def answer_each(
    sample: Sample,
    places: Places,
    who: NDArray[np.intp],
    rule: Repeats | Contacts,
    times: NDArray[np.datetime64] | None = None,
    *,
    level: bool = False,
) -> tuple[Sample, NDArray[np.bool_], int]:
    """Return the rows that count, so that those of each person at a place weigh as one answer together.

    Scored rows count before others: who left a question open once has not given less of an answer for it. Several that
    count share the weight, so that they are the mean of their category scores; in no case does the order of the rows
    matter. Rows at no place are left as they are.

    Args:
        sample: The rows.
        places: Where they belong.
        who: The number of the person, or the account, of each row.
        rule: The `"latest"` scored rows, those with the `"worst"` category score, or the `"mean"` of all. Where none is
            scored it is the latest rows, or all.
        times: When each was given, for the latest; NaT where that is not known, which never displaces a dated answer.
        level: Whether the weight of each is the mean of those of its scored rows, whichever of them count: an account
            has one revenue. Else each row keeps its own.

    Returns:
        The sample, which of its rows were kept, and for how many persons at a place answers were tied.
    """
    scored, pairs = sample.answers.categories >= 0, _pairs(who, places)
    rank = np.zeros(len(who), dtype=np.int64)
    if rule == "latest" and times is not None:
        rank = times.astype(np.int64)  # no time is the least of them
    elif rule == "worst":
        order = np.unique(sample.answers.codebook.category_scores, return_inverse=True)[1]
        rank = np.where(scored, -order[np.maximum(sample.answers.categories, 0)], 0)
    size = int(pairs.max(initial=-1)) + 1
    answered = np.bincount(pairs[scored], minlength=size) > 0
    counts = scored | ~answered[pairs]
    best = np.full(size, np.iinfo(np.int64).min)
    np.maximum.at(best, pairs[counts], rank[counts])
    chosen = counts & (rank == best[pairs])
    number = np.bincount(pairs[chosen], minlength=size)
    # a row may be only a part of its customer's answer, who is one of the contacts of an account
    parts = np.ones(len(who)) if sample.parts is None else sample.parts
    whole = np.bincount(pairs[chosen], parts[chosen], minlength=size)
    share = np.where(chosen, parts / np.where(whole > 0, whole, 1.0)[pairs], 0.0)
    kept = np.ones(len(who), dtype=np.bool_) if rule == "mean" else chosen
    several = answered & (number > 1)
    if places.gaps:
        nowhere = places.numbers < 0
        several[pairs[nowhere]] = False
        share, kept = np.where(nowhere, 1.0, share), kept | nowhere
    tied = int(several.sum()) if rule == "latest" else 0
    if level and sample.weights is not None:
        whole = np.bincount(pairs[counts], parts[counts], minlength=size)
        theirs = np.bincount(pairs[counts], sample.weights[counts], minlength=size) / np.where(whole > 0, whole, 1.0)
        each = np.where(places.numbers < 0, sample.weights, share * theirs[pairs])
    else:
        each = share if sample.weights is None else sample.weights * share
    found = sample if kept.all() else sample.take(kept)
    if rule == "mean" or (share[kept] != 1).any() or (level and sample.weights is not None):
        alone = found.weights is None
        found = attrs.evolve(found, weights=each[kept], shares=alone or found.shares, parts=share[kept])
    return found, kept, tied


def _pairs(who: NDArray[np.intp], places: Places) -> NDArray[np.intp]:
    """Return a small number for each pair of a place and a person that occurs."""
    pair = places.numbers.astype(np.int64) * (int(who.max(initial=0)) + 1) + who
    numbers: NDArray[np.intp] = np.unique(pair, return_inverse=True)[1]
    return numbers
