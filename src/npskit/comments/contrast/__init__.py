"""What the comments of some have that those of others have not: words and pairs of words."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
