"""Pictures of results: what each shows, where it stands, and how it becomes SVG text or matplotlib axes."""

from npskit.doors import open_door

__getattr__, __dir__, __all__ = open_door(__name__)
