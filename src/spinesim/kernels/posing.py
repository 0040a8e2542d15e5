"""A posture as it is: all that depends on the unknowns, and while some may turn, what turning them would change."""

from spinesim.kernels import equilibrium, rhythm, settling
from spinesim.kernels.jit import inner
from spinesim.kernels.tables import LEAN, Person, State, Task, Work


@inner
def pose(person: Person, task: Task, state: State, scale: float, may_turn: bool, first: bool, work: Work) -> float:
    """Update all that depends on translations and turns, external forces taken times `scale`; return the largest entry
    out of balance.

    While vertebrae and pelvis may turn, slightly turned postures come before the posture itself, so that one set of
    tables serves them all: the levels' tissue, turned about each axis, and the whole, by each turn of the pelvis. After
    the last, tiny steps the tissue's slopes are what they were. Unless turns are `first` seen or may change,
    orientations stay.
    """
    is_moving = may_turn and task.settle > 0.0 and settling.is_moving(work.motion)
    if is_moving:
        settling.turn_tissue(person, task, state, work)
    count, worst = rhythm.turns_of(task) if may_turn else 0, 0.0
    for k in range(count + 1):
        if k < count:
            if not rhythm.is_free(task, k):
                continue
            here = state.tilt[LEAN + k]
            state.tilt[LEAN + k] = here + rhythm.NUDGE
        if first or may_turn:
            equilibrium.orient(person, task, state.tilt, work)
        equilibrium.evaluate(person, task, state.u, scale, work)
        worst = equilibrium.balance(person, task, state, work)
        if k < count:
            state.tilt[LEAN + k] = here
            rhythm.note(person.lines, work.motion, work.pulls.tension, k)
    if is_moving:
        settling.slopes(task, work.frames.mid, work.tissue, work.motion)
    return worst
