"""What of a posture recruitment may choose itself, and how freely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from spinesim.assembly.posture import Angles, offset_turns
from spinesim.kernels.tables import FEET, N_POSED, N_TILT, N_TURN, SEAT, Ints
from spinesim.model import Model
from spinesim.scenario import Scenario

EVEN = (None, 0.5)  # weight on the right foot of people who stand on both
ONE_LEG = (0.0, 1.0)


def choices(
    model: Model, scenario: Scenario, angles: Angles, contact: int, right: float | None, loads: Sequence[Any]
) -> dict[str, Any]:
    """Return the fields of the task that say which turns recruitment may choose; `loads` are its load rows.

    Where anything tells the sides apart vertebrae settle sideways too, and on feet a pelvis rotates, and lists on one
    leg, for two straight ones keep it level; a seat lets it lean alone.
    """
    law, solved = model.recruitment, scenario.posture.lumbopelvic_rhythm == "solved"
    settled = scenario.posture.vertebrae == "settled"
    sided = _is_sided(scenario, angles, right, loads)
    sideways, sways = settled and sided, solved and contact == FEET and sided
    return {
        "settle": law.settle_spread if settled else 0.0,
        "settle_cost": law.settle_cost,
        "lean_spread": law.lean_spread if solved else 0.0,
        "lean_cost": law.seat_cost if contact == SEAT else law.lean_cost,
        # A weight is cost / spread^2, and the task has one cost for all tilts: the spread makes up for the other.
        "sideways": law.sideways_spread * math.sqrt(law.settle_cost / law.sideways_cost) if sideways else 0.0,
        "sway_spread": sways * np.array([(right in ONE_LEG) * law.list_spread, law.rotation_spread]),
        "pelvis_range": angles.pelvis_range,
        "follow": angles.follow,
        "leader": _leaders(scenario),
        "turns": N_TURN if sideways else N_POSED if solved else N_TILT,
    }  # fmt: skip


def _is_sided(scenario: Scenario, angles: Angles, right: float | None, loads: Sequence[Any]) -> bool:
    """Tell whether anything in a scenario is not the same on both sides."""
    changes = (*scenario.muscles, *scenario.ligaments, *scenario.facets, *scenario.hips)
    one_side = any(change.side != "both" for change in changes)
    named = any((change.fascicle or "").endswith(("_R", "_L")) for change in scenario.muscles)
    carried = any(getattr(load, "hands", "both") != "both" for load in scenario.loads)
    pushed = any(point[2] != 0.0 or force[2] != 0.0 or moment[:2].any() for _, _, point, force, _, moment in loads)
    turned = bool(angles.levels[:, :2].any()) or angles.shoulder_twist != 0.0
    return one_side or named or carried or pushed or turned or right not in EVEN


def _leaders(scenario: Scenario) -> Ints:
    """Return the turn that each turn goes with (turn,): the vertebrae on both sides of a level that a person holds
    turned go together about the axis of the offset, and those beside thorax or pelvis stay (-1).
    """
    leaders = np.arange(N_TURN)
    turned = offset_turns(scenario, "postural")
    for axis, first in enumerate((N_POSED, N_POSED + N_TILT)):
        own = np.array([-1, *range(first, first + N_TILT), -1])  # thorax, L1 ... L5, pelvis
        for j in np.flatnonzero(turned[:, axis]):
            above, below = own[j], own[j + 1]
            own[own == max(above, below)] = min(above, below)
        leaders[first : first + N_TILT] = own[1:-1]
    return leaders
