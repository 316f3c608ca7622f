"""What a question needs of data: where an engine holds them, it is asked for counts, or for the columns needed."""

from __future__ import annotations

from collections.abc import Sequence

import attrs
import numpy as np

from npskit.data import Frame, Grain, Owned
from npskit.errors import NpskitError
from npskit.sample.bound import UNITS, BoundData


def asked(
    data: BoundData,
    names: Sequence[str],
    *,
    times: bool = False,
    grain: Grain | None = "day",
    units: bool = True,
    rows: bool = False,
) -> BoundData:
    """Return the data that a question needs: of an engine counts where they say it all, else columns.

    Args:
        data: The data.
        names: The columns beside those of the answers, weights and units.
        times: Whether it also needs the times.
        grain: How finely it tells times apart; None for as they are.
        units: Whether it asks which rows hang together.
        rows: Whether it has to see rows, each for itself.
    """
    data.check_kinds(names)
    if data.kinds:
        data = attrs.evolve(data, kinds=())
    if not data.frame.lazy:
        return data
    time = data.roles.get("time") if times else None
    if not rows and not (units and data.units):
        found = counted(data, names, time, grain)
        if found is not None:
            return found
    weight = [data.roles["weight"]] if "weight" in data.roles else []
    bound = [data.roles[role] for role in UNITS if role in data.roles]
    return selected(data, [*names, *data.score, *bound, *weight, *([time] if time else [])])


def calibrated(data: BoundData) -> BoundData:
    """Return raked data, whose totals and rows were seen to fit; an engine is asked for its margins alone."""
    if not data.frame.lazy:
        data.calibrate()
        return data
    found = counted(attrs.evolve(data, on_invalid="count"), ())
    if found is None:  # such as for weights that cannot be used, whose rows an error names
        weight = [data.roles["weight"]] if "weight" in data.roles else []
        found = selected(data, [*data.score, *weight])
    found.calibrate()
    return data


def selected(data: BoundData, names: Sequence[str]) -> BoundData:
    """Return the data with some columns alone, where an engine would send them all."""
    if not data.frame.lazy:
        return data
    names = [*names, *(name for name in data.totals or () if name not in names)]
    roles = {role: name for role, name in data.roles.items() if name in names}
    return attrs.evolve(data, frame=data.frame.select(names), roles=roles, columns={})


def counted(
    data: BoundData, names: Sequence[str], time: str | None = None, grain: Grain | None = "day"
) -> BoundData | None:
    """Return each combination of answers and columns once, with how often it occurs.

    Returns:
        None where rows have to be seen: an engine does not square or add up what cannot be used, and an error names
        its row.
    """
    bound = weight = data.roles.get("weight")
    margins = list(data.totals or ())
    if margins and weight is not None:  # raked rows are equal if their weights are
        margins, weight = [*margins, weight], None
    apart = None if time is None or grain is None or time in names else data.frame.query_times(time, grain)
    keys = list(dict.fromkeys([*names, *margins, *data.score, *([time] if time and apart is None else [])]))
    if (bound is not None and not data.frame.is_numeric(bound)) or data.frame.holds_objects(keys):
        return None
    found = data.frame.distinct(keys, weight, times=apart)
    if found.weights is not None:
        from npskit.data import weight_scale

        if not all(np.isfinite(w).all() and not weight_scale(w) for w in found.weights):
            return None
    roles = {role: name for role, name in data.roles.items() if name in found.columns}
    if not margins:
        roles.pop("weight", None)
    small = attrs.evolve(data, frame=Frame(Owned(found.columns)), roles=roles, columns={}, sums=found.weights)
    if margins and bound is not None and not _usable(small):
        return None
    if time is not None:
        from npskit.data import read_times

        if read_times({time: small.column(time)}, **data.clock)[time].rejected:
            return None
    return None if data.on_invalid == "raise" and small.answers().off_the_scale().any() else small


def _usable(data: BoundData) -> bool:
    """Whether all weights can be used."""
    try:
        data.weights()
    except NpskitError:
        return False
    return True
