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
    Floats,
    Motion,
    Person,
    Problem,
    State,
    Task,
    Work,
)

NUDGE = 1e-6  # rad, of the difference
STARTS = 5  # leans by halves of a spread, from one forward to one backward
MOST_ROUNDS = 60  # of one start
SKIP, HELD, FREE = 0, 1, 2  # what may turn in a solve


@inner
def pelvis_columns(person: Person, task: Task, state: State, scale: float, work: Work) -> None:
    """Write how the balance changes as the pelvis turns and the lumbar spine follows, at the activations problem.x:
    all of it, weights, passive tissue and the muscles' own lines and lengths.

    The rows of motion.res must be those of the posture as it is; the forces' change stays in motion.by_pelvis. List and
    rotation take central differences: of one-sided ones the mirror would show.
    """
    other = Work(
        work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls, work.nudged_motion,
        work.problem, work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls,
        work.nudged_motion,
    )  # fmt: skip
    for n in range(5):
        k, step = (n + 1) // 2, -NUDGE if n in (2, 4) else NUDGE
        if k > 0 and task.sway_spread[k - 1] == 0.0:
            continue
        here = state.tilt[LEAN + k]
        state.tilt[LEAN + k] = here + step
        equilibrium.orient(person, task, state.tilt, other)
        state.tilt[LEAN + k] = here
        equilibrium.evaluate(person, task, state.u, scale, other)
        equilibrium.balance(person, task, state, other)
        _column(person, task, k, step, here, other, work)


@inner
def _column(person: Person, task: Task, k: int, step: float, turned: float, other: Work, work: Work) -> None:
    """Add to one column the difference between two postures, or one half of it."""
    far, by, c = FARTHEST_LEAN, work.motion.by_pelvis, work.motion.c
    a, b, here, there = work.problem.a, work.problem.b, work.motion.res, other.motion.res
    q, share = work.problem.x.size - 2 * (task.turns - LEAN - k), (1.0 if k == 0 else 0.5) / step
    for i in range(18):
        by[k, i] = (by[k, i] if step < 0.0 else 0.0) + share * (there[i] - here[i])
    for row in range(24 if task.contact == FEET else 18):
        slope = share * (there[18 + row] - here[18 + row])
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                slope += c[j, i, n] * share * (there[3 * j + n] - here[3 * j + n])
        turn_entry(row, q, slope, far, turned, a, b)
    wall = 0.0
    for i in range(person.lines.n_fascicle):
        wall += person.lines.hoop[i] * (other.pulls.tension[i] - work.pulls.tension[i])
    turn_entry(HOOP, q, share * wall, far, turned, a, b)


@kernel
def starts_of(task: Task) -> int:
    """Return how many solves seek the cheapest posture: as it says, then from several leans; 0 where none is sought."""
    return STARTS + 1 if task.lean_spread > 0.0 else 0


@inner
def begin(task: Task, trial: int, done: bool, state: State, motion: Motion) -> int:
    """Set the state that a solve starts from: first of the posture as it says, then of its answer with the pelvis leant
    by up to one spread, at last of the cheapest end. Returns what may turn then: FREE, HELD, or SKIP where there is
    no answer to start from. `done` tells whether the last solve ended.
    """
    if trial == 0:
        motion.best[0], motion.best[1] = math.inf, 0.0
        state.tilt[:] = 0.0
        return HELD
    if trial == 1 and done:
        motion.best[1] = 1.0
        _copy_state(state.u, state.lam, state.tilt, motion.held_u, motion.held_lam, motion.held_tilt)
    if motion.best[1] == 0.0:
        return SKIP
    state.info[1] = 0.0
    if trial > STARTS and motion.best[0] < math.inf:
        _copy_state(motion.best_u, motion.best_lam, motion.best_tilt, state.u, state.lam, state.tilt)
        return FREE
    _copy_state(motion.held_u, motion.held_lam, motion.held_tilt, state.u, state.lam, state.tilt)
    if trial > STARTS:
        return HELD
    lean = 0.5 * (trial - 3) * task.lean_spread
    state.tilt[LEAN] = min(max(lean, task.pelvis_range[0, 0]), task.pelvis_range[0, 1])
    return FREE


@inner
def keep(problem: Problem, state: State, power: int, gamma: float, motion: Motion) -> None:
    """Keep where a solve ended when none before was cheaper: muscles, turns and reserves."""
    total = 0.0
    for i in range(problem.x.size):
        total += problem.x[i] ** power / problem.ease[i]
    for k in range(state.lam.size):
        total += 0.5 * gamma * state.lam[k] * state.lam[k]
    if total < motion.best[0]:
        motion.best[0] = total
        _copy_state(state.u, state.lam, state.tilt, motion.best_u, motion.best_lam, motion.best_tilt)


@kernel
def _copy_state(u: Floats, lam: Floats, tilt: Floats, to_u: Floats, to_lam: Floats, to_tilt: Floats) -> None:
    vec3.copy(u, to_u)
    for i in range(lam.size):
        to_lam[i] = lam[i]
    for i in range(tilt.size):
        to_tilt[i] = tilt[i]
