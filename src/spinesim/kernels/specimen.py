"""Balance of a specimen: gradient of what its tissues store, generalised forces of its loads, and their tangent.

With theta the rotation vector of a level in its disc frame and u its translation in the mid frame, a force f and a
moment m (about the upper anchor, mid frame) on all above do the work m . omega + f . v. Their generalised forces are
J(theta)^T E m + J(theta/2)^T E (u x f) / 2 on theta and f on u, with E = exp(theta/2) and J the left Jacobian.
Inside and outside go through the same door, so the tangent of conservative loads is symmetric.
"""

import math

from spinesim.kernels import disc, facet, ligament, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.specimen_tables import FOLLOWER, Balance, Chain, ChainDesk, LevelDesk, Tissue
from spinesim.kernels.tables import Floats

ANGLE = 1e-6  # rad, steps of the differences: small against the toes of ligaments and cartilage
SHIFT = 2e-8  # m


@kernel
def generalise(
    t: Floats, u: Floats, mx: float, my: float, mz: float, fx: float, fy: float, fz: float, out: Floats, at: int
) -> None:
    """Write the generalised forces of a moment and a force (mid frame) on all above to out[at : at + 6]."""
    x, y, z = vec3.turn_back(t, -0.5, mx, my, mz)
    ax, ay, az = vec3.left_jacobian(t, -1.0, x, y, z)
    x, y, z = vec3.cross(u[0], u[1], u[2], fx, fy, fz)
    x, y, z = vec3.turn_back(t, -0.5, x, y, z)
    bx, by, bz = vec3.left_jacobian(t, -0.5, x, y, z)
    out[at], out[at + 1], out[at + 2] = ax + 0.5 * bx, ay + 0.5 * by, az + 0.5 * bz
    out[at + 3], out[at + 4], out[at + 5] = fx, fy, fz


@kernel
def turn_points(tissue: Tissue, j: int, t: Floats, desk: LevelDesk) -> None:
    """Update strand ends and facets of level j in the mid frame: half the rotation up, half of it down."""
    for n in range(tissue.strand_first[j], tissue.strand_first[j + 1]):
        p, q = tissue.strand_upper[n], tissue.strand_lower[n]
        desk.strand_u[n, 0], desk.strand_u[n, 1], desk.strand_u[n, 2] = vec3.turn_back(t, -0.5, p[0], p[1], p[2])
        desk.strand_l[n, 0], desk.strand_l[n, 1], desk.strand_l[n, 2] = vec3.turn_back(t, 0.5, q[0], q[1], q[2])
    for i in range(2 * j, 2 * j + 2):
        for n in range(tissue.facet_points.shape[1]):
            p, q = tissue.facet_points[i, n], desk.facet_p[i, n]
            q[0], q[1], q[2] = vec3.turn_back(t, -0.5, p[0], p[1], p[2])
        p, q = tissue.tip[i], desk.facet_tip[i]
        q[0], q[1], q[2] = vec3.turn_back(t, -0.5, p[0], p[1], p[2])
        q = desk.facet_up[i]
        q[0], q[1], q[2] = vec3.turn_back(t, 0.5, 0.0, 1.0, 0.0)
        p, q = tissue.facet_axis_point[i], desk.facet_o[i]
        q[0], q[1], q[2] = vec3.turn_back(t, 0.5, p[0], p[1], p[2])
        p, q = tissue.facet_axis[i], desk.facet_a[i]
        q[0], q[1], q[2] = vec3.turn_back(t, 0.5, p[0], p[1], p[2])
        p, q = tissue.facet_inward[i], desk.facet_n[i]
        q[0], q[1], q[2] = vec3.turn_back(t, 0.5, p[0], p[1], p[2])


@kernel
def level_wrench(tissue: Tissue, j: int, q: Floats, desk: LevelDesk) -> None:
    """Write force and moment of level j's tissues on all above to desk.f[j] and desk.m[j] given q (6,)."""
    t, u = q[:3], q[3:]
    for a in range(3):
        desk.u[j, a], desk.f[j, a], desk.m[j, a] = u[a], 0.0, 0.0
        for b in range(3):
            desk.k[j, a, b], desk.c[j, a, b] = 0.0, 0.0
    turn_points(tissue, j, t, desk)
    disc.turning(t, desk.direct, desk.arm)
    disc.disc_wrench(tissue.discs, j, u, t, desk.direct, desk.arm, desk.f[j], desk.m[j], desk.k[j], desk.c[j])
    for n in range(tissue.strand_first[j], tissue.strand_first[j + 1]):
        ligament.add_strand(
            n, j, desk.strand_u, desk.strand_l, desk.u, tissue.strand_stiffness[n], tissue.strand_slack[n],
            tissue.strand_toe[n], desk.f, desk.m, desk.k, desk.c, desk.aka, desk.af,
        )  # fmt: skip
    for i in range(2 * j, 2 * j + 2):
        facet.add_facet(
            i, desk.facet_p, desk.facet_o, desk.facet_a, desk.facet_n, tissue.facet_radius, tissue.facet_point_area,
            tissue.contact[0], tissue.contact[1], tissue.contact[2], desk.u, desk.f, desk.m, desk.k, desk.c,
            desk.aka, desk.af,
        )  # fmt: skip
        facet.add_tip(
            i, desk.facet_tip, desk.facet_up, tissue.lamina, tissue.tip_stiffness, tissue.tip_toe, desk.u, desk.f,
            desk.m, desk.k, desk.c, desk.aka, desk.af,
        )  # fmt: skip


