"""Inverse statics: disc translations and muscle forces that balance forces at every level and moments at levels and
hips.
"""

import math

from numpy import uint64

from spinesim.kernels import kinematics, lanes, loads, muscle, passive, paths, settling, stance, turning, vec3
from spinesim.kernels.jit import apart, kernel
from spinesim.kernels.tables import (
    ACROSS_BOTH,
    ACROSS_HIPS,
    ACROSS_LEVELS,
    AT_HIPS,
    FARTHEST_LEAN,
    FARTHEST_TILT,
    FEET,
    HOOP,
    LEAN,
    N_EQUATION,
    N_LEVEL,
    N_POSED,
    THORAX,
    Breath,
    Floats,
    Forces,
    Frames,
    Lines,
    Motion,
    Person,
    Problem,
    Pulls,
    State,
    Task,
    Tissue,
    Work,
)

COLD_SHORTENING = 5e-4  # m
FREE = 100.0  # one over the weight of what costs next to nothing: leaning, slack of the wall
WALL_SLACK = 2e4  # N of hoop tension that may rest on the contents without raising their pressure


@kernel
def prepare(person: Person, task: Task, work: Work) -> None:
    """Do what is done once."""
    _set_columns(person.lines, person.breath, task, work.problem)
    _set_fellows(task, work.problem.fellow)
    _sort_columns(person.lines, work.problem)
    work.problem.a[:] = 0.0
    work.problem.lead[:] = 0.0
    work.pulls.passive[:] = 0.0
    work.motion.mixed[:] = 0


@kernel
def orient(person: Person, task: Task, tilt: Floats, work: Work) -> None:
    """Do all that depends on rotations alone: of the posture, and of what turned from it, `tilt` (18,) rad."""
    turning.turn_levels(person.skeleton, task, tilt, work.frames)
    kinematics.orient_bodies(person.skeleton, task, work.frames)
    stance.stand(person, task, work)
    passive.prepare_passive(person, work.frames.turns, work.frames, work.tissue)
    paths.prepare_lines(person.lines, work.frames.r, work.pulls)


@kernel
def _set_columns(lines: Lines, breath: Breath, task: Task, problem: Problem) -> None:
    """Update weights and bounds of the columns: fascicles, abdominal pressure, slack of the hoop, supports, turns.

    A muscle that can give a share u of its strength is one that has lost 1 - u of its fibres: what is left costs
    volume u (a / u)^p, so that splitting off the lost part would change nothing.
    """
    ease, lo, up, n = problem.ease, problem.lo, problem.up, lines.n_fascicle
    for i in range(n):
        upper = task.upper[i]
        ease[i] = (upper if task.power == 2 else upper * upper) / lines.volume[i]
        lo[i], up[i] = task.lower[i], task.upper[i]
    ease[n], lo[n], up[n] = 1.0 / breath.volume, 0.0, 1.0
    if task.pressure >= 0.0:
        lo[n] = task.pressure / breath.maximum
        up[n] = lo[n]
    ease[n + 1], lo[n + 1], up[n + 1] = FREE, 0.0, 1.0
    for k in range(breath.support_limit.size):
        ease[n + 2 + k], lo[n + 2 + k], up[n + 2 + k] = FREE, 0.0, task.support_on[k]
    for v in range(task.turns):
        _set_turn(task, v, ease.size - 2 * (task.turns - v), problem)


@kernel
def _set_fellows(task: Task, fellow: Floats) -> None:
    """Write how the fascicles of each pair, right and left, share their drives.

    A share c of the range of each follows the other's drive: a = (1 - c) x + c (its place in the other's range), so
    that both alike change nothing and limits are kept. As much less is shared as one has less range than the other.
    """
    for i in range(0, task.upper.size, 2):
        right, left = task.upper[i] - task.lower[i], task.upper[i + 1] - task.lower[i + 1]
        c = task.shared_drive[i] * min(right, left) / max(right, left) if min(right, left) > 0.0 else 0.0
        for own, other, here, there in ((i, i + 1, right, left), (i + 1, i, left, right)):
            by = c * here / there if c > 0.0 else 0.0
            fellow[0, own], fellow[1, own] = 1.0 - c, by
            fellow[2, own] = c * task.lower[own] - by * task.lower[other]
            fellow[3 if other > own else 4, own] = c * there / here if c > 0.0 else 0.0


