"""One kind of matter that cannot wait: patterns that say so, and harmless neighbours of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from npskit.checks import is_bool, is_same, is_text, one_of
from npskit.comments.patterns.comment_patterns import check_all
from npskit.data import Attributes
from npskit.errors import InvalidTypeError, InvalidValueError, quoted, written
from npskit.options import URGENCIES


def as_patterns(value: Any) -> Any:
    """Return several patterns as a tuple."""
    try:
        return value if isinstance(value, str) else tuple(value)
    except Exception:  # what cannot be iterated says so in many ways
        return value


def are_patterns(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse what is no list of texts."""
    if not isinstance(value, tuple):
        raise InvalidTypeError(f"{field.name} must be a list of texts: got {quoted(value)}")
    for pattern in value:
        if not isinstance(pattern, str):
            raise InvalidTypeError(f"{field.name} must hold texts: got {quoted(pattern)} ({type(pattern).__name__})")


def as_lists(value: Any) -> Attributes:
    """Return lists of words by name, refusing what is none."""
    if not isinstance(value, Mapping):
        raise InvalidTypeError(f"lists must map names to lists of words: got {quoted(value)}")
    found = {written(name): as_patterns(words) for name, words in value.items()}
    for name, words in found.items():
        if not isinstance(words, tuple) or not all(isinstance(word, str) for word in words):
            raise InvalidTypeError(f"lists.{name} must be a list of texts: got {quoted(words)}")
    return Attributes(found)


def as_level(value: Any, said: str = "urgency must be") -> int:
    """Return an urgency by its number; `said` begins the error."""
    if isinstance(value, (bool, complex)) or not any(is_same(value, level) for level in (0, 1, 2)):
        raise InvalidValueError(f"{said} 0 (ordinary), 1 (urgent) or 2 (critical): got {quoted(value)}")
    return int(value)


def _as_level(value: Any) -> int:
    if type(value) is int and value in (1, 2):
        return int(value)
    return URGENCIES.index(one_of(value, URGENCIES[1:], "level"))


@attrs.frozen
class UrgencyCategory:
    """One kind of matter that cannot wait, such as an injury, a fire or a double charge.

    Args:
        name: What it is called, where people are told why a comment is urgent.
        level: `"critical"`: it has to be answered whatever the budget; or `"urgent"`: it should not wait.
        patterns: What says so; see `UrgencyWords` for how they are written.
        unless: Harmless neighbours: a pattern that such a phrase touches says nothing ("close to the hospital").
        at_any_score: Whether it counts also where the answer is of the best category, such as a 9 or 10: an injury
            does, a hint of leaving does not. Not given: critical ones do.
        settled: Whether it is taken as done with where the comment says so ("was refunded at once"). Not given: urgent
            ones are.
        negatable: Whether words for "not" before a pattern take its meaning away.

    Raises:
        InvalidTypeError, InvalidValueError: If a part cannot be used; the message names it.

    Example:
        >>> from npskit import UrgencyWords
        >>> billing = UrgencyCategory("double charge", level="urgent", patterns=["charg* ~3 twice"])
        >>> UrgencyWords(categories=[billing])("You charged my card twice")
        1
    """

    name: str = attrs.field(validator=is_text)
    level: int = attrs.field(kw_only=True, converter=_as_level)
    patterns: tuple[str, ...] = attrs.field(kw_only=True, converter=as_patterns, validator=are_patterns)
    unless: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=as_patterns, validator=are_patterns)
    at_any_score: bool = attrs.field(kw_only=True, validator=is_bool)
    settled: bool = attrs.field(kw_only=True, validator=is_bool)
    negatable: bool = attrs.field(default=True, kw_only=True, validator=is_bool)

    @at_any_score.default
    def _strong(self) -> bool:
        return self.level > 1

    @settled.default
    def _weak(self) -> bool:
        return self.level < 2

    def check(self, lists: Any) -> None:
        """Refuse patterns that cannot be read."""
        for name in ("patterns", "unless"):
            check_all(getattr(self, name), lists, f"{self.name}.{name}")
