"""The commands of `npskit`, and their options."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
