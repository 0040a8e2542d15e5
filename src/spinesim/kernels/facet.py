"""Facet joints: one-sided, frictionless, stiffening contact of a patch of points inside a concave cylinder."""

import math

from spinesim.kernels import ligament
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Facets, Floats


@kernel
def contact_pressure(closure: float, stiffness: float, thickness: float, toe: float) -> tuple[float, float]:
    """Return pressure (Pa) and its slope (Pa/m) at a closure (m) beyond first contact: s d (1 + (d / h)^2) behind a short toe."""
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
def closure(origin: Floats, axis: Floats, bone: Floats, radius: float, x: float, y: float, z: float) -> tuple[float, float, float, float, float]:
    """Return closure (m, positive in contact), the unit normal into the bone and the distance to the axis of one point."""
    x, y, z = x - origin[0], y - origin[1], z - origin[2]
    along = x * axis[0] + y * axis[1] + z * axis[2]
    x, y, z = x - along * axis[0], y - along * axis[1], z - along * axis[2]
    distance = math.sqrt(x * x + y * y + z * z)
    if x * bone[0] + y * bone[1] + z * bone[2] <= 0.0 or distance < 1e-9:
        return -radius, 0.0, 0.0, 0.0, radius
    return distance - radius, x / distance, y / distance, z / distance, distance


@kernel
def add_facet(
    facets: Facets, i: int, points: Floats, origin: Floats, axis: Floats, bone: Floats, u: Floats, f: Floats, m: Floats, k: Floats, c: Floats
) -> None:
    """Add facet i to force, moment (about the upper anchor) and tangents on the upper body, mid frame.

    `points` (point, 3) m from the upper anchor, `origin` (3,) m from the lower anchor, `u` (3,) m between the anchors.
    """
    for n in range(points.shape[0]):
        d, x, y, z, distance = closure(origin, axis, bone, facets.radius[i], u[0] + points[n, 0], u[1] + points[n, 1], u[2] + points[n, 2])
        if d <= 0.0:
            continue
        pressure, slope = contact_pressure(d, facets.stiffness, facets.thickness, facets.toe)
        area = facets.point_area[i]
        ligament.add_radial(points[n], x, y, z, pressure * area, slope * area, pressure * area / distance, f, m, k, c)
        _along_axis(points[n], axis, pressure * area / distance, k, c)


@kernel
def _along_axis(arm: Floats, axis: Floats, turn: float, k: Floats, c: Floats) -> None:
    """Take back the turning stiffness along the cylinder's axis, where sliding changes nothing."""
    for q in range(3):
        ligament.add_column(arm, turn * axis[0] * axis[q], turn * axis[1] * axis[q], turn * axis[2] * axis[q], k[:, q], c[:, q])
