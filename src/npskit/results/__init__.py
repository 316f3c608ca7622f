"""The base of every result, and how results become text, tables, JSON and files."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
