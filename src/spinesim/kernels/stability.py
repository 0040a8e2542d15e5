"""Tangent stiffness of the whole trunk at a solved posture: passive tissue, gravity and loads, muscles at constant
tension.

The 36 coordinates are 18 small rotations (global axes, about the upper anchors) and 18 disc translations (mid frames).
A coordinate of level i moves all above it by a twist: velocity v of the point at the origin and angular velocity w.
Rigid loads and taut segments answer with the change of their wrench (force and moment about the origin), worked out
exactly; passive tissue depends on its own level alone.
Muscle short-range stiffness q F / L is returned apart, per unit of q (Bergmark 1989).
"""

import math

from spinesim.kernels import passive, paths, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.stability_tables import Desk
from spinesim.kernels.tables import (
    ABDOMEN,
    N_LEVEL,
    PELVIS,
    THORAX,
    Discs,
    Floats,
    Forces,
    Frames,
    Lines,
    Pulls,
    Tissue,
)


@kernel
def tangent(
    share: float, lines: Lines, discs: Discs, u: Floats, frames: Frames, forces: Forces, tissue: Tissue, pulls: Pulls,
    desk: Desk,
) -> None:  # fmt: skip
    """Write desk.stiffness and desk.arms of a solved posture, held with the rotations it was solved at; `desk` comes
    fresh from `make_desk`.

    The balance is made of moments about the upper anchors (18, global) and forces (18, mid frames). Those anchors shift
    and those frames turn, so that they are no derivatives of one energy: mixed terms differ by the force through the
    level, and callers take the symmetric part.
    """
    _turns(frames.turns, frames.mid, desk.by_turn, desk.mid_turn)
    passive.passive_by_turn(discs, u, frames.turns, 3, tissue, desk.tissue_f, desk.tissue_m)
    _twists(frames, u, desk.mid_turn, desk.twist)
    _add_loads(forces, frames.o, desk.loads)
    _turn_of_wall(share, frames.r, desk.turn, desk.wall_turn)
    _add_segments(lines, share, frames.o, pulls, desk)
    paths.sum_lines(lines, share, frames.o, pulls, pulls.tension, desk.total)
    paths.write_wrenches(lines, share, frames.o, pulls)
    for j in range(N_LEVEL):
        for i in range(N_LEVEL):
            _sum_block(desk, j, i)
            _outside_rows(frames, forces.level_f, desk, j, i)
        _tissue_rows(tissue, frames.mid, desk, j)
    _muscle_arms(lines.n_fascicle, pulls, frames.mid, frames.a_up, desk.arms)


@kernel
def _turns(turns: Floats, mid: Floats, by_turn: Floats, mid_turn: Floats) -> None:
    """Write the rates of each rotation vector and of its mid frame as the level turns about the global axes."""
    for j in range(N_LEVEL):
        t = turns[j]
        for c in range(3):
            x, y, z = vec3.turn_back(t, -0.5, mid[j, c, 0], mid[j, c, 1], mid[j, c, 2])
            x, y, z = _left_jacobian_inverse(t, x, y, z)
            by_turn[j, 0, c], by_turn[j, 1, c], by_turn[j, 2, c] = x, y, z
            x, y, z = vec3.left_jacobian(t, 0.5, 0.5 * x, 0.5 * y, 0.5 * z)
            x, y, z = vec3.turn_back(t, 0.5, x, y, z)
            mid_turn[j, 0, c], mid_turn[j, 1, c], mid_turn[j, 2, c] = vec3.rotate_at(mid, j, x, y, z)


