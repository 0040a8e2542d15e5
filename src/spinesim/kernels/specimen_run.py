"""Forward mode: a specimen along a course of loads, by Newton's method and adaptive continuation."""

import math

from spinesim.kernels.jit import kernel
from spinesim.kernels.specimen import evaluate
from spinesim.kernels.specimen_tables import (
    COMPRESSION,
    FOLLOWER,
    HELD,
    N_LOAD,
    Balance,
    Chain,
    ChainDesk,
    Course,
    LevelDesk,
    Record,
    Tissue,
)
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from spinesim.kernels.tables import Floats, Ints

LENGTH = 0.02  # m, makes forces and moments, translations and rotations comparable: half of a disc's depth
TOLERANCE = 1e-9  # N m, and N at LENGTH
ROUNDING = 1e-7  # N m, accepted when no step makes the imbalance smaller
CHORD = 0.3  # of the imbalance: a tangent costs a dozen times what the imbalance does
MOST_STEPS = 100  # evaluations of one solve
LONGEST = 0.05  # rad, of one Newton step
FARTHEST = 0.08  # rad, that a level may turn between two balanced places: a longer way is a jump
SMALLEST = 1.0 / 2048.0  # of the way to the next target
DEAD = 0.2  # N, that a dead load on several levels may grow in one part ...
DEAD_SHARE = 0.002  # ... or of itself
PRECISION = 0.01  # of the load: how closely a buckling load is found


@kernel
def copy_row(a: Floats, out: Floats) -> None:
    """Write a (n,) to out. Loops, because a slice costs a second to compile."""
    for i in range(a.size):
        out[i] = a[i]


@kernel
def copy_table(a: Floats, out: Floats) -> None:
    """Write a (n, m) to out."""
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            out[i, j] = a[i, j]


@kernel
def hold(held: Ints, g: Floats, reaction: Floats, stiffness: Floats) -> None:
    """Take the held coordinates of the only level out of the equations; what holds them goes to `reaction`."""
    for a in range(6):
        reaction[a] = 0.0
        if held[a] == 1:
            reaction[a], g[a] = -g[a], 0.0
            for b in range(g.size):
                stiffness[a, b], stiffness[b, a] = 0.0, 0.0
            stiffness[a, a] = 1.0


@kernel
def size_of(g: Floats) -> float:
    """Return the largest imbalance: moments as they are, forces at LENGTH; infinite when a number is not known."""
    largest = 0.0
    for a in range(g.size):
        value = abs(g[a]) * (1.0 if a % 6 < 3 else LENGTH)
        if not value < math.inf:
            return math.inf
        largest = max(largest, value)
    return largest


@kernel
def largest_below(a: Floats, k: int, n: int) -> int:
    """Return the row from k on with the largest entry in column k."""
    best = k
    for i in range(k + 1, n):
        if abs(a[i, k]) > abs(a[best, k]):
            best = i
    return best


@kernel
def solve_general(a: Floats, b: Floats, n: int) -> float:
    """Solve A x = b in place (x in b) by elimination with row exchange; returns the sign of A's determinant."""
    sign = 1.0
    for k in range(n):
        best = largest_below(a, k, n)
        if best != k:
            for j in range(k, n):
                a[k, j], a[best, j] = a[best, j], a[k, j]
            b[k], b[best] = b[best], b[k]
            sign = -sign
        sign = sign if a[k, k] > 0.0 else -sign
        for i in range(k + 1, n):
            factor = a[i, k] / a[k, k]
            if factor != 0.0:
                for j in range(k + 1, n):
                    a[i, j] -= factor * a[k, j]
                b[i] -= factor * b[k]
    for k in range(n - 1, -1, -1):
        total = b[k]
        for j in range(k + 1, n):
            total -= a[k, j] * b[j]
        b[k] = total / a[k, k]
    return sign


@kernel
def is_stable(load: Floats, stiffness: Floats, lu: Floats, step: Floats) -> bool:
    """Tell whether the tangent has no eigenvalue below zero; `lu` and `step` are scratch.

    Without a moment the loads are conservative and the signs of all pivots tell. A moment about axes fixed in space is
    not: the tangent is then not symmetric, its symmetric part says nothing of divergence (Ziegler 1968), and the sign
    of the determinant tells when an eigenvalue passes zero.
    """
    n = stiffness.shape[0]
    if load[0] != 0.0 or load[1] != 0.0 or load[2] != 0.0:
        copy_table(stiffness, lu)
        return solve_general(lu, step, n) > 0.0
    for i in range(n):
        for j in range(n):
            lu[i, j] = 0.5 * (stiffness[i, j] + stiffness[j, i])
    for k in range(n):
        if not lu[k, k] > 0.0:
            return False
        for i in range(k + 1, n):
            factor = lu[i, k] / lu[k, k]
            for j in range(k + 1, n):
                lu[i, j] -= factor * lu[k, j]
    return True


@kernel
def step_size(step: Floats) -> float:
    """Return the factor that keeps a Newton step within LONGEST."""
    longest = 0.0
    for a in range(step.size):
        longest = max(longest, abs(step[a]) / (1.0 if a % 6 < 3 else LENGTH))
    return min(1.0, LONGEST / longest) if longest > 0.0 else 1.0


