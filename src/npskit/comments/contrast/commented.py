"""What comments say of a survey: who writes any, and which words mark whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from npskit.errors import counted, plural
from npskit.plots import Chart, Forest, ForestRow
from npskit.results import (
    NO_ROWS,
    Columns,
    CountedRows,
    Interval,
    RowCounts,
    Rows,
    columns_of,
    excerpt,
    key_columns,
    number,
    p_value,
    percent,
    wrapped,
)

_SHOWN = 60  # letters of an example in a table
_DRAWN = 12  # words of a category in a plot
_Z = 1.959963984540054  # of intervals of 95 %
_SMALL = 0.05  # a share of categories of comments


@attrs.frozen
class CommentedShare:
    """Who of a category wrote a comment.

    Args:
        category: The category.
        n: Its answers.
        comments: Those with a comment.
        share: The share with a comment, weighted where answers are.
        interval: Of `share`.
    """

    category: str
    n: int
    comments: int
    share: float
    interval: Interval


@attrs.frozen
class MarkingWord:
    """A word, or a pair of words, that comments of one category have more than the others.

    Args:
        category: The category.
        term: The word as it is written most often; with its "not" where it is negated.
        language: The language it is a word of, `""` where that is not known.
        mentions: Comments of the category that have it; of customers with several comments each counts once.
        rate: The share of the category's comments that have it, weighted where answers are.
        rate_elsewhere: The share of all others' comments.
        difference: Of both shares.
        log_odds: By how much its log-odds among all words are higher than elsewhere, with an informative prior.
        z: The same in standard errors.
        p_value: Of Fisher's exact test that as many comments have it in the category as elsewhere.
        q_value: The same, adjusted for all words and pairs that were looked at (Benjamini & Hochberg); or that of the
            test that the category has it as often as the length of its comments makes likely, if that is larger.
        examples: Comments of the category that have it, masked and cut.
    """

    category: str
    term: str
    language: str
    mentions: int
    rate: float
    rate_elsewhere: float
    difference: float
    log_odds: float
    z: float
    p_value: float
    q_value: float
    examples: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class Comments(CountedRows):
    """What comments say: who writes any at all, and which words mark each category.

    Args:
        metric: The score that the answers make.
        comments: Scored answers with a comment.
        share: Their share of all, weighted where answers are.
        shares: The share with a comment of each category.
        p_value: Of the test that all categories comment alike.
        score_commenting: The score of those who wrote.
        score_silent: That of those who did not.
        score_difference: The first less the second.
        score_difference_interval: Of `score_difference`.
        words: What marks each category, the surest first.
        looked_at: How many words and pairs were looked at, each in every category.
        documents: How many comments were compared, where customers wrote several: customers in each category.
        by_customer: Whether what a customer wrote in several comments counts once.
        weighted: Whether shares are weighted; tests never are.
        languages: How many comments are in each language, `""` for one that is not known.
        guessed: Of how many the language was guessed.
        stemmed: Whether words are compared by their stems.
        in_characters: Whether words of scripts without spaces are runs of characters.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"
    _TABLE = ("words", MarkingWord)

    metric: str
    comments: int
    share: float
    shares: tuple[CommentedShare, ...]
    p_value: float
    score_commenting: float
    score_silent: float
    score_difference: float
    score_difference_interval: Interval
    words: tuple[MarkingWord, ...]
    looked_at: int
    documents: int
    by_customer: bool
    weighted: bool
    languages: Mapping[str, int]
    guessed: int
    stemmed: bool = True
    in_characters: bool = False
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def _chart(self) -> Chart | None:
        """Return the words of the worst category to the left, of the best to the right, by their log-odds."""
        worst, best = self.shares[0].category, self.shares[-1].category
        rows = []
        for category, sign in ((worst, -1), (best, 1)):
            for word in [word for word in self.marking(category) if word.z > 0][:_DRAWN]:
                middle, error = sign * word.log_odds, word.log_odds / word.z
                limits = (middle - _Z * error, middle + _Z * error)
                rows.append(ForestRow.of(word.term, middle, limits, n=word.mentions))
        if not rows:
            return None
        bars = Forest("log-odds", (self.metric,), rows, digits=1, signed=True, ordered=True, bars=True)
        return attrs.evolve(bars, counted="mentions", marks=(worst, best))

    def marking(self, category: str) -> tuple[MarkingWord, ...]:
        """Return the words that mark a category, the surest first."""
        return tuple(word for word in self.words if word.category == category)

    def __repr__(self) -> str:
        return self._said(
            n=self.n, comments=self.comments, score_commenting=self.score_commenting, score_silent=self.score_silent
        )

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _caption(self) -> str:
        said = f"Comments: {self.comments} of {counted(self.n, 'answer')} have one ({_percent(self.share)})."
        if not 0 < self.comments < self.n:
            return said
        sides = f"{self.metric} of those who wrote is {number(self.score_commenting)}, of the silent "
        return (
            f"{said} {sides}{number(self.score_silent)} (difference {number(self.score_difference)}, {self._limits()})."
        )

    def _limits(self) -> str:
        low, high = self.score_difference_interval
        return f"{percent(self.score_difference_interval.level)} interval {number(low)} .. {number(high)}"

    def _rows(self, *_: Any, **options: Any) -> Rows:
        level = percent(self.score_difference_interval.level)
        header = ["category", "answers", "comments", "share", f"{level} interval"]
        return header, [
            [each.category, each.n, each.comments, _percent(each.share), _between(each.interval)]
            for each in self.shares
        ]

    def _more(self) -> Sequence[tuple[str, Rows]]:
        several = len(self.languages) > 1
        header = [
            "word",
            *(["language"] if several else []),
            "mentions",
            "share",
            "elsewhere",
            "log-odds",
            "z",
            "q",
            "example",
        ]
        found = []
        for category in [each.category for each in self.shares]:
            words = self.marking(category)
            rows = [
                [
                    word.term,
                    *([word.language] if several else []),
                    word.mentions,
                    _percent(word.rate),
                    _percent(word.rate_elsewhere),
                    number(word.log_odds, 2),
                    number(word.z),
                    p_value(word.q_value),
                    excerpt(word.examples[0][1:-1], _SHOWN) if word.examples else "",
                ]
                for word in words
            ]
            if rows:
                found.append((f"What marks comments, {category}:", (header, rows)))
        return found

    def _notes(self) -> Sequence[str]:
        return [wrapped(note) for note in self._said_below()]

    def _said_below(self) -> Iterator[str]:
        if self.p_value == self.p_value and 0 < self.comments < self.n:
            alike = "Not all comment alike" if self.p_value < _SMALL else "No difference in who comments was found"
            more = ": comments show more of some customers than of others" if self.p_value < _SMALL else ""
            yield f"{alike} (p {_p_said(self.p_value)}){more}."
        if self.comments:
            yield from self._said_of_words()
        if self.weighted:
            yield "Shares are weighted; tests and log-odds are of comments, each counting once."

    def _said_of_words(self) -> Iterator[str]:
        what = f"{counted(self.looked_at, 'word or pair', 'words and pairs')} of {counted(self.documents, 'comment')}"
        unit = " (what a customer wrote in a category is one)" if self.by_customer else ""
        nothing = "" if self.words else " None marks a category."
        yield (
            f"Looked at: {what}{unit}. q is Fisher's p adjusted for all of them and for the length of comments, z "
            f"that of the log-odds with an informative prior; both must say it.{nothing}"
        )
        spoken = ", ".join(f"{language or 'not known'} {count}" for language, count in self.languages.items())
        guessed = f", {'all' if self.guessed == self.comments else self.guessed} guessed" if self.guessed else ""
        yield f"Languages: {spoken}{guessed}."
        if not self.stemmed:
            yield 'Words are not stemmed: python -m pip install "npskit[text]".'
        if self.in_characters:
            yield 'Words of scripts without spaces are runs of three characters: python -m pip install "npskit[text]".'


