"""A result with left and right swapped, variable by variable."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

Values = dict[str, NDArray[np.float64]]
SWAPPED = ("side", "fascicle", "body", "joint")
SIGNS = {"axis": [1.0, 1.0, -1.0], "body_axis": [1.0, 1.0, -1.0], "rotation": [1.0, -1.0, -1.0]}
FLIPPED = {
    "joint_shear_right",
    "disc_shear_right",
    "pelvis_list",
    "pelvis_rotation",
}  # scalars that count towards the right
AXIAL = {"hip_moment", "hip_reserve_moment", "hip_passive_moment"}  # moments: a mirror turns the two axes in its plane
LEAST = {"N": 1.0, "N m": 1.0}  # what counts as large enough to be compared relatively, by unit


def values(result: xr.Dataset) -> Values:
    """Return all variables as plain arrays."""
    return {str(name): np.asarray(variable.values, dtype=float) for name, variable in result.data_vars.items()}


def mirrored_values(result: xr.Dataset) -> Values:
    """Return what the mirrored person would show, in the order of the labels of `result`."""
    orders = {dim: _swapped([str(name) for name in result[dim].values]) for dim in SWAPPED}
    found = {}
    for name, array in values(result).items():
        for axis, dim in enumerate(result[name].dims):
            if dim in orders:
                array = np.take(array, orders[str(dim)], axis=axis)
            elif dim in SIGNS:
                array = array * np.array(SIGNS[str(dim)]).reshape([-1 if n == axis else 1 for n in range(array.ndim)])
        found[name] = -array if name in FLIPPED | AXIAL else array
    return found


def _swapped(names: list[str]) -> list[int]:
    return [names.index(_other(name)) for name in names]


def _other(name: str) -> str:
    for here, there in (("right", "left"), ("left", "right"), ("_R", "_L"), ("_L", "_R")):
        if name.endswith(here):
            return name[: -len(here)] + there
    return name


def differences(a: Values, b: Values, units: dict[str, str]) -> dict[str, float]:
    """Return the largest difference of every variable, relative to its largest entry (or a small one of its unit)."""
    found = {}
    for name, x in a.items():
        y = b[name]
        assert np.array_equal(np.isnan(x), np.isnan(y)), name
        scale = max(np.abs(x[np.isfinite(x)]).max(initial=0.0), LEAST.get(units[name], 1e-3))
        same = (x == y) | np.isnan(x)
        found[name] = float(np.abs(x - y)[~same].max(initial=0.0) / scale)
    return found
