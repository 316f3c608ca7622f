"""The same customers again: who moved from which category to which, by how much the score moved, and was it chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from npskit.checks import several
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.inference import tail_of
from npskit.results import LEVEL
from npskit.scorers import Codebook
from npskit.tracking.panel.answer_pairs import Steps
from npskit.tracking.panel.engine_steps import EngineSteps
from npskit.tracking.panel.moved_share import count_moves
from npskit.tracking.panel.transition_record import Transitions, category_index

MOST_GROUPS = 100


def transitions(
    steps: Steps | EngineSteps,
    codebook: Codebook,
    *,
    ids: Sequence[Any] | None = None,
    by: str | None = None,
    group_names: Sequence[str] = (),
    moved: Sequence[str] | None = None,
    level: float = LEVEL,
) -> Transitions:
    """Return how the same customers moved from category to category, and whether their score did.

    A customer with several steps counts with each of them; as these are not independent, every interval and test is
    then clustered by customer. See `Transitions` for what must be true for the result to mean anything.

    Args:
        steps: The steps, of the groups named and one more: that of answers in no group.
        codebook: The scorer whose categories these are, read once.
        ids: What the codes of the customers stand for.
        by: What the groups are called.
        group_names: A name for each group, at most 100.
        moved: The categories before and after whose share is compared. Default: the second best and the best.
        level: Confidence level.

    Raises:
        InvalidTypeError, InvalidValueError: If an argument cannot be used.

    Example:
        >>> from npskit.scorers import NPS, codebook_of
        >>> from npskit.tracking.panel.answer_pairs import pair_steps
        >>> steps = pair_steps([0, 0, 1, 1, 2, 2, 3, 3], [1, 2] * 4, [0, 1, 1, 2, 2, 2, 1, 0], 3)
        >>> found = transitions(steps, codebook_of(NPS()))
        >>> found.before, found.after, found.difference.p_value.__round__(3)
        (0.0, 25.0, 0.564)
        >>> found.who("passive", "promoter")
        [1]
    """
    tail_of(level)
    if len(group_names) > MOST_GROUPS:
        raise InvalidValueError(
            f"by={quoted(by)} makes {len(group_names):,} groups, and at most {MOST_GROUPS} are compared, each with "
            "each: keep the rows of those that matter, or take a coarser column, such as the region of a shop"
        )
    if len(set(group_names)) < len(group_names):
        raise InvalidValueError(f"by={quoted(by)}: groups must have distinct names as text: make the column text")
    asked = codebook.categories[-2:] if moved is None else several(moved, "moved")
    if len(asked) != 2:
        raise InvalidTypeError(f"moved must name the category before and the one after: got {quoted(moved)}")
    before, after = (category_index(codebook, name) for name in asked)
    moves = steps.moves if isinstance(steps, EngineSteps) else count_moves(steps, len(group_names) + 1)
    return Transitions(codebook, steps, moves, float(level), (before, after), ids, by, tuple(group_names))