@kernel
def inside(tissue: Tissue, j: int, q: Floats, desk: LevelDesk, out: Floats) -> None:
    """Write the generalised forces of level j's tissues to its part of `out`."""
    level_wrench(tissue, j, q, desk)
    f, m = desk.f[j], desk.m[j]
    generalise(q[:3], q[3:], m[0], m[1], m[2], f[0], f[1], f[2], out, 6 * j)


@kernel
def place(chain: Chain, q: Floats, first: int, desk: ChainDesk) -> None:
    """Update orientations, mid frames, origins and upper anchors above level `first` and all higher ones given q
    (level, 6); the held body is at 0.
    """
    n = q.shape[0]
    step, frame = desk.turn[0], desk.turn[1]
    for a in range(3):
        desk.o[n, a] = 0.0
        for b in range(3):
            desk.r[n, a, b] = chain.held_rotation[a, b]
    for j in range(first, -1, -1):
        low, up = chain.lower_anchor[j], chain.upper_anchor[j]
        vec3.multiply(desk.r[j + 1], chain.disc_in_lower[j], frame)
        vec3.rotation(0.5 * q[j, 0], 0.5 * q[j, 1], 0.5 * q[j, 2], step)
        vec3.multiply(frame, step, desk.mid[j])
        vec3.multiply(desk.mid[j], step, frame)
        vec3.multiply(frame, chain.upper_in_disc[j], desk.r[j])
        ax, ay, az = vec3.rotate(desk.r[j + 1], low[0], low[1], low[2])
        ux, uy, uz = vec3.rotate(desk.mid[j], q[j, 3], q[j, 4], q[j, 5])
        tx, ty, tz = vec3.rotate(desk.r[j], up[0], up[1], up[2])
        o = desk.o[j + 1]
        x, y, z = o[0] + ax + ux, o[1] + ay + uy, o[2] + az + uz
        desk.a_up[j, 0], desk.a_up[j, 1], desk.a_up[j, 2] = x, y, z
        desk.o[j, 0], desk.o[j, 1], desk.o[j, 2] = x - tx, y - ty, z - tz


@kernel
def push(r: Floats, point: Floats, i: int, x: float, y: float, z: float, force: Floats, moment: Floats) -> None:
    """Add a global force at a point of body i to its force and its moment about its origin."""
    px, py, pz = vec3.rotate(r[i], point[0], point[1], point[2])
    px, py, pz = vec3.cross(px, py, pz, x, y, z)
    force[i, 0] += x
    force[i, 1] += y
    force[i, 2] += z
    moment[i, 0] += px
    moment[i, 1] += py
    moment[i, 2] += pz


@kernel
def gather(chain: Chain, load: Floats, desk: ChainDesk) -> None:
    """Update forces and moments on each body: the pure moment on the top, dead forces, and the cable's pull."""
    for i in range(desk.r.shape[0]):
        for a in range(3):
            desk.force[i, a], desk.moment[i, a] = 0.0, 0.0
    desk.moment[0, 0], desk.moment[0, 1], desk.moment[0, 2] = load[0], load[1], load[2]
    for n in range(chain.force_body.size):
        d, size = chain.force_direction[n], load[chain.force_load[n]]
        push(
            desk.r, chain.force_point[n], chain.force_body[n], size * d[0], size * d[1], size * d[2],
            desk.force, desk.moment,
        )  # fmt: skip
    pull = load[FOLLOWER]
    if pull == 0.0:
        return
    for i in range(desk.mid.shape[0]):
        p, q = chain.cable[i], chain.cable[i + 1]
        ax, ay, az = vec3.rotate(desk.r[i], p[0], p[1], p[2])
        bx, by, bz = vec3.rotate(desk.r[i + 1], q[0], q[1], q[2])
        a, b = desk.o[i], desk.o[i + 1]
        x, y, z = b[0] + bx - a[0] - ax, b[1] + by - a[1] - ay, b[2] + bz - a[2] - az
        k = pull / math.sqrt(x * x + y * y + z * z)
        push(desk.r, p, i, k * x, k * y, k * z, desk.force, desk.moment)
        push(desk.r, q, i + 1, -k * x, -k * y, -k * z, desk.force, desk.moment)


