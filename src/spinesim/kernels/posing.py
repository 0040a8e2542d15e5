"""A posture as it is: all that depends on the unknowns, and while some may turn, what turning them would change."""

from spinesim.kernels import equilibrium, rhythm
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import LEAN, Person, State, Task, Work


@kernel
def pose(
    person: Person, task: Task, state: State, scale: float, may_turn: bool, round_: int, careful: bool, work: Work
) -> float:
    """Update all that depends on translations and turns, external forces taken times `scale`; return the largest entry
    out of balance.

    While the pelvis may turn, postures nudged by each of its turns come before the posture itself, so that one set of
    tables serves them all; after the last, tiny steps they are what they were, and after the first rounds they are
    looked at in every other `round_` alone unless `careful`. Unless turns are seen in round 0 or may change,
    orientations stay.
    """
    first, between = round_ == 0, not careful and round_ > rhythm.EACH and round_ % 2 == 1
    still = between or (not first and state.info[1] <= rhythm.NEAR and state.info[4] <= rhythm.STALE)
    count, worst = rhythm.nudges_of(task) if may_turn and not still else 0, 0.0
    for n in range(count + 1):
        turn, step = rhythm.nudge_of(task, n) if n < count else (LEAN, 0.0)
        if n < count and step == 0.0:
            continue
        here = state.tilt[turn]
        state.tilt[turn] = here + step
        if first or may_turn:
            equilibrium.orient(person, task, state.tilt, work)
        equilibrium.evaluate(person, task, state.u, scale, work)
        worst = equilibrium.balance(person, task, state, work)
        state.tilt[turn] = here
        if n < count:
            x, y, z = equilibrium.effort(person, work)
            rhythm.note(person.lines, work.motion, work.pulls.tension, x, y, z, n)
    return worst
