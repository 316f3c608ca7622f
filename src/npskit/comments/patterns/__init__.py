"""Patterns of words that say something of a comment, and what they say: its urgency."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
