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
    n: int, j: int, upper: Floats, lower: Floats, u: Floats, stiffness: float, slack: float, toe: float,
    f: Floats, m: Floats, k: Floats, c: Floats, aka: Floats, af: Floats,
) -> None:  # fmt: skip
    """Add strand n of level j to force, moment (about the upper anchor) and tangents on the upper body, mid frame.

    `upper` and `lower` (strand, 3) m are the ends from their anchors; `u` (level, 3) m the translations between the
    anchors.
    Whole arrays and indices are handed on, because a view costs more than the law itself.
    """
    x = u[j, 0] + upper[n, 0] - lower[n, 0]
    y = u[j, 1] + upper[n, 1] - lower[n, 1]
    z = u[j, 2] + upper[n, 2] - lower[n, 2]
    square = x * x + y * y + z * z
    if square <= slack * slack:
        return
    length = math.sqrt(square)
    tension, slope = strand_tension(length - slack, stiffness, toe)
    over = 1.0 / length
    x, y, z = over * x, over * y, over * z
    add_radial(upper[n, 0], upper[n, 1], upper[n, 2], x, y, z, tension, slope, over * tension, j, f, m, k, c, aka, af)


@kernel
def add_radial(
    ax: float, ay: float, az: float, x: float, y: float, z: float, force: float, slope: float, turn: float,
    j: int, f: Floats, m: Floats, k: Floats, c: Floats, aka: Floats, af: Floats,
) -> None:  # fmt: skip
    """Add a force at the arm (ax, ay, az) against the unit vector (x, y, z), with its tangent -[(slope - turn) n n^T
    + turn I].
    """
    for i, a in enumerate((ax, ay, az)):
        af[j, i, 0] -= force * a * x
        af[j, i, 1] -= force * a * y
        af[j, i, 2] -= force * a * z
    p, q, r = vec3.cross(ax, ay, az, x, y, z)
    f[j, 0] -= force * x
    f[j, 1] -= force * y
    f[j, 2] -= force * z
    m[j, 0] -= force * p
    m[j, 1] -= force * q
    m[j, 2] -= force * r
    d = slope - turn
    add_tangent(
        ax,
        ay,
        az,
        -d * x * x - turn,
        -d * y * y - turn,
        -d * z * z - turn,
        -d * x * y,
        -d * x * z,
        -d * y * z,
        j,
        k,
        c,
        aka,
    )


@kernel
def add_tangent(
    ax: float, ay: float, az: float, xx: float, yy: float, zz: float, xy: float, xz: float, yz: float, j: int,
    k: Floats, c: Floats, aka: Floats,
) -> None:  # fmt: skip
    """Add a symmetric stiffness K to k, [a] K to c and [a] K [a] to aka, with [a] v = a x v."""
    k[j, 0, 0] += xx
    k[j, 1, 1] += yy
    k[j, 2, 2] += zz
    k[j, 0, 1] += xy
    k[j, 1, 0] += xy
    k[j, 0, 2] += xz
    k[j, 2, 0] += xz
    k[j, 1, 2] += yz
    k[j, 2, 1] += yz
    for i, (x, y, z) in enumerate(
        (
            (ay * xz - az * xy, ay * yz - az * yy, ay * zz - az * yz),
            (az * xx - ax * xz, az * xy - ax * yz, az * xz - ax * zz),
            (ax * xy - ay * xx, ax * yy - ay * xy, ax * yz - ay * xz),
        )
    ):
        c[j, i, 0] += x
        c[j, i, 1] += y
        c[j, i, 2] += z
        aka[j, i, 0] += az * y - ay * z
        aka[j, i, 1] += ax * z - az * x
        aka[j, i, 2] += ay * x - ax * y
