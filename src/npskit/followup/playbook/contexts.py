"""Contexts as columns: what conditions, due times and points go by, of a million responses or of one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Floats, Frozen, Integers, Times
from npskit.data import Response, Words, is_nothing
from npskit.errors import IncompatibleError, quoted
from npskit.followup.playbook.channels import kind_of
from npskit.followup.playbook.follow_up import Context
from npskit.followup.playbook.response_table import PURCHASED, Table
from npskit.options import URGENCIES
from npskit.reals import as_float
from npskit.times import instant_of, instants, moment_in, read_time

_DAY = np.timedelta64(1, "D")
CRITICAL = URGENCIES.index("critical")
"""The urgency of a comment that must be answered, whatever the limits, and whether or not the answer is scored."""
_WORDS = ("channel", "kind", "language", "theme")
# The columns that are those of the table.
_AS_THEY_ARE = ("score", "below", "commented", "value", "channel", "language", "theme", "now", "zone", "clock")


def zone_of(at: dt.date | None, now: dt.datetime | None) -> dt.tzinfo | None:
    """Return the time zone that two times know, None if they know none.

    Raises:
        IncompatibleError: If one of the two has a time zone and the other has none.
    """
    if not isinstance(at, dt.datetime):
        return None if now is None else now.tzinfo
    if now is not None and (at.tzinfo is None) != (now.tzinfo is None):
        raise IncompatibleError(
            f"now and the time of the response need both a time zone, or none: {quoted(now)} and {quoted(at)}"
        )
    return at.tzinfo


def moments_of(at: dt.date | None) -> Times | None:
    """Return a time or a date as a column of one row, None for None."""
    if at is None:
        return None
    return np.array([instant_of(at)]) if isinstance(at, dt.datetime) else np.array([at], dtype="datetime64[D]")


def ages_of(at: Times | None, now: Times | np.datetime64, zone: dt.tzinfo | None) -> Floats | None:
    """Return how many days ago each time was, from midnight where only the date is known; NaN where unknown."""
    if at is None:
        return None
    dated = at.dtype == np.dtype("datetime64[D]")
    return (now - (instants(at.astype("datetime64[us]"), zone) if dated else at)) / _DAY


def purchase_of(value: Any) -> Times:
    """Return when something was bought, as a column of one row of times that compare."""
    return np.array([instant_of(read_time(value, PURCHASED, zoned=True))])


def _since_the_purchase(
    purchased: Times | None, now: Times | np.datetime64, since_answer: Floats | None
) -> Floats | None:
    """Return how many days ago each purchase was; where that is not known, the answer."""
    if purchased is None:
        return since_answer
    days: Floats = (now - purchased) / _DAY
    return days if since_answer is None else np.where(np.isnan(days), since_answer, days)


@attrs.frozen(eq=False, kw_only=True)
class Contexts(Frozen):
    """The columns of `Context`, and what conditions ask of a response besides. All of shape `(n,)`.

    Args:
        category: The category of each answer; none where it cannot be scored.
        score: The answers to a single question, NaN where there is none.
        below: How many points each lies below the best answer of its category.
        commented: Whether there is a comment.
        urgency: How urgent the comment is, 0 to 2.
        starts: When each one's clock starts, datetime64[us]; NaT where unknown.
        age: How many days ago each was given, NaN where unknown; or None.
        value: What customers are worth, NaN where unknown; or None.
        channel: Where answers came in; or None.
        kind: What kind of channel that is; or None.
        language: Languages; or None.
        theme: What comments are about; or None.
        public: Whether others can read it; or None.
        complaint: Whether the comment complains; or None.
        now: What time it is; None if unknown.
        zone: Where times are those of UTC, the zone they are shown in; None where they are the wall clock.
        clock: The zone of the wall clock, if it is known.
        began: When each one's clock starts, in UTC, where that says more than the wall clock; or None.
        attributes: What else is known of each, by name.
    """

    category: Words
    score: Floats
    below: Integers
    commented: Bools
    urgency: NDArray[np.int8]
    starts: Times
    age: Floats | None = None
    value: Floats | None = None
    channel: Words | None = None
    kind: Words | None = None
    language: Words | None = None
    theme: Words | None = None
    public: Bools | None = None
    complaint: Bools | None = None
    now: np.datetime64 | None = None
    zone: dt.tzinfo | None = None
    clock: dt.tzinfo | None = None
    began: Times | None = None
    attributes: Mapping[str, Any] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        table: Table,
        urgency: NDArray[np.int8],
        starts: Times,
        channels: Mapping[str, str],
        complaint: Bools | None = None,
    ) -> Contexts:
        """Return the contexts of the responses of a table.

        Args:
            table: The responses.
            urgency: How urgent each comment is.
            starts: When each one's clock starts.
            channels: Names of your own for channels.
            complaint: Whether each comment complains.
        """
        kind = None
        if table.channel is not None:
            names = tuple(kind_of(name, channels) or "" for name in table.channel.names)
            kind = Words(table.channel.codes, names)
        at, now = table.at, starts if table.now is None else np.asarray(table.now)
        began = None if table.utc is None else np.where(np.isnat(table.utc), table.moments(starts), table.utc)
        if at is not None and table.clock is not None:
            at, now = table.given, table.moments(starts) if table.made is None else np.asarray(table.made)
        return cls(
            category=Words(table.category, table.codebook.categories),
            urgency=urgency,
            starts=starts,
            age=_since_the_purchase(table.purchased, now, ages_of(at, now, table.zone)),
            attributes=table.attributes,
            kind=kind,
            public=_public(table, kind),
            complaint=complaint,
            began=began,
            **{name: getattr(table, name) for name in _AS_THEY_ARE},
        )

    @classmethod
    def of_one(cls, response: Response, context: Context) -> Contexts:
        """Return one context as columns of one row."""
        zone = zone_of(response.at, context.starts if context.now is None else context.now)
        words: dict[str, Any] = {name: _one(getattr(context, name)) for name in _WORDS}
        now = instant_of(context.now)
        bought = response.attributes.get(PURCHASED)
        purchased = None if bought is None else purchase_of(bought)
        return cls(
            category=Words(np.zeros(1, dtype=np.intp), (context.category,)),
            score=np.array([np.nan if response.score is None else as_float(response.score)]),
            below=np.array([context.below]),
            commented=np.array([not is_nothing(response.comment)]),
            urgency=np.array([context.urgency], dtype=np.int8),
            starts=np.array([instant_of(context.starts)]),
            age=_since_the_purchase(purchased, now, ages_of(moments_of(response.at), now, zone)),
            attributes={name: [value] for name, value in response.attributes.items()},
            value=np.array([context.value], dtype=np.float64),
            public=np.array([context.public]),
            complaint=np.array([context.complaint]),
            now=None if context.now is None else now,
            zone=zone,
            **words,
        )

    def __len__(self) -> int:
        return len(self.urgency)

    def row(self, row: int) -> Context:
        """Return the context of a row that is scored."""
        value = np.nan if self.value is None else self.value[row]
        starts = moment_in(self.starts[row], self.zone)
        words = {name: getattr(self, name) for name in _WORDS}
        return Context(
            self.category.names[self.category.codes[row]],
            urgency=int(self.urgency[row]),
            value=None if np.isnan(value) else float(value),
            public=False if self.public is None else bool(self.public[row]),
            complaint=False if self.complaint is None else bool(self.complaint[row]),
            now=starts if self.now is None else moment_in(self.now, self.zone),
            starts=starts,
            below=int(self.below[row]),
            **{name: None if column is None else column.at(row) for name, column in words.items()},
        )


def _one(text: str | None) -> Words | None:
    """Return a column of one text; None where there is none."""
    return None if text is None else Words(np.zeros(1, dtype=np.intp), (text,))


def _public(table: Table, kind: Words | None) -> Bools | None:
    """Return whether others can read each answer: reviews can be read, unless it is said that they cannot."""
    reviews = np.zeros(len(table), dtype=bool) if kind is None else kind.holds("review".__eq__)
    if table.public is None:
        return reviews if reviews.any() else None
    return np.where(table.public < 0, reviews, table.public > 0)
