"""The loops of yardsticks.c, compiled with `gcc -O3` where there is a gcc; elsewhere `load` returns None."""

from __future__ import annotations

import ctypes
import functools
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SOURCE = Path(__file__).with_name("yardsticks.c")


def _at(array: NDArray[Any]) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


class Yardsticks:
    """The compiled loops, taking and returning what the benchmarks compare."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library
        self.has_avx2 = bool(library.has_avx2())

    def count(self, loop: str, answers: NDArray[Any]) -> list[int]:
        """Detractors, passives, promoters, missing, invalid by the loop of that name."""
        out = np.zeros(5, np.int64)
        getattr(self._library, loop)(_at(answers), ctypes.c_size_t(answers.size), _at(out))
        return [int(v) for v in out]

    def groups(self, answers: NDArray[np.int8], groups: NDArray[np.int32], n_groups: int) -> NDArray[np.int64]:
        """Cells of each group, 0..10 and invalid, shape `(n_groups, 12)`."""
        cells = np.zeros((n_groups, 12), np.int64)
        self._library.plain_groups(_at(answers), _at(groups), ctypes.c_size_t(answers.size), _at(cells))
        return cells

    def weights(self, answers: NDArray[np.int8], weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """The sum of weights, and of squared weights, at each of 0..10, shape `(2, 11)`."""
        count, sums = np.zeros(12, np.int64), np.zeros((2, 12))
        size = ctypes.c_size_t(answers.size)
        if self._library.plain_weights(_at(answers), _at(weights), size, _at(count), _at(sums), _at(sums[1])):
            raise ValueError("a weight is negative or not finite")
        return sums[:, :11]


@functools.cache
def load() -> Yardsticks | None:
    """Compile and load the loops, once; None where there is no gcc."""
    gcc = shutil.which("gcc")
    if gcc is None:
        return None
    folder = Path(tempfile.mkdtemp(prefix="npskit-yardsticks-"))
    try:
        target = folder / "yardsticks.so"
        command = [gcc, "-O3", "-shared", "-fPIC", str(SOURCE), "-o", str(target)]
        subprocess.run(command, check=True, capture_output=True)
        return Yardsticks(ctypes.CDLL(str(target)))
    finally:
        shutil.rmtree(folder)
