"""Recruitment by the dual: minimise sum w x^p + |r|^2 / (2 gamma) subject to A x + r = b, lower <= x <= upper.

The dual is smooth and concave in the 25 multipliers: x_i = clip((s_i / (p w_i))^(1/(p-1)), lower, upper), r = gamma
lam, at the reduced prices s = A^T lam, less what a column leads to cost elsewhere.
Semismooth Newton with an exact line search solves it; x(lam) meets stationarity and bounds by construction, so |A x +
r - b| is
the whole optimality residual.
"""

import math

from numpy import uint64

from spinesim.kernels import lanes
from spinesim.kernels.cholesky import factorize, substitute
from spinesim.kernels.jit import apart, kernel
from spinesim.kernels.tables import AT_HIPS, HOOP, N_EQUATION, Floats, Ints, Problem, State

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
        if first < HOOP:
            _squares(n, problem.a[first], problem.a[first + 1], problem.a[first + 2], problem.ds)
        else:
            _squares(n, problem.a[HOOP], problem.free[HOOP + 1], problem.free[HOOP + 2], problem.ds)
        total = lanes.dot(problem.ds, problem.ease, n)
        row = 1.0 / math.sqrt(0.5 * total / (after - first)) if total > 1e-12 else 1.0
        if first == HOOP:
            row *= FIRM
        for k in range(first, after):
            problem.row[k] = row
            problem.b[k] *= row
            for i in range(problem.ease.size):
                problem.a[k, i] *= row


@apart
def _squares(n: int, x: Floats, y: Floats, z: Floats, out: Floats) -> None:
    """Write the sums of the squares of three rows."""
    for i in range(n):
        out[i] = x[i] * x[i] + y[i] * y[i] + z[i] * z[i]


@kernel
def prices(matrix: Floats, vector: Floats, out: Floats) -> None:
    """Write A^T vector to out (column,)."""
    out[:] = 0.0
    for k in range(0, N_EQUATION, 5):
        a, v = matrix, vector
        _add_five(a[k], a[k + 1], a[k + 2], a[k + 3], a[k + 4], v[k], v[k + 1], v[k + 2], v[k + 3], v[k + 4], out)


@apart
def _add_five(
    a: Floats, b: Floats, c: Floats, d: Floats, e: Floats, ka: float, kb: float, kc: float, kd: float, ke: float,
    out: Floats,
) -> None:  # fmt: skip
    """Add five rows, each times its number."""
    for i in range(out.size):
        out[i] += ka * a[i] + kb * b[i] + kc * c[i] + kd * d[i] + ke * e[i]


@kernel
def reduced_prices(problem: Problem, lam: Floats) -> None:
    """Update problem.s: what multipliers pay for each column, less what its cost rises by beside its own."""
    prices(problem.a, lam, problem.s)
    for i in range(problem.s.size):
        problem.s[i] -= problem.lead[i]


@kernel
def recruit(problem: Problem, state: State, gamma: float, power: int, reduction: float, kept: bool) -> int:
    """Update state.lam, problem.x and problem.s; return the Newton steps taken, negative when they did not suffice.

    problem.a, problem.b must be scaled. The residual is brought down by `reduction` (0: all the way), for little
    is enough while the geometry still moves. The first two steps take the curvature of the last call when it may be
    `kept`. Should plain Newton stall, it walks a path of softer reserves from a cold start.
    """
    soft, goal = gamma, 0.0
    reduced_prices(problem, state.lam)
    for step in range(LIMIT):
        if step == STALLED:
            state.lam[:] = 0.0
            reduced_prices(problem, state.lam)
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
    reduced_prices(problem, lam)
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
        for i, total in enumerate(lanes.dot_six(problem.a, first, problem.x, 0, problem.x.size)):
            problem.rhs[first + i] = total
    problem.rhs[HOOP] = lanes.dot(problem.a[HOOP], problem.x, problem.x.size)
    for k in range(N_EQUATION):
        problem.rhs[k] = problem.b[k] - problem.rhs[k] - gamma * lam[k]
        worst = max(worst, abs(problem.rhs[k]))
    return worst


@kernel
def _dual_hessian(problem: Problem, gamma: float, power: int) -> None:
    """Write A diag(dx/ds) A^T + gamma I to the upper triangle of problem.h, over the free columns only."""
    reach, order, index, root = problem.reach, problem.order, problem.index, problem.root
    n_free, both, hips = 0, 0, 0
    for n in range(order.size):
        i = uint64(order[n])
        d = slope(problem.x[i], problem.s[i], problem.ease[i], problem.lo[i], problem.up[i], power)
        if d > 0.0:
            index[n_free] = i
            root[n_free] = math.sqrt(d)
            n_free += 1
            both += n < reach[0]
            hips += n < reach[1]
    for k in range(N_EQUATION):
        first, after = (both, n_free) if AT_HIPS <= k < HOOP else (0, hips)
        _pick(first, after, index, root, problem.a[k], problem.free[k])
    product(problem.free, both, hips, n_free, problem.h)
    for k in range(N_EQUATION):
        problem.h[k, k] += gamma


@apart
def _pick(first: int, after: int, index: Ints, root: Floats, row: Floats, out: Floats) -> None:
    """Write numbers of a row, each times its root."""
    for n in range(uint64(first), uint64(after)):  # unsigned, so that none counts from the end
        out[n] = root[n] * row[uint64(index[n])]


@kernel
def product(free: Floats, both: int, hips: int, n: int, h: Floats) -> None:
    """Write the upper triangle of F F^T (27, 27), F the first n columns of `free` (27, column), to h.

    Of rows of levels and the hoop only the columns before `hips` count, of rows of hips those from `both` on. Three
    rows by three at a time: each value read serves three times.
    """
    for k in range(0, N_EQUATION, 3):
        for q in range(k, N_EQUATION, 3):
            first = both if AT_HIPS <= k < HOOP or AT_HIPS <= q < HOOP else 0
            after = n if AT_HIPS <= k < HOOP and AT_HIPS <= q < HOOP else hips
            (
                h[k, q], h[k, q + 1], h[k, q + 2], h[k + 1, q], h[k + 1, q + 1], h[k + 1, q + 2],
                h[k + 2, q], h[k + 2, q + 1], h[k + 2, q + 2],
            ) = lanes.dot_nine(free, k, q, first, after - first)  # fmt: skip


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
