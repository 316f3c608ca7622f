"""Simulated surveys with known truths."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
