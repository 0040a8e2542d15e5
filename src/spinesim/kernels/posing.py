"""A posture as it is: all that depends on the unknowns, and while some may turn, what turning them would change."""

from spinesim.kernels import equilibrium, rhythm
from spinesim.kernels.jit import inner
from spinesim.kernels.tables import LEAN, Person, State, Task, Work


@inner
def pose(person: Person, task: Task, state: State, scale: float, may_turn: bool, first: bool, work: Work) -> float:
    """Update all that depends on translations and turns, external forces taken times `scale`; return the largest entry
    out of balance.

    While the pelvis may turn, postures nudged by each of its turns come before the posture itself, so that one set of
    tables serves them all. Unless turns are `first` seen or may change, orientations stay.
    """
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
    return worst
