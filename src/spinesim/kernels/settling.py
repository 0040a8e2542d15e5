"""Vertebrae that settle: what their tilts cost and change, so that recruitment can choose them beside the muscles."""

from spinesim.kernels import kinematics, passive, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FARTHEST_TILT,
    N_LEVEL,
    N_SETTLE,
    N_TILT,
    N_TURN,
    Floats,
    Frames,
    Motion,
    Person,
    Task,
    Work,
)

NUDGE = 1e-6  # rad, of the differences
FIXED = 3e-10  # m: a step that no stiffness notices, 1e-8 rad of a tilt
ARM = 0.035  # m a tilt is worth beside a translation: the height of a vertebra
MOST_TILT = 0.02  # rad a vertebra may settle in one step
MOST_LEAN = 0.05  # rad, the pelvis


@inner
def slopes(person: Person, task: Task, u: Floats, work: Work) -> None:
    """Update motion.by_turn_f, by_turn_m: how force and moment of a level change as it extends, translations held.

    After the last, tiny steps they are what they were.
    """
    if work.motion.mixed[0] > 1 and _longest(work.motion.step) < FIXED:
        return
    frames, nudged, tissue, other = work.frames, work.nudged_frames, work.tissue, work.nudged_tissue
    for j in range(N_LEVEL):
        for i in range(3):
            nudged.turns[j, i] = frames.turns[j, i]
        nudged.turns[j, 2] += NUDGE
    nudged.lean[0] = frames.lean[0]
    kinematics.orient_levels(person.skeleton, task, nudged)
    passive.prepare_passive(person, nudged.turns, nudged, other)
    passive.passive_levels(person, nudged.turns, task.strand_scale, u, other)
    _slopes(frames.mid, tissue.f, other.f, work.motion.by_turn_f)
    _slopes(frames.mid, tissue.m, other.m, work.motion.by_turn_m)


@kernel
def _longest(step: Floats) -> float:
    """Return the largest entry of a step, m."""
    longest = 0.0
    for i in range(step.size):
        longest = max(longest, abs(step[i]))
    return longest


@kernel
def _slopes(mid: Floats, here: Floats, there: Floats, out: Floats) -> None:
    """Write (there - here) / NUDGE turned to global axes."""
    for j in range(N_LEVEL):
        x, y, z = there[j, 0] - here[j, 0], there[j, 1] - here[j, 1], there[j, 2] - here[j, 2]
        x, y, z = vec3.rotate_at(mid, j, x / NUDGE, y / NUDGE, z / NUDGE)
        out[j, 0], out[j, 1], out[j, 2] = x, y, z


@inner
def columns(
    tilt: Floats, frames: Frames, f: Floats, share: Floats, hips: int, motion: Motion, a: Floats, b: Floats
) -> None:
    """Write what backward tilts of the vertebrae do to the moments.

    The level below extends and the one above flexes; all above shifts back, and its force (less `f` (level, 3), mid
    frames) with it. The pulls on the vertebra itself are taken as they are. `share` (side,) of the weight on the hips.
    """
    mid, a_up, c, first = frames.mid, frames.a_up, motion.c, a.shape[1] - N_SETTLE
    for v in range(N_TILT):
        low = v + 1
        x, y, z = a_up[v, 0] - a_up[low, 0], a_up[v, 1] - a_up[low, 1], a_up[v, 2] - a_up[low, 2]
        x, y, z = vec3.cross(mid[low, 0, 2], mid[low, 1, 2], mid[low, 2, 2], x, y, z)
        fx, fy, fz = vec3.rotate_at(mid, v, f[v, 0], f[v, 1], f[v, 2])
        x, y, z = vec3.cross(x, y, z, -fx, -fy, -fz)
        for j in range(v, N_LEVEL):
            px, py, pz = (x, y, z) if j > v else (0.0, 0.0, 0.0)
            if j <= low:
                sign = 1.0 if j == low else -1.0
                fx, fy, fz = motion.by_turn_f[j, 0], motion.by_turn_f[j, 1], motion.by_turn_f[j, 2]
                mx, my, mz = vec3.rotate_at(c, j, fx, fy, fz)
                px += sign * (motion.by_turn_m[j, 0] + mx)
                py += sign * (motion.by_turn_m[j, 1] + my)
                pz += sign * (motion.by_turn_m[j, 2] + mz)
            for i, k in enumerate((px, py, pz)):
                turn_entry(3 * j + i, first + v, k, FARTHEST_TILT, tilt[v], a, b)
        for s in range(hips):
            for i, k in enumerate((x, y, z)):
                turn_entry(18 + 3 * s + i, first + v, share[s] * k, FARTHEST_TILT, tilt[v], a, b)


@kernel
def turn_entry(row: int, q: int, k: float, farthest: float, turned: float, a: Floats, b: Floats) -> None:
    """Add a moment per turn to columns q (backward) and q + N_TURN (forward) of a row; the part that is there already
    goes to the other side, for the unknown is the whole turn.
    """
    b[row] += k * turned
    a[row, q] += farthest * k
    a[row, q + N_TURN] -= farthest * k


@inner
def step(x: Floats, tilt: Floats, motion: Motion) -> float:
    """Write the step of the turns (6,) to the recruitment's answer, and what it does to the forces of motion.res;
    return the largest, rad.
    """
    largest, first = 0.0, x.size - N_SETTLE
    for v in range(N_TILT):
        change = _change(x, first + v, FARTHEST_TILT, MOST_TILT, tilt[v])
        largest = max(largest, abs(change))
        motion.step[18 + v] = ARM * change
        for i in range(3):
            motion.res[3 * v + i] -= motion.by_turn_f[v, i] * change
            motion.res[3 * v + 3 + i] += motion.by_turn_f[v + 1, i] * change
    change = _change(x, first + N_TILT, FARTHEST_LEAN, MOST_LEAN, tilt[N_TILT])
    motion.step[18 + N_TILT] = ARM * change
    for i in range(18):
        motion.res[i] += motion.by_lean[i] * change
    return max(largest, abs(change))


@kernel
def _change(x: Floats, q: int, farthest: float, most: float, turned: float) -> float:
    """Return how far a turn goes in this step."""
    return min(max(farthest * (x[q] - x[q + N_TURN]) - turned, -most), most)
