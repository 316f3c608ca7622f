"""Whether a comment complains, whatever the answer: a word or phrase of a list that a user edits, not negated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools
from npskit.comments.patterns import UrgencyCategory, UrgencyWords, are_patterns, as_patterns, check_all, quotation
from npskit.data import UNSPACED, number
from npskit.errors import failed
from npskit.followup.playbook.response_table import Table

ComplaintsOf: TypeAlias = Callable[[str], bool]

# So many words may stand between a word for "not" and what it negates, where the list does not say how many.
_REACH = 2


@attrs.frozen
class ComplaintWords:
    """Words that make a comment a complaint, also beside a good answer: who complains is not asked for a review.

    They are patterns, written and compared as those of `UrgencyWords`: `"disappoint*"`, `"was/were not"`.

    Args:
        words: What complains: `"dirty"`, `"disappoint*"`, `"could be better"`; not after one of `negations`.
        contrast: Words that turn praise around, which no negation takes back: `"but"`, `"unfortunately"`.
        negations: `"no"`, `"never"`, `"without"`, with up to two words between them and what they negate, or as many as
            they say: `"not ~1"`. In scripts without spaces, such as Thai, with nothing between.
        harmless: Phrases that are looked away from: `"not only"`, `"cant wait"`.

    Raises:
        InvalidTypeError, InvalidValueError: If a pattern cannot be read; the message says which.

    Example:
        >>> words = ComplaintWords(words=["dirty", "problem*"], contrast=["but"], negations=["no", "never"])
        >>> [words(text) for text in ("Lovely, but loud", "No problems", "A dirty room", "Lovely")]
        [True, False, True, False]
    """

    words: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    contrast: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    negations: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    harmless: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    _signs: UrgencyWords = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        for name in ("words", "contrast", "harmless"):
            check_all(getattr(self, name), {}, name)
        parts = [("words", self.words, True), ("contrast", self.contrast, False)]
        categories = [
            UrgencyCategory(
                name, level="urgent", patterns=own, unless=self.harmless, at_any_score=True, negatable=negatable
            )
            for name, own, negatable in parts
        ]
        reach = [said if "~" in said or UNSPACED.match(said) else f"{said} ~{_REACH}" for said in self.negations]
        object.__setattr__(self, "_signs", UrgencyWords(categories=categories, negations=reach))

    def __call__(self, comment: str) -> bool:
        """Whether a comment complains."""
        return self.found(comment) is not None

    def found(self, comment: str) -> str | None:
        """Return the first words that say so, as the comment has them; None where there are none.

        Example:
            >>> ComplaintWords(words=["disappoint*"]).found("So DISAPPOINTING!")
            'DISAPPOINTING'
        """
        sign = self._signs.sign(comment)
        return None if sign is None else sign.words

    def among(self, comments: Sequence[str]) -> Bools:
        """Return whether each of many comments complains, shape `(n,)`."""
        return self._signs.levels(comments) > 0


def complains(comment: str | None, urgency: int, judge: ComplaintsOf) -> bool:
    """Whether a comment complains: it is urgent, or a judge says so.

    Raises:
        InvalidValueError: If the judge fails.
    """
    if urgency or comment is None:
        return bool(urgency)
    try:
        return bool(judge(comment))
    except Exception as error:
        raise failed(f"complaints failed at the comment {quotation(comment, 40)}", error) from error


def complaints_of(table: Table, urgency: NDArray[np.int8], judge: ComplaintsOf, asked: Bools) -> Bools:
    """Return whether each comment complains; a judge is asked once for each distinct one of the rows asked for."""
    found = urgency > 0
    if table.comment is None:
        return found
    rows = np.flatnonzero(asked & ~found & table.commented)
    codes, texts = number([str(table.comment[row]) for row in rows.tolist()])
    if isinstance(judge, ComplaintWords):
        known = judge.among(texts)
    else:
        known = np.fromiter((complains(text, 0, judge) for text in texts), np.bool_, len(texts))
    found[rows] = known[codes]
    return found
