"""External forces: weights of bodies, arms and carried masses, applied forces, and their sums above every level and
hip.
"""

from spinesim.kernels import kinematics, vec3
from spinesim.kernels.jit import inner
from spinesim.kernels.tables import AT_HANDS, BED, FEET, N_LEVEL, PELVIS, THORAX, Floats, Person, Skeleton, Task, Work


@inner
def gather_loads(person: Person, task: Task, scale: float, work: Work) -> None:
    """Update the force list work.w_* (offsets from body origins, global), all forces times `scale`."""
    skeleton = person.skeleton
    work.n_force[0] = 0
    if task.contact != BED:  # a bed carries every part where it lies
        for b in range(THORAX + 1):
            _add_weight(work, b, work.r[b], skeleton.com[b], skeleton.mass[b], task.gravity)
        _add_arms(skeleton, task, work)
    for i in range(task.load_where.size):
        _add_load(skeleton, task, work, i)
    for n in range(work.n_force[0]):
        for i in range(3):
            work.w_force[n, i] *= scale
            work.w_moment[n, i] *= scale


@inner
def _push(work: Work, body: int, x: float, y: float, z: float, fx: float, fy: float, fz: float) -> int:
    n = work.n_force[0]
    work.n_force[0] = n + 1
    work.w_body[n] = body
    work.w_offset[n, 0], work.w_offset[n, 1], work.w_offset[n, 2] = x, y, z
    work.w_force[n, 0], work.w_force[n, 1], work.w_force[n, 2] = fx, fy, fz
    work.w_moment[n] = 0.0
    return n


@inner
def _add_weight(work: Work, body: int, r: Floats, com: Floats, mass: float, g: Floats) -> None:
    x, y, z = vec3.rotate(r, com[0], com[1], com[2])
    _push(work, body, x, y, z, mass * g[0], mass * g[1], mass * g[2])


@inner
def _add_arms(skeleton: Skeleton, task: Task, work: Work) -> None:
    """Hang both arms' three parts on the thorax."""
    o, g = work.o[THORAX], task.gravity
    for s in range(2):
        for part in range(3):
            a, b, c, mass = work.arm[s, part], work.arm[s, part + 1], skeleton.arm_center[part], skeleton.arm_mass[part]
            x, y, z = a[0] + c * (b[0] - a[0]) - o[0], a[1] + c * (b[1] - a[1]) - o[1], a[2] + c * (b[2] - a[2]) - o[2]
            _push(work, THORAX, x, y, z, mass * g[0], mass * g[1], mass * g[2])


@inner
def _add_load(skeleton: Skeleton, task: Task, work: Work, i: int) -> None:
    mass, force, g = task.load_mass[i], task.load_force[i], task.gravity
    fx, fy, fz = force[0] + mass * g[0], force[1] + mass * g[1], force[2] + mass * g[2]
    p = task.load_point[i]
    if task.load_where[i] == AT_HANDS:
        x, y, z = kinematics.anchor_point(skeleton, work, task.load_body[i])
        o = work.o[THORAX]
        n = _push(work, THORAX, x + p[0] - o[0], y + p[1] - o[1], z + p[2] - o[2], fx, fy, fz)
    else:
        body = task.load_body[i]
        x, y, z = vec3.rotate(work.r[body], p[0], p[1], p[2])
        n = _push(work, body, x, y, z, fx, fy, fz)
    work.w_moment[n] = task.load_moment[i]


@inner
def sum_loads(person: Person, task: Task, work: Work) -> None:
    """Update work.ext_f, ext_m (about the upper anchors), hip_f, hip_m and share given the force list and positions."""
    work.ext_f[:] = 0.0
    work.ext_m[:] = 0.0
    for n in range(work.n_force[0]):
        b = work.w_body[n]
        for j in range(6 - b, N_LEVEL):
            for i in range(3):
                work.ext_f[j, i] += work.w_force[n, i]
            _add_moment(work, n, work.a_up[j], work.ext_m[j])
    _sum_at_hips(person.skeleton, task, work)


