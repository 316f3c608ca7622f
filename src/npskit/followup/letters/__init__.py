"""Letters to customers: templates in several languages, and what fills their gaps."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
