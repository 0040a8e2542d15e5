"""Inverse statics: disc translations and muscle forces that balance forces at every level and moments at levels and
hips.
"""

from spinesim.kernels import kinematics, loads, muscle, passive, vec3
from spinesim.kernels.cholesky import cholesky_solve
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import FEET, HOOP, N_EQUATION, N_LEVEL, THORAX, Floats, Person, State, Task, Work

COLD_SHORTENING = 5e-4  # m
MAX_STEP = 1.5e-3  # m a disc may move in one step
MIX_BELOW = 6e-4  # m: the largest step at which mixing begins
MIX_DEPTH = 5  # points it remembers
FREE = 100.0  # one over the weight of what costs next to nothing: leaning, slack of the wall
WALL_SLACK = 2e4  # N of hoop tension that may rest on the contents without raising their pressure


@inner
def prepare(person: Person, task: Task, work: Work) -> None:
    """Do all that depends on the posture alone."""
    kinematics.orient_bodies(person.skeleton, task, work)
    passive.prepare_passive(person, task, work)
    muscle.prepare_lines(person.lines, work)
    _set_columns(person, task, work)


@inner
def _set_columns(person: Person, task: Task, work: Work) -> None:
    """Update weights and bounds of the columns: fascicles, abdominal pressure, slack of the hoop, supports."""
    lines, breath = person.lines, person.breath
    n = lines.n_fascicle
    for i in range(n):
        work.ease[i], work.lo[i], work.up[i] = 1.0 / lines.volume[i], task.lower[i], task.upper[i]
    work.ease[n], work.lo[n], work.up[n] = 1.0 / breath.volume, 0.0, 1.0
    if task.pressure >= 0.0:
        work.lo[n] = task.pressure / breath.maximum
        work.up[n] = work.lo[n]
    work.ease[n + 1], work.lo[n + 1], work.up[n + 1] = FREE, 0.0, 1.0
    for k in range(breath.support_limit.size):
        work.ease[n + 2 + k], work.lo[n + 2 + k], work.up[n + 2 + k] = FREE, 0.0, task.support_on[k]


@inner
def evaluate(person: Person, task: Task, u: Floats, scale: float, work: Work) -> None:
    """Update everything that moves with the disc translations u (level, 3); external forces are taken times `scale`."""
    kinematics.place_bodies(person.skeleton, u, work)
    kinematics.place_arms(person.skeleton, task, work)
    loads.gather_loads(person, task, scale, work)
    loads.sum_loads(person, task, work)
    muscle.line_geometry(person.lines, person.skeleton, work)
    muscle.line_forces(person.lines, task.fascia_scale, work)
    _push_geometry(person, work)
    passive.passive_levels(person, task, u, work)


@inner
def _push_geometry(person: Person, work: Work) -> None:
    """Update the pulls that are no lines: abdominal pressure on the diaphragm and supports on the thorax."""
    breath, n = person.breath, person.lines.f_max.size
    r = work.r[THORAX]
    work.gain[n] = breath.maximum * breath.area
    x, y, z = vec3.rotate(r, 0.0, 1.0, 0.0)
    _push_column(work, n, breath.diaphragm, x, y, z)
    for k in range(breath.support_limit.size):
        d = breath.support_direction[k]
        work.gain[n + 2 + k] = breath.support_limit[k]
        x, y, z = vec3.rotate(r, d[0], d[1], d[2])
        _push_column(work, n + 2 + k, breath.support_point[k], x, y, z)


@inner
def _push_column(work: Work, column: int, point: Floats, x: float, y: float, z: float) -> None:
    """Write a unit force (x, y, z) at a point of the thorax to every level of a column."""
    px, py, pz = vec3.rotate(work.r[THORAX], point[0], point[1], point[2])
    o = work.o[THORAX]
    for j in range(N_LEVEL):
        a = work.a_up[j]
        mx, my, mz = vec3.cross(px + o[0] - a[0], py + o[1] - a[1], pz + o[2] - a[2], x, y, z)
        work.af[3 * j, column], work.af[3 * j + 1, column], work.af[3 * j + 2, column] = x, y, z
        work.am[3 * j, column], work.am[3 * j + 1, column], work.am[3 * j + 2, column] = mx, my, mz


