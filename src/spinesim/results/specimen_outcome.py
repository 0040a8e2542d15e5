"""How a specimen's course ended: converged, buckled, torn or given up, each with its sentence."""

from __future__ import annotations

import math

import numpy as np

from spinesim.assembly import SpecimenAssembly
from spinesim.kernels.specimen_tables import COMPRESSION, FOLLOWER, HELD, MOMENT, SHEAR, Record
from spinesim.kernels.status import CONVERGED, NOT_CONVERGED, UNSTABLE
from spinesim.kernels.tables import Floats, Ints
from spinesim.results.outcome import TURNS
from spinesim.variables import specimen_dimensions

NEARLY = 0.1  # of the eigenvalue at rest: below it a course that cannot go on is at its limit load


def condensed(stiffness: Floats) -> Floats:
    """Return tangents (..., 3 n, 3 n) of the rotations, N m/rad, with the translations condensed out."""
    n = stiffness.shape[-1] // 6
    parts = stiffness.reshape(*stiffness.shape[:-2], n, 2, 3, n, 2, 3)

    def part(row: int, column: int) -> Floats:
        return parts[..., :, row, :, :, column, :].reshape(*stiffness.shape[:-2], 3 * n, 3 * n)

    return part(0, 0) - part(0, 1) @ np.linalg.solve(part(1, 1), part(1, 0))


def smallest_eigenvalues(stiffness: Floats, held: Ints) -> Floats:
    """Return the smallest real part of the eigenvalues of the rotations, N m/rad, of tangents (step, 6 n, 6 n).

    Below zero a place cannot hold itself. What a machine holds is left out; NaN where there is no tangent.
    """
    found = np.full(len(stiffness), math.nan)
    known = ~np.isnan(stiffness[:, 0, 0])
    n = stiffness.shape[-1] // 2
    free = [i for i in range(n) if i >= 3 or held[i] == 0]
    if free and known.any():
        rotations = condensed(stiffness[known])[:, free][:, :, free]
        found[known] = np.linalg.eigvals(rotations).real.min(axis=-1)
    return found


def final_status(record: Record, code: int, held: Ints) -> int:
    """Return the kernel's code, or UNSTABLE where a course stopped because its tangent was about to vanish: a limit
    load, beyond which there is no balance nearby.
    """
    if code != NOT_CONVERGED or np.isnan(record.last_stiffness).any():
        return code
    last, rest = smallest_eigenvalues(np.stack([record.last_stiffness, record.rest_stiffness]), held)
    return UNSTABLE if last < NEARLY * rest else code


def load_words(load: Floats) -> str:
    """Return a load vector in words, such as "7.5 N m of flexion and 500 N of follower load"."""
    turns = (-load[MOMENT + 2], load[MOMENT], load[MOMENT + 1])
    parts = [f"{abs(v):.3g} N m of {TURNS[i][int(v < 0.0)]}" for i, v in enumerate(turns) if v != 0.0]
    forces = (
        (load[COMPRESSION], ("compression", "tension")),
        (load[SHEAR], ("anterior shear", "posterior shear")),
        (load[SHEAR + 1], ("right shear", "left shear")),
        (load[FOLLOWER], ("follower load", "")),
    )
    parts += [f"{abs(v):.4g} N of {names[int(v < 0.0)]}" for v, names in forces if v != 0.0]
    held = (-load[HELD + 2], load[HELD], load[HELD + 1])
    parts += [
        f"{math.degrees(abs(v)):.3g} deg of {TURNS[i][int(v < 0.0)]} held" for i, v in enumerate(held) if v != 0.0
    ]
    slid = ((load[HELD + 3], ("forwards", "backwards")), (load[HELD + 5], ("to the right", "to the left")))
    parts += [f"{1000.0 * abs(v):.3g} mm {names[int(v < 0.0)]} held" for v, names in slid if v != 0.0]
    return " and ".join(parts) or "no load"


def specimen_message(assembly: SpecimenAssembly, record: Record, status: int) -> str:
    """Return the sentence of a status."""
    if status == CONVERGED:
        return "converged: all forces and moments balance at every step"
    if np.isnan(record.last_load).any():
        return "not converged: the unloaded specimen finds no balance"
    reached, steps = int(record.reached[0]), len(assembly.course.target)
    kept = f"{reached} of {steps} steps are kept" if reached else "no step is kept"
    where = load_words(record.last_load)
    if status == UNSTABLE:
        return f"unstable: the specimen buckles at {where}, {_direction(assembly, record.last_stiffness)}; {kept}"
    return (
        f"not converged: beyond {where}, on the way to step {reached}, no balance was found however small the "
        f"increase; {kept}"
    )


def _direction(assembly: SpecimenAssembly, stiffness: Floats) -> str:
    """Return where and in which sense the softest motion turns."""
    values, vectors = np.linalg.eig(condensed(stiffness))
    turns = np.abs(vectors[:, np.argmin(np.real(values))]).reshape(-1, 3)
    level, axis = np.unravel_index(np.argmax(turns), turns.shape)
    sense = ("lateral bending", "axial rotation", "flexion-extension")[axis]
    return f"in {sense}, most at {assembly.levels[level]}"


def torn(assembly: SpecimenAssembly, share: Floats) -> list[str]:
    """Return for each ligament and level that passes its failure strain the load at which it is first past it."""
    found = []
    names = specimen_dimensions()["ligament"].labels or ()
    for j, level in enumerate(assembly.levels):
        for i, ligament in enumerate(names):
            past = np.flatnonzero(share[:, j, i] > 1.0)
            if past.size:
                found.append(
                    (int(past[0]), f"{ligament} at {level} is past its failure strain at {_at(assembly, past[0])}")
                )
    return [sentence for _, sentence in sorted(found)]


def _at(assembly: SpecimenAssembly, step: int) -> str:
    return f"{load_words(assembly.course.target[step])} (step {step})"
