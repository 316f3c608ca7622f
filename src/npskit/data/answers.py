"""What one answer may look like when it is not a clean number, and which number it then is.

The rules, in order. The first that applies decides.

1. `None`, NaN, NaT, pandas' NA and numpy's `masked` are missing.
2. A boolean is invalid: `True` is not the answer 1.
3. A number (Python's, numpy's, `Decimal`, `Fraction`) is that whole number, or invalid: 7.5, infinity, 3+0j.
4. Text, with white space and what cannot be seen (zero-width spaces, marks of direction, tags of HTML) removed,
   full-width signs taken as the usual ones and case ignored, is missing if it is empty or one of `NA`, `N/A`, `#N/A`,
   `<NA>`, `NaN`, `NaT`, `null`, `none`, `-`, `--`, `.`.
5. Text that is a whole number is that number: digits of any script, a sign, a fraction of zeros after a point or a
   comma, in brackets or quotes (`(10)`, `="10"`) or with a point behind it. A fraction of exactly three zeros is
   invalid: "1.000" may be one or a thousand.
6. A label around one number is that number:

   - number first: "10 - Extremely likely", "0 = Not at all", "7: good", "5 (very satisfied)", "3) fair", "4. good";
   - number last: "Very satisfied - 5", "Good: 4", "Extremely likely (10)";
   - at the very beginning or end, whatever parts them, beside a text that is known to label answers because it says how
     likely, how good, how satisfied (in some twenty languages), or is a unit: "10-Extremely likely", "10 sehr
     wahrscheinlich", "Extremely likely 10", "10点", "5 stars". So "9-Oct", "iPhone 10", "11 times" and "10th" are
     invalid.

   Where the label is not known, a dash needs white space on the label's side of the number, and a point and a closing
   bracket need it after them. The label holds a letter or a symbol, and no other number stands in the text.
7. Everything else is invalid: "7.5", "9-10", "9/10", "2024-01-05", "10 or 9", "x", a list.

Whether the number lies on the question's scale is for the caller to see.
"""

from __future__ import annotations

import numbers
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.checks import several
from npskit.data.answer_text import INVALID, Unusable, parse_text
from npskit.data.cells import BadCell, Note, NumberedCells, bad_cells, distinct_cells, table_at
from npskit.data.odd_texts import MOST_TEXTS, clustered
from npskit.data.scale import Scale, folded
from npskit.data.vocabularies import Spoken, answers_together, said_of
from npskit.data.words import NO, YES
from npskit.errors import InvalidValueError, written
from npskit.reals import as_float

_MISSING_TYPES = frozenset({"NoneType", "NAType", "NaTType", "MaskedConstant"})
# Any number past this is off every scale; it keeps Decimal("1e999999999") from being written out.
_LARGEST = 10**18


def _parse_number(value: Any) -> int | Unusable | None:
    """Read any number by rules 1 and 3."""
    try:
        if value != value:
            return None
        whole = abs(value) < _LARGEST and int(value) == value
    except (TypeError, ValueError, ArithmeticError):
        return INVALID
    return int(value) if whole else INVALID


def parse_answer(value: object, *, yes_no: bool = False) -> int | Literal[Unusable.INVALID] | None:
    """Return the whole number an answer stands for, None if it is missing, `INVALID` if it is neither.

    Args:
        value: One answer, of any type; see the rules at the top of this module.
        yes_no: Whether the question is a yes or no: then True and words such as "yes" are 1, False and "no" are 0.

    Example:
        >>> [parse_answer(a) for a in (9, "9", " 9,0 ", "10 - Extremely likely", None, "n/a")]
        [9, 9, 9, 10, None, None]
        >>> [parse_answer(a) for a in (7.5, "9-10", "x", True)]
        [INVALID, INVALID, INVALID, INVALID]
        >>> [parse_answer(a, yes_no=True) for a in (True, "Nein", "n/a", 1)]
        [1, 0, None, 1]
    """
    if yes_no and (said := _yes_no(value)) is not None:
        return said
    if isinstance(value, str):
        return parse_text(value)
    if isinstance(value, (np.datetime64, np.timedelta64)):
        return None if np.isnat(value) else INVALID
    if isinstance(value, np.generic):
        value = value.item()  # as Python's number, so that a comparison cannot overflow
    if isinstance(value, int):
        return INVALID if isinstance(value, bool) else int(value)
    if type(value).__name__ in _MISSING_TYPES:
        return None
    if isinstance(value, bytes):
        return parse_text(value.decode("utf-8", "replace"))
    return _parse_number(value) if isinstance(value, numbers.Number) else INVALID


