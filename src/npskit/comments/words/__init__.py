"""The words of comments: where they begin and end, which are one word, and in which language."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
