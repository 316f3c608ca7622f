"""What becomes of a response in a plan, and how that is said."""

from __future__ import annotations

_REASONS = {
    "chosen": "",
    "holdout": "left alone at random, to measure what following up does",
    "budget": "the budget is spent on those who come before",
    "capacity": "no hours are left after those who come before",
    "no gain": "costs more than it is expected to bring",
    "no strategy": "no strategy of the playbook applies",
    "too old": "the answer is too old for it",
    "quiet": "was contacted a short while ago",
    "triage": "triage sets it aside",
    "opted out": "does not want to be contacted",
    "superseded": "another answer of this customer counts",
    "unscored": "the answer is missing or not on the scale",
}
STATUSES = tuple(_REASONS)
"""What becomes of a response; exactly one of them."""
CHOSEN, HOLDOUT, BUDGET, CAPACITY, NO_GAIN, NO_STRATEGY, TOO_OLD, QUIET, TRIAGE, OPTED_OUT, SUPERSEDED, UNSCORED = (
    range(len(STATUSES))
)
WHY = tuple(_REASONS.values())
"""Why a response is left out, in the order of `STATUSES`."""
EVERYBODY = "everybody"
"""Who works where hours are not of teams or persons."""
UNKNOWN_GAIN = "what it would bring is not known: the customer's value, or the lift in this category, is missing"
