"""The scores as functions: answers in, `Score` out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypedDict

import attrs
import numpy as np
from typing_extensions import Unpack

from npskit.checks import is_same, one_of
from npskit.counting import CodedAnswers, Tally, warn_of_scale
from npskit.data import Column, Scale, as_column, objects, plain_column
from npskit.errors import IncompatibleError, InvalidTypeError
from npskit.options import ON_INVALID, CESMethod, Denominator, OnInvalid
from npskit.scorers import CES, CSAT, NPS, SCI, ByLabel, Codebook, Retention, Scorer, codebook_of
from npskit.scores.label_audit import labels_alone
from npskit.scores.score import Score

_NPS = NPS()
# Cells that are looked at to tell whether they are names of groups.
_LOOK = 1_000


class MeasureOptions(TypedDict, total=False):
    """The keyword arguments of `measure`, which every score takes."""

    weights: Any
    denominator: Denominator
    on_invalid: OnInvalid
    distribution: bool | None
    mapping: Mapping[Any, Any] | None


def measure(
    scorer: Scorer,
    *answers: Any,
    weights: Any = None,
    denominator: Denominator = "valid",
    on_invalid: OnInvalid = "count",
    distribution: bool | None = None,
    mapping: Mapping[Any, Any] | None = None,
) -> Score:
    """Return the score of raw answers under any scorer.

    Args:
        scorer: What the answers mean: one of npskit's, or your own.
        answers: One column per question of the scorer: a list, a numpy array or a pandas, Polars or PyArrow column.
            None and NaN are missing. What is not on the scale is counted as invalid, never scored. Of a scorer of one
            question also how often each answer was given: `{10: 120, 9: 80, None: 3}`.
        weights: One finite weight of at least 0 per row; None weighs all alike.
        denominator: `"valid"` answers, or `"all"` responses: the missing and invalid then weigh in with a category
            score of 0.
        on_invalid: `"count"` them beside the score, or `"raise"` an error that names the first ones with their rows.
        distribution: Whether to keep the count of every single answer; None keeps it unless that costs time.
        mapping: Which answer texts, in any case, and codes stand for, and None for those that are no answer:
            `{"Extremely likely": 10, "no idea": None}`; of a scorer of several questions also one for each of them.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Warns:
        DataWarning: If the answers look as if they were of another scale: most are off it, or none of many is 0.

    Example:
        >>> measure(NPS(scale=(1, 5), detractor=3, promoter=5), [5, 5, 4, 1])
        Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95)
    """
    one_of(on_invalid, ON_INVALID, "on_invalid")
    if on_invalid == "raise":  # an iterator could not be read a second time, to name the rows
        answers = tuple(list(a) if isinstance(a, Iterator) else a for a in answers)
    if len(answers) == 1:
        _refuse_value_counts(answers[0])
    meant = scorer if mapping is None else codebook_of(scorer).mapped(mapping)
    if len(answers) == 1 and _groups_alone(answers[0], codebook_of(meant)):
        meant = ByLabel(codebook_of(meant).scorer)
    if len(answers) == 1 and isinstance(answers[0], Mapping):
        if weights is not None:
            raise IncompatibleError("weights are by row, and counts by answer have none: leave weights out")
        tally, answers = Tally.from_answers(answers[0], meant), (list(answers[0]),)
    else:
        tally = Tally.count(*answers, scorer=meant, weights=weights, distribution=distribution)
    if on_invalid == "raise" and tally.invalid:
        listed = [a if hasattr(a, "__getitem__") else plain_column(a, "answers").values for a in answers]
        CodedAnswers(listed, tally.codebook).refuse()
    warn_of_scale(tally)
    score = Score.of(tally, denominator=denominator)
    if weights is not None:
        score.estimate.warn()
    if on_invalid == "count":
        return score
    return attrs.evolve(score, conventions=attrs.evolve(score.conventions, invalid=on_invalid))


def _groups_alone(answers: Any, codebook: Codebook) -> bool:
    """Whether answers are the names of a scorer's groups alone, such as "Promoter"."""
    if isinstance(answers, Mapping):
        answers = list(answers)
    if str(getattr(answers, "dtype", "")).casefold().startswith(("int", "uint", "float")):
        return False  # a series of numbers would take longer to be sliced than to be counted
    try:
        some = answers[:_LOOK]  # a slice costs little, whatever holds the answers
    except Exception:  # no sequence: it is refused, or read once
        return False
    if not isinstance(some, list | tuple):
        found = as_column(some)
        some = np.asarray(some).tolist() if found is None and isinstance(some, np.ndarray) else found
    if isinstance(some, list | tuple):
        first = next((each for each in some if each is not None), None)
        some = Column(objects(some)) if isinstance(first, str) else None
    return some is not None and labels_alone(some, codebook)


