"""A score, a table of scores, a comparison; and the functions that make them of answers."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