@inner
def _add_moment(work: Work, n: int, center: Floats, out: Floats) -> None:
    b = work.w_body[n]
    x = work.o[b, 0] + work.w_offset[n, 0] - center[0]
    y = work.o[b, 1] + work.w_offset[n, 1] - center[1]
    z = work.o[b, 2] + work.w_offset[n, 2] - center[2]
    mx, my, mz = vec3.cross(x, y, z, work.w_force[n, 0], work.w_force[n, 1], work.w_force[n, 2])
    out[0] += mx + work.w_moment[n, 0]
    out[1] += my + work.w_moment[n, 1]
    out[2] += mz + work.w_moment[n, 2]


@inner
def _sum_at_hips(skeleton: Skeleton, task: Task, work: Work) -> None:
    """Split the wrench of all above the hips: forces by the weight on each foot, what is left of the moment as hip
    couples.

    The couple is taken about the mid-hip point after both hip forces; a hanging leg pulls on its own hip.
    """
    work.hip_f[:] = 0.0
    work.hip_m[:] = 0.0
    work.share[:] = 0.5
    if task.contact != FEET:
        return
    moment = work.rhs[0:3]  # lent
    moment[:] = 0.0
    center = work.o[PELVIS]
    for n in range(work.n_force[0]):
        for i in range(3):
            work.hip_f[i] += work.w_force[n, i]
        _add_moment(work, n, center, moment)
    right = task.support_right
    if right >= 0.0:
        for s in range(2):
            if (right if s == 0 else 1.0 - right) <= 0.0:
                _hang_leg(skeleton, task, work, s, moment)
    else:
        right = _balanced_share(work, moment)
    work.share[0], work.share[1] = right, 1.0 - right
    for s in range(2):
        h = work.o[7 + s]
        x, y, z = vec3.cross(h[0], h[1], h[2], work.hip_f[0], work.hip_f[1], work.hip_f[2])
        moment[0] -= work.share[s] * x
        moment[1] -= work.share[s] * y
        moment[2] -= work.share[s] * z
    for s in range(2):
        for i in range(3):
            work.hip_m[s, i] += work.share[s] * moment[i]


@inner
def _balanced_share(work: Work, moment: Floats) -> float:
    """Return the share of weight on the right foot that leaves no frontal couple at the hips."""
    o, f = work.o, work.hip_f
    right = o[7, 1] * f[2] - o[7, 2] * f[1]
    left = o[8, 1] * f[2] - o[8, 2] * f[1]
    if abs(right - left) < 1e-9:
        return 0.5
    return min(max((moment[0] - left) / (right - left), 0.0), 1.0)


@inner
def _hang_leg(skeleton: Skeleton, task: Task, work: Work, s: int, moment: Floats) -> None:
    """Add a lifted leg: its weight on the pelvis at the hip, its moment on the hip's own muscles."""
    hip, g = work.o[7 + s], task.gravity
    for b in (7 + s, 9 + s):
        m, c = skeleton.mass[b], skeleton.com[b]
        x, y, z = vec3.rotate(work.r[b], c[0], c[1], c[2])
        fx, fy, fz = m * g[0], m * g[1], m * g[2]
        work.hip_f[0] += fx
        work.hip_f[1] += fy
        work.hip_f[2] += fz
        px, py, pz = vec3.cross(work.o[b, 0] + x, work.o[b, 1] + y, work.o[b, 2] + z, fx, fy, fz)
        moment[0] += px
        moment[1] += py
        moment[2] += pz
        px, py, pz = vec3.cross(
            work.o[b, 0] + x - hip[0], work.o[b, 1] + y - hip[1], work.o[b, 2] + z - hip[2], fx, fy, fz
        )
        work.hip_m[s, 0] -= px
        work.hip_m[s, 1] -= py
        work.hip_m[s, 2] -= pz
