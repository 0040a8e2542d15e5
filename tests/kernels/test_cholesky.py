"""The small symmetric solver, against numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.kernels.cholesky import cholesky_solve
from tolerances import EXACT

pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]


@given(st.integers(1, 25), st.integers(0, 2**32 - 1))
def test_it_solves_positive_systems(n: int, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    square = numbers.normal(size=(n, n))
    h, rhs, out = square @ square.T + n * np.eye(n), numbers.normal(size=n), np.zeros(n)
    cholesky_solve(h.copy(), rhs, out, n)
    assert np.allclose(out, np.linalg.solve(h, rhs), rtol=100 * EXACT, atol=100 * EXACT)


def test_only_the_upper_triangle_and_the_first_rows_are_read() -> None:
    h, rhs, out = np.full((5, 5), np.nan), np.arange(5.0), np.zeros(5)
    h[:3, :3] = [[4.0, 2.0, 1.0], [np.nan, 5.0, 3.0], [np.nan, np.nan, 6.0]]
    full = np.array([[4.0, 2.0, 1.0], [2.0, 5.0, 3.0], [1.0, 3.0, 6.0]])
    cholesky_solve(h, rhs, out, 3)
    assert np.allclose(out[:3], np.linalg.solve(full, rhs[:3]), rtol=EXACT)
    assert not out[3:].any()
