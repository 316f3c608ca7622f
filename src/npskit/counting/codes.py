"""Answers of any type as one byte each: the position on the scale, missing, or invalid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from npskit.arrays import is_masked
from npskit.counting.answer_columns import INVALID, MISSING, AnswerBlocks, Coded, Floats, Integers, Said
from npskit.data import (
    MOST_TEXTS,
    Scale,
    Unusable,
    answer_on,
    answers_together,
    array_of,
    as_column,
    clustered,
    flat,
    parse_answer,
    said_of,
    slices,
    stars_said,
    unwrapped,
)
from npskit.errors import DataWarning, GuessWarning, InvalidTypeError, InvalidValueError, with_article

# Distinct texts remembered at once, so that a column of comments does not fill the memory.
_REMEMBERED = 1 << 14


Frequencies: TypeAlias = NDArray[np.floating[Any]]
"""How often each answer was given."""


class _Texts(dict[str, int]):
    """The code of every text seen lately."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.mapping = dict(scale.mapping)
        self.forgot = False

    def __missing__(self, text: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
            self.forgot = True
        code = self[text] = _code(text, self.scale, self.mapping)
        return code


def _code(answer: object, scale: Scale, mapping: Mapping[str, int | None]) -> int:
    number = answer_on(answer, scale, mapping)
    if number is None:
        return MISSING
    if isinstance(number, Unusable) or not scale.low <= number <= scale.high:
        return INVALID
    return number - scale.low


def _parsed(
    answers: Sequence[Any], kinds: set[type], scale: Scale, counts: Frequencies | None
) -> tuple[NDArray[np.uint8], list[Said]]:
    """Code answers one by one, each distinct text once; and what is to be said of how they were read."""
    texts = _Texts(scale)
    if kinds == {str}:
        coded = bytes(map(texts.__getitem__, answers))
    else:
        coded = bytes(texts[a] if type(a) is str else _code(a, scale, texts.mapping) for a in answers)
    codes, said = np.frombuffer(coded, np.uint8), list[Said]()
    if not texts.forgot and kinds <= {str, type(None)} and (stars := stars_said(texts, scale)):
        said.append((stars, DataWarning))
    if INVALID in coded and not texts.forgot and len(texts) <= MOST_TEXTS:
        spoken = answers_together(texts, scale, alone=kinds <= {str, type(None)})
        if spoken is not None:
            found = {text: _position(answer, scale) for text, answer in spoken.answers.items()}
            codes = codes.copy()
            for row in np.flatnonzero(codes == INVALID).tolist():
                if type(answers[row]) is str:
                    codes[row] = found.get(answers[row], INVALID)
            if told := said_of(spoken, scale):
                said.append((told, GuessWarning if spoken.answers else DataWarning))
        said += _odd(answers, codes, scale, counts)
    return codes, said


def _position(answer: int | None, scale: Scale) -> int:
    if answer is None:
        return MISSING
    return answer - scale.low if answer in scale else INVALID


def _odd(answers: Sequence[Any], codes: NDArray[np.uint8], scale: Scale, counts: Frequencies | None) -> list[Said]:
    """Return what is to be said of texts that many invalid answers are."""
    each = np.ones(len(codes), np.int64) if counts is None else np.rint(counts).astype(np.int64)
    rows = np.flatnonzero(codes == INVALID)
    texts = Counter[str]()
    for row, count in zip(rows.tolist(), each[rows].tolist(), strict=True):
        if type(answers[row]) is str:
            texts[answers[row]] += count
    odd = {text: count for text, count in texts.items() if isinstance(parse_answer(text), Unusable)}
    told = clustered(odd, int(each[codes != MISSING].sum()), scale, int(each[rows].sum()))
    return [(told, DataWarning)] if told else []


def _from_sequence(
    answers: Sequence[Any], scale: Scale, name: str, counts: Frequencies | None
) -> tuple[NDArray[Any], list[Said] | None]:
    """Return a list as an array of numbers where that loses nothing; else as codes, and what is to be said of them."""
    kinds = set(map(type, answers))
    if (own := unwrapped(answers, kinds)) is not answers:
        answers, kinds = own, set(map(type, own))
    if _of_booleans(kinds, scale):
        answers = [each if each is None else str(each) for each in answers]
        kinds = set(map(type, answers))
    if not kinds:
        return np.empty(0, np.uint8), None
    try:
        if kinds == {int}:
            # Four times faster than asarray. It would take booleans too, hence the exact types.
            try:
                return np.frombuffer(bytes(answers), np.uint8), None
            except ValueError:
                return np.array(answers, np.int64), None
        if kinds <= {int, float, type(None)}:
            # None becomes NaN; whole numbers too large to be exact are off every scale.
            return np.array(answers, np.float64), None
        if np.timedelta64 not in kinds and all(issubclass(k, (np.integer, np.floating)) for k in kinds):
            return np.array(answers), None
    except OverflowError:
        pass  # an int beyond 64 bits, or beyond every float: one by one
    refused = {_REFUSED_TYPES.get(k.__name__) for k in kinds if k is not type(None)}
    if len(refused) == 1 and (what := refused.pop()) is not None:
        raise InvalidTypeError(f"{name}: {what} are not answers: is this the right column?")
    if all(issubclass(k, (list, tuple, np.ndarray)) and k is not np.ma.core.MaskedConstant for k in kinds):
        raise InvalidValueError(f"{name} must be one flat sequence of answers, not a sequence of sequences")
    return _parsed(answers, kinds, scale, counts)


def _as_sequence(answers: Any, name: str) -> Any:
    """Return any iterable of answers as a list, a tuple or an array."""
    if isinstance(answers, (str, bytes, bytearray)):
        raise InvalidTypeError(
            f"{name} must be a sequence of answers, not the text {answers[:20]!r}: wrap it in a list"
        )
    if isinstance(answers, (Mapping, Set)):
        kind = type(answers).__name__
        raise InvalidTypeError(
            f"{name} must be a sequence of answers, not {with_article(kind)}: pass a list of its values"
        )
    if isinstance(answers, memoryview) or hasattr(answers, "__array__") or hasattr(answers, "__array_interface__"):
        return array_of(answers, name)
    try:
        return list(answers)
    except Exception:
        kind = type(answers).__name__
        raise InvalidTypeError(f"{name} must be a sequence of answers, not {kind}: wrap one answer in a list") from None


# What pandas calls cells that a column of answers never holds; beside others such a cell is an invalid answer.
_REFUSED_TYPES = {"Interval": "intervals", "Period": "periods"}
_REFUSED = {
    "b": "booleans are not answers: say which number each stands for",
    "M": "dates are not answers: is this the right column?",
    "m": "durations are not answers: is this the right column?",
    "c": "complex numbers are not answers",
    "V": "a structured array is not a column of answers: pass one of its fields",
}


def _of_booleans(kinds: set[type], scale: Scale) -> bool:
    """Whether all cells are booleans, and the scale has a meaning for them: they are read as their words."""
    known = scale.best is not None or not {"true", "false"}.isdisjoint(dict(scale.mapping))
    return known and bool(kinds & {bool, np.bool_}) and kinds <= {bool, np.bool_, type(None)}


# A column that begins with one of these codes of a tool, which lie on no usual scale, is looked through for others.
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_TOOL_CODES, _LOOKED_AT = frozenset({-103, -102, -101, 100, 101, 102, 103}), 16


def _in_codes(values: NDArray[Any], scale: Scale, hidden: NDArray[np.bool_] | None) -> list[str | None] | None:
    """Return numbers that stand for answers by a mapping, as codes of a tool or as halves, as texts; else None."""
    if not any(_NUMBER.fullmatch(given) for given, _ in scale.mapping) and not _has_halves(values, scale):
        if scale.best is None or _TOOL_CODES.isdisjoint(values[:_LOOKED_AT].tolist()):
            return None
        known = values == values if hidden is None else (values == values) & ~hidden
        distinct = set(np.unique(values[known]).tolist())
        if not distinct <= _TOOL_CODES or any(code in scale for code in distinct):
            return None
    texts = [None if value != value else _text(value) for value in values.tolist()]
    for row in () if hidden is None else np.flatnonzero(hidden).tolist():
        texts[row] = None
    return texts


def _has_halves(values: NDArray[Any], scale: Scale) -> bool:
    """Whether numbers are points of a scale where only the top box counts, and halves between them."""
    if not scale.stretch or values.dtype.kind != "f":
        return False
    odd = values[np.isfinite(values) & (np.floor(values) != values)]
    return bool(odd.size) and bool((odd * 2 % 1 == 0).all())


def _text(value: float) -> str:
    return str(int(value)) if abs(value) < 1 << 53 and int(value) == value else str(value)


def column(answers: Any, scale: Scale, *, name: str = "answers", counts: Frequencies | None = None) -> AnswerBlocks:
    """Return answers of any kind as a column that can be read block by block; see `encode` for the arguments.

    Args:
        answers: The answers.
        scale: The scale.
        name: What errors and warnings call them.
        counts: How often each was given, where they were counted elsewhere.
    """
    if isinstance(answers, AnswerBlocks):
        return answers
    hidden = None
    if type(answers) is not list and type(answers) is not tuple and not isinstance(answers, np.ndarray):
        series = as_column(answers)
        if series is None:
            answers = _as_sequence(answers, name)
        else:
            hidden, answers = series.mask, series.values
    said: list[Said] | None = None
    if isinstance(answers, np.ndarray):
        read = flat(answers, name)
        if is_masked(read):
            hidden, read = np.ma.getmaskarray(read), read.data
        if read.dtype.kind == "b" and scale.yes_no and not scale.mapping:
            read = read.view(np.uint8)
        booleans = read.dtype.kind == "b" and _of_booleans({bool}, scale)
        if read.dtype.kind in _REFUSED and not booleans:
            raise InvalidTypeError(f"{name}: {_REFUSED[read.dtype.kind]} (its type is {read.dtype})")
        if read.dtype.kind not in "iuf":
            read, said = _from_sequence(read.tolist(), scale, name, counts)
    else:
        read, said = _from_sequence(answers, scale, name, counts)
    if (
        said is None
        and (scale.mapping or scale.best is not None)
        and (texts := _in_codes(read, scale, hidden)) is not None
    ):
        read, said = _parsed(texts, {str, type(None)}, scale, counts)
    kind = Coded if said is not None else Floats if read.dtype.kind == "f" else Integers
    found = kind(read, scale, hidden)
    found.said = tuple((f"{name}: {told}", how) for told, how in said or ())
    return found


def encode(answers: Any, scale: Scale, *, name: str = "answers") -> NDArray[np.uint8]:
    """Return one code for each answer: its position on the scale, `MISSING` (255) or `INVALID` (254).

    NaN, None and everything else that `npskit.data.answers` calls missing is missing. Answers that are off the scale or
    not whole are invalid: 11, -1, 7.5, infinity, "x", and a boolean in a list.

    Args:
        answers: Any iterable of answers except text, mappings and sets; or a one-dimensional array of integers, floats,
            text or objects, masked or not; or a column of a dataframe library. Shape `(n,)`.
        scale: The question's scale.
        name: What error messages call the answers.

    Returns:
        uint8, shape `(n,)`: 0 for `scale.low`, `scale.size - 1` for `scale.high`.

    Raises:
        InvalidTypeError: If the answers are not a sequence, or of a type that cannot hold answers (booleans, dates).
        InvalidValueError: If they are not one-dimensional.

    Example:
        >>> encode([9, 0, None, 11, "10 - Extremely likely"], Scale(0, 10)).tolist()
        [9, 0, 255, 254, 10]
    """
    read = column(answers, scale, name=name)
    codes = np.empty(read.size, np.uint8)
    for at in slices(read.size, read.block):
        block = codes[at]
        block[:] = read.positions(at)
        if block.max() >= scale.size:
            block[block >= scale.size] = INVALID
            if read.dirty:
                block[read.missing(at)] = MISSING
    return codes
