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
    N_POSED,
    Floats,
    Lines,
    Motion,
    Problem,
    State,
    Task,
)

NUDGE = 1e-6  # rad, of the difference
STARTS = 3  # as the posture says, and with the pelvis leant by one spread forward and backward


@kernel
def turns_of(task: Task) -> int:
    """Return how many turns the pelvis has where it may choose: lean, list, rotation."""
    return N_POSED - LEAN if task.lean_spread > 0.0 else 0


@kernel
def is_free(task: Task, k: int) -> bool:
    """Tell whether the pelvis may choose its turn number k."""
    return k == 0 or task.sway_spread[k - 1] != 0.0


@kernel
def note(lines: Lines, motion: Motion, tension: Floats, k: int) -> None:
    """Keep the balance, and the tension of the abdominal wall, of a posture whose pelvis is nudged by its turn k."""
    for i in range(motion.res.size):
        motion.by_turn[k, i] = motion.res[i]
    motion.by_turn[k, motion.res.size] = lanes.dot(lines.hoop, tension, lines.n_fascicle)


@inner
def pelvis_columns(lines: Lines, task: Task, tilt: Floats, tension: Floats, motion: Motion, problem: Problem) -> None:
    """Write how the balance changes as the pelvis turns and the lumbar spine follows, at the activations problem.x:
    all of it, weights, passive tissue and the muscles' own lines and lengths.

    motion.by_turn holds the nudged postures, the rest is that of the posture as it is; the forces' change stays in
    motion.by_pelvis.
    """
    wall = lanes.dot(lines.hoop, tension, lines.n_fascicle)
    for k in range(turns_of(task)):
        if is_free(task, k):
            _column(task, k, tilt[LEAN + k], wall, motion, problem)


@inner
def _column(task: Task, k: int, turned: float, wall: float, motion: Motion, problem: Problem) -> None:
    """Write one column from the difference between two postures."""
    here, there, by, c, a, b = motion.res, motion.by_turn, motion.by_pelvis, motion.c, problem.a, problem.b
    q, far = problem.x.size - 2 * (task.turns - LEAN - k), FARTHEST_LEAN
    for i in range(18):
        by[k, i] = (there[k, i] - here[i]) / NUDGE
    for row in range(24 if task.contact == FEET else 18):
        slope = (there[k, 18 + row] - here[18 + row]) / NUDGE
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                slope += c[j, i, n] * by[k, 3 * j + n]
        turn_entry(row, q, slope, far, turned, a, b)
    turn_entry(HOOP, q, (there[k, here.size] - wall) / NUDGE, far, turned, a, b)


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
