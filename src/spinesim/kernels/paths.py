"""The lines of pull of fascicles and fascia bands over the moving bodies.

Loops over a bundle count in uint64: a signed index that does not begin at 0 might be a negative one, which counts from
the end, so that the compiler would ask at every access and take one number at a time.
"""

import math

from numpy import uint64

from spinesim.kernels import lanes, vec3
from spinesim.kernels.jit import apart, kernel
from spinesim.kernels.tables import ABDOMEN, AT_HIPS, N_LEVEL, PELVIS, THORAX, Floats, Ints, Lines, Pulls


@kernel
def prepare_lines(lines: Lines, r: Floats, pulls: Pulls) -> None:
    """Update pulls.seg_a, pulls.seg_b (3, segment) given the body orientations r (body, 3, 3)."""
    bundle = lines.bundle
    for n in range(bundle.size - 1):
        _turn_points(bundle[n], bundle[n + 1], r, int(lines.segment_a[bundle[n]]), lines.point_a, pulls.seg_a)
        _turn_points(bundle[n], bundle[n + 1], r, int(lines.segment_b[bundle[n]]), lines.point_b, pulls.seg_b)


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
    for i in range(uint64(first), uint64(after)):
        px, py, pz = x[i], y[i], z[i]
        out_x[i] = rxx * px + rxy * py + rxz * pz
        out_y[i] = ryx * px + ryy * py + ryz * pz
        out_z[i] = rzx * px + rzy * py + rzz * pz


@kernel
def line_geometry(lines: Lines, o: Floats, pulls: Pulls) -> None:
    """Update pulls.length and pulls.unit given body origins."""
    length, at_a, at_b, unit = pulls.length, pulls.seg_a, pulls.seg_b, pulls.unit
    for i in range(length.size):
        length[i] = lines.fixed_length[i]
    for n in range(lines.bundle.size - 1):
        first, after = lines.bundle[n], lines.bundle[n + 1]
        a, b = int(lines.segment_a[first]), int(lines.segment_b[first])
        _unit_pulls(
            first, after, o[a, 0], o[a, 1], o[a, 2], o[b, 0], o[b, 1], o[b, 2],
            at_a[0], at_a[1], at_a[2], at_b[0], at_b[1], at_b[2],
            pulls.span, unit[0], unit[1], unit[2], unit[3], unit[4], unit[5],
        )  # fmt: skip
    for i in range(lines.segment_line.size):
        length[lines.segment_line[i]] += pulls.span[i]


@apart
def _unit_pulls(
    first: int, after: int, ax: float, ay: float, az: float, bx: float, by: float, bz: float,
    at_ax: Floats, at_ay: Floats, at_az: Floats, at_bx: Floats, at_by: Floats, at_bz: Floats,
    span: Floats, fx: Floats, fy: Floats, fz: Floats, mx: Floats, my: Floats, mz: Floats,
) -> None:  # fmt: skip
    """Write length, force on the cranial end and moment about the origin of segments between two bodies, whose origins
    are a and b.
    """
    for i in range(uint64(first), uint64(after)):
        px, py, pz = bx + at_bx[i], by + at_by[i], bz + at_bz[i]
        x, y, z = ax + at_ax[i] - px, ay + at_ay[i] - py, az + at_az[i] - pz
        length = math.sqrt(x * x + y * y + z * z)
        over = 1.0 / length
        x, y, z = over * x, over * y, over * z
        span[i], fx[i], fy[i], fz[i] = length, x, y, z
        mx[i], my[i], mz[i] = py * z - pz * y, pz * x - px * z, px * y - py * x


@kernel
def sum_lines(lines: Lines, share: float, o: Floats, pulls: Pulls, tension: Floats, out: Floats) -> None:
    """Write the wrenches (48,) of all lines at the given tensions; `share` of rotation is the wall's.

    A segment has one wrench at all levels it crosses, so a bundle is summed once for all of them.
    """
    taut, line = pulls.span_tension, lines.segment_line
    out[:] = 0.0
    for i in range(line.size):
        taut[i] = tension[line[i]]
    for n in range(lines.bundle.size - 1):
        first, after = lines.bundle[n], lines.bundle[n + 1]
        a, b = int(lines.segment_a[first]), int(lines.segment_b[first])
        fx, fy, fz, mx, my, mz = lanes.dot_six(pulls.unit, 0, taut, first, after - first)
        low, high = _levels_crossed(a, b)
        for j in range(low, high):
            vec3.add_six(out, 6 * j, fx, fy, fz, mx, my, mz)
        if a == ABDOMEN or b == ABDOMEN:
            mx, my, mz = _wall_couple(share if b == ABDOMEN else -share, o, fx, fy, fz, mx, my, mz)
            for j in range(N_LEVEL):
                vec3.add_three(out, 6 * j + 3, mx, my, mz)
        elif _crosses_hip(a, b):
            side = _side_of(a)
            mx, my, mz = _about(o, 7 + side, fx, fy, fz, mx, my, mz)
            vec3.add_six(out, 36 + 6 * side, fx, fy, fz, mx, my, mz)


