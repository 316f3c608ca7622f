"""Answers that cannot be scored and cluster on a few texts: most likely they are answers, in words."""

from __future__ import annotations

from collections.abc import Mapping

from npskit.data.scale import Scale
from npskit.errors import quoted

# Fewer are slips; beyond so many distinct texts of one column, they are comments.
SLIPS, MOST_TEXTS = 3, 1000
_FEW, _SHARE = 5, 0.05


def clustered(counts: Mapping[str, int], answered: int, scale: Scale, invalid: int | None = None) -> str:
    """Return a sentence on the texts that most invalid answers are; empty where they are few, or all different.

    Args:
        counts: How often each text occurs that is neither a number nor missing.
        answered: How many answers there are, the invalid included.
        scale: The scale of the question.
        invalid: How many of them are invalid; by default all that are counted.

    Example:
        >>> clustered({"Extremely likely": 9, "?": 1}, 26, Scale(0, 10))[:80]
        "9 of 26 answers are texts that stand for no answer on 0..10: 'Extremely likely' "
        >>> clustered({"a": 1, "b": 1, "c": 1}, 26, Scale(0, 10))
        ''
    """
    common = sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:_FEW]
    common = [(text, count) for text, count in common if count > 1]
    cells, all_invalid = sum(count for _, count in common), sum(counts.values()) if invalid is None else invalid
    if cells < SLIPS or 2 * cells <= all_invalid or cells < _SHARE * answered:
        return ""
    first = quoted(common[0][0], 60)
    listed = ", ".join(f"{quoted(text, 60)} ({count:,})" for text, count in common)
    return (
        f"{cells:,} of {answered:,} answers are texts that stand for no answer on {scale}: {listed}; the score leaves "
        f"them out. Say which answer each is, such as mapping={{{first}: {scale.high}}}, or None for no "
        "answer"
    )
