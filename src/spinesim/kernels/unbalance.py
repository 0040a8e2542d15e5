"""The equations of a solved posture as one function of its unknowns: what is out of balance, and what results see."""

from spinesim.kernels import equilibrium, observe, posing, recruitment, rhythm
from spinesim.kernels.handles import numbers_of, renewed
from spinesim.kernels.jit import kernel
from spinesim.kernels.observe import Sight
from spinesim.kernels.status import CONVERGED
from spinesim.kernels.tables import N_EQUATION, Floats, Ints, Person, State, Task, Work

N_FORCE = 18  # entries of the balance of forces


@kernel
def unbalance(
    person: Person, task: Task, vector: Floats, scalars: Ints, x: Floats, hands: Ints, state: State, work: Work,
    row: int, sight: Sight, out: Floats,
) -> None:  # fmt: skip
    """Write what the equations leave of unknowns that need not fulfil them, and to one row of `sight` what they show.

    Parameters
    ----------
    person, task : Person, Task
        Their arrays are views of `vector`.
    vector, scalars, hands
        As for `batch.solve_many`.
    x : array (column,)
        Activations of the recruitment, whose own law is left to the caller.
    state : State
        With translations, turns and multipliers; the reserves follow from these.
    out : array (18 + 25 + column,)
        Forces out of balance (N), what recruitment leaves of its scaled rows, and the price of every column.
    """
    p = renewed(person, vector, scalars, 0)
    t = renewed(task, vector, scalars, numbers_of(person))
    problem, may_settle = work.problem, False
    for v in range(state.tilt.size):
        may_settle = may_settle or state.tilt[v] != 0.0
    equilibrium.prepare(p, t, work)
    for i in range(x.size):
        problem.x[i] = x[i]
    posing.pose(p, t, state, 1.0, may_settle, 0, False, work)
    equilibrium.build_problem(p, t, state, may_settle, work)
    if may_settle and t.lean_spread > 0.0:
        rhythm.pelvis_columns(p, t, state.tilt, work)
    recruitment.scale_rows(problem, t.turns)
    recruitment.reduced_prices(problem, state.lam)
    equilibrium.update_reserve(p.reserve_penalty, state, problem.row)
    for i in range(N_FORCE):
        out[i] = work.motion.res[i]
    for k in range(N_EQUATION):
        out[N_FORCE + k] = problem.b[k] - p.reserve_penalty * state.lam[k]
        for i in range(x.size):
            out[N_FORCE + k] -= problem.a[k, i] * x[i]
    for i in range(x.size):
        out[N_FORCE + N_EQUATION + i] = problem.s[i]
    observe.observe(p, t, state, work, hands, CONVERGED, row, sight)
