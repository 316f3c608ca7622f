"""Words for answers, where a whole column speaks one vocabulary: "very satisfied", thumbs, stars, "3/4", "80 %".

A vocabulary has points, worst to best. On a scale of as many points they are its points; where the scale is to be
stretched (`Scale.stretch`), others are spread over it evenly, each at the nearest point, halves away from the middle:
of two the ends, of three the ends and the middle, of four all but the middle of five, of seven the upper three on the
upper two of five. So the top box of a scale of five holds the better half of the words.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Callable, Collection, Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from npskit.arrays import lazy_pattern
from npskit.data.answer_text import INVALID, loose_label, parse_text, plain_text
from npskit.data.answer_words import UNITS
from npskit.data.scale import Scale, folded
from npskit.data.words import NO, NOTHING, YES

_FILE = Path(__file__).with_name("vocabularies.toml")
_MARKS = r"/|out of|of|von|z|na|sur|de|su|di|van|uit|av|จาก"
_COUNT = r"(?P<{}>\d{{1,3}}(?:[.,]\d{{1,2}})?)"
_UNIT = rf"(?: ?(?:{UNITS}))?"
# "4 out of 5", "8 von 10 Punkten"; the whole first, as in Japanese and Chinese; and the whole in brackets.
_FRACTIONS = (
    lazy_pattern(rf"(?:rated )?{_COUNT.format('top')}{_UNIT} ?(?P<mark>{_MARKS}) ?{_COUNT.format('bottom')}{_UNIT}"),
    lazy_pattern(rf"{_COUNT.format('bottom')}(?:つ?{_UNIT})(?:満点)?(?:中|のうち) ?{_COUNT.format('top')}{_UNIT}"),
    lazy_pattern(rf"{_COUNT.format('top')}{_UNIT} ?\((?:满分|滿分)? ?{_COUNT.format('bottom')}{_UNIT}(?:満点|中)?\)"),
)
_POINTS = lazy_pattern(rf"(?:rated )?{_COUNT.format('top')}{_UNIT}")
# Of both genders at once: "satisfait(e)", "zadowolony/a".
_ENDINGS = lazy_pattern(r"(?<=\w\w\w)(?:\([ea]\)|/-?[ae]|[·•-]e|/zadowolona|/niezadowolona)(?!\w)")
_PERCENT = lazy_pattern(r"(?P<number>\d{1,3})(?:[.,](?P<rest>\d+))? ?%")
_STARS = lazy_pattern(r"(?P<full>[★⭐🌟✭✮*❤♥💛💚💙💜🧡🖤]*)(?P<half>½|1/2|1⁄2)?(?P<empty>[☆✩⚝🤍♡]*)")
_LETTER = lazy_pattern(r"[^\W\d_]")
# A picture before or behind a word that says the same.
_PICTURES = lazy_pattern(
    r"^[\u2190-\u2bff\u3030\U0001f000-\U0001faff]+ ?(?=\S)|(?<=\S) ?[\u2190-\u2bff\U0001f000-\U0001faff]+$"
)


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
    amount: bool


@functools.cache
def _vocabularies() -> tuple[_Vocabulary, ...]:
    document = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    found = []
    for each in document["vocabulary"]:
        places: dict[str, int | None] = dict.fromkeys(map(_word, [*document["missing"], *each.get("missing", ())]))
        points = (NO, YES) if each.get("yes_no") else each["points"]
        places |= {_word(word): place for place, words in enumerate(points) for word in words}
        found.append(_Vocabulary(each["name"], len(points), places, each.get("amount", False)))
    return tuple(found)


def _word(text: str) -> str:
    word = _ENDINGS.sub("", folded(text).replace("_", " "))
    return word.rstrip(".!") or word


def place_on(scale: Scale, place: int | Fraction, points: int, *, amount: bool = False) -> int:
    """Return the answer at a place of a vocabulary, 0 for the worst, spread over the scale.

    Args:
        scale: The scale.
        place: The place.
        points: How many points the vocabulary has.
        amount: Whether it says how much, so that 0 is the lowest answer, also where that is the best.

    Example:
        >>> scale = Scale(1, 5, best=5, stretch=True)
        >>> [[place_on(scale, place, points) for place in range(points)] for points in (2, 3, 4, 5)]
        [[1, 5], [1, 3, 5], [1, 2, 4, 5], [1, 2, 3, 4, 5]]
        >>> [place_on(scale, place, 7) for place in range(7)]
        [1, 2, 2, 3, 4, 4, 5]
    """
    exact = Fraction(place) * (scale.size - 1) / (points - 1)
    whole, rest = divmod(exact, 1)
    middle = Fraction(scale.size - 1, 2)
    at = int(whole) + (rest > Fraction(1, 2) or (rest == Fraction(1, 2) and exact > middle))
    return scale.high - at if scale.best == scale.low and not amount else scale.low + at


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
        >>> answers_together(["0 Nüüt", "10 Alls", "7"], Scale(0, 10), alone=True).answers
        {'0 Nüüt': 0, '10 Alls': 10}
    """
    words = {text: _word(text) for text in texts}
    words = {text: word for text, word in words.items() if word not in NOTHING}
    if alone and words:
        ways: tuple[Callable[[Mapping[str, str], Scale], Spoken | None], ...] = (_fractions,)
        ways += () if scale.best is None else (_halves, _percents, _stars, _vocabulary)
        for way in ways:
            if (found := way(words, scale)) is not None:
                return found
    return _ends(texts, scale)


