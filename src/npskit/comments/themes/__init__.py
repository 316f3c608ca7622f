"""What comments are about: themes, how often each is mentioned, and how many points of the score it costs or brings."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
