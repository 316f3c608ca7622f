"""A frame with other labels in one of its columns, wherever its rows are."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from npskit.data.cells import objects
from npskit.data.columns import Column
from npskit.data.frames import Frame
from npskit.data.held_values import held_in
from npskit.data.owned import Owned


def relabelled(frame: Frame, name: str, labels: Sequence[str | None]) -> Frame:
    """Return a frame whose rows have other labels in a column. Not for lazy frames: see `relabelled_query`.

    Args:
        frame: The rows.
        name: The column.
        labels: The label of each row; None for missing.

    Example:
        >>> relabelled(Frame({"region": ["N", "S"], "score": [9, 3]}), "region", ["all", "all"]).column("region").values
        array(['all', 'all'], dtype=object)
    """
    if frame._arrays is not None:
        found = copy.copy(frame)
        found._arrays = Owned({**frame._arrays, name: Column(objects(labels), name=name)})
        return found
    import narwhals.stable.v2 as nw

    native = frame._native
    series = nw.new_series(frame.plain(name), list(labels), nw.String, backend=native.implementation)
    return _of_texts(frame, name, native.with_columns(series))


def relabelled_query(frame: Frame, name: str, labels: Mapping[Any, str]) -> Frame:
    """Return a lazy frame in which some values of a column are replaced by a label; the others become text.

    Args:
        frame: The query.
        name: The column.
        labels: The label of each value to be replaced, None for what is missing.
    """
    import narwhals.stable.v2 as nw

    column = nw.col(frame.plain(name))
    said = column if frame._kind(name) == nw.String else column.cast(nw.String)
    for label in dict.fromkeys(labels.values()):
        values = [value for value, instead in labels.items() if instead == label]
        said = nw.when(held_in(column, frame._kind(name), values)).then(nw.lit(label)).otherwise(said)
    with frame.asking(f"naming the segments of {name!r} anew"):
        return _of_texts(frame, name, frame._native.with_columns(said.alias(frame.plain(name))))


def _of_texts(frame: Frame, name: str, native: Any) -> Frame:
    """Return other rows of the same columns, one of which now holds texts."""
    import narwhals.stable.v2 as nw

    found = frame._with(native)
    found._schema = {**frame._schema, name: nw.String()}
    return found
