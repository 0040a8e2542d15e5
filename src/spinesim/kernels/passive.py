"""The passive spine at prescribed rotations: force, moment and tangents of disc, ligaments and facets by level."""

import math

from spinesim.kernels import disc, facet, ligament, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import N_LEVEL, Facets, Floats, Frames, Ints, Person, Task, Tissue


@inner
def prepare_passive(person: Person, turns: Floats, frames: Frames, tissue: Tissue) -> None:
    """Update strand and facet positions (mid frames, from the anchors) given the orientations and the levels' rotation
    vectors `turns` (level, 3); they hold for the whole solve.
    """
    skeleton, strands, to_mid = person.skeleton, person.strands, tissue.to_mid
    for j in range(N_LEVEL):
        t = turns[j]
        disc.turning(t, tissue.disc_direct[j], tissue.disc_arm[j])
        vec3.between(frames.mid[j], frames.r[6 - j], to_mid[0, j])
        vec3.between(frames.mid[j], frames.r[5 - j], to_mid[1, j])
        vec3.rotation(-0.5 * t[0], -0.5 * t[1], -0.5 * t[2], to_mid[2, j])
    _place_strands(strands.level, strands.upper, skeleton.upper_anchor, to_mid[0], tissue.strand_u)
    _place_strands(strands.level, strands.lower, skeleton.lower_anchor, to_mid[1], tissue.strand_l)
    _place_facets(person.facets, to_mid[0], to_mid[2], tissue)


@kernel
def _place_strands(level: Ints, point: Floats, anchor: Floats, to_mid: Floats, out: Floats) -> None:
    """Write points of a body, from the anchor, in the mid frame."""
    for n in range(level.size):
        j = level[n]
        x, y, z = point[n, 0] - anchor[j, 0], point[n, 1] - anchor[j, 1], point[n, 2] - anchor[j, 2]
        out[n, 0], out[n, 1], out[n, 2] = vec3.rotate_at(to_mid, j, x, y, z)


@inner
def _place_facets(facets: Facets, upper: Floats, lower: Floats, tissue: Tissue) -> None:
    """Write points of the upper body and surfaces fixed to the lower disc frame in the mid frame."""
    p, q, out = facets.points, facets.tip, tissue.facet_p
    for i in range(12):
        j, tip, up = i // 2, tissue.facet_tip[i], tissue.facet_up[i]
        for n in range(p.shape[1]):
            x, y, z = vec3.rotate_at(upper, j, p[i, n, 0], p[i, n, 1], p[i, n, 2])
            out[i, n, 0], out[i, n, 1], out[i, n, 2] = x, y, z
        tip[0], tip[1], tip[2] = vec3.rotate_at(upper, j, q[i, 0], q[i, 1], q[i, 2])
        up[0], up[1], up[2] = vec3.rotate_at(lower, j, 0.0, 1.0, 0.0)
        _place(lower, i, facets.axis_point, tissue.facet_o)
        _place(lower, i, facets.axis, tissue.facet_a)
        _place(lower, i, facets.inward, tissue.facet_n)


