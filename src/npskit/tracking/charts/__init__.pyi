"""Control charts and change points: which periods stand out, and when a shift began."""

from npskit.tracking.charts.alike import variance_of_alike as variance_of_alike
from npskit.tracking.charts.alike import variance_of_means as variance_of_means
from npskit.tracking.charts.bands import band_numbers as band_numbers
from npskit.tracking.charts.change_record import Change as Change
from npskit.tracking.charts.change_record import ChangePoints as ChangePoints
from npskit.tracking.charts.chart_kinds import cusum_chart as cusum_chart
from npskit.tracking.charts.chart_kinds import ewma_chart as ewma_chart
from npskit.tracking.charts.chart_kinds import laney_chart as laney_chart
from npskit.tracking.charts.control_chart import ControlChart as ControlChart
from npskit.tracking.charts.control_chart import Signal as Signal
from npskit.tracking.charts.cusum import cumulative_sum as cumulative_sum
from npskit.tracking.charts.period_checks import checked_periods as checked_periods
from npskit.tracking.charts.rivals import Rivals as Rivals
from npskit.tracking.charts.run_length import cusum_run_length as cusum_run_length
from npskit.tracking.charts.seasons import CYCLES_OF as CYCLES_OF
from npskit.tracking.charts.seasons import season_codes as season_codes
from npskit.tracking.charts.segmentation import change_points as change_points

__all__: list[str]
