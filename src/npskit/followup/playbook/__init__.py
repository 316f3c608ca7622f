"""What to do about an answer: rules and strategies, due times, urgency, and the follow-up they make."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
