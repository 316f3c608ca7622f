"""Hypothesis without deadlines: machines are shared, and a slow one is no failure."""

from hypothesis import settings

settings.register_profile("npskit", deadline=None)
settings.load_profile("npskit")
