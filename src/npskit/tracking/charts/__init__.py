"""Control charts and change points: which periods stand out, and when a shift began."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
