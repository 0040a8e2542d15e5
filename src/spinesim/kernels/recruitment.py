"""Recruitment by the dual: minimise sum w x^p + |r|^2 / (2 gamma) subject to A x + r = b, lower <= x <= upper.

The dual is smooth and concave in the 25 multipliers: x_i = clip(((A^T lam)_i / (p w_i))^(1/(p-1)), lower, upper), r =
gamma lam.
Semismooth Newton with an exact line search solves it; x(lam) meets stationarity and bounds by construction, so |A x +
r - b| is
the whole optimality residual.
"""

import math

from spinesim.kernels import lanes
from spinesim.kernels.cholesky import factorize, substitute
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import HOOP, N_EQUATION, Floats, Problem, State

TOLERANCE = 1e-10  # largest scaled residual of a solution
COARSE = 1e-6  # the same on the way there
STALLED = 40  # steps after which the path of softer reserves begins
SOFTEST = 0.1
LIMIT = 400
FIRM = 30.0  # the hoop's scale over the others': pressure without a wall to hold it is no help to borrow
SMALLEST = 1e-3  # activation below which the slope of p = 3 is taken as there


@kernel
def primal(s: float, ease: float, lower: float, upper: float, power: int) -> float:
    """Return the activation a column takes at the reduced price s; `ease` is one over its weight."""
    s = max(s, 0.0)
    x = 0.5 * s * ease if power == 2 else math.sqrt(s * ease / 3.0)
    return min(max(x, lower), upper)


@kernel
def slope(x: float, s: float, ease: float, lower: float, upper: float, power: int) -> float:
    """Return dx/ds, zero at a bound."""
    if s < 0.0 or x >= upper or (x <= lower and lower > 0.0) or upper <= lower:
        return 0.0
    return 0.5 * ease if power == 2 else ease / (6.0 * max(x, SMALLEST))


@kernel
def scale_rows(problem: Problem, turns: int) -> None:
    """Equilibrate problem.a and problem.b: a joint's three rows times 1 / sqrt(their mean of sum a^2 / (2 w)).

    One scale for all axes, so that the reserves have no direction of their own; rows without muscles keep 1. The last
    columns, two for each of the `turns`, do not count.
    """
    n = problem.ease.size - 2 * turns
    for first in range(0, N_EQUATION, 3):
        after = min(first + 3, N_EQUATION)
        problem.ds[:n] = 0.0
        for k in range(first, after):
            for i in range(n):
                problem.ds[i] += problem.a[k, i] * problem.a[k, i]
        total = lanes.dot(problem.ds, problem.ease, n)
        row = 1.0 / math.sqrt(0.5 * total / (after - first)) if total > 1e-12 else 1.0
        if first == HOOP:
            row *= FIRM
        for k in range(first, after):
            problem.row[k] = row
            problem.b[k] *= row
            for i in range(problem.ease.size):
                problem.a[k, i] *= row


@kernel
def prices(matrix: Floats, vector: Floats, out: Floats) -> None:
    """Write A^T vector to out (column,)."""
    out[:] = 0.0
    for k in range(N_EQUATION):
        v = vector[k]
        if v != 0.0:
            for i in range(out.size):
                out[i] += v * matrix[k, i]


@kernel
def recruit(problem: Problem, state: State, gamma: float, power: int, reduction: float, kept: bool) -> int:
    """Update state.lam, problem.x and problem.s; return the Newton steps taken, negative when they did not suffice.

    problem.a, problem.b must be scaled. The residual is brought down by `reduction` (0: all the way), for little
    is enough while the geometry still moves. The first two steps take the curvature of the last call when it may be
    `kept`. Should plain Newton stall, it walks a path of softer reserves from a cold start.
    """
    soft, goal = gamma, 0.0
    prices(problem.a, state.lam, problem.s)
    for step in range(LIMIT):
        if step == STALLED:
            state.lam[:] = 0.0
            problem.s[:] = 0.0
            soft = SOFTEST
        worst = _dual_gradient(problem, state.lam, soft, power)
        if step == 0:
            goal = max(reduction * worst, TOLERANCE)
        if worst <= (goal if soft == gamma else COARSE):
            if soft == gamma:
                return step
            soft = max(0.2 * soft, gamma)
            continue
        newton_step(problem, state, soft, power, kept and step < 2)
    return -LIMIT


@kernel
def respond(problem: Problem, lam: Floats, power: int) -> None:
    """Update problem.s and problem.x to what multipliers ask for; problem.a must be scaled."""
    prices(problem.a, lam, problem.s)
    for i in range(problem.x.size):
        problem.x[i] = primal(problem.s[i], problem.ease[i], problem.lo[i], problem.up[i], power)


