"""Patterns of words that say something of a comment: its urgency, and what is masked where it is quoted."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
