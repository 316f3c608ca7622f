"""From the comments of a survey to what each of them is."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Floats
from npskit.comments.patterns import FoldedTexts, UrgencyOf, UrgencyWords, folded_each, urgencies_of
from npskit.comments.triage.classifier import Classifier, aside_as, classified
from npskit.comments.triage.duplicates import near_duplicates
from npskit.comments.triage.mood_calibration import MoodReliability
from npskit.comments.triage.mood_model import learned_moods
from npskit.comments.triage.reading_of_comment import SignsFound, contradicts, intent_of, mood_of
from npskit.comments.triage.standing import standings
from npskit.comments.triage.triage import UNSURE, Triage, TriagedKind, TriagedRows
from npskit.comments.triage.triage_words import TriageWords
from npskit.comments.words import read_comments
from npskit.data import Column, number, read_texts, slices
from npskit.inference import Estimate
from npskit.options import MoodBy
from npskit.results import Interval, RowCounts
from npskit.sample import Places, Sample

_INTENTS = ("cancellation", "sales", "support", "suggestion", "question", "complaint", "praise")
_ASIDE = ("spam", "noise", "irrelevant", "duplicate")
UNCLEAR = "unclear"
_BLOCK = 1 << 13  # comments that are read at once


@attrs.frozen
class Told:
    """What is told of one comment beside one answer."""

    kind: str
    intent: str | None
    mood: int
    contradicts: bool
    reason: str | None


def sorted_comments(
    column: Column,
    sample: Sample,
    *,
    words: TriageWords | None,
    classifier: Classifier | None,
    mood: MoodBy,
    urgency: UrgencyOf | None,
    level: float,
    backend: str | None,
) -> Triage:
    """Return what each comment is; arguments as of `Survey.triage`.

    Args:
        column: The comments.
        sample: The rows that they stand in.
        words: The signs to go by.
        classifier: A model of the user's own.
        mood: What tells the mood.
        urgency: How urgent a comment is.
        level: Confidence level of the intervals.
        backend: The dataframe library of the result.
    """
    texts = [text if text is None or text.strip() else None for text in read_texts(column).tolist()]
    rows = np.array([row for row, text in enumerate(texts) if text is not None], dtype=np.intp)
    comments = [text for text in texts if text is not None]
    stand = standings(sample.answers)[rows]
    labels = None if classifier is None else classified(comments, classifier, "classifier")
    words = words or TriageWords.default()
    judge = UrgencyWords.default() if urgency is None else urgency
    codes, distinct = number(comments)
    signs, levels = _read(distinct, words, judge if isinstance(judge, UrgencyWords) else None)
    told = _told_of(codes, stand, signs, words, labels)
    whole = [signs[code].whole for code in codes.tolist()]
    again = near_duplicates(comments, None if sample.people is None else sample.people[rows], whole)
    for i in np.flatnonzero(again >= 0).tolist():
        if told[i].kind == "content":
            told[i] = Told("duplicate", None, UNSURE, False, "says the same as an earlier one")
        else:
            again[i] = -1
    kinds = tuple(each.kind for each in told)
    content = np.array([kind == "content" for kind in kinds], dtype=np.bool_)
    moods = np.array([each.mood for each in told], dtype=np.int8)
    accuracy: dict[str, float] = {}
    reliable: tuple[MoodReliability, ...] = ()
    if mood == "model":
        moods[content], accuracy, reliable = _learned(comments, stand, sample.units[rows], content)
    urgent = np.zeros(len(comments), dtype=np.int8)
    kept = np.flatnonzero(content)
    if levels is None:
        urgent[kept] = urgencies_of([comments[i] for i in kept.tolist()], judge)
    else:
        urgent[kept] = levels[codes[kept], (stand[kept] >= 1).astype(np.intp)]
    if urgency is None:  # whoever gives notice cannot wait, by whichever words
        leaves = np.array([each.intent == "cancellation" for each in told], dtype=np.bool_)
        urgent[leaves] = np.maximum(urgent[leaves], 1)
    numbers = np.arange(len(texts)) if sample.row_numbers is None else sample.row_numbers
    triaged = TriagedRows(
        numbers[rows].astype(np.int64),
        kinds,
        tuple(each.intent for each in told),
        moods,
        urgent,
        np.array([each.contradicts for each in told], dtype=np.bool_),
        tuple(each.reason for each in told),
        np.where(again >= 0, numbers[rows[again]] if len(rows) else -1, -1).astype(np.int64),
        tuple(comments),
    )
    return Triage(
        _groups(triaged, sample, rows, level),
        triaged,
        "words and the answer" if mood == "words" else "a model of the answers beside other comments",
        accuracy,
        reliable,
        backend=backend,
        row_counts=sample.aside + RowCounts(int(content.sum()), len(texts) - len(rows), 0, int((~content).sum())),
    )


def _learned(
    comments: Sequence[str], stand: Floats, units: Codes, content: Bools
) -> tuple[NDArray[np.int8], dict[str, float], tuple[MoodReliability, ...]]:
    """Return the moods of content by a model, how often they agree with the answer, also by language, how surely."""
    own = [comments[i] for i in np.flatnonzero(content).tolist()]
    found = learned_moods(own, stand[content], units[content])
    read = read_comments(own)
    names = {"all": np.ones(len(own), dtype=np.bool_)}
    names |= {name or "other": read.spoken == i for i, name in enumerate(read.languages)}
    shares = {name: found.accuracy(which) for name, which in names.items()}
    accuracy = {name: share for name, (share, n) in shares.items() if n}
    return found.moods, accuracy, found.reliability()


def _read(
    comments: Sequence[str], words: TriageWords, urgency: UrgencyWords | None
) -> tuple[list[SignsFound], NDArray[np.int8] | None]:
    """Return the signs in comments, and how urgent each is beside either answer; block by block, each folded once."""
    signs, levels = [], []
    for at in slices(len(comments), _BLOCK):
        whole = FoldedTexts.of(folded_each(comments[at]))
        signs += words.found_in(comments[at], whole)
        if urgency is not None:
            levels.append(urgency.levels_of_either(whole))
    if urgency is None:
        return signs, None
    return signs, np.concatenate([np.empty((0, 2), np.int8), *levels])


def _told_of(
    codes: Codes, stand: Floats, signs: Sequence[SignsFound], words: TriageWords, labels: Sequence[str | None] | None
) -> list[Told]:
    """Return what is told of each comment; each distinct one is looked at once.

    Args:
        codes: Which of the distinct comments each is.
        stand: Where the answer beside each stands; NaN where there is none.
        signs: What stands in the distinct comments.
        words: The signs to go by.
        labels: What a model says of each.
    """
    aside = [words.aside(found) for found in signs]
    known: dict[tuple[int, float | None], Told] = {}
    found = []
    for row, (code, standing) in enumerate(zip(codes.tolist(), stand.tolist(), strict=True)):
        key = (code, standing if standing == standing else None)
        if key not in known or labels is not None:
            label = None if labels is None else labels[row]
            known[key] = _told(signs[code], aside[code], key[1], label)
        found.append(known[key])
    return found


def _told(signs: SignsFound, aside: tuple[str, str] | None, standing: float | None, label: str | None) -> Told:
    """Return what is told of a comment, a label of a model coming before words."""
    if label is not None:
        kind = aside_as(label)
        aside = None if kind is None else (kind, f"the classifier says {label}")
    if aside is not None:
        return Told(aside[0], None, UNSURE, False, aside[1])
    intent, reason = (label, "the classifier says so") if label is not None else intent_of(signs, standing)
    mood = mood_of(signs, standing, intent)
    return Told("content", intent, UNSURE if mood is None else mood, contradicts(signs, standing, intent), reason)


def _groups(triaged: TriagedRows, sample: Sample, rows: NDArray[np.intp], level: float) -> tuple[TriagedKind, ...]:
    """Return how many comments there are of each kind and intent, content first."""
    named = [
        (intent or UNCLEAR) if kind == "content" else kind
        for kind, intent in zip(triaged.kinds, triaged.intents, strict=True)
    ]
    there = set(named)
    own = sorted(there - {*_INTENTS, UNCLEAR, *_ASIDE})
    names = [name for name in (*_INTENTS, *own, UNCLEAR, *_ASIDE) if name in there]
    place = {name: i for i, name in enumerate(names)}
    codes = np.array([place[name] for name in named], dtype=np.intp)
    everywhere = np.full(len(sample), -1, dtype=np.intp)
    everywhere[rows] = codes
    found = []
    for i, name in enumerate(names):
        own_rows = codes == i
        moods = triaged.moods[own_rows]
        estimate = _share(everywhere, i, len(names), sample)
        low, high = estimate.interval(level, "score")
        found.append(
            TriagedKind(
                name,
                int(own_rows.sum()),
                float(np.ravel(estimate.mean)[0]) / 100,
                Interval(float(np.ravel(low)[0]) / 100, float(np.ravel(high)[0]) / 100, level=level, method="score"),
                bad=int((moods == -1).sum()),
                neutral=int((moods == 0).sum()),
                good=int((moods == 1).sum()),
                unsure=int((moods == UNSURE).sum()),
                urgent=int((triaged.urgency[own_rows] > 0).sum()),
                contradicts=int(triaged.contradicts[own_rows].sum()),
            )
        )
    return tuple(found)


def _share(codes: Codes, which: int, size: int, sample: Sample) -> Estimate:
    """Return the share of one kind among the comments, as a score of 100 for it and 0 for others."""
    scores = np.zeros(max(size, 2))
    scores[which] = 100.0
    places = Places(np.zeros(len(codes), dtype=np.intp), 1)
    clustering = sample.clustering(places)
    if clustering is not None:
        return sample.estimate(places, attrs.evolve(clustering, categories=codes, scores=scores))
    there = codes >= 0
    counts = np.bincount(codes[there], minlength=len(scores))
    if sample.weights is None:
        return Estimate.from_sums(counts, scores)
    weights = sample.weights[there]
    total, squares = (np.bincount(codes[there], each, len(scores)) for each in (weights, weights**2))
    return Estimate.from_sums(counts, scores, np.asarray(total, np.float64), np.asarray(squares, np.float64))
