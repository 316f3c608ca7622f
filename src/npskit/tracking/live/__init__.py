"""Live scores: one answer at a time, windows, and alarms that hold however often one looks."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