@inner
def pull_of(person: Person, column: int) -> int:
    """Return the pull a recruitment column drives: fascia bands lie between fascicles and pushes."""
    lines = person.lines
    return column if column < lines.n_fascicle else column + lines.f_max.size - lines.n_fascicle


@inner
def balance(person: Person, task: Task, state: State, work: Work) -> float:
    """Write force (18) and moment (24) balance at the activations work.x to work.res; return the largest entry."""
    res = work.res
    force_balance(person, work)
    for j in range(N_LEVEL):
        m, row = work.m[j], 18 + 3 * j
        res[row], res[row + 1], res[row + 2] = vec3.rotate(work.mid[j], m[0], m[1], m[2])
        for i in range(3):
            res[row + i] += work.ext_m[j, i] + state.reserve[3 * j + i]
    for s in range(2):
        for i in range(3):
            res[36 + 3 * s + i] = work.hip_m[s, i] + state.reserve[18 + 3 * s + i]
    for k in range(24):
        res[18 + k] += dot(work.am[k], work.tension)
    worst = 0.0
    for k in range(42 if task.contact == FEET else 36):
        worst = max(worst, abs(res[k]))
    return worst


@inner
def force_balance(person: Person, work: Work) -> None:
    """Write the force balance (18) at the activations work.x to work.res."""
    _tensions(person, work)
    res = work.res
    for j in range(N_LEVEL):
        f, row = work.f[j], 3 * j
        x, y, z = vec3.rotate(work.mid[j], f[0], f[1], f[2])
        res[row] = x + work.ext_f[j, 0] + dot(work.af[row], work.tension)
        res[row + 1] = y + work.ext_f[j, 1] + dot(work.af[row + 1], work.tension)
        res[row + 2] = z + work.ext_f[j, 2] + dot(work.af[row + 2], work.tension)


@inner
def _tensions(person: Person, work: Work) -> None:
    """Update work.tension (N): passive plus active parts."""
    work.tension[:] = work.passive
    for i in range(work.x.size):
        p = pull_of(person, i)
        work.tension[p] += work.x[i] * work.gain[p]


