"""The share of a trunk's inclination between hips and lumbar spine, where recruitment may choose it: what leaning the
pelvis under a thorax that stays costs and changes.
"""

from spinesim.kernels import equilibrium
from spinesim.kernels.jit import inner
from spinesim.kernels.settling import turn_entry
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FEET,
    HOOP,
    N_SETTLE,
    N_TILT,
    Person,
    State,
    Task,
    Work,
)

NUDGE = 1e-6  # rad, of the difference


@inner
def lean_column(person: Person, task: Task, state: State, scale: float, work: Work) -> None:
    """Write how the balance changes as the pelvis leans back and the lumbar spine flexes after it, at the activations
    problem.x: all of it, weights, passive tissue and the muscles' own lines and lengths.

    The rows of motion.res must be those of the posture as it is; the forces' change stays in motion.by_lean (18,).
    """
    problem, motion, here = work.problem, work.motion, work.motion.res
    other = Work(
        work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls, work.nudged_motion,
        work.problem, work.nudged_frames, work.nudged_forces, work.nudged_tissue, work.nudged_pulls,
        work.nudged_motion,
    )  # fmt: skip
    equilibrium.orient(person, task, state.tilt, NUDGE, other)
    equilibrium.evaluate(person, task, state.u, scale, other)
    equilibrium.balance(person, task, state, other)
    there, by_lean, c, a, b = other.motion.res, motion.by_lean, motion.c, problem.a, problem.b
    for i in range(18):
        by_lean[i] = (there[i] - here[i]) / NUDGE
    q, lean, far = problem.x.size - N_SETTLE + N_TILT, state.tilt[N_TILT], FARTHEST_LEAN
    for row in range(24 if task.contact == FEET else 18):
        k = (there[18 + row] - here[18 + row]) / NUDGE
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                k += c[j, i, n] * by_lean[3 * j + n]
        turn_entry(row, q, k, far, lean, a, b)
    wall = 0.0
    for i in range(person.lines.n_fascicle):
        wall += person.lines.hoop[i] * (other.pulls.tension[i] - work.pulls.tension[i])
    turn_entry(HOOP, q, wall / NUDGE, far, lean, a, b)
