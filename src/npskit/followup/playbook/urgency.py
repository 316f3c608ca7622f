"""How urgent a comment is, by the words in it: 0 ordinary, 1 urgent, 2 critical."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.checks import of_kind
from npskit.errors import InvalidTypeError, InvalidValueError, quoted
from npskit.followup.playbook.part_checks import as_level, failed
from npskit.results import excerpt

UrgencyOf: TypeAlias = Callable[[str], int]
# Scripts that put no spaces between words (Thai, Lao, Burmese, Khmer, Chinese, Japanese): a word ends anywhere.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
# Marks belong to the letter before them, so that a word does not end between the two.
_LETTER = r"[\w\u0300-\u036f]"
# Code points that are no characters, and so in no word: one stands between comments, one for itself inside them.
_BETWEEN, _INSIDE = "\ufdd0", "\ufdd1"
_CHUNK = 1 << 14
_FIRST_LETTERS = 4


def _folded(text: str) -> str:
    """Return text as it is compared: without case, composed."""
    folded = text.casefold()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def _as_words(value: Any) -> Any:
    try:
        return value if isinstance(value, str) else tuple(value)
    except Exception:  # what cannot be iterated says so in many ways
        return value


def _are_words(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    if not isinstance(value, tuple):
        raise InvalidTypeError(f"{field.name} must be a list of texts: got {quoted(value)}")
    for word in value:
        if not isinstance(word, str):
            raise InvalidTypeError(f"{field.name} must hold texts: got {quoted(word)} ({type(word).__name__})")
        bare = word.strip().removesuffix("*").strip()
        if not bare or "*" in bare:
            raise InvalidValueError(
                f"{field.name}: {quoted(word)} is no word: write a word or a phrase, with * only at its end, for "
                "any ending"
            )


def _pattern(word: str) -> str:
    """Return a word as a regular expression on folded text."""
    open_ended = word.strip().endswith("*")
    bare = _folded(word.strip().removesuffix("*")).split()
    body = r"\s+".join(map(re.escape, bare))
    before = "" if _UNSPACED.match(bare[0][0]) else f"(?<!{_LETTER})"
    after = "" if open_ended or _UNSPACED.match(bare[-1][-1]) else f"(?!{_LETTER})"
    return before + body + after


def _alternatives(words: Sequence[str]) -> str:
    # "(?!)" matches nothing, as no words should.
    return "|".join(map(_pattern, words)) or "(?!)"


@attrs.frozen
class UrgencyWords:
    """Words and phrases that make a comment urgent or critical.

    Compared without regard to case and to how accents are composed. A word counts only as a whole ("ill" is not in
    "will"), except in scripts without spaces, such as Thai. With `*` at its end it stands for any ending: `"kündig*"`.
    Negations are not understood: a word list finds what a person should look at, not what was meant.

    Args:
        critical: Words of comments that cannot wait: danger, injury, lawyers.
        urgent: Words of comments that should not wait: cancelling, refunds, "at once".

    Raises:
        InvalidTypeError, InvalidValueError: If a word is no text, is empty, or holds a `*` not at its end.

    Example:
        >>> words = UrgencyWords(critical=["ill", "lawyer*"], urgent=["refund"])
        >>> words("I will return"), words("We fell ill"), words("REFUND me!"), words("my lawyers")
        (0, 2, 1, 2)
    """

    critical: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_as_words, validator=_are_words)
    urgent: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_as_words, validator=_are_words)
    _critical: re.Pattern[str] = attrs.field(init=False, eq=False, repr=False)
    _urgent: re.Pattern[str] = attrs.field(init=False, eq=False, repr=False)
    _index: tuple[_Beginnings, ...] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        critical, urgent = _alternatives(self.critical), _alternatives(self.urgent)
        object.__setattr__(self, "_critical", re.compile(critical))
        object.__setattr__(self, "_urgent", re.compile(urgent))
        object.__setattr__(self, "_index", _index(self.critical, self.urgent))

    def __call__(self, comment: str) -> int:
        """Return 2 for a critical comment, 1 for an urgent one, else 0."""
        return self.found(comment)[0]

    def found(self, comment: str) -> tuple[int, str | None]:
        """Return how urgent a comment is, and the word that says so, as the comment has it, without case.

        Example:
            >>> UrgencyWords(urgent=["kündig*"]).found("Ich KÜNDIGE")
            (1, 'kündig')
        """
        text = _folded(of_kind(comment, str, "comment"))
        # In this order: the more urgent word decides, wherever it stands.
        for level, words in ((2, self._critical), (1, self._urgent)):
            match = words.search(text)
            if match is not None:
                return level, match[0]
        return 0, None

    def levels(self, comments: Sequence[str]) -> NDArray[np.int8]:
        """Return how urgent each of many comments is: int8, shape `(n,)`.

        Example:
            >>> UrgencyWords(critical=["fire"], urgent=["refund"]).levels(["Fire!", "", "a refund"]).tolist()
            [2, 0, 1]
        """
        levels = np.zeros(len(comments), dtype=np.int8)
        if self.critical or self.urgent:
            for begin in range(0, len(comments), _CHUNK):
                self._mark(comments[begin : begin + _CHUNK], levels[begin : begin + _CHUNK])
        return levels

    def _mark(self, comments: Sequence[str], levels: NDArray[np.int8]) -> None:
        """Write the levels of some comments: one text, looked at only where the beginning of a word stands."""
        text = _folded(_BETWEEN.join(comments))
        if text.count(_BETWEEN) != len(comments) - 1:
            text = _folded(_BETWEEN.join(c.replace(_BETWEEN, _INSIDE) for c in comments))
        codes = _code_points(text)
        ends = np.flatnonzero(codes == ord(_BETWEEN))
        for beginnings in self._index:
            places = beginnings.places(codes)
            rows = np.searchsorted(ends, places)
            for place, row in zip(places.tolist(), rows.tolist(), strict=True):
                pattern = beginnings.patterns.get(text[place : place + beginnings.size])
                hit = pattern and pattern.match(text, place)
                if hit:
                    levels[row] = max(levels[row], 1 if hit[1] is None else 2)


@attrs.frozen(eq=False)
class _Beginnings:
    """Words by their first letters, which a column of texts is searched for before any word is looked at.

    Args:
        size: How many first letters.
        hashes: For each 16-bit hash of so many letters, 0 where no word begins with them, or bits: 1 that one does, 2
            that it may begin inside a word, 4 that it goes on behind those letters.
        patterns: The words that begin with some letters, the critical ones as the first group.
    """

    size: int
    hashes: NDArray[np.uint8]
    patterns: dict[str, re.Pattern[str]]

    def places(self, codes: NDArray[np.uint16]) -> NDArray[np.intp]:
        """Return where a word may begin."""
        if len(codes) < self.size:
            return np.empty(0, dtype=np.intp)
        bits = self.hashes[_hashes(codes, self.size)]
        places = np.flatnonzero(bits)
        bits, letters = bits[places], _letters()
        inside = letters[codes[places - 1]] & (places > 0)
        goes_on = letters[codes[np.minimum(places + self.size, len(codes) - 1)]] & (places + self.size < len(codes))
        return places[(~inside | (bits & 2 > 0)) & (~goes_on | (bits & 4 > 0))]


@functools.cache
def _letters() -> NDArray[np.bool_]:
    """Return for each 16-bit code whether it is part of words; what lies beyond counts as none."""
    found = np.zeros(1 << 16, dtype=bool)
    found[[ord(letter) for letter in re.findall(_LETTER, "".join(map(chr, range(0xFFFF))))]] = True
    return found


def _code_points(text: str) -> NDArray[np.uint16]:
    """Return the code points of a text; those beyond 16 bits as 0xFFFF, which is no character."""
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    return np.minimum(points, 0xFFFF).astype(np.uint16)


def _hashes(codes: NDArray[np.uint16], size: int) -> NDArray[np.uint16]:
    """Return a 16-bit hash of the `size` letters from each place on."""
    count = len(codes) - size + 1
    found = codes[:count].copy()
    for step in range(1, size):
        found *= np.uint16(31)
        found += codes[step : step + count]
    return found


def _index(critical: Sequence[str], urgent: Sequence[str]) -> tuple[_Beginnings, ...]:
    """Return the words by how many first letters are looked at: at most four, up to the first space."""
    sorted_out: dict[int, dict[str, tuple[list[str], list[str]]]] = {}
    hashes: dict[int, NDArray[np.uint8]] = {}
    for level, words in enumerate((critical, urgent)):
        for word in words:
            first, *more = _folded(word.strip().removesuffix("*")).split()
            size = min(len(first), _FIRST_LETTERS)
            beginning = first[:size]
            sorted_out.setdefault(size, {}).setdefault(beginning, ([], []))[level].append(word)
            goes_on = len(first) > size or (word.strip().endswith("*") and not more) or _UNSPACED.match(first[-1])
            bits = 1 | (2 if _UNSPACED.match(first[0]) else 0) | (4 if goes_on else 0)
            table = hashes.setdefault(size, np.zeros(1 << 16, dtype=np.uint8))
            table[_hashes(_code_points(beginning), size)] |= np.uint8(bits)
    return tuple(
        _Beginnings(
            size,
            hashes[size],
            {first: re.compile(f"({_alternatives(c)})|{_alternatives(u)}") for first, (c, u) in found.items()},
        )
        for size, found in sorted_out.items()
    )


def urgency_of(comment: str | None, judge: UrgencyOf) -> int:
    """Return how urgent a comment is; 0 where there is none.

    Raises:
        InvalidValueError: If `judge` returns anything but 0, 1 or 2, or fails.
    """
    if comment is None or not comment.strip():
        return 0
    try:
        level = judge(comment)
    except Exception as error:
        raise failed(f"urgency failed at the comment {excerpt(comment)}", error) from error
    return as_level(level, "urgency must return")


def urgencies_of(comments: Sequence[str | None], judge: UrgencyOf) -> NDArray[np.int8]:
    """Return how urgent each comment is: int8, shape `(n,)`; 0 where there is none.

    A function is asked once for each distinct comment.

    Raises:
        InvalidValueError: If `judge` returns anything but 0, 1 or 2.
    """
    if len(comments) == 1:
        return np.array([urgency_of(comments[0], judge)], dtype=np.int8)
    if isinstance(judge, UrgencyWords) and _mostly_distinct(comments):
        return judge.levels([text or "" for text in comments])
    distinct = dict.fromkeys(comments)
    texts = [text for text in distinct if text is not None]
    if isinstance(judge, UrgencyWords):
        levels = judge.levels(texts)
    else:
        levels = np.fromiter((urgency_of(text, judge) for text in texts), np.int8, len(texts))
    table: dict[str | None, int] = {None: 0, **dict(zip(texts, levels.tolist(), strict=True))}
    return np.fromiter(map(table.__getitem__, comments), np.int8, len(comments))


def _mostly_distinct(comments: Sequence[str | None]) -> bool:
    """Whether looking for repeated comments would cost more than it saves, by the look of the first ones."""
    first = [text for text in comments[:10_000] if text]
    return 2 * len(set(first)) > len(first)
