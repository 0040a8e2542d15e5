"""The shape in which a person's spine is free of stress: that of lying, which standing bends level by level.

Tissue is measured on specimens, which nothing loads; people's bones are given as they stand. So a person has a
specimen's tissue on bones that standing has turned by the model's `upright_curve`. Level rotations of a person are
counted from the lying shape: in neutral standing they are the curve, not nothing.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from spinesim.assembly.person import about_z
from spinesim.kernels.tables import Facets, Floats, Person, Skeleton, Strands
from spinesim.model import Model


def upright_turns(model: Model) -> Floats:
    """Return the level rotations (level, 3) rad of neutral standing, disc frames, from the lying shape."""
    return np.array([[0.0, 0.0, angle] for angle in model.upright_curve])


def sagittal_levels(model: Model, shares: tuple[float, ...], flexion: float, held: bool) -> tuple[Floats, Floats]:
    """Return how the levels turn back, from the lying shape: (level,) rad = first - second (level,) 1 x flexion.

    `shares` (6) are those of specimens, which begin in their own rest; `flexion` (rad) is from standing. Who lies or
    leans on something (`held`) has the lying shape, turned as specimens share it. Upright the spine begins in the curve
    of standing, which fades evenly until in full flexion the levels stand as specimens share the whole turn.
    """
    curve, own = np.array(model.upright_curve), np.array(shares)
    even = own * curve.sum()
    if held or flexion > model.curve_fades:
        return even, own
    if flexion < 0.0:
        return curve, own
    return curve, own + (curve - even) / model.curve_fades


def on_standing_bones(model: Model, person: Person) -> Person:
    """Return a person whose tissue, as built for specimens, sits on bones that are as given in neutral standing.

    Each disc's frame lies midway between its bones, so that either bone turns by half of the level's curve.
    """
    turns = _half_turns(model.upright_curve)
    return person._replace(
        skeleton=_skeleton(person.skeleton, turns), strands=_strands(person.strands, person.skeleton, turns),
        facets=_facets(person.facets, turns),
    )  # fmt: skip


@lru_cache(maxsize=8)
def _half_turns(curve: tuple[float, ...]) -> Floats:
    """Return the rotation matrices (level, 3, 3) of half of each level's curve."""
    return np.array([about_z(0.5 * angle) for angle in curve])


def _skeleton(skeleton: Skeleton, turns: Floats) -> Skeleton:
    """Return the skeleton whose bones stand as before when its levels are turned by the curve."""
    back = turns.transpose(0, 2, 1)
    return skeleton._replace(
        disc_in_lower=np.ascontiguousarray(skeleton.disc_in_lower @ back),
        upper_in_disc=np.ascontiguousarray(back @ skeleton.upper_in_disc),
    )


def _strands(strands: Strands, skeleton: Skeleton, turns: Floats) -> Strands:
    """Return the strands with ends that lie to the disc's frame as they did; all turns are about z and commute."""
    j = strands.level
    upper, lower = skeleton.upper_anchor[j], skeleton.lower_anchor[j]
    return strands._replace(
        upper=np.ascontiguousarray(upper + np.einsum("nab,nb->na", turns[j], strands.upper - upper)),
        lower=np.ascontiguousarray(lower + np.einsum("nba,nb->na", turns[j], strands.lower - lower)),
    )


def _facets(facets: Facets, turns: Floats) -> Facets:
    """Return the joints with upper surfaces that lie to the disc's frame as they did; the lower ones are given in it.

    Theirs are places from the upper anchor, in the upper body's frame.
    """
    both = np.repeat(turns, 2, axis=0)
    return facets._replace(
        points=np.ascontiguousarray(np.einsum("fab,fnb->fna", both, facets.points)),
        tip=np.ascontiguousarray(np.einsum("fab,fb->fa", both, facets.tip)),
    )
