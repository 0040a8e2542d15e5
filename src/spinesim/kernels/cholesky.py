"""A small symmetric positive system, by its upper triangle: rows lie side by side in memory.

Inner loops count in uint64, as those of `paths`.
"""

import math

from numpy import uint64

from spinesim.kernels import lanes
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def cholesky_solve(h: Floats, rhs: Floats, out: Floats, n: int) -> None:
    """Solve H out = rhs (n,); the factor takes the place of the upper triangle of h."""
    factorize(h, n)
    substitute(h, rhs, out, n)


@kernel
def factorize(h: Floats, n: int) -> None:
    """Write the Cholesky factor in place of the upper triangle of h, one over each pivot on its diagonal; what lies
    left of the diagonal is lost.
    """
    for q in range(n):
        pivot = 1.0 / math.sqrt(max(h[q, q], 1e-30))
        h[q, q] = pivot
        for i in range(uint64(q + 1), uint64(n)):
            h[q, i] *= pivot
        for k in range(q + 1, n):
            lanes.subtract(h, k, q, h[q, k], k, n)


@kernel
def substitute(h: Floats, rhs: Floats, out: Floats, n: int) -> None:
    """Solve H out = rhs (n,) by the factor in h."""
    for k in range(n):
        out[k] = rhs[k]
    for k in range(n):
        value = out[k] * h[k, k]
        out[k] = value
        for i in range(uint64(k + 1), uint64(n)):
            out[i] -= h[k, i] * value
    for k in range(n - 1, -1, -1):
        total = out[k]
        for i in range(uint64(k + 1), uint64(n)):
            total -= h[k, i] * out[i]
        out[k] = total * h[k, k]
