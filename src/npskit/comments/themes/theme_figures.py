"""From answers counted by themes to what is said of each theme."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Codes
from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.comments.themes.theme_points import RAREST, ThemePoints, ThemeRows, points_of
from npskit.comments.themes.theme_trend import SHARES
from npskit.comments.themes.themed_rows import ThemedRows, rows_together, shares_together
from npskit.comments.themes.themes import ThemeFigures, Themes, said_of
from npskit.comments.words import quotation
from npskit.inference import Estimate, pairwise, t_quantile
from npskit.options import ThemesFrom
from npskit.results import LEVEL, Interval, RowCounts
from npskit.sample import Measured, Places

_MOST_SHOWN = 200  # letters of an example


@attrs.frozen
class HowThemes:
    """What was asked of themes.

    Args:
        level: Confidence level.
        pairs: Whether pairs of themes have terms of their own.
        rarest: Themes with fewer mentions are counted together.
        examples: How many comments are shown of each theme.
        themes_from: Where the themes come from.
        names: Names that are masked in quotations.
        words: The words of each theme that was found.
    """

    level: float = LEVEL
    pairs: bool = False
    rarest: int = RAREST
    examples: int = 2
    themes_from: ThemesFrom = "list"
    names: bool | Iterable[str] = False
    words: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)


def themes_of(
    counts: ThemeCounts,
    how: HowThemes,
    rows: ThemedRows | None = None,
    sets: Codes | None = None,
    *,
    row_counts: RowCounts | None = None,
    backend: str | None = None,
) -> Themes:
    """Return what is known of themes.

    Args:
        counts: Answers by the themes that they mention.
        how: What was asked.
        rows: The rows that were counted, for examples, and where they hang together.
        sets: The number of each row's set of themes.
        row_counts: What became of the rows, where that is more than the counts say.
        backend: The dataframe library of the result.

    Raises:
        InvalidValueError: If there are no answers.
    """
    found = points_of(counts, pairs=how.pairs, rarest=how.rarest)
    together = rows_together(rows, sets) if rows is not None and sets is not None else None
    points = point_intervals(found, None if together is None else together[0], how.level)
    known = found.base_is_possible
    nothing = Interval(float("nan"), float("nan"), level=how.level, method="influence")

    def at(place: int, there: bool = True) -> tuple[float, Interval]:
        return points[place] if known and there else (float("nan"), nothing)

    tally, with_parents = counts.tally, counts.with_parents
    scored = tally.n > 0
    figures = []
    for t, name in enumerate(counts.themes):
        holds = with_parents[:, t]
        sides = _both(counts, rows, holds, sets)
        value = float(sides.mean[0]), float(sides.mean[1])
        (share, of_comments), (part, of_answers) = (
            _share(counts, rows, holds, sets, how.level, all_answers=whole) for whole in (False, True)
        )
        figures.append(
            ThemeFigures(
                name,
                None if counts.parents[t] < 0 else counts.themes[counts.parents[t]],
                int(tally.n[holds].sum()),
                share,
                of_comments,
                part,
                of_answers,
                *value,
                value[0] - value[1],
                _difference(sides, rows, holds, sets, how.level),
                *at(2 + t, not found.merged[t]),
                float(found.score - value[1]),
                () if rows is None or sets is None else _examples(rows, holds[sets], how),
                how.words.get(name, ()),
            )
        )
    none = counts.wrote & ~counts.mentions.any(axis=1)
    order = sorted(range(len(figures)), key=lambda i: (np.isnan(figures[i].points), figures[i].points, i))
    base, writing, other = at(0), at(1, found.has_wrote), at(len(points) - 1)
    return Themes(
        tally.codebook.name,
        found.score,
        *base,
        *writing,
        *other,
        tuple(figures[i] for i in order),
        int(tally.n[counts.wrote & scored].sum()),
        int(tally.n[none].sum()),
        () if rows is None or sets is None else _examples(rows, none[sets], how),
        how.themes_from,
        **said_of(found),
        backend=backend,
        row_counts=row_counts or RowCounts(*(int(each.sum()) for each in (tally.n, tally.missing, tally.invalid))),
    )


def point_intervals(found: ThemePoints, rows: ThemeRows | None, level: float) -> list[tuple[float, Interval]]:
    """Return the base and the points of each part with their intervals."""
    values = [found.base, *found.points.tolist()]
    errors = np.sqrt(np.maximum(np.diag(found.covariance(found.influence(), rows)), 0.0))
    df = found.df if rows is None else max(float(rows.layout.sampled.sum()) - len(found.slopes) - 1, 1.0)
    margins = float(t_quantile(df, level)) * errors
    return [
        (value, Interval(value - margin, value + margin, level=level, method="influence"))
        for value, margin in zip(values, margins.tolist(), strict=True)
    ]


def _both(counts: ThemeCounts, rows: ThemedRows | None, holds: Bools, sets: Codes | None) -> Estimate:
    """Return the scores of those who mention a theme, and of the others."""
    if rows is not None and sets is not None:
        places = Places(np.where(holds[sets], 0, 1), 2)
        clustering = rows.sample.clustering(places)
        if clustering is not None:
            return rows.sample.estimate(places, clustering)
    sides = counts.tally.mapped(lambda cells: np.stack([cells[holds].sum(axis=0), cells[~holds].sum(axis=0)]))
    return Measured.of(sides).estimate


def _difference(sides: Estimate, rows: ThemedRows | None, holds: Bools, sets: Codes | None, level: float) -> Interval:
    """Return the interval of the difference of both scores, also where customers are on both sides."""
    known = np.isfinite(sides.mean) & np.isfinite(sides.variance)
    if not known.all():
        return Interval(float("nan"), float("nan"), level=level, method="mover")
    rho = None
    if rows is not None and sets is not None:
        rho = rows.sample.correlations(Places(np.where(holds[sets], 0, 1), 2), np.ones(2, np.bool_))
    found = pairwise(sides.effective_counts(level), sides.category_scores, "holm", level, rho)
    return Interval(float(found.low[0]), float(found.high[0]), level=level, method="mover")


def _share(
    counts: ThemeCounts, rows: ThemedRows | None, holds: Bools, sets: Codes | None, level: float, *, all_answers: bool
) -> tuple[float, Interval]:
    """Return the share of answers, or of comments, that mention a theme, with its score (Wilson) interval."""
    among = np.ones_like(counts.wrote) if all_answers else counts.wrote
    found = None
    if rows is not None and sets is not None:
        found = shares_together(rows, holds[sets], among[sets], Places(np.zeros(len(sets), np.intp), 1))
    if found is None:
        table = counts.tally.table()

        def sides(cells: Any) -> Any:
            return None if cells is None else np.array([[cells[~holds & among].sum(), cells[holds & among].sum()]])

        found = Estimate.from_sums(sides(table.counts), SHARES, sides(table.weights), sides(table.squares))
    low, high = found.interval(level, "score")
    return float(found.mean[0]), Interval(float(low[0]), float(high[0]), level=level, method="score")


def _examples(rows: ThemedRows, wanted: Bools, how: HowThemes) -> tuple[str, ...]:
    """Return comments that say little else, and not at length, masked."""
    places = np.flatnonzero(wanted & rows.wrote & (rows.sample.answers.categories >= 0))
    others = rows.mentions.sum(axis=1)
    ranked = sorted(places.tolist(), key=lambda row: (others[row], len(rows.comments[row]) > _MOST_SHOWN, row))
    found: dict[str, None] = {}
    for row in ranked:
        if len(found) >= how.examples:
            break
        found.setdefault(quotation(rows.comments[row], _MOST_SHOWN, how.names))
    return tuple(found)
