"""Answers that look as if they were of another scale than they are taken for: said by the library, once a call."""

from __future__ import annotations

from npskit.counting.tally import Tally
from npskit.errors import DataWarning, warn

# Fewer answers off the scale are slips.
_SLIPS = 3
# On 0..10 the worst point is chosen at least as often as the next: five at 1 and none at 0 is a chance of one in 32.
# Of a thousand answers that reach down to 1 some are 0, however few are unhappy.
_AT_ONE, _MANY = 5, 1_000
# All of so many answers in the lower half are rather of a scale that ends there.
_LOW = 10


def warn_of_scale(tally: Tally, *, chosen: bool = False) -> None:
    """Warn where most answers are off the scale, none is 0 on 0..10 though some are 1, or none is above 5.

    Args:
        tally: The answers of all groups, of any shape.
        chosen: Whether customers were chosen by their answers, as for cases: then only answers off the scale tell.
    """
    *points, _, invalid = tally.cells.reshape(-1, tally.cells.shape[-1]).sum(axis=0).tolist()
    scored = sum(points)
    if invalid > scored and invalid >= _SLIPS:
        warn(
            f"most answers ({invalid} of {scored + invalid}) do not lie on the scale of {tally.scorer!r}: say which "
            "one they are on with scale=",
            DataWarning,
        )
        return
    if chosen:
        return
    scale = tally.codebook.scale
    # asked of each score, so what is odd on any scale comes before which scale it is; of one category there is no next
    few_low = not points[0] and points[1:2] >= [_AT_ONE if scored < _MANY else 1]
    highest = 0 if any(points[6:]) or scored < _LOW else max((at for at, n in enumerate(points) if n), default=0)
    if not (few_low or highest > 1) or not tally.by_answer or (scale is None or (scale.low, scale.high) != (0, 10)):
        return
    if highest > 1:
        warn(f"no answer of {scored} is above {highest}: if the scale is not 0..10, say so with scale=", DataWarning)
    else:
        warn(f"no answer of {scored} is 0: if the scale is 1..10, say so with scale=(1, 10)", DataWarning)
