"""What of a posture is shared between hips and lumbar spine, where recruitment may choose it: what the pelvis's lean,
list and rotation under a thorax that stays cost and change, and the starts from which the cheapest is sought.
"""

import math

from spinesim.kernels import equilibrium, lanes, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.settling import turn_entry
from spinesim.kernels.tables import (
    FARTHEST_LEAN,
    FEET,
    HOOP,
    LEAN,
    LIST,
    N_LEVEL,
    N_POSED,
    N_START,
    ROTATION,
    Floats,
    Lines,
    Motion,
    Person,
    Problem,
    State,
    Task,
    Work,
)

NUDGE = 1e-4  # rad, of the difference both ways: rounding by it stays below what the mirror shows, 1e-9
MOST_ROUNDS, MOST_CAREFUL = 80, 160  # of one start; of a search with halved steps, which fade
LEANS, LISTS = 5, 2  # trials that start with a lean and, before them on one leg, with a list: hung or hitched
FAR_LIST = 7.5  # spreads
POLISHED = 5  # trials in the end: the cheapest end, with full and with halved steps, then the next; at last held
BUDGET = 1200  # Newton steps of recruitment after which no further start is tried
CALM = 1.0  # N or N m: balance below which a start shows where it goes
ROUGH, ROUGH_TURN = 1e-2, 1e-4  # N or N m, rad: where a start has ended, near enough to be told from others
SAME = 2e-3  # rad: ends nearer than that are one
NEAR, STALE = 1e-2, 5e-9  # N or N m, rad: after smaller steps the slopes are what they were
EACH = 2  # the last round of a start that looks at its slopes whatever the one before did
WALL, LEFT = 42, 43  # places in a nudged posture's table: of the wall's tension, of the moment left to muscles
SKIP, HELD, FREE, CAREFUL = 0, 1, 2, 3  # what may turn in a solve, with full steps or, careful, with halved ones


@kernel
def nudges_of(task: Task) -> int:
    """Return by how many nudges the pelvis's turns are told where it may choose: each of them both ways."""
    return 6 if task.lean_spread > 0.0 else 0


@kernel
def nudge_of(task: Task, n: int) -> tuple[int, float]:
    """Return which turn of the pelvis nudge n moves, and by how much, rad; by nothing when that turn is held."""
    k = n // 2
    if k > 0 and task.sway_spread[k - 1] == 0.0:
        return LEAN + k, 0.0
    return LEAN + k, (NUDGE if n == 2 * k else -NUDGE)


@kernel
def note(lines: Lines, motion: Motion, tension: Floats, x: float, y: float, z: float, n: int) -> None:
    """Keep the balance, the tension of the abdominal wall and the moment (x, y, z) left to muscles of a posture with
    nudge n.
    """
    for i in range(motion.res.size):
        motion.nudged[n, i] = motion.res[i]
    motion.nudged[n, WALL] = lanes.dot(lines.hoop, tension, lines.n_fascicle)
    motion.nudged[n, LEFT], motion.nudged[n, LEFT + 1], motion.nudged[n, LEFT + 2] = x, y, z


@kernel
def pelvis_columns(person: Person, task: Task, tilt: Floats, work: Work) -> None:
    """Write how the balance changes as the pelvis turns and the lumbar spine follows, at the activations problem.x:
    all of it, weights, passive tissue, the muscles' own lines and lengths, and the abdominal pressure that the effort
    asks; and what this pressure costs.

    motion.nudged holds the nudged postures; the forces' change stays in motion.by_pelvis.
    """
    motion = work.motion
    for k in range(3):
        if nudge_of(task, 2 * k)[1] > 0.0:
            here, back, by = motion.nudged[2 * k], motion.nudged[2 * k + 1], motion.by_pelvis
            for i in range(18):
                by[k, i] = (here[i] - back[i]) / (2.0 * NUDGE)
            rise = motion.wall[0] * _rise(person.breath.effort, motion.c, here, back, by[k])
            _column(task, k, here, back, rise, tilt[LEAN + k], motion, work.problem)
            _press(task, k, rise, person.lines.f_max.size, work)


