"""A plausible result of a standing man, made without the solver, for the tests of the pictures."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinesim.variables import dimensions, variables

Floats = NDArray[np.float64]

# Neutral man, mm: origin x, y and tilt (deg) of each body, depth and height of its sagittal outline.
_BONES = {
    "thorax": (-35.4, 311.7, 22.0, 32.0, 25.0),
    "L1": (-23.0, 279.3, 22.0, 33.8, 26.3),
    "L2": (-11.6, 246.5, 16.0, 35.0, 26.5),
    "L3": (-4.1, 212.0, 9.0, 34.8, 26.7),
    "L4": (-2.2, 175.4, -3.0, 34.6, 26.3),
    "L5": (-10.2, 138.6, -21.0, 32.2, 25.1),
    "pelvis": (-26.0, 103.0, -38.0, 29.0, 26.0),
}
_JOINTS = {
    "head": (-5, 732, 0), "neck": (-35, 622, 0),
    "shoulder_right": (-20, 522, 175), "elbow_right": (-20, 196, 175), "hand_right": (-20, -140, 175),
    "hip_right": (0, 0, 83.5), "knee_right": (0, -410, 83.5), "ankle_right": (0, -840, 83.5),
}  # fmt: skip
_LEVEL_VALUES = {
    "joint_compression": [330, 370, 420, 470, 520, 540],
    "joint_shear_anterior": [-40, -25, 10, 45, 90, 160],
    "disc_compression": [310, 350, 395, 440, 480, 490],
    "disc_shear_anterior": [-35, -20, 5, 20, 40, 60],
    "intradiscal_pressure": [0.36, 0.40, 0.45, 0.49, 0.50, 0.52],
}
_LEFT_FORCES = {
    "multifidus": 62.0,
    "longissimus_pars_thoracis": 140.0,
    "psoas": 20.0,
    "rectus_abdominis": 0.4,
}


def standing_man(loads: dict[str, tuple[list[float], list[float]]] | None = None) -> xr.Dataset:
    """Return a Dataset with every variable of the vocabulary.

    Parameters
    ----------
    loads : dict, optional
        Position (m) and force (N) of each load by its name.
    """
    loads = loads or {}
    labels: dict[str, list[str]] = {name: list(d.labels or ["f1", "f2"]) for name, d in dimensions().items()}
    labels["load"] = list(loads)
    sizes = {name: len(words) for name, words in labels.items()}
    arrays: dict[str, Any] = {
        name: (v.dims, np.zeros([sizes[dim] for dim in v.dims]), v.attributes) for name, v in variables().items()
    }
    result = xr.Dataset(arrays, coords=labels)
    _put_levels(result)
    _put_muscles(result)
    _put_places(result)
    for name, (position, force) in loads.items():
        result["load_position"].loc[{"load": name}] = position
        result["load_force"].loc[{"load": name}] = force
    result.attrs = {"scenario_name": "Standing man", "status": "converged", "status_message": "Converged."}
    return result


def _put_levels(result: xr.Dataset) -> None:
    for name, numbers in _LEVEL_VALUES.items():
        result[name][:] = numbers
    result["facet_force"].loc[{"side": "left"}] = [2, 4, 8, 14, 22, 60]
    result["facet_force"].loc[{"side": "right"}] = [3, 5, 9, 15, 23, 62]


def _put_muscles(result: xr.Dataset) -> None:
    for group, force in _LEFT_FORCES.items():
        result["group_force"].loc[{"group": group, "side": "left"}] = force
        result["group_force"].loc[{"group": group, "side": "right"}] = 1.5 * force
        result["group_activation"].loc[{"group": group}] = [0.08, 0.12]
    result["group_limit"][:] = 1.0


def _put_places(result: xr.Dataset) -> None:
    result["gravity"][:] = [0.0, -9.80665, 0.0]
    result["center_of_mass"][:] = [-0.005, 0.42, 0.0]
    result["body_orientation"][:] = np.eye(3)
    result["vertebra_outline"][:] = np.nan
    for body, (x, y, tilt, depth, height) in _BONES.items():
        result["body_position"].loc[{"body": body}] = [0.0, 0.0, 0.0] if body == "pelvis" else [x / 1e3, y / 1e3, 0.0]
        result["vertebra_outline"].loc[{"body": body}] = _outline(x, y, tilt, depth, height)
    for name, place in _JOINTS.items():
        result["joint_position"].loc[{"joint": name}] = np.array(place) / 1e3
        if name.endswith("right"):
            left = name.replace("right", "left")
            result["joint_position"].loc[{"joint": left}] = np.array([place[0], place[1], -place[2]]) / 1e3


def _outline(x: float, y: float, tilt: float, depth: float, height: float) -> Floats:
    c, s = np.cos(np.radians(tilt)), np.sin(np.radians(tilt))
    corners = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * [depth / 2, height / 2]
    flat = corners @ np.array([[c, s], [-s, c]]) + [x, y]
    return np.column_stack([flat, np.zeros(4)]) / 1e3