@kernel
def outside(chain: Chain, q: Floats, first: int, load: Floats, desk: ChainDesk, out: Floats) -> None:
    """Write the generalised forces (6 n,) of the loads at q (level, 6), of which only levels up to `first` moved."""
    place(chain, q, first, desk)
    gather(chain, load, desk)
    fx, fy, fz, mx, my, mz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    ox, oy, oz = desk.o[0, 0], desk.o[0, 1], desk.o[0, 2]
    for j in range(q.shape[0]):
        # Carry the wrench of all above to this body's origin, then to the upper anchor.
        o, a, mid = desk.o[j], desk.a_up[j], desk.mid[j]
        x, y, z = vec3.cross(ox - o[0], oy - o[1], oz - o[2], fx, fy, fz)
        mx, my, mz = mx + x + desk.moment[j, 0], my + y + desk.moment[j, 1], mz + z + desk.moment[j, 2]
        fx, fy, fz = fx + desk.force[j, 0], fy + desk.force[j, 1], fz + desk.force[j, 2]
        ox, oy, oz = o[0], o[1], o[2]
        x, y, z = vec3.cross(ox - a[0], oy - a[1], oz - a[2], fx, fy, fz)
        x, y, z = vec3.unrotate(mid, mx + x, my + y, mz + z)
        p, r, s = vec3.unrotate(mid, fx, fy, fz)
        generalise(q[j, :3], q[j, 3:], x, y, z, p, r, s, out, 6 * j)


@kernel
def sum_outside(chain: Chain, q: Floats, tangent: bool, desk: ChainDesk, bal: Balance) -> None:
    """Update bal.outside and, with `tangent`, write its share of bal.stiffness by central differences.

    Coordinates are moved from the top down: moving one places all above it anew, so that what was moved before is back.
    """
    n, k = q.shape[0], bal.stiffness
    out = bal.outside
    for n_move in range(1 + 12 * n if tangent else 1):
        a, up = (n_move - 1) // 2, n_move % 2 == 1
        j, axis = (n - 1, 0) if n_move == 0 else (a // 6, a % 6)
        size = ANGLE if axis < 3 else SHIFT
        kept = q[j, axis]
        if n_move > 0:
            q[j, axis] = kept + (size if up else -size)
            out = bal.moved
        outside(chain, q, j, bal.load, desk, out)
        q[j, axis] = kept
        if n_move > 0:
            for b in range(6 * n):
                k[b, a] = out[b] if up else (out[b] - k[b, a]) / (2.0 * size)


@kernel
def sum_inside(tissue: Tissue, q: Floats, tangent: bool, desk: LevelDesk, bal: Balance) -> None:
    """Update bal.inside and, with `tangent`, add its share to bal.stiffness: by central differences over the rotations,
    as the laws give it over the translations.
    """
    k = bal.stiffness
    for j in range(q.shape[0]):
        at = 6 * j
        for move in range(7 if tangent else 1):
            a, sign = (move - 1) // 2, 1.0 if move % 2 == 1 else -1.0
            a = a if move > 0 else 0
            kept = q[j, a]
            q[j, a] = kept + (sign * ANGLE if move > 0 else 0.0)
            inside(tissue, j, q[j], desk, bal.moved if move > 0 else bal.inside)
            q[j, a] = kept
            for b in range(6):
                if move > 0:
                    part = -sign * bal.moved[at + b] / (2.0 * ANGLE)
                    k[at + b, at + a] += part
                    if b >= 3:
                        k[at + a, at + b] += part
                elif tangent:
                    for c in range(3 if b >= 3 else 0):
                        k[at + b, at + 3 + c] -= desk.k[j, b - 3, c]


@kernel
def evaluate(
    tissue: Tissue, chain: Chain, q: Floats, tangent: bool, at_level: LevelDesk, at_chain: ChainDesk, bal: Balance
) -> None:
    """Update bal.g (6 n,), out of balance at q under bal.load, and with `tangent` bal.stiffness = -dg/dq."""
    sum_outside(chain, q, tangent, at_chain, bal)
    sum_inside(tissue, q, tangent, at_level, bal)
    for a in range(bal.g.size):
        bal.g[a] = bal.inside[a] + bal.outside[a]