@kernel
def _rise(effort: Floats, c: Floats, here: Floats, back: Floats, by: Floats) -> float:
    """Return the rise of the pressure that the effort asks, 1/rad, given the change of the forces, which discs take."""
    high, low, j = 0.0, 0.0, N_LEVEL - 1
    for i in range(3):
        taken = 0.0
        for n in range(3):
            taken += NUDGE * c[j, i, n] * by[3 * j + n]
        high += (here[LEFT + i] + taken) ** 2
        low += (back[LEFT + i] - taken) ** 2
    apart = equilibrium.effort_pressure(effort, math.sqrt(high)) - equilibrium.effort_pressure(effort, math.sqrt(low))
    return apart / (2.0 * NUDGE)


@kernel
def _column(
    task: Task, k: int, here: Floats, back: Floats, rise: float, turned: float, motion: Motion, problem: Problem
) -> None:
    """Write one column from the difference between two postures, and from the `rise` of the pressure's share, 1/rad."""
    by, c, a, b, far, apart = motion.by_pelvis, motion.c, problem.a, problem.b, FARTHEST_LEAN, 2.0 * NUDGE
    q, pressure = problem.x.size - 2 * (task.turns - LEAN - k), problem.fellow.shape[1]
    for row in range(24 if task.contact == FEET else 18):
        slope = (here[18 + row] - back[18 + row]) / apart + rise * a[row, pressure]
        if row < 18:
            j, i = row // 3, row % 3
            for n in range(3):
                slope += c[j, i, n] * by[k, 3 * j + n]
        turn_entry(row, q, slope, far, turned, a, b)
    turn_entry(HOOP, q, (here[WALL] - back[WALL]) / apart + rise * a[HOOP, pressure], far, turned, a, b)


@kernel
def _press(task: Task, k: int, rise: float, pull: int, work: Work) -> None:
    """Write what the pressure's `rise` costs and adds to the change of forces; it is the pull of that number."""
    problem, pulls, pressure = work.problem, work.pulls, work.problem.fellow.shape[1]
    q = problem.x.size - 2 * (task.turns - LEAN - k)
    price = task.power * problem.lo[pressure] ** (task.power - 1) / problem.ease[pressure] * rise * FARTHEST_LEAN
    problem.lead[q], problem.lead[q + 1] = price, -price
    for j in range(N_LEVEL):
        for i in range(3):
            work.motion.by_pelvis[k, 3 * j + i] += rise * pulls.gain[pull] * pulls.wrench[6 * j + i, pull]


@kernel
def starts_of(task: Task) -> int:
    """Return how many solves seek the cheapest posture: as it says, then from all starts; 0 where none is sought."""
    return N_START + 1 if task.lean_spread > 0.0 else 0


@kernel
def most_rounds(trial: int, starts: int, free: int, usual: int) -> int:
    """Return how many rounds a trial may take."""
    if free == CAREFUL:
        return MOST_CAREFUL
    return MOST_ROUNDS if 0 < trial < starts else usual


@kernel
def may_mix(task: Task, free: int) -> bool:
    """Tell whether steps may be mixed: of a pelvis that may choose, those of a careful search, which looks at its
    slopes in every round: steps of two kinds, mixed, go anywhere.
    """
    return task.lean_spread == 0.0 or free == CAREFUL


@kernel
def polished_of(task: Task) -> int:
    """Return how many trials may go on from the ends."""
    return POLISHED if task.lean_spread > 0.0 else 1


@kernel
def begin(task: Task, trial: int, done: bool, state: State, motion: Motion) -> int:
    """Set the state that a solve starts from: first of the posture as it says, then of its answer with the pelvis as
    the state given has it, leant by up to one spread, or on one leg listed to a side, at last of the ends, the cheapest
    first. Returns what may turn then: FREE or CAREFUL, HELD, or SKIP where there is nothing to start from. `done` tells
    whether the last solve ended.
    """
    first = starts_of(task)
    if trial == 0:
        for n in range(N_START):
            motion.end_cost[n] = math.inf
        _copy_state(state.u, state.lam, state.tilt, motion.end_u[0], motion.end_lam[0], motion.end_tilt[0])
        state.tilt[:] = 0.0
        return HELD
    if trial == 1:
        _copy_state(state.u, state.lam, state.tilt, motion.held_u, motion.held_lam, motion.held_tilt)
        motion.held_lam[0] = motion.held_lam[0] if done else math.nan
    state.info[1] = 0.0
    if trial == 1:
        return _go_on(0, motion, state) if _is_turned(motion.end_tilt[0]) else SKIP
    if trial >= first:
        return _finish(trial - first, motion, state)
    if state.info[2] > BUDGET or (trial > 1 + LEANS and task.sway_spread[0] == 0.0):
        return SKIP
    _as_held(motion, state)
    return FREE


