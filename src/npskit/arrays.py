"""The types of arrays, each spelled once."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
# Positions, and the numbers that stand for groups.
Codes = NDArray[np.intp]
Bools = NDArray[np.bool_]
Times = NDArray[np.datetime64]
