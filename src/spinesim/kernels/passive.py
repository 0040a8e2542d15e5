"""The passive spine at prescribed rotations: force, moment and tangents of disc, ligaments and facets by level."""

import math

from numpy import uint64

from spinesim.kernels import disc, facet, ligament, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import N_LEVEL, Discs, Facets, Floats, Frames, Ints, Person, Task, Tissue

NUDGE = 1e-6  # rad, of the differences


@kernel
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


@kernel
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


@kernel
def passive_levels(person: Person, turns: Floats, strand_scale: Floats, u: Floats, tissue: Tissue) -> None:
    """Update tissue.f, m (on the upper body, about the upper anchor), k = df/du and g = dm/du given translations u
    (level, 3).
    """
    f, m, k, c, aka, af = tissue.f, tissue.m, tissue.k, tissue.g, tissue.aka, tissue.af
    strands, facets = person.strands, person.facets
    for j in range(N_LEVEL):
        own_f, own_m, own_k, own_c = tissue.disc_f[j], tissue.disc_m[j], tissue.disc_k[j], tissue.disc_g[j]
        own_f[:], own_m[:], own_k[:, :], own_c[:, :] = 0.0, 0.0, 0.0, 0.0
        direct, arm = tissue.disc_direct[j], tissue.disc_arm[j]
        disc.disc_wrench(person.discs, j, u[j], turns[j], direct, arm, own_f, own_m, own_k, own_c)
        for i in range(3):
            f[j, i], m[j, i] = own_f[i], own_m[i]
            for n in range(3):
                k[j, i, n], c[j, i, n], aka[j, i, n], af[j, i, n] = own_k[i, n], own_c[i, n], 0.0, 0.0
    _add_strands(
        strands.start, tissue.strand_u, tissue.strand_l, u, strand_scale, strands.stiffness, strands.slack,
        strands.toe, f, m, k, c, aka, af,
    )  # fmt: skip
    for i in range(12):
        facet.add_facet(
            i, tissue.facet_p, tissue.facet_o, tissue.facet_a, tissue.facet_n, facets.radius, facets.point_area,
            facets.stiffness, facets.thickness, facets.toe, u, f, m, k, c, aka, af,
        )  # fmt: skip
        facet.add_tip(
            i, tissue.facet_tip, tissue.facet_up, facets.lamina, facets.tip_stiffness, facets.tip_toe, u, f, m, k, c,
            aka, af,
        )  # fmt: skip