@kernel
def share_drive(problem: Problem) -> None:
    """Update problem.active: what the drives problem.x make of the muscles."""
    x, active, fellow = problem.x, problem.active, problem.fellow
    for i in range(x.size):
        active[i] = x[i]
    for i in range(0, fellow.shape[1], 2):
        active[i] = fellow[0, i] * x[i] + fellow[1, i] * x[i + 1] + fellow[2, i]
        active[i + 1] = fellow[0, i + 1] * x[i + 1] + fellow[1, i + 1] * x[i] + fellow[2, i + 1]


@kernel
def _share_columns(problem: Problem) -> None:
    """Turn the columns of fascicles from what their activation does to what their drive does; none crosses a hip."""
    a, b, fellow, n = problem.a, problem.b, problem.fellow, problem.fellow.shape[1]
    while n > 0 and fellow[1, n - 1] == 0.0:
        n -= 1
    for k in range(N_EQUATION if n > 0 else 0):
        if k < AT_HIPS or k == HOOP:
            b[k] -= lanes.dot(a[k], fellow[2], n)
            _share_row(n, fellow[0], fellow[3], fellow[4], a[k], problem.ds)


@apart
def _share_row(n: int, own: Floats, next_: Floats, last: Floats, row: Floats, spare: Floats) -> None:
    """Write what the drives of a row's fascicles do, each by its own and by its fellow, the next one or the last."""
    spare[0] = own[0] * row[0] + next_[0] * row[1]
    for i in range(uint64(1), uint64(n)):
        spare[i] = own[i] * row[i] + next_[i] * row[i + 1] + last[i] * row[i - 1]
    for i in range(uint64(n)):
        row[i] = spare[i]


@kernel
def _sort_columns(lines: Lines, problem: Problem) -> None:
    """Write problem.order: by the joints that columns cross; those that are no fascicles may act on any."""
    order, n = problem.order, 0
    for joints in (ACROSS_LEVELS, ACROSS_BOTH, ACROSS_HIPS):
        if joints > ACROSS_LEVELS:
            problem.reach[joints - 1] = n
        for i in range(order.size):
            if (lines.joints[i] if i < lines.n_fascicle else ACROSS_BOTH) == joints:
                order[n] = i
                n += 1


@kernel
def _set_turn(task: Task, v: int, q: int, problem: Problem) -> None:
    """Update weights and bounds of one turn: backward or positive in column q, forward or negative in the next."""
    spread, cost, farthest, least, most = task.settle, task.settle_cost, FARTHEST_TILT, 1.0, 1.0
    if v >= N_POSED:
        spread = task.sideways if task.leader[v] == v else 0.0
        followers = 0
        for n in range(N_POSED, task.turns):
            followers += task.leader[n] == v
        cost *= max(followers, 1)
    elif v >= LEAN:
        k = v - LEAN
        spread, cost, farthest = task.lean_spread if k == 0 else task.sway_spread[k - 1], task.lean_cost, FARTHEST_LEAN
        least, most = abs(task.pelvis_range[k, 0]) / farthest, abs(task.pelvis_range[k, 1]) / farthest
    for i, bound in enumerate((most, least)):
        problem.lo[q + i] = 0.0
        problem.ease[q + i] = (spread / farthest) ** 2 / cost if spread > 0.0 else 1.0
        problem.up[q + i] = bound if spread > 0.0 else 0.0


@kernel
def evaluate(person: Person, task: Task, u: Floats, scale: float, work: Work) -> None:
    """Update everything that moves with the disc translations u (level, 3); external forces are taken times `scale`."""
    place(person, task, u, scale, work.frames, work.forces)
    pull(person, task, work.frames, work.pulls)
    passive.passive_levels(person, work.frames.turns, task.strand_scale, u, work.tissue)


@kernel
def place(person: Person, task: Task, u: Floats, scale: float, frames: Frames, forces: Forces) -> None:
    """Update positions and external forces."""
    kinematics.place_bodies(person.skeleton, u, frames)
    kinematics.place_arms(person.skeleton, task, frames)
    loads.gather_loads(person.skeleton, task, scale, frames, forces)
    loads.sum_loads(person.skeleton, task, frames, forces)


