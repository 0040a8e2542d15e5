"""Tangent stiffness of the whole trunk at a solved posture: passive tissue, gravity and loads, muscles at constant
tension.

The 36 coordinates are 18 small rotations (global axes, about the upper anchors) and 18 disc translations (mid frames).
Muscle short-range stiffness q F / L is returned apart, per unit of q (Bergmark 1989).
"""

from spinesim.kernels import kinematics, loads, muscle, passive, vec3
from spinesim.kernels.equilibrium import dot
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import N_LEVEL, Floats, Person, State, Task, Work

ANGLE = 1e-6  # rad
SHIFT = 1e-8  # m


@kernel
def tangent(
    person: Person, task: Task, state: State, work: Work, r0: Floats, base: Floats, stiffness: Floats, muscles: Floats
) -> None:
    """Write -d(balance)/d(coordinates) to `stiffness` (36, 36) and the muscles' share per unit q to `muscles` (36, 36).

    `task.level` and `state.u` are moved and put back: hand in copies. `r0` (12, 3, 3) and `base` (36,) are scratch.
    """
    r0[:] = work.r
    offsets = work.w_offset.copy()
    _muscle_stiffness(person, work, muscles)
    _generalised(person, task, state, work, r0, offsets, base)
    for c in range(36):
        size = ANGLE if c < 18 else SHIFT
        j, axis = (c % 18) // 3, c % 3
        u, t = state.u[j, axis], task.level[j].copy()
        if c < 18:
            _turn_level(person, task, work, r0, j, axis, size)
        else:
            state.u[j, axis] = u + size
        _generalised(person, task, state, work, r0, offsets, stiffness[c])
        for i in range(36):
            stiffness[c, i] = (base[i] - stiffness[c, i]) / size
        state.u[j, axis] = u
        task.level[j] = t


@inner
def _turn_level(person: Person, task: Task, work: Work, r0: Floats, j: int, axis: int, size: float) -> None:
    """Turn all above level j by `size` about a global axis: the change of the level's rotation vector in its disc
    frame.
    """
    disc = work.turn[2]
    vec3.multiply(r0[5 - j], person.skeleton.disc_in_lower[j], disc)
    t = task.level[j]
    x, y, z = size * disc[axis, 0], size * disc[axis, 1], size * disc[axis, 2]
    back = -t
    x, y, z = vec3.left_jacobian_inverse_transposed(back, x, y, z)
    t[0] += x
    t[1] += y
    t[2] += z


@inner
def _generalised(
    person: Person, task: Task, state: State, work: Work, r0: Floats, offsets: Floats, out: Floats
) -> None:
    """Write moments about the upper anchors (18, global) and forces (18, mid frames) at constant tensions to out."""
    kinematics.orient_bodies(person.skeleton, task, work)
    passive.prepare_passive(person, task, work)
    muscle.prepare_lines(person.lines, work)
    kinematics.place_bodies(person.skeleton, state.u, work)
    for n in range(work.n_force[0]):
        b, p = work.w_body[n], offsets[n]
        x, y, z = vec3.unrotate(r0[b], p[0], p[1], p[2])
        q = work.w_offset[n]
        q[0], q[1], q[2] = vec3.rotate(work.r[b], x, y, z)
    loads.sum_loads(person, task, work)
    muscle.line_geometry(person.lines, person.skeleton, work)
    passive.passive_levels(person, task, state.u, work)
    n_line = person.lines.f_max.size
    tension = work.tension[:n_line]
    for j in range(N_LEVEL):
        row = 3 * j
        x, y, z = vec3.rotate(work.mid[j], work.m[j, 0], work.m[j, 1], work.m[j, 2])
        out[row] = x + work.ext_m[j, 0] + dot(work.am[row, :n_line], tension)
        out[row + 1] = y + work.ext_m[j, 1] + dot(work.am[row + 1, :n_line], tension)
        out[row + 2] = z + work.ext_m[j, 2] + dot(work.am[row + 2, :n_line], tension)
        fx = work.ext_f[j, 0] + dot(work.af[row, :n_line], tension)
        fy = work.ext_f[j, 1] + dot(work.af[row + 1, :n_line], tension)
        fz = work.ext_f[j, 2] + dot(work.af[row + 2, :n_line], tension)
        x, y, z = vec3.unrotate(work.mid[j], fx, fy, fz)
        out[18 + row], out[19 + row], out[20 + row] = x + work.f[j, 0], y + work.f[j, 1], z + work.f[j, 2]


@inner
def _muscle_stiffness(person: Person, work: Work, out: Floats) -> None:
    """Write sum over fascicles of (active force / length) (dL/dq)(dL/dq)^T."""
    out[:] = 0.0
    arm = work.res[0:36]  # lent
    for i in range(person.lines.n_fascicle):
        force = work.tension[i] - work.passive[i]
        if force <= 0.0 or work.length[i] <= 0.0:
            continue
        for j in range(N_LEVEL):
            row = 3 * j
            arm[row], arm[row + 1], arm[row + 2] = work.am[row, i], work.am[row + 1, i], work.am[row + 2, i]
            x, y, z = vec3.unrotate(work.mid[j], work.af[row, i], work.af[row + 1, i], work.af[row + 2, i])
            arm[18 + row], arm[19 + row], arm[20 + row] = x, y, z
        scale = force / work.length[i]
        for a in range(36):
            if arm[a] != 0.0:
                for b in range(36):
                    out[a, b] += scale * arm[a] * arm[b]
