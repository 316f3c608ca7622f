"""The answers as one bar around the middle of the scale, and the score with its interval on all of its scale."""

from __future__ import annotations

import itertools
import math
from typing import Any

import attrs

from npskit.plots.chart import Chart
from npskit.plots.lettering import cut, folded, text_width
from npskit.plots.scene import Axis, Box, Dot, Line, Mark, Scene, Text
from npskit.plots.speech import Speech

_TOP, _BAR = 44.0, 44.0


@attrs.frozen
class BarCategory:
    """A category of answers.

    Args:
        name: As the scorer calls it.
        answers: The points of the scale that it is of, in order; empty where answers are of several questions.
        count: How many answers, unweighted.
        share: Which part of all, 0 to 1, weighted where the answers are.
    """

    name: str
    answers: tuple[int, ...]
    count: int
    share: float


@attrs.frozen
class AnswerBar(Chart):
    """A score: its categories worst to best, all answers if each was counted, the score and its interval.

    Args:
        score: The name of the score.
        value: The score.
        low: Lower limit of its interval.
        high: Upper limit.
        level: The confidence level.
        least: The lowest score there can be.
        most: The highest.
        categories: Worst to best.
        counts: How many gave each answer; empty where only categories were counted, or weights say more than counts.
    """

    score: str
    value: float
    low: float
    high: float
    level: float
    least: float
    most: float
    categories: tuple[BarCategory, ...]
    counts: dict[int, int] = attrs.field(factory=dict)

    @property
    def n(self) -> int:
        """All answers."""
        return sum(each.count for each in self.categories)

    def title(self, speech: Speech) -> str:
        """Return what is shown."""
        if not self.counts:
            return speech.say("Answers by category as one bar, and the score with its interval")
        ends = {"low": min(self.counts), "high": max(self.counts)}
        return speech.say("Answers from {low} to {high} as one bar, and the score with its interval", **ends)

    def alt(self, speech: Speech) -> str:
        """Return the figures."""
        score = {"value": speech.number(self.value, 1), "n": speech.number(self.n)}
        score |= {"low": speech.number(self.low, 1), "high": speech.number(self.high, 1)}
        parts = [speech.say("{name} {value}, {low} to {high}, of {n} answers", name=self.score, **score)]
        named = [f"{speech.name(c.name)} {speech.percent(c.share)} ({speech.number(c.count)})" for c in self.categories]
        return "; ".join([*parts, *named])

    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return each answer, or each category, with its number and its share, and the score below."""
        header = [speech.say(word) for word in ("answer", "category", "number", "share")]
        rows: list[list[Any]] = []
        for each in self.categories:
            if not self.counts:
                rows.append([self._range(each, speech), speech.name(each.name), each.count, each.share])
            for answer in each.answers if self.counts else ():
                count = self.counts[answer]
                rows.append([str(answer), speech.name(each.name), count, count / self.n if self.n else None])
        return header, rows

    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the bar, with the score on its scale below."""
        if not self.n:
            return Scene(width, 44, [Text(0, 28, speech.say("no answers"), "quiet")])
        return self.on_scale(width, speech).below(self.bar(width, speech), 20)

    def bar(self, width: float, speech: Speech) -> Scene:
        """Return the bar alone."""
        along, roles = Axis(0, 1, 2, width - 2), self._roles()
        edges = [0.0, *itertools.accumulate(each.share for each in self.categories)]
        middle = [i for i, role in enumerate(roles) if role == "pas"]
        first, last = (middle[0], middle[-1] + 1) if middle else (len(edges) // 2, len(edges) // 2)
        centre = along.at((edges[first] + edges[last]) / 2)
        marks: list[Mark] = []
        for role, each, start in zip(roles, self.categories, edges, strict=False):
            at = start
            for answer in each.answers if self.counts else ():
                share = self.counts[answer] / self.n
                marks += _slice(along, at, share, (str(answer), role), centre)
                at += share
            if not self.counts:
                marks += _slice(along, start, each.share, ("", role), centre)
        if middle and edges[last] > edges[first]:
            # pale on a white page: its outline says where it begins
            left, right = along.at(edges[first]), along.at(edges[last])
            marks += [Line(left, y, right, y, "axis") for y in (_TOP, _TOP + _BAR)]
        marks.append(Line(centre, _TOP - 5, centre, _TOP + _BAR + 5, "centre"))
        return Scene(width, 142, [*marks, *self._labels(width, along, edges, centre, speech)], x=along)

    def _labels(self, width: float, along: Axis, edges: list[float], centre: float, speech: Speech) -> list[Mark]:
        """Return what stands above and below the bar: the ends at its ends, the middle where there is room."""
        size, marks = len(self.categories), []
        spot = [along.at((a + b) / 2) for a, b in itertools.pairwise(edges)]
        places = [(2.0, "start"), *((x, "middle") for x in spot[1:-1]), (width - 2, "end")]
        if size == 3:
            places[1] = (centre, "middle")
        room = width / size - 8
        heads = [cut(speech.name(each.name), room, bold=True) for each in self.categories]
        wide = [max(text_width(head, bold=True), 64.0) for head in heads]
        for i, each in enumerate(self.categories):
            x, side = places[i]
            if side == "middle":  # not over what stands at the ends
                x = min(max(x, wide[0] + wide[i] / 2 + 12), width - wide[-1] - wide[i] / 2 - 12)
            marks += [Text(x, 16, heads[i], "strong", side), Text(x, 33, self._range(each, speech), "quiet", side)]
            marks.append(Text(x, 116, speech.percent(each.share), "large", side))
            marks.append(Text(x, 136, speech.number(each.count), "quiet", side))
        return list(marks)

    def on_scale(self, width: float, speech: Speech) -> Scene:
        """Return the score with its interval on the whole scale."""
        said = speech.say("The score with its {level} interval, on the whole scale", level=speech.level(self.level))
        axis = Axis(self.least, self.most, 22, width - 22)
        marks: list[Mark] = [Line(axis.start, 56, axis.end, 56, "axis")]
        for tick, named in axis.named(speech.number):
            x = axis.at(tick)
            marks += [Line(x, 52, x, 60, "axis"), Text(x, 78, named, "quiet", "middle")]
        if math.isfinite(self.low + self.high):
            left, right = axis.within(self.low), axis.within(self.high)
            marks.append(Box(left, 49, right - left, 14, "band2"))
        text = speech.estimate(self.value, self.low, self.high)
        half = text_width(text, bold=True) / 2
        at = axis.within(self.value)
        marks += [Dot(at, 56, 5, "point"), Text(min(max(at, half), width - half), 40, text, "strong", "middle")]
        lines = [Text(0, 14 + 16 * i, line, "quiet") for i, line in enumerate(folded(said, width))]
        return Scene(width, 84, marks, x=axis).below(Scene(width, 16 * (len(lines) - 1), lines))

    def _roles(self) -> list[str]:
        """Return what each category is drawn as: the worst, the best, and those between."""
        size = len(self.categories)
        return ["det", *["pas"] * (size - 2), "pro"] if size > 1 else ["pas"] * size

    def _range(self, each: BarCategory, speech: Speech) -> str:
        """Return which answers a category is of."""
        answers = each.answers
        if not answers or answers[-1] - answers[0] != len(answers) - 1:
            return ", ".join(map(str, answers))
        if len(answers) == 1:
            return str(answers[0])
        if len(answers) == 2:
            return speech.say("{first} and {second}", first=answers[0], second=answers[1])
        return speech.say("{low} to {high}", low=answers[0], high=answers[-1])


def _slice(along: Axis, start: float, share: float, named: tuple[str, str], centre: float) -> list[Mark]:
    """Return a part of the bar; its answer where there is room for it, and not below the line in the middle."""
    label, role = named
    left, right = along.at(start), along.at(start + share)
    if right - left <= 0:
        return []
    found: list[Mark] = [Box(left, _TOP, right - left, _BAR, role)]
    middle, wide = (left + right) / 2, text_width(label)
    if label and right - left > wide + 8 and abs(middle - centre) > wide / 2 + 3:
        found.append(Text(middle, _TOP + 27, label, f"in-{role}", "middle"))
    return found