@kernel
def line_rows(lines: Lines, share: float, o: Floats, pulls: Pulls, arm: Floats, hips: int, a: Floats) -> None:
    """Write what full activation of each fascicle does to the moments at levels, its forces at the arms (level, 3, 3),
    and at the first `hips` hips. Rows of joints that a line does not cross stay as they are.
    """
    full, line = pulls.full, lines.segment_line
    _begin_rows(lines, pulls, AT_HIPS + 3 * hips, a)
    for n in range(lines.bundle.size - 1):
        first, after = lines.bundle[n], lines.bundle[n + 1]
        if line[first] >= lines.n_fascicle:
            continue
        low_body, high_body = int(lines.segment_a[first]), int(lines.segment_b[first])
        low, high = _levels_crossed(low_body, high_body)
        add = lines.shared[line[first]] != 0.0
        for j in range(low, high):
            _level_rows(first, after, line, add, full, arm, j, pulls.moment, a)
        if low_body == ABDOMEN or high_body == ABDOMEN:
            _wall_rows(first, after, line, share if high_body == ABDOMEN else -share, o, full, a)
        elif _crosses_hip(low_body, high_body) and _side_of(low_body) < hips:
            _hip_rows(first, after, line, add, _side_of(low_body), o, full, a)


@kernel
def _begin_rows(lines: Lines, pulls: Pulls, rows: int, a: Floats) -> None:
    """Write what full activation makes of unit pulls, and nothing yet where several segments will add up."""
    line = lines.segment_line
    for i in range(line.size):
        pulls.span_tension[i] = pulls.gain[line[i]]
    for k in range(6):
        _at_full(line.size, pulls.span_tension, pulls.unit[k], pulls.full[k])
    for i in range(lines.n_fascicle):
        if lines.shared[i] != 0.0:
            for row in range(rows):
                a[row, i] = 0.0


@kernel
def _wall_rows(first: int, after: int, line: Ints, share: float, o: Floats, full: Floats, a: Floats) -> None:
    """Add the moments of segments' lines on the abdominal wall at all levels."""
    for i in range(uint64(first), uint64(after)):
        x, y, z = _wall_couple(share, o, full[0, i], full[1, i], full[2, i], full[3, i], full[4, i], full[5, i])
        for j in range(N_LEVEL):
            vec3.add_column(a, 3 * j, line[i], x, y, z)


@kernel
def _hip_rows(first: int, after: int, line: Ints, add: bool, side: int, o: Floats, full: Floats, a: Floats) -> None:
    """Write the moments of segments' lines at a hip, on top of what is there where lines have more segments."""
    for i in range(uint64(first), uint64(after)):
        x, y, z = _about(o, 7 + side, full[0, i], full[1, i], full[2, i], full[3, i], full[4, i], full[5, i])
        if add:
            vec3.add_column(a, AT_HIPS + 3 * side, line[i], x, y, z)
        else:
            vec3.put_column(a, AT_HIPS + 3 * side, line[i], x, y, z)


@kernel
def _level_rows(
    first: int, after: int, line: Ints, add: bool, full: Floats, arm: Floats, j: int, moment: Floats, a: Floats
) -> None:
    """Write the moments of segments' lines at level j, on top of what is there where lines have more segments."""
    _moments(
        first, after, arm[j, 0, 0], arm[j, 0, 1], arm[j, 0, 2], arm[j, 1, 0], arm[j, 1, 1], arm[j, 1, 2],
        arm[j, 2, 0], arm[j, 2, 1], arm[j, 2, 2], full[0], full[1], full[2], full[3], full[4], full[5],
        moment[0], moment[1], moment[2],
    )  # fmt: skip
    for i in range(uint64(first), uint64(after)):
        if add:
            vec3.add_column(a, 3 * j, line[i], moment[0, i], moment[1, i], moment[2, i])
        else:
            vec3.put_column(a, 3 * j, line[i], moment[0, i], moment[1, i], moment[2, i])