def _refuse_value_counts(answers: Any) -> None:
    """Refuse what `value_counts()` of pandas gives: counts, whose answers are the index.

    Raises:
        InvalidTypeError: If it is that.
    """
    index = getattr(answers, "index", None)
    if getattr(answers, "name", None) in ("count", "proportion") and type(index).__name__ not in (
        "NoneType",
        "RangeIndex",
    ):
        raise InvalidTypeError(
            "answers are counts, as value_counts() gives them, with the answers in their index: pass what their "
            "to_dict() gives, which says how often each was given"
        )


def nps(
    answers: Any,
    *,
    scale: Scale | Sequence[int] = (0, 10),
    detractor: int = 6,
    promoter: int = 9,
    **options: Unpack[MeasureOptions],
) -> Score:
    """Return the Net Promoter Score of answers to "how likely are you to recommend us?", -100..100.

    Args:
        answers: A list, a numpy array or a pandas, Polars or PyArrow column of whole numbers; or how often each answer
            was given, `{10: 120, 9: 80}`.
        scale: The answer scale, both ends included.
        detractor: The highest answer that still is a detractor's.
        promoter: The lowest answer that already is a promoter's.
        options: Arguments of `measure`: weights, denominator, on_invalid, distribution, mapping.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> score = nps([10, 9, 7, 3, None, 11])
        >>> score
        Score(NPS=25.0, n=4, interval=(-50.5, 77.8), level=0.95, missing=1, invalid=1)
        >>> score.value
        25.0
    """
    default = isinstance(scale, tuple) and is_same((*scale, detractor, promoter), (0, 10, 6, 9))  # spares a scorer
    scorer = _NPS if default else NPS(scale, detractor=detractor, promoter=promoter)
    return measure(scorer, answers, **options)


def sci(
    satisfaction: Any,
    repurchase: Any,
    recommend: Any,
    *,
    scale: Scale | Sequence[int] | Sequence[Scale | Sequence[int]] = (1, 5),
    top: int | Sequence[int | None] | None = None,
    second: int | Sequence[int | None] | None = None,
    bottom: int | Sequence[int | None] | None = None,
    **options: Unpack[MeasureOptions],
) -> Score:
    """Return the Secure Customer Index: the percentage of customers who give the top answer to all three questions.

    Args:
        satisfaction: Answers to "how satisfied are you?".
        repurchase: Answers to "how likely are you to buy again?", row by row of the same customers.
        recommend: Answers to "how likely are you to recommend us?".
        scale: The answer scale, or one for each question; see `SCI` for it and the boxes.
        top: The lowest answer of the top box; must be given on scales of more than five points.
        second: The lowest answer of the second box.
        bottom: The highest answer of the bottom box.
        options: Arguments of `measure`: weights, denominator, on_invalid, mapping.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> sci([5, 5, 4], [5, 5, 5], [5, 3, 5])
        Score(SCI=33.3, n=3, interval=(6.1, 79.2), level=0.95)
    """
    scorer = SCI(scale, top=top, second=second, bottom=bottom)
    return measure(scorer, satisfaction, repurchase, recommend, **options)


def csat(
    answers: Any, *, scale: Scale | Sequence[int] = (1, 5), top: int | None = None, **options: Unpack[MeasureOptions]
) -> Score:
    """Return customer satisfaction: the percentage of answers in the top boxes, 0..100.

    Args:
        answers: Answers to "how satisfied are you?".
        scale: The answer scale, both ends included.
        top: The lowest answer that counts as satisfied. Default: the two best points of the scale.
        options: Arguments of `measure`: weights, denominator, on_invalid, distribution, mapping.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> csat([5, 4, 3, 1]).value
        50.0
    """
    return measure(CSAT(scale, top=top), answers, **options)


def ces(
    answers: Any,
    *,
    version: int = 2,
    method: CESMethod = "mean",
    scale: Scale | Sequence[int] | None = None,
    easy: int | None = None,
    hard: int | None = None,
    **options: Unpack[MeasureOptions],
) -> Score:
    """Return the Customer Effort Score; its name in the result says version and method.

    Args:
        answers: Answers to "the company made it easy for me to handle my issue" (version 2), or "how much effort did
            you personally have to put forth?" (version 1).
        version: 2 (1..7, high is good) or 1 (1..5, low is good).
        method: `"mean"`, `"top_box"` (the share that found it easy) or `"net"` (easy less hard).
        scale: The answer scale, where it is not the version's own.
        easy: Where easy begins; see `CES`.
        hard: Where hard begins; see `CES`.
        options: Arguments of `measure`: weights, denominator, on_invalid, distribution, mapping.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> ces([7, 6, 5, 2]).value
        5.0
    """
    return measure(CES(version, method, scale=scale, easy=easy, hard=hard), answers, **options)


def retention(retained: Any, **options: Unpack[MeasureOptions]) -> Score:
    """Return the customer retention rate: the percentage of customers who stayed.

    Args:
        retained: 1 for each customer of the start who is still there at the end, 0 for each who left.
        options: Arguments of `measure`.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used; the message names it.

    Example:
        >>> retention([1, 1, 1, 0]).value
        75.0
    """
    return measure(Retention(), retained, **options)
