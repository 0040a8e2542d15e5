"""Facet joints: one-sided, frictionless, stiffening contact of a patch of points inside a concave cylinder; and of the
tip of the process above with the lamina below.
"""

import math

from spinesim.kernels import ligament
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Floats


@kernel
def contact_pressure(closure: float, stiffness: float, thickness: float, toe: float) -> tuple[float, float]:
    """Return pressure (Pa) and its slope (Pa/m) at a closure (m) beyond first contact: s d (1 + (d / h)^2) behind a
    short toe.
    """
    if closure <= 0.0:
        return 0.0, 0.0
    if closure < toe:
        d, slope = 0.5 * closure * closure / toe, closure / toe
    else:
        d, slope = closure - 0.5 * toe, 1.0
    ratio = (d / thickness) ** 2
    return stiffness * d * (1.0 + ratio), stiffness * (1.0 + 3.0 * ratio) * slope


@kernel
def contact_energy(closure: float, stiffness: float, thickness: float, toe: float) -> float:
    """Return the energy per area (J/m^2) of a closure (m), by five-point Gauss quadrature of the pressure (exact)."""
    if closure <= 0.0:
        return 0.0
    inside, outside = min(closure, toe), max(closure - toe, 0.0)
    nodes = (-0.9061798459386640, -0.5384693101056831, 0.0, 0.5384693101056831, 0.9061798459386640)
    weights = (0.2369268850561891, 0.4786286704993665, 0.5688888888888889, 0.4786286704993665, 0.2369268850561891)
    total = 0.0
    for i in range(5):
        half = 0.5 * (1.0 + nodes[i])
        total += 0.5 * weights[i] * inside * contact_pressure(half * inside, stiffness, thickness, toe)[0]
        total += 0.5 * weights[i] * outside * contact_pressure(toe + half * outside, stiffness, thickness, toe)[0]
    return total


@kernel
def closure(
    i: int, origin: Floats, axis: Floats, bone: Floats, radius: Floats, x: float, y: float, z: float
) -> tuple[float, float, float, float, float]:
    """Return closure (m, positive in contact), the unit normal into the bone and the distance to the axis of one
    point of facet i.
    """
    x, y, z = x - origin[i, 0], y - origin[i, 1], z - origin[i, 2]
    along = x * axis[i, 0] + y * axis[i, 1] + z * axis[i, 2]
    x, y, z = x - along * axis[i, 0], y - along * axis[i, 1], z - along * axis[i, 2]
    distance = math.sqrt(x * x + y * y + z * z)
    if x * bone[i, 0] + y * bone[i, 1] + z * bone[i, 2] <= 0.0 or distance < 1e-9:
        return -radius[i], 0.0, 0.0, 0.0, radius[i]
    return distance - radius[i], x / distance, y / distance, z / distance, distance


@kernel
def add_facet(
    i: int, points: Floats, origin: Floats, axis: Floats, bone: Floats, radius: Floats, area: Floats,
    stiffness: float, thickness: float, toe: float, u: Floats, f: Floats, m: Floats, k: Floats, c: Floats,
    aka: Floats, af: Floats,
) -> None:  # fmt: skip
    """Add facet i (of level i // 2) to force, moment (about the upper anchor) and tangents on the upper body, mid
    frame.

    `points` (facet, point, 3) m from the upper anchor, `origin` (facet, 3) m from the lower anchor, `u` (level, 3) m
    between them.
    """
    j = i // 2
    p, q, r, inside = axis[i, 0], axis[i, 1], axis[i, 2], radius[i] * radius[i]
    for n in range(points.shape[1]):
        ax, ay, az = points[i, n, 0], points[i, n, 1], points[i, n, 2]
        x, y, z = u[j, 0] + ax - origin[i, 0], u[j, 1] + ay - origin[i, 1], u[j, 2] + az - origin[i, 2]
        along = x * p + y * q + z * r
        if x * x + y * y + z * z - along * along <= inside:
            continue  # open: most points are
        d, x, y, z, distance = closure(i, origin, axis, bone, radius, u[j, 0] + ax, u[j, 1] + ay, u[j, 2] + az)
        if d <= 0.0:
            continue
        pressure, slope = contact_pressure(d, stiffness, thickness, toe)
        turn = pressure * area[i] / distance
        ligament.add_radial(ax, ay, az, x, y, z, pressure * area[i], slope * area[i], turn, j, f, m, k, c, aka, af)
        # Sliding along the cylinder's axis changes nothing: take its turning stiffness back.
        ligament.add_tangent(
            ax,
            ay,
            az,
            turn * p * p,
            turn * q * q,
            turn * r * r,
            turn * p * q,
            turn * p * r,
            turn * q * r,
            j,
            k,
            c,
            aka,
        )


@kernel
def tip_closure(i: int, up: Floats, lamina: Floats, x: float, y: float, z: float) -> float:
    """Return how far (m) the tip of facet i's upper process, at a place from the lower anchor, is below the lamina's
    height.
    """
    return lamina[i] - x * up[i, 0] - y * up[i, 1] - z * up[i, 2]


@kernel
def add_tip(
    i: int, tip: Floats, up: Floats, lamina: Floats, stiffness: Floats, toe: float,
    u: Floats, f: Floats, m: Floats, k: Floats, c: Floats, aka: Floats, af: Floats,
) -> None:  # fmt: skip
    """Add the push of the lamina on the tip of facet i's upper process (Yang & King 1984), as `add_facet` does.

    The lamina is a plane square to the lower vertebra's disc axis; soft tissue between makes the toe.
    """
    j = i // 2
    x, y, z = tip[i, 0], tip[i, 1], tip[i, 2]
    d = tip_closure(i, up, lamina, u[j, 0] + x, u[j, 1] + y, u[j, 2] + z)
    if d <= 0.0:
        return
    push, slope = ligament.strand_tension(d, stiffness[i], toe)
    ligament.add_radial(x, y, z, -up[i, 0], -up[i, 1], -up[i, 2], push, slope, 0.0, j, f, m, k, c, aka, af)
