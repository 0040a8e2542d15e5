"""External forces: weights of bodies, arms and carried masses, applied forces, and their sums above every level and
hip.
"""

from spinesim.kernels import hip, kinematics, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import AT_HANDS, BED, FEET, N_LEVEL, THORAX, Floats, Forces, Frames, Ints, Skeleton, Task


@kernel
def gather_loads(skeleton: Skeleton, task: Task, scale: float, frames: Frames, forces: Forces) -> None:
    """Update the force list (offsets from body origins, global), all forces times `scale`."""
    forces.count[0] = 0
    if task.contact != BED:  # a bed carries every part where it lies
        _add_weights(skeleton.com, skeleton.mass, task.gravity, frames.r, forces)
        _add_arms(skeleton.arm_center, skeleton.arm_mass, task.arm_hangs, task.gravity, frames.o, frames.arm, forces)
    for i in range(task.load_where.size):
        _add_load(skeleton, task, frames, forces, i)
    for n in range(forces.count[0]):
        for i in range(3):
            forces.force[n, i] *= scale
            forces.moment[n, i] *= scale


@kernel
def _push(forces: Forces, n: int, body: int, x: float, y: float, z: float, fx: float, fy: float, fz: float) -> None:
    forces.count[0] = n + 1
    forces.body[n] = body
    forces.offset[n, 0], forces.offset[n, 1], forces.offset[n, 2] = x, y, z
    forces.force[n, 0], forces.force[n, 1], forces.force[n, 2] = fx, fy, fz
    forces.moment[n, 0], forces.moment[n, 1], forces.moment[n, 2] = 0.0, 0.0, 0.0


@kernel
def _add_weights(com: Floats, mass: Floats, g: Floats, r: Floats, forces: Forces) -> None:
    for b in range(THORAX + 1):
        x, y, z = vec3.rotate_at(r, b, com[b, 0], com[b, 1], com[b, 2])
        _push(forces, b, b, x, y, z, mass[b] * g[0], mass[b] * g[1], mass[b] * g[2])


@kernel
def _add_arms(
    center: Floats, mass: Floats, hangs: Floats, g: Floats, o: Floats, arm: Floats, forces: Forces
) -> None:  # fmt: skip
    """Hang both arms' three parts on the thorax, the share `hangs` (side,) of each."""
    for s in range(2):
        for part in range(3):
            c, m = center[part], hangs[s] * mass[part]
            x = (1.0 - c) * arm[s, part, 0] + c * arm[s, part + 1, 0] - o[THORAX, 0]
            y = (1.0 - c) * arm[s, part, 1] + c * arm[s, part + 1, 1] - o[THORAX, 1]
            z = (1.0 - c) * arm[s, part, 2] + c * arm[s, part + 1, 2] - o[THORAX, 2]
            _push(forces, forces.count[0], THORAX, x, y, z, m * g[0], m * g[1], m * g[2])


@kernel
def _add_load(skeleton: Skeleton, task: Task, frames: Frames, forces: Forces, i: int) -> None:
    mass, force, g, p = task.load_mass[i], task.load_force, task.gravity, task.load_point
    x, y, z, body = p[i, 0], p[i, 1], p[i, 2], THORAX
    if task.load_where[i] == AT_HANDS:
        ax, ay, az = kinematics.anchor_point(skeleton.chest, frames.r, frames.o, frames.a_up, task.load_body[i])
        x, y, z = x + ax - frames.o[THORAX, 0], y + ay - frames.o[THORAX, 1], z + az - frames.o[THORAX, 2]
    else:
        body = task.load_body[i]
        x, y, z = vec3.rotate_at(frames.r, body, x, y, z)
    n = forces.count[0]
    fx, fy, fz = force[i, 0] + mass * g[0], force[i, 1] + mass * g[1], force[i, 2] + mass * g[2]
    _push(forces, n, body, x, y, z, fx, fy, fz)
    for k in range(3):
        forces.moment[n, k] = task.load_moment[i, k]


@kernel
def sum_loads(skeleton: Skeleton, task: Task, frames: Frames, forces: Forces) -> None:
    """Update sums at the levels and hips and the share of weight, given the force list and positions."""
    _sum_above(
        forces.count[0], forces.body, forces.offset, forces.force, forces.moment, frames.o, frames.a_up,
        forces.level_f, forces.level_m, forces.hip_f, forces.pelvis_m,
    )  # fmt: skip
    forces.hip_m[:] = 0.0
    forces.share[:] = 0.5
    if task.contact == FEET:
        _sum_at_hips(skeleton, task, frames, forces)
    else:
        forces.hip_f[:] = 0.0


