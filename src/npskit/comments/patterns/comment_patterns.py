"""Patterns that a user writes for comments: words, endings, alternatives, gaps and lists, as regular expressions."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from npskit.comments.patterns.folding import folded
from npskit.data import UNSPACED
from npskit.errors import InvalidValueError, did_you_mean, quoted

# Marks belong to the letter before them, so that a word does not end between the two.
LETTER = r"[\w\u0300-\u036f]"
RUN = re.compile(f"{LETTER}+")
_BEGINS = f"(?<!{LETTER})"  # the place is no part of a word that began before
STOPS = ".!?;\ufdd0"  # what ends a sentence; no pattern goes beyond
_BETWEEN = rf"[^\w{STOPS}]+"  # what stands between two words of a sentence
_WORD = r"\w++(?:[.,:]\d++)*"  # a word of a gap, or a number: taken whole, a part of it never helps
_ANYTHING = r"[^.!?;\n\ufdd0]"
_CHARACTERS = 6  # of a word, where there are no spaces
_MOST_WORDS = 9
_GAP = re.compile(r"~(~?)(\d+)")
Lists = Mapping[str, Sequence[str]]


@attrs.frozen
class FirstRun:
    """The letters that a text has where a word of a pattern begins.

    Args:
        letters: The first run of letters of the word, folded.
        inside: Whether they may begin inside a run of the text.
        goes_on: Whether more letters may follow.
    """

    letters: str
    inside: bool
    goes_on: bool

    @classmethod
    def of(cls, word: str) -> FirstRun | None:
        """Return the first letters of a word, with open or closed ends; None where it begins with none."""
        literal = word.strip("*")
        found = RUN.match(literal)
        if found is None:
            return None
        ends = word.endswith("*") or bool(UNSPACED.match(literal[-1]))
        inside = word.startswith("*") or bool(UNSPACED.match(literal[0]))
        return cls(found[0], inside, goes_on=ends and found[0] == literal)


@attrs.frozen
class Beginning:
    """One way in which a pattern begins, and the rest of it.

    Args:
        word: The first word, or phrase, with open or closed ends, folded.
        parts: The alternatives of each part of the pattern; `word` is one of the first.
        gaps: How many words may stand between one part and the next.
    """

    word: str
    parts: Sequence[tuple[str, ...]]
    gaps: Sequence[int]

    @property
    def literal(self) -> str:
        """The first word."""
        return self.word.strip("*").split()[0]

    @property
    def inside(self) -> bool:
        """Whether it may begin inside a word."""
        return self.word.startswith("*") or bool(UNSPACED.match(self.literal))

    @property
    def has_stops(self) -> bool:
        """Whether one of its words has in it what else ends a sentence, as "z.b"."""
        return any(stop in word for stop in STOPS for words in ((self.word,), *self.parts[1:]) for word in words)

    @property
    def regex(self) -> str:
        """The whole as a regular expression on folded text."""
        rest = (
            _gap(self.parts[i], self.parts[i + 1], gap) + _either(self.parts[i + 1]) for i, gap in enumerate(self.gaps)
        )
        return _one(self.word) + "".join(rest)

    def following(self) -> Iterator[tuple[frozenset[FirstRun], int]]:
        """Yield what has to follow the first run of letters, and within how many runs, as far as that is known.

        Example:
            >>> [(run.letters, reach) for runs, reach in next(beginnings("charg* ~2 me twice", {})).following()
            ...  for run in runs]
            [('me', 3), ('twice', 4)]
        """
        runs = RUN.findall(self.word)
        if len(runs) > 1:
            ends = self.word[-1] == "*" or bool(UNSPACED.match(self.word[-1]))
            last = len(runs) == 2 and self.word.removesuffix("*").endswith(runs[1])
            yield frozenset({FirstRun(runs[1], inside=False, goes_on=ends and last)}), 1
        reach = len(runs) - 1
        for i, gap in enumerate(self.gaps):
            before, after = self.parts[i], self.parts[i + 1]
            found = [FirstRun.of(word) for word in after]
            if _without_spaces(before, after) or None in found:
                return
            reach += gap + 1
            yield frozenset(run for run in found if run is not None), reach
            reach += max(len(RUN.findall(word)) for word in after) - 1


def beginnings(pattern: str, lists: Lists) -> Iterator[Beginning]:
    """Yield the ways in which a pattern may begin.

    Args:
        pattern: Words beside each other. `charg*` is any word that begins so, `*brand` one that ends so; `arm/leg` is
            one of both; `~3` between two words lets up to three others stand there, `~~3` in either order of the two
            sides; `<body>` is one of a list.
        lists: The lists by name.

    Raises:
        InvalidValueError: If it cannot be read; the message says why.

    Example:
        >>> [found.literal for found in beginnings("charg*/bill* ~3 twice", {})]
        ['charg', 'bill']
    """
    for parts, gaps in _orders(*_read(pattern, lists)):
        for word in parts[0]:
            yield Beginning(word, parts, gaps)


def just_before(patterns: Sequence[str], lists: Lists) -> re.Pattern[str]:
    """Return a regular expression for texts that end with one of some patterns, each of which may end with a gap."""
    found = []
    for pattern in patterns:
        bare, most = without_gap(pattern)
        for begin in beginnings(bare, lists):
            if begin.inside:
                found.append(f"{begin.regex}[^.!?;,\\n\ufdd0]{{0,{_CHARACTERS * most}}}")
            else:
                found.append(f"{begin.regex}(?:[^\\w.!?;:,\ufdd0]+{_WORD}){{0,{most}}}[^\\w.!?;:,\ufdd0]+")
    return re.compile(f"{one_of_regexes(found)}\\Z")


def without_gap(pattern: str) -> tuple[str, int]:
    """Return a pattern without the gap that it ends with, and how many words that gap may hold.

    Example:
        >>> without_gap("no ~2"), without_gap("never")
        (('no', 2), ('never', 0))
    """
    bare, gap = re.fullmatch(r"(.*?)(?:\s+~(\d+))?\s*", pattern, re.DOTALL).groups()  # type: ignore[union-attr]
    return bare, int(gap or 0)


def check(pattern: str, lists: Lists) -> None:
    """Refuse what is no pattern, saying why."""
    _read(pattern, lists)


def check_all(patterns: Sequence[str], lists: Lists, name: str) -> None:
    """Refuse what is no pattern among several, named as where they were given."""
    for pattern in patterns:
        try:
            check(pattern, lists)
        except InvalidValueError as error:
            raise InvalidValueError(f"{name}: {error}") from None


def pattern_words(pattern: str, lists: Lists) -> Iterator[str]:
    """Yield all words that a pattern has, with their open ends, folded.

    Example:
        >>> list(pattern_words("charg*/bill* ~3 twice", {}))
        ['charg*', 'bill*', 'twice']
    """
    for words in _read(pattern, lists)[0]:
        for word in words:
            yield from word.split()


def _read(pattern: str, lists: Lists) -> tuple[list[tuple[str, ...]], list[tuple[int, bool]]]:
    """Return the alternatives of each word, and how many words may stand between one and the next, in which order."""
    parts: list[tuple[str, ...]] = []
    gaps: list[tuple[int, bool]] = []
    open_gap: tuple[int, bool] | None = None
    for token in pattern.split():
        if token.startswith("~"):
            found = _GAP.fullmatch(token)
            if found is None or not 1 <= int(found[2]) <= _MOST_WORDS:
                raise InvalidValueError(f"{quoted(pattern)}: {token} is no gap: write ~1 to ~{_MOST_WORDS}, such as ~3")
            if not parts or open_gap is not None:
                raise InvalidValueError(f"{quoted(pattern)}: the gap {token} needs a word before it and one after it")
            open_gap = (int(found[2]), bool(found[1]))
            continue
        if parts:
            gaps.append(open_gap or (0, False))
            open_gap = None
        parts.append(tuple(itertools.chain.from_iterable(_words(word, pattern, lists) for word in token.split("/"))))
    if open_gap is not None:
        raise InvalidValueError(f"{quoted(pattern)} ends with a gap: a word has to follow")
    if not parts:
        raise InvalidValueError(f"{quoted(pattern)} is no word: write a word or a phrase, with * only at its ends")
    return parts, gaps


def _words(word: str, pattern: str, lists: Lists) -> Iterator[str]:
    """Yield the words that one alternative stands for, folded."""
    if word.startswith("<") and word.endswith(">"):
        if word[1:-1] not in lists:
            raise InvalidValueError(f"{quoted(pattern)}: there is no list {word}; {did_you_mean(word[1:-1], lists)}")
        for each in lists[word[1:-1]]:
            if "<" in each:
                raise InvalidValueError(f"{quoted(each)}: a list holds words and phrases, no lists")
            yield from _words(each, each, lists)
        return
    found = _folded_word(word)
    if found is None:
        raise InvalidValueError(f"{quoted(pattern)} is no word: write a word or a phrase, with * only at its ends")
    yield found


@functools.lru_cache(1 << 14)  # lists are named by many patterns
def _folded_word(word: str) -> str | None:
    """Return a word with open or closed ends, folded; None where it is none."""
    bare = " ".join(folded(word.strip().removeprefix("*").removesuffix("*")).split())
    if not re.search(r"\w", bare) or re.search(r"[*<>~]", bare):
        return None
    return ("*" if word.strip().startswith("*") else "") + bare + ("*" if word.strip().endswith("*") else "")


def _orders(
    parts: list[tuple[str, ...]], gaps: list[tuple[int, bool]]
) -> Iterator[tuple[list[tuple[str, ...]], list[int]]]:
    """Yield the orders in which the parts may stand: both around the first gap that says so."""
    plain = [most for most, _ in gaps]
    yield parts, plain
    either = next((i for i, (_, both) in enumerate(gaps) if both), None)
    if either is not None:
        yield (
            [*parts[either + 1 :], *parts[: either + 1]],
            [*plain[either + 1 :], plain[either], *plain[:either]],
        )


def _one(word: str) -> str:
    """Return one word, with open or closed ends, as a regular expression."""
    literal = word.strip("*")
    body = r"\s+".join(map(re.escape, literal.split()))
    before = "" if word.startswith("*") or UNSPACED.match(literal[0]) else _BEGINS
    if UNSPACED.match(literal[-1]):
        return before + body
    return before + body + (r"\w*" if word.endswith("*") else f"(?!{LETTER})")


def _either(words: Sequence[str]) -> str:
    """Return one of several words, the longest first."""
    longest = sorted(words, key=len, reverse=True)
    # after a gap a word begins where its letters do
    begun = ((r"\w*" if word.startswith("*") else "") + _one(word) for word in longest)
    return one_of_regexes([*begun])


def one_of_regexes(regexes: Sequence[str]) -> str:
    """Return a regular expression for one of several, of none for nothing.

    Where each begins with a look behind it is looked but once, and what then begins with other letters is not tried.

    Example:
        >>> one_of_regexes(["a", "b"]), one_of_regexes([])
        ('(?:a|b)', '(?:(?!))')
    """
    begins = _BEGINS if regexes and all(regex.startswith(_BEGINS) for regex in regexes) else ""
    return f"{begins}(?:{'|'.join(regex.removeprefix(begins) for regex in regexes) or '(?!)'})"


def _gap(before: Sequence[str], after: Sequence[str], most: int) -> str:
    """Return what may stand between two parts."""
    if _without_spaces(before, after):
        return f"{_ANYTHING}{{0,{_CHARACTERS * most}}}?" if most else r"\s*"
    return f"(?:{_BETWEEN}+{_WORD}){{0,{most}}}?{_BETWEEN}" if most else _BETWEEN


def _without_spaces(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether no space need stand between two parts."""
    return any(UNSPACED.match(word.strip("*")[-1]) for word in before) or any(
        UNSPACED.match(word.strip("*")[0]) for word in after
    )