@kernel
def pull(person: Person, task: Task, frames: Frames, pulls: Pulls) -> None:
    """Update lengths, wrenches and forces of all that pulls or pushes."""
    paths.line_geometry(person.lines, frames.o, pulls)
    muscle.line_forces(person.lines, task.fascia_scale, pulls)
    n, breath = person.lines.f_max.size, person.breath
    _push_geometry(breath, n, frames.r, frames.o, pulls.gain, pulls.wrench)
    _press_sections(breath.diaphragm, n, frames.mid, frames.a_up, pulls.wrench)


@kernel
def _press_sections(at: Floats, n: int, mid: Floats, a_up: Floats, wrench: Floats) -> None:
    """Write a unit force square to each disc at the point `at` (mid frame, from the anchor) to the levels of column n.

    What lies above a section through the trunk is pressed by what lies below over the whole section, however the spine
    is bent: the rest of the abdomen's wall carries its pressure within one side of the section.
    """
    for j in range(N_LEVEL):
        x, y, z = vec3.rotate_at(mid, j, 0.0, 1.0, 0.0)
        px, py, pz = vec3.rotate_at(mid, j, at[0], at[1], at[2])
        mx, my, mz = vec3.cross(px + a_up[j, 0], py + a_up[j, 1], pz + a_up[j, 2], x, y, z)
        vec3.put_column(wrench, 6 * j, n, x, y, z)
        vec3.put_column(wrench, 6 * j + 3, n, mx, my, mz)


@kernel
def _push_geometry(breath: Breath, n: int, r: Floats, o: Floats, gain: Floats, wrench: Floats) -> None:
    """Update the pulls that are no lines: the force of abdominal pressure, and supports on the thorax."""
    gain[n] = breath.maximum * breath.area
    d = breath.support_direction
    for k in range(breath.support_limit.size):
        gain[n + 2 + k] = breath.support_limit[k]
        x, y, z = vec3.rotate_at(r, THORAX, d[k, 0], d[k, 1], d[k, 2])
        q = breath.support_point
        _push_column(wrench, n + 2 + k, r, o, q[k, 0], q[k, 1], q[k, 2], x, y, z)


@kernel
def _push_column(
    wrench: Floats, row: int, r: Floats, o: Floats,
    px: float, py: float, pz: float, x: float, y: float, z: float,
) -> None:  # fmt: skip
    """Write a unit force (x, y, z, global) at a point of the thorax to every level of a pull."""
    px, py, pz = vec3.rotate_at(r, THORAX, px, py, pz)
    px, py, pz = px + o[THORAX, 0], py + o[THORAX, 1], pz + o[THORAX, 2]
    mx, my, mz = vec3.cross(px, py, pz, x, y, z)
    for j in range(N_LEVEL):
        vec3.put_column(wrench, 6 * j, row, x, y, z)
        vec3.put_column(wrench, 6 * j + 3, row, mx, my, mz)


@kernel
def balance(person: Person, task: Task, state: State, work: Work) -> float:
    """Write force (18) and moment (24) balance at the activations problem.x to motion.res; return the largest entry."""
    force_balance(person, work)
    res, total, mid, m = work.motion.res, work.motion.total, work.frames.mid, work.tissue.m
    for j in range(N_LEVEL):
        x, y, z = vec3.rotate_at(mid, j, m[j, 0], m[j, 1], m[j, 2])
        row, c = 18 + 3 * j, 6 * j + 3
        res[row], res[row + 1], res[row + 2] = x + total[c], y + total[c + 1], z + total[c + 2]
        for i in range(3):
            res[row + i] += work.forces.level_m[j, i] + state.reserve[3 * j + i]
    for s in range(2):
        for i in range(3):
            res[36 + 3 * s + i] = total[39 + 6 * s + i] + work.forces.hip_m[s, i] + state.reserve[18 + 3 * s + i]
    worst = 0.0
    for k in range(42 if task.contact == FEET else 36):
        worst = max(worst, abs(res[k]))
    return worst