@kernel
def _left_jacobian_inverse(t: Floats, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return J_l(t)^-1 v, which is the transpose's with its even part alone unchanged: v - t x v / 2 + ..."""
    p, q, r = vec3.cross(t[0], t[1], t[2], x, y, z)
    x, y, z = vec3.left_jacobian_inverse_transposed(t, x, y, z)
    return x - p, y - q, z - r


@kernel
def _twists(frames: Frames, u: Floats, mid_turn: Floats, out: Floats) -> None:
    """Write the twist of all above each level by its turns (columns 0 to 2) and its shifts (columns 3 to 5)."""
    mid, a_up = frames.mid, frames.a_up
    for j in range(N_LEVEL):
        ux, uy, uz = vec3.rotate_at(mid, j, u[j, 0], u[j, 1], u[j, 2])
        for c in range(3):
            # The anchor of the upper body goes along with the mid frame's turn, about the anchor of the lower.
            x, y, z = vec3.cross(mid_turn[j, 0, c], mid_turn[j, 1, c], mid_turn[j, 2, c], ux, uy, uz)
            px, py, pz = _moved(3 + c, a_up[j, 0], a_up[j, 1], a_up[j, 2])
            out[j, 0, c], out[j, 1, c], out[j, 2, c] = x - px, y - py, z - pz
            out[j, 3 + c, c] = 1.0
            for i in range(3):
                out[j, i, 3 + c] = mid[j, i, c]


@kernel
def _moved(c: int, x: float, y: float, z: float) -> tuple[float, float, float]:
    """Return how the point (x, y, z) moves with twist coordinate c: three shifts, then three turns about the origin."""
    if c == 3:
        return 0.0, -z, y
    if c == 4:
        return z, 0.0, -x
    if c == 5:
        return -y, x, 0.0
    return (1.0 if c == 0 else 0.0), (1.0 if c == 1 else 0.0), (1.0 if c == 2 else 0.0)


@kernel
def _add_loads(forces: Forces, o: Floats, out: Floats) -> None:
    """Add dead loads, each fixed to its body, to the blocks of the levels below them."""
    for n in range(forces.count[0]):
        b, f = forces.body[n], forces.force
        if b == PELVIS or b > THORAX:
            continue
        x, y, z = o[b, 0] + forces.offset[n, 0], o[b, 1] + forces.offset[n, 1], o[b, 2] + forces.offset[n, 2]
        for c in range(6):
            dx, dy, dz = _moved(c, x, y, z)
            dx, dy, dz = vec3.cross(dx, dy, dz, f[n, 0], f[n, 1], f[n, 2])
            out[6 - b, 3, c] += dx
            out[6 - b, 4, c] += dy
            out[6 - b, 5, c] += dz
    for j in range(1, N_LEVEL):
        for r in range(3, 6):
            for c in range(6):
                out[j, r, c] += out[j - 1, r, c]


@kernel
def _turn_of_wall(share: float, r: Floats, scratch: Floats, out: Floats) -> None:
    """Write how the abdominal wall turns as the thorax turns about the global axes; `scratch` (3, 3, 3)."""
    relative, t = scratch[0], scratch[1, 0]
    vec3.between(r[PELVIS], r[THORAX], relative)
    t[0], t[1], t[2] = vec3.rotation_vector(relative)
    for c in range(3):
        x, y, z = _left_jacobian_inverse(t, r[PELVIS, c, 0], r[PELVIS, c, 1], r[PELVIS, c, 2])
        x, y, z = vec3.left_jacobian(t, share, share * x, share * y, share * z)
        out[0, c], out[1, c], out[2, c] = vec3.rotate_at(r, PELVIS, x, y, z)


@kernel
def _add_segments(lines: Lines, share: float, o: Floats, pulls: Pulls, desk: Desk) -> None:
    """Add every taut segment at constant tension to the block of its two bodies, or of its body and the wall."""
    for i in range(lines.segment_line.size):
        tension, low, high = float(pulls.tension[lines.segment_line[i]]), lines.segment_a[i], lines.segment_b[i]
        if tension == 0.0 or (low > THORAX and low != ABDOMEN) or (high > THORAX and high != ABDOMEN):
            continue
        at_low, at_high = pulls.seg_a, pulls.seg_b
        if low == ABDOMEN:
            low, high, at_low, at_high = high, low, at_high, at_low
        qx, qy, qz = o[low, 0] + at_low[0, i], o[low, 1] + at_low[1, i], o[low, 2] + at_low[2, i]
        px, py, pz = o[high, 0] + at_high[0, i], o[high, 1] + at_high[1, i], o[high, 2] + at_high[2, i]
        if high == ABDOMEN:
            wx, wy, wz = at_high[0, i], at_high[1, i], at_high[2, i]
            _add_wall_segment(desk.wall[low], share, tension, qx, qy, qz, qx - px, qy - py, qz - pz, wx, wy, wz)
        else:
            _add_segment(
                desk.pair[low, high], desk.pair_wrench[low, high], tension, px, py, pz, px - qx, py - qy, pz - qz
            )


@kernel
def _swing(
    tension: float, length: float, x: float, y: float, z: float, dx: float, dy: float, dz: float
) -> tuple[float, float, float]:
    """Return the change of the pull -tension e at the end of a segment along e = (x, y, z) when the end moves by d."""
    along = x * dx + y * dy + z * dz
    k = -tension / length
    return k * (dx - along * x), k * (dy - along * y), k * (dz - along * z)


@kernel
def _add_segment(
    block: Floats, wrench: Floats, tension: float, px: float, py: float, pz: float, x: float, y: float, z: float
) -> None:
    """Add a segment that runs along (x, y, z) to its end p on the upper body."""
    length = math.sqrt(x * x + y * y + z * z)
    x, y, z = x / length, y / length, z / length
    fx, fy, fz = -tension * x, -tension * y, -tension * z
    mx, my, mz = vec3.cross(px, py, pz, fx, fy, fz)
    vec3.add_six(wrench, 0, fx, fy, fz, mx, my, mz)
    for c in range(6):
        dx, dy, dz = _moved(c, px, py, pz)
        gx, gy, gz = _swing(tension, length, x, y, z, dx, dy, dz)
        vec3.add_column(block, 0, c, gx, gy, gz)
        mx, my, mz = vec3.cross(px, py, pz, gx, gy, gz)
        dx, dy, dz = vec3.cross(dx, dy, dz, fx, fy, fz)
        vec3.add_column(block, 3, c, mx + dx, my + dy, mz + dz)


@kernel
def _add_wall_segment(
    block: Floats, share: float, tension: float, px: float, py: float, pz: float, x: float, y: float, z: float,
    wx: float, wy: float, wz: float,
) -> None:  # fmt: skip
    """Add a segment along (x, y, z) from the wall, at w from the origin of its frame, to p on a body.

    Rows 6 to 8 are the couple of the wall that the thorax gets, its `share`; columns 6 to 8 are the wall's turn.
    """
    length = math.sqrt(x * x + y * y + z * z)
    x, y, z = x / length, y / length, z / length
    fx, fy, fz = -tension * x, -tension * y, -tension * z
    for c in range(9):
        dx, dy, dz = _moved(c, px, py, pz) if c < 6 else (0.0, 0.0, 0.0)
        ex, ey, ez = _moved(c - 3, wx, wy, wz) if c >= 6 else (0.0, 0.0, 0.0)
        gx, gy, gz = _swing(tension, length, x, y, z, dx - ex, dy - ey, dz - ez)
        vec3.add_column(block, 0, c, gx, gy, gz)
        mx, my, mz = vec3.cross(px, py, pz, gx, gy, gz)
        dx, dy, dz = vec3.cross(dx, dy, dz, fx, fy, fz)
        vec3.add_column(block, 3, c, mx + dx, my + dy, mz + dz)
        mx, my, mz = vec3.cross(wx, wy, wz, -share * gx, -share * gy, -share * gz)
        dx, dy, dz = vec3.cross(ex, ey, ez, -share * fx, -share * fy, -share * fz)
        vec3.add_column(block, 6, c, mx + dx, my + dy, mz + dz)


@kernel
def _sum_block(desk: Desk, j: int, i: int) -> None:
    """Write desk.block: how the wrench on all above level j answers the twist of all above level i."""
    block = desk.block
    for r in range(6):
        for c in range(6):
            block[r, c] = desk.loads[min(i, j), r, c]
    for low in range(6 - j):
        for high in range(6 - j, 7):
            if i >= 6 - low:
                _carry_along(desk.pair_wrench[low, high], block)
            elif i >= 6 - high:
                for r in range(6):
                    for c in range(6):
                        block[r, c] += desk.pair[low, high, r, c]
    for b in range(7):
        _add_wall(desk.wall[b], desk.wall_turn, b >= 6 - j, b >= 6 - i, block)


@kernel
def _carry_along(wrench: Floats, block: Floats) -> None:
    """Add the change of a wrench that moves as a whole."""
    for c in range(6):
        x, y, z = _moved(c % 3, 0.0, 0.0, 0.0)
        fx, fy, fz = vec3.cross(x, y, z, wrench[0], wrench[1], wrench[2])
        if c < 3:
            vec3.add_column(block, 3, c, fx, fy, fz)
        else:
            mx, my, mz = vec3.cross(x, y, z, wrench[3], wrench[4], wrench[5])
            vec3.add_column(block, 0, c, fx, fy, fz)
            vec3.add_column(block, 3, c, mx, my, mz)


@kernel
def _add_wall(wall: Floats, turn: Floats, above: bool, moves: bool, block: Floats) -> None:
    """Add the segments between the wall and one body: the body lies above the level of the row, or moves, or not."""
    for r in range(6):
        for c in range(6):
            value = 0.0
            if moves:
                value += wall[r, c] if above else 0.0
                value += wall[r + 3, c] if r >= 3 else 0.0
            if c >= 3:
                for k in range(3):
                    value += wall[r, 6 + k] * turn[k, c - 3] if above else 0.0
                    value += wall[r + 3, 6 + k] * turn[k, c - 3] if r >= 3 else 0.0
            block[r, c] += value


@kernel
def _outside_rows(frames: Frames, level_f: Floats, desk: Desk, j: int, i: int) -> None:
    """Write what loads and lines add to the rows of level j by the coordinates of level i."""
    a, mid, total, k = frames.a_up, frames.mid, desk.total, desk.stiffness
    fx, fy, fz = level_f[j, 0] + total[6 * j], level_f[j, 1] + total[6 * j + 1], level_f[j, 2] + total[6 * j + 2]
    ax, ay, az = a[j, 0], a[j, 1], a[j, 2]
    for c in range(6):
        gx, gy, gz = _block_times(desk.block, 0, desk.twist, i, c)
        mx, my, mz = _block_times(desk.block, 3, desk.twist, i, c)
        x, y, z = vec3.cross(ax, ay, az, gx, gy, gz)
        mx, my, mz = mx - x, my - y, mz - z
        if i >= j:
            t = desk.twist[i]
            x, y, z = vec3.cross(t[3, c], t[4, c], t[5, c], ax, ay, az)
            x, y, z = vec3.cross(x + t[0, c], y + t[1, c], z + t[2, c], fx, fy, fz)
            mx, my, mz = mx - x, my - y, mz - z
            if c < 3:
                x, y, z = _turned_mid(desk.mid_turn, j, i, c)
                x, y, z = vec3.cross(x, y, z, fx, fy, fz)
                gx, gy, gz = gx - x, gy - y, gz - z
        gx, gy, gz = vec3.unrotate_at(mid, j, gx, gy, gz)
        column = 3 * i + c if c < 3 else 15 + 3 * i + c
        vec3.add_column(k, 3 * j, column, -mx, -my, -mz)
        vec3.add_column(k, 18 + 3 * j, column, -gx, -gy, -gz)


@kernel
def _block_times(block: Floats, row: int, twist: Floats, i: int, c: int) -> tuple[float, float, float]:
    """Return three rows of a block times a column of a level's twist."""
    x, y, z = 0.0, 0.0, 0.0
    for k in range(6):
        t = twist[i, k, c]
        x += block[row, k] * t
        y += block[row + 1, k] * t
        z += block[row + 2, k] * t
    return x, y, z


@kernel
def _turned_mid(mid_turn: Floats, j: int, i: int, c: int) -> tuple[float, float, float]:
    """Return how the mid frame of level j turns as level i, which is not above it, turns about axis c."""
    if i == j:
        return mid_turn[j, 0, c], mid_turn[j, 1, c], mid_turn[j, 2, c]
    return _moved(c, 0.0, 0.0, 0.0)


@kernel
def _tissue_rows(tissue: Tissue, mid: Floats, desk: Desk, j: int) -> None:
    """Write what passive tissue adds to the rows of level j: its own change, and its moment turned with its frame."""
    k, by_turn = desk.stiffness, desk.by_turn
    mx, my, mz = vec3.rotate_at(mid, j, tissue.m[j, 0], tissue.m[j, 1], tissue.m[j, 2])
    for i in range(j, N_LEVEL):
        for c in range(3):
            x, y, z = _turned_mid(desk.mid_turn, j, i, c)
            x, y, z = vec3.cross(x, y, z, mx, my, mz)
            vec3.add_column(k, 3 * j, 3 * i + c, -x, -y, -z)
    for c in range(3):
        x, y, z = by_turn[j, 0, c], by_turn[j, 1, c], by_turn[j, 2, c]
        px, py, pz = passive.along(desk.tissue_m, 3, j, x, y, z)
        px, py, pz = vec3.rotate_at(mid, j, px, py, pz)
        vec3.add_column(k, 3 * j, 3 * j + c, -px, -py, -pz)
        px, py, pz = passive.along(desk.tissue_f, 3, j, x, y, z)
        vec3.add_column(k, 18 + 3 * j, 3 * j + c, -px, -py, -pz)
        px, py, pz = vec3.rotate_at(mid, j, tissue.g[j, 0, c], tissue.g[j, 1, c], tissue.g[j, 2, c])
        vec3.add_column(k, 3 * j, 18 + 3 * j + c, -px, -py, -pz)
        vec3.add_column(k, 18 + 3 * j, 18 + 3 * j + c, -tissue.k[j, 0, c], -tissue.k[j, 1, c], -tissue.k[j, 2, c])


@kernel
def _muscle_arms(n_fascicle: int, pulls: Pulls, mid: Floats, a_up: Floats, out: Floats) -> None:
    """Write dL/dq of each fascicle times the root of its active force per length."""
    for i in range(n_fascicle):
        force = pulls.tension[i] - pulls.passive[i]
        if force <= 0.0 or pulls.length[i] <= 0.0:
            continue
        root = math.sqrt(force / pulls.length[i])
        for j in range(N_LEVEL):
            row, c = 3 * j, 6 * j
            fx, fy, fz = pulls.wrench[c, i], pulls.wrench[c + 1, i], pulls.wrench[c + 2, i]
            x, y, z = vec3.cross(a_up[j, 0], a_up[j, 1], a_up[j, 2], fx, fy, fz)
            for k, shift in enumerate((x, y, z)):
                out[i, row + k] = root * (pulls.wrench[c + 3 + k, i] - shift)
            x, y, z = vec3.unrotate_at(mid, j, fx, fy, fz)
            out[i, 18 + row], out[i, 19 + row], out[i, 20 + row] = root * x, root * y, root * z
