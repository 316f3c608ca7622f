"""What to do about an answer: rules and strategies, due times, urgency, and the follow-up they make."""

from npskit.followup.playbook.channels import kind_of as kind_of
from npskit.followup.playbook.complaints import ComplaintWords as ComplaintWords
from npskit.followup.playbook.contexts import CRITICAL as CRITICAL
from npskit.followup.playbook.due import DueTimes as DueTimes
from npskit.followup.playbook.follow_up import GIFTS as GIFTS
from npskit.followup.playbook.follow_up import Context as Context
from npskit.followup.playbook.follow_up import FollowUp as FollowUp
from npskit.followup.playbook.follow_up import Strategy as Strategy
from npskit.followup.playbook.playbook import Playbook as Playbook
from npskit.followup.playbook.playbook import recommend as recommend
from npskit.followup.playbook.points import Points as Points
from npskit.followup.playbook.recommendations import FLAGS as FLAGS
from npskit.followup.playbook.recommendations import Assigned as Assigned
from npskit.followup.playbook.response_table import Table as Table
from npskit.followup.playbook.response_table import as_dates as as_dates
from npskit.followup.playbook.response_table import pick as pick
from npskit.followup.playbook.rules import Conditions as Conditions
from npskit.followup.playbook.rules import Rule as Rule
from npskit.followup.playbook.rules import Team as Team
from npskit.followup.playbook.steps import Action as Action
from npskit.followup.playbook.steps import Menu as Menu
from npskit.followup.playbook.steps import Offer as Offer

__all__: list[str]