@attrs.frozen(eq=False, repr=False)
class CommentsTable(CountedRows):
    """What comments say in each segment.

    Args:
        by: The columns that make the segments.
        keys: The values that make each segment.
        segments: What comments say there.
        backend: The dataframe library that `to_frame` gives by default.
        row_counts: What became of the rows.
    """

    _TEXT = "table"

    by: tuple[str, ...]
    keys: tuple[tuple[Any, ...], ...]
    segments: tuple[Comments, ...]
    backend: str | None = None
    row_counts: RowCounts = NO_ROWS

    def __len__(self) -> int:
        return len(self.segments)

    def __getitem__(self, key: Any) -> Comments:
        """Return a segment by its value, or values."""
        wanted = key if isinstance(key, tuple) else (key,)
        for own, segment in zip(self.keys, self.segments, strict=True):
            if own == wanted:
                return segment
        raise KeyError(key)

    def __repr__(self) -> str:
        return self._said(by=self.by, segments=len(self), n=self.n)

    def columns(self, *_: Any, **options: Any) -> Columns:
        """Return the words that mark each category of each segment."""
        super().columns(**options) if options else None
        table = columns_of([word for segment in self.segments for word in segment.words], MarkingWord)
        keys = [key for key, segment in zip(self.keys, self.segments, strict=True) for _ in segment.words]
        return key_columns(self.by, keys, table) | table

    def _caption(self) -> str:
        shown = plural(len(self), "segment")
        return f"Who comments, and what marks each category, in {len(self)} {shown} by {', '.join(self.by)}."

    def _headline(self) -> str:
        return wrapped(self._caption())

    def _rows(self, *_: Any, **options: Any) -> Rows:
        header = [*self.by, "answers", "comments", "share", "of those who wrote", "of the silent", "interval of both"]
        rows = []
        for key, segment in zip(self.keys, self.segments, strict=True):
            limits = _between(segment.score_difference_interval, 1)
            scores = [number(segment.score_commenting), number(segment.score_silent), limits]
            rows.append([*map(_key, key), segment.n, segment.comments, _percent(segment.share), *scores])
        return header, rows

    def _more(self) -> Sequence[tuple[str, Rows]]:
        return [
            (f"{', '.join(map(_key, key))}: {caption}", rows)
            for key, segment in zip(self.keys, self.segments, strict=True)
            for caption, rows in segment._more()
        ]

    def _notes(self) -> Sequence[str]:
        notes = dict.fromkeys(note for segment in self.segments for note in segment._said_below())
        return [wrapped(note) for note in notes if not note.startswith(("Not all", "No difference", "Looked", "Lang"))]


def _key(value: Any) -> str:
    return "" if value is None else str(value)


def _percent(share: float) -> str:
    return "" if share != share else f"{number(100 * share)}%"


def _between(interval: Interval, factor: float = 100) -> str:
    low, high = interval
    return "" if low != low else f"{number(factor * low)} .. {number(factor * high)}"


def _p_said(p: float) -> str:
    said = p_value(p)
    return said if said.startswith("<") else f"= {said}"
