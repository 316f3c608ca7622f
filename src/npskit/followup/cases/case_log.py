"""CaseLog: what happened to each case of a log, as columns; and how one is made of the times of its events.

A million cases are a few arrays here, never a million objects; `Case` objects become the same columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Bools, Codes, Frozen, Times
from npskit.data import factorize
from npskit.followup.cases.case_table import MONTH, CaseTable, CaseTimes
from npskit.followup.cases.rejections import Rejections
from npskit.options import EVENT_KINDS, EventKind
from npskit.times import in_zone

NAT = np.datetime64("NaT", "us")


@attrs.frozen(eq=False)
class CaseLog(Frozen):
    """What happened to each case up to a time, as columns of shape `(cases,)`.

    Args:
        ids: What each case is called.
        opened: When it was opened, datetime64[us].
        responded: When the customer first heard from us (first response or contact); NaT if not yet.
        closed: When it was closed for good so far; NaT while it is open, also when it was reopened.
        ended: Whether it was resolved or closed at least once.
        resolved: When it was resolved for good so far; NaT where it was not, or was reopened since.
        reopened: Whether it ever was.
        escalated: Whether it ever was.
        tried: Whether anybody tried to reach the customer: an attempt, a response or a contact.
        reached: Whether the customer was reached: contacted.
        worst: Whether the customer was in the scorer's worst category; None if the log does not say.
        later: The customer's category when surveyed again, -1 if that has not been; None if the log does not say.
        keys: For each name of `by`, the code of each case and what the codes stand for.
        recorded: The events that the log holds; what it never holds is not known, rather than never the case.
        as_of: The time up to which things are known.
        time_zone: The zone of the data, None where times are naive. With a zone, times here are UTC.
        rejected: What could not be used.
        left_out: Cases opened after `as_of`.
        set_aside: Cases that could not be used, and rows of which the case is not known.
        unsure: For `"responded"`, `"resolved"` and `"closed"` where it is not known whether that happened: the log has
            a time for it that cannot be, and no other.
        due: By when each should be answered, NaT where nothing is said; None if the log does not say.
        waits: Whether each is open, where the log says so by yes and no rather than by times; else None.
        backend: The dataframe library of the log.
    """

    ids: NDArray[Any]
    opened: Times
    responded: Times
    closed: Times
    ended: Bools
    resolved: Times
    reopened: Bools
    escalated: Bools
    tried: Bools
    reached: Bools
    worst: Bools | None
    later: Codes | None
    keys: Mapping[str, tuple[Codes, list[Any]]]
    recorded: frozenset[EventKind]
    as_of: np.datetime64
    time_zone: str | None
    rejected: Rejections
    left_out: int
    set_aside: int
    unsure: Mapping[str, Bools]
    due: Times | None
    waits: Bools | None
    backend: str | None

    def __len__(self) -> int:
        return len(self.opened)


def log_of(
    table: CaseTable,
    times: CaseTimes,
    at: Mapping[str, Times],
    of_case: Callable[[Codes], Codes],
    *,
    impossible: Mapping[str, Bools],
    **rest: Any,
) -> CaseLog:
    """Return the columns of a log.

    Args:
        table: The log.
        times: Its times.
        at: When each kind of event first happened to each case, NaT where it has not.
        of_case: Returns the value of each case, from one for each row; -1 stands for none.
        impossible: Of each kind of event, the cases of which the log has a time for it that cannot be.
        rest: The other columns of the result.
    """
    has = {kind: ~np.isnat(at[kind]) for kind in EVENT_KINDS}
    keys = {name: key_of(*found, of_case) for name, found in table.keys().items()}
    if MONTH in table.by:
        codes, months = factorize(in_zone(at["opened"], times.time_zone).astype("datetime64[M]"))
        keys[MONTH] = codes, list(map(str, months))
    present = table.categories("score", "category", strict=False)
    later = table.categories("later_score", "later", strict=True)
    responded = np.fmin(at["first_response"], at["contacted"])
    unsure = {kind: impossible[kind] & np.isnat(rest[kind]) for kind in ("closed", "resolved")}
    unsure["responded"] = (impossible["first_response"] | impossible["contacted"]) & np.isnat(responded)
    return CaseLog(
        opened=at["opened"],
        responded=responded,
        unsure=unsure,
        ended=has["resolved"] | has["closed"] | has["reopened"],
        reopened=has["reopened"],
        escalated=has["escalated"],
        tried=has["contact_attempted"] | has["first_response"] | has["contacted"],
        reached=has["contacted"],
        worst=None if present is None else of_case(present) == 0,
        later=None if later is None else of_case(later),
        keys=keys,
        time_zone=times.time_zone,
        backend=table.frame.backend,
        **rest,
    )


def key_of(codes: Codes, values: list[Any], of_case: Callable[[Codes], Codes]) -> tuple[Codes, list[Any]]:
    """Return the code of each case, from those of the rows, and what codes stand for: None, if there, comes last."""
    named = values[:-1] if None in values[-1:] else values
    found = of_case(np.where(codes == len(named), -1, codes))
    nothing = found < 0
    return (np.where(nothing, len(named), found), [*named, None]) if nothing.any() else (found, named)


def latest_of(times: CaseTimes, columns: Iterable[Times], as_of: Any) -> np.datetime64:
    """Return the time up to which things are known: the latest of the log, if the caller does not say."""
    if as_of is not None:
        return times.moment(as_of)
    return max((values[~np.isnat(values)].max() for values in columns if not np.isnat(values).all()), default=NAT)
