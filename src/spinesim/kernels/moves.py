"""Steps of discs and vertebrae from what is out of balance, mixed so that they converge fast."""

from spinesim.kernels import passive, vec3
from spinesim.kernels.cholesky import cholesky_solve
from spinesim.kernels.jit import kernel
from spinesim.kernels.settling import ARM
from spinesim.kernels.tables import N_LEVEL, Floats, Motion, Person, State, Task, Work

MAX_STEP = 1.5e-3  # m a disc may move in one step
MIX_BELOW = 6e-4  # m: the largest step at which mixing begins
MIX_DEPTH = 5  # points it remembers
MIX_LONGEST = 10  # points after which it begins anew with shorter steps: what goes to and fro would go on
MOST_HALVED = 3  # times
LONG = 5e-5  # m: a step that tissue is not linear over
MOST_ROUNDS = 3  # on such a step
NEARLY = 1e-7  # m: steps below it will end by themselves
LEAST_CALM = 0.1  # share of a step
FADING = 0.8  # of the largest share, each time that a careful search gets worse: it would go round in circles
MIX_TILT = 5e-3  # rad, the same of a tilt


@kernel
def step_discs(person: Person, task: Task, state: State, work: Work) -> None:
    """Write the discs' step to motion.step: Newton's for the forces out of balance, motion.res. A long step is walked
    in rounds, the pulls staying: discs and facets are far from linear on the way, and a round costs a tenth of what
    posing the person anew does.
    """
    tissue, motion, mid = work.tissue, work.motion, work.frames.mid
    step, res, here, by = motion.step, motion.res, motion.here, motion.by_disc
    longest = _newton(mid, tissue.k, res, step)
    if longest <= LONG:
        return
    for j in range(N_LEVEL):
        x, y, z = vec3.unrotate_at(mid, j, res[3 * j], res[3 * j + 1], res[3 * j + 2])
        by[j, 0], by[j, 1], by[j, 2] = x - tissue.f[j, 0], y - tissue.f[j, 1], z - tissue.f[j, 2]
    for _ in range(MOST_ROUNDS):
        size = min(1.0, MAX_STEP / longest)
        for i in range(18):
            here[i // 3, i % 3] = state.u[i // 3, i % 3] + size * step[i]
        passive.passive_levels(person, work.frames.turns, task.strand_scale, here, tissue)
        longest, correction = 0.0, 0.0
        for j in range(N_LEVEL):
            f = tissue.f[j]
            x, y, z = vec3.solve3(tissue.k[j], -f[0] - by[j, 0], -f[1] - by[j, 1], -f[2] - by[j, 2])
            correction = max(correction, abs(x), abs(y), abs(z))
            for i, more in enumerate((x, y, z)):
                step[3 * j + i] = size * step[3 * j + i] + more
                longest = max(longest, abs(step[3 * j + i]))
        if correction <= LONG:
            return


@kernel
def _newton(mid: Floats, k: Floats, res: Floats, step: Floats) -> float:
    """Write the step (18,) of the discs for the forces out of balance; return its longest entry, m."""
    longest = 0.0
    for j in range(N_LEVEL):
        x, y, z = vec3.unrotate_at(mid, j, res[3 * j], res[3 * j + 1], res[3 * j + 2])
        x, y, z = vec3.solve3(k[j], -x, -y, -z)
        step[3 * j], step[3 * j + 1], step[3 * j + 2] = x, y, z
        longest = max(longest, abs(x), abs(y), abs(z))
    return longest


@kernel
def move(state: State, motion: Motion, damping: float, calm: float, may_mix: bool) -> None:
    """Move discs and vertebrae by motion.step, mixed with the last steps once these are small; larger ones are taken
    times `calm`. Each time mixing begins anew steps are half as long.

    A pelvis that may choose does not mix while its slopes are looked at in every other round: steps of two kinds,
    mixed, go anywhere.
    """
    step, largest, farthest = motion.step, 0.0, 0.0
    for i in range(18):
        largest = max(largest, abs(step[i]))
    for v in range(step.size - 18):
        farthest = max(farthest, abs(step[18 + v]))
    mixed = motion.mixed
    damping *= 0.5 ** mixed[1]
    if mixed[0] >= MIX_LONGEST and max(largest, farthest) > NEARLY:
        mixed[0], mixed[1] = 0, min(mixed[1] + 1, MOST_HALVED)
    elif may_mix and largest <= MIX_BELOW and farthest <= ARM * MIX_TILT:
        _mix(state.u, state.tilt, motion, damping)
        return
    mixed[0] = 0
    size = damping * calm if largest <= MAX_STEP else damping * calm * MAX_STEP / largest
    for i in range(18):
        state.u[i // 3, i % 3] += size * step[i]
    for v in range(step.size - 18):
        state.tilt[v] += size * step[18 + v] / ARM


@kernel
def _mix(u: Floats, tilt: Floats, motion: Motion, damping: float) -> None:
    """Anderson mixing: the combination of the last points whose steps cancel best, plus its step."""
    step, past_step, past_point = motion.step, motion.past_step, motion.past_point
    n, slot = motion.mixed[0], motion.mixed[0] % MIX_DEPTH
    for i in range(step.size):
        past_step[slot, i] = step[i]
        past_point[slot, i] = (u[i // 3, i % 3] if i < 18 else ARM * tilt[i - 18]) + damping * step[i]
    motion.mixed[0] = n + 1
    used = min(n, MIX_DEPTH - 1)
    h, rhs, out = motion.mix_h, motion.mix_b, motion.mix_x
    for a in range(used):
        p = (n - 1 - a) % MIX_DEPTH
        rhs[a] = 0.0
        for i in range(step.size):
            rhs[a] += step[i] * (step[i] - past_step[p, i])
        for b in range(a + 1):
            q = (n - 1 - b) % MIX_DEPTH
            total = 0.0
            for i in range(step.size):
                total += (step[i] - past_step[p, i]) * (step[i] - past_step[q, i])
            h[b, a] = total
        h[a, a] *= 1.0 + 1e-10
    cholesky_solve(h, rhs, out, used)
    for i in range(step.size):
        value = past_point[slot, i]
        for a in range(used):
            value -= out[a] * (past_point[slot, i] - past_point[(n - 1 - a) % MIX_DEPTH, i])
        if i < 18:
            u[i // 3, i % 3] = value
        else:
            tilt[i - 18] = value / ARM


@kernel
def is_worse(residual: float, last: float, along: float) -> bool:
    """Tell whether a step did not better the balance, though turns do not go on `along` the way they came: what puts
    them out of balance then is that they are on it.
    """
    return residual > 0.95 * last and along <= 0.0


@kernel
def calmer(calm: float, most: float, worse: bool) -> float:
    """Return the share of the next step: halved while the balance does not better, growing again when it does, to
    `most`.
    """
    return max(0.5 * calm, LEAST_CALM) if worse else min(1.5 * calm, most)
