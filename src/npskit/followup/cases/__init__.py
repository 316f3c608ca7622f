"""Cases of customers: what was done, when, and how the loop is closed."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
