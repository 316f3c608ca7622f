"""Why the score moved, by themes: mentioned more, or hurting more."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.arrays import Floats, Frozen
from npskit.comments.themes.theme_columns import ThemeColumns
from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.comments.themes.theme_points import RAREST, ThemePoints, ThemeRows, joint_covariance, regressed
from npskit.errors import IncompatibleError


@attrs.frozen(eq=False)
class PointsChange(Frozen):
    """A change of a score in parts, which sum to it exactly: base + Σ (mentioned + hurts).

    Args:
        before: The regression before.
        after: The regression after.
        base: By how much the base moved.
        mentioned: What each part adds by being mentioned more or less, (z̄¹ − z̄⁰)(β⁰ + β¹)/2, shape `(P,)`; the parts
            are those of `ThemePoints`.
        hurts: What it adds by how it goes with the score, (β¹ − β⁰)(z̄⁰ + z̄¹)/2.
        covariance: Of base, `mentioned`, `hurts` and their sums in this order, shape `(1 + 3P, 1 + 3P)`.
    """

    before: ThemePoints
    after: ThemePoints
    base: float
    mentioned: Floats
    hurts: Floats
    covariance: Floats

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after.score - self.before.score


def change_of_points(
    before: ThemeCounts,
    after: ThemeCounts,
    *,
    rarest: int = RAREST,
    pairs: bool = False,
    rows: Sequence[ThemeRows] | None = None,
) -> PointsChange:
    """Return why a score moved between two periods: by the base, by what is mentioned, and by how much that hurts.

    It is Kitagawa's decomposition of each term β_t z̄_t, symmetric (Kitagawa, JASA 50 (1955) 1168-1194). A theme that
    is too rare in both periods together, or mentioned by everybody in one, is treated so in both.

    Args:
        before: Answers by themes before.
        after: The same after.
        rarest: See `points_of`.
        pairs: See `points_of`.
        rows: The rows of both, where these hang together: `units` are numbered alike, so that customers who answered
            in both count as what they are; None where each row is an answer of its own.

    Raises:
        IncompatibleError: If they are of different themes.

    Example:
        >>> def counts(noisy, quiet):
        ...     return ThemeCounts.of(["noise"], [[True]] * noisy + [[False]] * quiet, [2] * noisy + [9] * quiet)
        >>> found = change_of_points(counts(10, 90), counts(30, 70))
        >>> round(found.mentioned[1].item(), 9), abs(found.hurts[1].item()) < 1e-9, abs(found.base) < 1e-9
        (-40.0, True, True)
    """
    if (before.themes, before.parents) != (after.themes, after.parents):
        raise IncompatibleError("the themes of both periods must be the same")
    columns = ThemeColumns.of([before, after], pairs=pairs, rarest=rarest)
    sides = regressed(before, columns), regressed(after, columns)
    # where a column is the same in all answers of a period its slope is that of the other: mentioned more, no more
    own = [side.varies for side in sides]
    source = [np.where(own[p] | ~own[1 - p], p, 1 - p) for p in (0, 1)]
    slopes = np.stack([sides[0].slopes, sides[1].slopes])
    each = np.arange(len(columns.keys))
    b, z = [slopes[source[p], each] for p in (0, 1)], [side.means for side in sides]
    parts = columns.parts(before)
    mentioned, hurts = (z[1] - z[0]) * (b[0] + b[1]) / 2, (b[1] - b[0]) * (z[0] + z[1]) / 2
    influences = []
    for p, side in enumerate(sides):
        of_slopes, of_means, of_score = side.influences()
        moved = [of_slopes * (source[q] == p) for q in (0, 1)]
        sign = 2 * p - 1
        more = sign * (of_means * (b[0] + b[1]) / 2)[:, np.newaxis] + (z[1] - z[0]) * (moved[0] + moved[1]) / 2
        worse = (moved[1] - moved[0]) * (z[0] + z[1]) / 2 + ((b[1] - b[0]) * of_means / 2)[:, np.newaxis]
        base = sign * np.broadcast_to(of_score, more.shape[:2]) - (more + worse).sum(axis=2)
        both = [more @ parts, worse @ parts, (more + worse) @ parts]
        influences.append(np.concatenate([base[:, :, np.newaxis], *both], axis=2))
    if rows is None:
        covariance = sides[0].covariance(influences[0]) + sides[1].covariance(influences[1])
    else:
        covariance = joint_covariance(influences, rows)
    base = float(sides[1].score - sides[0].score - (mentioned + hurts).sum())
    return PointsChange(sides[0], sides[1], base, mentioned @ parts, hurts @ parts, covariance)
