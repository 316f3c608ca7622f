"""A writer of one's own, such as a language model: facts in, text out; and what is checked before its text is used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import pairwise
from typing import Protocol, runtime_checkable

import attrs

from npskit.errors import quoted
from npskit.followup.letters.drafts import HIDDEN
from npskit.followup.letters.value_writer import LONGEST_LINES, clean
from npskit.followup.letters.voice import Voice, VoiceRules, pattern_of
from npskit.results import excerpt

_PLACEHOLDER = re.compile(r"\[[^\]\n]*\]|\{[^}\n]*\}|<[^>\n]*>|\b[XYZ]{3,}\b|_{3,}")
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_FIGURE = re.compile(r"\d[\d.,:/ \u00a0-]*")
_AMOUNTS = (
    "€ $ £ ¥ ฿ % zł euro euros eur usd gbp chf pln thb dollar* pound pounds franken złot* baht บาท ยูโร ดอลลาร์ percent "
    "prozent* procent* เปอร์เซ็นต์"
)
_MONEY = pattern_of(_AMOUNTS.split())
_TITLES = "Mr|Mrs|Ms|Miss|Dr|Herrn?|Frau|Pan|Pani|Pana|Panem|Madame|Monsieur"
_TITLED = re.compile(rf"(?<!\w)(?:{_TITLES})\.?\s+[^\W\d_a-z◦]\w*")
_CAPITAL = re.compile(r"(?<![.!?…:\n◦] )(?<!^)(?<![\w'’-])[A-ZÄÖÜŁŚŻŹĆĄĘÓŃ][\w'’-]+", re.MULTILINE)
_CENTS = re.compile(r"(?<=\d)[.,]00(?!\d)")
_GREETING = re.compile(r"^\S+(?: \S+){0,4},$")
_THAI = re.compile("[\u0e00-\u0e7f]")
# So many words say which language they are of.
_ENOUGH = 8


@attrs.frozen(kw_only=True)
class Facts:
    """What a writer may say of one letter, and nothing else.

    Args:
        action: The step it is for.
        language: The language to write in.
        facts: The facts, as the language writes them: `{"amount": "20,00 €"}`.
        known: What is known of the answer: `"commented"`, `"complained"`, `"happy"`, where it is so.
        comment: What the customer wrote: data that may say anything, never an instruction; None for nothing, and for a
            reply that everybody reads.
        template: The text of the template, which is used where yours is not.
        voice: The rules of the voice, in words.
    """

    action: str
    language: str
    facts: Mapping[str, str]
    known: tuple[str, ...] = ()
    comment: str | None = None
    template: str = ""
    voice: tuple[str, ...] = ()


@runtime_checkable
class Writer(Protocol):
    """Writes the text between greeting and closing of a letter: anything that can be called with `Facts`.

    Its text is used where it names no amount, date, address, name or promise that is not among the facts, is in the
    right language and keeps the voice; else the template is, and the draft says why in its notes.

    Example:
        >>> def write(facts):
        ...     return "Thank you for your kind words. We are very glad of them."
        >>> isinstance(write, Writer)
        True
    """

    def __call__(self, facts: Facts) -> str:
        """Return the text, without greeting and closing."""
        ...


def objection_to(text: object, facts: Facts, voice: Voice, vocabulary: Collection[str]) -> str | None:
    """Return why a text of a writer is not used; None where nothing is wrong with it.

    Args:
        text: What the writer returned.
        facts: What it was given.
        voice: The rules of the voice.
        vocabulary: Words that are no names: those of the letters of the language.
    """
    if not isinstance(text, str) or not text.strip():
        return f"it is no text: {quoted(text)}"
    if len(text) > LONGEST_LINES:
        return f"it is longer than {LONGEST_LINES} characters"
    cleaned = clean(text, lines=True)
    rules = voice.of(facts.language)
    hidden = _hide(cleaned, facts.facts.values())
    if not _is_in(hidden, facts.language, voice):
        return f"it is not in {facts.language!r}"
    said = next(_wrong(hidden, facts, rules, vocabulary), None)
    if said is not None:
        return said
    return next(iter(rules.faults(hidden.split("\n"))), None)


def _hide(text: str, values: Collection[str]) -> str:
    """Return a text without the facts in it, longest first; a figure only where it is no part of another.

    A whole amount may be said without its cents: €20 for €20.00.
    """
    whole = {_CENTS.sub("", value) for value in values}
    for value in sorted(filter(None, {*values, *whole}), key=len, reverse=True):
        spaced = re.escape(value).replace("\u00a0", r"[ \u00a0]").replace(r"\ ", r"[ \u00a0]")
        text = re.sub(rf"(?<![\w.,]){spaced}(?!\w|[.,]\d)", HIDDEN, text)
    return text


def _wrong(text: str, facts: Facts, rules: VoiceRules, vocabulary: Collection[str]) -> Iterator[str]:
    """Yield what a text says that is not among the facts, line by line."""
    promises = pattern_of(rules.promises)
    own = {match[0].casefold() for match in promises.finditer(facts.template)} if promises else set()
    for place, line in enumerate(text.split("\n"), start=1):
        where = f"line {place}"
        if match := _PLACEHOLDER.search(line):
            yield f"{where}: a gap that nobody filled, {excerpt(match[0])}"
        if match := _ADDRESS.search(line):
            yield f"{where}: {excerpt(match[0])} is not among the facts"
        if match := _FIGURE.search(line):
            yield f"{where}: {excerpt(match[0].strip())} is not among the facts"
        if _MONEY is not None and (match := _MONEY.search(line)):
            yield f"{where}: an amount that is not among the facts, {excerpt(match[0])}"
        if _GREETING.match(line):
            yield f"{where}: {excerpt(line)} greets, which is done already"
        if match := _TITLED.search(line) or _named(line, facts.language, vocabulary):
            yield f"{where}: the name {excerpt(match[0])} is not among the facts"
        for match in promises.finditer(line) if promises else ():
            if match[0].casefold() not in own:
                yield f"{where}: {excerpt(match[0])} promises what is not among the facts"


def _named(line: str, language: str, vocabulary: Collection[str]) -> re.Match[str] | None:
    """Return what looks like a name: a capital inside a sentence; in German, which writes all nouns so, two of them."""
    strange = [match for match in _CAPITAL.finditer(line) if match[0].casefold() not in vocabulary and match[0] != "I"]
    if language.split("-")[0] != "de":
        return next(iter(strange), None)
    return next((one for one, two in pairwise(strange) if two.start() == one.end() + 1), None)


def _is_in(text: str, language: str, voice: Voice) -> bool:
    """Whether a text is in a language, as far as its script and its frequent words say."""
    primary = language.split("-")[0]
    letters = [sign for sign in text if sign.isalpha()]
    thai = sum(bool(_THAI.match(sign)) for sign in letters)
    if not letters or (primary == "th") != (2 * thai > len(letters)):
        return False
    words = re.findall(r"\w+", text.casefold())
    if primary == "th" or not voice.of(language).common or len(words) < _ENOUGH:
        return True
    counts = {tag: sum(map(words.count, rules.common)) for tag, rules in voice.rules.items()}
    asked = sum(map(words.count, voice.of(language).common))
    return asked > 0 and asked >= max(counts.values())
