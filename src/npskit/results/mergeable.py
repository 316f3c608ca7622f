"""Sums that are counted on many machines and added up on one: how they travel between them."""

from __future__ import annotations

import abc
import json
from typing import Any

from npskit.arrays import Frozen
from npskit.results.result import schema_of
from npskit.results.stored import read_json


class Mergeable(Frozen):
    """Base of what merges by `+` and travels as JSON: what is counted on one machine is added up on another.

    A class says what is kept of it, and makes itself of that again in `from_json`.
    """

    __slots__ = ()

    # The version of what `to_dict` gives: it rises when a name changes its meaning.
    _VERSION = 1
    # What `to_dict` says if not the fields, as `npskit.results.schemas` reads it.
    _SAYS: str | None = None

    @abc.abstractmethod
    def _kept(self) -> dict[str, Any]:
        """Return all that it is made of, as JSON has it."""

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it, with `schema` and `version` to know it by."""
        return {"schema": schema_of(type(self)), "version": self._VERSION, **self._kept()}

    def to_json(self) -> str:
        """Return `to_dict()` as JSON text, which `from_json` reads."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    @classmethod
    def _read(cls, text: str | bytes) -> dict[str, Any]:
        """Return what `to_json` wrote, seen to be of this class; see `read_json`."""
        return read_json(text, schema_of(cls), cls._VERSION)
