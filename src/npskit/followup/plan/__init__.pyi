"""Whom to follow up with what: candidates, expected gains, holdout, limits, and the plan."""

from npskit.followup.plan.choices import Limits as Limits
from npskit.followup.plan.customer_letters import CustomerLetter as CustomerLetter
from npskit.followup.plan.follow_up_list import FollowUpList as FollowUpList
from npskit.followup.plan.follow_up_plan import FollowUpPlan as FollowUpPlan
from npskit.followup.plan.from_survey import follow_up_of as follow_up_of
from npskit.followup.plan.holdout import assign_holdout as assign_holdout
from npskit.followup.plan.holdout import uniform as uniform
from npskit.followup.plan.ideas import Idea as Idea
from npskit.followup.plan.ideas import Ideas as Ideas
from npskit.followup.plan.inviting import InvitedCustomers as InvitedCustomers
from npskit.followup.plan.offer_options import Lift as Lift
from npskit.followup.plan.routing import Capacity as Capacity
from npskit.followup.plan.routing import Routes as Routes
from npskit.followup.plan.routing import route as route
from npskit.followup.plan.steps_due import Plans as Plans
from npskit.followup.plan.steps_due import due_steps as due_steps
from npskit.followup.plan.telling import ToldCustomers as ToldCustomers
from npskit.followup.plan.terms import Terms as Terms
from npskit.followup.plan.written_plan import load_plan as load_plan

__all__: list[str]
