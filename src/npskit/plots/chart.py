"""The base of every chart: what it says, and how it is laid out; what draws it is written elsewhere, once."""

from __future__ import annotations

import abc
from typing import Any

from npskit.plots.scene import Scene
from npskit.plots.speech import Speech

WIDE, NARROW = 720.0, 342.0
# Below this width there are fewer ticks, and figures of intervals stand in the table alone.
COMPACT = 520.0


class Chart(abc.ABC):
    """What a picture shows, as numbers and names: charts are frozen records, and know no library that draws."""

    __slots__ = ()

    @abc.abstractmethod
    def title(self, speech: Speech) -> str:
        """Return what is shown."""

    @abc.abstractmethod
    def alt(self, speech: Speech) -> str:
        """Return the figures, or what there is to see, for those who do not see it."""

    @abc.abstractmethod
    def table(self, speech: Speech) -> tuple[list[str], list[list[Any]]]:
        """Return header and rows of a table with everything that is drawn; None where there is no number."""

    @abc.abstractmethod
    def drawn(self, width: float, speech: Speech) -> Scene:
        """Return the drawing at a width in pixels."""
