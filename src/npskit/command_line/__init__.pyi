"""The commands of `npskit`, and their options."""

from npskit.command_line.comments_file import add_comments as add_comments
from npskit.command_line.demo import add_demo as add_demo
from npskit.command_line.drivers_file import add_drivers as add_drivers
from npskit.command_line.due_file import add_due as add_due
from npskit.command_line.effect_file import add_effect as add_effect
from npskit.command_line.follow_up_file import add_follow_up as add_follow_up
from npskit.command_line.hints import in_options as in_options
from npskit.command_line.loop_file import add_loop as add_loop
from npskit.command_line.report_file import add_report as add_report
from npskit.command_line.schema_file import add_schema as add_schema
from npskit.command_line.schema_file import schemas as schemas
from npskit.command_line.score_file import add_score as add_score

__all__: list[str]