@kernel
def _sum_above(
    count: int, body: Ints, offset: Floats, force: Floats, moment: Floats, o: Floats, a_up: Floats,
    level_f: Floats, level_m: Floats, all_f: Floats, all_m: Floats,
) -> None:  # fmt: skip
    """Sum forces and moments of all above each level (about its upper anchor), and of all about the pelvis's origin."""
    level_f[:] = 0.0
    level_m[:] = 0.0
    all_f[:] = 0.0
    all_m[:] = 0.0
    for n in range(count):
        b = body[n]
        fx, fy, fz = force[n, 0], force[n, 1], force[n, 2]
        px, py, pz = o[b, 0] + offset[n, 0], o[b, 1] + offset[n, 1], o[b, 2] + offset[n, 2]
        for j in range(6 - b, N_LEVEL):
            x, y, z = vec3.cross(px - a_up[j, 0], py - a_up[j, 1], pz - a_up[j, 2], fx, fy, fz)
            level_f[j, 0] += fx
            level_f[j, 1] += fy
            level_f[j, 2] += fz
            level_m[j, 0] += x + moment[n, 0]
            level_m[j, 1] += y + moment[n, 1]
            level_m[j, 2] += z + moment[n, 2]
        x, y, z = vec3.cross(px - o[0, 0], py - o[0, 1], pz - o[0, 2], fx, fy, fz)
        all_f[0] += fx
        all_f[1] += fy
        all_f[2] += fz
        all_m[0] += x + moment[n, 0]
        all_m[1] += y + moment[n, 1]
        all_m[2] += z + moment[n, 2]


@kernel
def _sum_at_hips(skeleton: Skeleton, task: Task, frames: Frames, forces: Forces) -> None:
    """Split the wrench of all above the hips: forces by the weight on each foot, what is left of the moment as hip
    couples; less what the hips' passive tissue carries of them.

    The couple is taken about the mid-hip point after both hip forces; a hanging leg pulls on its own hip.
    """
    moment, total, o = forces.pelvis_m, forces.hip_f, frames.o
    right = task.support_right
    if right >= 0.0:
        for s in range(2):
            if (right if s == 0 else 1.0 - right) <= 0.0:
                _hang_leg(skeleton.mass, skeleton.com, task.gravity, frames.r, o, s, total, moment, forces.hip_m)
    else:
        right = _balanced_share(o, total, moment)
    forces.share[0], forces.share[1] = right, 1.0 - right
    for s in range(2):
        x, y, z = vec3.cross(o[7 + s, 0], o[7 + s, 1], o[7 + s, 2], total[0], total[1], total[2])
        moment[0] -= forces.share[s] * x
        moment[1] -= forces.share[s] * y
        moment[2] -= forces.share[s] * z
    hip.passive_moments(task.hips, frames.r, frames.turn[0], forces.hip_passive)
    for s in range(2):
        for i in range(3):
            forces.hip_m[s, i] += forces.share[s] * moment[i] + forces.hip_passive[s, i]


@kernel
def _balanced_share(o: Floats, f: Floats, moment: Floats) -> float:
    """Return the share of weight on the right foot that leaves no frontal couple at the hips."""
    right = o[7, 1] * f[2] - o[7, 2] * f[1]
    left = o[8, 1] * f[2] - o[8, 2] * f[1]
    if abs(right - left) < 1e-9:
        return 0.5
    return min(max((moment[0] - left) / (right - left), 0.0), 1.0)


@kernel
def _hang_leg(
    mass: Floats, com: Floats, g: Floats, r: Floats, o: Floats, s: int, total: Floats, moment: Floats, hip_m: Floats
) -> None:
    """Add a lifted leg: its weight on the pelvis at the hip, its moment on the hip's own muscles."""
    hip = 7 + s
    for b in (7 + s, 9 + s):
        x, y, z = vec3.rotate_at(r, b, com[b, 0], com[b, 1], com[b, 2])
        x, y, z = o[b, 0] + x, o[b, 1] + y, o[b, 2] + z
        fx, fy, fz = mass[b] * g[0], mass[b] * g[1], mass[b] * g[2]
        total[0] += fx
        total[1] += fy
        total[2] += fz
        px, py, pz = vec3.cross(x, y, z, fx, fy, fz)
        moment[0] += px
        moment[1] += py
        moment[2] += pz
        px, py, pz = vec3.cross(x - o[hip, 0], y - o[hip, 1], z - o[hip, 2], fx, fy, fz)
        hip_m[s, 0] -= px
        hip_m[s, 1] -= py
        hip_m[s, 2] -= pz
