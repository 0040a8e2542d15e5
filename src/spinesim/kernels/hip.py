"""Passive hips: capsule, ligaments and iliotibial band as an elastic law of the hip's three angles.

Angles are those of the joint coordinate system: the thigh flexes about the pelvis's z axis, turns inward about its own
y axis, and adducts about the axis square to both. The energy is a sum of functions of one angle each, so that the
moment is its slope and no turn to and fro gains anything.
"""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import PELVIS, Floats

STEEPEST = 0.1  # least square of the cosine of adduction: beyond 70 deg the angles mean nothing


@kernel
def elastic_moment(law: Floats, s: int, axis: int, angle: float) -> float:
    """Return the moment along an angle (rad) of the thigh at hip s: c - a exp(k angle) + b exp(-h angle), N m."""
    rise = law[s, axis, 0] * math.exp(law[s, axis, 1] * angle)
    return law[s, axis, 4] - rise + law[s, axis, 2] * math.exp(-law[s, axis, 3] * angle)


@kernel
def hip_angles(r: Floats, s: int, relative: Floats) -> tuple[float, float, float]:
    """Return flexion, adduction and internal rotation (rad) of hip s, given the bodies' orientations."""
    vec3.between(r[PELVIS], r[7 + s], relative)
    sign = 1.0 - 2.0 * s
    adduction = math.asin(min(max(relative[2, 1], -1.0), 1.0))
    flexion = math.atan2(-relative[0, 1], relative[1, 1])
    return flexion, sign * adduction, sign * math.atan2(-relative[2, 0], relative[2, 2])


@kernel
def passive_moments(law: Floats, r: Floats, relative: Floats, out: Floats) -> None:
    """Write the moment (side, 3) N m that each hip's tissue makes on the pelvis, global.

    Parameters
    ----------
    law : array (side, axis, 5)
        N m and 1/rad, by flexion, adduction and internal rotation; see `elastic_moment`.
    r : array (body, 3, 3)
    relative : array (3, 3)
        Scratch.
    """
    for s in range(2):
        flexion, adduction, rotation = hip_angles(r, s, relative)
        sign = 1.0 - 2.0 * s
        x = sign * elastic_moment(law, s, 1, adduction)
        y = sign * elastic_moment(law, s, 2, rotation)
        z = elastic_moment(law, s, 0, flexion)
        # On the thigh: a about the pelvis's z and c about its own y, which are not square, x about the axis between.
        tilt = math.sin(sign * adduction)
        square = max(1.0 - tilt * tilt, STEEPEST)
        a, c = (z - tilt * y) / square, (y - tilt * z) / square
        fx, fy = math.cos(flexion), math.sin(flexion)
        tx = c * relative[0, 1] + x * fx
        ty = c * relative[1, 1] + x * fy
        tz = c * relative[2, 1] + a
        out[s, 0], out[s, 1], out[s, 2] = vec3.rotate_at(r, PELVIS, -tx, -ty, -tz)
