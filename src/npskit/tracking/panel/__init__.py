"""The same customers again: who went from which category to which."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
