"""A square table of mostly zeros, held as arrays so that it compares, copies and travels as any other figures do."""

from __future__ import annotations

from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import NDArray

from npskit.arrays import Floats


@attrs.frozen(eq=False)
class SparseTable:
    """The entries that are not 0, row by row: compressed sparse rows.

    Args:
        values: Shape `(entries,)`.
        columns: Of each entry, rising within a row.
        starts: Where each row begins, and the number of entries: shape `(size + 1,)`.
    """

    values: Floats
    columns: NDArray[np.integer[Any]]
    starts: NDArray[np.integer[Any]]

    @classmethod
    def of(cls, table: Any) -> Self:
        """Return the entries of a `scipy.sparse` array.

        Example:
            >>> from scipy.sparse import eye_array
            >>> SparseTable.of(eye_array(2)).columns.tolist()
            [0, 1]
        """
        rows = table.tocsr()
        rows.sum_duplicates()
        return cls(rows.data, rows.indices, rows.indptr)

    def array(self) -> Any:
        """Return it as a `scipy.sparse.csr_array`, for arithmetic."""
        from scipy.sparse import csr_array

        size = len(self.starts) - 1
        return csr_array((self.values, self.columns, self.starts), shape=(size, size))
