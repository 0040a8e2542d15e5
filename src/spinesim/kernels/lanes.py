"""Sums of products (and the rows of an elimination), four lanes at a time, always in one order.

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


def dot_six(a: Floats, k: int, b: Floats, first: int, n: int) -> tuple[float, float, float, float, float, float]:
    """Return the sums of rows k ... k + 5 of a with a vector: n products from the one numbered `first` on."""
    x = b[first:]
    return (
        dot(a[k, first:], x, n),
        dot(a[k + 1, first:], x, n),
        dot(a[k + 2, first:], x, n),
        dot(a[k + 3, first:], x, n),
        dot(a[k + 4, first:], x, n),
        dot(a[k + 5, first:], x, n),
    )


def subtract(h: Floats, k: int, q: int, factor: float, first: int, n: int) -> None:
    """Take factor times row q from row k, before column n, from the first column of the four that hold `first` on."""
    for i in range(first - first % WIDE, n):
        h[k, i] -= factor * h[q, i]


def dot_nine(
    a: Floats, k: int, q: int, first: int, n: int
) -> tuple[float, float, float, float, float, float, float, float, float]:
    """Return the sums of rows k, k + 1 and k + 2 with each of q, q + 1 and q + 2: n products from column `first` on."""
    one, two, three = a[k, first:], a[k + 1, first:], a[k + 2, first:]
    x, y, z = a[q, first:], a[q + 1, first:], a[q + 2, first:]
    return (
        dot(one, x, n), dot(one, y, n), dot(one, z, n),
        dot(two, x, n), dot(two, y, n), dot(two, z, n),
        dot(three, x, n), dot(three, y, n), dot(three, z, n),
    )  # fmt: skip


if IS_PLAIN:
    dot, dot_six, dot_nine, subtract = kernel(dot), kernel(dot_six), kernel(dot_nine), kernel(subtract)
else:
    dot, dot_six, dot_nine, subtract = written(dot), written(dot_six), written(dot_nine), written(subtract)
