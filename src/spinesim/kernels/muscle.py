"""Fascicles: isometric Hill law with rigid tendon, and the lines of pull over the moving bodies."""

import math

from spinesim.kernels import ligament, vec3
from spinesim.kernels.jit import inner, kernel
from spinesim.kernels.tables import (
    ABDOMEN,
    PASSIVE_EXPONENTIAL,
    PASSIVE_FASCIA,
    PASSIVE_TOE,
    PELVIS,
    THORAX,
    Floats,
    Ints,
    Lines,
    Skeleton,
    Work,
)

SHORTEST_FIBRE = 0.05  # optimal lengths


@kernel
def active_force_length(fibre: float, width: float) -> float:
    """Return the share of maximal force at a fibre length in optimal lengths: exp(-(l - 1)^2 / width) (Thelen 2003)."""
    return math.exp(-((fibre - 1.0) ** 2) / width)


@kernel
def passive_exponential(fibre: float, strain: float, shape: float) -> float:
    """Return passive force in maximal forces: one at `strain` (Thelen 2003), its tangent beyond."""
    x = (fibre - 1.0) / strain
    if x <= 0.0:
        return 0.0
    scale = math.expm1(shape)
    if x <= 1.0:
        return math.expm1(shape * x) / scale
    return 1.0 + shape * (scale + 1.0) / scale * (x - 1.0)


@inner
def prepare_lines(lines: Lines, work: Work) -> None:
    """Update work.seg_a, work.seg_b (segment, 3) given the body orientations."""
    for i in range(lines.segment_line.size):
        a, b = lines.segment_a[i], lines.segment_b[i]
        x, y, z = vec3.rotate(work.r[a], lines.point_a[i, 0], lines.point_a[i, 1], lines.point_a[i, 2])
        work.seg_a[i, 0], work.seg_a[i, 1], work.seg_a[i, 2] = x, y, z
        x, y, z = vec3.rotate(work.r[b], lines.point_b[i, 0], lines.point_b[i, 1], lines.point_b[i, 2])
        work.seg_b[i, 0], work.seg_b[i, 1], work.seg_b[i, 2] = x, y, z


@inner
def line_geometry(lines: Lines, skeleton: Skeleton, work: Work) -> None:
    """Update work.length, work.af, work.am, work.hf given the body positions."""
    work.af[:] = 0.0
    work.am[:] = 0.0
    work.hf[:] = 0.0
    work.length[:] = lines.fixed_length
    _walk_segments(
        lines.segment_line, lines.segment_a, lines.segment_b, work.o, work.seg_a, work.seg_b, work.a_up,
        skeleton.abdomen_share, work.length, work.af, work.am, work.hf,
    )  # fmt: skip


@kernel
def _walk_segments(
    lines: Ints, low: Ints, high: Ints, o: Floats, seg_a: Floats, seg_b: Floats, a_up: Floats, share: float,
    lengths: Floats, af: Floats, am: Floats, hf: Floats,
) -> None:  # fmt: skip
    """Add each segment's unit tension to the levels and hips it crosses."""
    for i in range(lines.size):
        line, a, b = lines[i], low[i], high[i]
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
                _cross_levels(af, am, a_up, line, a, b, px, py, pz, -x, -y, -z)
            else:
                _cross_levels(af, am, a_up, line, b, a, qx, qy, qz, x, y, z)
        elif b == ABDOMEN:
            _wall_couple(am, o, share, line, px, py, pz, -x, -y, -z)
            if a > PELVIS:
                _cross_levels(af, am, a_up, line, PELVIS, a, qx, qy, qz, x, y, z)
        elif a == ABDOMEN:
            _wall_couple(am, o, share, line, qx, qy, qz, x, y, z)
            _cross_levels(af, am, a_up, line, PELVIS, b, px, py, pz, -x, -y, -z)
        else:
            _cross_hip(am, hf, o, line, a, px, py, pz, -x, -y, -z)


@kernel
def _cross_levels(
    af: Floats, am: Floats, a_up: Floats, line: int, low: int, high: int,
    px: float, py: float, pz: float, x: float, y: float, z: float,
) -> None:  # fmt: skip
    """Add unit tension (x, y, z) at p on the upper body `high` to every level above body `low`."""
    for j in range(6 - high, 6 - low):
        row = 3 * j
        af[row, line] += x
        af[row + 1, line] += y
        af[row + 2, line] += z
        mx, my, mz = vec3.cross(px - a_up[j, 0], py - a_up[j, 1], pz - a_up[j, 2], x, y, z)
        am[row, line] += mx
        am[row + 1, line] += my
        am[row + 2, line] += mz


@kernel
def _wall_couple(
    am: Floats, o: Floats, share: float, line: int, qx: float, qy: float, qz: float, x: float, y: float, z: float
) -> None:
    """Give the thorax its share of the couple of a force on the abdominal wall; the force itself rests on the
    pelvis.
    """
    mx, my, mz = vec3.cross(qx - o[ABDOMEN, 0], qy - o[ABDOMEN, 1], qz - o[ABDOMEN, 2], x, y, z)
    for j in range(6):
        row = 3 * j
        am[row, line] += share * mx
        am[row + 1, line] += share * my
        am[row + 2, line] += share * mz


@kernel
def _cross_hip(
    am: Floats, hf: Floats, o: Floats, line: int, a: int, px: float, py: float, pz: float, x: float, y: float, z: float
) -> None:
    """Add unit tension at p on the pelvis to the hip that body a (thigh or shank) hangs on."""
    side = (a - 7) % 2
    hip = 7 + side
    mx, my, mz = vec3.cross(px - o[hip, 0], py - o[hip, 1], pz - o[hip, 2], x, y, z)
    row = 18 + 3 * side
    am[row, line] += mx
    am[row + 1, line] += my
    am[row + 2, line] += mz
    hf[3 * side, line] += x
    hf[3 * side + 1, line] += y
    hf[3 * side + 2, line] += z


@inner
def line_forces(lines: Lines, fascia_scale: Floats, work: Work) -> None:
    """Update work.gain (N at full activation) and work.passive (N) given work.length."""
    for i in range(lines.f_max.size):
        kind = lines.passive_kind[i]
        if kind == PASSIVE_FASCIA:
            stretch = work.length[i] - lines.tendon[i]
            work.passive[i] = (
                fascia_scale[i - lines.n_fascicle]
                * ligament.strand_tension(stretch, lines.f_max[i], lines.optimal[i])[0]
            )
            continue
        fibre = max((work.length[i] - lines.tendon[i]) / (lines.optimal[i] * lines.cos_pennation[i]), SHORTEST_FIBRE)
        work.gain[i] = lines.f_max[i] * lines.cos_pennation[i] * active_force_length(fibre, lines.force_length_width)
        if kind == PASSIVE_EXPONENTIAL:
            force = lines.f_max[i] * passive_exponential(fibre, lines.passive[i, 0], lines.passive[i, 1])
        elif kind == PASSIVE_TOE:
            force = ligament.strand_tension(fibre - lines.passive[i, 1], lines.passive[i, 0], lines.passive[i, 2])[0]
        else:
            work.gain[i] = lines.f_max[i]
            force = 0.0
        work.passive[i] = lines.cos_pennation[i] * force
