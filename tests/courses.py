"""A hand-made result of a specimen: straight lines over a cycle of moment, so that every number is known."""

from typing import Any

import numpy as np
import xarray as xr

TURNS = ["flexion", "right_lateral_bending", "left_axial_rotation"]
LEVELS = ["L4-L5", "L5-S1"]


def moment_cycle(peak: float = 10.0, stiffness: float = 2.0, found: int = 9, **attributes: Any) -> xr.Dataset:
    """Return a cycle 0, M, 0, -M, 0 in nine steps of flexion: L4-L5 turns by M / stiffness deg, L5-S1 by twice that.

    Steps from `found` on were not reached: they hold NaN and a step status of 3.
    """
    moment = peak * np.array([0.0, 0.5, 1.0, 0.5, 0.0, -0.5, -1.0, -0.5, 0.0])
    turn = np.zeros((9, 2, 3))
    turn[:, 0, 0], turn[:, 1, 0] = moment / stiffness, 2.0 * moment / stiffness
    turn[found:] = np.nan
    loads = np.zeros((9, 3))
    loads[:, 0] = moment
    data = {
        "specimen_moment": (("step", "rotation"), loads, {"units": "N m"}),
        "disc_rotation": (("step", "level", "rotation"), turn, {"units": "deg"}),
        "range_of_motion": (("level", "rotation"), np.ptp(turn[: max(found, 1)], axis=0), {"units": "deg"}),
        "specimen_force": (("step", "axis"), np.zeros((9, 3)), {"units": "N"}),
        "step_status": (("step",), np.where(np.arange(9) < found, 0, 3), {"units": "1"}),
    }
    coords = {"level": LEVELS, "rotation": TURNS, "axis": ["anterior", "superior", "right"]}
    status = "converged" if found == 9 else "unstable"
    return xr.Dataset(data, coords, {"status": status, "status_message": f"{status}: told so", **attributes})
