"""What a page is made of: sections with a headline, tables and notes, before any HTML."""

from __future__ import annotations

import datetime as dt
from typing import Any

import attrs

from npskit.comments.contrast import Comments
from npskit.comments.themes import Themes
from npskit.drivers import Drivers
from npskit.followup.cases import ClosedLoop
from npskit.followup.plan import FollowUpPlan
from npskit.options import Doubt
from npskit.report.evidence import Evidence
from npskit.report.wording import ReportWords
from npskit.results import Interval
from npskit.scores import GroupComparison, Score, ScoreTable
from npskit.tracking.change import ChangeExplanation
from npskit.tracking.charts import ChangePoints
from npskit.tracking.effect import Effect
from npskit.tracking.timeline import Timeline


@attrs.frozen
class Quote:
    """A comment as it may be quoted.

    Args:
        text: What was written, masked: `[e-mail]`.
        answer: The answer beside it; None where it is of several questions.
        category: The category of the answer.
        language: The tag of its language, where it is known.
        theme: The theme that it stands under, `""` for none of those listed; None where it stands under its category.
    """

    text: str
    answer: str | None
    category: str
    language: str | None = None
    theme: str | None = None


@attrs.frozen
class Voices:
    """Who commented, and some of what was said.

    Args:
        answered: Scored answers by category, worst to best.
        commented: Those of them with a comment.
        quotes: Some comments: under the themes that were listed, else the worst category first.
        themes: What they are about; None where that was not looked up.
        wrote: Who writes, and their score; None where that was not looked up.
    """

    answered: dict[str, int]
    commented: dict[str, int]
    quotes: tuple[Quote, ...] = ()
    themes: Themes | None = None
    wrote: Comments | None = None


@attrs.frozen
class Moved:
    """Two whole periods against each other.

    Args:
        before: The earlier one.
        after: The later one.
        n_before: Answers of the earlier one.
        n_after: Answers of the later one.
        difference: The later score less the earlier, in units of the score.
        values: The two scores.
        interval: Of the difference.
        p_value: Of no difference.
        declared: Whether the call named them.
    """

    before: str
    after: str
    n_before: int
    n_after: int
    difference: float
    values: tuple[float, float]
    interval: Interval
    p_value: float
    declared: bool = False


@attrs.frozen(eq=False)
class ReportTerms:
    """How a report is to be written.

    Args:
        language: Its language.
        title: Whose answers they are; None for what the score is called.
        hide_below: Groups with fewer answers are hidden; None for none.
        hide_comments_below: Themes and categories with fewer comments are; None for those of `hide_below`.
        share: Whether it is for others: without ids, owners, comments, and whom to answer.
        tables: Whether all tables are appended.
        made: When it is made.
        simulated: Whether the data are simulated, so that nobody takes them for real.
    """

    language: str = "en"
    title: str | None = None
    hide_below: int | None = None
    share: bool = False
    tables: bool = False
    made: dt.date = attrs.field(factory=dt.date.today)
    simulated: bool = False
    hide_comments_below: int | None = None

    @property
    def fewest_comments(self) -> int | None:
        """Below how many comments nothing of them is shown."""
        return self.hide_below if self.hide_comments_below is None else self.hide_comments_below


@attrs.frozen(eq=False)
class ReportParts:
    """The results that a report is made of; what is None or empty was not asked for, or cannot be had.

    Args:
        score: The score of the whole.
        segments: The table of each column of segments, with the comparison where two can be compared.
        timeline: The score by period.
        changes: When the answers changed.
        moved: The last two whole periods of the length that the change is of, against each other.
        explanation: Why the score moved between these.
        effects: What was declared to have been changed, with the doubts that other results raise.
        drivers: What the answers go with.
        voices: Who commented, and what.
        plan: Whom to follow up.
        loop: What became of the cases.
        invalid: The answers that cannot be scored, with their number, the most frequent first.
        span: The first and the last day of the answers.
        treated: Of whom something was changed, by name; empty where the call does not say.
    """

    score: Score
    segments: tuple[tuple[ScoreTable, GroupComparison | None], ...] = ()
    timeline: Timeline | None = None
    changes: ChangePoints | None = None
    moved: Moved | None = None
    explanation: ChangeExplanation | None = None
    effects: tuple[tuple[Effect, tuple[Doubt, ...]], ...] = ()
    drivers: Drivers | None = None
    voices: Voices | None = None
    plan: FollowUpPlan | None = None
    loop: ClosedLoop | None = None
    invalid: tuple[tuple[str, int], ...] = ()
    span: tuple[dt.date, dt.date] | None = None
    treated: tuple[str, ...] = ()


@attrs.frozen
class GridLine:
    """A row of a table: its cells, and `"few"`, `"hidden"` or `"total"` where it is set apart."""

    cells: tuple[str, ...]
    kind: str = ""


@attrs.frozen
class Grid:
    """A table: words left, numbers right.

    Args:
        caption: What it is called.
        header: The names of its columns.
        lines: Its rows.
        words: How many columns, from the first, hold words; the others hold numbers.
        last_words: Whether the last column holds words too.
        shown: Whether it is always seen, and not only when it is opened.
    """

    caption: str
    header: tuple[str, ...]
    lines: tuple[GridLine, ...]
    words: int = 1
    last_words: bool = False
    shown: bool = False

    def is_number(self, column: int) -> bool:
        """Whether a column holds numbers."""
        return column >= self.words and not (self.last_words and column == len(self.header) - 1)


@attrs.frozen
class ReportSection:
    """A part of the page.

    Args:
        key: Its name in links, and in the texts.
        headline: What was found, in a sentence.
        caption: What is shown, of whom, and how many.
        evidence: How much speaks for the headline; None where it claims nothing that could be by chance.
        finding: The sentence for the top of the page, where there is one.
        pictures: Its pictures as SVG.
        grids: Its tables.
        notes: What must be known to read it.
        quotes: Comments.
        to_answer: Whom to answer.
    """

    key: str
    headline: str
    caption: str = ""
    evidence: Evidence | None = None
    finding: str = ""
    pictures: tuple[Any, ...] = ()
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()
    quotes: tuple[Quote, ...] = ()
    to_answer: tuple[Any, ...] = ()


def doubts_said(words: ReportWords, evidence: Evidence) -> str:
    """Return why evidence is no more than weak, as a sentence; nothing where it is not weak."""
    if not evidence.doubts:
        return ""
    told = [
        words.say(f"doubt.{doubt.replace(' ', '_')}", many=evidence.looked_at, p=words.p(evidence.p_adjusted))
        for doubt in evidence.doubts
    ]
    return words.say("evidence.because", doubts="; ".join(told))


def joined(*sentences: str) -> tuple[str, ...]:
    """Return those that are not empty."""
    return tuple(filter(None, sentences))
