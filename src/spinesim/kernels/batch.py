"""Many scenarios in one call: the numbers that differ are set in one vector that all tables are views of."""

from typing import NamedTuple

from spinesim.kernels import observe, run
from spinesim.kernels.handles import numbers_of, renewed
from spinesim.kernels.jit import kernel
from spinesim.kernels.observe import Sight
from spinesim.kernels.tables import Floats, Ints, Person, State, Task, Work


class Changes(NamedTuple):
    """How the scenarios of a batch differ from one another: the vector is set anew for each, in this order."""

    start: Floats  # (number,)              the vector as it is before anything changes
    own: Floats  # (assembly, tail)         its last part, by assembled scenario
    which: Ints  # (scenario,)              the assembled scenario a scenario starts from
    factor: Floats  # (scenario, parameter) what multiplies numbers; 1 changes nothing
    touched: Ints  # (touch,)               place in the vector
    by: Ints  # (touch,)                    parameter
    slope: Floats  # (touch,)               0: times factor ^ power; else: plus slope (factor - 1)
    power: Floats  # (touch,)
    row: Ints  # (scenario,)                where its results go


@kernel
def solve_many(
    person: Person, task: Task, vector: Floats, scalars: Ints, changes: Changes, hands: Ints, state: State, work: Work,
    sight: Sight,
) -> None:  # fmt: skip
    """Solve every scenario of a batch from a cold start and write what it leaves behind to `sight`.

    Parameters
    ----------
    person, task : Person, Task
        Their arrays are views of `vector`.
    vector : array (number,)
        Changed in place.
    scalars : array (scalar,)
        Places in the vector of the numbers that are no arrays, the person's before the task's.
    changes : Changes
    hands : array (load, side)
        As for `observe`.
    state, work : State, Work
    sight : Sight
    """
    tail = changes.start.size - changes.own.shape[1]
    for i in range(changes.which.size):
        own = changes.which[i]
        for k in range(tail):
            vector[k] = changes.start[k]
        for k in range(tail, vector.size):
            vector[k] = changes.own[own, k - tail]
        for t in range(changes.touched.size):
            place, factor = changes.touched[t], changes.factor[i, changes.by[t]]
            if changes.slope[t] != 0.0:
                vector[place] += changes.slope[t] * (factor - 1.0)
            else:
                vector[place] *= factor ** changes.power[t]
        _cool(state)
        p = renewed(person, vector, scalars, 0)
        s = renewed(task, vector, scalars, numbers_of(person))
        status = run.solve_static(p, s, state, work)
        observe.observe(p, s, state, work, hands, status, changes.row[i], sight)


@kernel
def _cool(state: State) -> None:
    """Start cold, so that no scenario knows which came before it."""
    state.u[:] = 0.0
    state.lam[:] = 0.0
    state.reserve[:] = 0.0
    state.tilt[:] = 0.0
