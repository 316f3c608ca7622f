"""What each comment is: spam, noise or content, what its writer wants, and the mood it was written in."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