@kernel
def _add_strands(
    start: Ints, upper: Floats, lower: Floats, u: Floats, scale: Floats, stiffness: Floats, slack: Floats, toe: Floats,
    f: Floats, m: Floats, k: Floats, c: Floats, aka: Floats, af: Floats,
) -> None:  # fmt: skip
    """Add every strand that is taut. Sums of a level stay in registers: memory would cost more than the law."""
    for j in range(N_LEVEL):
        fx, fy, fz, mx, my, mz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        kxx, kyy, kzz, kxy, kxz, kyz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        cxx, cyx, czx, cxy, cyy, czy, cxz, cyz, czz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        sxx, syy, szz, sxy, sxz, syz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        qxx, qyx, qzx, qxy, qyy, qzy, qxz, qyz, qzz = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
        for n in range(uint64(start[j]), uint64(start[j + 1])):
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
            # [a] [(slope - turn) n n^T + turn I] [a] of p = a x n, and a f^T of f = -tension n.
            ex, ey, ez, square = turn * ax, turn * ay, turn * az, turn * (ax * ax + ay * ay + az * az)
            sxx, syy, szz = sxx - d * p * p - ex * ax + square, syy - d * q * q - ey * ay + square, szz - d * r * r
            sxy, sxz, syz = sxy - d * p * q - ex * ay, sxz - d * p * r - ex * az, syz - d * q * r - ey * az
            szz += square - ez * az
            x, y, z = tension * x, tension * y, tension * z
            qxx, qyx, qzx = qxx - ax * x, qyx - ay * x, qzx - az * x
            qxy, qyy, qzy = qxy - ax * y, qyy - ay * y, qzy - az * y
            qxz, qyz, qzz = qxz - ax * z, qyz - ay * z, qzz - az * z
        f[j, 0], f[j, 1], f[j, 2] = f[j, 0] + fx, f[j, 1] + fy, f[j, 2] + fz
        m[j, 0], m[j, 1], m[j, 2] = m[j, 0] + mx, m[j, 1] + my, m[j, 2] + mz
        k[j, 0, 0], k[j, 1, 1], k[j, 2, 2] = k[j, 0, 0] + kxx, k[j, 1, 1] + kyy, k[j, 2, 2] + kzz
        k[j, 0, 1], k[j, 0, 2], k[j, 1, 2] = k[j, 0, 1] + kxy, k[j, 0, 2] + kxz, k[j, 1, 2] + kyz
        k[j, 1, 0], k[j, 2, 0], k[j, 2, 1] = k[j, 1, 0] + kxy, k[j, 2, 0] + kxz, k[j, 2, 1] + kyz
        c[j, 0, 0], c[j, 1, 0], c[j, 2, 0] = c[j, 0, 0] + cxx, c[j, 1, 0] + cyx, c[j, 2, 0] + czx
        c[j, 0, 1], c[j, 1, 1], c[j, 2, 1] = c[j, 0, 1] + cxy, c[j, 1, 1] + cyy, c[j, 2, 1] + czy
        c[j, 0, 2], c[j, 1, 2], c[j, 2, 2] = c[j, 0, 2] + cxz, c[j, 1, 2] + cyz, c[j, 2, 2] + czz
        aka[j, 0, 0], aka[j, 0, 1], aka[j, 0, 2] = sxx, sxy, sxz
        aka[j, 1, 0], aka[j, 1, 1], aka[j, 1, 2] = sxy, syy, syz
        aka[j, 2, 0], aka[j, 2, 1], aka[j, 2, 2] = sxz, syz, szz
        af[j, 0, 0], af[j, 0, 1], af[j, 0, 2] = qxx, qxy, qxz
        af[j, 1, 0], af[j, 1, 1], af[j, 1, 2] = qyx, qyy, qyz
        af[j, 2, 0], af[j, 2, 1], af[j, 2, 2] = qzx, qzy, qzz


@kernel
def passive_by_turn(
    discs: Discs, u: Floats, turns: Floats, axes: int, tissue: Tissue, by_f: Floats, by_m: Floats
) -> None:
    """Write how force and moment of every level (axis, level, 3), mid frame, change with the components of its rotation
    vector, z, x, y as many as `axes`, translations held; `passive_levels` must have run.
    """
    for n in range(axes):
        for j in range(N_LEVEL):
            _points_by_turn(j, (n + 2) % 3, u, turns[j], tissue, by_f[n], by_m[n])
    for j in range(N_LEVEL):
        _add_disc_by_turn(discs, axes, j, u[j], turns[j], tissue, by_f, by_m)


