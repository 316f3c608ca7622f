"""Whether following up helped: treated customers against a holdout."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