def answer_on(value: object, scale: Scale, mapping: Mapping[str, int | None]) -> int | Literal[Unusable.INVALID] | None:
    """Return what `parse_answer` does, of one answer on a scale, by what the scale maps to an answer before all else.

    Args:
        value: One answer.
        scale: The scale; the whole number need not lie on it.
        mapping: Its mapping.

    Example:
        >>> scale = Scale(1, 5, mapping={"Super": 5, 103: 5, "offered": None})
        >>> [answer_on(value, scale, dict(scale.mapping)) for value in ("SUPER ", 103.0, "Offered", "3", "so so")]
        [5, 5, None, 3, INVALID]
    """
    if mapping and isinstance(value, str | bytes | bool | np.bool_):
        text = folded(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
        if text in mapping:
            return mapping[text]
    answer = parse_answer(value, yes_no=scale.yes_no)
    if mapping and (isinstance(answer, int) or isinstance(value, float | np.floating)):
        said = written(answer) if isinstance(answer, int) else str(value)
        return mapping.get(said, answer)
    return answer


def _yes_no(value: object) -> int | None:
    """Return 1 for yes, 0 for no, None for what is neither word nor boolean."""
    if isinstance(value, (bool, np.bool_)):
        return int(value)
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    word = value.strip().casefold() if isinstance(value, str) else None
    return 1 if word in YES else 0 if word in NO else None


# ---- a column of answers ----

# What survey tools write for "not asked", "don't know" and "refused"; only taken so where it is off the scale.
SENTINELS = (-1, 99, -99, 999, -999)


@attrs.frozen(eq=False)
class AnswerColumn(Frozen):
    """A column of answers, read.

    Args:
        values: float64, shape `(n,)`: the answer; NaN where it is missing; what was given where that is an invalid
            number, and infinity where it is no number, so that whatever counts the values counts them as invalid.
        rejected: Every invalid answer and every sentinel, in order, with the reason.
        sentinels: How often each sentinel was found and taken as missing.
        words: What words for answers were taken for, in a sentence; empty where there were none.
        clusters: Which texts most invalid answers are, in a sentence; empty where they are few or differ.
    """

    values: NDArray[np.float64]
    rejected: tuple[BadCell, ...]
    sentinels: Mapping[int, int]
    words: str = ""
    clusters: str = ""

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a careful reader would want to know."""
        sentence = "{} stands {} times and was taken as missing."
        told = {"words": self.words, "clusters": self.clusters}
        return (
            *(Note("sentinel", sentence.format(code, n)) for code, n in self.sentinels.items()),
            *(Note(kind, f"{said}.") for kind, said in told.items() if said),
        )


def answers_of(
    values: NDArray[Any] | Sequence[Any] | NumberedCells, scale: Scale, *, missing: Collection[object] | None = None
) -> AnswerColumn:
    """Read a raw column as answers on a scale.

    Each distinct value is read once, by the rules of `npskit.data.answers`, so that a million rows take a fraction of
    a second.

    Args:
        values: The column: texts, numbers, None; shape `(n,)`.
        scale: The question's scale.
        missing: What is taken as missing beside empty cells and the words for it: texts, which match a cell exactly,
            and whole numbers. None for the sentinels -1, 99, -99, 999 and -999 where they are off the scale; an empty
            collection for none at all.

    Raises:
        InvalidTypeError: If the column holds dates or durations, or `missing` is a single text.
        InvalidValueError: If something `missing` lies on the scale.

    Example:
        >>> found = answers_of(["10 - Extremely likely", "9,0", "NA", "99", "11", "x"], Scale(0, 10))
        >>> found.values.tolist()
        [10.0, 9.0, nan, nan, 11.0, inf]
        >>> [cell.reason for cell in found.rejected]
        ['the sentinel 99: taken as missing', 'outside 0..10', 'not a whole number']
    """
    missing = None if missing is None else several(missing, "missing")
    codes = set(SENTINELS) if missing is None else {v for v in map(parse_answer, missing) if isinstance(v, int)}
    texts = frozenset() if missing is None else frozenset(v for v in missing if isinstance(v, str))
    on_scale = sorted(code for code in codes if code in scale)
    if missing is not None and on_scale:
        raise InvalidValueError(f"missing={on_scale[0]} is an answer on the scale {scale}: it cannot mean missing too")
    codes -= set(on_scale)

    mapping = dict(scale.mapping)

    def read(value: Any) -> tuple[float, str | None, str]:
        """Return the number, why it is rejected, and what kind of reason that is."""
        answer = answer_on(value, scale, mapping)
        if answer is None or (isinstance(value, str) and value in texts):
            return np.nan, None, ""
        if answer is INVALID:
            known = isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(
                value, bool | np.timedelta64
            )
            return as_float(value) if known else np.inf, "not a whole number", "no answer"
        whole = int(answer)
        if whole in scale:
            return float(whole), None, ""
        if whole in codes:
            return as_float(whole), f"the sentinel {whole}: taken as missing", "sentinel"
        return as_float(whole), f"outside {scale}", "off the scale"

    array, distinct, codes_of = distinct_cells(values)
    found = [read(value) for value in distinct]
    spoken = _together(distinct, found, scale)
    if spoken is not None:
        for i, value in enumerate(distinct):
            if found[i][1] is not None and found[i][2] != "sentinel" and (text := _as_text(value)) in spoken.answers:
                answer = spoken.answers[text]
                found[i] = (np.nan if answer is None else float(answer), None, "")
    table = np.array([number for number, _, _ in found], dtype=np.float64)
    taken = np.array([kind == "sentinel" for _, _, kind in found], dtype=np.bool_)
    result = table_at(np.where(taken, np.nan, table), codes_of)
    rejected = bad_cells(array, codes_of, [reason for _, reason, _ in found], [kind for _, _, kind in found])
    sentinels: dict[int, int] = {}
    if taken.any():
        found_codes, counts = np.unique(table[codes_of[taken[codes_of]]], return_counts=True)
        sentinels = dict(zip(found_codes.astype(int).tolist(), counts.tolist(), strict=True))
    clusters = ""
    if 0 < sum(kind == "no answer" for _, _, kind in found) <= MOST_TEXTS:
        counts = np.bincount(codes_of, minlength=len(distinct)).tolist()
        held = [(value, n, kind) for value, n, (_, _, kind) in zip(distinct, counts, found, strict=True)]
        texts_of = {value: n for value, n, kind in held if kind == "no answer" and isinstance(value, str)}
        answered = int(len(array) - np.isnan(result).sum())
        clusters = clustered(texts_of, answered, scale, sum(n for _, n, kind in held if kind and kind != "sentinel"))
    return AnswerColumn(result, rejected, sentinels, "" if spoken is None else said_of(spoken, scale), clusters)


def _as_text(value: Any) -> str:
    """Return a cell as its text; a whole number as its digits."""
    answer = value if isinstance(value, str | bool | np.bool_) else parse_answer(value)
    return str(value if answer is INVALID else answer)


def _together(distinct: Sequence[Any], found: Sequence[tuple[float, str | None, str]], scale: Scale) -> Spoken | None:
    """Return the answers that cells are for what else is in their column, where some are none by themselves."""
    odd = sum(reason is not None and kind != "sentinel" for _, reason, kind in found)
    if not 0 < odd <= MOST_TEXTS:
        return None
    given = [
        value
        for value, (number, _, kind) in zip(distinct, found, strict=True)
        if number == number and kind != "sentinel"
    ]
    return answers_together(
        [_as_text(value) for value in given if isinstance(value, str) or scale.best is not None],
        scale,
        alone=scale.best is not None or all(isinstance(value, str) for value in given),
    )