@kernel
def _place(to_mid: Floats, i: int, vector: Floats, out: Floats) -> None:
    out[i, 0], out[i, 1], out[i, 2] = vec3.rotate_at(to_mid, i // 2, vector[i, 0], vector[i, 1], vector[i, 2])


@inner
def passive_levels(person: Person, turns: Floats, strand_scale: Floats, u: Floats, tissue: Tissue) -> None:
    """Update tissue.f, m (on the upper body, about the upper anchor), k = df/du and g = dm/du given translations u
    (level, 3).
    """
    f, m, k, c = tissue.f, tissue.m, tissue.k, tissue.g
    f[:] = 0.0
    m[:] = 0.0
    k[:] = 0.0
    c[:] = 0.0
    strands, facets = person.strands, person.facets
    for j in range(N_LEVEL):
        disc.disc_wrench(
            person.discs, j, u[j], turns[j], tissue.disc_direct[j], tissue.disc_arm[j], f[j], m[j], k[j], c[j]
        )
    _add_strands(
        strands.start, tissue.strand_u, tissue.strand_l, u, strand_scale, strands.stiffness, strands.slack,
        strands.toe, f, m, k, c,
    )  # fmt: skip
    for i in range(12):
        facet.add_facet(
            i, tissue.facet_p, tissue.facet_o, tissue.facet_a, tissue.facet_n, facets.radius, facets.point_area,
            facets.stiffness, facets.thickness, facets.toe, u, f, m, k, c,
        )  # fmt: skip
        facet.add_tip(
            i, tissue.facet_tip, tissue.facet_up, facets.lamina, facets.tip_stiffness, facets.tip_toe, u, f, m, k, c
        )


@kernel
def _add_strands(
    start: Ints, upper: Floats, lower: Floats, u: Floats, scale: Floats, stiffness: Floats, slack: Floats, toe: Floats,
    f: Floats, m: Floats, k: Floats, c: Floats,
) -> None:  # fmt: skip
    """Add every strand that is taut. Sums of a level stay in registers: memory would cost more than the law."""
    for j in range(N_LEVEL):
        fx, fy, fz, mx, my, mz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        kxx, kyy, kzz, kxy, kxz, kyz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        cxx, cyx, czx, cxy, cyy, czy, cxz, cyz, czz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for n in range(start[j], start[j + 1]):
            ax, ay, az = upper[n, 0], upper[n, 1], upper[n, 2]
            x, y, z = u[j, 0] + ax - lower[n, 0], u[j, 1] + ay - lower[n, 1], u[j, 2] + az - lower[n, 2]
            square = x * x + y * y + z * z
            if square <= slack[n] * slack[n] or scale[n] <= 0.0:
                continue
            length = math.sqrt(square)
            tension, slope = ligament.strand_tension(length - slack[n], scale[n] * stiffness[n], toe[n])
            over = 1.0 / length
            x, y, z, turn = over * x, over * y, over * z, over * tension
            p, q, r = vec3.cross(ax, ay, az, x, y, z)
            fx, fy, fz = fx - tension * x, fy - tension * y, fz - tension * z
            mx, my, mz = mx - tension * p, my - tension * q, mz - tension * r
            # The tangent is -[(slope - turn) n n^T + turn I]; the moment's is the arm x its columns.
            d = turn - slope
            xx, yy, zz, xy, xz, yz = (
                d * x * x - turn,
                d * y * y - turn,
                d * z * z - turn,
                d * x * y,
                d * x * z,
                d * y * z,
            )
            kxx, kyy, kzz, kxy, kxz, kyz = kxx + xx, kyy + yy, kzz + zz, kxy + xy, kxz + xz, kyz + yz
            cxx, cyx, czx = cxx + ay * xz - az * xy, cyx + az * xx - ax * xz, czx + ax * xy - ay * xx
            cxy, cyy, czy = cxy + ay * yz - az * yy, cyy + az * xy - ax * yz, czy + ax * yy - ay * xy
            cxz, cyz, czz = cxz + ay * zz - az * yz, cyz + az * xz - ax * zz, czz + ax * yz - ay * xz
        f[j, 0], f[j, 1], f[j, 2] = f[j, 0] + fx, f[j, 1] + fy, f[j, 2] + fz
        m[j, 0], m[j, 1], m[j, 2] = m[j, 0] + mx, m[j, 1] + my, m[j, 2] + mz
        k[j, 0, 0], k[j, 1, 1], k[j, 2, 2] = k[j, 0, 0] + kxx, k[j, 1, 1] + kyy, k[j, 2, 2] + kzz
        k[j, 0, 1], k[j, 0, 2], k[j, 1, 2] = k[j, 0, 1] + kxy, k[j, 0, 2] + kxz, k[j, 1, 2] + kyz
        k[j, 1, 0], k[j, 2, 0], k[j, 2, 1] = k[j, 1, 0] + kxy, k[j, 2, 0] + kxz, k[j, 2, 1] + kyz
        c[j, 0, 0], c[j, 1, 0], c[j, 2, 0] = c[j, 0, 0] + cxx, c[j, 1, 0] + cyx, c[j, 2, 0] + czx
        c[j, 0, 1], c[j, 1, 1], c[j, 2, 1] = c[j, 0, 1] + cxy, c[j, 1, 1] + cyy, c[j, 2, 1] + czy
        c[j, 0, 2], c[j, 1, 2], c[j, 2, 2] = c[j, 0, 2] + cxz, c[j, 1, 2] + cyz, c[j, 2, 2] + czz


@inner
def passive_energy(person: Person, task: Task, u: Floats, tissue: Tissue) -> float:
    """Return the energy (J) stored in discs, strands and facets at translations u (level, 3); prepare_passive must
    have run.
    """
    total = 0.0
    strands, facets = person.strands, person.facets
    for j in range(N_LEVEL):
        total += disc.energy(person.discs, j, u[j], task.level[j])
    for n in range(strands.level.size):
        j = strands.level[n]
        x = u[j, 0] + tissue.strand_u[n, 0] - tissue.strand_l[n, 0]
        y = u[j, 1] + tissue.strand_u[n, 1] - tissue.strand_l[n, 1]
        z = u[j, 2] + tissue.strand_u[n, 2] - tissue.strand_l[n, 2]
        stretch = (x * x + y * y + z * z) ** 0.5 - strands.slack[n]
        total += task.strand_scale[n] * ligament.strand_energy(stretch, strands.stiffness[n], strands.toe[n])
    for i in range(12):
        p, v, tip = tissue.facet_p[i], u[i // 2], tissue.facet_tip[i]
        x, y, z = v[0] + tip[0], v[1] + tip[1], v[2] + tip[2]
        d = facet.tip_closure(i, tissue.facet_up, facets.lamina, x, y, z)
        total += ligament.strand_energy(d, facets.tip_stiffness[i], facets.tip_toe)
        for n in range(p.shape[0]):
            x, y, z = v[0] + p[n, 0], v[1] + p[n, 1], v[2] + p[n, 2]
            d = facet.closure(i, tissue.facet_o, tissue.facet_a, tissue.facet_n, facets.radius, x, y, z)[0]
            total += facets.point_area[i] * facet.contact_energy(d, facets.stiffness, facets.thickness, facets.toe)
    return total
