"""From tallies to uncertainty: intervals, tests and sizes, of counts and never of rows."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
