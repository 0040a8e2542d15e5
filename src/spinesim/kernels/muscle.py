"""Fascicles and fascia bands: isometric Hill law with rigid tendon."""

import math

from spinesim.kernels import ligament
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import PASSIVE_EXPONENTIAL, PASSIVE_FASCIA, PASSIVE_TOE, Floats, Lines, Pulls

SHORTEST_FIBRE = 0.05  # optimal lengths


@kernel
def active_force_length(fibre: float, width: float) -> float:
    """Return the share of maximal force at a fibre length in optimal lengths: exp(-(l - 1)^2 / width) (Thelen 2003).

    The exponential is the 64th power of a series, to rounding: loops over it vectorise, calls of `exp` do not.
    """
    y = max(-((fibre - 1.0) ** 2) / (64.0 * width), -0.5)
    e = 1.0 + y / 8.0
    for n in (7.0, 6.0, 5.0, 4.0, 3.0, 2.0, 1.0):
        e = 1.0 + y / n * e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return e * e


@kernel
def passive_exponential(fibre: float, strain: float, shape: float, toe: float) -> float:
    """Return passive force in maximal forces: one at `strain` (Thelen 2003), its tangent beyond.

    Up to `toe` past the optimal length it is the parabola that meets the exponential there in value and slope: fibres
    come taut one after the other, and the law has no corner.
    """
    x = (fibre - 1.0) / strain
    scale = math.expm1(shape)
    if x >= 1.0:
        return 1.0 + shape * (scale + 1.0) / scale * (x - 1.0)
    end = toe / strain
    if x >= end:
        return math.expm1(shape * x) / scale
    if x <= -end:
        return 0.0  # the parabola begins between, for the exponential is convex
    rise = math.expm1(shape * end)
    taut = 1.0 + 0.5 * shape * (rise + 1.0) / rise * (x - end)
    return rise / scale * taut * taut if taut > 0.0 else 0.0


@kernel
def line_forces(lines: Lines, fascia_scale: Floats, pulls: Pulls) -> None:
    """Update pulls.gain (N at full activation) and pulls.passive (N) given pulls.length."""
    lengths, gain, passive = pulls.length, pulls.gain, pulls.passive
    optimal, tendon, pennation, f_max = lines.optimal, lines.tendon, lines.cos_pennation, lines.f_max
    width = lines.force_length_width
    for i in range(lines.n_fascicle):
        fibre = max((lengths[i] - tendon[i]) / (optimal[i] * pennation[i]), SHORTEST_FIBRE)
        gain[i] = f_max[i] * pennation[i] * active_force_length(fibre, width)
    for i in range(f_max.size):
        kind, most, slack = lines.passive_kind[i], f_max[i], tendon[i]
        if kind == PASSIVE_FASCIA:
            tension, _ = ligament.strand_tension(lengths[i] - slack, most, optimal[i])
            passive[i] = fascia_scale[i - lines.n_fascicle] * tension
            continue
        cosine = pennation[i]
        fibre = max((lengths[i] - slack) / (optimal[i] * cosine), SHORTEST_FIBRE)
        force = 0.0
        if kind == PASSIVE_EXPONENTIAL:
            force = most * passive_exponential(fibre, lines.passive[i, 0], lines.passive[i, 1], lines.passive[i, 2])
        elif kind == PASSIVE_TOE:
            force, _ = ligament.strand_tension(fibre - lines.passive[i, 1], lines.passive[i, 0], lines.passive[i, 2])
        else:
            gain[i] = most
        passive[i] = cosine * force
