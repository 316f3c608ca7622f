"""Answers of any type as one byte each: the position on the scale, missing, or invalid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit.counting.answer_columns import INVALID, MISSING, AnswerBlocks, Coded, Floats, Integers
from npskit.data import Scale, Unusable, array_of, as_column, flat, parse_answer, slices
from npskit.errors import InvalidTypeError, InvalidValueError, with_article

# Distinct texts remembered at once, so that a column of comments does not fill the memory.
_REMEMBERED = 1 << 14


class _Texts(dict[str, int]):
    """The code of every text seen lately."""

    def __init__(self, scale: Scale) -> None:
        self.scale = scale

    def __missing__(self, text: str) -> int:
        if len(self) >= _REMEMBERED:
            self.clear()
        code = self[text] = _code(text, self.scale)
        return code


def _code(answer: object, scale: Scale) -> int:
    number = parse_answer(answer, yes_no=scale.yes_no)
    if number is None:
        return MISSING
    if isinstance(number, Unusable) or not scale.low <= number <= scale.high:
        return INVALID
    return number - scale.low


def _parsed(answers: Sequence[Any], kinds: set[type], scale: Scale) -> NDArray[np.uint8]:
    """Code answers one by one, each distinct text once."""
    texts = _Texts(scale)
    if kinds == {str}:
        coded = bytes(map(texts.__getitem__, answers))
    else:
        coded = bytes(texts[a] if type(a) is str else _code(a, scale) for a in answers)
    return np.frombuffer(coded, np.uint8)


def _from_sequence(answers: Sequence[Any], scale: Scale, name: str) -> tuple[NDArray[Any], bool]:
    """Return a list as an array of numbers where that loses nothing, else as codes; and whether it is codes."""
    kinds = set(map(type, answers))
    if not kinds:
        return np.empty(0, np.uint8), False
    try:
        if kinds == {int}:
            # Four times faster than asarray. It would take booleans too, hence the exact types.
            try:
                return np.frombuffer(bytes(answers), np.uint8), False
            except ValueError:
                return np.array(answers, np.int64), False
        if kinds <= {int, float, type(None)}:
            # None becomes NaN; whole numbers too large to be exact are off every scale.
            return np.array(answers, np.float64), False
        if all(issubclass(k, (np.integer, np.floating)) for k in kinds):
            return np.array(answers), False
    except OverflowError:
        pass  # an int beyond 64 bits, or beyond every float: one by one
    refused = {_REFUSED_TYPES.get(k.__name__) for k in kinds if k is not type(None)}
    if len(refused) == 1 and (what := refused.pop()) is not None:
        raise InvalidTypeError(f"{name}: {what} are not answers: is this the right column?")
    if all(issubclass(k, (list, tuple, np.ndarray)) and k is not np.ma.core.MaskedConstant for k in kinds):
        raise InvalidValueError(f"{name} must be one flat sequence of answers, not a sequence of sequences")
    return _parsed(answers, kinds, scale), True


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


def column(answers: Any, scale: Scale, *, name: str = "answers") -> AnswerBlocks:
    """Return answers of any kind as a column that can be read block by block; see `encode` for the arguments."""
    if isinstance(answers, AnswerBlocks):
        return answers
    hidden = None
    if type(answers) is not list and type(answers) is not tuple and not isinstance(answers, np.ndarray):
        series = as_column(answers)
        if series is None:
            answers = _as_sequence(answers, name)
        else:
            hidden, answers = series.mask, series.values
    coded = False
    if isinstance(answers, np.ndarray):
        read = flat(answers, name)
        if isinstance(read, np.ma.MaskedArray):
            hidden, read = np.ma.getmaskarray(read), read.data
        if read.dtype.kind == "b" and scale.yes_no:
            read = read.view(np.uint8)
        if read.dtype.kind in _REFUSED:
            raise InvalidTypeError(f"{name}: {_REFUSED[read.dtype.kind]} (its type is {read.dtype})")
        if read.dtype.kind not in "iuf":
            read, coded = _from_sequence(read.tolist(), scale, name)
    else:
        read, coded = _from_sequence(answers, scale, name)
    kind = Coded if coded else Floats if read.dtype.kind == "f" else Integers
    return kind(read, scale, hidden)


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
