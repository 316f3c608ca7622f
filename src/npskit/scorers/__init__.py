"""What answers mean: the scorer protocol, the built-in scorers, the registry."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
