"""What of a posture is shared between hips and lumbar spine, where recruitment may choose it: what the pelvis's lean,
list and rotation under a thorax that stays cost and change, and the starts from which the cheapest is sought.
"""

import math

from spinesim.kernels import equilibrium, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.settling import turn_entry
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FEET,
    HOOP,
    LEAN,
    N_POSED,
    Floats,
    Motion,
    Person,
    Problem,
    State,
    Task,
    Work,
)

NUDGE = 1e-6  # rad, of the difference
STARTS = 3  # as the posture says, and with the pelvis leant by one spread forward and backward


@inner
def pelvis_columns(person: Person, task: Task, state: State, scale: float, work: Work) -> None:
    """Write how the balance changes as the pelvis turns and the lumbar spine follows, at the activations problem.x:
    all of it, weights, passive tissue and the muscles' own lines and lengths.

    The rows of motion.res must be those of the posture as it is; the forces' change stays in motion.by_pelvis.
    """
    other = Work(
        work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls, work.nudged_motion,
        work.problem, work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls,
        work.nudged_motion,
    )  # fmt: skip
    for k in range(N_POSED - LEAN):
        if k > 0 and task.sway_spread[k - 1] == 0.0:
            continue
        here = state.tilt[LEAN + k]
        state.tilt[LEAN + k] = here + NUDGE
        equilibrium.orient(person, task, state.tilt, other)
        state.tilt[LEAN + k] = here
        equilibrium.evaluate(person, task, state.u, scale, other)
        equilibrium.balance(person, task, state, other)
        _column(person, task, k, here, other, work)


@inner
def _column(person: Person, task: Task, k: int, turned: float, other: Work, work: Work) -> None:
    """Write one column from the difference between two postures."""
    motion, far, by, c = work.motion, FARTHEST_LEAN, work.motion.by_pelvis, work.motion.c
    a, b, here, there = work.problem.a, work.problem.b, work.motion.res, other.motion.res
    q = work.problem.x.size - 2 * (task.turns - LEAN - k)
    for i in range(18):
        by[k, i] = (there[i] - here[i]) / NUDGE
    for row in range(24 if task.contact == FEET else 18):
        slope = (there[18 + row] - here[18 + row]) / NUDGE
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                slope += c[j, i, n] * by[k, 3 * j + n]
        turn_entry(row, q, slope, far, turned, a, b)
    wall = 0.0
    for i in range(person.lines.n_fascicle):
        wall += person.lines.hoop[i] * (other.pulls.tension[i] - work.pulls.tension[i])
    turn_entry(HOOP, q, wall / NUDGE, far, turned, a, b)


@kernel
def starts_of(task: Task) -> int:
    """Return from how many postures a solve starts to find the cheapest; 0 where there is nothing to choose."""
    return STARTS if task.lean_spread > 0.0 else 0


@inner
def begin(task: Task, start: int, state: State) -> None:
    """Lean the pelvis of a state that begins anew."""
    if start > 0:
        lean = task.lean_spread if start == 1 else -task.lean_spread
        state.tilt[LEAN] = min(max(lean, task.pelvis_range[0, 0]), task.pelvis_range[0, 1])


@inner
def keep(problem: Problem, state: State, power: int, gamma: float, motion: Motion) -> None:
    """Keep where a start ended when nothing was cheaper: muscles, turns and reserves."""
    total = 0.0
    for i in range(problem.x.size):
        total += problem.x[i] ** power / problem.ease[i]
    for k in range(state.lam.size):
        total += 0.5 * gamma * state.lam[k] * state.lam[k]
    if total < motion.best[0]:
        motion.best[0] = total
        _copy_state(state.u, state.lam, state.tilt, motion.best_u, motion.best_lam, motion.best_tilt)


@inner
def resume(state: State, motion: Motion) -> bool:
    """Go back to the cheapest end of all starts; false where none ended."""
    if motion.best[0] == math.inf:
        return False
    _copy_state(motion.best_u, motion.best_lam, motion.best_tilt, state.u, state.lam, state.tilt)
    return True


@kernel
def _copy_state(u: Floats, lam: Floats, tilt: Floats, to_u: Floats, to_lam: Floats, to_tilt: Floats) -> None:
    vec3.copy(u, to_u)
    for i in range(lam.size):
        to_lam[i] = lam[i]
    for i in range(tilt.size):
        to_tilt[i] = tilt[i]