@apart
def _moments(
    first: int, after: int, xx: float, xy: float, xz: float, yx: float, yy: float, yz: float,
    zx: float, zy: float, zz: float, fx: Floats, fy: Floats, fz: Floats, mx: Floats, my: Floats, mz: Floats,
    x: Floats, y: Floats, z: Floats,
) -> None:  # fmt: skip
    """Write moments with those of the forces at arms."""
    for i in range(uint64(first), uint64(after)):
        px, py, pz = fx[i], fy[i], fz[i]
        x[i] = mx[i] + xx * px + xy * py + xz * pz
        y[i] = my[i] + yx * px + yy * py + yz * pz
        z[i] = mz[i] + zx * px + zy * py + zz * pz


@apart
def _at_full(n: int, gain: Floats, unit: Floats, out: Floats) -> None:
    for i in range(n):
        out[i] = gain[i] * unit[i]


@kernel
def _levels_crossed(a: int, b: int) -> tuple[int, int]:
    """Return the first level that a segment between bodies a and b pulls together, and the one after its last: one from
    the abdominal wall pulls on the pelvis there.
    """
    if b > THORAX or (a > THORAX and a != ABDOMEN):
        return 0, 0
    return THORAX - b, THORAX - (PELVIS if a == ABDOMEN else a)


@kernel
def _crosses_hip(a: int, b: int) -> bool:
    """Tell whether a segment runs from a leg, which it leaves alone while it stays within it."""
    return THORAX < a != ABDOMEN and b <= THORAX


@kernel
def _side_of(leg: int) -> int:
    """Return the side of a thigh or shank."""
    return (leg - 7) % 2


@kernel
def _wall_couple(
    share: float, o: Floats, fx: float, fy: float, fz: float, mx: float, my: float, mz: float
) -> tuple[float, float, float]:
    """Return the thorax's share of the couple of a force on the abdominal wall; the pelvis bears the force itself."""
    mx, my, mz = _about(o, ABDOMEN, fx, fy, fz, mx, my, mz)
    return share * mx, share * my, share * mz


@kernel
def _about(
    o: Floats, b: int, fx: float, fy: float, fz: float, mx: float, my: float, mz: float
) -> tuple[float, float, float]:
    """Return the moment of a wrench about body b's origin."""
    x, y, z = vec3.cross(o[b, 0], o[b, 1], o[b, 2], fx, fy, fz)
    return mx - x, my - y, mz - z


@kernel
def write_wrenches(lines: Lines, share: float, o: Floats, pulls: Pulls) -> None:
    """Write pulls.wrench of every line, for those who look at a solved posture line by line."""
    wrench, unit, line = pulls.wrench, pulls.unit, lines.segment_line
    wrench[:, : lines.f_max.size] = 0.0
    for n in range(lines.bundle.size - 1):
        first, after = lines.bundle[n], lines.bundle[n + 1]
        a, b = int(lines.segment_a[first]), int(lines.segment_b[first])
        low, high = _levels_crossed(a, b)
        for i in range(uint64(first), uint64(after)):
            fx, fy, fz, mx, my, mz = unit[0, i], unit[1, i], unit[2, i], unit[3, i], unit[4, i], unit[5, i]
            for j in range(low, high):
                vec3.add_column(wrench, 6 * j, line[i], fx, fy, fz)
                vec3.add_column(wrench, 6 * j + 3, line[i], mx, my, mz)
            if a == ABDOMEN or b == ABDOMEN:
                mx, my, mz = _wall_couple(share if b == ABDOMEN else -share, o, fx, fy, fz, mx, my, mz)
                for j in range(N_LEVEL):
                    vec3.add_column(wrench, 6 * j + 3, line[i], mx, my, mz)
            elif _crosses_hip(a, b):
                side = _side_of(a)
                mx, my, mz = _about(o, 7 + side, fx, fy, fz, mx, my, mz)
                vec3.add_column(wrench, 36 + 6 * side, line[i], fx, fy, fz)
                vec3.add_column(wrench, 39 + 6 * side, line[i], mx, my, mz)
