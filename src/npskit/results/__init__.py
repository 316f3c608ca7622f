"""Results: what every answer of npskit has in common, and how it is shown, kept and handed on."""

from npskit.results.interval import Interval as Interval
from npskit.results.result import Result as Result