@kernel
def force_balance(person: Person, work: Work) -> None:
    """Write the force balance (18) at the activations problem.x to motion.res; motion.total holds all pulls' sums."""
    pulls, res, total = work.pulls, work.motion.res, work.motion.total
    share_drive(work.problem)
    active = work.problem.active
    tensions(person.lines.n_fascicle, person.lines.f_max.size, active, pulls.gain, pulls.passive, pulls.tension)
    sum_pulls(person, work.frames.o, pulls, pulls.tension, total)
    to_anchors(work.frames.a_up, total)
    f, mid, level_f = work.tissue.f, work.frames.mid, work.forces.level_f
    for j in range(N_LEVEL):
        x, y, z = vec3.rotate_at(mid, j, f[j, 0], f[j, 1], f[j, 2])
        row, c = 3 * j, 6 * j
        res[row] = x + level_f[j, 0] + total[c]
        res[row + 1] = y + level_f[j, 1] + total[c + 1]
        res[row + 2] = z + level_f[j, 2] + total[c + 2]


@kernel
def tensions(n: int, n_line: int, x: Floats, gain: Floats, rest: Floats, out: Floats) -> None:
    """Write tensions (pull,) N: passive plus active parts; n fascicles lead n_line lines, pushes follow."""
    for i in range(n):
        out[i] = rest[i] + x[i] * gain[i]
    for i in range(uint64(n), uint64(n_line)):
        out[i] = rest[i]
    for i in range(n_line, out.size):
        out[i] = rest[i] + x[i - n_line + n] * gain[i]


@kernel
def sum_pulls(person: Person, o: Floats, pulls: Pulls, tension: Floats, out: Floats) -> None:
    """Write the sum of tension times wrench (48,) over all pulls; levels' moments are about the origin."""
    paths.sum_lines(person.lines, person.skeleton.abdomen_share, o, pulls, tension, out)
    for i in range(person.lines.f_max.size, tension.size):
        for c in range(6 * N_LEVEL):
            out[c] += tension[i] * pulls.wrench[c, i]


@kernel
def to_anchors(a_up: Floats, total: Floats) -> None:
    """Take the moments of all levels about their upper anchors instead of the origin."""
    for j in range(N_LEVEL):
        c = 6 * j
        x, y, z = vec3.cross(a_up[j, 0], a_up[j, 1], a_up[j, 2], total[c], total[c + 1], total[c + 2])
        total[c + 3], total[c + 4], total[c + 5] = total[c + 3] - x, total[c + 4] - y, total[c + 5] - z


@kernel
def dot(a: Floats, b: Floats) -> float:
    """Return the inner product."""
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@kernel
def _couplings(mid: Floats, a_up: Floats, k: Floats, g: Floats, c: Floats, arm: Floats) -> None:
    """Write c: the moment that comes with a force through each level, -g k^-1 turned to global axes; and to `arm` the
    same with the moment about the upper anchor of a force whose own is about the origin.
    """
    for j in range(N_LEVEL):
        for q in range(3):
            # column q of k^-1 mid^T (k is symmetric), then g, then mid
            x, y, z = vec3.solve3(k[j], mid[j, q, 0], mid[j, q, 1], mid[j, q, 2])
            x, y, z = vec3.rotate_at(g, j, x, y, z)
            x, y, z = vec3.rotate_at(mid, j, x, y, z)
            c[j, 0, q], c[j, 1, q], c[j, 2, q] = -x, -y, -z
        x, y, z = a_up[j, 0], a_up[j, 1], a_up[j, 2]
        arm[j, 0, 0], arm[j, 0, 1], arm[j, 0, 2] = c[j, 0, 0], c[j, 0, 1] + z, c[j, 0, 2] - y
        arm[j, 1, 0], arm[j, 1, 1], arm[j, 1, 2] = c[j, 1, 0] - z, c[j, 1, 1], c[j, 1, 2] + x
        arm[j, 2, 0], arm[j, 2, 1], arm[j, 2, 2] = c[j, 2, 0] + y, c[j, 2, 1] - x, c[j, 2, 2]