@kernel
def balance(
    tissue: Tissue, chain: Chain, at_level: LevelDesk, at_chain: ChainDesk, bal: Balance, record: Record
) -> bool:
    """Move bal.trial until it balances under bal.load; bal.stiffness is then its tangent.

    Newton's method. The tangent of the last place serves as long as each step leaves less than CHORD of the imbalance;
    a step by the own tangent that leaves more than there was is halved, up to seven times.
    """
    q, step = bal.trial, bal.step
    copy_table(q, bal.start)
    size, factor, halvings, stale, fresh = math.inf, 1.0, 0, False, record.reached[1] == 0
    for _ in range(MOST_STEPS):
        evaluate(tissue, chain, q, fresh, at_level, at_chain, bal)
        hold(bal.held, bal.g, bal.reaction, bal.stiffness)
        now = size_of(bal.g)
        record.reached[1] += 1
        if fresh and (now <= TOLERANCE or not math.isfinite(now)):
            return now <= TOLERANCE
        if now <= TOLERANCE:
            fresh = True
        elif fresh or now < CHORD * size:
            copy_table(q, bal.start)
            copy_table(bal.stiffness, bal.lu)
            copy_row(bal.g, step)
            solve_general(bal.lu, step, step.size)
            size, factor, halvings, stale, fresh = now, step_size(step), 0, not fresh, False
            advance(bal.start, factor, step, q)
        elif stale or now < size:
            fresh = True
            if not now < size:
                copy_table(bal.start, q)
        else:
            factor, halvings = 0.5 * factor, halvings + 1
            if halvings > 7:
                break
            advance(bal.start, factor, step, q)
    copy_table(bal.start, q)
    return size <= ROUNDING


@kernel
def advance(start: Floats, factor: float, step: Floats, out: Floats) -> None:
    """Write start + factor step to out (level, 6)."""
    for a in range(step.size):
        out[a // 6, a % 6] = start[a // 6, a % 6] + factor * step[a]


@kernel
def turned(a: Floats, b: Floats) -> float:
    """Return the largest change of a rotation between two places (level, 6)."""
    largest = 0.0
    for j in range(a.shape[0]):
        for i in range(3):
            largest = max(largest, abs(a[j, i] - b[j, i]))
    return largest


@kernel
def gap(load: Floats, before: Floats) -> float:
    """Return how far two load vectors lie apart, as a share of the first, by the component that changes most."""
    largest = 0.0
    for i in range(N_LOAD):
        change = abs(load[i] - before[i])
        if change > 0.0:
            largest = max(largest, change / max(abs(load[i]), abs(before[i])))
    return largest


@kernel
def aim(target: Floats, s: int, fraction: float, held: Ints, rest: Floats, before: Floats, q: Floats,
        load: Floats, trial: Floats, now_held: Ints) -> None:  # fmt: skip
    """Update load, part of the way to target s (-1: rest, a load of nothing), and trial, from the last place q."""
    copy_table(q, trial)
    for i in range(N_LOAD):
        goal = target[s, i] if s >= 0 else 0.0
        load[i] = goal if fraction == 1.0 else before[i] + fraction * (goal - before[i])
    for a in range(6):
        now_held[a] = held[a] if s >= 0 else 0
        if now_held[a] == 1:
            trial[0, a] = rest[0, a] + load[HELD + a]


@kernel
def longest_part(target: Floats, s: int, before: Floats, done: float, levels: int) -> float:
    """Return how much of the way to target s may be gone at once.

    A column under a dead load, with no follower to hold it, can lose its balance for less than a newton of it, before
    the facet joints meet: steps must not jump over that.
    """
    way = abs(target[s, COMPRESSION] - before[COMPRESSION]) if s >= 0 else 0.0
    if way == 0.0 or levels == 1 or target[s, FOLLOWER] != 0.0:
        return 1.0
    load = abs(before[COMPRESSION] + done * (target[s, COMPRESSION] - before[COMPRESSION]))
    return max(max(DEAD, DEAD_SHARE * load) / way, 2.0 * SMALLEST)


@kernel
def solve_specimen(
    tissue: Tissue, chain: Chain, course: Course, at_level: LevelDesk, at_chain: ChainDesk, bal: Balance, record: Record
) -> int:
    """Find rest, then every target of the course; returns a status code (`kernels.status`).

    A target is approached in parts: halved when a part does not balance, jumps or ends unstable, doubled when it is
    well. UNSTABLE: the tangent got an eigenvalue below zero within PRECISION of the last stable load.
    At the start bal.load must be zero and bal.q near rest.
    """
    part = 1.0
    for s in range(-1, course.target.shape[0]):
        copy_row(bal.load, bal.before)
        done = 0.0
        while done < 1.0:
            part = min(part, longest_part(course.target, s, bal.before, done, bal.q.shape[0]))
            fraction = min(1.0, done + part)
            aim(course.target, s, fraction, course.held, record.rest, bal.before, bal.q, bal.load, bal.trial, bal.held)
            balanced = balance(tissue, chain, at_level, at_chain, bal, record)
            balanced = balanced and (s < 0 or turned(bal.trial, bal.q) <= FARTHEST)
            good = balanced and is_stable(bal.load, bal.stiffness, bal.lu, bal.step)
            smallest = s < 0 or fraction - done <= SMALLEST
            lost = balanced and not good and (smallest or gap(bal.load, record.last_load) <= PRECISION)
            if good or lost:
                copy_row(bal.load, record.last_load)
                copy_table(bal.trial, record.last_q)
                copy_table(bal.stiffness, record.last_stiffness)
            if lost:
                return UNSTABLE
            if smallest and not good:
                return NOT_CONVERGED
            if good:
                copy_table(bal.trial, bal.q)
                done, part = fraction, min(1.0, 2.0 * part)
            else:
                part = 0.5 * (fraction - done)
        if s < 0:
            copy_table(bal.q, record.rest)
            copy_table(bal.stiffness, record.rest_stiffness)
        else:
            copy_table(bal.q, record.q[s])
            copy_table(bal.stiffness, record.stiffness[s])
            copy_row(bal.reaction, record.reaction[s])
            record.residual[s] = size_of(bal.g)
            record.reached[0] = s + 1
    return CONVERGED