def _placed(
    places: Mapping[str, int | Fraction | None], scale: Scale, name: str, points: int, *, amount: bool = False
) -> Spoken:
    """Return places as answers; none where the scale has another number of points and is not to be stretched."""
    if points != scale.size and not scale.stretch:
        return Spoken({}, name, points)
    answers = {
        text: None if place is None else place_on(scale, place, points, amount=amount) for text, place in places.items()
    }
    return Spoken(answers, name, points)


def _vocabulary(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    best, most = None, 0
    if any(map(_LETTER.search, words.values())):
        words = {text: _PICTURES.sub("", word) if _LETTER.search(word) else word for text, word in words.items()}
    for vocabulary in _vocabularies():
        places = vocabulary.places
        if all(word in places for word in words.values()):
            hit = len({places[word] for word in words.values()} - {None})
            if hit > most:
                best, most = vocabulary, hit
    if best is None:
        return None
    places = {text: best.places[word] for text, word in words.items()}
    return _placed(places, scale, best.name, best.points, amount=best.amount)


@attrs.frozen
class _Part:
    """So many of so many: a fraction of a scale, as "4 out of 5" is."""

    top: Fraction
    bottom: Fraction
    slash: bool


def _part(word: str) -> _Part | None:
    for pattern in _FRACTIONS:
        if found := pattern.fullmatch(word):
            return _Part(_amount(found["top"]), _amount(found["bottom"]), found.groupdict().get("mark") == "/")
    return None


def _amount(digits: str) -> Fraction:
    return Fraction(digits.replace(",", "."))


def _fractions(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    parts = {text: part for text, word in words.items() if (part := _part(word)) is not None}
    bottoms = {part.bottom for part in parts.values()}
    if len(bottoms) != 1 or any((part.top > part.bottom or part.top % 1) for part in parts.values()):
        return None
    bottom, tops = bottoms.pop(), {text: int(part.top) for text, part in parts.items()}
    if bottom == scale.high and min(tops.values()) >= scale.low:
        # beside them may stand numbers without the whole
        bare = {text: parse_text(word) for text, word in words.items() if text not in parts}
        if not all(isinstance(number, int) and number in scale for number in bare.values()):
            return None
        dates = all(part.slash for part in parts.values()) and len({*tops.values(), *bare.values()}) < 2
        return None if dates and scale.best is None else Spoken(tops, f"fractions of {bottom}", int(bottom))
    if scale.best is None or len(parts) < len(words) or bottom % 1 or bottom < 2:
        return None
    least = min(*tops.values(), 1)
    points = int(bottom) - least + 1
    places = {text: top - least for text, top in tops.items()}
    return _placed(places, scale, f"fractions of {bottom}", points, amount=True)


def _halves(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    """Return half points as the next worse whole one: a share from a point on holds just those that reach it."""
    if not scale.stretch:
        return None
    given = {text: _points_of(word, scale) for text, word in words.items()}
    points = {text: number for text, number in given.items() if number is not None}
    if len(points) < len(words) or not any(number % 1 for number in points.values()):
        return None
    if any(2 * number % 1 or not scale.low <= number <= scale.high for number in points.values()):
        return None
    whole = math.ceil if scale.best == scale.low else math.floor
    found = {text: whole(number) for text, number in points.items()}
    return Spoken(found, "half points, each as the next worse whole one", scale.size)


def _points_of(word: str, scale: Scale) -> Fraction | None:
    """Return how many points of a scale a text is, halves included: "4.5", "4,5 Sterne", "4.5/5", "★★★★½"."""
    if (part := _part(word)) is not None:
        return part.top if part.bottom == scale.high else None
    if found := _POINTS.fullmatch(word):
        return _amount(found["top"])
    found = _STARS.fullmatch(word.replace(" ", ""))
    return Fraction(2 * len(found["full"]) + bool(found["half"]), 2) if found and found[0] else None


def _percents(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    found = {text: _PERCENT.fullmatch(word) for text, word in words.items()}
    shares = {text: Fraction(f"{m['number']}.{m['rest'] or 0}") / 100 for text, m in found.items() if m}
    if len(shares) < len(words) or max(shares.values()) > 1:
        return None
    counts = {text: share * scale.high for text, share in shares.items()}
    if scale.low == 1 and scale.best == scale.high and all(n.denominator == 1 and n >= 1 for n in counts.values()):
        return Spoken({text: int(n) for text, n in counts.items()}, f"per cent of {scale.high} points", scale.high)
    return _placed({text: share * 100 for text, share in shares.items()}, scale, "per cent", 101, amount=True)


def _stars(words: Mapping[str, str], scale: Scale) -> Spoken | None:
    found = {text: _STARS.fullmatch(word.replace(" ", "")) for text, word in words.items()}
    stars = {text: (len(match["full"]), len(match["empty"])) for text, match in found.items() if match}
    if len(stars) < len(words) or any(match["half"] for match in found.values() if match):
        return None
    totals, most = {full + empty for full, empty in stars.values() if empty}, max(full for full, _ in stars.values())
    usual = next((n for n in (scale.high if scale.low == 1 and scale.high <= 5 else 5, 10) if n >= most), 0)
    total = totals.pop() if totals else usual
    if totals or most > total or total < 2 or not all(full for full, _ in stars.values()):
        return None
    return _placed({text: full - 1 for text, (full, _) in stars.items()}, scale, f"{total} stars", total)


def _ends(texts: Collection[str], scale: Scale) -> Spoken | None:
    """Return the numbers beside labels that nobody knows, at the ends of a scale both of which are labelled."""
    labels: dict[int, set[str]] = {}
    found: dict[str, int | None] = {}
    bare = set[int]()
    for text in texts:
        plain, number = plain_text(text), parse_text(text)
        beside = loose_label(plain)
        if beside is not None:
            labels.setdefault(beside[0], set()).add(beside[1].casefold())
        if number is INVALID and beside is not None:
            found[text] = beside[0]
        elif number is not None and number is not INVALID and plain.isdigit():
            bare.add(int(number))
    ends = {scale.low, scale.high}
    if not found or not {*found.values()} <= ends <= set(labels) or bare & {*found.values()}:
        return None
    # one label for each end, and none for both
    return Spoken(found) if len(set.union(*(labels[end] for end in ends))) == 2 else None


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
