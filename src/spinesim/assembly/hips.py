"""The hips' passive tissue as a table, and how far it lets them turn."""

from __future__ import annotations

import math

import numpy as np

from spinesim.assembly.subject import Subject
from spinesim.kernels.tables import Floats
from spinesim.model import Model
from spinesim.model.spine import HIP_WAYS
from spinesim.scenario import Scenario

AXES = tuple(zip(HIP_WAYS[::2], HIP_WAYS[1::2], strict=True))  # by axis: positive, negative
SIDES = ("right", "left")


def hip_table(model: Model, subject: Subject, scenario: Scenario) -> Floats:
    """Return the law of both hips (side, axis, 5) as `kernels.hip` takes it, N m and 1/rad, stiff hips as they are.

    Moments grow with the cross-section of muscles, for fasciae do, and with body length, for their arms do. What
    resists a turn whose range is partly lost does so by as much earlier.
    """
    table = np.zeros((2, 3, 5))
    for s, side in enumerate(SIDES):
        size = subject.strength * subject.length * _stiffness(scenario, side)
        for axis, ways in enumerate(AXES):
            for n, way in enumerate(ways):
                law = model.hips[way]
                own = size * law.moment / math.expm1(law.angle / law.growth)
                earlier = math.exp(lost(scenario, side, way) / law.growth)
                table[s, axis, 2 * n : 2 * n + 2] = own * earlier, 1.0 / law.growth
                table[s, axis, 4] += own if n == 0 else -own
    return table


def flexion_range(model: Model, scenario: Scenario) -> tuple[float, float]:
    """Return how far hips flex, least and most (rad), as the hip that moves less far lets both."""
    low, high = model.ranges["hip_flexion"]
    least = max(lost(scenario, side, "extension") for side in SIDES)
    most = max(lost(scenario, side, "flexion") for side in SIDES)
    return low + least, high - most


def list_range(model: Model, scenario: Scenario, right: float | None) -> tuple[float, float]:
    """Return how far the pelvis lists, least and most (rad, right side down positive), until a hip that is stood on,
    with the weight `right` on the right foot, leaves its range; no list may be within it.
    """
    low, high = model.ranges["pelvis_list"]
    stood_on = [
        side for side, share in zip(SIDES, (1.0, 0.0), strict=True) if right not in (0.0, 1.0) or right == share
    ]
    down, up = (
        max(lost(scenario, side, ways[SIDES.index(side)]) for side in stood_on)
        for ways in (("adduction", "abduction"), ("abduction", "adduction"))
    )
    return low + down, high - up


def _stiffness(scenario: Scenario, side: str) -> float:
    shares = [change.stiffness for change in scenario.hips if change.side in ("both", side)]
    return math.prod(share for share in shares if share is not None)


def lost(scenario: Scenario, side: str, way: str) -> float:
    """Return the range (rad) that a hip has lost one way; entries for both sides and for one add up."""
    return sum(getattr(change, f"lost_{way}") or 0.0 for change in scenario.hips if change.side in ("both", side))
