"""What must be true for an effect to mean anything: no computation can find it out, so it stands in the result."""

from __future__ import annotations

_ALWAYS = (
    "Answers before and after come from the same kind of people, invited in the same way.",
    "It was not started because the score happened to be low: what is unusually low rises again by itself.",
)
ASSUMES: dict[str, tuple[str, ...]] = {
    "before_after": (
        "Without it the score would have stayed where it was: no trend, no season, nothing else that changed at the "
        "same time.",
        *_ALWAYS,
    ),
    "difference_in_differences": (
        "Without it the treated and the control would have moved in parallel.",
        "The control was not touched by it, not even indirectly, and nothing else happened to only one of the two.",
        *_ALWAYS,
    ),
    "interrupted_series": (
        "Without it the line before would have gone on straight: no season, nothing else that changed at the same "
        "time.",
        "What one period has in common with the next fades from period to period. What lasts longer, such as a season, "
        "looks like an effect: read the placebo check beside it.",
        *_ALWAYS,
    ),
}
INDEPENDENT = "Answers are independent of each other: nobody answers twice, or customers are bound."
CLUSTERED = (
    "Customers (or clusters, where these are bound) are independent of each other; answers of one need not be, on "
    "either side."
)
REPEATERS = (
    "Customers who answer in several periods are not told apart from others: what their answers have in common is left "
    "to the correlation of neighboring periods, which fades. Opinions that last do not."
)


def few_units(fewest: int) -> str:
    """Return what is to be said of few sampling units."""
    if fewest == 1:
        return "All answers of one side are of one customer or cluster: how sure the effect is cannot be known."
    return (
        f"{fewest} customers or clusters, as many as there are on the smallest side, stand for all. The fewer there "
        "are beside the other sides, the more the interval is too narrow."
    )
