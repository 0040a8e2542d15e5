"""A table by its address says what the tuple says."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spinesim.kernels import handles
from spinesim.kernels.handles import handed, numbers_of, renewed
from spinesim.kernels.jit import kernel

Floats = np.ndarray[Any, np.dtype[np.float64]]
pytestmark = [pytest.mark.interpreted, pytest.mark.boundscheck]


class Inner(NamedTuple):
    """A table within a table."""

    first: float
    matrix: Floats
    count: int


class Outer(NamedTuple):
    """A table with every kind of field."""

    places: Any
    inner: Inner
    second: float
    vector: Floats


@kernel
def add_up(table: Outer, out: Floats) -> int:
    """Write what the fields hold, so that each can be told from the others."""
    inner = table.inner
    out[0], out[1] = inner.first, table.second
    for i in range(inner.matrix.shape[0]):
        for j in range(inner.matrix.shape[1]):
            out[2] += (10.0 * i + j) * inner.matrix[i, j]
    for k in range(table.places.size):
        out[3] += table.vector[table.places[k]]
    table.vector[0] = 7.0
    return inner.count


@kernel
def add_up_renewed(table: Outer, numbers: Floats, at: Any, out: Floats) -> int:
    """The same with other numbers, the last that there are places for."""
    return add_up(renewed(table, numbers, at, at.size - numbers_of(table)), out)


def outer(first: float = 1.5, second: float = -2.0, count: int = -3) -> Outer:
    matrix = np.arange(6.0).reshape(2, 3)
    return Outer(np.array([2, 0]), Inner(first, matrix, count), second, np.array([1.0, 2.0, 4.0]))


def result(kernel: Any, table: Outer, *args: Any) -> tuple[Floats, int]:
    out = np.zeros(4)
    return out, kernel(table, *args, out)


@given(st.floats(), st.floats(), st.integers(-(2**63), 2**63 - 1))
def test_kernel_reads_what_the_table_says(first: float, second: float, count: int) -> None:
    out, told = result(add_up, outer(first, second, count))
    np.testing.assert_array_equal(out, [first, second, 0 + 1 + 4 + 30 + 44 + 60, 5.0])
    assert told == count


def test_kernel_writes_into_the_arrays_of_the_table() -> None:
    table = outer()
    result(add_up, table)
    assert table.vector[0] == 7.0


def test_kernel_follows_arrays_that_change_between_calls() -> None:
    table = outer()
    result(add_up, table)
    table.inner.matrix[:] = 0.0
    assert result(add_up, table)[0][2] == 0.0


def test_numbers_can_be_renewed_in_the_order_of_the_fields() -> None:
    numbers, at = np.array([9.0, 8.0, 3.5, 4.5]), np.array([0, 3, 2])
    out, count = result(add_up_renewed, outer(), numbers, at)
    assert (out[0], out[1], count) == (4.5, 3.5, -3)
    out, _ = result(add_up_renewed, outer(), numbers, at[::-1].copy())
    assert (out[0], out[1]) == (4.5, 9.0)


def test_handle_is_remembered_while_it_is_among_the_last() -> None:
    table = outer()
    first = handed(table)
    assert handed(table) is first
    for _ in range(handles.REMEMBERED):
        handed(outer())
    assert handed(table) is not first


def test_equal_tables_have_handles_of_their_own_and_one_type() -> None:
    one, other = handed(outer()), handed(outer())
    assert one is not other
    assert one._numba_type_ is other._numba_type_


def test_tables_laid_out_differently_have_other_types() -> None:
    table = outer()
    across = table._replace(inner=table.inner._replace(matrix=np.arange(6.0).reshape(3, 2).T))
    assert handed(across)._numba_type_ != handed(table)._numba_type_
    wanted = sum((10 * i + j) * (2 * j + i) for i in (0, 1) for j in (0, 1, 2))
    assert result(add_up, across)[0][2] == wanted
