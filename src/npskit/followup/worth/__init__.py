"""What customers at risk, a program and a point of retention are worth."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
