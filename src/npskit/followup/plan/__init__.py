"""Whom to follow up with what: candidates, expected gains, holdout, limits, and the plan."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
