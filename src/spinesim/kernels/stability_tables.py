"""What the tangent of the trunk reads, writes and says: SI throughout, float64, C-contiguous."""

import math
from typing import NamedTuple

import numpy as np

from spinesim.kernels.tables import N_LEVEL, Floats, Person


class Margin(NamedTuple):
    """How far a posture is from giving way; NaN where it was not assessed."""

    eigenvalue: float  # N m/rad                smallest of the rotations, translations condensed out
    critical: float  # 1                        least muscle stiffness q that keeps the posture
    mode: Floats  # (level, 3) 1                turns of the smallest eigenvalue in mid frames, the largest one 1


NOT_ASSESSED = Margin(math.nan, math.nan, np.full((N_LEVEL, 3), math.nan))


class Desk(NamedTuple):
    """Scratch and outputs of the tangent; a block answers a twist (v, w) with a change of wrench (force, moment)."""

    turn: Floats  # (3, 3, 3)                   scratch matrices
    mid_turn: Floats  # (level, 3, 3) 1         turn of the mid frame per turn of the level, global
    by_turn: Floats  # (level, 3, 3) 1          rate of the rotation vector per turn of the level, global
    tissue_f: Floats  # (3, level, 3) N/rad     passive force by rotation vector (z, x, y), mid frame
    tissue_m: Floats  # (3, level, 3) N m/rad   passive moment by rotation vector, mid frame
    twist: Floats  # (level, 6, 6)              twist of all above the level by its coordinates
    loads: Floats  # (level, 6, 6)              of the loads on all above the level
    pair: Floats  # (body, body, 6, 6)          of the segments between two bodies, the lower one held
    pair_wrench: Floats  # (body, body, 6)      of the same segments on the upper body
    wall: Floats  # (body, 9, 9)                of segments from the wall to a body; third group: the wall's turn
    wall_turn: Floats  # (3, 3) 1               turn of the wall per turn of the thorax, global
    block: Floats  # (6, 6)
    total: Floats  # (48,) N and N m            sum of all lines' wrenches
    arms: Floats  # (fascicle, 36) (N/m)^1/2 m  dL/dq times the root of force per length
    stiffness: Floats  # (36, 36)               -d(balance)/d(coordinates), a coordinate a column


def make_desk(person: Person) -> Desk:
    """Allocate the arrays of one tangent."""
    z = np.zeros
    return Desk(
        z((3, 3, 3)), z((6, 3, 3)), z((6, 3, 3)), z((3, 6, 3)), z((3, 6, 3)),
        z((6, 6, 6)), z((6, 6, 6)), z((7, 7, 6, 6)),
        z((7, 7, 6)), z((7, 9, 9)), z((3, 3)), z((6, 6)), z(48), z((person.lines.n_fascicle, 36)), z((36, 36)),
    )  # fmt: skip