@kernel
def along(by: Floats, axes: int, j: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return what a turn (x, y, z) of level j changes, given the changes by axis that `passive_by_turn` wrote."""
    fx, fy, fz = z * by[0, j, 0], z * by[0, j, 1], z * by[0, j, 2]
    if axes == 3:
        fx += x * by[1, j, 0] + y * by[2, j, 0]
        fy += x * by[1, j, 1] + y * by[2, j, 1]
        fz += x * by[1, j, 2] + y * by[2, j, 2]
    return fx, fy, fz


@kernel
def _points_by_turn(j: int, i: int, u: Floats, t: Floats, tissue: Tissue, by_f: Floats, by_m: Floats) -> None:
    """Write what component i does to strands and facets. Seen from the mid frame the upper body turns by p and the
    lower one by q: a force f with tangent K at the arm a changes by K (p x a - q x (u + a)) + q x f, its moment by (p x
    a) x f and a x that change. Summed, all of it follows from K, [a] K, [a] K [a], f and a f^T.
    """
    k, g, own_k, own_g, s, w = tissue.k, tissue.g, tissue.disc_k, tissue.disc_g, tissue.aka, tissue.af
    x, y, z = (0.5 if i == 0 else 0.0), (0.5 if i == 1 else 0.0), (0.5 if i == 2 else 0.0)
    px, py, pz = vec3.left_jacobian(t, 0.5, x, y, z)
    qx, qy, qz = vec3.left_jacobian(t, -0.5, -x, -y, -z)
    dx, dy, dz = px - qx, py - qy, pz - qz
    vx, vy, vz = vec3.cross(u[j, 0], u[j, 1], u[j, 2], qx, qy, qz)
    f, own = tissue.f, tissue.disc_f
    ex, ey, ez = vec3.cross(qx, qy, qz, f[j, 0] - own[j, 0], f[j, 1] - own[j, 1], f[j, 2] - own[j, 2])
    trace = w[j, 0, 0] + w[j, 1, 1] + w[j, 2, 2]
    for n, (e, d) in enumerate(((ex, dx), (ey, dy), (ez, dz))):
        by_f[j, n] = e + (k[j, n, 0] - own_k[j, n, 0]) * vx + (k[j, n, 1] - own_k[j, n, 1]) * vy
        by_f[j, n] += (k[j, n, 2] - own_k[j, n, 2]) * vz + (g[j, 0, n] - own_g[j, 0, n]) * dx
        by_f[j, n] += (g[j, 1, n] - own_g[j, 1, n]) * dy + (g[j, 2, n] - own_g[j, 2, n]) * dz
        by_m[j, n] = w[j, n, 0] * px + w[j, n, 1] * py + w[j, n, 2] * pz - trace * d
        by_m[j, n] -= w[j, 0, n] * qx + w[j, 1, n] * qy + w[j, 2, n] * qz
        by_m[j, n] -= s[j, n, 0] * dx + s[j, n, 1] * dy + s[j, n, 2] * dz
        by_m[j, n] += (g[j, n, 0] - own_g[j, n, 0]) * vx + (g[j, n, 1] - own_g[j, n, 1]) * vy
        by_m[j, n] += (g[j, n, 2] - own_g[j, n, 2]) * vz


@kernel
def _add_disc_by_turn(
    discs: Discs, axes: int, j: int, u: Floats, t: Floats, tissue: Tissue, by_f: Floats, by_m: Floats
) -> None:
    """Add what the components z, x, y of a level's rotation vector, as many as `axes`, do to disc j: force and moment
    are -p and P (u x p) - N (dU/dtheta + push dV/dtheta), of which a component changes p by the core's push alone.

    N and P themselves change by central differences: of a mirrored posture they are mirrored.
    """
    direct, arm = tissue.disc_direct[j], tissue.disc_arm[j]
    px, py, pz, push, stiff, sx, sz = disc.pressed(discs, j, u, t)
    ux, uy, uz = vec3.cross(u[0], u[1], u[2], px, py, pz)
    theta, total, by_push, stiffness = tissue.spare[0, 0], tissue.spare[0, 1], tissue.spare[0, 2], tissue.spare[3, 0]
    for i in range(3):
        moment, slope, more, curve = disc.moment_laws(discs, j, i, t)
        theta[i], total[i], by_push[i], stiffness[i] = t[i], moment + push * more, more, slope + push * curve
    gx, gy, gz = vec3.rotate(direct, by_push[0], by_push[1], by_push[2])
    for n in range(axes):
        i = (n + 2) % 3
        rise = stiff * by_push[i]
        dx, dy, dz = rise * sx, -rise, rise * sz
        x, y, z = vec3.cross(u[0], u[1], u[2], dx, dy, dz)
        x, y, z = vec3.rotate(arm, x, y, z)
        own = stiffness[i]
        x, y = x - own * direct[0, i] - rise * gx, y - own * direct[1, i] - rise * gy
        z -= own * direct[2, i] + rise * gz
        for sign in (1.0, -1.0):
            theta[i] = t[i] + sign * NUDGE
            disc.turning(theta, tissue.spare[1], tissue.spare[2])
            ax, ay, az = vec3.rotate(tissue.spare[2], ux, uy, uz)
            bx, by, bz = vec3.rotate(tissue.spare[1], total[0], total[1], total[2])
            half = sign / (2.0 * NUDGE)
            x, y, z = x + half * (ax - bx), y + half * (ay - by), z + half * (az - bz)
        theta[i] = t[i]
        by_f[n, j, 0], by_f[n, j, 1], by_f[n, j, 2] = by_f[n, j, 0] - dx, by_f[n, j, 1] - dy, by_f[n, j, 2] - dz
        by_m[n, j, 0], by_m[n, j, 1], by_m[n, j, 2] = by_m[n, j, 0] + x, by_m[n, j, 1] + y, by_m[n, j, 2] + z


@kernel
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
