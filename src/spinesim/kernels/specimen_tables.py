"""Every array of forward mode: tissue and chain of a specimen, its loads, scratch and record. SI, C-contiguous.

A specimen has n levels from cranial to caudal. Body i lies above level i; body n is the lowest and is held.
Coordinates q (level, 6): rotation vector in the disc frame (rad), then translation in the mid frame (m).
"""

from typing import NamedTuple

import numpy as np

from spinesim.kernels.tables import Discs, Floats, Ints

# What a load vector holds.
MOMENT, COMPRESSION, SHEAR, WEIGHT, FOLLOWER, HELD = 0, 3, 4, 6, 7, 8
N_LOAD = 14


class Tissue(NamedTuple):
    """Discs, strands and facets of the specimen's levels; points in the disc frame from their anchors."""

    discs: Discs  # n levels
    strand_first: Ints  # (level + 1,)          first strand of each level
    strand_level: Ints  # (strand,)
    strand_upper: Floats  # (strand, 3) m
    strand_lower: Floats  # (strand, 3) m
    strand_stiffness: Floats  # (strand,) N/m     0: cut away
    strand_slack: Floats  # (strand,) m
    strand_toe: Floats  # (strand,) m
    facet_points: Floats  # (facet, point, 3) m   facet 2 level + side
    facet_axis_point: Floats  # (facet, 3) m
    facet_axis: Floats  # (facet, 3) 1
    facet_inward: Floats  # (facet, 3) 1
    facet_radius: Floats  # (facet,) m
    facet_point_area: Floats  # (facet,) m^2      0: cut away
    contact: Floats  # (3,)                       stiffness Pa/m, thickness m, toe m
    tip: Floats  # (facet, 3) m
    lamina: Floats  # (facet,) m                  height in the disc frame, from the lower anchor
    tip_stiffness: Floats  # (facet,) N/m         0: cut away
    tip_toe: float  # m
    tip_area: float  # m^2


class Chain(NamedTuple):
    """Where the bodies are joined and where loads act on them."""

    held_rotation: Floats  # (3, 3)               axes of the held body, global
    lower_anchor: Floats  # (level, 3) m
    upper_anchor: Floats  # (level, 3) m
    disc_in_lower: Floats  # (level, 3, 3)
    upper_in_disc: Floats  # (level, 3, 3)
    force_body: Ints  # (force,)
    force_point: Floats  # (force, 3) m           in the body's frame
    force_direction: Floats  # (force, 3)         global force per unit of its load
    force_load: Ints  # (force,)                  its place in the load vector
    cable: Floats  # (body, 3) m                  where the follower load's cable passes each body, its frame


class Course(NamedTuple):
    """What is done, step by step."""

    target: Floats  # (step, N_LOAD)              N m (3: x, y, z), N (3), 1, N; held: rad (3), m (3)
    held: Ints  # (6,)                            1: this coordinate of the only level is imposed


class LevelDesk(NamedTuple):
    """Scratch of the tissues, mid frames; written by `level_wrench`."""

    f: Floats  # (level, 3) N                     on the upper body
    m: Floats  # (level, 3) N m                   about the upper anchor
    k: Floats  # (level, 3, 3)
    c: Floats  # (level, 3, 3)
    aka: Floats  # (level, 3, 3)                  of no use here
    af: Floats  # (level, 3, 3)
    direct: Floats  # (3, 3)
    arm: Floats  # (3, 3)
    strand_u: Floats  # (strand, 3) m
    strand_l: Floats  # (strand, 3) m
    facet_p: Floats  # (facet, point, 3) m
    facet_o: Floats  # (facet, 3) m
    facet_a: Floats  # (facet, 3)
    facet_n: Floats  # (facet, 3)
    facet_tip: Floats  # (facet, 3) m
    facet_up: Floats  # (facet, 3)                normal of the lamina
    u: Floats  # (level, 3) m


class ChainDesk(NamedTuple):
    """Scratch of the bodies and their loads, global axes; written by `place` and `gather`."""

    r: Floats  # (body, 3, 3)
    mid: Floats  # (level, 3, 3)
    o: Floats  # (body, 3) m
    a_up: Floats  # (level, 3) m
    turn: Floats  # (2, 3, 3)
    force: Floats  # (body, 3) N
    moment: Floats  # (body, 3) N m               about the body's origin


