"""What a solve leaves behind for the results, written scenario by scenario into tables with a leading dimension."""

import math
from typing import NamedTuple

import numpy as np

from spinesim.kernels import facet, ligament, paths, vec3
from spinesim.kernels.jit import kernel
from spinesim.kernels.tables import (
    AT_HANDS,
    FEET,
    N_LEVEL,
    PASSIVE_NONE,
    PELVIS,
    THORAX,
    Floats,
    Forces,
    Frames,
    Ints,
    Person,
    State,
    Task,
    Work,
)


class Sight(NamedTuple):
    """What results are made of; the first dimension is the scenario."""

    joint: Floats  # (scenario, level, 6) N, N m      force and moment of disc, facets, ligaments on the upper body
    disc: Floats  # (scenario, level, 6) N, N m       of the disc alone; both in the mid frame
    turn: Floats  # (scenario, level, 3) rad          rotation vector as settled, disc frame
    shift: Floats  # (scenario, level, 3) m           translation, mid frame
    rest: Floats  # (scenario, level) m               height change at which the disc is free of stress
    rest_turn: Floats  # (scenario, level, 3) rad     rotation vector at which it is
    facet: Floats  # (scenario, facet, 3)             contact force N, area m^2, largest closure m
    strand: Floats  # (scenario, strand, 3)           strain 1, stretch m, tension N
    line: Floats  # (scenario, line, 4)               fibre length or fascia strain 1, stretch m, tension N, f_max
    column: Floats  # (scenario, column, 2) 1         activation and its upper limit
    hip: Floats  # (scenario, side, 12)               reaction N, moment N m, reserve N m, passive N m; NaN: not on feet
    reserve: Floats  # (scenario, level, 3) N m       mid frame
    body: Floats  # (scenario, 4)                     abdominal pressure Pa, tilt, list and rotation of the pelvis rad
    gap: Floats  # (scenario,) m                      farthest distance from the hands to a load they hold
    ended: Floats  # (scenario, 4)                    status, iterations, residual, 1 where nothing settled that might


def make_sight(scenarios: int, person: Person) -> Sight:
    """Return tables for that many scenarios of one person."""
    n_line, n_strand = person.lines.f_max.size, person.strands.level.size
    n_column = person.lines.n_fascicle + 2 + person.breath.support_limit.size
    shapes = (
        (6, 6), (6, 6), (6, 3), (6, 3), (6,), (6, 3), (12, 3), (n_strand, 3), (n_line, 4), (n_column, 2), (2, 12),
        (6, 3), (4,), (), (4,),
    )  # fmt: skip
    return Sight(*(np.zeros((scenarios, *shape)) for shape in shapes))


@kernel
def observe(
    person: Person, task: Task, state: State, work: Work, hands: Ints, status: int, row: int, sight: Sight
) -> None:
    """Write what a solve left in `state` and `work` to one row of all tables.

    `hands` (load, side): 1 where that hand holds the load.
    """
    _levels(person, state, work, row, sight)
    _facets(person, state.u, work, sight.facet[row])
    _strands(person, task.strand_scale, state.u, work, sight.strand[row])
    _lines(person, work, sight.line[row])
    for i in range(sight.column.shape[1]):
        sight.column[row, i, 0], sight.column[row, i, 1] = work.problem.active[i], work.problem.up[i]
    _hips(person, task, state, work, sight.hip[row])
    sight.body[row, 0] = work.problem.x[person.lines.n_fascicle] * person.breath.maximum
    _pelvis(work.frames.r[PELVIS], sight.body[row])
    sight.gap[row] = farthest_gap(task.load_where, hands, work.frames, work.forces)
    ended = sight.ended[row]
    ended[0], ended[1], ended[2], ended[3] = status, state.info[0], state.info[1], 0.0
    if (task.settle > 0.0 or task.lean_spread > 0.0) and _is_still(state):
        ended[3] = 1.0


@kernel
def _pelvis(r: Floats, out: Floats) -> None:
    """Write tilt, list and rotation: rotation about the vertical, then list, then tilt (Baker 2001)."""
    out[1] = -math.atan2(r[1, 0], r[1, 1])
    out[2] = -math.asin(r[1, 2])
    out[3] = math.atan2(r[0, 2], r[2, 2])


@kernel
def _is_still(state: State) -> bool:
    """Tell whether vertebrae and pelvis stand as the posture says."""
    turned = 0.0
    for v in range(state.tilt.size):
        turned += abs(state.tilt[v])
    return turned == 0.0


@kernel
def _levels(person: Person, state: State, work: Work, row: int, sight: Sight) -> None:
    """Write forces, moments, places and reserves of the levels."""
    tissue, turns = work.tissue, work.frames.turns
    for j in range(N_LEVEL):
        reserve = state.reserve[3 * j : 3 * j + 3]
        x, y, z = vec3.unrotate_at(work.frames.mid, j, reserve[0], reserve[1], reserve[2])
        out = sight.reserve[row, j]
        out[0], out[1], out[2] = x, y, z
        for i in range(3):
            sight.joint[row, j, i], sight.joint[row, j, 3 + i] = tissue.f[j, i], tissue.m[j, i]
            sight.disc[row, j, i], sight.disc[row, j, 3 + i] = tissue.disc_f[j, i], tissue.disc_m[j, i]
            sight.turn[row, j, i], sight.shift[row, j, i] = turns[j, i], state.u[j, i]
            sight.rest_turn[row, j, i] = person.discs.rest_turn[j, i]
        sight.rest[row, j] = person.discs.rest_shift[j, 1]


