"""Vertebrae that settle: what their tilts cost and change, so that recruitment can choose them beside the muscles."""

from spinesim.kernels import passive, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FARTHEST_TILT,
    LEAN,
    N_LEVEL,
    N_POSED,
    N_TILT,
    N_TURN,
    Floats,
    Frames,
    Motion,
    Person,
    Problem,
    Task,
    Work,
)

FIXED = 3e-10  # m: a step that no stiffness notices, 1e-8 rad of a tilt
ARM = 0.035  # m a tilt is worth beside a translation: the height of a vertebra
MOST_TILT = 0.02  # rad a vertebra may settle in one step
MOST_LEAN = 0.05  # rad, the pelvis


@kernel
def axes_of(turns: int) -> int:
    """Return about how many axes vertebrae settle: z, or z, x and y."""
    return 3 if turns == N_TURN else 1


@kernel
def turn_of(v: int, a: int) -> int:
    """Return the number of a vertebra's turn about axis a of z, x and y."""
    return v if a == 0 else N_POSED + N_TILT * (a - 1) + v


@kernel
def slopes(person: Person, task: Task, u: Floats, work: Work) -> None:
    """Update motion.by_turn_f, by_turn_m: how force and moment of a level change as it turns, translations held.

    After the last, tiny steps they are what they were.
    """
    motion, mid, axes = work.motion, work.frames.mid, axes_of(task.turns)
    if motion.mixed[0] > 1 and _longest(motion.step) < FIXED:
        return
    passive.passive_by_turn(person.discs, u, work.frames.turns, axes, work.tissue, motion.by_turn_f, motion.by_turn_m)
    for by in (motion.by_turn_f, motion.by_turn_m):
        for a in range(axes):
            for j in range(N_LEVEL):
                x, y, z = vec3.rotate_at(mid, j, by[a, j, 0], by[a, j, 1], by[a, j, 2])
                by[a, j, 0], by[a, j, 1], by[a, j, 2] = x, y, z


@kernel
def _longest(step: Floats) -> float:
    """Return the largest entry of a step, m."""
    longest = 0.0
    for i in range(step.size):
        longest = max(longest, abs(step[i]))
    return longest


