"""A small symmetric positive system."""

import math

from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def cholesky_solve(h: Floats, rhs: Floats, out: Floats, n: int) -> None:
    """Solve H out = rhs (n,) by Cholesky in place of the lower triangle of h."""
    for k in range(n):
        for q in range(k):
            total = h[k, q]
            for i in range(q):
                total -= h[k, i] * h[q, i]
            h[k, q] = total / h[q, q]
        total = h[k, k]
        for i in range(k):
            total -= h[k, i] * h[k, i]
        h[k, k] = math.sqrt(max(total, 1e-30))
    for k in range(n):
        total = rhs[k]
        for i in range(k):
            total -= h[k, i] * out[i]
        out[k] = total / h[k, k]
    for k in range(n - 1, -1, -1):
        total = out[k]
        for i in range(k + 1, n):
            total -= h[i, k] * out[i]
        out[k] = total / h[k, k]
