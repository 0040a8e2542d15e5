"""Sums of products, four lanes at a time, always in one order.

A compiler free to reorder sums makes other bits of the same kernel in every caller it is built into, and which copy
runs depends on what a process loaded first. So nothing may be reordered, and the few long sums have their lanes
written out (in `lanes_code`): lane l adds up products l, l + 4, l + 8 ..., the sum is ((0 + 1) + (2 + 3)) + what is
left at the end.
"""

from spinesim.kernels.jit import IS_PLAIN, kernel, written
from spinesim.kernels.tables import Floats

WIDE = 4


def dot(a: Floats, b: Floats, n: int) -> float:
    """Return the sum of the first n products of two vectors."""
    one, two, three, four, rest = 0.0, 0.0, 0.0, 0.0, 0.0
    whole = n - n % WIDE
    for i in range(0, whole, WIDE):
        one += a[i] * b[i]
        two += a[i + 1] * b[i + 1]
        three += a[i + 2] * b[i + 2]
        four += a[i + 3] * b[i + 3]
    for i in range(whole, n):
        rest += a[i] * b[i]
    return ((one + two) + (three + four)) + rest


def dot_six(a: Floats, k: int, b: Floats, n: int) -> tuple[float, float, float, float, float, float]:
    """Return the sums of rows k ... k + 5 of a with a vector."""
    return (
        dot(a[k], b, n),
        dot(a[k + 1], b, n),
        dot(a[k + 2], b, n),
        dot(a[k + 3], b, n),
        dot(a[k + 4], b, n),
        dot(a[k + 5], b, n),
    )


def dot_pairs(a: Floats, k: int, q: int, n: int) -> tuple[float, float, float, float]:
    """Return the sums of rows k with q, k with q + 1, k + 1 with q and k + 1 with q + 1."""
    return dot(a[k], a[q], n), dot(a[k], a[q + 1], n), dot(a[k + 1], a[q], n), dot(a[k + 1], a[q + 1], n)


if IS_PLAIN:
    dot, dot_six, dot_pairs = kernel(dot), kernel(dot_six), kernel(dot_pairs)
else:
    dot, dot_six, dot_pairs = written(dot), written(dot_six), written(dot_pairs)
