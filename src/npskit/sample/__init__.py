"""A survey's rows bound, placed and counted: the one pipeline from data to estimates."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