class Balance(NamedTuple):
    """The equations at one place."""

    inside: Floats  # (6 n,)                      generalised forces of the tissues
    outside: Floats  # (6 n,)                     generalised forces of the loads
    moved: Floats  # (6 n,)                       one of both, a coordinate moved
    g: Floats  # (6 n,)                           evaluate: out of balance
    stiffness: Floats  # (6 n, 6 n)               evaluate: -dg/dq
    reaction: Floats  # (6,) N m, N               hold
    lu: Floats  # (6 n, 6 n)
    step: Floats  # (6 n,)
    q: Floats  # (level, 6)                       the last place that balances
    trial: Floats  # (level, 6)
    start: Floats  # (level, 6)
    load: Floats  # (N_LOAD,)
    before: Floats  # (N_LOAD,)
    held: Ints  # (6,)                            what is held now: nothing at rest


class Record(NamedTuple):
    """What a run leaves."""

    rest: Floats  # (level, 6)                    unloaded
    rest_stiffness: Floats  # (6 n, 6 n)
    q: Floats  # (step, level, 6)
    stiffness: Floats  # (step, 6 n, 6 n)
    reaction: Floats  # (step, 6) N m, N          generalised forces of what is held
    residual: Floats  # (step,)                   largest imbalance, N m (forces at LENGTH)
    reached: Ints  # (2,)                         steps that balance; Newton steps in all
    last_load: Floats  # (N_LOAD,)                where the run ended early
    last_q: Floats  # (level, 6)
    last_stiffness: Floats  # (6 n, 6 n)


def make_level_desk(tissue: Tissue) -> LevelDesk:
    """Allocate the scratch of the tissues."""
    n, strands, points = tissue.strand_first.size - 1, tissue.strand_level.size, tissue.facet_points.shape[1]
    z = np.zeros
    return LevelDesk(
        f=z((n, 3)), m=z((n, 3)), k=z((n, 3, 3)), c=z((n, 3, 3)), aka=z((n, 3, 3)), af=z((n, 3, 3)),
        direct=z((3, 3)), arm=z((3, 3)),
        strand_u=z((strands, 3)), strand_l=z((strands, 3)), facet_p=z((2 * n, points, 3)), facet_o=z((2 * n, 3)),
        facet_a=z((2 * n, 3)), facet_n=z((2 * n, 3)),
        facet_tip=z((2 * n, 3)), facet_up=z((2 * n, 3)), u=z((n, 3)),
    )  # fmt: skip


def make_chain_desk(n: int) -> ChainDesk:
    """Allocate the scratch of n levels and their bodies."""
    z = np.zeros
    return ChainDesk(
        r=z((n + 1, 3, 3)), mid=z((n, 3, 3)), o=z((n + 1, 3)), a_up=z((n, 3)), turn=z((2, 3, 3)),
        force=z((n + 1, 3)), moment=z((n + 1, 3)),
    )  # fmt: skip


def make_balance(n: int) -> Balance:
    """Allocate the equations of n levels."""
    z, n6 = np.zeros, 6 * n
    return Balance(
        inside=z(n6), outside=z(n6), moved=z(n6), g=z(n6), stiffness=z((n6, n6)), reaction=z(6), lu=z((n6, n6)),
        step=z(n6), q=z((n, 6)), trial=z((n, 6)), start=z((n, 6)), load=z(N_LOAD), before=z(N_LOAD),
        held=z(6, dtype=np.int64),
    )  # fmt: skip


def make_record(levels: int, steps: int) -> Record:
    """Allocate the record of a run; what is not reached stays NaN."""
    n6 = 6 * levels

    def none(*shape: int) -> Floats:
        return np.full(shape, np.nan)

    return Record(
        none(levels, 6), none(n6, n6), none(steps, levels, 6), none(steps, n6, n6), none(steps, 6), none(steps),
        np.zeros(2, dtype=np.int64), none(N_LOAD), none(levels, 6), none(n6, n6),
    )  # fmt: skip
