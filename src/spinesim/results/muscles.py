"""What muscles, hips and the abdomen carry."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spinesim.assembly.names import FascicleNames
from spinesim.kernels.muscle import SHORTEST_FIBRE
from spinesim.kernels.observe import Sight
from spinesim.kernels.tables import Floats
from spinesim.results.setting import Setting
from spinesim.variables import dimensions

DEG = 180.0 / math.pi
LEAST_INCLINATION = 1e-3  # rad: below it a share of the inclination means nothing


def muscle_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    """Return the variables by fascicle and by group and side; fibre lengths are NaN for transversus, which has no line
    of pull here, and never below the shortest of the force law.
    """
    n = len(setting.fascicles)
    force, most = sight.line[:, :n, 2], sight.line[:, :n, 3]
    activation, limit = sight.column[:, :n, 0], sight.column[:, :n, 1]
    weight = _by_group(most, setting.fascicles)
    return {
        "muscle_force": force,
        "muscle_activation": activation,
        "fibre_length": np.maximum(sight.line[:, :n, 0], SHORTEST_FIBRE),
        "group_force": _by_group(force, setting.fascicles),
        "group_activation": _mean(_by_group(most * activation, setting.fascicles), weight),
        "group_limit": _mean(_by_group(most * limit, setting.fascicles), weight),
    }


def _mean(total: Floats, weight: Floats) -> Floats:
    """Return total / weight; a group without any strength has no mean."""
    return np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0.0)


def _by_group(values: Floats, fascicles: FascicleNames) -> Floats:
    """Return sums (scenario, group, side), left first, of values (scenario, fascicle)."""
    groups = list(dimensions()["group"].labels or ())
    cells = np.array([2 * groups.index(fascicle.group) + int(fascicle.side == "right") for fascicle in fascicles])
    order = np.argsort(cells, kind="stable")
    present, first = np.unique(cells[order], return_index=True)
    total = np.full((len(values), 2 * len(groups)), math.nan)
    # Each scenario is summed by itself: how many stand beside it must not change its last digit.
    total[:, present] = np.add.reduceat(values[:, order], first, axis=1)
    return total.reshape(len(values), -1, 2)


def hip_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    """Return hip contact force on the pelvis, the muscles' moment about each hip, and reserves; left first."""
    left_first = sight.hip[:, ::-1]
    return {
        "hip_reaction": left_first[..., :3],
        "hip_moment": left_first[..., 3:6],
        "hip_reserve_moment": left_first[..., 6:9],
        "hip_passive_moment": left_first[..., 9:],
    }


def whole_body_values(setting: Setting, sight: Sight) -> dict[str, Any]:
    """Return abdominal pressure (kPa), co-contraction, posture angles (deg) and how the solver fared."""
    pelvis, trunk = sight.body[:, 1], setting.trunk
    lumbar = trunk - pelvis
    share = np.divide(lumbar, trunk, out=np.full(lumbar.shape, math.nan), where=np.abs(trunk) > LEAST_INCLINATION)
    return {
        "intra_abdominal_pressure": sight.body[:, 0] * 1e-3,
        "co_contraction": setting.co_contraction,
        "pelvis_tilt": pelvis * DEG,
        "pelvis_list": sight.body[:, 2] * DEG,
        "pelvis_rotation": sight.body[:, 3] * DEG,
        "lumbar_flexion": lumbar * DEG,
        "lumbar_share": share,
        "status": sight.ended[:, 0].astype(np.int64),
        "iterations": sight.ended[:, 1].astype(np.int64),
    }
