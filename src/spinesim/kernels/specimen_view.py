"""What the tissues of a specimen carry at given places, for the results."""

import math

from spinesim.kernels import disc, facet, ligament, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.specimen import level_wrench
from spinesim.kernels.specimen_tables import LevelDesk, Tissue
from spinesim.kernels.tables import Floats


@kernel
def look(
    tissue: Tissue, q: Floats, desk: LevelDesk, joint: Floats, own: Floats, strand: Floats, contact: Floats
) -> None:
    """Write what every level carries at q (step, level, 6).

    `joint` and `own` (step, level, 6): force and moment of the whole joint and of its disc on the upper body, mid
    frame, N and N m. `strand` (step, strand, 2): stretch beyond slack, m, and tension, N.
    `contact` (step, facet, 8): force and moment of the facet on the upper body, as `joint`; area in contact, m^2;
    largest closure, m.
    """
    for s in range(q.shape[0]):
        for j in range(q.shape[1]):
            level_wrench(tissue, j, q[s, j], desk)
            for a in range(3):
                joint[s, j, a], joint[s, j, 3 + a] = desk.f[j, a], desk.m[j, a]
                own[s, j, a], own[s, j, 3 + a] = 0.0, 0.0
            disc.disc_wrench(
                tissue.discs, j, q[s, j, 3:], q[s, j, :3], desk.direct, desk.arm, own[s, j, :3], own[s, j, 3:],
                desk.k[j], desk.c[j],
            )  # fmt: skip
            for n in range(tissue.strand_first[j], tissue.strand_first[j + 1]):
                x = desk.u[j, 0] + desk.strand_u[n, 0] - desk.strand_l[n, 0]
                y = desk.u[j, 1] + desk.strand_u[n, 1] - desk.strand_l[n, 1]
                z = desk.u[j, 2] + desk.strand_u[n, 2] - desk.strand_l[n, 2]
                stretch = math.sqrt(x * x + y * y + z * z) - tissue.strand_slack[n]
                strand[s, n, 0] = stretch
                strand[s, n, 1] = ligament.strand_tension(stretch, tissue.strand_stiffness[n], tissue.strand_toe[n])[0]
            for i in range(2 * j, 2 * j + 2):
                look_at_facet(tissue, i, desk, contact[s, i])


@kernel
def look_at_facet(tissue: Tissue, i: int, desk: LevelDesk, out: Floats) -> None:
    """Write force and moment on the upper body (6), area in contact and largest closure of facet i, once turned."""
    j, area = i // 2, tissue.facet_point_area[i]
    for a in range(7):
        out[a] = 0.0
    out[7] = -math.inf
    for n in range(tissue.facet_points.shape[1]):
        p = desk.facet_p[i, n]
        x, y, z = desk.u[j, 0] + p[0], desk.u[j, 1] + p[1], desk.u[j, 2] + p[2]
        d, x, y, z, _ = facet.closure(i, desk.facet_o, desk.facet_a, desk.facet_n, tissue.facet_radius, x, y, z)
        out[7] = max(out[7], d)
        if d > 0.0:
            force = area * facet.contact_pressure(d, tissue.contact[0], tissue.contact[1], tissue.contact[2])[0]
            add_push(p, -force * x, -force * y, -force * z, out)
            out[6] += area
    p, up = desk.facet_tip[i], desk.facet_up
    d = facet.tip_closure(i, up, tissue.lamina, desk.u[j, 0] + p[0], desk.u[j, 1] + p[1], desk.u[j, 2] + p[2])
    if d > 0.0 and tissue.tip_stiffness[i] > 0.0:
        force = ligament.strand_tension(d, tissue.tip_stiffness[i], tissue.tip_toe)[0]
        add_push(p, force * up[i, 0], force * up[i, 1], force * up[i, 2], out)
        out[6] += tissue.tip_area


@kernel
def add_push(p: Floats, x: float, y: float, z: float, out: Floats) -> None:
    """Add a force at a point (3,) from the upper anchor, and its moment about that anchor, to out[:6]."""
    a, b, c = vec3.cross(p[0], p[1], p[2], x, y, z)
    out[0], out[1], out[2] = out[0] + x, out[1] + y, out[2] + z
    out[3], out[4], out[5] = out[3] + a, out[4] + b, out[5] + c
