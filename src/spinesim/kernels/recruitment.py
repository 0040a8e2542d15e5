"""Recruitment by the dual: minimise sum w x^p + |r|^2 / (2 gamma) subject to A x + r = b, lower <= x <= upper.

The dual is smooth and concave in the 25 multipliers: x_i = clip(((A^T lam)_i / (p w_i))^(1/(p-1)), lower, upper), r =
gamma lam.
Semismooth Newton with an exact line search solves it; x(lam) meets stationarity and bounds by construction, so |A x +
r - b| is
the whole optimality residual.
"""

import math

from spinesim.kernels.cholesky import cholesky_solve
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import N_EQUATION, Floats, State, Work

TOLERANCE = 1e-10  # largest scaled residual of a solution
COARSE = 1e-6  # the same on the way there
STALLED = 40  # steps after which the path of softer reserves begins
SOFTEST = 0.1
LIMIT = 400
SMALLEST = 1e-3  # activation below which the slope of p = 3 is taken as there


@kernel
def primal(s: float, weight: float, lower: float, upper: float, power: int) -> float:
    """Return the activation a column takes at the reduced price s."""
    if s <= 0.0:
        return lower
    x = 0.5 * s / weight if power == 2 else math.sqrt(s / (3.0 * weight))
    return min(max(x, lower), upper)


@kernel
def slope(x: float, s: float, weight: float, lower: float, upper: float, power: int) -> float:
    """Return dx/ds, zero at a bound."""
    if s <= 0.0 or x >= upper or (x <= lower and lower > 0.0) or upper <= lower:
        return 0.0
    return 0.5 / weight if power == 2 else 1.0 / (6.0 * weight * max(x, SMALLEST))


@inner
def scale_rows(work: Work) -> None:
    """Equilibrate work.a and work.b: each row times 1 / sqrt(sum a^2 / (2 w)); rows without muscles keep 1."""
    for k in range(N_EQUATION):
        total = 0.0
        for i in range(work.weight.size):
            total += work.a[k, i] * work.a[k, i] / work.weight[i]
        work.row[k] = 1.0 / math.sqrt(0.5 * total) if total > 1e-12 else 1.0
        work.b[k] *= work.row[k]
        for i in range(work.weight.size):
            work.a[k, i] *= work.row[k]


@kernel
def prices(matrix: Floats, vector: Floats, out: Floats) -> None:
    """Write A^T vector to out (column,)."""
    out[:] = 0.0
    for k in range(N_EQUATION):
        v = vector[k]
        if v != 0.0:
            for i in range(out.size):
                out[i] += v * matrix[k, i]


@inner
def recruit(work: Work, state: State, gamma: float, power: int, reduction: float) -> int:
    """Update state.lam, work.x and work.s; return the Newton steps taken, negative when they did not suffice.

    work.a, work.b must be scaled. The residual is brought down by `reduction` (0: all the way), for little is enough
    while the geometry still moves. Should plain Newton stall, it walks a path of softer reserves from a cold start.
    """
    soft, goal = gamma, 0.0
    prices(work.a, state.lam, work.s)
    for step in range(LIMIT):
        if step == STALLED:
            state.lam[:] = 0.0
            work.s[:] = 0.0
            soft = SOFTEST
        worst = _dual_gradient(work, state.lam, soft, power)
        if step == 0:
            goal = max(reduction * worst, TOLERANCE)
        if worst <= (goal if soft == gamma else COARSE):
            if soft == gamma:
                return step
            soft = max(0.2 * soft, gamma)
            continue
        newton_step(work, state, soft, power)
    return -LIMIT


@inner
def newton_step(work: Work, state: State, gamma: float, power: int) -> None:
    """Take one Newton step with line search from the gradient in work.rhs."""
    lam = state.lam
    _dual_hessian(work, gamma, power)
    cholesky_solve(work.h, work.rhs, work.dlam, N_EQUATION)
    prices(work.a, work.dlam, work.ds)
    t = _line_search(work, lam, gamma, power)
    for k in range(N_EQUATION):
        lam[k] += t * work.dlam[k]
    for i in range(work.s.size):
        work.s[i] += t * work.ds[i]


