"""The entry Python calls: the coupled solve of disc translations and muscle forces, as the list of its phases.

It is one function because the compiler optimises everything below each function anew: every level costs seconds once.
"""

import math

from spinesim.kernels import equilibrium, moves, posing, recruitment, rhythm, settling
from spinesim.kernels.jit import kernel
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, RESERVE_USED
from spinesim.kernels.tables import N_EQUATION, Floats, Person, State, Task, Work

TOLERANCE = 9e-7  # N and N m
STILL = 3e-9  # rad: the largest step of a vertebra that has settled
PATIENCE = 3  # balanced rounds that may pass until then
MAX_ITERATIONS = 80
LAST_ATTEMPT = 11
SETTLED = 1.0  # N and N m: below it recruitment is solved to the end, above it to WHILE_MOVING of it each time
WHILE_MOVING = 1e-2
NEAR = 1e-2  # N and N m out of balance: below it the curvature of the last recruitment will do
SOFT_START = 1e-5  # softness of the reserves at a cold start ...
SOFT_FALL = 0.001  # ... and its fall from step to step, down to the person's own


@kernel
def solve_static(person: Person, task: Task, state: State, work: Work) -> int:
    """Solve one posture under its loads; the answer stays in `state` and `work`. Returns a status code
    (`kernels.status`).

    Attempt 0 starts from the state given with full steps, attempt 1 from a cold start with damped steps, attempts 2
    to 11 raise the external forces by tenths with vertebrae and pelvis held as the posture says. Each alternates
    geometry, recruitment, disc translations and turns until all balances. Where the pelvis may choose, trials from
    several leans come first, no farther than to tell their ends apart, and attempt 0 goes on from the cheapest end, or
    the next where that leads nowhere (`rhythm.begin`).
    """
    state.info[:] = 0.0
    equilibrium.prepare(person, task, work)
    gamma = person.reserve_penalty
    problem, done, may_settle = work.problem, False, False
    starts = rhythm.starts_of(task)
    polished = starts + rhythm.polished_of(task) - 1
    for trial in range(polished + LAST_ATTEMPT + 1):
        attempt = max(trial - polished, 0)
        scale = 1.0 if attempt < 2 else 0.1 * (attempt - 1)
        free = _begin(person, task, trial, attempt, done, state, work)
        if free == rhythm.SKIP:
            continue
        may_settle = free >= rhythm.FREE
        problem.x[:] = 0.0
        work.motion.mixed[:] = 0
        work.motion.step[:] = 0.0
        if may_settle and task.lean_spread > 0.0 and equilibrium.is_warm(state):
            _recall(person, task, state, scale, work)
        soft = gamma if equilibrium.is_warm(state) else max(gamma, SOFT_START)
        done, balanced, calm, most, last, along, state.info[4] = False, 0, 1.0, 1.0, math.inf, 0.0, 0.0
        for iteration in range(rhythm.most_rounds(trial, starts, free, MAX_ITERATIONS)):
            state.info[1] = posing.pose(person, task, state, scale, may_settle, iteration, free == rhythm.CAREFUL, work)
            state.info[0] += 1.0
            worse = iteration > 2 and moves.is_worse(state.info[1], last, along)
            most = max(moves.FADING * most, moves.LEAST_CALM) if worse and free == rhythm.CAREFUL else most
            calm = moves.calmer(calm, most, worse) if iteration > 2 else 1.0
            last = state.info[1]
            ready = soft == gamma and iteration > 0
            balanced += ready and state.info[1] <= TOLERANCE
            done = ready and (rhythm.has_ended(state.info) if trial < starts else _has_ended(state.info, balanced))
            known = 0 < trial < starts and iteration > 2 and rhythm.is_known(state, work.motion)
            if done or known or not math.isfinite(state.info[1]):
                break
            _demand(person, task, state, may_settle, work)
            soft = soft if iteration == 0 else max(SOFT_FALL * soft, gamma)
            kept = iteration > 2 and state.info[1] <= NEAR
            reduction = WHILE_MOVING if state.info[1] > SETTLED and task.lean_spread == 0.0 else 0.0
            steps = recruitment.recruit(problem, state, soft, task.power, reduction, kept)
            state.info[2] += abs(steps)
            if steps < 0:
                break
            equilibrium.update_reserve(soft, state, problem.row)
            equilibrium.force_balance(person, work)
            if may_settle:
                state.info[4], along = settling.step(task, problem.x, state.tilt, work.frames, work.motion)
            damping = 1.0 if attempt == 0 and free != rhythm.CAREFUL else 0.5
            moves.step_discs(person, task, state, work)
            moves.move(state, work.motion, damping, calm, rhythm.may_mix(task, free))
        if done and may_settle and trial < starts:
            rhythm.keep(problem, state, task.power, gamma, trial, work.motion)
        if done and trial >= starts and (attempt < 2 or attempt == LAST_ATTEMPT):
            break
    state.info[3] = work.forces.share[0]
    # A prediction that held the pelvis after all is none, however well the posture it held balances.
    return _status(done and (may_settle or task.lean_spread == 0.0), state.reserve, person.reserve_limit)


@kernel
def _begin(person: Person, task: Task, trial: int, attempt: int, done: bool, state: State, work: Work) -> int:
    """Set the state that a trial starts from, anew where it must be; return what may turn."""
    free = rhythm.FREE if (task.settle > 0.0 or task.lean_spread > 0.0) and attempt < 2 else rhythm.HELD
    if task.lean_spread > 0.0 and trial < rhythm.starts_of(task) + rhythm.polished_of(task):
        free = rhythm.begin(task, trial, done, state, work.motion)
    if attempt == 1 or attempt == 2 or not equilibrium.is_warm(state) or not math.isfinite(state.info[1]):
        equilibrium.reset(person.discs.rest_shift, state)
    if attempt == 0 and free == rhythm.FREE:
        rhythm.lean_out(task, trial, state.tilt)
    return free


@kernel
def _recall(person: Person, task: Task, state: State, scale: float, work: Work) -> None:
    """Update the activations to what the multipliers of the state ask for: how a pelvis that turns changes the
    balance is told at them, and told without them it would leave the end that it goes on from.
    """
    posing.pose(person, task, state, scale, False, 0, False, work)
    _demand(person, task, state, False, work)
    recruitment.respond(work.problem, state.lam, task.power)


@kernel
def _has_ended(info: Floats, balanced: int) -> bool:
    """Tell whether all balances, and turns have settled or will not."""
    return info[1] <= TOLERANCE and (info[4] <= STILL or balanced > PATIENCE)


@kernel
def _demand(person: Person, task: Task, state: State, may_settle: bool, work: Work) -> None:
    """Write the recruitment that would balance the posture as it is."""
    equilibrium.build_problem(person, task, state, may_settle, work)
    if may_settle and task.lean_spread > 0.0:
        rhythm.pelvis_columns(person, task, state.tilt, work)
    recruitment.scale_rows(work.problem, task.turns)


@kernel
def _status(done: bool, reserve: Floats, limit: float) -> int:
    """Return how a solve ended; reserves are judged by joint."""
    if not done:
        return NOT_CONVERGED
    for k in range(0, N_EQUATION - 1, 3):
        if math.sqrt(reserve[k] ** 2 + reserve[k + 1] ** 2 + reserve[k + 2] ** 2) > limit:
            return RESERVE_USED
    return CONVERGED
