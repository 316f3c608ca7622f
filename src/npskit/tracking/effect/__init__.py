"""What an intervention did: before and after, differences, interrupted series, placebo checks."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
