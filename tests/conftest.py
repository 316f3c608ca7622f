"""Hypothesis without deadlines, because a slow machine is no failure.

The same examples are tried in every run, so that a run which passed passes again; `NPSKIT_EXPLORE=1` tries new ones.
"""

import os

from hypothesis import settings

settings.register_profile("npskit", deadline=None, derandomize=not os.environ.get("NPSKIT_EXPLORE"))
settings.load_profile("npskit")