@kernel
def build_problem(person: Person, task: Task, state: State, may_settle: bool, work: Work) -> None:
    """Update problem.a, problem.b: moments at levels with the translations eliminated, moments at hips, the abdominal
    hoop; and the tilts of the vertebrae, while they may settle.
    """
    lines, pulls, arm, problem = person.lines, work.pulls, work.motion.arm, work.problem
    n = lines.n_fascicle
    _couplings(work.frames.mid, work.frames.a_up, work.tissue.k, work.tissue.g, work.motion.c, arm)
    sum_pulls(person, work.frames.o, pulls, pulls.passive, work.motion.total)
    to_anchors(work.frames.a_up, work.motion.total)
    _wanted(task.contact == FEET, work.frames.mid, work.tissue, work.forces, work.motion, problem.b)
    hips = 2 if task.contact == FEET else 0
    paths.line_rows(lines, person.skeleton.abdomen_share, work.frames.o, pulls, arm, hips, problem.a)
    _level_rows(n, lines.f_max.size, pulls.gain.size - lines.f_max.size, pulls.wrench, pulls.gain, arm, problem.a)
    _hoop_row(lines.hoop, person.breath, pulls.gain, pulls.passive, n, problem.a, problem.b)
    work.motion.wall[0] = 0.0
    if task.pressure < 0.0:
        _breathe(person.breath, task, work)
    _share_columns(problem)
    for q in range(uint64(problem.x.size - 2 * task.turns), uint64(problem.x.size)):
        problem.lead[q] = 0.0
        for row in range(N_EQUATION):
            problem.a[row, q] = 0.0
    if may_settle and task.settle > 0.0:
        settling.slopes(person, task, state.u, work)
        share = work.forces.share
        settling.columns(task, state.tilt, work.frames, work.forces.level_f, share, hips, work.motion, problem)


@kernel
def _breathe(breath: Breath, task: Task, work: Work) -> None:
    """Update the bounds of the abdominal pressure, which nobody stated: it follows the effort of the trunk's muscles.

    Free of that, recruitment would take all there is in the greatest efforts, more than people were measured to have.
    """
    problem, share = work.problem, 0.0
    if not is_supported(task.support_on):
        x, y, z = left_to_muscles(work.frames.mid, work.tissue.m, work.forces.level_m, work.motion.total)
        work.motion.wall[0] = wall_share(problem.a, task.upper)
        share = effort_pressure(breath.effort, math.sqrt(x * x + y * y + z * z)) * work.motion.wall[0]
    n = problem.x.size - 2 * task.turns - 2 - breath.support_limit.size
    problem.lo[n] = share
    problem.up[n] = share


@kernel
def effort(person: Person, work: Work) -> tuple[float, float, float]:
    """Return the moment left to muscles at L5-S1 (N m, global) in the posture as it is; motion.total then holds all
    passive tensions' sums.
    """
    sum_pulls(person, work.frames.o, work.pulls, work.pulls.passive, work.motion.total)
    to_anchors(work.frames.a_up, work.motion.total)
    return left_to_muscles(work.frames.mid, work.tissue.m, work.forces.level_m, work.motion.total)


@kernel
def left_to_muscles(mid: Floats, m: Floats, level_m: Floats, total: Floats) -> tuple[float, float, float]:
    """Return the moment at L5-S1 (N m, global) that discs, ligaments, facets and passive tension leave of that of the
    loads: `m` (level, 3) mid frames, level_m (level, 3), total (48,) of all passive tensions.
    """
    j, c = N_LEVEL - 1, 6 * N_LEVEL - 3
    x, y, z = vec3.rotate_at(mid, j, m[j, 0], m[j, 1], m[j, 2])
    return x + level_m[j, 0] + total[c], y + level_m[j, 1] + total[c + 1], z + level_m[j, 2] + total[c + 2]


@kernel
def effort_pressure(effort: Floats, moment: float) -> float:
    """Return the abdominal pressure people have while their muscles hold a moment (N m) at L5-S1, as a share of the
    maximum: it rises with it, and faster from a threshold on.
    """
    return min(effort[1] * min(moment, effort[0]) + effort[2] * max(moment - effort[0], 0.0), 1.0)


@kernel
def is_supported(support_on: Floats) -> bool:
    """Tell whether people lean on anything."""
    most = 0.0
    for on in support_on:
        most = max(most, on)
    return most > 0.0


