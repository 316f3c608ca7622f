"""Why the score moved, by what comments are about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from npskit.comments.themes.theme_counts import ThemeCounts
from npskit.comments.themes.theme_points import RAREST, ThemeRows
from npskit.comments.themes.theme_points_change import change_of_points
from npskit.comments.themes.themes import ASSUMES
from npskit.inference import t_quantile
from npskit.plots import Chart, Waterfall, WaterfallStep
from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped


@attrs.frozen
class ThemeChange:
    """What one theme adds to a change of the score.

    Args:
        theme: Its name; `"(base)"` for what is not about themes, `"(writing)"` for writing at all, `"(rare themes)"`.
        share_before: The share of all answers that mention it, before; NaN of what is no theme.
        share_after: The share after.
        mentioned: What it adds by being mentioned more, or less: at the slopes of both periods.
        mentioned_interval: Of it.
        hurts: What it adds by going with worse, or better answers than before.
        hurts_interval: Of it.
        change: Both together.
        change_interval: Of it.
    """

    theme: str
    share_before: float
    share_after: float
    mentioned: float
    mentioned_interval: Interval
    hurts: float
    hurts_interval: Interval
    change: float
    change_interval: Interval


@attrs.frozen(eq=False, repr=False)
class ThemesChange(CountedRows):
    """Why a score moved: what is mentioned more, and what hurts more; with the base all parts sum to it exactly.

    Themes that are part of another are in the parts of that.

    Args:
        score: The name of the score.
        before: The score before.
        after: The score after.
        difference: after - before.
        themes: The largest changes first; then writing, rare themes, and the base, where there are any.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows: those without a time are set aside, those of other times left out.
    """

    _TEXT = "table"
    _TABLE = ("themes", ThemeChange)

    score: str
    before: float
    after: float
    difference: float
    themes: tuple[ThemeChange, ...]
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.themes)

    def __getitem__(self, theme: str) -> ThemeChange:
        """Return a theme by its name."""
        for each in self.themes:
            if each.theme == theme:
                return each
        raise KeyError(theme)

    def __repr__(self) -> str:
        first = ", ".join(each.theme for each in self.themes[:3])
        return self._said(self.score, difference=self.difference, themes=first, n=self.n)

    def _chart(self) -> Chart:
        steps = [WaterfallStep(each.theme, each.change, *each.change_interval) for each in self.themes]
        return Waterfall(self.score, self.before, self.after, steps, self.themes[0].change_interval.level)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        return f"{self.score} moved from {number(self.before)} to {number(self.after)}, by {number(self.difference)}:"

    def _rows(self) -> Rows:
        level = percent(self.themes[0].change_interval.level)
        header = ["theme", "of answers", "mentioned more", "hurts more", "together", f"{level} interval"]
        rows = []
        for each in self.themes:
            known = each.share_before == each.share_before
            shares = f"{number(100 * each.share_before)} > {number(100 * each.share_after)}%" if known else ""
            parts = [number(each.mentioned), number(each.hurts)] if each.theme != BASE else ["", ""]
            rows.append([each.theme, shares, *parts, number(each.change), str(each.change_interval)])
        return header, rows

    def _notes(self) -> list[str]:
        note = f"With the base all parts sum to the change of {self.score} exactly; below 0 they cost."
        return [wrapped(each) for each in (note, *self.assumes)]


BASE, WRITING, RARE = "(base)", "(writing)", "(rare themes)"


def themes_change_of(
    before: ThemeCounts,
    after: ThemeCounts,
    rows: Sequence[ThemeRows] | None = None,
    *,
    level: float,
    pairs: bool = False,
    rarest: int = RAREST,
    row_counts: RowCounts | None = None,
    backend: str | None = None,
) -> ThemesChange:
    """Return why the score moved; see `change_of_points`."""
    found = change_of_points(before, after, pairs=pairs, rarest=rarest, rows=rows)
    names = [WRITING, *before.themes, RARE]
    size = len(names)
    df = min(found.before.df, found.after.df)
    if rows is not None:
        df = max(float(rows[0].layout.sampled.sum()) - 2 * len(found.before.slopes) - 2, 1.0)
    margins = float(t_quantile(df, level)) * np.sqrt(np.maximum(np.diag(found.covariance), 0.0))

    def at(value: Any, place: int) -> tuple[float, Interval]:
        low, high = value - margins[place], value + margins[place]
        return float(value), Interval(float(low), float(high), level=level, method="influence")

    shares = [_shares(counts) for counts in (before, after)]
    listed = []
    for part, name in enumerate(names):
        theme = 1 <= part < size - 1
        used = (found.before.columns.parts(before)[:, part] > 0).any()
        if theme or used:
            both = found.mentioned[part], found.hurts[part]
            each = [float(side[part - 1]) if theme else float("nan") for side in shares]
            more, worse = at(both[0], 1 + part), at(both[1], 1 + size + part)
            listed.append(ThemeChange(name, each[0], each[1], *more, *worse, *at(sum(both), 1 + 2 * size + part)))
    base = at(found.base, 0)
    nothing = 0.0, Interval(0.0, 0.0, level=level, method="influence")
    last = ThemeChange(BASE, float("nan"), float("nan"), *nothing, *base, *base)
    order = sorted(listed, key=lambda each: (each.theme in (WRITING, RARE), -abs(each.change)))
    tallies = before.tally.total() + after.tally.total()
    return ThemesChange(
        before.tally.codebook.name,
        found.before.score,
        found.after.score,
        found.difference,
        (*order, last),
        backend=backend,
        row_counts=row_counts or RowCounts(int(tallies.n), int(tallies.missing), int(tallies.invalid)),
    )


def _shares(counts: ThemeCounts) -> Any:
    """Return the share of all answers that mention each theme, also through one that is part of it."""
    table = counts.tally.table()
    weight = (table.counts if table.weights is None else table.weights).sum(axis=1)
    return weight @ counts.with_parents / weight.sum()
