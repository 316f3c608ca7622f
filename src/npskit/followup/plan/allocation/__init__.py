"""Which offers fit within money and hours: greedy with a bound, or exact."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
