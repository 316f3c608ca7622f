"""What an explanation of a change says: the parts of it, the segments, and a sentence."""

from __future__ import annotations

from typing import Any

import attrs

from npskit.results.display import html_table, number, text_table, wrapped
from npskit.results.interval import Interval
from npskit.results.native import free_name, native_frame
from npskit.results.values import plain
from npskit.tracking.wording import explain_in_words

ASSUMES = (
    "The answers of both periods come from the same kind of invitation: who is asked, and who answers, did not change "
    "except in the segments shown.",
    "A segment means the same in both periods.",
    "Mix and rate are arithmetic: they say where the change is, not what caused it.",
)

# Segments that a table shows; the others are in `segments`, `to_dict` and `to_frame`.
_SHOWN = 12


@attrs.frozen
class Part:
    """A part of the change.

    Args:
        name: `"mix"` or `"rate"`; with several columns `"mix of region"`, `"mix of channel within region"`.
        value: What it adds to the change, in units of the score.
        se: Its standard error, by the delta method; NaN where it is not known.
        low: Lower limit.
        high: Upper limit.
    """

    name: str
    value: float
    se: float
    low: float
    high: float


@attrs.frozen
class SegmentChange:
    """What one segment adds to the change.

    Args:
        key: The values that make the segment.
        segment: Its name.
        n_before: Answers before.
        n_after: Answers after.
        share_before: Its share of the (weighted) answers before, 0..1.
        share_after: Its share after.
        score_before: Its score before; NaN where it had no answers.
        score_after: Its score after.
        mixes: What it adds through the mix of each column of `by`.
        mix: Their sum.
        rate: What it adds through its score.
        mix_se: Standard error of `mix`.
        rate_se: Standard error of `rate`.
        contribution: mix + rate.
        contribution_se: Standard error of `contribution`.
    """

    key: tuple[Any, ...]
    segment: str
    n_before: int
    n_after: int
    share_before: float
    share_after: float
    score_before: float
    score_after: float
    mixes: tuple[float, ...]
    mix: float
    rate: float
    mix_se: float
    rate_se: float
    contribution: float
    contribution_se: float


@attrs.frozen(repr=False)
class ChangeExplanation:
    """Why a score moved. The parts sum to the difference, and so do the contributions of the segments.

    What must be true for it to mean anything stands in `assumes`. The intervals are for one look at one question: of
    many segments the largest is partly the one with the largest error.

    Args:
        by: The columns that make the segments; the later ones within the earlier.
        score: The name of the score.
        before: The score before.
        after: The score after.
        difference: after - before.
        se: Its standard error.
        interval: Of the difference.
        parts: The mix of each column, then the rate.
        segments: Largest contribution first, up or down.
        span: The range of the worths; it says how many decimals are worth printing.
        assumes: What must be true for this to mean anything.
        backend: The dataframe library that `to_frame` gives by default.
    """

    by: tuple[str, ...]
    score: str
    before: float
    after: float
    difference: float
    se: float
    interval: Interval
    parts: tuple[Part, ...]
    segments: tuple[SegmentChange, ...]
    span: float
    assumes: tuple[str, ...] = ASSUMES
    backend: str | None = None

    @property
    def mix(self) -> float:
        """What the mix of all columns adds to the difference."""
        return sum(part.value for part in self.parts[:-1])

    @property
    def rate(self) -> float:
        """What the scores within the segments add to the difference."""
        return self.parts[-1].value

    @property
    def sentence(self) -> str:
        """The explanation in plain English."""
        return explain_in_words(self)

    def __repr__(self) -> str:
        return (
            f"ChangeExplanation({self.score} by {', '.join(self.by)}, difference={number(self.difference)}, "
            f"mix={number(self.mix)}, rate={number(self.rate)}, segments={len(self.segments)})"
        )

    def __str__(self) -> str:
        return f"{wrapped(self.sentence)}\n{text_table(*self._rows())}"

    def _rows(self) -> tuple[list[str], list[list[Any]]]:
        header = [", ".join(self.by), "before", "after", "share", "mix", "rate", "adds", "se"]
        rows: list[list[Any]] = [
            [
                s.segment,
                s.score_before,
                s.score_after,
                f"{number(100 * s.share_before)} > {number(100 * s.share_after)}%",
                s.mix,
                s.rate,
                s.contribution,
                s.contribution_se,
            ]
            for s in self.segments[:_SHOWN]
        ]
        rest = self.segments[_SHOWN:]
        if rest:
            parts = zip(*((s.mix, s.rate, s.contribution) for s in rest), strict=True)
            rows.append([f"and {len(rest)} more", "", "", "", *map(sum, parts), ""])
        return header, [*rows, ["all", self.before, self.after, "", self.mix, self.rate, self.difference, self.se]]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain Python; the difference is under `value`."""
        segments = [attrs.asdict(s) | {"key": list(map(plain, s.key)), "mixes": list(s.mixes)} for s in self.segments]
        return {
            "score": self.score,
            "by": list(self.by),
            "value": self.difference,
            "se": self.se,
            "interval": attrs.asdict(self.interval),
            "before": self.before,
            "after": self.after,
            "mix": self.mix,
            "rate": self.rate,
            "parts": [attrs.asdict(part) for part in self.parts],
            "segments": segments,
            "sentence": self.sentence,
            "assumes": list(self.assumes),
        }

    def to_frame(self, backend: str | None = None) -> Any:
        """Return the segments as a dataframe, one row each; `backend` as for `Score.to_frame`."""
        names = [a.name for a in attrs.fields(SegmentChange) if a.name not in ("key", "segment", "mixes")]
        columns: dict[str, list[Any]] = {}
        for i, name in enumerate(self.by):
            columns[free_name(name, (*names, *columns), "segment")] = [s.key[i] for s in self.segments]
        for i, name in enumerate(self.by if len(self.by) > 1 else ()):
            columns[free_name(f"mix of {name}", (*names, *columns), "effect")] = [s.mixes[i] for s in self.segments]
        return native_frame(
            columns | {name: [getattr(s, name) for s in self.segments] for name in names}, backend or self.backend
        )

    def _repr_html_(self) -> str:
        return html_table(*self._rows(), caption=self.sentence)
