"""The score over time: how it moved, why, and what moved it."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
