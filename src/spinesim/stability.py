"""Does the posture hold itself? The smallest eigenvalue of the tangent and the muscle stiffness it takes."""

from __future__ import annotations

import copy

import numpy as np

from spinesim.assembly import Assembly
from spinesim.kernels.stability import tangent
from spinesim.kernels.tables import Floats, State, Work

MOST = 1e4  # the largest muscle stiffness coefficient that is looked at


def assess(assembly: Assembly, state: State, work: Work) -> tuple[float, float]:
    """Return the smallest rotational eigenvalue (N m/rad) and the critical muscle stiffness q (1) of a solved posture.

    Disc translations are condensed out; muscles have the short-range stiffness q F / L (Bergmark 1989), with the
    model's q
    for the eigenvalue. The critical q is the least that keeps the posture upright: 0 when the passive spine does it
    alone,
    infinite when no muscle stiffness does. The pelvis is held.
    """
    passive, muscles = np.zeros((36, 36)), np.zeros((36, 36))
    own = state._replace(u=state.u.copy())
    task = assembly.task._replace(level=assembly.task.level.copy())
    turned, offsets = work.frames.r.copy(), work.forces.offset.copy()
    tangent(assembly.person, task, own, copy_of(work), turned, offsets, np.zeros(36), passive, muscles)
    passive = 0.5 * (passive + passive.T)
    q = assembly.model.recruitment.short_range_stiffness
    return _smallest(passive + q * muscles), critical(passive, muscles)


def copy_of(work: Work) -> Work:
    """Return scratch of its own, so that what results are read from stays as it was."""
    return copy.deepcopy(work)


def _smallest(k: Floats) -> float:
    """Return the smallest eigenvalue of the rotations with the translations condensed out; -inf when these give way
    first.
    """
    rotation, mixed, translation = k[:18, :18], k[:18, 18:], k[18:, 18:]
    if np.linalg.eigvalsh(translation)[0] <= 0.0:
        return -np.inf
    return float(np.linalg.eigvalsh(rotation - mixed @ np.linalg.solve(translation, mixed.T))[0])


def critical(passive: Floats, muscles: Floats) -> float:
    """Return the least q at which passive + q muscles has no negative eigenvalue, by bisection."""
    if _smallest(passive) >= 0.0:
        return 0.0
    low, high = 0.0, 1.0
    while _smallest(passive + high * muscles) < 0.0:
        low, high = high, 2.0 * high
        if high > MOST:
            return np.inf
    for _ in range(40):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _smallest(passive + middle * muscles) < 0.0 else (low, middle)
    return high
