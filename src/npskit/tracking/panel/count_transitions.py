"""The same customers again: who moved from which category to which, by how much the score moved, and was it chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from npskit.errors import IncompatibleError, InvalidTypeError, InvalidValueError
from npskit.inference import tail_of
from npskit.results import LEVEL
from npskit.scorers import Scorer, codebook_of
from npskit.tracking.panel.answer_pairs import Mode, pair_steps
from npskit.tracking.panel.moved_share import count_moves
from npskit.tracking.panel.transition_record import Transitions, category_index

MOST_GROUPS = 100


def transitions(
    categories: ArrayLike,
    customers: ArrayLike,
    times: ArrayLike | None,
    *,
    scorer: Scorer | None = None,
    ids: Sequence[Any] | None = None,
    groups: ArrayLike | None = None,
    group_names: Sequence[str] = (),
    by: str | None = None,
    mode: Mode = "consecutive",
    waves: ArrayLike | None = None,
    moved: Sequence[str] | None = None,
    level: float = LEVEL,
    backend: str | None = None,
) -> Transitions:
    """Return how the same customers moved from category to category, and whether their score did.

    The order of a customer's answers is that of their times, never a guess: answers at the same time have none, steps
    that touch them are left out and the customers named. With `mode="consecutive"` a customer with several steps counts
    with each of them; as these are not independent, every interval and test is then clustered by customer. See
    `Transitions` for what must be true for the result to mean anything.

    Args:
        categories: Category of each answer, shape `(n,)`; negative where it cannot be scored.
        customers: Code of each row's customer from 0, shape `(n,)`; negative where not known.
        times: When each answer was given, int64 or datetime64, shape `(n,)`; None only for `mode="waves"`.
        scorer: What the categories are. Default `NPS()`.
        ids: What the codes of the customers stand for.
        groups: Group of each answer, shape `(n,)`, negative for none: whether it was followed up, say. A step is in
            the group of the answer it starts from.
        group_names: A name for each group, at most 100.
        by: What the groups are called.
        mode: `"consecutive"`, `"first_last"` or `"waves"`; see `npskit.tracking.panel.answer_pairs.pair_steps`.
        waves: For `mode="waves"`, 0 for rows of the first, 1 of the second, negative for others.
        moved: The categories before and after whose share is compared. Default: the second best and the best.
        level: Confidence level.
        backend: The dataframe library that `to_frame` gives by default.

    Raises:
        InvalidTypeError, InvalidValueError, IncompatibleError: If an argument cannot be used.

    Example:
        >>> found = transitions([0, 1, 1, 2, 2, 2, 1, 0], [0, 0, 1, 1, 2, 2, 3, 3], [1, 2] * 4)
        >>> found.before, found.after, found.difference.p_value.__round__(3)
        (0.0, 25.0, 0.564)
        >>> found.who("passive", "promoter")
        [1]
    """
    from npskit.scorers import NPS

    codebook = codebook_of(scorer if scorer is not None else NPS())
    tail_of(level)
    names = tuple(map(str, group_names))
    if (groups is None) != (not names):
        raise InvalidValueError(f"group_names: a name for each of the groups goes with groups: got {group_names!r}")
    if len(names) > MOST_GROUPS or len(set(names)) < len(names):
        raise InvalidValueError(f"group_names must be distinct, and at most {MOST_GROUPS}: got {len(names)}")
    asked = moved if moved is not None else codebook.categories[-2:]
    if isinstance(asked, str) or len(asked) != 2:
        raise InvalidTypeError(f"moved must name the category before and the one after: got {moved!r}")
    wanted = (category_index(codebook, asked[0]), category_index(codebook, asked[1]))
    steps = pair_steps(
        customers,
        times,
        categories,
        len(codebook.categories),
        groups=None if groups is None else _with_rest(groups, len(names)),
        n_groups=len(names) + 1,
        mode=mode,
        waves=waves,
    )
    highest = int(np.max(np.asarray(customers), initial=-1))
    if ids is not None and highest >= len(ids):
        raise IncompatibleError(f"ids: there are {len(ids)}, and a customer has the code {highest}; give one for each")
    moves = count_moves(steps, len(names) + 1)
    return Transitions(codebook, steps, moves, mode, float(level), wanted, ids, by, names, backend)


def _with_rest(groups: ArrayLike, n_groups: int) -> NDArray[np.integer[Any]]:
    """Return the groups with those of no group in one beyond the last."""
    found = np.asarray(groups)
    if found.dtype.kind not in "iub":
        raise InvalidTypeError(f"groups must be codes, whole numbers from 0, not {found.dtype}")
    if found.size and int(found.max()) >= n_groups:
        raise InvalidValueError(f"groups must be below {n_groups}, one for each name: got {int(found.max())}")
    return np.where(found < 0, n_groups, found).astype(np.int64)
