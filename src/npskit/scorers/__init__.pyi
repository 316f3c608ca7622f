"""What answers mean: the scorer protocol, the built-in scorers, the registry."""

from npskit.scorers import growth as growth
from npskit.scorers.base import Codebook as Codebook
from npskit.scorers.base import Scorer as Scorer
from npskit.scorers.base import answer_grid as answer_grid
from npskit.scorers.base import codebook_of as codebook_of
from npskit.scorers.base import read_codebook as read_codebook
from npskit.scorers.by_label import ByLabel as ByLabel
from npskit.scorers.ces import CES as CES
from npskit.scorers.csat import CSAT as CSAT
from npskit.scorers.growth import Growth as Growth
from npskit.scorers.growth import earned_growth_rate as earned_growth_rate
from npskit.scorers.growth import earned_growth_ratio as earned_growth_ratio
from npskit.scorers.growth import grr as grr
from npskit.scorers.growth import nrr as nrr
from npskit.scorers.nps import NPS as NPS
from npskit.scorers.registry import PluginError as PluginError
from npskit.scorers.registry import available as available
from npskit.scorers.registry import get_scorer as get_scorer
from npskit.scorers.registry import register as register
from npskit.scorers.retention import Retained as Retained
from npskit.scorers.retention import Retention as Retention
from npskit.scorers.retention import retention_from_counts as retention_from_counts
from npskit.scorers.retention import retention_from_ids as retention_from_ids
from npskit.scorers.sci import SCI as SCI
from npskit.scorers.scorer_json import read_scorer as read_scorer
from npskit.scorers.scorer_json import scorer_record as scorer_record

__all__: list[str]