@inner
def _dual_gradient(work: Work, lam: Floats, gamma: float, power: int) -> float:
    """Update work.x; write b - A x - gamma lam to work.rhs and return its largest entry."""
    worst = 0.0
    for i in range(work.x.size):
        work.x[i] = primal(work.s[i], work.weight[i], work.lo[i], work.up[i], power)
    for k in range(N_EQUATION):
        total = 0.0
        for i in range(work.x.size):
            total += work.a[k, i] * work.x[i]
        work.rhs[k] = work.b[k] - total - gamma * lam[k]
        worst = max(worst, abs(work.rhs[k]))
    return worst


@inner
def _dual_hessian(work: Work, gamma: float, power: int) -> None:
    """Write A diag(dx/ds) A^T + gamma I to the lower triangle of work.h, over the free columns only."""
    n_free = 0
    for i in range(work.x.size):
        d = slope(work.x[i], work.s[i], work.weight[i], work.lo[i], work.up[i], power)
        if d > 0.0:
            root = math.sqrt(d)
            for k in range(N_EQUATION):
                work.free[k, n_free] = root * work.a[k, i]
            n_free += 1
    # Two rows by two at a time: each value read serves twice. N_EQUATION is odd, the last row follows alone.
    for k in range(0, N_EQUATION - 1, 2):
        for q in range(0, k + 1, 2):
            aa, ab, ba, bb = 0.0, 0.0, 0.0, 0.0
            for i in range(n_free):
                a, b, c, d = work.free[k, i], work.free[k + 1, i], work.free[q, i], work.free[q + 1, i]
                aa += a * c
                ab += a * d
                ba += b * c
                bb += b * d
            work.h[k, q], work.h[k, q + 1], work.h[k + 1, q], work.h[k + 1, q + 1] = aa, ab, ba, bb
    last = N_EQUATION - 1
    for q in range(N_EQUATION):
        total = 0.0
        for i in range(n_free):
            total += work.free[last, i] * work.free[q, i]
        work.h[last, q] = total
    for k in range(N_EQUATION):
        work.h[k, k] += gamma


@inner
def _rise(work: Work, t: float, constant: float, linear: float, power: int) -> float:
    """Return the dual's derivative along the step at t: dlam.(b - gamma lam) - gamma t |dlam|^2 - sum ds x(s + t
    ds).
    """
    total = 0.0
    for i in range(work.x.size):
        total += work.ds[i] * primal(work.s[i] + t * work.ds[i], work.weight[i], work.lo[i], work.up[i], power)
    return constant - linear * t - total


@inner
def _line_search(work: Work, lam: Floats, gamma: float, power: int) -> float:
    """Return the step: 1 when the dual still rises there or nearly stops, else where its derivative has fallen
    tenfold.
    """
    constant, linear = 0.0, 0.0
    for k in range(N_EQUATION):
        constant += work.dlam[k] * (work.b[k] - gamma * lam[k])
        linear += gamma * work.dlam[k] * work.dlam[k]
    low, high = 0.0, 1.0
    rise_low = _rise(work, 0.0, constant, linear, power)
    rise_high = _rise(work, 1.0, constant, linear, power)
    if rise_high >= -0.1 * rise_low:
        return 1.0
    goal, t = 0.1 * rise_low, 1.0
    for _ in range(30):
        t = low + (high - low) * rise_low / (rise_low - rise_high)
        t = min(max(t, low + 0.1 * (high - low)), high - 0.1 * (high - low))
        rise = _rise(work, t, constant, linear, power)
        if abs(rise) <= goal:
            return t
        if rise > 0.0:
            low, rise_low = t, rise
        else:
            high, rise_high = t, rise
    return t
