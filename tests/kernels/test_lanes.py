"""The sums with lanes: the compiled ones are, bit for bit, the plain ones."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.kernels import lanes
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats
from tolerances import EXACT

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]


@kernel
def compiled(
    a: Floats, x: Floats, k: int, q: int, first: int, n: int, out: Floats
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    out[0] = lanes.dot(x, x, n)
    return lanes.dot(a[0], x, n), lanes.dot_six(a, k, x, first, n), lanes.dot_nine(a, k, q, first, n)


@kernel
def taken(h: Floats, k: int, q: int, factor: float, first: int, n: int) -> None:
    lanes.subtract(h, k, q, factor, first, n)


def plain(a: Floats, b: Floats, n: int) -> float:
    whole = n - n % lanes.WIDE
    four = [0.0] * lanes.WIDE
    for i in range(whole):
        four[i % lanes.WIDE] += a[i] * b[i]
    rest = 0.0
    for i in range(whole, n):
        rest += a[i] * b[i]
    return ((four[0] + four[1]) + (four[2] + four[3])) + rest


@given(st.integers(0, 41), st.integers(0, 41), st.integers(0, 3), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_the_order_of_a_sum_is_as_written(n: int, first: int, k: int, q: int, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    a, x, out = numbers.normal(size=(9, 82)), numbers.normal(size=82), np.zeros(1)
    one, six, nine = compiled(a, x, k, q, first, n, out)
    assert one == plain(a[0], x, n)
    assert out[0] == plain(x, x, n)
    assert six == tuple(plain(a[k + i, first:], x[first:], n) for i in range(6))
    assert nine == tuple(plain(a[k + i, first:], a[q + j, first:], n) for i in range(3) for j in range(3))
    assert np.isclose(one, a[0, :n] @ x[:n], rtol=EXACT, atol=100 * EXACT)


def test_no_sum_is_reordered_by_the_compiler() -> None:
    """Reassociated, the big numbers would cancel first."""

    @kernel
    def total(x: Floats) -> float:
        s = 0.0
        for i in range(x.size):
            s += x[i]
        return s

    assert total(np.array([1.0, 1e30, 1.0, -1e30] * 8)) == 0.0


@given(st.integers(0, 26), st.integers(1, 27), st.floats(-3.0, 3.0), st.integers(0, 2**32 - 1))
def test_rows_are_taken_from_rows(first: int, n: int, factor: float, seed: int) -> None:
    """From the beginning of the four that hold the first on; nothing behind the last is touched."""
    first = min(first, n - 1)
    h = np.random.default_rng(seed).normal(size=(3, 27))
    expected = h.copy()
    begin = first - first % lanes.WIDE
    expected[2, begin:n] -= factor * expected[0, begin:n]
    taken(h, 2, 0, factor, first, n)
    assert np.array_equal(h, expected)
