"""What becomes of a response in a plan, and how that is said."""

from __future__ import annotations

STATUSES = (
    "chosen",
    "holdout",
    "budget",
    "capacity",
    "no gain",
    "no strategy",
    "too old",
    "quiet",
    "opted out",
    "superseded",
    "unscored",
)
"""What becomes of a response; exactly one of them."""
CHOSEN, HOLDOUT, BUDGET, CAPACITY, NO_GAIN, NO_STRATEGY, TOO_OLD, QUIET, OPTED_OUT, SUPERSEDED, UNSCORED = range(
    len(STATUSES)
)
WHY = (
    "",
    "left alone at random, to measure what following up does",
    "the budget is spent on those who come before",
    "no hours are left after those who come before",
    "costs more than it is expected to bring",
    "no strategy of the playbook applies",
    "the answer is too old for it",
    "was contacted a short while ago",
    "does not want to be contacted",
    "another answer of this customer counts",
    "the answer is missing or not on the scale",
)
"""Why a response is left out, in the order of `STATUSES`."""
UNKNOWN_GAIN = "what it would bring is not known: the customer's value, or the lift in this category, is missing"
