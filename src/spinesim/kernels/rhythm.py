"""What of a posture is shared between hips and lumbar spine, where recruitment may choose it: what the pelvis's lean,
list and rotation under a thorax that stays cost and change, and the starts from which the cheapest is sought.
"""

import math

from spinesim.kernels import lanes, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.settling import turn_entry
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FEET,
    HOOP,
    LEAN,
    Floats,
    Lines,
    Motion,
    Problem,
    State,
    Task,
)

NUDGE = 1e-6  # rad, of the difference
STARTS = 5  # leans by halves of a spread, from one forward to one backward
MOST_ROUNDS = 60  # of one start
SKIP, HELD, FREE = 0, 1, 2  # what may turn in a solve


@kernel
def nudges_of(task: Task) -> int:
    """Return by how many nudges the pelvis's turns are told where it may choose: its lean one way, list and rotation
    both ways, for of one-sided differences the mirror would show.
    """
    return 5 if task.lean_spread > 0.0 else 0


@kernel
def nudge_of(task: Task, n: int) -> tuple[int, float]:
    """Return which turn of the pelvis nudge n moves, and by how much, rad; by nothing when that turn is held."""
    k = (n + 1) // 2
    if k > 0 and task.sway_spread[k - 1] == 0.0:
        return LEAN + k, 0.0
    return LEAN + k, (-NUDGE if n == 2 * k and k > 0 else NUDGE)


@kernel
def note(lines: Lines, motion: Motion, tension: Floats, n: int) -> None:
    """Keep the balance, and the tension of the abdominal wall, of a posture with nudge n."""
    for i in range(motion.res.size):
        motion.nudged[n, i] = motion.res[i]
    motion.nudged[n, motion.res.size] = lanes.dot(lines.hoop, tension, lines.n_fascicle)


@inner
def pelvis_columns(lines: Lines, task: Task, tilt: Floats, tension: Floats, motion: Motion, problem: Problem) -> None:
    """Write how the balance changes as the pelvis turns and the lumbar spine follows, at the activations problem.x:
    all of it, weights, passive tissue and the muscles' own lines and lengths.

    motion.nudged holds the nudged postures, the rest is that of the posture as it is; the forces' change stays in
    motion.by_pelvis.
    """
    note(lines, motion, tension, nudges_of(task))
    for k in range(3):
        n, turned = max(2 * k - 1, 0), tilt[LEAN + k]
        if nudge_of(task, n)[1] > 0.0:
            back, far = (n + 1, 2.0 * NUDGE) if k > 0 else (nudges_of(task), NUDGE)
            _column(task, k, motion.nudged[n], motion.nudged[back], far, turned, motion, problem)


@inner
def _column(
    task: Task, k: int, here: Floats, back: Floats, apart: float, turned: float, motion: Motion, problem: Problem
) -> None:
    """Write one column from the difference between two postures."""
    by, c, a, b, far = motion.by_pelvis, motion.c, problem.a, problem.b, FARTHEST_LEAN
    q = problem.x.size - 2 * (task.turns - LEAN - k)
    for i in range(18):
        by[k, i] = (here[i] - back[i]) / apart
    for row in range(24 if task.contact == FEET else 18):
        slope = (here[18 + row] - back[18 + row]) / apart
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                slope += c[j, i, n] * by[k, 3 * j + n]
        turn_entry(row, q, slope, far, turned, a, b)
    turn_entry(HOOP, q, (here[42] - back[42]) / apart, far, turned, a, b)


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
