"""The report: what is known, what is not, and whom to answer, on one page for people; from results alone."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
