"""Misspelt words: one letter away from a word that far more comments have."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from npskit.data import UNSPACED

_SHORTEST = 5
_OFTENER = 5
_WORD = re.compile(r"\w+")


def corrected(texts: Sequence[str], counts: Sequence[int], wanted: Callable[[str], object]) -> list[str]:
    """Return texts in which words that are misspelt are as they should be.

    A word is taken for another one that is wanted if both have five letters and more, one letter is wrong, missing, too
    many, or has changed places with the next (Damerau, Communications of the ACM 7 (1964) 171-176), and at least five
    times as many texts have the right one.

    Args:
        texts: Folded.
        counts: How often each stands.
        wanted: Whether a word is one of those that matter.

    Example:
        >>> corrected(["the brekfast", "breakfast"], [1, 5], lambda word: word == "breakfast")
        ['the breakfast', 'breakfast']
    """
    words = [set(_WORD.findall(text)) for text in texts]
    often: Counter[str] = Counter()
    for own, count in zip(words, counts, strict=True):
        for word in own:
            often[word] += count
    long = {
        word: n for word, n in often.items() if len(word) >= _SHORTEST and word.isalpha() and not UNSPACED.search(word)
    }
    right = {word for word, n in long.items() if n >= _OFTENER and wanted(word)}
    near: dict[str, list[str]] = {}
    for word in sorted(right):
        for form in (word, *_shorter(word)):
            near.setdefault(form, []).append(word)
    most = max((long[word] for word in right), default=0)
    fixed: dict[str, str] = {}
    for word, n in long.items():
        if word in right or n * _OFTENER > most or wanted(word):
            continue
        forms = (word, *_shorter(word))
        meant = {target for form in forms for target in near.get(form, ()) if long[target] >= _OFTENER * n}
        meant = {target for target in meant if _one_edit(word, target)}
        if meant:
            fixed[word] = max(meant, key=lambda target: (long[target], target))
    if not fixed:
        return list(texts)
    return [
        text if fixed.keys().isdisjoint(own) else _WORD.sub(lambda match: fixed.get(match[0], match[0]), text)
        for text, own in zip(texts, words, strict=True)
    ]


def _shorter(word: str) -> Iterator[str]:
    """Yield a word without each of its letters."""
    for i in range(len(word)):
        yield word[:i] + word[i + 1 :]


def _one_edit(a: str, b: str) -> bool:
    """Whether one letter makes the difference between two words that are not the same."""
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    one, two = a[start:], b[start:]
    if len(a) != len(b):
        return (one[1:] == two) if len(a) > len(b) else (one == two[1:])
    return one[1:] == two[1:] or (one[:2] == two[1::-1] and one[2:] == two[2:])
