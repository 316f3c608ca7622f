"""Scores of calendar periods and moving windows, and each period against an earlier one."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
