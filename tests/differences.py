"""Derivatives by differences, for checking what a law says of its own slope."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def slope(f: Callable[[float], float], x: float, h: float) -> float:
    """Return df/dx by five-point differences; its error falls with h^4."""
    return (8.0 * (f(x + h) - f(x - h)) - (f(x + 2.0 * h) - f(x - 2.0 * h))) / (12.0 * h)


def gradient(f: Callable[[Vector], float], x: Vector, h: float) -> Vector:
    """Return df/dx of a scalar function of an array, shaped like x."""
    return jacobian(lambda y: np.array(f(y)), x, h)


def jacobian(f: Callable[[Vector], Vector], x: Vector, h: float) -> Vector:
    """Return df_i/dx_k as an array (*f.shape, *x.shape), by five-point differences."""
    columns = []
    for index in np.ndindex(x.shape):
        unit = np.zeros_like(x)
        unit[index] = h
        near, far = f(x + unit) - f(x - unit), f(x + 2.0 * unit) - f(x - 2.0 * unit)
        columns.append((8.0 * near - far) / (12.0 * h))
    return np.moveaxis(np.array(columns), 0, -1).reshape(columns[0].shape + x.shape)
