"""What the comments of rows mention."""

from __future__ import annotations

from typing import Any

import attrs
import numpy as np

from npskit.arrays import Bools, Frozen
from npskit.comments.themes.theme_list import ThemeList
from npskit.data import read_written
from npskit.errors import IncompatibleError, quoted
from npskit.sample import BoundData


@attrs.frozen(eq=False)
class WrittenRows(Frozen):
    """What was written in each row.

    Args:
        comments: The comments, None for none, shape `(rows,)`.
        wrote: Whether there is one, shape `(rows,)`.
    """

    comments: Any
    wrote: Bools

    @classmethod
    def of(cls, data: BoundData) -> WrittenRows:
        """Return what was written in the column that is bound as comment."""
        name = comment_column(data)
        comments = read_written(data.column(name), f"comment: column {quoted(name)}")
        return cls(comments, np.fromiter((text is not None for text in comments), np.bool_, len(comments)))

    def mentions(self, listed: ThemeList) -> Bools:
        """Return which themes each row mentions in words of their own, none without a comment: shape `(rows, T)`."""
        return self.spread(listed.mentions(self.comments[self.wrote].tolist()))

    def spread(self, own: Bools) -> Bools:
        """Return for all rows what is known of those with a comment, False for the others: shape `(rows, T)`."""
        found = np.zeros((len(self.comments), own.shape[1]), np.bool_)
        found[self.wrote] = own
        return found


def comment_column(data: BoundData) -> str:
    """Return the column with the comments.

    Raises:
        IncompatibleError: If none is bound.
    """
    if "comment" not in data.roles:
        raise IncompatibleError("themes needs to know what was written: bind the column with comment=")
    return data.roles["comment"]