@kernel
def _facets(person: Person, u: Floats, work: Work, out: Floats) -> None:
    """Write size of the contact force, area in contact and largest closure of every facet."""
    facets, tissue = person.facets, work.tissue
    for i in range(12):
        j, area, nearest = i // 2, 0.0, -math.inf
        fx, fy, fz = 0.0, 0.0, 0.0
        for n in range(facets.points.shape[1]):
            p = tissue.facet_p[i, n]
            x, y, z = u[j, 0] + p[0], u[j, 1] + p[1], u[j, 2] + p[2]
            d, x, y, z, _ = facet.closure(i, tissue.facet_o, tissue.facet_a, tissue.facet_n, facets.radius, x, y, z)
            nearest = max(nearest, d)
            if d > 0.0:
                pressure, _ = facet.contact_pressure(d, facets.stiffness, facets.thickness, facets.toe)
                force = pressure * facets.point_area[i]
                fx, fy, fz = fx + force * x, fy + force * y, fz + force * z
                area += facets.point_area[i]
        tip, up = tissue.facet_tip[i], tissue.facet_up[i]
        x, y, z = u[j, 0] + tip[0], u[j, 1] + tip[1], u[j, 2] + tip[2]
        d = facet.tip_closure(i, tissue.facet_up, facets.lamina, x, y, z)
        push, _ = ligament.strand_tension(d, facets.tip_stiffness[i], facets.tip_toe)
        if push > 0.0:
            fx, fy, fz = fx - push * up[0], fy - push * up[1], fz - push * up[2]
            area += facets.tip_area
        out[i, 0], out[i, 1], out[i, 2] = math.sqrt(fx * fx + fy * fy + fz * fz), area, nearest


@kernel
def _strands(person: Person, scale: Floats, u: Floats, work: Work, out: Floats) -> None:
    """Write strain, stretch and tension of every ligament strand."""
    strands, upper, lower = person.strands, work.tissue.strand_u, work.tissue.strand_l
    for n in range(strands.level.size):
        j = strands.level[n]
        x = u[j, 0] + upper[n, 0] - lower[n, 0]
        y = u[j, 1] + upper[n, 1] - lower[n, 1]
        z = u[j, 2] + upper[n, 2] - lower[n, 2]
        stretch = math.sqrt(x * x + y * y + z * z) - strands.slack[n]
        tension, _ = ligament.strand_tension(stretch, strands.stiffness[n], strands.toe[n])
        out[n, 0], out[n, 1], out[n, 2] = stretch / strands.slack[n], stretch, scale[n] * tension


@kernel
def _lines(person: Person, work: Work, out: Floats) -> None:
    """Write length, tension and size of every fascicle and fascia band."""
    lines, length = person.lines, work.pulls.length
    for i in range(lines.f_max.size):
        stretch = length[i] - lines.tendon[i]
        if i >= lines.n_fascicle:
            out[i, 0] = stretch / lines.tendon[i]
        elif lines.passive_kind[i] == PASSIVE_NONE:
            out[i, 0] = math.nan
        else:
            out[i, 0] = stretch / (lines.optimal[i] * lines.cos_pennation[i])
        out[i, 1], out[i, 2], out[i, 3] = stretch, work.pulls.tension[i], lines.f_max[i]


@kernel
def _hips(person: Person, task: Task, state: State, work: Work, out: Floats) -> None:
    """Write reaction on the pelvis, muscles' moment and reserve by side; a foot that carries nothing hangs its leg on
    the pelvis.
    """
    if task.contact != FEET:
        out[:, :] = math.nan
        return
    mass, lines, pulls, total = person.skeleton.mass, person.lines, work.pulls, work.motion.total
    paths.sum_lines(lines, person.skeleton.abdomen_share, work.frames.o, pulls, pulls.tension, total)
    for s in range(2):
        leg = mass[7 + s] + mass[9 + s] if task.support_right == float(s) else 0.0
        for k in range(3):
            out[s, k] = leg * task.gravity[k] - work.forces.share[s] * work.forces.hip_f[k] - total[36 + 6 * s + k]
            out[s, 3 + k], out[s, 6 + k] = total[39 + 6 * s + k], state.reserve[18 + 3 * s + k]
            out[s, 9 + k] = work.forces.hip_passive[s, k]


@kernel
def farthest_gap(where: Ints, hands: Ints, frames: Frames, forces: Forces) -> float:
    """Return the largest distance (m) from the nearest of the hands that should hold a load to that load."""
    first, farthest = forces.count[0] - where.size, 0.0
    for n in range(where.size):
        if where[n] != AT_HANDS:
            continue
        nearest = math.inf
        for s in range(2):
            if hands[n, s] == 1:
                square = 0.0
                for i in range(3):
                    d = frames.o[THORAX, i] + forces.offset[first + n, i] - frames.arm[s, 3, i]
                    square += d * d
                nearest = min(nearest, math.sqrt(square))
        farthest = max(farthest, nearest)
    return farthest
