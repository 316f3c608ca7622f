"""The domain types: one customer's answer, its segment, and the three answers behind the Secure Customer Index.

They are for the places where single customers are looked at: following up, quoting, testing. Bulk is columns: a survey
of a million answers is an array, not a million `Response` objects.
"""

from __future__ import annotations

import datetime as dt
import enum
import sys
from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import attrs
import numpy as np

from npskit.checks import is_hashable, is_missing, is_string_or_none, is_whole_or_none, to_int
from npskit.data.cells import as_python
from npskit.errors import InvalidTypeError, InvalidValueError, quoted


def _plain(value: Any) -> Any:
    """Return a number, boolean, text, time or duration of NumPy as Python's own; anything else as it is."""
    return as_python(value) if isinstance(value, np.number | np.bool_ | np.str_ | np.datetime64) else value


def _sorted_items(items: Any) -> tuple[tuple[str, Any], ...]:
    """Return the items of a mapping sorted by name, checked."""
    if not isinstance(items, Mapping):
        raise InvalidTypeError(f"attributes must be a mapping such as {{'region': 'north'}}, not {quoted(items)}")
    for name, value in items.items():
        if not isinstance(name, str):
            raise InvalidTypeError(f"the names of attributes must be texts: got {quoted(name)} ({type(name).__name__})")
        if not is_hashable(value):
            raise InvalidTypeError(
                f"attribute {quoted(name)} must be hashable: got {quoted(value)}; give a tuple or a text instead"
            )
    return tuple(sorted(((str(name), _plain(value)) for name, value in items.items()), key=lambda item: item[0]))


def _as_attributes(value: Any) -> Attributes:
    """Return `value` as `Attributes`; None means there are none."""
    return value if isinstance(value, Attributes) else Attributes({} if value is None else value)


def _is_id(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse an id that cannot be hashed or is a missing-value marker."""
    if not is_hashable(value):
        raise InvalidTypeError(f"{field.name} must be hashable, such as a text or a number: got {quoted(value)}")
    if value is not None and is_missing(value):
        raise InvalidValueError(f"{field.name} must be None where it is unknown, not {quoted(value)}")


def _is_moment(_instance: object, field: attrs.Attribute[Any], value: Any) -> None:
    """Refuse anything but a date, a datetime or None."""
    if not isinstance(value, (dt.date, type(None))):
        fix = "use datetime.fromisoformat(...)" if isinstance(value, str) else "convert it first"
        raise InvalidTypeError(
            f"{field.name} must be a datetime, a date or None, not {quoted(value)} ({type(value).__name__}); {fix}"
        )
    if value is not None and is_missing(value):
        raise InvalidValueError(f"{field.name} must be None where it is unknown, not {quoted(value)}")


class Segment(enum.StrEnum):
    """What a recommendation answer makes of its customer, ordered from worst to best.

    A segment is the text of its name in lower case, as it stands in files and in `NPS.categories`; the alphabet
    happens to order the three as their worth does.

    Example:
        >>> Segment.DETRACTOR < Segment.PASSIVE < Segment.PROMOTER
        True
        >>> Segment("promoter")
        Segment.PROMOTER
        >>> Segment.PASSIVE == "passive"
        True
    """

    DETRACTOR = "detractor"
    PASSIVE = "passive"
    PROMOTER = "promoter"

    def __repr__(self) -> str:
        return f"Segment.{self.name}"


@attrs.frozen(eq=False, repr=False)
class Attributes(Mapping[str, Any]):
    """What else is known of a response, by name: an immutable, hashable mapping, sorted by name.

    Equal to any mapping with the same items.

    Args:
        items: A mapping from names to hashable values.

    Raises:
        InvalidTypeError: If `items` is not a mapping, a name is not a text, or a value is not hashable.

    Example:
        >>> Attributes({"region": "north", "plan": "basic"})
        Attributes({'plan': 'basic', 'region': 'north'})
        >>> Attributes({"region": "north"})["region"]
        'north'
    """

    _items: tuple[tuple[str, Any], ...] = attrs.field(converter=_sorted_items)

    def __getitem__(self, name: str) -> Any:
        for known, value in self._items:
            if known == name:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name, _ in self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"Attributes({quoted(dict(self), sys.maxsize)})"


@attrs.frozen(repr=False)
class Response:
    """One customer's answer to one survey.

    Responses are compared by value and are not ordered: whether 9 in May comes before 3 in June depends on what for.

    Args:
        score: The answer as given, a whole number; None if the question was left unanswered. Whether it lies on the
            scale is the scorer's to say.
        customer: Who answered: any hashable id, such as a text or a number; None if unknown.
        at: When: a `datetime`, with or without a time zone, or a `date`; None if unknown.
        comment: What the customer wrote; None if nothing was asked or said.
        attributes: What else is known, as a mapping from names to hashable values; kept as `Attributes`.

    Raises:
        InvalidTypeError: If the score is a boolean or not a whole number, or another argument is not of its type.
        InvalidValueError: If `customer` or `at` is a missing-value marker (NaN, NaT) instead of None.

    Example:
        >>> Response(4, customer="c-17", attributes={"region": "north"})
        Response(4, customer='c-17', attributes={'region': 'north'})
        >>> Response(np.int8(4)) == Response(4)
        True
    """

    score: int | None = attrs.field(converter=to_int, validator=is_whole_or_none)
    customer: Hashable = attrs.field(default=None, kw_only=True, converter=_plain, validator=_is_id)
    at: dt.date | None = attrs.field(default=None, kw_only=True, validator=_is_moment)
    comment: str | None = attrs.field(default=None, kw_only=True, validator=is_string_or_none)
    attributes: Attributes = attrs.field(default=Attributes({}), kw_only=True, converter=_as_attributes)

    def __repr__(self) -> str:
        shown = [("customer", self.customer), ("at", self.at), ("comment", self.comment)]
        parts = [
            repr(self.score),
            *(f"{name}={quoted(value, sys.maxsize)}" for name, value in shown if value is not None),
        ]
        if self.attributes:
            parts.append(f"attributes={quoted(dict(self.attributes), sys.maxsize)}")
        return f"Response({', '.join(parts)})"


@attrs.frozen
class SCIAnswer:
    """One customer's three answers behind the Secure Customer Index.

    Args:
        satisfaction: Overall satisfaction.
        repurchase: Would you buy again?
        recommend: Would you recommend us?

    Each is a whole number as given, or None if it was left unanswered.

    Raises:
        InvalidTypeError: If an answer is a boolean or not a whole number.

    Example:
        >>> SCIAnswer(5, 5, 4)
        SCIAnswer(satisfaction=5, repurchase=5, recommend=4)
        >>> SCIAnswer(5, None, 4).complete
        False
    """

    satisfaction: int | None = attrs.field(converter=to_int, validator=is_whole_or_none)
    repurchase: int | None = attrs.field(converter=to_int, validator=is_whole_or_none)
    recommend: int | None = attrs.field(converter=to_int, validator=is_whole_or_none)

    @property
    def complete(self) -> bool:
        """Whether all three questions were answered; only then does the customer count."""
        return None not in (self.satisfaction, self.repurchase, self.recommend)
