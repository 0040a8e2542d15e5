"""Does the posture hold itself? The smallest eigenvalue of the tangent, how it would give way, and the muscle stiffness
it takes.
"""

from __future__ import annotations

import numpy as np

from spinesim.assembly import Assembly
from spinesim.kernels.stability import tangent
from spinesim.kernels.stability_tables import NOT_ASSESSED, Desk, Margin, make_desk
from spinesim.kernels.tables import Floats, Person, State, Work

MOST = 4096.0  # the largest muscle stiffness coefficient that is looked at
_FURTHER = 8.0  # from one coefficient that is looked at to the next


def assess(assembly: Assembly, state: State, work: Work) -> Margin:
    """Return the margin of stability of a solved posture.

    Disc translations are condensed out; muscles have the short-range stiffness q F / L (Bergmark 1989), with the
    model's q for the eigenvalue and its mode. The critical q is the least that keeps the posture upright: 0 when the
    passive spine does it alone, infinite when no muscle stiffness does. The pelvis is held; abdominal pressure and
    supports count as forces that do not follow. The symmetric part of the tangent is judged: mixed terms of turn and
    shift are not symmetric by the force through the level, which moves the eigenvalue by less than 1 %.
    """
    desk = stiffness(assembly.person, state.u, work)
    passive = 0.5 * (desk.stiffness + desk.stiffness.T)
    muscles = desk.arms.T @ desk.arms
    q = assembly.model.recruitment.short_range_stiffness
    try:
        eigenvalue, mode = _weakest(passive + q * muscles)
        return Margin(eigenvalue, critical(passive, muscles), _in_mid_frames(mode, work.frames.mid))
    except np.linalg.LinAlgError:  # numbers beyond what floats hold: only a strange model has them
        return NOT_ASSESSED


def stiffness(person: Person, u: Floats, work: Work) -> Desk:
    """Return the tangent at disc translations u (level, 3) m; `work` is that of the solve."""
    desk = make_desk(person)
    tangent(
        person.skeleton.abdomen_share, person.lines, person.discs, u, work.frames, work.forces, work.tissue, work.pulls,
        desk,
    )  # fmt: skip
    return desk


def _weakest(k: Floats) -> tuple[float, Floats]:
    """Return the smallest eigenvalue of the rotations, translations condensed out, and its vector (18,).

    -inf and NaN when translations give way first.
    """
    rotation, mixed, translation = k[:18, :18], k[:18, 18:], k[18:, 18:]
    if not _is_stable(translation):
        return -np.inf, np.full(18, np.nan)
    values, vectors = np.linalg.eigh(rotation - mixed @ np.linalg.solve(translation, mixed.T))
    return float(values[0]), vectors[:, 0]


def _is_stable(k: Floats) -> bool:
    """Tell whether a symmetric stiffness has positive eigenvalues alone."""
    try:
        np.linalg.cholesky(k)
    except np.linalg.LinAlgError:
        return False
    return True


def _in_mid_frames(mode: Floats, mid: Floats) -> Floats:
    """Return the turns (level, 3) in each level's mid frame, the largest one 1."""
    turns = np.einsum("jki,jk->ji", mid, mode.reshape(6, 3))
    return turns / turns.flat[np.abs(turns).argmax()]


def critical(passive: Floats, muscles: Floats) -> float:
    """Return the least q at which passive + q muscles has no negative eigenvalue.

    With S = passive + s muscles stable, that is s - 1 / m, m the largest eigenvalue of muscles against S.
    """
    if _is_stable(passive):
        return 0.0
    s = 1.0
    while not _is_stable(passive + s * muscles):
        s *= _FURTHER
        if s > MOST:
            return np.inf
    lower = np.linalg.cholesky(passive + s * muscles)
    against = np.linalg.solve(lower, np.linalg.solve(lower, muscles).T)
    return s - 1.0 / float(np.linalg.eigvalsh(against)[-1])
