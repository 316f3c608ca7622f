"""The words of a report and how it writes numbers, each language from one file: `languages/en.toml` is the model."""

from __future__ import annotations

import datetime as dt
import functools
import math
import tomllib
import unicodedata
from collections.abc import Mapping
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import attrs

from npskit.checks import one_of
from npskit.data import locale_of
from npskit.results import Interval

if TYPE_CHECKING:
    from babel import Locale

# Those that a report can be had in; each has a file.
LANGUAGES = ("en", "de", "pl", "th")
MINUS, DASH, NO_BREAK = "−", "–", "\u00a0"
# First and last strong isolates: what stands between runs in its own direction, and turns nothing else around.
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
# A name in a sentence or a table is cut to this.
_MOST = 60


def named(value: object, most: int = _MOST) -> str:
    r"""Return a name out of the data as it may stand in a sentence: one line, visible, not at length, nothing turned.

    Example:
        >>> named("North\nand South"), len(named("x" * 10_000))
        ('North and South', 60)
    """
    text = str(value)[: 4 * most]
    text = " ".join("".join(c if c.isprintable() or c in "\u200c\u200d" else " " for c in text).split())
    if len(text) > most or len(str(value)) > 4 * most:
        text = text[: most - 1].rstrip() + "…"
    turns = any(unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text)
    return f"{_ISOLATE}{text}{_END_ISOLATE}" if turns else text


def of_column(column: str, value: object) -> str:
    """Return a value as it may stand in a sentence that does not say its column: with it, unless it names it itself.

    Example:
        >>> of_column("language", "en"), of_column("hotel", "Hotel 7"), of_column("How did you come?", "by train")
        ('language en', 'Hotel 7', 'by train (How did you come?)')
    """
    title, name = named(column), named(value)
    if title.casefold() in name.casefold():
        return name
    one_word = " " not in title and title[-1:].isalnum()  # a column may be a whole question
    return f"{title} {name}" if one_word else f"{name} ({title})"


@attrs.frozen(eq=False)
class ReportWords:
    """What a report says in one language.

    Args:
        language: Its tag.
        texts: The texts by table and name; those with a number in them by its plural category.
        locale: How numbers and dates are written.
    """

    language: str
    texts: Mapping[str, Mapping[str, Any]]
    locale: Locale

    def say(self, name: str, /, **fields: object) -> str:
        """Return the text of a name such as `"score.topic"`, filled; one with plurals goes by the field `n`."""
        table, _, key = name.partition(".")
        text = self.texts[table][key]
        if isinstance(text, Mapping):
            n = fields["n"]
            assert isinstance(n, int)
            text = text[self.locale.plural_form(abs(n))]
            fields = fields | {"n": self.count(n)}
        return str(text).format_map(fields)

    def has(self, name: str) -> bool:
        """Whether there is a text of a name."""
        table, _, key = name.partition(".")
        return key in self.texts.get(table, {})

    def translated(self, table: str, text: str) -> str | None:
        """Return a sentence that a result has in English; None where there is none in this language."""
        return text if self.language == "en" else self.texts[table].get(text)

    def sentence(self, text: str) -> str:
        """Return a sentence that may begin with a name: it has a capital, unless the name has its own further on.

        Example:
            >>> words_of("en").sentence("language en scored most"), words_of("en").sentence("iOS scored most")
            ('Language en scored most', 'iOS scored most')
        """
        first = text.split(" ", 1)[0]
        # Thai has no capitals, so that a name in it stands as it is written
        return text[:1].upper() + text[1:] if first == first.lower() and self.language != "th" else text

    # ---- numbers; NaN is a dash ----

    def number(self, value: float, digits: int = 1) -> str:
        """Return a number with so many decimals; its minus is a minus, and none stands before a zero."""
        if math.isnan(value):
            return DASH
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        from babel.numbers import format_decimal

        rounded = round(value, digits) + 0.0
        # Polish parts thousands from five digits on
        grouped = self.language != "pl" or abs(rounded) >= 10_000
        pattern = f"#,##0.{'0' * digits}".rstrip(".")
        text = format_decimal(abs(rounded), pattern, locale=self.locale, group_separator=grouped)
        return (MINUS if rounded < 0 else "") + text

    def whole(self, value: float) -> str:
        """Return a number without decimals."""
        return self.number(value, 0)

    def signed(self, value: float, digits: int = 1) -> str:
        """Return a difference: with a plus where it is above 0, also when it is rounded."""
        text = self.number(value, digits)
        return f"+{text}" if round(value, digits) > 0 else text

    def count(self, value: float) -> str:
        """Return how many."""
        return self.number(value, 0)

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share, 0..1, in per cent."""
        if math.isnan(share):
            return DASH
        return self.say("number.percent", value=self.number(100 * share, digits))

    def between(self, interval: Interval | tuple[float, float], digits: int = 1, signed: bool = False) -> str:
        """Return two limits in words, since a dash beside a minus cannot be read."""
        low, high = interval
        if math.isnan(low) or math.isnan(high):
            return DASH
        write = self.signed if signed else self.number
        return self.say("number.range", low=write(low, digits), high=write(high, digits))

    def moved(self, low: float, high: float) -> str:
        """Return what a change may have been, in words: a fall of 7 to a rise of 11."""
        if low < 0 < high:
            return self.say("number.fall_to_rise", fall=self.whole(-low), rise=self.whole(high))
        name = "number.rise" if high > 0 else "number.fall"
        least, most = sorted((abs(low), abs(high)))
        return self.say(name, low=self.whole(least), high=self.whole(most))

    def p(self, value: float) -> str:
        """Return a p-value as it stands in a sentence."""
        if math.isnan(value):
            return DASH
        return f"< {self.number(0.001, 3)}" if value < 0.001 else self.number(value, 3 if value < 0.01 else 2)

    # ---- times ----

    def date(self, value: dt.date | dt.datetime) -> str:
        """Return a day."""
        from babel.dates import format_date

        return format_date(value, "long", locale=self.locale)

    def day(self, value: dt.date | dt.datetime) -> str:
        """Return a day in short."""
        from babel.dates import format_date

        return format_date(value, "medium", locale=self.locale).replace(" ", NO_BREAK)

    def moment(self, value: dt.datetime) -> str:
        """Return a day and a time of day."""
        return f"{self.date(value)}, {value:%H:%M}"

    def language_name(self, tag: str) -> str:
        """Return what a language is called, its tag where that is not known."""
        found = locale_of(tag)
        return tag if found is None else found.get_language_name(self.locale) or tag

    def listed(self, names: list[str]) -> str:
        """Return several names as a list in a sentence."""
        from babel.lists import format_list

        return format_list(names, locale=self.locale)


@functools.cache
def words_of(language: str) -> ReportWords:
    """Return the words of a language.

    Raises:
        InvalidValueError: If a report cannot be had in it.

    Example:
        >>> words_of("en").between((-7.04, 7.2)), words_of("en").percent(0.467, 1)
        ('−7.0 to 7.2', '46.7%')
    """
    one_of(language, LANGUAGES, "language")
    text = files(__package__).joinpath("languages").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    locale = locale_of(language)
    assert locale is not None  # babel knows all of these
    return ReportWords(language, tomllib.loads(text), locale)