@kernel
def dot(a: Floats, b: Floats) -> float:
    """Return the inner product."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@inner
def _couplings(work: Work) -> None:
    """Update work.c: the moment that comes with a force through each level, -g k^-1 turned to global axes."""
    for j in range(N_LEVEL):
        mid, k, g, c = work.mid[j], work.k[j], work.g[j], work.c[j]
        for q in range(3):
            # column q of k^-1 mid^T (k is symmetric), then g, then mid
            x, y, z = vec3.solve3(k, mid[q, 0], mid[q, 1], mid[q, 2])
            x, y, z = vec3.rotate(g, x, y, z)
            x, y, z = vec3.rotate(mid, x, y, z)
            c[0, q], c[1, q], c[2, q] = -x, -y, -z


@inner
def build_problem(person: Person, task: Task, work: Work) -> None:
    """Update work.a, work.b: moments at levels with the translations eliminated, moments at hips, the abdominal
    hoop.
    """
    lines = person.lines
    n, n_col = lines.n_fascicle, work.x.size
    shift = lines.f_max.size - n
    _couplings(work)
    # With passive tensions alone, the balance is what recruitment must make up for.
    work.a[:] = 0.0
    for j in range(N_LEVEL):
        fx, fy, fz = _row_totals(work, work.af, 3 * j, work.f[j], work.ext_f[j], work.mid[j])
        mx, my, mz = _row_totals(work, work.am, 3 * j, work.m[j], work.ext_m[j], work.mid[j])
        for i, moment in enumerate((mx, my, mz)):
            c = work.c[j, i]
            row = 3 * j + i
            work.b[row] = -moment - c[0] * fx - c[1] * fy - c[2] * fz
            for q in range(n):
                work.a[row, q] = work.gain[q] * (
                    work.am[row, q]
                    + c[0] * work.af[3 * j, q]
                    + c[1] * work.af[3 * j + 1, q]
                    + c[2] * work.af[3 * j + 2, q]
                )
            for q in range(n, n_col):
                p = q + shift
                work.a[row, q] = work.gain[p] * (
                    work.am[row, p]
                    + c[0] * work.af[3 * j, p]
                    + c[1] * work.af[3 * j + 1, p]
                    + c[2] * work.af[3 * j + 2, p]
                )
    for row in range(18, 24):
        work.b[row] = 0.0
        if task.contact == FEET:
            work.b[row] = -work.hip_m[(row - 18) // 3, (row - 18) % 3] - dot(work.am[row], work.passive)
            for q in range(n):
                work.a[row, q] = work.gain[q] * work.am[row, q]
    _hoop_row(person, work, n)


@inner
def _row_totals(
    work: Work, matrix: Floats, row: int, own: Floats, ext: Floats, mid: Floats
) -> tuple[float, float, float]:
    """Return passive level force (or moment) + external + passive pulls in three rows, global."""
    x, y, z = vec3.rotate(mid, own[0], own[1], own[2])
    p = work.passive
    return x + ext[0] + dot(matrix[row], p), y + ext[1] + dot(matrix[row + 1], p), z + ext[2] + dot(matrix[row + 2], p)


@inner
def _hoop_row(person: Person, work: Work, n: int) -> None:
    """Pressure is held by the wall on both sides: sum of hoop tensions = 2 p r h + slack."""
    lines, breath = person.lines, person.breath
    work.b[HOOP] = 0.0
    for q in range(n):
        work.a[HOOP, q] = lines.hoop[q] * work.gain[q]
        work.b[HOOP] -= lines.hoop[q] * work.passive[q]
    work.a[HOOP, n] = -2.0 * breath.maximum * breath.hoop_area
    work.a[HOOP, n + 1] = -WALL_SLACK


@inner
def update_reserve(soft: float, state: State, work: Work) -> None:
    """Update state.reserve (N m; the last, of the hoop, N) given the multipliers and the softness of the reserves."""
    for k in range(N_EQUATION):
        state.reserve[k] = soft * state.lam[k] / work.row[k]


@inner
def move_discs(state: State, work: Work, damping: float) -> None:
    """Move the discs by the Newton step for the forces of work.tension, mixed with the last steps once these are
    small.
    """
    step, largest = work.step, 0.0
    for j in range(N_LEVEL):
        x, y, z = vec3.unrotate(work.mid[j], work.res[3 * j], work.res[3 * j + 1], work.res[3 * j + 2])
        x, y, z = vec3.solve3(work.k[j], -x, -y, -z)
        step[3 * j], step[3 * j + 1], step[3 * j + 2] = x, y, z
        largest = max(largest, abs(x), abs(y), abs(z))
    if largest <= MIX_BELOW:
        _mix(state, work, damping)
        return
    work.mixed[0] = 0
    size = damping if largest <= MAX_STEP else damping * MAX_STEP / largest
    for i in range(18):
        state.u[i // 3, i % 3] += size * step[i]


@inner
def _mix(state: State, work: Work, damping: float) -> None:
    """Anderson mixing: the combination of the last points whose steps cancel best, plus its step."""
    n, slot = work.mixed[0], work.mixed[0] % MIX_DEPTH
    for i in range(18):
        work.past_step[slot, i] = work.step[i]
        work.past_point[slot, i] = state.u[i // 3, i % 3] + damping * work.step[i]
    work.mixed[0] = n + 1
    used = min(n, MIX_DEPTH - 1)
    h, rhs, out = work.mix_h, work.mix_b, work.mix_x
    for a in range(used):
        p = (n - 1 - a) % MIX_DEPTH
        rhs[a] = 0.0
        for i in range(18):
            rhs[a] += work.step[i] * (work.step[i] - work.past_step[p, i])
        for b in range(a + 1):
            q = (n - 1 - b) % MIX_DEPTH
            total = 0.0
            for i in range(18):
                total += (work.step[i] - work.past_step[p, i]) * (work.step[i] - work.past_step[q, i])
            h[a, b] = total
        h[a, a] *= 1.0 + 1e-10
    cholesky_solve(h, rhs, out, used)
    for i in range(18):
        value = work.past_point[slot, i]
        for a in range(used):
            value -= out[a] * (work.past_point[slot, i] - work.past_point[(n - 1 - a) % MIX_DEPTH, i])
        state.u[i // 3, i % 3] = value


@inner
def is_warm(state: State) -> bool:
    """Tell whether the state comes from a solve."""
    return dot(state.lam, state.lam) > 0.0


@inner
def reset(state: State) -> None:
    """Begin anew, with discs shortened a little: past their toe their stiffness tells more."""
    state.u[:] = 0.0
    state.u[:, 1] = -COLD_SHORTENING
    state.lam[:] = 0.0
    state.reserve[:] = 0.0
