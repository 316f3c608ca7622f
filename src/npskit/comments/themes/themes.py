"""What comments are about: each theme with its share, the score of those who mention it, and its points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import attrs

from npskit.comments.themes.theme_points import ThemePoints
from npskit.errors import counted
from npskit.options import ThemesFrom
from npskit.plots import Chart, Forest, ForestRow
from npskit.results import NO_ROWS, CountedRows, Interval, RowCounts, Rows, number, percent, wrapped
from npskit.scores import TOO_FEW

ASSUMES = (
    "Points say how the score goes with what is mentioned, not what it would be had nobody had cause to: whoever is "
    "unhappy anyway mentions more.",
    "Those who write are not all: detractors write more often. The points are of all answers, the silent among them.",
)


@attrs.frozen
class ThemeFigures:
    """What is known of one theme.

    Args:
        theme: Its name.
        part_of: The theme that it is part of, None for none.
        mentions: Answers whose comments mention it.
        share: Their share of the answers with a comment, weighted where answers are.
        interval: Of `share`.
        share_of_answers: Their share of all answers.
        share_of_answers_interval: Of it.
        score: The score of those who mention it.
        score_of_others: That of all others, the silent among them.
        difference: `score` less `score_of_others`.
        difference_interval: Of it.
        points: What it adds to the score: its slope in a regression on all themes times its share of all answers. With
            those that are part of it; NaN where it is too rare to be told apart, or the regression is of no use.
        points_interval: Of `points`.
        leave_one_out: The score less that of the others: by how much it would differ if the answers were not there,
            which also counts other things that these mention.
        examples: Some of the comments.
        words: The words of a theme that was found; none of one that was listed.
    """

    theme: str
    part_of: str | None
    mentions: int
    share: float
    interval: Interval
    share_of_answers: float
    share_of_answers_interval: Interval
    score: float
    score_of_others: float
    difference: float
    difference_interval: Interval
    points: float
    points_interval: Interval
    leave_one_out: float
    examples: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@attrs.frozen
class ThemePeriod:
    """A theme in one period.

    Args:
        theme: Its name.
        period: The first day of the period.
        comments: Answers with a comment.
        mentions: Those that mention it.
        share: Their share, weighted where answers are.
        interval: Of it.
        rising: Whether it is the first period in which the theme is seen to be mentioned more than before.
    """

    theme: str
    period: Any
    comments: int
    mentions: int
    share: float
    interval: Interval
    rising: bool


@attrs.frozen(eq=False, repr=False)
class Themes(CountedRows):
    """What comments are about, and what that costs or brings: base + writing + points of the themes = score, exactly.

    Themes that are part of another are in the points of that; those of the others and of `other_points` sum.

    Args:
        score: The name of the score.
        value: The score.
        base: The score of those who wrote nothing; where all wrote, of comments without any of the themes.
        base_interval: Of `base`.
        writing: What it adds that somebody wrote at all; NaN where that cannot be told from the themes.
        writing_interval: Of it.
        other_points: What themes that are too rare for points of their own add together.
        other_points_interval: Of it.
        themes: By their points, those that cost most first.
        commented: Answers with a comment.
        unthemed: Of these, those that mention none of the themes.
        unthemed_examples: Some of them, for somebody to read.
        themes_from: `"list"`, the user's, or `"comments"`, found by words that stand in the same ones.
        merged: Themes that are too rare for points of their own.
        everywhere: Themes that every comment mentions: their points cannot be told from the base, or from writing.
        together: Themes that the same comments mention, which share their points equally.
        entangled: Whether themes follow from each other in another way, so that it is not told which has which points.
        trend: Each theme in each period, if asked for.
        alpha: The bound on the probability that a theme is ever seen to rise without doing so, for each by itself.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows; n are the answers that are scored.
    """

    _TEXT = "table"
    _TABLE = ("themes", ThemeFigures)

    score: str
    value: float
    base: float
    base_interval: Interval
    writing: float
    writing_interval: Interval
    other_points: float
    other_points_interval: Interval
    themes: tuple[ThemeFigures, ...]
    commented: int
    unthemed: int
    unthemed_examples: tuple[str, ...]
    themes_from: ThemesFrom
    merged: tuple[str, ...]
    everywhere: tuple[str, ...]
    together: tuple[tuple[str, ...], ...]
    entangled: bool
    trend: tuple[ThemePeriod, ...] = ()
    alpha: float = 0.05
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def _chart(self) -> Chart:
        """Return the points of each theme as a bar from 0, those that cost most first."""
        rows = [
            ForestRow.of(each.theme, each.points, each.points_interval, n=each.mentions, few=each.mentions < TOO_FEW)
            for each in self.themes
        ]
        level = self.base_interval.level
        bars = Forest(self.score, ("theme",), rows, level, digits=1, signed=True, ordered=True, bars=True)
        return attrs.evolve(bars, counted="mentions", points=True)

    def __len__(self) -> int:
        return len(self.themes)

    def __getitem__(self, theme: str) -> ThemeFigures:
        """Return a theme by its name."""
        for each in self.themes:
            if each.theme == theme:
                return each
        raise KeyError(theme)

    def rising(self) -> tuple[ThemePeriod, ...]:
        """Return the first period of each theme in which it is seen to be mentioned more than before."""
        return tuple(each for each in self.trend if each.rising)

    def __repr__(self) -> str:
        costly = ", ".join(each.theme for each in self.themes[:3])
        return self._said(self.score, value=self.value, commented=self.commented, costly=costly, n=self.n)

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        level = percent(self.base_interval.level)
        if self.base != self.base:
            return f"What {counted(self.commented, 'comment')} of {counted(self.n, 'answer')} are about."
        parts = [f"{number(self.base)} base ({level} interval {self.base_interval})"]
        if self.writing == self.writing:
            parts.append(f"{number(self.writing)} for writing ({self.writing_interval})")
        if self.other_points:
            parts.append(f"{number(self.other_points)} for rare themes")
        return (
            f"What {counted(self.commented, 'comment')} of {counted(self.n, 'answer')} are about: {self.score} "
            f"{number(self.value)} is {', '.join(parts)}, and the points of the themes."
        )

    def _rows(self, *_: Any, **options: Any) -> Rows:
        level = percent(self.base_interval.level)
        header = ["theme", "mentions", "of comments", f"{level} interval", self.score, "others", "points"]
        header += [f"{level} interval", "leave-one-out"]
        rows: list[list[Any]] = []
        for each in self.themes:
            low, high = (number(100 * end) for end in each.interval)
            known = each.points == each.points
            rows.append(
                [
                    each.theme if each.part_of is None else f"{each.theme} ({each.part_of})",
                    each.mentions,
                    f"{number(100 * each.share)}%",
                    f"{low} .. {high}",
                    _or_blank(each.score),
                    _or_blank(each.score_of_others),
                    number(each.points) if known else "",
                    str(each.points_interval) if known else "",
                    _or_blank(each.leave_one_out),
                ]
            )
        return header, rows

    def _more(self) -> Sequence[tuple[str, Rows]]:
        tables: list[tuple[str, Rows]] = []
        if self.trend:
            rows = [
                [
                    each.theme,
                    str(each.period),
                    each.comments,
                    each.mentions,
                    f"{number(100 * each.share)}%" if each.comments else "",
                    "rising" if each.rising else "",
                ]
                for each in self.trend
            ]
            tables.append(("Over time:", (["theme", "period", "comments", "mentions", "share", ""], rows)))
        rows = [[each.theme, comment] for each in self.themes for comment in each.examples]
        rows += [["(none)", comment] for comment in self.unthemed_examples]
        if rows:
            tables.append(("For example:", (["theme", "comment"], rows)))
        return tables

    def _notes(self) -> Sequence[str]:
        notes = [
            f"{counted(self.unthemed, 'comment')} of {self.commented:,} mention none of the themes. Points: of a "
            f"regression on all themes over all answers; with the base they sum to {self.score} exactly."
        ]
        if self.themes_from == "comments":
            found = "; ".join(", ".join(each.words[:6]) for each in self.themes)
            notes.append(f"The themes were found, by words that stand in the same comments: {found}. List your own.")
        if self.base != self.base:
            notes.append(
                "No points: the base that they would be counted from lies beyond all scores, since no comment is "
                "without a theme and nobody is silent. Merge themes, or ask for pairs=True."
            )
        if self.merged:
            notes.append(f"Too rare for points of their own, and counted with others: {', '.join(self.merged)}.")
        if self.everywhere:
            notes.append(f"In every comment, so that nothing tells what they add: {', '.join(self.everywhere)}.")
        notes += [f"Always mentioned together, points shared equally: {', '.join(names)}." for names in self.together]
        if self.entangled:
            notes.append("Some themes follow from others, so that it is not told which of them has which points.")
        return [wrapped(note) for note in [*notes, *self.assumes]]


def said_of(found: ThemePoints) -> dict[str, Any]:
    """Return what has to be said of a regression, by the fields of `Themes`."""
    names = found.counts.themes

    def named(flags: Any) -> tuple[str, ...]:
        return tuple(name for name, flag in zip(names, flags, strict=True) if flag)

    return {
        "merged": named(found.merged),
        "everywhere": named(found.columns.everywhere),
        "together": found.together,
        "entangled": found.entangled,
    }


def _or_blank(value: float) -> str:
    return number(value) if value == value else ""
