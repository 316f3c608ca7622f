"""What the score goes with: which drivers explain it, and how sure that is."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
