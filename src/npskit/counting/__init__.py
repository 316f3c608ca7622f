"""Answers into tallies: the kernels, and the tally itself."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
