"""The lines of pull of fascicles and fascia bands over the moving bodies."""

import math

from spinesim.kernels import vec3
from spinesim.kernels.jit import apart, kernel
from spinesim.kernels.tables import ABDOMEN, N_LEVEL, PELVIS, THORAX, Floats, Ints, Lines, Pulls


@kernel
def prepare_lines(lines: Lines, r: Floats, pulls: Pulls) -> None:
    """Update pulls.seg_a, pulls.seg_b (3, segment) given the body orientations r (body, 3, 3)."""
    bundle = lines.bundle
    for n in range(bundle.size - 1):
        _turn_points(bundle[n], bundle[n + 1], r, lines.segment_a[bundle[n]], lines.point_a, pulls.seg_a)
        _turn_points(bundle[n], bundle[n + 1], r, lines.segment_b[bundle[n]], lines.point_b, pulls.seg_b)


@kernel
def _turn_points(first: int, after: int, r: Floats, b: int, point: Floats, out: Floats) -> None:
    """Write points (3, segment) of body b in global axes."""
    _turn(
        first, after, r[b, 0, 0], r[b, 0, 1], r[b, 0, 2], r[b, 1, 0], r[b, 1, 1], r[b, 1, 2], r[b, 2, 0], r[b, 2, 1],
        r[b, 2, 2], point[0], point[1], point[2], out[0], out[1], out[2],
    )  # fmt: skip


@apart
def _turn(
    first: int, after: int, rxx: float, rxy: float, rxz: float, ryx: float, ryy: float, ryz: float,
    rzx: float, rzy: float, rzz: float, x: Floats, y: Floats, z: Floats, out_x: Floats, out_y: Floats, out_z: Floats,
) -> None:  # fmt: skip
    for i in range(first, after):
        px, py, pz = x[i], y[i], z[i]
        out_x[i] = rxx * px + rxy * py + rxz * pz
        out_y[i] = ryx * px + ryy * py + ryz * pz
        out_z[i] = rzx * px + rzy * py + rzz * pz


@kernel
def line_geometry(lines: Lines, share: float, o: Floats, pulls: Pulls) -> None:
    """Update pulls.length and pulls.wrench given body origins; `share` of rotation is the wall's."""
    length, wrench, at_a, at_b, unit = pulls.length, pulls.wrench, pulls.seg_a, pulls.seg_b, pulls.unit
    for i in range(length.size):
        length[i] = lines.fixed_length[i]
        if lines.shared[i] != 0.0:
            for row in range(wrench.shape[0]):
                wrench[row, i] = 0.0
    for n in range(lines.bundle.size - 1):
        first, after = lines.bundle[n], lines.bundle[n + 1]
        a, b = lines.segment_a[first], lines.segment_b[first]
        _unit_pulls(
            first, after, o[a, 0], o[a, 1], o[a, 2], o[b, 0], o[b, 1], o[b, 2],
            at_a[0], at_a[1], at_a[2], at_b[0], at_b[1], at_b[2],
            pulls.span, unit[0], unit[1], unit[2], unit[3], unit[4], unit[5],
        )  # fmt: skip
        for i in range(first, after):
            length[lines.segment_line[i]] += pulls.span[i]
        shared = lines.shared[lines.segment_line[first]] != 0.0
        if a <= THORAX and b <= THORAX:
            _cross_levels(first, after, lines.segment_line, a, b, shared, unit, wrench)
        elif b == ABDOMEN:
            _wall_couples(first, after, lines.segment_line, o, share, unit, wrench)
        elif a == ABDOMEN:
            _wall_couples(first, after, lines.segment_line, o, -share, unit, wrench)
            _cross_levels(first, after, lines.segment_line, PELVIS, b, shared, unit, wrench)
        elif b <= THORAX:
            _cross_hip(first, after, lines.segment_line, o, (a - 7) % 2, shared, unit, wrench)
        # else within one leg: it only lengthens with the knee


