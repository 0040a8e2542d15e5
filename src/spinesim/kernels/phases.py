"""One phase of a solve over and over, so that a benchmark can time it from outside; no part of any solve."""

from spinesim.kernels import equilibrium, moves, passive, recruitment, settling
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Person, State, Task, Work

PHASES = (
    "posture",
    "bodies and loads",
    "muscle paths",
    "passive tissue",
    "tissue turned",
    "matrix",
    "recruitment step",
    "balance and step",
)


@kernel
def repeat_phase(person: Person, task: Task, state: State, work: Work, phase: int, times: int) -> None:
    """Do phase number `phase` of PHASES `times` times on a solved state."""
    for _ in range(times):
        if phase == 0:
            equilibrium.prepare(person, task, work)
            equilibrium.orient(person, task, state.tilt, work)
        elif phase == 1:
            equilibrium.place(person, task, state.u, 1.0, work.frames, work.forces)
        elif phase == 2:
            equilibrium.pull(person, task, work.frames, work.pulls)
        elif phase == 3:
            passive.passive_levels(person, work.frames.turns, task.strand_scale, state.u, work.tissue)
        elif phase == 4:
            work.motion.mixed[0] = 0  # as on the way: near the end less is done
            settling.slopes(person, task, state.u, work)
        elif phase == 5:
            equilibrium.build_problem(person, task, state, task.settle > 0.0, work)
            recruitment.scale_rows(work.problem, task.turns)
        elif phase == 6:
            recruitment.newton_step(work.problem, state, person.reserve_penalty, task.power, False)
        else:
            equilibrium.balance(person, task, state, work)
            moves.step_discs(person, task, state, work)
            moves.move(state, work.motion, 0.0, 1.0, True)