@kernel
def wall_share(a: Floats, upper: Floats) -> float:
    """Return the share of its strength that the abdominal wall, row HOOP of `a`, has left; `upper` (fascicle,) 1."""
    whole, left = 0.0, 0.0
    for i in range(upper.size):
        whole += a[HOOP, i]
        left += upper[i] * a[HOOP, i]
    return left / whole


@kernel
def _wanted(on_feet: bool, mid: Floats, tissue: Tissue, forces: Forces, motion: Motion, b: Floats) -> None:
    """Write what recruitment must make up for: with passive tensions alone, the moments out of balance."""
    total, c = motion.total, motion.c
    for j in range(N_LEVEL):
        x, y, z = vec3.rotate_at(mid, j, tissue.f[j, 0], tissue.f[j, 1], tissue.f[j, 2])
        fx, fy, fz = x + forces.level_f[j, 0], y + forces.level_f[j, 1], z + forces.level_f[j, 2]
        q, row = 6 * j, 3 * j
        fx, fy, fz = fx + total[q], fy + total[q + 1], fz + total[q + 2]
        x, y, z = vec3.rotate_at(mid, j, tissue.m[j, 0], tissue.m[j, 1], tissue.m[j, 2])
        b[row], b[row + 1], b[row + 2] = -x - total[q + 3], -y - total[q + 4], -z - total[q + 5]
        for i in range(3):
            b[row + i] -= forces.level_m[j, i] + c[j, i, 0] * fx + c[j, i, 1] * fy + c[j, i, 2] * fz
    for s in range(2):
        for i in range(3):
            b[18 + 3 * s + i] = -forces.hip_m[s, i] - total[39 + 6 * s + i] if on_feet else 0.0


@kernel
def _level_rows(q: int, p: int, n: int, wrench: Floats, gain: Floats, arm: Floats, a: Floats) -> None:
    """Write the moment rows at the levels: n columns from q, driven by the pulls from p."""
    for row in range(3 * N_LEVEL):
        j, i = row // 3, row % 3
        w = 6 * j
        _moment_row(
            gain[p : p + n], wrench[w + 3 + i, p : p + n], wrench[w, p : p + n], wrench[w + 1, p : p + n],
            wrench[w + 2, p : p + n], arm[j, i, 0], arm[j, i, 1], arm[j, i, 2], a[row, q : q + n],
        )  # fmt: skip


@kernel
def _moment_row(
    gain: Floats, moment: Floats, fx: Floats, fy: Floats, fz: Floats, x: float, y: float, z: float, out: Floats
) -> None:
    """Write what full activation of pulls does to one moment: their own plus arms (x, y, z) times their forces."""
    for k in range(out.size):
        out[k] = gain[k] * (moment[k] + x * fx[k] + y * fy[k] + z * fz[k])


@kernel
def _hoop_row(hoop: Floats, breath: Breath, gain: Floats, rest: Floats, n: int, a: Floats, b: Floats) -> None:
    """Pressure is held by the wall on both sides: sum of hoop tensions = 2 p r h + slack."""
    b[HOOP] = -lanes.dot(hoop, rest, n)
    for q in range(n):
        a[HOOP, q] = hoop[q] * gain[q]
    for q in range(n, a.shape[1]):
        a[HOOP, q] = 0.0
    a[HOOP, n] = -2.0 * breath.maximum * breath.hoop_area
    a[HOOP, n + 1] = -WALL_SLACK


@kernel
def update_reserve(soft: float, state: State, row: Floats) -> None:
    """Update state.reserve (N m; the last, of the hoop, N) given the multipliers and the softness of the reserves."""
    for k in range(N_EQUATION):
        state.reserve[k] = soft * state.lam[k] / row[k]


@kernel
def is_warm(state: State) -> bool:
    """Tell whether the state comes from a solve."""
    return dot(state.lam, state.lam) > 0.0


@kernel
def reset(rest: Floats, state: State) -> None:
    """Begin anew, with discs a little shorter than at rest (level, 3): past their toe their stiffness tells more."""
    for j in range(N_LEVEL):
        state.u[j, 0], state.u[j, 1], state.u[j, 2] = rest[j, 0], rest[j, 1] - COLD_SHORTENING, rest[j, 2]
    state.lam[:] = 0.0
    state.reserve[:] = 0.0
    state.tilt[:] = 0.0
