"""Who is held out, decided by the customer alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from npskit import checks
from npskit.data import Customers, read_customers
from npskit.errors import InvalidTypeError, quoted


def uniform(customers: Iterable[Any], salt: str | int = "") -> NDArray[np.float64]:
    """Return a number in [0, 1) for each customer: the same in every process, on every machine, in any order of rows.

    It is the first 53 bits of the BLAKE2b hash (RFC 7693), keyed by `salt`, of the customer's text in UTF-8. A customer
    who comes back from a CSV file as text is the same customer: 7, `np.int64(7)`, 7.0, `"7"` and `b"7"` get one number;
    `"07"` and `" 7"` are others. An e-mail address is the same in any case and with blanks around it.

    Args:
        customers: (n,) ids: text, numbers, or anything else that has a text of its own. Nobody (None, NaN,
            NaT, blank, "NA", "-" and other words for it) gets NaN.
        salt: Names the experiment; another one gives independent numbers.

    Raises:
        InvalidTypeError: If `customers` is not a column, or the salt neither text nor a whole number.

    Example:
        >>> uniform(["7", 7, 7.0, "8", None], "spring").round(4).tolist()
        [0.484, 0.484, 0.484, 0.3616, nan]
    """
    if isinstance(customers, (str, bytes)) or not isinstance(customers, Iterable):
        raise InvalidTypeError(
            f"customers must be a column of ids, not {quoted(customers)} ({type(customers).__name__})"
        )
    return chances(read_customers(customers), salt)


def chances(customers: Customers, salt: str | int) -> NDArray[np.float64]:
    """Return the number of `uniform` for each row of a column of customers that is read already."""
    # Copying a keyed state is quicker than keying anew.
    copied, digests = hashlib.blake2b(digest_size=8, key=_key(salt)).copy, []
    for text in customers.keys:
        state = copied()
        state.update(text.encode("utf-8", "surrogatepass"))
        digests.append(state.digest())
    bits = np.frombuffer(b"".join(digests), dtype=">u8") >> np.uint64(11)
    numbers = np.append(bits.astype(np.float64) * 2.0**-53, np.nan)
    return numbers[np.minimum(customers.numbers, len(customers.ids))]


def assign_holdout(customers: Iterable[Any], share: float, salt: str | int = "") -> NDArray[np.bool_]:
    """Return whether each customer is held out: those whose `uniform` number is below `share`.

    The arm depends on the customer and the salt alone. Whoever is held out at one share is so at any larger one. A
    customer without an id cannot be kept in one arm, and is not held out: leave those rows out of the comparison.

    Args:
        customers: (n,) ids, as for `uniform`.
        share: Part of the customers to hold out, 0 to 1.
        salt: Names the experiment; another one draws another holdout, independent of the first.

    Raises:
        InvalidTypeError: If `customers` is not a column, `share` not a number, or the salt neither text nor a whole
            number.
        InvalidValueError: If `share` is not within 0..1.

    Example:
        >>> assign_holdout(range(8), 0.25, "spring").tolist()
        [True, False, False, False, False, False, False, False]
    """
    return uniform(customers, salt) < checks.share(share, "share")


def scrambled(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return numbers in [0, 1) that are different for different ones of `uniform`, and tell nothing of their order.

    They decide ties between customers, who must not come first because they are held out: the finalizer of SplitMix64
    (Steele, Lea & Flood, OOPSLA 2014) of the 53 bits.

    Args:
        numbers: (n,) from `uniform`; NaN stays NaN.

    Example:
        >>> scrambled(np.array([0.0, 0.5, np.nan])).round(4).tolist()
        [0.8833, 0.1755, nan]
    """
    known = ~np.isnan(numbers)
    bits = (np.where(known, numbers, 0.0) * 2.0**53).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    bits ^= bits >> np.uint64(31)
    return np.where(known, (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53, np.nan)


def _key(salt: str | int) -> bytes:
    """Return the hash key of a salt: its text, or the hash of a text too long for a key."""
    if isinstance(salt, bool | np.timedelta64) or not isinstance(salt, (str, int, np.integer)):
        raise InvalidTypeError(f"salt must be text or a whole number, not {quoted(salt)} ({type(salt).__name__})")
    key = str(salt).encode("utf-8", "surrogatepass")
    return key if len(key) <= hashlib.blake2b.MAX_KEY_SIZE else hashlib.blake2b(key).digest()
