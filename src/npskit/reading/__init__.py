"""Files from survey tools, with what was found out about them, and what was rejected and why."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
