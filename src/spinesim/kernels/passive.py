"""The passive spine at prescribed rotations: force, moment and tangents of disc, ligaments and facets by level."""

from spinesim.kernels import disc, facet, ligament, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Ints, Person, Task, Work


@inner
def prepare_passive(person: Person, task: Task, work: Work) -> None:
    """Update strand and facet positions (mid frames, from the anchors) given the orientations; they hold for the
    whole solve.
    """
    skeleton, strands, facets = person.skeleton, person.strands, person.facets
    for j in range(N_LEVEL):
        disc.turning(task.level[j], work.disc_direct[j], work.disc_arm[j])
    for n in range(strands.level.size):
        j = strands.level[n]
        _into_mid(work.mid[j], work.r[6 - j], strands.upper[n], skeleton.upper_anchor[j], work.strand_u[n])
        _into_mid(work.mid[j], work.r[5 - j], strands.lower[n], skeleton.lower_anchor[j], work.strand_l[n])
    for i in range(12):
        j = i // 2
        t = task.level[j]
        for n in range(facets.points.shape[1]):
            p = facets.points[i, n]
            x, y, z = vec3.rotate(work.r[6 - j], p[0], p[1], p[2])
            q = work.facet_p[i, n]
            q[0], q[1], q[2] = vec3.unrotate(work.mid[j], x, y, z)
        for source, out in (
            (facets.axis_point[i], work.facet_o[i]),
            (facets.axis[i], work.facet_a[i]),
            (facets.inward[i], work.facet_n[i]),
        ):
            out[0], out[1], out[2] = vec3.turn_back(t, 0.5, source[0], source[1], source[2])


@kernel
def _into_mid(mid: Floats, r: Floats, point: Floats, anchor: Floats, out: Floats) -> None:
    x, y, z = vec3.rotate(r, point[0] - anchor[0], point[1] - anchor[1], point[2] - anchor[2])
    out[0], out[1], out[2] = vec3.unrotate(mid, x, y, z)


@inner
def passive_levels(person: Person, task: Task, u: Floats, work: Work) -> None:
    """Update work.f, m (on the upper body, about the upper anchor), k = df/du and g = dm/du given translations u
    (level, 3).
    """
    f, m, k, c = work.f, work.m, work.k, work.g
    f[:] = 0.0
    m[:] = 0.0
    k[:] = 0.0
    c[:] = 0.0
    strands, facets = person.strands, person.facets
    for j in range(N_LEVEL):
        disc.disc_wrench(
            person.discs, j, u[j], task.level[j], work.disc_direct[j], work.disc_arm[j], f[j], m[j], k[j], c[j]
        )
    _add_strands(
        strands.level,
        work.strand_u,
        work.strand_l,
        u,
        task.strand_scale,
        strands.stiffness,
        strands.slack,
        strands.toe,
        f,
        m,
        k,
        c,
    )
    for i in range(12):
        facet.add_facet(
            i, work.facet_p, work.facet_o, work.facet_a, work.facet_n, facets.radius, facets.point_area,
            facets.stiffness, facets.thickness, facets.toe, u, f, m, k, c,
        )  # fmt: skip


@kernel
def _add_strands(
    level: Ints, upper: Floats, lower: Floats, u: Floats, scale: Floats, stiffness: Floats, slack: Floats, toe: Floats,
    f: Floats, m: Floats, k: Floats, c: Floats,
) -> None:  # fmt: skip
    for n in range(level.size):
        if scale[n] > 0.0:
            ligament.add_strand(n, level[n], upper, lower, u, scale[n] * stiffness[n], slack[n], toe[n], f, m, k, c)


@inner
def passive_energy(person: Person, task: Task, u: Floats, work: Work) -> float:
    """Return the energy (J) stored in discs, strands and facets at translations u (level, 3); prepare_passive must
    have run.
    """
    total = 0.0
    strands, facets = person.strands, person.facets
    for j in range(N_LEVEL):
        total += disc.energy(person.discs, j, u[j], task.level[j])
    for n in range(strands.level.size):
        j = strands.level[n]
        x = u[j, 0] + work.strand_u[n, 0] - work.strand_l[n, 0]
        y = u[j, 1] + work.strand_u[n, 1] - work.strand_l[n, 1]
        z = u[j, 2] + work.strand_u[n, 2] - work.strand_l[n, 2]
        stretch = (x * x + y * y + z * z) ** 0.5 - strands.slack[n]
        total += task.strand_scale[n] * ligament.strand_energy(stretch, strands.stiffness[n], strands.toe[n])
    for i in range(12):
        p = work.facet_p[i]
        for n in range(p.shape[0]):
            v = u[i // 2]
            x, y, z = v[0] + p[n, 0], v[1] + p[n, 1], v[2] + p[n, 2]
            d = facet.closure(i, work.facet_o, work.facet_a, work.facet_n, facets.radius, x, y, z)[0]
            total += facets.point_area[i] * facet.contact_energy(d, facets.stiffness, facets.thickness, facets.toe)
    return total