@kernel
def newton_step(problem: Problem, state: State, gamma: float, power: int, kept: bool) -> None:
    """Take one Newton step with line search from the gradient in problem.rhs; the last curvature may be `kept`."""
    lam = state.lam
    if not kept:
        _dual_hessian(problem, gamma, power)
        factorize(problem.h, N_EQUATION)
    substitute(problem.h, problem.rhs, problem.dlam, N_EQUATION)
    prices(problem.a, problem.dlam, problem.ds)
    t = _line_search(problem, lam, gamma, power)
    for k in range(N_EQUATION):
        lam[k] += t * problem.dlam[k]
    for i in range(problem.s.size):
        problem.s[i] += t * problem.ds[i]


@kernel
def _dual_gradient(problem: Problem, lam: Floats, gamma: float, power: int) -> float:
    """Update problem.x; write b - A x - gamma lam to problem.rhs and return its largest entry."""
    worst = 0.0
    for i in range(problem.x.size):
        problem.x[i] = primal(problem.s[i], problem.ease[i], problem.lo[i], problem.up[i], power)
    for first in range(0, HOOP, 6):
        for i, total in enumerate(lanes.dot_six(problem.a, first, problem.x, problem.x.size)):
            problem.rhs[first + i] = total
    problem.rhs[HOOP] = lanes.dot(problem.a[HOOP], problem.x, problem.x.size)
    for k in range(N_EQUATION):
        problem.rhs[k] = problem.b[k] - problem.rhs[k] - gamma * lam[k]
        worst = max(worst, abs(problem.rhs[k]))
    return worst


@kernel
def _dual_hessian(problem: Problem, gamma: float, power: int) -> None:
    """Write A diag(dx/ds) A^T + gamma I to the upper triangle of problem.h, over the free columns only."""
    n_free = 0
    for i in range(problem.x.size):
        d = slope(problem.x[i], problem.s[i], problem.ease[i], problem.lo[i], problem.up[i], power)
        if d > 0.0:
            problem.index[n_free] = i
            problem.root[n_free] = math.sqrt(d)
            n_free += 1
    for k in range(N_EQUATION):
        for i in range(n_free):
            problem.free[k, i] = problem.root[i] * problem.a[k, problem.index[i]]
    product(problem.free, n_free, problem.h)
    for k in range(N_EQUATION):
        problem.h[k, k] += gamma


@kernel
def product(free: Floats, n: int, h: Floats) -> None:
    """Write the upper triangle of F F^T (26, 26), F the first n columns of `free` (26, column), to h.

    Two rows by two at a time: each value read serves twice. N_EQUATION is odd, the last row is empty.
    """
    for k in range(0, N_EQUATION, 2):
        for q in range(k, N_EQUATION, 2):
            h[k, q], h[k, q + 1], h[k + 1, q], h[k + 1, q + 1] = lanes.dot_pairs(free, k, q, n)


@kernel
def _rise(problem: Problem, t: float, constant: float, linear: float, power: int) -> float:
    """Return the dual's derivative along the step at t: dlam.(b - gamma lam) - gamma t |dlam|^2 - sum ds x(s + t
    ds).
    """
    for i in range(problem.x.size):
        problem.root[i] = primal(problem.s[i] + t * problem.ds[i], problem.ease[i], problem.lo[i], problem.up[i], power)
    return constant - linear * t - lanes.dot(problem.ds, problem.root, problem.x.size)


@kernel
def _line_search(problem: Problem, lam: Floats, gamma: float, power: int) -> float:
    """Return the step: 1 when the dual still rises there or nearly stops, else where its derivative has fallen
    tenfold.
    """
    constant, linear, rise_low = 0.0, 0.0, 0.0
    for k in range(N_EQUATION):
        rise_low += problem.dlam[k] * problem.rhs[k]
        constant += problem.dlam[k] * (problem.b[k] - gamma * lam[k])
        linear += gamma * problem.dlam[k] * problem.dlam[k]
    low, high = 0.0, 1.0
    rise_high = _rise(problem, 1.0, constant, linear, power)
    if rise_high >= -0.1 * rise_low:
        return 1.0
    goal, t = 0.1 * rise_low, 1.0
    for _ in range(30):
        t = low + (high - low) * rise_low / (rise_low - rise_high)
        t = min(max(t, low + 0.1 * (high - low)), high - 0.1 * (high - low))
        rise = _rise(problem, t, constant, linear, power)
        if abs(rise) <= goal:
            return t
        if rise > 0.0:
            low, rise_low = t, rise
        else:
            high, rise_high = t, rise
    return t
