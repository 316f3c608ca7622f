"""What comments say: who writes any, which words mark whom, what they are about, and how urgent they are."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
