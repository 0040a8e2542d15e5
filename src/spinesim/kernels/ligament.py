"""Ligament strands: tension only, quadratic toe, then linear (Blankevoort & Huiskes 1991)."""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def strand_tension(elongation: float, stiffness: float, toe: float) -> tuple[float, float]:
    """Return force (N) and stiffness (N/m) at an elongation (m) beyond the slack length."""
    if elongation <= 0.0:
        return 0.0, 0.0
    if elongation < toe:
        return 0.5 * stiffness * elongation * elongation / toe, stiffness * elongation / toe
    return stiffness * (elongation - 0.5 * toe), stiffness


@kernel
def strand_energy(elongation: float, stiffness: float, toe: float) -> float:
    """Return the energy (J) stored at an elongation (m)."""
    if elongation <= 0.0:
        return 0.0
    if elongation < toe:
        return stiffness * elongation**3 / (6.0 * toe)
    d = elongation - toe
    return stiffness * (toe * toe / 6.0 + 0.5 * toe * d + 0.5 * d * d)


@kernel
def add_strand(
    upper: Floats, lower: Floats, u: Floats, stiffness: float, slack: float, toe: float, f: Floats, m: Floats, k: Floats, c: Floats
) -> None:
    """Add one strand to force, moment (about the upper anchor) and tangents on the upper body, mid frame.

    `upper` and `lower` (3,) m are the ends from their anchors; `u` (3,) m the translation between the anchors.
    """
    x, y, z = u[0] + upper[0] - lower[0], u[1] + upper[1] - lower[1], u[2] + upper[2] - lower[2]
    length = math.sqrt(x * x + y * y + z * z)
    if length <= slack:
        return
    tension, slope = strand_tension(length - slack, stiffness, toe)
    x, y, z = x / length, y / length, z / length
    add_radial(upper, x, y, z, tension, slope, tension / length, f, m, k, c)


@kernel
def add_radial(
    arm: Floats, x: float, y: float, z: float, force: float, slope: float, turn: float, f: Floats, m: Floats, k: Floats, c: Floats
) -> None:
    """Add a force against the unit vector (x, y, z) with its tangent -[(slope - turn) n n^T + turn I]."""
    d = slope - turn
    add_column(arm, -force * x, -force * y, -force * z, f, m)
    add_column(arm, -d * x * x - turn, -d * x * y, -d * x * z, k[:, 0], c[:, 0])
    add_column(arm, -d * x * y, -d * y * y - turn, -d * y * z, k[:, 1], c[:, 1])
    add_column(arm, -d * x * z, -d * y * z, -d * z * z - turn, k[:, 2], c[:, 2])


@kernel
def add_column(arm: Floats, x: float, y: float, z: float, f: Floats, m: Floats) -> None:
    f[0] += x
    f[1] += y
    f[2] += z
    p, q, r = vec3.cross(arm[0], arm[1], arm[2], x, y, z)
    m[0] += p
    m[1] += q
    m[2] += r
