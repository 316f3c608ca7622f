"""What charts say in words and numbers: English here, and in another language where a subclass says so."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

# All phrases that charts say; a language says each of them, with the same parts in braces.
PHRASES = frozenset(
    {
        "{low} to {high}",
        "{first} and {second}",
        "{value} ({low} to {high})",
        "{name} ({level} interval)",
        "Answers by category as one bar, and the score with its interval",
        "Answers from {low} to {high} as one bar, and the score with its interval",
        "{name} {value}, {low} to {high}, of {n} answers",
        "The score with its {level} interval, on the whole scale",
        "no answers",
        "answer",
        "share still waiting for the first answer",
        "share of cases still open",
        "half by {time}",
        "half by",
        "no cases",
        "cases",
        "waiting",
        "days",
        "hours",
        "opening hours",
        "{share} heard",
        "{share} closed",
        "% within {time}",
        "{number} days",
        "{number} hours",
        "Expected value of the plan against the money it spends",
        "{spent} spent, {value} expected beyond it",
        "expected value beyond the cost",
        "expected value",
        "at most",
        "spent",
        "budget",
        "no plan within the limits brings more than {value}",
        "What the change of {name} is made of",
        "points ({level} interval)",
        "less all others ({level} interval)",
        "before",
        "after",
        "From which category of {name} customers moved to which",
        "{name}: {share} stayed",
        "from, to",
        "from",
        "to",
        "mentions",
        "answers",
        "category",
        "number",
        "share",
        "all {value}",
        "{name} by {by} with {level} intervals",
        "{rows} rows in order of the score, {few} with few answers, {hidden} hidden",
        "fewer than {few} answers, in order of name",
        "too few to rank",
        "rank",
        "rank ({level} confidence set)",
        "Ranks of {name} by {by} with {level} confidence sets",
        "hidden",
        "hidden with it",
        "< {least}",
        "{name} by period",
        "{name} by period with {level} intervals",
        "{count} periods, from {low} to {high}",
        "period",
        "and {count} more",
        "limits",
        "rise",
        "change {points}",
        "level",
        "usual {value}",
        "fall",
        "last period so far",
        "equal shares",
        "mean rating",
        "Importance for {name} against rating",
        "share of the variance, in %",
        "lower with",
        "What became of the rows",
        "scored",
        "missing",
        "invalid",
        "set aside",
        "left out",
        "{number} {kind}",
        "{number} not scored",
        "mean",
        "performance, in %",
        "concentrate here",
        "keep up the good work",
        "low priority",
        "possible overkill",
    }
)


class Speech:
    """English: the language of charts unless another is given.

    A language is a subclass that overrides `say` and what numbers and dates look like.

    Example:
        >>> speech = Speech()
        >>> speech.number(-12.34, 1), speech.number(3.0, signed=True), speech.percent(0.468)
        ('−12.3', '+3', '47%')
    """

    def say(self, phrase: str, **parts: Any) -> str:
        """Return one of `PHRASES` with its parts filled in."""
        if phrase not in PHRASES:
            raise KeyError(phrase)
        return phrase.format(**parts)

    def name(self, category: str) -> str:
        """Return the name of a category, as the scorer has it in the singular: `"promoter"`."""
        return {"promoter": "Promoters", "passive": "Passives", "detractor": "Detractors"}.get(category, category)

    def number(self, value: float, digits: int = 0, *, signed: bool = False) -> str:
        """Return a number; minus U+2212, a sign before a rise if asked for, none before a rounded zero."""
        if not math.isfinite(value):
            return "–" if math.isnan(value) else ("−∞" if value < 0 else "∞")
        text = f"{abs(value):,.{digits}f}"
        if not float(text.replace(",", "")):
            return text
        return ("−" if value < 0 else "+" if signed else "") + text

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share, of 1, in percent."""
        return f"{self.number(100 * share, digits)}%"

    def level(self, level: float) -> str:
        """Return a confidence level in percent, with no more digits than it has."""
        return f"{100 * level:.10g}%"

    def month(self, month: int) -> str:
        """Return the short name of a month."""
        return ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[month - 1]

    def day(self, day: dt.date) -> str:
        """Return a day as it is written."""
        return f"{day.day} {self.month(day.month)} {day.year}"

    def year(self, year: int) -> str:
        """Return a year."""
        return str(year)

    def limits(self, low: float, high: float, digits: int = 0, *, signed: bool = False) -> str:
        """Return two limits in words: a dash beside a minus cannot be read."""
        ends = {"low": self.number(low, digits, signed=signed), "high": self.number(high, digits, signed=signed)}
        return self.say("{low} to {high}", **ends)

    def estimate(self, value: float, low: float, high: float, digits: int = 0, *, signed: bool = False) -> str:
        """Return a number with its interval."""
        if math.isnan(low) or math.isnan(high):
            return self.number(value, digits, signed=signed)
        low_high = {"low": self.number(low, digits, signed=signed), "high": self.number(high, digits, signed=signed)}
        return self.say("{value} ({low} to {high})", value=self.number(value, digits, signed=signed), **low_high)


ENGLISH = Speech()
