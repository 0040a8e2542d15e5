"""A fixed piece of work whose time lets two machines be compared.

The work has the shape of one recruitment step: small Cholesky factorizations and clipped loops
over a few hundred fascicles. It depends on nothing in spinesim, so its time moves only with the
machine, numba and LLVM. Divide a benchmark by it before comparing machines.
"""

from __future__ import annotations

import statistics
import time

import numpy as np
from numba import njit
from numpy.typing import NDArray

ROWS = 24
FASCICLES = 300
ROUNDS = 200

Array = NDArray[np.float64]


@njit
def _factorize(matrix: Array, lower: Array) -> float:
    """Cholesky factor of `matrix` (n, n) into `lower` (n, n); returns its last pivot."""
    n = matrix.shape[0]
    for i in range(n):
        for j in range(i + 1):
            rest = matrix[i, j]
            for k in range(j):
                rest -= lower[i, k] * lower[j, k]
            lower[i, j] = np.sqrt(rest) if i == j else rest / lower[j, j]
    return float(lower[n - 1, n - 1])


@njit
def _clipped_sum(pull: Array, weight: Array, shift: float) -> float:
    """Sum of activations clip((pull + shift) / (2 weight), 0, 1) over the fascicles."""
    total = 0.0
    for i in range(pull.shape[0]):
        total += min(max((pull[i] + shift) / (2.0 * weight[i]), 0.0), 1.0)
    return total


@njit
def _work(matrix: Array, lower: Array, pull: Array, weight: Array) -> float:
    """All rounds; each feeds the next one, so that the compiler cannot drop any."""
    shift = 0.0
    for _ in range(ROUNDS):
        matrix[0, 0] += 1e-9 * shift
        shift = 1e-3 * _factorize(matrix, lower) + 1e-6 * _clipped_sum(pull, weight, shift)
    return shift


def _inputs() -> tuple[Array, Array, Array, Array]:
    """The same numbers on every machine: no random generator is asked."""
    index = np.arange(ROWS, dtype=float)
    matrix = np.exp(-0.1 * np.abs(index[:, None] - index)) + ROWS * np.eye(ROWS)
    pull = np.sin(np.arange(FASCICLES, dtype=float))
    weight = 0.5 + 0.3 * np.cos(np.arange(FASCICLES, dtype=float))
    return matrix, np.zeros((ROWS, ROWS)), pull, weight


def calibration_ms(repeats: int = 50) -> float:
    """Median time of the calibration work, compiled and warm.

    Parameters
    ----------
    repeats : int
        Timed runs, at least 1.

    Returns
    -------
    float
        Milliseconds of wall time.
    """
    _work(*_inputs())
    return statistics.median(_timed_run() for _ in range(repeats))


def _timed_run() -> float:
    """Milliseconds of one run on fresh inputs."""
    inputs = _inputs()
    start = time.perf_counter()
    _work(*inputs)
    return 1e3 * (time.perf_counter() - start)


if __name__ == "__main__":
    print(f"calibration: {calibration_ms():.3f} ms")
