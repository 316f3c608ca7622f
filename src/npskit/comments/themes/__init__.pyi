"""What comments are about: themes, how often each is mentioned, and how many points of the score it costs or brings."""

from npskit.comments.themes.theme_counts import ThemeCounts as ThemeCounts
from npskit.comments.themes.theme_points import RAREST as RAREST
from npskit.comments.themes.theme_points import ThemePoints as ThemePoints
from npskit.comments.themes.theme_points import ThemeRows as ThemeRows
from npskit.comments.themes.theme_points import points_of as points_of
from npskit.comments.themes.theme_points_change import PointsChange as PointsChange
from npskit.comments.themes.theme_points_change import change_of_points as change_of_points

__all__: list[str]
