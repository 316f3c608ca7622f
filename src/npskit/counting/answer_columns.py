"""One question's answers, read block by block as positions on its scale.

A position is one byte: 0 for the lowest point of the scale, `scale.size` or above for anything off the scale. No value
is cast to a byte unchecked, which would turn 265 into 9.
"""

from __future__ import annotations

import abc
from typing import Any, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

from npskit.data import Scale
from npskit.errors import NpskitWarning

# Elements in a block: of one-byte answers, of wider integers, and of floats, which need wide buffers.
# Larger ones spill out of a core's second cache; smaller ones spend the time on calls.
BYTES = 1 << 19
INTEGERS = 1 << 18
FLOATS = 1 << 17

# The codes of what is not on the scale; as positions they are off every scale.
MISSING = 255
INVALID = 254

Said: TypeAlias = tuple[str, type[NpskitWarning]]
"""What is to be said of how a column was read, and as which kind of warning."""

# The integer types floats are cast to; the last holds every scale.
_HOLDERS = [np.dtype(t) for t in (np.uint8, np.int8, np.int16, np.int32)]


def _holds(dtype: np.dtype[Any], scale: Scale) -> bool:
    """Whether every point of the scale is a value of this integer type."""
    values = 1 << 8 * dtype.itemsize
    least = -values // 2 if dtype.kind == "i" else 0
    return least <= scale.low and scale.high < least + values


def _blot(positions: NDArray[np.uint8], off: NDArray[np.bool_]) -> None:
    """Put 255 where `off`, which is overwritten; half the time of a masked copy."""
    ones = off.view(np.uint8)
    np.negative(ones, out=ones)
    np.bitwise_or(positions, ones, out=positions)


class AnswerBlocks(abc.ABC):
    """Reads blocks in order: `positions` of a block, then, if the block was `dirty`, which of it is `missing`.

    Args:
        values: The answers, shape `(n,)`.
        scale: The scale they are answers on.
        hidden: Booleans, shape `(n,)`: True where a mask says missing.
    """

    # The most answers to be read at once.
    _longest = BYTES
    said: tuple[Said, ...] = ()

    def __init__(self, values: NDArray[Any], scale: Scale, hidden: NDArray[np.bool_] | None = None) -> None:
        self.values = values
        self.scale = scale
        self.hidden = hidden
        self.size = values.size
        self.block = min(self._longest, max(self.size, 1))
        self.dirty = False
        self._bytes = np.empty(self.block, np.uint8)

    def __len__(self) -> int:
        return self.size

    def positions(self, at: slice) -> NDArray[np.uint8]:
        """Return the positions of a block, contiguous and valid until the next call."""
        found = self._read(at)
        if self.hidden is not None and self.hidden[at].any():
            kept, found = found, self._bytes[: found.size]
            np.copyto(found, kept)
            _blot(found, self.hidden[at].copy())
            self.dirty = True
        return found

    def missing(self, at: slice) -> NDArray[np.bool_]:
        """Return which answers of the block just read are missing."""
        missing = self._absent(at)
        if self.hidden is not None:
            missing |= self.hidden[at]
        return missing

    def part(self, at: slice) -> AnswerBlocks:
        """Return some of the rows as a column with buffers of its own, to be read in another thread."""
        return type(self)(self.values[at], self.scale, None if self.hidden is None else self.hidden[at])

    @abc.abstractmethod
    def _read(self, at: slice) -> NDArray[np.uint8]:
        """Return the positions of a block by its values alone, and set `dirty`."""

    @abc.abstractmethod
    def _absent(self, at: slice) -> NDArray[np.bool_]:
        """Return which values of a block are missing by themselves, as an array to be written to."""

    def _shifted(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Return `values - low` as bytes, 255 where it does not fit; the values' type holds the scale."""
        low = self.scale.low
        unsigned = values.view(f"u{values.itemsize}")
        if low:
            # Wraps around, but one to one: only what lies on the scale comes to lie below its size.
            unsigned = unsigned - unsigned.dtype.type(low % (1 << 8 * values.itemsize))
        if values.itemsize == 1 and unsigned.flags.c_contiguous:
            return unsigned
        found = self._bytes[: values.size]
        np.copyto(found, unsigned, casting="unsafe")
        if values.itemsize > 1 and unsigned.max() > MISSING:
            _blot(found, unsigned > MISSING)
        return found


class Coded(AnswerBlocks):
    """Answers that are codes already: 255 where missing, 254 where invalid."""

    def _read(self, at: slice) -> NDArray[np.uint8]:
        codes: NDArray[np.uint8] = self.values[at]
        self.dirty = bool(codes.max() == MISSING)
        return codes

    def _absent(self, at: slice) -> NDArray[np.bool_]:
        return cast(NDArray[np.bool_], self.values[at] == MISSING)


class Integers(AnswerBlocks):
    """Integers of any width: nothing is missing but what the mask hides."""

    def __init__(self, values: NDArray[Any], scale: Scale, hidden: NDArray[np.bool_] | None = None) -> None:
        self._longest = BYTES if values.itemsize == 1 else INTEGERS
        super().__init__(values, scale, hidden)
        self._fits = _holds(values.dtype, scale)
        self._native = values.dtype.newbyteorder("=")

    def _read(self, at: slice) -> NDArray[np.uint8]:
        self.dirty = False
        values = self.values[at].astype(self._native, copy=False)
        if not self._fits:
            # Every scale ends far below the cap, and every capped value fits int64.
            values = (np.minimum(values, 1 << 40) if values.dtype == np.uint64 else values).astype(np.int64)
        return self._shifted(values)

    def _absent(self, at: slice) -> NDArray[np.bool_]:
        return np.zeros(at.stop - at.start, np.bool_)


class Floats(AnswerBlocks):
    """Floats of any width: NaN is missing; what an integer cannot hold exactly is off the scale."""

    _longest = FLOATS

    def __init__(self, values: NDArray[Any], scale: Scale, hidden: NDArray[np.bool_] | None = None) -> None:
        super().__init__(values, scale, hidden)
        self._whole = np.empty(self.block, next(h for h in _HOLDERS if _holds(h, scale)))
        self._back = np.empty(self.block, values.dtype.newbyteorder("="))
        self._off = np.empty(self.block, np.bool_)

    def _read(self, at: slice) -> NDArray[np.uint8]:
        values = self.values[at]
        whole, back, off = self._whole[: values.size], self._back[: values.size], self._off[: values.size]
        # A cast that fails gives any integer, but never one that casts back to the float it came from.
        with np.errstate(invalid="ignore", over="ignore"):
            np.copyto(whole, values, casting="unsafe")
            np.copyto(back, whole, casting="unsafe")
        np.not_equal(back, values, out=off)
        found = self._shifted(whole)
        self.dirty = bool(off.any())
        if self.dirty:
            _blot(found, off)
        return found

    def _absent(self, at: slice) -> NDArray[np.bool_]:
        return cast(NDArray[np.bool_], np.isnan(self.values[at]))