@kernel
def _finish(n: int, motion: Motion, state: State) -> int:
    """Set the state of the n-th trial in the end, as `begin` does."""
    end = _cheapest(motion.end_cost)
    if end >= 0:
        free = _go_on(end, motion, state)
        if n % 2 == 0:
            return free
        motion.end_cost[end] = math.inf
        return CAREFUL
    if n > 0 and not math.isfinite(motion.held_lam[0]):
        return SKIP
    _as_held(motion, state)
    return HELD if n > 0 else CAREFUL


@kernel
def _go_on(end: int, motion: Motion, state: State) -> int:
    """Set the state to an end, free to turn."""
    _copy_state(motion.end_u[end], motion.end_lam[end], motion.end_tilt[end], state.u, state.lam, state.tilt)
    return FREE


@kernel
def _as_held(motion: Motion, state: State) -> None:
    """Set the state to the answer for the posture as it says, or cold where there is none."""
    if math.isfinite(motion.held_lam[0]):
        _copy_state(motion.held_u, motion.held_lam, motion.held_tilt, state.u, state.lam, state.tilt)
    else:
        state.lam[:] = 0.0


@kernel
def _is_turned(tilt: Floats) -> bool:
    """Tell whether the pelvis stands otherwise than the posture says."""
    return tilt[LEAN] != 0.0 or tilt[LIST] != 0.0 or tilt[ROTATION] != 0.0


@kernel
def lean_out(task: Task, trial: int, tilt: Floats) -> None:
    """Lean or list the pelvis to where a start has it."""
    if not 1 < trial < starts_of(task):
        return
    n = trial - 2 - (LISTS if task.sway_spread[0] > 0.0 else 0)
    if n >= 0:
        lean = 0.5 * (n - LEANS // 2) * task.lean_spread
        tilt[LEAN] = min(max(lean, task.pelvis_range[0, 0]), task.pelvis_range[0, 1])
    else:
        hung = -1.0 if task.support_right == 1.0 else 1.0
        far = (hung if trial == 2 else -hung) * FAR_LIST * task.sway_spread[0]
        tilt[LIST] = min(max(far, task.pelvis_range[1, 0]), task.pelvis_range[1, 1])


@kernel
def _cheapest(cost: Floats) -> int:
    """Return the cheapest end that is left, -1 where there is none."""
    found = -1
    for n in range(cost.size):
        if cost[n] < math.inf and (found < 0 or cost[n] < cost[found]):
            found = n
    return found


@kernel
def has_ended(info: Floats) -> bool:
    """Tell whether a start is near enough to its end."""
    return info[1] <= ROUGH and info[4] <= ROUGH_TURN


@kernel
def is_known(state: State, motion: Motion) -> bool:
    """Tell whether the pelvis comes to where a start before has ended."""
    if state.info[1] > CALM:
        return False
    tilt = state.tilt
    for n in range(N_START):
        if motion.end_cost[n] < math.inf:
            end, away = motion.end_tilt[n], 0.0
            for k in range(LEAN, N_POSED):
                away = max(away, abs(tilt[k] - end[k]))
            if away <= SAME:
                return True
    return False


@kernel
def keep(problem: Problem, state: State, power: int, gamma: float, trial: int, motion: Motion) -> None:
    """Keep where a start ended, and what it costs: muscles, turns and reserves."""
    total = 0.0
    for i in range(problem.x.size):
        total += problem.x[i] ** power / problem.ease[i]
    for k in range(state.lam.size):
        total += 0.5 * gamma * state.lam[k] * state.lam[k]
    n = trial - 1
    motion.end_cost[n] = total
    _copy_state(state.u, state.lam, state.tilt, motion.end_u[n], motion.end_lam[n], motion.end_tilt[n])


@kernel
def _copy_state(u: Floats, lam: Floats, tilt: Floats, to_u: Floats, to_lam: Floats, to_tilt: Floats) -> None:
    vec3.copy(u, to_u)
    for i in range(lam.size):
        to_lam[i] = lam[i]
    for i in range(tilt.size):
        to_tilt[i] = tilt[i]
