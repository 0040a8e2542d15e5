"""One phase of a solve over and over, so that a benchmark can time it from outside; no part of any solve."""

from spinesim.kernels import equilibrium, kinematics, loads, muscle, passive, recruitment
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import Person, Problem, State, Task, Work

PHASES = (
    "posture",
    "bodies and loads",
    "muscle paths",
    "passive tissue",
    "matrix",
    "recruitment step",
    "balance and step",
)


@kernel
def repeat_phase(person: Person, task: Task, state: State, work: Work, phase: int, times: int) -> None:
    """Do phase number `phase` of PHASES `times` times on a solved state."""
    problem = Problem(
        work.a,
        work.b,
        work.row,
        work.ease,
        work.lo,
        work.up,
        work.x,
        work.s,
        work.ds,
        work.free,
        work.index,
        work.root,
        work.h,
        work.rhs,
        work.dlam,
    )
    for _ in range(times):
        if phase == 0:
            equilibrium.prepare(person, task, work)
        elif phase == 1:
            kinematics.place_bodies(person.skeleton, state.u, work)
            kinematics.place_arms(person.skeleton, task, work)
            loads.gather_loads(person, task, 1.0, work)
            loads.sum_loads(person, task, work)
        elif phase == 2:
            muscle.line_geometry(person.lines, person.skeleton, work)
            muscle.line_forces(person.lines, task.fascia_scale, work)
        elif phase == 3:
            passive.passive_levels(person, task, state.u, work)
        elif phase == 4:
            equilibrium.build_problem(person, task, work)
            recruitment.scale_rows(problem)
        elif phase == 5:
            recruitment.newton_step(problem, state, person.reserve_penalty, task.power)
        else:
            equilibrium.balance(person, task, state, work)
            equilibrium.move_discs(state, work, 0.0)