@apart
def _unit_pulls(
    first: int, after: int, ax: float, ay: float, az: float, bx: float, by: float, bz: float,
    at_ax: Floats, at_ay: Floats, at_az: Floats, at_bx: Floats, at_by: Floats, at_bz: Floats,
    span: Floats, fx: Floats, fy: Floats, fz: Floats, mx: Floats, my: Floats, mz: Floats,
) -> None:  # fmt: skip
    """Write length, force on the cranial end and moment about the origin of segments between two bodies, whose origins
    are a and b.
    """
    for i in range(first, after):
        px, py, pz = bx + at_bx[i], by + at_by[i], bz + at_bz[i]
        x, y, z = ax + at_ax[i] - px, ay + at_ay[i] - py, az + at_az[i] - pz
        length = math.sqrt(x * x + y * y + z * z)
        over = 1.0 / length
        x, y, z = over * x, over * y, over * z
        span[i], fx[i], fy[i], fz[i] = length, x, y, z
        mx[i], my[i], mz[i] = py * z - pz * y, pz * x - px * z, px * y - py * x


@kernel
def _cross_levels(
    first: int, after: int, lines: Ints, low: int, high: int, shared: bool, unit: Floats, wrench: Floats
) -> None:
    """Give unit pulls to every level between two bodies: `shared` ones on top of what is there."""
    for i in range(first, after):
        line = lines[i]
        fx, fy, fz, mx, my, mz = unit[0, i], unit[1, i], unit[2, i], unit[3, i], unit[4, i], unit[5, i]
        for j in range(THORAX - high, THORAX - low):
            if shared:
                add_wrench(wrench, line, 6 * j, fx, fy, fz, mx, my, mz)
            else:
                put_wrench(wrench, line, 6 * j, fx, fy, fz, mx, my, mz)


@kernel
def put_wrench(
    wrench: Floats, line: int, c: int, x: float, y: float, z: float, mx: float, my: float, mz: float
) -> None:
    """Write a force and a moment to the six rows from c."""
    wrench[c, line], wrench[c + 1, line], wrench[c + 2, line] = x, y, z
    wrench[c + 3, line], wrench[c + 4, line], wrench[c + 5, line] = mx, my, mz


@kernel
def add_wrench(
    wrench: Floats, line: int, c: int, x: float, y: float, z: float, mx: float, my: float, mz: float
) -> None:
    """Add a force and a moment to the six rows from c."""
    wrench[c, line] += x
    wrench[c + 1, line] += y
    wrench[c + 2, line] += z
    wrench[c + 3, line] += mx
    wrench[c + 4, line] += my
    wrench[c + 5, line] += mz


@kernel
def _wall_couples(first: int, after: int, lines: Ints, o: Floats, share: float, unit: Floats, wrench: Floats) -> None:
    """Give the thorax its share of the couples of forces on the abdominal wall; the forces themselves rest on the
    pelvis.
    """
    x, y, z = o[ABDOMEN, 0], o[ABDOMEN, 1], o[ABDOMEN, 2]
    for i in range(first, after):
        cx, cy, cz = vec3.cross(x, y, z, unit[0, i], unit[1, i], unit[2, i])
        mx, my, mz = share * (unit[3, i] - cx), share * (unit[4, i] - cy), share * (unit[5, i] - cz)
        for j in range(N_LEVEL):
            add_wrench(wrench, lines[i], 6 * j, 0.0, 0.0, 0.0, mx, my, mz)


@kernel
def _cross_hip(
    first: int, after: int, lines: Ints, o: Floats, side: int, shared: bool, unit: Floats, wrench: Floats
) -> None:
    """Give unit pulls on the pelvis to the hip on one side."""
    c, x, y, z = 36 + 6 * side, o[7 + side, 0], o[7 + side, 1], o[7 + side, 2]
    for i in range(first, after):
        fx, fy, fz = unit[0, i], unit[1, i], unit[2, i]
        cx, cy, cz = vec3.cross(x, y, z, fx, fy, fz)
        mx, my, mz = unit[3, i] - cx, unit[4, i] - cy, unit[5, i] - cz
        if shared:
            add_wrench(wrench, lines[i], c, fx, fy, fz, mx, my, mz)
        else:
            put_wrench(wrench, lines[i], c, fx, fy, fz, mx, my, mz)
