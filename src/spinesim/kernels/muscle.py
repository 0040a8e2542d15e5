"""Fascicles: isometric Hill law with rigid tendon, and the lines of pull over the moving bodies."""

import math

from spinesim.kernels import ligament, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import (
    ABDOMEN,
    N_LEVEL,
    PASSIVE_EXPONENTIAL,
    PASSIVE_FASCIA,
    PASSIVE_TOE,
    PELVIS,
    THORAX,
    Floats,
    Ints,
    Lines,
    Pulls,
)

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
def prepare_lines(lines: Lines, r: Floats, pulls: Pulls) -> None:
    """Update pulls.seg_a, pulls.seg_b (segment, 3) given the body orientations r (body, 3, 3)."""
    _turn_points(lines.segment_a, lines.point_a, r, pulls.seg_a)
    _turn_points(lines.segment_b, lines.point_b, r, pulls.seg_b)


@kernel
def _turn_points(body: Ints, point: Floats, r: Floats, out: Floats) -> None:
    for i in range(body.size):
        x, y, z = vec3.rotate_at(r, body[i], point[i, 0], point[i, 1], point[i, 2])
        out[i, 0], out[i, 1], out[i, 2] = x, y, z


@kernel
def line_geometry(lines: Lines, share: float, o: Floats, pulls: Pulls) -> None:
    """Update pulls.length and pulls.wrench given body origins; `share` of rotation is the wall's."""
    length, wrench = pulls.length, pulls.wrench
    for i in range(length.size):
        length[i] = lines.fixed_length[i]
        if lines.shared[i] != 0.0:
            for row in range(wrench.shape[0]):
                wrench[row, i] = 0.0
    _walk_segments(
        lines.segment_line, lines.segment_a, lines.segment_b, lines.shared, o, pulls.seg_a, pulls.seg_b, share, length,
        wrench,
    )  # fmt: skip


@kernel
def _walk_segments(
    lines: Ints, low: Ints, high: Ints, shared: Floats, o: Floats, seg_a: Floats, seg_b: Floats, share: float,
    lengths: Floats, wrench: Floats,
) -> None:  # fmt: skip
    """Add each segment's length to its line and write its unit tension to the levels and hips it crosses."""
    for i in range(lines.size):
        line, a, b, keep = lines[i], low[i], high[i], float(shared[lines[i]])
        px, py, pz = o[b, 0] + seg_b[i, 0], o[b, 1] + seg_b[i, 1], o[b, 2] + seg_b[i, 2]
        qx, qy, qz = o[a, 0] + seg_a[i, 0], o[a, 1] + seg_a[i, 1], o[a, 2] + seg_a[i, 2]
        x, y, z = px - qx, py - qy, pz - qz
        length = math.sqrt(x * x + y * y + z * z)
        lengths[line] += length
        over = 1.0 / length
        x, y, z = over * x, over * y, over * z
        if a > THORAX and a != ABDOMEN and b > THORAX:
            continue  # within one leg: it only lengthens with the knee
        if b <= THORAX and a <= THORAX:
            if b > a:
                cross_levels(wrench, line, keep, a, b, px, py, pz, -x, -y, -z)
            else:
                cross_levels(wrench, line, keep, b, a, qx, qy, qz, x, y, z)
        elif b == ABDOMEN:
            _wall_couple(wrench, o, share, line, px, py, pz, -x, -y, -z)
            if a > PELVIS:
                cross_levels(wrench, line, keep, PELVIS, a, qx, qy, qz, x, y, z)
        elif a == ABDOMEN:
            _wall_couple(wrench, o, share, line, qx, qy, qz, x, y, z)
            cross_levels(wrench, line, keep, PELVIS, b, px, py, pz, -x, -y, -z)
        else:
            _cross_hip(wrench, o, line, keep, a, px, py, pz, -x, -y, -z)


@kernel
def put_wrench(
    wrench: Floats, line: int, keep: float, c: int, x: float, y: float, z: float, mx: float, my: float, mz: float
) -> None:
    """Write a force and a moment to the six rows from c, on top of `keep` times what is there."""
    wrench[c, line] = keep * wrench[c, line] + x
    wrench[c + 1, line] = keep * wrench[c + 1, line] + y
    wrench[c + 2, line] = keep * wrench[c + 2, line] + z
    wrench[c + 3, line] = keep * wrench[c + 3, line] + mx
    wrench[c + 4, line] = keep * wrench[c + 4, line] + my
    wrench[c + 5, line] = keep * wrench[c + 5, line] + mz


@kernel
def cross_levels(
    wrench: Floats, line: int, keep: float, low: int, high: int,
    px: float, py: float, pz: float, x: float, y: float, z: float,
) -> None:  # fmt: skip
    """Write a unit force (x, y, z) at p on the upper body `high` to every level above body `low`."""
    mx, my, mz = vec3.cross(px, py, pz, x, y, z)
    for j in range(6 - high, 6 - low):
        put_wrench(wrench, line, keep, 6 * j, x, y, z, mx, my, mz)


@kernel
def _wall_couple(
    wrench: Floats, o: Floats, share: float, line: int, qx: float, qy: float, qz: float, x: float, y: float, z: float
) -> None:
    """Give the thorax its share of the couple of a force on the abdominal wall; the force itself rests on the
    pelvis.
    """
    mx, my, mz = vec3.cross(qx - o[ABDOMEN, 0], qy - o[ABDOMEN, 1], qz - o[ABDOMEN, 2], x, y, z)
    for j in range(N_LEVEL):
        c = 6 * j
        wrench[c + 3, line] += share * mx
        wrench[c + 4, line] += share * my
        wrench[c + 5, line] += share * mz


@kernel
def _cross_hip(
    wrench: Floats, o: Floats, line: int, keep: float, a: int,
    px: float, py: float, pz: float, x: float, y: float, z: float,
) -> None:  # fmt: skip
    """Write unit tension at p on the pelvis to the hip that body a (thigh or shank) hangs on."""
    side = (a - 7) % 2
    hip, c = 7 + side, 36 + 6 * side
    mx, my, mz = vec3.cross(px - o[hip, 0], py - o[hip, 1], pz - o[hip, 2], x, y, z)
    put_wrench(wrench, line, keep, c, x, y, z, mx, my, mz)


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
