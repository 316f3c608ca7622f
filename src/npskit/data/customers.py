"""Who is the same customer: one rule for ids, whatever holds them, and for nobody."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Frozen
from npskit.checks import is_hashable
from npskit.data.amounts import plain_number
from npskit.data.cells import objects, unwrapped
from npskit.data.columns import Column, as_column
from npskit.data.keys import factorize, number
from npskit.data.words import LONGEST_NOTHING, is_nothing
from npskit.errors import InvalidTypeError, quoted, written


@attrs.frozen(eq=False)
class Customers(Frozen):
    """A column of customers, read.

    Args:
        numbers: A number for each row, equal for equal customers: below `len(ids)` where the customer is known, else
            one that no other row has. Shape `(rows,)`.
        ids: The known customers by their numbers, each as first written; whole numbers as such.
        spelt: Which of `spellings` stands in each row, shape `(rows,)`.
        spellings: The distinct cells.
        texts: What each known customer is compared by, where that is not the text of `ids`.
    """

    numbers: NDArray[np.intp]
    ids: list[Any]
    spelt: NDArray[np.intp]
    spellings: list[Any]
    texts: list[str] | None = None

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether it is known who answered, shape `(rows,)`."""
        return np.asarray(self.numbers < len(self.ids))

    @property
    def cells(self) -> NDArray[Any]:
        """The id of each row as it stands there, None where it is not known: shape `(rows,)`."""
        same = self.ids is self.spellings
        ids = objects(self.ids if same else (None if is_nothing(one) else as_id(one) for one in self.spellings))
        return ids[self.spelt] if len(ids) else ids

    @property
    def keys(self) -> list[str]:
        """What each known customer is compared by in another table; see `customer_key`."""
        return list(map(written, self.ids)) if self.texts is None else self.texts

    @property
    def row_keys(self) -> list[str | None]:
        """What each row's customer is compared by, None where nobody is known."""
        keys = [*self.keys, None]
        return [keys[number] for number in np.minimum(self.numbers, len(self.ids)).tolist()]

    @property
    def first(self) -> NDArray[np.intp]:
        """The first row of each row's customer; the row itself where the customer is not known."""
        first = np.full(int(self.numbers.max(initial=-1)) + 1, -1, dtype=np.intp)
        first[self.numbers[::-1]] = np.arange(len(self.numbers))[::-1]
        return first[self.numbers]


def customer_key(customer: object) -> str | None:
    """Return the text by which a customer is known everywhere, None for nobody.

    It is the id's text: 7, 7.0, `np.int64(7)`, `"7"` and `b"7"` are one customer, `"07"` and `" 7"` are others. An
    e-mail address has its blanks stripped and is compared in any case. Nobody is what is missing, blank or a word for
    it, such as "NA" or "-".

    Example:
        >>> [customer_key(each) for each in (7.0, "07", " Ann@X.de", "ann@x.de", "n/a")]
        ['7', '07', 'ann@x.de', 'ann@x.de', None]
    """
    if isinstance(customer, bytes):
        customer = customer.decode("utf-8", "surrogateescape")
    if isinstance(customer, str):
        return _key_of_text(customer)
    return None if is_nothing(customer) else written(as_id(customer))


def _key_of_text(text: str) -> str | None:
    """Return what a text is compared by."""
    if "@" in text:
        address = text.strip()
        name, _, domain = address.partition("@")
        if name and "." in domain.strip(".") and "@" not in domain and len(address.split()) == 1:
            return address.casefold()
    elif (len(text) <= LONGEST_NOTHING or text.isspace()) and is_nothing(text):
        return None
    return str(text)


def read_customers(column: Column | Iterable[Any], name: str = "customer") -> Customers:
    """Read a column of customers by `customer_key`; each row of nobody is one of its own.

    Args:
        column: The ids.
        name: What to call them in an error.

    Raises:
        InvalidTypeError: If an id is not hashable.

    Example:
        >>> found = read_customers(["ann@x.de", "Ann@x.de", None, "NA", 7, "7"])
        >>> found.numbers.tolist(), found.ids
        ([0, 0, 2, 3, 1, 1], ['ann@x.de', 7])
    """
    found = as_column(column)
    cells: Any = column if found is None else found.filled()
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "iuf":
        return _of_numbers(cells)
    codes, seen = _numbered(cells, name)
    kinds = set(map(type, seen))
    if kinds <= {int} or (kinds == {str} and _are_ids(seen)):
        return Customers(codes, seen, codes, seen, seen if kinds == {str} else None)
    places, keys = number([None, *map(customer_key, seen)])  # nobody comes first
    to, known = places[1:] - 1, len(keys) - 1
    first = dict(zip(reversed(to.tolist()), reversed(seen), strict=True))  # the last one that is put there stays
    ids = [as_id(first[place]) for place in range(known)]
    numbers = _apart(np.where(to < 0, known, to)[codes] if len(to) else codes, known)
    return Customers(numbers, ids, codes, seen, keys[1:])


def _are_ids(texts: list[str]) -> bool:
    """Whether each of many texts is compared as it stands: no address, no word for nothing, no blanks around it."""
    together = "\0".join(texts)
    blanks = len(together.split(None, 1)) != 1 or together[:1].isspace() or together[-1:].isspace()
    if "@" in together or blanks or min(map(len, texts)) <= LONGEST_NOTHING:
        return all(_key_of_text(text) == text for text in texts)
    return True


def _of_numbers(cells: NDArray[Any]) -> Customers:
    """Read a column of numbers; whole ones as such, also where they are floats because some are missing."""
    if cells.dtype.kind == "f":
        missing = np.isnan(cells)
        with np.errstate(invalid="ignore", over="ignore"):
            cells = cells.astype(np.float64, copy=False)  # half floats cannot be compared with 2**53
            whole = cells.astype(np.int64)
        # beyond 2**53 a float does not say which whole number it was
        if ((whole == cells) | missing).all() and not (np.abs(cells[~missing]) > 2.0**53).any():
            cells = np.ma.array(whole, mask=missing) if missing.any() else whole
    codes, spellings = factorize(cells)
    ids = spellings[:-1] if None in spellings[-1:] else spellings
    if cells.dtype.kind == "f":
        ids = list(map(as_id, ids))
    return Customers(_apart(codes, len(ids)), ids, codes, spellings)


def _numbered(cells: Iterable[Any], name: str) -> tuple[NDArray[np.intp], list[Any]]:
    """Number cells in the order in which they are first seen, naming one that is not hashable."""
    listed = unwrapped(cells if isinstance(cells, np.ndarray) else list(cells))
    try:
        return number(listed)
    except InvalidTypeError:
        strange = next((who for who in listed if not is_hashable(who)), listed)
        raise InvalidTypeError(
            f"{name}: ids must be hashable, such as texts or numbers: got {quoted(strange)}"
        ) from None


def _apart(codes: NDArray[np.intp], known: int) -> NDArray[np.intp]:
    """Return numbers in which each row of nobody, whose code is `known`, has a number of its own."""
    nobody = codes >= known
    return np.where(nobody, known - 1 + np.cumsum(nobody), codes) if nobody.any() else codes


def as_id(customer: Any) -> Any:
    """Return an id as Python's own, a whole number as such however it is stored."""
    if isinstance(customer, np.generic):
        customer = customer.item()
    return plain_number(customer)
