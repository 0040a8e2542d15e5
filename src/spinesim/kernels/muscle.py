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
    Lines,
    Skeleton,
    Work,
)


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
    for i in range(lines.segment_line.size):
        line, a, b = lines.segment_line[i], lines.segment_a[i], lines.segment_b[i]
        px = work.o[b, 0] + work.seg_b[i, 0]
        py = work.o[b, 1] + work.seg_b[i, 1]
        pz = work.o[b, 2] + work.seg_b[i, 2]
        qx = work.o[a, 0] + work.seg_a[i, 0]
        qy = work.o[a, 1] + work.seg_a[i, 1]
        qz = work.o[a, 2] + work.seg_a[i, 2]
        x, y, z = px - qx, py - qy, pz - qz
        length = math.sqrt(x * x + y * y + z * z)
        work.length[line] += length
        x, y, z = x / length, y / length, z / length
        if a > THORAX and a != ABDOMEN and b > THORAX:
            continue  # within one leg: it only lengthens with the knee
        if b <= THORAX and a <= THORAX:
            if b > a:
                _cross_levels(work, line, a, b, px, py, pz, -x, -y, -z)
            else:
                _cross_levels(work, line, b, a, qx, qy, qz, x, y, z)
        elif b == ABDOMEN:
            _wall_couple(skeleton, work, line, px, py, pz, -x, -y, -z)
            if a > PELVIS:
                _cross_levels(work, line, PELVIS, a, qx, qy, qz, x, y, z)
        elif a == ABDOMEN:
            _wall_couple(skeleton, work, line, qx, qy, qz, x, y, z)
            _cross_levels(work, line, PELVIS, b, px, py, pz, -x, -y, -z)
        else:
            _cross_hip(skeleton, work, line, a, px, py, pz, -x, -y, -z)


@inner
def _cross_levels(work: Work, line: int, low: int, high: int, px: float, py: float, pz: float, x: float, y: float, z: float) -> None:
    """Add unit tension (x, y, z) at p on the upper body `high` to every level above body `low`."""
    for j in range(6 - high, 6 - low):
        work.af[3 * j, line] += x
        work.af[3 * j + 1, line] += y
        work.af[3 * j + 2, line] += z
        mx, my, mz = vec3.cross(px - work.a_up[j, 0], py - work.a_up[j, 1], pz - work.a_up[j, 2], x, y, z)
        work.am[3 * j, line] += mx
        work.am[3 * j + 1, line] += my
        work.am[3 * j + 2, line] += mz


@inner
def _wall_couple(skeleton: Skeleton, work: Work, line: int, qx: float, qy: float, qz: float, x: float, y: float, z: float) -> None:
    """Give the thorax its share of the couple of a force on the abdominal wall; the force itself rests on the pelvis."""
    o = work.o[ABDOMEN]
    mx, my, mz = vec3.cross(qx - o[0], qy - o[1], qz - o[2], x, y, z)
    share = skeleton.abdomen_share
    for j in range(6):
        work.am[3 * j, line] += share * mx
        work.am[3 * j + 1, line] += share * my
        work.am[3 * j + 2, line] += share * mz


@inner
def _cross_hip(skeleton: Skeleton, work: Work, line: int, a: int, px: float, py: float, pz: float, x: float, y: float, z: float) -> None:
    """Add unit tension at p on the pelvis to the hip that body a (thigh or shank) hangs on."""
    side = (a - 7) % 2
    hip = work.o[7 + side]
    mx, my, mz = vec3.cross(px - hip[0], py - hip[1], pz - hip[2], x, y, z)
    row = 18 + 3 * side
    work.am[row, line] += mx
    work.am[row + 1, line] += my
    work.am[row + 2, line] += mz
    work.hf[3 * side, line] += x
    work.hf[3 * side + 1, line] += y
    work.hf[3 * side + 2, line] += z


@inner
def fibre_length(lines: Lines, line: int, length: float) -> float:
    """Return the fibre length in optimal lengths of a path length (m) with a rigid tendon."""
    return max((length - lines.tendon[line]) / (lines.optimal[line] * lines.cos_pennation[line]), 0.05)


@inner
def line_forces(lines: Lines, fascia_scale: Floats, work: Work) -> None:
    """Update work.gain (N at full activation) and work.passive (N) given work.length."""
    for i in range(lines.f_max.size):
        kind = lines.passive_kind[i]
        if kind == PASSIVE_FASCIA:
            stretch = work.length[i] - lines.tendon[i]
            work.passive[i] = fascia_scale[i - lines.n_fascicle] * ligament.strand_tension(stretch, lines.f_max[i], lines.optimal[i])[0]
            continue
        fibre = fibre_length(lines, i, work.length[i])
        work.gain[i] = lines.f_max[i] * lines.cos_pennation[i] * active_force_length(fibre, lines.force_length_width)
        if kind == PASSIVE_EXPONENTIAL:
            force = lines.f_max[i] * passive_exponential(fibre, lines.passive[i, 0], lines.passive[i, 1])
        elif kind == PASSIVE_TOE:
            force = ligament.strand_tension(fibre - lines.passive[i, 1], lines.passive[i, 0], lines.passive[i, 2])[0]
        else:
            work.gain[i] = lines.f_max[i]
            force = 0.0
        work.passive[i] = lines.cos_pennation[i] * force
