"""Where the bodies of a specimen are at given coordinates, in plain numpy over all steps at once."""

from __future__ import annotations

import numpy as np

from spinesim.assembly import SpecimenAssembly
from spinesim.kernels.specimen_tables import Chain
from spinesim.kernels.tables import Floats

SMALL = 1e-6  # rad


def rotations(vectors: Floats) -> Floats:
    """Return the matrices (..., 3, 3) of rotation vectors (..., 3)."""
    x, y, z = np.moveaxis(vectors, -1, 0)
    zero = np.zeros_like(x)
    cross = np.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(*x.shape, 3, 3)
    square = x * x + y * y + z * z
    angle = np.sqrt(square)
    small = angle < SMALL
    safe = np.where(small, 1.0, angle)
    sine = np.where(small, 1.0 - square / 6.0, np.sin(safe) / safe)
    cosine = np.where(small, 0.5 - square / 24.0, (1.0 - np.cos(safe)) / safe**2)
    return np.eye(3) + sine[..., None, None] * cross + cosine[..., None, None] * (cross @ cross)


def rotation_vectors(matrices: Floats) -> Floats:
    """Return the rotation vectors (..., 3) of matrices whose angle is below pi."""
    r = matrices
    twice = np.stack([r[..., 2, 1] - r[..., 1, 2], r[..., 0, 2] - r[..., 2, 0], r[..., 1, 0] - r[..., 0, 1]], axis=-1)
    size = np.linalg.norm(twice, axis=-1)
    angle = np.arctan2(size, np.trace(r, axis1=-2, axis2=-1) - 1.0)
    factor = np.where(size < SMALL * SMALL, 0.5, angle / np.where(size < SMALL * SMALL, 1.0, size))
    return factor[..., None] * twice


def top_place(chain: Chain, q: Floats) -> tuple[Floats, Floats]:
    """Return orientation (step, 3, 3) and lower disc centre (step, 3), m, of the top body; the held body is at 0."""
    steps, n = q.shape[:2]
    half = rotations(0.5 * q[..., :3])
    r = np.broadcast_to(chain.held_rotation, (steps, 3, 3))
    origin, anchor = np.zeros((steps, 3)), np.zeros((steps, 3))
    for j in range(n - 1, -1, -1):
        mid = r @ chain.disc_in_lower[j] @ half[:, j]
        anchor = origin + r @ chain.lower_anchor[j] + (mid @ q[:, j, 3:, None])[..., 0]
        r = mid @ half[:, j] @ chain.upper_in_disc[j]
        origin = anchor - r @ chain.upper_anchor[j]
    return r, anchor


def level_turns(q: Floats, rest: Floats) -> Floats:
    """Return the rotation of each level from rest (step, level, 3), rad, disc axes."""
    return rotation_vectors(rotations(q[..., :3]) @ np.swapaxes(rotations(rest[:, :3]), -1, -2))


def specimen_motion(assembly: SpecimenAssembly, q: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Return rotation (step, 3), rad, and translation (step, 3), m, of the top body from rest, axes fixed in space."""
    turn, place = top_place(assembly.chain, q)
    turn0, place0 = top_place(assembly.chain, rest[None])
    return rotation_vectors(turn @ np.swapaxes(turn0, -1, -2)), place - place0
