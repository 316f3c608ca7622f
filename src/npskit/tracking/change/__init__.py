"""Why the score moved: mix and rate, by segment and in a sentence."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
