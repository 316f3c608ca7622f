"""Pictures of results: what each shows, where it stands, and how it becomes SVG text or matplotlib axes."""

from npskit.plots.answer_bar import AnswerBar as AnswerBar
from npskit.plots.answer_bar import BarCategory as BarCategory
from npskit.plots.axes import axes_of as axes_of
from npskit.plots.budget_curve import BudgetCurve as BudgetCurve
from npskit.plots.chart import COMPACT as COMPACT
from npskit.plots.chart import NARROW as NARROW
from npskit.plots.chart import WIDE as WIDE
from npskit.plots.chart import Chart as Chart
from npskit.plots.crosses import Cross as Cross
from npskit.plots.crosses import Crosses as Crosses
from npskit.plots.forest import Forest as Forest
from npskit.plots.forest import ForestRow as ForestRow
from npskit.plots.heat_map import HeatMap as HeatMap
from npskit.plots.lettering import cut as cut
from npskit.plots.lettering import text_width as text_width
from npskit.plots.palette import DARK as DARK
from npskit.plots.palette import LIGHT as LIGHT
from npskit.plots.palette import STYLES as STYLES
from npskit.plots.palette import chart_css as chart_css
from npskit.plots.palette import css as css
from npskit.plots.period_lines import PeriodEvent as PeriodEvent
from npskit.plots.period_lines import PeriodLines as PeriodLines
from npskit.plots.period_lines import PeriodSeries as PeriodSeries
from npskit.plots.period_lines import PeriodSignal as PeriodSignal
from npskit.plots.period_panels import PeriodPanels as PeriodPanels
from npskit.plots.period_panels import panels_of as panels_of
from npskit.plots.row_bar import RowBar as RowBar
from npskit.plots.scene import Axis as Axis
from npskit.plots.scene import Box as Box
from npskit.plots.scene import Dot as Dot
from npskit.plots.scene import Line as Line
from npskit.plots.scene import Mark as Mark
from npskit.plots.scene import Path as Path
from npskit.plots.scene import Scene as Scene
from npskit.plots.scene import Text as Text
from npskit.plots.speech import ENGLISH as ENGLISH
from npskit.plots.speech import PHRASES as PHRASES
from npskit.plots.speech import Speech as Speech
from npskit.plots.stack import Stack as Stack
from npskit.plots.svg import svg_of as svg_of
from npskit.plots.waiting_curves import WaitingCurve as WaitingCurve
from npskit.plots.waiting_curves import WaitingCurves as WaitingCurves
from npskit.plots.waterfall import Waterfall as Waterfall
from npskit.plots.waterfall import WaterfallStep as WaterfallStep

__all__: list[str]
