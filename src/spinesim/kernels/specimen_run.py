"""Forward mode: rotations and translations of a specimen along a course of loads, by Newton and adaptive continuation."""

import math

from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.specimen import evaluate
from spinesim.kernels.specimen_tables import HELD, N_LOAD, Chain, Course, Desk, Record, Tissue
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from spinesim.kernels.tables import Floats, Ints

LENGTH = 0.02  # m, makes forces and moments, translations and rotations comparable: half of a disc's depth
TOLERANCE = 1e-9  # N m, and N at LENGTH
ROUNDING = 1e-7  # N m, accepted when no step makes the imbalance smaller
MOST_STEPS = 40  # Newton steps of one solve
LONGEST = 0.05  # rad, of one Newton step
FARTHEST = 0.08  # rad, that a level may turn between two balanced places: a longer way is a jump
SMALLEST = 1.0 / 2048.0  # of the way to the next target
PRECISION = 0.01  # of the load: how closely a buckling load is found


@kernel
def hold(held: Ints, g: Floats, reaction: Floats, stiffness: Floats) -> None:
    """Take the held rotations of the only level out of the equations; what holds them goes to `reaction`."""
    for a in range(3):
        reaction[a] = 0.0
        if held[a] == 1:
            reaction[a], g[a] = -g[a], 0.0
            stiffness[a, :] = 0.0
            stiffness[:, a] = 0.0
            stiffness[a, a] = 1.0


@kernel
def size_of(g: Floats) -> float:
    """Return the largest imbalance: moments as they are, forces at LENGTH."""
    largest = 0.0
    for a in range(g.size):
        value = abs(g[a]) * (1.0 if a % 6 < 3 else LENGTH)
        if not value <= largest:  # NaN counts as large
            largest = value
    return largest


@kernel
def solve_general(a: Floats, b: Floats, n: int) -> None:
    """Solve A x = b in place (x in b) by elimination with row exchange."""
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(a[i, k]) > abs(a[best, k]):
                best = i
        if best != k:
            for j in range(k, n):
                a[k, j], a[best, j] = a[best, j], a[k, j]
            b[k], b[best] = b[best], b[k]
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


@kernel
def is_stable(stiffness: Floats, lu: Floats) -> bool:
    """Tell whether the symmetric part of the tangent is positive definite, by the signs of its pivots."""
    n = stiffness.shape[0]
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


@inner
def balance(tissue: Tissue, chain: Chain, desk: Desk, record: Record) -> bool:
    """Move desk.trial until it balances under desk.load; desk.stiffness is then its tangent."""
    q, step = desk.trial, desk.step
    for _ in range(MOST_STEPS):
        evaluate(tissue, chain, q, desk.load, True, desk)
        hold(desk.held, desk.g, desk.reaction, desk.stiffness)
        size = size_of(desk.g)
        record.reached[1] += 1
        if size <= TOLERANCE or not math.isfinite(size):
            return size <= TOLERANCE
        desk.start[:] = q
        desk.lu[:] = desk.stiffness
        step[:] = desk.g
        solve_general(desk.lu, step, step.size)
        factor = step_size(step)
        better = False
        for _ in range(8):
            for a in range(step.size):
                q[a // 6, a % 6] = desk.start[a // 6, a % 6] + factor * step[a]
            evaluate(tissue, chain, q, desk.load, False, desk)
            hold(desk.held, desk.g, desk.reaction, desk.lu)
            better = size_of(desk.g) < size
            if better:
                break
            factor *= 0.5
        if not better:
            q[:] = desk.start
            return size <= ROUNDING
    return False


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


@inner
def aim(course: Course, s: int, fraction: float, desk: Desk, record: Record) -> None:
    """Update desk.load, part of the way to target s (-1: rest, a load of nothing), and desk.trial from the last place."""
    desk.trial[:] = desk.q
    for i in range(N_LOAD):
        goal = course.target[s, i] if s >= 0 else 0.0
        desk.load[i] = goal if fraction == 1.0 else desk.before[i] + fraction * (goal - desk.before[i])
    for a in range(3):
        desk.held[a] = course.held[a] if s >= 0 else 0
        if desk.held[a] == 1:
            desk.trial[0, a] = record.rest[0, a] + desk.load[HELD + a]


@inner
def remember(desk: Desk, record: Record) -> None:
    """Note where the run is."""
    record.last_load[:] = desk.load
    record.last_q[:] = desk.trial
    record.last_stiffness[:] = desk.stiffness


@inner
def write_step(s: int, desk: Desk, record: Record) -> None:
    """Note a target that balances; -1 is rest."""
    if s < 0:
        record.rest[:] = desk.q
        record.rest_stiffness[:] = desk.stiffness
        return
    record.q[s] = desk.q
    record.stiffness[s] = desk.stiffness
    record.reaction[s] = desk.reaction
    record.residual[s] = size_of(desk.g)
    record.reached[0] = s + 1


@kernel
def solve_specimen(tissue: Tissue, chain: Chain, course: Course, desk: Desk, record: Record) -> int:
    """Find rest, then every target of the course; returns a status code (`kernels.status`).

    A target is approached in parts: halved when a part does not balance, jumps or ends unstable, doubled when it is
    well. UNSTABLE: the tangent lost positive definiteness within PRECISION of the last stable load.
    """
    desk.load[:] = 0.0
    desk.q[:] = 0.0
    part = 1.0
    for s in range(-1, course.target.shape[0]):
        desk.before[:] = desk.load
        done = 0.0
        while done < 1.0:
            fraction = min(1.0, done + part)
            aim(course, s, fraction, desk, record)
            balanced = balance(tissue, chain, desk, record)
            balanced = balanced and (s < 0 or turned(desk.trial, desk.q) <= FARTHEST)
            if balanced and is_stable(desk.stiffness, desk.lu):
                desk.q[:] = desk.trial
                remember(desk, record)
                done, part = fraction, min(1.0, 2.0 * part)
                continue
            smallest = s < 0 or fraction - done <= SMALLEST
            if balanced and (smallest or gap(desk.load, record.last_load) <= PRECISION):
                remember(desk, record)
                return UNSTABLE
            if smallest:
                return NOT_CONVERGED
            part = 0.5 * (fraction - done)
        write_step(s, desk, record)
    return CONVERGED
