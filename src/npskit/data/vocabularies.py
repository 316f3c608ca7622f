"""Words for answers, where a whole column speaks one vocabulary: "very satisfied", thumbs, stars, "3/4", "80 %".

A vocabulary has points, worst to best. On a scale of as many points they are its points; where the scale is to be
stretched (`Scale.stretch`), others are spread over it evenly, each at the nearest point, halves away from the middle:
of two the ends, of three the ends and the middle, of four all but the middle of five, of seven the upper three on the
upper two of five. So the top box of a scale of five holds the better half of the words.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from npskit.data.answer_text import INVALID, loose_label, parse_text, plain_text
from npskit.data.scale import Scale, folded
from npskit.data.words import NOTHING

_FILE = Path(__file__).with_name("vocabularies.toml")
_FRACTION = re.compile(
    r"(?P<top>\d{1,3}) ?(?P<mark>/|out of|of|von|z|na|sur|de|di|van|uit|av|จาก) ?(?P<bottom>\d{1,3})"
    r"(?: ?(?:stars?|points?))?"
)
_PERCENT = re.compile(r"(?P<number>\d{1,3})(?:[.,](?P<rest>\d+))? ?%")
_STARS = re.compile(r"(?P<full>[★⭐🌟✭✮]*)(?P<empty>[☆✩⚝]*)")


@attrs.frozen
class Spoken:
    """The answers that the texts of a column stand for, None for what is none; and what they were taken for."""

    answers: Mapping[str, int | None]
    name: str = ""
    points: int = 0


@attrs.frozen
class _Vocabulary:
    name: str
    points: int
    places: Mapping[str, int | None]


@functools.cache
def _vocabularies() -> tuple[_Vocabulary, ...]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = []
    for each in document["vocabulary"]:
        places: dict[str, int | None] = dict.fromkeys(map(_word, [*document["missing"], *each.get("missing", ())]))
        places |= {_word(word): place for place, words in enumerate(each["points"]) for word in words}
        found.append(_Vocabulary(each["name"], len(each["points"]), places))
    return tuple(found)


def _word(text: str) -> str:
    word = folded(text).replace("_", " ")
    return word.rstrip(".!") or word


def place_on(scale: Scale, place: int | Fraction, points: int) -> int | None:
    """Return the answer at a place of a vocabulary, 0 for the worst; None where it has none on this scale.

    Example:
        >>> scale = Scale(1, 5, best=5, stretch=True)
        >>> [[place_on(scale, place, points) for place in range(points)] for points in (2, 3, 4, 5)]
        [[1, 5], [1, 3, 5], [1, 2, 4, 5], [1, 2, 3, 4, 5]]
        >>> [place_on(scale, place, 7) for place in range(7)]
        [1, 2, 2, 3, 4, 4, 5]
    """
    if points != scale.size and not scale.stretch:
        return None
    exact = Fraction(place) * (scale.size - 1) / (points - 1)
    whole, rest = divmod(exact, 1)
    middle = Fraction(scale.size - 1, 2)
    at = int(whole) + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and exact > middle))
    return scale.high - at if scale.best == scale.low else scale.low + at


def answers_together(texts: Collection[str], scale: Scale, *, alone: bool) -> Spoken | None:
    """Return what texts are as answers that are none by themselves, because of what else is in their column.

    Args:
        texts: The distinct texts of the column.
        scale: The scale of the question.
        alone: Whether the column holds texts alone, beside what is missing.

    Example:
        >>> scale = Scale(1, 5, best=5, stretch=True)
        >>> answers_together(["3/4", "4/4", "n/a"], scale, alone=True)
        Spoken(answers={'3/4': 4, '4/4': 5}, name='fractions of 4', points=4)
        >>> answers_together(["Offered", "GOOD", "bad"], scale, alone=True).answers
        {'Offered': None, 'GOOD': 5, 'bad': 1}
        >>> answers_together(["0 Absolut nein", "10 Absolut ja", "7"], Scale(0, 10), alone=True).answers
        {'0 Absolut nein': 0, '10 Absolut ja': 10}
    """
    words = {text: _word(text) for text in texts}
    words = {text: word for text, word in words.items() if word not in NOTHING}
    if alone and words:
        ways: tuple[Callable[[Mapping[str, str], Scale], Spoken | None], ...] = (_fractions,)
        ways += () if scale.best is None else (_percents, _stars, _vocabulary)
        for way in ways:
            if (found := way(words, scale)) is not None:
                return found
    return _ends(texts, scale)


def _placed(places: Mapping[str, int | Fraction | None], scale: Scale, name: str, points: int) -> Spoken:
    """Return places as answers; none where the scale has another number of points and is not to be stretched."""
    answers = {text: None if place is None else place_on(scale, place, points) for text, place in places.items()}
    bad = points != scale.size and not scale.stretch
    return Spoken({} if bad else answers, name, points)


def _vocabulary(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    best, most = None, 0
    for vocabulary in _vocabularies():
        places = vocabulary.places
        if all(word in places for word in words.values()):
            hit = len({places[word] for word in words.values()} - {None})
            if hit > most:
                best, most = vocabulary, hit
    if best is None:
        return None
    return _placed({text: best.places[word] for text, word in words.items()}, scale, best.name, best.points)


def _fractions(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    found = {text: _FRACTION.fullmatch(word) for text, word in words.items()}
    tops = {text: int(match["top"]) for text, match in found.items() if match}
    bottoms = {int(match["bottom"]) for match in found.values() if match}
    if len(tops) < len(words) or len(bottoms) > 1 or max(tops.values()) > (bottom := bottoms.pop()) or bottom < 2:
        return None
    low = min(tops.values())
    if bottom == scale.high and low >= scale.low:
        dates = (
            all(match is not None and match["mark"] == "/" for match in found.values()) and len(set(tops.values())) < 2
        )
        return None if dates and scale.best is None else Spoken(tops, f"fractions of {bottom}", bottom)
    if scale.best is None:
        return None
    least = min(low, 1)
    return _placed(
        {text: top - least for text, top in tops.items()}, scale, f"fractions of {bottom}", bottom - least + 1
    )


def _percents(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    found = {text: _PERCENT.fullmatch(word) for text, word in words.items()}
    shares = {text: Fraction(f"{m['number']}.{m['rest'] or 0}") / 100 for text, m in found.items() if m}
    if len(shares) < len(words) or max(shares.values()) > 1:
        return None
    counts = {text: share * scale.high for text, share in shares.items()}
    if scale.low == 1 and scale.best == scale.high and all(n.denominator == 1 and n >= 1 for n in counts.values()):
        return Spoken({text: int(n) for text, n in counts.items()}, f"per cent of {scale.high} points", scale.high)
    return _placed({text: share * 100 for text, share in shares.items()}, scale, "per cent", 101)


def _stars(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    found = {text: _STARS.fullmatch(word.replace(" ", "")) for text, word in words.items()}
    stars = {text: (len(match["full"]), len(match["empty"])) for text, match in found.items() if match}
    if len(stars) < len(words):
        return None
    totals, most = {full + empty for full, empty in stars.values() if empty}, max(full for full, _ in stars.values())
    usual = next((n for n in (scale.high if scale.low == 1 and scale.high <= 5 else 5, 10) if n >= most), 0)
    total = totals.pop() if totals else usual
    if totals or most > total or total < 2 or not all(full for full, _ in stars.values()):
        return None
    return _placed({text: full - 1 for text, (full, _) in stars.items()}, scale, f"{total} stars", total)


def _ends(texts: Collection[str], scale: Scale) -> Spoken | None:
    """Return the numbers beside labels that nobody knows, where just the two ends of the scale are labelled so."""
    labels: dict[int, set[str]] = {}
    found: dict[str, int | None] = {}
    bare = set[int]()
    for text in texts:
        plain = plain_text(text)
        number = parse_text(text)
        if number is not INVALID:
            bare |= {int(number)} if number is not None and plain.lstrip("+").isdigit() else set()
        elif (loose := loose_label(plain)) is not None:
            labels.setdefault(loose[0], set()).add(loose[1].casefold())
            found[text] = loose[0]
    if set(labels) != {scale.low, scale.high} or bare & set(labels):
        return None
    return (
        Spoken(found)
        if all(len(each) == 1 for each in labels.values()) and len(set.union(*labels.values())) == 2
        else None
    )


def said_of(spoken: Spoken, scale: Scale) -> str:
    """Return a sentence on what words were taken for; empty where only numbers were read."""
    if not spoken.name:
        return ""
    if not spoken.answers:
        return (
            f"the answers are {spoken.name} of {spoken.points} points, which are not those of the scale {scale}: give "
            "one of as many points with scale=, or say what each is with mapping="
        )
    listed = [
        f"{text!r} {'missing' if answer is None else answer}" for text, answer in list(spoken.answers.items())[:8]
    ]
    more = ", ..." if len(spoken.answers) > 8 else ""
    return f"the answers were read as {spoken.name}: {', '.join(listed)}{more} on {scale}; say other ones with mapping="
