"""The tangent of the trunk by differences of its balance, coordinate by coordinate: the reference of the exact one."""

from spinesim.kernels import kinematics, loads, passive, paths, vec3
from spinesim.kernels.equilibrium import to_anchors
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Ints, Person, State, Task, Work

ANGLE = 2e-6  # rad
SHIFT = 2e-8  # m


@kernel
def tangent_by_differences(
    person: Person, task: Task, state: State, work: Work, r0: Floats, offsets: Floats, base: Floats, stiffness: Floats
) -> None:
    """Write -d(balance)/d(coordinates) to `stiffness` (36, 36), a coordinate a row.

    `task.level` and `state.u` are moved and put back: hand in copies. `r0` (12, 3, 3) and `offsets`
    (force, 3) are copies of the solved orientations and load offsets, `base` (36,) is scratch.
    """
    for c in range(36):
        _move(person, task, state, work, r0, offsets, c, -1.0, base)
        _move(person, task, state, work, r0, offsets, c, 1.0, stiffness[c])
        for i in range(36):
            stiffness[c, i] = 0.5 * (base[i] - stiffness[c, i]) / (ANGLE if c < 18 else SHIFT)


@kernel
def _move(
    person: Person, task: Task, state: State, work: Work, r0: Floats, offsets: Floats, c: int, sign: float, out: Floats
) -> None:
    """Write the balance with one coordinate moved by its step times `sign`, and put the coordinate back."""
    j, axis = (c % 18) // 3, c % 3
    u, t = state.u[j, axis], task.level[j]
    x, y, z = t[0], t[1], t[2]
    if c < 18:
        _turn_level(person.skeleton.disc_in_lower, task.level, work.frames.turn, r0, j, axis, sign * ANGLE)
    else:
        state.u[j, axis] = u + sign * SHIFT
    _generalised(person, task, state, work, r0, offsets, out)
    state.u[j, axis] = u
    t[0], t[1], t[2] = x, y, z


@kernel
def _turn_level(
    disc_in_lower: Floats, turns: Floats, scratch: Floats, r0: Floats, j: int, axis: int, size: float
) -> None:
    """Turn all above level j by `size` about a global axis: the change of the level's rotation vector in its disc
    frame.
    """
    disc, t = scratch[2], turns[j]
    vec3.multiply(r0[5 - j], disc_in_lower[j], disc)
    x, y, z = size * disc[axis, 0], size * disc[axis, 1], size * disc[axis, 2]
    # J_l(-t)^-T is J_l(t)^-1.
    t[0], t[1], t[2] = -t[0], -t[1], -t[2]
    x, y, z = vec3.left_jacobian_inverse_transposed(t, x, y, z)
    t[0], t[1], t[2] = -t[0], -t[1], -t[2]
    t[0] += x
    t[1] += y
    t[2] += z


@kernel
def _generalised(
    person: Person, task: Task, state: State, work: Work, r0: Floats, offsets: Floats, out: Floats
) -> None:
    """Write moments about the upper anchors (18, global) and forces (18, mid frames) at constant tensions to out."""
    frames, forces, pulls = work.frames, work.forces, work.pulls
    for j in range(N_LEVEL):
        for i in range(3):
            frames.turns[j, i] = task.level[j, i]
    kinematics.orient_bodies(person.skeleton, task, frames)
    passive.prepare_passive(person, task.level, frames, work.tissue)
    paths.prepare_lines(person.lines, frames.r, pulls)
    kinematics.place_bodies(person.skeleton, state.u, frames)
    _turn_loads(forces.count[0], forces.body, offsets, r0, frames.r, forces.offset)
    loads.sum_loads(person.skeleton, task, frames, forces)
    paths.line_geometry(person.lines, frames.o, pulls)
    passive.passive_levels(person, task.level, task.strand_scale, state.u, work.tissue)
    total = work.motion.total
    paths.sum_lines(person.lines, person.skeleton.abdomen_share, frames.o, pulls, pulls.tension, total)
    to_anchors(frames.a_up, total)
    f, m, mid = work.tissue.f, work.tissue.m, frames.mid
    for j in range(N_LEVEL):
        row, c = 3 * j, 6 * j
        x, y, z = vec3.rotate_at(mid, j, m[j, 0], m[j, 1], m[j, 2])
        out[row] = x + forces.level_m[j, 0] + total[c + 3]
        out[row + 1] = y + forces.level_m[j, 1] + total[c + 4]
        out[row + 2] = z + forces.level_m[j, 2] + total[c + 5]
        fx, fy, fz = (
            forces.level_f[j, 0] + total[c],
            forces.level_f[j, 1] + total[c + 1],
            forces.level_f[j, 2] + total[c + 2],
        )
        x, y, z = vec3.unrotate_at(mid, j, fx, fy, fz)
        out[18 + row], out[19 + row], out[20 + row] = x + f[j, 0], y + f[j, 1], z + f[j, 2]


@kernel
def _turn_loads(count: int, body: Ints, offsets: Floats, r0: Floats, r: Floats, out: Floats) -> None:
    """Write the offsets of forces turned with their bodies from r0 to r."""
    for n in range(count):
        b = body[n]
        x, y, z = vec3.unrotate_at(r0, b, offsets[n, 0], offsets[n, 1], offsets[n, 2])
        out[n, 0], out[n, 1], out[n, 2] = vec3.rotate_at(r, b, x, y, z)
