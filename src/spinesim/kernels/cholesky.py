"""A small symmetric positive system."""

import math

from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def cholesky_solve(h: Floats, rhs: Floats, out: Floats, n: int) -> None:
    """Solve H out = rhs (n,); the factor takes the place of the lower triangle of h."""
    factorize(h, n)
    substitute(h, rhs, out, n)


@kernel
def factorize(h: Floats, n: int) -> None:
    """Write the Cholesky factor in place of the lower triangle of h, one over each pivot on its diagonal."""
    for k in range(n):
        for q in range(k):
            total = h[k, q]
            for i in range(q):
                total -= h[k, i] * h[q, i]
            h[k, q] = total * h[q, q]
        total = h[k, k]
        for i in range(k):
            total -= h[k, i] * h[k, i]
        h[k, k] = 1.0 / math.sqrt(max(total, 1e-30))


@kernel
def substitute(h: Floats, rhs: Floats, out: Floats, n: int) -> None:
    """Solve H out = rhs (n,) by the factor in h."""
    for k in range(n):
        total = rhs[k]
        for i in range(k):
            total -= h[k, i] * out[i]
        out[k] = total * h[k, k]
    for k in range(n - 1, -1, -1):
        total = out[k] * h[k, k]
        out[k] = total
        for i in range(k):
            out[i] -= h[k, i] * total