@kernel
def _by_turn(by: Floats, mid: Floats, axes: int, j: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return how a level's force or moment changes as its upper body turns about (x, y, z), global."""
    x, y, z = vec3.unrotate_at(mid, j, x, y, z)
    return passive.along(by, axes, j, x, y, z)


@kernel
def columns(
    task: Task, tilt: Floats, frames: Frames, level_f: Floats, share: Floats, hips: int, motion: Motion,
    problem: Problem,
) -> None:  # fmt: skip
    """Write what turns of the vertebrae do to the moments: backward, to the right and to the left.

    The level below turns with it and the one above the other way; all above shifts, and the loads on it, `level_f`
    (level, 3), with it. Muscles keep their moments: where they are long, what shifts one end turns the line back over
    the other. `share` (side,) of the weight on the hips.
    """
    a_up, axes = frames.a_up, axes_of(task.turns)
    for a in range(axes):
        for v in range(N_TILT):
            low, i, n = v + 1, (a + 2) % 3, turn_of(v, a)
            if task.leader[n] < 0:
                continue
            ex, ey, ez = frames.r[5 - v, 0, i], frames.r[5 - v, 1, i], frames.r[5 - v, 2, i]
            x, y, z = a_up[v, 0] - a_up[low, 0], a_up[v, 1] - a_up[low, 1], a_up[v, 2] - a_up[low, 2]
            x, y, z = vec3.cross(ex, ey, ez, x, y, z)
            x, y, z = vec3.cross(x, y, z, level_f[v, 0], level_f[v, 1], level_f[v, 2])
            q = problem.x.size - 2 * (task.turns - task.leader[n])
            _turned_levels(v, q, axes, tilt[n], ex, ey, ez, frames.mid, motion, problem)
            for j in range(low, N_LEVEL):
                _turned_row(3 * j, q, x, y, z, tilt[n], problem)
            for s in range(hips):
                _turned_row(18 + 3 * s, q, share[s] * x, share[s] * y, share[s] * z, tilt[n], problem)


@kernel
def _turned_levels(
    v: int, q: int, axes: int, turned: float, ex: float, ey: float, ez: float, mid: Floats, motion: Motion,
    problem: Problem,
) -> None:  # fmt: skip
    """Write what a vertebra's turn about (ex, ey, ez) does to the tissue of the levels above (v) and below it."""
    for j, sign in ((v, -1.0), (v + 1, 1.0)):
        fx, fy, fz = _by_turn(motion.by_turn_f, mid, axes, j, ex, ey, ez)
        mx, my, mz = _by_turn(motion.by_turn_m, mid, axes, j, ex, ey, ez)
        fx, fy, fz = vec3.rotate_at(motion.c, j, fx, fy, fz)
        _turned_row(3 * j, q, sign * (mx + fx), sign * (my + fy), sign * (mz + fz), turned, problem)


@kernel
def _turned_row(row: int, q: int, x: float, y: float, z: float, turned: float, problem: Problem) -> None:
    """Add a moment (x, y, z) per tilt to three rows."""
    turn_entry(row, q, x, FARTHEST_TILT, turned, problem.a, problem.b)
    turn_entry(row + 1, q, y, FARTHEST_TILT, turned, problem.a, problem.b)
    turn_entry(row + 2, q, z, FARTHEST_TILT, turned, problem.a, problem.b)


@kernel
def turn_entry(row: int, q: int, k: float, farthest: float, turned: float, a: Floats, b: Floats) -> None:
    """Add a moment per turn to columns q (backward) and q + 1 (forward) of a row; the part that is there already
    goes to the other side, for the unknown is the whole turn.
    """
    b[row] += k * turned
    a[row, q] += farthest * k
    a[row, q + 1] -= farthest * k


@kernel
def step(task: Task, x: Floats, tilt: Floats, frames: Frames, motion: Motion) -> tuple[float, float]:
    """Write the step of the turns to the recruitment's answer, and what it does to the forces of motion.res; return
    the largest, rad, and its product with the last step, positive while turns go on as they came.
    """
    along, largest, axes, first, mid, res = (
        0.0, 0.0, axes_of(task.turns), x.size - 2 * task.turns, frames.mid, motion.res,
    )  # fmt: skip
    for a in range(axes):
        for v in range(N_TILT):
            n, i = turn_of(v, a), (a + 2) % 3
            if task.leader[n] < 0:
                continue
            change = _change(x, first + 2 * task.leader[n], FARTHEST_TILT, MOST_TILT, tilt[n])
            largest = max(largest, abs(change))
            along += motion.step[18 + n] * change
            motion.step[18 + n] = ARM * change
            ex, ey, ez = frames.r[5 - v, 0, i], frames.r[5 - v, 1, i], frames.r[5 - v, 2, i]
            for j, sign in ((v, -change), (v + 1, change)):
                fx, fy, fz = _by_turn(motion.by_turn_f, mid, axes, j, ex, ey, ez)
                res[3 * j] += sign * fx
                res[3 * j + 1] += sign * fy
                res[3 * j + 2] += sign * fz
    for n in range(LEAN, min(task.turns, N_POSED)):
        change = _change(x, first + 2 * n, FARTHEST_LEAN, MOST_LEAN, tilt[n])
        largest = max(largest, abs(change))
        along += motion.step[18 + n] * change
        motion.step[18 + n] = ARM * change
        for i in range(18):
            res[i] += motion.by_pelvis[n - LEAN, i] * change
    return largest, along


@kernel
def _change(x: Floats, q: int, farthest: float, most: float, turned: float) -> float:
    """Return how far a turn goes in this step."""
    return min(max(farthest * (x[q] - x[q + 1]) - turned, -most), most)
