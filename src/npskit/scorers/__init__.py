"""The pluggable core: what answers are worth."""

from npskit.data.scale import Scale
from npskit.scorers.base import Codebook, Scorer, codebook_of
from npskit.scorers.ces import CES
from npskit.scorers.csat import CSAT
from npskit.scorers.growth import Growth, earned_growth_rate, earned_growth_ratio, grr, nrr
from npskit.scorers.nps import NPS
from npskit.scorers.registry import PluginError, available, get_scorer, register
from npskit.scorers.retention import Retained, Retention, retention_from_counts, retention_from_ids
from npskit.scorers.sci import SCI

__all__ = [
    "CES",
    "CSAT",
    "NPS",
    "SCI",
    "Codebook",
    "Growth",
    "PluginError",
    "Retained",
    "Retention",
    "Scale",
    "Scorer",
    "available",
    "codebook_of",
    "earned_growth_rate",
    "earned_growth_ratio",
    "get_scorer",
    "grr",
    "nrr",
    "register",
    "retention_from_counts",
    "retention_from_ids",
]
