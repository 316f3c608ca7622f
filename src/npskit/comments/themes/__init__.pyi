"""What comments are about: themes, how often each is mentioned, and how many points of the score it costs or brings."""

from npskit.comments.themes.listed_theme import Theme as Theme
from npskit.comments.themes.theme_counts import ThemeCounts as ThemeCounts
from npskit.comments.themes.theme_list import ThemeList as ThemeList
from npskit.comments.themes.theme_mentions import WrittenRows as WrittenRows
from npskit.comments.themes.theme_mentions import comment_column as comment_column
from npskit.comments.themes.theme_points import RAREST as RAREST
from npskit.comments.themes.theme_points import ThemePoints as ThemePoints
from npskit.comments.themes.theme_points import ThemeRows as ThemeRows
from npskit.comments.themes.theme_points import points_of as points_of
from npskit.comments.themes.theme_points_change import PointsChange as PointsChange
from npskit.comments.themes.theme_points_change import change_of_points as change_of_points
from npskit.comments.themes.theme_tracker import ThemeTracker as ThemeTracker
from npskit.comments.themes.themes import ThemeFigures as ThemeFigures
from npskit.comments.themes.themes import ThemePeriod as ThemePeriod
from npskit.comments.themes.themes import Themes as Themes
from npskit.comments.themes.themes_by_segment import ThemesBySegment as ThemesBySegment
from npskit.comments.themes.themes_change import ThemeChange as ThemeChange
from npskit.comments.themes.themes_change import ThemesChange as ThemesChange
from npskit.comments.themes.tracked import ThemeAlarm as ThemeAlarm
from npskit.comments.themes.tracked import UrgentComment as UrgentComment
from npskit.comments.themes.with_themes import WithThemes as WithThemes

__all__: list[str]
